/** What VS Code loads: how large it is, and what is not in it. Builds it three times, which takes seconds. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Metafile, build } from 'esbuild';
import { type Bundle, buildBundles, bundleBytes, bundles, lazyBundles } from '../../scripts/bundles.ts';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { bundledPackages } from '../../scripts/thirdPartyLicenses.ts';
import type * as RenderBundle from '../../src/render/renderBundle.ts';

/** What activation may cost: code that is read and compiled before the first row. */
const maxActivationBytes = 200_000;

describe('the bundles', () => {
  let folder = '';
  let metafiles: ReadonlyMap<string, Metafile> = new Map();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'driftline-bundles-'));
    metafiles = await buildBundles({ production: true, folder, log: () => undefined });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const packagesOf = (name: string) => {
    const metafile = metafiles.get(name);
    assert.ok(metafile, `${name} was not built`);
    return bundledPackages([metafile]).map((path) => path.replace(/^.*node_modules\//, ''));
  };
  const text = (name: string) => readFileSync(join(folder, `${name}.cjs`), 'utf8');

  it('are all built', () => {
    assert.deepEqual([...metafiles.keys()].sort(), bundles.map((bundle) => bundle.name).sort());
  });

  it('what is loaded at activation has at most 200 kB', () => {
    const bytes = bundleBytes(metafiles.get('extension')!);
    assert.ok(bytes <= maxActivationBytes, `dist/extension.cjs has ${bytes} bytes`);
  });

  it('activation loads neither client', () => {
    const heavy = packagesOf('extension').filter((name) => /^(@kubernetes\/|vscode-language|undici)/.test(name));
    assert.deepEqual(heavy, []);
    for (const name of ['kubernetes', 'languageClient', 'operations', 'rendering']) {
      assert.ok(text('extension').includes(`require("./${name}.cjs")`), `${name}.cjs is never loaded`);
    }
  });

  it('nothing of rendering is loaded at activation or by the language server', () => {
    for (const name of ['extension', 'server']) {
      const inputs = Object.keys(metafiles.get(name)?.inputs ?? {});
      const loads = inputs.filter((path) => /^src\/render\/(?:workerEngine|engine|wasi|thread)/.test(path));
      assert.deepEqual(loads, [], name);
    }
    assert.ok(!text('server').includes('./render.cjs'), 'Secrets do not cross processes');
  });

  it('the engine runs in a file of its own, which needs nothing but Node', () => {
    assert.deepEqual(packagesOf('engineWorker'), []);
    assert.doesNotMatch(text('engineWorker'), /require\("\./);
  });

  it('the command line is a program', () => {
    assert.match(text('cli'), /^#!\/usr\/bin\/env node\n/);
    // Windows has no such bit.
    assert.ok(process.platform === 'win32' || statSync(join(folder, 'cli.cjs')).mode & 0o100);
  });

  it('only what runs in the extension host asks for vscode', () => {
    const asking = bundles.filter((bundle) => /require\("vscode"\)/.test(text(bundle.name)));
    const expected = ['extension', 'findingFixes', 'languageClient', 'operations', 'rendering'];
    assert.deepEqual(asking.map((bundle) => bundle.name).sort(), expected);
  });

  it('say what went into them', () => {
    assert.deepEqual(readdirSync(join(folder, 'meta')).sort(), bundles.map((bundle) => `${bundle.name}.json`).sort());
  });
});

describe('the engine in a build', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'driftline-bundles-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Where the built code looks for the engine, or why it does not. */
  const filesOf = async (engine?: { readonly wasm: string; readonly sha256: string; readonly licenses: string }) => {
    const target = join(folder, engine === undefined ? 'without' : 'with');
    await buildBundles({
      production: false,
      folder: target,
      log: () => undefined,
      ...(engine === undefined ? {} : { engine }),
    });
    const built = createRequire(import.meta.url)(join(target, 'render.cjs')) as typeof RenderBundle;
    return { target, files: () => built.engineFiles({ DRIFTLINE_ENGINE: 'other', DRIFTLINE_ENGINE_SHA256: 'other' }) };
  };

  it('lies beside the bundles, and the code has its hash', async () => {
    const wasm = join(folder, 'made.wasm');
    await writeFile(wasm, 'a module');
    const { target, files } = await filesOf({ wasm, sha256: 'abc', licenses: '' });
    assert.equal(readFileSync(join(target, 'engine.wasm'), 'utf8'), 'a module');
    assert.deepEqual(files(), {
      modulePath: join(target, 'engine.wasm'),
      workerPath: join(target, 'engineWorker.cjs'),
      sha256: 'abc',
    });
    assert.ok(existsSync(files().workerPath));
  });

  it('may be missing, and the code says so when it is asked for', async () => {
    const { target, files } = await filesOf();
    assert.ok(!existsSync(join(target, 'engine.wasm')));
    assert.throws(files, { reason: 'notFound', message: /has no render engine/ });
  });
});

describe('a lazy bundle', () => {
  const own: Bundle = { name: 'own', entry: 'src/own.ts', inHost: true, lazy: false };
  const lazy: Bundle = { name: 'heavy', entry: 'src/deep/heavy.ts', inHost: false, lazy: true };
  const bundle = async (contents: string, folder = 'src/view', of = own) => {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: join(projectRoot, folder), loader: 'ts' },
      bundle: true,
      write: false,
      format: 'cjs',
      platform: 'node',
      supported: { 'dynamic-import': false },
      plugins: [lazyBundles(of, [own, lazy])],
      logLevel: 'silent',
    });
    return outputFiles[0]?.text ?? '';
  };

  it('is required at the moment of its import(), from any folder', async () => {
    for (const [folder, path] of [
      ['src', './deep/heavy.ts'],
      ['src/view', '../deep/heavy.ts'],
      ['src/deep', './heavy.ts'],
    ] as const) {
      const text = await bundle(`export const load = () => import('${path}');`, folder);
      assert.match(text, /load = \(\) => Promise\.resolve\(\)\.then\(\(\) => .*require\("\.\/heavy\.cjs"\)/, folder);
    }
  });

  it('may be named for its types', async () => {
    const text = await bundle(`import type { Heavy } from '../deep/heavy.ts'; export const x = (h: Heavy) => h;`);
    assert.ok(!text.includes('heavy.cjs'));
  });

  it('cannot be pulled in by an import statement', async () => {
    await assert.rejects(
      bundle(`import { heavy } from '../deep/heavy.ts'; heavy();`),
      /bundle of its own: use `import type`/,
    );
    await assert.rejects(bundle(`export { heavy } from '../deep/heavy.ts';`), /bundle of its own/);
  });
});

describe('packages', () => {
  it('the language server protocol is installed once: two copies do not understand each other', () => {
    const lock = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean; optional?: boolean }>;
    };
    const copies = Object.keys(lock.packages).filter((path) =>
      path.endsWith('node_modules/vscode-languageserver-protocol'),
    );
    assert.deepEqual(copies, ['node_modules/vscode-languageserver-protocol']);
    assert.ok(existsSync(join(projectRoot, copies[0]!)));
  });

  it('no lockfile names a registry', () => {
    for (const file of [
      'package-lock.json',
      ...['1.110', '1.139'].map((v) => `test/hosts/vscode-${v}/package-lock.json`),
    ]) {
      assert.ok(!readFileSync(join(projectRoot, file), 'utf8').includes('"resolved": "http'), file);
    }
  });
});
