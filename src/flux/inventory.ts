/**
 * The objects that an applier says it applied: `status.inventory` and its ids (spec drift 3.1). Reads what is written
 * there; whether an object exists is for the cluster to say.
 */
import { deployedRevision } from './behindSource.ts';
import { atLeastVersion } from './fluxVersion.ts';
import type { ObjectId } from './objectKey.ts';
import type { FluxObject } from './objects.ts';

export interface InventoryItem {
  readonly id: ObjectId;
  /** API version without the group; the cluster may have stopped serving it. `''` where the entry has none. */
  readonly version: string;
  /** The entry's own text. Match by this, not by `id`: a literal `__` in a name cannot be told from `:`. */
  readonly encoded: string;
}

const rbacKinds: ReadonlySet<string> = new Set(['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding']);

/**
 * `<namespace>_<name>_<group>_<kind>`: the outer fields are cut off and the name is what is left, for an RBAC name may
 * contain `_` and has `__` for `:` (cli-utils pkg/object/objmetadata.go). `undefined` for text that is no id.
 */
export function parseInventoryId(text: string): ObjectId | undefined {
  const first = text.indexOf('_');
  const last = text.lastIndexOf('_');
  const middle = text.lastIndexOf('_', last - 1);
  if (middle <= first) {
    return undefined; // fewer than three separators: the searches have met
  }
  const name = text.slice(first + 1, middle).replaceAll('__', ':');
  const kind = text.slice(last + 1);
  return name === '' || kind === ''
    ? undefined
    : { namespace: text.slice(0, first), name, group: text.slice(middle + 1, last), kind };
}

/** The inverse; only the RBAC kinds have their colons rewritten. */
export function encodeInventoryId(id: ObjectId): string {
  const isRbac = id.group === 'rbac.authorization.k8s.io' && rbacKinds.has(id.kind);
  const name = isRbac ? id.name.replaceAll(':', '__') : id.name;
  return `${id.namespace}_${name}_${id.group}_${id.kind}`;
}

/**
 * The ids that an object may have in a list that is told by ids, the likeliest first: with its namespace, and without one, for who does
 * not know whether a kind has namespaces leaves it out.
 */
export function possibleInventoryIds(id: ObjectId): readonly string[] {
  return [encodeInventoryId(id), encodeInventoryId({ ...id, namespace: '' })];
}

/** What a map by encoded ids has of the object. */
export function findByInventoryId<T extends object>(known: ReadonlyMap<string, T>, id: ObjectId): T | undefined {
  return possibleInventoryIds(id)
    .map((encoded) => known.get(encoded))
    .find((one) => one !== undefined);
}

/**
 * What an applier lists, each object once, unreadable entries left out. Empty for kinds that apply nothing.
 * - `remote`: `spec.kubeConfig` sends the objects to another cluster, where nothing can be looked up from here
 * - `notReported`: a HelmRelease of a Flux before 2.8, which has no inventory. `fluxVersion`, where known, tells it from
 *   a release of a newer Flux that has applied nothing.
 */
export function inventoryOf(
  object: FluxObject,
  fluxVersion?: string,
): readonly InventoryItem[] | 'notReported' | 'remote' {
  if (object.spec?.kubeConfig !== undefined) {
    return 'remote';
  }
  const entries = object.status?.inventory?.entries;
  if (entries === undefined && object.kind === 'HelmRelease') {
    const everInstalled = (object.status?.history ?? []).length > 0 || deployedRevision(object) !== undefined;
    const canReport = fluxVersion !== undefined && atLeastVersion(fluxVersion, 2, 8) === true;
    return everInstalled && !canReport ? 'notReported' : [];
  }
  const items = new Map<string, InventoryItem>();
  for (const { id: encoded, v } of entries ?? []) {
    const id = parseInventoryId(encoded);
    if (id && !items.has(encoded)) {
      items.set(encoded, { id, version: v, encoded });
    }
  }
  return [...items.values()];
}
