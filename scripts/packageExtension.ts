/** Makes the .vsix that a user installs, and refuses one that holds what it should not. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildEngine } from './buildEngine.ts';
import { buildBundles, bundles, engineIfPossible } from './bundles.ts';
import { projectRoot } from './projectRoot.ts';
import { thirdPartyLicenses } from './thirdPartyLicenses.ts';
import { type ZipEntry, zipEntries } from './zipEntries.ts';

/** 11 MB: what a user downloads, and what a remote machine gets at each update. All but one and a half are the engine. */
export const maxPackageBytes = 11_000_000;

/** What may be in the package, by the names that vsce gives. */
const allowed = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/(package\.json|readme\.md|changelog\.md|LICENSE\.txt)$/,
  new RegExp(`^extension/dist/(${bundles.map(({ name }) => name).join('|')})\\.cjs$`),
  /^extension\/bin\/driftline(\.cmd)?$/,
  /^extension\/dist\/engine\.wasm$/,
  /^extension\/dist\/THIRD-PARTY-LICENSES\.txt$/,
  /^extension\/media\/[\w./-]+\.(svg|png|md)$/,
  /^extension\/syntaxes\/[\w.-]+\.json$/,
];

const enginePath = 'dist/engine.wasm';

const required = [
  'package.json',
  'readme.md',
  'LICENSE.txt',
  ...bundles.map((bundle) => `dist/${bundle.name}.cjs`),
  enginePath,
  'dist/THIRD-PARTY-LICENSES.txt',
  'bin/driftline',
  'bin/driftline.cmd',
];

/** Whether a package may be made without the engine where that cannot be built: to be looked at, never to be given away. */
export type EngineNeed = 'required' | 'ifPossible';

/** What is wrong with a package, one line each; empty when nothing is. */
export function packageProblems(entries: readonly ZipEntry[], bytes: number, need: EngineNeed = 'required'): string[] {
  const names = entries.map((entry) => entry.name);
  return [
    ...names
      .filter((name) => !allowed.some((pattern) => pattern.test(name)))
      .map((name) => `${name} should not be in it.`),
    ...required
      .filter((name) => !names.includes(`extension/${name}`) && !(name === enginePath && need === 'ifPossible'))
      .map((name) => `${name} is missing.`),
    ...(bytes > maxPackageBytes ? [`It has ${bytes} bytes; ${maxPackageBytes} are allowed.`] : []),
  ];
}

/** vsce in a process of its own: it lists every file on the way, and ends its process when it finds fault. */
async function pack(vsix: string): Promise<void> {
  const program = join(projectRoot, 'node_modules', '@vscode', 'vsce', 'vsce');
  // Everything is bundled: it must not look for packages.
  const args = [program, 'package', '--no-dependencies', '--out', vsix];
  try {
    await promisify(execFile)(process.execPath, args, { cwd: projectRoot });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`vsce refused to pack:\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}

/**
 * Builds for production and packs. Resolves to the path of the .vsix; rejects with all that is wrong with it, and where the
 * engine is required and cannot be built.
 */
export async function packageExtension(log: (line: string) => void, need: EngineNeed = 'required'): Promise<string> {
  const { engine } = need === 'required' ? { engine: await buildEngine(log) } : await engineIfPossible(log);
  const metafiles = await buildBundles({ production: true, log, ...(engine === undefined ? {} : { engine }) });
  const goModules = engine === undefined ? '' : await readFile(engine.licenses, 'utf8');
  const notices = await thirdPartyLicenses(metafiles.values(), goModules);
  await writeFile(join(projectRoot, 'dist', 'THIRD-PARTY-LICENSES.txt'), notices);
  const manifest = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as { version: string };
  const vsix = join(projectRoot, 'out', `driftline-${manifest.version}.vsix`);
  await mkdir(join(projectRoot, 'out'), { recursive: true });
  await pack(vsix);
  const data = await readFile(vsix);
  const problems = packageProblems(zipEntries(data), data.length, need);
  if (problems.length > 0) {
    await rm(vsix);
    throw new Error(`The package is not as it should be:\n${problems.map((line) => `  ${line}`).join('\n')}`);
  }
  log(`${vsix}: ${(data.length / 1000).toFixed(0)} kB`);
  return vsix;
}
