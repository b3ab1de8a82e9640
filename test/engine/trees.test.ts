/** Files in the engine: what stays between requests, how archives are unpacked, what is refused. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type TarEntry, gzipOfZeros, tarFiles, tarGz } from '../support/tarArchive.ts';
import { engineBed, problemOf } from './engineBed.ts';

const engine = engineBed();

const listed = (tree: string) => engine.request('listTree', { tree, textsOf: [''] });
const pathsOf = (tree: string) => listed(tree).files.map(({ path }) => path);

describe('a tree of files', () => {
  it('keeps what it was sent, takes changes, and counts', () => {
    assert.deepEqual(engine.request('files', { tree: 'a', set: { 'b.yaml': 'ü', 'a/x y.yaml': 'x' } }), {
      files: 2,
      bytes: 3,
    });
    assert.deepEqual(
      engine.request('files', {
        tree: 'a',
        set: { 'b.yaml': 'longer' },
        setBytes: { bin: '/w==' },
        remove: ['a/x y.yaml'],
      }),
      { files: 2, bytes: 7 },
    );
    assert.deepEqual(listed('a'), {
      files: [
        { path: 'b.yaml', bytes: 6 },
        { path: 'bin', bytes: 1 },
      ],
      texts: { 'b.yaml': 'longer' },
    });
  });

  it('gives texts by their endings, and none for what is no text', () => {
    engine.request('files', {
      tree: 'a',
      clear: true,
      set: { 'a.yaml': '1', 'a.yml': '2', b: '3' },
      setBytes: { 'c.yaml': '/w==' },
    });
    assert.deepEqual(engine.request('listTree', { tree: 'a', textsOf: ['.yaml', '.yml'] }).texts, {
      'a.yaml': '1',
      'a.yml': '2',
    });
    assert.deepEqual(engine.request('listTree', { tree: 'a' }).texts, {});
  });

  it('forgets a folder with its last file, and takes a folder out whole', () => {
    engine.request('files', { tree: 'a', clear: true, set: { 'one/two/x': '', 'one/y': '', 'z/a': '', 'z/b/c': '' } });
    engine.request('files', { tree: 'a', remove: ['one/two/x', 'z', 'was/never/there'] });
    assert.deepEqual(pathsOf('a'), ['one/y']);
    engine.request('files', { tree: 'a', set: { 'one/two': 'a file now' } });
    assert.deepEqual(pathsOf('a'), ['one/two', 'one/y']);
  });

  it('may be taken away, and others stay', () => {
    engine.request('files', { tree: 'a', clear: true, set: { x: '' } });
    engine.request('files', { tree: 'b', clear: true, set: { y: '' } });
    engine.request('forget', { trees: ['a'] });
    assert.match(
      problemOf(() => listed('a')),
      /there is no tree "a"/,
    );
    assert.deepEqual(pathsOf('b'), ['y']);
  });

  it('does not hold a file where a folder is, nor anything outside', () => {
    const set = (files: Record<string, string>) => engine.request('files', { tree: 'c', clear: true, set: files });
    assert.match(
      problemOf(() => {
        set({ 'a/b': '' });
        engine.request('files', { tree: 'c', set: { a: '' } });
      }),
      /"a" cannot be held/,
    );
    set({ '../../etc/passwd': 'inside' });
    assert.deepEqual(pathsOf('c'), ['etc/passwd']);
  });
});

describe('an archive', () => {
  const unpack = (entries: readonly TarEntry[]) => engine.request('unpack', { tree: 'archive' }, tarGz(entries));

  it('takes the place of the tree', () => {
    unpack(tarFiles({ old: '' }));
    assert.deepEqual(unpack(tarFiles({ 'a/b.yaml': 'x', c: 'yz' })), { files: 2, bytes: 3 });
    assert.deepEqual(pathsOf('archive'), ['a/b.yaml', 'c']);
  });

  it('is unpacked without its links', () => {
    unpack([
      { name: 'folder/', type: '5' },
      { name: 'link', type: '2', link: '/etc/passwd' },
      { name: 'hard', type: '1', link: 'a' },
      { name: 'a', content: 'x' },
    ]);
    assert.deepEqual(pathsOf('archive'), ['a']);
  });

  const refused: readonly (readonly [name: string, entries: readonly TarEntry[], says: RegExp])[] = [
    ['a way out', [{ name: '../x' }], /invalid name error "..\/x"/],
    ['a way out in the middle', [{ name: 'a/../../x' }], /invalid name/],
    ['an absolute path', [{ name: '/etc/passwd' }], /invalid name/],
    ['a path of Windows', [{ name: 'a\\b' }], /invalid name/],
    ['a device', [{ name: 'dev', type: '3' }], /unsupported file type/],
    ['a pipe', [{ name: 'pipe', type: '6' }], /unsupported file type/],
    ['more than it may hold', [{ name: 'big', size: 101 << 20 }], /bigger than max archive size/],
    ['less than it says', [{ name: 'big', content: 'x', size: 10_000 }], /unexpected EOF|error reading/],
  ];
  for (const [name, entries, says] of refused) {
    it(`is refused whole for ${name}`, () => {
      assert.match(
        problemOf(() => unpack([{ name: 'good', content: 'x' }, ...entries])),
        says,
      );
      assert.match(
        problemOf(() => listed('archive')),
        /there is no tree/,
      );
    });
  }

  it('is refused when it is none', () => {
    for (const bytes of [
      Buffer.from('no archive'),
      Buffer.alloc(0),
      tarGz([{ name: 'a', content: 'x' }]).subarray(0, 40),
    ]) {
      assert.match(
        problemOf(() => engine.request('unpack', { tree: 'archive' }, bytes)),
        /gzip|EOF/,
      );
    }
  });

  it('of nothing but zeros ends where a tar archive ends', () => {
    engine.request('unpack', { tree: 'zeros' }, gzipOfZeros(1 << 20));
    assert.deepEqual(pathsOf('zeros'), []);
  });
});
