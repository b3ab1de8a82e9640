/** What is asked of a cluster while what is desired is still being rendered, and what that leaves to be asked after it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Failure } from '../../../src/base/failure.ts';
import { type KustomizationToCompare, compareKustomization } from '../../../src/drift/compareKustomization.ts';
import { ComparisonCache } from '../../../src/drift/comparisonCache.ts';
import { ComparisonStart } from '../../../src/drift/comparisonStart.ts';
import type { Comparison } from '../../../src/drift/difference.ts';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import { desired, kustomizationName, renderedKustomization } from '../../support/rendered.ts';
import { DriftCluster } from './driftCluster.ts';

type Fields = Readonly<Record<string, unknown>>;

/** `ConfigMap`, or `apps/Deployment`. */
function inventory(kind: string, names: readonly string[], version = 'v1') {
  const [group = '', short = ''] = kind.includes('/') ? kind.split('/') : ['', kind];
  return names.map((name) => ({ id: `apps_${name}_${group}_${short}`, v: version }));
}

function applied(entries: readonly { id: string; v: string }[], spec: Fields = { prune: true }): FluxObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: kustomizationName.name, namespace: kustomizationName.namespace },
    spec,
    status: { inventory: { entries } },
  };
}

function living(kind: string, name: string, data: Fields = {}, resourceVersion = '7'): KubernetesObject {
  const labels = {
    'kustomize.toolkit.fluxcd.io/name': kustomizationName.name,
    'kustomize.toolkit.fluxcd.io/namespace': kustomizationName.namespace,
  };
  const metadata = { name, namespace: 'apps', labels, resourceVersion, uid: 'u' };
  const object = { apiVersion: 'v1', kind, metadata, data };
  return object;
}

const names = (count: number): readonly string[] => Array.from({ length: count }, (_none, at) => `o${at}`);

function clusterOf(kind: string, all: readonly string[], data: Fields = {}): DriftCluster {
  const cluster = new DriftCluster();
  all.forEach((name) => cluster.has(living(kind, name, data)));
  return cluster;
}

/** What was asked until nothing more was to be asked: all answers of a cluster in memory come within one turn of the event loop. */
async function askedAhead(
  cluster: DriftCluster,
  live: FluxObject | undefined,
  previous?: ComparisonCache,
): Promise<{ start: ComparisonStart; ahead: readonly string[] }> {
  const start = new ComparisonStart({ owner: kustomizationName, api: cluster.api, previous });
  start.readAhead(live);
  await setImmediate();
  return { start, ahead: cluster.asked.splice(0) };
}

function compare(cluster: DriftCluster, task: Partial<KustomizationToCompare>): Promise<Comparison> {
  const { signal } = new AbortController();
  const rendered = renderedKustomization();
  return compareKustomization({ rendered, live: undefined, api: cluster.api, from: 'there', signal, ...task });
}

function render(kind: string, all: readonly string[], data: Fields = {}) {
  return renderedKustomization({ objects: all.map((name) => desired(kind, name, { data })) });
}

const dryRuns = (all: readonly string[], plural = 'configmaps'): readonly string[] =>
  all.map((name) => `DRYRUN ${plural} apps/${name}`);

test('many of a kind are listed ahead, and dry-runs alone are left', async () => {
  const all = names(7);
  const cluster = clusterOf('ConfigMap', all, { level: 'debug' });
  const live = applied(inventory('ConfigMap', all));
  const { start, ahead } = await askedAhead(cluster, live);
  // The first page is a small one: nobody knows yet how long its objects are.
  assert.deepEqual(ahead, ['MAY * *', 'LIST configmaps apps', 'LIST configmaps apps']);
  const { objects } = await compare(cluster, { rendered: render('ConfigMap', all, { level: 'info' }), live, start });
  assert.deepEqual(cluster.asked, dryRuns(all));
  assert.deepEqual(new Set(objects.map(({ change }) => change)), new Set(['change']));
});

test('a few of a kind are read ahead one by one, each once', async () => {
  const all = names(2);
  const cluster = clusterOf('ConfigMap', all);
  const live = applied(inventory('ConfigMap', all));
  const { start, ahead } = await askedAhead(cluster, live);
  assert.deepEqual(ahead, ['MAY * *', 'GET configmaps apps/o0', 'GET configmaps apps/o1']);
  await compare(cluster, { rendered: render('ConfigMap', all), live, start });
  assert.deepEqual(cluster.asked, dryRuns(all));
});

test('a comparison that begins before the answers are there waits for them and asks nothing twice', async () => {
  const all = names(7);
  const cluster = clusterOf('ConfigMap', all);
  const live = applied(inventory('ConfigMap', all));
  const start = new ComparisonStart({ owner: kustomizationName, api: cluster.api });
  start.readAhead(live);
  await compare(cluster, { rendered: render('ConfigMap', all), live, start });
  assert.deepEqual(cluster.asked, ['MAY * *', 'LIST configmaps apps', 'LIST configmaps apps', ...dryRuns(all)]);
});

