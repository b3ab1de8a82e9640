/** Which of several versions is taken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseVersion, filterTexts, isFullVersion } from '../../../src/registry/chooseVersion.ts';

const versions = ['1.0.0', '1.2.0', 'v1.10.0', '2.0.0-rc.1', '0.9', 'latest', '1.2', '01.3.0'];

const rows: readonly (readonly [string, string | undefined])[] = [
  ['', 'v1.10.0'],
  ['*', 'v1.10.0'],
  ['1.2', '1.2'],
  ['~1.2', '1.2.0'],
  ['1.10.0', 'v1.10.0'],
  ['>=1.0.0-0', '2.0.0-rc.1'],
  ['latest', 'latest'],
  ['<1.0.0', undefined],
  ['~1.3', '01.3.0'],
];

for (const [wanted, expected] of rows) {
  test(`'${wanted}' takes ${expected ?? 'none'}`, () => {
    const found = chooseVersion(
      versions.map((version) => ({ version })),
      wanted,
    );
    assert.equal(found?.version, expected);
  });
}

test('a full version has three numbers', () => {
  assert.deepEqual(['1.2.3', 'v1.2.3', '1.2.3-rc.1', '1.2', '1.x.0', '^1.2.3', '', 'latest'].filter(isFullVersion), [
    '1.2.3',
    'v1.2.3',
    '1.2.3-rc.1',
  ]);
});

const filters: readonly (readonly [string | undefined, string])[] = [
  [undefined, 'a-1 a-2 B-3'],
  ['', 'a-1 a-2 B-3'],
  ['^a', 'a-1 a-2'],
  ['-[23]$', 'a-2 B-3'],
  ['(?i)^b', 'B-3'],
  ['^(?P<name>a)-(?P<number>1)$', 'a-1'],
  ['none', ''],
];

for (const [filter, expected] of filters) {
  test(`the filter ${filter ?? '(none)'} keeps '${expected}'`, () => {
    assert.equal(filterTexts(['a-1', 'a-2', 'B-3'], filter).join(' '), expected);
  });
}

test('a filter that never ends is ended', () => {
  assert.throws(() => filterTexts([`${'a'.repeat(60)}!`], '^(a+)+$'), { reason: 'invalid', message: /timed out/ });
});

test('a filter cannot reach out of its expression', () => {
  assert.deepEqual(filterTexts(['a'], '";process.exit(1);"'), []);
});
