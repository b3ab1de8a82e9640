/**
 * The values of a release that is installed beside those that it would be given, both fit to be shown. The config in Helm's
 * storage has values of Secrets merged into it and no origins, so an old value is shown only where something proves that it
 * comes from plain text. Reads no storage and merges nothing.
 */
import { isDeepStrictEqual } from 'node:util';
import { Sealed } from '../base/sealed.ts';
import type { FluxObject, KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord, fieldAt } from '../flux/untyped.ts';
import type { EffectiveValue, FieldPath, FluxName } from './desired.ts';
import type { JsonObject } from './engineProtocol.ts';
import { layMasks } from './layMasks.ts';
import { mask } from './maskDifferences.ts';
import { pairTrees } from './maskedPair.ts';
import {
  collectSecrets,
  hasMask,
  maskedTree,
  type MaskedTree,
  maskSecretsIn,
  shownTree,
  uncompared,
} from './maskedTree.ts';
import { KnownTexts, maskKnownTexts } from './maskKnownTexts.ts';

/** What a release would be given: a `RenderedRelease` is one. */
export interface NewConfig {
  readonly values: readonly EffectiveValue[];
  /** Without it nothing is said about whether a masked value has changed. */
  readonly merged?: Sealed<JsonObject>;
  readonly secrets?: Sealed<readonly string[]>;
  /** Where there are some, the render knows what they substituted; else it shows that as plain text, as the live object does. */
  readonly parents?: readonly FluxName[];
}

export interface MaskedConfigPair {
  readonly before: JsonObject;
  readonly after: JsonObject;
  /** Whether they differ, masked values included. */
  readonly differs: boolean;
}

/**
 * `live` is the HelmRelease as it is in the cluster. An old value is shown where the new one at its path is the same and
 * comes from plain text, where `spec.values` of `live` states it just so, or where it was made of `live` as it is and neither
 * that nor the new render takes values from a Secret. `substituted`: texts of Secrets that Kustomizations substitute into `live`.
 */
export function maskedConfigPair(
  oldConfig: Sealed<JsonObject>,
  next: NewConfig,
  live: FluxObject | undefined,
  substituted?: Sealed<readonly string[]>,
): MaskedConfigPair {
  const shown = shownConfig(next.values);
  const paths = maskedPaths(shown, []);
  const real = next.merged?.reveal();
  const newTree = withoutSubstituted(treeOf(shown, real ?? shown, paths), next, substituted);
  const texts = new Set([...(next.secrets?.reveal() ?? []), ...(substituted?.reveal() ?? [])]);
  if (real) {
    collectSecrets(newTree, texts);
  }
  const known = { texts: new KnownTexts(texts), keys: new Set<string>(), plain: new Set(plainTexts(newTree)) };
  const old = prove(oldConfig.reveal(), {
    path: [],
    plain: new Map(
      next.values.flatMap((one) => (isPlain(one) ? [[JSON.stringify(one.path), one.value] as const] : [])),
    ),
    stated: asRecord(fieldAt(live, 'spec', 'values')) ?? {},
    keys: new Set(next.values.flatMap(({ path }) => path)),
    everything:
      live !== undefined &&
      isOfSpec(live) &&
      !readsSecrets(live) &&
      next.values.every(({ origin }) => origin.from !== 'Secret'),
  });
  const before = maskKnownTexts(layMasks(old, newTree), known);
  const [left, paired] = real ? pairTrees(before, newTree) : pairTrees(uncompared(before), uncompared(newTree));
  const right = withPlain(paired, newTree);
  return {
    before: left as JsonObject,
    after: right as JsonObject,
    differs: !isDeepStrictEqual(left, right),
  };
}

/**
 * The values that two renders of a release give, of which each knows where its own come from: nothing needs to be proven, but what a
 * Secret holds on one side is masked on the other.
 */
export function renderedConfigPair(before: NewConfig, after: NewConfig): MaskedConfigPair {
  const isKnown = before.merged !== undefined && after.merged !== undefined;
  const [old, next] = [renderedTree(before), renderedTree(after)];
  const secrets = new Set<string>();
  if (isKnown) {
    collectSecrets(old, secrets);
    collectSecrets(next, secrets);
  }
  const [left, right] = isKnown
    ? pairTrees(maskSecretsIn(old, secrets), maskSecretsIn(next, secrets))
    : pairTrees(uncompared(old), uncompared(next));
  return { before: left as JsonObject, after: right as JsonObject, differs: !isDeepStrictEqual(left, right) };
}

function renderedTree({ values, merged }: NewConfig): MaskedTree {
  const shown = shownConfig(values);
  return treeOf(shown, merged?.reveal() ?? shown, maskedPaths(shown, []));
}

function withoutSubstituted(
  tree: MaskedTree,
  { parents = [] }: NewConfig,
  substituted: Sealed<readonly string[]> | undefined,
): MaskedTree {
  const texts = substituted?.reveal() ?? [];
  const plain = new Set(parents.length === 0 ? [] : plainTexts(tree));
  return texts.length === 0
    ? tree
    : maskKnownTexts(tree, { texts: new KnownTexts(texts), keys: new Set<string>(), plain });
}

