/** What has drifted from a release that Helm has stored, by the rules of helm-controller. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Failure } from '../../../src/base/failure.ts';
import type { ClusterApi } from '../../../src/cluster/clusterApi.ts';
import { ComparisonCache } from '../../../src/drift/comparisonCache.ts';
import type { ReleaseComparison } from '../../../src/drift/compareRelease.ts';
import type { ObjectDifference } from '../../../src/drift/difference.ts';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import { helmRelease, installed, manifestObject, ReleaseBed, type ReleaseWorld } from './releaseBed.ts';

const settings = manifestObject('ConfigMap', 'settings', { data: { level: 'info', color: 'blue' } });
/** With all that is never absent, as a server has it. */
const webWith = (image: string): Readonly<Record<string, unknown>> => ({
  spec: {
    replicas: 2,
    strategy: {},
    template: { metadata: {}, spec: { containers: [{ name: 'web', image, resources: {} }] } },
  },
});
const web = manifestObject('Deployment', 'web', webWith('web:1'));

const pathsOf = ({ paths }: ObjectDifference): readonly string[] =>
  paths.map(({ path, effect }) => `${effect} ${path.join('.')}`);

function only({ objects }: ReleaseComparison): ObjectDifference {
  assert.equal(objects.length, 1);
  return objects[0]!;
}

const messages = ({ notes }: ReleaseComparison): string => notes.map(({ message }) => message).join('\n');

interface DriftRow {
  readonly title: string;
  readonly stored?: KubernetesObject;
  readonly live?: KubernetesObject;
  readonly spec?: FluxObject['spec'];
  readonly world?: Partial<ReleaseWorld>;
  readonly change: ObjectDifference['change'];
  readonly paths?: readonly string[];
  readonly because?: ObjectDifference['because'];
  readonly says?: RegExp;
}

const ignoring = (...rules: readonly unknown[]): FluxObject['spec'] => ({
  driftDetection: { mode: 'enabled', ignore: rules },
});
const changedLevel = installed(settings, { data: { level: 'debug', color: 'blue' } });

const ownedItems = {
  'f:items': { 'k:{"name":"a"}': { '.': {}, 'f:value': {} }, 'k:{"name":"b"}': { '.': {}, 'f:value': {} } },
};

