/**
 * The objects of a release that Helm has stored, as helm-controller compares them: with the marks that Helm adds when it applies,
 * and in the namespace where they end up (helm-controller internal/action/diff.go). Compares nothing.
 */
import { Sealed } from '../base/sealed.ts';
import type { ApiResource, ClusterApi } from '../cluster/clusterApi.ts';
import type { StoredRelease } from '../cluster/helmStorage.ts';
import { groupOf, versionOf } from '../flux/kinds.ts';
import { idOf, type ObjectId } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { ManifestReader } from '../render/readManifest.ts';

/** An object where it ends up in the cluster. */
export interface PlacedObject {
  readonly id: ObjectId;
  readonly apiVersion: string;
  readonly object: Sealed<KubernetesObject>;
  /** `undefined`: the kind is not served, or not in the version that the object names, in which nothing can be asked. */
  readonly resource: ApiResource | undefined;
  /** The manifest names no namespace, so it is in that of its release. */
  readonly placedByRelease?: true;
}

/** In the order of the manifest. Hooks are not among them, nor are the definitions of `crds/`. */
export async function storedObjects(
  stored: StoredRelease,
  parts: { readonly api: ClusterApi; readonly read: ManifestReader; readonly signal: AbortSignal },
): Promise<readonly PlacedObject[]> {
  const { api, read, signal } = parts;
  const objects = await read(stored.manifest, `the manifest of release ${stored.namespace}/${stored.name}`, signal);
  const placed: PlacedObject[] = [];
  for (const object of objects.reveal()) {
    placed.push(await placeObject(withHelmMarks(object, stored), stored.namespace, api, signal));
  }
  return placed;
}

/** A kind that lives in namespaces is put into `namespace` where the object names none; any other loses the one that it names. */
export async function placeObject(
  object: KubernetesObject,
  namespace: string,
  api: ClusterApi,
  signal: AbortSignal,
): Promise<PlacedObject> {
  const { apiVersion, kind } = object;
  const version = versionOf(apiVersion);
  const found = await api.findResource({ group: groupOf(apiVersion), kind, version }, signal); // kept by the api
  const own = object.metadata.namespace ?? '';
  const place = found === undefined ? own : !found.namespaced ? '' : own === '' ? namespace : own;
  const there = inNamespace(object, place);
  return {
    id: idOf(there),
    apiVersion,
    object: new Sealed(there),
    resource: found?.version === version ? found : undefined,
    ...(own === '' && place !== '' && { placedByRelease: true as const }),
  };
}

/** `''` for none. */
export function inNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  const { metadata } = object;
  const { name } = metadata;
  const others = Object.entries(metadata).filter(([key]) => key !== 'name' && key !== 'namespace');
  const place = namespace === '' ? {} : { namespace };
  return { ...object, metadata: { name, ...place, ...Object.fromEntries(others) } };
}

/** Not in the manifest, but on every object that Helm applies. */
export function withHelmMarks(
  object: KubernetesObject,
  release: { readonly name: string; readonly namespace: string },
): KubernetesObject {
  const { labels, annotations } = object.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...labels, 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        ...annotations,
        'meta.helm.sh/release-name': release.name,
        'meta.helm.sh/release-namespace': release.namespace,
      },
    },
  };
}
