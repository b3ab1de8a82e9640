/** Pending, not fetched, recently corrected: each told apart in icon, text, filter and to a screen reader, and gone in time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appliedMark, keptComparison } from '../../../src/drift/keptComparison.ts';
import type { PendingChange } from '../../../src/drift/findPending.ts';
import type { Change } from '../../../src/drift/difference.ts';
import { type ControllerEvent, readControllerEvent } from '../../../src/flux/corrections.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { correctedForMs } from '../../../src/view/clusterSurvey.ts';
import { type FilterName, filterNames, passesFilter } from '../../../src/view/filters.ts';
import { condition, failing, gitRepository, helmRelease, kustomization, ready } from '../../support/builders.ts';
import { comparedObject, comparisonOf } from '../../support/comparisons.ts';
import { postedEvent, reconciledEvent } from '../../support/controllerEvents.ts';
import { clusterTree, minutesAgo, now, rowLabelled, type Shown, surveyOf, viewOf } from '../../support/shownTree.ts';
import { dedent, treeText } from '../../support/treeText.ts';

const head = 'b'.repeat(40);
const applied = '5f2c1a9d3b7e4f60812a9c5d7e3b1f0a6c4d2e8b';
const pending: PendingChange = {
  state: 'pending',
  files: ['apps/base/web.yaml', 'apps/kustomization.yaml'],
  applied,
  head,
};
const notFetched: PendingChange = { state: 'notFetched', applied };

const web = 'Deployment/default/web configured';
const corrected = events(
  reconciledEvent('a', { last: minutesAgo(12) }),
  postedEvent('b', { last: minutesAgo(3), message: web }),
);

function events(...posted: readonly ReturnType<typeof postedEvent>[]): readonly ControllerEvent[] {
  return posted.flatMap((event) => readControllerEvent(event) ?? []);
}

const apps = kustomization('apps', { namespace: 'default' });

function checkRow(name: string, shown: Shown, expected: string): void {
  test(name, () => {
    assert.equal(treeText(clusterTree({ objects: [apps], ...shown })), dedent(expected));
  });
}

checkRow(
  'files that differ between HEAD and what was applied',
  { pending: { apps: pending } },
  '- git-commit default/apps — main@5f2c1a9 · 2 files pending',
);
checkRow(
  'a commit that the clone does not have says what to do, and changes no mark',
  { pending: { apps: notFetched } },
  '- pass default/apps — main@5f2c1a9 · 2m · pending unknown, fetch 5f2c1a9',
);
checkRow(
  'drift that the controller has put back',
  { events: { apps: corrected } },
  '- history default/apps — main@5f2c1a9 · corrected 3m ago: Deployment web',
);
checkRow(
  'the same thing again and again, with what else was put back',
  {
    events: {
      apps: events(
        reconciledEvent('a', { last: minutesAgo(29) }),
        postedEvent('b', {
          ...{ first: minutesAgo(20), last: minutesAgo(1), count: 4 },
          message: `${web}\nService/default/web created`,
        }),
      ),
    },
  },
  '- history default/apps — main@5f2c1a9 · corrected 1m ago, 4 times: Deployment web and 1 more',
);
checkRow(
  'what is pending comes before what was corrected, and both are said',
  { pending: { apps: pending }, events: { apps: corrected } },
  '- git-commit default/apps — main@5f2c1a9 · 2 files pending · corrected 3m ago: Deployment web',
);
checkRow(
  'behind its source comes first: that is about to be applied',
  {
    objects: [
      apps,
      gitRepository('flux-system', {
        namespace: 'default',
        status: { artifact: { revision: `main@sha1:${head}`, lastUpdateTime: minutesAgo(5) } },
      }),
    ],
    pending: { apps: pending },
  },
  '- arrow-up default/apps — main@5f2c1a9 · behind source (main@bbbbbbb) · 2 files pending',
);
checkRow(
  'a failure hides neither',
  {
    objects: [kustomization('apps', { namespace: 'default', conditions: failing('BuildFailed', 'no such file') })],
    pending: { apps: { ...pending, files: ['apps/a.yaml'] } },
    events: { apps: corrected },
  },
  '- error default/apps — main@5f2c1a9 · build failed: no such file · 2m · 1 file pending · corrected 3m ago: Deployment web',
);
checkRow(
  'a release whose drift is put back while other drift is there',
  {
    objects: [
      helmRelease('apps', {
        spec: { driftDetection: { mode: 'enabled' } },
        conditions: [ready(), condition('Drifted', 'True', 'DriftDetected', 'x\nService/default/a removed')],
      }),
    ],
    events: {
      apps: events(
        postedEvent('b', {
          ...{ kind: 'HelmRelease', namespace: 'default', last: minutesAgo(3), reason: 'DriftCorrected' },
          message: `Cluster state of release default/apps.v1 has been corrected:\n${web}`,
        }),
      ),
    },
  },
  `
  ▸ warning default/apps — 1.0.0 · 1 object drifted · corrected 3m ago: Deployment web [1]
    - warning Service a — removed from the cluster
  `,
);

test('each mark has an icon of its own and is said to a screen reader', () => {
  const said = (shown: Shown): readonly [string, string] => {
    const { icon, accessibility } = rowLabelled(clusterTree({ objects: [apps], ...shown }), 'default/apps');
    return [`${icon.id} ${icon.color ?? ''}`, accessibility];
  };
  const differs = keptComparison(comparisonOf([comparedObject('ConfigMap', 'a', { change: 'create' })]), {
    at: now,
    mark: appliedMark(apps),
  });
  const rows = [
    said({}),
    said({ pending: { apps: pending } }),
    said({ events: { apps: corrected } }),
    said({ compared: { apps: differs } }),
  ];
  assert.equal(new Set(rows.map(([icon]) => icon)).size, rows.length);
  assert.deepEqual(
    rows.map(([, words]) => words),
    [
      'Kustomization default/apps, ready, main@5f2c1a9, 2m',
      'Kustomization default/apps, changed in Git since it was applied, main@5f2c1a9, 2 files pending',
      'Kustomization default/apps, recently corrected, main@5f2c1a9, corrected 3m ago: Deployment web',
      'Kustomization default/apps, differs from what was applied, 1 object differs, main@5f2c1a9',
    ],
  );
});

test('a row offers to fetch only what is not fetched, also to who may change nothing', () => {
  const words = (pendingNow: PendingChange): string => {
    const tree = clusterTree({ objects: [apps], pending: { apps: pendingNow }, readOnly: true, mayPatch: () => false });
    return rowLabelled(tree, 'default/apps').contextValue;
  };
  assert.match(words(notFetched), /\bfetchable\b/);
  assert.doesNotMatch(words(pending), /\bfetchable\b/);
});

test('the tooltip names the files, the commits and the objects, and changes with them', () => {
  const row = (shown: Shown) => rowLabelled(clusterTree({ objects: [apps], ...shown }), 'default/apps');
  const tooltip = row({ pending: { apps: pending }, events: { apps: corrected } }).tooltip();
  assert.match(
    tooltip,
    /Pending: at HEAD \\\(bbbbbbb\\\) other files than in 5f2c1a9, which was applied:\n- apps\\\/base\\\/web\\\.yaml\n/,
  );
  assert.match(tooltip, /Drift corrected 3m ago, by the controller's events:\n- Deployment default\\\/web\\: put back/);
  assert.match(row({ pending: { apps: notFetched } }).tooltip(), /Pending: unknown\\\. Commit 5f2c1a9 was applied/);
  const versions = [
    {},
    { pending: { apps: pending } },
    { pending: { apps: { ...pending, head: applied } } },
    { pending: { apps: notFetched } },
    { events: { apps: corrected } },
  ].map((shown) => row(shown).tooltipVersion);
  assert.equal(new Set(versions).size, versions.length);
});

test('names of files and objects are text, whatever they hold', () => {
  const files = ['apps/[x](command:evil)`<b>.yaml'];
  const message = 'Deployment/default/[x](command:evil) configured';
  const shown: Shown = {
    objects: [apps],
    pending: { apps: { ...pending, files } },
    events: {
      apps: events(reconciledEvent('a', { last: minutesAgo(9) }), postedEvent('b', { last: minutesAgo(3), message })),
    },
  };
  const tooltip = rowLabelled(clusterTree(shown), 'default/apps').tooltip();
  assert.doesNotMatch(tooltip, /[^\\]\]\(command/);
  assert.doesNotMatch(tooltip, /[^\\]<b>/);
});

test('long lists are counted', () => {
  const files = Array.from({ length: 12 }, (_, index) => `apps/${index}.yaml`);
  const tree = clusterTree({ objects: [apps], pending: { apps: { ...pending, files } } });
  const row = rowLabelled(tree, 'default/apps');
  assert.match(row.description, /12 files pending/);
  assert.match(row.tooltip(), /- apps\\\/9\\\.yaml\n- and 2 more/);
});

test('a correction is shown for half an hour, and the survey says when it ends', () => {
  const shown: Shown = { objects: [apps], events: { apps: corrected } };
  const at = now - 3 * 60_000;
  assert.equal(correctedForMs, 30 * 60_000);
  assert.equal(surveyOf(shown).nextChangeAt, at + correctedForMs);
  const text = (then: number): string => treeText(clusterTree({ ...shown, now: then }));
  assert.match(text(at + correctedForMs - 1), /history default\/apps/);
  assert.match(text(at + correctedForMs), /pass default\/apps/);
  assert.equal(surveyOf({ ...shown, now: at + correctedForMs }).nextChangeAt, undefined);
});

test('the age of a correction moves on though nothing else changes', () => {
  const shown: Shown = { objects: [apps], events: { apps: corrected } };
  assert.match(treeText(clusterTree(shown)), /corrected 3m ago/);
  assert.match(treeText(clusterTree({ ...shown, now: now + 60_000 })), /corrected 4m ago/);
});

test('what says the same is the same view, so that nothing is drawn again', () => {
  const shown: Shown = { pending: { apps: pending }, events: { apps: corrected } };
  assert.equal(viewOf(apps, shown), viewOf(apps, { ...shown, now: now + 1_000 }));
  assert.notEqual(viewOf(apps, shown), viewOf(apps, { ...shown, pending: { apps: notFetched } }));
  assert.notEqual(viewOf(apps, shown), viewOf(apps, { pending: { apps: pending } }));
});

function checkFilters(name: string, object: FluxObject, shown: Shown, expected: readonly FilterName[]): void {
  test(`filters that take ${name}`, () => {
    const view = viewOf(object, shown);
    const passed = filterNames.filter((filter) => passesFilter([filter], view));
    assert.deepEqual(passed, expected);
  });
}

checkFilters('what is pending', apps, { pending: { apps: pending } }, ['pending', 'ready']);
checkFilters('what may be pending', apps, { pending: { apps: notFetched } }, ['notFetched', 'ready']);
checkFilters('what was corrected', apps, { events: { apps: corrected } }, ['corrected', 'ready']);

const changes: readonly (readonly [Change, FilterName | undefined])[] = [
  ['change', 'changed'],
  ['create', 'missing'],
  ['delete', 'extra'],
  ['recreate', 'recreated'],
  ['unknown', undefined],
  ['skip', undefined],
];
for (const [change, filter] of changes) {
  const compared = keptComparison(comparisonOf([comparedObject('ConfigMap', 'a', { change })]), {
    at: now,
    mark: appliedMark(apps),
  });
  const expected: readonly FilterName[] = filter === undefined ? ['ready'] : ['differing', filter, 'ready'];
  checkFilters(`an object by the change "${change}"`, apps, { compared: { apps: compared } }, expected);
}