const rows: readonly DriftRow[] = [
  { title: 'nothing differs', live: installed(settings), change: 'none' },
  { title: 'a value was changed', live: changedLevel, change: 'change', paths: ['replace data.level'] },
  {
    title: 'a value was removed',
    live: installed(settings, { data: { level: 'info' } }),
    change: 'change',
    paths: ['add data.color'],
  },
  {
    title: 'what was added by hand stays, for the dry-run keeps it',
    live: installed(settings, { data: { level: 'info', color: 'blue', more: 'x' } }),
    change: 'none',
  },
  { title: 'the object is gone', change: 'create' },
  {
    title: "a label that was added is nobody's business, even if the dry-run takes it away",
    live: installed(settings, {}, { labels: { 'app.kubernetes.io/managed-by': 'Helm', extra: 'x' } }),
    world: { dryRuns: { 'ConfigMap settings': installed(settings) } },
    change: 'none',
  },
  {
    title: 'a label of Helm that was changed',
    live: installed(settings, {}, { labels: { 'app.kubernetes.io/managed-by': 'me' } }),
    change: 'change',
    paths: ['replace metadata.labels.app.kubernetes.io/managed-by'],
  },
  {
    title: 'an annotation that was removed',
    live: installed(settings, {}, { annotations: { 'meta.helm.sh/release-name': 'shop' } }),
    change: 'change',
    paths: ['add metadata.annotations.meta.helm.sh/release-namespace'],
  },
  {
    title: 'left out by an annotation of the manifest, in any case',
    stored: manifestObject(
      'ConfigMap',
      'settings',
      { data: { level: 'info' } },
      {
        annotations: { 'helm.toolkit.fluxcd.io/driftDetection': 'Disabled' },
      },
    ),
    live: changedLevel,
    change: 'skip',
    because: 'driftDetectionDisabled',
  },
  {
    title: 'left out by a label of the live object',
    live: installed(settings, { data: {} }, { labels: { 'helm.toolkit.fluxcd.io/driftDetection': 'disabled' } }),
    change: 'skip',
    because: 'driftDetectionDisabled',
  },
  {
    title: 'annotations of kustomize-controller mean nothing',
    live: installed(settings, { data: {} }, { annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'Ignore' } }),
    change: 'change',
    paths: [
      'add data.level',
      'add data.color',
      'add metadata.annotations.meta.helm.sh/release-name',
      'add metadata.annotations.meta.helm.sh/release-namespace',
    ],
  },
  {
    title: 'an ignored field',
    live: changedLevel,
    spec: ignoring({ paths: ['/data/level'], target: { kind: 'ConfigMap', name: 'set.*' } }),
    change: 'none',
  },
  {
    title: 'behind an ignored item of a list, at its place in the live object',
    stored: manifestObject('ConfigMap', 'settings', { items: [{ name: 'a' }, { name: 'b', value: '1' }] }),
    live: installed(
      settings,
      {
        data: undefined,
        items: [
          { name: 'a', value: 'mine' },
          { name: 'b', value: '2' },
        ],
      },
      { managedFields: [{ manager: 'me', operation: 'Update', fieldsType: 'FieldsV1', fieldsV1: ownedItems }] },
    ),
    spec: ignoring({ paths: ['/items/0'], target: { kind: 'ConfigMap' } }),
    change: 'change',
    paths: ['replace items.1.value'],
  },
  {
    title: 'an ignored field of another object',
    live: changedLevel,
    spec: ignoring({ paths: ['/data/level'], target: { kind: 'ConfigMap', name: 'set' } }),
    change: 'change',
    paths: ['replace data.level'],
  },
  {
    title: 'a whole object that is ignored',
    live: changedLevel,
    spec: ignoring({ paths: [''], target: { kind: 'ConfigMap' } }),
    change: 'skip',
    because: 'driftDetectionDisabled',
  },
  {
    title: 'of two rules without a target the controller keeps the last',
    live: changedLevel,
    spec: ignoring({ paths: ['/data/level'] }, { paths: ['/data/color'] }),
    change: 'change',
    paths: ['replace data.level'],
  },
  {
    title: 'a kind that is not served',
    stored: { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'settings' } },
    change: 'unknown',
    because: 'notServed',
    says: /does not serve Widget/,
  },
  {
    title: 'a version of a kind that is not served any more',
    stored: { apiVersion: 'networking.k8s.io/v1beta1', kind: 'Ingress', metadata: { name: 'settings' } },
    change: 'unknown',
    because: 'notServed',
  },
  {
    title: 'who may not read it',
    live: changedLevel,
    world: { refused: ['get configmaps'] },
    change: 'unknown',
    because: 'forbidden',
    says: /No permission to get configmaps in namespace apps/,
  },
  {
    title: 'who may not patch sends no dry-run, and what is told is approximate',
    live: changedLevel,
    world: { refused: ['patch configmaps'] },
    change: 'change',
    paths: ['replace data.level'],
    says: /Without the permission to patch configmaps no dry-run was made, so this is approximate/,
  },
  {
    title: 'gone, and no right to create',
    world: { refused: ['create configmaps'] },
    change: 'create',
    says: /Without the permission to create configmaps/,
  },
  {
    title: 'a field that cannot be changed',
    live: changedLevel,
    world: {
      dryRuns: { 'ConfigMap settings': new Failure('invalid', 'data: Forbidden: field is immutable', { status: 422 }) },
    },
    change: 'unknown',
    because: 'immutable',
  },
];

for (const row of rows) {
  test(`drift: ${row.title}`, async () => {
    const { stored = settings, live, spec = {}, world = {}, change, paths = [], because, says } = row;
    const bed = new ReleaseBed({ manifest: [stored], live: live ? [live] : [], ...world });
    const comparison = await bed.compare({ live: helmRelease(spec) });
    const difference = only(comparison);
    assert.deepEqual([difference.change, pathsOf(difference), difference.because], [change, paths, because]);
    assert.match(difference.reason ?? '', says ?? /(?:)/);
    assert.deepEqual(bed.heard, [difference], 'told as soon as it is known');
    const mayWrite = bed.asked.filter((what) => what.startsWith('dry-run')).length;
    assert.equal(difference.approximate === true, /approximate/.test(difference.reason ?? ''));
    assert.ok(mayWrite <= 1 && (world.refused === undefined || mayWrite === 0));
  });
}

