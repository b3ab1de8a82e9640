/** Whether what somebody looks at is what a source can fetch, in repositories as people leave them. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { isFailure } from '../../../src/base/failure.ts';
import type { Followed } from '../../../src/flux/followedRef.ts';
import { seenFile, type SeenInput } from '../../../src/git/seenFile.ts';
import { GitRepository } from './gitRepository.ts';

const opened: GitRepository[] = [];
after(() => opened.forEach((one) => one.dispose()));

const path = 'apps/it & $(x) here.yaml';
const main: Followed = { by: 'branch', name: 'main' };

/** A repository whose file has been pushed as `first`; `pushed` is the commit. */
function pushedRepository() {
  const git = new GitRepository();
  opened.push(git);
  git.write(path, 'first\n');
  const pushed = git.commit();
  const push = (branch = 'main', commit = git.git('rev-parse', 'HEAD')): void => {
    git.git('update-ref', `refs/remotes/origin/${branch}`, commit);
  };
  push();
  const change = (text: string): string => {
    git.write(path, text);
    return git.commit(text);
  };
  const see = (text: string, more: Partial<SeenInput> = {}) =>
    seenFile({ root: git.root, path, text, remotes: ['origin'], follows: main, fetched: undefined, ...more });
  return { git, pushed, push, change, see };
}

describe('what is seen', () => {
  test('is what can be fetched', async () => {
    const { pushed, see } = pushedRepository();
    assert.deepEqual(await see('first\n'), { state: 'same', comesTo: pushed });
    assert.deepEqual(await see('first\n', { fetched: pushed }), { state: 'same', comesTo: pushed });
  });

  test('is what can be fetched, whatever the line ends and marks of the editor', async () => {
    const { see, change, push } = pushedRepository();
    assert.equal((await see('\uFEFFfirst\r\n')).state, 'same');
    change('\uFEFFwith\r\nmark\r\n');
    push();
    assert.equal((await see('with\nmark\n')).state, 'same');
  });

  test('is in no commit', async () => {
    const { git, pushed, see } = pushedRepository();
    assert.deepEqual(await see('edited\n'), { state: 'uncommitted', comesTo: pushed });
    git.write('new.yaml', 'new\n');
    assert.equal((await see('new\n', { path: 'new.yaml' })).state, 'uncommitted');
  });

  test('is committed and not pushed', async () => {
    const { change, pushed, see } = pushedRepository();
    change('second\n');
    assert.deepEqual(await see('second\n'), { state: 'unpushed', comesTo: pushed });
  });

  test('is pushed though the commit of this clone is another: a squash merge', async () => {
    const { git, change, push, see } = pushedRepository();
    change('second\n');
    const tree = git.git('rev-parse', 'HEAD^{tree}');
    const squashed = git.git('commit-tree', tree, '-p', 'refs/remotes/origin/main', '-m', 'squashed');
    push('main', squashed);
    assert.deepEqual(await see('second\n'), { state: 'same', comesTo: squashed });
  });

  test('is pushed to a branch that the source does not follow', async () => {
    const { change, push, pushed, see } = pushedRepository();
    change('second\n');
    push('feature');
    assert.deepEqual(await see('second\n'), { state: 'elsewhere', comesTo: pushed });
    assert.equal((await see('first\n')).state, 'same', 'the text of the followed branch is what is applied');
    const unknown = '1'.repeat(40);
    assert.deepEqual(await see('second\n', { fetched: unknown }), { state: 'elsewhere', comesTo: unknown });
  });

  test('was pushed to another repository: that is not the source’s', async () => {
    const { git, change, see } = pushedRepository();
    change('second\n');
    git.git('update-ref', 'refs/remotes/fork/main', 'HEAD');
    assert.equal((await see('second\n')).state, 'unpushed');
    assert.equal((await see('second\n', { remotes: ['origin', 'fork'] })).state, 'elsewhere');
  });

  test('is behind a tag or a commit that the source is fixed to', async () => {
    const { git, change, push, pushed, see } = pushedRepository();
    git.git('tag', 'v1');
    change('second\n');
    push();
    assert.deepEqual(await see('second\n', { follows: { by: 'tag', name: 'v1' } }), {
      state: 'elsewhere',
      comesTo: pushed,
    });
    assert.equal((await see('second\n', { follows: { by: 'commit', name: pushed } })).state, 'elsewhere');
    assert.equal((await see('first\n', { follows: { by: 'commit', name: pushed } })).state, 'same');
    assert.equal((await see('first\n', { follows: { by: 'tag', name: 'v1' } })).state, 'same');
  });

  test('is behind a tag of this clone alone: what the source holds is the tag of its repository', async () => {
    const { git, change, push, pushed, see } = pushedRepository();
    const follows: Followed = { by: 'tag', name: 'v2' };
    change('second\n');
    git.git('tag', 'v2');
    assert.deepEqual(await see('second\n', { follows, fetched: pushed }), { state: 'unpushed', comesTo: pushed });
    assert.deepEqual(await see('second\n', { follows }), { state: 'unpushed', comesTo: undefined });
    push();
    assert.deepEqual(await see('second\n', { follows, fetched: pushed }), { state: 'elsewhere', comesTo: pushed });
    assert.equal((await see('second\n', { follows })).state, 'same', 'its commit is pushed');
    const moved = '1'.repeat(40);
    assert.deepEqual(await see('second\n', { follows, fetched: moved }), { state: 'elsewhere', comesTo: moved });
  });

  test('is compared with what the cluster has where only the source can tell what it follows', async () => {
    const { change, push, pushed, see } = pushedRepository();
    const follows: Followed = { by: 'source' };
    change('second\n');
    push();
    assert.deepEqual(await see('second\n', { follows, fetched: pushed }), { state: 'elsewhere', comesTo: pushed });
    assert.equal((await see('first\n', { follows, fetched: pushed })).state, 'same');
    assert.equal((await see('second\n', { follows })).state, 'same', 'pushed is all that can be known');
  });

  test('is older than what the cluster has fetched already, and this clone has too', async () => {
    const { git, change, pushed, see } = pushedRepository();
    const newer = change('second\n');
    git.git('reset', '--quiet', '--hard', pushed);
    assert.deepEqual(await see('first\n', { fetched: newer }), { state: 'elsewhere', comesTo: newer });
  });

  test('is pushed, and somebody has pushed more that this clone does not know: nothing is held against it', async () => {
    const { see, change } = pushedRepository();
    const unknown = '1'.repeat(40);
    assert.deepEqual(await see('first\n', { fetched: unknown }), { state: 'same', comesTo: unknown });
    change('second\n');
    assert.equal((await see('second\n', { fetched: unknown })).state, 'unpushed');
  });

  test('is in a repository without a commit', async () => {
    const git = new GitRepository();
    opened.push(git);
    const input = { root: git.root, path, text: 'x', remotes: ['origin'], follows: main, fetched: undefined };
    assert.deepEqual(await seenFile(input), { state: 'uncommitted', comesTo: undefined });
  });

  test('cannot be told without Git', async () => {
    const { git } = pushedRepository();
    const input = { root: git.root, path, text: 'x', remotes: ['origin'], follows: main, fetched: undefined };
    await assert.rejects(seenFile(input, { program: '/nowhere/git' }), (error) => isFailure(error, 'notFound'));
  });
});
