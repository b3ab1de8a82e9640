/**
 * A cluster in memory for comparisons: objects with their managed fields, answers to dry-runs, rights; and what was asked of it.
 * What a server-side apply makes of an object is told by the test, for that is the server's matter.
 */
import assert from 'node:assert/strict';
import { Failure, cancelled } from '../../../src/base/failure.ts';
import type { AccessQuestion, ApiResource, ClusterApi, ListPage, ListQuery } from '../../../src/cluster/clusterApi.ts';
import { groupOf } from '../../../src/flux/kinds.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { labelSelector } from '../../../src/drift/labelSelector.ts';

export type DryRunAnswer = KubernetesObject | Failure;

/** `apps/v1 Deployment deployments`; with `-` behind it for kinds without namespace. */
const usual = [
  'v1 Namespace namespaces -',
  'v1 ConfigMap configmaps',
  'v1 Secret secrets',
  'v1 Service services',
  'v1 PersistentVolumeClaim persistentvolumeclaims',
  'apps/v1 Deployment deployments',
  'batch/v1 Job jobs',
  'autoscaling/v2 HorizontalPodAutoscaler horizontalpodautoscalers',
  'rbac.authorization.k8s.io/v1 ClusterRole clusterroles -',
  'apiextensions.k8s.io/v1 CustomResourceDefinition customresourcedefinitions -',
];

type Id = { readonly namespace: string; readonly name: string };

export class DriftCluster {
  /** `GET configmaps apps/settings`, `DRYRUN …`, `MAY get configmaps apps`, `LIST …`, in their order. */
  readonly asked: string[] = [];
  readonly sent: KubernetesObject[] = [];
  /** Requests that run, and the most that ever ran. */
  running = 0;
  most = 0;
  /** Rights that are refused: `patch configmaps apps`. Any at all refuse the question about everything. */
  readonly refused = new Set<string>();
  /** Thrown once, in turn, before an answer. */
  readonly failures: Failure[] = [];
  readonly #objects = new Map<string, KubernetesObject | Failure>();
  readonly #lists = new Map<string, Failure>();
  readonly #dryRuns = new Map<string, DryRunAnswer | ((sent: KubernetesObject) => DryRunAnswer)>();
  readonly #resources: ApiResource[] = usual.map(readResource);

  serve(resource: string): this {
    this.#resources.push(readResource(resource));
    return this;
  }

  has(object: KubernetesObject): this {
    this.#objects.set(this.#key(object), object);
    return this;
  }

  failsToGet(object: KubernetesObject, failure: Failure): this {
    this.#objects.set(this.#key(object), failure);
    return this;
  }

  /** `plural` of the kind. */
  failsToList(plural: string, failure: Failure): this {
    this.#lists.set(plural, failure);
    return this;
  }

  /** For the object of that kind and name; without this, the answer is what is sent over what lives. */
  answersDryRun(object: KubernetesObject, answer: DryRunAnswer | ((sent: KubernetesObject) => DryRunAnswer)): this {
    this.#dryRuns.set(this.#key(object), answer);
    return this;
  }

