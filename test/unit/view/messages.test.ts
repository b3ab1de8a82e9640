/** Failures and actions in words: what, on which object and cluster, why, and what to do. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Failure, type FailureReason } from '../../../src/base/failure.ts';
import type { ActionResult } from '../../../src/cluster/actionResult.ts';
import type { ObjectId } from '../../../src/flux/objectKey.ts';
import { commandId, viewCommands } from '../../../src/view/commandId.ts';
import {
  confirmationOf,
  endedText,
  matchesPattern,
  mayCheckInBackground,
  objectName,
  progressTitle,
  resultText,
  runningText,
  verbText,
} from '../../../src/view/actionTexts.ts';
import { failureMessage, failureWords, unexpectedMessage } from '../../../src/view/messages.ts';
import { projectRoot } from '../../support/sourceFiles.ts';

const words: Readonly<Record<FailureReason, readonly [words: string, buttons: string]>> = {
  unreachable: ['API server unreachable (why)', 'Retry, Open log'],
  unauthorized: ['credentials not accepted (why)', 'Retry, Open log'],
  forbidden: ['no permission (why)', 'Check prerequisites, Open log'],
  notFound: ['not found (why)', 'Open log'],
  conflict: ['changed meanwhile (why)', 'Open log'],
  gone: ['the list expired while it was read (why)', 'Retry, Open log'],
  busy: ['the API server is busy (why)', 'Retry, Open log'],
  invalid: ['not accepted, or not understood (why)', 'Open log'],
  fluxNotInstalled: ['no Flux in this cluster', 'How to install, Choose context'],
  suspended: ['it is suspended: resume it first', ''],
  timeout: ['timed out (why)', 'Open log'],
  cancelled: ['cancelled', ''],
};

for (const [reason, [text, buttons]] of Object.entries(words) as [FailureReason, readonly [string, string]][]) {
  test(`a failure of the reason ${reason}`, () => {
    const failure = new Failure(reason, 'why');
    assert.equal(failureWords(failure), text);
    const message = failureMessage('Reconcile HelmRelease logging/grafana', 'homelab', failure);
    if (reason === 'cancelled') {
      assert.equal(message, undefined);
      return;
    }
    assert.equal(message?.text, `Reconcile HelmRelease logging/grafana on homelab failed: ${text}`);
    assert.equal(message.buttons.map(({ title }) => title).join(', '), buttons);
    assert.ok(message.buttons.length <= 2);
  });
}

test('a failure without a cluster, without words, and with too many of them', () => {
  assert.equal(
    failureMessage('Read the kubeconfig', undefined, new Failure('invalid', ''))?.text,
    'Read the kubeconfig failed: not accepted, or not understood',
  );
  assert.ok(failureWords(new Failure('busy', 'x'.repeat(5000))).length < 350);
  assert.equal(failureWords(new Failure('busy', 'a\nb\u0007')), 'the API server is busy (a b)');
});

test('what nobody foresaw leads to the log', () => {
  const { text, buttons } = unexpectedMessage('Suspend Kustomization apps');
  assert.equal(text, 'Suspend Kustomization apps failed unexpectedly. The log says more.');
  assert.deepEqual(
    buttons.map(({ command }) => command),
    ['showLog'],
  );
});

test('every command that a text leads to is contributed', () => {
  const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
    contributes: { commands: { command: string }[] };
  };
  const known = new Set(manifest.contributes.commands.map(({ command }) => command));
  assert.deepEqual(
    viewCommands.map(commandId).filter((id) => !known.has(id)),
    [],
  );
});

const id: ObjectId = { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'logging', name: 'grafana' };
const settings = { confirm: 'production', productionContexts: ['*prod*'] } as const;
const always = { ...settings, confirm: 'always' } as const;
const never = { ...settings, confirm: 'never' } as const;

for (const [name, input, expected] of [
  ['usually no question', { context: 'homelab', settings }, 'none'],
  ['by the setting', { context: 'homelab', settings: always }, 'ask'],
  ['in doubt about the object', { context: 'homelab', settings, doubt: 'It is another one' }, 'ask'],
  ['in production', { context: 'eu-Prod-1', settings }, 'typeName'],
  ['in production and in doubt', { context: 'prod', settings, doubt: 'It is another one' }, 'typeName'],
  ['in production, by the setting', { context: 'prod', settings: always }, 'typeName'],
  ['no question even in production, by the setting', { context: 'prod', settings: never }, 'none'],
  ['in doubt, whatever the setting', { context: 'prod', settings: never, doubt: 'It is another one' }, 'ask'],
  ['what goes on is no reason to ask', { context: 'homelab', settings, detail: 'Its children go on.' }, 'none'],
] as const) {
  test(`before a change: ${name}`, () => {
    const confirmation = confirmationOf({ verb: 'reconcile', id, ...input });
    assert.equal(confirmation.by, expected);
  });
}

test('a question names verb, object and cluster; in production the name is typed', () => {
  assert.deepEqual(confirmationOf({ verb: 'suspend', id, context: 'homelab', settings: always }), {
    by: 'ask',
    question: 'Suspend HelmRelease logging/grafana on homelab?',
    detail: '',
    button: 'Suspend',
  });
  assert.deepEqual(
    confirmationOf({ verb: 'reconcileWithSource', id, context: 'prod', settings, doubt: 'It is another one' }),
    {
      by: 'typeName',
      prompt: 'Reconcile with source HelmRelease logging/grafana on prod? It is another one. Type grafana to confirm.',
      expected: 'grafana',
    },
  );
});

test('what goes on stands behind the doubt, in a question and where the name is typed', () => {
  const input = { verb: 'suspend', id, doubt: 'It is another one', detail: 'Upgrades stop.' } as const;
  assert.deepEqual(confirmationOf({ ...input, context: 'homelab', settings: always }), {
    by: 'ask',
    question: 'Suspend HelmRelease logging/grafana on homelab?',
    detail: 'It is another one.\n\nUpgrades stop.',
    button: 'Suspend',
  });
  assert.deepEqual(confirmationOf({ ...input, context: 'prod', settings }), {
    by: 'typeName',
    prompt: 'Suspend HelmRelease logging/grafana on prod? It is another one. Upgrades stop. Type grafana to confirm.',
    expected: 'grafana',
  });
});

for (const [text, pattern, expected] of [
  ['prod', 'prod', true],
  ['PROD', 'prod', true],
  ['my-prod-eu', '*prod*', true],
  ['production', 'prod', false],
  ['production', 'prod*', true],
  ['eu-prod', 'prod*', false],
  ['eu-prod', '*prod', true],
  ['a-b-c', 'a*b*c', true],
  ['a-c-b', 'a*b*c', false],
  ['aa', 'a*a', true],
  ['a', 'a*a', false],
  ['ab', 'a*b*b', false],
  ['', '*', true],
  ['x.y', 'x?y', false],
  ['(a+)+', '(a+)+', true],
  ['anything', '', false],
] as const) {
  test(`the context ${text} and the pattern ${pattern}`, () => assert.equal(matchesPattern(text, pattern), expected));
}

for (const [why, changed, context, expected] of [
  ['by default', { driftBackground: 'off' }, 'homelab', false],
  ['where the setting says so', {}, 'homelab', true],
  ['in production', {}, 'eu-PROD-1', false],
  ['in production of another name', { productionContexts: ['live'] }, 'live', false],
  ['in a read-only window', { readOnly: true }, 'homelab', false],
] as const) {
  test(`compared again in the background ${why}: ${expected}`, () => {
    const settings = {
      driftBackground: 'visible',
      productionContexts: ['*prod*'],
      readOnly: false,
      ...changed,
    } as const;
    assert.equal(mayCheckInBackground(context, settings), expected);
  });
}

test('a pattern of many stars is no trap', () => {
  assert.equal(matchesPattern('a'.repeat(5000), `${'*a'.repeat(500)}*b`), false);
});

for (const [result, long, short] of [
  [
    { state: 'succeeded', message: 'applied revision 1.0.0' },
    'Reconciled HelmRelease logging/grafana on homelab: applied revision 1.0.0',
    'Reconciled: applied revision 1.0.0',
  ],
  [
    { state: 'succeeded', message: '', warning: 'Its parent will resume it' },
    'Reconciled HelmRelease logging/grafana on homelab. Its parent will resume it',
    'Reconciled',
  ],
  [
    {
      state: 'succeeded',
      message: 'applied revision 1.2.3; also moved 2 other objects that take from GitRepository a/b',
    },
    'Reconciled HelmRelease logging/grafana on homelab: applied revision 1.2.3; also moved 2 other objects that take from GitRepository a/b',
    'Reconciled: applied revision 1.2.3',
  ],
  [
    { state: 'failed', message: 'it has failed; nobody tries again' },
    'Reconcile HelmRelease logging/grafana on homelab failed: it has failed; nobody tries again',
    'Reconcile failed: it has failed; nobody tries again',
  ],
  [
    { state: 'failed', message: 'helm-controller is not running' },
    'Reconcile HelmRelease logging/grafana on homelab failed: helm-controller is not running',
    'Reconcile failed: helm-controller is not running',
  ],
  [
    { state: 'stopped', message: 'the cluster goes on' },
    'Stopped waiting for HelmRelease logging/grafana on homelab: the cluster goes on',
    'Stopped waiting: the cluster goes on',
  ],
  [{ state: 'stopped', message: '' }, 'Stopped waiting for HelmRelease logging/grafana on homelab', 'Stopped waiting'],
] as const satisfies readonly (readonly [ActionResult, string, string])[]) {
  test(`the end of an action: ${long}`, () => {
    assert.equal(resultText('reconcile', id, 'homelab', result), long);
    assert.equal(endedText({ state: 'ended', verb: 'reconcile', since: 0, result }), short);
  });
}

test('words of actions', () => {
  assert.equal(progressTitle('resume', id, 'homelab'), 'Resume HelmRelease logging/grafana on homelab');
  assert.equal(objectName(id), 'HelmRelease logging/grafana');
  assert.equal(runningText('suspend'), 'Suspending…');
  assert.equal(verbText('reconcileWithSource'), 'Reconcile with source');
});

test('an end that only says the verb again is not said twice', () => {
  const id = { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'logging', name: 'tempo' };
  const result = { state: 'succeeded', message: 'suspended' } as const;
  assert.equal(resultText('suspend', id, 'homelab', result), 'Suspended HelmRelease logging/tempo on homelab');
  assert.equal(endedText({ state: 'ended', verb: 'suspend', since: 0, result }), 'Suspended');
});
