/** The classes of mutations of live objects, field by field, and how many of each are tried. */
import type { CaseInput, DriftClass, DriftPlan } from './driftCases.ts';
import { customKinds, secretKinds } from './driftCustomKinds.ts';
import { fluxKindsApplied } from './driftFluxKinds.ts';
import {
  allKinds,
  chooseField,
  describeEdit,
  editWrite,
  fieldActions,
  fieldPlan,
  inTurn,
  kindsNamed,
} from './driftFieldPlans.ts';
import { type DriftField, type DriftKind, objectOf } from './driftKinds.ts';
import { type LiveWrite, type Writer, applyingOperators, editors, operators } from './driftWrites.ts';
import type { EditPath, FieldEdit } from './fieldEdits.ts';

const { edit, patch, apply, serverSideApply, replace, label, annotate, set, rollout } = editors;
const byHand: readonly Writer[] = [edit, patch, apply, replace];
const anybody: readonly Writer[] = [...byHand, serverSideApply, ...operators, ...applyingOperators];

const inMetadata =
  (list: 'labels' | 'annotations') =>
  ({ path }: DriftField): boolean =>
    path[0] === 'metadata' && path[1] === list;
const placed =
  (...places: readonly DriftField['place'][]) =>
  ({ place, path }: DriftField): boolean =>
    places.includes(place) && path[0] !== 'metadata';

/** Fields changed, removed and added, by who does it. */
const byWriter: readonly DriftClass[] = [
  { name: 'kubectl edit: changed', count: 14, plan: fieldPlan({ actions: ['change'], writers: [edit] }) },
  { name: 'kubectl edit: removed', count: 14, plan: fieldPlan({ actions: ['remove'], writers: [edit] }) },
  { name: 'kubectl edit: added', count: 16, plan: fieldPlan({ actions: ['add'], writers: [edit] }) },
  { name: 'kubectl patch', count: 18, plan: fieldPlan({ actions: fieldActions, writers: [patch] }) },
  { name: 'kubectl apply', count: 14, plan: fieldPlan({ actions: ['change', 'add'], writers: [apply] }) },
  {
    name: 'kubectl apply --server-side',
    count: 12,
    plan: fieldPlan({ actions: ['change', 'add'], writers: [serverSideApply] }),
  },
  { name: 'kubectl replace', count: 12, plan: fieldPlan({ actions: fieldActions, writers: [replace] }) },
  {
    name: 'kubectl label',
    count: 9,
    plan: fieldPlan({ actions: fieldActions, writers: [label], fields: inMetadata('labels') }),
  },
  {
    name: 'kubectl annotate',
    count: 9,
    plan: fieldPlan({ actions: fieldActions, writers: [annotate], fields: inMetadata('annotations') }),
  },
  { name: 'operator (update)', count: 24, plan: fieldPlan({ actions: fieldActions, writers: operators }) },
  { name: 'operator (apply)', count: 16, plan: fieldPlan({ actions: ['change', 'add'], writers: applyingOperators }) },
];

/** The same by where the field sits. */
const byPlace: readonly DriftClass[] = [
  {
    name: 'atomic list',
    count: 16,
    plan: fieldPlan({ actions: fieldActions, writers: anybody, fields: placed('atomic list') }),
  },
  {
    name: 'atomic map',
    count: 12,
    plan: fieldPlan({ actions: fieldActions, writers: anybody, fields: placed('atomic map') }),
  },
  {
    name: 'keyed list',
    count: 20,
    plan: fieldPlan({ actions: fieldActions, writers: anybody, fields: placed('keyed') }),
  },
  { name: 'map', count: 14, plan: fieldPlan({ actions: fieldActions, writers: anybody, fields: placed('map') }) },
  {
    name: 'defaulted field',
    count: 18,
    plan: fieldPlan({ actions: ['change'], writers: anybody, fields: ({ stands }) => stands === 'defaulted' }),
  },
  {
    name: 'custom resource',
    count: 18,
    plan: fieldPlan({ kinds: customKinds, actions: fieldActions, writers: anybody }),
  },
  {
    name: 'object of Flux',
    count: 12,
    plan: fieldPlan({ kinds: fluxKindsApplied, actions: fieldActions, writers: anybody }),
  },
  { name: 'Secret', count: 18, plan: fieldPlan({ kinds: secretKinds, actions: fieldActions, writers: anybody }) },
];

/** Written with other letters, by anybody: to the API server of built-in kinds the same, and so to all. */
function quantityPlan({ random, name, namespace, number }: CaseInput): DriftPlan {
  const same = (field: DriftField) => field.sameQuantity === true;
  const kind = inTurn(
    allKinds.filter(({ fields }) => fields.some(same)),
    number,
  );
  const field = random.pick(kind.fields.filter(same));
  const { write, what } = editWrite(kind, { action: 'change', field }, anybody, random);
  return { what: `${kind.kind}: ${what}`, first: objectOf(kind, name, namespace), writes: [write] };
}

const scaled = kindsNamed('Deployment', 'StatefulSet', 'ReplicaSet', 'Gadget');

