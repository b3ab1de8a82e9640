/**
 * HelmReleases: what the real helm-controller stored of each is what is rendered from the same files and the same cluster,
 * object by object, hooks and definitions included. All are one commit and one wait.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { ClusterInputs, RenderedRelease } from '../../src/render/desired.ts';
import { type PlainObject, assertSameObjects } from '../support/comparable.ts';
import { tarFiles, tarGz } from '../support/tarArchive.ts';
import { withoutPaths } from '../support/withoutPaths.ts';
import type { ApiObject } from './apiClient.ts';
import { changesByApplying } from './appliedObject.ts';
import { conditionOf, fluxPath, isReady } from './fluxObjects.ts';
import {
  type ReleaseCase,
  releaseCases,
  secretValues,
  valuesConfigMap,
  valuesData,
  valuesSecret,
} from './releaseCases.ts';
import { placeObjects } from './placeObjects.ts';
import { openRenderBed } from './renderBed.ts';
import { publishRenderCharts, publishSchemas, renderCharts } from './renderCharts.ts';
import { type StoredRelease, storedRelease } from './storedRelease.ts';
import { applyManifest, clusterForTests, newNamespace, pushFiles } from './support.ts';

const cluster = await clusterForTests();
const namespace = await newNamespace(cluster, 'releases');
const run = randomBytes(4).toString('hex');
const url = `${cluster.gitUrl}/releases-${run}.git`;
const cases = releaseCases(namespace);
const registry = `oci://${cluster.ociHost}/releases-${run}`;
const chartMedia = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const chartFiles = await gitChartFiles();
const bed = await openRenderBed(cluster, { files: repositoryFiles(), remotes: [url] });
/** As it was when the release was not there yet: what stands in the first revision was rendered then. */
const beforeInstall: ClusterInputs = {
  context: bed.inputs.context,
  configMap: (...args) => bed.inputs.configMap(...args),
  secret: (...args) => bed.inputs.secret(...args),
  capabilities: (...args) => bed.inputs.capabilities(...args),
  artifact: (...args) => bed.inputs.artifact(...args),
  fluxObject: async (...args) => {
    const object = await bed.inputs.fluxObject(...args);
    return object?.kind === 'HelmRelease' ? withoutPaths(object, [['status', 'history']]) : object;
  },
};

type Files = Readonly<Record<string, string | Uint8Array>>;

/** The umbrella in the repository itself, with values files, and its library as an archive as `helm dependency build` leaves it. */
async function gitChartFiles(): Promise<Files> {
  const chart = join(import.meta.dirname, 'charts', 'library-deps');
  const entries = await readdir(chart, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    paths.map(async (path) => [path.slice(chart.length + 1), await readFile(path, 'utf8')] as const),
  );
  const library = 'charts/naming/';
  const packed = texts.filter(([path]) => path.startsWith(library));
  const loose = texts.filter(([path]) => !path.startsWith(library));
  const inChart: Files = {
    ...Object.fromEntries(loose),
    'charts/naming-0.1.4.tgz': tarGz(
      tarFiles(Object.fromEntries(packed.map(([path, text]) => [path.slice('charts/'.length), text]))),
    ),
    'values-production.yaml': 'title: production\ntags: { extras: true }\nglobal: { domain: prod.example.com }\n',
  };
  return Object.fromEntries(
    Object.entries(inChart).map(([path, content]) => [`charts/library-deps/${path}`, content] as const),
  );
}

function manifest(...objects: readonly object[]): string {
  return objects.map((object) => JSON.stringify(object)).join('\n---\n');
}

function source(kind: string, name: string, spec: Readonly<Record<string, unknown>>): object {
  const metadata = { name, namespace };
  return { apiVersion: 'source.toolkit.fluxcd.io/v1', kind, metadata, spec: { interval: '1h', ...spec } };
}

/** As a bootstrap leaves it, with the sources of the charts. */
function rootFile(): string {
  const oci = (chart: keyof typeof renderCharts, layerSelector: object) => ({
    url: `${registry}/${chart}`,
    insecure: true,
    ref: { tag: renderCharts[chart] },
    layerSelector,
  });
  return manifest(
    source('GitRepository', 'bed', { url, ref: { branch: 'main' } }),
    source('HelmRepository', 'charts', { url: `${cluster.helmUrl}/releases-${run}` }),
    source('HelmRepository', 'registry', { url: registry, type: 'oci', insecure: true }),
    source('OCIRepository', 'app-template', oci('app-template', { mediaType: chartMedia, operation: 'copy' })),
    source('OCIRepository', 'library-extracted', oci('library-deps', { mediaType: chartMedia, operation: 'extract' })),
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'root', namespace },
      spec: { interval: '1h', prune: true, path: './cluster', sourceRef: { kind: 'GitRepository', name: 'bed' } },
    },
  );
}

