/**
 * The Flux objects of one cluster as last heard, and how far each kind is. Tells which keys changed, never what.
 * Knows no requests; watches write it, everybody else reads.
 */
import type { Clock } from '../base/clock.ts';
import { Coalescer } from '../base/coalescer.ts';
import type { Disposable } from '../base/disposables.ts';
import { Emitter } from '../base/emitter.ts';
import type { FluxKind } from '../flux/kinds.ts';
import { idOf, type ObjectKey, objectKey } from '../flux/objectKey.ts';
import type { FluxObject, KubernetesObject } from '../flux/objects.ts';
import type { KindSync } from './clusterState.ts';

/** No faster than the eye: a burst of a thousand objects is ten redraws a second, not a thousand. */
const windowMs = 100;

export class ClusterStore implements Disposable {
  readonly #context: string;
  /** By name, for each bundle has its own copy of the list of kinds. */
  readonly #kinds = new Map<string, Map<ObjectKey, FluxObject>>();
  readonly #objects = new Map<ObjectKey, FluxObject>();
  readonly #syncs = new Map<string, KindSync>();
  readonly #changes: Coalescer<ObjectKey>;
  readonly #changed = new Emitter<ReadonlySet<ObjectKey>>();
  readonly onDidChangeObjects = this.#changed.event;

  constructor(parts: { context: string; clock: Clock }) {
    this.#context = parts.context;
    this.#changes = new Coalescer({ clock: parts.clock, windowMs, flush: (keys) => this.#changed.fire(keys) });
  }

  get(key: ObjectKey): FluxObject | undefined {
    return this.#objects.get(key);
  }

  ofKind(kind: FluxKind): Iterable<FluxObject> {
    return this.#kinds.get(nameOf(kind))?.values() ?? [];
  }

  /** `loading` for a kind that nothing was said of yet. */
  sync(kind: FluxKind): KindSync {
    return this.#syncs.get(nameOf(kind)) ?? { state: 'loading' };
  }

  setSync(kind: FluxKind, sync: KindSync): void {
    this.#syncs.set(nameOf(kind), sync);
  }

  /** Takes an object in; the same version again is no change. */
  put(kind: FluxKind, object: KubernetesObject): void {
    const key = objectKey(this.#context, idOf(object));
    const held = this.#objects.get(key);
    const version = object.metadata.resourceVersion;
    if (
      held &&
      version !== undefined &&
      held.metadata.resourceVersion === version &&
      held.apiVersion === object.apiVersion
    ) {
      return;
    }
    this.#objects.set(key, object);
    this.#ofKind(kind).set(key, object);
    this.#changes.add(key);
  }

  remove(kind: FluxKind, object: KubernetesObject): void {
    this.#forget(kind, objectKey(this.#context, idOf(object)));
  }

  /** A whole list: what it does not have, of that namespace or of all, is gone. */
  replace(kind: FluxKind, namespace: string | undefined, objects: readonly KubernetesObject[]): void {
    const listed = new Set(objects.map((object) => objectKey(this.#context, idOf(object))));
    for (const [key, object] of [...this.#ofKind(kind)]) {
      if (!listed.has(key) && (namespace === undefined || object.metadata.namespace === namespace)) {
        this.#forget(kind, key);
      }
    }
    for (const object of objects) {
      this.put(kind, object);
    }
  }

  dispose(): void {
    this.#changes.dispose();
    this.#changed.dispose();
  }

  #ofKind(kind: FluxKind): Map<ObjectKey, FluxObject> {
    let objects = this.#kinds.get(nameOf(kind));
    if (!objects) {
      objects = new Map();
      this.#kinds.set(nameOf(kind), objects);
    }
    return objects;
  }

  #forget(kind: FluxKind, key: ObjectKey): void {
    if (this.#objects.delete(key)) {
      this.#ofKind(kind).delete(key);
      this.#changes.add(key);
    }
  }
}

function nameOf({ plural, group }: FluxKind): string {
  return `${plural}.${group}`;
}
