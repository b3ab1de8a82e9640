/**
 * What is told of the drift of a HelmRelease is what the real helm-controller then corrects, and nothing else: the seeded
 * mutations that kustomize-controller is tried with, as far as they are made to live objects, on objects of charts.
 * `DRIFTLINE_SEED` tries others.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { manifestReader } from '../../src/render/readManifest.ts';
import { openRealEngine } from '../support/realEngine.ts';
import type { ApiObject } from './apiClient.ts';
import { type DriftCase, makeCase } from './driftCases.ts';
import { heldFinalizer, liveClasses } from './driftClasses.ts';
import { customDefinitions } from './driftCustomKinds.ts';
import { happened, judgeDifference } from './driftJudge.ts';
import { objectClasses } from './driftObjectClasses.ts';
import { DriftReleaseBed, type ReleaseGroup, type ReleaseOutcome } from './driftReleaseBed.ts';
import { editors, type LiveWrite } from './driftWrites.ts';
import { edited, type FieldEdit } from './fieldEdits.ts';
import { fluxPath } from './fluxObjects.ts';
import { openClusterInputs } from './renderBed.ts';
import { apiPath, clusterForTests, newNamespace } from './support.ts';

const seed = Number(process.env['DRIFTLINE_SEED'] ?? 1);
const cluster = await clusterForTests();
const namespace = await newNamespace(cluster, 'releasedrift');
const engine = await openRealEngine();
const { api, dispose } = openClusterInputs(cluster);

/** Of each class a few: what the controllers have in common is proven with all of them elsewhere. */
const mostOfClass = 6;
const perRelease = 40;

/** Made to live objects that the chart has installed. */
const random = [...liveClasses, ...objectClasses].flatMap((each) =>
  Array.from({ length: Math.min(each.count, mostOfClass) }, (_, number) =>
    makeCase(each, { number, seed, namespace }),
  ).filter(
    ({ first, then, writes, kustomization }) =>
      first !== undefined &&
      then === first &&
      kustomization === undefined &&
      writes.length > 0 &&
      writes.every((write) => write.do !== 'create' && write.do !== 'replace'),
  ),
);

function object(kind: string, name: string, content: Readonly<Record<string, unknown>>): ApiObject {
  return { apiVersion: 'v1', kind, metadata: { name: `${name}-${namespace.slice(-8)}`, namespace }, ...content };
}

function own(name: string, what: string, first: ApiObject, ...writes: readonly LiveWrite[]): DriftCase {
  return { drift: name, number: 0, seed: 0, name: first.metadata.name, what, first, then: first, writes };
}

function byHand(...edits: readonly FieldEdit[]): LiveWrite {
  return { do: 'edit', writer: editors.edit, way: 'merge', edits };
}

const level: FieldEdit = { path: ['data', 'level'], set: 'by hand' };
const data = { data: { level: 'info', color: 'blue' } };
const secret = { type: 'Opaque', data: { password: 'aHVudGVyMg==' } };
const detection = 'helm.toolkit.fluxcd.io/driftDetection';
const helmLabel: FieldEdit = { path: ['metadata', 'labels', 'app.kubernetes.io/managed-by'], set: 'me' };
const secretLabel = own('Secret', 'a label of Helm', object('Secret', 'labelled', secret), byHand(helmLabel));
const secretGone = own('Secret', 'deleted', object('Secret', 'gone', secret), { do: 'delete' });
const secretData = own(
  'Secret',
  'its data',
  object('Secret', 'changed', secret),
  byHand({ path: ['data', 'password'], set: 'Ynk=' }),
);

/** What only releases have. */
const special: readonly DriftCase[] = [
  own('ignored', 'an ignored field', object('ConfigMap', 'ignored-field', data), byHand(level)),
  own(
    'ignored',
    'an ignored field and another',
    object('ConfigMap', 'ignored-both', data),
    byHand(level, { path: ['data', 'color'], set: 'red' }),
  ),
  own('ignored', 'as a whole', object('ConfigMap', 'whole', data), byHand(level)),
  own('ignored', 'deleted, though ignored', object('ConfigMap', 'ignored-gone', data), { do: 'delete' }),
  own(
    'excluded',
    'by an annotation in the cluster',
    object('ConfigMap', 'excluded', data),
    byHand(level, { path: ['metadata', 'annotations', detection], set: 'Disabled' }),
  ),
  own(
    'metadata',
    'many labels and annotations added',
    object('ConfigMap', 'many', data),
    byHand(
      ...[1, 2, 3, 4, 5, 6].flatMap((number): FieldEdit[] => [
        { path: ['metadata', 'labels', `example.com/added-by-hand-${number}`], set: 'x' },
        { path: ['metadata', 'annotations', `example.com/added-by-hand-${number}`], set: 'x' },
      ]),
    ),
  ),
  own('metadata', 'a label of Helm', object('ConfigMap', 'marked', data), byHand(helmLabel)),
  own('made again', 'deleted and made again by hand', object('ConfigMap', 'again', data), {
    do: 'replace',
    object: edited(object('ConfigMap', 'again', { data: { level: 'by hand' } }), [
      { path: ['metadata', 'finalizers'], set: [heldFinalizer] },
    ]),
  }),
];

const undetected = own('modes', 'no detection', object('ConfigMap', 'undetected', data), byHand(level));
const warned = own('modes', 'detection alone', object('ConfigMap', 'warned', data), byHand(level));

const ignore = [
  { paths: ['/data/level'], target: { kind: 'ConfigMap', name: 'ignored-.*' } },
  { paths: [''], target: { kind: 'ConfigMap', name: 'whole-.*' } },
];

