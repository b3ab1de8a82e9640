/** The stand-ins of the Flux controllers write what the controllers were seen to write, in the same order. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import { idOf } from '../../../src/flux/objectKey.ts';
import { plainRequest } from '../../contract/plainRequest.ts';
import { valueAt } from '../../support/apiServer/apiObject.ts';
import { type ApiServer, startApiServer } from '../../support/apiServer/apiServer.ts';
import {
  condition,
  controller,
  failing,
  gitRepository,
  helmRelease,
  helmRepository,
  kustomization,
  revision,
} from '../../support/builders.ts';
import { ManualClock } from '../../support/manualClock.ts';

const reconcileMs = 1000;
const requestedAt = 'reconcile.fluxcd.io/requestedAt';
const token = '2026-01-01T00:00:00.000000001Z';

describe('the stand-ins of the Flux controllers', () => {
  let clock: ManualClock;
  let server: ApiServer;
  beforeEach(async () => {
    clock = new ManualClock();
    server = await startApiServer({ clock, reconcileMs });
  });
  afterEach(() => server.close());

  function pathOf(object: KubernetesObject): string {
    const plurals: Readonly<Record<string, string>> = {
      GitRepository: 'gitrepositories',
      HelmRepository: 'helmrepositories',
    };
    const plural = plurals[object.kind] ?? `${object.kind.toLowerCase()}s`;
    return `/apis/${object.apiVersion}/namespaces/${object.metadata.namespace ?? ''}/${plural}/${object.metadata.name}`;
  }

  async function patch(object: KubernetesObject, body: object): Promise<void> {
    const answer = await plainRequest(server, `${pathOf(object)}?fieldManager=flux`, {
      method: 'PATCH',
      token: server.token(),
      body,
      contentType: 'application/merge-patch+json',
    });
    assert.equal(answer.status, 200, answer.text);
  }

  const request = (object: KubernetesObject, value = token): Promise<void> =>
    patch(object, { metadata: { annotations: { [requestedAt]: value } } });

  function read(object: KubernetesObject): FluxObject {
    const found = server.get(idOf(object));
    assert.ok(found, `${object.metadata.name} is there`);
    return found;
  }

  /** `Ready=True/Succeeded`, in the order of the object. */
  function conditions(object: KubernetesObject): string[] {
    return (read(object).status?.conditions ?? []).map(
      ({ type, status, reason }) => `${type}=${status}/${reason ?? ''}`,
    );
  }

  it('work on a Kustomization, then put back what it said before, with the token', async () => {
    const object = server.put(kustomization('apps'));
    await request(object);
    assert.deepEqual(conditions(object), ['Ready=True/ReconciliationSucceeded'], 'nothing within the request itself');
    clock.advance(1);
    assert.deepEqual(conditions(object), ['Reconciling=True/Progressing', 'Ready=Unknown/Progressing']);
    assert.equal(read(object).status?.lastHandledReconcileAt, undefined);
    clock.advance(reconcileMs);
    assert.deepEqual(conditions(object), ['Ready=True/ReconciliationSucceeded']);
    assert.equal(read(object).status?.lastHandledReconcileAt, token);
  });

  it('keep a source and a release ready while they work', async () => {
    for (const object of [server.put(gitRepository('flux-system')), server.put(helmRelease('loki'))]) {
      await request(object);
      clock.advance(1);
      assert.ok(conditions(object).includes('Reconciling=True/Progressing'), object.kind);
      assert.ok(
        conditions(object).some((text) => text.startsWith('Ready=True/')),
        object.kind,
      );
      clock.advance(reconcileMs);
      assert.equal(read(object).status?.lastHandledReconcileAt, token);
      assert.ok(!conditions(object).some((text) => text.startsWith('Reconciling')), object.kind);
    }
  });

  it('leave a failing object failing, and its observedGeneration old', async () => {
    const object = server.put(
      kustomization('apps', { conditions: failing('BuildFailed', 'no such file'), status: { observedGeneration: -1 } }),
    );
    await request(object);
    clock.advance(1 + reconcileMs);
    assert.deepEqual(conditions(object), ['Reconciling=True/ProgressingWithRetry', 'Ready=False/BuildFailed']);
    assert.equal(read(object).status?.observedGeneration, -1);
    assert.equal(read(object).status?.lastHandledReconcileAt, token);
  });

  it('write the conditions before the token', async () => {
    const object = server.put(kustomization('apps'));
    const path = `${pathOf(object).replace(/\/apps$/, '')}?watch=1&resourceVersion=${server.resourceVersion}`;
    const lines: string[] = [];
    const watch = httpRequest(server.url + path, {
      headers: { authorization: `Bearer ${server.token()}` },
      agent: false,
    });
    watch.end();
    const [message] = (await once(watch, 'response')) as [IncomingMessage];
    message.setEncoding('utf8');
    message.on('data', (chunk: string) => lines.push(...chunk.split('\n').filter((line) => line !== '')));
    await request(object);
    clock.advance(1);
    clock.advance(reconcileMs);
    server.closeWatches();
    await once(message, 'end');
    const seen = lines.map((line) => {
      const event: unknown = JSON.parse(line);
      const ready = (valueAt(event, 'object', 'status', 'conditions') as { type: string; status: string }[]).find(
        ({ type }) => type === 'Ready',
      );
      return [ready?.status, valueAt(event, 'object', 'status', 'lastHandledReconcileAt')];
    });
    assert.deepEqual(seen, [
      ['True', undefined],
      ['Unknown', undefined],
      ['True', undefined],
      ['True', token],
    ]);
  });

  it('only note the token of a suspended object', async () => {
    const object = server.put(kustomization('apps', { spec: { suspend: true } }));
    const before = conditions(object);
    await request(object);
    clock.advance(1);
    assert.equal(read(object).status?.lastHandledReconcileAt, token);
    clock.advance(reconcileMs);
    assert.deepEqual(conditions(object), before);
  });

  it('reconcile what is resumed, and leave what is suspended as it is', async () => {
    const object = server.put(kustomization('apps'));
    await patch(object, { spec: { suspend: true } });
    clock.advance(1 + reconcileMs);
    assert.deepEqual(conditions(object), ['Ready=True/ReconciliationSucceeded']);
    assert.equal(read(object).status?.observedGeneration, 2, 'a ready object counts the generation as observed');
    await patch(object, { spec: { suspend: null } });
    clock.advance(1);
    assert.deepEqual(conditions(object), ['Reconciling=True/Progressing', 'Ready=Unknown/Progressing']);
    clock.advance(reconcileMs);
    assert.equal(read(object).status?.observedGeneration, 3);
    assert.equal('suspend' in (read(object).spec ?? {}), false);
  });

  it('end a reconcile as a test says', async () => {
    const object = server.put(helmRelease('loki'));
    server.outcome(idOf(object), {
      ready: 'False',
      reason: 'UpgradeFailed',
      message: 'timed out',
      retrying: true,
      status: { failures: 1 },
    });
    await request(object);
    clock.advance(1 + reconcileMs);
    assert.ok(conditions(object).includes('Ready=False/UpgradeFailed'));
    assert.ok(conditions(object).includes('Reconciling=True/ProgressingWithRetry'));
    assert.equal(read(object).status?.failures, 1);
    server.outcome(idOf(object), { ready: 'False', reason: 'RetriesExceeded', message: 'gave up', stalled: true });
    await request(object, 'second');
    clock.advance(1 + reconcileMs);
    assert.ok(conditions(object).includes('Stalled=True/RetriesExceeded'));
    assert.ok(!conditions(object).some((text) => text.startsWith('Reconciling')));
  });

  it('make a new object ready', async () => {
    const fresh = kustomization('new', {
      conditions: [],
      status: { observedGeneration: -1, lastAppliedRevision: undefined },
    });
    server.put(gitRepository('flux-system'));
    await plainRequest(server, pathOf(fresh).replace(/\/new$/, ''), {
      method: 'POST',
      token: server.token(),
      body: fresh,
    });
    clock.advance(1 + reconcileMs);
    assert.deepEqual(conditions(fresh), ['Ready=True/ReconciliationSucceeded']);
    assert.equal(read(fresh).status?.lastAppliedRevision, revision);
  });

  it('reconcile again when another request came meanwhile', async () => {
    const object = server.put(kustomization('apps'));
    await request(object);
    clock.advance(1);
    await request(object, 'second');
    clock.advance(reconcileMs);
    assert.equal(read(object).status?.lastHandledReconcileAt, token);
    clock.advance(1 + reconcileMs);
    assert.equal(read(object).status?.lastHandledReconcileAt, 'second');
  });

  it('note a forced release whether or not they acted', async () => {
    const object = server.put(helmRelease('loki'));
    await patch(object, { metadata: { annotations: { [requestedAt]: token, 'reconcile.fluxcd.io/forceAt': token } } });
    clock.advance(1 + reconcileMs);
    assert.equal(read(object).status?.['lastHandledForceAt'], token);
  });

  it('do nothing while their Deployment has no replicas, and catch up afterwards', async () => {
    const deployment = server.put(controller('kustomize-controller'));
    const object = server.put(kustomization('apps'));
    await patch(deployment, { spec: { replicas: 0 } });
    clock.advance(1);
    assert.equal(valueAt(server.get(idOf(deployment)), 'status', 'readyReplicas'), undefined);
    await request(object);
    clock.advance(10 * reconcileMs);
    assert.equal(read(object).status?.lastHandledReconcileAt, undefined);
    await patch(deployment, { spec: { replicas: 1 } });
    clock.advance(2 + reconcileMs);
    clock.advance(reconcileMs);
    assert.equal(read(object).status?.lastHandledReconcileAt, token);
  });

  it('say nothing of an OCI HelmRepository, which nobody reconciles', async () => {
    const object = server.put(
      helmRepository('charts', { spec: { type: 'oci' }, status: { conditions: undefined, observedGeneration: -1 } }),
    );
    await request(object);
    clock.advance(1 + reconcileMs);
    assert.equal(read(object).status?.lastHandledReconcileAt, undefined);
  });

  it('let go of a deleted object after a while', async () => {
    const object = server.put(kustomization('apps', { metadata: { finalizers: ['finalizers.fluxcd.io'] } }));
    await plainRequest(server, pathOf(object), { method: 'DELETE', token: server.token() });
    assert.notEqual(read(object).metadata.deletionTimestamp, undefined);
    clock.advance(1 + reconcileMs);
    assert.equal(server.get(idOf(object)), undefined);
  });

  it('leave alone what a test puts in by hand', () => {
    const object = server.put(
      kustomization('apps', {
        conditions: [condition('Ready', 'Unknown', 'Progressing', 'Reconciliation in progress')],
      }),
    );
    server.put(
      kustomization('apps', { spec: { path: './other' }, conditions: [], annotations: { [requestedAt]: token } }),
    );
    clock.advance(10 * reconcileMs);
    assert.deepEqual(conditions(object), []);
  });

  it('post an event when they are done', async () => {
    const object = server.put(kustomization('apps'));
    await request(object);
    clock.advance(1 + reconcileMs);
    const [event] = server.objects({ group: '', kind: 'Event' });
    assert.equal(valueAt(event, 'involvedObject', 'name'), 'apps');
    assert.equal(valueAt(event, 'reason'), 'ReconciliationSucceeded');
  });
});
