/** The embedded server's dry-run apply: what it keeps, merges and takes away, and that nothing is stored. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiObject, JsonObject } from '../../support/apiServer/apiObject.ts';
import { startApiServer } from '../../support/apiServer/apiServer.ts';
import { valueAt } from '../../support/apiServer/apiObject.ts';
import { dryRunApply } from '../../support/apiServer/dryRunApply.ts';
import { plainRequest } from '../../contract/plainRequest.ts';
import { asOfNow, readRecording } from '../../support/apiServer/recording.ts';

const manager = 'kustomize-controller';
const now = '2026-01-01T00:00:00Z';

function object(spec: JsonObject, managedFields: readonly unknown[] = []): ApiObject {
  const metadata = { name: 'web', namespace: 'default', uid: 'u', resourceVersion: '7', generation: 3, managedFields };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec };
}

function manifest(spec: JsonObject): ApiObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec };
}

const entry = (who: string, operation: string, spec: JsonObject) => ({
  manager: who,
  operation,
  fieldsV1: { 'f:spec': spec },
});

const cases: readonly (readonly [string, ApiObject, JsonObject, JsonObject])[] = [
  ['what differs is written', object({ replicas: 3 }), { replicas: 1 }, { replicas: 1 }],
  ['what others added stays', object({ replicas: 1, paused: true }), { replicas: 1 }, { replicas: 1, paused: true }],
  [
    'what was applied before and is no longer stated goes',
    object({ replicas: 1, paused: true }, [entry(manager, 'Apply', { 'f:replicas': {}, 'f:paused': {} })]),
    { replicas: 1 },
    { replicas: 1 },
  ],
  [
    'unless somebody else owns it too',
    object({ paused: true }, [
      entry(manager, 'Apply', { 'f:paused': {} }),
      entry('kubectl-edit', 'Update', { 'f:paused': {} }),
    ]),
    { replicas: 1 },
    { paused: true, replicas: 1 },
  ],
  [
    'lists with a key are merged by it, with what others added to them',
    object({ containers: [{ name: 'a', image: 'x:1', tty: true }, { name: 'sidecar' }] }),
    { containers: [{ name: 'b' }, { name: 'a', image: 'x:2' }] },
    { containers: [{ name: 'a', image: 'x:2', tty: true }, { name: 'sidecar' }, { name: 'b' }] },
  ],
  [
    'an item that was applied before goes, with a key or within one',
    object({ containers: [{ name: 'a', tty: true }, { name: 'old' }] }, [
      entry(manager, 'Apply', {
        'f:containers': {
          'k:{"name":"a"}': { '.': {}, 'f:name': {}, 'f:tty': {} },
          'k:{"name":"old"}': { '.': {}, 'f:name': {} },
        },
      }),
    ]),
    { containers: [{ name: 'a' }] },
    { containers: [{ name: 'a' }] },
  ],
  ['lists without a key are replaced', object({ args: ['a', 'b'] }), { args: ['c'] }, { args: ['c'] }],
];

for (const [name, live, spec, expected] of cases) {
  test(`a dry-run apply: ${name}`, () => {
    const answer = dryRunApply({ live, applied: manifest(spec), manager, now });
    assert.deepEqual(answer.spec, expected);
    assert.equal(answer.metadata.resourceVersion, '7');
    assert.equal(answer.metadata.generation, JSON.stringify(live.spec) === JSON.stringify(expected) ? 3 : 4);
    const entries = answer.metadata.managedFields ?? [];
    assert.equal(entries.filter((one) => valueAt(one, 'manager') === manager).length, 1);
  });
}

test('a dry-run apply of an object that is not there has no version', () => {
  const answer = dryRunApply({ live: undefined, applied: manifest({ replicas: 1 }), manager, now });
  assert.equal(answer.metadata.resourceVersion, undefined);
  assert.deepEqual(valueAt(answer.metadata.managedFields?.[0], 'fieldsV1', 'f:spec'), { 'f:replicas': {} });
});

test('over HTTP nothing is stored, and a namespace that is not there is said to be so', async () => {
  const server = await startApiServer({ recording: asOfNow(readRecording('homelab-flux-2.9'), Date.now()) });
  try {
    const apply = (namespace: string) =>
      plainRequest(server, `/api/v1/namespaces/${namespace}/configmaps/new?dryRun=All&force=true&fieldManager=x`, {
        method: 'PATCH',
        token: server.token(),
        contentType: 'application/apply-patch+yaml',
        body: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: new\n  namespace: ${namespace}\ndata: {a: b}\n`,
      });
    const answer = await apply('flux-system');
    assert.equal(answer.status, 200);
    assert.deepEqual(valueAt(answer.json(), 'data'), { a: 'b' });
    const id = { group: '', kind: 'ConfigMap', namespace: 'flux-system', name: 'new' };
    assert.equal(server.get(id), undefined);
    assert.equal((await apply('nowhere')).status, 404);
  } finally {
    await server.close();
  }
});
