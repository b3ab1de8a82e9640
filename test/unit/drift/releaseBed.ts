/**
 * A HelmRelease in a cluster in memory: what Helm has stored of it, its live objects, Secrets and owners, and what was asked. The
 * manifest is read as JSON documents, for the YAML of controllers is the engine's matter.
 */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { Failure } from '../../../src/base/failure.ts';
import { Sealed } from '../../../src/base/sealed.ts';
import type { ApiResource, ClusterApi } from '../../../src/cluster/clusterApi.ts';
import {
  compareRelease,
  type ReleaseComparison,
  type ReleaseComparisonRequest,
} from '../../../src/drift/compareRelease.ts';
import type { ObjectDifference } from '../../../src/drift/difference.ts';
import { groupOf, versionOf } from '../../../src/flux/kinds.ts';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import type { ManifestReader } from '../../../src/render/readManifest.ts';

type Fields = Readonly<Record<string, unknown>>;

const readDocuments: ManifestReader = (manifest) =>
  Promise.resolve(
    new Sealed(
      manifest
        .reveal()
        .split('\n---\n')
        .filter((text) => text !== '')
        .map((text) => JSON.parse(text) as KubernetesObject),
    ),
  );

export function manifestObject(
  kind: string,
  name: string,
  fields: Fields = {},
  metadata: Fields = {},
): KubernetesObject {
  const group = kind === 'Deployment' ? 'apps/v1' : 'v1';
  return { apiVersion: group, kind, metadata: { name, ...metadata }, ...fields };
}

/** As it lives after an install: with the marks of Helm and what the server adds. */
export function installed(object: KubernetesObject, changes: Fields = {}, metadata: Fields = {}): KubernetesObject {
  const { labels, annotations, ...others } = object.metadata;
  return {
    ...object,
    metadata: {
      namespace: 'apps',
      ...others,
      resourceVersion: '7',
      uid: 'u',
      labels: { 'app.kubernetes.io/managed-by': 'Helm', ...labels },
      annotations: { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': 'apps', ...annotations },
      ...metadata,
    },
    ...changes,
  };
}

export function helmRelease(spec: FluxObject['spec'] = {}, more: Partial<FluxObject> = {}): FluxObject {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'shop', namespace: 'apps', generation: 1 },
    spec: { driftDetection: { mode: 'enabled' }, ...spec },
    status: {
      storageNamespace: 'apps',
      observedGeneration: 1,
      history: [{ name: 'shop', namespace: 'apps', version: 3, status: 'deployed' }],
    },
    ...more,
  };
}

export interface ReleaseWorld {
  readonly manifest: readonly KubernetesObject[];
  readonly config?: Fields;
  /** Of the chart that Helm stores with it. */
  readonly template?: string;
  /** Over what Helm stores. */
  readonly stored?: Fields;
  /** Live objects, Secrets and Kustomizations of owners, whatever else a `get` finds. */
  readonly live?: readonly KubernetesObject[];
  /** By `Kind name`: instead of the object laid over the live one. */
  readonly dryRuns?: Readonly<Record<string, KubernetesObject | Failure>>;
  /** `get secrets shop-values`, `patch deployments`; `get secrets` refuses all. */
  readonly refused?: readonly string[];
  /** No Secret of Helm. */
  readonly notStored?: boolean;
}

const resources: readonly ApiResource[] = [
  'v1 ConfigMap configmaps',
  'v1 Secret secrets',
  'v1 Namespace namespaces',
  'v1 PersistentVolumeClaim persistentvolumeclaims',
  'apps/v1 Deployment deployments',
  'networking.k8s.io/v1 Ingress ingresses',
  'kustomize.toolkit.fluxcd.io/v1 Kustomization kustomizations',
].map((text) => {
  const [apiVersion = '', kind = '', plural = ''] = text.split(' ');
  const [group, version] = [groupOf(apiVersion), versionOf(apiVersion)];
  return { group, version, kind, plural, namespaced: kind !== 'Namespace', verbs: ['get'] };
});

