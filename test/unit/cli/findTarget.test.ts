/** What the words of a command line mean, on real folders: names, files, folders, and the repository around them. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type FoundTarget, findTarget } from '../../../src/cli/findTarget.ts';
import { UsageError } from '../../../src/cli/usageError.ts';

interface Words {
  readonly namespace?: string;
  readonly file?: string;
  readonly repository?: string;
  readonly diff?: string;
}

describe('targets', () => {
  let root = '';
  before(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'driftline-target-')));
    for (const file of ['git/.git/HEAD', 'git/apps/media/plex.yaml', 'git/hr/plex/a.yaml', 'plain/base/a.yaml']) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), 'ref: refs/heads/main\n');
    }
    await symlink(join(root, 'git', 'apps'), join(root, 'link'));
    await symlink(join(root, 'git', 'apps'), join(root, 'git', 'inner'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  const find = (target: string, folder: string, words: Words = {}): Promise<FoundTarget> =>
    findTarget(
      { namespace: undefined, file: undefined, repository: undefined, diff: undefined, target, ...words },
      join(root, folder),
    );

  const rows: readonly [
    title: string,
    target: string,
    folder: string,
    words: Words,
    expected: unknown,
    repository: string,
  ][] = [
    ['a folder', 'apps', 'git', {}, { by: 'folder', path: 'apps' }, 'git'],
    ['a folder below the user', 'media/', 'git/apps', {}, { by: 'folder', path: 'apps/media' }, 'git'],
    ['the folder of the user', '.', 'git/apps/media', {}, { by: 'folder', path: 'apps/media' }, 'git'],
    ['the top', '../..', 'git/apps/media', {}, { by: 'folder', path: '' }, 'git'],
    ['a file', 'apps/media/plex.yaml', 'git', {}, { by: 'file', path: 'apps/media/plex.yaml' }, 'git'],
    ['a repository elsewhere', '../git/apps', 'plain', {}, { by: 'folder', path: 'apps' }, 'git'],
    ['a link into a repository', 'link/media', '', {}, { by: 'folder', path: 'apps/media' }, 'git'],
    ['a link within one', 'inner/media', 'git', {}, { by: 'folder', path: 'apps/media' }, 'git'],
    ['a folder that is called like a name', './hr/plex', 'git', {}, { by: 'folder', path: 'hr/plex' }, 'git'],
    ['no repository', 'base', 'plain', {}, { by: 'folder', path: 'base' }, 'plain'],
    ['no repository, elsewhere', '../plain/base', 'git', {}, { by: 'folder', path: '' }, 'plain/base'],
    [
      'no repository, a file elsewhere',
      '../plain/base/a.yaml',
      'git',
      {},
      { by: 'file', path: 'a.yaml' },
      'plain/base',
    ],
    [
      'a repository that is named',
      'a.yaml',
      'plain/base',
      { repository: '..' },
      { by: 'file', path: 'base/a.yaml' },
      'plain',
    ],
    ['deleted since', 'apps/old/app.yaml', 'git', { diff: 'HEAD' }, { by: 'file', path: 'apps/old/app.yaml' }, 'git'],
    ['a folder deleted since', 'gone', 'git/apps', { diff: 'HEAD' }, { by: 'folder', path: 'apps/gone' }, 'git'],
    ['a name', 'hr/plex', 'git', {}, { by: 'name', name: { kind: 'HelmRelease', namespace: '', name: 'plex' } }, 'git'],
    [
      'a name in a namespace',
      'helmrelease/plex',
      'git/apps',
      { namespace: 'media' },
      { by: 'name', name: { kind: 'HelmRelease', namespace: 'media', name: 'plex' } },
      'git',
    ],
    [
      'a name as messages write it',
      'ks/flux-system/apps',
      'git',
      {},
      { by: 'name', name: { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' } },
      'git',
    ],
    [
      'the same namespace twice',
      'Kustomization/flux-system/apps',
      'git',
      { namespace: 'flux-system' },
      { by: 'name', name: { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' } },
      'git',
    ],
  ];
  for (const [title, target, folder, words, expected, repository] of rows) {
    test(`${title}: ${target} in ${folder}`, async () => {
      const found = await find(target, folder, words);
      assert.deepEqual(found.target, expected);
      assert.equal(found.repository, join(root, repository));
      assert.equal(found.hasCommits, repository === 'git');
    });
  }

  const files: readonly [
    title: string,
    target: string,
    folder: string,
    file: string | undefined,
    expected: string | undefined,
  ][] = [
    ['a name without a file', 'hr/plex', 'git', undefined, undefined],
    ['a file from where the user is', 'hr/plex', 'git/apps', 'media/plex.yaml', 'apps/media/plex.yaml'],
    ['a file as messages name it', 'hr/plex', 'git/hr', 'apps/media/plex.yaml', 'apps/media/plex.yaml'],
    ['a file chooses by itself', 'apps/media/plex.yaml', 'git', undefined, 'apps/media/plex.yaml'],
    ['a file of which another one decides', 'apps/media/plex.yaml', 'git', 'hr/plex/a.yaml', 'hr/plex/a.yaml'],
    ['a folder', 'apps', 'git', undefined, undefined],
  ];
  for (const [title, target, folder, file, expected] of files) {
    test(title, async () => {
      const found = await find(target, folder, file === undefined ? {} : { file });
      assert.equal(found.file, expected);
    });
  }

  const refused: readonly [target: string, words: Words, sentence: RegExp][] = [
    ['appz', {}, /^There is no file or folder appz\.$/],
    ['hr/', {}, /^"hr\/" names no HelmRelease\.$/],
    ['hr/a/b/c', {}, /^"hr\/a\/b\/c" names no HelmRelease\.$/],
    ['hr/media/plex', { namespace: 'tv' }, /name two namespaces/],
    ['apps', { namespace: 'media' }, /^--namespace goes with/],
    ['hr/plex', { file: 'missing.yaml' }, /^--file missing\.yaml is no file of the repository /],
    ['hr/plex', { file: 'apps' }, /is no file/],
    ['hr/plex', { file: '../plain/base/a.yaml' }, /is no file/],
    ['apps', { repository: '../plain' }, /^apps is not in the repository /],
    ['apps', { repository: 'missing' }, /is no folder\.$/],
    ['apps', { repository: 'apps/media/plex.yaml' }, /is no folder\.$/],
  ];
  for (const [target, words, sentence] of refused) {
    test(`${target} ${JSON.stringify(words)} → ${sentence.source}`, async () => {
      await assert.rejects(find(target, 'git', words), (error: unknown) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, sentence);
        return true;
      });
    });
  }
});
