/**
 * Which resources a cluster serves, in which version (spec drift 1.1): the group's preferred version where it serves the
 * kind, else the newest. Asked once, kept until forgotten; versions are never assumed.
 */
import { isFailure } from '../base/failure.ts';
import { asFlag, asList, asText, fieldAt } from '../flux/untyped.ts';
import { readCapabilities } from './capabilities.ts';
import type { ApiResource, Capabilities } from './clusterApi.ts';

/** Reads a discovery document; throws `notFound` where there is none. `accept` names the form, JSON as it is without. */
export type ReadDocument = (path: string, signal: AbortSignal, accept?: string) => Promise<unknown>;

export class Discovery {
  readonly #read: ReadDocument;
  readonly #lifetime: AbortSignal;
  #documents = new Map<string, Promise<unknown>>();
  #capabilities: Promise<Capabilities> | undefined;

  /** `lifetime` ends the reads: they belong to all who wait for them, not to the first who asked. */
  constructor(read: ReadDocument, lifetime: AbortSignal) {
    this.#read = read;
    this.#lifetime = lifetime;
  }

  forget(): void {
    this.#documents = new Map();
    this.#capabilities = undefined;
  }

  /** Everything that is served, which is one or two large answers, or a hundred small ones from an old server. */
  capabilities(): Promise<Capabilities> {
    const asked =
      this.#capabilities ??
      readCapabilities((path, accept) => this.#document(path, accept), this.#lifetime).catch((error: unknown) => {
        this.#capabilities = this.#capabilities === asked ? undefined : this.#capabilities;
        throw error;
      });
    this.#capabilities = asked;
    return asked;
  }

  /** Every kind of a group once, in the version to use; `[]` for a group that is not served. */
  async group(group: string): Promise<readonly ApiResource[]> {
    if (group === '') {
      return this.version('', 'v1');
    }
    const document = await this.#document(`/apis/${encodeURIComponent(group)}`);
    const versions = versionsOf(document);
    const lists = await Promise.all(versions.map((version) => this.version(group, version)));
    const byKind = new Map<string, ApiResource>();
    for (const resource of lists.flat()) {
      if (!byKind.has(resource.kind)) {
        byKind.set(resource.kind, resource);
      }
    }
    return [...byKind.values()];
  }

  /** The kinds of one version; `[]` when it is not served. */
  async version(group: string, version: string): Promise<readonly ApiResource[]> {
    const path =
      group === ''
        ? `/api/${encodeURIComponent(version)}`
        : `/apis/${encodeURIComponent(group)}/${encodeURIComponent(version)}`;
    return resourcesOf(await this.#document(path), group, version);
  }

  async find(wanted: {
    readonly group: string;
    readonly kind: string;
    readonly version?: string;
  }): Promise<ApiResource | undefined> {
    if (wanted.version !== undefined && wanted.version !== '') {
      const found = (await this.version(wanted.group, wanted.version)).find(({ kind }) => kind === wanted.kind);
      if (found) {
        return found;
      }
    }
    return (await this.group(wanted.group)).find(({ kind }) => kind === wanted.kind);
  }

  /** `undefined` for what is not served. Failures are not kept: the next who asks tries again. */
  #document(path: string, accept?: string): Promise<unknown> {
    const documents = this.#documents;
    let document = documents.get(path);
    if (!document) {
      document = this.#read(path, this.#lifetime, accept).catch((error: unknown) => {
        if (isFailure(error, 'notFound')) {
          return undefined;
        }
        documents.delete(path);
        throw error;
      });
      documents.set(path, document);
    }
    return document;
  }
}

/** Versions of an APIGroup: the preferred one, then the others, newest first. */
function versionsOf(group: unknown): readonly string[] {
  const served = (asList(fieldAt(group, 'versions')) ?? []).flatMap((entry) => asText(fieldAt(entry, 'version')) ?? []);
  const preferred = asText(fieldAt(group, 'preferredVersion', 'version'));
  const others = served.filter((version) => version !== preferred).sort(newestFirst);
  return preferred === undefined || !served.includes(preferred) ? others : [preferred, ...others];
}

/**
 * Kubernetes' order of versions: stable before beta before alpha, higher numbers first, anything else after them by name
 * (apimachinery, pkg/version/helpers.go, CompareKubeAwareVersionStrings).
 */
export function newestFirst(a: string, b: string): number {
  const left = rank(a);
  const right = rank(b);
  if (!left || !right) {
    return left ? -1 : right ? 1 : a < b ? -1 : a > b ? 1 : 0;
  }
  return right.stage - left.stage || right.major - left.major || right.minor - left.minor;
}

function rank(version: string): { stage: number; major: number; minor: number } | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  return match
    ? {
        stage: match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0,
        major: Number(match[1]),
        minor: Number(match[3] ?? 0),
      }
    : undefined;
}

function resourcesOf(list: unknown, group: string, version: string): readonly ApiResource[] {
  return (asList(fieldAt(list, 'resources')) ?? []).flatMap((entry) => {
    const plural = asText(fieldAt(entry, 'name'));
    const kind = asText(fieldAt(entry, 'kind'));
    if (plural === undefined || kind === undefined || plural.includes('/')) {
      return []; // a subresource, or nothing that could be asked for
    }
    const verbs = (asList(fieldAt(entry, 'verbs')) ?? []).flatMap((verb) => asText(verb) ?? []);
    return [{ group, version, kind, plural, namespaced: asFlag(fieldAt(entry, 'namespaced')) ?? true, verbs }];
  });
}
