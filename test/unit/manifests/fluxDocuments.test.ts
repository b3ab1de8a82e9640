/** Which documents get a lens, and on which line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionableDocuments, fluxDocuments } from '../../../src/manifests/fluxDocuments.ts';

const release = (metadata: string, spec = '  chart:\n    spec:\n      chart: a\n'): string =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n${metadata}spec:\n${spec}`;
const kustomization =
  'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: apps\n  namespace: flux-system\nspec:\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n';

const source = (kind: string, spec: string, version = 'v1'): string =>
  `apiVersion: source.toolkit.fluxcd.io/${version}\nkind: ${kind}\nmetadata:\n  name: a\n  namespace: b\nspec:\n${spec}`;

const rows: readonly (readonly [what: string, text: string, found: readonly string[]])[] = [
  ['a release', release('  name: a\n  namespace: b\n'), ['0 HelmRelease b/a']],
  [
    'a release by chartRef',
    release('  name: a\n', '  chartRef:\n    kind: OCIRepository\n    name: a\n'),
    ['0 HelmRelease -/a'],
  ],
  [
    'several documents',
    `---\n# head\n${release('  name: a\n')}---\n\n${kustomization}`,
    ['2 HelmRelease -/a', '12 Kustomization flux-system/apps'],
  ],
  [
    'CRLF',
    `---\r\n${release('  name: "a"\n  namespace: \'b\' # c\n').replaceAll('\n', '\r\n')}`,
    ['1 HelmRelease b/a'],
  ],
  ['a byte order mark', `\uFEFF${release('  name: a\n')}`, ['0 HelmRelease -/a']],
  [
    'names of other things inside metadata',
    release('  labels:\n    name: wrong\n  annotations:\n    namespace: wrong\n  name: right\n'),
    ['0 HelmRelease -/right'],
  ],
  [
    'keys in another order',
    'kind: HelmRelease\nspec:\n  chartRef:\n    name: x\nmetadata:\n  name: a\napiVersion: helm.toolkit.fluxcd.io/v2beta2\n',
    ['0 HelmRelease -/a'],
  ],
  ['anchors and their aliases', release('  name: &app plex\n  namespace: *app\n'), ['0 HelmRelease plex/plex']],
  [
    'an alias of an anchor further down',
    release('  name: *app\n', '  releaseName: &app "plex"\n  chartRef: {}\n'),
    ['0 HelmRelease -/plex'],
  ],
  ['an alias of nothing', release('  name: *app\n'), []],
  ['a patch of a release', release('  name: a\n', '  values:\n    chart: x\n'), []],
  ['a patch of a Kustomization', kustomization.replace(/ {2}sourceRef[^]*/, '  prune: true\n'), []],
  [
    'kustomize’s own file',
    'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - a.toolkit.fluxcd.io.yaml\n',
    [],
  ],
  ['a GitRepository', source('GitRepository', '  url: https://x/y\n'), ['0 GitRepository b/a']],
  ['an OCIRepository', source('OCIRepository', '  url: oci://x/y\n  ref:\n    tag: "1"\n'), ['0 OCIRepository b/a']],
  ['a HelmRepository', source('HelmRepository', '  type: oci\n  url: oci://x\n'), ['0 HelmRepository b/a']],
  ['a HelmChart', source('HelmChart', '  chart: x\n  sourceRef:\n    name: y\n'), ['0 HelmChart b/a']],
  ['a Bucket of an older version', source('Bucket', '  bucketName: x\n', 'v1beta2'), ['0 Bucket b/a']],
  ['a patch of a source', source('GitRepository', '  interval: 1m\n'), []],
  ['a source without spec', 'apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n  name: a\n', []],
  ['an artifact, which nobody writes', source('ExternalArtifact', '  url: x\n  sourceRef: {}\n'), []],
  ['a kind of another group', source('HelmRelease', '  chart: x\n'), []],
  ['a kind that objects inherit', source('constructor', '  url: x\n'), []],
  [
    'sources and what takes from them in one file',
    `---\n# the chart\n${source('OCIRepository', '  url: oci://x\n')}---\n${release('  name: a\n', '  chartRef:\n    name: a\n')}`,
    ['2 OCIRepository b/a', '10 HelmRelease -/a'],
  ],
  [
    'documents that hold comments only, in between',
    `# a file\n---\n# nothing\n---\n${release('  name: a\n')}---\n---\n# the end\n---\n${source('Bucket', '  bucketName: x\n')}`,
    ['4 HelmRelease -/a', '16 Bucket b/a'],
  ],
  [
    'a byte order mark and CRLF in several documents',
    `\uFEFF${release('  name: a\n')}---\n${source('GitRepository', '  url: x\n')}`.replaceAll('\n', '\r\n'),
    ['0 HelmRelease -/a', '9 GitRepository b/a'],
  ],
  [
    'tabs behind colons and values',
    source('GitRepository', '  url:\thttps://x \t\n').replace('name: a', 'name:\ta\t'),
    ['0 GitRepository b/a'],
  ],
  [
    'fields that are merged from an anchor',
    `x-common: &common\n  # said once\n  interval: 1m\n  chartRef:\n    name: x\n${release('  name: a\n', '  <<: *common\n  timeout: 1m\n')}`,
    ['0 HelmRelease -/a'],
  ],
  [
    'fields that are merged from several anchors',
    `x-one: &one\n  interval: 1m\nx-two: &two\n  url: x\n${source('GitRepository', '  <<: [*one, *two]\n')}`,
    ['0 GitRepository b/a'],
  ],
  [
    'a spec that is an alias',
    `x-common: &common\n  url: x\n${source('GitRepository', '').replace('spec:\n', 'spec: *common\n')}`,
    ['0 GitRepository b/a'],
  ],
  [
    'a spec with an anchor',
    source('GitRepository', '  url: x\n').replace('spec:', 'spec: &spec'),
    ['0 GitRepository b/a'],
  ],
  [
    'a spec that is an alias with a hyphen and a dot',
    `x-common: &c-s.1 # shared\n  url: x\n${source('GitRepository', '').replace('spec:\n', 'spec: *c-s.1\n')}`,
    ['0 GitRepository b/a'],
  ],
  [
    'fields that are merged from an anchor with a hyphen',
    `x-common: &common-spec\n  url: x\n${source('GitRepository', '  <<: *common-spec\n')}`,
    ['0 GitRepository b/a'],
  ],
  ...['    ', '  '].map((indent): (typeof rows)[number] => [
    `fields that are merged from a list below the key, indented by ${indent.length}`,
    `x-one: &one\n  interval: 1m\nx-two: &two\n  url: x\n${source('GitRepository', `  <<:\n${indent}- *one\n${indent}- *two\n`)}`,
    ['0 GitRepository b/a'],
  ]),
  [
    'fields that are merged further down',
    `x-two: &two\n  url: x\n${source('GitRepository', '  ref:\n    <<:\n      - *two\n')}`,
    [],
  ],
  ...[
    'title: "of\n      {{ .x }}"',
    `title: 'it''s\n      << x >>'`,
    'title: of\n      {{ .x }}',
    'title: of\n      << x',
    'list:\n      - of\n        {{ .x }}\n      - "a\n        {{ .y }} \\"\n        {{ .z }}"',
  ].map((value): (typeof rows)[number] => [
    `a release whose values hold a text of several lines: ${JSON.stringify(value)}`,
    release('  name: a\n', `  chart: {}\n  values:\n    ${value}\n    after: 1\n`),
    ['0 HelmRelease -/a'],
  ]),
  ...[
    'title: "of\n      text"\n    after: {{ .x }}',
    'title: of\n      text\n    {{ .x }}: 1',
    'title: of\n      {{- if .x }}',
    '- name: of\n      other: {{ .x }}',
    'list:\n      - name: of\n        {{ .x }}: 1',
  ].map((value): (typeof rows)[number] => [
    `a template behind a text, which it is no part of: ${JSON.stringify(value)}`,
    release('  name: a\n', `  chart: {}\n  values:\n    ${value}\n`),
    [],
  ]),
  ['a merge of nothing', source('GitRepository', '  <<: *none\n'), []],
  ['a template with conditions', `{{- if .Values.on }}\n${release('  name: a\n')}{{- end }}\n`, []],
  ['a template deeper down', release('  name: a\n', '  chart:\n    spec:\n      version: {{ .v }}\n'), []],
  ['a template of a list', release('  name: a\n', '  chart: {}\n  dependsOn:\n    - {{ .d }}\n'), []],
  ['a template of a ResourceSet', release('  name: a\n', '  chart: {}\n  interval: << inputs.interval >>\n'), []],
  ['a template of Jinja', `${release('  name: a\n')}{% if on %}\n  values: {}\n{% endif %}\n`, []],
  ['a name that a template fills in', release('  name: "{{ .name }}"\n'), []],
  [
    'a release whose values hold templates in texts',
    release(
      '  name: a\n',
      '  chart: {}\n  values:\n    title: "{{ .Labels.x }}"\n    # {{ no }}\n    config: |-\n      {{ if x }}\n\n      a: {{ y }}\n      << EOF\n    list:\n      - >\n        {{ z }}\n    host: x.{{ .domain }}\n',
    ),
    ['0 HelmRelease -/a'],
  ],
  ['a name with a variable', release('  name: ${APP}\n'), []],
  ['a namespace with a variable', release('  name: a\n  namespace: ${NS}\n'), []],
  ['a release without name', release('  namespace: a\n'), []],
  ['a mention in a comment', '# helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n', []],
  ['nothing of Flux', 'a: 1\n'.repeat(1000), []],
];

