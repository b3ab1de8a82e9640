/**
 * What the Flux controllers' own events tell of Kustomizations and HelmReleases, for as long as it is not disposed. Watches the
 * events of these two kinds alone, and keeps of each no more than is asked for. A user who may not read events sees none.
 */
import type { Clock } from '../base/clock.ts';
import { Coalescer } from '../base/coalescer.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Emitter } from '../base/emitter.ts';
import { isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { type ControllerEvent, readControllerEvent } from '../flux/corrections.ts';
import { type ObjectKey, objectKey } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { ClusterApi } from './clusterApi.ts';
import { ClusterWatch } from './clusterWatch.ts';

export interface ControllerEventsParts {
  readonly api: ClusterApi;
  /** Empty watches all. */
  readonly namespaces: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: () => number;
}

const kinds = ['Kustomization', 'HelmRelease'];
/** Events come in bursts, and none of them is urgent. */
const windowMs = 500;
const none: readonly ControllerEvent[] = [];

export class ControllerEvents implements Disposable {
  readonly #parts: ControllerEventsParts;
  readonly #lifetime = new Disposables();
  readonly #ended = new AbortController();
  readonly #changed = this.#lifetime.add(new Emitter<ReadonlySet<ObjectKey>>());
  /** Objects of which another event is known. */
  readonly onDidChange = this.#changed.event;
  readonly #told: Coalescer<ObjectKey>;
  /** By the watch that told it and its own name: a list replaces those of its own watch alone. */
  readonly #events = new Map<string, Map<string, ControllerEvent>>();
  readonly #byOwner = new Map<ObjectKey, readonly ControllerEvent[]>();
  #started = false;

  constructor(parts: ControllerEventsParts) {
    this.#parts = parts;
    this.#told = this.#lifetime.add(
      new Coalescer<ObjectKey>({ clock: parts.clock, windowMs, flush: (keys) => this.#tell(keys) }),
    );
    this.#lifetime.add({ dispose: () => this.#ended.abort() });
  }

  /** Begins to watch; to be called once the cluster answers. Again it does nothing. */
  start(): void {
    if (!this.#started) {
      this.#started = true;
      void this.#begin();
    }
  }

  /** The same list from call to call as long as nothing in it changes. */
  of(owner: ObjectKey): readonly ControllerEvent[] {
    return this.#byOwner.get(owner) ?? none;
  }

  dispose(): void {
    this.#lifetime.dispose();
  }

  async #begin(): Promise<void> {
    const { api, namespaces, log } = this.#parts;
    try {
      const resource = await api.findResource({ group: '', kind: 'Event', version: 'v1' }, this.#ended.signal);
      if (!resource || this.#ended.signal.aborted) {
        return;
      }
      for (const kind of kinds) {
        for (const namespace of namespaces.length === 0 ? [undefined] : namespaces) {
          this.#watch(resource, kind, namespace);
        }
      }
    } catch (error) {
      if (!isFailure(error, 'cancelled')) {
        log.info(`${api.context}: events are not watched: ${error instanceof Error ? error.message : ''}`);
      }
      this.#started = false;
    }
  }

  #watch(resource: ConstructorParameters<typeof ClusterWatch>[0]['resource'], kind: string, namespace?: string): void {
    const held = new Map<string, ControllerEvent>();
    this.#events.set(`${kind}/${namespace ?? ''}`, held);
    const { api, clock, log, random } = this.#parts;
    const watch = new ClusterWatch({
      api,
      resource,
      namespace,
      fieldSelector: `involvedObject.kind=${kind}`,
      clock,
      log,
      ...(random ? { random } : {}),
      sink: {
        replaced: (events) => {
          const before = [...held.values()];
          held.clear();
          before.forEach((event) => this.#touch(event));
          events.forEach((event) => this.#put(held, event));
        },
        changed: (event) => this.#put(held, event),
        removed: (event) => this.#remove(held, event),
        // What may not be read, or not now, is not known: the marks that follow from it are not there.
        stateChanged: () => undefined,
      },
    });
    this.#lifetime.add(watch);
    watch.start();
  }

  #put(held: Map<string, ControllerEvent>, raw: KubernetesObject): void {
    const event = readControllerEvent(raw);
    if (event) {
      held.set(nameOf(raw), event);
      this.#touch(event);
    }
  }

  #remove(held: Map<string, ControllerEvent>, raw: KubernetesObject): void {
    const event = held.get(nameOf(raw));
    if (event) {
      held.delete(nameOf(raw));
      this.#touch(event);
    }
  }

  #touch({ owner }: ControllerEvent): void {
    this.#told.add(objectKey(this.#parts.api.context, owner));
  }

  #tell(keys: ReadonlySet<ObjectKey>): void {
    const lists = new Map<ObjectKey, ControllerEvent[]>([...keys].map((key) => [key, []]));
    for (const held of this.#events.values()) {
      for (const event of held.values()) {
        lists.get(objectKey(this.#parts.api.context, event.owner))?.push(event);
      }
    }
    for (const [key, list] of lists) {
      if (list.length === 0) {
        this.#byOwner.delete(key);
      } else {
        this.#byOwner.set(key, list);
      }
    }
    this.#changed.fire(keys);
  }
}

function nameOf({ metadata: { namespace = '', name } }: KubernetesObject): string {
  return `${namespace}/${name}`;
}
