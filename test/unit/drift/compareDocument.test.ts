/** A document of a file against a cluster, without a render: what is sent, what is found, and what is said of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import { Sealed } from '../../../src/base/sealed.ts';
import { compareDocument, type DocumentToCompare } from '../../../src/drift/compareDocument.ts';
import type { Comparison, ObjectDifference } from '../../../src/drift/difference.ts';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import type { FluxName } from '../../../src/render/desired.ts';
import { DriftCluster } from './driftCluster.ts';

type Fields = Readonly<Record<string, unknown>>;

const canary = 'canary-5f2c1a9';
const owner: FluxName = { kind: 'Kustomization', namespace: 'flux-system', name: 'workloads' };
const labels = {
  'kustomize.toolkit.fluxcd.io/name': owner.name,
  'kustomize.toolkit.fluxcd.io/namespace': owner.namespace,
};

function object(kind: string, name: string, fields: Fields = {}): KubernetesObject {
  const { metadata, apiVersion = 'v1', ...rest } = fields;
  return {
    apiVersion: String(apiVersion),
    kind,
    metadata: { name, namespace: 'apps', ...(metadata ?? {}) },
    ...rest,
  };
}

function configMap(data: Fields, more: Fields = {}): KubernetesObject {
  return object('ConfigMap', 'settings', { data, ...more });
}

function applied(of: KubernetesObject): KubernetesObject {
  return { ...of, metadata: { ...of.metadata, labels: { ...of.metadata.labels, ...labels }, resourceVersion: '7' } };
}

function kustomization(spec: Fields = {}, inventory: readonly string[] = []): FluxObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: owner.name, namespace: owner.namespace },
    spec,
    status: { inventory: { entries: inventory.map((id) => ({ id, v: 'v1' })) } },
  };
}

interface Given extends Partial<Pick<DocumentToCompare, 'signal' | 'owner' | 'namespace'>> {
  readonly beside?: readonly KubernetesObject[];
  /** As it lives. */
  readonly by?: FluxObject | undefined;
}

async function compare(cluster: DriftCluster, document: KubernetesObject, given: Given = {}): Promise<Comparison> {
  const { beside = [], signal = new AbortController().signal, namespace } = given;
  const by = 'by' in given ? given.by : kustomization();
  return compareDocument({
    document: new Sealed(document),
    beside: new Sealed(beside),
    path: 'apps/settings.yaml',
    why: 'remote bases are not fetched',
    target: owner,
    owner: 'owner' in given ? given.owner : owner,
    namespace,
    api: cluster.api,
    cluster: { fluxObject: () => Promise.resolve(by) },
    signal,
  });
}

function only({ objects }: Comparison): ObjectDifference {
  const [difference, another] = objects;
  assert(difference);
  assert.equal(another, undefined);
  return difference;
}

function notes({ notes }: Comparison): string {
  return notes.map(({ message }) => message).join('\n');
}

test('a value that differs is found by a dry-run with the labels of the owner, and called approximate', async () => {
  const cluster = new DriftCluster().has(applied(configMap({ level: 'debug' })));
  const comparison = await compare(cluster, configMap({ level: 'info' }));
  const { change, paths, approximate, before, after } = only(comparison);
  assert.equal(change, 'change');
  assert.deepEqual(paths, [{ path: ['data', 'level'], effect: 'replace' }]);
  assert.equal(approximate, true);
  assert.deepEqual(
    [before, after].map((side) => (side as unknown as { data: unknown }).data),
    [{ level: 'debug' }, { level: 'info' }],
  );
  assert.equal(comparison.from, 'raw document, approximate');
  assert.deepEqual(
    cluster.sent.map(({ metadata }) => metadata.labels),
    [labels],
  );
  assert.match(notes(comparison), /apps\/settings\.yaml is compared as it stands, .*remote bases are not fetched/);
  assert.match(notes(comparison), /What else Kustomization flux-system\/workloads makes of it/);
});

test('what is the same is the same, and one that does not live would be created', async () => {
  const same = new DriftCluster().has(applied(configMap({ level: 'info' })));
  assert.equal(only(await compare(same, configMap({ level: 'info' }))).change, 'none');
  assert.equal(only(await compare(new DriftCluster(), configMap({ level: 'info' }))).change, 'create');
});

test('labels and annotations that the owner puts on all it applies are sent', async () => {
  const cluster = new DriftCluster();
  const by = kustomization({ commonMetadata: { labels: { team: 'web' }, annotations: { note: 'x' } } });
  await compare(cluster, configMap({}, { metadata: { labels: { team: 'own', app: 'a' } } }), { by });
  const [sent] = cluster.sent;
  assert(sent);
  assert.deepEqual(sent.metadata.labels, { app: 'a', ...labels, team: 'web' });
  assert.deepEqual(sent.metadata.annotations, { note: 'x' });
});

