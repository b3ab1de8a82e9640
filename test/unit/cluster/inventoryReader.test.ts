/** What an expanded Kustomization or HelmRelease shows of its objects, and what is asked of the cluster for it. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Disposables } from '../../../src/base/disposables.ts';
import { Emitter } from '../../../src/base/emitter.ts';
import { noLog } from '../../../src/base/log.ts';
import type { ClusterApi } from '../../../src/cluster/clusterApi.ts';
import type { ClusterState, Controllers } from '../../../src/cluster/clusterState.ts';
import type { HttpClusterApi } from '../../../src/cluster/httpClusterApi.ts';
import { type InventoryEntryView, InventoryReader, type InventoryView } from '../../../src/cluster/inventoryReader.ts';
import { idOf, objectKey, type ObjectId, type ObjectKey } from '../../../src/flux/objectKey.ts';
import type { FluxObject, InventoryEntry, KubernetesObject } from '../../../src/flux/objects.ts';
import { type ApiServer, startApiServer } from '../../support/apiServer/apiServer.ts';
import { customResource } from '../../support/apiServer/discovery.ts';
import { AwaitedClock } from '../../support/awaitedClock.ts';
import { anyObject, deployment, helmRelease, inventoryEntry, kustomization, secret } from '../../support/builders.ts';
import { connectTo } from '../../support/serverApi.ts';

/** What the reader asks of a session: the objects held, and that one changed. */
class HeldObjects implements ClusterState {
  readonly context = 'homelab';
  readonly connection = { state: 'connected', context: 'homelab', serverVersion: 'v1.36.3' } as const;
  controllers: Controllers = { state: 'known', fluxVersion: '2.9.5', items: [] };
  namespaces: readonly string[] = [];
  readonly #objects = new Map<ObjectKey, FluxObject>();
  readonly #changes = new Emitter<ReadonlySet<ObjectKey>>();
  readonly onDidChangeObjects = this.#changes.event;
  readonly onDidChangeStatus = new Emitter<void>().event;

  hold(object: FluxObject): ObjectKey {
    const key = objectKey(this.context, idOf(object));
    this.#objects.set(key, object);
    this.#changes.fire(new Set([key]));
    return key;
  }

  get(key: ObjectKey): FluxObject | undefined {
    return this.#objects.get(key);
  }

  ofKind(): Iterable<FluxObject> {
    return [];
  }

  sync() {
    return { state: 'loading' } as const;
  }
}

const deploymentId: ObjectId = { group: 'apps', kind: 'Deployment', namespace: 'default', name: 'web' };
const entry = (object: KubernetesObject): InventoryEntry => inventoryEntry(idOf(object));

