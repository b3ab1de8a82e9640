/** A commit beside a work tree: where each file is read, that what is read is the commit's, and what need not be read twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedState } from '../../../src/drift/sharedState.ts';
import type { RepositoryFiles } from '../../../src/manifests/repositoryFiles.ts';
import type { RepositoryState } from '../../../src/render/desired.ts';
import { RepositoryModel } from '../../../src/render/repositoryModel.ts';
import { memoryFiles } from '../../support/memoryFiles.ts';

function stateOf(key: string, files: RepositoryFiles): RepositoryState {
  return { label: key, key, files, remotes: [] };
}

/** As a commit gives versions: others than a work tree has for the same content. */
function committed(files: RepositoryFiles): RepositoryFiles {
  return {
    list: async (signal) => (await files.list(signal)).map((file) => ({ ...file, version: `blob ${file.version}` })),
    read: (path) => files.read(path),
  };
}

function shared(commit: RepositoryFiles, workTree: RepositoryFiles, changed: readonly string[]): RepositoryState {
  return sharedState(stateOf('commit', commit), stateOf('tree', workTree), changed);
}

async function textOf({ files }: RepositoryState, path: string): Promise<string | undefined> {
  const bytes = await files.read(path);
  return bytes && Buffer.from(bytes).toString();
}

test('what is unchanged is read from the work tree, all else from the commit', async () => {
  const commit = memoryFiles({ 'same.yaml': 's', 'changed.yaml': 'old', 'deleted.yaml': 'd' });
  const workTree = memoryFiles({ 'same.yaml': 's', 'changed.yaml': 'new', 'added.yaml': 'a' });
  const state = shared(commit, workTree, ['added.yaml', 'changed.yaml', 'deleted.yaml']);
  assert.equal(await textOf(state, 'same.yaml'), 's');
  assert.equal(await textOf(state, 'changed.yaml'), 'old');
  assert.equal(await textOf(state, 'deleted.yaml'), 'd');
  assert.equal(await textOf(state, 'added.yaml'), undefined);
  assert.deepEqual(workTree.reads, ['same.yaml']);
  assert.deepEqual(commit.reads, ['changed.yaml', 'deleted.yaml', 'added.yaml']);
});

test('a file that has gone from the work tree since is read from the commit', async () => {
  assert.equal(await textOf(shared(memoryFiles({ 'a.yaml': 'a' }), memoryFiles({}), []), 'a.yaml'), 'a');
});

test('the listing is that of the commit, with the versions of the work tree where nothing has changed', async () => {
  const workTree = memoryFiles({ 'same.yaml': 's', 'changed.yaml': 'new', 'added.yaml': 'a' });
  const commit = committed(memoryFiles({ 'same.yaml': 's', 'changed.yaml': 'old', 'deleted.yaml': 'd' }));
  const state = shared(commit, workTree, ['added.yaml', 'changed.yaml', 'deleted.yaml']);
  const [own, theirs] = [await commit.list(), await workTree.list()];
  const versionIn = (files: typeof own, path: string): string | undefined =>
    files.find((file) => file.path === path)?.version;
  assert.deepEqual(
    (await state.files.list()).map(({ path, version }) => [path, version]),
    [
      ['changed.yaml', versionIn(own, 'changed.yaml')],
      ['deleted.yaml', versionIn(own, 'deleted.yaml')],
      ['same.yaml', versionIn(theirs, 'same.yaml')],
    ],
  );
  assert.equal(state.family, 'tree');
});

test('of two states of one family a file is read and parsed once', async () => {
  const map = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;
  const workTree = memoryFiles({ 'same.yaml': map('same'), 'changed.yaml': map('new') });
  const commit = memoryFiles({ 'same.yaml': map('same'), 'changed.yaml': map('old') });
  const state = shared(committed(commit), workTree, ['changed.yaml']);
  const model = new RepositoryModel();
  const now = await model.snapshot(workTree);
  workTree.reads.length = 0;
  const before = await new RepositoryModel().snapshot(state.files, undefined, [model]);
  assert.deepEqual([workTree.reads, commit.reads], [[], ['changed.yaml']]);
  assert.equal(before.model('same.yaml'), now.model('same.yaml'));
  assert.deepEqual(
    before.documents.map(({ name }) => name),
    ['old', 'same'],
  );
});
