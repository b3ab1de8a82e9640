/** Keys out of a Secret's own map are masked, and those of the chart are not, whatever the render with other keys looks like. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { maskRenamedKeys } from '../../../src/render/maskRenamedKeys.ts';
import { scramble } from '../../../src/render/scramble.ts';

const dots = '•••';
const key = 'CANARY_KEY';
const other = scramble(key);

interface Row {
  readonly title: string;
  readonly shown: unknown;
  readonly renamed: unknown;
  readonly expected: unknown;
}

const rows: readonly Row[] = [
  {
    title: 'a key of a map',
    shown: { [key]: dots, b: 'x' },
    renamed: { [other]: 'y', b: 'x' },
    expected: { [dots]: dots, b: 'x' },
  },
  {
    title: 'a key beside one that is masked already',
    shown: { [dots]: dots, [key]: 'x' },
    renamed: { [other]: 'x' },
    expected: { [dots]: dots, [`${dots} (2)`]: dots },
  },
  {
    title: 'the name of a variable',
    shown: { env: [{ name: key, value: dots }] },
    renamed: { env: [{ name: other, value: 'y' }] },
    expected: { env: [{ name: dots, value: dots }] },
  },
  {
    title: 'a line of a file',
    shown: { f: `a:\n  ${key}:\n    ${dots}\nb: 1` },
    renamed: { f: `a:\n  ${other}:\n    y\nb: 1` },
    expected: { f: `a:\n${dots}\n    ${dots}\nb: 1` },
  },
  {
    title: 'a chart that finds its key no more',
    shown: { url: dots, level: 'info', f: 'a\nb' },
    renamed: { level: 'debug', f: 'a' },
    expected: { url: dots, level: 'info', f: 'a\nb' },
  },
  {
    title: 'lists of other lengths',
    shown: { l: [{ name: key }] },
    renamed: { l: [] },
    expected: { l: [{ name: key }] },
  },
  { title: 'the same', shown: { [key]: dots }, renamed: { [key]: 'y' }, expected: { [key]: dots } },
];

function configMap(data: unknown): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data } as KubernetesObject;
}

for (const { title, shown, renamed, expected } of rows) {
  test(title, () => {
    const masked = [['data', key, 'deep']];
    const [found] = maskRenamedKeys([{ object: configMap(shown), masked }], [configMap(shown)], [configMap(renamed)]);
    assert.deepEqual(found?.object, configMap(expected));
    const isChanged = JSON.stringify(shown) !== JSON.stringify(expected);
    assert.equal(JSON.stringify(found.masked) !== JSON.stringify(masked), isChanged);
    assert.ok(!isChanged || title === 'lists of other lengths' || !JSON.stringify(found.object).includes(key));
  });
}

test('an object that the other render has not stays as it is', () => {
  const one = { object: configMap({ [key]: dots }), masked: [] };
  assert.deepEqual(maskRenamedKeys([one], [one.object], []), [one]);
});
