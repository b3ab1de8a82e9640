/** What a recording says and what it must never say: the rules of cleaning, and the one that is committed. */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { type ApiObject } from './apiClient.ts';
import { type Recording } from '../support/apiServer/recording.ts';
import { cleanRecording, recordedAt, recordingText, secretPlaceholder } from './cleanRecording.ts';
import { conditionOf, inventoryIds } from './fluxObjects.ts';

const file = join(projectRoot, 'test', 'fixtures', 'recorded', 'homelab-flux-2.9.json');
const committed = readFileSync(file, 'utf8');
const recording = JSON.parse(committed) as Recording;
const objects = recording.objects as unknown as readonly ApiObject[];
const find = (kind: string, name: string) =>
  objects.find(
    (object) => object.kind === kind && `${object.metadata.namespace ?? ''}/${object.metadata.name}` === name,
  );

test('the recording is small enough to be committed', () => {
  assert.ok(statSync(file).size <= 1_000_000);
});

const forbidden: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a loopback address', /127\.0\.0\.1|localhost/],
  ['a path of the machine that recorded it', /\/tmp\/|\/home\/|\/root\//],
  ['a certificate or a key', /BEGIN [A-Z ]*(CERTIFICATE|KEY)/],
  ['a token', /eyJhbGciOi/],
  ['a Helm release', /helm\.sh\/release\.v1|sh\.helm\.release/],
  ["kwok's own kinds", /kwok\.x-k8s\.io/],
];
for (const [what, pattern] of forbidden) {
  test(`the recording does not hold ${what}`, () => {
    assert.doesNotMatch(committed, pattern);
  });
}

test('Secrets are there with their keys and without their values', () => {
  const secrets = [...objects, ...recording.dryRuns.flatMap(({ body, response }) => [body, response])].filter(
    ({ kind }) => kind === 'Secret',
  ) as readonly { data?: Record<string, string> }[];
  assert.ok(secrets.length > 0);
  for (const { data } of secrets) {
    assert.deepEqual(new Set(Object.values(data ?? {})), new Set([secretPlaceholder]));
  }
});

test('the state is the one that the sample promises', () => {
  const ready = (name: string) => conditionOf(find('HelmRelease', name), 'Ready');
  assert.equal(ready('logging/loki')?.reason, 'InstallFailed');
  assert.match(ready('logging/loki')?.message ?? '', /timeout waiting for: \[StatefulSet\/logging\/loki/);
  for (const name of ['logging/loki-canary', 'logging/alloy-events']) {
    assert.equal(ready(name)?.reason, 'DependencyNotReady');
  }
  assert.equal(conditionOf(find('HelmRelease', 'logging/grafana'), 'Drifted')?.status, 'True');
  assert.equal(find('HelmRelease', 'envoy/gateway')?.spec?.suspend, true);
  assert.equal(find('HelmRelease', 'logging/alloy')?.status?.history?.[0]?.chartVersion, '0.9.2');
  assert.equal(find('HelmChart', 'flux-system/logging-alloy')?.status?.artifact?.revision, '0.9.3');
  assert.equal(
    find('GitRepository', 'flux-system/flux-system')?.spec?.url,
    'https://github.com/driftline-demo/homelab',
  );
});

test('every object in an inventory is recorded, and has a dry run where something would be applied', () => {
  const appliers = objects.filter(({ kind }) => kind === 'Kustomization' || kind === 'HelmRelease');
  const ids = appliers.flatMap((object) => inventoryIds(object));
  assert.ok(ids.length > 30);
  for (const id of ids) {
    const [namespace = '', name = ''] = id.split('_');
    const kind = id.split('_').at(-1) ?? '';
    assert.ok(find(kind, `${namespace}/${name}`), `${id} is recorded`);
    const suffix = `/${name}?dryRun=All`;
    assert.ok(
      recording.dryRuns.some(({ path, body }) => path.includes(suffix) && body['kind'] === kind),
      `${id} has a dry run`,
    );
  }
});

test('dry runs succeeded, and show what Flux would put back', () => {
  assert.deepEqual(new Set(recording.dryRuns.map(({ status }) => status)), new Set([200]));
  const pair = recording.dryRuns.find(({ path }) =>
    path.startsWith('/apis/apps/v1/namespaces/logging/deployments/grafana'),
  );
  assert.match(pair?.path ?? '', /fieldManager=helm-controller/);
  assert.equal((pair?.response as unknown as ApiObject).spec?.replicas, 1);
  assert.equal(find('Deployment', 'logging/grafana')?.spec?.replicas, 3);
});

test('every served kind of an object is in the discovery', () => {
  for (const { apiVersion, kind } of objects) {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const document = recording.discovery[path] as { resources: readonly { kind: string }[] } | undefined;
    assert.ok(
      document?.resources.some((resource) => resource.kind === kind),
      `${apiVersion} ${kind}`,
    );
  }
});

/** A recording of one run, in which everything that differs from run to run is made of `run`. */
function rawRecording(run: { seed: string; at: string; version: number; uid: string }): Recording {
  const meta = (name: string, more: object = {}) => ({
    name,
    namespace: 'apps',
    uid: run.uid,
    resourceVersion: String(run.version),
    creationTimestamp: `2026-11-21T${run.at}Z`,
    ...more,
  });
  const pod = `web-${run.seed}`;
  return {
    about: { flux: '2.9.5', kubernetes: '1.36.3', recordedFrom: 'test' },
    version: { gitVersion: 'v1.36.3' },
    discovery: { '/api': { versions: ['v1'], serverAddressByClientCIDRs: [{ serverAddress: '127.0.0.1:4711' }] } },
    objects: [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: meta(pod, { generateName: 'web-' }),
        spec: { nodeName: 'node-1' },
        status: { hostIP: '127.0.0.1', hostIPs: [{ ip: '127.0.0.1' }] },
      },
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1', uid: `${run.uid.slice(0, -1)}0` }, status: {} },
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: meta(`${pod}.18${run.seed}`, { resourceVersion: String(run.version + 5) }),
        reason: 'Started',
        involvedObject: { kind: 'Pod', name: pod, uid: run.uid, resourceVersion: String(run.version) },
      },
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: meta('keys'),
        data: { password: Buffer.from(run.seed).toString('base64') },
      },
    ],
    dryRuns: [],
  };
}

