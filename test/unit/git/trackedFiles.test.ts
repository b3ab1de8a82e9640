/** Tracked files that are ignored, asked again and again while a repository changes. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Disposables } from '../../../src/base/disposables.ts';
import { TrackedFiles } from '../../../src/git/trackedFiles.ts';
import { GitRepository } from './gitRepository.ts';

const lifetime = new Disposables();
after(() => lifetime.dispose());

const windows = process.platform === 'win32' ? 'a shell script stands for Git' : false;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'driftline-tracked-'));
  lifetime.add({ dispose: () => rmSync(made, { recursive: true }) });
  return made;
}

/** A program in the place of Git that writes down each start before it does what the script says. */
function program(script: string) {
  const at = folder();
  const path = join(at, 'git');
  writeFileSync(join(at, 'starts'), '');
  writeFileSync(path, `#!/bin/sh\necho start >> '${at}/starts'\n${script}\n`);
  chmodSync(path, 0o755);
  return { path, starts: () => readFileSync(join(at, 'starts'), 'utf8').split('\n').filter(Boolean).length };
}

function repository(): GitRepository {
  const made = lifetime.add(new GitRepository());
  made.write('a.yaml', 'a');
  made.write('b.log', 'b');
  made.write('.gitignore', '*.log\n');
  made.git('add', '--force', 'a.yaml', 'b.log', '.gitignore');
  return made;
}

const sorted = async (tracked: TrackedFiles): Promise<string[]> => [...(await tracked.ignored())].sort();

test('what is added by force is there from then on, and gone when it is untracked', async () => {
  const git = repository();
  const tracked = new TrackedFiles(git.root);
  assert.deepEqual(await sorted(tracked), ['b.log']);
  git.write('c.log', 'c');
  assert.deepEqual(await sorted(tracked), ['b.log']);
  git.git('add', '--force', 'c.log');
  assert.deepEqual(await sorted(tracked), ['b.log', 'c.log']);
  git.git('rm', '--quiet', '--cached', 'b.log');
  assert.deepEqual(await sorted(tracked), ['c.log']);
});

test('a rule that has changed is heeded when it is told', async () => {
  const git = repository();
  const tracked = new TrackedFiles(git.root);
  assert.deepEqual(await sorted(tracked), ['b.log']);
  git.write('.gitignore', '*.yaml\n');
  tracked.forget();
  assert.deepEqual(await sorted(tracked), ['a.yaml']);
});

test('Git is started when the index has changed, and once for all who wait', { skip: windows }, async () => {
  const git = repository();
  const stand = program('printf "b.log\\0"');
  const tracked = new TrackedFiles(git.root, { program: stand.path });
  const answers = await Promise.all([sorted(tracked), sorted(tracked)]);
  assert.deepEqual(answers, [['b.log'], ['b.log']]);
  assert.deepEqual([await sorted(tracked), stand.starts()], [['b.log'], 1]);
  git.git('rm', '--quiet', '--cached', 'a.yaml');
  assert.deepEqual([await sorted(tracked), stand.starts()], [['b.log'], 2]);
});

test('a Git that does not answer holds nobody up, and is asked again', { skip: windows }, async () => {
  const stand = program('exec sleep 600');
  const tracked = new TrackedFiles(repository().root, { program: stand.path, limitMs: 1 });
  assert.deepEqual(await sorted(tracked), []);
  assert.deepEqual(await sorted(tracked), []);
});

test('without a repository, an index or Git there are none', async () => {
  assert.deepEqual(await sorted(new TrackedFiles(folder())), []);
  const empty = lifetime.add(new GitRepository());
  assert.deepEqual(await sorted(new TrackedFiles(empty.root)), []);
  assert.deepEqual(await sorted(new TrackedFiles(repository().root, { program: 'no-such-git' })), []);
});
