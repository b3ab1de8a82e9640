/** What would change, told without asking the server: what is desired over what lives, by who owns what. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approximateChange, approximateSteps } from '../../../src/drift/approximateChange.ts';
import { sameQuantity } from '../../../src/drift/sameQuantity.ts';
import { type Owned, owned } from './ownedObject.ts';

type Fields = Readonly<Record<string, unknown>>;

const applied = (fields: Fields): Owned => ['kustomize-controller', { 'f:spec': fields }, { operation: 'Apply' }];
const byName = (...items: readonly string[]): Fields => ({
  'f:containers': Object.fromEntries(
    items.map((name) => [`k:{"name":"${name}"}`, { '.': {}, 'f:name': {}, 'f:image': {} }]),
  ),
});
const containers = (...items: readonly Fields[]): Fields => ({ containers: items });
const app = { name: 'app', image: 'a:1' };
const side = { name: 'side', image: 's:1' };

interface Row {
  readonly title: string;
  readonly live: Fields;
  readonly desired: Fields;
  readonly owners: readonly Owned[];
  readonly mergesOnly?: true;
  readonly ignored?: readonly string[];
  readonly paths: readonly string[];
  readonly becomes?: Fields;
}

const rows: readonly Row[] = [
  { title: 'the same', live: { a: 1, b: 2 }, desired: { a: 1 }, owners: [applied({ 'f:a': {} })], paths: [] },
  { title: 'another value', live: { a: 1 }, desired: { a: 2 }, owners: [applied({ 'f:a': {} })], paths: ['replace a'] },
  { title: 'a new field', live: {}, desired: { a: { b: 1 } }, owners: [], paths: ['add a'] },
  {
    title: 'a field that Git no longer has',
    live: { a: 1, old: 2 },
    desired: { a: 1 },
    owners: [applied({ 'f:a': {}, 'f:old': {} })],
    paths: ['remove old'],
  },
  {
    title: 'a field that Git no longer has, and somebody else owns',
    live: { a: 1, old: 2 },
    desired: { a: 1 },
    owners: [applied({ 'f:a': {}, 'f:old': {} }), ['operator', { 'f:spec': { 'f:old': {} } }]],
    paths: [],
  },
  {
    title: 'what kubectl added',
    live: { a: 1, mine: 2 },
    desired: { a: 1 },
    owners: [applied({ 'f:a': {} }), ['kubectl-edit', { 'f:spec': { 'f:mine': {} } }]],
    paths: ['remove mine'],
  },
  {
    title: 'what kubectl added, only merging',
    live: { a: 1, mine: 2 },
    desired: { a: 1 },
    owners: [applied({ 'f:a': {} }), ['kubectl-edit', { 'f:spec': { 'f:mine': {} } }]],
    mergesOnly: true,
    paths: [],
  },
  {
    title: 'what is passed over',
    live: { a: 1 },
    desired: { a: 2 },
    owners: [applied({ 'f:a': {} })],
    ignored: ['/spec/a'],
    paths: [],
  },
  {
    title: 'items by name, with what lives in them',
    live: containers({ ...app, pull: 'Always' }, { ...side, pull: 'Always' }),
    desired: containers({ ...app, image: 'a:2' }),
    owners: [applied(byName('app')), ['operator', { 'f:spec': byName('side') }]],
    paths: ['replace containers.0.image'],
    becomes: containers({ name: 'app', image: 'a:2', pull: 'Always' }, { ...side, pull: 'Always' }),
  },
  {
    title: 'an item more and an item less',
    live: containers(app, side),
    desired: containers(app, { name: 'new', image: 'n:1' }),
    owners: [applied(byName('app', 'side'))],
    paths: ['remove containers.1', 'add containers.1'],
    becomes: containers(app, { name: 'new', image: 'n:1' }),
  },
  {
    title: 'a key with a default that Git does not state',
    live: { ports: [{ port: 80, protocol: 'TCP', name: 'a' }] },
    desired: { ports: [{ port: 80, name: 'a' }] },
    owners: [applied({ 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:name': {} } } })],
    paths: [],
  },
  {
    title: 'a list without names, as a whole',
    live: { args: ['a'] },
    desired: { args: ['b'] },
    owners: [applied({ 'f:args': {} })],
    paths: ['replace args'],
  },
  {
    title: 'the same amounts in other words, where amounts stand',
    live: { limits: { cpu: '500m', memory: '1Gi' } },
    desired: { limits: { cpu: 0.5, memory: '1024Mi' } },
    owners: [applied({ 'f:limits': { 'f:cpu': {}, 'f:memory': {} } })],
    paths: [],
  },
  {
    title: 'no amounts elsewhere',
    live: { version: '1.10' },
    desired: { version: '1.1' },
    owners: [applied({ 'f:version': {} })],
    paths: ['replace version'],
  },
];

for (const { title, live, desired, owners, mergesOnly, ignored = [], paths, becomes } of rows) {
  test(`without a dry-run: ${title}`, () => {
    const there = owned({ spec: live }, owners);
    const wanted = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'apps' },
      spec: desired,
    };
    const { next, paths: found } = approximateChange({
      desired: wanted,
      live: there,
      mergesOnly: mergesOnly === true,
      ignored,
    });
    assert.deepEqual(
      found
        .filter(({ path }) => path[0] === 'spec')
        .map(({ path, effect }) => `${effect} ${path.slice(1).join('.')}`)
        .filter((words) => !isDefault(words)),
      paths,
    );
    if (becomes) {
      assert.deepEqual(Object.fromEntries(Object.entries(next.spec ?? {}).filter(([key]) => key in becomes)), becomes);
    }
  });
}

/** Defaults of a Deployment are filled in where anything is taken back. */
function isDefault(words: string): boolean {
  return /^add (?:replicas|strategy|revisionHistoryLimit|progressDeadlineSeconds)$/.test(words);
}