test('what is sent has the marks of Helm, the namespace of the release and no defaults that Helm leaves open', async () => {
  const bed = new ReleaseBed({ manifest: [settings], live: [installed(settings)] });
  await bed.compare();
  assert.deepEqual(bed.sent[0]?.metadata, {
    name: 'settings',
    namespace: 'apps',
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': 'apps' },
  });
});

test('an object of the cluster gets no namespace, whatever the manifest says', async () => {
  const space = manifestObject('Namespace', 'team', {}, { namespace: 'apps' });
  const bed = new ReleaseBed({ manifest: [space], live: [installed(space)] });
  const { id } = only(await bed.compare());
  assert.deepEqual(id, { group: '', kind: 'Namespace', namespace: '', name: 'team' });
  assert.equal(bed.sent[0]?.metadata.namespace, undefined);
});

test('a change of a pod template says that pods restart, and who wrote it', async () => {
  const live = installed(web, webWith('web:hacked'), {
    managedFields: [
      {
        manager: 'kubectl-edit',
        operation: 'Update',
        time: '2026-01-01T00:00:00Z',
        fieldsV1: {
          'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': { 'f:image': {} } } } } },
        },
      },
    ],
  });
  const difference = only(await new ReleaseBed({ manifest: [web], live: [live] }).compare());
  assert.equal(difference.restartsPods, true);
  assert.deepEqual(difference.paths, [
    {
      path: ['spec', 'template', 'spec', 'containers', 0, 'image'],
      effect: 'replace',
      writer: { manager: 'kubectl-edit', operation: 'Update', time: '2026-01-01T00:00:00Z' },
    },
  ]);
  assert.match(JSON.stringify(difference.before), /web:hacked/);
  assert.match(JSON.stringify(difference.after), /web:1/);
});

test('what the object will be keeps what is ignored, what was added, and the status', async () => {
  const live = {
    ...installed(settings, { data: { level: 'debug', color: 'red', more: 'x' } }, { finalizers: ['a/b'] }),
    status: { seen: true },
  };
  const spec = ignoring({ paths: ['/data/level', '/data/none'] });
  const difference = only(
    await new ReleaseBed({ manifest: [settings], live: [live] }).compare({ live: helmRelease(spec) }),
  );
  assert.deepEqual(pathsOf(difference), ['replace data.color']);
  assert.deepEqual(difference.real?.reveal().next, { ...live, data: { level: 'debug', color: 'blue', more: 'x' } });
});

test('a label that only lives is still there afterwards, even if the dry-run has taken it away', async () => {
  const live = installed(settings, { data: {} }, { labels: { 'app.kubernetes.io/managed-by': 'Helm', extra: 'x' } });
  const bed = new ReleaseBed({
    manifest: [settings],
    live: [live],
    dryRuns: { 'ConfigMap settings': installed(settings) },
  });
  const labels = only(await bed.compare()).real?.reveal().next.metadata.labels;
  assert.deepEqual(labels, { 'app.kubernetes.io/managed-by': 'Helm', extra: 'x' });
});

test('what has not changed since is not asked for by a dry-run again; what failed is', async () => {
  const previous = new ComparisonCache();
  const failure = new Failure('invalid', 'field is immutable', { status: 422 });
  const other = manifestObject('ConfigMap', 'other', { data: {} });
  const world: ReleaseWorld = {
    manifest: [settings, other],
    live: [changedLevel, installed(other)],
    dryRuns: { 'ConfigMap other': failure },
  };
  const dryRuns = async (spec: FluxObject['spec']): Promise<readonly string[]> => {
    const bed = new ReleaseBed(world);
    const { objects } = await bed.compare({ previous, live: helmRelease(spec) });
    assert.deepEqual(
      objects.map(({ change }) => change),
      spec?.driftDetection === undefined ? ['change', 'unknown'] : ['unknown', 'none'],
    );
    return bed.asked.filter((what) => what.startsWith('dry-run'));
  };
  assert.deepEqual(await dryRuns({}), ['dry-run ConfigMap settings', 'dry-run ConfigMap other']);
  assert.deepEqual(await dryRuns({}), ['dry-run ConfigMap other']);
  assert.equal((await dryRuns(ignoring({ paths: ['/data/level'] }))).length, 2, 'other rules, another result');
});

