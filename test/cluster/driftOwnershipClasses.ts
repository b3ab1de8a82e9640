/**
 * Classes of mutations in which it matters who is known to own a field, or that the Kustomization passes a field over. Only data
 * and choices by chance.
 */
import type { CaseInput, DriftClass, DriftPlan } from './driftCases.ts';
import {
  allKinds,
  chooseField,
  describeEdit,
  editWrite,
  fieldActions,
  inTurn,
  kindsNamed,
  wayOf,
} from './driftFieldPlans.ts';
import { at, objectOf } from './driftKinds.ts';
import { type LiveWrite, type Writer, applyingOperators, editors, operators } from './driftWrites.ts';
import { type FieldEdit, edited } from './fieldEdits.ts';

const { edit, patch, replace } = editors;
const anybody: readonly Writer[] = [edit, patch, replace, ...operators];

/** An empty entry is the API's way to say that nobody is known to own anything; backups that are restored leave the same. */
const forget: LiveWrite = {
  do: 'edit',
  writer: { name: 'a restored backup', manager: 'velero', ways: ['merge'] },
  way: 'merge',
  edits: [{ path: ['metadata', 'managedFields'], set: [{}] }],
};

/** Somebody changes the object, and then, or before, all that is known of its owners is lost. */
function forgottenPlan({ random, name, namespace, number }: CaseInput): DriftPlan {
  const { kind, action, field } = chooseField({ kinds: allKinds, actions: fieldActions }, number, random);
  const { write, what } = editWrite(kind, { action, field }, anybody, random);
  const isLast = random.below(2) === 0;
  const first = objectOf(kind, name, namespace);
  return {
    what: `${kind.kind}: ${isLast ? `${what}, then owners lost` : `owners lost, then ${what}`}`,
    first,
    writes: isLast ? [write, forget] : [forget, write],
  };
}

/** What the Kustomization named `ignoring` has in `spec.ignore`. */
export const ignoredPaths: readonly object[] = [
  { paths: ['/spec/replicas', '/spec/template/spec/containers/0/image'], target: { kind: 'Deployment|StatefulSet' } },
  { paths: ['/data/one', '/data/extra', '/data/nowhere'], target: { kind: 'ConfigMap', name: 'spec-ignore-.*' } },
  { paths: ['/metadata/annotations/note'] },
  { paths: ['/metadata/labels/tier'], target: { labelSelector: 'extra=yes' } },
];

type IgnoredRow = readonly [kind: string, ignored: readonly FieldEdit[], others: readonly FieldEdit[]];

function set(path: string, value: unknown): FieldEdit {
  return { path: at(path), set: value };
}

const ignoredRows: readonly IgnoredRow[] = [
  ['Deployment', [set('spec.replicas', 3)], [set('spec.revisionHistoryLimit', 5)]],
  ['ConfigMap', [set('data.one', 'changed')], [set('data.two', 'changed')]],
  [
    'StatefulSet',
    [set('spec.template.spec.containers.0.image', 'registry.example.com/main:9')],
    [set('spec.replicas', 2)],
  ],
  ['ConfigMap', [set('data.extra', 'added')], [set('data.other', 'added')]],
  ['Service', [set('metadata.annotations.note', 'by hand')], [set('spec.sessionAffinity', 'ClientIP')]],
  ['Deployment', [{ path: at('spec.replicas'), remove: true }], [set('metadata.labels.extra', 'yes')]],
  ['ServiceAccount', [set('metadata.labels.tier', 'two')], [set('metadata.labels.extra', 'yes')]],
  ['ConfigMap', [{ path: at('data.one'), remove: true }], [set('metadata.annotations.extra', 'yes')]],
];

/** What is passed over is changed: alone, or with another field, for then the object is applied. */
function ignoredPlan({ random, name, namespace, number }: CaseInput): DriftPlan {
  const [kindName, ignored, others] = inTurn(ignoredRows, number);
  const kind = kindsNamed(kindName)[0]!;
  const writer = random.pick(anybody);
  const isAlone = Math.floor(number / ignoredRows.length) % 2 === 0;
  const edits = isAlone ? ignored : [...ignored, ...others];
  const first = objectOf(kind, name, namespace);
  const isInGit = random.below(3) === 0;
  return {
    what: `${kindName}: ${edits.map(describeEdit).join(', ')} ${isInGit ? 'in Git' : `by ${writer.name}`}`,
    first,
    ...(isInGit && { then: edited(first, edits) }),
    writes: isInGit ? [] : [{ do: 'edit', writer, way: writer.ways.includes('put') ? 'put' : 'merge', edits }],
    kustomization: 'ignoring',
  };
}

/** Something with fields of its own, a field within it, and what Git has of it: nothing, or all until it is taken out. */
type NestedRow = readonly [kind: string, whole: FieldEdit, within: FieldEdit, inGit?: 'until now'];

function append(path: string, item: unknown): FieldEdit {
  return { path: at(path), append: item };
}

const spec = 'spec.template.spec';
const image = 'registry.example.com/extra';

