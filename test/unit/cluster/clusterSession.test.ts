/** A session from the reader's side: what it knows, what it asks, and what it says while things change. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Disposables } from '../../../src/base/disposables.ts';
import { objectKey, parseObjectKey } from '../../../src/flux/objectKey.ts';
import { fluxKinds } from '../../../src/flux/kinds.ts';
import { customResource } from '../../support/apiServer/discovery.ts';
import { helmRelease, kustomization, secret } from '../../support/builders.ts';
import { turns } from './eagerClock.ts';
import { execPlugin } from './execPlugin.ts';
import { connectionText, kindNamed, names, sessionOn, smallCluster, syncText, watchesAsked } from './sessionSetup.ts';

const lifetime = new Disposables();
after(() => lifetime.dispose());

const helm = 'helm.toolkit.fluxcd.io';
const kustomizeGroup = 'kustomize.toolkit.fluxcd.io';
const lokiId = { group: helm, kind: 'HelmRelease', namespace: 'logging', name: 'loki' };

test('a cluster that is well: connected, every kind complete, objects by key, controllers with versions', async () => {
  const { session, complete } = await sessionOn(lifetime);
  assert.deepEqual(session.connection, {
    state: 'connecting',
    context: 'homelab',
    since: Date.parse('2026-01-01T00:00:00Z'),
    waitingFor: 'the API server',
  });
  await complete();
  assert.deepEqual(session.connection, { state: 'connected', context: 'homelab', serverVersion: 'v1.36.3' });
  assert.deepEqual(names(session, 'Kustomization'), ['apps', 'flux-system']);
  assert.equal(session.get(objectKey('homelab', lokiId))?.metadata.name, 'loki');
  assert.equal(session.get(objectKey('elsewhere', lokiId)), undefined);
  const { controllers } = session;
  assert.ok(controllers.state === 'known');
  assert.equal(controllers.fluxVersion, '2.9.5');
  assert.deepEqual(
    controllers.items.map(({ name, running }) => [name, running]),
    [
      ['helm-controller', true],
      ['kustomize-controller', true],
      ['source-controller', true],
    ],
  );
});

test('one list sequence and one watch per kind, no object by itself, no Secret, nothing written', async () => {
  const { server, complete } = await sessionOn(lifetime, { objects: [...smallCluster, secret('canary', 's3cr3t')] });
  await complete();
  for (const { group, plural } of fluxKinds) {
    const asked = server.requests.filter(
      ({ path }) => path.includes(`/apis/${group}/v1/${plural}?`) || path.includes(`/apis/${group}/v2/${plural}?`),
    );
    assert.deepEqual(
      asked.map(({ watch }) => watch),
      [false, true],
      plural,
    );
  }
  assert.ok(server.requests.every(({ method, path }) => method === 'GET' && !path.includes('secrets')));
});

test('what changes in the cluster comes by the watch: new, changed, gone', async () => {
  const { server, session, complete, until } = await sessionOn(lifetime);
  await complete();
  const told: string[] = [];
  lifetime.add(
    session.onDidChangeObjects((keys) => told.push(...[...keys].map((key) => parseObjectKey(key)?.name ?? ''))),
  );
  server.put(helmRelease('tempo', { namespace: 'logging' }));
  await until(() => names(session, 'HelmRelease').includes('tempo'));
  server.patchStatus(lokiId, {
    conditions: [{ type: 'Ready', status: 'False', reason: 'InstallFailed', message: 'x' }],
  });
  await until(() => session.get(objectKey('homelab', lokiId))?.status?.conditions?.[0]?.status === 'False');
  server.remove(lokiId);
  await until(() => !names(session, 'HelmRelease').includes('loki'));
  assert.deepEqual(told, ['tempo', 'loki', 'loki']);
});

test('two thousand objects come in pages and are all there', async () => {
  const objects = Array.from({ length: 2_000 }, (_, at) => kustomization(`k${at}`));
  const { server, session, complete } = await sessionOn(lifetime, { objects: [...smallCluster, ...objects] });
  await complete();
  assert.equal(names(session, 'Kustomization').length, 2_002);
  const lists = server.requests.filter(({ path, watch }) => !watch && path.includes('/kustomizations?'));
  assert.equal(lists.length, 5);
});

test('managed fields are not kept', async () => {
  const { session, complete } = await sessionOn(lifetime);
  await complete();
  for (const kind of fluxKinds) {
    for (const object of session.ofKind(kind)) {
      assert.equal(object.metadata.managedFields, undefined);
    }
  }
});

test('a kind that is not served is said to be so, the others are complete', async () => {
  const { session, complete } = await sessionOn(lifetime, {
    prepare: (prepared) => prepared.unserve({ group: 'source.toolkit.fluxcd.io', kind: 'ExternalArtifact' }),
  });
  await complete();
  assert.deepEqual(session.sync(kindNamed('ExternalArtifact')), { state: 'notServed' });
});

test('an older cluster is read in the version that it serves', async () => {
  const { server, session, complete } = await sessionOn(lifetime, {
    objects: [],
    prepare: (prepared) => {
      prepared.unserve({ group: helm });
      prepared.serve(customResource(`${helm}/v2beta2`, 'HelmRelease'));
      prepared.put(helmRelease('loki', { namespace: 'logging', apiVersion: `${helm}/v2beta2` }));
      for (const object of smallCluster.filter(({ kind }) => kind === 'Deployment')) {
        prepared.put(object);
      }
    },
  });
  await complete();
  const sync = session.sync(kindNamed('HelmRelease'));
  assert.ok(sync.state === 'synced' && sync.resource.version === 'v2beta2');
  assert.deepEqual(names(session, 'HelmRelease'), ['loki']);
  assert.ok(server.requests.every(({ path }) => !path.includes(`${helm}/v2/`)));
});

test('no Flux: said so, asked again slowly without a promise, and noticed once it is installed', async () => {
  const groups = [...new Set(fluxKinds.map(({ group }) => group))];
  const { server, session, clock, until, complete } = await sessionOn(lifetime, {
    objects: [],
    prepare: (prepared) => groups.forEach((group) => prepared.unserve({ group })),
  });
  await until(() => session.connection.state === 'failed');
  assert.equal(connectionText(session.connection), 'failed fluxNotInstalled');
  assert.ok(fluxKinds.every((kind) => session.sync(kind).state === 'notServed'));
  for (const { group, kind } of fluxKinds) {
    server.serve(customResource(`${group}/v1`, kind));
  }
  smallCluster.filter(({ kind }) => kind !== 'HelmRelease').forEach((object) => server.put(object));
  clock.advance(60_000);
  await complete();
  assert.deepEqual(names(session, 'Kustomization'), ['apps', 'flux-system']);
});

test('a kind whose CRD is installed later is noticed by itself; one whose CRD is deleted goes with its objects', async () => {
  const artifacts = { group: 'source.toolkit.fluxcd.io', kind: 'ExternalArtifact' };
  const { server, session, clock, until, complete } = await sessionOn(lifetime, {
    prepare: (prepared) => prepared.unserve(artifacts),
  });
  await complete();
  server.serve(customResource(`${artifacts.group}/v1`, artifacts.kind));
  clock.advance(300_000);
  await until(() => session.sync(kindNamed('ExternalArtifact')).state === 'synced');

  clock.eagerUpTo(1_000);
  server.unserve({ group: helm });
  server.dropWatches();
  await until(() => session.sync(kindNamed('HelmRelease')).state === 'notServed');
  assert.deepEqual(names(session, 'HelmRelease'), []);
  assert.equal(session.connection.state, 'connected');
});

test('a restricted user: only the namespaces that were named are asked, nothing at the cluster scope', async () => {
  const bob = { name: 'bob', token: 'bob-token', namespaces: ['flux-system', 'logging'] };
  const { server, session, complete } = await sessionOn(lifetime, {
    users: [bob],
    user: 'bob',
    namespaces: ['flux-system', 'logging'],
  });
  await complete();
  assert.deepEqual(names(session, 'Kustomization'), ['apps', 'flux-system']);
  assert.deepEqual(names(session, 'HelmRelease'), ['loki']);
  assert.deepEqual(session.namespaces, ['flux-system', 'logging']);
  const outside = server.requests.filter(
    ({ path }) =>
      !/^\/(?:version|apis?|apis?\/[^?]*)$/.test(path) && !/\/namespaces\/(?:flux-system|logging)\//.test(path),
  );
  assert.deepEqual(outside, []);
  assert.ok(
    server.requests.every(({ path, status }) => status === 200 || path.includes('externalartifacts')),
    'nothing was refused',
  );
});

test('one forbidden namespace of two: that kind says so, what may be read is there', async () => {
  const { session, until } = await sessionOn(lifetime, {
    namespaces: ['flux-system', 'logging'],
    denials: [{ user: 'admin', verb: 'list', group: helm, resource: 'helmreleases', namespace: 'flux-system' }],
  });
  await until(
    () => session.sync(kindNamed('HelmRelease')).state === 'failed' && names(session, 'HelmRelease').length === 1,
  );
  assert.equal(syncText(session.sync(kindNamed('HelmRelease'))), 'failed list forbidden');
});

test('403 on one kind names the verb and leaves the others complete', async () => {
  const { session, until } = await sessionOn(lifetime, {
    denials: [{ user: 'admin', verb: 'list', group: 'source.toolkit.fluxcd.io', resource: 'ocirepositories' }],
  });
  const oci = kindNamed('OCIRepository');
  await until(() => session.sync(oci).state === 'failed');
  await until(() => fluxKinds.every((kind) => kind === oci || session.sync(kind).state === 'synced'));
  const sync = session.sync(oci);
  assert.ok(sync.state === 'failed' && sync.verb === 'list');
  assert.match(sync.failure.message, /cannot list resource "ocirepositories"/);
  assert.equal(session.connection.state, 'connected');
});

test('a user without patch and without Secrets sees everything and is refused nothing', async () => {
  const { server, complete } = await sessionOn(lifetime, { user: 'viewer' });
  await complete();
  assert.ok(
    server.requests.every(
      ({ status, method, path }) => status === 200 && method === 'GET' && !path.includes('secrets'),
    ),
  );
});

test('all kinds forbidden is a connection nevertheless', async () => {
  const { session, until } = await sessionOn(lifetime, {
    denials: [{ user: 'admin', verb: 'list', group: '*', resource: '*' }],
  });
  await until(() => fluxKinds.every((kind) => session.sync(kind).state === 'failed'));
  assert.equal(session.connection.state, 'connected');
});

test('a credential plugin is named while it runs', async () => {
  const plugin = lifetime.add(execPlugin());
  plugin.token('admin-token');
  const { session, complete } = await sessionOn(lifetime, { exec: plugin.exec });
  const { connection } = session;
  assert.ok(connection.state === 'connecting');
  assert.match(connection.waitingFor, /^the credential plugin node/);
  await complete();
  assert.equal(plugin.runs, 1, 'nine lists and nine watches with one run');
});

test('a credential plugin that fails: its words, no loop, and only the retry of the user runs it again', async () => {
  const plugin = lifetime.add(execPlugin());
  plugin.answer({ code: 1, stderr: 'run: cloud login' });
  const { server, session, clock, until, complete } = await sessionOn(lifetime, { exec: plugin.exec });
  await until(() => session.connection.state === 'failed');
  assert.equal(connectionText(session.connection), 'failed unauthorized');
  assert.ok(session.connection.state === 'failed' && session.connection.failure.message.includes('run: cloud login'));
  clock.advance(24 * 3600_000);
  await turns();
  assert.deepEqual([plugin.runs, server.requests.length], [1, 0]);
  session.retry();
  await until(() => session.connection.state === 'failed' && plugin.runs === 2);
  plugin.token('admin-token');
  session.retry();
  await complete();
  assert.equal(plugin.runs, 3);
});

test('refresh lists every kind anew', async () => {
  const { server, session, complete } = await sessionOn(lifetime);
  await complete();
  const before = server.requests.length;
  session.refresh();
  await server.received(
    (request) => server.requests.indexOf(request) >= before && request.path.includes('/buckets?limit'),
  );
  await complete();
  const lists = server.requests.slice(before).filter(({ path, watch }) => !watch && path.includes('limit='));
  assert.ok(lists.length >= 1);
});

test('disposed in the middle of a list: nothing fires, nothing is asked, no watch stays open', async () => {
  const gate = Promise.withResolvers<undefined>();
  const { server, session, clock, until } = await sessionOn(lifetime, {
    prepare: (prepared) => {
      lifetime.add(prepared.faults.add({ match: { path: /helmreleases\?limit/ }, fault: { until: gate.promise } }));
    },
  });
  await until(() => session.sync(kindNamed('Kustomization')).state === 'synced');
  await watchesAsked(server, fluxKinds.length); // all kinds but this one, and the controllers
  let fired = 0;
  lifetime.add(session.onDidChangeObjects(() => (fired += 1)));
  lifetime.add(session.onDidChangeStatus(() => (fired += 1)));
  session.dispose();
  const asked = server.requests.length;
  gate.resolve(undefined);
  server.put(kustomization('late'));
  clock.advance(3600_000);
  await (await fetch(`${server.url}/version`)).text(); // a full turn of server and client
  await turns(20);
  assert.equal(fired, 0);
  assert.deepEqual(names(session, 'HelmRelease'), []);
  assert.equal(clock.pending, 0, 'no timer is left');
  const later = server.requests.slice(asked).filter(({ user }) => user === 'admin');
  assert.deepEqual(
    later.map(({ path }) => path.includes('helmreleases?limit')),
    [true],
    'only what was under way',
  );
  assert.equal(server.openWatches, 0);
});

test('disposed before it started, it never starts', async () => {
  const { server, session } = await sessionOn(lifetime);
  session.dispose();
  session.start();
  session.retry();
  session.refresh();
  await turns();
  assert.ok(server.requests.length <= 1);
});

test('no log line holds a token or a body', async () => {
  const { logged, complete } = await sessionOn(lifetime, {
    objects: [...smallCluster, helmRelease('canary', { spec: { values: { password: 's3cr3t-canary' } } })],
  });
  await complete();
  assert.ok(logged.some((line) => /homelab: LIST \/apis\/[^ ]+ 200 \d+ ms/.test(line)));
  assert.doesNotMatch(logged.join('\n'), /admin-token|s3cr3t/);
});

test('the kinds of a group are asked for anew without touching the watches', async () => {
  const { server, session, clock, complete } = await sessionOn(lifetime);
  await complete();
  const before = server.requests.length;
  clock.advance(300_000);
  await server.received(
    (request) => server.requests.indexOf(request) >= before && request.path === `/apis/${kustomizeGroup}`,
  );
  await complete();
  assert.equal(session.connection.state, 'connected');
  const lists = server.requests.slice(before).filter(({ path }) => path.includes('limit='));
  assert.deepEqual(lists, []);
});
