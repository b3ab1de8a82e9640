/** What a reader must know of the comparison of a raw document: why it is one, and what it leaves out. Pure. */
import { displayName, idOf } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { RenderNote } from '../render/desired.ts';
import { approximate, information } from '../render/renderNote.ts';
import type { RawDesired, RawPlace } from './rawDesired.ts';

/** What was decided on the way, for the notes. */
export interface RawFacts {
  /** As it lives. */
  readonly owner: FluxObject | undefined;
  readonly leftOut: RawDesired['leftOut'];
  /** Where it is compared, where that is not what the file says. */
  readonly place: RawPlace | undefined;
  /** The version in which the cluster serves it, where the file names another one. */
  readonly served: string | undefined;
  /** Live values that the file does not state were masked. */
  readonly masked: boolean;
}

/** An error of kustomize tells at length on which way it was met; what was wrong comes first. */
function shortened(why: string): string {
  const most = 160;
  return why.length > most ? `${why.slice(0, most)}…` : why;
}

/** Fields that are named. */
const mostFields = 6;

export function rawNotes(facts: RawFacts & { readonly path: string; readonly why: string }): readonly RenderNote[] {
  const { path, why, owner, leftOut, place, served, masked } = facts;
  const title = owner ? `Kustomization ${displayName(idOf(owner))}` : undefined;
  const notes = [
    approximate(`${path} is compared as it stands, for what Flux makes of it could not be rendered: ${shortened(why)}`),
    approximate(
      title === undefined
        ? 'No Kustomization of the cluster is known to apply it, so it is compared without the labels of one.'
        : `What else ${title} makes of it (overlays, patches, images, replacements) is not in it.`,
    ),
  ];
  if (leftOut.length > 0) {
    const names = leftOut.slice(0, mostFields).map((field) => field.join('.'));
    const more = leftOut.length > mostFields ? ` and ${leftOut.length - mostFields} more` : '';
    notes.push(approximate(`Left out, for variables stand in them: ${names.join(', ')}${more}.`));
  }
  if (masked) {
    const message =
      'Live values that the file does not state are masked: which of them come from Secrets only a render can tell.';
    notes.push(approximate(message));
  }
  if (place) {
    const why = title === undefined ? 'for the file gives it no namespace' : `where ${title} applies it`;
    notes.push(information(`It is compared as ${displayName(place)}, ${why}.`));
  }
  if (served !== undefined) {
    notes.push(information(`It is compared as ${served}, which is the version that the cluster serves.`));
  }
  if (owner?.spec?.suspend === true) {
    notes.push(information(`${title ?? ''} is suspended: nothing of this happens before it is resumed.`));
  }
  return notes;
}
