/** Chart versions: what Masterminds/semver makes of a text, obtained by running the library. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChartVersionClass, classifyChartVersion } from '../../../src/language/chartVersion.ts';

const rows: Readonly<Record<ChartVersionClass, readonly string[]>> = {
  any: ['', ' ', '*', 'x', 'X', 'v*', '*.*', 'x.x.x', '=*', '1 || *'],
  open: ['>=1.0.0', '>1', '> 1.2', '!=1.2.3', '~0.0.0', '>=0.0.0', '=>1.0.0', '1.2.3 || >=3.0.0', '>=1.0.0 !=1.5.0'],
  'open-pre': ['*-0', '>=0.0.1-0', '>= 1.8.0-rc.0', '>=1.0.0-alpha', '1 || >=2.0.0-0'],
  major: ['1', 'v1', '1.x', '1.X', '1.*', '^1', '~1', '^1.2.3', '^1.2', '1.x-0', '4.x', '41.x.x', '^0', '=1'],
  minor: [
    '1.2',
    'v1.2',
    '=1.2',
    '1.2.x',
    '1.2.*',
    '~1.2',
    '~1.2.3',
    '~>1.2',
    '~>1.2.3',
    '^0.2',
    '^0.2.3',
    '^0.0',
    '2.7.x',
  ],
  range: [
    '>=1.0.0 <2.0.0',
    '>=1.0.0,<2.0.0',
    '>=1.0.0, <2.0.0',
    '1.2.3 - 2.0.0',
    '1.2 - 1.4',
    '1 || 2',
    '1.2.3 || 1.2.4',
    '<2.0.0',
    '<=1.4',
    '>=1.2.0 <1.3.0',
    '>=1.2.0 <=1.2',
    '>1.2.3 <1.2.5',
  ],
  exact: [
    '1.4.6',
    'v1.4.6',
    'v26.3.3',
    '=1.4.6',
    '= 1.4.6',
    '01.2.3',
    '2025.02.03',
    '1.0.0-rc.1',
    '1.2.3+a',
    '^0.0.1',
    '>=1.2.3 <=1.2.3',
    '>1.2 <1.3.1',
    '=1.2.3 >=1.0.0',
  ],
  slip: ['1.2.3-2.0.0'],
  empty: ['1,2', '>=2.0.0 <1.0.0', '1.2.3 1.2.4'],
  invalid: [
    'latest',
    'stable',
    '1.2.3.4',
    '==1.2.3',
    'V1.4.6',
    '>=1.0.0<2.0.0',
    '1 ||',
    '||',
    '>',
    'v',
    '1..2',
    '1.2.3-',
    '99999999999999999999.0.0',
  ],
};

test('each constraint lets in what the library lets in', () => {
  for (const [wanted, texts] of Object.entries(rows)) {
    for (const text of texts) {
      assert.equal(classifyChartVersion(text), wanted, JSON.stringify(text));
    }
  }
});

test('a version longer than the library reads is none', () => {
  const longest = `1.2.3-${'a'.repeat(250)}`;
  assert.deepEqual([classifyChartVersion(longest), classifyChartVersion(`${longest}a`)], ['exact', 'invalid']);
});

test('a text that is long on purpose is refused without being read', { timeout: 5_000 }, () => {
  assert.equal(classifyChartVersion('1.'.repeat(100_000)), 'invalid');
  assert.equal(classifyChartVersion(`${'1 - '.repeat(60)}1`), 'invalid');
});
