/**
 * What must be known before an object is suspended or resumed: what goes on without it, who will undo it, what has piled up. Reads
 * the object as it is now, the survey and the open clones; asks no user and changes nothing.
 */
import type { Log } from '../base/log.ts';
import { Failure, isFailure } from '../base/failure.ts';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import { suspensionApplier } from '../cluster/controllerOf.ts';
import { displayName, idOf, type ObjectId, objectKey } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { sourceOf } from '../flux/references.ts';
import { countCommits } from '../git/countCommits.ts';
import { allAreKnown } from '../view/completeness.ts';
import { suspendedText } from '../view/objectText.ts';
import { isSuspended } from '../flux/suspension.ts';
import { suspensionNoteOf } from '../flux/suspensionNote.ts';
import { goesOnText, type PiledUp, piledUp, piledUpText, setBackText } from '../view/suspendTexts.ts';
import type { ClusterViews } from './clusterViews.ts';
import type { OpenClones } from './openClones.ts';

export interface SuspensionFacts {
  /** With `managedFields`. */
  readonly object: FluxObject;
  /** Sentences. */
  readonly said: readonly string[];
  readonly setBack: string | undefined;
  readonly piledUp: string | undefined;
}

export interface SuspensionFactsParts {
  readonly api: ClusterApi;
  readonly views: ClusterViews;
  readonly clones: Pick<OpenClones, 'roots'>;
  readonly now: number;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Throws a Failure, `notFound` where the object has gone. */
export async function suspensionFacts(
  verb: 'suspend' | 'resume',
  id: ObjectId,
  parts: SuspensionFactsParts,
): Promise<SuspensionFacts> {
  const { api, views, now, signal } = parts;
  const object = await readObject(api, id, signal);
  requireUndone(verb, object, now);
  const { survey, open } = views;
  const ours = survey?.context === api.context ? survey : undefined;
  const by = suspensionApplier(object);
  const setBack = by && setBackText({ verb, id, by }, ours);
  const view = ours?.views.get(objectKey(api.context, id));
  if (verb === 'suspend') {
    const isWhole = open !== undefined && allAreKnown(open.session, 'applier');
    const said = ours && view ? [goesOnText([view], ours, isWhole)] : [];
    return { object, said, setBack, piledUp: undefined };
  }
  const source = sourceOf(object);
  const piled = piledUp(object, source && ours?.views.get(objectKey(api.context, source))?.object);
  const text = piled && piledUpText(object, piled, await countOf(piled, parts));
  return { object, said: wordsOf(object, now), setBack, piledUp: text };
}

/** Somebody else may have been here since the row or the lens was drawn: their word is not written over. */
function requireUndone(verb: 'suspend' | 'resume', object: FluxObject, now: number): void {
  const name = `${object.kind} ${displayName(idOf(object))}`;
  if (verb === 'suspend' && isSuspended(object)) {
    throw new Failure('conflict', `${name} is already ${suspendedText(object, now)}`);
  }
  if (verb === 'resume' && !isSuspended(object)) {
    throw new Failure('conflict', `${name} is not suspended`);
  }
}

/** With `managedFields`. Throws a Failure. */
export async function readObject(api: ClusterApi, id: ObjectId, signal: AbortSignal): Promise<FluxObject> {
  const resource = await api.findResource(id, signal);
  if (!resource) {
    throw new Failure('notFound', `${api.context} does not serve the kind ${id.kind}`);
  }
  try {
    return await api.getWithManagedFields(resource, id, signal);
  } catch (error) {
    throw isFailure(error, 'notFound')
      ? new Failure('notFound', `${id.kind} ${displayName(id)} does not exist`, { cause: error })
      : error;
  }
}

/** Why it was suspended is what a person must know before ending it. */
function wordsOf(object: FluxObject, now: number): string[] {
  const text = suspensionNoteOf(object) && suspendedText(object, now, 300);
  return text === undefined ? [] : [`${text.charAt(0).toUpperCase()}${text.slice(1)}.`];
}

/** As the first open clone knows it that has both commits. Without one the question is asked all the same. */
async function countOf(
  { commits }: PiledUp,
  { clones, log, signal }: SuspensionFactsParts,
): Promise<number | undefined> {
  if (!commits) {
    return undefined;
  }
  for (const root of await clones.roots()) {
    try {
      const count = await countCommits(root, commits.from, commits.to, { signal });
      if (count !== undefined) {
        return count;
      }
    } catch (error) {
      if (!isFailure(error) || error.reason === 'cancelled') {
        throw error;
      }
      log.info(`Commits of ${root} cannot be counted: ${error.message}`);
    }
  }
  return undefined;
}
