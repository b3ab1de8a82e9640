/** What the files of a repository state, and that one edit reads one file. */
import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { isFailure } from '../../../src/base/failure.ts';
import { RepositoryModel } from '../../../src/render/repositoryModel.ts';
import { memoryFiles } from '../../support/memoryFiles.ts';
import { snapshotOf } from '../../support/snapshot.ts';

const release = 'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: { name: web }\n';
const flux =
  'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: { name: apps, namespace: flux-system }\n';

test('whole objects are stated, patches and templates are not', async () => {
  const snapshot = await snapshotOf({
    'a.yaml': `# comment\n---\n${flux}spec: { sourceRef: { kind: GitRepository, name: x }, path: ./apps }\n---\n${release}spec: { chartRef: { kind: OCIRepository, name: x } }\n`,
    'patch.yaml': `${flux}spec: { path: ./other }\n---\n${release}spec: { values: {} }\n`,
    'template.yaml': `${release.replace('web', '"<< inputs.name >>"')}spec: { chart: {} }\n`,
    'broken.yaml': `${flux}spec: [\n---\n${release.replace('web', 'fine')}spec: { chart: {} }\n`,
    'notes.md': flux,
  });
  const stated = [...snapshot.appliers('Kustomization'), ...snapshot.appliers('HelmRelease')];
  assert.deepEqual(
    stated.map(({ kind, namespace, name, path, line }) => `${kind} ${namespace}/${name} ${path}:${line}`),
    ['Kustomization flux-system/apps a.yaml:3', 'HelmRelease /web a.yaml:8', 'HelmRelease /fine broken.yaml:6'],
  );
  assert.deepEqual(stated[0]?.object, {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'apps', namespace: 'flux-system' },
    spec: { sourceRef: { kind: 'GitRepository', name: 'x' }, path: './apps' },
  });
});

