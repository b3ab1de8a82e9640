/** The classes of mutations that concern whole objects, Git's side, or what an object says of itself to Flux. */
import type { ApiObject } from './apiClient.ts';
import type { CaseInput, DriftClass, DriftPlan } from './driftCases.ts';
import {
  allKinds,
  chooseField,
  describeEdit,
  editOf,
  editWrite,
  fieldActions,
  inTurn,
  kindsNamed,
} from './driftFieldPlans.ts';
import { at, objectOf } from './driftKinds.ts';
import { type LiveWrite, editors, operators } from './driftWrites.ts';
import { type FieldEdit, edited } from './fieldEdits.ts';

const anybody = [editors.edit, editors.patch, editors.apply, editors.replace, ...operators];

/** Objects go and come. Claims and namespaces do not go while nothing takes their finalizers. */
const comingAndGoing = allKinds.filter(({ kind }) => kind !== 'PersistentVolumeClaim' && kind !== 'Namespace');

/** For cluster roles and classes the controller waits before it goes on, even for one that it leaves to somebody else to make. */
const notAwaited = comingAndGoing.filter(({ custom, clusterScoped }) => custom === true || !clusterScoped);

function deletedPlan({ name, namespace, number, random }: CaseInput): DriftPlan {
  const kind = inTurn(comingAndGoing, number * 2 + random.below(2));
  return { what: `${kind.kind}: deleted`, first: objectOf(kind, name, namespace), writes: [{ do: 'delete' }] };
}

/** New in Git: not in the cluster, or made there by hand or by Helm. */
function addedPlan({ name, namespace, number, random }: CaseInput): DriftPlan {
  const kind = inTurn(comingAndGoing, number * 2 + random.below(2));
  const then = objectOf(kind, name, namespace);
  const manager = random.pick(['', 'kubectl-create', 'helm']);
  if (manager === '') {
    return { what: `${kind.kind}: added to Git`, first: undefined, then, writes: [] };
  }
  const { field, action } = chooseField({ kinds: [kind], actions: ['add'] }, number, random);
  const edit = editOf(action, field, random);
  const object = edited(then, [edit]);
  const what = `${kind.kind}: added to Git, there by ${manager} with ${describeEdit(edit)}`;
  return { what, first: undefined, then, writes: [{ do: 'create', object, manager }] };
}

const pruneOff: FieldEdit = { path: ['metadata', 'annotations', 'kustomize.toolkit.fluxcd.io/prune'], set: 'disabled' };

/** Gone from Git: pruned, unless the object says otherwise or is somebody else's by now. */
function removedPlan({ name, namespace, number, random }: CaseInput): DriftPlan {
  const kind = inTurn(comingAndGoing, number * 2 + random.below(2));
  const first = objectOf(kind, name, namespace);
  const owner = 'kustomize.toolkit.fluxcd.io/name';
  const ways: readonly (readonly [string, readonly LiveWrite[], ApiObject?])[] = [
    ['', []],
    [', deleted before', [{ do: 'delete' }]],
    [', prune disabled in Git', [], edited(first, [pruneOff])],
    [', prune disabled by hand', [byHand([pruneOff])]],
    [', reconcile disabled by hand', [byHand([fluxNote('reconcile', 'Disabled')])]],
    [', owned by another', [byHand([{ path: ['metadata', 'labels', owner], set: 'another' }])]],
  ];
  const [how, writes, other] = inTurn(ways, number);
  return { what: `${kind.kind}: removed from Git${how}`, first: other ?? first, then: undefined, writes };
}

function byHand(edits: readonly FieldEdit[]): LiveWrite {
  return { do: 'edit', writer: editors.annotate, way: 'merge', edits };
}

function fluxNote(key: string, value: string, place: 'annotations' | 'labels' = 'annotations'): FieldEdit {
  return { path: ['metadata', place, `kustomize.toolkit.fluxcd.io/${key}`], set: value };
}

/** Git's side changes; in every second case somebody has been at the live object as well. */
function gitPlan({ name, namespace, number, random }: CaseInput): DriftPlan {
  const actions = [inTurn(fieldActions, number)];
  const fields = ({ stands }: { readonly stands: string }) => stands !== 'defaulted';
  // Templates of Jobs and rules of roles do not matter here; what cannot be changed is a class of its own.
  const { kind, action, field } = chooseField({ actions, fields, kinds: allKinds }, number, random);
  const first = objectOf(kind, name, namespace);
  const edit = editOf(action, field, random);
  const then = edited(first, [edit]);
  const isLive = number % 2 === 1;
  const other = isLive ? chooseField({ kinds: [kind], actions: ['add'] }, number, random) : undefined;
  const live = other && editWrite(kind, other, anybody, random);
  const what = `${kind.kind}: in Git ${describeEdit(edit)}${live ? `; live ${live.what}` : ''}`;
  return { what, first, then, writes: live ? [live.write] : [] };
}

