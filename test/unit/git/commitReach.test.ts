/** How far a commit has come: the branches that have it, what was made on top of it, and when a clone cannot tell. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { isFailure } from '../../../src/base/failure.ts';
import { CommitReach, type Reach } from '../../../src/git/commitReach.ts';
import { recentCommits } from '../../../src/git/recentCommits.ts';
import { GitRepository } from './gitRepository.ts';

const opened: GitRepository[] = [];
after(() => opened.forEach((one) => one.dispose()));

function repository(): GitRepository {
  const made = new GitRepository();
  opened.push(made);
  return made;
}

/** With `a - b - c` on main and `a - side` beside it. */
function branched() {
  const git = repository();
  const a = git.commit('a');
  const b = git.commit('b');
  const c = git.commit('c');
  git.git('checkout', '--quiet', '-b', 'side', a);
  const side = git.commit('side');
  return { git, a, b, c, side };
}

describe('whether a commit is in another one', () => {
  const { git, a, b, c, side } = branched();
  const rows: readonly [name: string, commit: string, revision: string, expected: Reach][] = [
    ['the commit itself', b, b, 'yes'],
    ['what was made on top of it', a, c, 'yes'],
    ['what it was made of', c, a, 'no'],
    ['a branch beside it', b, side, 'no'],
    ['one that was never fetched', b, '1'.repeat(40), 'unknown'],
    ['one that is gone itself', '2'.repeat(40), c, 'unknown'],
    ['text that is no id', b, '--all', 'unknown'],
  ];
  for (const [name, commit, revision, expected] of rows) {
    test(name, async () => {
      const reach = new CommitReach(git.root);
      assert.equal(await reach.isIn(commit, revision), expected);
      assert.equal(await reach.isIn(commit, revision), expected, 'asked again');
    });
  }

  test('a squash has the change, but not the commit', async () => {
    const squashed = repository();
    squashed.commit('base');
    squashed.git('checkout', '--quiet', '-b', 'feature');
    squashed.write('a.yaml', 'a: 1\n');
    const own = squashed.commit('own');
    squashed.git('checkout', '--quiet', 'main');
    squashed.git('merge', '--quiet', '--squash', 'feature');
    assert.equal(await new CommitReach(squashed.root).isIn(own, squashed.commit('squashed')), 'no');
  });

  test('what was not there and was fetched since is told', async () => {
    const { git: remote, b: known } = branched();
    const clone = new GitRepository();
    opened.push(clone);
    clone.git('remote', 'add', 'origin', remote.root);
    clone.git('fetch', '--quiet', 'origin', 'main');
    remote.git('checkout', '--quiet', 'main');
    const newest = remote.commit('d');
    const reach = new CommitReach(clone.root);
    assert.equal(await reach.isIn(known, newest), 'unknown');
    clone.git('fetch', '--quiet', 'origin', 'main');
    assert.equal(await reach.isIn(known, newest), 'yes');
  });

  test('in a shallow clone only what is certain', async () => {
    const { git: remote, a: root, b: middle, c: tip, side: other } = branched();
    const clone = new GitRepository(mkdtempSync(join(tmpdir(), 'driftline-git-')));
    opened.push(clone);
    clone.git('remote', 'add', 'origin', `file://${remote.root}`);
    clone.git('fetch', '--quiet', '--depth=2', 'origin', 'main');
    clone.git('fetch', '--quiet', '--depth=1', 'origin', 'side');
    const reach = new CommitReach(clone.root);
    assert.equal(await reach.isIn(middle, tip), 'yes');
    assert.equal(await reach.isIn(tip, middle), 'no', 'made of it, so not on top of it');
    assert.equal(await reach.isIn(middle, other), 'unknown', 'nobody sees where the two met');
    assert.equal(await reach.isIn(root, tip), 'unknown', 'behind the cut');
  });
});

describe('branches of remotes that have a commit', () => {
  const { git, a, b, c, side } = branched();
  git.git('update-ref', 'refs/remotes/origin/main', b);
  git.git('update-ref', 'refs/remotes/origin/feature/x', side);
  git.git('update-ref', 'refs/remotes/team/fork/main', c);
  git.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
  const remotes = ['origin', 'team', 'team/fork'];
  const names = async (commit: string): Promise<string[]> =>
    (await new CommitReach(git.root).branches(commit, remotes)).map(({ remote, branch }) => `${remote} ${branch}`);

  test('all of them, each once, whatever slashes they have', async () => {
    assert.deepEqual(await names(a), ['origin feature/x', 'origin main', 'team/fork main']);
    assert.deepEqual(await names(c), ['team/fork main']);
  });

  test('none where it is in no branch of a remote, and for what is no commit here', async () => {
    git.git('checkout', '--quiet', 'main');
    assert.deepEqual(await names(git.commit('d')), []);
    assert.deepEqual(await names('3'.repeat(40)), []);
    assert.deepEqual(await names('main'), []);
  });

  test('Git that cannot be run is a failure, not an answer', async () => {
    const reach = new CommitReach(git.root, { program: 'no-such-git' });
    await assert.rejects(reach.branches(a, remotes), (error) => isFailure(error, 'notFound'));
    await assert.rejects(reach.isIn(a, b), (error) => isFailure(error, 'notFound'));
  });
});

describe('newest commits', () => {
  test('as many as asked for, with what they are called', async () => {
    const { git, b, c } = branched();
    git.git('checkout', '--quiet', 'main');
    assert.deepEqual(await recentCommits(git.root, 2), [
      { id: c, subject: 'c', time: Date.UTC(2026, 0, 1) },
      { id: b, subject: 'b', time: Date.UTC(2026, 0, 1) },
    ]);
  });

  test('whatever a message looks like', async () => {
    const git = repository();
    const odd = git.commit('commit 0123\n\nwith a body');
    const empty = git.git('commit-tree', '-m', '', `${odd}^{tree}`, '-p', odd);
    git.git('reset', '--quiet', '--hard', empty);
    assert.deepEqual(
      (await recentCommits(git.root, 30)).map(({ id, subject }) => [id, subject]),
      [
        [empty, ''],
        [odd, 'commit 0123'],
      ],
    );
  });

  test('none before the first; no repository is a failure', async () => {
    assert.deepEqual(await recentCommits(repository().root, 30), []);
    await assert.rejects(recentCommits('/', 30), (error) => isFailure(error, 'notFound'));
  });
});
