/**
 * The render engine as the rest of `render` sees it. One implementation runs the WebAssembly module in a worker thread; tests
 * may give another. Says nothing about what is rendered.
 */
import type { Disposable } from '../base/disposables.ts';
import type { EngineOperation, EngineReply, EngineRequest } from './engineProtocol.ts';

/**
 * One engine for as long as one piece of work has it. What was sent to it stays until its generation ends. A session ends with
 * its instance: after a failure that ended that, each further request fails in the same way.
 */
export interface EngineSession {
  /** Another number means another instance: all trees and charts that were sent to the one before are gone. */
  readonly generation: number;
  /**
   * Throws `Failure`: `invalid` with the library's words; `timeout` when the limit was reached, and `invalid` when the memory
   * was used up (both end the instance, the next one is fresh); `cancelled`.
   */
  request<O extends EngineOperation>(
    operation: O,
    request: EngineRequest<O>,
    attachment?: Uint8Array,
  ): Promise<EngineReply<O>>;
}

export interface Engine extends Disposable {
  /**
   * Runs `work` when all work before it has ended; nothing else reaches the engine meanwhile. An aborted signal takes it out of
   * the queue, or ends the instance when a request is under way that does not come to its end within a moment; either way the
   * caller is answered at once. `what` names the work in failures: `Rendering HelmRelease a/b`.
   */
  use<T>(
    work: (session: EngineSession) => Promise<T>,
    options: { readonly what: string; readonly signal?: AbortSignal },
  ): Promise<T>;
  /** Starts an instance in the background, so that the first render need not wait for it. Never throws. */
  warmUp(): void;
}
