/** What Git tracks although it is ignored, out of a real repository. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Disposables } from '../../../src/base/disposables.ts';
import { isFailure } from '../../../src/base/failure.ts';
import { ignoredTrackedFiles } from '../../../src/git/ignoredTrackedFiles.ts';
import { DiskFiles } from '../../../src/manifests/diskFiles.ts';
import { GitRepository } from './gitRepository.ts';

const lifetime = new Disposables();
after(() => lifetime.dispose());

const repository = lifetime.add(new GitRepository());
repository.write('a.yaml', 'a');
repository.write('out/ü b.yaml', 'b');
repository.write('out/deep/.gitignore', '*.yaml\n');
repository.write('out/deep/c.yaml', 'c');
repository.commit();
repository.write('.gitignore', 'out/\n*.log\n');
repository.write('out/new.yaml', 'n');
repository.write('d.log', 'd');
repository.git('add', '--force', 'd.log', '.gitignore');

test('files that are tracked and ignored', async () => {
  const found = await ignoredTrackedFiles(repository.root);
  assert.ok(['d.log', 'out/ü b.yaml'].every((path) => found.has(path)));
  assert.ok(!found.has('a.yaml') && !found.has('out/new.yaml'));
});

test('a folder with what is tracked in it: all that a commit would have', async () => {
  const files = new DiskFiles(repository.root, {}, () => ignoredTrackedFiles(repository.root));
  const tracked = repository.git('ls-files', '-z').split('\0').filter(Boolean).sort();
  for (let round = 0; round < 2; round += 1) {
    assert.deepEqual(
      (await files.list()).map(({ path }) => path),
      tracked,
    );
  }
});

test('where Git cannot tell there are none; who no longer waits is told so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'driftline-no-git-'));
  lifetime.add({ dispose: () => rmSync(folder, { recursive: true }) });
  assert.equal((await ignoredTrackedFiles(folder)).size, 0);
  assert.equal((await ignoredTrackedFiles(repository.root, { program: 'no-such-git' })).size, 0);
  await assert.rejects(ignoredTrackedFiles(repository.root, { signal: AbortSignal.abort() }), (error) =>
    isFailure(error, 'cancelled'),
  );
});
