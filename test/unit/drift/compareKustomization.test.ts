/** A Flux Kustomization against a cluster: what becomes of each object, what is asked for it, and what is said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import { Sealed } from '../../../src/base/sealed.ts';
import { type KustomizationToCompare, compareKustomization } from '../../../src/drift/compareKustomization.ts';
import type { Comparison, ComparisonProgress, ObjectDifference } from '../../../src/drift/difference.ts';
import { ComparisonCache } from '../../../src/drift/comparisonCache.ts';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import type { DesiredObject, RenderedKustomization } from '../../../src/render/desired.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { kustomizationName, renderedKustomization } from '../../support/rendered.ts';
import { DriftCluster } from './driftCluster.ts';
import { type Owned, owned } from './ownedObject.ts';

type Fields = Readonly<Record<string, unknown>>;

const ownerLabels = {
  'kustomize.toolkit.fluxcd.io/name': kustomizationName.name,
  'kustomize.toolkit.fluxcd.io/namespace': kustomizationName.namespace,
};

function object(apiVersion: string, kind: string, name: string, fields: Fields = {}): KubernetesObject {
  const { metadata, ...rest } = fields;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace: 'apps', ...(metadata ?? {}) },
    ...rest,
  };
}

function built(object: KubernetesObject, more: Partial<DesiredObject> = {}): DesiredObject {
  return { object, real: new Sealed(object), masked: [], unstable: [], ...more };
}

function configMap(name: string, data: Fields, more: Fields = {}): KubernetesObject {
  return object('v1', 'ConfigMap', name, { data, ...more });
}

function live(of: KubernetesObject, resourceVersion = '7'): KubernetesObject {
  return { ...of, metadata: { ...of.metadata, uid: 'u', resourceVersion } };
}

function inForce(spec: Fields, more: Fields = {}): FluxObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: kustomizationName.name, namespace: kustomizationName.namespace },
    spec,
    ...more,
  };
}

type Task = Partial<Omit<KustomizationToCompare, 'rendered' | 'api'>> & Partial<RenderedKustomization>;

async function compare(api: DriftCluster, task: Task): Promise<Comparison> {
  const { live: flux, from = 'working tree', signal = new AbortController().signal, ...rest } = task;
  const { previous, onProgress, onObject, clock, applied, only, ...rendered } = rest;
  return compareKustomization({
    rendered: renderedKustomization(rendered),
    live: flux,
    applied,
    only,
    api: api.api,
    from,
    signal,
    ...(previous && { previous }),
    ...(onProgress && { onProgress }),
    ...(onObject && { onObject }),
    ...(clock && { clock }),
  });
}

async function compareOne(api: DriftCluster, each: DesiredObject, more: Task = {}): Promise<ObjectDifference> {
  const { objects } = await compare(api, { objects: [each], ...more });
  const [difference] = objects;
  assert(difference);
  return difference;
}

const requestsTo = (api: DriftCluster, verb: string): readonly string[] =>
  api.asked.filter((request) => request.startsWith(verb));

// What becomes of an object

test('a value that differs is a change at its path, and both sides are given', async () => {
  const api = new DriftCluster().has(live(configMap('a', { level: 'debug' })));
  const difference = await compareOne(api, built(configMap('a', { level: 'info' })));
  assert.equal(difference.change, 'change');
  assert.deepEqual(difference.paths, [{ path: ['data', 'level'], effect: 'replace' }]);
  assert.deepEqual(difference.before, configMap('a', { level: 'debug' }));
  assert.deepEqual(difference.after, configMap('a', { level: 'info' }));
  assert.equal(difference.real?.reveal().next.metadata.resourceVersion, '7');
  assert.deepEqual(api.asked, ['MAY * *', 'GET configmaps apps/a', 'DRYRUN configmaps apps/a']);
});

test('an object that is the same is none', async () => {
  const api = new DriftCluster().has(live(configMap('a', { level: 'info' })));
  const difference = await compareOne(api, built(configMap('a', { level: 'info' })));
  assert.equal(difference.change, 'none');
  assert.deepEqual(difference.paths, []);
});

test('an object that is not there would be created, as the server would make it', async () => {
  const made = configMap('a', { level: 'info' }, { metadata: { labels: { server: 'made' } } });
  const api = new DriftCluster().answersDryRun(configMap('a', {}), made);
  const difference = await compareOne(api, built(configMap('a', { level: 'info' })));
  assert.equal(difference.change, 'create');
  assert.equal(difference.before, undefined);
  assert.equal(difference.after?.metadata.labels?.['server'], 'made');
});

test('what kubectl added is taken back, and who added it is told', async () => {
  const owners: readonly Owned[] = [
    ['kustomize-controller', { 'f:data': { 'f:a': {} } }, { operation: 'Apply' }],
    ['kubectl-edit', { 'f:data': { 'f:b': {} } }],
  ];
  const there = owned({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1', b: '2' } }, owners);
  const api = new DriftCluster().has(there);
  const difference = await compareOne(api, built(configMap('web', { a: '1' })));
  const writer = { manager: 'kubectl-edit', operation: 'Update', time: '2026-01-01T00:00:00Z' };
  assert.deepEqual(difference.paths, [{ path: ['data', 'b'], effect: 'remove', writer, takenBack: true }]);
});

test('what a manager added that the controller is told to override is taken back too', async () => {
  const owners: readonly Owned[] = [
    ['kustomize-controller', { 'f:data': { 'f:a': {} } }, { operation: 'Apply' }],
    ['tuner', { 'f:data': { 'f:b': {} } }],
  ];
  const there = owned({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1', b: '2' } }, owners);
  const container = { name: 'manager', args: ['--override-manager=tuner'] };
  const overriding: KubernetesObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'kustomize-controller',
      namespace: 'flux-system',
      labels: { 'app.kubernetes.io/part-of': 'flux' },
    },
    spec: { template: { spec: { containers: [container] } } },
  };
  const wanted = built(configMap('web', { a: '1' }));
  assert.equal((await compareOne(new DriftCluster().has(there), wanted)).change, 'none');
  const difference = await compareOne(new DriftCluster().has(there).has(overriding), wanted);
  assert.deepEqual(
    difference.paths.map(({ path, effect, writer }) => [path, effect, writer?.manager]),
    [[['data', 'b'], 'remove', 'tuner']],
  );
  const guessing = new DriftCluster().has(there).has(overriding);
  guessing.refused.add('patch configmaps apps');
  assert.equal((await compareOne(guessing, wanted)).paths.length, 1);
});

test('an object that is written in between is read again', async () => {
  const [old, now] = [configMap('a', { level: 'old' }), configMap('a', { level: 'info' })];
  const api = new DriftCluster().has(live(old));
  api.answersDryRun(old, () => {
    api.has(live(now, '8')); // somebody else was faster
    return live(now, '8');
  });
  const difference = await compareOne(api, built(now));
  assert.equal(difference.change, 'none');
  assert.equal(requestsTo(api, 'GET').length, 2);
});

test('an object that is written all the time is compared as it is', async () => {
  const a = configMap('a', { level: 'info' });
  let version = 7;
  const api = new DriftCluster().has(live(a));
  api.answersDryRun(a, () => live(a, String((version += 1))));
  assert.equal((await compareOne(api, built(a))).change, 'none');
  assert.equal(requestsTo(api, 'GET').length, 3);
});

interface OutcomeRow {
  readonly title: string;
  readonly object: DesiredObject;
  readonly cluster?: (api: DriftCluster) => void;
  readonly beside?: readonly DesiredObject[];
  readonly spec?: Fields;
  readonly outcome: string;
  readonly reason?: RegExp;
  /** None of these requests is sent. */
  readonly without?: string;
}

