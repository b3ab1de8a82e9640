/** Rows stay where they are until their state has settled, and only what differs is drawn again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FluxObject } from '../../../src/flux/objects.ts';
import type { Row, TreeModel } from '../../../src/view/row.ts';
import { SettledOrder } from '../../../src/view/settledOrder.ts';
import { TreeBuilder } from '../../../src/view/treeBuilder.ts';
import { changedRows } from '../../../src/view/treeDiff.ts';
import { noteRow } from '../../../src/view/headRows.ts';
import { failing, helmRelease } from '../../support/builders.ts';
import { clusterTree, now, surveyOf } from '../../support/shownTree.ts';

const names = (tree: TreeModel): string =>
  tree.roots.map((id) => (tree.rows.get(id)?.label ?? '').replace('default/', '')).join(' ');

const app = (name: string, isFailing = false): FluxObject =>
  helmRelease(name, isFailing ? { conditions: failing('InstallFailed', 'no') } : {});

test('a row that starts to fail moves up once that has held for three seconds', () => {
  const order = new SettledOrder();
  const show = (afterMs: number, ...objects: FluxObject[]) => clusterTree({ objects, order, now: now + afterMs });
  assert.equal(names(show(0, app('a'), app('b'), app('c'))), 'a b c');
  const jumpy = show(1000, app('a'), app('b'), app('c', true));
  assert.equal(names(jumpy), 'a b c');
  assert.equal(jumpy.nextChangeAt, now + 4000);
  assert.equal(names(show(3999, app('a'), app('b'), app('c', true))), 'a b c');
  const settled = show(4000, app('a'), app('b'), app('c', true));
  assert.equal(names(settled), 'c a b');
  assert.equal(settled.nextChangeAt, undefined);
});

test('a state that passes by moves nothing', () => {
  const order = new SettledOrder();
  const show = (afterMs: number, ...objects: FluxObject[]) =>
    names(clusterTree({ objects, order, now: now + afterMs }));
  show(0, app('a'), app('b'));
  assert.equal(show(1000, app('a'), app('b', true)), 'a b');
  assert.equal(show(2000, app('a'), app('b')), 'a b');
  assert.equal(show(9000, app('a'), app('b')), 'a b');
});

test('the wait begins anew when the rank changes again', () => {
  const order = new SettledOrder(100);
  order.rankOf('x', 7, 0);
  order.endRound();
  assert.equal(order.rankOf('x', 2, 10), 7);
  assert.equal(order.endRound(), 110);
  assert.equal(order.rankOf('x', 0, 90), 7);
  assert.equal(order.endRound(), 190);
  assert.equal(order.rankOf('x', 0, 110), 7);
  assert.equal(order.rankOf('x', 0, 190), 0);
});

test('new rows stand in their place at once, and removed ones are forgotten', () => {
  const order = new SettledOrder();
  const show = (...objects: FluxObject[]) => names(clusterTree({ objects, order, now }));
  show(app('b'));
  assert.equal(show(app('b'), app('z', true), app('a')), 'z a b');
  assert.equal(show(app('b'), app('a')), 'a b');
  assert.equal(show(app('b'), app('a'), app('z')), 'a b z');
});

function model(rows: readonly (readonly [id: string, parent: string | undefined, change?: Partial<Row>])[]): TreeModel {
  const builder = new TreeBuilder();
  for (const [id, parent, change] of rows) {
    builder.add({ ...noteRow({ id, label: id, icon: { id: 'info', color: undefined } }), ...change }, parent);
  }
  return builder.build();
}

const plain = [
  ['a', undefined],
  ['a1', 'a'],
  ['a1x', 'a1'],
  ['a2', 'a'],
  ['b', undefined],
] as const;

const changed = (id: string, change: Partial<Row>) =>
  plain.map(([row, parent]) => [row, parent, row === id ? change : {}] as const);

for (const [name, next, expected] of [
  ['nothing', plain, []],
  ['a description', changed('a2', { description: 'x' }), ['a2']],
  ['a label', changed('a2', { label: 'x' }), ['a2']],
  ['an icon', changed('a2', { icon: { id: 'error', color: undefined } }), ['a2']],
  ['a colour', changed('a2', { icon: { id: 'info', color: 'charts.red' } }), ['a2']],
  ['what may be done', changed('a2', { contextValue: 'note canRetry' }), ['a2']],
  ['what is heard', changed('a2', { accessibility: 'x' }), ['a2']],
  ['whether it opens', changed('a2', { expand: 'collapsed' }), ['a2']],
  ['a badge that comes', changed('a2', { badge: { text: '1', tooltip: '', color: undefined } }), ['a2']],
  ['the tooltip', changed('a2', { tooltipVersion: '2' }), ['a2']],
  ['a command', changed('a2', { command: { id: 'x', title: '', args: [] } }), ['a2']],
  [
    'a row and one below it: the upper one is enough',
    [...changed('a', { description: 'x' })].map(
      ([id, parent, change]) => [id, parent, id === 'a1x' ? { description: 'y' } : change] as const,
    ),
    ['a'],
  ],
  ['a child that comes', [...plain, ['a3', 'a']], ['a']],
  ['a child that goes', plain.filter(([id]) => id !== 'a2'), ['a']],
  ['children in another order', [plain[0], plain[3], plain[1], plain[2], plain[4]], ['a']],
  ['a root that comes', [...plain, ['c', undefined]], 'root'],
  ['roots in another order', [plain[4], plain[0], plain[1], plain[2], plain[3]], 'root'],
] as const) {
  test(`drawn again when ${name} changes`, () => {
    assert.deepEqual(changedRows(model(plain), model(next as Parameters<typeof model>[0])), expected);
  });
}

test('a badge that changes its number is drawn again', () => {
  const with_ = (text: string) =>
    model(changed('b', { badge: { text, tooltip: `${text} drifted`, color: undefined } }));
  assert.deepEqual(changedRows(with_('1'), with_('2')), ['b']);
  assert.deepEqual(changedRows(with_('1'), with_('1')), []);
});

test('a tooltip that is asked for anew is no change by itself', () => {
  const at = () => changed('b', { tooltip: () => 'x' });
  assert.deepEqual(changedRows(model(at()), model(at())), []);
});

test('two rows of one id: the second is refused, for it would empty the whole view', () => {
  const builder = new TreeBuilder();
  const row = noteRow({ id: 'x', label: 'x', icon: { id: 'info', color: undefined } });
  assert.equal(builder.add(row, undefined), true);
  assert.equal(builder.add(row, undefined), false);
  assert.deepEqual(builder.build().roots, ['x']);
});

test('one changed object redraws its row and the way to it at most', () => {
  const before = clusterTree({ objects: [app('a'), app('b'), app('c')] });
  const after = clusterTree({
    objects: [app('a'), { ...app('b'), status: { conditions: [] } }, app('c')],
    order: new SettledOrder(),
  });
  const rows = changedRows(before, { ...after, roots: before.roots });
  assert.deepEqual(rows === 'root' ? rows : rows.map((id) => before.rows.get(id)?.label), ['default/b']);
});

/** Counts every read of an object's status: the work that grows with the cluster. */
function counted(objects: readonly FluxObject[]): { readonly objects: FluxObject[]; readonly reads: () => number } {
  let reads = 0;
  const watched = objects.map((object) => {
    const { status } = object;
    return Object.defineProperty({ ...object }, 'status', {
      enumerable: true,
      get: () => {
        reads += 1;
        return status;
      },
    });
  });
  return { objects: watched, reads: () => reads };
}

const many = (count: number) =>
  counted(
    Array.from({ length: count }, (_, index) =>
      helmRelease(`r${index}`, { appliedBy: { kind: 'HelmRelease', namespace: 'default', name: `r${index % 10}` } }),
    ),
  );

test('ten times the objects cost ten times the work, and a second look at unchanged ones next to nothing', () => {
  const cost = (count: number): { first: number; second: number } => {
    const { objects, reads } = many(count);
    clusterTree({ objects });
    const first = reads();
    clusterTree({ objects });
    return { first, second: reads() - first };
  };
  const [small, large] = [cost(1000), cost(10_000)];
  assert.ok(large.first <= small.first * 10.5, `${small.first} reads, then ${large.first}`);
  assert.ok(large.second < large.first, `${large.first} reads, then ${large.second}`);
});

test('an object that nobody changed is looked at once, however often the tree is drawn', () => {
  const object = app('a');
  const first = [...surveyOf({ objects: [object] }).views.values()][0];
  const second = [...surveyOf({ objects: [object] }).views.values()][0];
  assert.equal(first?.state, second?.state);
  assert.equal(first?.drift, second?.drift);
});