test('an object that is written between read and dry-run is read again', async () => {
  const bed = new ReleaseBed({
    manifest: [settings],
    live: [changedLevel],
    dryRuns: { 'ConfigMap settings': installed(settings, {}, { resourceVersion: '8' }) },
  });
  await bed.compare();
  assert.equal(bed.asked.filter((what) => what === 'get ConfigMap settings').length, 3, 'but not for ever');
});

test('a field that the kind does not have is left out, as by the controller, and said', async () => {
  const odd = manifestObject('Deployment', 'web', { spec: { replicas: 1, replicaz: 2 } });
  const refusal = 'failed to create typed patch object: .spec.replicaz: field not declared in schema';
  const live = installed(web, { spec: { replicas: 3 } });
  let refused = false;
  const bed = new ReleaseBed({ manifest: [odd], live: [live] });
  const { api } = bed;
  const comparison = await bed.compare({
    api: {
      ...api,
      dryRunApply: (...args) => {
        if (refused) {
          return api.dryRunApply(...args);
        }
        refused = true;
        return Promise.reject(new Failure('unreachable', refusal, { status: 500 }));
      },
    },
  });
  const difference = only(comparison);
  assert.ok(pathsOf(difference).includes('replace spec.replicas'));
  assert.match(difference.reason ?? '', /does not have spec.replicaz, which helm-controller passes over/);
  assert.equal((bed.sent[0]?.spec as { readonly replicaz?: number }).replicaz, undefined);
});

test('an object that another release has taken is told as such', async () => {
  const annotations = { 'meta.helm.sh/release-name': 'other', 'meta.helm.sh/release-namespace': 'there' };
  const live = installed(settings, { data: {} }, { annotations });
  const difference = only(await new ReleaseBed({ manifest: [settings], live: [live] }).compare());
  assert.equal(difference.takenOverFrom, 'Helm release there/other');
});

test('deletions first, then what changes; what is equal last', async () => {
  const more = ['b', 'c', 'd'].map((name) => manifestObject('ConfigMap', name, { data: { a: '1' } }));
  const live = [installed(more[0]!), installed(more[2]!, { data: { a: '2' } })];
  const { objects } = await new ReleaseBed({ manifest: more, live }).compare();
  assert.deepEqual(
    objects.map(({ change, id }) => `${change} ${id.name}`),
    ['create c', 'change d', 'none b'],
  );
});

test('a hook is not missing', async () => {
  const hooks = [{ name: 'migrate', kind: 'Job', manifest: 'x', events: ['post-install'] }];
  const { objects } = await new ReleaseBed({ manifest: [], stored: { hooks } }).compare();
  assert.deepEqual(objects, []);
});

interface NoteRow {
  readonly title: string;
  readonly live: FluxObject;
  readonly stored?: Readonly<Record<string, unknown>>;
  readonly says: RegExp;
  readonly correction?: ReleaseComparison['correction'];
}

const status = (more: FluxObject['status']): FluxObject =>
  helmRelease({}, { status: { ...helmRelease().status, ...more } });