interface PlaceRow {
  readonly what: string;
  readonly by: FluxObject;
  readonly metadata?: Fields;
  readonly sentTo: string;
}

const inventoryElsewhere = kustomization({}, ['web_settings__ConfigMap', 'web_other__ConfigMap']);
const places: readonly PlaceRow[] = [
  { what: 'its own', by: kustomization(), sentTo: 'apps/settings' },
  { what: "the owner's target", by: kustomization({ targetNamespace: 'prod' }), sentTo: 'prod/settings' },
  { what: 'where the owner has applied it', by: inventoryElsewhere, sentTo: 'web/settings' },
  {
    what: 'its own where the owner has applied it there too',
    by: kustomization({}, ['web_settings__ConfigMap', 'apps_settings__ConfigMap']),
    sentTo: 'apps/settings',
  },
  {
    what: 'with prefix and suffix',
    by: kustomization({ namePrefix: 'a-', nameSuffix: '-b' }),
    sentTo: 'apps/a-settings-b',
  },
  {
    what: 'the one place of its name, where the text has no namespace',
    by: inventoryElsewhere,
    metadata: { namespace: undefined },
    sentTo: 'web/settings',
  },
];

for (const { what, by, metadata = {}, sentTo } of places) {
  test(`namespace and name: ${what}`, async () => {
    const cluster = new DriftCluster();
    const comparison = await compare(cluster, configMap({}, { metadata }), { by });
    assert.deepEqual(
      cluster.sent.map((sent) => `${sent.metadata.namespace ?? ''}/${sent.metadata.name}`),
      [sentTo],
    );
    assert.equal(notes(comparison).includes(`compared as ${sentTo}`), sentTo !== 'apps/settings');
  });
}

test('an object without any namespace is refused in the words of the controller', async () => {
  const cluster = new DriftCluster();
  const difference = only(await compare(cluster, configMap({}, { metadata: { namespace: undefined } })));
  assert.equal(difference.change, 'unknown');
  assert.equal(difference.reason, 'ConfigMap/settings namespace not specified');
  assert.deepEqual(cluster.sent, []);
});

// A text without a namespace of an owner with `targetNamespace`

const bare = configMap({ level: 'info' }, { metadata: { namespace: undefined } });
const kustomizations = 'kustomize.toolkit.fluxcd.io/v1 Kustomization kustomizations';

function livesIn(namespace: string, by: Fields = labels): KubernetesObject {
  return configMap({ level: 'debug' }, { metadata: { namespace, resourceVersion: '7', labels: by } });
}

interface OpenPlaceRow {
  readonly what: string;
  readonly given: Given;
  readonly has: readonly KubernetesObject[];
  /** Absent: it is not known. */
  readonly sentTo?: string;
}

const targeting = kustomization({ targetNamespace: 'prod' });
const elsewhere = { ...targeting, metadata: { name: owner.name, namespace: 'tenants' } };
const applier = kustomization({}, ['web_settings__ConfigMap']);
const unnamed: FluxName = { ...owner, namespace: '' };
const openPlaces: readonly OpenPlaceRow[] = [
  { what: 'the namespace asked for', given: { owner: undefined, namespace: 'prod' }, has: [], sentTo: 'prod/settings' },
  {
    what: 'the one that a Kustomization has applied, by its labels',
    given: { owner: undefined },
    has: [livesIn('prod'), livesIn('byHand', {})],
    sentTo: 'prod/settings',
  },
  { what: 'none of two that are applied', given: { owner: undefined }, has: [livesIn('prod'), livesIn('web')] },
  { what: 'none where nothing lives', given: { owner: undefined }, has: [] },
  {
    what: 'what an owner says whose file gives it no namespace either',
    given: { owner: unnamed },
    has: [targeting],
    sentTo: 'prod/settings',
  },
  {
    what: 'of two such owners the one that has applied it',
    given: { owner: unnamed },
    has: [applier, elsewhere],
    sentTo: 'web/settings',
  },
];

