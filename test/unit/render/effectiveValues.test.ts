/** Which values a chart gets and who says so, told leaf by leaf. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ValueOrigin } from '../../../src/render/desired.ts';
import { effectiveValues, type LayeredValues, maskValues } from '../../../src/render/effectiveValues.ts';
import type { JsonObject } from '../../../src/render/engineProtocol.ts';

const chartFile = (file: string): ValueOrigin => ({ from: 'chart', file });
const map = (name: string): ValueOrigin => ({ from: 'ConfigMap', name, key: 'values.yaml', read: 'repository' });
const secret: ValueOrigin = { from: 'Secret', name: 's', key: 'values.yaml', read: 'cluster' };
const inline: ValueOrigin = { from: 'inline' };

function label(origin: ValueOrigin): string {
  return origin.from === 'chart' ? origin.file : origin.from === 'inline' ? 'inline' : origin.name;
}

/** Layers by name, from the weakest; `merged` where it is not simply the only layer. */
function layered(
  chart: JsonObject,
  release: readonly (readonly [ValueOrigin, JsonObject])[],
  merged?: JsonObject,
): LayeredValues {
  return {
    chart: [{ origin: chartFile('values.yaml'), values: chart }],
    release: release.map(([origin, values]) => ({ origin, values })),
    merged: merged ?? release.at(-1)?.[1] ?? {},
  };
}

const rows: readonly (readonly [string, LayeredValues, readonly string[]])[] = [
  ['nothing', layered({}, []), []],
  ['the chart alone', layered({ a: 1, b: { c: [1, 2] } }, []), ['a = 1 (values.yaml)', 'b.c = [1,2] (values.yaml)']],
  ['inline over the chart', layered({ a: 1 }, [[inline, { a: 2 }]]), ['a = 2 (inline)']],
  [
    'a value that the chart does not have',
    layered({ a: 1 }, [[inline, { z: 2 }]]),
    ['a = 1 (values.yaml)', 'z = 2 (inline)'],
  ],
  ['null takes away', layered({ a: 1 }, [[inline, { a: null }]]), ['a = null (inline)']],
  ['null takes a map away', layered({ a: { b: 1 } }, [[inline, { a: null }]]), ['a = null (inline)']],
  ["the chart's own null is nothing", layered({ a: null, b: { c: null, d: 1 } }, []), ['b.d = 1 (values.yaml)']],
  ['a text over a map', layered({ a: { b: 1 } }, [[inline, { a: 'x' }]]), ['a = "x" (inline)']],
  ['a map over a text', layered({ a: 'x' }, [[inline, { a: { b: 1 } }]]), ['a.b = 1 (inline)']],
  [
    'an empty map over a map changes nothing',
    layered({ a: { b: 1 } }, [[inline, { a: {} }]]),
    ['a.b = 1 (values.yaml)'],
  ],
  ['an empty map is a value', layered({ a: {} }, [[inline, { b: {} }]]), ['a = {} (values.yaml)', 'b = {} (inline)']],
  ['two empty maps are one', layered({ a: {} }, [[inline, { a: {} }]]), ['a = {} (inline)']],
  [
    'the strongest with the value that came out',
    layered(
      {},
      [
        [map('one'), { a: 1 }],
        [map('two'), { a: 2 }],
        [inline, { a: 1 }],
      ],
      { a: 2 },
    ),
    ['a = 2 (two)'],
  ],
  [
    'the stronger of two that agree',
    layered(
      {},
      [
        [map('one'), { a: 1 }],
        [map('two'), { a: 1 }],
        [inline, {}],
      ],
      { a: 1 },
    ),
    ['a = 1 (two)'],
  ],
  [
    'none has the value: the strongest that says something',
    layered(
      {},
      [
        [map('one'), { a: [1, 2] }],
        [map('two'), { a: [null, 3] }],
        [inline, {}],
      ],
      { a: [1, 3] },
    ),
    ['a = [1,3] (two)'],
  ],
  [
    'keys of the chart come first',
    layered({ z: 1, a: { y: 1, b: 1 } }, [[inline, { a: { b: 2, c: 3 } }]]),
    ['z = 1 (values.yaml)', 'a.y = 1 (values.yaml)', 'a.b = 2 (inline)', 'a.c = 3 (inline)'],
  ],
  [
    'names that objects have',
    layered({ constructor: 1 }, [[inline, { toString: 2 }]]),
    ['constructor = 1 (values.yaml)', 'toString = 2 (inline)'],
  ],
];

for (const [name, values, expected] of rows) {
  test(`values: ${name}`, () => {
    assert.deepEqual(
      effectiveValues(values).map(
        ({ path, value, origin }) => `${path.join('.')} = ${JSON.stringify(value)} (${label(origin)})`,
      ),
      expected,
    );
  });
}

test('values files are merged over each other, each value with its file', () => {
  const values = effectiveValues({
    chart: [
      { origin: chartFile('values.yaml'), values: { a: 1, b: { c: 1, d: 1 }, list: [1] } },
      { origin: chartFile('prod.yaml'), values: { b: { d: 2 }, list: [2] } },
    ],
    release: [],
    merged: {},
  });
  assert.deepEqual(
    values.map(({ path, value, origin }) => [path.join('.'), value, label(origin)]),
    [
      ['a', 1, 'values.yaml'],
      ['b.c', 1, 'values.yaml'],
      ['b.d', 2, 'prod.yaml'],
      ['list', [2], 'prod.yaml'],
    ],
  );
});

const ofSecret = effectiveValues(
  layered(
    { chart: 'open' },
    [
      [secret, { a: 'x', list: [1], none: [], flag: true }],
      [inline, { b: 'y', c: 'z' }],
    ],
    {
      a: 'x',
      list: [1],
      none: [],
      flag: true,
      b: 'y',
      c: 'z',
    },
  ),
);

test('what comes from a Secret is masked, and what differs with other secrets', () => {
  const masked = maskValues(ofSecret, { a: 'q', list: [2], none: [], flag: true, b: 'y', c: 'other' });
  assert.deepEqual(Object.fromEntries(masked.map(({ path, value }) => [path.join('.'), value])), {
    chart: 'open',
    a: '•••',
    list: '•••',
    none: [],
    flag: '•••',
    b: 'y',
    c: '•••',
  });
});

test('without a render to compare with only the chart is shown', () => {
  const shown = maskValues(ofSecret, undefined).filter(({ value }) => value !== '•••');
  assert.deepEqual(
    shown.map(({ path }) => path.join('.')),
    ['chart', 'none'],
  );
});

test('a key that comes from a Secret is masked, with all keys below it', () => {
  const values = [{ path: ['a', 'canary', 'b'], value: 1, origin: inline }];
  assert.deepEqual(maskValues(values, { a: { dbobsz: { b: 1 } } }), [
    { path: ['a', '•••', '•••'], value: '•••', origin: inline },
  ]);
});