const noteRows: readonly NoteRow[] = [
  { title: 'mode enabled says nothing', live: helmRelease(), says: /^$/, correction: 'reconcile' },
  {
    title: 'mode warn',
    live: helmRelease({ driftDetection: { mode: 'warn' } }),
    says: /A reconcile only detects drift here .* not even a forced one/,
    correction: 'mode',
  },
  {
    title: 'no mode',
    live: helmRelease({ driftDetection: {} }),
    says: /does not look for drift .*driftDetection.mode is not set.* a forced upgrade does/,
    correction: 'upgrade',
  },
  {
    title: 'mode disabled',
    live: helmRelease({ driftDetection: { mode: 'disabled' } }),
    says: /does not look for drift .*driftDetection.mode: disabled\)/,
    correction: 'upgrade',
  },
  { title: 'suspended', live: helmRelease({ suspend: true }), says: /suspended: .* until it is resumed/ },
  {
    title: 'locked',
    live: helmRelease(),
    stored: { info: { status: 'pending-upgrade' } },
    says: /locked \(pending-upgrade\)/,
  },
  {
    title: 'failed',
    live: helmRelease(),
    stored: { info: { status: 'failed' } },
    says: /last action on the release has failed/,
  },
  {
    title: 'upgraded by the helm CLI',
    live: helmRelease(),
    stored: { info: { status: 'superseded' } },
    says: /changed outside of Flux \(v3 is superseded\).*manifest of shop v3/,
  },
  { title: 'not made by Flux', live: status({ history: [] }), says: /was not made by this HelmRelease/ },
  {
    title: 'the revision it knows is gone',
    live: status({ history: [{ name: 'shop', version: 4 }] }),
    says: /\(v4\) is gone from Helm's storage/,
  },
  { title: 'changed since', live: status({ observedGeneration: 0 }), says: /has changed since/ },
  { title: 'tests are due', live: helmRelease({ test: { enable: true } }), says: /tests of the release have not run/ },
  { title: 'applied by Helm 3', live: helmRelease(), stored: { apply_method: 'csa' }, says: /client side/ },
  {
    title: 'a rule that the controller refuses',
    live: helmRelease(ignoring({ paths: ['/a'], target: { labelSelector: 'a in b' } })),
    says: /helm-controller compares nothing/,
  },
];

for (const { title, live, stored, says, correction } of noteRows) {
  test(`a reader is told: ${title}`, async () => {
    const comparison = await new ReleaseBed({
      manifest: [settings],
      live: [installed(settings)],
      ...(stored && { stored }),
    }).compare({
      live,
    });
    assert.match(messages(comparison), says);
    if (correction) {
      assert.equal(comparison.correction, correction);
    }
  });
}

test('nothing installed', async () => {
  const bed = new ReleaseBed({ manifest: [], notStored: true });
  const comparison = await bed.compare({ live: helmRelease({}, { status: {} }) });
  const { id, change, reason } = only(comparison);
  assert.deepEqual(
    [id.kind, id.name, change, reason],
    ['HelmRelease', 'shop', 'unknown', 'Helm has no release to compare it with.'],
  );
  assert.match(messages(comparison), /apps\/shop is not installed/);
});

test('a release that is gone from the storage leaves objects of which nothing is known', async () => {
  const bed = new ReleaseBed({ manifest: [], notStored: true });
  const comparison = await bed.compare({
    live: status({ inventory: { entries: [{ id: 'apps_settings__ConfigMap', v: 'v1' }] } }),
  });
  assert.deepEqual([only(comparison).id.name, only(comparison).change], ['settings', 'unknown']);
});

test('without a right to read the storage, and no inventory, the release is unknown; it is not told that nothing differs', async () => {
  const comparison = await new ReleaseBed({ manifest: [settings], refused: ['get secrets'] }).compare();
  const { id, change, because } = only(comparison);
  assert.deepEqual([id.kind, change, because], ['HelmRelease', 'unknown', 'forbidden']);
});

test('without a right to read the storage every object of the inventory is unknown, and none is asked for', async () => {
  const bed = new ReleaseBed({ manifest: [settings], refused: ['get secrets'] });
  const entries = [
    { id: 'apps_settings__ConfigMap', v: 'v1' },
    { id: 'apps_web_apps_Deployment', v: 'v1' },
  ];
  const comparison = await bed.compare({ live: status({ inventory: { entries } }) });
  assert.deepEqual(
    comparison.objects.map(({ change, because, apiVersion }) => [change, because, apiVersion]),
    [
      ['unknown', 'forbidden', 'v1'],
      ['unknown', 'forbidden', 'apps/v1'],
    ],
  );
  assert.deepEqual(bed.asked, []);
});

