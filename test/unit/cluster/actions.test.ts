/** Reconcile, suspend and resume as a user gives them, against a server whose controllers answer as Flux's do. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { noLog } from '../../../src/base/log.ts';
import type { ActionResult } from '../../../src/cluster/actionResult.ts';
import {
  type ActionParts,
  type ActionRequest,
  reconcileObject,
  reconcileWithSource,
  resumeObject,
  suspendObject,
} from '../../../src/cluster/actions.ts';
import type { Controllers } from '../../../src/cluster/clusterState.ts';
import type { HttpClusterApi } from '../../../src/cluster/httpClusterApi.ts';
import { idOf } from '../../../src/flux/objectKey.ts';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import { type ApiServer, startApiServer } from '../../support/apiServer/apiServer.ts';
import { customResource } from '../../support/apiServer/discovery.ts';
import type { RecordedRequest } from '../../support/apiServer/httpGate.ts';
import { AwaitedClock } from '../../support/awaitedClock.ts';
import {
  anyObject,
  condition,
  controller,
  failing,
  gitRepository,
  helmChart,
  helmRelease,
  helmRepository,
  kustomization,
  ociRepository,
} from '../../support/builders.ts';
import { connectTo } from '../../support/serverApi.ts';

const reconcileMs = 1000;
type Annotations = Readonly<Record<string, string>>;

let clock: AwaitedClock;
let server: ApiServer;
let api: HttpClusterApi;
let controllers: Controllers;

beforeEach(async () => {
  clock = new AwaitedClock();
  server = await startApiServer({ clock, reconcileMs });
  api = connectTo(server);
  controllers = { state: 'unknown' };
});
afterEach(async () => {
  api.dispose();
  await server.close();
});

function parts(user?: HttpClusterApi): ActionParts {
  return { api: user ?? api, clock, log: noLog(), controllers: () => controllers, random: () => 0.5 };
}

function request(object: KubernetesObject, more: Partial<ActionRequest> = {}): ActionRequest {
  return { id: idOf(object), signal: new AbortController().signal, ...more };
}

const patches = (): RecordedRequest[] => server.requests.filter(({ method }) => method === 'PATCH');
const bodies = (): unknown[] => patches().map(({ body }): unknown => JSON.parse(body ?? 'null'));
const isWatch = ({ watch }: RecordedRequest): boolean => watch;

function annotationsOf(body: unknown): Annotations {
  return (body as { metadata: { annotations: Annotations } }).metadata.annotations;
}

/** Resolves with the n-th watch that the server receives. */
function watchNumber(count: number): Promise<RecordedRequest> {
  return server.received(() => server.requests.filter(isWatch).length >= count);
}

/** Lets the controllers end one reconcile after the n-th watch has been opened. */
async function controllersFinish(watches = 1): Promise<void> {
  await watchNumber(watches);
  clock.advance(1 + reconcileMs);
}