function checkNothingAhead(what: string, cluster: DriftCluster, live: FluxObject | undefined): void {
  test(`nothing is asked ahead: ${what}`, async () => {
    const { start, ahead } = await askedAhead(cluster, live);
    start.dispose();
    assert.deepEqual(ahead, []);
  });
}

checkNothingAhead('of Secrets, however many', clusterOf('Secret', names(9)), applied(inventory('Secret', names(9))));
checkNothingAhead('of a Secret by itself', clusterOf('Secret', names(1)), applied(inventory('Secret', names(1))));
checkNothingAhead(
  'of definitions of kinds, which are long',
  new DriftCluster(),
  applied([{ id: '_as.example.com_apiextensions.k8s.io_CustomResourceDefinition', v: 'v1' }]),
);
checkNothingAhead(
  'of a kind that is served in another version than it was applied in',
  clusterOf('ConfigMap', names(9)),
  applied(inventory('ConfigMap', names(9), 'v1beta1')),
);
checkNothingAhead('of a kind that is not served', new DriftCluster(), applied(inventory('example.com/A', names(9))));
checkNothingAhead(
  'where the objects are on another cluster',
  clusterOf('ConfigMap', names(9)),
  applied(inventory('ConfigMap', names(9)), { kubeConfig: { secretRef: { name: 'other' } } }),
);
checkNothingAhead('where the cluster has no such Kustomization', clusterOf('ConfigMap', names(9)), undefined);

test('Secrets are read one by one, and only those that are compared', async () => {
  const cluster = clusterOf('Secret', names(9));
  const live = applied(inventory('Secret', names(9)), { prune: true });
  const { start } = await askedAhead(cluster, live);
  await compare(cluster, { rendered: render('Secret', names(6)), start });
  assert.deepEqual(
    cluster.asked.filter((request) => !request.startsWith('DRYRUN')),
    ['MAY * *', ...names(6).map((name) => `GET secrets apps/${name}`)],
  );
});

test('without the right to list, each is read when it is compared', async () => {
  const all = names(6);
  const cluster = clusterOf('ConfigMap', all);
  cluster.refused.add('list configmaps apps');
  const { start, ahead } = await askedAhead(cluster, applied(inventory('ConfigMap', all)));
  assert.deepEqual(ahead, ['MAY * *', 'MAY list configmaps apps']);
  const { objects } = await compare(cluster, { rendered: render('ConfigMap', all), start });
  const reads = all.map((name) => `GET configmaps apps/${name}`);
  assert.deepEqual(
    cluster.asked.filter((request) => /^(?:GET|LIST)/.test(request)),
    reads,
  );
  assert.equal(objects.length, 6);
});

test('without the right to read, nothing is tried and each object says so', async () => {
  const all = names(2);
  const cluster = clusterOf('ConfigMap', all);
  cluster.refused.add('get configmaps apps');
  const { start, ahead } = await askedAhead(cluster, applied(inventory('ConfigMap', all)));
  assert.deepEqual(ahead, ['MAY * *', 'MAY get configmaps apps']);
  const { objects } = await compare(cluster, { rendered: render('ConfigMap', all), start });
  assert.deepEqual(
    objects.map(({ because }) => because),
    ['forbidden', 'forbidden'],
  );
  assert.deepEqual(cluster.asked, []);
});

test('what was not applied before is read when it is compared, and is told to be created', async () => {
  const all = names(6);
  const cluster = clusterOf('ConfigMap', all);
  const { start } = await askedAhead(cluster, applied(inventory('ConfigMap', all)));
  const { objects } = await compare(cluster, { rendered: render('ConfigMap', ['young']), start });
  assert.deepEqual(cluster.asked, ['GET configmaps apps/young', 'DRYRUN configmaps apps/young']);
  assert.deepEqual(
    objects.map(({ change }) => change),
    ['create'],
  );
});

test('an object that is written after it was read ahead is read again', async () => {
  const all = names(6);
  const cluster = clusterOf('ConfigMap', all, { level: 'debug' });
  const { start } = await askedAhead(cluster, applied(inventory('ConfigMap', all)));
  cluster.has(living('ConfigMap', 'o3', { level: 'info' }, '8'));
  const { objects } = await compare(cluster, { rendered: render('ConfigMap', ['o3'], { level: 'info' }), start });
  assert.deepEqual(
    objects.map(({ change }) => change),
    ['none'],
  );
  assert.deepEqual(cluster.asked, [...dryRuns(['o3']), 'GET configmaps apps/o3', ...dryRuns(['o3'])]);
});

test('what left the build is not read a second time', async () => {
  const all = names(6);
  const cluster = clusterOf('ConfigMap', all);
  const live = applied(inventory('ConfigMap', all));
  const rendered = { ...render('ConfigMap', all.slice(1)), inForce: live };
  const { start } = await askedAhead(cluster, live);
  const { objects } = await compare(cluster, { rendered, live, start });
  assert.deepEqual(cluster.asked, dryRuns(all.slice(1)));
  assert.deepEqual(objects.find(({ change }) => change === 'delete')?.id.name, 'o0');
});