const nestedRows: readonly NestedRow[] = [
  [
    'Deployment',
    append(`${spec}.containers`, { name: 'extra', image: `${image}:1` }),
    set(`${spec}.containers.2.image`, `${image}:2`),
  ],
  [
    'StatefulSet',
    append(`${spec}.containers.0.env`, { name: 'EXTRA', value: 'x' }),
    set(`${spec}.containers.0.env.2.value`, 'y'),
  ],
  [
    'DaemonSet',
    append(`${spec}.volumes`, { name: 'extra', emptyDir: {} }),
    set(`${spec}.volumes.1.emptyDir.medium`, 'Memory'),
  ],
  [
    'ReplicaSet',
    set(`${spec}.containers.1.resources`, { limits: { cpu: '1' } }),
    set(`${spec}.containers.1.resources.limits.memory`, '1Gi'),
  ],
  ['Gadget', append('spec.items', { name: 'three', value: 3 }), set('spec.items.2.mode', 'hand')],
  ['Gadget', set('spec.options.more', { a: 1, b: 2 }), set('spec.options.more.b', 3)],
  ['Widget', set('spec.extra', { a: { b: 1 } }), set('spec.extra.a.c', 2)],
  [
    'Service',
    append('spec.ports', { name: 'metrics', port: 9100, protocol: 'TCP' }),
    set('spec.ports.1.targetPort', 9),
  ],
  [
    'Deployment',
    set(`${spec}.containers.0.livenessProbe`, { tcpSocket: { port: 8080 } }),
    set(`${spec}.containers.0.livenessProbe.periodSeconds`, 30),
  ],
  [
    'CronJob',
    set('spec.jobTemplate.spec.template.spec.securityContext', { runAsUser: 1000 }),
    set('spec.jobTemplate.spec.template.spec.securityContext.runAsNonRoot', true),
  ],
  [
    'HorizontalPodAutoscaler',
    set('spec.behavior', { scaleDown: { stabilizationWindowSeconds: 60 } }),
    set('spec.behavior.scaleUp', { stabilizationWindowSeconds: 10 }),
  ],
  [
    'Ingress',
    { ...set('spec.tls', [{ hosts: ['a.example.com'], secretName: 'tls' }]), whole: at('spec.tls') },
    { ...set('spec.tls.0.secretName', 'other'), whole: at('spec.tls') },
  ],
  ['HelmRelease', set('spec.install', { remediation: { retries: 3 } }), set('spec.install.disableWait', true)],
  [
    'Deployment',
    append(`${spec}.containers`, { name: 'extra', image: `${image}:1` }),
    set(`${spec}.containers.2.image`, `${image}:2`),
    'until now',
  ],
  [
    'StatefulSet',
    append(`${spec}.containers.0.env`, { name: 'EXTRA', value: 'x' }),
    set(`${spec}.containers.0.env.2.value`, 'y'),
    'until now',
  ],
  ['Gadget', append('spec.items', { name: 'three', value: 3 }), set('spec.items.2.mode', 'hand'), 'until now'],
  ['Widget', set('spec.extra', { a: { b: 1 } }), set('spec.extra.a.c', 2), 'until now'],
  [
    'DaemonSet',
    append(`${spec}.volumes`, { name: 'extra', emptyDir: {} }),
    set(`${spec}.volumes.1.emptyDir.medium`, 'Memory'),
    'until now',
  ],
];

/** One writer within what another has written, whoever they are. */
function nestedPlan({ random, name, namespace, number }: CaseInput): DriftPlan {
  const [kindName, whole, within, inGit] = inTurn(nestedRows, number);
  const kind = kindsNamed(kindName)[0]!;
  const plain = objectOf(kind, name, namespace);
  const writers = [edit, patch, editors.apply, editors.serverSideApply, ...operators.slice(0, 3), ...applyingOperators];
  const write = (one: FieldEdit): { readonly live: LiveWrite; readonly what: string } => {
    const writer = random.pick(writers);
    const chosen = wayOf(writer, kind, random);
    // A strategic patch puts a new item first, and the positions that are told here would be others'.
    const way = chosen === 'strategic' ? 'merge' : chosen;
    return { live: { do: 'edit', writer, way, edits: [one] }, what: `${describeEdit(one)} by ${writer.name} (${way})` };
  };
  const inside = write(within);
  if (inGit === 'until now') {
    const what = `${kindName}: ${inside.what} within ${whole.path.join('.')}, which Git has no more`;
    return { what, first: edited(plain, [whole]), then: plain, writes: [inside.live] };
  }
  const outside = write(whole);
  const what = `${kindName}: ${outside.what}, then within it ${inside.what}`;
  const fails = isTakenOver(outside.live)
    ? !isTakenOver(inside.live) && isNothingAlone(whole, inside.live)
    : isTakenOver(inside.live) && whole.path.at(-1) === 'containers';
  return { what, first: plain, writes: [outside.live, inside.live], ...(fails && { kustomization: 'alone' }) };
}

/**
 * Of a probe the handler is taken back and the period stays; of a port that somebody else applies by its number the name. The server
 * refuses both, as it does a container of somebody else whose image is taken back, and all of the Kustomization fails.
 */
function isNothingAlone({ path }: FieldEdit, inside: LiveWrite): boolean {
  const isApplied = inside.do === 'edit' && inside.way === 'apply';
  return path.at(-1) === 'livenessProbe' || (path.at(-1) === 'ports' && isApplied);
}

function isTakenOver(write: LiveWrite): boolean {
  return write.do === 'edit' && write.writer.manager.startsWith('kubectl');
}

export const ownershipClasses: readonly DriftClass[] = [
  { name: 'owners lost', count: 18, plan: forgottenPlan },
  { name: 'owners within each other', count: 36, plan: nestedPlan },
  { name: 'spec.ignore', count: 16, plan: ignoredPlan },
];