describe('reconcile', () => {
  it('sends one patch as the flux CLI does and waits for the controller to have handled it', async () => {
    const object = server.put(kustomization('apps'));
    const result = reconcileObject(parts(), request(object));
    await controllersFinish();
    assert.deepEqual(await result, { state: 'succeeded', message: 'applied revision main@5f2c1a9' });
    const [patch] = patches();
    assert.equal(patches().length, 1);
    assert.equal(
      patch?.path,
      '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/apps?fieldManager=flux',
    );
    assert.equal(patch.contentType, 'application/merge-patch+json');
    const annotations = annotationsOf(bodies()[0]);
    assert.deepEqual(Object.keys(annotations), ['reconcile.fluxcd.io/requestedAt']);
    assert.match(annotations['reconcile.fluxcd.io/requestedAt'] ?? '', /^2026-01-01T00:00:00\.\d{9}Z$/);
    assert.equal(server.requests.filter(isWatch).length, 1, 'one watch however long it takes');
  });

  it('does not mistake the state from before for the answer', async () => {
    const object = server.put(kustomization('apps', { status: { lastHandledReconcileAt: 'earlier' } }));
    const result = reconcileObject(parts(), request(object));
    let ended = false;
    void result.then(() => (ended = true));
    await watchNumber(1);
    clock.advance(1);
    server.bookmark();
    assert.equal(ended, false);
    clock.advance(reconcileMs);
    assert.equal((await result).state, 'succeeded');
  });

  it('refuses what is suspended, and sends nothing', async () => {
    const object = server.put(kustomization('apps', { spec: { suspend: true } }));
    const result = await reconcileObject(parts(), request(object));
    assert.equal(result.state === 'failed' && result.failure?.reason, 'suspended');
    assert.equal(result.message, 'Kustomization flux-system/apps is suspended');
    assert.deepEqual(patches(), []);
  });

  it('has nothing to do for a HelmRepository of type oci', async () => {
    const object = server.put(helmRepository('charts', { spec: { type: 'oci' }, conditions: [] }));
    const result = await reconcileObject(parts(), request(object));
    assert.equal(result.state, 'succeeded');
    assert.match(result.message, /nothing to reconcile/);
    assert.deepEqual(patches(), []);
  });

  it('forces and resets a release with one token in one patch', async () => {
    const object = server.put(helmRelease('loki'));
    const result = reconcileObject(parts(), request(object), { force: true, reset: true });
    await controllersFinish();
    assert.equal((await result).state, 'succeeded');
    const annotations = annotationsOf(bodies()[0]);
    assert.deepEqual(Object.keys(annotations).sort(), [
      'reconcile.fluxcd.io/forceAt',
      'reconcile.fluxcd.io/requestedAt',
      'reconcile.fluxcd.io/resetAt',
    ]);
    assert.equal(new Set(Object.values(annotations)).size, 1);
    assert.equal(patches().length, 1);
  });

  it('reports a failure with the controller’s words as soon as the controller has tried, though it will try again', async () => {
    const object = server.put(
      kustomization('apps', { conditions: failing('BuildFailed', 'kustomization path not found') }),
    );
    const result = reconcileObject(parts(), request(object));
    await controllersFinish();
    assert.deepEqual(await result, { state: 'failed', message: 'kustomization path not found' });
  });

  it('says what it waits for, and that the controller does not run', async () => {
    const object = server.put(kustomization('apps'));
    const said: string[] = [];
    controllers = {
      state: 'known',
      fluxVersion: '2.9.5',
      items: [
        {
          namespace: 'flux-system',
          name: 'kustomize-controller',
          version: 'v1.9.5',
          desiredReplicas: 0,
          readyReplicas: 0,
          running: false,
        },
      ],
    };
    const result = reconcileObject(parts(), request(object, { report: (message) => said.push(message) }));
    await controllersFinish();
    await result;
    assert.deepEqual(said, [
      'asking for Kustomization flux-system/apps',
      'waiting, although kustomize-controller is not running',
    ]);
  });
});

