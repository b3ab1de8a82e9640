/** Rows of unchanged objects are kept from draw to draw; whatever a row says or offers, it must follow. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionEntry } from '../../../src/cluster/runningActions.ts';
import type { ObjectView } from '../../../src/view/clusterSurvey.ts';
import { type ObjectRowInput, objectRow, type RowSurroundings } from '../../../src/view/objectRow.ts';
import type { Row } from '../../../src/view/row.ts';
import { helmRelease } from '../../support/builders.ts';
import { now, surveyOf } from '../../support/shownTree.ts';

const running: ActionEntry = { state: 'running', verb: 'reconcile', since: now, message: '', cancel: () => undefined };

function rowOf(view: ObjectView, input: Partial<ObjectRowInput> = {}, around: Partial<RowSurroundings> = {}): Row {
  return objectRow(
    { id: 'x', view, label: 'grafana', below: undefined, expand: 'none', tooltip: () => '', ...input },
    { now, staleSince: undefined, readOnly: false, mayPatch: () => true, action: () => undefined, ...around },
  );
}

function firstView(): ObjectView {
  const [view] = surveyOf({ objects: [helmRelease('grafana')] }).views.values();
  assert.ok(view);
  return view;
}

const text = ({ label, description, contextValue, expand, accessibility, icon, inventoryOf }: Row) =>
  JSON.stringify([label, description, contextValue, expand, accessibility, icon, inventoryOf]);

for (const [name, input, around] of [
  ['its label', { label: 'logging/grafana' }, {}],
  ['a note', { note: 'applied by 1 of 2' }, {}],
  ['what fails below', { below: { failing: 1, drifted: 0 } }, {}],
  ['what drifts below', { below: { failing: 0, drifted: 1 } }, {}],
  ['whether it opens', { expand: 'collapsed' }, {}],
  ['whose objects stand below', { inventoryOf: firstView().key }, {}],
  ['its age', {}, { now: now + 86_400_000 * 3 }],
  ['since when it may be old', {}, { staleSince: '10:42' }],
  ['read-only mode', {}, { readOnly: true }],
  ['a right that is missing', {}, { mayPatch: () => false }],
  ['an action that runs', {}, { action: () => running }],
] as const) {
  test(`a kept row follows ${name}, and comes back`, () => {
    const view = firstView();
    const before = text(rowOf(view));
    assert.notEqual(text(rowOf(view, input, around)), before);
    assert.equal(text(rowOf(view)), before);
  });
}

test('two rows of one object do not take each other for themselves', () => {
  const view = firstView();
  const ids = ['a', 'b', 'a', 'b'].map((id) => rowOf(view, { id, label: id }));
  assert.deepEqual(
    ids.map(({ id, label }) => `${id} ${label}`),
    ['a a', 'b b', 'a a', 'b b'],
  );
});

test('the tooltip is the one of the newest draw: it speaks of other objects too', () => {
  const view = firstView();
  rowOf(view, { tooltip: () => 'old' });
  assert.equal(rowOf(view, { tooltip: () => 'new' }).tooltip(), 'new');
});
