/**
 * Which charts the engine holds, so that a chart is sent once and rendered many times. Keeps to a size; does not know where
 * charts come from.
 */
import type { ChartFacts } from './engineProtocol.ts';
import type { EngineSession } from './engine.ts';

/** What a chart is read from: an archive, or a folder or an archive of a tree of the engine. */
export type ChartContent =
  | {
      readonly bytes: Uint8Array;
      /** As in `FetchedArchive`. */
      readonly verified?: false;
    }
  | { readonly tree: string; readonly path: string };

/** Bytes of charts that the engine may keep; the largest charts of the field have about 5 MB. */
const mostBytes = 48 * 1024 * 1024;

/** One for each engine. Remembers nothing of an instance that is gone. */
export class LoadedCharts {
  /** In the order of their last use. */
  readonly #facts = new Map<string, ChartFacts>();
  /** Keys of charts whose bytes could not be checked. */
  readonly #unchecked = new Set<string>();
  readonly #mostBytes: number;
  #generation: number | undefined;

  constructor(options: { readonly mostBytes?: number } = {}) {
    this.#mostBytes = options.mostBytes ?? mostBytes;
  }

  /** Whether the chart that is there was loaded from bytes that could not be compared with their digest. */
  isUnchecked(key: string): boolean {
    return this.#unchecked.has(key);
  }

  /** Loads the chart under its key unless it is there. The same key must stand for the same content. */
  async load(session: EngineSession, key: string, content: () => Promise<ChartContent>): Promise<ChartFacts> {
    this.#follow(session);
    const known = this.#facts.get(key);
    if (known) {
      this.#facts.delete(key);
      this.#facts.set(key, known);
      return known;
    }
    const given = await content();
    const facts =
      'bytes' in given
        ? await session.request('loadChart', { chart: key }, given.bytes)
        : await session.request('loadChart', { chart: key, tree: given.tree, path: given.path });
    this.#follow(session);
    this.#facts.set(key, facts);
    if ('bytes' in given && given.verified === false) {
      this.#unchecked.add(key);
    }
    await this.#dropOldest(session);
    return facts;
  }

  #follow(session: EngineSession): void {
    if (this.#generation !== session.generation) {
      this.#generation = session.generation;
      this.#facts.clear();
      this.#unchecked.clear();
    }
  }

  /** Keeps the newest, however large it is. */
  async #dropOldest(session: EngineSession): Promise<void> {
    const dropped: string[] = [];
    let bytes = [...this.#facts.values()].reduce((sum, facts) => sum + facts.bytes, 0);
    for (const [key, facts] of [...this.#facts].slice(0, -1)) {
      if (bytes <= this.#mostBytes) {
        break;
      }
      bytes -= facts.bytes;
      this.#facts.delete(key);
      this.#unchecked.delete(key);
      dropped.push(key);
    }
    if (dropped.length > 0) {
      await session.request('forget', { charts: dropped });
    }
  }
}
