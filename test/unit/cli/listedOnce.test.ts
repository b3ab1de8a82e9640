/** A work tree that is listed once: what is asked of the disk, and what a cancelled listing leaves behind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '../../../src/base/failure.ts';
import { listedOnce } from '../../../src/cli/listedOnce.ts';
import type { RepositoryFiles } from '../../../src/manifests/repositoryFiles.ts';
import { memoryFiles } from '../../support/memoryFiles.ts';

function counted(): { readonly files: RepositoryFiles; readonly listings: () => number } {
  const memory = memoryFiles({ 'a.yaml': 'a', 'b.yaml': 'b' });
  let listings = 0;
  const files: RepositoryFiles = {
    list: (signal) => {
      listings += 1;
      return memory.list(signal);
    },
    read: (path) => memory.read(path),
  };
  return { files, listings: () => listings };
}

test('however often it is asked, also at the same time', async () => {
  const { files, listings } = counted();
  const once = listedOnce(files);
  const [first, second] = await Promise.all([once.list(), once.list()]);
  assert.equal(await once.list(), first);
  assert.equal(second, first);
  assert.equal(listings(), 1);
});

test('files are read as they are', async () => {
  const once = listedOnce(counted().files);
  assert.equal(Buffer.from((await once.read('a.yaml')) ?? []).toString(), 'a');
  assert.equal(await once.read('none.yaml'), undefined);
});

test('a listing that was cancelled is made anew for who was not', async () => {
  const { files, listings } = counted();
  const once = listedOnce(files);
  const cancelled = once.list(AbortSignal.abort());
  const waiting = once.list(new AbortController().signal);
  await assert.rejects(cancelled, (error: unknown) => isFailure(error, 'cancelled'));
  assert.equal((await waiting).length, 2);
  assert.equal((await once.list()).length, 2);
  assert.equal(listings(), 3);
});
