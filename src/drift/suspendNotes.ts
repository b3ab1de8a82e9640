/** What suspending means for a change: nothing of it is applied before the Flux object is resumed. Pure. */
import type { FluxObject } from '../flux/objects.ts';
import { asFlag } from '../flux/untyped.ts';
import type { FluxName, RenderNote } from '../render/desired.ts';
import { information } from '../render/renderNote.ts';
import type { ChangedTarget } from './compareChanges.ts';

/**
 * `live`: as it is in the cluster, where that was asked. Files that do not state `spec.suspend` leave it as somebody has set it: a
 * server-side apply takes back what it has set itself alone.
 */
export function suspendNotes(
  { name, before, after }: ChangedTarget,
  live: FluxObject | undefined,
): readonly RenderNote[] {
  if (!after) {
    return [];
  }
  const [old, next] = [before, after].map((side) => asFlag(side?.inForce.spec?.suspend));
  const isSuspended = next ?? live?.spec?.suspend;
  if (next === true && before && old !== true) {
    return [information(`This change suspends the ${name.kind}: nothing else of it happens before it is resumed.`)];
  }
  if (isSuspended === true) {
    // In the words of a comparison, so that it is told once.
    return [suspendedNote(name.kind)];
  }
  return old === true
    ? [information(`This change resumes the ${name.kind}: what was left alone meanwhile is applied as well.`)]
    : [];
}

export function suspendedNote(kind: FluxName['kind']): RenderNote {
  return information(`The ${kind} is suspended: nothing of this happens before it is resumed.`);
}
