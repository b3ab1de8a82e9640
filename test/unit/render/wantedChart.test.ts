/** Which chart a HelmRelease asks for, and what of its source counts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FluxSpec } from '../../../src/flux/objects.ts';
import {
  chartStamp,
  chartVersionSuffix,
  isVersionWanted,
  pathInSource,
  type WantedChart,
  wantedChart,
} from '../../../src/render/wantedChart.ts';

function wanted(spec: FluxSpec, helmChart?: FluxSpec): Promise<WantedChart> {
  const release = {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'pod', namespace: 'apps' },
    spec,
  };
  return wantedChart(release, ({ kind, namespace, name }) =>
    Promise.resolve(
      helmChart && { apiVersion: 'source.toolkit.fluxcd.io/v1', kind, metadata: { name, namespace }, spec: helmChart },
    ),
  );
}

const template = {
  chart: 'podinfo',
  version: '',
  valuesFiles: [],
  ignoreMissingValuesFiles: false,
  reconcileStrategy: 'ChartVersion',
};

test('the HelmChart of a template lies beside its source', async () => {
  const sourceRef = { kind: 'HelmRepository', name: 'podinfo', namespace: 'flux-system' };
  assert.deepEqual(await wanted({ chart: { spec: { chart: 'podinfo', version: '6.x', sourceRef } } }), {
    by: 'template',
    template: {
      ...template,
      version: '6.x',
      source: sourceRef,
      helmChart: { kind: 'HelmChart', namespace: 'flux-system', name: 'apps-pod' },
    },
  });
});

test('a source without a namespace, or with an empty one, is in that of the release', async () => {
  for (const namespace of [undefined, '']) {
    const sourceRef = { kind: 'GitRepository', name: 'repo', ...(namespace === undefined ? {} : { namespace }) };
    const { template: found } = (await wanted({ chart: { spec: { chart: './a', sourceRef } } })) as Extract<
      WantedChart,
      { by: 'template' }
    >;
    assert.deepEqual(found.source, { kind: 'GitRepository', namespace: 'apps', name: 'repo' });
    assert.equal(found.helmChart.namespace, 'apps');
  }
});

test('the source of a HelmChart is beside it, whatever it says', async () => {
  const stated = {
    chart: 'podinfo',
    sourceRef: { kind: 'HelmRepository', name: 'charts', namespace: 'elsewhere' },
    valuesFiles: ['a.yaml', 5],
    ignoreMissingValuesFiles: true,
    reconcileStrategy: 'Revision',
  } as unknown as FluxSpec;
  assert.deepEqual(await wanted({ chartRef: { kind: 'HelmChart', name: 'shared', namespace: 'other' } }, stated), {
    by: 'template',
    template: {
      chart: 'podinfo',
      version: '',
      source: { kind: 'HelmRepository', namespace: 'other', name: 'charts' },
      valuesFiles: ['a.yaml'],
      ignoreMissingValuesFiles: true,
      reconcileStrategy: 'Revision',
      helmChart: { kind: 'HelmChart', namespace: 'other', name: 'shared' },
    },
  });
});

test('a reference counts before a template', async () => {
  const spec = { chartRef: { kind: 'OCIRepository', name: 'oci' }, chart: { spec: { chart: 'x' } } };
  assert.deepEqual(await wanted(spec), {
    by: 'reference',
    source: { kind: 'OCIRepository', namespace: 'apps', name: 'oci' },
  });
});

const none: readonly FluxSpec[] = [
  {},
  { chart: {} },
  { chart: { spec: { chart: 'a' } } },
  { chart: { spec: { chart: '', sourceRef: { kind: 'a', name: 'b' } } } },
];

for (const spec of none) {
  test(`no chart is named by ${JSON.stringify(spec)}`, async () => {
    await assert.rejects(wanted(spec), { reason: 'invalid', message: /apps\/pod names no chart/ });
  });
}

const versions: readonly (readonly [string, string, boolean])[] = [
  ['6.5.0', '6.5.0', true],
  ['6.5.0+3', '6.5.0', true],
  ['v6.5.0', '6.5.0', true],
  ['6.5.0', '', true],
  ['6.5.0-rc.1', '', false],
  ['6.5.0-rc.1', '6.5.0-rc.1', true],
  ['6.5.0', '>=6.0.0 <7.0.0', true],
  ['6.5.0', '7.x', false],
  ['latest', 'latest', true],
  ['latest', '*', false],
  ['6.5.0', 'no range', false],
];

for (const [version, asked, expected] of versions) {
  test(`${version} is ${expected ? '' : 'not '}'${asked}'`, () => {
    assert.equal(isVersionWanted(version, asked), expected);
  });
}

const digest = '0123456789abcdef'.repeat(4);

const suffixes: readonly (readonly [string, string, string | undefined])[] = [
  [`6.5.0@sha256:${digest}`, '6.5.0', '0123456789ab'],
  [`v6.5.0@sha256:${digest}`, '6.5.0', '0123456789ab'],
  [`6.5.0_build@sha256:${digest}`, '6.5.0+build', '0123456789ab'],
  [`latest@sha256:${digest}`, '6.5.0', '0123456789ab'],
  [`sha256:${digest}`, '6.5.0', '0123456789ab'],
  ['6.5.0', '6.5.0', undefined],
  ['', '6.5.0', undefined],
];

for (const [revision, version, expected] of suffixes) {
  test(`revision '${revision}' gives the suffix ${expected ?? '(none)'}`, () => {
    assert.equal(chartVersionSuffix(revision, version), expected);
  });
}

test('a tag that is another version than the chart, and a digest that is too short, are refused', () => {
  const other = `6.6.0@sha256:${digest}`;
  assert.throws(() => chartVersionSuffix(other, '6.5.0'), {
    reason: 'invalid',
    message: 'artifact revision 6.6.0 does not match chart version 6.5.0',
  });
  assert.throws(() => chartVersionSuffix('latest@sha256:abc', '6.5.0'), { reason: 'invalid' });
});

test('a path stays in its source', () => {
  const paths = ['./a/b', 'a/b/', '/a/b', '../../a/b', 'a/../a/./b', 'a//b'];
  assert.deepEqual(new Set(paths.map(pathInSource)), new Set(['a/b']));
  assert.equal(pathInSource('./'), '');
  assert.equal(pathInSource('..'), '');
});

/** Files by path with their version. */
function stampOf(files: Readonly<Record<string, string>>, path: string): string | undefined {
  return chartStamp(
    Object.entries(files).map(([at, version]) => ({ path: at, size: 1, version })),
    path,
  );
}

