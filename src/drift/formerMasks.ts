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
import { namesObject } from '../render/maskedTree.ts';
import { isFreeKey } from '../render/originMask.ts';
import { approximate } from '../render/renderNote.ts';
import { keyAmong, keyOf } from './compareStates.ts';
import { type FieldOwner, type FieldTrie, fieldOwners, nodeAt, unionOf, valueAt } from './managedFields.ts';
import { kustomizeController } from './takenBack.ts';

/** Renders what was applied last. `undefined` where there is nothing to render it of. Called once at most. */
export type FormerRender = () => Promise<RenderedKustomization | undefined>;

export class FormerMasks {
  readonly #former: ReadonlyMap<string, DesiredObject> | undefined;
  readonly #substitutes: boolean;
  readonly #guessed = new Set<string>();

  /**
   * `substitutes`: the Kustomization as it lives takes variables from a Secret, or did when its objects were applied. Only then
   * anything is rendered. `distrustsLive`: see `LiveSecrets`; then a render of what lives is as good as none. Throws `cancelled` and `unauthorized`; what else fails leaves the positions unknown.
   */
  static async of(render: FormerRender | undefined, substitutes: boolean, distrustsLive = false): Promise<FormerMasks> {
    if (!substitutes || !render) {
      return new FormerMasks(undefined, substitutes);
    }
    try {
      const rendered = await render();
      const isOfLive = rendered?.parents.length === 0;
      return new FormerMasks(distrustsLive && isOfLive ? undefined : rendered, true);
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
    const covered = new Cover(live);
    const object = covered.object(desired?.real.reveal());
    if (covered.masked.length === 0) {
      return undefined;
    }
    this.#guessed.add(keyOf(idOf(live)));
    return { object, real: new Sealed(live), masked: covered.masked, unstable: [] };
  }

  /** Whether the object may hold an old text of a Secret, so that nothing may be quoted of it. */
  mayHold(object: KubernetesObject): boolean {
    return this.#substitutes && this.#find(object)?.masked.length !== 0;
  }

  /** After the objects have been looked at. */
  get notes(): readonly RenderNote[] {
    const count = this.#guessed.size;
    const objects = count === 1 ? '1 object' : `${count} objects`;
    const message = `Values that differ are not shown of ${objects}: which came from Secrets is not known, for what was applied last could not be rendered with the Secrets of then.`;
    return count === 0 ? [] : [approximate(message)];
  }

  /** Who renders may not have known yet that the kind has namespaces. */
  #find(object: KubernetesObject): DesiredObject | undefined {
    return this.#former?.get(keyAmong(this.#former, idOf(object)));
  }
}

/** Masks what the controller has written of a live object and what is wanted has not: what others have written was never substituted. */
class Cover {
  readonly masked: FieldPath[] = [];
  readonly #live: KubernetesObject;

  constructor(live: KubernetesObject) {
    this.#live = live;
  }

  /** Without `wanted` all that the controller wrote is masked. */
  object(wanted: KubernetesObject | undefined): KubernetesObject {
    const isOwn = ({ manager, operation }: FieldOwner): boolean =>
      manager === kustomizeController && operation === 'Apply';
    const fields = unionOf(fieldOwners(this.#live).flatMap((owner) => (isOwn(owner) ? owner.fields : [])));
    return this.#value(this.#live, wanted, fields, []) as KubernetesObject;
  }

  #value(value: unknown, wanted: unknown, fields: FieldTrie | undefined, path: FieldPath): unknown {
    if (!fields || isDeepStrictEqual(value, wanted) || namesObject(path.join('.'))) {
      return value;
    }
    // A list or a map that is written as a whole has no fields of its own.
    const below = (key: string | number): FieldTrie | undefined =>
      fields.member && fields.below.size === 0 ? fields : nodeAt(fields, value, key);
    const items = asList(value);
    if (items) {
      const others = asList(wanted) ?? [];
      return items.map((item, at) => this.#value(item, counterpart(item, others), below(at), [...path, at]));
    }
    const record = asRecord(value);
    if (record) {
      return this.#entries(record, wanted, below, path);
    }
    if (typeof value !== 'string' && typeof value !== 'number') {
      return value;
    }
    this.masked.push(path);
    return mask;
  }

  #entries(
    record: Readonly<Record<string, unknown>>,
    wanted: unknown,
    below: (key: string) => FieldTrie | undefined,
    path: FieldPath,
  ): unknown {
    let hidden = 0;
    const entries = Object.entries(record).map(([key, item]): [string, unknown] => {
      const [at, other, fields] = [[...path, key], valueAt(wanted, key), below(key)];
      if (other !== undefined || fields === undefined || !isFreeKey(at)) {
        return [key, this.#value(item, other, fields, at)];
      }
      hidden += 1;
      const name = hidden === 1 ? mask : `${mask} (${hidden})`;
      this.masked.push([...path, name]);
      return [name, mask];
    });
    return Object.fromEntries(entries);
  }
}

/** By name where it has one. */
function counterpart(item: unknown, others: readonly unknown[]): unknown {
  const name = asText(fieldAt(item, 'name'));
  return others.find((one) => (name === undefined ? isDeepStrictEqual(one, item) : fieldAt(one, 'name') === name));
}