test('a release on another cluster is not compared with this one', async () => {
  const bed = new ReleaseBed({ manifest: [settings] });
  const entries = [{ id: 'apps_settings__ConfigMap', v: 'v1' }];
  const remote = helmRelease({ kubeConfig: { secretRef: { name: 'x' } } }, { status: { inventory: { entries } } });
  const comparison = await bed.compare({ live: remote });
  assert.deepEqual([only(comparison).change, only(comparison).because], ['unknown', 'otherCluster']);
  assert.deepEqual(bed.asked, []);
});

test('a release that cannot be read fails as a whole', async () => {
  const bed = new ReleaseBed({ manifest: [], stored: { name: 'other' } });
  await assert.rejects(bed.compare(), { reason: 'invalid', message: /record of another release/ });
});

test('who is not signed in any more is told so, and what waits for its turn is not sent', async () => {
  const manifest = Array.from({ length: 60 }, (_, at) => manifestObject('ConfigMap', `settings-${at}`));
  const live = manifest.map((object) => installed(object));
  const refusal = new Failure('unauthorized', 'Unauthorized', { status: 401 });
  const dryRuns = Object.fromEntries(manifest.map(({ metadata: { name } }) => [`ConfigMap ${name}`, refusal]));
  const bed = new ReleaseBed({ manifest, live, dryRuns });
  await assert.rejects(bed.compare(), { reason: 'unauthorized' });
  await new Promise(setImmediate); // what waits for a turn would be sent by now
  assert.ok(bed.asked.filter((what) => what.startsWith('dry-run')).length < manifest.length);
});

test('a cancelled comparison ends as such', async () => {
  const controller = new AbortController();
  const bed = new ReleaseBed({ manifest: [settings, web], live: [installed(settings), installed(web)] });
  const comparing = bed.compare({ signal: controller.signal, onObject: () => controller.abort() });
  await assert.rejects(comparing, { reason: 'cancelled' });
});

const canary = 'hunter2-canary';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('a Secret that differs: detected, not correctable, and shown nowhere', async () => {
  const secret = manifestObject('Secret', 'login', { data: { password: base64(`${canary}-old`) } });
  const live = installed(secret, { data: { password: base64(canary) } });
  const comparison = await new ReleaseBed({ manifest: [secret], live: [live] }).compare();
  const difference = only(comparison);
  assert.deepEqual(pathsOf(difference), ['replace data.password']);
  assert.match(difference.reason ?? '', /cannot correct it.*A Secret that is deleted is made again/);
  checkNoCanary(comparison);
});

test('a Secret of which only a label differs is corrected', async () => {
  const secret = manifestObject('Secret', 'login', { data: {} });
  const live = installed(secret, {}, { labels: {} });
  const difference = only(await new ReleaseBed({ manifest: [secret], live: [live] }).compare());
  assert.equal(difference.reason, undefined);
});

function checkNoCanary(value: unknown): void {
  for (const text of [JSON.stringify(value), inspect(value, { depth: 20 })]) {
    assert.ok(!text.includes(canary) && !text.includes(base64(canary)), text);
  }
}

const leaking = manifestObject('ConfigMap', 'settings', { data: { url: `https://u:${canary}@db`, level: 'info' } });
const template = 'data: { url: {{ .Values.url }}, level: {{ .Values.level | default "info" }} }';
const changedLeak = installed(leaking, { data: { url: `https://u:${canary}@db`, level: 'debug' } });

test('a value that came from a Secret of valuesFrom is masked in a ConfigMap', async () => {
  const live = helmRelease({ valuesFrom: [{ kind: 'Secret', name: 'v' }], values: { level: 'info' } });
  const world = {
    template,
    manifest: [leaking],
    live: [changedLeak],
    config: { level: 'info', db: { password: canary } },
  };
  const comparison = await new ReleaseBed(world).compare({ live });
  checkNoCanary(comparison);
  assert.match(JSON.stringify(only(comparison).before), /debug/, 'the rest is shown');
});

