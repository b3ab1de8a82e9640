/** Where a chart's version is looked for, and where a missing one is none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFile, checkRepository } from '../../support/expectedDiagnostics.ts';

const release = (spec: string, name = 'app'): string =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: ${name}\nspec:\n${spec.replace(/^(?=.)/gm, '  ')}\n`;

const rows: Readonly<Record<string, string>> = {
  'a missing version is shown at the chart': release(
    'chart:\n  spec:\n    chart: podinfo #! warning chart-version-missing podinfo\n    sourceRef: {kind: HelmRepository, name: podinfo}',
  ),
  'an empty text is no version': release(
    'chart:\n  spec:\n    chart: podinfo\n    version: "" #! warning chart-version-missing ""\n    sourceRef: {kind: HelmRepository, name: podinfo}',
  ),
  'a HelmChart is read by the same code':
    'apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmChart\nmetadata:\n  name: a\nspec:\n  chart: podinfo\n  version: ">=1" #! warning chart-open-range\n  sourceRef: {kind: HelmRepository, name: podinfo}\n',
  'a date arrives as another text': release(
    'chart:\n  spec:\n    chart: a\n    version: 2025-01-01 #! error chart-version-invalid 2025-01-01\n    sourceRef: {kind: HelmRepository, name: b}',
  ),
  'a boolean is refused by the cluster': release(
    'chart:\n  spec:\n    chart: a\n    version: true #! error chart-version-invalid true\n    sourceRef: {kind: HelmRepository, name: b}',
  ),
  'a number is refused even where nobody reads it': release(
    'chart:\n  spec:\n    chart: a\n    version: 1.10 #! error chart-version-invalid 1.10\n    sourceRef: {kind: GitRepository, name: b}',
  ),
  'a default within a default': release(
    'chart:\n  spec:\n    chart: podinfo\n    version: ${A:=${B:=1.2.3}}\n    sourceRef: {kind: HelmRepository, name: podinfo}',
  ),
  'a bucket is read as it lies': release(
    'chart:\n  spec:\n    chart: ./charts/a\n    sourceRef: {kind: Bucket, name: b}',
  ),
  'a version for a chart from Git is read by nobody': release(
    'chart:\n  spec:\n    chart: ./charts/a\n    version: "*"\n    sourceRef: {kind: GitRepository, name: b}',
  ),
  'another version for a chart from Git is told': release(
    'chart:\n  spec:\n    chart: ./charts/a\n    version: 1.2.3 #! hint chart-version-ignored 1.2.3\n    sourceRef: {kind: GitRepository, name: b}',
  ),
  'a number is refused by the cluster': release(
    'chart:\n  spec:\n    chart: a\n    version: 1.10 #! error chart-version-invalid 1.10\n    sourceRef: {kind: HelmRepository, name: b}',
  ),
  'ranges that leave nothing': release(
    'chart:\n  spec:\n    chart: a\n    version: "1,2" #! error chart-version-invalid\n    sourceRef: {kind: HelmRepository, name: b}',
  ),
  'a range that lacks its spaces': release(
    'chart:\n  spec:\n    chart: a\n    version: 1.2.3-2.0.0 #! hint chart-range\n    sourceRef: {kind: HelmRepository, name: b}',
  ),
  'a range that a bot looks after': release(
    'chart:\n  spec:\n    chart: a\n    # renovate: datasource=helm\n    version: 1.x\n    sourceRef: {kind: HelmRepository, name: b}',
  ),
  'a bot is no excuse for a range without end': release(
    'chart:\n  spec:\n    chart: a\n    # renovate: datasource=helm\n    version: ">=1" #! warning chart-open-range\n    sourceRef: {kind: HelmRepository, name: b}',
  ),
  'a release by chartRef states its version at the source': release('chartRef: {kind: OCIRepository, name: a}'),
  'a patch without chart misses nothing': release('values: {a: 1}'),
  'a patch with half a chart misses nothing': release('chart:\n  spec:\n    interval: 1h'),
  'a patch with the chart alone misses nothing': release('chart:\n  spec:\n    chart: podinfo'),
  'a patch with the repository alone misses nothing': release(
    'chart:\n  spec:\n    sourceRef: {kind: HelmRepository, name: podinfo}',
  ),
  'an empty version for a chart from Git is told to nobody': release(
    'chart:\n  spec:\n    chart: ./charts/a\n    version: ""\n    sourceRef: {kind: GitRepository, name: b}',
  ),
  'what a patch does write is judged': release('chart:\n  spec:\n    version: ">=1.0.0" #! warning chart-open-range'),
  'a default is what runs without the variable': release(
    'chart:\n  spec:\n    chart: a\n    version: ${V:=*} #! warning chart-version-missing\n    sourceRef: {kind: HelmRepository, name: b}',
  ),
  'a default that is exact': release(
    'chart:\n  spec:\n    chart: a\n    version: ${V:-1.2.3}\n    sourceRef: {kind: HelmRepository, name: b}',
  ),
};

for (const [what, text] of Object.entries(rows)) {
  test(what, () => void checkFile(text));
}

test('charts that kustomize itself inflates', () => {
  checkFile(
    'helmCharts:\n  - name: a #! warning chart-version-missing\n    repo: https://example.com\n  - name: b\n    version: 1.2.3\n  - name: c\n    version: ">=2" #! warning chart-open-range\n',
    'bootstrap/kustomization.yaml',
  );
});

test('messages name the chart, the repository and what happens', () => {
  const [missing] = checkFile(
    release(
      'chart:\n  spec:\n    chart: loki #! warning chart-version-missing\n    sourceRef: {kind: HelmRepository, name: grafana}',
    ),
  );
  assert.equal(missing, 'loki has no version: Flux installs the newest release of grafana at the next check');
  const [open] = checkFile(release('chart:\n  spec:\n    version: ">=1.0.0-alpha" #! warning chart-open-range'));
  assert.match(open ?? '', /pre-releases/);
});

const base = release('chart:\n  spec:\n    chart: podinfo\n    sourceRef: {kind: HelmRepository, name: podinfo}');
const markedBase = base.replace('chart: podinfo\n', 'chart: podinfo #! warning chart-version-missing\n');
const overlay = 'resources: [../base]\npatches:\n  - path: version.yaml\n';

test('a base without version is fine when every overlay adds one', () => {
  checkRepository({
    'base/kustomization.yaml': 'resources: [release.yaml]\n',
    'base/release.yaml': base,
    'staging/kustomization.yaml': overlay,
    'staging/version.yaml': release('chart:\n  spec:\n    version: ">=1.0.0-alpha" #! warning chart-open-range'),
    'production/kustomization.yaml': overlay,
    'production/version.yaml': release('chart:\n  spec:\n    version: 6.1.0'),
  });
});

test('one overlay that adds none is enough, and the message names it', () => {
  const [message] = checkRepository({
    'base/kustomization.yaml': 'resources: [release.yaml]\n',
    'base/release.yaml': markedBase,
    'staging/kustomization.yaml': 'resources: [../base]\n',
    'production/kustomization.yaml': overlay,
    'production/version.yaml': release('chart:\n  spec:\n    version: 6.1.0'),
  });
  assert.match(message ?? '', /production overrides it, staging does not/);
});

test('a JSON patch adds a version too', () => {
  checkRepository({
    'base/kustomization.yaml': 'resources: [release.yaml]\n',
    'base/release.yaml': base,
    'production/kustomization.yaml':
      'resources: [../base]\npatches:\n  - target: {kind: HelmRelease, name: app}\n    patch: |\n      - op: add\n        path: /spec/chart/spec/version\n        value: 6.1.0\n',
  });
});

test('a patch of another release changes nothing', () => {
  checkRepository({
    'base/kustomization.yaml': 'resources: [release.yaml]\n',
    'base/release.yaml': markedBase,
    'production/kustomization.yaml': overlay,
    'production/version.yaml': release('chart:\n  spec:\n    version: 6.1.0', 'other'),
  });
});

test('the version of a patch over a chart from Git is read by nobody', () => {
  checkRepository({
    'base/kustomization.yaml': 'resources: [release.yaml]\n',
    'base/release.yaml': release('chart:\n  spec:\n    chart: ./a\n    sourceRef: {kind: GitRepository, name: g}'),
    'production/kustomization.yaml': overlay,
    'production/version.yaml': release('chart:\n  spec:\n    version: ">=1.0.0"'),
  });
});

test('kustomize refuses a number as well', () => {
  checkFile(
    'helmCharts:\n  - name: a\n    repo: https://example.com\n    version: 1.10 #! error chart-version-invalid 1.10\n',
    'apps/kustomization.yaml',
  );
});
