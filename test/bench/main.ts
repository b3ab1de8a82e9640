/**
 * `npm run bench [-- NAME...] [--json]`: measures and prints one table, or one JSON object. Figures, not tests: nothing
 * here passes or fails but a part that broke.
 */
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { type BenchResult, type BenchRow, rounded } from './benchRow.ts';

/** Each is imported when it runs: what one needs may be missing for another. In the order of the table. */
const parts: Readonly<Record<string, () => Promise<BenchResult>>> = {
  large: async () => (await import('./largeCluster.ts')).largeClusterBench(),
  language: async () => (await import('./language.ts')).languageBench(),
  engine: async () => (await import('./engine.ts')).engineBench(),
  host: async () => (await import('./host.ts')).hostBench(say),
  latency: async () => (await import('./rowLatency.ts')).rowLatencyBench(),
  render: async () => (await import('./render.ts')).renderBench(say),
  drift: async () => (await import('./drift.ts')).driftBench(say),
  cluster: async () => (await import('./realCluster.ts')).realClusterBench(say),
};

interface Skipped {
  readonly part: string;
  readonly reason: string;
}

function say(line: string): void {
  console.error(line); // the table and the JSON alone are on standard output
}

function machine() {
  const [cpu] = cpus();
  return {
    platform: `${process.platform} ${process.arch}`,
    cpu: cpu?.model.trim() ?? '',
    cores: cpus().length,
    memoryGB: rounded(totalmem() / 1e9),
    node: process.version,
    date: new Date().toISOString(),
  };
}

function withoutNoise(row: BenchRow): BenchRow {
  const { peer } = row;
  return {
    ...row,
    value: rounded(row.value),
    ...(peer ? { peer: { ...peer, value: rounded(peer.value) } } : {}),
  };
}

function amount({ value, unit }: { readonly value: number; readonly unit: string }): string {
  return `${value.toLocaleString('en-US', { maximumFractionDigits: 6 })} ${unit}`;
}

function table(rows: readonly BenchRow[]): string {
  const cells = [
    ['name', 'value', 'unit', 'runs', 'peer'],
    ...rows.map(({ name, value, unit, runs, peer }) => {
      const [number = ''] = amount({ value, unit }).split(' ');
      return [name, number, unit, String(runs), peer ? `${peer.name}: ${amount(peer)}` : ''];
    }),
  ];
  const widths = cells[0]?.map((_cell, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0))) ?? [];
  return cells
    .map((line) =>
      line
        .map((cell, column) =>
          column === 1 || column === 3 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

async function measure(names: readonly string[]) {
  const rows: BenchRow[] = [];
  const skipped: Skipped[] = [];
  const failed: Skipped[] = [];
  for (const part of names) {
    say(`── ${part}`);
    try {
      const result = await parts[part]?.();
      if (result && 'rows' in result) {
        rows.push(...result.rows.map(withoutNoise));
      } else if (result) {
        skipped.push({ part, reason: result.skipped });
      }
    } catch (error) {
      failed.push({ part, reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  }
  return { rows, skipped, failed };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  });
  const unknown = positionals.filter((name) => !Object.hasOwn(parts, name));
  if (unknown.length > 0) {
    console.error(`There is no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  const names = Object.keys(parts).filter((name) => positionals.length === 0 || positionals.includes(name));
  const { rows, skipped, failed } = await measure(names);
  if (values.json) {
    console.log(JSON.stringify({ machine: machine(), rows, skipped, failed }, undefined, 2));
  } else {
    console.log(Object.values(machine()).join(' · '));
    console.log(table(rows));
    [...skipped, ...failed].forEach(({ part, reason }) => console.log(`${part} did not run: ${reason}`));
  }
  process.exitCode = failed.length > 0 ? 1 : 0;
}

await main();
