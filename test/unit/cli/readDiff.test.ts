/** Command lines of `driftline diff`, as people write them, and what is said to those that cannot be meant. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { diffOptions } from '../../../src/cli/diffOptions.ts';
import { diffHelp, mainHelp } from '../../../src/cli/helpText.ts';
import { readArguments } from '../../../src/cli/readArguments.ts';
import { UsageError } from '../../../src/cli/usageError.ts';

const nothing = {
  namespace: undefined,
  owner: undefined,
  path: undefined,
  against: undefined,
  context: undefined,
  kubeconfig: undefined,
  output: 'text',
  allowUnknown: false,
  raw: false,
  pull: false,
  timeLimit: 30_000,
};
const apps = { what: 'object', target: 'ks/apps' };

describe('what is compared', () => {
  const rows: readonly [line: string, expected: Readonly<Record<string, unknown>>][] = [
    ['ks/apps', { subject: apps }],
    ['ks/apps -n flux-system', { subject: apps, namespace: 'flux-system' }],
    ['ks/apps --context home --kubeconfig k', { subject: apps, context: 'home', kubeconfig: 'k' }],
    ['ks/apps --kubeconfig k', { subject: apps, kubeconfig: 'k' }],
    ['ks/apps --path .', { subject: apps, path: '.' }],
    ['ks/apps --against cluster', { subject: apps, against: { by: 'cluster' } }],
    ['ks/apps --path . --against applied', { subject: apps, path: '.', against: { by: 'applied' } }],
    [
      'ks/apps --path . --against origin/main',
      { subject: apps, path: '.', against: { by: 'commit', revision: 'origin/main' } },
    ],
    [
      'hr/plex --owner a/b --path .',
      { subject: { what: 'object', target: 'hr/plex' }, owner: { namespace: 'a', name: 'b' }, path: '.' },
    ],
    ['--changed', { subject: { what: 'changed' } }],
    ['--changed --against HEAD~2', { subject: { what: 'changed' }, against: { by: 'commit', revision: 'HEAD~2' } }],
    ['--path clusters/a', { subject: { what: 'folder' }, path: 'clusters/a' }],
    ['ks/apps -o json --allow-unknown', { subject: apps, output: 'json', allowUnknown: true }],
    ['ks/apps --path . --raw', { subject: apps, path: '.', raw: true }],
    ['ks/apps --pull --time-limit 2m', { subject: apps, pull: true, timeLimit: 120_000 }],
  ];
  for (const [line, expected] of rows) {
    test(line, () => {
      assert.deepEqual(readArguments(['diff', ...line.split(' ')]), {
        command: 'diff',
        options: { ...nothing, ...expected },
      });
    });
  }
});

describe('what is refused', () => {
  const rows: readonly [line: string, sentence: RegExp, hint?: RegExp][] = [
    ['', /^Nothing was named to compare\.$/, /ks\/NAME.*--changed.*--path DIR/],
    ['apps', /^"apps" names no object\.$/, /ks\/NAME/],
    ['./apps', /^"\.\/apps" names no object\.$/, /--path DIR/],
    ['ks/a ks/b', /^One thing is compared at a time; "ks\/b" is too much\.$/],
    ['ks/a --changed', /^--changed says what is compared; "ks\/a" is too much\.$/],
    ['ks/a --against applied', /^--against applied compares files/, /--path \./],
    ['ks/a --against main', /^--against main compares files with a commit/],
    ['--changed --against applied', /^--changed compares with a commit or the cluster/],
    ['--path . --against main', /^A folder is compared with the cluster\.$/],
    ['ks/a --raw', /^--raw compares the document of ks\/NAME or hr\/NAME with the cluster: say whose by --path DIR\.$/],
    ['ks/a --raw --path . --against main', /^--raw compares/],
    ['--changed --raw', /^--raw compares/],
    ['--path . --raw', /^--raw compares/],
    ['--changed -n a', /^--namespace goes with ks\/NAME or hr\/NAME\.$/],
    ['--path . --owner a/b', /^--owner goes with/],
    ['ks/a -o yaml', /^--output is text or json, not "yaml"\.$/],
    ['ks/a --exit-code', /^There is no option --exit-code\.$/, /driftline diff --help/],
    ['ks/a --agianst x', /^There is no option --agianst\.$/, /--against/],
    ['ks/a --path', /^--path needs a value: --path DIR$/],
  ];
  for (const [line, sentence, hint] of rows) {
    test(`${line} → ${sentence.source}`, () => {
      assert.throws(
        () => readArguments(['diff', ...line.split(' ').filter(Boolean)]),
        (error: unknown) => {
          assert.ok(error instanceof UsageError);
          assert.match(error.message, sentence);
          assert.match(error.hints.join('\n'), hint ?? /^/);
          return true;
        },
      );
    });
  }
});

describe('help', () => {
  test('is asked for in three ways', () => {
    for (const words of [
      ['diff', '--help'],
      ['diff', '-h'],
      ['help', 'diff'],
    ]) {
      assert.deepEqual(readArguments(words), { command: 'help', about: 'diff' });
    }
  });

  test('names each option and each exit code, and so does the documentation', () => {
    const documentation = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
    for (const { name } of diffOptions) {
      assert.match(diffHelp, new RegExp(`--${name}\\b`));
    }
    const start = diffHelp.indexOf('Options:\n') + 'Options:\n'.length;
    assert.ok(documentation.includes(diffHelp.slice(start, diffHelp.indexOf('\nA dry-run passes', start)).trimEnd()));
    for (const line of diffHelp.split('\n')) {
      assert.ok(line.length <= 100, line);
    }
    assert.match(mainHelp, /driftline diff/);
    for (const code of [0, 1, 2, 3, 130]) {
      assert.match(diffHelp, new RegExp(`^ {2}${code} `, 'm'));
    }
  });
});
