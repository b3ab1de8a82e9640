/**
 * Whom a reconcile moves besides the objects that are meant: what it reconciles on its way, and all others that take from a source
 * which is fetched there. Reads the survey.
 */
import type { ActionVerb } from '../cluster/actionResult.ts';
import { reconcileChain } from '../flux/changes.ts';
import { sharedSources } from '../flux/consumers.ts';
import { idOf, type ObjectId, objectKey } from '../flux/objectKey.ts';
import { rootChain } from '../flux/rootChain.ts';
import { objectName } from './actionTexts.ts';
import type { Survey } from './clusterSurvey.ts';
import { objectNames } from './objectNames.ts';

/** Sentences to be said where something is asked; none where nobody else is moved, or nothing is known of the cluster. */
export function movedOthers(verb: ActionVerb, id: ObjectId, survey: Survey | undefined): readonly string[] {
  const shared = movedByMany(verb, [id], survey);
  const links = verb === 'reconcileFromRoot' && survey ? metOnTheWay(verb, id, survey) : [];
  const written = links.filter((link) => objectKey('', link) !== objectKey('', id));
  return written.length === 0 ? shared : [...shared, `Also reconciles, in this order: ${objectNames(written)}.`];
}

/** The same of several objects, each source named once: who is meant anyway is no other. */
export function movedByMany(verb: ActionVerb, ids: readonly ObjectId[], survey: Survey | undefined): readonly string[] {
  if (!survey) {
    return [];
  }
  const all = ids.flatMap((id) => metOnTheWay(verb, id, survey));
  const met = [...new Map(all.map((id) => [objectKey('', id), id])).values()];
  const objects = [...survey.views.values()].map((view) => view.object);
  return sharedSources(met, objects, [...met, ...ids]).map(({ id: source, others }) => {
    const number = others === 1 ? '1 other object that takes' : `${others} other objects that take`;
    return `This also moves ${number} from ${objectName(source)}.`;
  });
}

function metOnTheWay(verb: ActionVerb, id: ObjectId, { context, views }: Survey): readonly ObjectId[] {
  const lookup = (wanted: ObjectId) => views.get(objectKey(context, wanted))?.object;
  const object = lookup(id);
  if (!object) {
    return [];
  }
  switch (verb) {
    case 'reconcile':
      return [idOf(object)];
    case 'reconcileWithSource': {
      const chain = reconcileChain(object, lookup);
      return chain.state === 'chain' ? chain.steps.map(idOf) : [];
    }
    case 'reconcileFromRoot': {
      const chain = rootChain(object, lookup);
      return chain.state === 'chain' ? chain.links.map((link) => idOf(link.object)) : [];
    }
    default:
      return [];
  }
}
