/**
 * The renderer, loaded when something is first rendered and kept until the window closes. Until then a window that only looks
 * at a cluster pays for none of it.
 */
import type { Disposable } from '../base/disposables.ts';
import { Failure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import type { Engine } from '../render/engine.ts';
import type { Renderer } from '../render/renderer.ts';

export interface LoadedRenderer {
  readonly renderer: Renderer;
  /** Ended by whoever loaded it. */
  readonly engine: Engine;
}

export class LazyRenderer implements Disposable {
  readonly #load: () => Promise<LoadedRenderer>;
  readonly #log: Log;
  #loaded: Promise<LoadedRenderer> | undefined;
  #disposed = false;

  constructor(parts: { readonly load: () => Promise<LoadedRenderer>; readonly log: Log }) {
    this.#load = parts.load;
    this.#log = parts.log;
  }

  readonly renderer = async (): Promise<Renderer> => (await this.#once()).renderer;

  /** Starts the engine in the background, so that the first render need not wait for it. */
  readonly warmUp = (): void => {
    this.#once().then(
      ({ engine }) => engine.warmUp(),
      (error: unknown) => this.#log.warn(`Render engine: ${error instanceof Error ? error.message : 'not loaded'}`),
    );
  };

  dispose(): void {
    this.#disposed = true;
    this.#loaded?.then(
      ({ engine }) => engine.dispose(),
      () => undefined, // who waited for it has been told
    );
  }

  async #once(): Promise<LoadedRenderer> {
    if (this.#disposed) {
      throw new Failure('cancelled', 'The window is closing');
    }
    this.#loaded ??= this.#load();
    try {
      return await this.#loaded;
    } catch (error) {
      this.#loaded = undefined; // whoever asks next tries again
      throw error;
    }
  }
}
