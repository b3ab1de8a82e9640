/** Values of a HelmRelease as helm-controller merges them, with what only its sharing of maps explains. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DataSource } from '../../src/render/engineProtocol.ts';
import { tarFiles, tarGz } from '../support/tarArchive.ts';
import { engineBed, problemOf } from './engineBed.ts';

const engine = engineBed();

interface Case {
  readonly values?: object;
  readonly valuesFrom?: readonly object[];
  readonly sources?: readonly DataSource[];
}

function merge({ values, valuesFrom, sources = [] }: Case): unknown {
  return engine.request('values', {
    release: {
      metadata: { namespace: 'apps' },
      spec: { ...(values && { values }), ...(valuesFrom && { valuesFrom }) },
    },
    sources,
  }).values;
}

/** One source for each text: `one`, `two`, …, under the usual key. */
const sources = (texts: Readonly<Record<string, string>>): DataSource[] =>
  Object.entries(texts).map(([name, text]) => ({ kind: 'Secret', name, data: { 'values.yaml': text } }));
const from = (name: string, more: object = {}) => ({ kind: 'Secret', name, ...more });

describe('merged values', () => {
  const cases: readonly (Case & { readonly name: string; readonly expected: unknown })[] = [
    { name: 'none are none', expected: {} },
    {
      name: 'inline values alone',
      values: { a: { b: [1, 'x', null, true] } },
      expected: { a: { b: [1, 'x', null, true] } },
    },
    {
      name: 'maps merge, lists and scalars replace, the later wins and inline last',
      values: { map: { c: 'inline' }, list: [3] },
      valuesFrom: [from('one'), from('two')],
      sources: sources({
        one: 'map: { a: one, b: one, c: one }\nlist: [1, 2]\nkind: { a: b }\n',
        two: 'map: { b: two }\nkind: scalar\n',
      }),
      expected: { map: { a: 'one', b: 'two', c: 'inline' }, list: [3], kind: 'scalar' },
    },
    { name: 'null stays, to take a default away', values: { a: null }, expected: { a: null } },
    {
      name: 'another key, of a ConfigMap',
      valuesFrom: [{ kind: 'ConfigMap', name: 'one', valuesKey: 'prod' }],
      sources: [{ kind: 'ConfigMap', name: 'one', data: { prod: 'a: b', 'values.yaml': 'a: c' } }],
      expected: { a: 'b' },
    },
    {
      name: 'optional sources and keys may be missing',
      valuesFrom: [from('gone', { optional: true }), from('one', { optional: true, valuesKey: 'gone' }), from('one')],
      sources: [...sources({ one: 'a: b' }), { kind: 'Secret', name: 'gone' }],
      expected: { a: 'b' },
    },
    {
      name: 'a target path takes types from the text, unless it is quoted or literal',
      valuesFrom: [
        from('number', { targetPath: 'number' }),
        from('flag', { targetPath: 'flag' }),
        from('quoted', { targetPath: 'quoted' }),
        from('list', { targetPath: 'list' }),
        from('list', { targetPath: 'literal', literal: true }),
        from('number', { targetPath: 'deep.list[1].x\\.y' }),
      ],
      sources: sources({ number: '8080', flag: 'true', quoted: '"8080"', list: '{a,b}' }),
      expected: {
        number: 8080,
        flag: true,
        quoted: '8080',
        list: ['a', 'b'],
        literal: '{a,b}',
        deep: { list: [null, { 'x.y': 8080 }] },
      },
    },
  ];
  for (const { name, expected, ...given } of cases) {
    it(name, () => assert.deepEqual(merge(given), expected));
  }
});

describe('a target path against an inline value of the same place', () => {
  const cases: readonly (Case & { readonly name: string; readonly expected: unknown })[] = [
    {
      name: 'wins in a map that only the inline values have: it is written into them',
      values: { db: { password: 'inline' } },
      valuesFrom: [from('one', { targetPath: 'db.password' })],
      expected: { db: { password: 'secret' } },
    },
    {
      name: 'loses at the top',
      values: { password: 'inline' },
      valuesFrom: [from('one', { targetPath: 'password' })],
      expected: { password: 'inline' },
    },
    {
      name: 'loses in a map that an earlier source has as well',
      values: { db: { password: 'inline' } },
      valuesFrom: [from('map'), from('one', { targetPath: 'db.password' })],
      expected: { db: { password: 'inline', host: 'x' } },
    },
    {
      name: 'wins in a map that a later source has as well',
      values: { db: { password: 'inline' } },
      valuesFrom: [from('one', { targetPath: 'db.password' }), from('map')],
      expected: { db: { password: 'secret', host: 'x' } },
    },
  ];
  for (const { name, expected, ...given } of cases) {
    it(name, () => {
      assert.deepEqual(merge({ ...given, sources: sources({ one: 'secret', map: 'db: { host: x }' }) }), expected);
    });
  }
});

describe('values that cannot be merged', () => {
  const cases: readonly (Case & { readonly name: string; readonly says: RegExp })[] = [
    {
      name: 'a source that is missing',
      valuesFrom: [from('gone')],
      says: /Secret chart values reference 'apps\/gone'.*not found/,
    },
    {
      name: 'a key that is missing',
      valuesFrom: [from('one', { valuesKey: 'x' })],
      says: /with key 'x': key not found/,
    },
    {
      name: 'a text that is no YAML',
      valuesFrom: [from('bad')],
      says: /'apps\/bad' with key 'values.yaml': .*line 1/s,
    },
    {
      name: 'a path that is none',
      valuesFrom: [from('one', { targetPath: 'a[x]' })],
      says: /error parsing index/,
    },
    { name: 'another kind', valuesFrom: [{ kind: 'Service', name: 'one' }], says: /unsupported values reference kind/ },
  ];
  for (const { name, says, ...given } of cases) {
    it(name, () => {
      assert.match(
        problemOf(() => merge({ ...given, sources: sources({ one: 'a: b', bad: 'a: [' }) })),
        says,
      );
    });
  }
});

describe('numbers', () => {
  const render = (values: object): unknown => {
    const chart = {
      'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
      'c/values.yaml': 'own: 1000000\n',
      'c/templates/x.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\ndata: { own: "{{ .Values.own }}", inline: "{{ .Values.inline }}", path: "{{ .Values.path }}" }\n',
    };
    engine.request('loadChart', { chart: 'numbers' }, tarGz(tarFiles(chart)));
    const { objects } = engine.request('release', {
      chart: 'numbers',
      values: values as Record<string, unknown>,
      name: 'x',
      namespace: 'apps',
      isUpgrade: false,
      capabilities: {},
      origin: { name: 'x', namespace: 'apps' },
    });
    return (objects[0]?.object as { readonly data?: unknown } | undefined)?.data;
  };

  it('are integers where a target path sets them, and of floating point inline, as templates see', () => {
    const values = merge({
      values: { inline: 1_000_000 },
      valuesFrom: [from('one', { targetPath: 'path' })],
      sources: sources({ one: '1000000' }),
    });
    assert.deepEqual(render(values as object), { own: '1e+06', inline: '1e+06', path: '1000000' });
  });
});
