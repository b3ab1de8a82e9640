/** Paths, globs, names: small pure functions that much stands on. */
import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { blockOffsets } from '../../../src/manifests/blockText.ts';
import { DiskRepository, type LeftOut } from '../../../src/manifests/diskRepository.ts';
import { globMatches, wildcardMatches } from '../../../src/manifests/globMatch.ts';
import { jsonPointer, mergeKey, versionPlaces } from '../../../src/manifests/manifestPath.ts';
import { isIgnoredPath, isYamlPath } from '../../../src/manifests/notAManifest.ts';
import { parseYaml } from '../../../src/manifests/parseManifests.ts';
import { foldersUp, resolvePath } from '../../../src/manifests/repositoryPath.ts';
import { splitDocuments } from '../../../src/manifests/splitDocuments.ts';
import { valueAt } from '../../../src/manifests/yamlNode.ts';

const globs: readonly (readonly [pattern: string, path: string, matches: boolean])[] = [
  ['archive/**', 'archive/a/b.yaml', true],
  ['archive', 'archive/a/b.yaml', true],
  ['archive', 'apps/archive/b.yaml', true],
  ['./archive/', 'archive/b.yaml', true],
  ['archive/*', 'archive/b.yaml', true],
  ['archive/*.yaml', 'archive/x/b.yaml', false],
  ['**/test/*.yaml', 'a/b/test/c.yaml', true],
  ['**/test/*.yaml', 'test/c.yaml', true],
  ['*.sops.yaml', 'a/b/c.sops.yaml', true],
  ['{a,b}/*.{yaml,yml}', 'b/x.yml', true],
  ['{a,b}/*.{yaml,yml}', 'c/x.yml', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['', 'a.yaml', false],
  ['apps\\old', 'apps/old/x.yaml', true],
];

for (const [pattern, path, matches] of globs) {
  test(`glob ${pattern} ${matches ? 'matches' : 'does not match'} ${path}`, () => {
    assert.equal(globMatches(pattern, path), matches);
  });
}

test('no pattern makes the matcher slow', { timeout: 5_000 }, () => {
  assert.equal(wildcardMatches(`${'*a'.repeat(1_000)}b`, 'a'.repeat(5_000)), false);
  assert.equal(globMatches(`${'**/'.repeat(200)}x`, `${'a/'.repeat(200)}y`), false);
  assert.equal(globMatches('{a,b}'.repeat(50), 'x'), false);
});

test('paths stay inside the repository', () => {
  assert.equal(resolvePath('a/b', '../c/./d.yaml'), 'a/c/d.yaml');
  assert.equal(resolvePath('', './a//b/'), 'a/b');
  assert.equal(resolvePath('a', '/b'), 'b');
  assert.equal(resolvePath('a', '../..'), undefined);
  assert.deepEqual(foldersUp('a/b'), ['a/b', 'a', '']);
});

const names: readonly (readonly [path: string, yaml: boolean, ignored: boolean])[] = [
  ['apps/a.yaml', true, false],
  ['apps/a.yml', true, false],
  ['apps/Kustomization', true, false],
  ['Kustomization', true, false],
  ['apps/a.yaml.j2', false, false],
  ['apps/a.json', false, false],
  ['.sops.yaml', true, true],
  ['.github/workflows/ci.yaml', true, true],
  ['charts/a/Chart.yaml', true, true],
  ['docker-compose.prod.yml', true, true],
  ['compose.yaml', true, true],
  ['compositions.yaml', true, false],
  ['apps/Taskfile.yml', true, true],
  ['mkdocs.yml', true, true],
  ['node_modules/x/a.yaml', true, true],
];

for (const [path, yaml, ignored] of names) {
  test(`${path} is ${yaml ? '' : 'no '}YAML by name and ${ignored ? '' : 'not '}left out`, () => {
    assert.deepEqual([isYamlPath(path), isIgnoredPath(path)], [yaml, ignored]);
  });
}

test('documents are cut at markers in the first column only', () => {
  const cut = (text: string): string[] => splitDocuments(text).map(({ start, end }) => text.slice(start, end));
  assert.deepEqual(cut('a\n---\nb'), ['a\n', '---\nb']);
  assert.deepEqual(cut('# c\n---\nb'), ['# c\n---\nb']);
  assert.deepEqual(cut('a: "x\n---\nb'), ['a: "x\n', '---\nb']);
  assert.deepEqual(cut('a: |\n  ---\nb: ----\n---x\n'), ['a: |\n  ---\nb: ----\n---x\n']);
  assert.deepEqual(cut(''), []);
  assert.equal(cut(`\uFEFF---\na\n--- b\n`).length, 2);
});

test('a place has a name for merge patches and a number for JSON patches', () => {
  const path = ['spec', 'a/b~c', { index: 2, name: 'web' }, { index: 0, name: undefined }, 'image'];
  assert.equal(mergeKey(path), 'spec/a/b~c/[web]/[0]/image');
  assert.equal(jsonPointer(path), '/spec/a~1b~0c/2/0/image');
  const [root] = parseYaml('spec:\n  image: {tag: 1, pullPolicy: x}\n  list: [{name: a, image: b}]\n').nodes;
  assert.ok(root);
  assert.deepEqual(versionPlaces(root), ['spec/image/tag', 'spec/list/[a]/image']);
});

test('places inside a literal block are places of the file', () => {
  const text = 'a: |-\n    one\n      two\n\n    three\nb: >-\n  folded\n';
  const [root] = parseYaml(text).nodes;
  const block = valueAt(root, 'a');
  const folded = valueAt(root, 'b');
  assert.ok(block?.type === 'scalar' && folded?.type === 'scalar');
  const offset = blockOffsets(block, text);
  const value = String(block.value);
  for (const word of ['one', 'two', 'three']) {
    assert.equal(offset?.(value.indexOf(word)), text.indexOf(word));
  }
  assert.equal(blockOffsets(folded, text), undefined);
});

test('a folder on disk: YAML only, no links, nothing that holds no manifests, a limit', async () => {
  const root = await mkdtemp(join(tmpdir(), 'driftline-'));
  try {
    await mkdir(join(root, 'a/b'), { recursive: true });
    await mkdir(join(root, '.git'));
    await mkdir(join(root, 'node_modules'));
    for (const path of [
      'x.yaml',
      'a/b/y.yml',
      'a/Kustomization',
      'a/z.txt',
      '.git/c.yaml',
      'node_modules/d.yaml',
      '.sops.yaml',
    ]) {
      await writeFile(join(root, path), `# ${path}`);
    }
    await symlink(root, join(root, 'a/loop'));
    await symlink(join(root, 'x.yaml'), join(root, 'a/link.yaml'));
    const leftOut: string[] = [];
    const onLeftOut = ({ path, reason }: LeftOut): void => void leftOut.push(`${path} ${reason}`);
    const disk = new DiskRepository(root, { onLeftOut });
    assert.deepEqual(await disk.list(), ['.sops.yaml', 'x.yaml', 'a/Kustomization', 'a/b/y.yml']);
    assert.equal(await disk.read('a/b/y.yml'), '# a/b/y.yml');
    assert.equal(await disk.read('.sops.yaml'), undefined);
    assert.equal(await disk.read('missing.yaml'), undefined);
    await writeFile(join(root, 'large.yaml'), 'x'.repeat(8_000_001));
    assert.equal(await disk.read('large.yaml'), undefined);
    assert.deepEqual(await new DiskRepository(root, { maxFiles: 2 }).list(), ['.sops.yaml', 'large.yaml']);
    assert.deepEqual(leftOut, ['large.yaml size'], 'what is missing is nothing that was left out');
    assert.equal(await disk.read('a'), undefined);
    assert.deepEqual(await new DiskRepository(join(root, 'x.yaml'), { onLeftOut }).list(), []);
    assert.deepEqual(leftOut.slice(1), ['a unreadable', ' unreadable']);
    assert.deepEqual(await disk.list(AbortSignal.abort()), []);
    assert.deepEqual(await new DiskRepository(join(root, 'missing')).list(), []);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
