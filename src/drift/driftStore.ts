/**
 * The comparisons of one session, by the key of the Kustomization or HelmRelease that was compared. Holds what it is given and
 * tells which key changed; whether a result still counts is for the reader to judge by its mark and age.
 */
import { type Disposable } from '../base/disposables.ts';
import { Emitter } from '../base/emitter.ts';
import type { ObjectKey } from '../flux/objectKey.ts';
import type { KeptComparison } from './keptComparison.ts';

/** Whoever opens a session owns one, and disposes it with the session: nothing of one cluster is shown of another. */
export class DriftStore implements Disposable {
  readonly #results = new Map<ObjectKey, KeptComparison>();
  readonly #changed = new Emitter<ObjectKey>();
  /** The key whose result came, changed or went. */
  readonly onDidChange = this.#changed.event;
  #disposed = false;

  get(key: ObjectKey): KeptComparison | undefined {
    return this.#results.get(key);
  }

  /** A comparison that ends after its session is dropped. */
  put(key: ObjectKey, result: KeptComparison): void {
    if (!this.#disposed) {
      this.#results.set(key, result);
      this.#changed.fire(key);
    }
  }

  forget(key: ObjectKey): void {
    if (this.#results.delete(key)) {
      this.#changed.fire(key);
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#results.clear();
    this.#changed.dispose();
  }
}