export class ReleaseBed {
  readonly asked: string[] = [];
  readonly sent: KubernetesObject[] = [];
  readonly heard: ObjectDifference[] = [];
  readonly #world: ReleaseWorld;
  readonly #live: readonly KubernetesObject[];

  constructor(world: ReleaseWorld) {
    this.#world = world;
    this.#live = [...(world.live ?? []), ...(world.notStored === true ? [] : [this.#helmSecret()])];
  }

  compare(request: Partial<ReleaseComparisonRequest> = {}): Promise<ReleaseComparison> {
    return compareRelease({
      live: helmRelease(),
      api: this.api,
      read: readDocuments,
      signal: new AbortController().signal,
      onObject: (difference) => this.heard.push(difference),
      ...request,
    });
  }

  #helmSecret(): KubernetesObject {
    const { manifest, config = {}, stored, template = '' } = this.#world;
    const templates = [{ name: 'templates/all.yaml', data: Buffer.from(template).toString('base64') }];
    const json = {
      name: 'shop',
      namespace: 'apps',
      version: 3,
      info: { status: 'deployed' },
      chart: { metadata: { name: 'shop', version: '0.1.0', appVersion: '1.4.2' }, templates },
      config,
      manifest: manifest.map((object) => JSON.stringify(object)).join('\n---\n'),
      apply_method: 'ssa',
      ...stored,
    };
    const packed = gzipSync(JSON.stringify(json)).toString('base64');
    const metadata = { name: 'sh.helm.release.v1.shop.v3', namespace: 'apps', labels: { version: '3' } };
    const release = Buffer.from(packed).toString('base64');
    return { apiVersion: 'v1', kind: 'Secret', metadata, data: { release } } as KubernetesObject;
  }

  get api(): ClusterApi {
    const get: ClusterApi['get'] = (resource, { namespace, name }) => {
      this.asked.push(`get ${resource.kind} ${name}`);
      const found = this.#find(resource, namespace, name);
      return found
        ? Promise.resolve(found)
        : Promise.reject(new Failure('notFound', `${resource.plural} "${name}" not found`, { status: 404 }));
    };
    const parts: Partial<ClusterApi> = {
      context: 'homelab',
      get,
      getWithManagedFields: get,
      getMetadata: get,
      findResource: ({ group, kind }) =>
        Promise.resolve(resources.find((one) => one.group === group && one.kind === kind)),
      mayI: ({ verb, resource, name }) => {
        const { refused = [] } = this.#world;
        const isRefused =
          refused.includes(`${verb} ${resource}`) || refused.includes(`${verb} ${resource} ${name ?? ''}`);
        return Promise.resolve(verb === '*' ? refused.length === 0 : !isRefused);
      },
      list: (resource) =>
        Promise.resolve({
          items: this.#live.filter(({ kind }) => kind === resource.kind),
          resourceVersion: '1',
          next: undefined,
          remaining: undefined,
        }),
      dryRunApply: (resource, { namespace, name }, object, manager) => {
        assert.equal(manager, 'helm-controller');
        this.asked.push(`dry-run ${resource.kind} ${name}`);
        this.sent.push(object);
        const live = this.#find(resource, namespace, name);
        const answer = this.#world.dryRuns?.[`${resource.kind} ${name}`] ?? (live ? merged(live, object) : object);
        return answer instanceof Failure ? Promise.reject(answer) : Promise.resolve(answer as KubernetesObject);
      },
    };
    return parts as ClusterApi;
  }

  #find(resource: ApiResource, namespace: string, name: string): KubernetesObject | undefined {
    return this.#live.find(
      (object) =>
        object.kind === resource.kind &&
        object.metadata.name === name &&
        (!resource.namespaced || object.metadata.namespace === namespace),
    );
  }
}

/** Enough of an apply: maps are merged, all else is replaced. */
function merged(live: unknown, sent: unknown): unknown {
  return isMap(live) && isMap(sent)
    ? { ...live, ...Object.fromEntries(Object.entries(sent).map(([key, item]) => [key, merged(live[key], item)])) }
    : sent;
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