describe('waiting for the answer', () => {
  /** An object that no controller answers for. */
  function unanswered(object: FluxObject): FluxObject {
    server.put(controller('kustomize-controller', { replicas: 0 }));
    server.put(controller('source-controller', { replicas: 0 }));
    return server.put(object);
  }

  for (const [what, spec, waitedSeconds] of [
    ['five minutes where the object says nothing', {}, 330],
    ['as long as the object allows itself', { timeout: '12m' }, 750],
    ['a minute at least', { timeout: '5s' }, 90],
    ['five minutes for a time-out that is none', { timeout: 'soon' }, 330],
  ] as const) {
    it(`lasts ${what}, and half a minute for the controller's own word`, async () => {
      const object = unanswered(kustomization('apps', { spec }));
      const result = reconcileObject(parts(), request(object));
      await watchNumber(1);
      let isOver = false;
      void result.then(() => (isOver = true));
      clock.advance(waitedSeconds * 1000 - 1);
      await api.serverVersion(new AbortController().signal); // a round trip: what was due has happened
      assert.equal(isOver, false);
      clock.advance(1);
      const ended = await result;
      assert.equal(ended.state === 'failed' && ended.failure?.reason, 'timeout');
      assert.equal(ended.message, `no answer after ${waitedSeconds} s`);
    });
  }

  it('names the controller that does not run', async () => {
    const object = unanswered(kustomization('apps'));
    const item = { namespace: 'flux-system', version: 'v1.9.5', desiredReplicas: 0, readyReplicas: 0, running: false };
    const result = reconcileObject(parts(), request(object));
    await watchNumber(1);
    controllers = { state: 'known', fluxVersion: '2.9.5', items: [{ ...item, name: 'kustomize-controller' }] };
    clock.advance(330_000);
    assert.equal((await result).message, 'no answer after 330 s: kustomize-controller is not running');
  });

  it('names the shard that nobody takes up', async () => {
    const object = unanswered(gitRepository('flux-system', { labels: { 'sharding.fluxcd.io/key': 'shard2' } }));
    const result = reconcileObject(parts(), request(object));
    await watchNumber(1);
    clock.advance(330_000);
    assert.match((await result).message, /left to the controllers of shard shard2/);
  });

  it('can be stopped: the reconcile goes on in the cluster', async () => {
    const object = server.put(kustomization('apps'));
    const abort = new AbortController();
    const result = reconcileObject(parts(), request(object, { signal: abort.signal }));
    await watchNumber(1);
    abort.abort();
    assert.deepEqual(await result, {
      state: 'stopped',
      message: 'stopped waiting; the reconcile goes on in the cluster',
    });
    clock.advance(1 + reconcileMs);
    const token = annotationsOf(bodies()[0])['reconcile.fluxcd.io/requestedAt'];
    assert.equal((server.get(idOf(object)) as FluxObject).status?.lastHandledReconcileAt, token);
  });

  it('is not begun when it was stopped before', async () => {
    const object = server.put(kustomization('apps'));
    const result = await reconcileObject(parts(), request(object, { signal: AbortSignal.abort() }));
    assert.deepEqual(result, { state: 'stopped', message: 'stopped before anything was sent' });
    assert.deepEqual(patches(), []);
  });

  it('owns up to not knowing when it is stopped in the middle of the request', async () => {
    const object = server.put(kustomization('apps'));
    const abort = new AbortController();
    const strike = server.faults.add({ match: { method: 'PATCH' }, fault: 'silence' });
    const result = reconcileObject(parts(), request(object, { signal: abort.signal }));
    await server.received(({ method }) => method === 'PATCH');
    abort.abort();
    assert.deepEqual(await result, {
      state: 'stopped',
      message: 'stopped while the request was under way; it may have reached the cluster',
    });
    strike.dispose();
  });

  for (const [what, breakIt] of [
    ['ends', () => server.closeWatches()],
    ['is cut', () => server.dropWatches()],
  ] as const) {
    it(`survives a watch that ${what}`, async () => {
      const object = server.put(kustomization('apps'));
      const result = reconcileObject(parts(), request(object));
      await watchNumber(1);
      const paused = clock.nextWait((ms) => ms < 1000 && ms > 1);
      breakIt();
      await paused;
      clock.advance(1 + reconcileMs);
      assert.equal((await result).state, 'succeeded');
    });
  }

  for (const [what, fault] of [
    ['may not watch', 403],
    ['is told that the version is too old', 410],
    ['meets a server that is too busy', 429],
  ] as const) {
    it(`goes on by reading when it ${what}`, async () => {
      const object = server.put(kustomization('apps'));
      const strike = server.faults.add({ match: { watch: true }, fault });
      const paused = clock.nextWait((ms) => ms < 1000 && ms > 1);
      const result = reconcileObject(parts(), request(object));
      await paused;
      clock.advance(1 + reconcileMs);
      assert.equal((await result).state, 'succeeded');
      assert.equal(strike.hits, 1);
      strike.dispose();
    });
  }

  it('ends when the object is deleted', async () => {
    const object = server.put(kustomization('apps'));
    const result = reconcileObject(parts(), request(object));
    await watchNumber(1);
    server.remove(idOf(object));
    assert.deepEqual(await result, { state: 'failed', message: 'it was deleted' });
  });

  it('ends when the object was deleted while nobody watched', async () => {
    const object = server.put(kustomization('apps'));
    const result = reconcileObject(parts(), request(object));
    await watchNumber(1);
    const paused = clock.nextWait((ms) => ms < 1000 && ms > 1);
    server.closeWatches();
    await paused;
    server.remove(idOf(object));
    clock.advance(1000);
    assert.deepEqual(await result, { state: 'failed', message: 'it was deleted' });
  });

  it('ends when the credentials do', async () => {
    const object = server.put(kustomization('apps'));
    const result = reconcileObject(parts(), request(object));
    await watchNumber(1);
    const strike = server.faults.add({ match: {}, fault: 401 });
    const paused = clock.nextWait((ms) => ms < 1000 && ms > 1);
    server.closeWatches();
    await paused;
    clock.advance(1000);
    const ended = await result;
    assert.equal(ended.state === 'failed' && ended.failure?.reason, 'unauthorized');
    strike.dispose();
  });

  it('ends when the object is suspended meanwhile', async () => {
    const object = server.put(kustomization('apps'));
    const result = reconcileObject(parts(), request(object));
    await watchNumber(1);
    server.put({ ...kustomization('apps', { annotations: annotationsOf(bodies()[0]), spec: { suspend: true } }) });
    server.patchStatus(idOf(object), {
      lastHandledReconcileAt: annotationsOf(bodies()[0])['reconcile.fluxcd.io/requestedAt'],
    });
    assert.match((await result).message, /suspended meanwhile/);
  });
});

