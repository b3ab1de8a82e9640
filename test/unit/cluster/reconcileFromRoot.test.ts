/** Bringing an object to what stands in Git, against a server whose controllers answer as Flux's do. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { noLog } from '../../../src/base/log.ts';
import type { ActionResult } from '../../../src/cluster/actionResult.ts';
import type { ActionParts, ActionRequest } from '../../../src/cluster/actions.ts';
import type { HttpClusterApi } from '../../../src/cluster/httpClusterApi.ts';
import { reconcileFromRoot } from '../../../src/cluster/reconcileFromRoot.ts';
import { idOf } from '../../../src/flux/objectKey.ts';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import { type ApiServer, startApiServer } from '../../support/apiServer/apiServer.ts';
import type { RecordedRequest } from '../../support/apiServer/httpGate.ts';
import { AwaitedClock } from '../../support/awaitedClock.ts';
import {
  condition,
  controller,
  failing,
  gitRepository,
  helmChart,
  helmRelease,
  helmRepository,
  kustomization,
  revision,
} from '../../support/builders.ts';
import { connectTo } from '../../support/serverApi.ts';

const reconcileMs = 1000;

let clock: AwaitedClock;
let server: ApiServer;
let api: HttpClusterApi;
let said: string[];

beforeEach(async () => {
  clock = new AwaitedClock();
  server = await startApiServer({ clock, reconcileMs });
  api = connectTo(server);
  said = [];
});
afterEach(async () => {
  api.dispose();
  await server.close();
});

function run(object: KubernetesObject, more: Partial<ActionRequest & ActionParts> = {}): Promise<ActionResult> {
  const { signal = new AbortController().signal, ...parts } = more;
  return reconcileFromRoot(
    { api, clock, log: noLog(), random: () => 0.5, ...parts },
    { id: idOf(object), signal, report: (message) => said.push(message) },
  );
}

const patches = (): RecordedRequest[] => server.requests.filter(({ method }) => method === 'PATCH');
const patched = (): string[] => patches().map(({ path }) => path.split('?')[0]?.split('/').slice(-2).join('/') ?? '');

/** Resolves with the n-th watch: what was asked for is then waited for. */
function watchNumber(count: number): Promise<RecordedRequest> {
  return server.received(() => server.requests.filter(({ watch }) => watch).length >= count);
}

/** Lets the controllers end one reconcile after each of that many watches. */
async function controllersFinish(from: number, to = from): Promise<void> {
  for (let watch = from; watch <= to; watch += 1) {
    await watchNumber(watch);
    clock.advance(1 + reconcileMs);
  }
}

const below = (name: string) => ({ appliedBy: { kind: 'Kustomization', name } as const });

/** The bootstrap root, a Kustomization below it, and a release below that. */
function putHomelab(): FluxObject {
  server.put(gitRepository('flux-system', below('flux-system')));
  server.put(kustomization('flux-system', below('flux-system')));
  server.put(kustomization('apps', below('flux-system')));
  server.put(helmRepository('charts'));
  server.put(helmChart('default-loki'));
  return server.put(helmRelease('loki', below('apps')));
}

const wholeWay = [
  'gitrepositories/flux-system',
  'kustomizations/flux-system',
  'kustomizations/apps',
  'helmrepositories/charts',
  'helmcharts/default-loki',
  'helmreleases/loki',
];

function stepOf(result: ActionResult): string {
  const { id, number, of } = (result.state === 'failed' ? result.step : undefined) ?? assert.fail(result.message);
  return `${number ?? '-'} of ${of ?? '-'} ${id.kind} ${id.namespace}/${id.name}`;
}

