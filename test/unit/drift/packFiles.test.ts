/** A commit packed as a source packs it: read back by another reader of archives than the one that the engine has. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { isFailure } from '../../../src/base/failure.ts';
import { packFiles } from '../../../src/drift/packFiles.ts';
import { memoryFiles } from '../../support/memoryFiles.ts';

/** Regular files by path, as `tar` unpacks them. */
async function unpacked(bytes: Uint8Array): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'driftline-pack-'));
  try {
    await writeFile(join(folder, 'archive.tgz'), bytes);
    await promisify(execFile)('tar', ['-xzf', 'archive.tgz'], { cwd: folder });
    await rm(join(folder, 'archive.tgz'));
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files: Record<string, string> = {};
    for (const entry of entries.filter((one) => one.isFile())) {
      const path = join(entry.parentPath, entry.name);
      files[path.slice(folder.length + 1)] = await readFile(path, 'utf8');
    }
    return files;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function checkPacked(
  files: Readonly<Record<string, string>>,
  expected: readonly string[],
  ignore?: string,
): Promise<void> {
  const archive = await packFiles(memoryFiles(files), { revision: 'main@sha1:1', ignore });
  const found = await unpacked(archive.bytes);
  assert.deepEqual(Object.keys(found).sort(), [...expected].sort());
  for (const path of expected) {
    assert.equal(found[path], files[path], path);
  }
}

const long = `${'a-folder-with-a-name/'.repeat(9)}größe.yaml`;

const rows: readonly [
  title: string,
  files: Readonly<Record<string, string>>,
  packed: readonly string[],
  ignore?: string,
][] = [
  ['files with their content', { 'a.yaml': 'a: 1\n', 'b/c.yaml': 'x'.repeat(1500) }, ['a.yaml', 'b/c.yaml']],
  ['an empty file', { 'a.yaml': '' }, ['a.yaml']],
  ['a file whose size fills its blocks', { 'a.yaml': 'y'.repeat(1024) }, ['a.yaml']],
  ['a path that a header has no room for', { [long]: 'a: 1\n' }, [long]],
  ['nothing that every source leaves out', { 'a.png': '', '.gitignore': '', 'b.yaml': '' }, ['b.yaml']],
  [
    'with .sourceignore the defaults are gone',
    { '.sourceignore': '/docs/', 'docs/a.yaml': '', 'a.png': '', 'b.yaml': '' },
    ['.sourceignore', 'a.png', 'b.yaml'],
  ],
  [
    'spec.ignore of the source wins over the files',
    { '.sourceignore': '/docs/*', 'docs/a.yaml': '', 'docs/b.yaml': '', 'x/c.yaml': '' },
    ['.sourceignore', 'docs/a.yaml'],
    '!/docs/a.yaml\n/x/',
  ],
];
for (const [title, files, packed, ignore] of rows) {
  test(title, () => checkPacked(files, packed, ignore));
}

test('the same files give the same digest, and it is that of the bytes', async () => {
  const once = await packFiles(memoryFiles({ 'a.yaml': 'a: 1\n' }), { revision: 'r' });
  const again = await packFiles(memoryFiles({ 'a.yaml': 'a: 1\n' }), { revision: 'r' });
  assert.equal(once.digest, again.digest);
  assert.equal(once.digest, `sha256:${createHash('sha256').update(once.bytes).digest('hex')}`);
  assert.equal(once.revision, 'r');
});

test('a file that is listed and cannot be read ends it, for another thing would be built', async () => {
  const files = memoryFiles({ 'a.yaml': '', 'b.yaml': '' });
  const unreadable = { list: () => files.list(), read: () => Promise.resolve(undefined) };
  await assert.rejects(packFiles(unreadable, { revision: 'main@sha1:1' }), /a\.yaml of main@sha1:1 cannot be read/);
});

test('it ends when it is cancelled', async () => {
  const controller = new AbortController();
  const files = memoryFiles({ 'a.yaml': '', 'b.yaml': '' });
  const cancelling = {
    list: () => files.list(),
    read: (path: string) => {
      controller.abort();
      return files.read(path);
    },
  };
  const packing = packFiles(cancelling, { revision: 'r', signal: controller.signal });
  await assert.rejects(packing, (error: unknown) => isFailure(error, 'cancelled'));
});
