/** Makes the .vsix that a user installs, and refuses one that holds what it should not. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { buildBundles } from './bundles.ts';
import { projectRoot } from './projectRoot.ts';
import { thirdPartyLicenses } from './thirdPartyLicenses.ts';
import { type ZipEntry, zipEntries } from './zipEntries.ts';

/** 1.5 MB: what a user downloads, and what a remote machine gets at each update. */
export const maxPackageBytes = 1_500_000;

/** What may be in the package, by the names that vsce gives. */
const allowed = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/(package\.json|readme\.md|changelog\.md|LICENSE\.txt)$/,
  /^extension\/dist\/(extension|languageClient|kubernetes|server)\.cjs$/,
  /^extension\/dist\/THIRD-PARTY-LICENSES\.txt$/,
  /^extension\/media\/[\w./-]+\.(svg|png|md)$/,
  /^extension\/syntaxes\/[\w.-]+\.json$/,
];

const required = ['package.json', 'readme.md', 'LICENSE.txt', 'dist/extension.cjs', 'dist/THIRD-PARTY-LICENSES.txt'];

/** What is wrong with a package, one line each; empty when nothing is. */
export function packageProblems(entries: readonly ZipEntry[], bytes: number): string[] {
  const names = entries.map((entry) => entry.name);
  return [
    ...names
      .filter((name) => !allowed.some((pattern) => pattern.test(name)))
      .map((name) => `${name} should not be in it.`),
    ...required.filter((name) => !names.includes(`extension/${name}`)).map((name) => `${name} is missing.`),
    ...(bytes > maxPackageBytes ? [`It has ${bytes} bytes; ${maxPackageBytes} are allowed.`] : []),
  ];
}

/** Builds for production and packs. Resolves to the path of the .vsix; rejects with all that is wrong with it. */
export async function packageExtension(log: (line: string) => void): Promise<string> {
  const metafiles = await buildBundles({ production: true, log });
  await writeFile(join(projectRoot, 'dist', 'THIRD-PARTY-LICENSES.txt'), await thirdPartyLicenses(metafiles.values()));
  const manifest = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as { version: string };
  const vsix = join(projectRoot, 'out', `driftline-${manifest.version}.vsix`);
  await mkdir(join(projectRoot, 'out'), { recursive: true });
  // Everything is bundled: vsce must not look for packages.
  await createVSIX({ cwd: projectRoot, packagePath: vsix, dependencies: false });
  const data = await readFile(vsix);
  const problems = packageProblems(zipEntries(data), data.length);
  if (problems.length > 0) {
    await rm(vsix);
    throw new Error(`The package is not as it should be:\n${problems.map((line) => `  ${line}`).join('\n')}`);
  }
  log(`${vsix}: ${(data.length / 1000).toFixed(0)} kB`);
  return vsix;
}
