/** Makes the npm package of the command line program, for pipelines and machines without VS Code. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from './projectRoot.ts';

/** What the program loads; a test runs each of its commands from the package alone. */
const programFiles = [
  'cli.cjs',
  'kubernetes.cjs',
  'podStream.cjs',
  'engineWorker.cjs',
  'engine.wasm',
  'THIRD-PARTY-LICENSES.txt',
];

interface ExtensionManifest {
  readonly version: string;
  readonly license: string;
  readonly repository: unknown;
}

/** The `package.json` of the package: everything is bundled, so it depends on nothing. */
export function cliManifest({ version, license, repository }: ExtensionManifest): Readonly<Record<string, unknown>> {
  return {
    name: 'driftline',
    version,
    description: 'Render, compare and check Flux GitOps repositories: the command line program of Driftline',
    keywords: ['flux', 'fluxcd', 'gitops', 'kubernetes', 'helm', 'kustomize', 'drift', 'lint'],
    license,
    repository,
    bin: { driftline: 'dist/cli.cjs' },
    files: ['dist'],
    // What the Kubernetes client asks for.
    engines: { node: '>=22.19' },
  };
}

/**
 * Packs what `dist` holds, as `packageExtension` builds it, to `driftline-cli-VERSION.tgz` in `out`, which exists; resolves
 * to its path.
 */
export async function packageCli(dist: string, out: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as ExtensionManifest;
  const folder = await mkdtemp(join(tmpdir(), 'driftline-package-'));
  try {
    await mkdir(join(folder, 'dist'));
    for (const name of programFiles) {
      await cp(join(dist, name), join(folder, 'dist', name));
    }
    await cp(join(projectRoot, 'LICENSE'), join(folder, 'LICENSE'));
    await cp(join(projectRoot, 'docs', 'cli.md'), join(folder, 'README.md'));
    await writeFile(join(folder, 'package.json'), `${JSON.stringify(cliManifest(manifest), undefined, 2)}\n`);
    const windows = process.platform === 'win32';
    await promisify(execFile)(windows ? 'npm.cmd' : 'npm', ['pack', '--ignore-scripts', '--loglevel=error'], {
      cwd: folder,
      shell: windows, // a .cmd file is run by a shell alone
    });
    const target = join(out, `driftline-cli-${manifest.version}.tgz`);
    await cp(join(folder, `driftline-${manifest.version}.tgz`), target);
    return target;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
