/** Revisions as a person writes them, in real repositories: which commit is meant, and what is said when there is none. */
import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Disposables } from '../../../src/base/disposables.ts';
import { type FailureReason, isFailure } from '../../../src/base/failure.ts';
import { commitSubject, resolveRevision } from '../../../src/git/resolveRevision.ts';
import { GitRepository } from './gitRepository.ts';

const lifetime = new Disposables();
after(() => lifetime.dispose());

const repository = lifetime.add(new GitRepository());
repository.write('a.yaml', 'a: 1\n');
const first = repository.commit('Add a\n\nBecause of b.');
repository.git('tag', '-a', 'v1', '-m', 'The first');
repository.git('branch', 'side');
repository.write('b.yaml', 'b: 1\n');
const second = repository.commit('  Add b: "quoted" — ü  ');
const unborn = lifetime.add(new GitRepository());
const folder = mkdtempSync(join(tmpdir(), 'driftline-no-git-'));
lifetime.add({ dispose: () => rmSync(folder, { recursive: true, force: true }) });

function fails(promise: Promise<unknown>, reason: FailureReason, message: RegExp): Promise<void> {
  return assert.rejects(promise, (error) => {
    assert.ok(isFailure(error, reason), `a Failure ${reason}, not ${String(error)}`);
    assert.match(error.message, message);
    return true;
  });
}

const found: readonly (readonly [name: string, revision: string, commit: string])[] = [
  ['HEAD', 'HEAD', second],
  ['a branch', 'side', first],
  ['a branch in full', 'refs/heads/main', second],
  ['an annotated tag is its commit', 'v1', first],
  ['an ancestor', 'main~1', first],
  ['a full hash', first, first],
  ['a short hash', first.slice(0, 8), first],
  ['by its message', 'HEAD^{/Add a}', first],
];
for (const [name, revision, commit] of found) {
  test(`found: ${name}`, async () => assert.equal(await resolveRevision(repository.root, revision), commit));
}

const unknown: readonly (readonly [name: string, revision: string, message: RegExp])[] = [
  ['a branch that is not there', 'release', /^there is no commit "release" in the repository \//],
  ['a hash that is not there', '0123456789012345678901234567890123456789', /there is no commit/],
  ['a file of a commit', 'HEAD:a.yaml', /there is no commit "HEAD:a\.yaml"/],
  ['a tree', 'HEAD^{tree}', /there is no commit/],
  ['all but one', '^main', /^"\^main" is no single commit/],
  ['a range', 'side..main', /there is no commit/],
  ['an option', '--help', /^"--help" is no revision/],
  ['an option that writes', '--output=x', /is no revision/],
  ['nothing', ' ', /^" " is no revision/],
  ['two lines', 'main\nside', /is no revision/],
  ['a NUL', 'main\0', /is no revision/],
];
for (const [name, revision, message] of unknown) {
  test(`not found: ${name}`, () => fails(resolveRevision(repository.root, revision), 'notFound', message));
}

test('a repository without a commit says so of HEAD', () =>
  fails(resolveRevision(unborn.root, 'HEAD'), 'notFound', /no commit "HEAD"/));

test('a folder outside of any repository is named', () =>
  fails(resolveRevision(folder, 'HEAD'), 'notFound', /driftline-no-git-\S+ is in no Git repository$/));

test('a folder that does not exist is named', () =>
  fails(resolveRevision(join(folder, 'none'), 'HEAD'), 'notFound', /none is in no Git repository$/));

test('a missing program is named', () =>
  fails(
    resolveRevision(repository.root, 'HEAD', { program: 'no-such-git' }),
    'notFound',
    /^the program no-such-git was not found/,
  ));

test('a program that may not be run is named', () => {
  const program = join(folder, 'git');
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o600 });
  return fails(resolveRevision(repository.root, 'HEAD', { program }), 'forbidden', /could not be started/);
});

test('a shallow clone is named where a commit is not in it', async () => {
  const shallow = lifetime.add(new GitRepository());
  shallow.git('fetch', '--quiet', '--depth=1', `file://${repository.root}`, 'main:copy');
  assert.equal(await resolveRevision(shallow.root, 'copy'), second);
  await fails(resolveRevision(shallow.root, first), 'notFound', /it is a shallow clone, git fetch --unshallow/);
});

test('a cancelled question is not asked', async () => {
  const signal = AbortSignal.abort();
  await fails(resolveRevision(repository.root, 'HEAD', { signal }), 'cancelled', /./);
});

test('a hook’s environment does not lead to another repository', async () => {
  const env = { ...process.env, GIT_DIR: join(unborn.root, '.git'), GIT_INDEX_FILE: '/none', GIT_PREFIX: 'x' };
  assert.equal(await resolveRevision(repository.root, 'HEAD', { env }), second);
});

test('a replacement of a commit is not followed: the controllers know none', async () => {
  const replaced = lifetime.add(new GitRepository());
  const one = replaced.commit('One');
  const two = replaced.commit('Two');
  replaced.git('replace', two, one);
  assert.equal(await commitSubject(replaced.root, two), 'Two');
});

test('another user’s repository is refused by Git, and the way out is named', async () => {
  const program = join(folder, 'dubious');
  const words = `fatal: detected dubious ownership in repository at '${realpathSync(folder)}'`;
  writeFileSync(program, `#!/bin/sh\necho "${words}" >&2\nexit 128\n`, { mode: 0o700 });
  await fails(resolveRevision(repository.root, 'HEAD', { program }), 'forbidden', /safe\.directory/);
});

const subjects: readonly (readonly [name: string, message: string, subject: string])[] = [
  ['the first line', 'Add a\n\nBecause of b.', 'Add a'],
  ['text with quotes and other letters', '  Add b: "quoted" — ü  ', 'Add b: "quoted" — ü'],
  ['nothing', '', ''],
];
for (const [name, message, subject] of subjects) {
  test(`the subject of a commit: ${name}`, async () => {
    const tree = repository.git('write-tree');
    const commit = repository.gitWith(message, 'commit-tree', tree);
    assert.equal(await commitSubject(repository.root, commit), subject);
  });
}

test('a repository’s configuration runs no program', async () => {
  const hostile = lifetime.add(new GitRepository());
  const commit = hostile.commit('Subject');
  const mark = join(folder, 'mark');
  const program = join(folder, 'evil');
  writeFileSync(program, `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o700 });
  for (const key of ['core.pager', 'core.fsmonitor', 'gpg.program', 'core.sshCommand', 'core.editor']) {
    hostile.git('config', key, program);
  }
  hostile.git('config', 'log.showSignature', 'true');
  assert.equal(await commitSubject(hostile.root, commit), 'Subject');
  assert.throws(() => realpathSync(mark), /ENOENT/);
});