  #findResource(wanted: {
    readonly group: string;
    readonly kind: string;
    readonly version?: string;
  }): Promise<ApiResource | undefined> {
    const served = this.#resources.filter(({ group, kind }) => group === wanted.group && kind === wanted.kind);
    return Promise.resolve(served.find(({ version }) => version === wanted.version) ?? served[0]);
  }

  #get(resource: ApiResource, id: Id, signal: AbortSignal): Promise<KubernetesObject> {
    return this.#answer(`GET ${title(resource, id)}`, signal, () => {
      const found = this.#objects.get(keyOf(resource, id));
      return found ?? new Failure('notFound', `${resource.plural} "${id.name}" not found`, { status: 404 });
    });
  }

  #dryRunApply(
    resource: ApiResource,
    id: Id,
    object: KubernetesObject,
    fieldManager: string,
    signal: AbortSignal,
  ): Promise<KubernetesObject> {
    assert.equal(fieldManager, 'kustomize-controller');
    this.sent.push(object);
    return this.#answer(`DRYRUN ${title(resource, id)}`, signal, () => {
      const answer = this.#dryRuns.get(keyOf(resource, id));
      const live = this.#objects.get(keyOf(resource, id));
      const made = typeof answer === 'function' ? answer(object) : answer;
      return made ?? (live === undefined || live instanceof Failure ? object : merged(live, object));
    });
  }

  #list(resource: ApiResource, query: ListQuery, signal: AbortSignal): Promise<ListPage> {
    const select = labelSelector(query.labelSelector ?? '');
    assert(select);
    const from = Number(query.next ?? 0);
    const to = from + (query.limit ?? Infinity);
    return this.#answer(`LIST ${resource.plural} ${query.namespace ?? ''}`, signal, () => {
      const failure = this.#lists.get(resource.plural);
      if (failure) {
        return failure;
      }
      const found = [...this.#objects]
        .filter(([key]) => key.startsWith(`${resource.plural} `))
        .flatMap(([, one]) => (one instanceof Failure ? [] : [one]))
        .filter(({ metadata }) => query.namespace === undefined || metadata.namespace === query.namespace)
        .filter(({ metadata }) => select(metadata.labels ?? {}));
      const items = found.slice(from, to).map((one) => listed(one, query));
      return { items, resourceVersion: '1', next: to < found.length ? String(to) : undefined, remaining: undefined };
    });
  }

  #mayI(question: AccessQuestion, signal: AbortSignal): Promise<boolean | undefined> {
    const { verb, resource, namespace } = question;
    const text = [verb, resource, ...(namespace === undefined ? [] : [namespace])].join(' ');
    return this.#answer(`MAY ${text}`, signal, () => {
      const allowed = verb === '*' ? this.refused.size === 0 : !this.refused.has(text);
      return { allowed };
    }).then(({ allowed }) => allowed);
  }

  /** What a comparison is given. */
  get api(): ClusterApi {
    return {
      context: 'homelab',
      findResource: (wanted) => this.#findResource(wanted),
      get: (resource, id, signal) => this.#get(resource, id, signal),
      getWithManagedFields: (resource, id, signal) => this.#get(resource, id, signal),
      dryRunApply: (resource, id, object, manager, signal) => this.#dryRunApply(resource, id, object, manager, signal),
      list: (resource, query, signal) => this.#list(resource, query, signal),
      mayI: (question, signal) => this.#mayI(question, signal),
      serverVersion: refuse,
      discoverGroup: refuse,
      capabilities: refuse,
      forgetDiscovery: refuse,
      watch: refuse,
      getMetadata: refuse,
      mergePatch: refuse,
      connectToPod: refuse,
      getThroughService: refuse,
      dispose: refuse,
    };
  }

  async #answer<T extends object>(what: string, signal: AbortSignal, answer: () => T | Failure): Promise<T> {
    this.asked.push(what);
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    await Promise.resolve(); // others may begin
    this.running -= 1;
    if (signal.aborted) {
      throw cancelled(what);
    }
    const result = this.failures.shift() ?? answer();
    if (result instanceof Failure) {
      throw result;
    }
    return result;
  }

  #key({ apiVersion, kind, metadata }: KubernetesObject): string {
    const resource = this.#resources.find((one) => one.group === groupOf(apiVersion) && one.kind === kind);
    assert(resource, `${apiVersion} ${kind} is served`);
    return keyOf(resource, { namespace: metadata.namespace ?? '', name: metadata.name });
  }
}

/** What of an object a list of that form brings. */
function listed(object: KubernetesObject, { metadataOnly, withManagedFields }: ListQuery): KubernetesObject {
  const { apiVersion, kind, metadata } = object;
  const { managedFields, ...rest } = metadata;
  const told = withManagedFields === true && managedFields ? { ...rest, managedFields } : rest;
  return metadataOnly === true ? { apiVersion, kind, metadata: told } : { ...object, metadata: told };
}

function readResource(text: string): ApiResource {
  const [apiVersion = '', kind = '', plural = '', scope] = text.split(' ');
  const group = groupOf(apiVersion);
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  return { group, version, kind, plural, namespaced: scope === undefined, verbs: ['get', 'list', 'patch'] };
}

function title({ plural }: ApiResource, { namespace, name }: Id): string {
  return `${plural} ${namespace === '' ? name : `${namespace}/${name}`}`;
}

function keyOf(resource: ApiResource, id: Id): string {
  return title(resource, { ...id, namespace: resource.namespaced ? id.namespace : '' });
}

/** Enough of an apply for objects whose maps are merged and whose lists are replaced. */
function merged(live: KubernetesObject, sent: KubernetesObject): KubernetesObject {
  return mergeValues(live, sent) as KubernetesObject;
}

function mergeValues(live: unknown, sent: unknown): unknown {
  return isMap(live) && isMap(sent)
    ? { ...live, ...Object.fromEntries(Object.entries(sent).map(([key, item]) => [key, mergeValues(live[key], item)])) }
    : sent;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(): never {
  throw new Error('a comparison has no business with this call');
}