describe('reconcile from the root', () => {
  it('goes from the source of the root down to the object, and waits for each', async () => {
    const result = run(putHomelab());
    await watchNumber(1);
    assert.deepEqual(patched(), wholeWay.slice(0, 1), 'nothing else is sent before the source has answered');
    await controllersFinish(1, 6);
    assert.deepEqual(await result, { state: 'succeeded', message: 'applied revision 1.0.0' });
    assert.deepEqual(patched(), wholeWay);
    assert.deepEqual(said, [
      '1 of 6: GitRepository flux-system/flux-system',
      '2 of 6: Kustomization flux-system/flux-system',
      '3 of 6: Kustomization flux-system/apps',
      '4 of 6: HelmRepository flux-system/charts',
      '5 of 6: HelmChart flux-system/default-loki',
      '6 of 6: HelmRelease default/loki',
    ]);
  });

  it('asks each by the annotation alone, as the flux CLI does', async () => {
    const result = run(putHomelab());
    await controllersFinish(1, 6);
    await result;
    for (const { path, contentType, body } of patches()) {
      assert.match(path, /\?fieldManager=flux$/);
      assert.equal(contentType, 'application/merge-patch+json');
      const { metadata, ...rest } = JSON.parse(body ?? '{}') as { metadata: { annotations: object } };
      assert.deepEqual(Object.keys(metadata.annotations), ['reconcile.fluxcd.io/requestedAt']);
      assert.deepEqual(rest, {});
    }
  });

  it('takes the object as its parent has just applied it: another source is reconciled instead of the old one', async () => {
    const object = putHomelab();
    const result = run(object);
    await controllersFinish(1, 2);
    await watchNumber(3);
    const sourceRef = { kind: 'HelmRepository', name: 'other', namespace: 'flux-system' };
    server.put(helmRepository('other'));
    server.put(helmChart('default-loki', { spec: { sourceRef } }));
    clock.advance(1 + reconcileMs);
    await controllersFinish(4, 6);
    assert.equal((await result).state, 'succeeded');
    assert.equal(patched()[3], 'helmrepositories/other');
  });

  it('says that Git has the object no more when its parent has pruned it', async () => {
    const object = putHomelab();
    const result = run(object);
    await controllersFinish(1, 2);
    await watchNumber(3);
    server.remove(idOf(object));
    clock.advance(1 + reconcileMs);
    const ended = await result;
    assert.equal(ended.message, 'HelmRelease default/loki is gone: what was applied now has it no more');
    assert.deepEqual(patched(), wholeWay.slice(0, 3));
  });

  it('sends nothing where a link is suspended, and names it', async () => {
    const object = putHomelab();
    server.put(kustomization('apps', { ...below('flux-system'), spec: { suspend: true } }));
    const result = await run(object);
    assert.equal(result.message, 'Kustomization flux-system/apps is suspended');
    assert.equal(result.state === 'failed' && result.failure?.reason, 'suspended');
    assert.equal(stepOf(result), '- of - Kustomization flux-system/apps');
    assert.deepEqual(patches(), []);
  });

  for (const [what, gone, message] of [
    [
      'parent',
      kustomization('apps'),
      'Kustomization flux-system/apps, which applies HelmRelease default/loki, does not exist',
    ],
    [
      'source',
      gitRepository('flux-system'),
      'GitRepository flux-system/flux-system, which Kustomization flux-system/flux-system takes from, does not exist',
    ],
    [
      'chart',
      helmChart('default-loki'),
      'HelmChart flux-system/default-loki, which HelmRelease default/loki takes from, does not exist',
    ],
  ] as const) {
    it(`sends nothing where a ${what} is missing, and says to whom`, async () => {
      const object = putHomelab();
      server.remove(idOf(gone));
      const result = await run(object);
      assert.equal(result.message, message);
      assert.equal(result.state === 'failed' && result.failure?.reason, 'notFound');
      assert.deepEqual(patches(), []);
    });
  }

  it('is not begun for an object that is not there', async () => {
    const result = await run(helmRelease('none'));
    assert.equal(result.message, 'HelmRelease default/none does not exist');
    assert.deepEqual(patches(), []);
  });

  it('ends at the step that fails, with its object and the controller’s words', async () => {
    const object = putHomelab();
    server.outcome(idOf(kustomization('apps')), {
      ready: 'False',
      reason: 'BuildFailed',
      message: 'kustomize build failed',
      retrying: true,
    });
    const result = run(object);
    await controllersFinish(1, 3);
    const ended = await result;
    assert.equal(ended.state === 'failed' && ended.message, 'kustomize build failed');
    assert.equal(stepOf(ended), '3 of 6 Kustomization flux-system/apps');
    assert.deepEqual(patched(), wholeWay.slice(0, 3), 'what comes after it is not touched');
  });
});

