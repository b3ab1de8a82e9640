/**
 * What was compared once is compared again on the real cluster when somebody has changed one of its objects: told by watches of
 * metadata, asked by dry-runs, and nothing written. Put together as the extension does it, without an editor.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { Disposables } from '../../src/base/disposables.ts';
import { noLog } from '../../src/base/log.ts';
import type { ClusterApi, WatchQuery } from '../../src/cluster/clusterApi.ts';
import { BackgroundDrift } from '../../src/drift/backgroundDrift.ts';
import { compareKustomization } from '../../src/drift/compareKustomization.ts';
import { DriftStore } from '../../src/drift/driftStore.ts';
import { appliedMark, type KeptComparison, keptComparison } from '../../src/drift/keptComparison.ts';
import { MetadataWatches } from '../../src/drift/metadataWatches.ts';
import { inventoryOf } from '../../src/flux/inventory.ts';
import { type ObjectKey, objectKey } from '../../src/flux/objectKey.ts';
import type { FluxObject } from '../../src/flux/objects.ts';
import { fluxPath, isReady } from './fluxObjects.ts';
import { openRenderBed } from './renderBed.ts';
import { applyManifest, clusterForTests, newNamespace, pushFiles } from './support.ts';

const cluster = await clusterForTests();
const namespace = await newNamespace(cluster, 'background');
const [clock, log] = [systemClock(), noLog()];
const url = `${cluster.gitUrl}/${namespace}.git`;
const name = { kind: 'Kustomization', namespace, name: 'apps' } as const;
const settings = `/api/v1/namespaces/${namespace}/configmaps/settings`;
const apps = `
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: apps, namespace: ${namespace} }
spec: { interval: 1h, prune: true, path: ./apps, sourceRef: { kind: GitRepository, name: fleet } }
`;
const files = {
  'apps/settings.yaml': `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: ${namespace} }
data: { level: info }
`,
};
const source = `
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: fleet, namespace: ${namespace} }
spec: { interval: 1h, url: "${url}", ref: { branch: main } }
`;

const owned = new Disposables();
after(() => owned.dispose());

before(async () => {
  await pushFiles(cluster, namespace, files);
  await applyManifest(cluster, `${source}---${apps}`);
  await cluster.api.waitFor(fluxPath('Kustomization', `${namespace}/apps`), isReady, { seconds: 120 });
});

interface Call {
  readonly method: string;
  readonly args: readonly unknown[];
}

/** The same cluster, with all that is asked of it; `watching` resolves when a watch begins, and so after its first list. */
function recorded(api: ClusterApi): {
  readonly api: ClusterApi;
  readonly calls: Call[];
  readonly watching: Promise<unknown>;
} {
  const calls: Call[] = [];
  const { promise: watching, resolve } = Promise.withResolvers<undefined>();
  const seen = new Proxy(api, {
    get: (target, property): unknown => {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== 'function') {
        return value;
      }
      return (...args: unknown[]): unknown => {
        calls.push({ method: String(property), args });
        if (property === 'watch') {
          resolve(undefined);
        }
        return Reflect.apply(value, target, args);
      };
    },
  });
  return { api: seen, calls, watching };
}

/** What the store is told next of the owner, or what it has where that is as `isMeant` says. */
function keptOnce(store: DriftStore, key: ObjectKey, isMeant: (kept: KeptComparison) => boolean): Promise<unknown> {
  return new Promise((resolve) => {
    const look = (): void => {
      const kept = store.get(key);
      if (kept && isMeant(kept)) {
        subscription.dispose();
        resolve(kept);
      }
    };
    const subscription = owned.add(store.onDidChange(look));
    look();
  });
}

function itemsOf(live: FluxObject) {
  const inventory = inventoryOf(live);
  assert(typeof inventory !== 'string');
  return inventory;
}

async function changeByHand(level: string): Promise<void> {
  await cluster.api.patch(settings, { data: { level } }, 'kubectl-edit');
}

test('a change by hand renews what is kept, by watches of metadata alone; what has ended asks nothing', async () => {
  const bed = await openRenderBed(cluster, { files: { ...files, 'cluster/apps.yaml': apps }, remotes: [url] });
  const { context } = bed.api;
  const key = objectKey(context, { group: 'kustomize.toolkit.fluxcd.io', ...name });
  const { api, calls, watching } = recorded(bed.api);
  const compare = async (signal: AbortSignal): Promise<KeptComparison> => {
    const live = await bed.inputs.fluxObject(name.kind, namespace, name.name, signal);
    const rendered = await bed.renderer.kustomization(name, { state: bed.state, cluster: bed.inputs, signal });
    assert(live && rendered.kind === 'Kustomization');
    const comparison = await compareKustomization({ rendered, live, api, from: 'working tree', signal });
    return keptComparison(comparison, { at: clock.now(), mark: appliedMark(live) });
  };
  const live = await bed.inputs.fluxObject(name.kind, namespace, name.name);
  assert(live);
  const store = owned.add(new DriftStore());
  const first = await compare(new AbortController().signal);
  assert.deepEqual(first.differences, []);
  store.put(key, first);

  const lifetime = owned.add(new Disposables());
  const onChange = (changed: ObjectKey): void => drift.changed(changed);
  const watches = lifetime.add(new MetadataWatches({ api, namespaces: [], clock, log, onChange }));
  const drift: BackgroundDrift = lifetime.add(
    new BackgroundDrift({
      ...{ context, store, clock, log },
      watch: (items) => watches.watch(items),
      compare: (_owner, signal) => compare(signal),
    }),
  );
  const dryRuns = (): number => calls.filter(({ method }) => method === 'dryRunApply').length;
  const before = dryRuns();
  drift.see([{ key, object: live }]);
  await watching;
  assert.equal(dryRuns(), before, 'that it is seen begins nothing');

  await changeByHand('debug');
  await keptOnce(store, key, ({ differences }) => differences.length > 0);
  assert.deepEqual(
    store.get(key)?.differences.map(({ id, fields }) => [id.kind, id.name, fields.map(({ path }) => path.join('.'))]),
    [['ConfigMap', 'settings', ['data.level']]],
  );
  await changeByHand('info');
  await keptOnce(store, key, ({ differences }) => differences.length === 0);

  const queries = calls.filter(({ method }) => method === 'watch').map(({ args }) => args[1] as WatchQuery);
  assert(queries.length > 0);
  assert(queries.every(({ metadataOnly }) => metadataOnly === true));
  assert.deepEqual(
    calls.filter(({ method }) => method === 'mergePatch'),
    [],
  );

  // As where the window is made read-only: nothing watches, and a change that others hear of is followed by no request.
  lifetime.dispose();
  const ended = calls.length;
  const { promise: heard, resolve: hear } = Promise.withResolvers<ObjectKey>();
  const beside = recorded(bed.api);
  const sentinel = owned.add(
    new MetadataWatches({ api: beside.api, namespaces: [], clock, log, onChange: (changed) => hear(changed) }),
  );
  sentinel.watch(itemsOf(live));
  await beside.watching;
  await changeByHand('trace');
  assert.match(await heard, /settings/);
  assert.equal(calls.length, ended);
  assert.deepEqual(store.get(key)?.differences, []);
});
