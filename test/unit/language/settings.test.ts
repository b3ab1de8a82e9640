/** What a person says about findings: severities, ignored files, comments that allow; and what each finding carries. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DiagnosticSeverity } from 'vscode-languageserver-types';
import { checkText } from '../../../src/language/repositoryChecker.ts';
import { ruleDocumentation, rules } from '../../../src/language/rules.ts';
import { checkFile, defaultRules } from '../../support/expectedDiagnostics.ts';

const pod = (line: string, head = ''): string =>
  `${head}apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n    - name: a\n      ${line}\n`;

test('a finding names its rule, links to its documentation and says where it comes from', () => {
  const [diagnostic] = checkText(pod('image: foo:latest'), 'pod.yaml', defaultRules);
  assert.deepEqual(diagnostic, {
    range: { start: { line: 7, character: 13 }, end: { line: 7, character: 23 } },
    severity: DiagnosticSeverity.Warning,
    code: 'image-latest',
    codeDescription: { href: 'https://github.com/driftline/driftline/blob/main/docs/rules/image-latest.md' },
    source: 'Flux',
    message: 'foo:latest is not a version: it moves with every push, so a restart can change what runs',
  });
});

test('every rule has a page with its title and default severity, and the list of all names it', () => {
  const folder = new URL('../../../docs/rules/', import.meta.url);
  const list = readFileSync(new URL('README.md', folder), 'utf8');
  for (const { id, severity, title } of rules) {
    assert.ok(ruleDocumentation(id).endsWith(`docs/rules/${id}.md`));
    assert.ok(list.includes(`| [${id}](${id}.md) | ${severity} | ${title} |`), id);
    const page = readFileSync(new URL(`${id}.md`, folder), 'utf8');
    assert.ok(page.startsWith(`# ${id}\n\n${title} (${severity} by default).\n`), id);
  }
});

test('severity is a setting of each rule', () => {
  checkFile(pod('image: foo:latest #! error image-latest'), 'a.yaml', { ruleSeverity: { 'image-latest': 'error' } });
  checkFile(pod('image: foo:latest #! information image-latest'), 'a.yaml', {
    ruleSeverity: { 'image-latest': 'information' },
  });
  checkFile(pod('image: foo:latest'), 'a.yaml', { ruleSeverity: { 'image-latest': 'off' } });
  checkFile(pod('image: foo #! warning image-untagged'), 'a.yaml', { ruleSeverity: { 'image-latest': 'off' } });
});

test('checks can be turned off, for all files or by pattern', () => {
  checkFile(pod('image: foo:latest'), 'a.yaml', { diagnosticsEnabled: false });
  checkFile(pod('image: foo:latest'), 'archive/x/a.yaml', { diagnosticsIgnore: ['archive/**'] });
  checkFile(pod('image: foo:latest #! warning image-latest'), 'apps/a.yaml', { diagnosticsIgnore: ['archive/**'] });
});

const allowed: Readonly<Record<string, string>> = {
  'on the line': pod('image: foo:latest # pin: allow runs in the lab only'),
  'without a reason': pod('image: foo:latest # pin: allow'),
  'on the line above': pod('# pin: allow runs in the lab only\n      image: foo:latest'),
  'behind an automation marker': pod('image: foo:latest # {"$imagepolicy": "a:b"} # pin: allow first run'),
  'in the first comment of the document': pod('image: foo:latest', '# pin: allow lab\n'),
  'in a later line of the first comment': pod('image: foo:latest', '---\n# What this is.\n# pin: allow lab\n'),
  'by the name of the rule': pod('image: foo:latest # driftline: ignore image-latest lab'),
  'by the names of several': pod('image: foo:latest # driftline: ignore image-untagged, image-latest lab'),
  'for the next line': pod('# driftline-disable-next-line image-latest lab\n      image: foo:latest'),
  'for the next line, every rule': pod('# driftline-disable-next-line\n      image: foo:latest'),
  'for the file, from its end': `${pod('image: foo:latest')}# driftline-disable-file image-latest\n`,
  'for every document of the file': `# driftline-disable-file\n${pod('image: foo:latest')}---\n${pod('image: foo')}`,
  'in a patch string': `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: a\nspec:\n  patches:\n    - patch: |\n        - op: replace\n          path: /spec/values/image\n          value: foo/bar:latest # pin: allow lab\n`,
};

for (const [where, text] of Object.entries(allowed)) {
  test(`a comment allows a finding: ${where}`, () => void checkFile(text));
}

const stillReported: Readonly<Record<string, string>> = {
  'another rule is named': pod('image: foo:latest # driftline: ignore image-untagged lab #! warning image-latest'),
  'the rule is unknown': pod('image: foo:latest # driftline: ignore everything #! warning image-latest'),
  'the word is another one': pod('image: foo:latest # pin: allowed #! warning image-latest'),
  'the comment is on a line below': pod('image: foo:latest #! warning image-latest\n      # pin: allow lab'),
  'the comment stands behind a value of the line above': pod(
    'command: [a] # pin: allow lab\n      image: foo:latest #! warning image-latest',
  ),
  'the comment is the first of another document': `# pin: allow lab\n${pod('image: foo:latest')}---\n${pod('image: foo:latest #! warning image-latest')}`,
  'another rule is disabled for the next line': pod(
    '# driftline-disable-next-line image-untagged\n      image: foo:latest #! warning image-latest',
  ),
  'the rule that is disabled is misspelt': pod(
    '# driftline-disable-next-line imag-latest\n      image: foo:latest #! warning image-latest',
  ),
  'the line after the next one': pod(
    '# driftline-disable-next-line\n      command: [a]\n      image: foo:latest #! warning image-latest',
  ),
  'another rule is disabled for the file': `# driftline-disable-file image-untagged\n${pod('image: foo:latest #! warning image-latest')}`,
  'the text is part of a value': pod('image: foo:latest #! warning image-latest\n      args: ["# pin: allow"]'),
};

for (const [why, text] of Object.entries(stillReported)) {
  test(`a finding stays: ${why}`, () => void checkFile(text));
}

test('files that flux writes are not judged', () => {
  checkFile(
    pod('image: foo:latest', '---\n# This manifest was generated by flux. DO NOT EDIT.\n# Flux Version: v2.9.5\n'),
  );
});

const ignoredNames = [
  '.github/workflows/ci.yaml',
  '.taskfiles/a.yaml',
  'Taskfile.yaml',
  'docker-compose.yml',
  'compose.yaml',
  'templates/x.tmpl.yaml',
  'node_modules/a/b.yaml',
];
for (const path of ignoredNames) {
  test(`${path} is no manifest by its name`, () => void checkFile(pod('image: foo:latest'), path));
}

test('one broken document keeps no other from being judged', () => {
  const broken = 'apiVersion: v1\nkind: Pod\nmetadata: {name: "a\nspec:\n  containers:\n    - image: foo:latest\n';
  checkFile(`${broken}---\n${pod('image: foo:latest #! warning image-latest')}---\n${broken}`);
});
