/**
 * The values that a release was installed with beside those that it would be given: told before all objects, because it explains
 * most of what changes in them. Masks through `render`, and reads no storage.
 */
import type { Sealed } from '../base/sealed.ts';
import type { StoredRelease } from '../cluster/helmStorage.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { RenderedRelease } from '../render/desired.ts';
import { maskedConfigPair, type MaskedConfigPair } from '../render/maskedConfig.ts';
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
  const chart = { before: chartText(stored.chart), after: chartText(rendered.chart) };
  const isOther = chart.before !== chart.after;
  return pair.differs || isOther
    ? { ...pair, paths: renderedPaths(pair.before, pair.after), ...(isOther ? { chart } : {}) }
    : undefined;
}

function chartText({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name} ${version}`;
}
