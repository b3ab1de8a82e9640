/**
 * A suspension with a reason on the real cluster: who did it is the server's word, another window sees it by its own watch, and a
 * parent's next apply does what was foretold.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { noLog } from '../../src/base/log.ts';
import { type ActionParts, reconcileObject, resumeObject, suspendObject } from '../../src/cluster/actions.ts';
import { ClusterSession } from '../../src/cluster/clusterSession.ts';
import { suspensionApplier } from '../../src/cluster/controllerOf.ts';
import { HttpClusterApi } from '../../src/cluster/httpClusterApi.ts';
import { createTransport, loadKubeconfigs } from '../../src/cluster/kubernetes.ts';
import { type ObjectId, objectKey } from '../../src/flux/objectKey.ts';
import type { FluxObject } from '../../src/flux/objects.ts';
import { type SuspensionNote, suspensionNoteOf } from '../../src/flux/suspensionNote.ts';
import { setBackText } from '../../src/view/suspendTexts.ts';
import { fluxPath, isReady } from './fluxObjects.ts';
import { applyManifest, clusterForTests, newNamespace, pushFiles } from './support.ts';
import type { UserName } from './users.ts';

const cluster = await clusterForTests();
const opened: { dispose(): void }[] = [];
after(() => opened.forEach((one) => one.dispose()));
const signal = AbortSignal.timeout(120_000);

function apiOf(user: UserName): HttpClusterApi {
  const log = noLog();
  const options = { proxy: undefined, strictSSL: true, extraCAs: [], log, env: {} };
  const transport = createTransport(loadKubeconfigs([cluster.kubeconfigs[user]]), cluster.context, options);
  const api = new HttpClusterApi({ transport, log, clock: systemClock() });
  opened.push(api);
  return api;
}

const parts: ActionParts = { api: apiOf('admin'), log: noLog(), clock: systemClock() };

let namespace: string;

const kustomization = (name: string): ObjectId => ({
  group: 'kustomize.toolkit.fluxcd.io',
  kind: 'Kustomization',
  namespace,
  name,
});

const manifest = (name: string, path: string, more = ''): string =>
  [
    'apiVersion: kustomize.toolkit.fluxcd.io/v1',
    'kind: Kustomization',
    `metadata: { name: ${name}, namespace: ${namespace} }`,
    `spec: { interval: 1h, prune: true, path: ./${path}, sourceRef: { kind: GitRepository, name: source }${more} }`,
    '',
  ].join('\n');

before(async () => {
  namespace = await newNamespace(cluster, 'suspension');
  const config = (name: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: ${namespace} }\n`;
  await pushFiles(cluster, namespace, {
    'root/silent.yaml': manifest('silent', 'one'),
    'root/outspoken.yaml': manifest('outspoken', 'two', ', suspend: false'),
    'root/resting.yaml': manifest('resting', 'three', ', suspend: true'),
    'one/one.yaml': config('one'),
    'two/two.yaml': config('two'),
    'three/three.yaml': config('three'),
  });
  await applyManifest(
    cluster,
    [
      'apiVersion: source.toolkit.fluxcd.io/v1',
      'kind: GitRepository',
      `metadata: { name: source, namespace: ${namespace} }`,
      `spec: { interval: 1h, url: "${cluster.gitUrl}/${namespace}", ref: { branch: main } }`,
      '---',
      manifest('root', 'root'),
    ].join('\n'),
  );
  for (const name of ['root', 'silent', 'outspoken']) {
    await cluster.api.waitFor(fluxPath('Kustomization', `${namespace}/${name}`), isReady);
  }
});

/** With `managedFields`, as a question before a change reads it. */
async function read(name: string): Promise<FluxObject> {
  const id = kustomization(name);
  const resource = (await parts.api.findResource(id, signal)) ?? assert.fail('Kustomizations are served');
  return parts.api.getWithManagedFields(resource, id, signal);
}

const foretold = async (verb: 'suspend' | 'resume', name: string): Promise<string | undefined> => {
  const by = suspensionApplier(await read(name));
  return by && setBackText({ verb, id: kustomization(name), by }, undefined);
};

