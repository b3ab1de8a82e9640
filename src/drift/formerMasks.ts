/**
 * Where in live objects texts of Secrets may stand that no Secret holds any more: one was rotated, and what the controller applied
 * with the old one still lives, in fields that the files may have dropped since. Told by the render of what was applied last, by its
 * positions and not by its texts; without one, of all that the controller has written. Compares nothing and shows nothing.
 */
import { isDeepStrictEqual } from 'node:util';
import { isFailure } from '../base/failure.ts';
import { Sealed } from '../base/sealed.ts';
import { idOf } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord, asText, fieldAt } from '../flux/untyped.ts';
import type { DesiredObject, FieldPath, RenderedKustomization, RenderNote } from '../render/desired.ts';
import { mask } from '../render/maskDifferences.ts';
import { approximate } from '../render/renderNote.ts';
import { keyOf } from './compareStates.ts';
import { type FieldTrie, fieldOwners, nodeAt, unionOf, valueAt } from './managedFields.ts';
import { kustomizeController } from './takenBack.ts';

/** Renders what was applied last. `undefined` where there is nothing to render it of. Called once at most. */
export type FormerRender = () => Promise<RenderedKustomization | undefined>;

export class FormerMasks {
  readonly #former: ReadonlyMap<string, DesiredObject> | undefined;
  readonly #substitutes: boolean;
  readonly #guessed = new Set<string>();

  /**
   * `substitutes`: the Kustomization as it lives takes variables from a Secret, or did when its objects were applied. Only then
   * anything is rendered. Throws `cancelled` and `unauthorized`; what else fails leaves the positions unknown.
   */
  static async of(render: FormerRender | undefined, substitutes: boolean): Promise<FormerMasks> {
    if (!substitutes || !render) {
      return new FormerMasks(undefined, substitutes);
    }
    try {
      return new FormerMasks(await render(), true);
    } catch (error) {
      if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
        throw error;
      }
      return new FormerMasks(undefined, true);
    }
  }

  constructor(rendered: RenderedKustomization | undefined, substitutes: boolean) {
    this.#substitutes = substitutes;
    this.#former =
      rendered && new Map(rendered.objects.map((desired) => [keyOf(idOf(desired.real.reveal())), desired] as const));
  }

  /** All that the masks depend on, for results that are kept. */
  get key(): unknown {
    return [this.#substitutes, [...(this.#former ?? [])].map(([id, { masked }]) => [id, masked])];
  }

  /** The live object as it was applied; `undefined`: nothing is known to have come from a Secret. */
  of(live: KubernetesObject, desired: DesiredObject | undefined): DesiredObject | undefined {
    if (!this.#substitutes) {
      return undefined;
    }
    const former = this.#find(live);
    if (former) {
      return former === desired || former.masked.length === 0 ? undefined : former;
    }
    const masked = writtenPaths(live, desired?.real.reveal());
    if (masked.length === 0) {
      return undefined;
    }
    this.#guessed.add(keyOf(idOf(live)));
    const object = masked.reduce<unknown>(withMask, live) as KubernetesObject;
    return { object, real: new Sealed(live), masked, unstable: [] };
  }

  /** Whether the object may hold an old text of a Secret, so that nothing may be quoted of it. */
  mayHold(object: KubernetesObject): boolean {
    return this.#substitutes && this.#find(object)?.masked.length !== 0;
  }

  /** After the objects have been looked at. */
  get notes(): readonly RenderNote[] {
    const count = this.#guessed.size;
    const objects = count === 1 ? '1 object' : `${count} objects`;
    const message = `Values that differ are not shown of ${objects}: which came from Secrets is not known, for what was applied last could not be rendered.`;
    return count === 0 ? [] : [approximate(message)];
  }

  /** Who renders may not have known yet that the kind has namespaces. */
  #find(object: KubernetesObject): DesiredObject | undefined {
    const id = idOf(object);
    return this.#former?.get(keyOf(id)) ?? this.#former?.get(keyOf({ ...id, namespace: '' }));
  }
}

/**
 * Values that the controller has written and that `wanted` has not: what others have written was never substituted. Without `wanted`
 * all that the controller wrote.
 */
function writtenPaths(live: KubernetesObject, wanted: KubernetesObject | undefined): readonly FieldPath[] {
  const own = fieldOwners(live).filter(
    ({ manager, operation }) => manager === kustomizeController && operation === 'Apply',
  );
  const fields = unionOf(own.map((owner) => owner.fields));
  const { metadata, ...rest } = live;
  const shown = { ...rest, metadata: { labels: metadata.labels, annotations: metadata.annotations } };
  return leavesWithin(shown, wanted, fields, []);
}

function leavesWithin(
  value: unknown,
  wanted: unknown,
  fields: FieldTrie | undefined,
  path: FieldPath,
): readonly FieldPath[] {
  if (!fields || isDeepStrictEqual(value, wanted) || isType(path)) {
    return [];
  }
  // A list or a map that is written as a whole has no fields of its own.
  const below = (key: string | number): FieldTrie | undefined =>
    fields.member && fields.below.size === 0 ? fields : nodeAt(fields, value, key);
  const items = asList(value);
  if (items) {
    const others = asList(wanted) ?? [];
    return items.flatMap((item, at) => leavesWithin(item, counterpart(item, others), below(at), [...path, at]));
  }
  const record = asRecord(value);
  if (record) {
    return Object.entries(record).flatMap(([key, item]) =>
      leavesWithin(item, valueAt(wanted, key), below(key), [...path, key]),
    );
  }
  return typeof value === 'string' || typeof value === 'number' ? [path] : [];
}

/** By name where it has one. */
function counterpart(item: unknown, others: readonly unknown[]): unknown {
  const name = asText(fieldAt(item, 'name'));
  return others.find((one) => (name === undefined ? isDeepStrictEqual(one, item) : fieldAt(one, 'name') === name));
}

function isType([first]: FieldPath): boolean {
  return first === 'apiVersion' || first === 'kind';
}

function withMask(value: unknown, [key, ...rest]: FieldPath): unknown {
  if (key === undefined) {
    return mask;
  }
  const items = asList(value);
  if (items) {
    return items.map((item, at) => (at === key ? withMask(item, rest) : item));
  }
  return { ...asRecord(value), [key]: withMask(asRecord(value)?.[String(key)], rest) };
}