const a = configMap('a', { level: 'info' });
const annotated = (value: string): KubernetesObject =>
  configMap('a', { level: 'info' }, { metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/ssa': value } } });
const thing = object('x.io/v1', 'Thing', 't');
const definition = object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'things.x.io', {
  metadata: { namespace: undefined },
  spec: { group: 'x.io', names: { kind: 'Thing' } },
});
const selector = 'Deployment.apps "web" is invalid: spec.selector: Invalid value: {}: field is immutable';
const deployment = object('apps/v1', 'Deployment', 'web', { spec: { replicas: 1 } });

const outcomes: readonly OutcomeRow[] = [
  {
    title: 'says ssa: Ignore',
    object: built(annotated('Ignore')),
    cluster: (api) => api.has(live(configMap('a', { level: 'x' }))),
    outcome: 'skip ssaIgnore',
    without: 'DRYRUN',
  },
  { title: 'says ssa: Ignore and is not there', object: built(annotated('Ignore')), outcome: 'skip ssaIgnore' },
  { title: 'says IfNotPresent and is not there', object: built(annotated('IfNotPresent')), outcome: 'create ' },
  {
    title: 'is left alone in the cluster',
    object: built(a),
    cluster: (api) => api.has(live(annotated('Ignore'))),
    outcome: 'skip ssaIgnore',
  },
  {
    title: 'has no namespace, but a kind that wants one',
    object: built(configMap('a', {}, { metadata: { namespace: undefined } })),
    outcome: 'unknown invalid',
    reason: /^ConfigMap\/a namespace not specified$/,
    without: 'GET',
  },
  {
    title: 'is of a kind that is not served',
    object: built(thing),
    outcome: 'unknown notServed',
    without: 'GET',
  },
  {
    title: 'is of a kind that the same build defines',
    object: built(thing),
    beside: [built(definition)],
    outcome: 'create afterDefinition',
    without: 'DRYRUN things',
  },
  {
    title: 'is of a version that is not served any more',
    object: built(object('apps/v1beta1', 'Deployment', 'web')),
    outcome: 'unknown otherVersion',
    reason: /as apps\/v1 and not as apps\/v1beta1/,
  },
  {
    title: 'lives in a namespace of the same build',
    object: built(a),
    beside: [built(object('v1', 'Namespace', 'apps', { metadata: { namespace: undefined } }))],
    cluster: (api) => api.answersDryRun(a, new Failure('notFound', 'namespaces "apps" not found', { status: 404 })),
    outcome: 'create afterNamespace',
  },
  {
    title: 'lives in a namespace of nobody',
    object: built(a),
    cluster: (api) => api.answersDryRun(a, new Failure('notFound', 'namespaces "apps" not found', { status: 404 })),
    outcome: 'unknown namespaceMissing',
  },
  {
    title: 'cannot be read',
    object: built(a),
    cluster: (api) => api.failsToGet(a, new Failure('forbidden', 'cannot get', { status: 403 })),
    outcome: 'unknown forbidden',
    without: 'DRYRUN',
  },
  {
    title: 'may not be read',
    object: built(a),
    cluster: (api) => api.refused.add('get configmaps apps'),
    outcome: 'unknown forbidden',
    reason: /^No permission to get configmaps in namespace apps\.$/,
    without: 'GET',
  },
  {
    title: 'is behind a broken connection',
    object: built(a),
    cluster: (api) => api.failsToGet(a, new Failure('unreachable', 'closed')),
    outcome: 'unknown unreachable',
    reason: /closed/,
  },
  {
    title: 'has a field that cannot change',
    object: built(deployment),
    cluster: (api) =>
      api.has(live(deployment)).answersDryRun(deployment, new Failure('invalid', selector, { status: 422 })),
    outcome: 'unknown immutable',
    reason: /so Flux fails: .*field is immutable$/,
  },
  {
    title: 'has a field that cannot change, and the Kustomization forces',
    object: built(deployment),
    spec: { force: true },
    cluster: (api) =>
      api.has(live(deployment)).answersDryRun(deployment, new Failure('invalid', selector, { status: 422 })),
    outcome: 'recreate immutable',
  },
  {
    title: 'is encrypted and no Secret',
    object: built(a, { encrypted: true }),
    outcome: 'unknown encrypted',
    without: 'GET',
  },
  {
    title: 'is on another cluster',
    object: built(a),
    spec: { kubeConfig: { secretRef: { name: 'other' } } },
    outcome: 'unknown otherCluster',
    without: '',
  },
];

for (const { title, object: each, cluster, beside = [], spec = {}, outcome, reason = /^/, without } of outcomes) {
  test(`an object that ${title}: ${outcome}`, async () => {
    const api = new DriftCluster();
    cluster?.(api);
    const { objects } = await compare(api, { objects: [each, ...beside], inForce: inForce(spec) });
    const name = each.object.metadata.name;
    const found = objects.find(({ id }) => id.kind === each.object.kind && id.name === name);
    assert.equal(`${found?.change} ${found?.because ?? ''}`, outcome);
    assert.match(found?.reason ?? '', reason);
    if (without !== undefined) {
      assert.deepEqual(requestsTo(api, without), []);
    }
  });
}

test('an object that is refused for a field that cannot change says which fields differ, with both sides', async () => {
  const next = object('apps/v1', 'Deployment', 'web', { spec: { replicas: 2 } });
  const api = new DriftCluster().has(live(deployment));
  api.answersDryRun(deployment, new Failure('invalid', selector, { status: 422 }));
  const difference = await compareOne(api, built(next));
  assert.equal(difference.change, 'unknown');
  assert(difference.paths.some(({ path, effect }) => `${effect} ${path.join('.')}` === 'replace spec.replicas'));
  assert.equal(difference.restartsPods, undefined);
  assert.deepEqual([difference.before?.spec?.['replicas'], difference.after?.spec?.['replicas']], [1, 2]);
});

test('an immutable Secret that is refused says which key differs, and neither value', async () => {
  const value = (text: string) => ({ data: { token: Buffer.from(text).toString('base64') } });
  const secret = object('v1', 'Secret', 'token', { immutable: true, ...value('canary-old') });
  const words = 'Secret "token" is invalid: data: Forbidden: field is immutable when `immutable` is set';
  const api = new DriftCluster().has(live(secret));
  api.answersDryRun(secret, new Failure('invalid', words, { status: 422 }));
  const next = object('v1', 'Secret', 'token', { immutable: true, ...value('canary-new') });
  const difference = await compareOne(api, built(next));
  assert(difference.paths.some(({ path }) => path.join('.') === 'data.token'));
  const shown = JSON.stringify([difference.before, difference.after, difference.reason]);
  assert.doesNotMatch(shown, new RegExp(`canary|${value('canary-old').data.token}|${value('canary-new').data.token}`));
});

test('an object that is made anew says which fields differ, and that pods go', async () => {
  const next = object('apps/v1', 'Deployment', 'web', { spec: { replicas: 2 } });
  const api = new DriftCluster().has(live(deployment));
  api.answersDryRun(deployment, new Failure('invalid', selector, { status: 422 }));
  const difference = await compareOne(api, built(next), { inForce: inForce({ force: true }) });
  assert(difference.paths.some(({ path, effect }) => `${effect} ${path.join('.')}` === 'replace spec.replicas'));
  assert.equal(difference.restartsPods, true);
  assert.equal(difference.before?.spec?.['replicas'], 1);
  assert.equal(difference.after?.spec?.['replicas'], 2);
});

test('a field that a built-in kind does not have is left out, as Flux does, and said', async () => {
  const typo = object('apps/v1', 'Deployment', 'web', { spec: { replicas: 1, replica: 2 } });
  const message =
    'failed to create typed patch object (apps/web; apps/v1): .spec.replica: field not declared in schema';
  const api = new DriftCluster().has(live(deployment));
  api.answersDryRun(deployment, (sent) =>
    sent.spec?.['replica'] === undefined ? live(deployment) : new Failure('unreachable', message, { status: 500 }),
  );
  const difference = await compareOne(api, built(typo));
  assert.equal(difference.change, 'none');
  assert.match(difference.reason ?? '', /does not have spec\.replica, which Flux passes over/);
});

test('a field that a custom kind does not have is an error, as for Flux', async () => {
  const message = 'failed to create typed patch object: .spec.typo: field not declared in schema';
  const typo = object('x.io/v1', 'Thing', 't', { spec: { typo: 1 } });
  const api = new DriftCluster().serve('x.io/v1 Thing things');
  api.answersDryRun(typo, new Failure('unreachable', message, { status: 500 }));
  const difference = await compareOne(api, built(typo));
  assert.equal(difference.because, 'invalid');
  assert.equal(requestsTo(api, 'DRYRUN').length, 1);
});

const owners: readonly (readonly [labels: Fields, annotations: Fields, from: string | undefined])[] = [
  [ownerLabels, {}, undefined],
  [
    { 'kustomize.toolkit.fluxcd.io/name': 'b', 'kustomize.toolkit.fluxcd.io/namespace': 'apps' },
    {},
    'Kustomization apps/b',
  ],
  [{ 'helm.toolkit.fluxcd.io/name': 'shop', 'helm.toolkit.fluxcd.io/namespace': 'apps' }, {}, 'HelmRelease apps/shop'],
  [
    { 'app.kubernetes.io/managed-by': 'Helm' },
    { 'meta.helm.sh/release-name': 'loki', 'meta.helm.sh/release-namespace': 'logging' },
    'Helm release logging/loki',
  ],
  [{}, { 'kubectl.kubernetes.io/last-applied-configuration': '{}' }, 'kubectl'],
  [{ ...ownerLabels }, { 'kubectl.kubernetes.io/last-applied-configuration': '{}' }, undefined],
  [{}, {}, undefined],
];

for (const [labels, annotations, from] of owners) {
  test(`taken over from ${from ?? 'nobody'}: ${JSON.stringify({ labels, annotations })}`, async () => {
    const api = new DriftCluster().has(live(configMap('a', { level: 'debug' }, { metadata: { labels, annotations } })));
    const difference = await compareOne(
      api,
      built(configMap('a', { level: 'info' }, { metadata: { labels: ownerLabels } })),
    );
    assert.equal(difference.change, 'change');
    assert.equal(difference.takenOverFrom, from);
  });
}

const restarts: readonly (readonly [title: string, kind: string, live: Fields, next: Fields, restarts: boolean])[] = [
  ['the template', 'Deployment', { template: { a: 1 } }, { template: { a: 2 } }, true],
  ['replicas', 'Deployment', { replicas: 1 }, { replicas: 2 }, false],
  [
    'the template of a paused one',
    'Deployment',
    { paused: true, template: { a: 1 } },
    { paused: true, template: { a: 2 } },
    false,
  ],
];

for (const [title, kind, before, next, expected] of restarts) {
  test(`pods are ${expected ? '' : 'not '}replaced for ${title}`, async () => {
    const there = object('apps/v1', kind, 'web', { spec: before });
    const api = new DriftCluster()
      .has(live(there))
      .answersDryRun(there, live(object('apps/v1', kind, 'web', { spec: next })));
    const difference = await compareOne(api, built(object('apps/v1', kind, 'web', { spec: next })));
    assert.equal(difference.change, 'change');
    assert.equal(difference.restartsPods === true, expected);
  });
}

// Rights

test('without the right to patch no dry-run is sent, and the comparison is approximate', async () => {
  const there = owned({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1', old: 'x', theirs: 'y' } }, [
    ['kustomize-controller', { 'f:data': { 'f:a': {}, 'f:old': {} } }, { operation: 'Apply' }],
    ['operator', { 'f:data': { 'f:theirs': {} } }],
  ]);
  const api = new DriftCluster().has(there);
  api.refused.add('patch configmaps apps');
  const difference = await compareOne(api, built(configMap('web', { a: '2' })));
  assert.deepEqual(
    difference.paths.map(({ path, effect }) => `${effect} ${path.join('.')}`),
    ['replace data.a', 'remove data.old'],
  );
  assert.equal(difference.approximate, true);
  assert.match(difference.reason ?? '', /permission to patch configmaps/);
  assert.equal(difference.real, undefined);
  assert.deepEqual(requestsTo(api, 'DRYRUN'), []);
});

test('without the right to create, an object that is missing is still told', async () => {
  const api = new DriftCluster();
  api.refused.add('create configmaps apps');
  const difference = await compareOne(api, built(a));
  assert.equal(difference.change, 'create');
  assert.equal(difference.approximate, true);
  assert.deepEqual(requestsTo(api, 'DRYRUN'), []);
});

test('rights are asked once for each resource and namespace', async () => {
  const names = ['a', 'b', 'c'];
  const api = new DriftCluster();
  names.forEach((name) => api.has(live(configMap(name, {}))));
  api.refused.add('delete everything');
  await compare(api, { objects: names.map((name) => built(configMap(name, {}))) });
  assert.deepEqual(requestsTo(api, 'MAY'), ['MAY * *', 'MAY get configmaps apps', 'MAY patch configmaps apps']);
});

// Secrets

const secret = (data: Fields): KubernetesObject => object('v1', 'Secret', 's', { data });
const canary = 'canary-hunter2';
const encoded = Buffer.from(canary).toString('base64');

test('values of a Secret are shown on no side', async () => {
  const api = new DriftCluster().has(live(secret({ password: encoded, same: encoded })));
  const next = { password: Buffer.from('canary-other').toString('base64'), same: encoded };
  const difference = await compareOne(api, built(secret(next)));
  assert.deepEqual(difference.paths, [{ path: ['data', 'password'], effect: 'replace' }]);
  assert.doesNotMatch(JSON.stringify(difference), /canary|Y2FuYXJ5/);
});

test('the refusal of a Secret quotes nothing', async () => {
  const api = new DriftCluster().has(live(secret({})));
  api.answersDryRun(secret({}), new Failure('invalid', `Secret "s" is invalid: ${canary}`, { status: 422 }));
  const difference = await compareOne(api, built(secret({ a: encoded })));
  assert.equal(difference.reason, 'The API server refuses it.');
});

test('the refusal of another object loses what came from a Secret', async () => {
  const each = built(configMap('a', { url: canary }), {
    object: configMap('a', { url: '•••' }),
    masked: [['data', 'url']],
  });
  const api = new DriftCluster();
  api.answersDryRun(a, new Failure('invalid', `data: Invalid value: "${canary}"`, { status: 400 }));
  const difference = await compareOne(api, each);
  assert.match(difference.reason ?? '', /^The API server refuses it\.$/);
  assert.doesNotMatch(JSON.stringify(difference), /canary/);
  const older = 'admission webhook "hosts.example.com" denied the request: canary-of-before is taken';
  api.answersDryRun(a, new Failure('invalid', older, { status: 400 }));
  const denied = await compareOne(api, each);
  assert.match(denied.reason ?? '', /^The API server refuses it: webhook hosts\.example\.com\./);
  assert.doesNotMatch(JSON.stringify(denied), /canary/);
});

test('a key that came from a Secret is in no path', async () => {
  const real = configMap('a', { 'canary-key': 'x' });
  const each = {
    ...built(configMap('a', { '•••': '•••' })),
    real: new Sealed(real),
    masked: [['data', '•••']],
  };
  const api = new DriftCluster().has(live(configMap('a', { 'canary-key': 'y' })));
  const difference = await compareOne(api, each);
  assert.equal(difference.change, 'change');
  assert.doesNotMatch(JSON.stringify(difference), /canary/);
});

const encryptedRows: readonly (readonly [live: Fields, outcome: string, paths: readonly string[]])[] = [
  [{ password: encoded }, 'unknown encrypted', []],
  [{ password: encoded, more: encoded }, 'change ', ['remove data.more']],
  [{}, 'change ', ['add data.password']],
];

for (const [data, outcome, paths] of encryptedRows) {
  test(`an encrypted Secret over ${JSON.stringify(Object.keys(data))}: ${outcome}`, async () => {
    const shown = secret({ password: '**SOPS**' });
    const sendable = secret({ password: Buffer.from('**SOPS**').toString('base64') });
    const each = {
      ...built(shown),
      real: new Sealed(sendable),
      masked: [['data', 'password']],
      encrypted: true as const,
    };
    const api = new DriftCluster().has(live(secret(data)));
    api.answersDryRun(sendable, live(sendable));
    const difference = await compareOne(api, each);
    assert.equal(`${difference.change} ${difference.because ?? ''}`, outcome);
    assert.deepEqual(
      difference.paths.map(({ path, effect }) => `${effect} ${path.join('.')}`),
      paths,
    );
    assert.match(difference.reason ?? '', /encrypted/);
    assert.equal(difference.real, undefined);
    assert.equal(JSON.stringify(api.sent).includes('sops'), false);
    assert.doesNotMatch(JSON.stringify(difference), /canary|Y2FuYXJ5/);
  });
}

// What left the build

const inventory = (...ids: readonly string[]): FluxObject =>
  inForce({ prune: true }, { status: { inventory: { entries: ids.map((id) => ({ id, v: 'v1' })) } } });
const leaving = live(configMap('old', { x: '1' }, { metadata: { labels: ownerLabels } }));
const oldId = 'apps_old__ConfigMap';

interface PruneRow {
  readonly title: string;
  readonly cluster?: (api: DriftCluster) => void;
  readonly ids?: readonly string[];
  readonly prune?: boolean;
  readonly outcome: readonly string[];
}

const prunes: readonly PruneRow[] = [
  { title: 'is deleted', cluster: (api) => api.has(leaving), outcome: ['delete '] },
  { title: 'is gone already', outcome: [] },
  {
    title: 'stays where nothing is pruned',
    cluster: (api) => api.has(leaving),
    prune: false,
    outcome: ['skip pruneDisabled'],
  },
  {
    title: 'stays where it says so',
    cluster: (api) =>
      api.has(
        live(
          configMap(
            'old',
            {},
            {
              metadata: { labels: ownerLabels, annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } },
            },
          ),
        ),
      ),
    outcome: ['skip pruneDisabled'],
  },
  {
    title: 'stays where it is another’s by now',
    cluster: (api) => api.has(live(configMap('old', {}))),
    outcome: ['skip otherOwner'],
  },
  { title: 'is of a kind that is gone', ids: ['apps_t_x.io_Thing'], outcome: ['unknown notServed'] },
  {
    title: 'may not be read',
    cluster: (api) => api.has(leaving).refused.add('get configmaps apps'),
    outcome: ['unknown forbidden'],
  },
  {
    title: 'cannot be read',
    cluster: (api) => api.failsToGet(leaving, new Failure('unreachable', 'closed')),
    outcome: ['unknown unreachable'],
  },
  { title: 'is in the build', ids: ['apps_a__ConfigMap', 'no id'], outcome: [] },
];

