/** The few things that tests say about Flux objects again and again: where they are, whether they are ready, look again. */
import { type Condition } from '../../src/flux/objects.ts';
import { fluxKinds } from '../../src/flux/kinds.ts';
import { type ApiObject } from './apiClient.ts';
import { type TestCluster } from './clusterHandle.ts';

/** The API path of a Flux object in the version that this cluster's Flux serves; `name` is `namespace/name`. */
export function fluxPath(kind: string, name: string): string {
  const known = fluxKinds.find((other) => other.kind === kind);
  if (known === undefined) {
    throw new Error(`${kind} is no Flux kind`);
  }
  const [namespace, own] = name.split('/');
  const version = known.kind === 'HelmRelease' ? 'v2' : 'v1';
  return `/apis/${known.group}/${version}/namespaces/${namespace}/${known.plural}/${own}`;
}

export function conditionOf(object: ApiObject | undefined, type: string): Condition | undefined {
  return object?.status?.conditions?.find((condition) => condition.type === type);
}

/** Ids as the controllers write them; empty for an object without an inventory. */
export function inventoryIds(object: ApiObject | undefined): readonly string[] {
  return object?.status?.inventory?.entries?.map(({ id }) => id) ?? [];
}

/** Ready, and about the present generation. */
export function isReady(object: ApiObject | undefined): boolean {
  return (
    object !== undefined &&
    conditionOf(object, 'Ready')?.status === 'True' &&
    object.status?.observedGeneration === object.metadata.generation
  );
}

/** Asks the object's controller to reconcile now and resolves when it has looked, whatever the outcome. */
export async function requestReconcile(cluster: TestCluster, path: string): Promise<ApiObject> {
  const token = new Date().toISOString();
  const patch = { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': token } } };
  await cluster.api.patch(path, patch, 'flux');
  const handled = await cluster.api.waitFor(path, (object) => object?.status?.lastHandledReconcileAt === token);
  return handled as ApiObject;
}