for (const [what, text, wanted] of rows) {
  test(`lenses for ${what}`, () => {
    const found = actionableDocuments(text).map(
      ({ line, kind, namespace, name }) => `${line} ${kind} ${namespace ?? '-'}/${name}`,
    );
    assert.deepEqual(found, wanted);
  });
}

test('the first line and the document are given as offsets', () => {
  const text = `# head\n---\n${release('  name: a\n')}---\n${kustomization}`;
  const [first, second] = fluxDocuments(text);
  assert.equal(text.slice(first?.firstLine.start, first?.firstLine.end), 'apiVersion: helm.toolkit.fluxcd.io/v2');
  assert.equal(first?.group, 'helm.toolkit.fluxcd.io');
  assert.ok(text.slice(second?.document.start, second?.document.end).startsWith('---\napiVersion: kustomize'));
});

test('only what applies objects can be rendered', () => {
  const text = `${source('GitRepository', '  url: x\n')}---\n${kustomization}`;
  assert.deepEqual(
    fluxDocuments(text).map(({ kind, line }) => [kind, line]),
    [['Kustomization', 8]],
  );
});

test('a long text without documents of Flux is done with at once', { timeout: 5_000 }, () => {
  assert.deepEqual(fluxDocuments(`# .toolkit.fluxcd.io\n${'kind: x\n'.repeat(100_000)}`), []);
  assert.deepEqual(fluxDocuments(`apiVersion: helm.toolkit.fluxcd.io/v2\nkind: ${' '.repeat(200_000)}\n`), []);
  const deep = `${' '.repeat(50_000)}- - - {\n`;
  assert.equal(fluxDocuments(release('  name: a\n', `  chart: {}\n${deep.repeat(4)}  x: {{\n`)).length, 0);
});