describe('requests that are refused', () => {
  async function failureOf(result: Promise<ActionResult>): Promise<string | undefined> {
    const ended = await result;
    return ended.state === 'failed' ? ended.failure?.reason : ended.state;
  }

  it('are told with the server’s words when the user may not patch', async () => {
    const object = server.put(kustomization('apps'));
    const viewer = connectTo(server, 'viewer');
    const result = await reconcileObject(parts(viewer), request(object));
    assert.equal(result.state === 'failed' && result.failure?.reason, 'forbidden');
    assert.match(result.message, /User "viewer" cannot patch resource "kustomizations"/);
    assert.equal(patches().length, 1, 'asked once');
    viewer.dispose();
  });

  it('are sent again after a conflict', async () => {
    const object = server.put(kustomization('apps'));
    const strike = server.faults.add({ match: { method: 'PATCH' }, fault: 409, times: 2 });
    const first = clock.nextWait((ms) => ms < 1000);
    const result = suspendObject(parts(), request(object));
    await first;
    const second = clock.nextWait((ms) => ms < 1000);
    clock.advance(1000);
    await second;
    clock.advance(1000);
    assert.equal((await result).state, 'succeeded');
    assert.equal(patches().length, 3);
    strike.dispose();
  });

  it('are given up when the conflict stays', async () => {
    const object = server.put(kustomization('apps'));
    const strike = server.faults.add({ match: { method: 'PATCH' }, fault: 409 });
    let waiting = clock.nextWait((ms) => ms < 3000);
    const result = suspendObject(parts(), request(object));
    for (let again = 1; again < 5; again += 1) {
      await waiting;
      waiting = clock.nextWait((ms) => ms < 3000);
      clock.advance(3000);
    }
    assert.equal(await failureOf(result), 'conflict');
    assert.equal(strike.hits, 5);
    strike.dispose();
  });

  it('are not sent for what is not there', async () => {
    assert.equal(await failureOf(reconcileObject(parts(), request(kustomization('none')))), 'notFound');
    server.unserve({ group: 'kustomize.toolkit.fluxcd.io' });
    api.forgetDiscovery();
    assert.equal(await failureOf(reconcileObject(parts(), request(kustomization('none')))), 'notFound');
    assert.deepEqual(patches(), []);
  });

  for (const [fault, reason] of [
    [401, 'unauthorized'],
    [500, 'unreachable'],
    ['drop', 'unreachable'],
    [422, 'invalid'],
  ] as const) {
    it(`end with ${reason} after ${fault}`, async () => {
      const object = server.put(kustomization('apps'));
      const strike = server.faults.add({ match: { method: 'PATCH' }, fault });
      assert.equal(await failureOf(suspendObject(parts(), request(object))), reason);
      strike.dispose();
    });
  }
});

