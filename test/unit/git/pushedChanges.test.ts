/** What has not been pushed: up to which commit a branch has been, and which files differ since. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { isFailure } from '../../../src/base/failure.ts';
import { changedFiles } from '../../../src/git/changedFiles.ts';
import { CommitFiles } from '../../../src/git/commitFiles.ts';
import { pushedCommit } from '../../../src/git/pushedCommit.ts';
import { DiskFiles } from '../../../src/manifests/diskFiles.ts';
import { memoryFiles } from '../../support/memoryFiles.ts';
import { GitRepository } from './gitRepository.ts';

const opened: { dispose(): void }[] = [];
after(() => opened.forEach((one) => one.dispose()));

function repository(): GitRepository {
  const made = new GitRepository();
  opened.push(made);
  return made;
}

/** A remote-tracking branch, as a fetch leaves it. */
function track(git: GitRepository, branch: string, commit: string): void {
  git.git('config', 'remote.origin.url', 'https://git.example/fleet');
  git.git('config', 'remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*');
  git.git('update-ref', `refs/remotes/origin/${branch}`, commit);
}

describe('up to which commit', () => {
  test('the upstream of the branch', async () => {
    const git = repository();
    const pushed = git.commit('pushed');
    track(git, 'main', pushed);
    git.git('branch', '--set-upstream-to=origin/main');
    git.commit('own');
    assert.deepEqual(await pushedCommit(git.root), { commit: pushed, upstream: 'origin/main' });
  });

  test('where it parted, when others have pushed since', async () => {
    const git = repository();
    const base = git.commit('base');
    const theirs = git.commit('theirs');
    git.git('reset', '--quiet', '--hard', base);
    track(git, 'main', theirs);
    git.git('branch', '--set-upstream-to=origin/main');
    git.commit('own');
    assert.equal((await pushedCommit(git.root))?.commit, base);
  });

  test('without an upstream the default branch of the remote', async () => {
    const git = repository();
    const pushed = git.commit('pushed');
    track(git, 'master', pushed);
    git.git('checkout', '--quiet', '-b', 'feature');
    git.commit('own');
    assert.deepEqual(await pushedCommit(git.root), { commit: pushed, upstream: 'origin/master' });
  });

  test('where a branch tracks another one of this repository, the default branch of the remote', async () => {
    const git = repository();
    const pushed = git.commit('pushed');
    track(git, 'main', pushed);
    git.git('branch', '--no-track', 'trunk');
    git.git('checkout', '--quiet', 'trunk');
    git.commit('own');
    git.git('branch', 'origin/main');
    git.git('checkout', '--quiet', '-b', 'feature');
    git.git('branch', '--set-upstream-to=trunk');
    git.commit('more of its own');
    assert.deepEqual(await pushedCommit(git.root), { commit: pushed, upstream: 'origin/main' });
  });

  test('none without a remote, and none before the first commit', async () => {
    const git = repository();
    assert.equal(await pushedCommit(git.root), undefined);
    git.commit('own');
    assert.equal(await pushedCommit(git.root), undefined);
  });

  test('none where there is no common history', async () => {
    const git = repository();
    track(git, 'main', git.commit('theirs'));
    git.git('checkout', '--quiet', '--orphan', 'other');
    git.commit('own');
    assert.equal(await pushedCommit(git.root), undefined);
  });
});

describe('which files', () => {
  test('added, changed and deleted ones, and none that was only touched', async () => {
    const git = repository();
    git.write('a.yaml', 'a: 1\n');
    git.write('b/same-size.yaml', 'b: 1\n');
    git.write('c.yaml', 'c: 1\n');
    git.write('gone.yaml', '');
    git.write('empty.yaml', '');
    const commit = git.commit();
    git.write('a.yaml', 'a: 1\n');
    git.write('b/same-size.yaml', 'b: 2\n');
    git.write('c.yaml', 'c: 10\n');
    git.write('new.yaml', '');
    git.git('rm', '--quiet', 'gone.yaml');
    const files = new CommitFiles({ root: git.root, commit });
    opened.push(files);
    assert.deepEqual(await changedFiles(files, new DiskFiles(git.root)), [
      'b/same-size.yaml',
      'c.yaml',
      'gone.yaml',
      'new.yaml',
    ]);
  });

  test('those that a checkout gave other line ends are no change, unless something else is one', async () => {
    const git = repository();
    for (const name of ['same', 'other', 'longer', 'shorter']) {
      git.write(`${name}.yaml`, 'a: 1\nb: 2\n');
    }
    const commit = git.commit();
    git.write('same.yaml', 'a: 1\r\nb: 2\r\n');
    git.write('other.yaml', 'a: 1\r\nb: 3\r\n');
    git.write('longer.yaml', 'a: 1\r\nb: 20\r\n');
    git.write('shorter.yaml', 'a: 1\r\n');
    const files = new CommitFiles({ root: git.root, commit });
    opened.push(files);
    assert.deepEqual(await changedFiles(files, new DiskFiles(git.root)), ['longer.yaml', 'other.yaml', 'shorter.yaml']);
  });

  test('one of the same size that cannot be read may be another one; one that is too large is known by its size', async () => {
    const git = repository();
    git.write('locked.yaml', 'a: 1\n');
    git.write('large.yaml', 'a: 1\n'.repeat(20));
    const commit = git.commit();
    const files = new CommitFiles({ root: git.root, commit, limits: { fileBytes: 50 } });
    opened.push(files);
    const onDisk = new DiskFiles(git.root);
    const unreadable = { list: () => onDisk.list(), read: () => Promise.resolve(undefined) };
    assert.deepEqual(await changedFiles(files, unreadable), ['locked.yaml']);
  });

  test('in a repository with longer ids', async () => {
    const git = repository();
    git.git('init', '--quiet', '--object-format=sha256', 'inner');
    const inner = new GitRepository(`${git.root}/inner`);
    inner.write('a.yaml', 'a: 1\n');
    inner.write('b.yaml', 'b: 1\n');
    const commit = inner.commit();
    assert.equal(commit.length, 64);
    inner.write('b.yaml', 'b: 2\n');
    const files = new CommitFiles({ root: inner.root, commit });
    opened.push(files);
    assert.deepEqual(await changedFiles(files, new DiskFiles(inner.root)), ['b.yaml']);
  });

  test('it ends when it is cancelled', async () => {
    const controller = new AbortController();
    const now = memoryFiles({ 'a.yaml': 'a' });
    const commit = {
      list: () => Promise.resolve([{ path: 'a.yaml', size: 1, version: '0'.repeat(40) }]),
      read: () => Promise.resolve(undefined),
    };
    const reading = {
      list: () => now.list(),
      read: (path: string) => {
        controller.abort();
        return now.read(path);
      },
    };
    await assert.rejects(changedFiles(commit, reading, controller.signal), (error: unknown) =>
      isFailure(error, 'cancelled'),
    );
  });
});
