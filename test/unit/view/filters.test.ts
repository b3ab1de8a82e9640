/** What each filter lets through, what the quick picks offer, and when marks change by themselves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FluxObject } from '../../../src/flux/objects.ts';
import {
  attentionFilter,
  type FilterName,
  filterItems,
  filterNames,
  filterWords,
  passesFilter,
  toFilter,
} from '../../../src/view/filters.ts';
import { findItems } from '../../../src/view/findItems.ts';
import { condition, failing, gitRepository, helmRelease, kustomization, ready } from '../../support/builders.ts';
import { controllers } from '../../support/fakeClusterState.ts';
import { minutesAgo, now, surveyOf, viewOf } from '../../support/shownTree.ts';

const newer = gitRepository('flux-system', {
  status: { artifact: { revision: `main@sha1:${'b'.repeat(40)}`, lastUpdateTime: minutesAgo(5) } },
});
const detecting = { driftDetection: { mode: 'enabled' } };
const drift = condition('Drifted', 'True', 'DriftDetected', 'x\nService/default/a removed');

const rows: readonly (readonly [string, FluxObject, readonly FilterName[]])[] = [
  ['a ready Kustomization', kustomization('a'), ['ready']],
  ['a ready release without drift detection', helmRelease('a'), ['ready', 'notMonitored']],
  [
    'a release with detection that found nothing',
    helmRelease('a', { spec: detecting, conditions: [ready(), condition('Drifted', 'False')] }),
    ['ready'],
  ],
  ['a drifted release', helmRelease('a', { spec: detecting, conditions: [ready(), drift] }), ['drifted', 'ready']],
  ['a failed one', kustomization('a', { conditions: failing('BuildFailed', 'x') }), ['failing']],
  ['a stalled one', kustomization('a', { conditions: [condition('Stalled', 'True', 'AccessDenied')] }), ['failing']],
  [
    'a suspended failed one',
    kustomization('a', { spec: { suspend: true }, conditions: failing('BuildFailed', 'x') }),
    ['suspended'],
  ],
  [
    'a waiting one',
    kustomization('a', { conditions: failing('DependencyNotReady', "dependency 'a/b' is not ready") }),
    ['waiting'],
  ],
  [
    'one in progress',
    kustomization('a', { conditions: [condition('Reconciling', 'True', 'Progressing')] }),
    ['progressing'],
  ],
  [
    'one that is being deleted',
    kustomization('a', { metadata: { deletionTimestamp: minutesAgo(1) } }),
    ['progressing'],
  ],
  ['one that no controller has seen', kustomization('a', { conditions: [], status: { observedGeneration: -1 } }), []],
];

for (const [name, object, expected] of rows) {
  test(`filters that take ${name}`, () => {
    const view = viewOf(object);
    assert.deepEqual(
      filterNames.filter((filter) => passesFilter([filter], view)),
      expected,
    );
    assert.ok(passesFilter(undefined, view));
  });
}

test('behind its source', () => {
  assert.ok(passesFilter(['behind'], viewOf(kustomization('a'), { objects: [newer] })));
  assert.ok(!passesFilter(['behind'], viewOf(kustomization('a'), { objects: [gitRepository('flux-system')] })));
});

test('several filters show what any of them takes', () => {
  const failed = viewOf(kustomization('a', { conditions: failing('BuildFailed', 'x') }));
  assert.ok(passesFilter(attentionFilter, failed));
  assert.ok(!passesFilter(['suspended', 'ready'], failed));
});

test('an older Flux with detection on is neither without drift nor unmonitored', () => {
  const view = viewOf(helmRelease('a', { spec: detecting }), { controllers: controllers('2.6.4') });
  assert.equal(view.drift.state, 'notReported');
  assert.equal(view.mark, 'unreported');
  assert.ok(!passesFilter(['notMonitored'], view));
});

test('the quick pick offers each filter with its count over appliers, and the current ones picked', () => {
  const survey = surveyOf({
    objects: [
      kustomization('a'),
      helmRelease('b', { conditions: failing('InstallFailed', 'x') }),
      gitRepository('flux-system', { conditions: failing('GitOperationFailed', 'x') }),
    ],
  });
  const items = filterItems(survey, ['ready']);
  assert.deepEqual(
    items.map(({ label, count }) => `${label} ${count}`),
    [
      'Failing 1',
      'Drifted 0',
      'Differing 0',
      'With changed objects 0',
      'With missing objects 0',
      'With extra objects 0',
      'With objects to recreate 0',
      'Behind source 0',
      'Pending 0',
      'Pending unknown 0',
      'Recently corrected 0',
      'Suspended 0',
      'Progressing 0',
      'Waiting 0',
      'Ready 1',
      'Drift not monitored 1',
    ],
  );
  assert.deepEqual(
    items.filter(({ picked }) => picked).map(({ filter }) => filter),
    ['ready'],
  );
});

test('a filter in words', () => {
  assert.equal(filterWords(['failing']), 'failing');
  assert.equal(filterWords(['failing', 'drifted']), 'failing and drifted');
  assert.equal(filterWords(['failing', 'behind', 'notMonitored']), 'failing, behind source and drift not monitored');
});

test('what a quick pick or a memento gives back becomes a filter, or none', () => {
  assert.deepEqual(toFilter(['ready', 'nonsense', 'failing']), ['failing', 'ready']);
  assert.equal(toFilter([]), undefined);
  assert.equal(toFilter([1, null, 'toString']), undefined);
});

test('find: every object of every kind, by name, with kind and state, and the view that holds it', () => {
  const items = findItems(
    surveyOf({
      objects: [
        helmRelease('web', { namespace: 'b', conditions: failing('InstallFailed', 'x') }),
        gitRepository('homelab'),
        kustomization('web', { namespace: 'a' }),
      ],
    }),
  );
  assert.deepEqual(
    items.map(({ label, description, view, icon }) => [label, description, view, icon.id]),
    [
      ['flux-system/homelab', 'GitRepository · ready', 'sources', 'pass'],
      ['a/web', 'Kustomization · ready', 'cluster', 'pass'],
      ['b/web', 'HelmRelease · failed', 'cluster', 'error'],
    ],
  );
});

test('the survey says when a grace period ends, for nothing else will wake the tree', () => {
  const source = gitRepository('flux-system', {
    status: {
      artifact: { revision: `main@sha1:${'b'.repeat(40)}`, lastUpdateTime: new Date(now - 10_000).toISOString() },
    },
  });
  const objects = [source, kustomization('a')];
  const early = surveyOf({ objects, behindSourceAfter: 30 });
  assert.equal(early.nextChangeAt, now + 20_000);
  assert.equal([...early.views.values()].filter((view) => view.behind).length, 0);
  const due = surveyOf({ objects, behindSourceAfter: 30, now: now + 20_000 });
  assert.equal(due.nextChangeAt, undefined);
  assert.equal([...due.views.values()].filter((view) => view.behind).length, 1);
});

test('a source that does not say since when has no grace period', () => {
  const source = gitRepository('flux-system', { status: { artifact: { revision: `main@sha1:${'b'.repeat(40)}` } } });
  assert.equal(viewOf(kustomization('a'), { objects: [source] }).mark, 'behind');
});

test('counts are kept apart for appliers and sources', () => {
  const survey = surveyOf({
    objects: [
      kustomization('a', { spec: { suspend: true } }),
      helmRelease('b', { spec: detecting, conditions: [ready(), drift] }),
      gitRepository('c', { conditions: failing('GitOperationFailed', 'x') }),
    ],
  });
  assert.deepEqual(survey.appliers, { total: 2, failing: 0, drifted: 1, suspended: 1, attention: 1 });
  assert.deepEqual(survey.sources, { total: 1, failing: 1, drifted: 0, suspended: 0, attention: 1 });
});

test('once the version of Flux is known, what was silence becomes "not reported"', () => {
  const object = helmRelease('a', { spec: detecting, conditions: [ready()] });
  const driftWith = (version: string): string => viewOf(object, { controllers: controllers(version) }).drift.state;
  assert.equal(driftWith('2.9.5'), 'notYet');
  assert.equal(driftWith('2.6.4'), 'notReported');
});
