/**
 * HelmReleases of real repositories, all that use app-template, through the real helm-controller with the stand-in of that chart
 * where their sources point: what it stored is what is rendered from the repository. Each repository has a cluster of its own,
 * for their namespaces are those of others.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { engineObstacle } from '../../scripts/buildEngine.ts';
import { noLog } from '../../src/base/log.ts';
import type { FluxObject, KubernetesObject } from '../../src/flux/objects.ts';
import { DiskFiles } from '../../src/manifests/diskFiles.ts';
import type {
  ChartRequest,
  DesiredObject,
  FluxName,
  RenderedRelease,
  RepositoryState,
} from '../../src/render/desired.ts';
import { RepositoryRenderer } from '../../src/render/repositoryRenderer.ts';
import type { WorkerEngine } from '../../src/render/workerEngine.ts';
import { differences, type PlainObject } from '../support/comparable.ts';
import { type Corpora, corporaMissing, unpackCorpora } from '../support/corpora.ts';
import { type CorpusFacts, corpusFacts, renderCorpus } from '../support/corpusReleases.ts';
import { type CorpusName, corpusUrls } from '../support/corpusUrls.ts';
import { openRealEngine } from '../support/realEngine.ts';
import { withoutPaths } from '../support/withoutPaths.ts';
import type { ApiObject } from './apiClient.ts';
import { clusterObstacle } from './build.ts';
import { type StartedCluster, startCluster } from './cluster.ts';
import { conditionOf, fluxPath, isReady } from './fluxObjects.ts';
import { openClusterInputs } from './renderBed.ts';
import { publishSchemas } from './renderCharts.ts';
import { storedRelease } from './storedRelease.ts';
import { placeObjects } from './placeObjects.ts';

interface Sample {
  readonly name: FluxName;
  readonly path: string;
  readonly inForce: FluxObject;
  readonly request: ChartRequest;
}

const obstacle = corporaMissing ?? engineObstacle() ?? clusterObstacle();

describe('real HelmReleases are stored as they are rendered', { skip: obstacle ?? false }, () => {
  const bed: { corpora?: Corpora; engine?: WorkerEngine } = {};
  before(async () => {
    bed.corpora = await unpackCorpora();
    bed.engine = await openRealEngine();
  });
  after(async () => {
    bed.engine?.dispose();
    await bed.corpora?.remove();
  });

  for (const [name, facts] of Object.entries(corpusFacts).filter(([, { rendered }]) => rendered > 0)) {
    const corpus = name as CorpusName;
    const { rendered, unapplied = [] } = facts;
    test(`${corpus}: ${rendered - unapplied.length} HelmReleases that use app-template`, async () => {
      const root = bed.corpora?.folders.get(corpus);
      assert(root !== undefined && bed.engine !== undefined);
      const state = { label: 'working tree', key: root, files: new DiskFiles(root), remotes: [corpusUrls[corpus]] };
      const renderer = new RepositoryRenderer({ engine: bed.engine, log: noLog() });
      const samples = await findSamples(renderer, state, facts);
      assert.equal(samples.length, rendered - unapplied.length);
      const cluster = await startCluster();
      try {
        assert.deepEqual(await compareAll(cluster, { renderer, state, samples }), []);
      } finally {
        await cluster.stop();
      }
    });
  }
});

/** Those that can be rendered and that something applies: all others are asserted to be those that are known. */
async function findSamples(
  renderer: RepositoryRenderer,
  state: RepositoryState,
  { stated, builtTwice = 0, rendered, unapplied = [] }: CorpusFacts,
): Promise<readonly Sample[]> {
  const all = await renderCorpus(renderer, state);
  const samples = all.flatMap(({ stated: { path }, result }) =>
    'rendered' in result
      ? [{ name: result.rendered.name, path, inForce: result.rendered.inForce, request: result.request }]
      : [],
  );
  assert.deepEqual(
    [all.length, samples.length],
    [stated + builtTwice, rendered],
    'how many, and how many are rendered',
  );
  const isApplied = ({ inForce }: Sample): boolean => (inForce.metadata.namespace ?? '') !== '';
  assert.deepEqual(
    samples.filter((sample) => !isApplied(sample)).map(({ path }) => path),
    unapplied,
  );
  return samples.filter(isApplied);
}

interface Work {
  readonly renderer: RepositoryRenderer;
  readonly state: RepositoryState;
  readonly samples: readonly Sample[];
}

/** In words, what differs. */
async function compareAll(cluster: StartedCluster, { renderer, state, samples }: Work): Promise<readonly string[]> {
  const { inputs, dispose } = openClusterInputs(cluster);
  try {
    await publishSchemas(cluster);
    await installSources(cluster, samples);
    const rendered: RenderedRelease[] = [];
    for (const { name, path } of samples) {
      const render = await renderer.release(name, { state, path, cluster: inputs });
      assert.equal(render.kind, 'HelmRelease');
      rendered.push(render);
    }
    await serveKinds(
      cluster,
      rendered.flatMap(({ objects }) => objects.map(({ object }) => object)),
    );
    await Promise.all(samples.map(({ inForce }) => cluster.api.apply(pathOf(inForce), installable(inForce))));
    const all = await Promise.all(rendered.map((render) => compare(cluster, render)));
    return all.flat();
  } finally {
    dispose();
  }
}

const pathOf = ({ metadata: { namespace, name } }: FluxObject) => fluxPath('HelmRelease', `${namespace}/${name}`);

