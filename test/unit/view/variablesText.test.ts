/** Variables as a document: what nothing sets comes first, and each says where it comes from and what it outweighs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { printYaml } from '../../../src/manifests/printYaml.ts';
import type { EffectiveVariable } from '../../../src/render/desired.ts';
import { variablesText } from '../../../src/view/variablesText.ts';
import {
  inline,
  kustomizationName,
  ofConfigMap,
  ofSecret,
  renderedKustomization,
  variable,
} from '../../support/rendered.ts';

function textOf(variables: readonly EffectiveVariable[]): string {
  const subject = {
    aspect: 'variables',
    name: kustomizationName,
    root: '/repository',
    path: undefined,
    choice: undefined,
  } as const;
  const rendered = renderedKustomization({ variables });
  return [...variablesText({ subject, from: 'working tree', rendered, problem: undefined }, printYaml)].join('');
}

const settings = ofConfigMap('settings', 'DOMAIN', 'cluster/settings.yaml');

test('three groups, what nothing sets first', () => {
  assert.equal(
    textOf([
      variable('DOMAIN', 'example.com', settings, { overridden: [ofSecret('more', 'DOMAIN')] }),
      variable('UNUSED', 'x', inline, { used: false }),
      variable('TOKEN', '•••', ofSecret('more', 'TOKEN')),
      variable('NOBODY', undefined),
    ]),
    `# Kustomization flux-system/apps: variables
#
# Rendered from  working tree
# Variables      4 variables: 1 not set, 2 used, 1 set for nothing

# Referred to and set by nothing: the default in the text counts, else the build may fail
NOBODY:

# Used
DOMAIN: example.com  # ConfigMap settings key DOMAIN (cluster/settings.yaml), over Secret more key DOMAIN (cluster)
TOKEN: •••           # Secret more key TOKEN (cluster)

# Set, and nothing that is built refers to it
UNUSED: x  # inline
`,
  );
});

test('what an encrypted Secret sets is set, used or not, and its value is not known', () => {
  const sops = { ...ofSecret('sops', 'PASSWORD'), read: 'repository', path: 'sops.yaml' } as const;
  const text = textOf([
    variable('PASSWORD', undefined, sops),
    variable('SPARE', undefined, sops, { used: false }),
    variable('NOBODY', undefined),
  ]);
  assert.match(text, /^# Variables {6}3 variables: 1 not set, 2 not known here$/m);
  assert.match(
    text,
    /\n\n# Referred to and set by nothing[^\n]*\nNOBODY:\n\n# Set, and the value is not known here[^\n]*\nPASSWORD:/,
  );
  assert.match(text, /\nSPARE: +# Secret sops key PASSWORD \(sops\.yaml\)\n$/);
});

test('a Kustomization without any says so', () => {
  assert.match(textOf([]), /\n\n# It sets no variable, and nothing that it builds refers to one\.\n$/);
});

const rows: readonly (readonly [string, string, string])[] = [
  ['a number stays a text', '8080', 'A: "8080"  # inline'],
  ['several lines stand on one', 'a\nb', 'A: "a\\nb"  # inline'],
  ['an empty value is one', '', 'A: ""  # inline'],
  ['what would be a comment is none', 'x # y', 'A: "x # y"  # inline'],
];

for (const [title, of, expected] of rows) {
  test(title, () => {
    const text = textOf([variable('A', of, inline)]);
    const line = text.trimEnd().split('\n').at(-1) ?? '';
    assert.equal(line.replaceAll("'", '"'), expected);
    assert.deepEqual(parse(text), { A: of });
  });
}

test('a long value moves no other remark', () => {
  const text = textOf([variable('LONG', 'x'.repeat(200), inline), variable('A', 'b', inline)]);
  assert.match(text, /^A: b {2}# inline$/m);
});
