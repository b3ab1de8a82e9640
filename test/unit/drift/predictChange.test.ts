/** The object as it will be: drift, what is taken back, defaults that return, fields that are passed over. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsDefinition, predictChange } from '../../../src/drift/predictChange.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { type Owned, owned } from './ownedObject.ts';

type Fields = Readonly<Record<string, unknown>>;

const controller = (fields: Fields): Owned => ['kustomize-controller', { 'f:spec': fields }, { operation: 'Apply' }];
const kubectl = (fields: Fields): Owned => ['kubectl-edit', { 'f:spec': fields }];

interface Row {
  readonly title: string;
  readonly kind?: readonly [apiVersion: string, kind: string];
  readonly live: Fields;
  /** Of the dry-run; the live one where nothing has drifted. */
  readonly answer?: Fields;
  readonly git: Fields;
  readonly kubectl?: Fields;
  readonly ignored?: readonly string[];
  readonly mergesOnly?: true;
  readonly becomes: Fields;
  /** `remove paused by kubectl-edit, taken back`; paths below `spec` */
  readonly paths: readonly string[];
}

const rows: readonly Row[] = [
  { title: 'nothing', live: { replicas: 1 }, git: { 'f:replicas': {} }, becomes: { replicas: 1 }, paths: [] },
  {
    title: 'drift',
    live: { replicas: 5 },
    answer: { replicas: 1 },
    git: { 'f:replicas': {} },
    becomes: { replicas: 1 },
    paths: ['replace replicas'],
  },
  {
    title: 'drift that kubectl made',
    live: { replicas: 5 },
    answer: { replicas: 1 },
    git: { 'f:replicas': {} },
    kubectl: { 'f:replicas': {} },
    becomes: { replicas: 1 },
    paths: ['replace replicas by kubectl-edit'],
  },
  {
    title: 'an addition of kubectl',
    live: { replicas: 1, paused: true },
    git: { 'f:replicas': {} },
    kubectl: { 'f:paused': {} },
    becomes: { replicas: 1 },
    paths: ['remove paused by kubectl-edit, taken back'],
  },
  {
    title: 'an addition of kubectl, and only merging',
    live: { replicas: 1, paused: true },
    git: { 'f:replicas': {} },
    kubectl: { 'f:paused': {} },
    mergesOnly: true,
    becomes: { replicas: 1, paused: true },
    paths: [],
  },
  {
    title: 'both at once',
    live: { replicas: 5, paused: true },
    answer: { replicas: 1, paused: true },
    git: { 'f:replicas': {} },
    kubectl: { 'f:paused': {} },
    becomes: { replicas: 1 },
    paths: ['replace replicas', 'remove paused by kubectl-edit, taken back'],
  },
  {
    title: 'kubectl owns what Git sets, and nothing differs',
    live: { replicas: 1 },
    git: { 'f:replicas': {} },
    kubectl: { 'f:replicas': {} },
    becomes: { replicas: 1 },
    paths: [],
  },
  {
    title: 'a default returns',
    live: { replicas: 5, revisionHistoryLimit: 3 },
    git: {},
    kubectl: { 'f:replicas': {} },
    becomes: { replicas: 1, revisionHistoryLimit: 3 },
    paths: ['replace replicas by kubectl-edit, taken back'],
  },
  {
    title: 'a default that this server has not shown does not come',
    live: { replicas: 5 },
    git: {},
    kubectl: { 'f:replicas': {} },
    becomes: { replicas: 1 },
    paths: ['replace replicas by kubectl-edit, taken back'],
  },
  {
    title: 'a strategy returns as a whole',
    live: { strategy: { type: 'Recreate' } },
    git: {},
    kubectl: { 'f:strategy': { 'f:type': {} } },
    becomes: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } } },
    paths: ['replace strategy.type by kubectl-edit, taken back', 'add strategy.rollingUpdate, taken back'],
  },
  {
    title: 'a passed over field that has drifted stays',
    live: { replicas: 5 },
    answer: { replicas: 1 },
    git: { 'f:replicas': {} },
    ignored: ['/spec/replicas'],
    becomes: { replicas: 5 },
    paths: [],
  },
  {
    title: 'a passed over field stays when another is put back',
    live: { replicas: 5, paused: true },
    answer: { replicas: 1, paused: false },
    git: { 'f:replicas': {}, 'f:paused': {} },
    ignored: ['/spec/replicas'],
    becomes: { replicas: 5, paused: false },
    paths: ['replace paused'],
  },
  {
    title: 'a passed over field that kubectl changed, and Git sets, stays',
    live: { replicas: 5 },
    answer: { replicas: 1 },
    git: { 'f:replicas': {} },
    kubectl: { 'f:replicas': {} },
    ignored: ['/spec/replicas'],
    becomes: { replicas: 5 },
    paths: [],
  },
  {
    title: 'a passed over field that kubectl added goes all the same: it is in no request',
    live: { paused: true },
    git: {},
    kubectl: { 'f:paused': {} },
    ignored: ['/spec/paused'],
    becomes: {},
    paths: ['remove paused by kubectl-edit, taken back'],
  },
  {
    title: 'of a custom kind nothing is known without its definition',
    kind: ['x.io/v1', 'Thing'],
    live: { replicas: 5 },
    git: {},
    kubectl: { 'f:replicas': {} },
    becomes: {},
    paths: ['remove replicas by kubectl-edit, taken back'],
  },
  {
    title: 'a Service that is no longer open loses what belongs to its type',
    kind: ['v1', 'Service'],
    live: {
      type: 'NodePort',
      externalTrafficPolicy: 'Cluster',
      sessionAffinity: 'None',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80, nodePort: 31000 }],
    },
    git: { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:targetPort': {} } } },
    kubectl: { 'f:type': {}, 'f:externalTrafficPolicy': {} },
    becomes: { type: 'ClusterIP', sessionAffinity: 'None', ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] },
    paths: [
      'replace type by kubectl-edit, taken back',
      'remove externalTrafficPolicy by kubectl-edit, taken back',
      'remove ports.0.nodePort, taken back',
    ],
  },
];

