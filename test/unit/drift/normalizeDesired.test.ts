/** Built objects as the controllers send them: what they fill in, fold, leave out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalizeDesired } from '../../../src/drift/normalizeDesired.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { fieldAt } from '../../../src/flux/untyped.ts';
import { testAuthority } from '../cluster/testCertificates.ts';

type Fields = Readonly<Record<string, unknown>>;

function sent(apiVersion: string, kind: string, fields: Fields): KubernetesObject {
  const { metadata, ...rest } = fields;
  const object = { apiVersion, kind, metadata: { name: 'x', ...(metadata ?? {}) }, ...rest };
  return normalizeDesired(object);
}

function podSpec(object: KubernetesObject): unknown {
  return fieldAt(object, 'spec', 'template', 'spec');
}

const pod = (containers: readonly Fields[], more: Fields = {}): Fields => ({
  spec: { template: { spec: { containers, ...more } } },
});

test('ports of containers and Services get a protocol, those of init containers do not', () => {
  const ports = [{ containerPort: 80 }, { containerPort: 81, protocol: 'UDP' }, { containerPort: 82, protocol: '' }];
  const workload = sent(
    'apps/v1',
    'Deployment',
    pod([{ name: 'a', ports }], { initContainers: [{ name: 'i', ports }] }),
  );
  const protocols = (list: string): unknown =>
    (fieldAt(podSpec(workload), list) as { ports: { protocol?: string }[] }[])[0]?.ports.map(
      ({ protocol }) => protocol,
    );
  assert.deepEqual(protocols('containers'), ['TCP', 'UDP', 'TCP']);
  assert.deepEqual(protocols('initContainers'), [undefined, 'UDP', undefined]);
  const service = sent('v1', 'Service', { spec: { ports: [{ port: 80 }, { port: 81, targetPort: 'web' }] } });
  assert.deepEqual(service.spec?.['ports'], [
    { targetPort: 0, port: 80, protocol: 'TCP' },
    { targetPort: 'web', port: 81, protocol: 'TCP' },
  ]);
});

test('a CronJob has its pods two levels deeper', () => {
  const job = { jobTemplate: pod([{ name: 'a', ports: [{ containerPort: 1 }] }]) };
  assert.match(JSON.stringify(sent('batch/v1', 'CronJob', { spec: job })), /"protocol":"TCP"/);
});

const secrets: readonly (readonly [title: string, fields: Fields, data: unknown])[] = [
  ['is folded in', { stringData: { a: 'ä' } }, { a: 'w6Q=' }],
  ['wins over data', { data: { a: 'MQ==', b: 'Mg==' }, stringData: { a: 'x' } }, { a: 'eA==', b: 'Mg==' }],
  ['may be empty', { data: { b: 'Mg==' }, stringData: {} }, { b: 'Mg==' }],
];

for (const [title, fields, data] of secrets) {
  test(`stringData of a Secret ${title}`, () => {
    const secret = sent('v1', 'Secret', fields);
    assert.deepEqual(fieldAt(secret, 'data'), data);
    assert.equal(fieldAt(secret, 'stringData'), undefined);
  });
}

test('stringData of another kind is its own matter', () => {
  assert.deepEqual(fieldAt(sent('x.io/v1', 'Secret', { stringData: { a: 'x' } }), 'stringData'), { a: 'x' });
});

test('status and the time of creation are not sent, but of a definition its status is', () => {
  const fields = { status: { a: 1 }, metadata: { creationTimestamp: null }, spec: { group: 'x.io' } };
  const other = sent('x.io/v1', 'Thing', fields);
  assert.equal(fieldAt(other, 'status'), undefined);
  assert.equal('creationTimestamp' in other.metadata, false);
  const definition = sent('apiextensions.k8s.io/v1', 'CustomResourceDefinition', fields);
  assert.deepEqual(fieldAt(definition, 'status'), { a: 1 });
});

for (const kind of ['Role', 'ClusterRole']) {
  test(`a ${kind} is sent as it is built`, () => {
    const rules = [{ apiGroups: [''], resources: [], verbs: [] }];
    assert.deepEqual(fieldAt(sent('rbac.authorization.k8s.io/v1', kind, { rules }), 'rules'), rules);
  });
}

const bundles: readonly (readonly [title: string, bundle: string, isKept: boolean])[] = [
  ['is no base64 of a certificate', Buffer.from('no certificate').toString('base64'), false],
  ['is no base64', '%%%', false],
  ['is empty', '', true],
  ['is a certificate', Buffer.from(testAuthority().cert).toString('base64'), true],
];

for (const [title, caBundle, isKept] of bundles) {
  test(`a bundle of a definition that ${title} is ${isKept ? 'kept' : 'left out'}`, () => {
    const spec = { conversion: { webhook: { clientConfig: { caBundle, url: 'https://x' } } } };
    const definition = sent('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { spec });
    const config = fieldAt(definition, 'spec', 'conversion', 'webhook', 'clientConfig') as Fields;
    assert.equal('caBundle' in config, isKept);
    assert.equal(config['url'], 'https://x');
  });
}

const zeros: readonly (readonly [title: string, pod: Fields, left: Fields])[] = [
  ['flags that are no pointers', { hostNetwork: false, hostPID: true }, { hostPID: true }],
  ['flags that are pointers stay', { automountServiceAccountToken: false }, { automountServiceAccountToken: false }],
  ['numbers that are pointers stay', { terminationGracePeriodSeconds: 0 }, { terminationGracePeriodSeconds: 0 }],
  ['empty texts', { priorityClassName: '' }, {}],
  ['empty texts that are pointers stay', { runtimeClassName: '' }, { runtimeClassName: '' }],
  ['empty lists and nothing', { tolerations: [], affinity: null }, {}],
  ['empty maps of free keys', { nodeSelector: {} }, {}],
  ['empty structs stay', { securityContext: {} }, { securityContext: {} }],
  ['inside of lists', { tolerations: [{ key: 'a', value: '' }] }, { tolerations: [{ key: 'a' }] }],
];

for (const [title, fields, left] of zeros) {
  test(`what is empty for a Go type is left out: ${title}`, () => {
    const { containers, ...spec } = podSpec(sent('apps/v1', 'Deployment', pod([], fields))) as Fields;
    assert.deepEqual([containers, spec], [[], left]);
  });
}

test('values of free maps and of custom kinds are no zero values', () => {
  const data = { empty: '', flag: 'false' };
  assert.deepEqual(fieldAt(sent('v1', 'ConfigMap', { data }), 'data'), data);
  const spec = { hostNetwork: false, list: [], text: '', none: null };
  assert.deepEqual(fieldAt(sent('x.io/v1', 'Thing', { spec }), 'spec'), spec);
});

test('an empty value of a variable is left out, and the storage class of nobody is not', () => {
  const workload = sent('apps/v1', 'Deployment', pod([{ name: 'a', env: [{ name: 'A', value: '' }] }]));
  assert.match(JSON.stringify(workload), /"env":\[\{"name":"A"\}\]/);
  const claim = sent('v1', 'PersistentVolumeClaim', { spec: { storageClassName: '' } });
  assert.equal(fieldAt(claim, 'spec', 'storageClassName'), '');
});

for (const fields of [{ spec: 'text' }, { spec: { ports: 'text' } }, { spec: { ports: [null, 'x'] } }, { data: [] }]) {
  test(`what has not the form of its kind is left to the server: ${JSON.stringify(fields)}`, () => {
    for (const kind of ['Service', 'Secret', 'Pod']) {
      const object = sent('v1', kind, fields);
      assert.equal(object.kind, kind);
    }
  });
}