/** A new value from plain text is shown although the old one is not: it stands in the repository for all to read. */
function withPlain(shown: unknown, tree: MaskedTree): unknown {
  switch (tree.form) {
    case 'plain':
      return tree.value;
    case 'text':
      return tree.lines.some((line) => line.masked) ? shown : shownTree(tree);
    case 'list': {
      const items = asList(shown);
      return items?.length === tree.items.length
        ? tree.items.map((item, at) => withPlain(items[at], item))
        : withOwn(shown, tree);
    }
    case 'map': {
      const entries = asRecord(shown);
      return entries
        ? Object.fromEntries([...tree.entries].map(([key, item]) => [key, withPlain(entries[key], item)]))
        : withOwn(shown, tree);
    }
    case 'masked':
    case 'unstable':
      return shown;
  }
}

/** Of a value whose old one is of another form. */
function withOwn(shown: unknown, tree: MaskedTree): unknown {
  return hasMask(tree) ? shown : shownTree(tree);
}

function plainTexts(tree: MaskedTree): readonly string[] {
  switch (tree.form) {
    case 'plain':
      return [String(tree.value).trim()];
    case 'list':
      return tree.items.flatMap(plainTexts);
    case 'map':
      return [...tree.entries.values()].flatMap(plainTexts);
    case 'text':
    case 'masked':
    case 'unstable':
      return [];
  }
}

function isPlain({ origin, value }: EffectiveValue): boolean {
  return (origin.from === 'inline' || origin.from === 'ConfigMap') && maskedPaths(value, []).length === 0;
}

function readsSecrets(release: FluxObject): boolean {
  return (asList(fieldAt(release, 'spec', 'valuesFrom')) ?? []).some((one) => fieldAt(one, 'kind') !== 'ConfigMap');
}

/**
 * Whether what Helm has stored was made of the HelmRelease as it is now, and of nothing before it: a Secret that it read earlier may
 * still be in values that are kept or that are not upgraded yet.
 */
function isOfSpec({ metadata, spec, status }: FluxObject): boolean {
  const { generation } = metadata;
  const digest = fieldAt(status, 'lastAttemptedConfigDigest');
  const newest = asList(fieldAt(status, 'history'))?.[0];
  return (
    generation !== undefined &&
    fieldAt(status, 'observedGeneration') === generation &&
    fieldAt(status, 'lastAttemptedGeneration') === generation &&
    fieldAt(spec, 'upgrade', 'preserveValues') !== true &&
    fieldAt(newest, 'status') === 'deployed' &&
    digest !== undefined &&
    fieldAt(newest, 'configDigest') === digest
  );
}

/** The values that the release gives as one object, without the chart's own. */
function shownConfig(values: readonly EffectiveValue[]): JsonObject {
  const config: Record<string, unknown> = {};
  for (const { path, value, origin } of values) {
    const last = path.at(-1);
    if (origin.from === 'chart' || last === undefined) {
      continue;
    }
    let here = config;
    for (const key of path.slice(0, -1)) {
      const below = asRecord(here[key]) ?? {};
      here[key] = below;
      here = below;
    }
    here[String(last)] = value;
  }
  return config;
}

/** Where a value that is fit to be shown holds a mask. */
function maskedPaths(value: unknown, path: FieldPath): readonly FieldPath[] {
  if (typeof value === 'string') {
    return value.split('\n').includes(mask) ? [path] : [];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => maskedPaths(item, [...path, index]));
  }
  return Object.entries(asRecord(value) ?? {}).flatMap(([key, item]) =>
    key.startsWith(mask) ? [[...path, key]] : maskedPaths(item, [...path, key]),
  );
}

function treeOf(shown: JsonObject, real: JsonObject, masked: readonly FieldPath[]): MaskedTree {
  const [object, sealed] = [shown, real].map((one) => one as unknown as KubernetesObject);
  return maskedTree({
    object: object as KubernetesObject,
    real: new Sealed(sealed as KubernetesObject),
    masked,
    unstable: [],
  });
}

interface Proof {
  readonly path: FieldPath;
  /** New values from plain text, by their paths as JSON. */
  readonly plain: ReadonlyMap<string, unknown>;
  /** What the live HelmRelease states at this place. */
  readonly stated: unknown;
  /** Keys that may be shown. */
  readonly keys: ReadonlySet<string | number>;
  /** No Secret took part. */
  readonly everything: boolean;
}

/** The old value as a tree in which only what is proven is plain. */
function prove(value: unknown, proof: Proof): MaskedTree {
  const path = JSON.stringify(proof.path);
  const isProven =
    proof.everything ||
    isDeepStrictEqual(value, proof.stated) ||
    (proof.plain.has(path) && isDeepStrictEqual(value, proof.plain.get(path)));
  const record = asRecord(value);
  if (record && (!isProven || Object.keys(record).length > 0)) {
    const entries = new Map<string, MaskedTree>();
    const gone: [string, unknown][] = [];
    for (const [key, item] of Object.entries(record)) {
      if (isProven || proof.keys.has(key) || asRecord(proof.stated)?.[key] !== undefined) {
        const stated = asRecord(proof.stated)?.[key];
        entries.set(key, prove(item, { ...proof, path: [...proof.path, key], stated }));
      } else {
        gone.push([key, item]);
      }
    }
    gone.forEach((_one, at) => entries.set(at === 0 ? mask : `${mask} (${at + 1})`, { form: 'masked', real: gone }));
    return { form: 'map', entries };
  }
  if (!isProven) {
    return value === null || value === undefined ? { form: 'plain', value } : { form: 'masked', real: value };
  }
  return plainTree(value);
}

function plainTree(value: unknown): MaskedTree {
  const object = { value } as unknown as KubernetesObject;
  const tree = maskedTree({ object, real: new Sealed(object), masked: [], unstable: [] });
  return (tree.form === 'map' ? tree.entries.get('value') : undefined) ?? { form: 'plain', value };
}