test('a port of a Service that Git leaves open is that of the Service', () => {
  const port = { port: 80, protocol: 'TCP' };
  const check = (targetPort: number, paths: readonly string[]): void => {
    const service = { apiVersion: 'v1', kind: 'Service' };
    const there = owned({ ...service, spec: { ports: [{ ...port, targetPort }] } }, [
      applied({ 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:targetPort': {} } } }),
    ]);
    const { paths: found } = approximateChange({
      desired: {
        ...service,
        metadata: { name: 'web', namespace: 'apps' },
        spec: { ports: [{ ...port, targetPort: 0 }] },
      },
      live: there,
      mergesOnly: false,
      ignored: [],
    });
    assert.deepEqual(
      found.map(({ path }) => path.join('.')),
      paths,
    );
  };
  check(80, []);
  check(8080, ['spec.ports.0.targetPort']);
});

const quantities: readonly (readonly [a: unknown, b: unknown, same: boolean])[] = [
  ['500m', '0.5', true],
  ['500m', 0.5, true],
  ['1', 1, true],
  ['1Gi', '1024Mi', true],
  ['1G', '1000M', true],
  ['1G', '1Gi', false],
  ['1e3', '1k', true],
  ['100u', '0.1m', true],
  ['1', '2', false],
  ['a', 'a', true],
  ['a', 'b', false],
  ['', 0, false],
  ['1x', '1', false],
  [undefined, undefined, true],
  [undefined, 1, false],
  [{}, {}, false],
];

for (const [a, b, same] of quantities) {
  test(`${JSON.stringify(a)} and ${JSON.stringify(b)} are ${same ? '' : 'not '}the same amount`, () => {
    assert.equal(sameQuantity(a, b), same);
    assert.equal(sameQuantity(b, a), same);
  });
}

test('a large object is gone through in steps, between which others get their turn, and comes out the same', () => {
  const names = Array.from({ length: 300 }, (_none, at) => `c${at}`);
  const stated = { spec: containers(...names.slice(100).map((name) => ({ name, image: 'b:2' }))) };
  const there = { spec: containers(...names.map((name) => ({ name, image: 'a:1' }))) };
  const made = () => owned(there, [applied(byName(...names)), ['kubectl-edit', { 'f:spec': byName(...names) }]]);
  const [live, sameLive] = [made(), made()];
  const desired = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'apps' },
    ...stated,
  };
  const work = approximateSteps({ desired, live, mergesOnly: false, ignored: [] });
  let steps = 0;
  let step = work.next();
  for (; step.done !== true; step = work.next()) {
    steps += 1;
  }
  assert.ok(steps >= 15, `${steps} steps`);
  assert.deepEqual(step.value, approximateChange({ desired, live: sameLive, mergesOnly: false, ignored: [] }));
  assert.equal(step.value.paths.length, 300);
});
