/** The files that a build sees: of a folder, and of unsaved editors over it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { isFailure } from '../../../src/base/failure.ts';
import { DiskFiles } from '../../../src/manifests/diskFiles.ts';
import { OverlaidFiles, type OverlaidText } from '../../../src/manifests/overlaidFiles.ts';
import type { RepositoryFiles } from '../../../src/manifests/repositoryFiles.ts';
import { memoryFiles } from '../../support/memoryFiles.ts';

const made: string[] = [];
after(async () => {
  await Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true })));
});

async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'driftline-files-'));
  made.push(root);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

async function paths(files: RepositoryFiles): Promise<string[]> {
  return (await files.list()).map((file) => file.path);
}

async function text(files: RepositoryFiles, path: string): Promise<string | undefined> {
  const bytes = await files.read(path);
  return bytes && Buffer.from(bytes).toString();
}

test('a folder gives every file whatever its name, sorted, and nothing of git', async () => {
  const root = await folderWith({
    'b/Kustomization': 'k',
    'b/.hidden': 'h',
    'a.yaml': 'a: 1\n',
    'a-b.bin': new Uint8Array([0xff, 0]),
    '.git/HEAD': 'x',
    'sub/module/.git': 'gitdir: elsewhere',
    'sub/module/file.yaml': 'x',
    'a/z.yaml': 'z',
  });
  const files = new DiskFiles(root);
  assert.deepEqual(await paths(files), ['a-b.bin', 'a.yaml', 'a/z.yaml', 'b/.hidden', 'b/Kustomization']);
  assert.equal(await text(files, 'a.yaml'), 'a: 1\n');
  assert.deepEqual(await files.read('a-b.bin'), Buffer.from([0xff, 0]));
  assert.equal((await files.list())[1]?.size, 5);
});

test('what git ignores is no file of the repository', async () => {
  const root = await folderWith({
    '.gitignore': 'node_modules/\n*.log\n/secret.yaml\n',
    'node_modules/x/y.yaml': 'x',
    'a/node_modules/y.yaml': 'x',
    'a/run.log': 'x',
    'secret.yaml': 'x',
    'a/secret.yaml': 'x',
    'b/.gitignore': '!keep.log\nsecret.yaml',
    'b/keep.log': 'x',
    'b/secret.yaml': 'x',
  });
  assert.deepEqual(await paths(new DiskFiles(root)), ['.gitignore', 'a/secret.yaml', 'b/.gitignore', 'b/keep.log']);
});

test('symbolic links are neither listed nor entered', async () => {
  const outside = await folderWith({ 'secret.yaml': 'x' });
  const root = await folderWith({ 'a.yaml': 'a' });
  await symlink(outside, join(root, 'folder'));
  await symlink(join(outside, 'secret.yaml'), join(root, 'file.yaml'));
  await symlink('.', join(root, 'circle'));
  assert.deepEqual(await paths(new DiskFiles(root)), ['a.yaml']);
});

test('nothing outside of the folder can be read', async () => {
  const root = await folderWith({ 'in/a.yaml': 'a', 'b.yaml': 'b' });
  const files = new DiskFiles(join(root, 'in'));
  for (const path of ['../b.yaml', '/etc/hostname', '', '.', './a.yaml', 'x/../a.yaml', 'none.yaml']) {
    assert.equal(await files.read(path), undefined, path);
  }
  assert.equal(await text(files, 'a.yaml'), 'a');
});

test('a version differs when the content does, and only then', async () => {
  const root = await folderWith({ 'a.yaml': 'one', 'b.yaml': 'one' });
  const files = new DiskFiles(root);
  const [before, other] = await files.list();
  assert.equal((await files.list())[0]?.version, before?.version);
  assert.notEqual(before?.version, other?.version);
  await writeFile(join(root, 'a.yaml'), 'two');
  await utimes(join(root, 'a.yaml'), 1, 1);
  assert.notEqual((await files.list())[0]?.version, before?.version);
});

test('too much is an error that says how much is held; a single large file is listed and not read', async () => {
  const root = await folderWith({ 'a.yaml': '12345678', 'b.yaml': '1234', 'c.yaml': '1' });
  const large = new DiskFiles(root, { fileBytes: 4 });
  assert.deepEqual(await paths(large), ['a.yaml', 'b.yaml', 'c.yaml']);
  assert.equal(await large.read('a.yaml'), undefined);
  assert.equal(await text(large, 'b.yaml'), '1234');
  for (const [limits, words] of [
    [{ files: 2 }, /more than 2 files/],
    [{ totalBytes: 12 }, /more than 0 MB/],
  ] as const) {
    await assert.rejects(
      new DiskFiles(root, limits).list(),
      (error) => isFailure(error, 'invalid') && words.test(error.message),
    );
  }
});

test('a file of any size is read whole; what waits for a writer is not opened for good', async () => {
  const content = 'line\n'.repeat(100_000);
  const root = await folderWith({ 'large.yaml': content, 'empty.yaml': '' });
  const files = new DiskFiles(root);
  assert.equal(await text(files, 'large.yaml'), content);
  assert.equal(await text(files, 'empty.yaml'), '');
  assert.equal(await files.read('none.yaml'), undefined);
  if (process.platform !== 'win32') {
    execFileSync('mkfifo', [join(root, 'pipe.yaml')]);
    assert.equal(await files.read('pipe.yaml'), undefined);
    assert.deepEqual(await paths(files), ['empty.yaml', 'large.yaml']);
  }
});

test('images, archives and the like are listed, but take nothing of what may be held', async () => {
  const root = await folderWith({
    'a.yaml': '1234',
    'docs/a.png': '123456',
    'docs/b.jpg': '123456',
    'dist/c.tar.gz': '123456',
    '.github/workflows/d.yaml': '123456',
  });
  const files = new DiskFiles(root, { files: 1, totalBytes: 4 });
  assert.equal((await files.list()).length, 5);
  assert.equal(await text(files, 'docs/a.png'), '123456');
  await writeFile(join(root, 'b.yaml'), '');
  await assert.rejects(files.list(), /more than 1 files/);
});

test('a folder that is gone has no files; an aborted look is a failure', async () => {
  const files = new DiskFiles(join(tmpdir(), 'driftline-is-not-there'));
  assert.deepEqual(await files.list(), []);
  await assert.rejects(files.list(AbortSignal.abort()), (error) => isFailure(error, 'cancelled'));
});

test('unsaved texts stand in for files and add new ones', async () => {
  const below = memoryFiles({ 'b.yaml': 'saved', 'c.yaml': 'other' });
  const unsaved = new Map<string, OverlaidText>();
  const files = new OverlaidFiles(below, () => unsaved);
  const saved = await files.list();
  unsaved.set('b.yaml', { text: 'ünsaved', version: '7' });
  unsaved.set('a.yaml', { text: 'new', version: '1' });
  const shown = await files.list();
  assert.deepEqual(
    shown.map(({ path, size }) => [path, size]),
    [
      ['a.yaml', 3],
      ['b.yaml', 8],
      ['c.yaml', 5],
    ],
  );
  assert.notEqual(shown[1]?.version, saved[0]?.version);
  assert.equal(shown[2]?.version, saved[1]?.version);
  assert.equal(await text(files, 'b.yaml'), 'ünsaved');
  assert.equal(await text(files, 'c.yaml'), 'other');
  assert.equal(await files.read('none'), undefined);
  unsaved.set('b.yaml', { text: 'ünsaveD', version: '8' });
  assert.notEqual((await files.list())[1]?.version, shown[1]?.version);
  await assert.rejects(files.list(AbortSignal.abort()), (error) => isFailure(error, 'cancelled'));
});
