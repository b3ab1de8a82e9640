/** One action on several selected objects: for which it is, what is asked once, and how it is told that they ended. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionVerb } from '../../../src/cluster/actionResult.ts';
import type { ManyResult } from '../../../src/cluster/runMany.ts';
import { idOf, type ObjectId, type ObjectKey } from '../../../src/flux/objectKey.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import type { ObjectView } from '../../../src/view/clusterSurvey.ts';
import {
  chooseMany,
  type EndedOne,
  type ManyInput,
  manyQuestion,
  manyReport,
  manySummary,
  manyTitle,
} from '../../../src/view/manyTexts.ts';
import { gitRepository, helmRelease, kustomization } from '../../support/builders.ts';
import { keyOf, minutesAgo, now, surveyOf } from '../../support/shownTree.ts';

const loki = helmRelease('loki');
const grafana = helmRelease('grafana');
const resting = helmRelease('resting', { spec: { suspend: true } });
const leaving = helmRelease('leaving', { metadata: { deletionTimestamp: minutesAgo(1) } });
const foreign = kustomization('foreign');

function chosen(objects: readonly FluxObject[], mayPatch?: (view: ObjectView) => boolean | undefined) {
  const survey = surveyOf({ objects });
  const word = 'canSuspend';
  return chooseMany(
    objects.map((object) => keyOf(object)),
    survey,
    word,
    mayPatch ?? (() => undefined),
  );
}

const names = (views: readonly ObjectView[]): readonly string[] => views.map(({ id }) => id.name);

test('what is selected twice is meant once, and what the action is not for now is left out', () => {
  const { fitting, leftOut } = chosen(
    [loki, resting, loki, leaving, foreign, grafana],
    ({ id }) => id.name !== 'foreign',
  );
  assert.deepEqual(names(fitting), ['loki', 'grafana']);
  assert.deepEqual(names(leftOut), ['resting', 'leaving', 'foreign']);
});

test('what has gone since it was selected is nobody’s any more', () => {
  const survey = surveyOf({ objects: [loki] });
  const keys = [keyOf(loki), keyOf(grafana)];
  const { fitting, leftOut } = chooseMany(keys, survey, 'canSuspend', () => undefined);
  assert.deepEqual([names(fitting), names(leftOut)], [['loki'], []]);
});

function question(
  verb: ActionVerb,
  objects: readonly FluxObject[],
  more: Partial<ManyInput> & { context?: string } = {},
) {
  const { context = 'homelab', ...rest } = more;
  const survey = surveyOf({ objects, context });
  const word = verb === 'resume' ? 'canResume' : verb === 'suspend' ? 'canSuspend' : 'canReconcile';
  const keys = objects.map((object) => keyOf(object, context));
  return manyQuestion({
    verb,
    chosen: chooseMany(keys, survey, word, () => undefined),
    survey,
    isWhole: true,
    settings: { confirm: 'production', productionContexts: ['*prod*'] },
    setBack: [],
    now,
    ...rest,
  });
}

const release = 'Upgrades, drift detection and corrections stop; what is installed goes on running.';

test('one question lists all, names what is left out, and asks one reason', () => {
  assert.deepEqual(question('suspend', [loki, grafana, resting]), {
    ask: {
      question: 'Suspend 2 objects on homelab?',
      detail: `HelmRelease default/loki\nHelmRelease default/grafana\n\nLeft out, for it is not for them now: HelmRelease default/resting.\n\n${release}`,
      button: 'Suspend',
    },
    typeOne: undefined,
    reason: {
      title: 'Suspend 2 objects on homelab',
      prompt: 'A reason, if you like, is kept with each object.',
      longest: 300,
    },
  });
});

test('of many the first ten are named', () => {
  const many = Array.from({ length: 13 }, (_, at) => helmRelease(`r${String(at).padStart(2, '0')}`));
  const { ask } = question('reconcile', many);
  assert.equal(ask?.question, 'Reconcile 13 objects on homelab?');
  const lines = ask.detail.split('\n');
  assert.deepEqual(
    [lines.length, lines[0], lines[9], lines[10]],
    [11, 'HelmRelease default/r00', 'HelmRelease default/r09', 'and 3 more'],
  );
});

test('in production the number or the context is typed, after the list was seen', () => {
  const { ask, typeOne } = question('reconcile', [loki, grafana], { context: 'eu-prod' });
  assert.equal(ask?.question, 'Reconcile 2 objects on eu-prod?');
  assert.deepEqual(typeOne, {
    prompt: 'Reconcile 2 objects on eu-prod? Type 2 or eu-prod to confirm.',
    expected: ['2', 'eu-prod'],
  });
});

test('where nothing is to be asked, only doubts are; what goes on is said over the reason', () => {
  const never = { settings: { confirm: 'never', productionContexts: [] } } as const;
  assert.equal(question('reconcile', [loki, grafana], never).ask, undefined);
  const quiet = question('suspend', [loki, grafana], never);
  assert.equal(quiet.ask, undefined);
  assert.ok(quiet.reason?.prompt.startsWith(`${release} A reason, if you like, is kept with each object`));
  const doubtful = question('suspend', [loki, grafana], { ...never, setBack: [idOf(loki)] });
  assert.match(
    doubtful.ask?.detail ?? '',
    /Will be set back with the next reconcile of what applies it, whose manifest says otherwise: HelmRelease default\/loki\./,
  );
});

test('a resume says what comes with each, and that objects may be deleted', () => {
  const [old, next] = ['a', 'b'].map((digit) => `main@sha1:${digit.repeat(40)}`) as [string, string];
  const source = gitRepository('flux-system', { status: { artifact: { revision: next } } });
  const of = (name: string, prune: boolean, lastAppliedRevision: string) =>
    kustomization(name, { spec: { suspend: true, prune }, status: { lastAppliedRevision } });
  const { ask, reason } = question('resume', [
    of('behind', true, old),
    of('level', true, next),
    of('kept', false, old),
    source,
  ]);
  assert.equal(
    ask?.detail,
    [
      'Kustomization flux-system/behind: main@aaaaaaa → main@bbbbbbb\nKustomization flux-system/level\nKustomization flux-system/kept: main@aaaaaaa → main@bbbbbbb',
      'Left out, for it is not for them now: GitRepository flux-system/flux-system.',
      'Prune is on in 1 of them: objects that are no longer in Git will be deleted.',
    ].join('\n\n'),
  );
  assert.equal(reason, undefined);
});

test('a resume says of each who suspended it and why', () => {
  const annotations = {
    'driftline.dev/suspended-by': 'admin',
    'driftline.dev/suspended-at': minutesAgo(120),
    'driftline.dev/suspended-reason': 'moving disks',
  };
  const noted = helmRelease('noted', { metadata: { annotations }, spec: { suspend: true } });
  assert.equal(
    question('resume', [noted, resting]).ask?.detail,
    'HelmRelease default/noted: suspended by admin 2h ago: "moving disks"\nHelmRelease default/resting',
  );
});

test('a reconcile says whom the sources of all move besides, each source once and none of the selected', () => {
  const source = gitRepository('flux-system');
  const [one, two, three] = ['one', 'two', 'three'].map((name) => kustomization(name));
  const survey = surveyOf({ objects: [source, one, two, three].filter((object) => object !== undefined) });
  const keys = [one, two].flatMap((object) => (object ? [keyOf(object)] : []));
  const detailOf = (verb: ActionVerb, word: 'canReconcile' | 'canReconcileSource', of: readonly ObjectKey[]) =>
    question(verb, [], { survey, chosen: chooseMany(of, survey, word, () => undefined) }).ask?.detail;
  const moved = (count: string) => `This also moves ${count} from GitRepository flux-system/flux-system.`;
  const named = 'Kustomization flux-system/one\nKustomization flux-system/two';
  const always = moved('1 other object that takes');
  assert.equal(detailOf('reconcileWithSource', 'canReconcileSource', keys), `${named}\n\n${always}`);
  assert.equal(detailOf('reconcile', 'canReconcile', keys), named);
  assert.equal(
    detailOf('reconcile', 'canReconcile', [keyOf(source), ...keys]),
    `GitRepository flux-system/flux-system\n${named}\n\n${always}`,
  );
});

const id = (name: string): ObjectId => ({ ...idOf(loki), name });
const ended = (name: string, result: ManyResult): EndedOne => ({ id: id(name), result });
const all = [
  ended('fine', { state: 'succeeded', message: 'suspended', warning: 'its parent will set it back' }),
  ended('refused', { state: 'failed', message: 'admission webhook "a|b" denied\nit' }),
  ended('fine-too', { state: 'succeeded', message: '' }),
  ended('late', { state: 'notBegun' }),
  ended('left', { state: 'stopped', message: 'stopped waiting' }),
];

test('the end is counted, and each result can be read, what went wrong first', () => {
  assert.equal(
    manySummary('suspend', 'homelab', all),
    'Suspend on homelab: 2 done, 1 failed, 1 no longer waited for, 1 not begun',
  );
  assert.equal(manySummary('resume', 'homelab', all.slice(0, 1)), 'Resume on homelab: 1 done');
  const lines = manyReport('suspend', 'homelab', all, [id('other')])
    .replaceAll('\\', '')
    .split('\n');
  assert.deepEqual(lines, [
    '# Suspend on homelab: 2 done, 1 failed, 1 no longer waited for, 1 not begun',
    '',
    '| object | result | in words |',
    '| --- | --- | --- |',
    '| HelmRelease default/refused | failed | admission webhook "a|b" denied it |',
    '| HelmRelease default/left | no longer waited for | stopped waiting |',
    '| HelmRelease default/late | not begun |  |',
    '| HelmRelease default/fine | done | suspended. its parent will set it back |',
    '| HelmRelease default/fine-too | done |  |',
    '| HelmRelease default/other | left out | not for it now |',
    '',
  ]);
});

test('text of a cluster breaks no table', () => {
  const report = manyReport(
    'suspend',
    'homelab',
    [ended('x', { state: 'failed', message: 'a|b](command:c) <img>' })],
    [],
  );
  assert.ok(report.includes('a\\|b\\]\\(command\\:c\\) &lt;img&gt;'), report);
});

test('the progress is titled by number and context', () => {
  assert.equal(manyTitle('resume', 3, 'homelab'), 'Resume 3 objects on homelab');
  assert.equal(manyTitle('suspend', 1, 'homelab'), 'Suspend 1 object on homelab');
});
