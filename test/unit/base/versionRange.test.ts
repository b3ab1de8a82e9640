/** Ranges of versions, by a table that the library of Helm and Flux gave (Masterminds/semver 3.5.0). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions, parseRange, parseVersion, type Version } from '../../../src/base/versionRange.ts';

/** From the oldest to the newest. */
const versions =
  '0.0.0 0.0.3 0.1.0 0.2.3 0.2.9 1.0.0 1.2.0 1.2.3 1.2.4 1.3.0-rc.1 1.3.0 2.0.0-beta.2 2.0.0 10.1.0'.split(' ');

function version(text: string): Version {
  const parsed = parseVersion(text);
  assert.ok(parsed, `${text} is a version`);
  return parsed;
}

/** A range and the versions that are in it; `undefined`: it is no range. */
const ranges: readonly (readonly [string, string | undefined])[] = [
  ['*', '0.0.0 0.0.3 0.1.0 0.2.3 0.2.9 1.0.0 1.2.0 1.2.3 1.2.4 1.3.0 2.0.0 10.1.0'],
  ['x', '0.0.0 0.0.3 0.1.0 0.2.3 0.2.9 1.0.0 1.2.0 1.2.3 1.2.4 1.3.0 2.0.0 10.1.0'],
  ['1', '1.0.0 1.2.0 1.2.3 1.2.4 1.3.0'],
  ['1.x', '1.0.0 1.2.0 1.2.3 1.2.4 1.3.0'],
  ['1.2', '1.2.0 1.2.3 1.2.4'],
  ['1.2.x', '1.2.0 1.2.3 1.2.4'],
  ['1.2.3', '1.2.3'],
  ['v1.2.3', '1.2.3'],
  ['=1.2.3', '1.2.3'],
  ['1.2.3+build', '1.2.3'],
  ['01.2.3', '1.2.3'],
  ['>1', '2.0.0 10.1.0'],
  ['>1.2', '1.3.0 2.0.0 10.1.0'],
  ['>1.2.3', '1.2.4 1.3.0 2.0.0 10.1.0'],
  ['>=1.2', '1.2.0 1.2.3 1.2.4 1.3.0 2.0.0 10.1.0'],
  ['<1.2', '0.0.0 0.0.3 0.1.0 0.2.3 0.2.9 1.0.0'],
  ['<=1', '0.0.0 0.0.3 0.1.0 0.2.3 0.2.9 1.0.0 1.2.0 1.2.3 1.2.4 1.3.0'],
  ['<=1.2', '0.0.0 0.0.3 0.1.0 0.2.3 0.2.9 1.0.0 1.2.0 1.2.3 1.2.4'],
  ['<=*', '0.0.0 0.0.3'],
  ['>*', '0.0.3 0.1.0 0.2.3 0.2.9 1.0.0 1.2.0 1.2.3 1.2.4 1.3.0 2.0.0 10.1.0'],
  ['^*', '0.0.0'],
  ['^1.2', '1.2.0 1.2.3 1.2.4 1.3.0'],
  ['^1.2.3', '1.2.3 1.2.4 1.3.0'],
  ['^0', '0.0.0 0.0.3 0.1.0 0.2.3 0.2.9'],
  ['^0.0', '0.0.0 0.0.3'],
  ['^0.0.3', '0.0.3'],
  ['^0.2.3', '0.2.3 0.2.9'],
  ['~*', '0.0.0 0.0.3 0.1.0 0.2.3 0.2.9 1.0.0 1.2.0 1.2.3 1.2.4 1.3.0 2.0.0 10.1.0'],
  ['~1', '1.0.0 1.2.0 1.2.3 1.2.4 1.3.0'],
  ['~1.2', '1.2.0 1.2.3 1.2.4'],
  ['~1.2.3', '1.2.3 1.2.4'],
  ['~>1.2', '1.2.0 1.2.3 1.2.4'],
  ['~0.0.0', '0.0.0 0.0.3 0.1.0 0.2.3 0.2.9 1.0.0 1.2.0 1.2.3 1.2.4 1.3.0 2.0.0 10.1.0'],
  ['!=1.2.3', '0.0.0 0.0.3 0.1.0 0.2.3 0.2.9 1.0.0 1.2.0 1.2.4 1.3.0 2.0.0 10.1.0'],
  ['!=1.2', '0.0.0 0.0.3 0.1.0 0.2.3 0.2.9 1.0.0 1.3.0 2.0.0 10.1.0'],
  ['!=1', '0.0.0 0.0.3 0.1.0 0.2.3 0.2.9 2.0.0 10.1.0'],
  ['!=*', '0.0.3 0.1.0 0.2.3 0.2.9 1.0.0 1.2.0 1.2.3 1.2.4 1.3.0 2.0.0 10.1.0'],
  ['>=1.2.0 <2.0.0', '1.2.0 1.2.3 1.2.4 1.3.0'],
  ['>=1.2.0, <2.0.0', '1.2.0 1.2.3 1.2.4 1.3.0'],
  ['>=1.2.0,<2.0.0', '1.2.0 1.2.3 1.2.4 1.3.0'],
  ['>=1.0.0 <1.2.0 || >=2.0.0', '1.0.0 2.0.0 10.1.0'],
  ['1.x || 0.2.x', '0.2.3 0.2.9 1.0.0 1.2.0 1.2.3 1.2.4 1.3.0'],
  ['1.0.0 - 1.2.3', '1.0.0 1.2.0 1.2.3'],
  ['1.0 - 1', '1.0.0 1.2.0 1.2.3 1.2.4 1.3.0'],
  ['>=1.2.0-0', '1.2.0 1.2.3 1.2.4 1.3.0-rc.1 1.3.0 2.0.0-beta.2 2.0.0 10.1.0'],
  ['>=1.0.0-0 <2.0.0', '1.0.0 1.2.0 1.2.3 1.2.4 1.3.0-rc.1 1.3.0 2.0.0-beta.2'],
  ['>=1.0.0 <2.0.0-0', '1.0.0 1.2.0 1.2.3 1.2.4 1.3.0-rc.1 1.3.0'],
  ['^1.2.0-0', '1.2.0 1.2.3 1.2.4 1.3.0-rc.1 1.3.0'],
  ['~2.0.0-0', '2.0.0-beta.2 2.0.0'],
  ['1.3.0-rc.1', '1.3.0-rc.1'],
  ['=>1.3.0', '1.3.0 2.0.0 10.1.0'],
  ['=<0.1.0', '0.0.0 0.0.3 0.1.0'],
  ['*-0', '0.0.0 0.0.3 0.1.0 0.2.3 0.2.9 1.0.0 1.2.0 1.2.3 1.2.4 1.3.0-rc.1 1.3.0 2.0.0-beta.2 2.0.0 10.1.0'],
  ['>=2.0.0 <1.0.0', ''],
  ['1.2.3-2.0.0', ''],
  [' >= 1.3 ', '1.3.0 2.0.0 10.1.0'],
  ['', undefined],
  ['latest', undefined],
  ['1.2.3.4', undefined],
  ['>=', undefined],
  ['1.2.3 ||', undefined],
  ['>=1.0.0,', undefined],
  ['1..2', undefined],
  ['>>1', undefined],
  ['1.2.3 and 2', undefined],
  ['xx', undefined],
];