test('what a Secret of the release holds is masked in its other objects', async () => {
  const secret = manifestObject('Secret', 'login', { data: { password: base64(canary) } });
  const world = { manifest: [secret, leaking], live: [installed(secret), changedLeak], config: {} };
  const comparison = await new ReleaseBed(world).compare();
  checkNoCanary(comparison);
  assert.match(JSON.stringify(comparison.objects[0]?.before), /debug/);
});

const owned = (spec: Readonly<Record<string, unknown>>): readonly [FluxObject, KubernetesObject] => [
  helmRelease(
    { values: { url: canary } },
    {
      metadata: {
        name: 'shop',
        namespace: 'apps',
        generation: 1,
        labels: { 'kustomize.toolkit.fluxcd.io/name': 'root', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' },
      },
    },
  ),
  {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'root', namespace: 'flux-system' },
    spec,
  },
];

const substituting = {
  postBuild: {
    substituteFrom: [
      { kind: 'Secret', name: 'variables' },
      { kind: 'ConfigMap', name: 'x' },
    ],
  },
};

test('a value that a Kustomization substituted from a Secret is masked', async () => {
  const [live, owner] = owned(substituting);
  const variables = installed(
    manifestObject('Secret', 'variables', { data: { PASSWORD: base64(canary) } }, { namespace: 'flux-system' }),
  );
  const world = { template, manifest: [leaking], live: [changedLeak, owner, variables], config: { url: canary } };
  const comparison = await new ReleaseBed(world).compare({ live });
  checkNoCanary(comparison);
  assert.match(JSON.stringify(only(comparison).before), /debug/);
});

test('a server that is too busy for the Secret of a Kustomization has not refused it', async () => {
  const [live, owner] = owned(substituting);
  const variables = installed(
    manifestObject('Secret', 'variables', { data: { PASSWORD: base64(canary) } }, { namespace: 'flux-system' }),
  );
  const world = { template, manifest: [leaking], live: [changedLeak, owner, variables], config: { url: canary } };
  const bed = new ReleaseBed(world);
  const busy = [new Failure('busy', 'too many requests', { retryAfterMs: 0 })];
  const get: ClusterApi['get'] = (resource, id, signal) => {
    const failure = id.name === 'variables' ? busy.shift() : undefined;
    return failure ? Promise.reject(failure) : bed.api.get(resource, id, signal);
  };
  const comparison = await bed.compare({ live, api: { ...bed.api, get } });
  checkNoCanary(comparison);
  assert.match(JSON.stringify(only(comparison).before), /debug/);
});

test('where the Secret of a Kustomization cannot be read, no value is shown, nor a word of the server', async () => {
  const [live, owner] = owned(substituting);
  const failure = new Failure('invalid', `data.url: ${canary} is invalid`, { status: 422 });
  for (const dryRuns of [{}, { 'ConfigMap settings': failure }]) {
    const world = { manifest: [leaking], live: [changedLeak, owner], refused: ['get secrets variables'], dryRuns };
    const comparison = await new ReleaseBed(world).compare({ live });
    checkNoCanary(comparison);
    assert.equal(only(comparison).before, undefined);
    assert.match(messages(comparison), /No values are shown: Secret flux-system\/variables cannot be read/);
  }
});

test('where that Secret was deleted, no value is shown either', async () => {
  const [live, owner] = owned(substituting);
  const comparison = await new ReleaseBed({ manifest: [leaking], live: [changedLeak, owner] }).compare({ live });
  checkNoCanary(comparison);
  assert.equal(only(comparison).before, undefined);
  assert.match(messages(comparison), /No values are shown: Secret flux-system\/variables \(which is gone\)/);
});

test('a Kustomization that substitutes nothing from Secrets costs one request', async () => {
  const [live, owner] = owned({});
  const bed = new ReleaseBed({ manifest: [settings], live: [installed(settings), owner] });
  await bed.compare({ live });
  assert.deepEqual(bed.asked, [
    'get Secret sh.helm.release.v1.shop.v3',
    'get Kustomization root',
    'get ConfigMap settings',
    'dry-run ConfigMap settings',
  ]);
});