/** `kubectl scale` and autoscalers write through the subresource; Git states the number in every second case. */
function scalePlan(managers: readonly string[]): DriftClass['plan'] {
  return ({ random, name, namespace, number }) => {
    const kind = inTurn(scaled, number);
    const first = objectOf(kind, name, namespace);
    const isStated = Math.floor(number / scaled.length) % 2 === 0;
    if (!isStated) {
      Reflect.deleteProperty(first.spec as object, 'replicas');
    }
    const manager = random.pick(managers);
    const replicas = random.pick([2, 3, 5]);
    const what = `${kind.kind}: scaled to ${replicas} by ${manager}, ${isStated ? 'stated' : 'left out'} in Git`;
    return { what, first, writes: [{ do: 'scale', manager, replicas }] };
  };
}

const templated = kindsNamed('Deployment', 'StatefulSet', 'DaemonSet', 'CronJob');

function templateOf(kind: DriftKind): EditPath {
  return kind.kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template'] : ['spec', 'template'];
}

/** `kubectl set image|env|resources|serviceaccount`. */
function setPlan({ random, name, namespace, number }: CaseInput): DriftPlan {
  const kind = inTurn(templated, number);
  const spec: EditPath = [...templateOf(kind), 'spec'];
  const container: EditPath = [...spec, 'containers', random.below(2)];
  const one = random.pick<FieldEdit>([
    { path: [...container, 'image'], set: `registry.example.com/set:${random.below(9)}` },
    { path: [...container, 'env'], append: { name: 'SET', value: random.text('abc', 3) } },
    { path: [...spec, 'containers', 0, 'env', 0, 'value'], set: 'set' },
    { path: [...container, 'resources', 'limits', 'cpu'], set: '2' },
    { path: [...spec, 'serviceAccountName'], set: 'set' },
  ]);
  return written(kind, { name, namespace }, set, [one]);
}

/** `kubectl rollout restart|pause`. */
function rolloutPlan({ random, name, namespace, number }: CaseInput): DriftPlan {
  const kind = inTurn(kindsNamed('Deployment', 'StatefulSet', 'DaemonSet'), number);
  const restart: FieldEdit = {
    path: [...templateOf(kind), 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt'],
    set: '2026-01-01T00:00:00Z',
  };
  const pause: FieldEdit = { path: ['spec', 'paused'], set: true };
  return written(kind, { name, namespace }, rollout, [
    kind.kind === 'Deployment' ? random.pick([restart, pause]) : restart,
  ]);
}

function written(
  kind: DriftKind,
  place: { readonly name: string; readonly namespace: string },
  writer: Writer,
  edits: readonly FieldEdit[],
): DriftPlan {
  const way = writer.ways[0] === 'strategic' && kind.custom ? 'merge' : writer.ways[0]!;
  return {
    what: `${kind.kind}: ${edits.map(describeEdit).join(', ')} by ${writer.name}`,
    first: objectOf(kind, place.name, place.namespace),
    writes: [{ do: 'edit', writer, way, edits }],
  };
}

export const heldFinalizer = 'conformance.example.com/hold';

/** In metadata, beside labels and annotations. In every second case with another change, for then the object is written anew. */
function finalizerPlan({ random, name, namespace, number }: CaseInput): DriftPlan {
  const kind = inTurn(kindsNamed('ConfigMap', 'Deployment', 'Gadget', 'ServiceAccount'), number);
  const writer: Writer = { ...random.pick([edit, patch, ...operators.slice(0, 2)]), ways: ['merge'] };
  const hold: FieldEdit = { path: ['metadata', 'finalizers'], append: heldFinalizer };
  const tier: FieldEdit = { path: ['metadata', 'labels', 'tier'], set: 'two' };
  return written(kind, { name, namespace }, writer, number % 2 === 0 ? [hold] : [hold, tier]);
}

/** Several people at one object, each at another field. */
function togetherPlan({ random, name, namespace, number }: CaseInput): DriftPlan {
  const kind = chooseField({ actions: ['add'] }, number, random).kind;
  const actions = random.pick([
    ['add', 'change'],
    ['change', 'add', 'add'],
    ['add', 'remove'],
    ['change', 'remove'],
  ] as const);
  const taken = new Set<string>();
  const writes: LiveWrite[] = [];
  const told: string[] = [];
  for (const action of actions) {
    const free = ({ path, whole }: DriftField) => !taken.has((whole ?? path).slice(0, 6).join('.'));
    const able = { kinds: [kind], actions: [action], fields: free };
    if (kind.fields.some((field) => free(field) && field.values.length > 0)) {
      const { field } = chooseField(able, 0, random);
      taken.add((field.whole ?? field.path).slice(0, 6).join('.'));
      const { write, what } = editWrite(kind, { action, field }, anybody, random);
      writes.push(write);
      told.push(what);
    }
  }
  return { what: `${kind.kind}: ${told.join('; ')}`, first: objectOf(kind, name, namespace), writes };
}

export const liveClasses: readonly DriftClass[] = [
  ...byWriter,
  ...byPlace,
  { name: 'quantity written otherwise', count: 14, plan: quantityPlan },
  { name: 'kubectl scale', count: 8, plan: scalePlan(['kubectl']) },
  { name: 'HPA and other scalers', count: 12, plan: scalePlan(['kube-controller-manager', 'keda']) },
  { name: 'kubectl set', count: 12, plan: setPlan },
  { name: 'kubectl rollout', count: 9, plan: rolloutPlan },
  { name: 'finalizer', count: 8, plan: finalizerPlan },
  { name: 'several at once', count: 16, plan: togetherPlan },
];