for (const { what, given, has, sentTo } of openPlaces) {
  test(`a text without a namespace: ${what}`, async () => {
    const cluster = has.reduce((all, one) => all.has(one), new DriftCluster().serve(kustomizations));
    const comparison = await compare(cluster, bare, { by: targeting, ...given });
    assert.deepEqual(
      cluster.sent.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`),
      sentTo === undefined ? [] : [sentTo],
    );
    const { change, reason } = only(comparison);
    assert.equal(change === 'unknown', sentTo === undefined);
    if (sentTo === undefined) {
      assert.match(reason ?? '', /no namespace, and neither its owner nor the cluster tells/);
    } else {
      assert(notes(comparison).includes(`compared as ${sentTo}`));
    }
  });
}

test('a text without a namespace that lives where it was asked for: its labels tell the owner', async () => {
  const cluster = new DriftCluster().has(livesIn('prod'));
  const comparison = await compare(cluster, bare, { owner: undefined, namespace: 'prod', by: targeting });
  const [sent] = cluster.sent;
  assert(sent);
  assert.deepEqual(sent.metadata.labels, labels);
  assert.deepEqual(only(comparison).paths, [{ path: ['data', 'level'], effect: 'replace' }]);
});

test('a namespace that is asked for gives way to where the owner has applied it', async () => {
  const cluster = new DriftCluster();
  await compare(cluster, bare, { by: applier, namespace: owner.namespace });
  assert.equal(cluster.sent[0]?.metadata.namespace, 'web');
});

test('without the right to list, what lives is not looked for', async () => {
  const cluster = new DriftCluster().has(livesIn('prod'));
  cluster.refused.add('list configmaps');
  assert.equal(only(await compare(cluster, bare, { owner: undefined })).change, 'unknown');
  assert(!cluster.asked.some((what) => what.startsWith('LIST')));
});

test('it is sent in the version that the cluster serves, and that is said', async () => {
  const cluster = new DriftCluster();
  const old = object('HorizontalPodAutoscaler', 'web', { apiVersion: 'autoscaling/v2beta2', spec: { maxReplicas: 3 } });
  const comparison = await compare(cluster, old);
  assert.deepEqual(
    cluster.sent.map(({ apiVersion }) => apiVersion),
    ['autoscaling/v2'],
  );
  assert.match(notes(comparison), /compared as autoscaling\/v2, which is the version that the cluster serves/);
});

test('a kind that is not served is named', async () => {
  const cluster = new DriftCluster();
  const difference = only(await compare(cluster, object('Widget', 'w', { apiVersion: 'example.com/v1' })));
  assert.equal(difference.because, 'notServed');
});

test('labels of another owner in the text are not sent', async () => {
  const cluster = new DriftCluster();
  const copied = { 'kustomize.toolkit.fluxcd.io/name': 'other', 'kustomize.toolkit.fluxcd.io/namespace': 'else' };
  await compare(cluster, configMap({}, { metadata: { labels: copied } }));
  assert.deepEqual(
    cluster.sent.map(({ metadata }) => metadata.labels),
    [labels],
  );
});

// Variables

const substituting = kustomization({ postBuild: { substitute: { A: 'b' } } });

test('fields with variables are left out: they differ in nothing, are masked, and are named', async () => {
  const cluster = new DriftCluster().has(applied(configMap({ host: canary, level: 'debug' })));
  const document = configMap({ host: '${HOST}', level: 'info' });
  const comparison = await compare(cluster, document, { by: substituting });
  const { paths, before, after } = only(comparison);
  assert.deepEqual(paths, [{ path: ['data', 'level'], effect: 'replace' }]);
  assert.doesNotMatch(JSON.stringify([before, after, comparison]), new RegExp(canary));
  assert.match(notes(comparison), /Left out, for variables stand in them: data\.host\./);
});

test('without variables of the owner, or where they are switched off, a dollar is a dollar', async () => {
  const document = (annotations: Fields) => configMap({ run: 'echo ${HOME}' }, { metadata: { annotations } });
  const cluster = new DriftCluster();
  await compare(cluster, document({}), { by: kustomization() });
  await compare(cluster, document({ 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' }), { by: substituting });
  const texts = cluster.sent.map((sent) => (sent as unknown as { data: { run?: string } }).data.run);
  assert.deepEqual(texts, ['echo ${HOME}', 'echo ${HOME}']);
});

test('a variable in the name: which object it is, is not known, and nothing is asked', async () => {
  const cluster = new DriftCluster();
  const comparison = await compare(cluster, object('ConfigMap', 'a-${X}'), { by: substituting });
  assert.match(only(comparison).reason ?? '', /variable stands in its name/);
  assert.deepEqual(cluster.asked, []);
});

test('a key of a Secret with a variable does not count as removed', async () => {
  const live = applied(object('Secret', 's', { data: { token: Buffer.from(canary).toString('base64'), a: 'eA==' } }));
  const cluster = new DriftCluster().has(live);
  const document = object('Secret', 's', { stringData: { token: '${TOKEN}', a: 'x' } });
  const comparison = await compare(cluster, document, { by: substituting });
  assert.equal(only(comparison).change, 'none');
  assert.deepEqual(
    cluster.sent.map((sent) => (sent as unknown as { data: unknown }).data),
    [{ token: Buffer.from(canary).toString('base64'), a: 'eA==' }],
  );
});

// Secrets

test('what SOPS has encrypted is refused, with the reason, and nothing is asked', async () => {
  const encrypted = { sops: { mac: 'ENC[AES256_GCM,data:x]', lastmodified: '2026-01-01T00:00:00Z' } };
  for (const kind of ['Secret', 'ConfigMap']) {
    const cluster = new DriftCluster();
    const document = object(kind, 's', { ...encrypted, data: { a: 'ENC[AES256_GCM,data:y]' } });
    const difference = only(await compare(cluster, document));
    assert.equal(difference.because, 'encrypted');
    assert.match(difference.reason ?? '', /SOPS has encrypted it/);
    assert.deepEqual(cluster.asked, []);
  }
});

test('values of a Secret are masked on both sides, and that one changes is told', async () => {
  const encode = (text: string): string => Buffer.from(text).toString('base64');
  const cluster = new DriftCluster().has(applied(object('Secret', 's', { data: { a: encode(`old-${canary}`) } })));
  const comparison = await compare(cluster, object('Secret', 's', { stringData: { a: `new-${canary}` } }));
  const { change, before, after } = only(comparison);
  assert.equal(change, 'change');
  const text = JSON.stringify([comparison, before, after]);
  for (const secret of [`old-${canary}`, `new-${canary}`]) {
    assert.equal(text.includes(secret) || text.includes(encode(secret)), false);
  }
});

test('what a Secret of the same file holds is masked in the objects beside it', async () => {
  const cluster = new DriftCluster().has(applied(configMap({ url: `https://u:${canary}@old` })));
  const beside = [object('Secret', 's', { stringData: { a: canary } })];
  const comparison = await compare(cluster, configMap({ url: `https://u:${canary}@new` }), { beside });
  assert.equal(only(comparison).change, 'change');
  assert.doesNotMatch(JSON.stringify(comparison), new RegExp(canary));
});

test('it is masked also where it only lives', async () => {
  const cluster = new DriftCluster().has(applied(configMap({ url: `https://u:${canary}@old`, level: 'debug' })));
  const beside = [object('Secret', 's', { stringData: { a: canary } })];
  const comparison = await compare(cluster, configMap({ url: 'https://new', level: 'info' }), { beside });
  assert.equal(only(comparison).change, 'change');
  assert.doesNotMatch(JSON.stringify(comparison), new RegExp(canary));
});

function unapplied(flux: FluxObject): FluxObject {
  return { ...flux, metadata: { ...flux.metadata, generation: 3 }, status: { ...flux.status, observedGeneration: 2 } };
}

const fromSecret = { substituteFrom: [{ kind: 'Secret', name: 'v' }] };
const holding: readonly (readonly [string, FluxObject])[] = [
  ['decrypts', kustomization({ decryption: { provider: 'sops' } })],
  ['substitutes from a Secret', kustomization({ postBuild: fromSecret })],
  ['has applied a Secret', kustomization({}, ['apps_s__Secret'])],
  ['has not applied its spec', unapplied(kustomization({}))],
];

for (const [what, by] of holding) {
  test(`an owner that ${what}: a live value that the file does not state is masked, a stated one is shown`, async () => {
    const live = applied(configMap({ level: 'debug', password: canary, same: 'as-stated' }));
    const made = { ...live, data: { level: 'info', same: 'as-stated' } };
    const cluster = new DriftCluster().has(live).answersDryRun(live, made);
    const comparison = await compare(cluster, configMap({ level: 'info', same: 'as-stated' }), { by });
    const { before, after } = only(comparison);
    assert.deepEqual((before as unknown as { data: unknown }).data, {
      level: '•••',
      password: '•••',
      same: 'as-stated',
    });
    assert.deepEqual((after as unknown as { data: unknown }).data, { level: 'info', same: 'as-stated' });
    assert.match(notes(comparison), /Live values that the file does not state are masked/);
    assert.doesNotMatch(JSON.stringify(comparison), new RegExp(canary));
  });
}

/** The parent's Secret holds the text no more in one row, may not be read in another. */
const parents: readonly (readonly [what: string, text: string, refused?: string])[] = [
  ['holds', canary],
  ['held before it was rotated', 'another-text-9'],
  ['holds, where nobody may look', canary, 'get secrets flux-system'],
];

for (const [what, text, refused] of parents) {
  test(`a text that a Secret of the owner's parent ${what} is shown on no side`, async () => {
    const child = kustomization({
      postBuild: { substitute: { host: canary } },
      commonMetadata: { labels: { team: canary }, annotations: { where: `at ${canary}` } },
    });
    const above = { ...labels, 'kustomize.toolkit.fluxcd.io/name': 'root' };
    const by = { ...child, metadata: { ...child.metadata, labels: above } };
    const root = { ...kustomization({ postBuild: fromSecret }), metadata: { name: 'root', namespace: 'flux-system' } };
    const data = { HOST: Buffer.from(text).toString('base64') };
    const cluster = new DriftCluster()
      .serve('kustomize.toolkit.fluxcd.io/v1 Kustomization kustomizations')
      .has(root)
      .has(object('Secret', 'v', { metadata: { namespace: 'flux-system' }, data }))
      .has(applied(configMap({ host: `https://${canary}`, old: canary, level: 'debug' })));
    if (refused !== undefined) {
      cluster.refused.add(refused);
    }
    const comparison = await compare(cluster, configMap({ host: 'https://plain', level: 'info' }), { by });
    const { change, before, after } = only(comparison);
    assert.equal(change, 'change');
    assert.equal((after as unknown as { data: Fields }).data['level'], 'info');
    assert.doesNotMatch(JSON.stringify([comparison, before, after]), new RegExp(canary));
    assert.deepEqual(cluster.sent[0]?.metadata.labels, { ...labels, team: canary });
    assert.match(notes(comparison), /Live values that the file does not state are masked/);
  });
}

test('what the server says of an object that may hold secrets is not repeated', async () => {
  const live = applied(configMap({ a: '1' }));
  const refusal = new Failure('invalid', `ConfigMap "settings" is invalid: ${canary}`, { status: 422 });
  const cluster = new DriftCluster().has(live).answersDryRun(live, refusal);
  const by = kustomization({ decryption: { provider: 'sops' } });
  const comparison = await compare(cluster, configMap({ a: '2' }), { by });
  assert.equal(only(comparison).change, 'unknown');
  assert.doesNotMatch(JSON.stringify(comparison), new RegExp(canary));
});

// Owners

test('nothing is known to apply it: compared without labels, and that is said', async () => {
  const cluster = new DriftCluster();
  const comparison = await compare(cluster, configMap({}), { owner: undefined, by: undefined });
  assert.deepEqual(
    cluster.sent.map(({ metadata }) => metadata.labels),
    [undefined],
  );
  assert.match(notes(comparison), /No Kustomization of the cluster is known to apply it/);
});

test('an owner that only the live object names is the owner', async () => {
  const cluster = new DriftCluster().has(applied(configMap({ a: '1' })));
  const comparison = await compare(cluster, configMap({ a: '1' }), { owner: undefined });
  assert.equal(only(comparison).change, 'none');
  assert.deepEqual(
    cluster.sent.map(({ metadata }) => metadata.labels),
    [labels],
  );
});

test('an owner that the cluster does not have yet gives its labels, and live values stay masked', async () => {
  const cluster = new DriftCluster().has(applied(configMap({ a: canary })));
  const comparison = await compare(cluster, configMap({ a: '1' }), { by: undefined });
  assert.deepEqual(
    cluster.sent.map(({ metadata }) => metadata.labels),
    [labels],
  );
  assert.doesNotMatch(JSON.stringify(comparison), new RegExp(canary));
});

test('an owner that is suspended is told', async () => {
  const by = kustomization({ suspend: true });
  assert.match(notes(await compare(new DriftCluster(), configMap({}), { by })), /is suspended/);
});

test('without the right to read, or to patch, that is the result and nothing is sent', async () => {
  const unread = new DriftCluster();
  unread.refused.add('get configmaps apps');
  assert.equal(only(await compare(unread, configMap({ a: '1' }))).because, 'forbidden');
  const unpatched = new DriftCluster().has(applied(configMap({ a: '0' })));
  unpatched.refused.add('patch configmaps apps');
  const difference = only(await compare(unpatched, configMap({ a: '1' })));
  assert.equal(difference.change, 'change');
  assert.match(difference.reason ?? '', /Without the permission to patch/);
  assert.deepEqual([...unread.sent, ...unpatched.sent], []);
});

test('ended by the user, it ends', async () => {
  const signal = AbortSignal.abort();
  await assert.rejects(compare(new DriftCluster(), configMap({}), { signal }), { reason: 'cancelled' });
});
