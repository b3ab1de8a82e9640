/** Tags that arrive in another form than they are written in, and those that only look like it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkerOf, checkFile } from '../../support/expectedDiagnostics.ts';

const release = (values: string): string =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: a\nspec:\n  values:\n${values.replace(/^(?=.)/gm, '    ')}\n`;
const tagged = (tag: string): string => release(`image:\n  repository: foo/bar\n  tag: ${tag}`);

for (const tag of ['1.10', '0123456', '2025-01-01', '1e3', '1.0', '010', '1_000']) {
  test(`the tag ${tag} arrives as something else`, () => {
    checkFile(tagged(`${tag} #! error image-value-changed-by-yaml ${tag}`));
  });
}

const kept = [
  '41',
  '18.6',
  '3.10.0',
  '7',
  '"1.10"',
  "'2025-01-01'",
  '!!str 1.10',
  '12:30:45',
  '${TAG}',
  '${TAG:=1.10}',
];
for (const tag of kept) {
  test(`the tag ${tag} is no matter of YAML`, () => void checkFile(tagged(tag)));
}

test('a long number is printed with an exponent by most charts', () => {
  checkFile(tagged('20250101 #! warning image-value-changed-by-yaml 20250101'));
  checkFile(tagged('"20250101"'));
});

test('a tag beside the name of an image, and a version below an image', () => {
  checkFile(release('image: foo/bar\nimageTag: 1.10 #! error image-value-changed-by-yaml 1.10'));
  checkFile(release('image:\n  repository: foo/bar\n  version: 1.20 #! error image-value-changed-by-yaml'));
  checkFile(release('image: nginx\ntag: 1.10 #! error image-value-changed-by-yaml 1.10'));
  checkFile(release('imageTag: 1.10 #! error image-value-changed-by-yaml 1.10'));
  checkFile(release('image: nginx\ntag: "1.10"'));
  checkFile(release('git:\n  tag: 1.10'));
});

test('an alias is judged where the value is written', () => {
  checkFile(
    release(
      'a:\n  image:\n    repository: foo/bar\n    tag: &tag 1.10 #! error image-value-changed-by-yaml\nb:\n  image:\n    repository: foo/baz\n    tag: *tag',
    ),
  );
});

test('a digest beside it makes the tag a label', () => {
  checkFile(release(`image:\n  repository: foo/bar\n  tag: 1.10\n  digest: sha256:${'7'.repeat(64)}`));
});

test('the message says what arrives and what to do', () => {
  const [diagnostic] = checkerOf({ 'a.yaml': tagged('1.10') }).diagnostics('a.yaml');
  assert.equal(diagnostic?.message, '1.10 is a number in YAML and arrives as 1.1: put it in quotes');
});