describe('reconcile with source', () => {
  const patched = (): string[] => patches().map(({ path }) => path.split('?')[0]?.split('/').slice(-2).join('/') ?? '');

  it('reconciles a Kustomization after its source, and waits in between', async () => {
    server.put(gitRepository('flux-system'));
    const object = server.put(kustomization('apps'));
    const result = reconcileWithSource(parts(), request(object));
    await watchNumber(1);
    assert.deepEqual(patched(), ['gitrepositories/flux-system'], 'the second is not sent yet');
    clock.advance(1 + reconcileMs);
    await controllersFinish(2);
    assert.equal((await result).state, 'succeeded');
    assert.deepEqual(patched(), ['gitrepositories/flux-system', 'kustomizations/apps']);
  });

  it('says whom else the source has moved', async () => {
    server.put(gitRepository('flux-system'));
    const object = server.put(kustomization('apps'));
    const objects = (): FluxObject[] => [kustomization('apps'), kustomization('a'), kustomization('b')];
    const result = reconcileWithSource({ ...parts(), objects }, request(object));
    await controllersFinish(1);
    await controllersFinish(2);
    assert.equal(
      (await result).message,
      'applied revision main@5f2c1a9; also moved 2 other objects that take from GitRepository flux-system/flux-system',
    );
  });

  it('passes over a HelmRepository of type oci, and goes by the HelmChart', async () => {
    server.put(helmRepository('charts', { spec: { type: 'oci' }, conditions: [] }));
    server.put(helmChart('default-loki'));
    const object = server.put(helmRelease('loki'));
    const result = reconcileWithSource(parts(), request(object), { force: true });
    await controllersFinish(1);
    await controllersFinish(2);
    assert.equal((await result).state, 'succeeded');
    assert.deepEqual(patched(), ['helmcharts/default-loki', 'helmreleases/loki']);
    assert.deepEqual(
      bodies().map((body) => 'reconcile.fluxcd.io/forceAt' in annotationsOf(body)),
      [false, true],
      'only the release is forced',
    );
  });

  it('reconciles the OCIRepository of a chartRef', async () => {
    server.put(ociRepository('chart'));
    const object = server.put(
      helmRelease('web', { spec: { chartRef: { kind: 'OCIRepository', name: 'chart', namespace: 'flux-system' } } }),
    );
    const result = reconcileWithSource(parts(), request(object));
    await controllersFinish(1);
    await controllersFinish(2);
    assert.equal((await result).state, 'succeeded');
    assert.deepEqual(patched(), ['ocirepositories/chart', 'helmreleases/web']);
  });

  it('sends nothing when a link is suspended', async () => {
    server.put(gitRepository('flux-system', { spec: { suspend: true } }));
    const object = server.put(kustomization('apps'));
    const result = await reconcileWithSource(parts(), request(object));
    assert.equal(result.message, 'GitRepository flux-system/flux-system is suspended');
    assert.equal(result.state === 'failed' && result.failure?.reason, 'suspended');
    assert.deepEqual(patches(), []);
  });

  it('sends nothing when a link is missing', async () => {
    const object = server.put(kustomization('apps'));
    const result = await reconcileWithSource(parts(), request(object));
    assert.equal(result.message, 'GitRepository flux-system/flux-system does not exist');
    assert.deepEqual(patches(), []);
  });

  it('does not touch the object when its source fails, and says which failed', async () => {
    server.put(
      gitRepository('flux-system', {
        conditions: [condition('Ready', 'False', 'GitOperationFailed', 'authentication required')],
      }),
    );
    const object = server.put(kustomization('apps'));
    const result = reconcileWithSource(parts(), request(object));
    await controllersFinish();
    assert.deepEqual(await result, {
      state: 'failed',
      message: 'GitRepository flux-system/flux-system: authentication required',
    });
    assert.deepEqual(patched(), ['gitrepositories/flux-system']);
  });

  it('goes to what makes an ExternalArtifact, where that is a kind of Flux', async () => {
    const generators = 'source.extensions.fluxcd.io/v1beta1';
    server.serve(customResource(generators, 'ArtifactGenerator'));
    server.put(
      anyObject('source.toolkit.fluxcd.io/v1', 'ExternalArtifact', 'built', {
        namespace: 'flux-system',
        fields: { spec: { sourceRef: { apiVersion: generators, kind: 'ArtifactGenerator', name: 'generator' } } },
      }),
    );
    const object = server.put(
      kustomization('apps', { spec: { sourceRef: { kind: 'ExternalArtifact', name: 'built' } } }),
    );
    const without = await reconcileWithSource(parts(), request(object));
    assert.match(without.message, /cannot be reconciled/);
    assert.deepEqual(patches(), []);
  });
});

