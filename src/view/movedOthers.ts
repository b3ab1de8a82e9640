/** Whom a reconcile moves besides the object that is meant: all others that take from a source which is fetched on the way. */
import type { ActionVerb } from '../cluster/actionResult.ts';
import { reconcileChain } from '../flux/changes.ts';
import { sharedSources } from '../flux/consumers.ts';
import { idOf, type ObjectId, objectKey } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { rootChain } from '../flux/rootChain.ts';
import { objectName } from './actionTexts.ts';
import type { Survey } from './clusterSurvey.ts';

/** Sentences to be said where something is asked; none where nobody else is moved, or nothing is known of the cluster. */
export function movedOthers(verb: ActionVerb, id: ObjectId, survey: Survey | undefined): readonly string[] {
  if (!survey) {
    return [];
  }
  const lookup = (wanted: ObjectId) => survey.views.get(objectKey(survey.context, wanted))?.object;
  const object = lookup(id);
  const met = object ? metOnTheWay(verb, object, lookup) : [];
  const objects = [...survey.views.values()].map((view) => view.object);
  return sharedSources(met, objects, [...met, id]).map(({ id: source, others }) => {
    const number = others === 1 ? '1 other object that takes' : `${others} other objects that take`;
    return `This also moves ${number} from ${objectName(source)}.`;
  });
}

function metOnTheWay(
  verb: ActionVerb,
  object: FluxObject,
  lookup: (id: ObjectId) => FluxObject | undefined,
): readonly ObjectId[] {
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
