/** A commit that a cluster applied, found in the clones that are open, of real repositories. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Disposables } from '../../../src/base/disposables.ts';
import { localClone } from '../../../src/drift/localClone.ts';
import { GitRepository } from '../git/gitRepository.ts';

const lifetime = new Disposables();
after(() => lifetime.dispose());

const { signal } = new AbortController();

function repository(text: string): { readonly git: GitRepository; readonly commit: string } {
  const git = lifetime.add(new GitRepository());
  git.write('apps/a.yaml', text);
  return { git, commit: git.commit() };
}

const fleet = repository('fleet: 1\n');
fleet.git.git('remote', 'add', 'origin', 'https://example.com/fleet.git');
fleet.git.write('apps/a.yaml', 'fleet: 2\n');
fleet.git.commit();
fleet.git.write('apps/a.yaml', 'not committed\n');
const other = repository('other: 1\n');
const plain = mkdtempSync(join(tmpdir(), 'driftline-plain-'));
lifetime.add({ dispose: () => rmSync(plain, { recursive: true, force: true }) });

function clone(...roots: readonly string[]) {
  return localClone(() => Promise.resolve(roots), lifetime);
}

/** What the state has in its only file. */
async function textOf(roots: readonly string[], revision: string): Promise<string> {
  const { files } = await clone(...roots).commit(revision, signal);
  const content = await files.read('apps/a.yaml');
  return Buffer.from(content ?? '').toString('utf8');
}

test('a commit is read as it was, whatever the clone has now', async () => {
  assert.equal(await textOf([fleet.git.root], fleet.commit), 'fleet: 1\n');
});

test('the clone that has the commit is found among all that are open', async () => {
  const roots = [plain, other.git.root, fleet.git.root];
  assert.equal(await textOf(roots, fleet.commit), 'fleet: 1\n');
  assert.equal(await textOf(roots, other.commit), 'other: 1\n');
});

test('the state carries the commit, its clone and the URLs of its remotes', async () => {
  const { label, key, remotes } = await clone(fleet.git.root).commit(fleet.commit, signal);
  assert.equal(label, `commit ${fleet.commit.slice(0, 7)}`);
  assert.equal(key, `${fleet.git.root}@${fleet.commit}`);
  assert.deepEqual(remotes, ['https://example.com/fleet.git']);
});

test('a short or symbolic revision is the commit that it means', async () => {
  assert.equal(await textOf([fleet.git.root], fleet.commit.slice(0, 10)), 'fleet: 1\n');
  assert.equal(await textOf([fleet.git.root], 'main'), 'fleet: 2\n');
});

const missing: readonly (readonly [title: string, roots: readonly string[]])[] = [
  ['no clone has it', [fleet.git.root]],
  ['nothing is open', []],
  ['what is open is no repository', [plain]],
];

for (const [title, roots] of missing) {
  test(`a commit is not found where ${title}`, async () => {
    await assert.rejects(clone(...roots).commit(other.commit, signal), {
      reason: 'notFound',
      message: `no folder that is open has commit ${other.commit.slice(0, 7)}`,
    });
  });
}

test('who cancels gets no other clone', async () => {
  const ended = AbortSignal.abort();
  await assert.rejects(clone(other.git.root, fleet.git.root).commit(fleet.commit, ended), { reason: 'cancelled' });
});

test('a state ends with what it was opened for', async () => {
  const owned = new Disposables();
  const { files } = await localClone(() => Promise.resolve([fleet.git.root]), owned).commit(fleet.commit, signal);
  owned.dispose();
  await assert.rejects(async () => files.read('apps/a.yaml'));
});
