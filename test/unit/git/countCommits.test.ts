/** How many commits lie between two, and when a clone cannot tell. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { isFailure } from '../../../src/base/failure.ts';
import { countCommits } from '../../../src/git/countCommits.ts';
import { GitRepository } from './gitRepository.ts';

describe('commits between two', () => {
  const repository = new GitRepository();
  after(() => repository.dispose());
  const [a, b, c] = [repository.commit('a'), repository.commit('b'), repository.commit('c')];
  repository.git('checkout', '--quiet', '-b', 'side', a);
  const side = repository.commit('side');
  repository.git('branch', 'f'.repeat(40), a);

  for (const [name, from, to, expected] of [
    ['of a branch that went on', a, c, 2],
    ['of one commit', b, c, 1],
    ['of a commit and itself', b, b, 0],
    ['of a branch that was set back', c, a, 0],
    ['that another branch has', c, side, 1],
    ['one of which the clone lacks', a, '1'.repeat(40), undefined],
    ['one of which is only a name', a, 'main', undefined],
    ['one of which would be read as an option', a, '--all', undefined],
    ['one of which would be read by a shell', a, '$(touch x)', undefined],
  ] as const) {
    test(name, async () => assert.equal(await countCommits(repository.root, from, to), expected));
  }

  test('of a folder that is no repository: a failure that says so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'driftline-none-'));
    await assert.rejects(countCommits(folder, a, b), (error) => isFailure(error, 'notFound'));
  });
});