for (const { title, cluster, ids = [oldId], prune = true, outcome } of prunes) {
  test(`an object of the inventory that ${title}: ${outcome.join(', ') || 'nothing'}`, async () => {
    const api = new DriftCluster();
    cluster?.(api);
    const { objects } = await compare(api, {
      objects: [built(a)],
      inForce: inForce({ prune }),
      live: inventory(...ids),
    });
    const found = objects
      .filter(({ id }) => id.name !== 'a')
      .map(({ change, because }) => `${change} ${because ?? ''}`);
    assert.deepEqual(found, outcome);
  });
}

test('an object without namespace that the build gives one is not taken for one that left it', async () => {
  const role = object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'system:x', { rules: [] });
  const api = new DriftCluster().has(live(role));
  const { objects } = await compare(api, {
    objects: [built(role)],
    inForce: inForce({ prune: true }),
    live: inventory('_system__x_rbac.authorization.k8s.io_ClusterRole'),
  });
  assert.deepEqual(
    objects.map(({ change, id }) => [change, id.namespace]),
    [['none', '']],
  );
});

const unknownEnv: Task = {
  inForce: inForce({ prune: true }),
  variables: [{ name: 'env', value: undefined, origin: undefined, overridden: [], used: true }],
};

test('what a variable that is not known may name has not left the build; what none can name has', async () => {
  const service = live(object('v1', 'Service', 'old', { metadata: { labels: ownerLabels } }));
  const { objects } = await compare(new DriftCluster().has(leaving).has(service), {
    ...unknownEnv,
    objects: [built(configMap('data-${env}', { x: '1' }))],
    live: inventory(oldId, 'apps_old__Service'),
  });
  assert.deepEqual(
    objects.map(({ change, id }) => `${change} ${id.kind} ${id.name}`),
    ['delete Service old', 'unknown ConfigMap old', 'unknown ConfigMap data-${env}'],
  );
  assert.match(objects[1]?.reason ?? '', /named by env, and what sets that is not known/);
});

