/** The licences of the packages and Go modules whose code is in the package: most ask that their text goes along. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { projectRoot } from './projectRoot.ts';

/** Folders, relative to the project, of the packages that gave code to any of the bundles; sorted. */
export function bundledPackages(metafiles: Iterable<Metafile>): string[] {
  const found = new Set<string>();
  for (const metafile of metafiles) {
    for (const output of Object.values(metafile.outputs)) {
      for (const [path, input] of Object.entries(output.inputs)) {
        const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
        if (folder !== undefined && input.bytesInOutput > 0) {
          found.add(folder);
        }
      }
    }
  }
  return [...found].sort();
}

async function packageNotice(folder: string): Promise<string> {
  const path = join(projectRoot, folder);
  const manifest = JSON.parse(await readFile(join(path, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const names = (await readdir(path)).filter((name) =>
    /^(licen[cs]e|copying|notice|thirdpartynotices)(\.|$)/i.test(name),
  );
  const texts = await Promise.all(names.sort().map((name) => readFile(join(path, name), 'utf8')));
  const title = `${manifest.name} ${manifest.version} (${manifest.license ?? 'licence not named'})`;
  return [title, '='.repeat(title.length), ...texts.map((text) => text.trim())].join('\n\n');
}

/** The text of the notices file, with that of the engine's Go modules at its end; stable for the same bundles and engine. */
export async function thirdPartyLicenses(metafiles: Iterable<Metafile>, goModules: string): Promise<string> {
  const notices = await Promise.all(bundledPackages(metafiles).map(packageNotice));
  const head = 'Driftline contains code of these packages, and in engine.wasm of the Go modules after them.';
  return [head, ...notices, goModules.trim()].join('\n\n\n') + '\n';
}
