/** What happens behind Flux's back, or ahead of it, shows in the tree as soon as the controllers write it, and goes again. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { conditionOf, fluxPath, isReady, requestReconcile } from '../fluxObjects.ts';
import { applyManifest, clusterForTests, newNamespace } from '../support.ts';
import { type Drawn, openProduct, rowOf, rowsBelow } from './openProduct.ts';

const cluster = await clusterForTests();
const chart = join(import.meta.dirname, '..', 'charts', 'tempo');
// Of this run alone: what one run publishes would be there from the start for the next on the same cluster.
const repository = `${cluster.helmUrl}/product-${randomBytes(4).toString('hex')}`;
await cluster.publishChart(chart, repository, '1.10.1');
const product = openProduct(cluster, { behindSourceAfter: 1 });

/** Between the watch's line and the row: a machine that is busy with other things must not fail the test. */
const limitMs = 10_000;

/** `spec` is what the release has besides its chart. helm-controller looks for drift at each interval by itself. */
async function install(prefix: string, version: string, spec: string) {
  const namespace = await newNamespace(cluster, prefix);
  await applyManifest(
    cluster,
    `
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: { name: charts, namespace: ${namespace} }
spec: { interval: 1h, url: "${repository}" }
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: tempo, namespace: ${namespace} }
spec:
  ${spec}
  chart: { spec: { chart: tempo, version: "${version}", sourceRef: { kind: HelmRepository, name: charts } } }
`,
  );
  const name = `${namespace}/tempo`;
  await cluster.api.waitFor(fluxPath('HelmRelease', name), isReady);
  const key = product.key('HelmRelease', name);
  await product.until(`${name} ready`, (drawn) => drawn.survey.views.get(key)?.mark === 'ready');
  return { namespace, key, name, configMap: `/api/v1/namespaces/${namespace}/configmaps/tempo` };
}

type Installed = Awaited<ReturnType<typeof install>>;

/**
 * Makes a change and waits for the row. The watch's own line comes first; how long the row took after it, and after an
 * independent watch had seen the same, is told beside the test.
 */
async function checkSeen(
  t: TestContext,
  { key, namespace, name }: Installed,
  seen: {
    readonly what: string;
    readonly change: () => Promise<unknown>;
    readonly written: (object: FluxObject | undefined) => boolean;
    readonly shown: (drawn: Drawn) => boolean;
  },
): Promise<Drawn> {
  const { arrivals } = product;
  const first = arrivals.length;
  const row = product.until(`the row of ${name} ${seen.what}`, (drawn) => seen.shown(drawn) && drawn);
  const witness = cluster.api.waitFor(fluxPath('HelmRelease', name), seen.written).then(() => performance.now());
  await seen.change();
  const [drawn, witnessed] = await Promise.all([row, witness]);
  const line = arrivals
    .slice(first)
    .find(
      ({ object }) => object.metadata.namespace === namespace && object.kind === 'HelmRelease' && seen.written(object),
    );
  assert.ok(line, `the watch brought ${name} ${seen.what}`);
  assert.ok(line.at <= drawn.at, 'the row follows the watch');
  const after = Math.round(drawn.at - line.at);
  t.diagnostic(
    `${seen.what}: row ${after} ms after its watch event, ${Math.round(drawn.at - witnessed)} ms after another watch had it`,
  );
  assert.ok(after < limitMs, `${after} ms`);
  assert.equal(rowOf(drawn, key)?.key, key);
  return drawn;
}

test('a drift made behind Flux’s back is marked when the controller finds it, and no longer when it is undone', async (t) => {
  const release = await install('marked', '1.10.1', 'interval: 3s\n  driftDetection: { mode: warn }');
  const isMarked = (drawn: Drawn): boolean => rowOf(drawn, release.key)?.badge !== undefined;
  const { data } = await cluster.api.get(release.configMap);
  const drawn = await checkSeen(t, release, {
    what: 'drifted',
    change: () => cluster.api.patch(release.configMap, { data: { 'tempo.yaml': 'changed by hand\n' } }),
    written: (object) => conditionOf(object as never, 'Drifted')?.status === 'True',
    shown: isMarked,
  });
  const row = rowOf(drawn, release.key)!;
  assert.equal(row.badge?.text, '1');
  assert.match(row.description, /1 object drifted/);
  assert.match(row.accessibility, /drifted/);
  assert.deepEqual(
    rowsBelow(drawn, row.id).map(({ label, description }) => `${label}: ${description}`),
    ['ConfigMap tempo: 1 change'],
  );
  const clean = await checkSeen(t, release, {
    what: 'as it should be',
    change: () => cluster.api.patch(release.configMap, { data }),
    written: (object) => conditionOf(object as never, 'Drifted')?.status === 'False',
    shown: (each) => !isMarked(each),
  });
  assert.doesNotMatch(rowOf(clean, release.key)!.description, /drift/);
});

test('a deleted object is listed as removed', async () => {
  const release = await install('removed', '1.10.1', 'interval: 3s\n  driftDetection: { mode: warn }');
  await cluster.api.remove(release.configMap);
  const labels = await product.until('the removed object', (drawn) => {
    const row = rowOf(drawn, release.key);
    return row?.badge && rowsBelow(drawn, row.id).map(({ label, description }) => `${label}: ${description}`);
  });
  assert.deepEqual(labels, ['ConfigMap tempo: removed from the cluster']);
});

test('where drift is not looked for there is no mark, and the tooltip says why', async () => {
  const release = await install('unmonitored', '1.10.1', 'interval: 3s');
  await cluster.api.patch(release.configMap, { data: { 'tempo.yaml': 'changed by hand\n' } });
  const drawn = await requestReconcile(cluster, fluxPath('HelmRelease', release.name)).then(() => product.complete());
  const row = rowOf(drawn, release.key)!;
  assert.equal(row.badge, undefined);
  assert.match(row.tooltip(), /Drift is not monitored: `spec\.driftDetection` is off/);
});

test('a release that its controller does not get to is behind its source until it does', async (t) => {
  const release = await install('behind', '>=1.10.0', 'interval: 1h');
  cluster.pause('helm-controller');
  try {
    await cluster.publishChart(chart, repository, '1.11.0');
    await requestReconcile(cluster, fluxPath('HelmRepository', `${release.namespace}/charts`));
    const row = await product.until('behind', (drawn) => {
      const behind = drawn.survey.views.get(release.key)?.behind;
      return behind?.available === '1.11.0' && rowOf(drawn, release.key);
    });
    assert.match(row.description, /^1\.10\.1 · behind source \(1\.11\.0\)/);
  } finally {
    cluster.resume('helm-controller');
  }
  const drawn = await checkSeen(t, release, {
    what: 'no longer behind',
    change: () => Promise.resolve(),
    written: (object) => object?.status?.history?.[0]?.chartVersion === '1.11.0' && isReady(object as never),
    shown: ({ survey }) => survey.views.get(release.key)?.mark === 'ready',
  });
  assert.match(rowOf(drawn, release.key)!.description, /^1\.11\.0/);
});