test('an object without namespace that holds such a variable has not left the build', async () => {
  const role = object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'x', { rules: [{ verbs: ['${env}'] }] });
  const { objects } = await compare(new DriftCluster().has(live(role)), {
    ...unknownEnv,
    objects: [built(role)],
    live: inventory('_x_rbac.authorization.k8s.io_ClusterRole'),
  });
  assert.deepEqual(
    objects.map(({ change }) => change),
    ['unknown'],
  );
});

test('what is deleted is shown as it lives, a Secret without its values', async () => {
  const old = live(object('v1', 'Secret', 'old', { metadata: { labels: ownerLabels }, data: { p: encoded } }));
  const api = new DriftCluster().has(old);
  const task = { objects: [], inForce: inForce({ prune: true }), live: inventory('apps_old__Secret') };
  const { objects } = await compare(api, task);
  assert.equal(objects[0]?.change, 'delete');
  assert.deepEqual(
    Object.keys(objects[0].before ? { ...(objects[0].before as unknown as { data: Fields }).data } : {}),
    ['p'],
  );
  assert.doesNotMatch(JSON.stringify(objects), /canary|Y2FuYXJ5/);
});

test('what is done comes in the order of its weight', async () => {
  const api = new DriftCluster()
    .has(leaving)
    .has(live(configMap('same', {})))
    .has(live(configMap('other', { x: '1' })))
    .failsToGet(configMap('hidden', {}), new Failure('forbidden', 'no', { status: 403 }));
  const names = ['same', 'hidden', 'other', 'new'];
  const { objects } = await compare(api, {
    objects: names.map((name) => built(configMap(name, name === 'other' ? { x: '2' } : {}))),
    inForce: inForce({ prune: true }),
    live: inventory(oldId),
  });
  assert.deepEqual(
    objects.map(({ change, id }) => `${change} ${id.name}`),
    ['delete old', 'create new', 'change other', 'unknown hidden', 'none same'],
  );
});

