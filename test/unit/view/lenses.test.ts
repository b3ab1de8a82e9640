/** The lenses over a document: what they say, what they offer, and that nothing is offered in doubt without asking. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import type { ActionEntry } from '../../../src/cluster/runningActions.ts';
import type { DocumentMatch } from '../../../src/flux/documentMatch.ts';
import { idOf, objectKey } from '../../../src/flux/objectKey.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { appliedLens, type LensInput, lensesFor, type LensTitle } from '../../../src/view/lenses.ts';
import {
  condition,
  failing,
  gitRepository,
  helmRelease,
  helmRepository,
  kustomization,
  ready,
} from '../../support/builders.ts';
import { connected, context } from '../../support/fakeClusterState.ts';
import { minutesAgo, now, surveyOf } from '../../support/shownTree.ts';

const grafana = helmRelease('grafana', { namespace: 'logging', version: '11.4.0' });

function lenses(match: DocumentMatch, objects: readonly FluxObject[], more: Partial<LensInput> = {}): LensTitle[] {
  const survey = surveyOf({ objects });
  return lensesFor({
    connection: connected,
    match,
    view: (id) => survey.views.get(objectKey(context, id)),
    action: () => undefined,
    complete: true,
    comparable: true,
    mayPatch: () => undefined,
    readOnly: false,
    now,
    ...more,
  });
}

const ours = (object: FluxObject): DocumentMatch => ({ match: 'ours', id: idOf(object) });

/** Titles as they stand in a row over the document. */
const line = (list: readonly LensTitle[]): string => list.map(({ title }) => title).join(' | ');

const running: ActionEntry = {
  state: 'running',
  verb: 'reconcile',
  since: now,
  message: 'waiting for the controller',
  cancel: () => undefined,
};
const ended = (state: 'succeeded' | 'failed' | 'stopped', message: string): ActionEntry => ({
  state: 'ended',
  verb: 'reconcile',
  since: now,
  result: { state, message },
});

const timedOut = helmRelease('loki', {
  version: '7.0.0',
  conditions: [
    condition('Ready', 'False', 'InstallFailed', 'timeout waiting for: [Deployment/a/b status: x]', {
      lastTransitionTime: minutesAgo(2),
    }),
  ],
});

const wordOf = (reason: string) => ({
  'driftline.dev/suspended-by': 'admin',
  'driftline.dev/suspended-reason': reason,
  'driftline.dev/suspended-at': minutesAgo(125),
});

const states: readonly (readonly [string, FluxObject, Partial<LensInput>, string])[] = [
  ['ready', grafana, {}, '$(pass) Ready: 11.4.0 · 2m | Diff | Reconcile | Suspend | Show in tree'],
  [
    'failed',
    timedOut,
    {},
    '$(error) Failed: timed out waiting for 1 object · 2m | Why? | Diff | Reconcile | Suspend | Show in tree',
  ],
  [
    'suspended',
    { ...grafana, spec: { suspend: true } },
    {},
    '$(debug-pause) Suspended: 11.4.0 | Diff | Resume | Show in tree',
  ],
  [
    'suspended by somebody who has left word',
    helmRelease('grafana', { version: '11.4.0', spec: { suspend: true }, annotations: wordOf('loki $(x) migration') }),
    {},
    '$(debug-pause) Suspended by admin 2h ago: "loki \\$(x) migration" · 11.4.0 | Diff | Resume | Show in tree',
  ],
  [
    'resumed by another tool, which leaves the word',
    helmRelease('grafana', { version: '11.4.0', annotations: wordOf('loki migration') }),
    {},
    '$(pass) Ready: 11.4.0 · 2m | Diff | Reconcile | Suspend | Show in tree',
  ],
  [
    'waiting',
    kustomization('a', { conditions: failing('DependencyNotReady', "dependency 'b/c' is not ready") }),
    {},
    '$(ellipsis) Waiting on b/c | Why? | Diff | Reconcile | Suspend | Show in tree',
  ],
  [
    'drifted',
    helmRelease('a', {
      spec: { driftDetection: { mode: 'warn' } },
      conditions: [ready(), condition('Drifted', 'True', 'DriftDetected', 'x\nService/default/a removed')],
    }),
    {},
    '$(warning) Drifted: 1.0.0 · 1 object drifted | Diff | Reconcile | Suspend | Show in tree',
  ],
  [
    'progressing',
    kustomization('a', { conditions: [condition('Ready', 'Unknown', 'Progressing')] }),
    {},
    '$(sync) Progressing: main@5f2c1a9 · reconciling 2m | Why? | Diff | Reconcile | Suspend | Show in tree',
  ],
  ['read-only', grafana, { readOnly: true }, '$(pass) Ready: 11.4.0 · 2m | Diff | Show in tree'],
  [
    'without the right to patch',
    grafana,
    { mayPatch: () => false },
    '$(pass) Ready: 11.4.0 · 2m | Diff | Show in tree',
  ],
  [
    'being deleted',
    kustomization('a', { metadata: { deletionTimestamp: minutesAgo(1) } }),
    {},
    '$(trash) Being deleted: main@5f2c1a9 · 1m | Why? | Diff | Show in tree',
  ],
  ['while an action runs', grafana, { action: () => running }, '$(sync~spin) Reconciling… | Stop waiting'],
  [
    'after an action',
    grafana,
    { action: () => ended('succeeded', 'applied revision 11.4.0') },
    '$(pass) Ready: 11.4.0 · 2m | Diff | $(check) Reconciled: applied revision 11.4.0 | Reconcile | Suspend | Show in tree',
  ],
  [
    'after one that failed',
    grafana,
    { action: () => ended('failed', 'no permission') },
    '$(pass) Ready: 11.4.0 · 2m | Diff | $(error) Reconcile failed: no permission | Reconcile | Suspend | Show in tree',
  ],
  [
    'after waiting was stopped',
    grafana,
    { action: () => ended('stopped', '') },
    '$(pass) Ready: 11.4.0 · 2m | Diff | $(debug-stop) Stopped waiting | Reconcile | Suspend | Show in tree',
  ],
];

