/** Where files of a repository stand in an artifact. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ArtifactCopy, type ArtifactRules, ArtifactView, basesFor } from '../../../src/render/artifactView.ts';

const files = ['README.md', 'apps/base/a.yaml', 'apps/base/sub/b.yaml', 'apps/prod/c.yaml', 'apps/d.yaml', 'logo.png'];

function placed(rules: Partial<ArtifactRules>): Record<string, string> {
  return Object.fromEntries(new ArtifactView({ base: '', ignore: [], ...rules }).place(files));
}

test('a Git repository is packed whole, but for what its rules leave out', () => {
  assert.deepEqual(Object.keys(placed({})), files.slice(0, 5));
  assert.deepEqual(Object.keys(placed({ ignore: [{ folder: 'apps', text: 'base/' }] })), [
    'README.md',
    'apps/prod/c.yaml',
    'apps/d.yaml',
    'logo.png',
  ]);
});

test('an artifact may begin in a folder', () => {
  assert.deepEqual(placed({ base: 'apps/base' }), {
    'a.yaml': 'apps/base/a.yaml',
    'sub/b.yaml': 'apps/base/sub/b.yaml',
  });
});

interface Row {
  readonly copies: readonly Partial<ArtifactCopy>[];
  readonly places: Readonly<Record<string, string>>;
}

const rows: readonly Row[] = [
  {
    copies: [{ from: 'apps/base/**', to: 'base/' }],
    places: { 'base/a.yaml': 'apps/base/a.yaml', 'base/sub/b.yaml': 'apps/base/sub/b.yaml' },
  },
  {
    copies: [{ from: 'apps/base/**', to: '' }],
    places: { 'a.yaml': 'apps/base/a.yaml', 'sub/b.yaml': 'apps/base/sub/b.yaml' },
  },
  // A folder goes into the destination under its own name.
  { copies: [{ from: 'apps/prod', to: 'x' }], places: { 'x/prod/c.yaml': 'apps/prod/c.yaml' } },
  { copies: [{ from: 'apps/prod/', to: '' }], places: { 'prod/c.yaml': 'apps/prod/c.yaml' } },
  // A file: to a name, or into a folder.
  { copies: [{ from: 'apps/d.yaml', to: 'e.yaml' }], places: { 'e.yaml': 'apps/d.yaml' } },
  { copies: [{ from: 'apps/d.yaml', to: 'e/' }], places: { 'e/d.yaml': 'apps/d.yaml' } },
  {
    copies: [
      { from: 'apps/prod', to: 'x' },
      { from: 'apps/d.yaml', to: 'x' },
    ],
    places: { 'x/prod/c.yaml': 'apps/prod/c.yaml', 'x/d.yaml': 'apps/d.yaml' },
  },
  // Other globs keep the whole path, and a folder that matches is copied whole.
  { copies: [{ from: 'apps/*.yaml', to: 'x' }], places: { 'x/apps/d.yaml': 'apps/d.yaml' } },
  { copies: [{ from: 'apps/p*', to: '' }], places: { 'apps/prod/c.yaml': 'apps/prod/c.yaml' } },
  { copies: [{ from: '*.md', to: 'docs' }], places: { 'docs/README.md': 'README.md' } },
  // The later one wins a place.
  {
    copies: [
      { from: 'apps/d.yaml', to: 'x.yaml' },
      { from: 'apps/prod/c.yaml', to: 'x.yaml' },
    ],
    places: { 'x.yaml': 'apps/prod/c.yaml' },
  },
  { copies: [{ from: 'apps/base/**', to: '', exclude: ['sub/**'] }], places: { 'a.yaml': 'apps/base/a.yaml' } },
  { copies: [{ from: 'apps/base/**', to: '', exclude: ['b.yaml'] }], places: { 'a.yaml': 'apps/base/a.yaml' } },
  { copies: [{ from: 'none/**', to: '' }], places: {} },
];

for (const { copies, places } of rows) {
  test(`copies ${JSON.stringify(copies)}`, () => {
    const full = copies.map((copy) => ({ from: '', to: '', exclude: [], ...copy }));
    assert.deepEqual(placed({ copies: full }), places);
  });
}

test('equal rules have equal ids', () => {
  const view = new ArtifactView({ base: '', ignore: [] });
  assert.equal(new ArtifactView({ base: '', ignore: [] }).id, view.id);
  assert.notEqual(new ArtifactView({ base: 'a', ignore: [] }).id, view.id);
  assert.notEqual(view.with([]).id, view.id);
  assert.equal(view.copied, false);
  assert.equal(view.with([]).copied, true);
});

test('the folders in which a path leads somewhere, the outermost first', () => {
  const folders = new Set(['apps', 'deploy/apps', 'deploy']);
  assert.deepEqual(
    basesFor('./apps', 'deploy/clusters/ks.yaml', (folder) => folders.has(folder)),
    ['', 'deploy'],
  );
  assert.deepEqual(
    basesFor('../x', 'ks.yaml', (folder) => folders.has(folder)),
    [],
  );
});