// Notes

const notes: readonly (readonly [title: string, task: Task, message: RegExp])[] = [
  [
    'a service account',
    { inForce: inForce({ serviceAccountName: 'team' }) },
    /applied as service account team; its rights are not checked/,
  ],
  ['one that is suspended', { live: inForce({ suspend: true }) }, /suspended: nothing of this happens/],
  [
    'ignore rules that are none',
    { inForce: inForce({ ignore: [{ paths: [], target: { name: '(' } }] }) },
    /kustomize-controller then applies nothing/,
  ],
  ['one that moves from another cluster', { live: inForce({ kubeConfig: {} }) }, /what it leaves there is not told/],
  ['a refused object', { objects: [built(thing)] }, /^Thing apps\/t is refused: .* applies nothing beside it/],
];

for (const [title, task, message] of notes) {
  test(`a note on ${title}`, async () => {
    const { notes: said } = await compare(new DriftCluster(), task);
    assert.match(said.map((note) => note.message).join('\n'), message);
  });
}

test('fields that the Kustomization ignores are no difference', async () => {
  const api = new DriftCluster().has(live(configMap('a', { level: 'debug', x: '1' })));
  const ignore = [{ paths: ['/data/level'], target: { kind: 'ConfigMap' } }];
  const each = built(configMap('a', { level: 'info', x: '1' }));
  assert.equal((await compareOne(api, each, { inForce: inForce({ ignore }) })).change, 'none');
  assert.equal((await compareOne(api, each)).change, 'change');
});