for (const [name, object, more, expected] of states) {
  test(`lenses of a document whose object is ${name}`, () => {
    assert.equal(line(lenses(ours(object), [object], more)), expected);
  });
}

test('the state reveals the object; actions of a certain match do not ask on their own', () => {
  const list = lenses(ours(grafana), [grafana]);
  assert.deepEqual(
    list.map(({ command }) => command),
    [
      'driftline.revealObject',
      'driftline.diffObject',
      'driftline.reconcileFromRoot',
      'driftline.suspendObject',
      'driftline.revealObject',
    ],
  );
  const acting = list.filter(({ title }) => title !== 'Diff');
  assert.ok(acting.every(({ target }) => target.to === 'object' && target.doubt === undefined));
  assert.equal(
    list[2]?.tooltip,
    'Fetch what is in Git and apply it down to HelmRelease logging/grafana in homelab: its source, its parents, then itself',
  );
});

const foreign: DocumentMatch = {
  match: 'foreign',
  id: idOf(grafana),
  reason: 'otherRepository',
  appliedBy: { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', namespace: 'flux-system', name: 'apps' },
  from: 'gitlab.example.com/x',
};

test('a staging file while production is open: its namesake is named as such, and no action goes through unasked', () => {
  const list = lenses(foreign, [grafana]);
  assert.equal(
    line(list),
    '$(info) Same name in homelab, applied by apps from gitlab.example.com/x | Diff | Reconcile | Suspend',
  );
  for (const { command, target } of list) {
    if (command !== 'driftline.revealObject' && command !== 'driftline.diffObject') {
      assert.equal(
        target.to === 'object' ? target.doubt : undefined,
        'HelmRelease logging/grafana in homelab is applied by apps from gitlab.example.com/x, not by this file',
      );
    }
  }
});

for (const [name, change, expected] of [
  ['nobody applied it', { reason: 'unowned', appliedBy: undefined, from: undefined }, 'not applied by Flux'],
  [
    'another path of this repository',
    { reason: 'otherPath', from: 'github.com/a/b' },
    'applied by apps from github.com/a/b (another path)',
  ],
  ['its applier is not here', { reason: 'otherApplier', from: undefined }, 'applied by apps'],
] as const) {
  test(`a namesake: ${name}`, () => {
    const [first] = lenses({ ...foreign, ...change }, [grafana]);
    assert.equal(first?.title, `$(info) Same name in homelab, ${expected}`);
  });
}

test('an action on a namesake that has ended says how', () => {
  assert.match(
    line(lenses(foreign, [grafana], { action: () => ended('succeeded', '') })),
    /\| \$\(check\) Reconciled \|/,
  );
});

test('a comparison is about the file and what it stands for, and changes nothing, so nobody is kept from it', () => {
  const [own] = lenses(ours(grafana), [grafana], { readOnly: true, mayPatch: () => false }).slice(1);
  assert.deepEqual([own?.title, own?.target], ['Diff', { to: 'document', id: idOf(grafana) }]);
  const [absent] = lenses({ match: 'absent' }, []).slice(1);
  assert.deepEqual(absent?.target, { to: 'document', id: undefined });
});

test('a failure without words is told by its reason', () => {
  const object = kustomization('a', { conditions: failing('BuildFailed', '') });
  assert.equal(lenses(ours(object), [object])[0]?.title, '$(error) Failed: build failed · 2m');
});

test('while an action on a namesake runs, it can be stopped', () => {
  assert.equal(
    line(lenses(foreign, [grafana], { action: () => running })),
    '$(info) Same name in homelab, applied by apps from gitlab.example.com/x | Diff | $(sync~spin) Reconciling… | Stop waiting',
  );
});

const inA = helmRelease('web', { namespace: 'a' });
const inB = helmRelease('web', { namespace: 'b', spec: { suspend: true } });
const several: DocumentMatch = { match: 'several', ids: [idOf(inA), idOf(inB)] };

test('several of one name: each action lets the user choose, and none acts by itself', () => {
  const list = lenses(several, [inA, inB]);
  assert.equal(
    line(list),
    '$(question) 2 of this name in homelab: a/web, b/web | Diff | Reconcile… | Suspend… | Resume…',
  );
  const acting = list.filter(({ title }) => title !== 'Diff');
  assert.ok(acting.every(({ target }) => target.to === 'choose' && target.ids.length === 2 && target.doubt !== ''));
});

test('several of one name, none to be changed', () => {
  const title = '$(question) 2 of this name in homelab: a/web, b/web | Diff';
  assert.equal(line(lenses(several, [inA, inB], { readOnly: true })), title);
  assert.equal(line(lenses(several, [inA, inB], { mayPatch: () => false })), title);
});

test('not in the cluster is said only when everything of the kind is known', () => {
  assert.equal(line(lenses({ match: 'absent' }, [])), '$(circle-slash) Not in homelab | Diff');
  assert.equal(lenses({ match: 'absent' }, [])[0]?.command, '');
  assert.equal(line(lenses({ match: 'absent' }, [], { complete: false })), '');
});

test('an object that has gone since has no lens', () => {
  assert.equal(line(lenses(ours(grafana), [])), '');
});

for (const connection of [
  { state: 'disconnected', reason: 'noContext' },
  { state: 'connecting', context, since: now, waitingFor: 'x' },
  { state: 'failed', context, failure: new Failure('unreachable', 'x'), lastConnected: now, since: now, retryAt: now },
] as const) {
  test(`no lens while ${connection.state}: nothing is offered that cannot be done`, () => {
    assert.deepEqual(lenses(ours(grafana), [grafana], { connection }), []);
  });
}

const flux = { kind: 'Kustomization', name: 'flux-system' } as const;
for (const [name, object, expected, command] of [
  [
    'a GitRepository',
    gitRepository('flux-system', { appliedBy: flux }),
    '$(pass) Ready: main@5f2c1a9 · 2m ago | Reconcile | Suspend | Show in tree',
    'driftline.reconcileFromRoot',
  ],
  [
    'a suspended source',
    gitRepository('flux-system', { appliedBy: flux, spec: { suspend: true } }),
    '$(debug-pause) Suspended: main@5f2c1a9 | Resume | Show in tree',
    undefined,
  ],
  [
    'a repository that nobody reconciles: what stands in Git is brought by who applies it',
    helmRepository('oci', { appliedBy: flux, spec: { type: 'oci' }, conditions: [] }),
    '$(circle-outline) Static | Reconcile | Suspend | Show in tree',
    'driftline.reconcileFromRoot',
  ],
] as const) {
  test(`lenses of a document of a source, which makes nothing to compare: ${name}`, () => {
    const list = lenses(ours(object), [object], { comparable: false });
    assert.equal(line(list), expected);
    assert.equal(list.find(({ title }) => title === 'Reconcile')?.command, command);
  });
}

test('a namesake of a source is reconciled alone, and asked about', () => {
  const object = gitRepository('flux-system');
  const list = lenses({ ...foreign, id: idOf(object) }, [object], { comparable: false });
  assert.match(line(list), /^\$\(info\) Same name in homelab, [^|]+ \| Reconcile \| Suspend$/);
  const reconcile = list.find(({ title }) => title === 'Reconcile');
  assert.equal(reconcile?.command, 'driftline.reconcileObject');
  assert.ok(reconcile.target.to === 'object' && reconcile.target.doubt !== undefined);
  assert.equal(line(lenses({ match: 'absent' }, [], { comparable: false })), '$(circle-slash) Not in homelab');
});

test('text of the cluster draws no icon in a lens', () => {
  const object = helmRelease('a', { conditions: failing('InstallFailed', 'see $(flame) here') });
  assert.ok(lenses(ours(object), [object])[0]?.title.includes('see \\$(flame) here'));
});

test("the tooltip of the state is the controller's message", () => {
  assert.equal(lenses(ours(timedOut), [timedOut])[0]?.tooltip, 'timeout waiting for: [Deployment/a/b status: x]');
});

test('what Flux applies is shown with a command of its own, whatever is known of a cluster', () => {
  const lens = appliedLens({ kind: 'HelmRelease', namespace: 'logging', name: 'loki' });
  assert.deepEqual(lens, {
    title: 'What Flux applies',
    tooltip: 'Render HelmRelease logging/loki from these files, and show the objects that Flux would apply',
    command: 'driftline.showApplied',
  });
});
