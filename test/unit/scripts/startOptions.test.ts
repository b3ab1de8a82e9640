/** What `npm start --` understands, and what it says to what it does not. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { showCluster } from '../../../scripts/startCluster.ts';
import { type StartOptions, readStartOptions, startUsage } from '../../../scripts/startOptions.ts';

const plain: StartOptions = { cluster: { kind: 'demo' }, port: 0, open: true };

const understood: readonly [args: string, expected: StartOptions | 'help'][] = [
  ['', plain],
  ['--help', 'help'],
  ['--no-open --port 8080', { ...plain, open: false, port: 8080 }],
  ['--cluster', { ...plain, cluster: { kind: 'real' } }],
  ['--kubeconfig k.yaml', { ...plain, cluster: { kind: 'own', kubeconfig: '/work/k.yaml' } }],
  ['--kubeconfig=/etc/k --context prod', { ...plain, cluster: { kind: 'own', kubeconfig: '/etc/k', context: 'prod' } }],
  ['fleet', { ...plain, folder: '/work/fleet' }],
];

for (const [args, expected] of understood) {
  test(`npm start -- ${args}`, () => {
    assert.deepEqual(readStartOptions(args.split(' ').filter(Boolean), '/work'), expected);
  });
}

const refused: readonly [args: string, message: RegExp][] = [
  ['--context prod', /--context needs --kubeconfig/],
  ['--kubeconfig k --cluster', /two clusters/],
  ['--port web', /--port web is no port/],
  ['--port 65536', /no port/],
  ['--port -1', /./],
  ['a b', /One folder/],
  ['--demo', /Unknown option '--demo'/],
];

for (const [args, message] of refused) {
  test(`npm start -- ${args} is refused`, () => {
    assert.throws(() => readStartOptions(args.split(' '), '/work'), message);
  });
}

test('the usage names every option', () => {
  for (const name of ['--kubeconfig', '--context', '--cluster', '--port', '--no-open', '--help', 'folder']) {
    assert.ok(startUsage.includes(name), name);
  }
});

const twoContexts = 'current-context: lab\ncontexts:\n- name: lab\n- name: prod\n';
const kubeconfigs: readonly [text: string, context: string | undefined, expected: string | RegExp][] = [
  [twoContexts, undefined, 'lab'],
  [twoContexts, 'prod', 'prod'],
  [twoContexts, 'staging', /has no context staging; its contexts are: lab, prod/],
  ['contexts:\n- name: lab\n', undefined, /has no current context; its contexts are: lab/],
  ['', undefined, /has no current context; its contexts are: none/],
];

for (const [text, context, expected] of kubeconfigs) {
  test(`--kubeconfig with ${JSON.stringify(text)}, --context ${context ?? 'not given'}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'driftline-start-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const kubeconfig = join(folder, 'config');
    writeFileSync(kubeconfig, text);
    const parts = { runFolder: folder, log: () => undefined, signal: t.signal };
    const shown = showCluster({ kind: 'own', kubeconfig, ...(context === undefined ? {} : { context }) }, parts);
    if (expected instanceof RegExp) {
      await assert.rejects(shown, expected);
    } else {
      const { context: chosen, kubeconfig: file } = await shown;
      assert.deepEqual([chosen, file], [expected, kubeconfig]);
    }
  });
}

test('--kubeconfig with a file that is not there says which', async (t) => {
  const parts = { runFolder: '/nowhere', log: () => undefined, signal: t.signal };
  await assert.rejects(
    showCluster({ kind: 'own', kubeconfig: '/nowhere/config' }, parts),
    /\/nowhere\/config cannot be read/,
  );
});

test('the demo cluster needs nothing: its kubeconfig is for its owner alone and leads to it', async (t) => {
  const runFolder = mkdtempSync(join(tmpdir(), 'driftline-start-'));
  t.after(() => rmSync(runFolder, { recursive: true }));
  const shown = await showCluster({ kind: 'demo' }, { runFolder, log: () => undefined, signal: t.signal });
  t.after(() => shown.stop());
  assert.equal(statSync(shown.kubeconfig).mode & 0o077, 0);
  const config = parse(readFileSync(shown.kubeconfig, 'utf8')) as { clusters: { cluster: { server: string } }[] };
  assert.match(config.clusters[0]?.cluster.server ?? '', /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(shown.context, 'homelab');
  assert.match(shown.about, /demo cluster, recorded from Flux/);
});

test('--cluster on a machine that lacks a program for it says so, and what works without', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'driftline-start-'));
  const { PATH, XDG_CACHE_HOME } = process.env;
  t.after(() => {
    rmSync(folder, { recursive: true });
    process.env['PATH'] = PATH;
    if (XDG_CACHE_HOME === undefined) {
      delete process.env['XDG_CACHE_HOME'];
    } else {
      process.env['XDG_CACHE_HOME'] = XDG_CACHE_HOME;
    }
  });
  // Neither the programs nor what an earlier run has built with them.
  process.env['PATH'] = folder;
  process.env['XDG_CACHE_HOME'] = folder;
  const parts = { runFolder: folder, log: () => undefined, signal: t.signal };
  await assert.rejects(
    showCluster({ kind: 'real' }, parts),
    /need.*Without --cluster, the demo cluster needs nothing but Node/s,
  );
});