/** Nobody waits for what was installed to become ready: claims find no volume here. */
function releaseFile({ name, spec }: ReleaseCase): string {
  const [install, upgrade] = [spec['install'], spec['upgrade']].map((own) => ({
    disableWait: true,
    ...(own as object),
  }));
  return JSON.stringify({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name, namespace },
    spec: { interval: '1h', timeout: '1m', ...spec, install, upgrade },
  });
}

function repositoryFiles(): Files {
  return {
    ...chartFiles,
    'cluster/root.yaml': rootFile(),
    ...Object.fromEntries(cases.map((each) => [`cluster/releases/${each.name}.yaml`, releaseFile(each)])),
  };
}

const pathOf = (name: string) => fluxPath('HelmRelease', `${namespace}/${name}`);

/** Installed, or it has been said why not. */
function isSettled(object: ApiObject | undefined): boolean {
  const ready = conditionOf(object, 'Ready');
  const chart = ready?.reason === 'SourceNotReady' && /chart|nowhere/.test(ready.message ?? '');
  const failed = ['InstallFailed', 'ValuesError', 'ArtifactFailed'].includes(ready?.reason ?? '') || chart;
  return isReady(object) || (ready?.status === 'False' && failed);
}

async function publish(): Promise<void> {
  await publishSchemas(cluster);
  const helm = `${cluster.helmUrl}/releases-${run}`;
  await publishRenderCharts(cluster, ['library-deps', 'with-schema', 'crds-hooks', 'hundred'], helm);
  await publishRenderCharts(cluster, ['app-template', 'library-deps', 'with-schema'], registry);
}

before(async () => {
  await publish();
  await applyManifest(
    cluster,
    manifest(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `${namespace}-target` } },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: valuesConfigMap, namespace },
        data: valuesData.configMap,
      },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: valuesSecret, namespace }, stringData: valuesData.secret },
    ),
  );
  await pushFiles(cluster, `releases-${run}`, repositoryFiles());
  await applyManifest(cluster, rootFile());
  await Promise.all(
    cases.map(({ name }) => cluster.api.waitFor(pathOf(name), isSettled, { seconds: 150, what: `${name} settled` })),
  );
});

async function rendered(name: string, inputs: ClusterInputs = beforeInstall): Promise<RenderedRelease> {
  const result = await bed.renderer.release(
    { kind: 'HelmRelease', namespace, name },
    { state: bed.state, cluster: inputs },
  );
  assert.equal(result.kind, 'HelmRelease', `${name} is one object`);
  return result;
}

async function checkStored(each: ReleaseCase, inputs = beforeInstall): Promise<RenderedRelease> {
  const live = await cluster.api.get(pathOf(each.name));
  assert.equal(conditionOf(live, 'Ready')?.status, 'True', conditionOf(live, 'Ready')?.message);
  const latest = live.status?.history?.[0] as { readonly name: string; readonly version: number };
  const storage = String(live.status?.['storageNamespace']);
  const found = await storedRelease(cluster, { namespace: storage, release: latest.name, revision: latest.version });
  const stored = each.commitInVersion === true ? withoutCommit(found) : found;
  const render = await rendered(each.name, inputs);
  const { name, version } = stored.chart;
  assert.deepEqual(
    { release: render.release, chart: { name: render.chart.name, version: render.chart.version } },
    { release: { name: stored.name, namespace: stored.namespace }, chart: { name, version } },
  );
  const guessed = render.notes.filter(({ severity }) => severity === 'approximate').map(({ message }) => message);
  assert.deepEqual(
    guessed.filter((message) => each.approximate?.test(message) !== true),
    [],
    'nothing else was guessed',
  );
  assert.equal(guessed.length, each.approximate === undefined ? 0 : 1);
  const unstable = render.objects.flatMap(({ unstable: paths }) => paths);
  assert.equal(unstable.length > 0, each.unstable === true, 'what differs each time is known');
  const real = (role: 'none' | 'hook') =>
    render.objects
      .filter((object) => (object.role === undefined ? role === 'none' : role in object.role))
      .map((object) => ({ ...object, real: withoutPaths(object.real.reveal(), object.unstable) }));
  const without = (objects: readonly PlainObject[]) =>
    objects.map((object) => withoutPaths(object, unstableOf(render, object)));
  const [own, theirs] = [real('none').map((object) => object.real), without(stored.objects)];
  assertSameObjects(
    await placeObjects(cluster, own, stored.namespace),
    await placeObjects(cluster, theirs, stored.namespace),
    'objects',
  );
  const hooks = real('hook');
  assertSameObjects(
    await placeObjects(
      cluster,
      hooks.map((object) => object.real),
      stored.namespace,
    ),
    await placeObjects(
      cluster,
      stored.hooks.map(({ object }) => object),
      stored.namespace,
    ),
    'hooks',
  );
  assert.equal(render.chartNotes, stored.notes, 'notes');
  return render;
}

