/**
 * One worker thread with one engine in it, from its start to its end, and the messages that go to and fro. Decides nothing: when
 * to start, how long to wait and when to end it are its owner's.
 */
import { Worker } from 'node:worker_threads';
import { Failure } from '../base/failure.ts';
import type { Answered, Ended, FromThread, Opened, ThreadRequest, ThreadStart } from './engineMessages.ts';

export class EngineThread {
  readonly #worker: Worker;
  readonly #opened = Promise.withResolvers<Opened | Ended>();
  #answer: PromiseWithResolvers<Answered | Ended> | undefined;
  #end: Ended | undefined;
  #memoryBytes = 0;
  readonly #onEnd: (end: Ended) => void;

  /** `onEnd` is called once, however it ends. */
  constructor(workerPath: string, start: ThreadStart, onEnd: (end: Ended) => void) {
    this.#onEnd = onEnd;
    this.#worker = new Worker(workerPath, {
      name: 'driftline-engine',
      workerData: start,
      // Nothing of this process is to be found in there, and nothing is printed from there.
      env: {},
      argv: [],
      stdin: false,
      stdout: true,
      stderr: true,
    });
    this.#worker.on('message', (message: FromThread) => this.#take(message));
    this.#worker.on('messageerror', () => this.#finish('fault', 'a message could not be read'));
    this.#worker.on('error', (error) => this.#finish('fault', codeOf(error)));
    this.#worker.on('exit', (code) => this.#finish('fault', `the thread ended with code ${code}`));
  }

  /** Resolves when it is ready for requests, or has ended. Never rejects. */
  get opened(): Promise<Opened | Ended> {
    return this.#opened.promise;
  }

  /** Of the engine after its last request. */
  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  /**
   * Sends a request; the one before must have been answered. Never rejects, but throws when the request cannot be
   * sent. The attachment is copied.
   */
  request(operation: string, request: object, attachment?: Uint8Array): Promise<Answered | Ended> {
    if (this.#end !== undefined) {
      return Promise.resolve(this.#end);
    }
    if (this.#answer !== undefined) {
      throw new Error('the engine answers one request after another');
    }
    // An exact copy that is then handed over: a view on a larger buffer would take all of the buffer along.
    const copy = attachment === undefined ? undefined : new Uint8Array(attachment);
    const message: ThreadRequest = { operation, request, attachment: copy };
    const obstacle = this.#send(message, copy === undefined ? [] : [copy.buffer]);
    if (obstacle === 'depth') {
      throw new Failure('invalid', `The request ${operation} is nested too deeply.`);
    }
    if (obstacle === 'type') {
      throw new TypeError(`the request ${operation} holds what cannot be sent to another thread`);
    }
    this.#answer = Promise.withResolvers();
    return this.#answer.promise;
  }

  /** Whether it keeps the process alive. */
  keepProcess(alive: boolean): void {
    if (alive) {
      this.#worker.ref();
    } else {
      this.#worker.unref();
    }
  }

  /** Ends it at once, whatever it is doing. */
  end(words: string): void {
    this.#finish('stopped', words);
  }

  /** Says why it cannot be sent. The error itself is dropped: its words hold the text of a value. */
  #send(message: ThreadRequest, transfer: ArrayBuffer[]): 'depth' | 'type' | undefined {
    try {
      this.#worker.postMessage(message, transfer);
      return undefined;
    } catch (error) {
      return error instanceof RangeError ? 'depth' : 'type';
    }
  }

  #take(message: FromThread): void {
    if (this.#end !== undefined) {
      return;
    }
    if (message.state === 'ended') {
      this.#finish(message.cause, message.words);
      return;
    }
    this.#memoryBytes = message.memoryBytes;
    if (message.state === 'opened') {
      this.#opened.resolve(message);
    } else {
      const answer = this.#answer;
      this.#answer = undefined;
      answer?.resolve(message);
    }
  }

  #finish(cause: Ended['cause'], words: string): void {
    if (this.#end !== undefined) {
      return;
    }
    const end: Ended = { state: 'ended', cause, words };
    this.#end = end;
    this.#opened.resolve(end);
    this.#answer?.resolve(end);
    this.#answer = undefined;
    // A thread that waits for its end must not hold the process; and that it has ended is known already.
    this.#worker.unref();
    this.#worker.terminate().catch(() => undefined);
    this.#onEnd(end);
  }
}

/** `ERR_WORKER_OUT_OF_MEMORY` and the like; the message of an error in the thread might hold anything. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : error instanceof Error ? error.name : 'no error';
}
