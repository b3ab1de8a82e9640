/** Where the chart of a HelmRelease comes from: the repository, the cluster, or a registry on the user's action. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Failure } from '../../src/base/failure.ts';
import type { Artifact, FluxObject, FluxSpec } from '../../src/flux/objects.ts';
import type { ChartPuller, ChartRequest, ClusterInputs } from '../../src/render/desired.ts';
import {
  chartFiles,
  chartInRepository,
  configMapOf,
  dataOf,
  type Files,
  messages,
  packed,
  releaseBed,
  type ReleaseCase,
  shown,
} from './releaseSetup.ts';

const bed = releaseBed();

/** Shows which chart it is, and its values. */
const template = {
  'shown.yaml': configMapOf('chart: {{ .Chart.Name }}-{{ .Chart.Version }}\nvalues: {{ toJson .Values | quote }}'),
};

function podinfo(version: string, values = '', more: Files = {}): Files {
  const files = chartFiles(template, values, 'podinfo');
  return { ...files, ...more, 'podinfo/Chart.yaml': `apiVersion: v2\nname: podinfo\nversion: ${version}\n` };
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Of any kind: a HelmChart's `chart` is a text. */
type AnySpec = Readonly<Record<string, unknown>>;

interface LiveObject {
  readonly spec: AnySpec;
  readonly revision?: string;
  readonly generation?: number;
}

/** Objects by `Kind namespace/name`; each with a revision has the archive as its artifact. */
function clusterOf(
  objects: Readonly<Record<string, LiveObject>>,
  archive = packed(podinfo('6.5.0')),
): Partial<ClusterInputs> {
  return {
    fluxObject: (kind, namespace, name) => {
      const live = objects[`${kind} ${namespace}/${name}`];
      const artifact: Artifact | undefined =
        live?.revision === undefined ? undefined : { revision: live.revision, digest: digestOf(archive) };
      const object: FluxObject | undefined = live && {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind,
        metadata: { name, namespace, generation: live.generation ?? 1 },
        spec: live.spec,
        status: artifact ? { artifact } : {},
      };
      return Promise.resolve(object);
    },
    artifact: (_source, { revision = '' }) => Promise.resolve({ bytes: archive, digest: digestOf(archive), revision }),
  };
}

const repositoryUrl = 'https://charts.example.com/stable';
const fromHelmRepository = (version?: string, more: object = {}): FluxSpec => ({
  chart: {
    spec: {
      chart: 'podinfo',
      ...(version === undefined ? {} : { version }),
      sourceRef: { kind: 'HelmRepository', name: 'podinfo', namespace: 'flux-system' },
      ...more,
    },
  },
});
const helmChart = (version: string, more: object = {}): AnySpec => ({
  chart: 'podinfo',
  version,
  sourceRef: { kind: 'HelmRepository', name: 'podinfo' },
  ...more,
});
const live = (spec: AnySpec, revision?: string): Record<string, LiveObject> => ({
  'HelmChart flux-system/apps-podinfo': { spec, ...(revision === undefined ? {} : { revision }) },
});

interface Found {
  readonly name: string;
  readonly given: ReleaseCase;
  readonly chart: string;
  readonly from: string | RegExp;
  /** The values that templates see, as far as they matter. */
  readonly values?: unknown;
  readonly noted?: RegExp;
}

const found: readonly Found[] = [
  {
    name: 'a folder of the repository',
    given: { files: chartFiles(template, 'a: 1') },
    chart: 'podinfo-6.5.0',
    from: 'folder chart (working tree)',
    values: { a: 1 },
  },
  {
    name: 'a path that would leave the repository stays in it',
    given: {
      files: chartFiles(template),
      spec: { chart: { spec: { chart: '../../chart/', sourceRef: { kind: 'GitRepository', name: 'flux-system' } } } },
    },
    chart: 'podinfo-6.5.0',
    from: 'folder chart (working tree)',
  },
  {
    name: 'values files of a folder are named from the root of the repository, and replace its own',
    given: {
      files: { ...chartFiles(template, 'a: 1\nb: 1'), 'env/prod.yaml': 'b: {c: 2}', 'chart/more.yaml': 'b: {d: 3}' },
      spec: {
        chart: {
          spec: {
            chart: './chart',
            sourceRef: { kind: 'GitRepository', name: 'flux-system' },
            valuesFiles: ['./env/prod.yaml', 'chart/more.yaml'],
          } as object,
        },
      },
    },
    chart: 'podinfo-6.5.0',
    from: 'folder chart (working tree)',
    values: { b: { c: 2, d: 3 } },
    noted: /values files the chart's version ends with a number/,
  },
  {
    name: 'a missing values file that may be missing',
    given: {
      files: chartFiles(template, 'a: 1'),
      spec: {
        chart: {
          spec: {
            chart: './chart',
            sourceRef: { kind: 'GitRepository', name: 'flux-system' },
            valuesFiles: ['chart/values.yaml', 'none.yaml'],
            ignoreMissingValuesFiles: true,
          } as object,
        },
      },
    },
    chart: 'podinfo-6.5.0',
    from: /chart/,
    values: { a: 1 },
  },
  {
    name: 'the artifact of the cluster, when it is the version that is asked for',
    given: { spec: fromHelmRepository('6.5.0'), cluster: clusterOf(live(helmChart('6.5.0'), '6.5.0')) },
    chart: 'podinfo-6.5.0',
    from: 'HelmChart flux-system/apps-podinfo of homelab, 6.5.0',
  },
  {
    name: 'the artifact of the cluster for the same range',
    given: { spec: fromHelmRepository('6.x'), cluster: clusterOf(live(helmChart('6.x'), '6.5.0')) },
    chart: 'podinfo-6.5.0',
    from: /6\.5\.0/,
  },
  {
    name: 'no version and `*` are the same range',
    given: { spec: fromHelmRepository(), cluster: clusterOf(live(helmChart('*'), '6.5.0')) },
    chart: 'podinfo-6.5.0',
    from: /6\.5\.0/,
  },
  {
    name: 'another range that lets the version of the cluster in',
    given: { spec: fromHelmRepository('>=6.0.0'), cluster: clusterOf(live(helmChart('6.5.0'), '6.5.0')) },
    chart: 'podinfo-6.5.0',
    from: /6\.5\.0/,
    noted: /there may be a newer one/,
  },
  {
    name: 'values files are in the artifact already',
    given: {
      spec: fromHelmRepository('6.5.0', { valuesFiles: ['prod.yaml'] }),
      cluster: clusterOf(
        live(helmChart('6.5.0', { valuesFiles: ['prod.yaml'] }), '6.5.0+2'),
        packed(podinfo('6.5.0+2', 'a: merged', { 'podinfo/prod.yaml': 'a: prod' })),
      ),
    },
    chart: 'podinfo-6.5.0+2',
    from: /6\.5\.0\+2/,
    values: { a: 'merged' },
  },
  {
    name: 'a chart in a Git repository that is another',
    given: {
      spec: { chart: { spec: { chart: './podinfo', sourceRef: { kind: 'GitRepository', name: 'other' } } } },
      cluster: clusterOf({
        'HelmChart apps/apps-podinfo': {
          spec: { chart: './podinfo', sourceRef: { kind: 'GitRepository', name: 'other' } },
          revision: '6.5.0',
        },
      }),
    },
    chart: 'podinfo-6.5.0',
    from: /HelmChart apps\/apps-podinfo of homelab/,
  },
  {
    name: 'an OCIRepository: the digest of its artifact becomes part of the version',
    given: {
      spec: { chartRef: { kind: 'OCIRepository', name: 'podinfo' } },
      sources: { 'OCIRepository podinfo': { url: 'oci://ghcr.example.com/podinfo', ref: { tag: '6.5.0' } } },
      cluster: clusterOf({
        'OCIRepository apps/podinfo': {
          spec: { url: 'oci://ghcr.example.com/podinfo', ref: { tag: '6.5.0' } },
          revision: `6.5.0@sha256:${'0123456789ab'.padEnd(64, 'c')}`,
        },
      }),
    },
    chart: 'podinfo-6.5.0+0123456789ab',
    from: /^OCIRepository apps\/podinfo of homelab, 6\.5\.0@sha256:/,
  },
  {
    name: 'an OCIRepository that only the cluster knows, by digest',
    given: {
      spec: { chartRef: { kind: 'OCIRepository', name: 'podinfo', namespace: 'flux-system' } },
      cluster: clusterOf({
        'OCIRepository flux-system/podinfo': {
          spec: { url: 'oci://ghcr.example.com/podinfo', ref: { digest: `sha256:${'a'.repeat(64)}` } },
          revision: `sha256:${'a'.repeat(64)}`,
        },
      }),
    },
    chart: `podinfo-6.5.0+${'a'.repeat(12)}`,
    from: /flux-system\/podinfo/,
  },
  {
    name: 'an ExternalArtifact',
    given: {
      spec: { chartRef: { kind: 'ExternalArtifact', name: 'made' } },
      cluster: clusterOf({ 'ExternalArtifact apps/made': { spec: {}, revision: `latest@sha256:${'b'.repeat(64)}` } }),
    },
    chart: `podinfo-6.5.0+${'b'.repeat(12)}`,
    from: /ExternalArtifact apps\/made/,
  },
  {
    name: 'a HelmChart that a chartRef names, out of the repository',
    given: {
      spec: { chartRef: { kind: 'HelmChart', name: 'shared' } },
      files: chartFiles(template),
      sources: {
        'HelmChart shared': { chart: './chart', sourceRef: { kind: 'GitRepository', name: 'flux-system' } },
      },
    },
    chart: 'podinfo-6.5.0',
    from: 'folder chart (working tree)',
  },
  {
    name: 'a HelmChart that a chartRef names, out of the cluster',
    given: {
      spec: { chartRef: { kind: 'HelmChart', name: 'shared' } },
      cluster: clusterOf({ 'HelmChart apps/shared': { spec: helmChart('6.5.0'), revision: '6.5.0' } }),
    },
    chart: 'podinfo-6.5.0',
    from: 'HelmChart apps/shared of homelab, 6.5.0',
  },
];

for (const { name, given, chart, from, values, noted } of found) {
  test(`chart: ${name}`, async () => {
    const rendered = await bed.render(given);
    const data = dataOf(shown(rendered).object);
    assert.equal(data['chart'], chart);
    assert.equal(`${rendered.chart.name}-${rendered.chart.version}`, chart);
    if (typeof from === 'string') {
      assert.equal(rendered.chart.from, from);
    } else {
      assert.match(rendered.chart.from, from);
    }
    if (values !== undefined) {
      assert.deepEqual(JSON.parse(data['values'] ?? ''), values);
    }
    const said = messages(rendered.notes, 'approximate');
    assert.ok(noted === undefined || said.some((message) => noted.test(message)), said.join('\n'));
    assert.ok(noted !== undefined || !said.some((message) => /newer/.test(message)), said.join('\n'));
  });
}

/** What is missing, and what is said: each failure names the release, where was looked, and whether a pull would help. */
const missing: readonly (readonly [string, ReleaseCase, RegExp, 'pull'?])[] = [
  [
    'nothing but the name',
    { spec: fromHelmRepository('6.5.0') },
    /HelmRepository flux-system\/podinfo is not in the repository either; no cluster is used\.$/,
  ],
  [
    'not pulled',
    { spec: fromHelmRepository('6.5.0'), sources: { 'HelmRepository podinfo': { url: repositoryUrl } } },
    /^The chart podinfo of HelmRelease apps\/podinfo is not in the repository; it has not been pulled; no cluster is used\.$/,
    'pull',
  ],
  [
    'another version in the cluster',
    { spec: fromHelmRepository('6.6.0'), cluster: clusterOf(live(helmChart('6.5.0'), '6.5.0')) },
    /homelab has version 6\.5\.0 in HelmChart flux-system\/apps-podinfo, and 6\.6\.0 is asked for/,
  ],
  [
    'a range that leaves the version of the cluster out',
    { spec: fromHelmRepository('>=6.0.0 <6.5.0'), cluster: clusterOf(live(helmChart('6.5.0'), '6.5.0')) },
    /and >=6\.0\.0 <6\.5\.0 is asked for/,
  ],
  [
    'a pre-release in the cluster where a stable version is asked for',
    { spec: fromHelmRepository(), cluster: clusterOf(live(helmChart('*'), '7.0.0-rc.1')) },
    /7\.0\.0-rc\.1 .*the newest stable version is asked for/,
  ],
  [
    'another chart',
    { spec: fromHelmRepository('6.5.0'), cluster: clusterOf(live({ ...helmChart('6.5.0'), chart: 'other' }, '6.5.0')) },
    /homelab has the chart other in/,
  ],
  [
    'another source',
    {
      spec: fromHelmRepository('6.5.0'),
      cluster: clusterOf(
        live({ ...helmChart('6.5.0'), sourceRef: { kind: 'HelmRepository', name: 'mirror' } }, '6.5.0'),
      ),
    },
    /from HelmRepository mirror/,
  ],
  [
    'a source with another URL',
    {
      spec: fromHelmRepository('6.5.0'),
      sources: { 'HelmRepository podinfo': { url: 'https://new.example.com' } },
      cluster: clusterOf({
        ...live(helmChart('6.5.0'), '6.5.0'),
        'HelmRepository flux-system/podinfo': { spec: { url: repositoryUrl } },
      }),
    },
    /from another URL/,
    'pull',
  ],
  [
    'other values files',
    {
      spec: fromHelmRepository('6.5.0', { valuesFiles: ['prod.yaml'] }),
      cluster: clusterOf(live(helmChart('6.5.0'), '6.5.0')),
    },
    /other values files/,
  ],
  [
    'no artifact yet',
    { spec: fromHelmRepository('6.5.0'), cluster: clusterOf(live(helmChart('6.5.0'))) },
    /no artifact of HelmChart flux-system\/apps-podinfo yet/,
  ],
  [
    'an artifact that nobody can fetch',
    {
      spec: fromHelmRepository('6.5.0'),
      cluster: {
        fluxObject: (kind) =>
          Promise.resolve(
            kind === 'HelmChart'
              ? {
                  apiVersion: 'source.toolkit.fluxcd.io/v1',
                  kind,
                  metadata: { name: 'apps-podinfo', namespace: 'flux-system' },
                  spec: helmChart('6.5.0'),
                  // Of no chart that the engine has already.
                  status: { artifact: { revision: '6.5.0', digest: `sha256:${'0'.repeat(64)}` } },
                }
              : undefined,
          ),
        artifact: () => Promise.reject(new Failure('unreachable', 'connection refused')),
      },
    },
    /homelab has it and does not hand it out: connection refused; HelmRepository .* either\.$/,
  ],
  ['not in the cluster', { spec: fromHelmRepository('6.5.0'), cluster: {} }, /homelab has no HelmChart/],
  [
    'a cluster that refuses',
    {
      spec: fromHelmRepository('6.5.0'),
      cluster: { fluxObject: () => Promise.reject(new Failure('forbidden', 'helmcharts is forbidden')) },
    },
    /homelab could not be asked for HelmChart flux-system\/apps-podinfo: helmcharts is forbidden/,
  ],
  [
    'another tag than the artifact has',
    {
      spec: { chartRef: { kind: 'OCIRepository', name: 'podinfo' } },
      sources: { 'OCIRepository podinfo': { url: 'oci://ghcr.example.com/podinfo', ref: { tag: '6.6.0' } } },
      cluster: clusterOf({
        'OCIRepository apps/podinfo': {
          spec: { url: 'oci://ghcr.example.com/podinfo', ref: { tag: '6.5.0' } },
          revision: `6.5.0@sha256:${'a'.repeat(64)}`,
        },
      }),
    },
    /6\.5\.0@sha256:a+ in OCIRepository apps\/podinfo, and 6\.6\.0 is asked for/,
    'pull',
  ],
  [
    'an ExternalArtifact without a cluster',
    { spec: { chartRef: { kind: 'ExternalArtifact', name: 'made' } } },
    /ExternalArtifact apps\/made is not in the repository either/,
  ],
  [
    'a Git repository that is another',
    { spec: { chart: { spec: { chart: './x', sourceRef: { kind: 'GitRepository', name: 'other' } } } } },
    /GitRepository apps\/other is another repository/,
  ],
];

for (const [name, given, expected, remedy] of missing) {
  test(`no chart: ${name}`, async () => {
    await assert.rejects(bed.render(given), (error: Failure) => {
      assert.equal(error.reason, 'notFound');
      assert.match(error.message, expected);
      assert.equal(error.remedy, remedy);
      return true;
    });
  });
}

const withDependency = (repository: string): Files => ({
  ...chartFiles(template),
  'chart/Chart.yaml': `apiVersion: v2\nname: podinfo\nversion: 6.5.0\ndependencies:\n- {name: redis, version: 1.x, repository: "${repository}"}\n`,
});

const refused: readonly (readonly [string, ReleaseCase, RegExp])[] = [
  [
    'a folder that is not there',
    { files: { 'README.md': '' } },
    /^There is no chart at \.\/chart in GitRepository apps\/flux-system, which is this repository \(working tree\)$/,
  ],
  ['no chart at all', { spec: {} }, /HelmRelease apps\/podinfo names no chart: spec\.chart or spec\.chartRef/],
  [
    'dependencies that are not there',
    { files: withDependency('https://charts.example.com') },
    /missing in charts\/ directory: redis/,
  ],
  [
    'a values file that is not there',
    {
      files: chartFiles(template),
      spec: {
        chart: {
          spec: { ...chartInRepository.chart?.spec, valuesFiles: ['none.yaml'] } as object,
        },
      },
    },
    /no values file found at path 'none\.yaml'/,
  ],
  [
    'a values file that is no YAML',
    {
      files: { ...chartFiles(template), 'bad.yaml': 'a: "' },
      spec: { chart: { spec: { ...chartInRepository.chart?.spec, valuesFiles: ['bad.yaml'] } as object } },
    },
    /unmarshaling values from 'bad\.yaml' failed/,
  ],
  [
    'a tag that is another version than the chart',
    {
      spec: { chartRef: { kind: 'OCIRepository', name: 'podinfo' } },
      cluster: clusterOf({
        'OCIRepository apps/podinfo': { spec: { ref: { tag: '7.0.0' } }, revision: `7.0.0@sha256:${'a'.repeat(64)}` },
      }),
    },
    /artifact revision 7\.0\.0 does not match chart version 6\.5\.0/,
  ],
];

for (const [name, given, expected] of refused) {
  test(`refused: ${name}`, async () => {
    await assert.rejects(bed.render(given), { reason: 'invalid', message: expected });
  });
}

test('a dependency in another folder of the repository is followed when it changes', async () => {
  const files = withDependency('file://../redis');
  const redis = (value: string): Files => ({
    'redis/Chart.yaml': 'apiVersion: v2\nname: redis\nversion: 1.0.0\n',
    'redis/values.yaml': `a: ${value}`,
  });
  for (const value of ['one', 'two']) {
    const rendered = await bed.render({ files: { ...files, ...redis(value) } });
    assert.deepEqual(JSON.parse(dataOf(shown(rendered).object)['values'] ?? ''), { redis: { a: value, global: {} } });
  }
});

/** Pulls one archive, whatever is asked for, and remembers what was. */
function pullerOf(archive: Buffer, revision = '6.5.0'): ChartPuller & { readonly asked: ChartRequest[] } {
  const asked: ChartRequest[] = [];
  return {
    asked,
    pull: (request) => {
      asked.push(request);
      return Promise.resolve({ bytes: archive, digest: digestOf(archive), revision, version: '6.5.0' });
    },
  };
}

test('pulled from a Helm repository, with the values files of the chart', async () => {
  const puller = pullerOf(packed(podinfo('6.5.0', 'a: 1\nb: 1', { 'podinfo/prod.yaml': 'b: 2' })));
  const rendered = await bed.render({
    spec: fromHelmRepository('6.x', { valuesFiles: ['values.yaml', 'prod.yaml'] }),
    sources: { 'HelmRepository podinfo': { url: repositoryUrl } },
    puller,
  });
  assert.deepEqual(puller.asked, [{ url: repositoryUrl, chart: 'podinfo', version: '6.x' }]);
  assert.equal(rendered.chart.from, `${repositoryUrl}, 6.5.0`);
  assert.deepEqual(JSON.parse(dataOf(shown(rendered).object)['values'] ?? ''), { a: 1, b: 2 });
  assert.deepEqual(
    rendered.values.map(({ path, origin }) => [path.join('.'), origin]),
    [
      ['a', { from: 'chart', file: 'values.yaml' }],
      ['b', { from: 'chart', file: 'prod.yaml' }],
    ],
  );
});

for (const version of ['6.5.0', undefined]) {
  test(`the generation of the HelmChart is in the version where values files are merged: ${version ?? 'any'}`, async () => {
    const valuesFiles = ['values.yaml'];
    const rendered = await bed.render({
      spec: fromHelmRepository(version, { valuesFiles }),
      sources: { 'HelmRepository podinfo': { url: repositoryUrl } },
      cluster: clusterOf({
        // The API server has filled in what its definition says.
        'HelmChart flux-system/apps-podinfo': { spec: helmChart(version ?? '*', { valuesFiles }), generation: 7 },
      }),
      puller: pullerOf(packed(podinfo('6.5.0'))),
    });
    assert.equal(dataOf(shown(rendered).object)['chart'], 'podinfo-6.5.0+7');
  });
}

test('pulled from an OCIRepository: every part of the reference is asked for, the digest is in the version', async () => {
  const reference = { semver: '6.x', semverFilter: '.*', tag: 'x' };
  const puller = pullerOf(packed(podinfo('6.5.0')), `6.5.0@sha256:${'d'.repeat(64)}`);
  const rendered = await bed.render({
    spec: { chartRef: { kind: 'OCIRepository', name: 'podinfo' } },
    sources: {
      'OCIRepository podinfo': { url: 'oci://user@ghcr.example.com/podinfo', ref: reference, insecure: true },
    },
    puller,
  });
  assert.deepEqual(puller.asked, [{ url: 'oci://user@ghcr.example.com/podinfo', reference, insecure: true }]);
  assert.equal(rendered.chart.version, `6.5.0+${'d'.repeat(12)}`);
  assert.equal(rendered.chart.from, 'oci://ghcr.example.com/podinfo, 6.5.0');
});

test('the cluster is asked before anything is pulled', async () => {
  const puller = pullerOf(packed(podinfo('6.5.0')));
  await bed.render({
    spec: fromHelmRepository('6.5.0'),
    sources: { 'HelmRepository podinfo': { url: repositoryUrl } },
    cluster: clusterOf(live(helmChart('6.5.0'), '6.5.0')),
    puller,
  });
  assert.deepEqual(puller.asked, []);
});

test('an artifact that the engine has is not fetched again', async () => {
  const archive = packed(podinfo('6.5.0', 'once: true'));
  let fetched = 0;
  const inputs = clusterOf(live(helmChart('6.5.0'), '6.5.0'), archive);
  const counting: Partial<ClusterInputs> = {
    ...inputs,
    artifact: (_source, { revision = '' }) => {
      fetched += 1;
      return Promise.resolve({ bytes: archive, digest: digestOf(archive), revision });
    },
  };
  for (let time = 0; time < 3; time += 1) {
    await bed.render({ spec: fromHelmRepository('6.5.0'), cluster: counting });
  }
  assert.equal(fetched, 1);
});

test('an artifact whose digest cannot be checked is said to be such, also when the engine has it already', async () => {
  const archive = packed(podinfo('6.5.0', 'unchecked: true'));
  for (const [promised, why] of [
    ['blake3:0123', 'blake3 is not known here'],
    [undefined, 'none is given'],
  ] as const) {
    const inputs = clusterOf(live(helmChart('6.5.0'), '6.5.0'), archive);
    const unchecked: Partial<ClusterInputs> = {
      fluxObject: async (...name) => {
        const object = await inputs.fluxObject?.(...name);
        const artifact = { revision: '6.5.0', ...(promised === undefined ? {} : { digest: promised }) };
        return object && { ...object, status: { artifact } };
      },
      artifact: (_source, { revision = '' }) =>
        Promise.resolve({ bytes: archive, digest: digestOf(archive), revision, verified: false }),
    };
    for (let time = 0; time < 2; time += 1) {
      const { notes } = await bed.render({ spec: fromHelmRepository('6.5.0'), cluster: unchecked });
      assert.deepEqual(
        messages(notes, 'approximate').filter((message) => message.includes('digest')),
        [`The digest of the artifact of HelmChart flux-system/apps-podinfo is not checked: ${why}.`],
      );
    }
  }
});

const pullFailures: readonly (readonly [Failure, string, RegExp])[] = [
  [
    new Failure('notFound', 'there is no version 9.9.9'),
    'notFound',
    /^The chart podinfo of HelmRelease apps\/podinfo is not in the repository; there is no version 9\.9\.9; no cluster/,
  ],
  [new Failure('unauthorized', 'a login is wanted'), 'unauthorized', /a login is wanted .*secretRef is not used/],
  [new Failure('timeout', 'silent for 30 s'), 'timeout', /silent/],
];

for (const [failure, reason, message] of pullFailures) {
  test(`pulling fails: ${failure.reason}`, async () => {
    const rendered = bed.render({
      spec: fromHelmRepository('9.9.9'),
      sources: { 'HelmRepository podinfo': { url: repositoryUrl, secretRef: { name: 'login' } } },
      puller: { pull: () => Promise.reject(failure) },
    });
    await assert.rejects(rendered, { reason, message });
  });
}
