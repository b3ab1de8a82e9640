/**
 * What kustomize-controller takes back that no dry-run shows: before it applies an object it takes over, in `managedFields`, what
 * `kubectl` wrote, so that the apply removes what of it Git does not set (pkg/ssa manager_apply.go `cleanupMetadata`; spec drift
 * 4.7). Pure: predicts from a live object and its dry-run, and asks nobody.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord } from '../flux/untyped.ts';
import { type FieldOwner, type FieldTrie, fieldOwners, nodeAt, noFields, unionOf, valueAt } from './managedFields.ts';

export const kustomizeController = 'kustomize-controller';

/** Always removed, whoever wrote them (kustomization_controller.go `apply`, `ApplyCleanupOptions`). */
const removedAnnotations = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'kustomize.toolkit.fluxcd.io/checksum',
  'fluxcd.io/sync-checksum',
];
const removedLabels = ['fluxcd.io/sync-gc-mark'];

/**
 * Prefixes of managers; with `Apply`, only kubectl's are taken over (the same place, `fieldManagers`), and those of `overridden`: what
 * the controller's flag `--override-manager` adds.
 */
function isTakenOver({ manager, operation, subresource }: FieldOwner, overridden: readonly string[]): boolean {
  const updaters = operation === 'Update' ? ['before-first-apply', kustomizeController] : [];
  return subresource === '' && ['kubectl', ...updaters, ...overridden].some((prefix) => manager.startsWith(prefix));
}

/** The controller's own entry: what it applied last. */
export function isOwn({ manager, operation, subresource }: FieldOwner): boolean {
  return manager === kustomizeController && operation === 'Apply' && subresource === '';
}

/** Whether the controller would rewrite the object's metadata, after which it applies the object even if nothing has drifted. */
export function isCleanedUp(live: KubernetesObject, overridden: readonly string[] = []): boolean {
  const { annotations = {}, labels = {} } = live.metadata;
  return (
    removedAnnotations.some((key) => Object.hasOwn(annotations, key)) ||
    removedLabels.some((key) => Object.hasOwn(labels, key)) ||
    fieldOwners(live).some((owner) => isTakenOver(owner, overridden))
  );
}

/** Whether somebody has written the object whom only a flag of the controller could take fields back from. */
export function mayBeOverridden(live: KubernetesObject): boolean {
  return fieldOwners(live).some((owner) => owner.subresource === '' && !isOwn(owner) && !isTakenOver(owner, []));
}

/** No object is without metadata, whoever claims a part of it. */
const everyObject: FieldTrie = { member: false, below: new Map([['f:metadata', { member: true, below: new Map() }]]) };

/** The object as it will be: the dry-run's answer without what the controller takes back. */
export function withoutTakenBack(
  live: KubernetesObject,
  dryRun: KubernetesObject,
  overridden: readonly string[] = [],
): KubernetesObject {
  const before = fieldOwners(live);
  const isTaken = (owner: FieldOwner): boolean => isTakenOver(owner, overridden);
  const own = unionOf(
    fieldOwners(dryRun)
      .filter(isOwn)
      .map(({ fields }) => fields),
  );
  const taken = unionOf(before.filter(isTaken).map(({ fields }) => fields));
  const kept = before.filter((owner) => !isTaken(owner) && !isOwn(owner)).map(({ fields }) => fields);
  const applied = before.filter(isOwn).map(({ fields }) => fields);
  const pruned = pruneFields(dryRun, {
    taken,
    last: unionOf([taken, ...applied]),
    managed: unionOf([everyObject, own, ...kept]),
  });
  return withoutOldMetadata(pruned as KubernetesObject, own);
}

export interface Ownership {
  /** What is to go, if nobody claims it: what kubectl and its like own. */
  readonly taken: FieldTrie;
  /** What the controller will own before it applies: that and what it applied last. */
  readonly last: FieldTrie;
  /** What it applies now, and what others own. */
  readonly managed: FieldTrie;
}

/**
 * As a server-side apply removes what it set before and no longer sets (structured-merge-diff merge/update.go `prune`): a field or
 * an item that nobody claims goes as a whole, with what is unowned in it; of one that somebody claims, what is claimed stays and
 * what is unowned, too. A named field counts as claimed where something in it is; an item of a list only by itself.
 */
export function pruneFields(value: unknown, { taken, last, managed }: Ownership): unknown {
  const gone = new Set<string | number>();
  const changed = new Map<string | number, unknown>();
  for (const key of asList(value)?.keys() ?? Object.keys(asRecord(value) ?? {})) {
    const below = nodeAt(taken, value, key);
    if (below === undefined) {
      continue;
    }
    const [before, claimed] = [nodeAt(last, value, key) ?? noFields, nodeAt(managed, value, key)];
    const isField = typeof key === 'string';
    const wasSet = before.member || isField;
    const isClaimed = claimed !== undefined && (claimed.member || isField);
    if (wasSet && !isClaimed) {
      gone.add(key);
    } else {
      const inside = valueAt(value, key);
      changed.set(key, pruneFields(inside, { taken: below, last: before, managed: claimed ?? noFields }));
    }
  }
  return rebuilt(value, gone, changed);
}

function rebuilt(
  value: unknown,
  gone: ReadonlySet<string | number>,
  changed: ReadonlyMap<string | number, unknown>,
): unknown {
  const keep = <K extends string | number>(key: K, item: unknown): readonly (readonly [K, unknown])[] =>
    gone.has(key) ? [] : [[key, changed.has(key) ? changed.get(key) : item]];
  const list = asList(value);
  if (list) {
    return list.flatMap((item, at) => keep(at, item)).map(([, item]) => item);
  }
  const record = asRecord(value);
  return record ? Object.fromEntries(Object.entries(record).flatMap(([key, item]) => keep(key, item))) : value;
}

/** What Git sets is applied again after it was removed. */
function withoutOldMetadata(object: KubernetesObject, own: FieldTrie): KubernetesObject {
  const ownMetadata = own.below.get('f:metadata');
  const without = (
    part: 'annotations' | 'labels',
    removed: readonly string[],
  ): { readonly [part]?: Readonly<Record<string, string>> } => {
    const map = object.metadata[part];
    const ownPart = ownMetadata?.below.get(`f:${part}`);
    if (map === undefined || !removed.some((key) => Object.hasOwn(map, key))) {
      return {};
    }
    const isKept = ([key]: readonly [string, string]): boolean =>
      !removed.includes(key) || ownPart?.below.has(`f:${key}`) === true;
    return { [part]: Object.fromEntries(Object.entries(map).filter(isKept)) };
  };
  const metadata = {
    ...object.metadata,
    ...without('annotations', removedAnnotations),
    ...without('labels', removedLabels),
  };
  return { ...object, metadata };
}
