/** What is said before an object is suspended or resumed: what goes on, what will undo it, what comes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idOf, type ObjectId } from '../../../src/flux/objectKey.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { goesOnText, piledUp, piledUpText, setBackText } from '../../../src/view/suspendTexts.ts';
import {
  condition,
  gitRepository,
  helmChart,
  helmRelease,
  helmRepository,
  kustomization,
  ociRepository,
} from '../../support/builders.ts';
import { keyOf, surveyOf } from '../../support/shownTree.ts';

const byApps = { appliedBy: { kind: 'Kustomization', name: 'apps' } } as const;
const apps = kustomization('apps');
const nested = kustomization('nested', byApps);
const loki = helmRelease('loki', byApps);
const grafana = helmRelease('grafana', byApps);
const charts = helmRepository('charts');
const chart = helmChart('default-loki', { namespace: 'flux-system', chart: 'loki' });

function goesOn(these: readonly FluxObject[], others: readonly FluxObject[] = [], isWhole = true): string {
  const survey = surveyOf({ objects: [...these, ...others] });
  const views = these.map((object) => survey.views.get(keyOf(object)) ?? assert.fail());
  return goesOnText(views, survey, isWhole);
}

const stops = 'Nothing new is applied and drift is no longer corrected.';
const release = 'Upgrades, drift detection and corrections stop; what is installed goes on running.';

for (const [name, these, others, expected] of [
  ['a Kustomization of plain objects', [apps], [], stops],
  [
    'a Kustomization of one release',
    [apps],
    [loki],
    `${stops} 1 HelmRelease that it has applied goes on: it is reconciled by itself.`,
  ],
  [
    'a Kustomization of Kustomizations and releases, none of which is another’s',
    [apps],
    [
      nested,
      loki,
      grafana,
      helmRelease('other'),
      helmRelease('deeper', { appliedBy: { kind: 'Kustomization', name: 'nested' } }),
    ],
    `${stops} 1 Kustomization and 2 HelmReleases that it has applied go on: they are reconciled by themselves.`,
  ],
  ['one that applies itself', [kustomization('apps', byApps)], [], stops],
  ['one whose children rest already', [apps], [helmRelease('loki', { ...byApps, spec: { suspend: true } })], stops],
  [
    'several, among them some of the children',
    [apps, nested, loki],
    [grafana],
    `${stops} 1 HelmRelease that they have applied goes on: it is reconciled by itself. ${release}`,
  ],
  ['a release', [loki], [apps], release],
  [
    'a release that is being upgraded',
    [
      helmRelease('loki', {
        conditions: [condition('Reconciling', 'True', 'Progressing', "Running 'upgrade' action with timeout of 5m0s")],
      }),
    ],
    [],
    `${release} A reconcile that runs now is not interrupted.`,
  ],
  [
    'a source that nobody takes from',
    [gitRepository('flux-system')],
    [],
    'Nothing new is fetched; whoever takes from it goes on with the last artifact.',
  ],
  [
    'a source of two Kustomizations',
    [gitRepository('flux-system')],
    [apps, nested, loki],
    'Nothing new is fetched. 2 Kustomizations that take from it go on with the last artifact (main@5f2c1a9), drift correction included.',
  ],
  [
    'a repository of charts: by the chart that is made of it',
    [charts],
    [chart, loki],
    /^Nothing new is fetched\. 1 HelmRelease that takes from it goes on with the last artifact/,
  ],
] as const) {
  test(`suspending ${name} says what goes on`, () => {
    const text = goesOn(these, others);
    if (typeof expected === 'string') {
      assert.equal(text, expected);
    } else {
      assert.match(text, expected);
    }
  });
}

test('where not all is to be seen, no count of some is taken for the count', () => {
  assert.match(goesOn([apps], [loki], false), /At least 1 HelmRelease that it has applied/);
});

const appsId: ObjectId = idOf(apps);
const lokiId: ObjectId = idOf(loki);

for (const [name, setBack, parent, expected] of [
  [
    'a suspension that the manifest contradicts',
    { verb: 'suspend', id: lokiId, by: appsId },
    kustomization('apps', { spec: { interval: '10m' } }),
    'Kustomization flux-system/apps applies this object and its manifest says suspend: false: it will be set back with the next reconcile (interval 10m)',
  ],
  [
    'a resume of what Git suspends',
    { verb: 'resume', id: lokiId, by: appsId },
    kustomization('apps', { spec: { interval: 'soon' } }),
    'Kustomization flux-system/apps applies this object and its manifest says suspend: true: it will be set back with the next reconcile',
  ],
  [
    'a parent that rests itself',
    { verb: 'resume', id: lokiId, by: appsId },
    kustomization('apps', { spec: { suspend: true } }),
    'Kustomization flux-system/apps applies this object and its manifest says suspend: true: it will be set back once Kustomization flux-system/apps, which is suspended too, is resumed',
  ],
  [
    'a parent that is not to be seen',
    { verb: 'suspend', id: lokiId, by: { ...appsId, name: 'far' } },
    apps,
    'Kustomization flux-system/far applies this object and its manifest says suspend: false: it will be set back with the next reconcile',
  ],
  [
    'nobody that the labels name',
    { verb: 'suspend', id: lokiId, by: 'unnamed' },
    apps,
    'Whoever applies this object will set it back with the next apply, for its manifest says suspend: false',
  ],
  ['a root that suspends itself: nobody applies it then', { verb: 'suspend', id: appsId, by: appsId }, apps, undefined],
  [
    'a root that resumes itself',
    { verb: 'resume', id: appsId, by: appsId },
    kustomization('apps', { spec: { suspend: true, interval: '1h' } }),
    'Kustomization flux-system/apps applies this object and its manifest says suspend: true: it will be set back with the next reconcile (interval 1h)',
  ],
] as const) {
  test(`what will undo it: ${name}`, () =>
    assert.equal(setBackText(setBack, surveyOf({ objects: [parent, loki] })), expected));
}

const [old, next] = ['a', 'b'].map((digit) => `main@sha1:${digit.repeat(40)}`) as [string, string];
const git = gitRepository('flux-system', { status: { artifact: { revision: next } } });
const resting = (prune: boolean, kind = 'GitRepository') =>
  kustomization('apps', {
    spec: { suspend: true, prune, sourceRef: { kind, name: 'flux-system' } },
    status: { lastAppliedRevision: old },
  });

for (const [name, object, source, count, expected] of [
  ['commits', resting(false), git, 3, 'main@aaaaaaa is applied, main@bbbbbbb, 3 commits later, would come.'],
  ['one commit', resting(false), git, 1, 'main@aaaaaaa is applied, main@bbbbbbb, 1 commit later, would come.'],
  ['commits that no clone knows', resting(false), git, undefined, 'main@aaaaaaa is applied, main@bbbbbbb would come.'],
  ['a branch that was set back', resting(false), git, 0, 'main@aaaaaaa is applied, main@bbbbbbb would come.'],
  [
    'commits, with prune',
    resting(true),
    git,
    undefined,
    'main@aaaaaaa is applied, main@bbbbbbb would come. Prune is on: objects that are no longer in Git will be deleted.',
  ],
  ['nothing, where the source is not to be seen', resting(true), undefined, undefined, undefined],
  [
    'nothing, where all is applied',
    resting(true),
    gitRepository('flux-system', { status: { artifact: { revision: old } } }),
    undefined,
    undefined,
  ],
  [
    'a chart',
    helmRelease('loki', { version: '7.0.0', spec: { suspend: true } }),
    helmChart('default-loki', { version: '7.1.0', status: { artifact: { revision: '7.1.0' } } }),
    undefined,
    'Chart 7.0.0 is installed, 7.1.0 would come.',
  ],
] as const) {
  test(`what a resume applies: ${name}`, () => {
    const piled = piledUp(object, source);
    assert.equal(piled && piledUpText(object, piled, count), expected);
  });
}

test('commits are counted for Git alone', () => {
  assert.deepEqual(piledUp(resting(true), git)?.commits, { from: 'a'.repeat(40), to: 'b'.repeat(40) });
  const oci = ociRepository('flux-system', { status: { artifact: { revision: next } } });
  assert.equal(piledUp(resting(true, 'OCIRepository'), oci)?.commits, undefined);
});
