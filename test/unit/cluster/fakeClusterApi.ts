/**
 * A ClusterApi whose lists and watches the test answers one by one, in the order in which they are asked.
 * Only what a watch needs; every other call is a mistake of the test.
 */
import { cancelled, type Failure } from '../../../src/base/failure.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import type {
  ApiResource,
  ClusterApi,
  ListPage,
  ListQuery,
  WatchEvent,
  WatchQuery,
} from '../../../src/cluster/clusterApi.ts';

export interface PendingList {
  readonly query: ListQuery;
  readonly signal: AbortSignal;
  answer(page: Partial<ListPage>): void;
  fail(failure: Failure): void;
}

export interface PendingWatch {
  readonly query: WatchQuery;
  readonly signal: AbortSignal;
  /** The server accepts it. */
  open(): void;
  emit(event: WatchEvent): void;
  /** The server closes it in order. */
  close(): void;
  fail(failure: Failure): void;
}

class Queue<T> {
  readonly #items: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    const waiting = this.#waiting.shift();
    if (waiting) {
      waiting(item);
    } else {
      this.#items.push(item);
    }
  }

  next(): Promise<T> {
    const item = this.#items.shift();
    return item === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(item);
  }
}

export class FakeClusterApi implements ClusterApi {
  readonly context = 'homelab';
  readonly lists = new Queue<PendingList>();
  readonly watches = new Queue<PendingWatch>();

  list(_resource: ApiResource, query: ListQuery, signal: AbortSignal): Promise<ListPage> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(cancelled('the list')), { once: true });
      this.lists.push({
        query,
        signal,
        answer: (page) => resolve({ items: [], resourceVersion: '1', next: undefined, remaining: undefined, ...page }),
        fail: reject,
      });
    });
  }

  async *watch(_resource: ApiResource, query: WatchQuery, signal: AbortSignal): AsyncIterable<WatchEvent> {
    const events = new Queue<WatchEvent | 'end' | Failure>();
    signal.addEventListener('abort', () => events.push(cancelled('the watch')), { once: true });
    this.watches.push({
      query,
      signal,
      open: () => query.onOpen?.(),
      emit: (event) => events.push(event),
      close: () => events.push('end'),
      fail: (failure) => events.push(failure),
    });
    for (;;) {
      const event = await events.next();
      if (event === 'end') {
        return;
      }
      if (event instanceof Error) {
        throw event;
      }
      yield event;
    }
  }

  serverVersion = refuse;
  discoverGroup = refuse;
  findResource = refuse;
  capabilities = refuse;
  connectToPod = refuse;
  getThroughService = refuse;
  forgetDiscovery = refuse;
  get = refuse;
  getMetadata = refuse;
  getWithManagedFields = refuse;
  mergePatch = refuse;
  dryRunApply = refuse;
  mayI = refuse;
  dispose = refuse;
}

function refuse(): never {
  throw new Error('a watch has no business with this call');
}

/** An object of a kind that does not matter. */
export function object(name: string, resourceVersion = '1', namespace = 'apps'): KubernetesObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace, resourceVersion },
  };
}
