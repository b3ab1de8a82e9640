/** A commit beside a work tree: where each file is read, and that what is read is the commit's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedFiles } from '../../../src/drift/sharedFiles.ts';
import { memoryFiles } from '../../support/memoryFiles.ts';

async function textOf(files: ReturnType<typeof sharedFiles>, path: string): Promise<string | undefined> {
  const bytes = await files.read(path);
  return bytes && Buffer.from(bytes).toString();
}

test('what is unchanged is read from the work tree, all else from the commit', async () => {
  const commit = memoryFiles({ 'same.yaml': 's', 'changed.yaml': 'old', 'deleted.yaml': 'd' });
  const workTree = memoryFiles({ 'same.yaml': 's', 'changed.yaml': 'new', 'added.yaml': 'a' });
  const files = sharedFiles(commit, workTree, ['added.yaml', 'changed.yaml', 'deleted.yaml']);
  assert.equal(await textOf(files, 'same.yaml'), 's');
  assert.equal(await textOf(files, 'changed.yaml'), 'old');
  assert.equal(await textOf(files, 'deleted.yaml'), 'd');
  assert.equal(await textOf(files, 'added.yaml'), undefined);
  assert.deepEqual(workTree.reads, ['same.yaml']);
  assert.deepEqual(commit.reads, ['changed.yaml', 'deleted.yaml', 'added.yaml']);
});

test('the listing is that of the commit', async () => {
  const commit = memoryFiles({ 'a.yaml': '' });
  const files = sharedFiles(commit, memoryFiles({ 'b.yaml': '' }), ['a.yaml', 'b.yaml']);
  assert.deepEqual(await files.list(), await commit.list());
});

test('a file that has gone from the work tree since is read from the commit', async () => {
  const files = sharedFiles(memoryFiles({ 'a.yaml': 'a' }), memoryFiles({}), []);
  assert.equal(await textOf(files, 'a.yaml'), 'a');
});