test('where the first are long the others are not listed: an answer is parsed in one go', async () => {
  const all = names(12);
  const cluster = clusterOf('ConfigMap', all, { dashboard: 'x'.repeat(400_000) });
  const { start, ahead } = await askedAhead(cluster, applied(inventory('ConfigMap', all)));
  assert.deepEqual(ahead, ['MAY * *', 'LIST configmaps apps']);
  const long = { dashboard: 'x'.repeat(400_000) };
  await compare(cluster, { rendered: render('ConfigMap', all, long), start });
  const reads = cluster.asked.filter((request) => !request.startsWith('DRYRUN'));
  assert.deepEqual(
    reads,
    all.slice(5).map((name) => `GET configmaps apps/${name}`),
  );
});

test('of what an earlier comparison knows, versions alone are asked', async () => {
  const all = names(6);
  const cluster = clusterOf('ConfigMap', all);
  const [previous, rendered] = [new ComparisonCache(), render('ConfigMap', all)];
  await compare(cluster, { rendered, previous });
  cluster.asked.splice(0);
  const { start, ahead } = await askedAhead(cluster, applied(inventory('ConfigMap', all)), previous);
  assert.deepEqual(ahead, ['MAY * *', 'LIST configmaps apps']);
  const { objects } = await compare(cluster, { rendered, previous, start });
  assert.deepEqual(cluster.asked, []);
  assert.equal(objects.length, 6);
});

test('what was applied in a version that is served no more is known all the same in the one that is', async () => {
  const all = names(3);
  const cluster = clusterOf('ConfigMap', all);
  const [previous, rendered] = [new ComparisonCache(), render('ConfigMap', all)];
  await compare(cluster, { rendered, previous });
  cluster.asked.splice(0);
  const { start } = await askedAhead(cluster, applied(inventory('ConfigMap', all, 'v1beta1')), previous);
  await compare(cluster, { rendered, previous, start });
  assert.deepEqual(cluster.asked, ['MAY * *', 'LIST configmaps apps']);
});

test('what another Kustomization’s comparison knows is none of this one’s', async () => {
  const all = names(2);
  const cluster = clusterOf('ConfigMap', all);
  const previous = new ComparisonCache();
  const name = { ...kustomizationName, name: 'apps-of-others' };
  await compare(cluster, { rendered: { ...render('ConfigMap', all), name }, previous });
  cluster.asked.splice(0);
  const { ahead, start } = await askedAhead(cluster, applied(inventory('ConfigMap', all)), previous);
  start.dispose();
  assert.deepEqual(ahead, ['MAY * *', 'GET configmaps apps/o0', 'GET configmaps apps/o1']);
});

test('a list that fails is told of nobody, and each object is read', async () => {
  const all = names(6);
  const cluster = clusterOf('ConfigMap', all);
  cluster.failsToList('configmaps', new Failure('unreachable', 'etcd is gone', { status: 500 }));
  const { start } = await askedAhead(cluster, applied(inventory('ConfigMap', all)));
  const { objects } = await compare(cluster, { rendered: render('ConfigMap', all), start });
  assert.deepEqual(new Set(objects.map(({ change }) => change)), new Set(['none']));
});

test('who is not known any more hears of it when the comparison begins', async () => {
  const all = names(6);
  const cluster = clusterOf('ConfigMap', all);
  cluster.failsToList('configmaps', new Failure('unauthorized', 'the token has expired', { status: 401 }));
  const { start } = await askedAhead(cluster, applied(inventory('ConfigMap', all)));
  await assert.rejects(compare(cluster, { rendered: render('ConfigMap', all), start }), { reason: 'unauthorized' });
});

test('what was asked ahead ends with its comparison, and where none follows', async () => {
  const all = names(6);
  const cluster = clusterOf('ConfigMap', all);
  const live = applied(inventory('ConfigMap', all));
  const unused = new ComparisonStart({ owner: kustomizationName, api: cluster.api });
  unused.readAhead(live);
  unused.dispose();
  await setImmediate();
  assert.deepEqual(cluster.asked, []);
  const ended = new AbortController();
  ended.abort();
  const { start } = await askedAhead(cluster, live);
  const { signal } = ended;
  await assert.rejects(compare(cluster, { rendered: render('ConfigMap', all), start, signal }), {
    reason: 'cancelled',
  });
  assert.deepEqual(cluster.asked, []);
});

test('never more than eight requests at a time, those ahead and those of the comparison together', async () => {
  const kinds = ['ConfigMap', 'Service', 'PersistentVolumeClaim'];
  const cluster = new DriftCluster();
  kinds.forEach((kind) => names(4).forEach((name) => cluster.has(living(kind, name))));
  const start = new ComparisonStart({ owner: kustomizationName, api: cluster.api });
  start.readAhead(applied(kinds.flatMap((kind) => inventory(kind, names(4)))));
  const objects = kinds.flatMap((kind) => names(4).map((name) => desired(kind, name)));
  await compare(cluster, { rendered: renderedKustomization({ objects }), start });
  assert.equal(cluster.most, 8);
});