// Requests

test('at most eight requests run at a time, and each object has one read and one dry-run', async () => {
  const names = Array.from({ length: 40 }, (_, at) => `c${at}`);
  const api = new DriftCluster();
  names.forEach((name) => api.has(live(object('v1', 'Secret', name))));
  const { objects } = await compare(api, { objects: names.map((name) => built(object('v1', 'Secret', name))) });
  assert.equal(objects.length, 40);
  assert.equal(api.most, 8);
  assert.deepEqual([requestsTo(api, 'GET').length, requestsTo(api, 'DRYRUN').length], [40, 40]);
});

/** Objects by name and what is asked to read them, beside the rights and the dry-runs. */
const reads: readonly {
  readonly title: string;
  readonly objects: readonly KubernetesObject[];
  readonly read: Readonly<Record<string, number>>;
  readonly setUp?: (api: DriftCluster) => void;
}[] = [
  { title: 'many of a kind are read by one list', objects: many(12, ownedMap), read: { LIST: 1 } },
  { title: 'a long list is read in pages', objects: many(45, ownedMap), read: { LIST: 3 } },
  { title: 'a list of a few is no gain', objects: many(4, ownedMap), read: { GET: 4 } },
  {
    title: 'each namespace has a list of its own',
    objects: [...many(6, ownedMap), ...many(6, (name) => inNamespace(ownedMap(name), 'web'))],
    read: { LIST: 2 },
  },
  {
    title: 'what is not labelled as applied is read by itself',
    objects: [...many(6, ownedMap), configMap('foreign', { x: '1' })],
    read: { LIST: 1, GET: 1 },
  },
  {
    title: 'a list of Secrets is never asked for: it would bring others',
    objects: many(12, (name) => object('v1', 'Secret', name, { metadata: { labels: ownerLabels } })),
    read: { GET: 12 },
  },
  {
    title: 'large objects are read one by one: a list of them would be one long answer',
    objects: many(12, (name) => configMap(name, { x: 'x'.repeat(60_000) }, { metadata: { labels: ownerLabels } })),
    read: { GET: 12 },
  },
  {
    title: 'who may not list reads',
    objects: many(12, ownedMap),
    read: { GET: 12 },
    setUp: (api) => void api.refused.add('list configmaps apps'),
  },
  {
    title: 'a list that fails is no end: each is read by itself',
    objects: many(12, ownedMap),
    read: { LIST: 1, GET: 12 },
    setUp: (api) => void api.failsToList('configmaps', new Failure('unreachable', 'closed')),
  },
];

