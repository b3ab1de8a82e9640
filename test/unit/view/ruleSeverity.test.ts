/** The severity of a rule in a repository's `.driftline.yaml`: written so that it is read back, and nothing else is touched. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRepositoryConfig } from '../../../src/language/repositoryConfig.ts';
import { applyEdit, editField } from '../../../src/manifests/editField.ts';
import { defaultSettings } from '../../../src/settings.ts';
import { ruleEdit, severityWords } from '../../../src/view/ruleSeverity.ts';

const rows: readonly { readonly name: string; readonly before: string; readonly after: string }[] = [
  { name: 'an empty file', before: '', after: "rules:\n  image-latest: 'off'\n" },
  {
    name: 'comments alone, without an end of line',
    before: '# agreed in May\r\n---\r\n# later',
    after: "# agreed in May\r\n---\r\n# later\r\nrules:\r\n  image-latest: 'off'\r\n",
  },
  {
    name: 'other rules',
    before: 'rules:\n  image-channel: hint # noisy\nignore: []\n',
    after: 'rules:\n  image-channel: hint # noisy\n  image-latest: "off"\nignore: []\n',
  },
  {
    name: 'the rule itself',
    before: 'rules:\n  image-latest: error # strict\n',
    after: 'rules:\n  image-latest: "off" # strict\n',
  },
  { name: 'no rules yet', before: 'ignore:\n  - x\n', after: 'ignore:\n  - x\nrules:\n  image-latest: "off"\n' },
  { name: 'rules that are all commented out', before: 'rules:\n', after: 'rules:\n  image-latest: "off"\n' },
  {
    name: 'flow style',
    before: 'rules: {image-channel: hint}\r\n',
    after: 'rules: {image-channel: hint, image-latest: "off"}\r\n',
  },
];

for (const { name, before, after } of rows) {
  test(`turning a rule off: ${name}`, () => {
    const edit = ruleEdit(before, { rule: 'image-latest', severity: 'off' }, editField);
    assert.ok(edit);
    const text = applyEdit(before, edit);
    assert.equal(text, after);
    const { config, problems } = readRepositoryConfig(text);
    assert.deepEqual([config.rules['image-latest'], problems], ['off', []]);
  });
}

for (const before of ['rules: [\n', 'rules: loud\n', '- a\n', 'rules:\n  image-latest: [a]\n']) {
  test(`what has something else there is left to a person: ${JSON.stringify(before)}`, () => {
    assert.equal(ruleEdit(before, { rule: 'image-latest', severity: 'off' }, editField), undefined);
  });
}

test('every severity that there is can be chosen', () => {
  assert.deepEqual(
    severityWords.map(({ severity }) => severity),
    ['off', 'hint', 'information', 'warning', 'error'],
  );
  assert.deepEqual(defaultSettings.ruleSeverity, {});
});
