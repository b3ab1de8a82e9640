/** What an upgrade would change of a release: its objects, the values that explain it, and what is no upgrade at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Failure } from '../../../src/base/failure.ts';
import { Sealed } from '../../../src/base/sealed.ts';
import type { ReleaseComparison } from '../../../src/drift/compareRelease.ts';
import type { ObjectDifference } from '../../../src/drift/difference.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import type { DesiredObject, RenderedRelease } from '../../../src/render/desired.ts';
import { desired, inline, ofChart, ofSecret, renderedRelease, value } from '../../support/rendered.ts';
import { helmRelease, installed, manifestObject, ReleaseBed, type ReleaseWorld } from './releaseBed.ts';

const settings = manifestObject('ConfigMap', 'settings', { data: { level: 'info' } });
const rendered = (objects: readonly DesiredObject[], more: Partial<RenderedRelease> = {}): RenderedRelease =>
  renderedRelease({ objects, inForce: helmRelease(), ...more });
const configMap = (
  name: string,
  data: Readonly<Record<string, string>>,
  more: Partial<DesiredObject> = {},
): DesiredObject => desired('ConfigMap', name, { data }, more);

const summary = ({ objects }: ReleaseComparison): readonly string[] =>
  objects.map(({ change, id, paths }) =>
    [change, id.name, ...paths.map(({ path, effect }) => `${effect} ${path.join('.')}`)].join(' '),
  );

function find({ objects }: ReleaseComparison, name: string): ObjectDifference {
  const found = objects.find(({ id }) => id.name === name);
  assert.ok(found);
  return found;
}

interface Row {
  readonly title: string;
  readonly manifest: readonly KubernetesObject[];
  readonly objects: readonly DesiredObject[];
  readonly world?: Partial<ReleaseWorld>;
  readonly expected: readonly string[];
}

const kept = manifestObject('ConfigMap', 'old', {}, { annotations: { 'helm.sh/resource-policy': 'keep' } });
const gone = manifestObject('ConfigMap', 'old');
const pods = (image: string, name = 'web') => ({
  replicas: 1,
  template: {
    spec: {
      containers: [
        { name, image },
        { name: 'side', image: 'side:1' },
      ],
    },
  },
});

const rows: readonly Row[] = [
  {
    title: 'the same, though the render leaves namespace and marks to Helm',
    manifest: [settings],
    objects: [configMap('settings', { level: 'info' })],
    expected: ['none settings'],
  },
  {
    title: 'a value',
    manifest: [settings],
    objects: [configMap('settings', { level: 'debug', more: 'x' })],
    expected: ['change settings replace data.level add data.more'],
  },
  {
    title: 'a new object and one that left the chart, which Helm deletes',
    manifest: [gone],
    objects: [configMap('settings', { level: 'info' })],
    world: { live: [installed(gone)] },
    expected: ['delete old', 'create settings'],
  },
  {
    title: 'what left the chart and is gone already',
    manifest: [gone],
    objects: [],
    expected: ['none old'],
  },
  {
    title: 'what left the chart and asks to be kept, in the cluster',
    manifest: [gone],
    objects: [],
    world: { live: [installed(kept)] },
    expected: ['skip old'],
  },
  {
    title: 'what is no longer kept in the cluster is deleted, whatever the manifest says',
    manifest: [kept],
    objects: [],
    world: { live: [installed(gone)] },
    expected: ['delete old'],
  },
  {
    title: 'another version of the API is the same object',
    manifest: [{ ...settings, apiVersion: 'v1beta1' }],
    objects: [configMap('settings', { level: 'info' })],
    expected: ['change settings replace apiVersion'],
  },
  {
    title: 'hooks and definitions are no part of it',
    manifest: [],
    objects: [
      configMap('hook', {}, { role: { hook: ['pre-upgrade'] } }),
      configMap('crd', {}, { role: { crds: 'Create' } }),
    ],
    expected: [],
  },
  {
    title: 'what differs with each render',
    manifest: [manifestObject('ConfigMap', 'settings', { data: { level: 'info', token: 'abc' } })],
    objects: [configMap('settings', { level: 'info', token: 'xyz' }, { unstable: [['data', 'token']] })],
    expected: ['none settings'],
  },
  {
    title: 'items of lists are told by their names',
    manifest: [manifestObject('Deployment', 'web', { spec: pods('web:1') })],
    objects: [{ ...desired('Deployment', 'web', { apiVersion: 'apps/v1', spec: pods('web:2') }) }],
    expected: ['change web replace spec.template.spec.containers.0.image'],
  },
];

for (const { title, manifest, objects, world = {}, expected } of rows) {
  test(`upgrade: ${title}`, async () => {
    const bed = new ReleaseBed({ manifest, ...world });
    const comparison = await bed.compare({ rendered: rendered(objects), from: 'working tree' });
    assert.deepEqual(summary(comparison), expected);
    assert.equal(comparison.from, 'working tree');
    const sent = bed.asked.filter((what) => what.startsWith('dry-run'));
    const changes = expected.filter((what) => what.startsWith('change'));
    assert.equal(sent.length, changes.length, 'whether a change can be made is asked, and nothing else');
    assert.equal(bed.heard.length, expected.length);
  });
}

const byKubectl = manifestObject(
  'ConfigMap',
  'settings',
  { data: { level: 'debug' } },
  {
    namespace: 'apps',
    resourceVersion: '7',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
  },
);

test('an object that exists already is taken over: what Helm would change of it, and whose it is', async () => {
  const bed = new ReleaseBed({ manifest: [], notStored: true, live: [byKubectl] });
  const comparison = await bed.compare({
    live: undefined,
    rendered: rendered([configMap('settings', { level: 'info' })]),
  });
  const difference = find(comparison, 'settings');
  assert.deepEqual([difference.change, difference.takenOverFrom], ['change', 'kubectl']);
  assert.ok(difference.paths.some(({ path, effect }) => effect === 'replace' && path.join('.') === 'data.level'));
  assert.deepEqual(
    bed.asked.filter((what) => what.includes('settings')),
    ['get ConfigMap settings', 'dry-run ConfigMap settings'],
  );
});

test('an upgrade leaves nothing out that drift detection leaves out', async () => {
  const annotations = { 'helm.toolkit.fluxcd.io/driftDetection': 'disabled' };
  const bed = new ReleaseBed({
    manifest: [],
    live: [{ ...byKubectl, metadata: { ...byKubectl.metadata, annotations } }],
  });
  const live = helmRelease({ driftDetection: { mode: 'enabled', ignore: [{ paths: [''] }] } });
  const comparison = await bed.compare({ live, rendered: rendered([configMap('settings', { level: 'info' })]) });
  assert.equal(find(comparison, 'settings').change, 'change');
});

test('an object that exists already, and Helm is told to take nothing over', async () => {
  const bed = new ReleaseBed({ manifest: [], live: [byKubectl] });
  const inForce = helmRelease({ upgrade: { disableTakeOwnership: true } });
  const comparison = await bed.compare({ rendered: rendered([configMap('settings', {})], { inForce }) });
  const { change, because, reason } = find(comparison, 'settings');
  assert.deepEqual([change, because], ['unknown', 'otherOwner']);
  assert.match(reason ?? '', /so the release fails/);
});

test('where nobody may look whether an object exists, it is created as far as is known', async () => {
  const bed = new ReleaseBed({ manifest: [], refused: ['get configmaps'], live: [byKubectl] });
  const { change, approximate } = find(
    await bed.compare({ rendered: rendered([configMap('settings', {})]) }),
    'settings',
  );
  assert.deepEqual([change, approximate], ['create', true]);
});

test('a release under another name is uninstalled and installed: what both have is made anew', async () => {
  const keeping = manifestObject(
    'PersistentVolumeClaim',
    'data',
    {},
    { annotations: { 'helm.sh/resource-policy': 'keep' } },
  );
  const odd = manifestObject('ConfigMap', 'odd', {}, { annotations: { 'helm.sh/resource-policy': 'delete' } });
  const bed = new ReleaseBed({ manifest: [settings, gone, keeping, odd], live: [installed(gone)] });
  const inForce = helmRelease({ releaseName: 'store' });
  const comparison = await bed.compare({
    rendered: rendered([configMap('settings', { level: 'info' })], {
      inForce,
      release: { name: 'store', namespace: 'apps' },
    }),
  });
  assert.deepEqual(
    comparison.objects.map(({ change, id }) => `${change} ${id.name}`),
    ['delete old', 'recreate settings', 'skip data', 'skip odd'],
  );
  assert.equal(comparison.identity?.target, 'release name');
  assert.match(comparison.notes[0]?.message ?? '', /its release name changes from shop to store, so Helm uninstalls/);
});

test('a release in another namespace leaves behind what its manifest gave no namespace', async () => {
  const placed = manifestObject('ConfigMap', 'placed', {}, { namespace: 'apps' });
  const bed = new ReleaseBed({ manifest: [gone, placed], live: [installed(gone), installed(placed)] });
  const comparison = await bed.compare({
    rendered: rendered([], {
      inForce: helmRelease({ targetNamespace: 'shops' }),
      release: { name: 'shop', namespace: 'shops' },
    }),
  });
  assert.deepEqual(summary(comparison), ['delete placed', 'skip old']);
  assert.match(find(comparison, 'old').reason ?? '', /^stays in the cluster, where nobody owns it/);
});

test('what stays behind and is stated in its old namespace is changed, and not made anew', async () => {
  const data = manifestObject('PersistentVolumeClaim', 'data', { spec: { size: 1 } });
  const named = manifestObject('ConfigMap', 'named', { data: { a: '1' } }, { namespace: 'apps' });
  const live = helmRelease();
  const entries = [{ id: 'apps_data__PersistentVolumeClaim', v: 'v1' }];
  const here = { namespace: 'apps' };
  const comparison = await new ReleaseBed({ manifest: [data, named], live: [installed(data)] }).compare({
    live: { ...live, status: { ...live.status, inventory: { entries } } },
    rendered: rendered(
      [
        desired('PersistentVolumeClaim', 'data', { metadata: { name: 'data', ...here }, spec: { size: 2 } }),
        desired('ConfigMap', 'named', { metadata: { name: 'named', ...here }, data: { a: '1' } }),
      ],
      { inForce: helmRelease({ targetNamespace: 'shops' }), release: { name: 'shop', namespace: 'shops' } },
    ),
  });
  // The uninstall finds what its manifest gives a namespace, and nothing else.
  assert.deepEqual(
    comparison.objects.map(({ change, id }) => `${change} ${id.name}`),
    ['recreate named', 'change data'],
  );
  assert(find(comparison, 'data').paths.some(({ path }) => path.join('.') === 'spec.size'));
  assert.deepEqual(comparison.identity?.losses, []);
});

test('a volume that says it is to be kept is not told to be lost with a release that is installed anew', async () => {
  const metadata = { annotations: { 'helm.sh/resource-policy': 'keep' } };
  const volumes = ['both', 'left', 'lost'].map((name) =>
    manifestObject('PersistentVolumeClaim', name, {}, name === 'lost' ? {} : metadata),
  );
  const entries = ['both', 'left', 'lost'].map((name) => ({ id: `apps_${name}__PersistentVolumeClaim`, v: 'v1' }));
  const live = helmRelease();
  const { identity } = await new ReleaseBed({ manifest: volumes }).compare({
    live: { ...live, status: { ...live.status, inventory: { entries } } },
    rendered: rendered([desired('PersistentVolumeClaim', 'both', { metadata: { name: 'both', ...metadata } })], {
      inForce: helmRelease({ releaseName: 'store' }),
      release: { name: 'store', namespace: 'apps' },
    }),
  });
  assert.deepEqual(
    identity?.losses.map(({ id }) => id.name),
    ['lost'],
  );
});

test('pods restart where their template changes', async () => {
  const bed = new ReleaseBed({ manifest: [manifestObject('Deployment', 'web', { spec: pods('web:1') })] });
  const next = desired('Deployment', 'web', { apiVersion: 'apps/v1', spec: pods('web:2') });
  const difference = find(await bed.compare({ rendered: rendered([next]) }), 'web');
  assert.equal(difference.restartsPods, true);
  assert.match(JSON.stringify([difference.before, difference.after]), /web:1.*web:2/);
});

test('what could not be looked at is judged by the manifest', async () => {
  const bed = new ReleaseBed({ manifest: [kept], live: [] });
  const forbidden = new Failure('forbidden', 'no');
  const comparison = await bed.compare({
    rendered: rendered([]),
    api: { ...bed.api, getMetadata: () => Promise.reject(forbidden) },
  });
  assert.equal(find(comparison, 'old').because, 'resourcePolicyKeep');
});

test('who may not read an object that left the chart gets no request for it', async () => {
  const bed = new ReleaseBed({ manifest: [gone], live: [installed(gone)], refused: ['get configmaps'] });
  assert.equal(find(await bed.compare({ rendered: rendered([]) }), 'old').change, 'delete');
  assert.ok(!bed.asked.includes('get ConfigMap old'));
});

test('the values that changed are told before the objects, and a chart of another version', async () => {
  const bed = new ReleaseBed({ manifest: [], config: { level: 'info', image: { tag: '1' } } });
  const chart = { name: 'shop', version: '0.2.0', appVersion: '1', from: 'x' };
  const values = [value('level', 'debug', inline), value('image.tag', '1', inline), value('color', 'red', ofChart)];
  const live = helmRelease({ values: { level: 'info', image: { tag: '1' } } });
  const { config } = await bed.compare({ live, rendered: rendered([], { values, chart }) });
  assert.deepEqual(config?.before, { level: 'info', image: { tag: '1' } });
  assert.deepEqual(config.after, { level: 'debug', image: { tag: '1' } });
  assert.deepEqual(config.paths, [{ path: ['level'], effect: 'replace' }]);
  assert.deepEqual(config.chart, { before: 'shop 0.1.0', after: 'shop 0.2.0' });
});

test('the same values and the same chart give no word', async () => {
  const bed = new ReleaseBed({ manifest: [], config: { level: 'info' } });
  const { config } = await bed.compare({ rendered: rendered([], { values: [value('level', 'info', inline)] }) });
  assert.equal(config, undefined);
});

const canary = 'hunter2-canary';

test('no old value of a Secret and no new one is shown, in values or objects', async () => {
  const old = `${canary}-old`;
  const stored = manifestObject('ConfigMap', 'settings', { data: { url: `db:${old}`, level: 'info', before: old } });
  const next = configMap(
    'settings',
    { url: '•••', level: 'debug' },
    {
      real: new Sealed(manifestObject('ConfigMap', 'settings', { data: { url: `db:${canary}`, level: 'debug' } })),
      masked: [['data', 'url']],
    },
  );
  const config = { db: { password: old }, level: 'info' };
  const bed = new ReleaseBed({ manifest: [stored], config, template: 'data: { url, level, before }' });
  const comparison = await bed.compare({
    live: helmRelease({ valuesFrom: [{ kind: 'Secret', name: 'v' }], values: { level: 'info' } }),
    rendered: rendered([next], {
      values: [value('db.password', '•••', ofSecret('v', 'values.yaml')), value('level', 'debug', inline)],
      merged: new Sealed({ db: { password: canary }, level: 'debug' }),
      secrets: new Sealed([canary]),
    }),
  });
  assert.deepEqual(summary(comparison), ['change settings replace data.url replace data.level remove data.before']);
  for (const text of [JSON.stringify(comparison), inspect(comparison, { depth: 20 })]) {
    assert.ok(!text.includes(canary), text);
  }
  assert.deepEqual(comparison.config?.paths, [
    { path: ['db', 'password'], effect: 'replace' },
    { path: ['level'], effect: 'replace' },
  ]);
});

test('a release that Helm has and no HelmRelease yet is upgraded in place, and that is said', async () => {
  const bed = new ReleaseBed({ manifest: [settings] });
  const comparison = await bed.compare({
    live: undefined,
    rendered: rendered([configMap('settings', { level: 'debug' })]),
  });
  assert.deepEqual(summary(comparison), ['change settings replace data.level']);
  assert.match(
    comparison.notes.map(({ message }) => message).join(' '),
    /installed already \(v3\): Flux upgrades it in place. Do not `helm uninstall` it afterwards: that deletes it/,
  );
});

test('what is known of an upgrade is told before all of it is', async () => {
  const bed = new ReleaseBed({ manifest: [settings] });
  const done: number[] = [];
  const controller = new AbortController();
  const comparing = bed.compare({
    rendered: rendered([configMap('settings', { level: 'debug' }), configMap('new', {}), configMap('newer', {})]),
    signal: controller.signal,
    onProgress: (progress) => {
      done.push(progress.done);
      controller.abort();
    },
  });
  await assert.rejects(comparing, { reason: 'cancelled' });
  assert.deepEqual(done, [1]);
  assert.deepEqual(
    bed.heard.map(({ id }) => id.name),
    ['settings'],
  );
});

test('a release that nobody installed is created', async () => {
  const bed = new ReleaseBed({ manifest: [], notStored: true });
  const comparison = await bed.compare({
    live: undefined,
    rendered: rendered([configMap('settings', { level: 'info' })]),
  });
  assert.deepEqual(summary(comparison), ['create settings']);
  assert.match(comparison.notes.map(({ message }) => message).join(' '), /not installed: helm-controller installs it/);
});

test('without a right to the storage every object of the render is unknown', async () => {
  const bed = new ReleaseBed({ manifest: [], refused: ['get secrets'] });
  const comparison = await bed.compare({ rendered: rendered([configMap('settings', {})]) });
  assert.deepEqual(
    comparison.objects.map(({ change, because }) => [change, because]),
    [['unknown', 'forbidden']],
  );
});
