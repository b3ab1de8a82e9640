/** Indexes of Helm repositories, as programs and people write them, and as nobody should. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { chartInIndex } from '../../../src/registry/chartIndex.ts';

/** Parses, and tells how much it was given. */
function counting(): { readonly parse: (text: string) => unknown; readonly lengths: number[] } {
  const lengths: number[] = [];
  return {
    lengths,
    parse: (text) => {
      lengths.push(text.length);
      return parse(text) as unknown;
    },
  };
}

function versionsOf(text: string, chart = 'podinfo'): readonly string[] | undefined {
  return chartInIndex(text, chart, counting().parse)?.map(({ version }) => version);
}

const shapes: readonly (readonly [string, string, readonly string[] | undefined])[] = [
  [
    'as Helm writes it',
    'apiVersion: v1\nentries:\n  podinfo:\n  - version: 1.0.0\n  - version: 2.0.0\n',
    ['1.0.0', '2.0.0'],
  ],
  [
    'with lists that are indented',
    'entries:\n  podinfo:\n    - version: 1.0.0\n  next:\n    - version: 9.0.0\n',
    ['1.0.0'],
  ],
  ['with four columns', 'entries:\n    other:\n    - version: 9.0.0\n    podinfo:\n    - version: 1.0.0\n', ['1.0.0']],
  ['with quoted names', 'entries:\n  "podinfo":\n  - version: 1.0.0\n', ['1.0.0']],
  ['with names in single quotes', "entries:\n  'podinfo':\n  - version: 1.0.0\n", ['1.0.0']],
  [
    'with comments and empty lines',
    'entries:\n# all\n\n  # one\n  podinfo:\n# here\n\n  - version: 1.0.0\n  z:\n  - version: 9.0.0\n',
    ['1.0.0'],
  ],
  [
    'with carriage returns',
    'entries:\r\n  podinfo:\r\n  - version: 1.0.0\r\n  z:\r\n  - version: 9.0.0\r\n',
    ['1.0.0'],
  ],
  ['with the entries first', 'entries:\n  podinfo:\n  - version: 1.0.0\napiVersion: v1\n', ['1.0.0']],
  ['as JSON', '{"apiVersion": "v1", "entries": {"podinfo": [{"version": "1.0.0"}]}}', ['1.0.0']],
  ['in one line', 'entries: {podinfo: [{version: 1.0.0}]}\n', ['1.0.0']],
  ['with anchors', 'x: &a\n- version: 1.0.0\nentries:\n  podinfo: *a\n', ['1.0.0']],
  ['with the chart on one line of the entries', 'entries:\n  podinfo: [{version: 1.0.0}]\n  z: []\n', ['1.0.0']],
  ['with a name that only begins alike', 'entries:\n  podinfo-extra:\n  - version: 9.0.0\n', undefined],
  [
    'with a name that only a description has',
    'entries:\n  a:\n  - description: |\n      podinfo:\n      - version: 9.0.0\n    version: 1.0.0\n',
    undefined,
  ],
  ['without charts', 'apiVersion: v1\nentries: {}\n', undefined],
  ['with nothing below the entries', 'apiVersion: v1\nentries:\n', undefined],
  ['with versions that are numbers', 'entries:\n  podinfo:\n  - version: 2\n', ['2']],
  ['with an entry that is none', 'entries:\n  podinfo:\n  - version: 1.0.0\n  - text\n  - {}\n', ['1.0.0']],
  ['with an empty list', 'entries:\n  podinfo: []\n', []],
];

for (const [name, text, expected] of shapes) {
  test(`an index ${name}`, () => {
    assert.deepEqual(versionsOf(text), expected);
  });
}

test('a name like a pattern is taken as it is', () => {
  assert.equal(versionsOf('entries:\n  podinfo:\n  - version: 1.0.0\n', 'pod.*'), undefined);
  assert.equal(versionsOf('entries: {podinfo: []}\n', 'constructor'), undefined);
});

test('what an entry says', () => {
  const hex = 'AB'.repeat(32);
  const text = `entries:\n  podinfo:\n  - version: 1.0.0\n    created: "2026-01-02T03:04:05Z"\n    digest: ${hex}\n    urls: [a.tgz, 5]\n  - version: 2.0.0\n    created: soon\n    digest: md5\n`;
  assert.deepEqual(chartInIndex(text, 'podinfo', counting().parse), [
    {
      version: '1.0.0',
      urls: ['a.tgz'],
      digest: `sha256:${hex.toLowerCase()}`,
      created: Date.parse('2026-01-02T03:04:05Z'),
    },
    { version: '2.0.0', urls: [], digest: undefined, created: 0 },
  ]);
});

test('only the part about the chart is parsed', () => {
  const other = Array.from(
    { length: 500 },
    (_, index) => `  chart-${index}:\n  - version: 1.0.${index}\n    urls: [a.tgz]\n`,
  );
  const parser = counting();
  const text = `entries:\n${other.join('')}  podinfo:\n  - version: 1.0.0\n${other.join('')}`;
  assert.equal(chartInIndex(text, 'podinfo', parser.parse)?.length, 1);
  assert.deepEqual(parser.lengths, ['  podinfo:\n  - version: 1.0.0'.length]);
  assert.equal(chartInIndex(text, 'none', parser.parse), undefined);
  assert.equal(parser.lengths.length, 1, 'and nothing where there is no such chart');
});

const wrong: readonly (readonly [string, string, RegExp])[] = [
  ['a page', '<html><body>entries</body></html>', /no index/],
  ['nothing', '', /no index/],
  ['a list', '- a\n', /no index/],
  ['broken YAML', 'entries: {podinfo: [\n', /no index/],
  ['entries of one large line', `entries: {a: [{version: "${'1'.repeat(9 * 1024 * 1024)}"}]}`, /too large/],
];

for (const [name, text, message] of wrong) {
  test(`no index: ${name}`, () => {
    assert.throws(() => versionsOf(text), { reason: 'invalid', message });
  });
}
