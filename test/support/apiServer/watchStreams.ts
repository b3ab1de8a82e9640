/**
 * Open watches: each gets the changes it selected, bookmarks, and its end. Writes to HTTP answers; what is written comes
 * from the store alone.
 */
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../src/base/clock.ts';
import { Disposables } from '../../../src/base/disposables.ts';
import type { ApiObject } from './apiObject.ts';
import { withMeta } from './apiObject.ts';
import type { Change, ObjectStore } from './objectStore.ts';
import type { Selector } from './selectors.ts';
import { bookmarkText, eventText, type Form, objectText } from './serialization.ts';
import { tooOldResourceVersion } from './statusBody.ts';

export interface WatchRequest {
  readonly form: Form;
  readonly namespace: string | undefined;
  readonly select: Selector;
  /** `undefined` or 0 begin with all there is as ADDED. */
  readonly resourceVersion: number | undefined;
  readonly bookmarks: boolean;
  readonly timeoutMs: number | undefined;
  /** How the watch goes wrong, if a test wants it to. */
  readonly fault: 'halfBody' | 'malformedJson' | 'silence' | undefined;
}

const bookmarkIntervalMs = 60_000;
/** A watch that ends by its time limit gets its last bookmark this long before (apiserver storage/cacher). */
const lastBookmarkMs = 2000;

interface Stream {
  readonly request: WatchRequest;
  readonly answer: ServerResponse;
  readonly timers: Disposables;
  broken: boolean;
}

export class WatchStreams {
  readonly #store: ObjectStore;
  readonly #clock: Clock;
  readonly #streams = new Set<Stream>();
  readonly #lifetime = new Disposables();

  constructor(parts: { store: ObjectStore; clock: Clock }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#lifetime.add(this.#store.onDidChange((change) => this.#publish(change)));
  }

  get open(): number {
    return this.#streams.size;
  }

  start(request: WatchRequest, answer: ServerResponse): void {
    answer.writeHead(200, { 'content-type': 'application/json' });
    answer.flushHeaders();
    const stream: Stream = { request, answer, timers: new Disposables(), broken: false };
    this.#streams.add(stream);
    answer.on('close', () => this.#forget(stream));
    this.#sendFirst(stream);
    if (this.#streams.has(stream)) {
      this.#schedule(stream);
    }
  }

  /** A bookmark on every watch that wants them, without waiting for the minute. */
  bookmark(): void {
    for (const stream of this.#streams) {
      this.#bookmark(stream);
    }
  }

  /** Ends all watches as a server does that shuts down in order. */
  close(): void {
    for (const stream of [...this.#streams]) {
      this.#end(stream);
    }
  }

  /** Cuts the connections of all watches. */
  drop(): void {
    for (const { answer } of [...this.#streams]) {
      answer.destroy();
    }
  }

  dispose(): void {
    this.drop();
    this.#lifetime.dispose();
  }

  #sendFirst(stream: Stream): void {
    const { request } = stream;
    const resource = request.form.resource;
    if (request.resourceVersion === undefined || request.resourceVersion === 0) {
      for (const object of this.#store.list(resource, request.namespace).filter(request.select)) {
        this.#send(stream, 'ADDED', object);
      }
      return;
    }
    const missed = this.#store.changesSince(resource, request.resourceVersion);
    if (!missed) {
      const status = tooOldResourceVersion(request.resourceVersion, this.#store.oldest);
      this.#write(stream, eventText('ERROR', JSON.stringify(status)));
      this.#end(stream);
      return;
    }
    for (const change of missed) {
      this.#deliver(stream, change);
    }
  }

  #schedule(stream: Stream): void {
    const { timeoutMs } = stream.request;
    if (timeoutMs !== undefined) {
      stream.timers.add(this.#clock.after(timeoutMs, () => this.#end(stream)));
      if (timeoutMs > lastBookmarkMs) {
        stream.timers.add(this.#clock.after(timeoutMs - lastBookmarkMs, () => this.#bookmark(stream)));
      }
    }
    const beat = (): void => {
      this.#bookmark(stream);
      stream.timers.add(this.#clock.after(bookmarkIntervalMs, beat));
    };
    stream.timers.add(this.#clock.after(bookmarkIntervalMs, beat));
  }

  #publish(change: Change): void {
    for (const stream of [...this.#streams]) {
      const { resource } = stream.request.form;
      if (resource.group === change.resource.group && resource.plural === change.resource.plural) {
        this.#deliver(stream, change);
      }
    }
  }

  /** An object that stops fitting the selector is DELETED for this watch, one that starts to fit is ADDED. */
  #deliver(stream: Stream, change: Change): void {
    const { namespace, select } = stream.request;
    const fits = (object: ApiObject | undefined): boolean =>
      object !== undefined && (namespace === undefined || object.metadata.namespace === namespace) && select(object);
    const before = fits(change.previous);
    const after = change.type !== 'DELETED' && fits(change.object);
    if (after) {
      this.#send(stream, before ? 'MODIFIED' : 'ADDED', change.object);
    } else if (before) {
      const last = change.type === 'DELETED' ? change.object : change.previous;
      if (last) {
        this.#send(stream, 'DELETED', withMeta(last, { resourceVersion: String(change.resourceVersion) }));
      }
    }
  }

  #send(stream: Stream, type: string, object: ApiObject): void {
    this.#write(stream, eventText(type, objectText(object, stream.request.form)));
  }

  #bookmark(stream: Stream): void {
    if (stream.request.bookmarks) {
      this.#write(stream, eventText('BOOKMARK', bookmarkText(stream.request.form, this.#store.resourceVersion)));
    }
  }

  #write(stream: Stream, line: string): void {
    if (stream.broken || stream.answer.destroyed) {
      return;
    }
    switch (stream.request.fault) {
      case undefined:
        stream.answer.write(line);
        return;
      case 'silence':
        return;
      case 'malformedJson':
        stream.answer.write('{"type":"MODIFIED","object":{{{\n');
        return;
      case 'halfBody':
        stream.broken = true;
        stream.answer.write(line.slice(0, line.length / 2), () => stream.answer.destroy());
    }
  }

  #end(stream: Stream): void {
    this.#forget(stream);
    stream.answer.end();
  }

  #forget(stream: Stream): void {
    this.#streams.delete(stream);
    stream.timers.dispose();
  }
}
