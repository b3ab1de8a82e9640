import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { findRepositoryRoot } from '../../../src/git/findRepositoryRoot.ts';
import { parseGitConfig } from '../../../src/git/gitConfig.ts';
import { readRemotes, remotesOf } from '../../../src/git/readRemotes.ts';

const origin = '[remote "origin"]\n\turl = https://github.com/org/fleet\n';

describe('a repository on disk', () => {
  let top = '';

  before(async () => {
    top = await mkdtemp(join(tmpdir(), 'driftline-git-'));
  });
  after(async () => {
    await rm(top, { recursive: true, force: true });
  });

  /** Writes files below a folder of its own and gives that folder. */
  async function files(name: string, texts: Readonly<Record<string, string>>): Promise<string> {
    const folder = join(top, name);
    for (const [path, text] of Object.entries(texts)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    return folder;
  }

  async function urlsOf(root: string): Promise<string[]> {
    return (await readRemotes(root)).flatMap(({ urls }) => urls);
  }

  it('is found from a file deep in it, from its root, and from a file that is not written yet', async () => {
    const root = await files('plain', { '.git/HEAD': 'ref: x', '.git/config': origin, 'apps/a/b.yaml': '' });
    assert.equal(await findRepositoryRoot(join(root, 'apps/a/b.yaml')), root);
    assert.equal(await findRepositoryRoot(root), root);
    assert.equal(await findRepositoryRoot(join(root, 'new/folder/c.yaml')), root);
    assert.deepEqual(await urlsOf(root), ['https://github.com/org/fleet']);
  });

  it('is the nearest one upwards', async () => {
    const outer = await files('outer', { '.git/HEAD': 'x', 'inner/.git/HEAD': 'x', 'inner/a.yaml': '' });
    assert.equal(await findRepositoryRoot(join(outer, 'inner/a.yaml')), join(outer, 'inner'));
  });

  it('is not a folder whose .git leads nowhere', async () => {
    const outer = await files('nowhere', {
      '.git/HEAD': 'x',
      'a/.git/notes': '',
      'b/.git': 'gitdir: ../gone',
      'c/.git': 'hello',
    });
    for (const inner of ['a', 'b', 'c']) {
      assert.equal(await findRepositoryRoot(join(outer, inner, 'x.yaml')), outer);
    }
  });

  it('is none outside of any', async () => {
    assert.equal(await findRepositoryRoot(join(await files('bare', { 'x.yaml': '' }), 'x.yaml')), undefined);
  });

  it('has the remotes of the main work tree in a linked one', async () => {
    const folder = await files('worktrees', {
      'main/.git/HEAD': 'x',
      'main/.git/config': origin,
      'main/.git/worktrees/fix/HEAD': 'x',
      'main/.git/worktrees/fix/commondir': '../..\n',
    });
    await files('worktrees', { 'fix/.git': `gitdir: ${join(folder, 'main/.git/worktrees/fix')}\n`, 'fix/a.yaml': '' });
    assert.equal(await findRepositoryRoot(join(folder, 'fix/a.yaml')), join(folder, 'fix'));
    assert.deepEqual(await urlsOf(join(folder, 'fix')), ['https://github.com/org/fleet']);
  });

  it('has the remotes of a work tree of its own where Git is told to read them', async () => {
    const own = '[remote "mine"]\nurl = https://github.com/me/fleet\n';
    const folder = await files('worktree-config', {
      'main/.git/HEAD': 'x',
      'main/.git/config': `[extensions]\nworktreeConfig = true\n${origin}`,
      'main/.git/config.worktree': own,
      'off/.git/HEAD': 'x',
      'off/.git/config': `[extensions]\nworktreeConfig = false\n${origin}`,
      'off/.git/config.worktree': own,
    });
    assert.deepEqual(await urlsOf(join(folder, 'main')), [
      'https://github.com/org/fleet',
      'https://github.com/me/fleet',
    ]);
    assert.deepEqual(await urlsOf(join(folder, 'off')), ['https://github.com/org/fleet']);
  });

  it('has its own remotes as a submodule', async () => {
    const folder = await files('super', {
      '.git/HEAD': 'x',
      '.git/config': origin,
      '.git/modules/sub/HEAD': 'x',
      '.git/modules/sub/config': '[remote "origin"]\nurl = https://github.com/org/sub\n',
      'sub/.git': 'gitdir: ../.git/modules/sub\n',
    });
    assert.equal(await findRepositoryRoot(join(folder, 'sub/a.yaml')), join(folder, 'sub'));
    assert.deepEqual(await urlsOf(join(folder, 'sub')), ['https://github.com/org/sub']);
  });

  it('has no remotes without a config, with a config that is a folder or too large, and outside of any', async () => {
    const folder = await files('odd', {
      'none/.git/HEAD': 'x',
      'folder/.git/HEAD': 'x',
      'folder/.git/config/x': '',
      'large/.git/HEAD': 'x',
      'large/.git/config': origin + '#'.repeat(1024 * 1024),
      'outside/x': '',
    });
    for (const name of ['none', 'folder', 'large', 'outside']) {
      assert.deepEqual(await readRemotes(join(folder, name)), []);
    }
  });

  it('is never looked for on another machine, whatever a .git file says', async () => {
    // On POSIX these would be local paths that lead to the repository beside them.
    const folder = await files('shares', { 'real/.git/HEAD': 'x', 'real/.git/config': origin });
    await files('shares', {
      'slashes/.git': `gitdir: /${join(folder, 'real/.git')}\n`,
      'back/.git': 'gitdir: \\\\host\\share\n',
    });
    assert.deepEqual(await readRemotes(join(folder, 'slashes')), []);
    assert.deepEqual(await readRemotes(join(folder, 'back')), []);
  });
});

describe('remotes', () => {
  const rows: readonly [is: string, config: string, expected: Readonly<Record<string, readonly string[]>>][] = [
    ['are none in an empty config', '', {}],
    [
      'are listed by name in order',
      `${origin}[remote "upstream"]\nurl = git@github.com:up/fleet.git`,
      { origin: ['https://github.com/org/fleet'], upstream: ['git@github.com:up/fleet.git'] },
    ],
    [
      'have several addresses, each once',
      '[remote "o"]\nurl = a:x\nurl = b:x\nurl = a:x\npushurl = c:x\n',
      { o: ['a:x', 'b:x', 'c:x'] },
    ],
    [
      'are written short and rewritten by insteadOf',
      '[url "https://github.com/"]\ninsteadOf = gh:\n[remote "o"]\nurl = gh:org/fleet\n',
      { o: ['gh:org/fleet', 'https://github.com/org/fleet'] },
    ],
    [
      'are rewritten by the longest prefix',
      '[url "x:"]\ninsteadOf = gh:\n[url "y:"]\ninsteadOf = gh:org/\n[remote "o"]\nurl = gh:org/fleet\n',
      { o: ['gh:org/fleet', 'y:fleet'] },
    ],
    [
      'are rewritten for pushing, but not where a push address is given',
      '[url "ssh://git@h/"]\npushInsteadOf = https://h/\n[remote "o"]\nurl = https://h/a\npushurl = https://h/b\n',
      { o: ['https://h/a', 'ssh://git@h/a', 'https://h/b'] },
    ],
    ['are written in the old form', '[remote.origin]\nurl = a:x\n', { origin: ['a:x'] }],
    [
      'are rewritten by the first of two equal prefixes',
      '[url "x:"]\ninsteadOf = gh:\n[url "y:"]\ninsteadOf = gh:\n[remote "o"]\nurl = gh:org/fleet\n',
      { o: ['gh:org/fleet', 'x:org/fleet'] },
    ],
    [
      'are not rewritten by other settings of an address',
      '[url "x:"]\nother = gh:\n[http "y:"]\ninsteadOf = gh:\n[url "z:"]\ninsteadOf =\n[remote "o"]\nurl = gh:a\n',
      { o: ['gh:a'] },
    ],
    [
      'are not other things of a remote',
      '[remote "o"]\nfetch = x\n[remote]\npushDefault = o\n[branch "m"]\nurl = z\n',
      {},
    ],
    ['are not empty', '[remote "o"]\nurl =\nurl\n', {}],
  ];
  for (const [is, config, expected] of rows) {
    it(is, () => {
      const remotes = remotesOf(parseGitConfig(config));
      assert.deepEqual(Object.fromEntries(remotes.map(({ name, urls }) => [name, urls])), expected);
    });
  }
});