for (const row of rows) {
  test(`prediction: ${row.title}`, () => {
    const [apiVersion, kind] = row.kind ?? ['apps/v1', 'Deployment'];
    const owners = [controller(row.git), ...(row.kubectl ? [kubectl(row.kubectl)] : [])];
    const live = owned({ apiVersion, kind, spec: row.live }, owners);
    const dryRun = owned({ apiVersion, kind, spec: row.answer ?? row.live }, owners);
    const { next, paths } = predictChange({
      live,
      dryRun,
      mergesOnly: row.mergesOnly === true,
      ignored: row.ignored ?? [],
    });
    assert.deepEqual(next.spec ?? {}, row.becomes);
    const words = paths.map(({ path, effect, writer, takenBack }) =>
      [
        `${effect} ${path.slice(1).join('.')}${writer ? ` by ${writer.manager}` : ''}`,
        ...(takenBack ? ['taken back'] : []),
      ].join(', '),
    );
    assert.deepEqual(words.sort(), [...row.paths].sort());
  });
}

const definition: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.x.io' },
  spec: {
    versions: [
      {
        name: 'v1alpha1',
        schema: { openAPIV3Schema: { properties: { spec: { properties: { replicas: { default: 9 } } } } } },
      },
      {
        name: 'v1',
        schema: {
          openAPIV3Schema: {
            properties: {
              spec: {
                properties: {
                  replicas: { type: 'integer', default: 2 },
                  more: { type: 'object', default: {}, properties: { deep: { default: 'd' } } },
                  list: { items: { properties: { port: { default: 80 } } } },
                  map: { additionalProperties: { properties: { on: { default: true } } } },
                  nothing: { nullable: true, default: 1 },
                },
              },
            },
          },
        },
      },
    ],
  },
};

test('of a custom kind defaults return as its definition states them for the version', () => {
  const before = { replicas: 5, more: { deep: 'x' }, list: [{ port: 1 }], map: { a: { on: false } }, nothing: null };
  const owners = [
    controller({}),
    kubectl({ 'f:replicas': {}, 'f:more': { 'f:deep': {} }, 'f:map': { 'f:a': { '.': {}, 'f:on': {} } } }),
    ['operator', { 'f:spec': { 'f:map': { 'f:a': { '.': {} } } } }] as const,
  ];
  const live = owned({ apiVersion: 'x.io/v1', kind: 'Thing', spec: before }, owners);
  const drifting = { live, dryRun: live, mergesOnly: false, ignored: [] };
  assert.equal(needsDefinition(drifting), true);
  const { next } = predictChange({ ...drifting, definition });
  assert.deepEqual(next.spec, { ...before, replicas: 2, more: { deep: 'd' }, map: { a: { on: true } } });
});

test('a definition is asked for only where a custom object loses a field', () => {
  const ask = (fields: Fields, owners: readonly Owned[], mergesOnly = false): boolean => {
    const live = owned({ apiVersion: 'x.io/v1', kind: 'Thing', spec: { a: 1 }, ...fields }, owners);
    return needsDefinition({ live, dryRun: live, mergesOnly, ignored: [] });
  };
  assert.equal(ask({}, [kubectl({ 'f:a': {} })]), true);
  assert.equal(ask({}, [kubectl({ 'f:a': {} })], true), false);
  assert.equal(ask({}, [['operator', { 'f:spec': { 'f:a': {} } }]]), false);
  assert.equal(ask({ apiVersion: 'apps/v1', kind: 'Deployment' }, [kubectl({ 'f:a': {} })]), false);
  const label: Owned = ['kubectl-label', { 'f:metadata': { 'f:labels': { 'f:a': {} } } }];
  assert.equal(ask({ metadata: { labels: { a: 'b' } } }, [label]), false);
});
