/**
 * The Deployments of the Flux controllers: which run, in which version. Without them every state in the cluster is old
 * news, so a reader must be able to tell "none runs" from "not allowed to know". Judges nothing else.
 */
import { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Emitter } from '../base/emitter.ts';
import { Failure, isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asNumber, fieldAt } from '../flux/untyped.ts';
import type { ApiResource, ClusterApi } from './clusterApi.ts';
import type { Controllers, FluxController } from './clusterState.ts';
import { ClusterWatch, type WatchState } from './clusterWatch.ts';
import { controllersSelector, fluxVersionOf, imageVersion, usualNamespace } from './controllerDeployment.ts';

export interface FluxControllersParts {
  readonly api: ClusterApi;
  /** Only these are asked; empty asks the whole cluster, and `flux-system` alone when that is forbidden. */
  readonly namespaces: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: () => number;
}

export class FluxControllers implements Disposable {
  readonly #parts: FluxControllersParts;
  readonly #items = new Map<
    string,
    { readonly controller: FluxController; readonly fluxVersion: string | undefined }
  >();
  readonly #lifetime = new Disposables();
  readonly #ended = new AbortController();
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #backoff: Backoff;
  #watches: readonly ClusterWatch[] = [];
  #waiting: Disposable | undefined;
  /** Everything would be seen, so that an empty list means that there is none. */
  #wholeCluster = false;
  #started = false;
  #crdVersion: string | undefined;
  #crdAsked = false;
  #value: Controllers = { state: 'unknown' };

  constructor(parts: FluxControllersParts) {
    this.#parts = parts;
    this.#backoff = new Backoff({ firstMs: 2_000, maxMs: 300_000, ...(parts.random ? { random: parts.random } : {}) });
    this.#lifetime.add({ dispose: () => this.#ended.abort() });
    this.#lifetime.add(this.#changed);
  }

  get value(): Controllers {
    return this.#value;
  }

  start(): void {
    if (!this.#started) {
      this.#started = true;
      void this.#begin();
    }
  }

  /** Tries at once what is waiting to be tried. */
  retry(): void {
    this.#beginNow();
    for (const watch of this.#watches) {
      watch.retry();
    }
  }

  /** The cluster answers again: what was cut off is tried at once. */
  retryIfCutOff(): void {
    this.#beginNow();
    for (const watch of this.#watches) {
      watch.retryIfCutOff();
    }
  }

  refresh(): void {
    this.#crdAsked = false;
    for (const watch of this.#watches) {
      watch.refresh();
    }
  }

  dispose(): void {
    this.#stopWatches();
    this.#lifetime.dispose();
  }

  async #begin(): Promise<void> {
    const { api, namespaces, clock, log } = this.#parts;
    try {
      const resource = await api.findResource({ group: 'apps', kind: 'Deployment' }, this.#ended.signal);
      if (this.#ended.signal.aborted) {
        return;
      }
      if (!resource) {
        throw new Failure('notFound', 'the cluster serves no Deployments');
      }
      this.#wholeCluster = namespaces.length === 0;
      this.#watch(resource, namespaces.length === 0 ? [undefined] : namespaces);
    } catch (error) {
      if (this.#ended.signal.aborted) {
        return;
      }
      if (!isFailure(error)) {
        log.error(`${api.context}: the Flux controllers cannot be looked up`, error);
      }
      this.#set(isFailure(error) ? { state: 'unknown', failure: error } : { state: 'unknown' });
      this.#waiting = this.#lifetime.add(clock.after(this.#backoff.next(), () => this.#beginNow()));
    }
  }

