/**
 * Quick fixes that the text alone decides, and comments that suppress: what is offered, in which order, and the whole text after
 * each. A row is a finding in one of the shapes in which people write YAML.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quickFixes } from '../../../src/language/codeActions.ts';
import { allFixed, diagnosticsOf, type OfferOptions, offersFor } from '../../support/offeredFixes.ts';

interface Row extends OfferOptions {
  readonly name: string;
  readonly before: string;
  readonly title: string;
  readonly after: string;
}

async function checkFix({ before, title, after, ...options }: Row): Promise<void> {
  const offers = await offersFor(before, options);
  const offer = offers.find((each) => each.title === title);
  assert.ok(offer, `${title} among:\n${offers.map((each) => each.title).join('\n')}`);
  assert.equal(offer.after, after);
}

const release = (values: string): string =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: a\nspec:\n  values:\n${values}`;

const quoting: readonly Row[] = [
  {
    name: 'a tag of a map in block style',
    before: release('    image:\n      repository: foo/bar\n      tag: 1.10\n'),
    title: 'Put 1.10 in quotes',
    after: release('    image:\n      repository: foo/bar\n      tag: "1.10"\n'),
  },
  {
    name: 'with the comment behind it, in the quotes that the file prefers',
    before: release(`    name: 'x'\n    image:\n      repository: 'foo/bar'\n      tag: 1e3 # {"note": 1}\n`),
    title: 'Put 1e3 in quotes',
    after: release(`    name: 'x'\n    image:\n      repository: 'foo/bar'\n      tag: '1e3' # {"note": 1}\n`),
  },
  {
    name: 'in flow style',
    before: release('    image: {repository: foo/bar, tag: 0x10}\n'),
    title: 'Put 0x10 in quotes',
    after: release('    image: {repository: foo/bar, tag: "0x10"}\n'),
  },
  {
    name: 'a date',
    before: release('    image:\n      repository: foo/bar\n      tag: 2025-01-01\n'),
    title: 'Put 2025-01-01 in quotes',
    after: release('    image:\n      repository: foo/bar\n      tag: "2025-01-01"\n'),
  },
  {
    name: 'a number that charts print with an exponent',
    before: release('    image:\n      repository: foo/bar\n      tag: 20250101\n'),
    title: 'Put 20250101 in quotes',
    after: release('    image:\n      repository: foo/bar\n      tag: "20250101"\n'),
  },
  {
    name: 'in a file with the line ends of Windows and a byte order mark',
    before: `\uFEFF${release('    image:\n      repository: foo/bar\n      tag: 1.10\n')}`.replaceAll('\n', '\r\n'),
    title: 'Put 1.10 in quotes',
    after: `\uFEFF${release('    image:\n      repository: foo/bar\n      tag: "1.10"\n')}`.replaceAll('\n', '\r\n'),
  },
  {
    name: 'in the second of three documents, the last one broken',
    before: `# first\na: 1.10\n---\n${release('    image:\n      repository: foo/bar\n      tag: 1.10\n')}---\nb: [\n`,
    title: 'Put 1.10 in quotes',
    after: `# first\na: 1.10\n---\n${release('    image:\n      repository: foo/bar\n      tag: "1.10"\n')}---\nb: [\n`,
  },
  {
    name: 'at an anchor: it says that an alias gets the quotes too',
    before: release('    image:\n      repository: foo/bar\n      tag: &t 1.10\n    other: *t\n'),
    title: 'Put 1.10 in quotes, also where its alias stands',
    after: release('    image:\n      repository: foo/bar\n      tag: &t "1.10"\n    other: *t\n'),
  },
  {
    name: 'inside a patch that is a text',
    before:
      'patches:\n  - target: {kind: HelmRelease}\n    patch: |-\n      - op: replace\n        path: /spec/values/image/tag\n        value: 1.10\n',
    path: 'apps/kustomization.yaml',
    title: 'Put 1.10 in quotes',
    after:
      'patches:\n  - target: {kind: HelmRelease}\n    patch: |-\n      - op: replace\n        path: /spec/values/image/tag\n        value: "1.10"\n',
  },
  {
    name: 'a chart version of two parts, which the API server refuses as a number',
    before: chart('      version: 1.10\n'),
    title: 'Put 1.10 in quotes',
    after: chart('      version: "1.10"\n'),
  },
];

function chart(version: string, source = 'HelmRepository'): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: a\nspec:\n  chart:\n    spec:\n      chart: foo\n${version}      sourceRef: {kind: ${source}, name: b}\n`;
}

const git = (ref: string): string =>
  `apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n  name: a\nspec:\n  url: https://github.com/other/thing\n${ref}`;
const oci = (ref: string): string =>
  `apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata:\n  name: a\nspec:\n  url: oci://ghcr.io/other/thing\n${ref}`;

const fields: readonly Row[] = [
  {
    name: 'a chart version that Flux ignores',
    before: chart('      version: 1.2.3 # not looked at\n', 'GitRepository'),
    title: 'Remove version, which has no effect',
    after: chart('', 'GitRepository'),
  },
  {
    name: 'a field of a reference that another one overrules',
    before: git('  ref:\n    # why\n    tag: v1.2.3\n    semver: ">=1"\n'),
    title: 'Remove semver, which has no effect',
    after: git('  ref:\n    # why\n    tag: v1.2.3\n'),
  },
  {
    name: 'the same in flow style, first',
    before: git('  ref: {semver: ">=1", tag: v1.2.3} # why\n'),
    title: 'Remove semver, which has no effect',
    after: git('  ref: {tag: v1.2.3} # why\n'),
  },
  {
    name: 'the same in flow style, last, with the line ends of Windows',
    before: oci('  ref: { digest: sha256:1, semver: ">=1" }\n').replaceAll('\n', '\r\n'),
    title: 'Remove semver, which has no effect',
    after: oci('  ref: { digest: sha256:1 }\n').replaceAll('\n', '\r\n'),
  },
  {
    name: 'a branch that was meant as a tag',
    before: git('  ref:\n    branch: v1.8.4 # the release\n'),
    title: 'Follow the tag v1.8.4',
    after: git('  ref:\n    tag: v1.8.4 # the release\n'),
  },
  {
    name: 'no reference: the branch that Flux follows then',
    before: git('  interval: 1h\n'),
    title: 'State the branch that is followed: master',
    after: git('  interval: 1h\n  ref:\n    branch: master\n'),
  },
  {
    name: 'an empty reference',
    before: git('  ref: {}\n'),
    title: 'State the branch that is followed: master',
    after: git('  ref: {branch: "master"}\n'),
  },
  {
    name: 'a plus in the tag of an artifact',
    before: oci('  ref:\n    tag: 1.2.3+4\n'),
    title: 'Write 1.2.3_4',
    after: oci('  ref:\n    tag: 1.2.3_4\n'),
  },
];

const pod = (lines: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n${lines}`;
const here = 'Suppress here: image-latest';
const inFile = 'Suppress in this file: image-latest';

const comments: readonly Row[] = [
  {
    name: 'above the line, as deep as it',
    before: pod('    - name: a\n      image: foo:latest\n'),
    title: here,
    after: pod('    - name: a\n      # driftline-disable-next-line image-latest\n      image: foo:latest\n'),
  },
  {
    name: 'above the item of a list that begins with the value',
    before: pod('    - image: foo:latest\n      name: a\n'),
    title: here,
    after: pod('    # driftline-disable-next-line image-latest\n    - image: foo:latest\n      name: a\n'),
  },
  {
    name: 'with the line ends of Windows',
    before: pod('    - image: foo:latest\n').replaceAll('\n', '\r\n'),
    title: here,
    after: pod('    # driftline-disable-next-line image-latest\n    - image: foo:latest\n').replaceAll('\n', '\r\n'),
  },
  {
    name: 'within a map in flow style over several lines',
    before: pod('    - {name: a,\n       image: foo:latest}\n'),
    title: here,
    after: pod('    - {name: a,\n       # driftline-disable-next-line image-latest\n       image: foo:latest}\n'),
  },
  {
    name: 'on top of a file of one line behind its byte order mark',
    before:
      '\uFEFF{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: "foo:latest"}]}}',
    title: here,
    after:
      '\uFEFF# driftline-disable-next-line image-latest\n{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: "foo:latest"}]}}',
  },
  {
    name: 'a comment that is there for another rule is continued',
    before: pod('    # driftline-disable-next-line image-channel because\n    - image: foo:latest\n'),
    title: here,
    after: pod('    # driftline-disable-next-line image-channel, image-latest because\n    - image: foo:latest\n'),
  },
  {
    name: 'a comment of a bot stays right above its value',
    before: pod('    # renovate: datasource=docker depName=foo\n    - image: foo:latest\n'),
    title: here,
    after: pod(
      '    # renovate: datasource=docker depName=foo\n    - image: foo:latest # driftline: ignore image-latest\n',
    ),
  },
  ...['kics-scan ignore-line', 'nosemgrep', 'checkov:skip=CKV_K8S_14:agreed', 'yamllint disable-line'].map((says) => ({
    name: `a comment of a scanner stays right above its value: ${says}`,
    before: pod(`    # ${says}\n    - image: foo:latest\n`),
    title: here,
    after: pod(`    # ${says}\n    - image: foo:latest # driftline: ignore image-latest\n`),
  })),
  {
    name: 'a comment that allows another finding of the line goes on doing so',
    before: pod('    # driftline: ignore image-untagged\n    - {name: a, image: "foo:latest"}\n'),
    title: here,
    after: pod(
      '    # driftline: ignore image-untagged\n    - {name: a, image: "foo:latest"} # driftline: ignore image-latest\n',
    ),
  },
  {
    name: 'behind a marker of image automation',
    before: pod('    - image: foo:latest # {"$imagepolicy": "a:b"}\n'),
    title: here,
    after: pod('    # driftline-disable-next-line image-latest\n    - image: foo:latest # {"$imagepolicy": "a:b"}\n'),
  },
  {
    name: 'for the file: on top',
    before: `---\n${pod('    - image: foo:latest\n')}`,
    title: inFile,
    after: `# driftline-disable-file image-latest\n---\n${pod('    - image: foo:latest\n')}`,
  },
  {
    name: 'for the file: below what tells an editor its language',
    before: `# yaml-language-server: $schema=x\n${pod('    - image: foo:latest\n')}`,
    title: inFile,
    after: `# yaml-language-server: $schema=x\n# driftline-disable-file image-latest\n${pod('    - image: foo:latest\n')}`,
  },
  {
    name: 'for the file: continued',
    before: `# driftline-disable-file image-channel\r\n${pod('    - image: foo:latest\n')}`,
    title: inFile,
    after: `# driftline-disable-file image-channel, image-latest\r\n${pod('    - image: foo:latest\n')}`,
  },
];

for (const [kind, rows] of Object.entries({ quotes: quoting, fields: fields, comments: comments })) {
  for (const row of rows) {
    test(`${kind}: ${row.name}`, () => checkFix(row));
  }
}

test('a comment is never put into a text, a patch for example', async () => {
  const patch = `patches:\n  - patch: |\n      ${pod('    - image: foo:latest\n').replaceAll('\n', '\n      ').trimEnd()}\n`;
  const offers = await offersFor(patch, { path: 'apps/kustomization.yaml' });
  assert.deepEqual(
    offers.map(({ title }) => title),
    ['Suppress in this file: image-latest', 'Rule settings: image-latest…', 'Why? image-latest'],
  );
});

test('a comment of a bot on both sides leaves no place for another', async () => {
  const offers = await offersFor(pod('    # renovate: depName=foo\n    - image: foo:latest # pinned soon\n'));
  assert.ok(!offers.some(({ title }) => title === here));
  assert.ok(offers.some(({ title }) => title === inFile));
});

const kept: readonly { readonly name: string; readonly before: string; readonly path?: string }[] = [
  { name: 'an anchor whose alias would be gone', before: git('  ref:\n    tag: v1\n    semver: &s ">=1"\n  x: *s\n') },
  {
    name: 'a tag that is there already',
    before: git('  ref:\n    branch: v1.8.4\n    tag: &t ""\n  x: *t\n'),
  },
];

for (const { name, before } of kept) {
  test(`nothing is offered for what would change more than the finding: ${name}`, async () => {
    const offers = (await offersFor(before)).filter(({ rule, after }) => /^source-/.test(rule) && after !== undefined);
    assert.ok(
      offers.every(({ title }) => title.startsWith('Suppress')),
      offers.map(({ title }) => title).join('\n'),
    );
  });
}

test('a date is no chart version, in quotes or without', async () => {
  const offers = await offersFor(chart('      version: 2025-01-01\n'));
  assert.ok(!offers.some(({ title }) => title.startsWith('Put')));
});

test('the best fix is first and the only preferred one, then comments, settings and the page of the rule', async () => {
  const offers = await offersFor(release('    image:\n      repository: foo/bar\n      tag: 1.10\n'));
  assert.deepEqual(
    offers.map(({ title, preferred, command }) => [title, preferred, command]),
    [
      ['Put 1.10 in quotes', true, undefined],
      ['Suppress here: image-value-changed-by-yaml', false, undefined],
      ['Suppress in this file: image-value-changed-by-yaml', false, undefined],
      ['Rule settings: image-value-changed-by-yaml…', false, 'chooseSeverity'],
      ['Why? image-value-changed-by-yaml', false, 'vscode.open'],
    ],
  );
});

test('findings of somebody else, and places that the text has no more, get nothing', async () => {
  const text = pod('    - image: foo:latest\n');
  const [finding] = diagnosticsOf(text);
  assert.ok(finding);
  assert.deepEqual(await offersFor(text, { diagnostics: [{ ...finding, source: 'yaml' }] }), []);
  assert.deepEqual(await offersFor(text, { diagnostics: [{ ...finding, code: 'no-rule' }] }), []);
  assert.deepEqual(await offersFor('', { diagnostics: [finding] }), []);
  const stale = await offersFor(text.replace('name: a', 'name: a\n  namespace: somewhere-else'), {
    diagnostics: [finding],
  });
  assert.ok(
    stale.every(({ after }) => after === undefined),
    'a comment would stand at another line',
  );
});

test('all at once: every value that YAML would change, and nothing else', () => {
  const before = release(
    '    a:\n      repository: foo/bar\n      tag: 1.10\n    b: {repository: foo/baz, tag: 1e3}\n    c:\n      image: foo:latest\n',
  );
  const after = before.replace('1.10', '"1.10"').replace('1e3', '"1e3"');
  assert.equal(allFixed(before), after);
  assert.equal(allFixed(after), undefined);
});

test('all at once: a value that an alias shares is left to whoever sees both places', () => {
  const shared = '    a:\n      repository: foo/bar\n      tag: &t 1.10\n    replicas: *t\n';
  assert.equal(allFixed(release(shared)), undefined);
  const other = '    b: {repository: foo/baz, tag: 1e3}\n';
  assert.equal(allFixed(release(shared + other)), release(shared + other.replace('1e3', '"1e3"')));
});

test('once nobody waits for them, no further finding is looked at', async () => {
  const controller = new AbortController();
  const text = pod('    - image: foo:latest\n    - image: bar:latest\n');
  let looked = 0;
  const looking = quickFixes(diagnosticsOf(text), {
    file: { uri: 'file:///a.yaml', version: 1, text, path: 'a.yaml' },
    facts: () => {
      looked += 1;
      controller.abort();
      return Promise.resolve(undefined);
    },
    chooseSeverity: () => ({ command: '', arguments: [] }),
    signal: controller.signal,
  });
  await assert.rejects(looking, { reason: 'cancelled' });
  assert.equal(looked, 1);
});
