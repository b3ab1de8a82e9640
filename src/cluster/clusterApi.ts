/**
 * What Driftline asks of a cluster, as an interface: read, watch, patch, ask for rights. One implementation speaks HTTP
 * (`httpClusterApi.ts`); tests give others. There is no "current" cluster: an api object belongs to one context for good.
 */
import type { Duplex } from 'node:stream';
import type { KubernetesObject } from '../flux/objects.ts';

/** A served resource, as discovery tells it. */
export interface ApiResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

export interface ListPage {
  readonly items: readonly KubernetesObject[];
  readonly resourceVersion: string;
  /** Token of the next page, `undefined` on the last one. */
  readonly next: string | undefined;
  readonly remaining: number | undefined;
}

export interface ListQuery {
  /** `undefined` lists all namespaces. */
  readonly namespace?: string | undefined;
  readonly limit?: number;
  readonly next?: string | undefined;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Metadata alone: of Secrets nothing else may be read. */
  readonly metadataOnly?: boolean;
  /** As `getWithManagedFields`, for many. */
  readonly withManagedFields?: boolean;
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubernetesObject }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

export interface WatchQuery {
  readonly namespace?: string | undefined;
  readonly resourceVersion: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Metadata alone, as the server itself leaves the rest out. */
  readonly metadataOnly?: boolean;
  /** Called once when the server has accepted the watch: a quiet watch says nothing else for a minute. */
  readonly onOpen?: () => void;
}

/** One question to SelfSubjectAccessReview. */
export interface AccessQuestion {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

export interface ServerVersion {
  /** `v1.36.3` */
  readonly gitVersion: string;
  readonly major: string;
  readonly minor: string;
}

/** What templates of charts see of a cluster. */
export interface Capabilities {
  /** `v1.36.3` */
  readonly kubeVersion: string;
  /** `apps/v1` and `apps/v1/Deployment`, sorted. */
  readonly apiVersions: readonly string[];
}

export interface PodPort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

export interface ServicePath {
  readonly namespace: string;
  readonly service: string;
  /** The Service's own; what it leads to is the API server's matter. */
  readonly port: number;
  /** Begins with `/`, percent-encoded. */
  readonly path: string;
}

/** Bytes that something in the cluster sends. */
export interface Download {
  /** As announced, `undefined` when the sender did not say. */
  readonly length: number | undefined;
  /** To be read once. Leaving early ends the connection. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * All calls throw a `Failure` and nothing else; a cancelled signal gives `cancelled`.
 * Objects arrive without `managedFields` unless they are asked for with them.
 */
export interface ClusterApi {
  readonly context: string;
  serverVersion(signal: AbortSignal): Promise<ServerVersion>;
  /** Resources of a group in the version to use (preferred if it serves them, else the newest served); `[]` if not served. */
  discoverGroup(group: string, signal: AbortSignal): Promise<readonly ApiResource[]>;
  /**
   * The resource of one group, version and kind; falls back to the group's version in use when that version is no longer
   * served. `undefined` when the kind is not served. Cached until `forgetDiscovery`.
   */
  findResource(
    wanted: { readonly group: string; readonly kind: string; readonly version?: string },
    signal: AbortSignal,
  ): Promise<ApiResource | undefined>;
  /** All groups, versions and kinds that are served, as Helm gives them to templates. Cached until `forgetDiscovery`. */
  capabilities(signal: AbortSignal): Promise<Capabilities>;
  forgetDiscovery(): void;
  list(resource: ApiResource, query: ListQuery, signal: AbortSignal): Promise<ListPage>;
  /** Ends when the server closes the watch; throws `gone` for 410, in the head or as an ERROR event. */
  watch(resource: ApiResource, query: WatchQuery, signal: AbortSignal): AsyncIterable<WatchEvent>;
  get(resource: ApiResource, id: { namespace: string; name: string }, signal: AbortSignal): Promise<KubernetesObject>;
  getWithManagedFields(
    resource: ApiResource,
    id: { namespace: string; name: string },
    signal: AbortSignal,
  ): Promise<KubernetesObject>;
  /** An object without its content, as the server itself leaves it out; `kind` and `apiVersion` are the object's own. */
  getMetadata(
    resource: ApiResource,
    id: { namespace: string; name: string },
    signal: AbortSignal,
  ): Promise<KubernetesObject>;
  /**
   * What a server-side apply of `object` would make of the live one, without doing it (spec drift 4.6): `dryRun=All`, with
   * force. The answer has its `managedFields`, and no `metadata.resourceVersion` where the object would be created. The message of
   * a refusal may quote values of the object: whoever shows it masks them. `object` must not have `managedFields`,
   * `resourceVersion` or `uid`, which the server refuses or takes for a precondition.
   */
  dryRunApply(
    resource: ApiResource,
    id: { namespace: string; name: string },
    object: KubernetesObject,
    fieldManager: string,
    signal: AbortSignal,
  ): Promise<KubernetesObject>;
  /** A JSON merge patch with field manager `flux` (spec drift 2.1: any other name may be undone by a parent). */
  mergePatch(
    resource: ApiResource,
    id: { namespace: string; name: string },
    patch: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<KubernetesObject>;
  /**
   * A TCP connection to a port of a pod (`pods/portforward`). The stream ends with the signal; until then it is the caller's to
   * destroy. Whether anything listens there shows on the stream.
   */
  connectToPod(target: PodPort, signal: AbortSignal): Promise<Duplex>;
  /** An HTTP GET to a Service (`services/proxy`): resolves when the head of a success is there. No time limit for the body. */
  getThroughService(target: ServicePath, signal: AbortSignal): Promise<Download>;
  /** Whether this user may; `undefined` when the server would not say. */
  mayI(question: AccessQuestion, signal: AbortSignal): Promise<boolean | undefined>;
  /**
   * Who this user is: as the server takes it, else as the kubeconfig calls it. `undefined` where neither says. Absent where nobody
   * asks.
   */
  userName?(signal: AbortSignal): Promise<string | undefined>;
  /**
   * The same cluster, where every single request waits for `gate` first: for what is asked in the background. Ends with this one.
   * Absent where there are no requests to be held back.
   */
  gated?(gate: (signal: AbortSignal) => Promise<void>): ClusterApi;
  dispose(): void;
}
