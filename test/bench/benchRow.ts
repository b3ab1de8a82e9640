/** What the bench prints: one figure with its unit and the count of runs; and the arithmetic over several runs. */

export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** How many measurements the value was made of. */
  readonly runs: number;
  /** The figure of another program, measured beside it in the same run. */
  readonly peer?: { readonly name: string; readonly value: number; readonly unit: string };
}

/** Rows, or in one line why there are none. */
export type BenchResult = { readonly rows: readonly BenchRow[] } | { readonly skipped: string };

/** The value that this share of the values does not exceed; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Three digits that count are all that a measurement of this kind has. */
export function rounded(value: number): number {
  return value === 0 || !Number.isFinite(value) ? value : Number(value.toPrecision(3));
}
