/**
 * A source's artifact, downloaded through the API server from the controller that serves it, in memory only. Two ways:
 * port-forward first, because Flux's own network policies let no API server through to the port of artifacts, and the Service
 * proxy where port-forward may not be used. What arrives counts only when it fits the digest.
 */
import { createHash, getHashes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { Failure, type FailureReason, isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import type { Artifact, FluxObject } from '../flux/objects.ts';
import { type ArtifactAddress, artifactAddress } from './artifactAddress.ts';
import type { ClusterApi, Download } from './clusterApi.ts';
import { servicePod } from './servicePod.ts';
import { streamDownload } from './streamDownload.ts';
import { withTimeLimit } from './timeLimit.ts';

export interface ArtifactLimits {
  readonly bytes: number;
  /** Milliseconds until the first byte may be read, for each way. A blocked port does not refuse, it is silent. */
  readonly connectMs: number;
  /** Milliseconds without a byte. */
  readonly idleMs: number;
  /** Milliseconds for all of it, both ways together. */
  readonly totalMs: number;
}

const ordinary: ArtifactLimits = { bytes: 100 * 1024 * 1024, connectMs: 10_000, idleMs: 15_000, totalMs: 180_000 };

export interface FetchedArtifact {
  readonly bytes: Uint8Array;
  /** `sha256:…` of the bytes. */
  readonly digest: string;
  readonly revision: string;
  /** The promised digest could not be checked: there is none, or Node lacks the algorithm. */
  readonly verified?: false;
}

export interface ArtifactParts {
  readonly api: Pick<ClusterApi, 'context' | 'get' | 'list' | 'connectToPod' | 'getThroughService'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<ArtifactLimits>;
}

/**
 * Throws a Failure: `forbidden` names the rights that are missing; `notFound` when the artifact is gone (controllers keep an
 * old one for a minute); `invalid` when it is too large or not what its digest promised; `cancelled`; and the reasons of the
 * connection.
 */
export async function fetchArtifact(
  parts: ArtifactParts,
  source: FluxObject,
  artifact: Artifact,
  signal: AbortSignal,
): Promise<FetchedArtifact> {
  const limits = { ...ordinary, ...parts.limits };
  const { name, namespace = '' } = source.metadata;
  const what = `the artifact of ${source.kind} ${namespace}/${name}`;
  const fetching = new ArtifactFetch({ ...parts, limits }, what, artifact);
  const limit = { clock: parts.clock, ms: limits.totalMs, signal, what: `downloading ${what}` };
  return withTimeLimit(limit, (inner) => fetching.run(inner));
}

/** The artifact itself is the matter: the other way would bring the same. */
class NoOtherWay extends Failure {}

interface Way {
  readonly name: string;
  /** The right that is missing where the server does not say which. */
  readonly needs: string;
  readonly open: (address: ArtifactAddress, signal: AbortSignal) => Promise<Download>;
}

interface Attempt {
  readonly way: Way;
  readonly failure: Failure;
}

class ArtifactFetch {
  readonly #parts: ArtifactParts & { readonly limits: ArtifactLimits };
  readonly #what: string;
  readonly #artifact: Artifact;

  constructor(parts: ArtifactParts & { readonly limits: ArtifactLimits }, what: string, artifact: Artifact) {
    this.#parts = parts;
    this.#what = what;
    this.#artifact = artifact;
  }

  async run(signal: AbortSignal): Promise<FetchedArtifact> {
    const address = this.#address();
    this.#checkSize(this.#artifact.size);
    const attempts: Attempt[] = [];
    for (const way of [this.#throughPod(), this.#throughService()]) {
      try {
        return await this.#attempt(way, address, signal);
      } catch (error) {
        if (!isFailure(error) || error instanceof NoOtherWay || isOver(error.reason)) {
          throw error;
        }
        attempts.push({ way, failure: error });
      }
    }
    throw this.#noWay(attempts, address);
  }

  #throughPod(): Way {
    const { api } = this.#parts;
    return {
      name: 'port-forward',
      // Without `get` the server says so; that it asks for `create` too, since Kubernetes 1.35, its refusal does not say.
      needs: 'create pods/portforward',
      open: async (address, signal) => {
        const pod = await servicePod(api, address, signal);
        const stream = await api.connectToPod(pod, signal);
        const { service, namespace, path } = address;
        try {
          return await streamDownload(stream, { host: `${service}.${namespace}`, path }, signal);
        } catch (error) {
          throw isFailure(error, 'notFound') ? this.#gone(error) : error;
        }
      },
    };
  }

  #throughService(): Way {
    return {
      name: 'the Service proxy',
      needs: 'get services/proxy',
      open: (address, signal) => this.#parts.api.getThroughService(address, signal),
    };
  }

  async #attempt(way: Way, address: ArtifactAddress, signal: AbortSignal): Promise<FetchedArtifact> {
    const { api, clock, log, limits } = this.#parts;
    const started = clock.now();
    const end = new AbortController(); // whatever happens, nothing of this way stays open
    const both = AbortSignal.any([signal, end.signal]);
    try {
      const limit = { clock, ms: limits.connectMs, signal: both, what: 'connecting' };
      const download = await withTimeLimit(limit, (inner) => way.open(address, inner));
      const fetched = await this.#read(download, both);
      log.debug(
        `${api.context}: ${this.#what} by ${way.name}: ${fetched.bytes.length} bytes, ${clock.now() - started} ms`,
      );
      return fetched;
    } catch (error) {
      const why = isFailure(error) ? error.reason : 'failed';
      log.info(`${api.context}: ${this.#what} by ${way.name}: ${why}, ${clock.now() - started} ms`);
      throw error;
    } finally {
      end.abort();
    }
  }

  async #read({ length, chunks }: Download, signal: AbortSignal): Promise<FetchedArtifact> {
    this.#checkSize(length);
    const { clock, limits } = this.#parts;
    const limit = { clock, ms: limits.idleMs, signal, what: 'waiting for the next bytes' };
    const iterator = chunks[Symbol.asyncIterator]();
    const parts: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      const next = await withTimeLimit(limit, () => iterator.next());
      if (next.done === true) {
        return this.#verified(Buffer.concat(parts));
      }
      parts.push(next.value);
      size += next.value.length;
      this.#checkSize(size);
    }
  }

  #verified(bytes: Buffer): FetchedArtifact {
    const { digest: promised = '', size, revision = '' } = this.#artifact;
    const [algorithm = '', expected = ''] = promised.split(':', 2);
    const digest = `sha256:${hash('sha256', bytes)}`;
    if (size !== undefined && size !== bytes.length) {
      throw this.#wrong(`has ${bytes.length} bytes instead of ${size}`);
    }
    if (!algorithms.has(algorithm)) {
      return { bytes, digest, revision, verified: false };
    }
    if (hash(algorithm, bytes) !== expected.toLowerCase()) {
      throw this.#wrong(`does not fit its digest ${promised}`);
    }
    return { bytes, digest, revision };
  }

  #checkSize(size: number | undefined): void {
    const { bytes } = this.#parts.limits;
    if (size !== undefined && size > bytes) {
      throw this.#wrong(`is larger than ${Math.round(bytes / 1024 / 1024)} MB`);
    }
  }

  #address(): ArtifactAddress {
    try {
      return artifactAddress(this.#artifact);
    } catch (error) {
      throw isFailure(error)
        ? new NoOtherWay('invalid', `${this.#what} cannot be downloaded: ${error.message}`)
        : error;
    }
  }

  #wrong(how: string): Failure {
    return new NoOtherWay('invalid', `${this.#what} ${how}`);
  }

  #gone(cause: Failure): Failure {
    return new NoOtherWay('notFound', `${this.#what} is gone: a newer one has taken its place`, { cause });
  }

  #noWay(attempts: readonly Attempt[], { namespace }: ArtifactAddress): Failure {
    // Port-forward is the way that works wherever it is allowed, so what keeps it from working is what matters.
    const first = attempts[0]?.failure;
    const reason = first?.reason ?? 'unreachable';
    const detail = { cause: first, ...(first?.status === undefined ? {} : { status: first.status }) };
    const start = `${this.#what} cannot be downloaded`;
    if (attempts.length > 0 && attempts.every(({ failure }) => failure.reason === 'forbidden')) {
      const rights = attempts.map(missingRight).join(' nor ');
      return new Failure(reason, `${start}: you may neither ${rights} in the namespace ${namespace}`, detail);
    }
    const ways = attempts.map(({ way, failure }) => `by ${way.name}: ${failure.message}`);
    return new Failure(reason, `${start}; ${ways.join('; ')}`, detail);
  }
}

/** Nothing more is to be tried: the user or the session ended it, or no request at all would be answered. */
function isOver(reason: FailureReason): boolean {
  return reason === 'cancelled' || reason === 'unauthorized';
}

/** The server's refusals name verb and resource: `User "a" cannot get resource "services/proxy" in API group ""`. */
function missingRight({ way, failure }: Attempt): string {
  const { verb, resource } = /cannot (?<verb>\w+) resource "(?<resource>[\w/.-]+)"/.exec(failure.message)?.groups ?? {};
  return verb === undefined || resource === undefined ? way.needs : `${verb} ${resource}`;
}

/** Of those that `--artifact-digest-algo` of source-controller knows, blake3 is in no Node. */
const algorithms: ReadonlySet<string> = new Set(
  ['sha1', 'sha256', 'sha384', 'sha512'].filter((name) => getHashes().includes(name)),
);

function hash(algorithm: string, bytes: Buffer): string {
  return createHash(algorithm).update(bytes).digest('hex');
}
