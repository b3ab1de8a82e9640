/** `.driftline.yaml`: what it switches, that it wins over the settings, and what is wrong in one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRepositoryConfig } from '../../../src/language/repositoryConfig.ts';
import { checkerOf } from '../../support/expectedDiagnostics.ts';

const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - image: foo:latest\n';

function found(config: string, path = 'apps/a.yaml', settings = {}): string[] {
  return checkerOf({ [path]: pod, '.driftline.yaml': config }, settings)
    .diagnostics(path)
    .map(({ severity, code }) => `${severity ?? 0} ${String(code)}`);
}

test('severities, files to leave out and owners are read', () => {
  const { config, problems } = readRepositoryConfig(
    'rules:\n  image-latest: error\n  source-branch: off\nignore: ["archive/**"]\nownHosts:\n  - github.com/example\nfluxVersion: 2.7\n',
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(config, {
    rules: { 'image-latest': 'error', 'source-branch': 'off' },
    ignore: ['archive/**'],
    ownHosts: ['github.com/example'],
    fluxVersion: '2.7',
  });
});

for (const text of ['', '# nothing yet\n', '---\n', 'null\n', 'rules:\n  # image-latest: off\nignore:\nownHosts:\n']) {
  test(`a file with nothing in it changes nothing: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(readRepositoryConfig(text).problems, []);
    assert.deepEqual(found(text), ['2 image-latest']);
  });
}

test('the file wins over the settings', () => {
  assert.deepEqual(found('rules: {image-latest: error}', 'apps/a.yaml', { ruleSeverity: { 'image-latest': 'hint' } }), [
    '1 image-latest',
  ]);
  assert.deepEqual(found('rules: {image-latest: off}'), []);
  assert.deepEqual(found('ownHosts: []', 'apps/a.yaml', { ruleSeverity: { 'image-latest': 'hint' } }), [
    '4 image-latest',
  ]);
});

test('files are left out by it and by the settings', () => {
  assert.deepEqual(found('ignore: ["archive/**"]', 'archive/a.yaml'), []);
  assert.deepEqual(found('ignore: []', 'archive/a.yaml', { diagnosticsIgnore: ['archive/**'] }), []);
});

test('without the file, that of the repository around counts; with it, it does not', () => {
  const checker = checkerOf({ 'a.yaml': pod });
  checker.inherit({ rules: { 'image-latest': 'off' }, ignore: [], ownHosts: [], fluxVersion: undefined });
  assert.deepEqual(checker.diagnostics('a.yaml'), []);
  checker.update('.driftline.yaml', 'ignore: []');
  assert.equal(checker.diagnostics('a.yaml').length, 1);
  checker.remove('.driftline.yaml');
  assert.deepEqual(checker.diagnostics('a.yaml'), []);
});

const wrong: Readonly<Record<string, readonly [text: string, message: RegExp, underlined: string]>> = {
  'an unknown key': ['rule: {}', /There is no key rule; there are rules/, 'rule'],
  'an unknown rule': ['rules:\n  imag-latest: off', /There is no rule imag-latest/, 'imag-latest'],
  'a severity that is none': ['rules:\n  image-latest: loud', /is one of off, hint/, 'loud'],
  'rules as a list': ['rules: [image-latest]', /rules has the id of a rule as key/, '[image-latest]'],
  'a text for a list': ['ignore: archive/**', /ignore is a list of texts/, 'archive/**'],
  'a number among texts': ['ownHosts: [1]', /ownHosts is a list of texts/, '1'],
  'a version that is none': ['fluxVersion: two', /fluxVersion is a version such as 2.7/, 'two'],
  'a key that stands twice': ['ignore: []\nrules: {}\nignore: [a]', /ignore stands here twice/, 'ignore'],
  'a rule that stands twice': ['rules: {image-latest: off, image-latest: hint}', /image-latest stands/, 'image-latest'],
  'a text for the whole': ['image-latest', /holds keys and their values/, 'image-latest'],
};

for (const [what, [text, message, underlined]] of Object.entries(wrong)) {
  test(`${what} is shown where it stands, and the rest counts`, () => {
    const checker = checkerOf({ '.driftline.yaml': text });
    assert.deepEqual(checker.suspects(), ['.driftline.yaml']);
    const [diagnostic, ...others] = checker.diagnostics('.driftline.yaml');
    assert.deepEqual(others, []);
    assert.match(typeof diagnostic?.message === 'string' ? diagnostic.message : '', message);
    const { start, end } = diagnostic?.range ?? { start: { line: -1, character: 0 }, end: { line: -1, character: 0 } };
    assert.equal((text.split('\n')[start.line] ?? '').slice(start.character, end.character), underlined);
  });
}

test('broken YAML is a problem and no crash, and what can be read beside a slip is taken', () => {
  assert.equal(readRepositoryConfig('rules: [').problems.length, 1);
  const { config, problems } = readRepositoryConfig('rules: {image-latest: off, foo: off}');
  assert.equal(problems.length, 1);
  assert.deepEqual(config.rules, { 'image-latest': 'off' });
});

test('a second document is told', () => {
  assert.match(readRepositoryConfig('ignore: []\n---\nignore: []\n').problems[0]?.message ?? '', /first document/);
});
