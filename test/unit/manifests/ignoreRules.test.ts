/** Which files a Flux source leaves out of its artifact. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type IgnoreText, ignoreTest, sourceIgnoreTest } from '../../../src/manifests/ignoreRules.ts';

interface Row {
  readonly rules: string | readonly IgnoreText[];
  readonly out?: readonly string[];
  readonly kept?: readonly string[];
}

function checkIgnored({ rules, out = [], kept = [] }: Row): void {
  const ignored = sourceIgnoreTest(typeof rules === 'string' ? [{ folder: '', text: rules }] : rules);
  const said = JSON.stringify(rules);
  assert.deepEqual(
    out.filter((path) => !ignored(path)),
    [],
    `should be left out by ${said}`,
  );
  assert.deepEqual(
    kept.filter((path) => ignored(path)),
    [],
    `should be kept by ${said}`,
  );
}

const rows: readonly Row[] = [
  // Nobody has written a rule: version control, pictures, archives and CI.
  {
    rules: [],
    out: ['.gitignore', 'a/.gitattributes', '.git/config', 'logo.png', 'a/b.tar.gz', '.github/workflows/ci.yaml'],
    kept: ['apps/a.yaml', 'README.md', 'chart.tgz'],
  },
  { rules: [], out: ['.sops.yaml', 'a/.sops.yaml', 'a/b/.flux.yaml'], kept: ['sops.yaml', 'a/x.sops.yaml'] },
  // The first rule takes the place of all defaults but version control.
  { rules: '# nothing\n\n', out: ['logo.png'] },
  { rules: '/docs/', out: ['docs/a.md', '.gitignore'], kept: ['logo.png', '.github/ci.yaml', 'a/docs/b'] },
  // The usual list of what is taken in.
  {
    rules: '/*\n!/apps/\n!/clusters/',
    out: ['README.md', 'scripts/a.sh'],
    kept: ['apps/a.yaml', 'apps/x/y.yaml', 'clusters/z.yaml'],
  },
  { rules: '*.md', out: ['a.md', 'b/c.md'], kept: ['a.mdx'] },
  { rules: '*.tar.gz', out: ['a.tar.gz', '.tar.gz', 'b/a.tar.gz/c'], kept: ['a.gz', 'tar.gz'] },
  { rules: 'docs/*.md', out: ['docs/a.md'], kept: ['docs/a/b.md', 'a.md', 'docs/a.mdx'] },
  { rules: '*\\.x', out: ['a.x'], kept: ['a.y'] },
  { rules: 'build/', out: ['build/a', 'x/build/b/c'], kept: ['build', 'rebuild/a'] },
  { rules: 'build', out: ['build', 'build/a', 'x/build/b'] },
  { rules: 'a/b', out: ['a/b', 'a/b/c'], kept: ['x/a/b', 'a/c'] },
  { rules: '**/b/*.yaml', out: ['b/x.yaml', 'a/b/x.yaml', 'a/c/b/x.yaml'], kept: ['b/c/x.yaml', 'x.yaml'] },
  { rules: 'a/**/z', out: ['a/z', 'a/b/z', 'a/b/c/z/file'], kept: ['z', 'b/a/z'] },
  { rules: 'a/**', out: ['a/b', 'a/b/c'], kept: ['b/a'] },
  { rules: '/a/**/', out: ['a/b/c'] },
  // go-git takes the first name that fits and tries no other.
  { rules: '**/a/b', out: ['a/b', 'x/a/b'], kept: ['a/x/a/b'] },
  { rules: 'x**y', kept: ['xy', 'xay', 'x/y'] },
  { rules: '*.yaml\n!keep.yaml\n', out: ['a.yaml'], kept: ['keep.yaml', 'a/keep.yaml'] },
  { rules: '!keep.yaml\n*.yaml\n', out: ['a.yaml', 'keep.yaml'] },
  { rules: 'file?.[ab-d]', out: ['file1.a', 'file2.c'], kept: ['file.a', 'file1.e', 'file12.a'] },
  { rules: 'x[^a]', out: ['xb'], kept: ['xa', 'x'] },
  { rules: 'x\\*', out: ['x*'], kept: ['xy'] },
  { rules: 'x[a', kept: ['xa', 'x[a'] },
  { rules: 'x[]', kept: ['x', 'x]'] },
  { rules: 'x[a-]', kept: ['xa', 'x-'] },
  { rules: 'x\\', kept: ['x', 'x\\'] },
  { rules: 'trailing   ', out: ['trailing'] },
  { rules: 'windows\r\nlines\r\n', out: ['windows', 'lines'] },
  { rules: ' # no comment', out: [' # no comment'], kept: ['a'] },
  { rules: '*a*a*a*a*a*a*a*a*b', kept: ['a'.repeat(5000)] },
  // A file speaks of its own folder; a later one wins.
  {
    rules: [
      { folder: '', text: '*.txt' },
      { folder: 'a', text: '!note.txt\n/b' },
    ],
    out: ['note.txt', 'a/x.txt', 'a/b', 'a/b/c'],
    kept: ['a/note.txt', 'b/b', 'ab/b', 'a'],
  },
  {
    rules: [
      { folder: 'a', text: '*.md' },
      { folder: '', text: '!a/b.md' },
    ],
    out: ['a/c.md'],
    kept: ['a/b.md', 'c.md'],
  },
];

for (const row of rows) {
  test(`rules ${JSON.stringify(row.rules)}`, () => {
    checkIgnored(row);
  });
}

test('a pattern for folders leaves out the folder itself', () => {
  const ignored = ignoreTest([{ folder: '', text: 'build/\n/a/b/' }]);
  assert.equal(ignored('build', true), true);
  assert.equal(ignored('build'), false);
  assert.equal(ignored('a/b', true), true);
  assert.equal(ignored('.gitignore'), false);
});
