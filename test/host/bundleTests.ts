/**
 * Bundles a suite's tests into one file that the extension host can require. The tests may import anything of the
 * project that runs in plain Node, the embedded API server included.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Plugin, build } from 'esbuild';
import { projectRoot } from '../../scripts/projectRoot.ts';

/** A bundle has one place, but fixtures are found by the place of the source that reads them. */
function keepSourcePlaces(): Plugin {
  return {
    name: 'keep-source-places',
    setup(context) {
      context.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const contents = text
          .replaceAll('import.meta.dirname', () => JSON.stringify(dirname(path)))
          .replaceAll('import.meta.filename', () => JSON.stringify(path))
          .replaceAll('import.meta.url', () => `require('node:url').pathToFileURL(${JSON.stringify(path)}).href`);
        return { contents, loader: 'ts', resolveDir: dirname(path) };
      });
    },
  };
}

function entryText(files: readonly string[]): string {
  const list = files.map(
    (file) => `{ path: ${JSON.stringify(file)}, load: () => import(${JSON.stringify(`./${file}`)}) },`,
  );
  return [
    `import { runMocha } from './test/host/mochaSuite.ts';`,
    `export const run = () => runMocha([`,
    ...list,
    `]);`,
  ].join('\n');
}

/** Bundles test files (paths relative to the project, with `/`). Resolves to the file that VS Code is to run. */
export async function bundleTests(name: string, files: readonly string[]): Promise<string> {
  const folder = join(projectRoot, 'out', 'host', name);
  await mkdir(folder, { recursive: true });
  const tests = join(folder, 'tests.cjs');
  await build({
    absWorkingDir: projectRoot,
    stdin: { contents: entryText(files), resolveDir: projectRoot, sourcefile: 'entry.ts', loader: 'ts' },
    outfile: tests,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    external: ['vscode', 'mocha'],
    plugins: [keepSourcePlaces()],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  // Source maps count for files that are loaded after the switch, so the switch is in a file before the bundle.
  const entry = join(folder, 'entry.cjs');
  await writeFile(
    entry,
    `process.setSourceMapsEnabled(true);\nmodule.exports = require(${JSON.stringify(`./${basename(tests)}`)});\n`,
  );
  return entry;
}
