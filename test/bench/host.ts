/**
 * What the extension costs a real VS Code before anybody uses it: bytes, and the time of activation as VS Code itself tells
 * it, in a folder whose only YAML file has nothing of Flux.
 */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleBytes, buildBundles } from '../../scripts/bundles.ts';
import { findChromium, noChromium } from '../../scripts/chromium.ts';
import { packageExtension } from '../../scripts/packageExtension.ts';
import { hostVersions } from '../../scripts/vscodeHost.ts';
import { openWorkbench, type Workbench } from '../ui/driver.ts';
import { type BenchResult, type BenchRow, median } from './benchRow.ts';

const runs = 3;

async function bytes(vsix: string): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'driftline-bench-'));
  try {
    const metafiles = await buildBundles({ production: true, folder, log: () => undefined });
    const code = [...metafiles].map(([name, metafile]) => ({
      name: `code of ${name}.cjs${name === 'extension' ? ', loaded at activation' : ''}`,
      value: bundleBytes(metafile) / 1000,
      unit: 'kB',
      runs: 1,
    }));
    return [...code, { name: '.vsix', value: (await stat(vsix)).size / 1000, unit: 'kB', runs: 1 }];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Loading of the code and `activate` together, in milliseconds. */
async function activation({ page }: Workbench, palette: (title: string) => Promise<void>): Promise<number> {
  await palette('Developer: Show Running Extensions');
  // Extensions that are not VS Code's own stand at the end, and only rows in sight exist.
  await page.locator('.runtime-extensions-editor .monaco-list-row').first().click();
  await page.keyboard.press('End');
  const time = page
    .locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'Driftline' })
    .locator('.activation-time', { hasText: /\d+\s*ms/ })
    .first();
  await time.waitFor({ timeout: 60_000 });
  return Number(/(\d+)\s*ms/.exec(await time.innerText())?.[1]);
}

/** A window of its own for each time: nothing of the time before is left in memory. */
async function activations(version: (typeof hostVersions)[number], vsix: string): Promise<BenchRow> {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const workbench = await openWorkbench({ sample: 'syntaxes', version, vsix });
    try {
      // Not a name that VS Code takes for another language than YAML.
      await writeFile(join(workbench.folder, 'plain.yaml'), 'title: A file\nlines: [one, two]\n');
      await workbench.openFile('plain.yaml');
      times.push(await activation(workbench, (title) => workbench.palette(title)));
    } finally {
      await workbench.stop();
    }
  }
  const name = `activation without a Flux file, code and activate(), VS Code ${version}, median`;
  return { name, value: median(times), unit: 'ms', runs: times.length };
}

export async function hostBench(log: (line: string) => void): Promise<BenchResult> {
  // As for the tests: a package that is there already is not made anew.
  const vsix = process.env['DRIFTLINE_VSIX'] ?? (await packageExtension(log));
  const rows = await bytes(vsix);
  if (findChromium() === undefined) {
    log(`host: activation was not measured. ${noChromium}`);
    return { rows };
  }
  for (const version of hostVersions) {
    rows.push(await activations(version, vsix));
  }
  return { rows };
}
