/** The files of a commit, from real repositories: what is in it, what is left out, and what becomes of Git's errors. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Disposables } from '../../../src/base/disposables.ts';
import { type FailureReason, isFailure } from '../../../src/base/failure.ts';
import { CommitFiles, type CommitFilesParts } from '../../../src/git/commitFiles.ts';
import { isLeftOutByDefault } from '../../../src/manifests/ignoreRules.ts';
import { parseTree } from '../../../src/git/commitTree.ts';
import type { RepositoryFiles } from '../../../src/manifests/repositoryFiles.ts';
import { GitRepository } from './gitRepository.ts';

const lifetime = new Disposables();
after(() => lifetime.dispose());

const scratch = mkdtempSync(join(tmpdir(), 'driftline-commit-'));
lifetime.add({ dispose: () => rmSync(scratch, { recursive: true, force: true }) });

function filesOf(repository: GitRepository, commit: string, more: Partial<CommitFilesParts> = {}) {
  // A commit is one of the means behind the interface that builds read.
  return lifetime.add(
    new CommitFiles({ root: repository.root, commit, uncounted: isLeftOutByDefault, ...more }),
  ) satisfies RepositoryFiles;
}

async function texts(files: RepositoryFiles): Promise<Record<string, string | undefined>> {
  const entries = (await files.list()).map(async ({ path }) => {
    const content = await files.read(path);
    return [path, content && Buffer.from(content).toString('utf8')] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function fails(promise: Promise<unknown>, reason: FailureReason, message: RegExp): Promise<void> {
  return assert.rejects(promise, (error) => {
    assert.ok(isFailure(error, reason), `a Failure ${reason}, not ${String(error)}`);
    assert.match(error.message, message);
    return true;
  });
}

const fleet = lifetime.add(new GitRepository());
fleet.write('apps/a.yaml', 'a: 1\n');
fleet.write('apps/ü name.yaml', 'ü: 2\n');
fleet.write('apps/tab\tand\nline.yaml', 'odd\n');
fleet.write('empty.yaml', '');
fleet.write('.sourceignore', '*.md\n');
fleet.write('Z.yaml', 'z\n');
const old = fleet.commit();
fleet.write('apps/a.yaml', 'a: 2\n');
fleet.write('run.sh', 'echo\n');
chmodSync(join(fleet.root, 'run.sh'), 0o755);
fleet.git('rm', '--quiet', '--cached', 'empty.yaml');
rmSync(join(fleet.root, 'empty.yaml'));
const current = fleet.commit();
fleet.write('apps/a.yaml', 'not committed\n');

test('an older commit is read as it was, whatever the work tree holds', async () => {
  assert.deepEqual(await texts(filesOf(fleet, old)), {
    '.sourceignore': '*.md\n',
    'Z.yaml': 'z\n',
    'apps/a.yaml': 'a: 1\n',
    'apps/tab\tand\nline.yaml': 'odd\n',
    'apps/ü name.yaml': 'ü: 2\n',
    'empty.yaml': '',
  });
  assert.equal((await texts(filesOf(fleet, current)))['apps/a.yaml'], 'a: 2\n');
});

test('files are sorted by path and have sizes, and versions that change with their content alone', async () => {
  const [before, now] = await Promise.all([filesOf(fleet, old).list(), filesOf(fleet, current).list()]);
  const paths = now.map(({ path }) => path);
  assert.deepEqual(paths, [...paths].sort());
  assert.ok(paths.includes('run.sh'), 'an executable file is a file');
  const versions = (path: string) => [before, now].map((list) => list.find((file) => file.path === path)?.version);
  const [a, b] = versions('apps/a.yaml');
  assert.notEqual(a, b);
  const [c, d] = versions('Z.yaml');
  assert.ok(c !== undefined && c === d);
  assert.equal(now.find(({ path }) => path === 'apps/ü name.yaml')?.size, 6);
});

test('what is no file of the commit cannot be read', async () => {
  const files = filesOf(fleet, current);
  for (const path of [
    '',
    'apps',
    'none.yaml',
    '../x',
    '/etc/passwd',
    'apps/../Z.yaml',
    './Z.yaml',
    'HEAD',
    'empty.yaml',
  ]) {
    assert.equal(await files.read(path), undefined, path);
  }
});

test('bytes arrive as they are: no text conversion, no filter, no line ends', async () => {
  const repository = lifetime.add(new GitRepository());
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256));
  repository.write('.gitattributes', '*.bin filter=evil diff=evil eol=crlf\n');
  repository.write('a.bin', bytes);
  repository.write('b.bin', 'missing\n');
  const commit = repository.commit();
  repository.git('config', 'diff.evil.textconv', 'echo evil');
  repository.git('config', 'filter.evil.smudge', 'echo evil');
  const files = filesOf(repository, commit);
  const [a, b, again] = await Promise.all(['a.bin', 'b.bin', 'a.bin'].map((path) => files.read(path)));
  assert.ok(a && Buffer.compare(bytes, a) === 0);
  assert.equal(b && Buffer.from(b).toString(), 'missing\n');
  assert.deepEqual(again, a);
});

test('many reads at once are answered in their order', async () => {
  const repository = lifetime.add(new GitRepository());
  for (let index = 0; index < 300; index += 1) {
    repository.write(`f/${index}.yaml`, `content ${index}\n`.repeat(1 + ((index * 37) % 200)));
  }
  const files = filesOf(repository, repository.commit());
  for (const [path, text] of Object.entries(await texts(files))) {
    assert.equal(text, readFileSync(join(repository.root, path), 'utf8'), path);
  }
});

test('symbolic links and submodules are no files, and are named', async () => {
  const repository = lifetime.add(new GitRepository());
  repository.write('a.yaml', 'a\n');
  symlinkSync('/etc/passwd', join(repository.root, 'link.yaml'));
  repository.git('add', '--all');
  repository.git('update-index', '--add', '--cacheinfo', `160000,${current},vendor/lib`);
  repository.git('commit', '--quiet', '-m', 'Links');
  const files = filesOf(repository, repository.git('rev-parse', 'HEAD'));
  assert.deepEqual(await texts(files), { 'a.yaml': 'a\n' });
  assert.deepEqual(await files.leftOut(), [
    { path: 'link.yaml', kind: 'symlink' },
    { path: 'vendor/lib', kind: 'submodule' },
  ]);
  assert.equal(await files.read('link.yaml'), undefined);
});

test('a file that a partial clone has not fetched is an error that says what to do, and nothing is fetched or run for it', async () => {
  const repository = lifetime.add(new GitRepository());
  repository.write('here.yaml', 'here\n');
  repository.write('gone.yaml', 'gone\n');
  const commit = repository.commit();
  const blob = repository.git('rev-parse', 'HEAD:gone.yaml');
  rmSync(join(repository.root, '.git/objects', blob.slice(0, 2), blob.slice(2)));
  // As a hostile clone: the promised objects come from a program.
  const mark = join(scratch, 'fetched');
  const program = join(scratch, 'upload-pack');
  writeFileSync(program, `#!/bin/sh\ntouch ${mark}\nexit 1\n`, { mode: 0o700 });
  repository.git('config', 'core.repositoryFormatVersion', '1');
  repository.git('config', 'extensions.partialClone', 'origin');
  repository.git('config', 'remote.origin.promisor', 'true');
  for (const [url, key] of [
    [repository.root, 'remote.origin.uploadpack'],
    ['ssh://host.invalid/x', 'core.sshCommand'],
    [`ext::${program}`, 'protocol.ext.allow'],
  ] as const) {
    repository.git('config', 'remote.origin.url', url);
    repository.git('config', key, key === 'protocol.ext.allow' ? 'always' : program);
    const files = filesOf(repository, commit);
    await fails(files.list(), 'invalid', /has not fetched .* of the commit: `git fetch --refetch --no-filter` does$/);
    await fails(files.read('here.yaml'), 'invalid', /has not fetched/);
    assert.equal(existsSync(mark), false, url);
  }
});

const partial: readonly (readonly [name: string, script: string, message: RegExp])[] = [
  [
    'lists what is missing',
    `printf '100644 blob ${'a'.repeat(40)}     BAD\\tgone.yaml\\000100644 blob ${'b'.repeat(40)}     BAD\\tx\\000'`,
    /^the clone is partial and has not fetched gone\.yaml and 1 more of the commit: /,
  ],
  [
    'gives up',
    `echo "fatal: could not fetch ${'a'.repeat(40)} from promisor remote" >&2; exit 128`,
    /^the clone is partial and has not fetched files of the commit: /,
  ],
  ['fails otherwise', 'echo "fatal: out of luck" >&2; exit 128', /^git ls-tree failed: out of luck/],
];
for (const [name, script, message] of partial) {
  test(`a partial clone of which Git ${name}`, () => {
    const program = join(scratch, `git that ${name}`);
    writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o700 });
    return fails(filesOf(fleet, old, { program }).list(), 'invalid', message);
  });
}

test('a commit that is not there, and what is no commit, fail with a sentence', async () => {
  await fails(filesOf(fleet, '0'.repeat(40)).list(), 'invalid', /^git ls-tree failed: /);
  await fails(filesOf(fleet, '--help').list(), 'invalid', /^"--help" is no id of a commit/);
});

test('a missing program fails with a sentence', () =>
  fails(filesOf(fleet, old, { program: 'no-such-git' }).list(), 'notFound', /no-such-git was not found/));

test('more than is held is refused', async () => {
  await fails(filesOf(fleet, old, { limits: { files: 5 } }).list(), 'invalid', /more than 5 files/);
  await fails(filesOf(fleet, old, { limits: { totalBytes: 3 } }).list(), 'invalid', /more than 0 MB of files/);
});

test('images, archives and the like are listed, but take nothing of what may be held', async () => {
  const repository = lifetime.add(new GitRepository());
  repository.write('a.yaml', '1234');
  repository.write('docs/a.png', '123456');
  repository.write('docs/b.zip', '123456');
  const files = filesOf(repository, repository.commit(), { limits: { files: 1, totalBytes: 4 } });
  assert.deepEqual(await texts(files), { 'a.yaml': '1234', 'docs/a.png': '123456', 'docs/b.zip': '123456' });
});

test('a file that is too large is listed and not read', async () => {
  const files = filesOf(fleet, old, { limits: { fileBytes: 5, totalBytes: 20 } });
  assert.ok((await files.list()).some(({ path }) => path === 'apps/ü name.yaml'));
  assert.equal(await files.read('apps/ü name.yaml'), undefined);
  assert.ok(await files.read('apps/a.yaml'));
});

test('cancelling ends the listing, and the next one works', async () => {
  const program = join(scratch, 'slow-git');
  const begun = join(scratch, 'begun');
  // The first call waits for ever, the others are Git itself.
  writeFileSync(program, `#!/bin/sh\nif [ -e ${begun} ]; then exec git "$@"; fi\n: > ${begun}\nexec sleep 1000\n`, {
    mode: 0o700,
  });
  const files = filesOf(fleet, old, { program });
  const cancel = new AbortController();
  const listing = files.list(cancel.signal);
  cancel.abort();
  await fails(listing, 'cancelled', /./);
  writeFileSync(begun, '');
  assert.equal((await files.list()).length, 6);
  await fails(files.list(AbortSignal.abort()), 'cancelled', /./);
});

test('after the end nothing is read, and what was being read ends', async () => {
  const files = filesOf(fleet, old);
  await files.list();
  const reading = files.read('Z.yaml');
  const ended = fails(reading, 'cancelled', /./);
  await Promise.resolve(); // the question has gone out
  files.dispose();
  files.dispose();
  await ended;
  await fails(files.read('Z.yaml'), 'cancelled', /./);
});

test('a reader that died is started again', async () => {
  const program = join(scratch, 'dying-git');
  const died = join(scratch, 'died');
  const script = [
    '#!/bin/sh',
    `case "$*" in *cat-file*) if [ ! -e ${died} ]; then : > ${died}; echo "fatal: out of luck" >&2; exit 128; fi;; esac`,
    'exec git "$@"',
  ];
  writeFileSync(program, `${script.join('\n')}\n`, { mode: 0o700 });
  const files = filesOf(fleet, old, { program });
  await fails(files.read('Z.yaml'), 'invalid', /^git cat-file failed: out of luck/);
  assert.equal(Buffer.from((await files.read('Z.yaml')) ?? []).toString(), 'z\n');
});

const id = 'a'.repeat(40);
const entries: readonly (readonly [
  name: string,
  listing: string,
  files: readonly string[],
  left: readonly string[],
])[] = [
  ['nothing', '', [], []],
  ['a file', `100644 blob ${id}     12\tapps/a.yaml\0`, ['apps/a.yaml 12'], []],
  ['what leads out', `100644 blob ${id}      1\t../a\u0000100644 blob ${id}      1\ta/./b\0`, [], ['../a', 'a/./b']],
  ['Git’s own folder', `100644 blob ${id}      1\tsub/.GIT/config\0`, [], ['sub/.GIT/config']],
  ['a blob that is not here', `100644 blob ${id}     BAD\tx\0`, [], ['x']],
  ['lines that are none', `hello\u0000100644 blob ${id}      1\ta\0\0`, ['a 1'], []],
];
for (const [name, listing, files, left] of entries) {
  test(`a listing with ${name}`, () => {
    const tree = parseTree(listing);
    assert.deepEqual(
      tree.files.map(({ path, size }) => `${path} ${size}`),
      files,
    );
    assert.deepEqual(
      tree.leftOut.map(({ path }) => path),
      left,
    );
  });
}