test('two runs that differ by chance alone give the same text', () => {
  const first = rawRecording({
    seed: 'abcde',
    at: '10:00:00',
    version: 17,
    uid: '11111111-2222-4333-8444-555555555551',
  });
  const second = rawRecording({
    seed: 'zzzzz',
    at: '23:59:59',
    version: 90,
    uid: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeee1',
  });
  assert.equal(recordingText(cleanRecording(first)), recordingText(cleanRecording(second)));
});

test('what referred to an object refers to it afterwards', () => {
  const raw = rawRecording({ seed: 'abcde', at: '10:00:00', version: 17, uid: '11111111-2222-4333-8444-555555555551' });
  const cleaned = cleanRecording(raw).objects as unknown as readonly ApiObject[];
  const pod = cleaned.find(({ kind }) => kind === 'Pod');
  const event = cleaned.find(({ kind }) => kind === 'Event');
  const involved = event?.['involvedObject'] as Record<string, string>;
  assert.equal(involved['name'], pod?.metadata.name);
  assert.equal(involved['resourceVersion'], pod?.metadata.resourceVersion);
  assert.ok(event?.metadata.name.startsWith(`${pod?.metadata.name}.`));
  assert.match(pod?.metadata.name ?? '', /^web-[a-z0-9]{5}$/);
});

test('times keep their distance and end at the fixed time', () => {
  const raw = rawRecording({ seed: 'abcde', at: '10:00:00', version: 1, uid: '11111111-2222-4333-8444-555555555551' });
  const [pod] = raw.objects as unknown as { metadata: { creationTimestamp: string }; status: object }[];
  Object.assign(pod!.status, { earlier: '2026-11-21T09:59:30Z', precise: '2026-11-21T09:59:59.250Z' });
  const cleaned = cleanRecording(raw).objects as unknown as readonly ApiObject[];
  const found = cleaned.find(({ kind }) => kind === 'Pod');
  const at = (text: unknown) => Date.parse(String(text)) - recordedAt;
  assert.equal(at(found?.metadata.creationTimestamp), 0);
  assert.equal(at(found?.status?.['earlier']), -30_000);
  assert.match(String(found?.status?.['precise']), /T11:59:59\.250Z$/);
});

test('cleaning leaves its input alone', () => {
  const raw = rawRecording({ seed: 'abcde', at: '10:00:00', version: 1, uid: '11111111-2222-4333-8444-555555555551' });
  const before = JSON.stringify(raw);
  cleanRecording(raw);
  assert.equal(JSON.stringify(raw), before);
});
