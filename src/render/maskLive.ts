/**
 * Live objects beside what is rendered, both fit to be shown. A live object has no render of its own that tells where secrets
 * went, so the masks of the desired object are laid on it, and what is known to be secret is masked wherever it stands. Reads
 * no cluster and compares nothing but to say that something masked has changed.
 */
import { isDeepStrictEqual } from 'node:util';
import { Sealed } from '../base/sealed.ts';
import { isSecret } from '../flux/isSecret.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asRecord } from '../flux/untyped.ts';
import type { DesiredObject, FieldPath } from './desired.ts';
import { layMasks } from './layMasks.ts';
import { mask } from './maskDifferences.ts';
import { KnownTexts, maskKnownTexts } from './maskKnownTexts.ts';
import { collectSecrets, maskedTree, type MaskedTree, realTree, shownTree, uncompared } from './maskedTree.ts';
import { pairTrees } from './maskedPair.ts';
import { maskAlways } from './originMask.ts';
import { redact } from './redact.ts';
import { textsOfSecret } from './textsOfSecret.ts';
import { shownPaths } from './unstablePaths.ts';

/** Objects are given as they are, unmasked; `managedFields` are left out of what is shown. */
export interface LiveSides {
  /** As rendered; absent where the object is in the cluster only. */
  readonly desired?: DesiredObject | undefined;
  /** Absent where the cluster has none. */
  readonly live?: KubernetesObject | undefined;
  /** What would live then, as a dry-run answers. Absent: the new side is `desired` itself, and there is none without one. */
  readonly next?: KubernetesObject | undefined;
  /**
   * The object as it was applied: what lives holds secrets at its masked places too, older ones maybe, and in fields that `desired`
   * no longer has.
   */
  readonly former?: DesiredObject | undefined;
  /** Of the render that gave `desired`; without `desired`, of the render that no longer has the object. */
  readonly secrets?: Sealed<readonly string[]> | undefined;
  /**
   * Those of `secrets` that were substituted into the object which `desired` was rendered of, where it was rendered of the object
   * as it lives: there they are plain text, so that `desired` shows them like any other.
   */
  readonly substituted?: Sealed<readonly string[]> | undefined;
}

export interface MaskedSides {
  /** The live object. */
  readonly before: KubernetesObject | undefined;
  readonly after: KubernetesObject | undefined;
  /** Whether the two differ, masked values included; false where there is one side only. Values that are encrypted do not count. */
  readonly differs: boolean;
  /** A path of `live`, `next` or the real desired object as it may be told: a masked key in it is a mask. */
  shownPath(path: FieldPath): FieldPath;
}

/**
 * Masks both sides together: paths that are masked in `desired` or `former`, all that a Secret holds, the copy of the object in
 * kubectl's annotation, and texts of `secrets`. A field that only lives is shown unless it holds one of these.
 */
export function maskLive({ desired, live, next, former, secrets, substituted }: LiveSides): MaskedSides {
  const wanted = desired && wantedTree(desired);
  const [keys, plain] = [new Set<string>(), new Set<string>()];
  if (wanted) {
    collectShown(wanted, keys, plain);
  }
  if (substituted) {
    leaveOut(substituted, keys, plain);
  }
  const known = {
    texts: new KnownTexts([...ownTexts(desired), ...ownTexts(former)], secrets && knownOf(secrets)),
    keys,
    plain,
  };
  const nextTree = next && treeOf(next);
  const finish = (tree: MaskedTree, stays?: MaskedTree): MaskedTree => {
    const laid = wanted && tree !== wanted ? layMasks(tree, wanted, stays) : tree;
    return maskKnownTexts(desired?.encrypted === true ? uncompared(laid) : laid, known);
  };
  const after = nextTree ? finish(nextTree, nextTree) : wanted && finish(wanted);
  const liveTree = live && treeOf(live);
  const applied = former && wantedTree(former);
  const before = liveTree && finish(applied ? layMasks(liveTree, applied, nextTree) : liveTree, nextTree);
  const told = substituted && wanted ? shownTree(finish(wanted)) : desired?.object;
  const [shownBefore, shownAfter] =
    before && after ? pairTrees(before, after) : [before && shownTree(before), after && shownTree(after)];
  return {
    before: shownBefore as KubernetesObject | undefined,
    after: shownAfter as KubernetesObject | undefined,
    differs: before !== undefined && after !== undefined && !isDeepStrictEqual(shownBefore, shownAfter),
    shownPath: (path) => toldPath(path, [shownBefore, shownAfter, told]),
  };
}

