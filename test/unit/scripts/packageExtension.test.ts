/** What may be in the package that a user installs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import type { Metafile } from 'esbuild';
import { bundles } from '../../../scripts/bundles.ts';
import { maxPackageBytes, packageProblems } from '../../../scripts/packageExtension.ts';
import { bundledPackages, thirdPartyLicenses } from '../../../scripts/thirdPartyLicenses.ts';
import { zipEntries } from '../../../scripts/zipEntries.ts';

const good = [
  '[Content_Types].xml',
  'extension.vsixmanifest',
  'extension/package.json',
  'extension/readme.md',
  'extension/changelog.md',
  'extension/LICENSE.txt',
  ...bundles.map(({ name }) => `extension/dist/${name}.cjs`),
  'extension/dist/engine.wasm',
  'extension/dist/THIRD-PARTY-LICENSES.txt',
  'extension/bin/driftline',
  'extension/bin/driftline.cmd',
  'extension/media/driftline.svg',
  'extension/media/icon.png',
  'extension/media/walkthrough/connect.md',
  'extension/syntaxes/flux.injection.json',
];
const entries = (names: readonly string[]) => names.map((name) => ({ name, bytes: 1 }));

test('a package with what belongs in it is accepted', () => {
  assert.deepEqual(packageProblems(entries(good), maxPackageBytes), []);
});

for (const name of [
  'extension/src/extension.ts',
  'extension/bin/other',
  'extension/dist/extension.cjs.map',
  'extension/dist/meta/extension.json',
  'extension/dist/other.wasm',
  'extension/engine/main.go',
  'extension/node_modules/yaml/package.json',
  'extension/test/fixtures/recorded/homelab.json',
  'extension/.npmrc',
  'extension/media/../kubeconfig',
  'extension/kubeconfig',
]) {
  test(`${name} is not let into the package`, () => {
    assert.deepEqual(packageProblems(entries([...good, name]), 1), [`${name} should not be in it.`]);
  });
}

for (const name of [
  'readme.md',
  'LICENSE.txt',
  'dist/extension.cjs',
  'dist/render.cjs',
  'dist/engineWorker.cjs',
  'dist/engine.wasm',
  'dist/cli.cjs',
  'dist/THIRD-PARTY-LICENSES.txt',
]) {
  test(`a package without ${name} is refused`, () => {
    const rest = good.filter((each) => each !== `extension/${name}`);
    assert.deepEqual(packageProblems(entries(rest), 1), [`${name} is missing.`]);
  });
}

test('a package over 11 MB is refused', () => {
  assert.deepEqual(packageProblems(entries(good), maxPackageBytes + 1), [
    'It has 11000001 bytes; 11000000 are allowed.',
  ]);
});

test('only the engine may be left out, and only where that is asked for', () => {
  const without = (name: string) => entries(good.filter((each) => each !== `extension/dist/${name}`));
  assert.deepEqual(packageProblems(without('engine.wasm'), 1, 'ifPossible'), []);
  assert.deepEqual(packageProblems(without('engineWorker.cjs'), 1, 'ifPossible'), [
    'dist/engineWorker.cjs is missing.',
  ]);
});

/** A zip file as the format's description has it: local headers, directory, end. */
function zip(files: Readonly<Record<string, string>>, comment = ''): Buffer {
  const local: Buffer[] = [];
  const directory: Buffer[] = [];
  for (const [name, text] of Object.entries(files)) {
    const data = deflateRawSync(text);
    const title = Buffer.from(name);
    const head = Buffer.alloc(30);
    head.write('PK\x03\x04', 'latin1');
    head.writeUInt32LE(data.length, 18);
    head.writeUInt32LE(Buffer.byteLength(text), 22);
    head.writeUInt16LE(title.length, 26);
    const row = Buffer.alloc(46);
    row.write('PK\x01\x02', 'latin1');
    row.writeUInt32LE(data.length, 20);
    row.writeUInt32LE(Buffer.byteLength(text), 24);
    row.writeUInt16LE(title.length, 28);
    row.writeUInt16LE(4, 30);
    directory.push(row, title, Buffer.alloc(4));
    local.push(head, title, data);
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(Buffer.concat(local).length, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...local, ...directory, end, Buffer.from(comment)]);
}

test('the names and sizes in a zip file are read, whatever stands around them', () => {
  const files = { 'a.txt': 'hello', 'folder/ü.txt': 'x'.repeat(1000) };
  for (const data of [zip(files), zip(files, 'a comment')]) {
    assert.deepEqual(zipEntries(data), [
      { name: 'a.txt', bytes: 5 },
      { name: 'folder/ü.txt', bytes: 1000 },
    ]);
  }
  assert.deepEqual(zipEntries(zip({})), []);
  assert.throws(() => zipEntries(Buffer.from('no zip')), /Not a zip file/);
});

function metafile(inputs: Readonly<Record<string, number>>): Metafile {
  const given = Object.entries(inputs).map(([path, bytesInOutput]) => [path, { bytesInOutput }] as const);
  const output = { bytes: 1, inputs: Object.fromEntries(given), imports: [], exports: [] };
  return { inputs: {}, outputs: { 'dist/x.cjs': output } };
}

test('the packages of a bundle are those that gave code to it', () => {
  const found = bundledPackages([
    metafile({ 'src/extension.ts': 10, 'node_modules/yaml/dist/index.js': 5, 'node_modules/unused/index.js': 0 }),
    metafile({ 'node_modules/@a/b/lib/x.js': 1, 'node_modules/@a/b/node_modules/c/index.js': 1 }),
  ]);
  assert.deepEqual(found, ['node_modules/@a/b', 'node_modules/@a/b/node_modules/c', 'node_modules/yaml']);
});

test('the notices have the licence text of each package, and those of the Go modules', async () => {
  const text = await thirdPartyLicenses(
    [metafile({ 'node_modules/yaml/dist/index.js': 5 })],
    'example.com/module v1.0.0\n\nGo terms\n\n',
  );
  assert.ok(text.endsWith('\n\n\nexample.com/module v1.0.0\n\nGo terms\n'));
  assert.match(text, /^yaml \d+\.\d+\.\d+ \(ISC\)$/m);
  assert.match(text, /Permission to use, copy, modify/);
});