describe('reconcile from the root, on the way through parents', () => {
  const checking = (object: FluxObject, at: string): FluxObject => ({
    ...object,
    status: {
      ...object.status,
      conditions: [
        condition(
          'Reconciling',
          'True',
          'Progressing',
          `Running health checks for revision ${at} with a timeout of 5m0s`,
        ),
        condition('Ready', 'Unknown', 'Progressing'),
      ],
    },
  });

  it('does not wait for the health of neighbours: a parent that has applied the revision is done', async () => {
    const object = putHomelab();
    const result = run(object);
    await controllersFinish(1, 2);
    await watchNumber(3);
    server.put(checking(kustomization('apps', below('flux-system')), revision));
    await watchNumber(4);
    assert.equal(patched()[3], 'helmrepositories/charts');
    await controllersFinish(4, 6);
    assert.equal((await result).state, 'succeeded');
  });

  it('goes on where a parent has applied the revision and a neighbour is not healthy', async () => {
    const object = putHomelab();
    server.outcome(idOf(kustomization('apps')), {
      ready: 'False',
      reason: 'HealthCheckFailed',
      message: 'timeout waiting for: [Deployment/other/web status: InProgress]',
      retrying: true,
      status: { lastAttemptedRevision: revision },
    });
    const result = run(object);
    await controllersFinish(1, 6);
    assert.deepEqual(await result, { state: 'succeeded', message: 'applied revision 1.0.0' });
  });

  it('waits for what a parent depends on, then asks again', async () => {
    const object = putHomelab();
    const spec = { dependsOn: [{ name: 'infra' }] };
    server.put(kustomization('apps', { ...below('flux-system'), spec }));
    const infra = kustomization('infra', { ...below('flux-system'), status: { lastAppliedRevision: 'main@sha1:old' } });
    server.put(infra);
    const apps = idOf(kustomization('apps'));
    server.outcome(apps, {
      ready: 'False',
      reason: 'DependencyNotReady',
      message: "dependency 'flux-system/infra' revision is not up to date",
      retrying: true,
    });
    const result = run(object);
    await controllersFinish(1, 3);
    await watchNumber(4);
    assert.equal(patched().includes('kustomizations/infra'), false, 'it is reconciled by itself');
    assert.equal(said.at(-1), '3 of 6: Kustomization flux-system/apps, waiting for Kustomization flux-system/infra');
    server.outcome(apps, undefined);
    server.put(kustomization('apps', { ...below('flux-system'), spec }));
    server.put(kustomization('infra', below('flux-system')));
    await controllersFinish(5, 8);
    assert.deepEqual(await result, { state: 'succeeded', message: 'applied revision 1.0.0' });
    assert.deepEqual(patched(), [...wholeWay.slice(0, 3), ...wholeWay.slice(2)]);
  });

  it('names the dependency that fails', async () => {
    const object = putHomelab();
    server.put(kustomization('apps', { ...below('flux-system'), spec: { dependsOn: [{ name: 'infra' }] } }));
    server.put(kustomization('infra', { ...below('flux-system'), conditions: failing('BuildFailed', 'no such file') }));
    server.outcome(idOf(kustomization('apps')), {
      ready: 'False',
      reason: 'DependencyNotReady',
      message: "dependency 'flux-system/infra' is not ready",
      retrying: true,
    });
    const result = run(object);
    await controllersFinish(1, 3);
    const ended = await result;
    assert.equal(ended.message, 'no such file');
    assert.equal(stepOf(ended), '3 of 6 Kustomization flux-system/infra');
  });

  it('names the dependency that is suspended', async () => {
    const object = putHomelab();
    server.put(kustomization('apps', { ...below('flux-system'), spec: { dependsOn: [{ name: 'infra' }] } }));
    server.put(kustomization('infra', { ...below('flux-system'), spec: { suspend: true } }));
    server.outcome(idOf(kustomization('apps')), {
      ready: 'False',
      reason: 'DependencyNotReady',
      message: "dependency 'flux-system/infra' revision is not up to date",
      retrying: true,
    });
    const result = run(object);
    await controllersFinish(1, 3);
    const ended = await result;
    assert.equal(ended.state === 'failed' && ended.failure?.reason, 'suspended');
    assert.equal(stepOf(ended), '3 of 6 Kustomization flux-system/infra');
  });

  it('has the chart made again for a release that was changed just now, and asks again', async () => {
    const object = putHomelab();
    server.outcome(idOf(object), {
      ready: 'False',
      reason: 'SourceNotReady',
      message: "HelmChart 'flux-system/default-loki' is not ready: latest generation of object has not been reconciled",
    });
    const result = run(object);
    await controllersFinish(1, 6);
    await watchNumber(7);
    server.outcome(idOf(object), { ready: 'True', reason: 'UpgradeSucceeded', message: '' });
    await controllersFinish(7, 9);
    assert.equal((await result).state, 'succeeded');
    assert.deepEqual(patched(), [...wholeWay, ...wholeWay.slice(3)]);
  });
});