test('names are looked up with any namespace where the text has none', async () => {
  const map = (metadata: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: ${metadata}\n`;
  const snapshot = await snapshotOf({
    'a.yaml': map('{ name: settings }'),
    'b.yaml': map('{ name: settings, namespace: one }'),
    'c.yaml': `${map('{ name: settings, namespace: two }')}sops: { mac: x }\n`,
  });
  const found = (namespace: string): string[] =>
    snapshot.named('ConfigMap', namespace, 'settings').map(({ path }) => path);
  assert.deepEqual(found('one'), ['a.yaml', 'b.yaml']);
  assert.deepEqual(found(''), ['a.yaml', 'b.yaml', 'c.yaml']);
  assert.deepEqual(
    snapshot.documents.map(({ encrypted }) => encrypted),
    [false, false, true],
  );
});

test('an edit reads one file; the same files give the same snapshot; the shape is kept where it can be', async () => {
  const files = memoryFiles({
    'a.yaml': `${flux}spec: { sourceRef: { kind: GitRepository, name: x } }\n`,
    'b/kustomization.yaml': 'resources: [c.yaml]\n',
    'b/c.yaml': release,
    '.sourceignore': '*.md',
    'large.bin': new Uint8Array(10),
  });
  const model = new RepositoryModel();
  const first = await model.snapshot(files);
  assert.deepEqual(files.reads.sort(), ['.sourceignore', 'a.yaml', 'b/c.yaml', 'b/kustomization.yaml']);
  assert.deepEqual(first.ignoreTexts('.sourceignore'), [{ folder: '', text: '*.md' }]);
  assert.deepEqual(first.graph.children('b'), ['b/c.yaml']);
  assert.equal(await model.snapshot(files), first);

  files.reads.length = 0;
  files.files.set('b/c.yaml', `${release}spec: { chart: {} }\n`);
  const second = await model.snapshot(files);
  assert.deepEqual(files.reads, ['b/c.yaml']);
  assert.equal(second.appliers('HelmRelease').length, 1);
  assert.equal(second.graph, first.graph);
  assert.equal(first.appliers('HelmRelease').length, 0);

  files.files.set('b/kustomization.yaml', 'resources: [c.yaml, ../a.yaml]\n');
  const third = await model.snapshot(files);
  assert.deepEqual(third.graph.children('b'), ['b/c.yaml', 'a.yaml']);

  files.files.delete('a.yaml');
  const fourth = await model.snapshot(files);
  assert.deepEqual([fourth.documents.length, fourth.version('a.yaml')], [1, undefined]);
});

test('reading can be cancelled between files', async () => {
  const files = memoryFiles({ 'a.yaml': flux, 'b.yaml': flux, 'c.yaml': flux });
  const controller = new AbortController();
  const stopping = {
    list: (signal?: AbortSignal) => files.list(signal),
    read: (path: string) => {
      controller.abort();
      return files.read(path);
    },
  };
  await assert.rejects(new RepositoryModel().snapshot(stopping, controller.signal), (error) =>
    isFailure(error, 'cancelled'),
  );
  assert.deepEqual(files.reads, ['a.yaml']);
});

test('a few large files do not keep a cancellation from arriving', async () => {
  const documents = Array.from(
    { length: 2_000 },
    (_, at) => `apiVersion: v1\nkind: Secret\nmetadata: { name: s${at} }\n`,
  );
  const files = Object.fromEntries(['a', 'b', 'c'].map((name) => [`${name}.yaml`, documents.join('---\n')]));
  const controller = new AbortController();
  setImmediate(() => controller.abort());
  await assert.rejects(new RepositoryModel().snapshot(memoryFiles(files), controller.signal), (error) =>
    isFailure(error, 'cancelled'),
  );
});

test('files that Git LFS keeps are those that some .gitattributes names for it, each below its own folder', async () => {
  const files = {
    '.gitattributes': '*.yaml text\n*.bin filter=lfs diff=lfs merge=lfs -text\n',
    'apps/.gitattributes': '# large\nbig.yaml filter=lfs\n',
    'apps/big.yaml': 'a: 1\n',
    'apps/logo.bin': '',
    'big.yaml': 'a: 1\n',
  };
  assert.deepEqual([...(await snapshotOf(files)).largeFiles], ['apps/big.yaml', 'apps/logo.bin']);
  assert.deepEqual([...(await snapshotOf({ '.gitattributes': '*.yaml text\n', 'a.yaml': '' })).largeFiles], []);
  const memory = memoryFiles(files);
  const model = new RepositoryModel();
  await model.snapshot(memory);
  memory.files.set('apps/.gitattributes', '');
  assert.deepEqual([...(await model.snapshot(memory)).largeFiles], ['apps/logo.bin']);
});

describe('a file of many documents', () => {
  const documents = 200;
  const large = Array.from({ length: documents }, (_one, at) => release.replace('web', `web-${at}`)).join('---\n');
  /** A clock by which each step takes too long. */
  const slow = (): (() => number) => {
    let now = 0;
    return () => (now += 1000);
  };

  it('leaves others their turns while it is read', async () => {
    let turns = 0;
    const count = (): void => {
      turns += 1;
      others = setImmediate(count);
    };
    let others = setImmediate(count);
    const { documents: found } = await new RepositoryModel(slow()).snapshot(memoryFiles({ 'a.yaml': large }));
    clearImmediate(others);
    assert.equal(found.length, documents);
    assert.ok(turns >= 2 * documents, `${turns} turns`);
  });

  it('can be given up in the middle, and is read anew the next time', async () => {
    const files = memoryFiles({ 'a.yaml': large, 'b.yaml': release });
    const model = new RepositoryModel(slow());
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    await assert.rejects(model.snapshot(files, controller.signal), (error) => isFailure(error, 'cancelled'));
    assert.deepEqual(files.reads, ['a.yaml']);
    assert.equal((await model.snapshot(files)).documents.length, documents + 1);
  });
});