/** Nothing else is there for it to wait for. */
function installable(inForce: FluxObject): Readonly<Record<string, unknown>> {
  const object = withoutPaths(inForce, [
    ['status'],
    ['spec', 'dependsOn'],
    ['spec', 'suspend'],
    ['spec', 'upgrade'],
    ['spec', 'rollback'],
    ['metadata', 'managedFields'],
  ]);
  const install = { disableWait: true, disableHooks: true };
  return {
    ...object,
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    spec: { ...object.spec, install, interval: '1h', timeout: '1m' },
  };
}

/** The chart in each version at each place, and the sources that name them, in the releases' namespaces. */
async function installSources(cluster: StartedCluster, samples: readonly Sample[]): Promise<void> {
  const chart = join(import.meta.dirname, 'charts', 'app-template');
  const namespaces = new Set(samples.map(({ inForce }) => inForce.metadata.namespace ?? ''));
  await Promise.all(
    [...namespaces].map((name) =>
      cluster.api.apply(`/api/v1/namespaces/${name}`, { apiVersion: 'v1', kind: 'Namespace' }),
    ),
  );
  const published = new Set<string>();
  for (const { request } of samples) {
    const version = request.reference?.tag ?? request.version ?? '';
    const place = request.chart === undefined ? request.url.replace(/\/[^/]+$/, '') : request.url;
    if (!published.has(`${place} ${version}`)) {
      published.add(`${place} ${version}`);
      await cluster.publishChart(chart, place, version);
    }
  }
  await Promise.all(samples.map((sample) => installSource(cluster, sample)));
}

async function installSource(cluster: StartedCluster, { inForce, request }: Sample): Promise<void> {
  const { chartRef, chart } = inForce.spec as {
    readonly chartRef?: { readonly kind: string; readonly name: string; readonly namespace?: string };
    readonly chart?: {
      readonly spec: {
        readonly sourceRef: { readonly kind: string; readonly name: string; readonly namespace?: string };
      };
    };
  };
  const reference = chartRef ?? chart?.spec.sourceRef;
  assert(reference !== undefined);
  const namespace = reference.namespace ?? inForce.metadata.namespace ?? '';
  await cluster.api.apply(`/api/v1/namespaces/${namespace}`, { apiVersion: 'v1', kind: 'Namespace' });
  const spec = {
    OCIRepository: {
      ref: { tag: request.reference?.tag },
      layerSelector: { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', operation: 'copy' },
    },
    HelmRepository: { type: 'oci' },
  }[reference.kind];
  const path = fluxPath(reference.kind, `${namespace}/${reference.name}`);
  await cluster.api.apply(path, {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: reference.kind,
    spec: { interval: '1h', url: request.url, ...spec },
  });
  if (reference.kind === 'OCIRepository') {
    await cluster.api.waitFor(path, isReady);
  }
}

/** Kinds that some operator would bring: served, and nothing is asked of their objects. */
async function serveKinds(cluster: StartedCluster, objects: readonly KubernetesObject[]): Promise<void> {
  const wanted = new Map(objects.map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }]));
  for (const { apiVersion, kind } of wanted.values()) {
    const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    const served = await cluster.api.find(group === '' ? `/api/${apiVersion}` : `/apis/${apiVersion}`);
    const resources = (served?.['resources'] ?? []) as readonly { readonly kind: string }[];
    if (resources.some((resource) => resource.kind === kind)) {
      continue;
    }
    const singular = kind.toLowerCase();
    const plural = singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`;
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.${group}`;
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await cluster.api.apply(path, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' } },
      spec: {
        group,
        names: { kind, plural, singular },
        scope: 'Namespaced',
        versions: [{ name: version, served: true, storage: true, schema }],
      },
    });
    await cluster.api.waitFor(
      path,
      (object) =>
        object?.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') === true,
    );
  }
}

async function compare(
  cluster: StartedCluster,
  { release, inForce, objects }: RenderedRelease,
): Promise<readonly string[]> {
  const { namespace = '', name } = inForce.metadata;
  const settled = await cluster.api.waitFor(pathOf(inForce), isSettled, {
    seconds: 240,
    what: `${namespace}/${name} settled`,
  });
  // Stored before it is applied: what the API refuses (a host with a variable in it) is stored all the same.
  if (settled?.status?.history === undefined) {
    return [`${namespace}/${name} was not stored: ${conditionOf(settled, 'Ready')?.message ?? ''}`];
  }
  const stored = await storedRelease(cluster, { namespace, release: release.name, revision: 1 });
  const hooks = objects.filter(({ role }) => role !== undefined && 'hook' in role);
  const own = objects.filter(({ role }) => role === undefined);
  const compared = async (what: string, ours: readonly DesiredObject[], theirs: readonly PlainObject[]) => {
    const sent = ours.map(({ real }) => real.reveal());
    const placed = await placeObjects(cluster, sent, release.namespace);
    return differences(placed, await placeObjects(cluster, theirs, release.namespace)).map(
      (line) => `${what}: ${line}`,
    );
  };
  const storedHooks = stored.hooks.map(({ object }) => object);
  const lines = [...(await compared('objects', own, stored.objects)), ...(await compared('hooks', hooks, storedHooks))];
  // Helm stores no definitions of kinds, of which the chart has none.
  const others = objects.length - own.length - hooks.length;
  return [...lines, ...(others > 0 ? [`${others} objects are neither applied nor hooks`] : [])].map(
    (line) => `${namespace}/${name}: ${line}`,
  );
}

function isSettled(object: ApiObject | undefined): boolean {
  const ready = conditionOf(object, 'Ready');
  const failed = ['InstallFailed', 'ValuesError', 'ArtifactFailed'].includes(ready?.reason ?? '');
  return isReady(object) || (ready?.status === 'False' && failed);
}
