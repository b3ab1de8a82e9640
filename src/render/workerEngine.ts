/**
 * The engine in a worker thread: one piece of work at a time, a thread that is started when needed, kept while it is used, and
 * replaced when it breaks, is late, has grown large or has been idle. Knows nothing of what is rendered.
 */
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import type { Log } from '../base/log.ts';
import type { Engine, EngineSession } from './engine.ts';
import { shortFailure } from './engineFailures.ts';
import type { Answered, Ended, Opened } from './engineMessages.ts';
import { EngineThread } from './engineThread.ts';
import { SerialQueue } from './serialQueue.ts';
import { ThreadSession } from './threadSession.ts';
import { warmEngine } from './warmEngine.ts';
import type { WasmModule } from './webAssembly.ts';

const minute = 60_000;

export interface WorkerEngineOptions {
  /** Absolute path of the engine's module. */
  readonly modulePath: string;
  /** Absolute path of the program that runs in the thread: `engineWorker.cjs`, or unbuilt `engineWorker.ts`. */
  readonly workerPath: string;
  /** Of the module, in hex; a file with another content is never run. */
  readonly sha256: string;
  /** For one request; asked before each piece of work, so a changed setting counts from the next one. */
  readonly timeLimitMs: () => number;
  readonly clock: Clock;
  /** Is told operations with their time and size, never what was in them. */
  readonly log: Log;
  /** After so long without work the thread ends and its memory is given back. Default: 5 minutes. */
  readonly idleAfterMs?: number;
  /** Memory never shrinks: above this the thread ends when its work has. Default: 400 MiB. */
  readonly recycleAboveBytes?: number;
  /**
   * A request that was cancelled may go on for so long before its thread is ended. Text that is typed cancels a render at each
   * key, and most renders end sooner than another thread would have begun. Default: 250.
   */
  readonly graceMs?: number;
}

export class WorkerEngine implements Engine {
  readonly #options: Required<WorkerEngineOptions>;
  readonly #queue = new SerialQueue();
  #thread: EngineThread | undefined;
  #session: ThreadSession | undefined;
  #generation = 0;
  /** Kept for the next thread, which then need not read, check and compile it again: half of its start. */
  #module: WasmModule | undefined;
  #idle: Disposable | undefined;
  #disposed = false;

  constructor(options: WorkerEngineOptions) {
    this.#options = { idleAfterMs: 5 * minute, recycleAboveBytes: 400 << 20, graceMs: 250, ...options };
  }

  /** `work` must not call `use` itself: it would wait for its own end. */
  use<T>(
    work: (session: EngineSession) => Promise<T>,
    options: { readonly what: string; readonly signal?: AbortSignal },
  ): Promise<T> {
    const result = Promise.withResolvers<T>();
    this.#queue.run(() => this.#serve(work, options, result), options).catch(result.reject);
    return result.promise;
  }

  warmUp(): void {
    if (this.#disposed || this.#thread !== undefined || this.#queue.busy) {
      return;
    }
    const what = 'Warming up the render engine';
    this.use((session) => warmEngine(session, () => this.#queue.length > 0), { what }).catch((error: unknown) => {
      this.#options.log.warn(`Engine: ${error instanceof Error ? error.message : 'not warmed up'}`);
    });
  }

  /** Ends what is under way and rejects what waits, both with `Failure('cancelled')`. */
  dispose(): void {
    this.#disposed = true;
    this.#queue.dispose();
    this.#session?.cancel();
    this.#rest();
  }

  /** One piece of work, from the moment when it is its turn until the thread is free for the next one. Never rejects. */
  async #serve<T>(
    work: (session: EngineSession) => Promise<T>,
    { what, signal }: { readonly what: string; readonly signal?: AbortSignal },
    result: PromiseWithResolvers<T>,
  ): Promise<void> {
    this.#idle?.dispose();
    const thread = this.#thread ?? this.#start();
    thread.keepProcess(true);
    const session = new ThreadSession({
      thread,
      generation: this.#generation,
      what,
      modulePath: this.#options.modulePath,
      clock: this.#options.clock,
      timeLimitMs: this.#options.timeLimitMs(),
      graceMs: this.#options.graceMs,
      onAnswer: (operation, answer) => this.#report(operation, answer),
    });
    this.#session = session;
    const ends = new Disposables();
    if (signal !== undefined) {
      const abort = () => session.cancel();
      signal.addEventListener('abort', abort);
      ends.add({ dispose: () => signal.removeEventListener('abort', abort) });
    }
    // The caller is answered as soon as the session breaks, even if its work does not notice.
    await Promise.race([session.broken, (async () => work(session))()]).then(result.resolve, (error: unknown) =>
      result.reject(shortFailure(error)),
    );
    ends.dispose();
    await session.close();
    this.#session = undefined;
    this.#afterWork(thread);
  }

  #afterWork(thread: EngineThread): void {
    if (this.#disposed) {
      return;
    }
    if (thread.memoryBytes > this.#options.recycleAboveBytes) {
      thread.end(`it holds ${megabytes(thread.memoryBytes)}`);
    }
    if (this.#queue.length === 0) {
      thread.keepProcess(false);
      this.#idle = this.#options.clock.after(this.#options.idleAfterMs, () => this.#rest());
    }
  }

  /** Gives back all that can be had again. */
  #rest(): void {
    this.#idle?.dispose();
    this.#thread?.end('idle');
    this.#module = undefined;
  }

  #start(): EngineThread {
    const { modulePath, workerPath, sha256, clock } = this.#options;
    this.#generation += 1;
    const began = clock.now();
    const thread = new EngineThread(workerPath, { modulePath, sha256, module: this.#module }, (end) => {
      if (this.#thread === thread) {
        this.#thread = undefined;
      }
      this.#reportEnd(end);
    });
    this.#thread = thread;
    void thread.opened.then((opened) => this.#opened(opened, clock.now() - began));
    return thread;
  }

  #opened(opened: Opened | Ended, ms: number): void {
    if (opened.state === 'opened' && !this.#disposed) {
      this.#module = opened.module;
      this.#options.log.info(`Engine: ready in ${ms.toFixed(0)} ms, memory ${megabytes(opened.memoryBytes)}`);
    }
  }

  #report(operation: string, { ms, requestBytes, reply, memoryBytes }: Answered): void {
    const sizes = `${kilobytes(requestBytes)} in, ${kilobytes(reply.length)} out, memory ${megabytes(memoryBytes)}`;
    this.#options.log.debug(`Engine: ${operation} ${ms.toFixed(0)} ms, ${sizes}`);
  }

  #reportEnd({ cause, words }: Ended): void {
    if (this.#disposed) {
      return;
    }
    if (cause === 'stopped') {
      this.#options.log.info(`Engine: ended (${words})`);
    } else {
      this.#options.log.warn(`Engine: ended by ${cause} (${words})`);
    }
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(0)} MB`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} kB`;
}
