/**
 * Charts that were pulled on a user's action, kept in memory so that following an edit asks no registry again. What was not
 * asked for by a user is refused, never fetched.
 */
import { Failure } from '../base/failure.ts';
import type { ChartPuller, ChartRequest } from './desired.ts';

type PulledChart = Awaited<ReturnType<ChartPuller['pull']>>;

/** Charts have some 100 kB; the largest known one has 1 MB. */
const maxBytes = 50_000_000;

export class PulledCharts {
  /** The oldest first. */
  readonly #charts = new Map<string, PulledChart>();
  readonly #load: () => Promise<ChartPuller>;

  /** For the user's action: fetches, and keeps what came. */
  readonly fetching: ChartPuller = {
    pull: async (request, signal) => {
      const puller = await this.#load();
      const chart = await puller.pull(request, signal);
      this.#keep(keyOf(request), chart);
      return chart;
    },
  };

  /** For everything else: what was fetched before, else a Failure that says how to fetch it. */
  readonly kept: ChartPuller = {
    pull: (request) => {
      const chart = this.#charts.get(keyOf(request));
      return chart ? Promise.resolve(chart) : Promise.reject(notPulled(request));
    },
  };

  /** `load` gives what goes to the network, when it is first needed. */
  constructor(load: () => Promise<ChartPuller>) {
    this.#load = load;
  }

  #keep(key: string, chart: PulledChart): void {
    this.#charts.delete(key);
    this.#charts.set(key, chart);
    let bytes = [...this.#charts.values()].reduce((sum, kept) => sum + kept.bytes.length, 0);
    for (const [oldest, kept] of this.#charts) {
      if (bytes <= maxBytes || oldest === key) {
        return;
      }
      this.#charts.delete(oldest);
      bytes -= kept.bytes.length;
    }
  }
}

function keyOf({ url, chart, version, reference, insecure }: ChartRequest): string {
  const { tag, semver, semverFilter, digest } = reference ?? {};
  return JSON.stringify([url, chart, version, tag, semver, semverFilter, digest, insecure]);
}

function notPulled({ url, chart, version, reference }: ChartRequest): Failure {
  const wanted = version ?? reference?.tag ?? reference?.semver ?? reference?.digest;
  const name = [chart ?? url, ...(wanted === undefined ? [] : [wanted])].join(' ');
  return new Failure('notFound', `the chart ${name} has not been pulled`, { remedy: 'pull' });
}