/** Fields that cannot be changed, as Git has them at first and then. */
const immutable: readonly (readonly [kind: string, first: readonly FieldEdit[], then: readonly FieldEdit[]])[] = [
  [
    'Deployment',
    [],
    [set('spec.selector.matchLabels.app', 'other'), set('spec.template.metadata.labels.app', 'other')],
  ],
  ['DaemonSet', [], [set('spec.selector.matchLabels.app', 'other'), set('spec.template.metadata.labels.app', 'other')]],
  ['StatefulSet', [], [set('spec.serviceName', 'other')]],
  ['Job', [], [set('spec.template.spec.containers.0.image', 'registry.example.com/main:2')]],
  ['ConfigMap', [set('immutable', true)], [set('data.one', 'other')]],
  ['Secret', [set('immutable', true)], [set('data.password', Buffer.from('other').toString('base64'))]],
  ['Service', [], [set('spec.clusterIP', 'None')]],
  ['RoleBinding', [], [set('roleRef.name', 'other')]],
];

function set(path: string, value: unknown): FieldEdit {
  return { path: at(path), set: value };
}

type Force = 'spec' | 'annotation' | 'live' | 'none';

function immutablePlan(forces: readonly Force[]): DriftClass['plan'] {
  return ({ name, namespace, number }) => {
    const [kindName, before, after] = inTurn(immutable, number);
    // Another for each turn of the kinds.
    const force = inTurn(forces, number + Math.floor(number / immutable.length));
    const kind = kindsNamed(kindName)[0]!;
    const noted = force === 'annotation' ? [fluxNote('force', number % 2 === 0 ? 'Enabled' : 'enabled')] : [];
    const first = edited(objectOf(kind, name, namespace), [...before, ...noted]);
    const writes = force === 'live' ? [byHand([fluxNote('force', 'enabled')])] : [];
    const what = `${kindName}: in Git ${after.map(describeEdit).join(', ')}; force: ${force}`;
    const kustomization = force === 'spec' ? 'forced' : force === 'none' ? 'alone' : undefined;
    return { what, first, then: edited(first, after), writes, ...(kustomization && { kustomization }) };
  };
}

const settings: readonly (readonly [key: string, value: string])[] = [
  ['ssa', 'Merge'],
  ['ssa', 'merge'],
  ['ssa', 'IfNotPresent'],
  ['ssa', 'ifnotpresent'],
  ['ssa', 'Ignore'],
  ['ssa', 'IGNORE'],
  ['reconcile', 'disabled'],
  ['reconcile', 'Disabled'],
  ['force', 'enabled'],
  ['prune', 'disabled'],
  ['ssa', 'Override'],
  ['reconcile', 'enabled'],
];

/** What an object says to Flux, in Git or by hand, as annotation or as label, while something is changed or all of it is gone. */
function annotationPlan({ name, namespace, number, random }: CaseInput): DriftPlan {
  const [key, value] = inTurn(settings, number);
  const note = fluxNote(key, value, random.pick(['annotations', 'annotations', 'labels']));
  const isInGit = random.below(3) > 0;
  const kind = inTurn(notAwaited, number * 3 + random.below(5));
  const plain = objectOf(kind, name, namespace);
  const first = isInGit ? edited(plain, [note]) : plain;
  // What Flux leaves alone from the start has to be made by somebody else.
  const isLeft = isInGit && (key === 'reconcile' || key === 'ssa') && /^(ignore|disabled)$/i.test(value);
  const made: readonly LiveWrite[] = isLeft ? [{ do: 'create', object: first, manager: 'kubectl-create' }] : [];
  const noted = isInGit ? [] : [byHand([note])];
  const title = `${kind.kind}: ${key}: ${value} ${isInGit ? 'in Git' : 'by hand'} (${note.path[1]})`;
  if (isInGit && !isLeft && random.below(3) === 0) {
    return { what: `${title}; deleted`, first, writes: [{ do: 'delete' }] };
  }
  const chosen = chooseField({ kinds: [kind], actions: [random.pick(['change', 'add'])] }, number, random);
  const { write, what } = editWrite(kind, chosen, anybody, random);
  return { what: `${title}; ${what}`, first, writes: [...made, ...noted, write] };
}

export const objectClasses: readonly DriftClass[] = [
  { name: 'object deleted', count: 12, plan: deletedPlan },
  { name: 'object added to Git', count: 14, plan: addedPlan },
  { name: 'object removed from Git', count: 14, plan: removedPlan },
  { name: 'Git changed', count: 30, plan: gitPlan },
  { name: 'immutable field', count: 16, plan: immutablePlan(['spec', 'annotation', 'live', 'none']) },
  { name: 'Flux annotation', count: 36, plan: annotationPlan },
];
