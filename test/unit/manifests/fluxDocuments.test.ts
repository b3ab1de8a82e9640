/** Which documents get a lens, and on which line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fluxDocuments } from '../../../src/manifests/fluxDocuments.ts';

const release = (metadata: string, spec = '  chart:\n    spec:\n      chart: a\n'): string =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n${metadata}spec:\n${spec}`;
const kustomization =
  'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: apps\n  namespace: flux-system\nspec:\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n';

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
  ['a source', 'apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n  name: a\n', []],
  ['a name with a variable', release('  name: ${APP}\n'), []],
  ['a namespace with a variable', release('  name: a\n  namespace: ${NS}\n'), []],
  ['a release without name', release('  namespace: a\n'), []],
  ['a mention in a comment', '# helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n', []],
  ['nothing of Flux', 'a: 1\n'.repeat(1000), []],
];

for (const [what, text, wanted] of rows) {
  test(`lenses for ${what}`, () => {
    const found = fluxDocuments(text).map(
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

test('a long text without documents of Flux is done with at once', { timeout: 5_000 }, () => {
  assert.deepEqual(fluxDocuments(`# .toolkit.fluxcd.io\n${'kind: x\n'.repeat(100_000)}`), []);
  assert.deepEqual(fluxDocuments(`apiVersion: helm.toolkit.fluxcd.io/v2\nkind: ${' '.repeat(200_000)}\n`), []);
});
