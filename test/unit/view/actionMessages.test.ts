/** How a failed action is told: which step, which object, why, and what leads on; and what is asked twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import type { ActionResult, ActionVerb } from '../../../src/cluster/actionResult.ts';
import { idOf, type ObjectId } from '../../../src/flux/objectKey.ts';
import { failedActionMessage, secondQuestion } from '../../../src/view/actionMessages.ts';
import { movedOthers } from '../../../src/view/movedOthers.ts';
import { gitRepository, helmChart, helmRelease, helmRepository, kustomization } from '../../support/builders.ts';
import { surveyOf } from '../../support/shownTree.ts';

const loki = idOf(helmRelease('loki', { namespace: 'logging' }));
const apps = idOf(kustomization('apps'));
type Failed = Extract<ActionResult, { state: 'failed' }>;

const failed = (message: string, more: Partial<Failed> = {}): Failed => ({ state: 'failed', message, ...more });
const at = (id: ObjectId) => ({ id, number: 2, of: 4 });
const notBegun = (id: ObjectId) => ({ id, number: undefined, of: undefined });

interface Row {
  readonly is: string;
  readonly result: Failed;
  readonly verb?: ActionVerb;
  readonly text: string;
  /** Titles, with what each acts on. */
  readonly buttons: readonly string[];
}

const rows: readonly Row[] = [
  {
    is: 'a suspended link: nothing was begun, and the button resumes it first',
    result: failed('', { failure: new Failure('suspended', 'x is suspended'), step: notBegun(apps) }),
    text: 'Reconcile HelmRelease logging/loki on homelab was not begun: Kustomization flux-system/apps is suspended',
    buttons: ['Resume and reconcile resumeAndReconcile loki apps', 'Reconcile it alone reconcileObject loki'],
  },
  {
    is: 'the object itself being suspended',
    result: failed('', { failure: new Failure('suspended', 'x'), step: notBegun(loki) }),
    text: 'Reconcile HelmRelease logging/loki on homelab was not begun: HelmRelease logging/loki is suspended',
    buttons: ['Resume and reconcile resumeAndReconcile loki loki'],
  },
  {
    is: 'a link that was suspended on the way',
    result: failed('x', { failure: new Failure('suspended', 'x'), step: at(apps) }),
    text: 'Reconcile HelmRelease logging/loki on homelab failed at 2 of 4, Kustomization flux-system/apps: it is suspended: resume it first',
    buttons: ['Resume and reconcile resumeAndReconcile loki apps', 'Reconcile it alone reconcileObject loki'],
  },
  {
    is: 'a missing parent',
    result: failed('Kustomization flux-system/apps, which applies it, does not exist', {
      failure: new Failure('notFound', 'x'),
      step: notBegun(apps),
    }),
    text: 'Reconcile HelmRelease logging/loki on homelab was not begun: Kustomization flux-system/apps, which applies it, does not exist',
    buttons: ['Reconcile it alone reconcileObject loki'],
  },
  {
    is: 'a step that the controllers could not do',
    result: failed('kustomize build failed: x', { step: at(apps) }),
    text: 'Reconcile HelmRelease logging/loki on homelab failed at 2 of 4, Kustomization flux-system/apps: kustomize build failed: x',
    buttons: ['Why? whyObject apps', 'Show in tree revealObject apps'],
  },
  {
    is: 'a denial by an admission webhook, with its words',
    result: failed('', {
      failure: new Failure('forbidden', 'admission webhook "a" denied the request: not on a Friday'),
      step: at(apps),
    }),
    text: 'Reconcile HelmRelease logging/loki on homelab failed at 2 of 4, Kustomization flux-system/apps: no permission (admission webhook "a" denied the request: not on a Friday)',
    buttons: ['Reconcile it alone reconcileObject loki', 'Check prerequisites checkPrerequisites'],
  },
  {
    is: 'a step that nobody answers',
    result: failed('', { failure: new Failure('timeout', 'no answer after 330 s'), step: at(apps) }),
    text: 'Reconcile HelmRelease logging/loki on homelab failed at 2 of 4, Kustomization flux-system/apps: timed out (no answer after 330 s)',
    buttons: ['Reconcile again reconcileFromRoot loki', 'Open log showLog'],
  },
  {
    is: 'a conflict that stays',
    result: failed('', { failure: new Failure('conflict', 'x'), step: at(apps) }),
    text: 'Reconcile HelmRelease logging/loki on homelab failed at 2 of 4, Kustomization flux-system/apps: changed meanwhile (x)',
    buttons: ['Reconcile again reconcileFromRoot loki', 'Open log showLog'],
  },
  {
    is: 'a request that the server does not take',
    result: failed('', { failure: new Failure('invalid', 'x'), step: at(loki) }),
    text: 'Reconcile HelmRelease logging/loki on homelab failed at 2 of 4, HelmRelease logging/loki: not accepted, or not understood (x)',
    buttons: ['Open log showLog'],
  },
  {
    is: 'a release that has used up its retries, at the end of the way',
    result: failed('gave up after 3 attempts', { because: 'exhausted', step: at(loki) }),
    text: 'Reconcile HelmRelease logging/loki on homelab failed at 2 of 4, HelmRelease logging/loki: gave up after 3 attempts',
    buttons: ['Reset and reconcile resetRelease loki', 'Force an upgrade forceUpgrade loki'],
  },
  {
    is: 'one that was reconciled alone',
    verb: 'reconcile',
    result: failed('gave up after 3 attempts', { because: 'exhausted' }),
    text: 'Reconcile HelmRelease logging/loki on homelab failed: gave up after 3 attempts',
    buttons: ['Reset and reconcile resetRelease loki', 'Force an upgrade forceUpgrade loki'],
  },
  {
    is: 'the controller’s no to one that was reconciled alone',
    verb: 'reconcile',
    result: failed('install failed: timed out'),
    text: 'Reconcile HelmRelease logging/loki on homelab failed: install failed: timed out',
    buttons: ['Why? whyObject loki', 'Open log showLog'],
  },
  {
    is: 'another release on the way that has used them up: it is not the one that is meant',
    result: failed('gave up', { because: 'exhausted', step: at({ ...loki, name: 'outer' }) }),
    text: 'Reconcile HelmRelease logging/loki on homelab failed at 2 of 4, HelmRelease logging/outer: gave up',
    buttons: ['Why? whyObject outer', 'Show in tree revealObject outer'],
  },
  {
    is: 'an action of one step',
    verb: 'suspend',
    result: failed('x', { failure: new Failure('forbidden', 'User "viewer" cannot patch') }),
    text: 'Suspend HelmRelease logging/loki on homelab failed: no permission (User "viewer" cannot patch)',
    buttons: ['Check prerequisites checkPrerequisites', 'Open log showLog'],
  },
  {
    is: 'words that would write over several lines',
    result: failed('first\nsecond \u202e line', { step: at(apps) }),
    text: 'Reconcile HelmRelease logging/loki on homelab failed at 2 of 4, Kustomization flux-system/apps: first second  line',
    buttons: ['Why? whyObject apps', 'Show in tree revealObject apps'],
  },
];