describe('the objects of an expanded owner', () => {
  let clock: AwaitedClock;
  let server: ApiServer;
  let api: HttpClusterApi;
  let state: HeldObjects;
  let reader: InventoryReader;
  let fired: ObjectKey[];
  let looking: Disposables;

  beforeEach(async () => {
    clock = new AwaitedClock();
    server = await startApiServer({ clock });
    state = new HeldObjects();
    looking = new Disposables();
    connect('admin');
  });
  afterEach(async () => {
    looking.dispose();
    reader.dispose();
    api.dispose();
    await server.close();
  });

  function connect(user: string): void {
    api = connectTo(server, user);
    reader = new InventoryReader({ api, state, clock, log: noLog() });
    fired = [];
    void reader.onDidChange((keys) => fired.push(...keys));
  }

  function owner(entries: readonly InventoryEntry[], version = '1'): ObjectKey {
    return state.hold(
      kustomization('apps', { status: { inventory: { entries } }, metadata: { resourceVersion: version } }),
    );
  }

  /** Turns the clock whenever the reader waits, until its view of the owner fits. */
  async function until(key: ObjectKey, fits: (view: InventoryView) => boolean): Promise<InventoryView> {
    for (;;) {
      const view = reader.get(key);
      if (view && fits(view)) {
        return view;
      }
      const changed = new Promise<void>((resolve) => {
        const subscription = reader.onDidChange(() => {
          subscription.dispose();
          resolve();
        });
      });
      if (clock.pending === 0) {
        await clock.nextWait();
      }
      clock.advance(100);
      await changed;
    }
  }

  const isRead = (view: InventoryView): boolean =>
    view.state !== 'loading' &&
    (view.state !== 'loaded' || view.entries.every(({ state: each }) => each !== 'loading'));

  async function entriesOf(key: ObjectKey): Promise<readonly InventoryEntryView[]> {
    const view = await until(key, isRead);
    assert.ok(view.state === 'loaded', `loaded, not ${view.state}`);
    return view.entries;
  }

  const gets = (): string[] =>
    server.requests
      .filter(({ path }) => !/^\/(version|apis?(\/[^/]+){0,2}|api\/v1)$/.test(path))
      .map(({ path }) => path);

  it('are there with their health, in the order of the inventory', async () => {
    const web = server.put(deployment('web'));
    const broken = server.put(deployment('broken', { replicas: 2 }));
    server.patchStatus(idOf(broken), { availableReplicas: 1 });
    const config = server.put(anyObject('v1', 'ConfigMap', 'settings'));
    const key = owner([entry(broken), entry(config), entry(web)]);
    looking.add(reader.expand(key));
    const entries = await entriesOf(key);
    assert.deepEqual(
      entries.map(({ id, state: found, ...rest }) => [id.name, found, 'health' in rest && rest.health.status]),
      [
        ['broken', 'found', 'inProgress'],
        ['settings', 'found', 'current'],
        ['web', 'found', 'current'],
      ],
    );
    assert.ok(fired.includes(key));
  });

  it('are loading at first, each by itself', () => {
    const key = owner([inventoryEntry(deploymentId)]);
    assert.equal(reader.get(key), undefined, 'nobody has expanded it');
    looking.add(reader.expand(key));
    const view = reader.get(key);
    assert.deepEqual(view?.state === 'loaded' && view.entries.map(({ state: each }) => each), ['loading']);
  });

  /** One row for each thing that can be wrong with an entry. */
  const rows: readonly {
    readonly what: string;
    readonly id: ObjectId;
    readonly prepare?: () => void;
    readonly expected: string;
    readonly message?: RegExp;
  }[] = [
    { what: 'missing when it is not there', id: deploymentId, expected: 'missing' },
    {
      what: 'missing with a doubt when it is a Job',
      id: { group: 'batch', kind: 'Job', namespace: 'default', name: 'migrate' },
      expected: 'missing',
      message: /finished and removed/,
    },
    {
      what: 'not served when its kind is gone',
      id: { group: 'example.com', kind: 'Thing', namespace: 'default', name: 'a' },
      expected: 'notServed',
    },
    {
      what: 'forbidden when the user may not look, not missing',
      id: deploymentId,
      prepare: () => void server.deny({ user: 'admin', verb: 'get', group: 'apps', resource: 'deployments' }),
      expected: 'forbidden',
      message: /User "admin" cannot get/,
    },
    {
      what: 'failed when the server cannot say',
      id: deploymentId,
      prepare: () => void server.faults.add({ match: { path: /deployments\/web/ }, fault: 503 }),
      expected: 'failed',
      message: /unable to handle/,
    },
    {
      what: 'failed when the answer is no JSON',
      id: deploymentId,
      prepare: () => {
        server.put(deployment('web'));
        server.faults.add({ match: { path: /deployments\/web/ }, fault: 'malformedJson' });
      },
      expected: 'failed',
      message: /JSON/,
    },
  ];
  for (const { what, id, prepare, expected, message } of rows) {
    it(`one is ${what}; the others do not suffer`, async () => {
      prepare?.();
      const config = server.put(anyObject('v1', 'ConfigMap', 'settings'));
      const key = owner([inventoryEntry(id), entry(config)]);
      looking.add(reader.expand(key));
      const [first, second] = await entriesOf(key);
      assert.equal(first?.state, expected);
      if (message) {
        assert.match('message' in first ? (first.message ?? '') : '', message);
      }
      assert.equal(second?.state, 'found');
    });
  }

  it('are found in another version when theirs is not served any more', async () => {
    server.serve(customResource('example.com/v2', 'Thing'));
    const thing = server.put(anyObject('example.com/v2', 'Thing', 'a'));
    const key = owner([inventoryEntry(idOf(thing), 'v1alpha1')]);
    looking.add(reader.expand(key));
    assert.equal((await entriesOf(key))[0]?.state, 'found');
  });

  it('are asked for as their kind is: without namespace, names with colons and capitals as they are', async () => {
    const group = 'rbac.authorization.k8s.io';
    const role = server.put({ apiVersion: `${group}/v1`, kind: 'ClusterRole', metadata: { name: 'system:My_Role' } });
    const wronglyNamespaced = { ...idOf(role), namespace: 'default' };
    const key = owner([inventoryEntry(wronglyNamespaced)]);
    looking.add(reader.expand(key));
    const [found] = await entriesOf(key);
    assert.equal(found?.state, 'found');
    assert.deepEqual(gets(), [`/apis/${group}/v1/clusterroles/system%3AMy_Role`]);
  });

  it('that are Flux objects are taken from what is watched', async () => {
    const child = kustomization('child');
    state.hold(child);
    const key = owner([entry(child)]);
    looking.add(reader.expand(key));
    assert.equal((await entriesOf(key))[0]?.state, 'found');
    assert.deepEqual(gets(), []);
  });

  it('are asked for eight at a time', async () => {
    let running = 0;
    let most = 0;
    const counting = new Proxy<ClusterApi>(api, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== 'get') {
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        }
        return async (...parameters: Parameters<ClusterApi['get']>) => {
          running += 1;
          most = Math.max(most, running);
          try {
            return await target.get(...parameters);
          } finally {
            running -= 1;
          }
        };
      },
    });
    reader.dispose();
    reader = new InventoryReader({ api: counting, state, clock, log: noLog() });
    const configs = Array.from({ length: 30 }, (_unused, index) =>
      server.put(anyObject('v1', 'ConfigMap', `config-${index}`)),
    );
    const key = owner(configs.map(entry));
    looking.add(reader.expand(key));
    assert.equal((await entriesOf(key)).filter(({ state: each }) => each === 'found').length, 30);
    assert.equal(most, 8);
  });

  describe('that are Secrets', () => {
    it('are asked for without their content', async () => {
      const canary = server.put(secret('canary', 'do-not-show'));
      const key = owner([entry(canary)]);
      looking.add(reader.expand(key));
      const entries = await entriesOf(key);
      assert.equal(entries[0]?.state, 'found');
      const request = server.requests.find(({ path }) => path.endsWith('/secrets/canary'));
      assert.equal(request?.accept, 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1');
      assert.ok(!JSON.stringify(entries).includes(Buffer.from('do-not-show').toString('base64')));
    });

    it('are not asked for at all by a user who may not read them', async () => {
      reader.dispose();
      api.dispose();
      connect('viewer');
      const canary = server.put(secret('canary', 'do-not-show'));
      const key = owner([entry(canary), entry(server.put(deployment('web')))]);
      looking.add(reader.expand(key));
      const entries = await entriesOf(key);
      assert.deepEqual(
        entries.map(({ state: each }) => each),
        ['forbidden', 'found'],
      );
      assert.ok(!server.requests.some(({ path }) => path.includes('/secrets')), 'no Secret request');
      assert.ok(!server.requests.some(({ method }) => method === 'PATCH'));
    });
  });

  describe('on another cluster', () => {
    it('are neither fetched nor called missing', async () => {
      const remote = kustomization('edge', {
        spec: { kubeConfig: { secretRef: { name: 'edge' } } },
        status: { inventory: { entries: [inventoryEntry(deploymentId)] } },
      });
      const key = state.hold(remote);
      looking.add(reader.expand(key));
      assert.deepEqual(await until(key, isRead), { state: 'remote' });
      assert.deepEqual(server.requests, []);
    });
  });

  describe('while the session is restricted to namespaces', () => {
    it('are read there and nowhere else', async () => {
      state.namespaces = ['default'];
      const here = server.put(deployment('web'));
      const there = server.put(deployment('web', { namespace: 'other' }));
      const wide = server.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
      const key = owner([entry(here), entry(there), entry(wide)]);
      looking.add(reader.expand(key));
      const entries = await entriesOf(key);
      assert.deepEqual(
        entries.map(({ state: each }) => each),
        ['found', 'forbidden', 'forbidden'],
      );
      assert.deepEqual(gets(), ['/apis/apps/v1/namespaces/default/deployments/web']);
    });
  });

  describe('of an owner that changes', () => {
    it('are read again, and show what was known until then', async () => {
      const web = server.put(deployment('web'));
      const key = owner([entry(web)]);
      looking.add(reader.expand(key));
      await entriesOf(key);
      server.remove(idOf(web));
      const added = server.put(anyObject('v1', 'ConfigMap', 'new'));
      owner([entry(web), entry(added)], '2');
      clock.advance(1000);
      const view = reader.get(key);
      assert.deepEqual(view?.state === 'loaded' && view.entries.map(({ state: each }) => each), ['found', 'loading']);
      const entries = await until(
        key,
        (now) => now.state === 'loaded' && now.entries[0]?.state === 'missing' && isRead(now),
      );
      assert.deepEqual(entries.state === 'loaded' && entries.entries.map(({ state: each }) => each), [
        'missing',
        'found',
      ]);
    });

    it('are not read again for every one of a burst of changes', async () => {
      const web = server.put(deployment('web'));
      const key = owner([entry(web)]);
      looking.add(reader.expand(key));
      await entriesOf(key);
      clock.advance(5000);
      const before = gets().length;
      for (let version = 2; version < 10; version += 1) {
        owner([entry(web)], String(version));
        clock.advance(100);
      }
      clock.advance(1000);
      await until(key, isRead);
      await api.serverVersion(new AbortController().signal);
      assert.ok(gets().length - before <= 2, `${gets().length - before} reads for eight changes`);
    });

    it('stay when the owner says the same again', async () => {
      const web = server.put(deployment('web'));
      const key = owner([entry(web)]);
      looking.add(reader.expand(key));
      await entriesOf(key);
      const before = gets().length;
      owner([entry(web)]);
      clock.advance(2000);
      await api.serverVersion(new AbortController().signal);
      assert.equal(gets().length, before);
    });

    it('are read when the owner comes after it was expanded', async () => {
      const web = server.put(deployment('web'));
      const key = objectKey('homelab', idOf(kustomization('apps')));
      looking.add(reader.expand(key));
      assert.deepEqual(reader.get(key), { state: 'loading' });
      owner([entry(web)]);
      clock.advance(1000);
      assert.equal((await entriesOf(key)).length, 1);
    });

    it('are read again when the user asks', async () => {
      const web = server.put(deployment('web'));
      const key = owner([entry(web)]);
      looking.add(reader.expand(key));
      await entriesOf(key);
      server.remove(idOf(web));
      reader.refresh();
      const view = await until(key, (now) => now.state === 'loaded' && now.entries[0]?.state === 'missing');
      assert.equal(view.state, 'loaded');
    });
  });

  describe('that nobody looks at any more', () => {
    it('are forgotten, and their requests end', async () => {
      const strike = server.faults.add({ match: { path: /deployments/ }, fault: 'silence' });
      const key = owner([inventoryEntry(deploymentId)]);
      const first = reader.expand(key);
      const second = reader.expand(key);
      await server.received(({ path }) => path.includes('deployments/web'));
      first.dispose();
      first.dispose();
      assert.notEqual(reader.get(key), undefined, 'the other still looks');
      second.dispose();
      assert.equal(reader.get(key), undefined);
      strike.dispose();
    });

    it('are asked for afresh when somebody looks again', async () => {
      const web = server.put(deployment('web'));
      const key = owner([entry(web)]);
      const first = reader.expand(key);
      await entriesOf(key);
      first.dispose();
      server.remove(idOf(web));
      looking.add(reader.expand(key));
      assert.equal((await entriesOf(key))[0]?.state, 'missing');
    });

    it('fire nothing after the end of the reader', async () => {
      const web = server.put(deployment('web'));
      const key = owner([entry(web)]);
      looking.add(reader.expand(key));
      await entriesOf(key);
      const count = fired.length;
      reader.dispose();
      owner([entry(web)], '9');
      clock.advance(10_000);
      looking.add(reader.expand(key));
      assert.equal(fired.length, count);
      assert.equal(reader.get(key), undefined);
    });
  });

  it('say so when the credentials have ended', async () => {
    const key = owner([inventoryEntry(deploymentId), inventoryEntry({ ...deploymentId, name: 'other' })]);
    const strike = server.faults.add({ match: {}, fault: 401 });
    looking.add(reader.expand(key));
    const view = await until(key, ({ state: now }) => now === 'failed');
    assert.match(view.state === 'failed' ? view.message : '', /Unauthorized/);
    strike.dispose();
  });

  describe('of a HelmRelease that lists none', () => {
    const labels = { 'helm.toolkit.fluxcd.io/name': 'loki', 'helm.toolkit.fluxcd.io/namespace': 'default' };
    let key: ObjectKey;
    beforeEach(() => {
      state.controllers = { state: 'known', fluxVersion: '2.6.4', items: [] };
      key = state.hold(helmRelease('loki', { status: { inventory: undefined } }));
      server.put(deployment('loki', { labels }));
      server.put(anyObject('v1', 'ConfigMap', 'loki', { labels }));
      server.put(secret('loki', 'do-not-show', { labels }));
      server.put(anyObject('v1', 'ConfigMap', 'other'));
    });

    it('are not reported, and nothing is asked for', async () => {
      looking.add(reader.expand(key));
      assert.deepEqual(await until(key, isRead), { state: 'notReported' });
      assert.deepEqual(server.requests, []);
    });

    it('can be looked up by their labels', async () => {
      looking.add(reader.expand(key));
      await reader.lookUpByLabels(key);
      const view = await until(key, isRead);
      assert.ok(view.state === 'loaded');
      assert.deepEqual(
        view.entries.map(({ encoded, state: each }) => [encoded, each]),
        [
          ['default_loki__ConfigMap', 'found'],
          ['default_loki__Secret', 'found'],
          ['default_loki_apps_Deployment', 'found'],
        ],
      );
      assert.match(view.note ?? '', /^found by label; kinds that charts rarely have are not looked for$/);
      const lists = server.requests.filter(({ path }) => path.includes('labelSelector'));
      assert.ok(lists.every(({ path }) => path.includes('helm.toolkit.fluxcd.io%2Fname%3Dloki')));
      assert.match(lists.find(({ path }) => path.includes('/secrets'))?.accept ?? '', /PartialObjectMetadataList/);
    });

    it('stay looked up when the release changes', async () => {
      looking.add(reader.expand(key));
      await reader.lookUpByLabels(key);
      const lists = server.requests.length;
      state.hold(helmRelease('loki', { status: { inventory: undefined }, metadata: { resourceVersion: '9' } }));
      clock.advance(5000);
      assert.equal(reader.get(key)?.state, 'loaded');
      await reader.lookUpByLabels(key);
      assert.equal(server.requests.length, lists, 'once');
    });

    it('name the kinds that could not be listed', async () => {
      reader.dispose();
      api.dispose();
      connect('viewer');
      const denial = server.deny({ user: 'viewer', verb: 'list', group: 'apps', resource: 'deployments' });
      looking.add(reader.expand(key));
      await reader.lookUpByLabels(key);
      const view = await until(key, isRead);
      assert.match((view.state === 'loaded' && view.note) || '', /could not be listed: Deployment, Secret$/);
      assert.ok(!server.requests.some(({ path }) => path.includes('/secrets')));
      denial.dispose();
    });

    it('are looked up in the allowed namespaces alone', async () => {
      state.namespaces = ['default', 'other'];
      looking.add(reader.expand(key));
      await reader.lookUpByLabels(key);
      const lists = server.requests.filter(({ path }) => path.includes('labelSelector'));
      assert.ok(lists.length > 0);
      assert.ok(
        lists.every(({ path }) => /\/namespaces\/(default|other)\//.test(path)),
        'no cluster-scoped call',
      );
    });

    it('are none when nobody has expanded the release', async () => {
      await reader.lookUpByLabels(key);
      assert.deepEqual(server.requests, []);
    });

    it('are in the inventory once Flux has one', async () => {
      looking.add(reader.expand(key));
      await reader.lookUpByLabels(key);
      state.hold(
        helmRelease('loki', {
          status: { inventory: { entries: [inventoryEntry({ ...deploymentId, name: 'loki' })] } },
          metadata: { resourceVersion: '9' },
        }),
      );
      clock.advance(1000);
      const view = await until(key, (now) => now.state === 'loaded' && now.entries.length === 1 && isRead(now));
      assert.equal(view.state === 'loaded' && view.note, undefined);
    });
  });
});