const reconcileRoot = async (): Promise<void> => {
  const result = await reconcileObject(parts, { id: kustomization('root'), signal });
  assert.equal(result.state, 'succeeded', result.message);
};

async function noted(reason: string): Promise<SuspensionNote> {
  return { by: (await parts.api.userName?.(signal)) ?? '', at: '2026-01-01T00:00:00Z', reason };
}

/** Another window's session of that namespace. */
function otherWindow(): ClusterSession {
  const session = new ClusterSession({
    api: apiOf('viewer'),
    context: cluster.context,
    namespaces: [namespace],
    clock: systemClock(),
    log: noLog(),
  });
  opened.push(session);
  session.start();
  return session;
}

/** Resolves once the session's own object is so. */
function seenBy(session: ClusterSession, name: string, fits: (object: FluxObject) => boolean): Promise<FluxObject> {
  const key = objectKey(cluster.context, kustomization(name));
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const object = session.get(key);
      if (object && fits(object)) {
        subscription.dispose();
        resolve(object);
      }
    };
    const subscription = session.onDidChangeObjects(look);
    signal.addEventListener('abort', () => reject(new Error(`${name} was not seen so`)), { once: true });
    look();
  });
}

test('the server says who somebody is, also to one who may only read', async () => {
  assert.equal(await apiOf('admin').userName(signal), 'admin');
  assert.equal(await apiOf('viewer').userName(signal), 'viewer');
});

test('a reason is seen in another window, outlives the parent’s next apply, and goes with the resume', async () => {
  const other = otherWindow();
  await seenBy(other, 'silent', () => true);
  assert.equal(await foretold('suspend', 'silent'), undefined, 'nobody will set it back');
  const note = await noted('disks $(reboot); "now"');
  const result = await suspendObject(parts, { id: kustomization('silent'), signal, note });
  assert.deepEqual(result, { state: 'succeeded', message: 'suspended' });

  const seen = await seenBy(other, 'silent', (object) => suspensionNoteOf(object) !== undefined);
  assert.deepEqual(suspensionNoteOf(seen), { ...note, by: 'admin' });
  await reconcileRoot();
  assert.deepEqual(suspensionNoteOf(await read('silent')), { ...note, by: 'admin' });

  const resumed = await resumeObject(parts, { id: kustomization('silent'), signal });
  assert.equal(resumed.state, 'succeeded', resumed.message);
  const { annotations = {} } = (await read('silent')).metadata;
  assert.deepEqual(
    Object.keys(annotations).filter((name) => name.startsWith('driftline.dev/')),
    [],
  );
  await seenBy(other, 'silent', (object) => object.spec?.suspend !== true);
});

test('a manifest that says suspend: false takes the suspension back, as foretold; the word left behind is shown no more', async () => {
  assert.equal(
    await foretold('suspend', 'outspoken'),
    `Kustomization ${namespace}/root applies this object and its manifest says suspend: false: it will be set back with the next reconcile`,
  );
  const note = await noted('for a minute');
  const result = await suspendObject(parts, { id: kustomization('outspoken'), signal, note });
  assert.match(result.state === 'succeeded' ? (result.warning ?? '') : '', /will set it back/);
  await reconcileRoot();
  const after = await read('outspoken');
  assert.equal(after.spec?.suspend, false);
  assert.equal(after.metadata.annotations?.['driftline.dev/suspended-reason'], 'for a minute');
  assert.equal(suspensionNoteOf(after), undefined);
});

test('what Git suspends is resumed until the parent’s next apply, as foretold, and nobody is named for it', async () => {
  assert.equal(suspensionNoteOf(await read('resting')), undefined);
  assert.equal(
    await foretold('resume', 'resting'),
    `Kustomization ${namespace}/root applies this object and its manifest says suspend: true: it will be set back with the next reconcile`,
  );
  const result = await resumeObject(parts, { id: kustomization('resting'), signal });
  assert.equal(result.state, 'succeeded', result.message);
  await reconcileRoot();
  assert.equal((await read('resting')).spec?.suspend, true);
});
