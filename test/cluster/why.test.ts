/**
 * Why a release on a real cluster is not ready: helm-controller waits in vain for pods that cannot pull their image. No kubelet
 * runs there, so the test says of the pod what one would; everything else is the controllers' own.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { explainObject } from '../../src/cluster/explainObject.ts';
import type { ObjectId } from '../../src/flux/objectKey.ts';
import { whyReport } from '../../src/view/whyReport.ts';
import { fakeClusterState } from '../support/fakeClusterState.ts';
import type { ApiObject } from './apiClient.ts';
import { conditionOf, fluxPath } from './fluxObjects.ts';
import { openClusterInputs } from './renderBed.ts';
import { applyManifest, clusterForTests, newNamespace } from './support.ts';

const cluster = await clusterForTests();
const namespace = await newNamespace(cluster, 'why');
const { api, dispose } = openClusterInputs(cluster);
after(dispose);

const image = 'registry.example.com/no/such:1.2';
const message = `Back-off pulling image "${image}": ErrImagePull: not found`;
const pods = `/api/v1/namespaces/${namespace}/pods`;

const release = (name: string): ObjectId => ({ group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace, name });

/** A chart with one Deployment. No scheduler takes its pods, so nothing but this test writes their status. */
const template = `apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }} }
spec:
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata: { labels: { app: {{ .Release.Name }} } }
    spec:
      schedulerName: nobody
      containers: [{ name: web, image: "${image}" }]
`;

async function why(name: string): Promise<string> {
  const state = fakeClusterState({ context: cluster.context });
  const parts = { api, state, now: Date.now(), signal: AbortSignal.timeout(60_000) };
  return whyReport({ explanation: await explainObject(parts, release(name)), isInTree: () => true }).text;
}

before(async () => {
  const folder = await mkdtemp(join(cluster.folder, 'home', 'chart-'));
  const chart = `why-${namespace.slice(-8)}`;
  await mkdir(join(folder, 'templates'));
  await writeFile(join(folder, 'Chart.yaml'), `apiVersion: v2\nname: ${chart}\nversion: 1.0.0\n`);
  await writeFile(join(folder, 'templates', 'deployment.yaml'), template);
  await cluster.publishChart(folder);
  await rm(folder, { recursive: true });
  const reference = `chart: { spec: { chart: ${chart}, version: 1.0.0, sourceRef: { kind: HelmRepository, name: charts } } }`;
  await applyManifest(
    cluster,
    `apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: { name: charts, namespace: ${namespace} }
spec: { interval: 1h, url: "${cluster.helmUrl}" }
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: web, namespace: ${namespace} }
spec: { interval: 1h, timeout: 5s, ${reference} }
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: agent, namespace: ${namespace} }
spec: { interval: 1h, dependsOn: [{ name: web }], ${reference} }
`,
  );
  const hasFailed = (object: ApiObject | undefined): boolean => conditionOf(object, 'Released')?.status === 'False';
  await cluster.api.waitFor(fluxPath('HelmRelease', `${namespace}/web`), hasFailed, { seconds: 120 });
  const waits = (object: ApiObject | undefined): boolean =>
    conditionOf(object, 'Ready')?.reason === 'DependencyNotReady';
  await cluster.api.waitFor(fluxPath('HelmRelease', `${namespace}/agent`), waits, { seconds: 120 });
});

test('pods of a release that cannot pull their image: the answer names the image', async () => {
  const { items } = await cluster.api.list(`${pods}?labelSelector=app%3Dweb`);
  const [pod] = items;
  assert.ok(pod, 'the Deployment has a pod');
  const waiting = { reason: 'ImagePullBackOff', message };
  const status = { name: 'web', image, imageID: '', ready: false, restartCount: 0, state: { waiting } };
  await cluster.api.patch(`${pods}/${pod.metadata.name}/status`, { status: { containerStatuses: [status] } });

  const text = await why('web');
  const [answer, ...rest] = text.split('\n');
  assert.equal(
    answer,
    `HelmRelease ${namespace}/web is not ready because its pod cannot pull ${image} (ImagePullBackOff)`,
  );
  const body = rest.join('\n');
  assert.match(body, /What the controller says\n {2}\w+ · for \d+s/);
  assert.match(body, new RegExp(` {4}waits for Deployment ${namespace}/web: `));
  assert.ok(body.includes(`        ${message}\n`), body);
  assert.match(body, /Events of HelmRelease .*\n {2}\d+s ago · Warning · InstallFailed/);
  assert.doesNotMatch(body, /What could not be read/);
});

test('what depends on it waits for the same', async () => {
  const text = await why('agent');
  assert.match(
    text,
    new RegExp(
      `^HelmRelease ${namespace}/agent is waiting because the pod of HelmRelease ${namespace}/web cannot pull ${image} `,
    ),
  );
});

test('a release that was never there', async () => {
  assert.match(await why('nowhere'), new RegExp(`^HelmRelease ${namespace}/nowhere does not exist on `));
});
