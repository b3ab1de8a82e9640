/** What kustomize-controller takes back of what others wrote, without a dry-run showing it, and what of it stays. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCleanedUp, mayBeOverridden, withoutTakenBack } from '../../../src/drift/takenBack.ts';
import { type Owned, owned } from './ownedObject.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Row {
  readonly title: string;
  /** As it lives, and as a dry-run leaves it. */
  readonly fields: Fields;
  /** What Git sets, as the controller owns it after a dry-run. */
  readonly git?: Fields;
  /** What it owned before; as `git` if not told. */
  readonly before?: Fields;
  readonly others: readonly Owned[];
  /** `spec` or `metadata` as they will be. */
  readonly becomes: Fields;
}

const inSpec = (fields: Fields): Fields => ({ 'f:spec': fields });
const inLabels = (fields: Fields): Fields => ({ 'f:metadata': { 'f:labels': fields } });
const list = (item: Fields): Fields => inSpec({ 'f:containers': { 'k:{"name":"side"}': item } });
const app = { name: 'app', image: 'a:1' };
const side = { name: 'side', image: 's:1', defaulted: true };

const rows: readonly Row[] = [
  {
    title: 'a field that kubectl edit added',
    fields: { spec: { replicas: 2, paused: true } },
    git: inSpec({ 'f:replicas': {} }),
    others: [['kubectl-edit', inSpec({ 'f:paused': {} })]],
    becomes: { spec: { replicas: 2 } },
  },
  {
    title: 'a field that kubectl applied on the server',
    fields: { spec: { replicas: 2, paused: true } },
    others: [['kubectl', inSpec({ 'f:paused': {}, 'f:replicas': {} }), { operation: 'Apply' }]],
    git: inSpec({ 'f:replicas': {} }),
    becomes: { spec: { replicas: 2 } },
  },
  {
    title: 'what was there before managed fields, and of the controller before it applied',
    fields: { spec: { a: 1, b: 2, c: 3 } },
    git: inSpec({ 'f:c': {} }),
    others: [
      ['before-first-apply', inSpec({ 'f:a': {} })],
      ['kustomize-controller', inSpec({ 'f:b': {} })],
    ],
    becomes: { spec: { c: 3 } },
  },
  {
    title: 'not of an operator',
    fields: { spec: { a: 1 } },
    others: [['operator', inSpec({ 'f:a': {} })]],
    becomes: { spec: { a: 1 } },
  },
  {
    title: 'not what kubectl and an operator both own',
    fields: { spec: { a: 1, b: 2 } },
    git: inSpec({ 'f:b': {} }),
    others: [
      ['kubectl-edit', inSpec({ 'f:a': {} })],
      ['operator', inSpec({ 'f:a': {} })],
    ],
    becomes: { spec: { a: 1, b: 2 } },
  },
  {
    title: 'not through a subresource',
    fields: { spec: { replicas: 5 } },
    others: [['kubectl', inSpec({ 'f:replicas': {} }), { subresource: 'scale' }]],
    becomes: { spec: { replicas: 5 } },
  },
  {
    title: 'not what another Apply of a similar name owns',
    fields: { spec: { a: 1 } },
    others: [['kustomize-controller-2', inSpec({ 'f:a': {} }), { operation: 'Apply' }]],
    becomes: { spec: { a: 1 } },
  },
  {
    title: 'not what Git sets as well',
    fields: { spec: { replicas: 2 } },
    git: inSpec({ 'f:replicas': {} }),
    others: [['kubectl-edit', inSpec({ 'f:replicas': {} })]],
    becomes: { spec: { replicas: 2 } },
  },
  {
    title: 'a label, and not the others',
    fields: { metadata: { labels: { git: '1', mine: '2', theirs: '3' } } },
    git: inLabels({ 'f:git': {} }),
    others: [
      ['kubectl-label', inLabels({ 'f:mine': {} })],
      ['operator', inLabels({ 'f:theirs': {} })],
    ],
    becomes: { metadata: { labels: { git: '1', theirs: '3' } } },
  },
  {
    title: 'all labels, with those that nobody owns, where kubectl made the map and Git has none',
    fields: { metadata: { labels: { mine: '2', unowned: '3' } } },
    others: [['kubectl-label', inLabels({ '.': {}, 'f:mine': {} })]],
    becomes: { metadata: {} },
  },
  {
    title: 'labels that nobody owns stay beside what Git has',
    fields: { metadata: { labels: { git: '1', mine: '2', unowned: '3' } } },
    git: inLabels({ 'f:git': {} }),
    others: [['kubectl-label', inLabels({ '.': {}, 'f:mine': {} })]],
    becomes: { metadata: { labels: { git: '1', unowned: '3' } } },
  },
  {
    title: 'a sidecar, with the defaults that the server gave it',
    fields: { spec: { containers: [app, side] } },
    git: inSpec({ 'f:containers': { 'k:{"name":"app"}': { '.': {}, 'f:image': {} } } }),
    others: [['kubectl-edit', list({ '.': {}, 'f:name': {}, 'f:image': {} })]],
    becomes: { spec: { containers: [app] } },
  },
  {
    title: 'a sidecar as a whole, even where an operator has changed a part of it',
    fields: { spec: { containers: [app, side] } },
    git: inSpec({ 'f:containers': { 'k:{"name":"app"}': { '.': {}, 'f:image': {} } } }),
    others: [
      ['kubectl-edit', list({ '.': {}, 'f:name': {} })],
      ['operator', list({ 'f:image': {} })],
    ],
    becomes: { spec: { containers: [app] } },
  },
  {
    title: 'a field in an item that is another’s',
    fields: { spec: { containers: [{ ...side, pull: 'Always' }] } },
    others: [
      ['kubectl-edit', list({ 'f:pull': {} })],
      ['operator', list({ '.': {}, 'f:name': {}, 'f:image': {} })],
    ],
    becomes: { spec: { containers: [side] } },
  },
  {
    title: 'a field in an item that nobody owns: the item stays',
    fields: { spec: { containers: [{ ...side, pull: 'Always' }] } },
    others: [['kubectl-set', list({ 'f:pull': {} })]],
    git: inSpec({ 'f:containers': { 'k:{"name":"app"}': { '.': {} } } }),
    becomes: { spec: { containers: [side] } },
  },
  {
    title: 'a map with what is unowned in it, where nobody else claims a part',
    fields: { spec: { replicas: 1, strategy: { type: 'Recreate', unowned: 1 } } },
    git: inSpec({ 'f:replicas': {} }),
    others: [['kubectl-edit', inSpec({ 'f:strategy': { 'f:type': {} } })]],
    becomes: { spec: { replicas: 1 } },
  },
  {
    title: 'a part of a map, where Git has another part',
    fields: { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } },
    git: inSpec({ 'f:strategy': { 'f:type': {} } }),
    others: [['kubectl-edit', inSpec({ 'f:strategy': { 'f:rollingUpdate': { '.': {}, 'f:maxSurge': {} } } })]],
    becomes: { spec: { strategy: { type: 'RollingUpdate' } } },
  },
  {
    title: 'what Git had before, where kubectl owns it as well and kept it alive',
    fields: { spec: { replicas: 1, paused: true } },
    git: inSpec({ 'f:replicas': {} }),
    before: inSpec({ 'f:replicas': {}, 'f:paused': {} }),
    others: [['kubectl-edit', inSpec({ 'f:paused': {} })]],
    becomes: { spec: { replicas: 1 } },
  },
  {
    title: 'nothing of fields that are gone',
    fields: { spec: { replicas: 1 } },
    git: inSpec({ 'f:replicas': {} }),
    others: [['kubectl-edit', inSpec({ 'f:gone': {}, 'f:list': { 'k:{"name":"x"}': {} } })]],
    becomes: { spec: { replicas: 1 } },
  },
  {
    title: 'annotations of kubectl and of old Flux, whoever wrote them',
    fields: {
      metadata: {
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
          'kustomize.toolkit.fluxcd.io/checksum': 'x',
          'fluxcd.io/sync-checksum': 'y',
          other: 'z',
        },
        labels: { 'fluxcd.io/sync-gc-mark': 'm', other: 'z' },
      },
    },
    others: [['operator', { 'f:metadata': { 'f:annotations': { 'f:fluxcd.io/sync-checksum': {} } } }]],
    becomes: { metadata: { annotations: { other: 'z' }, labels: { other: 'z' } } },
  },
  {
    title: 'not such an annotation that Git sets: it is applied again',
    fields: { metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/checksum': 'x' } } },
    git: { 'f:metadata': { 'f:annotations': { 'f:kustomize.toolkit.fluxcd.io/checksum': {} } } },
    others: [],
    becomes: { metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/checksum': 'x' } } },
  },
];

const controller = (fields: Fields): Owned => ['kustomize-controller', fields, { operation: 'Apply' }];

for (const { title, fields, git = {}, before = git, others, becomes } of rows) {
  test(`taken back: ${title}`, () => {
    const live = owned(fields, [controller(before), ...others]);
    const answer = owned(fields, [controller(git), ...others]);
    const next = withoutTakenBack(live, answer);
    const parts = Object.entries(next.metadata).filter(([key]) => key === 'labels' || key === 'annotations');
    const metadata = Object.fromEntries(parts);
    const { spec } = next;
    assert.deepEqual('spec' in becomes ? { spec } : { metadata }, becomes);
  });
}

test('of a manager that the controller is told to override, what it added goes, by whatever operation', () => {
  const fields = { spec: { a: 1, b: 2, c: 3, d: 4 } };
  const git = inSpec({ 'f:d': {} });
  const others: readonly Owned[] = [
    ['tuner-east', inSpec({ 'f:a': {} })],
    ['tuner', inSpec({ 'f:b': {} }), { operation: 'Apply' }],
    ['tuner', inSpec({ 'f:c': {} }), { subresource: 'scale' }],
  ];
  const live = owned(fields, [controller(git), ...others]);
  assert.deepEqual(withoutTakenBack(live, live, ['tuner']).spec, { c: 3, d: 4 });
  assert.deepEqual(withoutTakenBack(live, live).spec, fields.spec);
  assert.deepEqual(
    [isCleanedUp(live, ['tuner']), isCleanedUp(live, ['other']), isCleanedUp(live)],
    [true, false, false],
  );
});

const foreign: readonly (readonly [title: string, others: readonly Owned[], may: boolean])[] = [
  ['an operator', [['operator', {}]], true],
  ['an operator, of a subresource alone', [['operator', {}, { subresource: 'status' }]], false],
  ['kubectl, which is overridden anyway', [['kubectl-edit', {}]], false],
  ['nobody else', [], false],
];

for (const [title, others, may] of foreign) {
  test(`whether a flag could concern an object that was written by ${title}`, () => {
    assert.equal(mayBeOverridden(owned({}, [controller({}), ...others])), may);
  });
}

const cleaned: readonly (readonly [title: string, fields: Fields, others: readonly Owned[], isCleaned: boolean])[] = [
  ['fields of kubectl', {}, [['kubectl-edit', {}]], true],
  ['fields of an operator', {}, [['operator', {}]], false],
  ['fields of kubectl in a subresource', {}, [['kubectl', {}, { subresource: 'status' }]], false],
  ['before-first-apply', {}, [['before-first-apply', {}]], true],
  ['an Apply as before-first-apply', {}, [['before-first-apply', {}, { operation: 'Apply' }]], false],
  ['its own Update', {}, [['kustomize-controller', {}]], true],
  ['its own Apply', {}, [controller({})], false],
  [
    'the annotation of kubectl',
    { metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '' } } },
    [],
    true,
  ],
  ['the mark of old Flux', { metadata: { labels: { 'fluxcd.io/sync-gc-mark': '' } } }, [], true],
  ['nothing', {}, [], false],
];

for (const [title, fields, others, isCleaned] of cleaned) {
  test(`an object with ${title} is ${isCleaned ? '' : 'not '}cleaned up`, () => {
    assert.equal(isCleanedUp(owned(fields, others)), isCleaned);
  });
}
