/** Command lines, as people write them, and what is said to those that cannot be meant. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { buildOptions } from '../../../src/cli/buildOptions.ts';
import { buildHelp, mainHelp } from '../../../src/cli/helpText.ts';
import { readArguments } from '../../../src/cli/readArguments.ts';
import { UsageError } from '../../../src/cli/usageError.ts';

const nothing = {
  namespace: undefined,
  owner: undefined,
  file: undefined,
  diff: undefined,
  exitCode: false,
  aspect: 'objects',
  output: 'yaml',
  pull: false,
  kubeVersion: undefined,
  apiVersions: [],
  cluster: undefined,
  repository: undefined,
  timeLimit: 30_000,
};

function checkBuild(line: string, expected: Readonly<Record<string, unknown>>): void {
  test(line, () => {
    assert.deepEqual(readArguments(line.split(' ')), { command: 'build', options: { ...nothing, ...expected } });
  });
}

function checkRefused(line: string, sentence: RegExp, hint?: RegExp): void {
  test(`${line} → ${sentence.source}`, () => {
    assert.throws(
      () => readArguments(line === '' ? [] : line.split(' ')),
      (error: unknown) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, sentence);
        assert.match(error.hints.join('\n'), hint ?? /^/);
        return true;
      },
    );
  });
}

describe('a build', () => {
  checkBuild('build apps', { target: 'apps' });
  checkBuild('build ks/apps -n flux-system', { target: 'ks/apps', namespace: 'flux-system' });
  checkBuild('build -n media hr/plex', { target: 'hr/plex', namespace: 'media' });
  checkBuild('build hr/plex --namespace=media', { target: 'hr/plex', namespace: 'media' });
  checkBuild('build hr/plex --owner flux-system/apps', {
    target: 'hr/plex',
    owner: { namespace: 'flux-system', name: 'apps' },
  });
  checkBuild('build ks/apps --file clusters/a/apps.yaml', { target: 'ks/apps', file: 'clusters/a/apps.yaml' });
  checkBuild('build ks/apps --diff HEAD~2 --exit-code', { target: 'ks/apps', diff: 'HEAD~2', exitCode: true });
  checkBuild('build ks/apps -o json', { target: 'ks/apps', output: 'json' });
  checkBuild('build hr/plex --values', { target: 'hr/plex', aspect: 'values' });
  checkBuild('build ks/apps --variables -o json', { target: 'ks/apps', aspect: 'variables', output: 'json' });
  checkBuild('build ks/apps -ojson', { target: 'ks/apps', output: 'json' });
  checkBuild('build hr/plex --pull --kube-version 1.34', { target: 'hr/plex', pull: true, kubeVersion: '1.34' });
  checkBuild('build hr/a --api-versions a/v1,b/v1 --api-versions c/v2/D', {
    target: 'hr/a',
    apiVersions: ['a/v1', 'b/v1', 'c/v2/D'],
  });
  checkBuild('build hr/a --context home', { target: 'hr/a', cluster: { context: 'home', kubeconfig: undefined } });
  checkBuild('build hr/a --context home --kubeconfig k.yaml', {
    target: 'hr/a',
    cluster: { context: 'home', kubeconfig: 'k.yaml' },
  });
  checkBuild('build hr/a --repository ../fleet', { target: 'hr/a', repository: '../fleet' });
  checkBuild('build hr/a --time-limit 90', { target: 'hr/a', timeLimit: 90_000 });
  checkBuild('build hr/a --time-limit 1m30s', { target: 'hr/a', timeLimit: 90_000 });
  checkBuild('build -- -strange', { target: '-strange' });
});

describe('other commands', () => {
  const rows: readonly [string, unknown][] = [
    ['help', { command: 'help', about: 'driftline' }],
    ['--help', { command: 'help', about: 'driftline' }],
    ['-h', { command: 'help', about: 'driftline' }],
    ['help build', { command: 'help', about: 'build' }],
    ['build --help', { command: 'help', about: 'build' }],
    ['build apps -h', { command: 'help', about: 'build' }],
    ['version', { command: 'version' }],
    ['--version', { command: 'version' }],
  ];
  for (const [line, expected] of rows) {
    test(line, () => assert.deepEqual(readArguments(line.split(' ')), expected));
  }
});

describe('what is refused', () => {
  checkRefused('', /^No command was given\.$/, /driftline build PATH/);
  checkRefused('biuld apps', /^There is no command "biuld"\.$/, /^Did you mean "build"\?$/);
  checkRefused(
    'frobnicate',
    /^There is no command "frobnicate"\.$/,
    /^There are: build, check, diff, help, version\.$/,
  );
  checkRefused('build', /^Nothing was named to build\.$/, /ks\/NAME/);
  checkRefused('build a b c', /^One thing is built at a time; "b c" is too much\.$/);
  checkRefused('build a --pul', /^There is no option --pul\.$/, /^Did you mean --pull\?$/);
  checkRefused('build a --kube-verison 1.34', /^There is no option --kube-verison\.$/, /--kube-version/);
  checkRefused('build a -x', /^There is no option -x\.$/, /--help/);
  checkRefused('--verbose', /^There is no option --verbose\.$/);
  checkRefused('build a --diff', /^--diff needs a value: --diff REV$/);
  checkRefused('build a --diff=', /^--diff needs a value/);
  checkRefused('build a -o --pull', /^-o needs a value: -o yaml\|json$/);
  checkRefused('build a --pull=yes', /^--pull takes no value\.$/);
  checkRefused('build a -n x -n y', /^--namespace was given more than once: x, y\.$/);
  checkRefused('build a -o xml', /^--output is yaml or json, not "xml"\.$/);
  checkRefused('build a --owner apps', /NAMESPACE\/NAME, not "apps"/);
  checkRefused('build a --owner a/b/c', /NAMESPACE\/NAME, not "a\/b\/c"/);
  checkRefused('build a --exit-code', /goes with --diff REV\.$/);
  checkRefused('build a --kubeconfig k', /goes with --context NAME/);
  checkRefused('build a --kube-version newest', /such as v1\.34\.0, not "newest"/);
  checkRefused(
    'build a --kube-version 1.34 --context home',
    /^--kube-version: for charts where no cluster is asked, and --context asks one\.$/,
  );
  checkRefused(
    'build a --context home --api-versions a/v1 --kube-version 1.34',
    /^--kube-version and --api-versions: for charts/,
    /^Leave out one or the other\.$/,
  );
  checkRefused('build a --time-limit soon', /such as 90s or 2m, not "soon"/);
  checkRefused('build a --time-limit 0', /not "0"/);
  checkRefused('build a --time-limit 9999h', /not "9999h"/);
  checkRefused('build a --constructor x', /^There is no option --constructor\.$/);
});

test('the help names every option, and every line fits an ordinary terminal', () => {
  for (const { name } of buildOptions) {
    assert.match(buildHelp, new RegExp(`--${name}\\b`));
  }
  for (const line of `${mainHelp}${buildHelp}`.split('\n')) {
    assert.ok(line.length <= 100, line);
  }
});

test('the page about the program has the options as the help has them', () => {
  const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
  const start = buildHelp.indexOf('Options:\n') + 'Options:\n'.length;
  const options = buildHelp.slice(start, buildHelp.indexOf('\n\n', start));
  assert.ok(options.split('\n').length === buildOptions.length);
  assert.ok(page.includes(options));
});
