/**
 * Which of several edits makes the files render what is wanted: each is tried on a copy of the files, in memory. Nothing is offered
 * that was not rendered. Knows no renderer: what renders is handed in.
 */
import { isDeepStrictEqual } from 'node:util';
import { isFailure } from '../base/failure.ts';
import { idOf, type ObjectId } from '../flux/objectKey.ts';
import type { DesiredObject, FieldPath } from '../render/desired.ts';
import { shownPaths, unstablePaths } from '../render/unstablePaths.ts';
import type { FilePlace, Places } from './fieldPlaces.ts';
import { isSame, type Refused, startsWith, valueOf, type WantedField } from './wantedField.ts';

/** What else the edit changes in the same Kustomization or HelmRelease. */
export interface SideEffect {
  readonly id: ObjectId;
  /** Empty: the object comes or goes as a whole. Fit to be shown. */
  readonly paths: readonly FieldPath[];
}

export interface Proven {
  readonly place: FilePlace;
  readonly others: readonly SideEffect[];
}

/** Renders the files with one of them edited. Throws a Failure where they render no more. */
export type TryEdit = (place: FilePlace) => Promise<readonly DesiredObject[]>;

/** The one place whose edit gives the live value. Rejects with what `attempt` throws, where that is no refusal of the files. */
export async function provenPlace(
  wanted: WantedField,
  found: Places,
  now: readonly DesiredObject[],
  attempt: TryEdit,
): Promise<Proven | Refused> {
  const proven = await onlyPlace(found, attempt, (objects) => {
    const object = objects.find((each) => isSame(idOf(each.object), wanted.id));
    return object !== undefined && gives(object, wanted);
  });
  return 'refused' in proven ? proven : { place: proven.place, others: sideEffects(now, proven.rendered, wanted) };
}

/** The one place of whose edit `holds` is true once it was rendered. */
export async function onlyPlace<T>(
  { places, obstacles }: Places,
  attempt: (place: FilePlace) => Promise<T>,
  holds: (rendered: T) => boolean,
): Promise<{ readonly place: FilePlace; readonly rendered: T } | Refused> {
  const proven: { readonly place: FilePlace; readonly rendered: T }[] = [];
  for (const place of places) {
    const tried = await triedEdit(place, attempt);
    if (tried && holds(tried.rendered)) {
      proven.push({ place, rendered: tried.rendered });
    }
  }
  const [first, second] = proven;
  if (!first) {
    return { refused: ['No single place in the files gives this field.', ...obstacles].join(' ') };
  }
  if (second) {
    const files = [...new Set(proven.map(({ place }) => place.file))];
    return { refused: `Several places give this field (${files.join(', ')}): which one is to change is for a person.` };
  }
  return first;
}

/** `undefined` where the files, the chart or its schema refuse the edit. */
async function triedEdit<T>(
  place: FilePlace,
  attempt: (place: FilePlace) => Promise<T>,
): Promise<{ readonly rendered: T } | undefined> {
  try {
    return { rendered: await attempt(place) };
  } catch (error) {
    if (isFailure(error, 'invalid')) {
      return undefined;
    }
    throw error;
  }
}

function gives({ real, unstable }: DesiredObject, { path, value }: WantedField): boolean {
  const isStable = !unstable.some((one) => startsWith(one, path) || startsWith(path, one));
  return isStable && isDeepStrictEqual(valueOf(real.reveal(), path), value);
}

function sideEffects(
  before: readonly DesiredObject[],
  after: readonly DesiredObject[],
  wanted: WantedField,
): readonly SideEffect[] {
  const gone = before.filter((old) => !counterpart(old, after));
  const changed = after.flatMap((next): SideEffect[] => {
    const id = idOf(next.object);
    const old = counterpart(next, before);
    if (!old) {
      return [{ id, paths: [] }];
    }
    const unstable = [...old.unstable, ...next.unstable];
    const [was, is] = [old.real.reveal(), next.real.reveal()];
    const paths = [...unstablePaths(was, is), ...unstablePaths(is, was)].filter(
      (path) =>
        !unstable.some((one) => startsWith(path, one)) && !(isSame(id, wanted.id) && startsWith(path, wanted.path)),
    );
    return paths.length === 0 ? [] : [{ id, paths: shownPaths(paths, next.object) }];
  });
  return [...gone.map(({ object }) => ({ id: idOf(object), paths: [] })), ...changed];
}

function counterpart({ object }: DesiredObject, among: readonly DesiredObject[]): DesiredObject | undefined {
  return among.find((each) => isSame(idOf(each.object), idOf(object)));
}