/** What a server says of an object, which may quote its values, without those that are masked in it and without `secrets`. */
export function withoutSecretsOf(
  message: string,
  desired: DesiredObject | undefined,
  secrets?: Sealed<readonly string[]>,
): string {
  return redact(message, [...ownTexts(desired), ...(secrets?.reveal() ?? [])]);
}

/** The objects of one render have the secrets of it in common, and there may be many of both. */
const knownTexts = new WeakMap<Sealed<readonly string[]>, KnownTexts>();

function knownOf(secrets: Sealed<readonly string[]>): KnownTexts {
  const found = knownTexts.get(secrets) ?? new KnownTexts(secrets.reveal());
  knownTexts.set(secrets, found);
  return found;
}

function ownTexts(desired: DesiredObject | undefined): readonly string[] {
  const texts = new Set<string>();
  if (desired) {
    if (desired.encrypted !== true) {
      textsOfSecret(desired.real.reveal()).forEach((text) => texts.add(text));
    }
    collectSecrets(wantedTree(desired), texts);
  }
  return [...texts];
}

/** Of a Secret as the server keeps it: it knows no `stringData`. */
function wantedTree(desired: DesiredObject): MaskedTree {
  const tree = maskedTree(desired);
  const texts = tree.form === 'map' ? tree.entries.get('stringData') : undefined;
  if (tree.form !== 'map' || texts?.form !== 'map' || !isSecret(desired.object)) {
    return tree;
  }
  const entries = new Map(tree.entries);
  entries.delete('stringData');
  const data = entries.get('data');
  const encoded = [...texts.entries].map(([key, item]): [string, MaskedTree] => {
    const text = realTree(item);
    return [key, { form: 'masked', real: typeof text === 'string' ? Buffer.from(text).toString('base64') : text }];
  });
  entries.set('data', { form: 'map', entries: new Map([...(data?.form === 'map' ? data.entries : []), ...encoded]) });
  return { form: 'map', entries };
}

function treeOf(live: KubernetesObject): MaskedTree {
  const object = withoutManagedFields(live);
  const shown = maskAlways({ object, masked: [] });
  return maskedTree({ ...shown, real: new Sealed(object), unstable: [] });
}

function withoutManagedFields(object: KubernetesObject): KubernetesObject {
  const metadata = Object.entries(object.metadata).filter(([key]) => key !== 'managedFields');
  return { ...object, metadata: Object.fromEntries(metadata) as unknown as KubernetesObject['metadata'] };
}

/** What the desired object shows, which therefore needs no mask elsewhere. */
function collectShown(tree: MaskedTree, keys: Set<string>, plain: Set<string>): void {
  if (tree.form === 'map') {
    for (const [key, item] of tree.entries) {
      keys.add(key);
      collectShown(item, keys, plain);
    }
  } else if (tree.form === 'list') {
    tree.items.forEach((item) => collectShown(item, keys, plain));
  } else if (tree.form === 'plain') {
    plain.add(String(tree.value).trim());
  } else if (tree.form === 'text') {
    tree.lines.filter((line) => !line.masked).forEach((line) => plain.add(line.real.trim()));
  }
}

function leaveOut(substituted: Sealed<readonly string[]>, keys: Set<string>, plain: Set<string>): void {
  const texts = knownOf(substituted);
  [...keys].filter((key) => texts.isIn(key)).forEach((key) => keys.delete(key));
  [...plain].filter((text) => texts.isIn(text)).forEach((text) => plain.delete(text));
}

/** By the side that has the most of it: what stands on one only is not known to the others. */
function toldPath(path: FieldPath, sides: readonly unknown[]): FieldPath {
  const told = sides.flatMap((side) => (asRecord(side) ? shownPaths([path], side) : []));
  const whole = told.find((one) => one.length === path.length && !one.includes(mask));
  return whole ?? told.toSorted((a, b) => b.length - a.length)[0] ?? [mask];
}
