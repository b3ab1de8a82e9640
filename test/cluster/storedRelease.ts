/**
 * What helm-controller stored of a release, read from its Secret as Helm writes it (helm.sh/helm, pkg/storage/driver): the
 * tests' own reader, so that the product's does not prove itself.
 */
import { gunzipSync } from 'node:zlib';
import { yamlObjects, type PlainObject } from '../support/comparable.ts';
import type { TestCluster } from './clusterHandle.ts';

export interface StoredHook {
  readonly object: PlainObject;
  readonly events: readonly string[];
}

export interface StoredRelease {
  readonly name: string;
  readonly namespace: string;
  readonly chart: { readonly name: string; readonly version: string };
  readonly objects: readonly PlainObject[];
  readonly hooks: readonly StoredHook[];
  readonly notes: string;
}

interface ReleaseJson {
  readonly name: string;
  readonly namespace: string;
  readonly chart: { readonly metadata: { readonly name: string; readonly version: string } };
  readonly manifest: string;
  readonly hooks?: readonly { readonly manifest: string; readonly events: readonly string[] }[];
  readonly info: { readonly notes?: string };
}

/** Throws when there is no such revision. */
export async function storedRelease(
  cluster: TestCluster,
  storage: { readonly namespace: string; readonly release: string; readonly revision: number },
): Promise<StoredRelease> {
  const { namespace, release, revision } = storage;
  const secret = await cluster.api.get(
    `/api/v1/namespaces/${namespace}/secrets/sh.helm.release.v1.${release}.v${revision}`,
  );
  // The API's base64 around Helm's own.
  const packed = Buffer.from(Buffer.from(secret.data?.['release'] ?? '', 'base64').toString(), 'base64');
  const json = JSON.parse(gunzipSync(packed).toString()) as ReleaseJson;
  return {
    name: json.name,
    namespace: json.namespace,
    chart: json.chart.metadata,
    objects: yamlObjects(json.manifest),
    hooks: (json.hooks ?? []).flatMap(({ manifest, events }) =>
      yamlObjects(manifest).map((object) => ({ object, events })),
    ),
    notes: json.info.notes ?? '',
  };
}
