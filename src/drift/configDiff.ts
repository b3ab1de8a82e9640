/**
 * The values that a release was installed with beside those that it would be given: told before all objects, because it explains
 * most of what changes in them. The same of two renders. Masks through `render`, and reads no storage.
 */
import type { Sealed } from '../base/sealed.ts';
import type { StoredRelease } from '../cluster/helmStorage.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { RenderedRelease } from '../render/desired.ts';
import { maskedConfigPair, type MaskedConfigPair, renderedConfigPair } from '../render/maskedConfig.ts';
import { type RenderedChange, renderedPaths } from './renderedPaths.ts';

/** Both sides fit to be shown. */
export interface ConfigDiff extends MaskedConfigPair {
  /** One for each value that differs; a list is one value. Where only masked values differ it is theirs. */
  readonly paths: readonly RenderedChange[];
  /** `loki 6.6.1`, where the chart or its version differs: then new defaults may change objects, too. */
  readonly chart?: { readonly before: string; readonly after: string };
}

/** `undefined` where neither values nor chart differ. `live`: the HelmRelease as the cluster has it. `substituted`: see `ReleaseSecrets`. */
export function configDiff(
  stored: StoredRelease,
  rendered: RenderedRelease,
  live: FluxObject | undefined,
  substituted?: Sealed<readonly string[]>,
): ConfigDiff | undefined {
  const pair = maskedConfigPair(stored.config, rendered, live, substituted);
  return withChart(pair, stored.chart, rendered.chart);
}

/** What a change of files does to the values: whatever is installed, its objects are told by the same two renders. */
export function renderedConfigDiff(before: RenderedRelease, after: RenderedRelease): ConfigDiff | undefined {
  return withChart(renderedConfigPair(before, after), before.chart, after.chart);
}

type Chart = Pick<RenderedRelease['chart'], 'name' | 'version'>;

function withChart(pair: MaskedConfigPair, old: Chart, next: Chart): ConfigDiff | undefined {
  const chart = { before: chartText(old), after: chartText(next) };
  const isOther = chart.before !== chart.after;
  return pair.differs || isOther
    ? { ...pair, paths: renderedPaths(pair.before, pair.after), ...(isOther ? { chart } : {}) }
    : undefined;
}

function chartText({ name, version }: Chart): string {
  return `${name} ${version}`;
}
