/**
 * What rendering asks of one cluster: the `ClusterInputs` of `render/desired.ts`, over an API. Everything is read when it is
 * asked for and nothing is kept but artifacts that were checked; the content of Secrets stays sealed and in no log.
 */
import type { Clock } from '../base/clock.ts';
import { Failure, isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { Sealed } from '../base/sealed.ts';
import { fluxKinds } from '../flux/kinds.ts';
import type { Artifact, FluxObject, KubernetesObject } from '../flux/objects.ts';
import { asRecord, asText } from '../flux/untyped.ts';
import { type ArtifactLimits, type FetchedArtifact, fetchArtifact } from './artifacts.ts';
import type { ApiResource, Capabilities, ClusterApi } from './clusterApi.ts';
import { controllersSelector, usualNamespace } from './controllerDeployment.ts';
import { strictSubstitutionOf } from './substitutionStrictness.ts';

export interface ClusterInputsParts {
  /** Not owned: whoever made it disposes it, and every call here then ends with `cancelled`. */
  readonly api: ClusterApi;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<ArtifactLimits>;
  /** Bytes of checked artifacts that are kept, the last used first: a preview renders at each keystroke. */
  readonly keptBytes?: number;
}

/** The core group has one version. */
const core = { group: '', version: 'v1', namespaced: true, verbs: ['get'] } as const;
const configMaps: ApiResource = { ...core, kind: 'ConfigMap', plural: 'configmaps' };
const secrets: ApiResource = { ...core, kind: 'Secret', plural: 'secrets' };

export class LiveClusterInputs {
  readonly context: string;
  readonly #parts: ClusterInputsParts;
  readonly #kept: KeptArtifacts;

  constructor(parts: ClusterInputsParts) {
    this.context = parts.api.context;
    this.#parts = parts;
    this.#kept = new KeptArtifacts(parts.keptBytes ?? 64 * 1024 * 1024);
  }

  /** `data` alone: controllers read no `binaryData` for variables or values. */
  async configMap(
    namespace: string,
    name: string,
    signal = never(),
  ): Promise<Readonly<Record<string, string>> | undefined> {
    const object = await this.#find(configMaps, namespace, name, signal);
    return object && textsOf(object, (value) => value);
  }

  /** A value that is no UTF-8 is no text, and left out: neither a variable nor values can be made of it. */
  async secret(
    namespace: string,
    name: string,
    signal = never(),
  ): Promise<Sealed<Readonly<Record<string, string>>> | undefined> {
    const object = await this.#find(secrets, namespace, name, signal);
    return object && new Sealed(textsOf(object, decodeText));
  }

  async fluxObject(kind: string, namespace: string, name: string, signal = never()): Promise<FluxObject | undefined> {
    const known = fluxKinds.find((one) => one.kind === kind);
    if (!known) {
      throw new Failure('invalid', `${kind} is no kind of Flux`);
    }
    const resource = await this.#parts.api.findResource(known, signal);
    return resource && (await this.#find(resource, namespace, name, signal));
  }

  capabilities(signal = never()): Promise<Capabilities> {
    return this.#parts.api.capabilities(signal);
  }

  async artifact(source: FluxObject, artifact: Artifact, signal = never()): Promise<FetchedArtifact> {
    const kept = this.#kept.get(artifact);
    if (kept) {
      return kept;
    }
    const fetched = await fetchArtifact(this.#parts, source, artifact, signal);
    this.#kept.add(artifact, fetched);
    return fetched;
  }

  async strictSubstitution(signal = never()): Promise<boolean | undefined> {
    const { api } = this.#parts;
    const resource = await api.findResource({ group: 'apps', kind: 'Deployment' }, signal);
    if (resource === undefined) {
      return undefined;
    }
    try {
      const { items } = await api.list(resource, { labelSelector: controllersSelector }, signal);
      return strictSubstitutionOf(items);
    } catch (error) {
      if (!isFailure(error, 'forbidden')) {
        throw error;
      }
      // Who may not list them everywhere may often do so where they usually are.
      const query = { labelSelector: controllersSelector, namespace: usualNamespace };
      const { items } = await api.list(resource, query, signal);
      return strictSubstitutionOf(items);
    }
  }

  async #find(
    resource: ApiResource,
    namespace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<KubernetesObject | undefined> {
    // Names come from a repository. No object has such a name, and an empty one would ask for all that there are.
    if (!/^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/.test(name) || !/^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(namespace)) {
      return undefined;
    }
    try {
      return await this.#parts.api.get(resource, { namespace, name }, signal);
    } catch (error) {
      if (isFailure(error, 'notFound')) {
        return undefined;
      }
      throw error;
    }
  }
}

function textsOf(
  object: KubernetesObject,
  decode: (value: string) => string | undefined,
): Readonly<Record<string, string>> {
  const data = asRecord((object as { readonly data?: unknown }).data) ?? {};
  const texts = Object.entries(data).flatMap(([key, value]) => {
    const text = decode(asText(value) ?? '');
    return text === undefined ? [] : [[key, text] as const];
  });
  return Object.fromEntries(texts);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeText(value: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(value, 'base64'));
  } catch {
    return undefined;
  }
}

/** The signal of a caller who has none. */
function never(): AbortSignal {
  return new AbortController().signal;
}

/** Artifacts by the digest that they were checked against, the least recently used dropped first. */
class KeptArtifacts {
  readonly #most: number;
  readonly #byDigest = new Map<string, FetchedArtifact>();
  #bytes = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get({ digest = '', revision = '' }: Artifact): FetchedArtifact | undefined {
    const found = this.#byDigest.get(digest);
    if (found) {
      this.#byDigest.delete(digest);
      this.#byDigest.set(digest, found);
    }
    return found && { ...found, revision }; // the same content may have another revision
  }

  add({ digest = '' }: Artifact, fetched: FetchedArtifact): void {
    const { length } = fetched.bytes;
    if (fetched.verified === false || length > this.#most || this.#byDigest.has(digest)) {
      return;
    }
    this.#byDigest.set(digest, fetched);
    this.#bytes += length;
    for (const [oldest, { bytes }] of this.#byDigest) {
      if (this.#bytes <= this.#most) {
        break;
      }
      this.#byDigest.delete(oldest);
      this.#bytes -= bytes.length;
    }
  }
}
