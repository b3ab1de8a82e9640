/** The commit that a change is told from, of a real clone. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isFailure } from '../../../src/base/failure.ts';
import { pushedState, RepositoryCommits } from '../../../src/drift/repositoryCommits.ts';
import { DiskFiles } from '../../../src/manifests/diskFiles.ts';
import { GitRepository } from '../git/gitRepository.ts';

const opened: { dispose(): void }[] = [];
after(() => opened.forEach((one) => one.dispose()));

const { signal } = new AbortController();

function clone(): { readonly git: GitRepository; readonly commits: RepositoryCommits } {
  const git = new GitRepository();
  const commits = new RepositoryCommits(git.root, ['https://git.example/fleet']);
  opened.push(commits, git);
  return { git, commits };
}

test('is where the branch left its remote, whose branch it names; what was committed and not pushed differs', async () => {
  const { git, commits } = clone();
  git.write('pushed.yaml', 'a: 1\n');
  const pushed = git.commit();
  git.git('update-ref', 'refs/remotes/origin/main', pushed);
  git.write('committed.yaml', 'a: 1\n');
  git.commit();
  git.write('pushed.yaml', 'a: 2\n');
  const { state, isPushed, notes } = await pushedState(commits, signal);
  assert.deepEqual([state.label, isPushed, notes], [`commit ${pushed.slice(0, 7)} (origin/main)`, true, []]);
  assert.deepEqual(state.remotes, ['https://git.example/fleet']);
  const changed = await commits.changedSince(state, new DiskFiles(git.root), signal);
  assert.deepEqual(changed, ['committed.yaml', 'pushed.yaml']);
  assert.equal(Buffer.from((await state.files.read('pushed.yaml')) ?? []).toString(), 'a: 1\n');
});

test('is HEAD where no branch of a remote is known, which is said', async () => {
  const { git, commits } = clone();
  const head = git.commit();
  const { state, isPushed, notes } = await pushedState(commits, signal);
  assert.deepEqual([state.label, isPushed], [`commit ${head.slice(0, 7)}`, false]);
  assert.deepEqual(
    notes.map(({ severity, message }) => [severity, message]),
    [['approximate', 'No branch of a remote is known here: what is not committed is compared with HEAD.']],
  );
});

test('is none where nothing has been committed', async () => {
  await assert.rejects(pushedState(clone().commits, signal), (error) => isFailure(error, 'notFound'));
});

test('a state of somewhere else is a mistake of the caller', async () => {
  const { git, commits } = clone();
  git.commit();
  const { state } = await pushedState(commits, signal);
  const other = { ...state, key: 'another' };
  await assert.rejects(commits.changedSince(other, new DiskFiles(git.root), signal), /no commit of this repository/);
});
