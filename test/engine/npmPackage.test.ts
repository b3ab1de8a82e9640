/** The npm package of the command line program: installed into an empty folder without a network, it can do all it says. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { buildEngine } from '../../scripts/buildEngine.ts';
import { buildBundles } from '../../scripts/bundles.ts';
import { packageCli } from '../../scripts/packageCli.ts';
import { fleet } from './cliRepository.ts';
import { type Ended, runCli, WorkTree } from './cliSetup.ts';

const run = promisify(execFile);

describe('the npm package', () => {
  let folder = '';
  let tree: WorkTree;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'driftline-npm-'));
    const dist = join(folder, 'dist');
    await buildBundles({ production: true, folder: dist, log: () => undefined, engine: await buildEngine(() => {}) });
    await writeFile(join(dist, 'THIRD-PARTY-LICENSES.txt'), 'notices');
    const packed = await packageCli(dist, folder);
    const home = join(folder, 'home');
    await mkdir(home);
    await writeFile(join(home, 'package.json'), '{}');
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', packed], { cwd: home });
    tree = await WorkTree.make(fleet);
  });
  after(async () => {
    await tree.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const installed = (...parts: string[]) => join(folder, 'home', 'node_modules', ...parts);
  // An engine from elsewhere would hide that the package has none.
  const driftline = (line: string): Promise<Ended> =>
    runCli(line.split(' '), {
      folder: tree.root,
      program: installed('.bin', 'driftline'),
      env: { DRIFTLINE_ENGINE: 'nowhere' },
    });

  it('depends on nothing, and holds the licence, the notices and the documentation', async () => {
    const { dependencies, engines } = JSON.parse(await readFile(installed('driftline', 'package.json'), 'utf8')) as {
      dependencies?: unknown;
      engines: unknown;
    };
    assert.deepEqual([dependencies, engines], [undefined, { node: '>=22.19' }]);
    for (const name of ['LICENSE', 'README.md', 'dist/THIRD-PARTY-LICENSES.txt']) {
      assert.notEqual(await readFile(installed('driftline', name), 'utf8'), '', name);
    }
  });

  it('says its version', async () => {
    assert.match((await driftline('--version')).output, /^driftline \d+\.\d+\.\d+\n$/);
  });

  it('renders', async () => {
    const { code, output, messages } = await driftline('build ks/apps');
    assert.equal(code, 0, messages);
    assert.match(output, /kind: Deployment/);
  });

  it('checks', async () => {
    await tree.write({
      'apps/latest.yaml': 'apiVersion: v1\nkind: Pod\nspec: {containers: [{image: "web:latest"}]}\n',
    });
    const { code, output } = await driftline('check . --format json');
    assert.equal(code, 1);
    assert.deepEqual(
      (JSON.parse(output) as { file: string; rule: string }[]).flatMap(({ file, rule }) =>
        file === 'apps/latest.yaml' ? [rule] : [],
      ),
      ['image-latest'],
    );
  });

  it('loads the Kubernetes client for a comparison with a cluster', async () => {
    const { code, messages } = await driftline('diff ks/apps --kubeconfig nowhere.yaml --context lab');
    assert.equal(code, 2);
    assert.match(messages, /nowhere\.yaml/);
    assert.doesNotMatch(messages, /Cannot find module/);
  });
});
