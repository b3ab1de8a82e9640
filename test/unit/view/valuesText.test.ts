/** Effective values as a document: every value is there, and says where it comes from, once for a whole block. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { printYaml } from '../../../src/manifests/printYaml.ts';
import type { EffectiveValue } from '../../../src/render/desired.ts';
import { valuesText } from '../../../src/view/valuesText.ts';
import { seededRandom } from '../../support/seededRandom.ts';
import { inline, ofChart, ofConfigMap, ofSecret, releaseName, renderedRelease, value } from '../../support/rendered.ts';

function textOf(values: readonly EffectiveValue[]): string {
  const subject = {
    aspect: 'values',
    name: releaseName,
    root: '/repository',
    path: undefined,
    choice: undefined,
  } as const;
  const rendered = renderedRelease({ values });
  return [...valuesText({ subject, from: 'working tree', rendered, problem: undefined }, printYaml)].join('');
}

/** What stands below the head. */
function bodyOf(values: readonly EffectiveValue[]): string {
  return textOf(values).split('---\n').slice(1).join('---\n');
}

const ofFile = ofConfigMap('shop-values', 'values.yaml', 'apps/values.yaml');

const bodies: readonly (readonly [string, readonly EffectiveValue[], string])[] = [
  [
    'a value of its own says where it comes from',
    [value('replicas', 2, inline), value('name', 'x', ofChart)],
    'replicas: 2  # inline\nname: x  # chart values.yaml\n',
  ],
  [
    'a block that comes from one place says so once, at its head',
    [value('image.repository', 'shop', ofChart), value('image.tag', '1', ofChart)],
    'image:  # chart values.yaml\n  repository: shop\n  tag: "1"\n',
  ],
  [
    'a block of several places says it at the highest blocks below that have one',
    [
      value('image.tag', 'v2', inline),
      value('image.pull.policy', 'Always', ofChart),
      value('image.pull.secrets', [], ofChart),
    ],
    'image:\n  tag: v2  # inline\n  pull:  # chart values.yaml\n    policy: Always\n    secrets: []\n',
  ],
  [
    'a file of the repository and the cluster are told apart',
    [value('a', 1, ofFile), value('b', 2, ofConfigMap('x', 'y'))],
    'a: 1  # ConfigMap shop-values key values.yaml (apps/values.yaml)\nb: 2  # ConfigMap x key y (cluster)\n',
  ],
  [
    'a value out of a Secret is dots',
    [value('password', '•••', ofSecret('db', 'pw'))],
    'password: •••  # Secret db key pw (cluster)\n',
  ],
  ['a list is one value', [value('hosts', ['a', 'b'], inline)], 'hosts:  # inline\n  - a\n  - b\n'],
  [
    'a text of several lines stays one',
    [value('config', 'a: 1\nb: 2\n', inline)],
    'config: |  # inline\n  a: 1\n  b: 2\n',
  ],
  ['nothing at all is said', [], '# The chart is rendered without any value\n{}\n'],
];

for (const [title, values, expected] of bodies) {
  test(title, () => assert.equal(bodyOf(values), expected));
}

test('the head counts the values of each place, the strongest last', () => {
  const lines = textOf([
    value('c', 3, inline),
    value('b.x', 2, ofFile),
    value('a', 1, ofChart),
    value('b.y', 2, ofFile),
  ]).match(/^# Values .*/gm);
  assert.deepEqual(lines, [
    '# Values         1 value from chart values.yaml',
    '# Values         2 values from ConfigMap shop-values key values.yaml (apps/values.yaml)',
    '# Values         1 value inline, in the HelmRelease itself',
  ]);
});

test('the text reads as the values, whatever keys and texts there are', () => {
  const random = seededRandom(7);
  const keys = [
    'a',
    'b c',
    'c: d',
    '1',
    '',
    'true',
    '# x',
    '- y',
    '"q"',
    'two\nlines',
    '__proto__',
    'é',
    '?',
    'x'.repeat(80),
  ];
  const leaves = [
    1,
    true,
    null,
    'text',
    '',
    'a: b',
    '# no',
    'x:\n',
    '\n\ny: "',
    ' lead\ntail ',
    'tab\t\n',
    '•••',
    [],
    {},
    [{ k: 'v' }],
    'q'.repeat(90) + ':\n\t z \n',
  ];
  for (let round = 0; round < 300; round += 1) {
    const values = new Map<string, EffectiveValue>();
    for (let count = 0; count < 6; count += 1) {
      const path = Array.from({ length: 1 + random.below(3) }, () => random.pick(keys));
      // A path that leads through another's leaf is no set of values.
      const inTheWay = [...values.values()].some(
        ({ path: other }) =>
          other.slice(0, path.length).every((step, at) => step === path[at]) ||
          path.slice(0, other.length).every((step, at) => step === other[at]),
      );
      if (!inTheWay) {
        values.set(
          JSON.stringify(path),
          value(path, random.pick<unknown>(leaves), random.pick([inline, ofChart, ofFile])),
        );
      }
    }
    const list = [...values.values()];
    assert.deepEqual(
      flat(parse(bodyOf(list), { uniqueKeys: false, maxAliasCount: 0 })),
      expectedOf(list),
      bodyOf(list),
    );
  }
});

/** Path and value of every leaf, sorted: the order of number-like keys is nobody's promise. */
function flat(node: unknown, path: readonly string[] = []): string[] {
  const isMap = typeof node === 'object' && node !== null && !Array.isArray(node) && Object.keys(node).length > 0;
  return isMap
    ? Object.entries(node)
        .flatMap(([key, child]) => flat(child, [...path, key]))
        .sort()
    : [JSON.stringify([path, node])];
}

function expectedOf(values: readonly EffectiveValue[]): string[] {
  return values.flatMap(({ path, value: of }) => flat(of, path.map(String))).sort();
}
