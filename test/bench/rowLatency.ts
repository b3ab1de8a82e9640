/** From a status change on the server to the row in the page of a real VS Code, as `test/ui/rowLatency.ts` measures it. */
import { findChromium, noChromium } from '../../scripts/chromium.ts';
import { measureRowLatency } from '../ui/rowLatency.ts';
import type { BenchResult } from './benchRow.ts';

export async function rowLatencyBench(): Promise<BenchResult> {
  return findChromium() === undefined ? { skipped: noChromium } : { rows: await measureRowLatency() };
}
