/**
 * A field of a live object as it is to come out of the files: where it stands in what is rendered, and what is to stand there.
 * Says for which fields that must not or cannot be. Holds a value of the cluster in the open only where it is fit to be written
 * to a file; shows nothing.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Sealed } from '../base/sealed.ts';
import { isSecret } from '../flux/isSecret.ts';
import { type ObjectId, idOf } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord } from '../flux/untyped.ts';
import type { DesiredObject, FieldPath } from '../render/desired.ts';
import { maskLive } from '../render/maskLive.ts';
import { valueAt } from './managedFields.ts';

export interface WantedField {
  readonly id: ObjectId;
  /** In the rendered object. */
  readonly path: FieldPath;
  /** The rendered object as it is now, which has no secret at `path`. Not to be shown. */
  readonly rendered: Sealed<KubernetesObject>;
  /** What is rendered now; `undefined` for no such field. */
  readonly now: unknown;
  /** What lives; `undefined` for no such field. */
  readonly value: unknown;
}

/** One sentence for a person. Never holds a value. */
export interface Refused {
  readonly refused: string;
}

export interface LiveField {
  readonly live: KubernetesObject;
  /** In the live object; of what is missing there, in the rendered one. */
  readonly path: FieldPath;
  /** The comparison did not show what lives there: it may hold a secret that neither files nor cluster know any more. */
  readonly hidden?: boolean;
}

/** What the files give at the moment. */
export interface RenderedNow {
  readonly objects: readonly DesiredObject[];
  readonly secrets?: Sealed<readonly string[]>;
}

export function wantedField(
  { live, path, hidden = false }: LiveField,
  { objects, secrets }: RenderedNow,
): WantedField | Refused {
  if (isSecret(live)) {
    return { refused: 'Values of Secrets are not written to files.' };
  }
  const id = idOf(live);
  const desired = objects.find(({ object }) => isSame(idOf(object), id));
  if (!desired) {
    return { refused: 'The files do not render this object: it went, or it is called otherwise by now.' };
  }
  if (desired.encrypted === true) {
    return { refused: 'The object is encrypted with SOPS: a value that is changed by hand breaks its MAC.' };
  }
  const real = desired.real.reveal();
  const there = alignPath(live, real, path);
  if (!there) {
    return {
      refused: 'The list that the field is in has other items in the files: which one is meant cannot be told.',
    };
  }
  const value = valueOf(live, path);
  if (hidden || isMasked(there, desired) || isSecretLive({ live, path, desired, secrets })) {
    return { refused: 'The value comes from a Secret: it is not written to a file.' };
  }
  const now = valueOf(real, there);
  if (isDeepStrictEqual(now, value)) {
    return { refused: 'The files have the live value already: it only has to be committed, pushed and applied.' };
  }
  if (!isPlain(now) || !isPlain(value)) {
    return { refused: 'It is a map or a list, not one value: open the diff and write it by hand.' };
  }
  return { id, path: there, rendered: desired.real, now, value };
}

/** The version of the API is no identity. */
export function isSame(a: ObjectId, b: ObjectId): boolean {
  return a.group === b.group && a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}

export function valueOf(value: unknown, path: FieldPath): unknown {
  return path.reduce(valueAt, value);
}

/** Fields that name the items of Kubernetes' lists, in the order in which they are tried. */
const itemNames = ['name', 'key', 'mountPath', 'containerPort', 'port', 'ip', 'topologyKey'];

/**
 * The same place in another object: an item of a list by what names it, else by its position where both lists are as long.
 * `undefined` where nobody can tell which item it is. What is missing in the other object keeps its path.
 */
export function alignPath(from: unknown, to: unknown, [step, ...others]: FieldPath): FieldPath | undefined {
  if (step === undefined) {
    return [];
  }
  const [list, target] = [asList(from), asList(to)];
  const index = typeof step === 'number' && list && target ? itemLike(list, step, target) : step;
  if (index === undefined) {
    return undefined;
  }
  const rest = alignPath(valueAt(from, step), valueAt(to, index), others);
  return rest && [index, ...rest];
}

function itemLike(list: readonly unknown[], at: number, target: readonly unknown[]): number | undefined {
  const item = asRecord(list[at]);
  for (const name of item ? itemNames : []) {
    const text = item?.[name];
    const names = (items: readonly unknown[]): unknown[] => items.map((each) => asRecord(each)?.[name]);
    if (
      text !== undefined &&
      [list, target].every((items) => names(items).filter((one) => one === text).length === 1)
    ) {
      return names(target).indexOf(text);
    }
  }
  return list.length === target.length || (list.length === 0 && at < target.length) ? at : undefined;
}

function isMasked(path: FieldPath, { masked }: DesiredObject): boolean {
  return masked.some((one) => startsWith(one, path) || startsWith(path, one));
}

export function startsWith(path: FieldPath, beginning: FieldPath): boolean {
  return beginning.every((step, index) => path[index] === step);
}

/** What lives there may hold what a Secret holds although the files do not. */
function isSecretLive({
  live,
  path,
  desired,
  secrets,
}: LiveField & { readonly desired: DesiredObject; readonly secrets: Sealed<readonly string[]> | undefined }): boolean {
  const sides = maskLive({ desired, live, ...(secrets && { secrets }) });
  return (
    !isDeepStrictEqual(sides.shownPath(path), path) ||
    !isDeepStrictEqual(valueOf(sides.before, path), valueOf(live, path))
  );
}

function isPlain(value: unknown): boolean {
  return value !== null && asRecord(value) === undefined && asList(value) === undefined;
}