function many(count: number, make: (name: string) => KubernetesObject): readonly KubernetesObject[] {
  return Array.from({ length: count }, (_none, at) => make(`c${at}`));
}

function ownedMap(name: string): KubernetesObject {
  return configMap(name, { x: '1' }, { metadata: { labels: ownerLabels } });
}

function inNamespace(of: KubernetesObject, namespace: string): KubernetesObject {
  return { ...of, metadata: { ...of.metadata, namespace } };
}

for (const { title, objects, read, setUp } of reads) {
  test(title, async () => {
    const api = new DriftCluster();
    objects.forEach((each) => api.has(live(each)));
    setUp?.(api);
    const comparison = await compare(api, { objects: objects.map((each) => built(each)) });
    assert.deepEqual(
      comparison.objects.map(({ change }) => change),
      objects.map(() => 'none'),
    );
    const counts = { LIST: requestsTo(api, 'LIST').length, GET: requestsTo(api, 'GET').length };
    assert.deepEqual(counts, { LIST: 0, GET: 0, ...read });
    assert.equal(requestsTo(api, 'DRYRUN').length, objects.length);
  });
}

test('what a list brings is read with the owners of its fields', async () => {
  const labelled = { metadata: { labels: ownerLabels } };
  const owners: readonly Owned[] = [
    ['kubectl-edit', { 'f:data': { 'f:more': {} } }],
    ['kustomize-controller', { 'f:data': { 'f:x': {} } }, { operation: 'Apply' }],
  ];
  const api = new DriftCluster();
  const names = ['a', 'b', 'c', 'd', 'e'];
  names.forEach((name) => {
    const lives = { ...configMap(name, { x: '1', more: '2' }), metadata: { name, ...labelled.metadata } };
    api.has(owned(lives, owners));
  });
  const objects = names.map((name) => built(configMap(name, { x: '1' }, labelled)));
  const comparison = await compare(api, { objects });
  assert.deepEqual(requestsTo(api, 'GET'), []);
  assert.deepEqual(
    comparison.objects.map(({ paths }) => paths.map(({ path, takenBack }) => [path.join('.'), takenBack])),
    names.map(() => [['data.more', true]]),
  );
});

test('a credential that has ended is told from a list too', async () => {
  const api = new DriftCluster();
  many(12, ownedMap).forEach((each) => api.has(live(each)));
  api.failsToList('configmaps', new Failure('unauthorized', 'token expired', { status: 401 }));
  const comparing = compare(api, { objects: many(12, ownedMap).map((each) => built(each)) });
  await assert.rejects(comparing, { reason: 'unauthorized' });
});

test('a server that is busy is asked again when it said, and nobody asks before', async () => {
  const clock = new ManualClock();
  const api = new DriftCluster().has(live(a));
  api.failures.push(new Failure('busy', 'too many', { status: 429, retryAfterMs: 5000 }));
  const comparing = compare(api, { objects: [built(a)], clock });
  await new Promise(setImmediate);
  assert.equal(api.asked.length, 1);
  clock.advance(4999);
  assert.equal(api.asked.length, 1);
  clock.advance(1);
  assert.equal((await comparing).objects[0]?.change, 'none');
});

test('who cancels gets what was had until then, and nothing more is asked', async () => {
  const abort = new AbortController();
  const names = Array.from({ length: 30 }, (_, at) => `c${at}`);
  const api = new DriftCluster();
  names.forEach((name) => api.has(live(configMap(name, {}))));
  const had: ObjectDifference[] = [];
  const comparing = compare(api, {
    objects: names.map((name) => built(configMap(name, {}))),
    signal: abort.signal,
    onObject: (difference) => {
      had.push(difference);
      abort.abort();
    },
  });
  await assert.rejects(comparing, { reason: 'cancelled' });
  assert(had.length >= 1 && had.length < 30);
  const asked = api.asked.length;
  await new Promise(setImmediate);
  assert.equal(api.asked.length, asked);
});

test('who cancels while an answer is worked on need not wait for what it tells', async () => {
  const abort = new AbortController();
  const api = new DriftCluster().has(live(a)).answersDryRun(a, (sent) => {
    abort.abort();
    return live(sent);
  });
  await assert.rejects(compare(api, { objects: [built(a)], signal: abort.signal }), { reason: 'cancelled' });
});

test('a credential that has ended concerns all, and those that wait are not tried', async () => {
  const names = Array.from({ length: 100 }, (_, at) => `c${at}`);
  const api = new DriftCluster();
  const expired = new Failure('unauthorized', 'token expired', { status: 401 });
  names.forEach((name) => api.failsToGet(configMap(name, {}), expired));
  await assert.rejects(compare(api, { objects: names.map((name) => built(configMap(name, {}))) }), {
    reason: 'unauthorized',
  });
  await new Promise(setImmediate);
  assert(requestsTo(api, 'GET').length < 100);
});