for (const { is, result, verb = 'reconcileFromRoot', text, buttons } of rows) {
  test(`a failure is told: ${is}`, () => {
    const message = failedActionMessage(verb, loki, 'homelab', result);
    assert.equal(message?.text, text);
    assert.deepEqual(
      message.buttons.map(({ title, command, on }) =>
        [title, command, ...(on ? [on.id.name] : []), ...(on?.link ? [on.link.name] : [])].join(' '),
      ),
      buttons,
    );
    assert.ok(message.buttons.every(({ on }) => on === undefined || on.context === 'homelab'));
  });
}

test('a context that was switched is no failure to be told', () => {
  const failure = new Failure('cancelled', 'x');
  assert.equal(failedActionMessage('reconcileFromRoot', loki, 'homelab', failed('', { failure })), undefined);
});

test('to force and to reset is asked once more, with what it does; nothing else is', () => {
  const force = secondQuestion('forceUpgrade', loki, 'homelab');
  assert.equal(force?.question, 'Really force an upgrade of HelmRelease logging/loki on homelab?');
  assert.match(force.detail, /although nothing may have changed.*deleted and made anew/);
  const reset = secondQuestion('resetRelease', loki, 'homelab');
  assert.equal(reset?.question, 'Really reset HelmRelease logging/loki on homelab?');
  assert.match(reset.detail, /forgets the failures/);
  for (const verb of ['reconcile', 'reconcileWithSource', 'reconcileFromRoot', 'suspend', 'resume'] as const) {
    assert.equal(secondQuestion(verb, loki, 'homelab'), undefined);
  }
});

test('whom a reconcile moves besides is counted by what it fetches on its way', () => {
  const below = { appliedBy: { kind: 'Kustomization', name: 'apps' } } as const;
  const twenty = Array.from({ length: 20 }, (_, index) => kustomization(`k${index}`));
  const release = helmRelease('loki', { namespace: 'logging', ...below });
  const sourceRef = { kind: 'HelmRepository', name: 'charts' };
  const objects = [
    ...[gitRepository('flux-system'), kustomization('apps'), ...twenty, release],
    ...[helmRepository('charts'), helmChart('logging-loki', { spec: { sourceRef } })],
    ...[helmRelease('other', { namespace: 'logging' }), helmChart('logging-other', { spec: { sourceRef } })],
  ];
  const survey = surveyOf({ objects });
  const git = 'GitRepository flux-system/flux-system';
  for (const [verb, id, expected] of [
    [
      'reconcileFromRoot',
      loki,
      [
        `This also moves 20 other objects that take from ${git}.`,
        'This also moves 1 other object that takes from HelmRepository flux-system/charts.',
        `Also reconciles, in this order: ${git}, Kustomization flux-system/apps, HelmRepository flux-system/charts, HelmChart flux-system/logging-loki.`,
      ],
    ],
    ['reconcileWithSource', apps, [`This also moves 20 other objects that take from ${git}.`]],
    ['reconcile', idOf(gitRepository('flux-system')), [`This also moves 21 other objects that take from ${git}.`]],
    ['reconcile', loki, []],
    ['suspend', idOf(gitRepository('flux-system')), []],
    ['reconcileFromRoot', { ...loki, name: 'gone' }, []],
  ] as const) {
    assert.deepEqual(movedOthers(verb, id, survey), expected, `${verb} ${id.name}`);
  }
  assert.deepEqual(movedOthers('reconcile', apps, undefined), []);
});