for (const [text, expected] of ranges) {
  test(`'${text}' is ${expected === undefined ? 'no range' : expected === '' ? 'nothing' : expected}`, () => {
    const range = parseRange(text);
    assert.equal(range && versions.filter((each) => range(version(each))).join(' '), expected);
  });
}

test('versions are in the order of their numbers, pre-releases before their release', () => {
  const sorted = [
    ...['0.9.9', '1.0.0-1', '1.0.0-2', '1.0.0-11', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta'],
    ...['1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1', '1.0.0', '1.2', '1.10.0', 'v2.0.0', '18446744073709551615.0.0'],
  ];
  const shuffled = [...sorted].reverse().map(version).sort(compareVersions);
  assert.deepEqual(
    shuffled.map((each) => each.text),
    sorted,
  );
});

test('what is written differently may be the same version', () => {
  for (const [a, b] of [
    ['1.2.3', 'v1.2.3'],
    ['1.2.3+a', '1.2.3+b'],
    ['1.2', '1.2.0'],
    ['01.02.3', '1.2.3'],
  ] as const) {
    assert.equal(compareVersions(version(a), version(b)), 0, `${a} and ${b}`);
  }
});

test('text that is no version', () => {
  const texts = ['', 'latest', '1.2.3.4', '1.2.x', '-1.0.0', '1.0.0-01', '1.0.0-', '1.0.0+', ' 1.0.0', 'V1.0.0'];
  for (const text of [...texts, '18446744073709551616.0.0', `1.0.0-${'a'.repeat(256)}`]) {
    assert.equal(parseVersion(text), undefined, text);
  }
});

test('long and hostile ranges are refused at once', () => {
  assert.equal(parseRange('1'.repeat(513)), undefined);
  assert.equal(parseRange(Array.from({ length: 33 }, () => '1').join('||')), undefined);
  assert.equal(parseRange(`${'1   '.repeat(127)}!`), undefined);
  assert.equal(parseRange(`1-${'-'.repeat(500)}!`), undefined);
});