/** As the chart would be without the commit that source-controller adds to its version, in labels with `_`. */
function withoutCommit(stored: StoredRelease): StoredRelease {
  const suffix = /\+(?<commit>[0-9a-f]{12})$/.exec(stored.chart.version)?.groups?.['commit'];
  assert(suffix !== undefined, stored.chart.version);
  return JSON.parse(JSON.stringify(stored).replaceAll(new RegExp(`[+_]${suffix}`, 'g'), '')) as StoredRelease;
}

/** Paths of the rendered object of that kind and name which differ each time. */
function unstableOf({ objects }: RenderedRelease, object: PlainObject): readonly (readonly (string | number)[])[] {
  const { name } = object.metadata as { readonly name: string };
  return objects.find(({ object: own }) => own.kind === object.kind && own.metadata.name === name)?.unstable ?? [];
}

async function checkRefused({ name, fails }: ReleaseCase): Promise<void> {
  const ready = conditionOf(await cluster.api.get(pathOf(name)), 'Ready');
  assert.equal(ready?.status, 'False');
  assert.match(ready.message ?? '', fails!);
  await assert.rejects(rendered(name), { message: fails });
}

for (const each of cases) {
  test(`what helm-controller stores is what is rendered: ${each.title}`, async () => {
    await (each.fails === undefined ? checkStored(each) : checkRefused(each));
  });
}

test('definitions of a chart are what helm-controller applied', async () => {
  const { objects } = await rendered('hooks');
  const definitions = objects.filter(({ role }) => role !== undefined && 'crds' in role);
  assert.deepEqual(definitions.map(({ object }) => object.metadata.name).sort(), [
    'gadgets.charts.example.com',
    'widgets.charts.example.com',
  ]);
  const changes = await Promise.all(
    definitions.map(({ real }) => changesByApplying(cluster, real.reveal() as ApiObject, 'helm-controller')),
  );
  assert.deepEqual(changes.flat(), []);
});

test('an upgrade is rendered as one', async () => {
  const each = cases.find(({ name }) => name === 'hooks')!;
  const changed = { ...each, spec: { ...each.spec, values: { image: 'registry.example.com/tool:1.1' } } };
  const path = `cluster/releases/${each.name}.yaml`;
  bed.files.set(path, releaseFile(changed));
  await pushFiles(cluster, `releases-${run}`, { ...repositoryFiles(), [path]: releaseFile(changed) });
  const token = { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': new Date().toISOString() } } };
  await cluster.api.patch(fluxPath('GitRepository', `${namespace}/bed`), token, 'flux');
  await cluster.api.waitFor(
    pathOf(each.name),
    (object) => isReady(object) && object?.status?.history?.[0]?.version === 2,
    { what: 'upgraded' },
  );
  const render = await checkStored(changed, bed.inputs);
  const deployment = render.objects.find(({ object }) => object.kind === 'Deployment');
  assert.equal(deployment?.object.metadata.annotations?.['installed'], 'again');
});

for (const name of ['values-from', 'values-path', 'values-secret-host']) {
  test(`what came from a Secret is masked in what is shown: ${name}`, async () => {
    const { objects, values, chartNotes } = await rendered(name);
    const shown = JSON.stringify([objects.map(({ object }) => object), values, chartNotes]);
    for (const secret of Object.values(secretValues)) {
      assert.equal(shown.includes(secret), false, 'no value of the Secret');
    }
  });
}