const charts = {
  'charts/a/Chart.yaml': '1',
  'charts/a/templates/x.yaml': '1',
  'charts/b/Chart.yaml': '1',
  'apps/r.yaml': '1',
  'x.tgz': '1',
};

const changes: readonly (readonly [string, Readonly<Record<string, string>>, boolean])[] = [
  ['nothing', {}, false],
  ['a template', { 'charts/a/templates/x.yaml': '2' }, true],
  ['another chart, which it may depend on', { 'charts/b/Chart.yaml': '2' }, true],
  ['a new file of the chart', { 'charts/a/templates/y.yaml': '1' }, true],
  ['a HelmRelease', { 'apps/r.yaml': '2' }, false],
];

for (const [name, change, expected] of changes) {
  test(`a chart is loaded again or not when there is changed: ${name}`, () => {
    const before = stampOf(charts, 'charts/a');
    assert.ok(before);
    assert.equal(stampOf({ ...charts, ...change }, 'charts/a') !== before, expected);
  });
}

test('a packed chart, the whole repository as a chart, and what is not there', () => {
  assert.notEqual(stampOf(charts, 'x.tgz'), stampOf({ ...charts, 'x.tgz': '2' }, 'x.tgz'));
  assert.notEqual(stampOf({ 'Chart.yaml': '1' }, ''), stampOf({ 'Chart.yaml': '2' }, ''));
  assert.equal(stampOf(charts, 'charts/c'), undefined);
  assert.equal(stampOf(charts, 'chart'), undefined);
});
