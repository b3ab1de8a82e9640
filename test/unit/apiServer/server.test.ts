/** What only the embedded server can do: users by table, kinds that come and go, its own hand, large state. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { idOf } from '../../../src/flux/objectKey.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { plainRequest } from '../../contract/plainRequest.ts';
import { type ApiObject, valueAt } from '../../support/apiServer/apiObject.ts';
import { type ApiServer, startApiServer } from '../../support/apiServer/apiServer.ts';
import { customResource } from '../../support/apiServer/discovery.ts';
import { asOfNow, type Recording } from '../../support/apiServer/recording.ts';
import { anyObject, builtAt, helmRelease, kustomization, secret } from '../../support/builders.ts';
import { kubeconfigFile } from '../../support/kubeconfigFile.ts';

const kustomizations = '/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations';

describe('the embedded API server', () => {
  let server: ApiServer;
  beforeEach(async () => {
    server = await startApiServer({
      objects: [
        kustomization('apps'),
        helmRelease('loki', { namespace: 'logging' }),
        secret('canary', 'do-not-show', { namespace: 'logging' }),
      ],
      users: [{ name: 'tenant', token: 'tenant-token', namespaces: ['logging'] }],
      denials: [{ user: 'tenant', verb: 'patch', group: '*', resource: '*' }],
    });
  });
  afterEach(() => server.close());

  const ask = (path: string, user = 'admin', more: { method?: string; body?: unknown; contentType?: string } = {}) =>
    plainRequest(server, path, { token: server.token(user), ...more });

  it('keeps a user to their namespaces', async () => {
    assert.equal((await ask('/apis/helm.toolkit.fluxcd.io/v2/namespaces/logging/helmreleases', 'tenant')).status, 200);
    assert.equal((await ask('/apis/helm.toolkit.fluxcd.io/v2/helmreleases', 'tenant')).status, 403);
    assert.equal((await ask('/api/v1/namespaces', 'tenant')).status, 403);
    assert.equal((await ask('/version', 'tenant')).status, 200);
    assert.equal((await ask('/apis/helm.toolkit.fluxcd.io/v2', 'tenant')).status, 200, 'discovery belongs to everyone');
  });

  it('denies for a while, one kind alone', async () => {
    const denial = server.deny({
      user: 'viewer',
      verb: '*',
      group: 'kustomize.toolkit.fluxcd.io',
      resource: 'kustomizations',
    });
    assert.equal((await ask(kustomizations, 'viewer')).status, 403);
    assert.equal((await ask('/apis/helm.toolkit.fluxcd.io/v2/helmreleases', 'viewer')).status, 200);
    denial.dispose();
    assert.equal((await ask(kustomizations, 'viewer')).status, 200);
  });

  it('records who asked for what, and the bodies of writes', async () => {
    await ask(kustomizations, 'viewer');
    const body = { metadata: { labels: { a: 'b' } } };
    await ask(`/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/apps`, 'admin', {
      method: 'PATCH',
      body,
      contentType: 'application/merge-patch+json',
    });
    assert.deepEqual(
      server.requests.map(({ user, method, status }) => [user, method, status]),
      [
        ['viewer', 'GET', 200],
        ['admin', 'PATCH', 200],
      ],
    );
    assert.equal(server.requests[0]?.body, undefined);
    assert.equal(server.requests[1]?.body, JSON.stringify(body));
  });

  it('serves kinds that come and go', async () => {
    const path = '/apis/source.extensions.fluxcd.io/v1beta1/artifactgenerators';
    assert.equal((await ask(path)).status, 404);
    server.serve(customResource('source.extensions.fluxcd.io/v1beta1', 'ArtifactGenerator'));
    server.put(anyObject('source.extensions.fluxcd.io/v1beta1', 'ArtifactGenerator', 'mono'));
    assert.equal((await ask(path)).status, 200);
    server.unserve({ group: 'source.extensions.fluxcd.io' });
    assert.equal((await ask('/apis/source.extensions.fluxcd.io')).status, 404);
  });

  it('serves one object in every version of its kind', async () => {
    server.serve(customResource('helm.toolkit.fluxcd.io/v2beta2', 'HelmRelease'));
    for (const version of ['v2', 'v2beta2']) {
      const found = (await ask(`/apis/helm.toolkit.fluxcd.io/${version}/namespaces/logging/helmreleases/loki`)).json();
      assert.equal(valueAt(found, 'apiVersion'), `helm.toolkit.fluxcd.io/${version}`);
    }
  });

  it('plays the test its own hand', () => {
    const id = idOf(kustomization('apps'));
    const before = server.get(id);
    server.patchStatus(id, { conditions: [], lastAppliedRevision: null });
    assert.deepEqual(server.get(id)?.status?.['conditions'], []);
    assert.equal('lastAppliedRevision' in ((server.get(id) as FluxObject).status ?? {}), false);
    assert.notEqual(server.get(id)?.metadata.resourceVersion, before?.metadata.resourceVersion);
    assert.equal(server.get(id)?.metadata.generation, before?.metadata.generation);
    assert.equal(server.remove(id), true);
    assert.equal(server.remove(id), false);
  });

  it('says what it does not do: server-side apply that is no dry-run', async () => {
    const answer = await ask(
      `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/apps?fieldManager=x`,
      'admin',
      {
        method: 'PATCH',
        body: 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\n',
        contentType: 'application/apply-patch+yaml',
      },
    );
    assert.equal(answer.status, 501);
    assert.match(answer.text, /with dryRun=All only/);
  });

  it('gives a kubeconfig for each user, in a file that is gone afterwards', () => {
    const file = kubeconfigFile(server.kubeconfig('viewer', { context: 'home', namespace: 'logging' }));
    const config: unknown = JSON.parse(server.kubeconfig('viewer', { context: 'home', namespace: 'logging' }));
    assert.equal(valueAt(config, 'current-context'), 'home');
    assert.match(file.hash(), /^[0-9a-f]{64}$/);
    file.dispose();
    assert.throws(() => file.hash(), /ENOENT/);
  });

  it('refuses to be asked for what is not there', () => {
    assert.throws(() => server.token('nobody'), /no user nobody/);
    assert.throws(() => server.put(anyObject('example.com/v1', 'Thing', 'a')), /does not serve the kind Thing/);
  });
});

describe('a recording', () => {
  const apply = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'default' },
    data: { a: 'b' },
  };
  const recording: Recording = {
    about: { flux: '2.9.5', kubernetes: '1.36.3', recordedFrom: 'a test' },
    version: { gitVersion: 'v1.33.1' },
    discovery: {
      '/apis': {
        groups: [
          {
            name: 'helm.toolkit.fluxcd.io',
            versions: [
              { groupVersion: 'helm.toolkit.fluxcd.io/v2beta1' },
              { groupVersion: 'helm.toolkit.fluxcd.io/v2beta2' },
            ],
            preferredVersion: { groupVersion: 'helm.toolkit.fluxcd.io/v2beta2' },
          },
        ],
      },
      '/api/v1': {
        resources: [
          { name: 'configmaps', kind: 'ConfigMap', namespaced: true, verbs: ['get', 'patch'] },
          { name: 'namespaces', kind: 'Namespace', namespaced: false, verbs: ['get', 'list'] },
          { name: 'namespaces/status', kind: 'Namespace', namespaced: false, verbs: ['get'] },
        ],
      },
      '/apis/helm.toolkit.fluxcd.io/v2beta2': {
        resources: [{ name: 'helmreleases', kind: 'HelmRelease', namespaced: true, verbs: ['list'] }],
      },
      '/apis/helm.toolkit.fluxcd.io/v2beta1': {
        resources: [{ name: 'helmreleases', kind: 'HelmRelease', namespaced: true, verbs: ['list'] }],
      },
    },
    objects: [helmRelease('loki', { apiVersion: 'helm.toolkit.fluxcd.io/v2beta2' }) as ApiObject],
    dryRuns: [
      {
        path: '/api/v1/namespaces/default/configmaps/a?dryRun=All&fieldManager=kustomize-controller&force=true',
        body: apply,
        status: 200,
        response: { ...apply, metadata: { ...apply.metadata, uid: 'recorded' } },
      },
    ],
  };

  it('is served as it was recorded', async () => {
    const server = await startApiServer({ recording });
    try {
      const ask = (path: string) => plainRequest(server, path, { token: server.token() });
      assert.equal(valueAt((await ask('/version')).json(), 'gitVersion'), 'v1.33.1');
      assert.equal(
        valueAt((await ask('/apis/helm.toolkit.fluxcd.io')).json(), 'preferredVersion', 'version'),
        'v2beta2',
      );
      const list = (await ask('/apis/helm.toolkit.fluxcd.io/v2beta2/helmreleases')).json();
      assert.equal(valueAt(list, 'items', '0'), undefined);
      assert.equal((valueAt(list, 'items') as unknown[]).length, 1);
      assert.equal((await ask('/apis/kustomize.toolkit.fluxcd.io')).status, 404, 'nothing is served that was not');
    } finally {
      await server.close();
    }
  });

  it('answers a dry-run apply with what the real server said, however it is written', async () => {
    const server = await startApiServer({ recording });
    try {
      const answer = await plainRequest(
        server,
        '/api/v1/namespaces/default/configmaps/a?fieldManager=kustomize-controller&force=true&dryRun=All',
        {
          method: 'PATCH',
          token: server.token(),
          contentType: 'application/apply-patch+yaml',
          body: 'kind: ConfigMap\napiVersion: v1\ndata: {a: b}\nmetadata:\n  namespace: default\n  name: a\n',
        },
      );
      assert.equal(answer.status, 200);
      assert.equal(valueAt(answer.json(), 'metadata', 'uid'), 'recorded');
    } finally {
      await server.close();
    }
  });

  it('can be moved to now, all times by the same amount', () => {
    const now = Date.parse('2026-06-01T12:00:00Z');
    const moved = asOfNow(recording, now);
    const text = JSON.stringify(moved.objects);
    assert.ok(text.includes('2026-06-01T12:00:00Z'));
    assert.ok(!text.includes(builtAt));
    assert.deepEqual(asOfNow({ ...recording, objects: [] }, now).objects, []);
  });
});
