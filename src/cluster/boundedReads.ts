/**
 * Reads for one question, a few at a time and so many in all: each answer is a value, so that one refusal does not hide the rest,
 * and what was not answered is noted. Each object is read once. Of Secrets and ConfigMaps nothing but metadata is ever asked for.
 */
import { isFailure } from '../base/failure.ts';
import { displayName, type ObjectId } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { ApiResource, ClusterApi, ListQuery } from './clusterApi.ts';
import type { Unread } from './explanation.ts';
import { Slots } from './slots.ts';

export type Answer<T> = Unread | { readonly state: 'found'; readonly value: T };

/** What is asked of a cluster. */
export type ReadingApi = Pick<ClusterApi, 'findResource' | 'get' | 'getMetadata' | 'list' | 'mayI'>;

export interface BoundedReadsParts {
  readonly api: ReadingApi;
  /** Nothing outside of these is asked for; empty for all. */
  readonly namespaces: readonly string[];
  readonly signal: AbortSignal;
  /** Requests in all. */
  readonly most: number;
}

type Kind = Pick<ObjectId, 'group' | 'kind'> & { readonly version?: string | undefined };

const parallelRequests = 6;

const objectName = /^[A-Za-z0-9](?:[A-Za-z0-9:_.-]{0,251}[A-Za-z0-9])?$/;

/** Names come out of specs and sentences. No object has another one, and it would be a part of a path and of a selector. */
export function couldBeName({ namespace, name }: Pick<ObjectId, 'namespace' | 'name'>): boolean {
  return objectName.test(name) && (namespace === '' || objectName.test(namespace));
}

/** Content that nobody needs to know whether the object is there. */
const metadataKinds: ReadonlySet<string> = new Set(['Secret', 'ConfigMap']);

export class BoundedReads {
  readonly #parts: BoundedReadsParts;
  readonly #slots = new Slots(parallelRequests);
  readonly #objects = new Map<string, Promise<Answer<KubernetesObject>>>();
  readonly #notes = new Set<string>();
  #left: number;

  constructor(parts: BoundedReadsParts) {
    this.#parts = parts;
    this.#left = parts.most;
  }

  /** What could not be read, in the order in which it was found out. */
  get notes(): readonly string[] {
    return [...this.#notes];
  }

  note(text: string): void {
    this.#notes.add(text);
  }

  /** Rejects with `cancelled` and `unauthorized`, which concern every request alike. */
  object(id: ObjectId, version?: string): Promise<Answer<KubernetesObject>> {
    const key = [id.group, id.kind, id.namespace, id.name].join('/');
    const known = this.#objects.get(key);
    const answer = known ?? this.#object(id, version);
    this.#objects.set(key, answer);
    return answer;
  }

  /** One page; that there are more is noted. Rejects as `object` does. */
  list(kind: Kind, query: ListQuery, what: string): Promise<Answer<readonly KubernetesObject[]>> {
    return this.#ask(kind, query.namespace ?? '', `list ${what}`, async (resource, signal) => {
      const { items, next } = await this.#parts.api.list(resource, query, signal);
      if (next !== undefined) {
        this.note(`There are more ${what} than were read`);
      }
      return items;
    });
  }

  async #object(id: ObjectId, version: string | undefined): Promise<Answer<KubernetesObject>> {
    if (!couldBeName(id)) {
      return { state: 'missing' };
    }
    const what = `${id.kind} ${displayName(id)}`;
    return this.#ask({ ...id, version }, id.namespace, `get ${what}`, async (resource, signal) => {
      const { api } = this.#parts;
      const isSecret = id.group === '' && id.kind === 'Secret';
      const question = { verb: 'get', group: '', resource: 'secrets', namespace: id.namespace, name: id.name };
      if (isSecret && (await api.mayI(question, signal)) !== true) {
        return undefined; // a refused request for a Secret looks like an attack in an audit log
      }
      return id.group === '' && metadataKinds.has(id.kind)
        ? api.getMetadata(resource, id, signal)
        : api.get(resource, id, signal);
    });
  }

  /** `work` gives `undefined` for what the user may not see. */
  async #ask<T>(
    kind: Kind,
    namespace: string,
    what: string,
    work: (resource: ApiResource, signal: AbortSignal) => Promise<T | undefined>,
  ): Promise<Answer<T>> {
    const { api, signal } = this.#parts;
    if (this.#left <= 0) {
      this.note(`Only the first ${this.#parts.most} requests were made: there is too much to look at`);
      return { state: 'unasked' };
    }
    this.#left -= 1;
    try {
      const { group, version } = kind;
      const wanted = { group, kind: kind.kind, ...(version === undefined || version === '' ? {} : { version }) };
      const resource = await api.findResource(wanted, signal);
      if (!resource) {
        return { state: 'notServed' };
      }
      const outside = this.#outside(resource, namespace);
      const value = outside === undefined ? await this.#slots.run(signal, () => work(resource, signal)) : undefined;
      return value === undefined ? this.#refused(what, outside ?? 'no permission') : { state: 'found', value };
    } catch (error) {
      return this.#failed(error, what);
    }
  }

  #outside(resource: ApiResource, namespace: string): string | undefined {
    const { namespaces } = this.#parts;
    return namespaces.length === 0 || (resource.namespaced && namespaces.includes(namespace))
      ? undefined
      : 'outside of driftline.namespaces';
  }

  #refused(what: string, why: string): Unread {
    this.note(`forbidden: ${what} (${why})`);
    return { state: 'forbidden', message: why };
  }

  #failed(error: unknown, what: string): Unread {
    if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
      throw error;
    }
    switch (error.reason) {
      case 'notFound':
        return { state: 'missing' };
      case 'forbidden':
        return this.#refused(what, 'no permission');
      default:
        this.note(`not answered: ${what} (${error.message})`);
        return { state: 'failed', message: error.message };
    }
  }
}