  /** Ends the pause before the next look-up, if there is one. */
  #beginNow(): void {
    if (this.#waiting) {
      this.#lifetime.release(this.#waiting);
      this.#waiting = undefined;
      void this.#begin();
    }
  }

  #watch(resource: ApiResource, namespaces: readonly (string | undefined)[]): void {
    const { api, clock, log, random } = this.#parts;
    this.#stopWatches();
    const watches = namespaces.map((namespace) => {
      const watch: ClusterWatch = new ClusterWatch({
        api,
        resource,
        namespace,
        labelSelector: controllersSelector,
        clock,
        log,
        ...(random ? { random } : {}),
        sink: {
          replaced: (objects) => this.#replace(namespace, objects),
          changed: (object) => this.#put(object),
          removed: (object) => this.#drop(object),
          stateChanged: (state) => this.#stateChanged(resource, namespace, state),
        },
      });
      return watch;
    });
    this.#watches = watches;
    for (const watch of watches) {
      watch.start();
    }
  }

  #stopWatches(): void {
    for (const watch of this.#watches) {
      watch.dispose();
    }
    this.#watches = [];
    this.#items.clear();
  }

  #stateChanged(resource: ApiResource, namespace: string | undefined, state: WatchState): void {
    if (state.state === 'failed' && state.failure.reason === 'forbidden' && namespace === undefined) {
      this.#wholeCluster = false;
      this.#watch(resource, [usualNamespace]);
      return;
    }
    this.#derive();
  }

  #replace(namespace: string | undefined, objects: readonly KubernetesObject[]): void {
    for (const [key, { controller }] of [...this.#items]) {
      if (namespace === undefined || controller.namespace === namespace) {
        this.#items.delete(key);
      }
    }
    for (const object of objects) {
      this.#items.set(keyOf(object), readController(object));
    }
    this.#derive();
  }

  #put(object: KubernetesObject): void {
    this.#items.set(keyOf(object), readController(object));
    this.#derive();
  }

  #drop(object: KubernetesObject): void {
    this.#items.delete(keyOf(object));
    this.#derive();
  }

  #derive(): void {
    const states = this.#watches.map(({ state }) => state);
    const broken = states.find((state) => state.state === 'failed');
    // What was read once stays known while the connection is down: the connection itself says that it is.
    if (this.#items.size === 0 && (broken || !this.#wholeCluster || states.some(({ state }) => state === 'loading'))) {
      this.#set({ state: 'unknown', ...(broken ? { failure: broken.failure } : {}) });
      return;
    }
    const items = [...this.#items.values()].sort((a, b) => (keyFor(a.controller) < keyFor(b.controller) ? -1 : 1));
    const fluxVersion = items.find((item) => item.fluxVersion !== undefined)?.fluxVersion ?? this.#crdVersion;
    this.#set({ state: 'known', fluxVersion, items: items.map(({ controller }) => controller) });
    if (fluxVersion === undefined) {
      void this.#askCrd();
    }
  }

  /** Flux's CRDs carry the same label. Cluster-scoped, so never asked by a user who is kept to namespaces. */
  async #askCrd(): Promise<void> {
    const { api, namespaces } = this.#parts;
    if (this.#crdAsked || namespaces.length > 0 || !this.#wholeCluster) {
      return;
    }
    this.#crdAsked = true;
    try {
      const { signal } = this.#ended;
      const kind = { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' };
      const resource = await api.findResource(kind, signal);
      if (resource) {
        const id = { namespace: '', name: 'gitrepositories.source.toolkit.fluxcd.io' };
        const definition = await api.get(resource, id, signal);
        this.#crdVersion = fluxVersionOf(definition);
        if (this.#crdVersion !== undefined && !signal.aborted) {
          this.#derive();
        }
      }
    } catch (error) {
      // Most users may not read CRDs; then the version stays unknown.
      this.#parts.log.debug(
        `${api.context}: Flux's version is not told: ${isFailure(error) ? error.message : String(error)}`,
      );
    }
  }

  #set(value: Controllers): void {
    if (!this.#ended.signal.aborted && JSON.stringify(value) !== JSON.stringify(this.#value)) {
      this.#value = value;
      this.#changed.fire();
    }
  }
}

function readController(object: KubernetesObject): { controller: FluxController; fluxVersion: string | undefined } {
  const label = fluxVersionOf(object);
  const desiredReplicas = asNumber(fieldAt(object.spec, 'replicas')) ?? 1;
  const readyReplicas = asNumber(fieldAt(object.status, 'readyReplicas')) ?? 0;
  return {
    controller: {
      namespace: object.metadata.namespace ?? '',
      name: object.metadata.name,
      version: imageVersion(object) ?? label,
      desiredReplicas,
      readyReplicas,
      running: readyReplicas > 0,
    },
    fluxVersion: label,
  };
}

function keyOf(object: KubernetesObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function keyFor(controller: FluxController): string {
  return `${controller.namespace}/${controller.name}`;
}
