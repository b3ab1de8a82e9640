/** Faults on demand: which requests go wrong, how, and how often. Only decides; the server carries it out. */
import type { Disposable } from '../../../src/base/disposables.ts';

/**
 * - `drop`: the connection ends before the head of an answer
 * - `halfBody`: head and half of the body (of a watch: of its first event), then the connection ends
 * - `malformedJson`: a body, or a line of a watch, that is no JSON
 * - `silence`: nothing at all; of a watch the head and then nothing, as over a connection that died unnoticed
 * - a number: that status with the Status body of the API server
 */
export type Fault =
  | 'drop'
  | 'halfBody'
  | 'malformedJson'
  | 'silence'
  | number
  | {
      readonly status: number;
      /** Seconds. */
      readonly retryAfter?: number;
      readonly message?: string;
    }
  /** Answers properly, but later: by the server's clock, or once the promise is there. */
  | { readonly delayMs: number }
  | { readonly until: Promise<unknown> };

export interface FaultRule {
  readonly match: {
    readonly method?: string;
    /** Tested against path and query. */
    readonly path?: RegExp;
    readonly watch?: boolean;
    readonly user?: string;
  };
  /** How many requests it strikes; without it, all until it is disposed. */
  readonly times?: number;
  readonly fault: Fault;
}

export interface ActiveFault extends Disposable {
  /** Requests struck so far. */
  readonly hits: number;
}

export interface FaultedRequest {
  readonly method: string;
  readonly path: string;
  readonly watch: boolean;
  readonly user: string;
}

class Entry implements ActiveFault {
  readonly rule: FaultRule;
  readonly #entries: Set<Entry>;
  hits = 0;

  constructor(rule: FaultRule, entries: Set<Entry>) {
    this.rule = rule;
    this.#entries = entries;
  }

  fits(request: FaultedRequest): boolean {
    const { method, path, watch, user } = this.rule.match;
    return (
      this.hits < (this.rule.times ?? Infinity) &&
      (method === undefined || method === request.method) &&
      (path === undefined || new RegExp(path.source, path.flags.replace(/[gy]/g, '')).test(request.path)) &&
      (watch === undefined || watch === request.watch) &&
      (user === undefined || user === request.user)
    );
  }

  dispose(): void {
    this.#entries.delete(this);
  }
}

export class FaultTable {
  readonly #entries = new Set<Entry>();

  /** The first rule that fits a request strikes. */
  add(rule: FaultRule): ActiveFault {
    const entry = new Entry(rule, this.#entries);
    this.#entries.add(entry);
    return entry;
  }

  clear(): void {
    this.#entries.clear();
  }

  /** The fault that strikes this request, counted as a hit. */
  strike(request: FaultedRequest): Fault | undefined {
    const entry = [...this.#entries].find((candidate) => candidate.fits(request));
    if (!entry) {
      return undefined;
    }
    entry.hits += 1;
    return entry.rule.fault;
  }
}