function groups(): readonly ReleaseGroup[] {
  const isSecret = ({ first }: DriftCase): boolean => first!.kind === 'Secret';
  const plain = random.filter((each) => !isSecret(each));
  const numbers = Array.from({ length: Math.ceil(plain.length / perRelease) }, (_, at) => at);
  return [
    ...numbers.map((at) => ({ name: `group-${at}`, cases: plain.slice(at * perRelease, (at + 1) * perRelease) })),
    { name: 'special', cases: special, spec: { driftDetection: { mode: 'enabled', ignore } } },
    { name: 'undetected', cases: [undetected], spec: { driftDetection: undefined } },
    { name: 'warned', cases: [warned], spec: { driftDetection: { mode: 'warn' } } },
    { name: 'secrets', cases: [...random.filter(isSecret), secretLabel, secretGone, secretData], failing: true },
  ];
}

const bed = new DriftReleaseBed({ cluster, namespace, api, read: manifestReader(engine) }, groups());
const cases = groups().flatMap((group) => group.cases);
let outcomes: ReadonlyMap<string, ReleaseOutcome> = new Map();

before(async () => {
  for (const definition of customDefinitions) {
    const path = await apiPath(cluster, definition as ApiObject);
    await cluster.api.apply(path, definition as ApiObject);
    await cluster.api.waitFor(path, isEstablished);
  }
  const loops = ['kube-controller-manager', 'kube-scheduler'] as const;
  // What other controllers make of the objects is nobody's prediction.
  loops.forEach((name) => cluster.pause(name));
  try {
    outcomes = await bed.run();
    await removeFinalizers();
  } finally {
    loops.forEach((name) => cluster.resume(name));
  }
  const count = (wanted: string): number =>
    [...outcomes.values()].filter(({ observed }) => happened(observed) === wanted).length;
  console.log(
    `DRIFTLINE_SEED=${seed}: ${cases.length} cases, ${count('change')} changed back, ${count('create')} made again`,
  );
});

after(() => {
  engine.dispose();
  dispose();
});

/** Or the namespace would wait for whom they name. */
async function removeFinalizers(): Promise<void> {
  for (const each of cases.filter(({ drift }) => drift === 'finalizer' || drift === 'made again')) {
    const path = await apiPath(cluster, each.first!);
    const live = await cluster.api.find(path);
    if (live?.metadata.finalizers?.includes(heldFinalizer)) {
      await cluster.api.patch(path, { metadata: { finalizers: null } });
    }
  }
}

function isEstablished(definition: ApiObject | undefined): boolean {
  return (
    definition?.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') ?? false
  );
}

/** Why a case is not as told; empty where it is. */
function disagreement({ name, what }: DriftCase): string {
  const { told, observed } = outcomes.get(name)!;
  const { verdict, told: words } = judgeDifference(told, observed);
  if (/cannot correct/.test(told?.reason ?? '')) {
    const real = happened(observed);
    return real === 'none' ? '' : `${what}: told that it stays, then: ${real}`;
  }
  return verdict === 'agreed' ? '' : `${what}: ${verdict}: ${words}`;
}

for (const drift of [...new Set(cases.map((each) => each.drift))].filter((each) => each !== 'modes')) {
  test(`what is told of a release is what helm-controller corrects: ${drift}`, () => {
    const wrong = cases.filter((each) => each.drift === drift).map(disagreement);
    assert.deepEqual(
      wrong.filter((line) => line !== ''),
      [],
    );
  });
}

test('there is something to agree on', () => {
  const changes = [...outcomes.values()].map(({ told }) => told?.change);
  for (const change of ['none', 'change', 'create', 'skip'] as const) {
    assert(changes.includes(change), change);
  }
  assert(changes.filter((change) => change === 'change').length * 4 > cases.length, 'a quarter is put back');
});

test('a Secret whose data differs is told as what cannot be put back', () => {
  assert.match(outcomes.get(secretData.name)?.told?.reason ?? '', /cannot correct/);
  assert.equal(happened(outcomes.get(secretData.name)!.observed), 'none');
});

/** As `flux reconcile helmrelease --force`: resolves when the controller has looked. */
async function force(release: string): Promise<void> {
  const path = fluxPath('HelmRelease', `${namespace}/${release}`);
  const token = new Date().toISOString();
  const annotations = { 'reconcile.fluxcd.io/requestedAt': token, 'reconcile.fluxcd.io/forceAt': token };
  await cluster.api.patch(path, { metadata: { annotations } }, 'flux');
  await cluster.api.waitFor(path, (found) => found?.status?.lastHandledReconcileAt === token, { seconds: 120 });
}

for (const { release, one, correction, forced } of [
  { release: 'undetected', one: undetected, correction: 'upgrade', forced: 'info' },
  { release: 'warned', one: warned, correction: 'mode', forced: 'by hand' },
]) {
  test(`${release}: a reconcile corrects nothing, and what a forced upgrade does is told`, async () => {
    assert.equal(outcomes.get(one.name)?.told?.change, 'change');
    assert.equal(happened(outcomes.get(one.name)!.observed), 'none');
    assert.equal((await bed.compare(release)).correction, correction);
    await force(release);
    assert.equal((await cluster.api.get(await apiPath(cluster, one.first!))).data?.['level'], forced);
  });
}

test('afterwards nothing is told any more of what was put back', async () => {
  const { objects, correction } = await bed.compare('group-0');
  assert.deepEqual(
    objects.filter(({ change }) => change !== 'none').map(({ id, change }) => `${change} ${id.name}`),
    [],
  );
  assert.equal(correction, 'reconcile');
});