test('progress counts what left the build as well', async () => {
  const api = new DriftCluster().has(live(a)).has(leaving);
  const progress: ComparisonProgress[] = [];
  await compare(api, {
    objects: [built(a)],
    inForce: inForce({ prune: true }),
    live: inventory(oldId),
    onProgress: (each) => progress.push(each),
  });
  assert.deepEqual(progress, [
    { done: 1, total: 1 },
    { done: 2, total: 2 },
  ]);
});

// Results of before

test('what has not changed is not asked again: one list tells of all', async () => {
  const names = ['a', 'b', 'c'];
  const labelled = (name: string, data: Fields): KubernetesObject =>
    configMap(name, data, { metadata: { labels: ownerLabels } });
  const api = new DriftCluster();
  names.forEach((name) => api.has(live(labelled(name, { x: '1' }))));
  const objects = names.map((name) => built(labelled(name, { x: name === 'c' ? '2' : '1' })));
  const previous = new ComparisonCache();
  const first = await compare(api, { objects, previous });
  assert.deepEqual(requestsTo(api, 'LIST'), []);
  api.asked.length = 0;
  assert.deepEqual(await compare(api, { objects, previous }), first);
  assert.deepEqual(api.asked, ['MAY * *', 'LIST configmaps apps']);

  api.has(live(labelled('b', { x: '9' }), '8'));
  api.asked.length = 0;
  const third = await compare(api, { objects, previous });
  assert.deepEqual(requestsTo(api, 'GET'), ['GET configmaps apps/b']);
  assert.deepEqual(
    third.objects.map(({ change }) => change),
    ['change', 'change', 'none'],
  );
});

test('another desired state, another setting, another render of Secrets: asked again', async () => {
  const api = new DriftCluster().has(live(a));
  const previous = new ComparisonCache();
  const tasks: readonly Task[] = [
    {},
    { objects: [built(configMap('a', { level: 'x' }))] },
    { inForce: inForce({ force: true }) },
    { inForce: inForce({ ignore: [{ paths: ['/data'] }] }) },
    { secrets: new Sealed(['canary']) },
  ];
  for (const task of tasks) {
    api.asked.length = 0;
    await compare(api, { objects: [built(a)], previous, ...task });
    assert.equal(requestsTo(api, 'DRYRUN').length, 1);
  }
});

test('what the controller overrides is no result of before: its flag is read again where the result depends on it', async () => {
  const controller = (...args: string[]): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'kustomize-controller',
      namespace: 'flux-system',
      labels: { 'app.kubernetes.io/part-of': 'flux' },
    },
    spec: { template: { spec: { containers: [{ name: 'manager', args }] } } },
  });
  const tuned = owned({ ...configMap('a', { x: '1', extra: '2' }, { metadata: { resourceVersion: '7' } }) }, [
    ['kustomize-controller', { 'f:data': { 'f:x': {} } }, { operation: 'Apply' }],
    ['tuner', { 'f:data': { 'f:extra': {} } }],
  ]);
  const api = new DriftCluster().has(tuned);
  const task = { objects: [built(configMap('a', { x: '1' }))], previous: new ComparisonCache() };
  const change = async () => (await compare(api, task)).objects.map((object) => object.change);
  assert.deepEqual(await change(), ['none']);
  assert.equal(task.previous.size, 0, 'no controller was found: it is not known whom it overrides');
  api.has(controller());
  assert.deepEqual([await change(), await change()], [['none'], ['none']]);
  assert.equal(requestsTo(api, 'DRYRUN').length, 2);
  api.has(controller('--override-manager=tuner'));
  assert.deepEqual(await change(), ['change']);
});

test('what could not be compared is tried again', async () => {
  const api = new DriftCluster().has(live(a)).answersDryRun(a, new Failure('unreachable', 'closed'));
  const previous = new ComparisonCache();
  await compare(api, { objects: [built(a)], previous });
  assert.equal(previous.size, 0);
});

test('two lists of one kind are one request for each namespace, and who may not list reads', async () => {
  const api = new DriftCluster().has(live(a));
  const previous = new ComparisonCache();
  await compare(api, { objects: [built(a)], previous });
  api.refused.add('list configmaps apps');
  api.asked.length = 0;
  await compare(api, { objects: [built(a)], previous });
  assert.deepEqual(requestsTo(api, 'LIST'), []);
  assert.deepEqual(requestsTo(api, 'GET'), ['GET configmaps apps/a']);
  assert.deepEqual(requestsTo(api, 'DRYRUN'), [], 'the version tells that nothing has changed');
});

test('a render that says nothing has nothing to compare', async () => {
  const comparison = await compare(new DriftCluster(), { objects: [] });
  assert.deepEqual(comparison.objects, []);
  assert.equal(comparison.from, 'working tree');
  assert.equal(comparison.context, 'homelab');
  assert.deepEqual(comparison.target, kustomizationName);
});

test('one object alone: nothing else is asked or counted, and what the build has beside it is known', async () => {
  const api = new DriftCluster();
  const missing = new Failure('notFound', 'namespaces "apps" not found', { status: 404 });
  const wanted = configMap('a', { level: 'info' });
  api.answersDryRun(wanted, missing);
  const told: ComparisonProgress[] = [];
  const { objects } = await compare(api, {
    objects: [
      built({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'apps' } }),
      built(wanted),
      built(configMap('b', {})),
    ],
    only: ({ object: { metadata } }) => metadata.name === 'a',
    onProgress: (progress) => told.push(progress),
  });
  assert.deepEqual(
    objects.map(({ id, change, because }) => [id.name, change, because]),
    [['a', 'create', 'afterNamespace']],
  );
  assert.deepEqual(told, [{ done: 1, total: 1 }]);
  assert.deepEqual(requestsTo(api, 'DRYRUN'), ['DRYRUN configmaps apps/a']);
});