describe('suspend and resume', () => {
  it('suspend with one patch and wait for nothing', async () => {
    const object = server.put(helmRelease('loki'));
    assert.deepEqual(await suspendObject(parts(), request(object)), { state: 'succeeded', message: 'suspended' });
    assert.deepEqual(bodies(), [{ spec: { suspend: true } }]);
    assert.match(patches()[0]?.path ?? '', /\?fieldManager=flux$/);
    assert.equal(server.requests.some(isWatch), false);
  });

  it('keep who suspends and why with the object, in the same patch; a resume takes the word away', async () => {
    const object = server.put(kustomization('apps'));
    const note = { by: 'admin', at: '2026-01-01T00:00:00Z', reason: 'disks `rm -rf /`' };
    assert.equal((await suspendObject(parts(), request(object, { note }))).state, 'succeeded');
    const result = resumeObject(parts(), request(object));
    await controllersFinish();
    assert.equal((await result).state, 'succeeded');
    const said = {
      'driftline.dev/suspended-reason': 'disks `rm -rf /`',
      'driftline.dev/suspended-by': 'admin',
      'driftline.dev/suspended-at': '2026-01-01T00:00:00Z',
    };
    const unsaid = Object.fromEntries(Object.keys(said).map((name) => [name, null]));
    assert.deepEqual(bodies(), [
      { metadata: { annotations: said }, spec: { suspend: true } },
      { metadata: { annotations: unsaid }, spec: { suspend: null } },
    ]);
    const { annotations = {} } = server.get(idOf(object))?.metadata ?? {};
    assert.deepEqual(
      Object.keys(annotations).filter((name) => name.startsWith('driftline.dev/')),
      [],
    );
  });

  it('leave the word of whoever has suspended the object meanwhile', async () => {
    const annotations = { 'driftline.dev/suspended-by': 'eve' };
    const object = server.put(kustomization('apps', { spec: { suspend: true }, annotations }));
    const note = { by: 'admin', at: '2026-01-01T00:00:00Z', reason: 'x' };
    assert.deepEqual(await suspendObject(parts(), request(object, { note })), {
      state: 'succeeded',
      message: 'it was suspended already',
    });
    assert.deepEqual(patches(), []);
  });

  it('take the field away to resume, and wait for the reconcile that follows', async () => {
    const object = server.put(kustomization('apps', { spec: { suspend: true } }));
    const result = resumeObject(parts(), request(object));
    await controllersFinish();
    assert.deepEqual(await result, { state: 'succeeded', message: 'applied revision main@5f2c1a9' });
    assert.deepEqual(bodies(), [{ spec: { suspend: null } }]);
    assert.equal('suspend' in (server.get(idOf(object))?.spec ?? {}), false);
  });

  it('report what the resumed object fails of', async () => {
    const object = server.put(helmRelease('loki', { spec: { suspend: true } }));
    server.outcome(idOf(object), {
      ready: 'False',
      reason: 'RetriesExceeded',
      message: 'gave up after 3 attempts',
      stalled: true,
    });
    const result = resumeObject(parts(), request(object));
    await controllersFinish();
    assert.deepEqual(await result, { state: 'failed', message: 'gave up after 3 attempts', because: 'exhausted' });
  });

  for (const [reason, message] of [
    ['DependencyNotReady', "dependency 'flux-system/infrastructure' is not ready"],
    ['SourceNotReady', 'Source artifact not found, retrying in 30s'],
  ] as const) {
    it(`resume what is put off at first (${reason}): the suspension has gone, and nothing has failed`, async () => {
      const object = server.put(kustomization('apps', { spec: { suspend: true } }));
      server.outcome(idOf(object), { ready: 'False', reason, message });
      const result = resumeObject(parts(), request(object));
      await controllersFinish();
      assert.deepEqual(await result, { state: 'succeeded', message: `put off for now, ${message}` });
      assert.equal('suspend' in (server.get(idOf(object))?.spec ?? {}), false);
    });
  }

  it('resume an OCI HelmRepository without waiting for a controller that does not come', async () => {
    const object = server.put(helmRepository('charts', { spec: { type: 'oci', suspend: true }, conditions: [] }));
    assert.deepEqual(await resumeObject(parts(), request(object)), { state: 'succeeded', message: 'resumed' });
  });

  /** What kustomize-controller leaves on an object whose manifest sets `suspend`. */
  const applied = (fields: object): readonly unknown[] => [
    {
      manager: 'kustomize-controller',
      operation: 'Apply',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': fields },
    },
  ];

  for (const [what, managedFields, warning] of [
    [
      'warn that the parent will set it back when its manifest writes the field',
      applied({ 'f:suspend': {}, 'f:path': {} }),
      'its manifest sets suspend, so Kustomization flux-system/cluster will set it back',
    ],
    ['do not warn when the manifest leaves the field alone', applied({ 'f:path': {} }), undefined],
    [
      'do not warn of a field that was set by hand',
      [{ manager: 'flux', operation: 'Update', fieldsV1: { 'f:spec': { 'f:suspend': {} } } }],
      undefined,
    ],
    ['do not fall over managedFields that are none', ['garbage', null, {}], undefined],
  ] as const) {
    it(what, async () => {
      const object = server.put(
        kustomization('apps', { appliedBy: { kind: 'Kustomization', name: 'cluster' }, metadata: { managedFields } }),
      );
      const result = await suspendObject(parts(), request(object));
      assert.equal(result.state === 'succeeded' ? result.warning : result.message, warning);
    });
  }

  it('do not warn of a root that applies itself: suspended, it does not', async () => {
    const root = kustomization('root', {
      appliedBy: { kind: 'Kustomization', name: 'root' },
      metadata: { managedFields: applied({ 'f:suspend': {} }) },
    });
    const object = server.put(root);
    assert.deepEqual(await suspendObject(parts(), request(object)), { state: 'succeeded', message: 'suspended' });
  });

  it('refuse a kind that cannot be suspended', async () => {
    const artifact = server.put(anyObject('source.toolkit.fluxcd.io/v1', 'ExternalArtifact', 'built'));
    for (const action of [suspendObject, resumeObject]) {
      const result = await action(parts(), request(artifact));
      assert.equal(result.state === 'failed' && result.failure?.reason, 'invalid');
    }
    assert.deepEqual(patches(), []);
  });

  it('use the version that an older Flux serves', async () => {
    server.unserve({ group: 'helm.toolkit.fluxcd.io' });
    server.serve(customResource('helm.toolkit.fluxcd.io/v2beta2', 'HelmRelease'));
    const object = server.put(helmRelease('loki', { apiVersion: 'helm.toolkit.fluxcd.io/v2beta2' }));
    assert.equal((await suspendObject(parts(), request(object))).state, 'succeeded');
    assert.match(patches()[0]?.path ?? '', /\/v2beta2\//);
  });
});