describe('reconcile from the root, as one of many', () => {
  it('says whom else the shared source moves: twenty take from it, three of them are on the way', async () => {
    const object = putHomelab();
    const others = Array.from({ length: 18 }, (_, index) => kustomization(`other-${index}`, below('flux-system')));
    const objects: FluxObject[] = [
      ...others,
      kustomization('flux-system', below('flux-system')),
      kustomization('apps', below('flux-system')),
    ];
    const result = run(object, { objects: () => objects });
    await controllersFinish(1, 6);
    const ended = await result;
    assert.equal(
      said[0],
      '1 of 6: GitRepository flux-system/flux-system; also moves 18 other objects that take from GitRepository flux-system/flux-system',
    );
    assert.equal(
      ended.message,
      'applied revision 1.0.0; also moved 18 other objects that take from GitRepository flux-system/flux-system',
    );
  });
});

describe('reconcile from the root that does not come to its end', () => {
  it('can be stopped at any step: what was asked for goes on', async () => {
    const stop = new AbortController();
    const result = run(putHomelab(), { signal: stop.signal });
    await controllersFinish(1);
    await watchNumber(2);
    stop.abort();
    assert.deepEqual(await result, {
      state: 'stopped',
      message:
        'stopped at 2 of 6, Kustomization flux-system/flux-system; what was asked for before goes on in the cluster',
    });
    assert.deepEqual(patched(), wholeWay.slice(0, 2));
  });

  it('is not begun when it was stopped before', async () => {
    const object = putHomelab();
    assert.deepEqual(await run(object, { signal: AbortSignal.abort() }), {
      state: 'stopped',
      message: 'stopped before anything was sent',
    });
    assert.deepEqual(patches(), []);
  });

  it('names the step whose controller does not answer, and who does not run', async () => {
    const object = putHomelab();
    const controllers = {
      state: 'known',
      fluxVersion: undefined,
      items: [
        {
          namespace: 'flux-system',
          name: 'source-controller',
          version: undefined,
          desiredReplicas: 0,
          readyReplicas: 0,
          running: false,
        },
      ],
    } as const;
    server.put(controller('source-controller', { replicas: 0 }));
    const result = run(object, { controllers: () => controllers });
    await watchNumber(1);
    clock.advance(400_000);
    const ended = await result;
    assert.match(
      said[0] ?? '',
      /^1 of 6: GitRepository flux-system\/flux-system, although source-controller is not running/,
    );
    assert.match(ended.message, /^no answer after \d+ s: source-controller is not running$/);
    assert.equal(stepOf(ended), '1 of 6 GitRepository flux-system/flux-system');
  });

  it('names the step that is deleted meanwhile', async () => {
    const object = putHomelab();
    const result = run(object);
    await controllersFinish(1, 2);
    await watchNumber(3);
    server.remove(idOf(kustomization('apps')));
    const ended = await result;
    assert.equal(ended.message, 'it was deleted');
    assert.equal(stepOf(ended), '3 of 6 Kustomization flux-system/apps');
  });

  it('names the step that is suspended meanwhile', async () => {
    const object = putHomelab();
    const result = run(object);
    await watchNumber(1);
    server.put(kustomization('apps', { ...below('flux-system'), spec: { suspend: true } }));
    await controllersFinish(1, 2);
    const ended = await result;
    assert.equal(ended.state === 'failed' && ended.failure?.reason, 'suspended');
    assert.equal(stepOf(ended), '- of - Kustomization flux-system/apps');
  });

  const words = 'admission webhook "guard.example.com" denied the request: not on a Friday';
  for (const [what, fault, reason, message] of [
    ['a refusal of the API server', 422, 'invalid', /./],
    [
      'a denial by an admission webhook',
      { status: 403, message: words },
      'forbidden',
      /denied the request: not on a Friday/,
    ],
  ] as const) {
    it(`names the step of ${what}`, async () => {
      const object = putHomelab();
      const strike = server.faults.add({ match: { method: 'PATCH', path: /kustomizations\/apps/ }, fault });
      const result = run(object);
      await controllersFinish(1, 2);
      const ended = await result;
      assert.equal(ended.state === 'failed' && ended.failure?.reason, reason);
      assert.match(ended.message, message);
      assert.equal(stepOf(ended), '3 of 6 Kustomization flux-system/apps');
      strike.dispose();
    });
  }

  it('names the step of a conflict that stays', async () => {
    const object = putHomelab();
    const strike = server.faults.add({ match: { method: 'PATCH', path: /kustomizations\/apps/ }, fault: 409 });
    // The server's controllers wait by the same clock.
    const isRetry = (ms: number): boolean => ms !== 1 && ms !== reconcileMs && ms < 3_000;
    let waiting = clock.nextWait(isRetry);
    const result = run(object);
    await controllersFinish(1, 2);
    for (let again = 1; again < 5; again += 1) {
      await waiting;
      waiting = clock.nextWait(isRetry);
      clock.advance(3_000);
    }
    const ended = await result;
    assert.equal(ended.state === 'failed' && ended.failure?.reason, 'conflict');
    assert.equal(stepOf(ended), '3 of 6 Kustomization flux-system/apps');
    assert.equal(strike.hits, 5);
    strike.dispose();
  });

  it('sends nothing more once the context was switched', async () => {
    const result = run(putHomelab());
    await controllersFinish(1);
    await watchNumber(2);
    api.dispose();
    const ended = await result;
    assert.equal(ended.state === 'failed' && ended.failure?.reason, 'cancelled');
    assert.deepEqual(patched(), wholeWay.slice(0, 2));
  });

  it('asks for names as they are, whatever a shell would make of them', async () => {
    // No API server takes such a name for a new object; what stands in labels is anybody's.
    const labels = {
      'kustomize.toolkit.fluxcd.io/name': '$(reboot);`id`/../x',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux system&',
    };
    server.put(helmRepository('charts'));
    server.put(helmChart('default-loki'));
    const result = await run(server.put(helmRelease('loki', { labels })));
    assert.equal(result.state === 'failed' && result.failure?.reason, 'notFound');
    assert.ok(server.requests.some(({ path }) => path.includes(encodeURIComponent('$(reboot);`id`/../x'))));
    assert.deepEqual(patches(), []);
  });
});
