/**
 * One piece of work's hold on the engine's thread: its requests one after another, each with the time limit, until the work
 * ends, is cancelled, or a request breaks the engine. Decides nothing about the next piece of work.
 */
import type { Clock } from '../base/clock.ts';
import { type Failure, cancelled } from '../base/failure.ts';
import type { Answered, Ended, Opened } from './engineMessages.ts';
import type { EngineOperation, EngineReply, EngineRequest } from './engineProtocol.ts';
import type { EngineSession } from './engine.ts';
import type { EngineThread } from './engineThread.ts';
import { endFailure, limitFailure, readReply } from './engineFailures.ts';

export interface SessionOptions {
  readonly thread: EngineThread;
  readonly generation: number;
  readonly modulePath: string;
  /** Names the work in failures. */
  readonly what: string;
  readonly clock: Clock;
  /** Of one request. */
  readonly timeLimitMs: number;
  /** How long a request that nobody waits for any more may go on before the thread is ended for it. */
  readonly graceMs: number;
  readonly onAnswer: (operation: string, answer: Answered) => void;
}

export class ThreadSession implements EngineSession {
  readonly generation: number;
  readonly #options: SessionOptions;
  /** Rejects when the session ends before its work. */
  readonly #broken = Promise.withResolvers<never>();
  /** Why there are no more requests. */
  #failure: Failure | undefined;
  /** The requests of this session that are under way or wait for the one before; never rejects. */
  #line: Promise<unknown> = Promise.resolve();
  /** The thread's work on the newest request; never rejects. */
  #inThread: Promise<unknown> = Promise.resolve();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.generation = options.generation;
    this.#broken.promise.catch(() => undefined);
  }

  /** Rejects with the reason when the session ends before its work does; never resolves. */
  get broken(): Promise<never> {
    return this.#broken.promise;
  }

  request<O extends EngineOperation>(
    operation: O,
    request: EngineRequest<O>,
    attachment?: Uint8Array,
  ): Promise<EngineReply<O>> {
    const result = this.#line.then(() => this.#send(operation, request, attachment));
    this.#line = result.catch(() => undefined);
    return Promise.race([result, this.broken]);
  }

  /** Ends the session early: whoever waits for a request, or for the work, gets `Failure('cancelled')`. */
  cancel(): void {
    this.#break(cancelled(this.#options.what));
  }

  /**
   * No more requests. Resolves when the thread is free for another session: at once, or when a request that is still under
   * way has been answered. One that takes too long takes the thread with it.
   */
  async close(): Promise<void> {
    const { thread, what, clock, graceMs } = this.#options;
    this.cancel();
    const grace = clock.after(graceMs, () => thread.end(`${what} was cancelled`));
    await this.#inThread;
    grace.dispose();
  }

  #break(failure: Failure): void {
    if (this.#failure === undefined) {
      this.#failure = failure;
      this.#broken.reject(failure);
    }
  }

  async #send<O extends EngineOperation>(
    operation: O,
    request: EngineRequest<O>,
    attachment: Uint8Array | undefined,
  ): Promise<EngineReply<O>> {
    const { thread, onAnswer } = this.#options;
    const opened = await this.#limited(thread.opened);
    // Cancelled while it waited for the one before, or for the thread.
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
    if (opened.state === 'ended') {
      throw this.#ended(opened);
    }
    const asked = thread.request(operation, request, attachment);
    this.#inThread = asked;
    const answer = await this.#limited(asked);
    if (answer.state === 'ended') {
      throw this.#ended(answer);
    }
    onAnswer(operation, answer);
    return readReply<O>(answer.reply);
  }

  /** Ends the thread when the time limit passes first. */
  async #limited<T extends Opened | Answered | Ended>(awaited: Promise<T>): Promise<T> {
    const { thread, what, clock, timeLimitMs } = this.#options;
    const limit = clock.after(timeLimitMs, () => {
      this.#break(limitFailure(what, timeLimitMs));
      thread.end(`${what} reached the time limit`);
    });
    try {
      return await awaited;
    } finally {
      limit.dispose();
    }
  }

  /** After the thread nothing of this session can go on: what it had sent is gone. */
  #ended(end: Ended): Failure {
    const { what, modulePath } = this.#options;
    const failure = this.#failure ?? endFailure(end, what, modulePath);
    this.#break(failure);
    return failure;
  }
}
