/** Every situation of the whole: what stands in the view, its title, the status bar and the keys of `when` clauses. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Failure, type FailureReason } from '../../../src/base/failure.ts';
import type { KindSync } from '../../../src/cluster/clusterState.ts';
import type { Connection } from '../../../src/cluster/connection.ts';
import { fluxKinds } from '../../../src/flux/kinds.ts';
import { type ConnectionView, connectionView, type WelcomeId } from '../../../src/view/connectionView.ts';
import { viewBadge } from '../../../src/view/statusBar.ts';
import { condition, failing, gitRepository, helmRelease, kustomization } from '../../support/builders.ts';
import {
  connected,
  context,
  controllers,
  type FakeState,
  fakeClusterState,
  refused,
} from '../../support/fakeClusterState.ts';
import { clusterTree, now, sourcesTree, surveyOf } from '../../support/shownTree.ts';
import { projectRoot } from '../../support/sourceFiles.ts';

function shown(fake: FakeState | undefined, connection?: Connection, at = now): ConnectionView {
  const state = fake && fakeClusterState({ ...fake, ...(connection ? { connection } : {}) });
  return connectionView({
    connection: connection ?? state?.connection ?? { state: 'disconnected', reason: 'idle' },
    state,
    survey: fake && surveyOf({ ...fake, ...(connection ? { connection } : {}) }),
    readOnly: false,
    filtered: false,
    now: at,
  });
}

const failed = (reason: FailureReason, message: string, lastConnected?: number): Connection => ({
  state: 'failed',
  context,
  failure: new Failure(reason, message),
  lastConnected,
  since: now - 60_000,
  retryAt: undefined,
});

const connecting: Connection = {
  state: 'connecting',
  context,
  since: now - 500,
  waitingFor: 'the credential plugin aws',
};

const everyKind = (sync: (kind: (typeof fluxKinds)[number]) => KindSync): FakeState['sync'] =>
  Object.fromEntries(fluxKinds.map((kind) => [kind.kind, sync(kind)]));

const forbidden = everyKind((kind) => refused(kind, new Failure('forbidden', 'no')));
const apps = { objects: [kustomization('apps')] };

interface Expected {
  readonly welcome: WelcomeId;
  readonly title: string;
  /** The status bar's text. */
  readonly bar: string;
  readonly progress?: boolean;
}

const rows: readonly (readonly [string, FakeState | undefined, Connection | undefined, Expected])[] = [
  [
    'nothing configured',
    undefined,
    { state: 'disconnected', reason: 'noKubeconfig' },
    { welcome: 'noKubeconfig', title: '', bar: '' },
  ],
  [
    'a kubeconfig without a chosen context',
    undefined,
    { state: 'disconnected', reason: 'noContext' },
    { welcome: 'noContext', title: '', bar: '' },
  ],
  [
    'an untrusted workspace',
    undefined,
    { state: 'disconnected', reason: 'untrusted' },
    { welcome: 'untrusted', title: '', bar: '' },
  ],
  ['nobody looks', undefined, { state: 'disconnected', reason: 'idle' }, { welcome: '', title: '', bar: '' }],
  [
    'connecting',
    {},
    connecting,
    { welcome: 'connecting', title: 'homelab · connecting', bar: '$(loading~spin) homelab', progress: true },
  ],
  [
    'connecting for more than two seconds says what it waits for',
    {},
    { ...connecting, since: now - 2000 },
    {
      welcome: 'connecting',
      title: 'homelab · waiting for the credential plugin aws',
      bar: '$(loading~spin) homelab',
      progress: true,
    },
  ],
  [
    'connecting again keeps what is known',
    apps,
    connecting,
    { welcome: '', title: 'homelab · connecting', bar: '$(loading~spin) homelab', progress: true },
  ],
  [
    'unreachable from the start',
    {},
    failed('unreachable', 'connection refused by 10.0.0.1:6443'),
    {
      welcome: 'unreachable',
      title: 'homelab · API server unreachable (connection refused by 10.0.0.1:6443)',
      bar: '$(debug-disconnect) homelab',
    },
  ],
  [
    'a server that does not answer in time',
    {},
    failed('timeout', 'no answer in 8 s'),
    { welcome: 'unreachable', title: 'homelab · timed out (no answer in 8 s)', bar: '$(debug-disconnect) homelab' },
  ],
  [
    'unreachable with a last state',
    apps,
    failed('unreachable', 'closed', now - 60_000),
    { welcome: '', title: 'homelab · API server unreachable (closed)', bar: '$(debug-disconnect) homelab' },
  ],
  [
    'the credential plugin failed: its own words',
    {},
    failed('unauthorized', 'aws: the SSO session has expired'),
    {
      welcome: 'unauthorized',
      title: 'homelab · credentials not accepted (aws: the SSO session has expired)',
      bar: '$(debug-disconnect) homelab',
    },
  ],
  [
    'no Flux',
    {},
    failed('fluxNotInstalled', 'no Flux kind is served by homelab'),
    { welcome: 'fluxNotInstalled', title: 'homelab · no Flux in this cluster', bar: '$(debug-disconnect) homelab' },
  ],
  [
    'no rights at all',
    { sync: forbidden ?? {} },
    connected,
    { welcome: 'forbidden', title: 'homelab · Flux 2.9.5', bar: '$(server-environment) homelab' },
  ],
  [
    'no rights for one kind of an empty cluster: the rows say so',
    { sync: { HelmRelease: forbidden?.['HelmRelease'] ?? { state: 'loading' } } },
    connected,
    { welcome: '', title: 'homelab · Flux 2.9.5', bar: '$(server-environment) homelab' },
  ],
  [
    'the first lists are under way',
    { sync: everyKind(() => ({ state: 'loading' })) ?? {} },
    connected,
    { welcome: 'connecting', title: 'homelab · Flux 2.9.5', bar: '$(server-environment) homelab', progress: true },
  ],
  [
    'nothing applied yet',
    {},
    connected,
    { welcome: 'nothingYet', title: 'homelab · Flux 2.9.5', bar: '$(server-environment) homelab' },
  ],
  [
    'an older Flux that serves fewer kinds and has nothing yet',
    { sync: { ExternalArtifact: { state: 'notServed' } }, controllers: controllers('2.2.0') },
    connected,
    { welcome: 'nothingYet', title: 'homelab · Flux 2.2.0', bar: '$(server-environment) homelab' },
  ],
  ['all well', apps, connected, { welcome: '', title: 'homelab · Flux 2.9.5', bar: '$(server-environment) homelab' }],
  [
    'a version that nobody tells',
    { ...apps, controllers: { state: 'unknown' } },
    connected,
    { welcome: '', title: 'homelab', bar: '$(server-environment) homelab' },
  ],
];

for (const [name, fake, connection, expected] of rows) {
  test(`the whole: ${name}`, () => {
    const view = shown(fake, connection);
    assert.deepEqual(
      { welcome: view.welcome, title: view.titleDescription, bar: view.statusBar.text, progress: view.progress },
      { progress: false, ...expected },
    );
    assert.equal(view.contextKeys['driftline.welcome'], expected.welcome);
  });

  test(`a welcome text and rows never compete: ${name}`, () => {
    if (fake && connection) {
      const state = { ...fake, connection };
      const isEmpty = clusterTree(state).rows.size === 0;
      assert.equal(expected.welcome !== '', isEmpty);
      assert.equal(expected.welcome !== '', sourcesTree(state).rows.size === 0);
    }
  });
}

test('keys of when clauses', () => {
  const view = connectionView({
    connection: connected,
    state: undefined,
    survey: undefined,
    readOnly: true,
    filtered: true,
    now,
  });
  assert.deepEqual(view.contextKeys, {
    'driftline.connected': true,
    'driftline.failed': false,
    'driftline.welcome': 'connecting',
    'driftline.context': 'homelab',
    'driftline.readOnly': true,
    'driftline.filtered': true,
  });
  const failure = shown(apps, failed('unreachable', 'x', 1)).contextKeys;
  assert.deepEqual([failure['driftline.connected'], failure['driftline.failed']], [false, true]);
});

test('every welcome text is contributed', () => {
  const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
    contributes: { viewsWelcome: { view: string; when: string }[] };
  };
  const whens = manifest.contributes.viewsWelcome.map(({ when }) => when).join(' || ');
  const ids = new Set(rows.map(([, , , { welcome }]) => welcome).filter((id) => id !== ''));
  assert.equal(ids.size, 9);
  for (const id of ids) {
    assert.match(whens, new RegExp(`driftline\\.welcome == ${id}\\b`));
  }
});

test('while it connects, the text is due to change after two seconds', () => {
  assert.equal(shown({}, connecting).nextChangeAt, connecting.since + 2000);
  assert.equal(shown({}, { ...connecting, since: now - 3000 }).nextChangeAt, undefined);
  assert.equal(shown(apps).nextChangeAt, undefined);
});

const troubled = {
  objects: [
    kustomization('a', { conditions: failing('BuildFailed', 'no') }),
    helmRelease('b', {
      spec: { driftDetection: { mode: 'enabled' } },
      conditions: [...failing('UpgradeFailed', 'no'), condition('Drifted', 'True', 'DriftDetected', 'x')],
    }),
    helmRelease('c', { spec: { suspend: true } }),
    helmRelease('d'),
    gitRepository('flux-system', { conditions: failing('GitOperationFailed', 'no') }),
  ],
};

test('the status bar counts what fails, drifts and is suspended, over all kinds; a click shows them', () => {
  const { statusBar } = shown(troubled);
  assert.equal(statusBar.text, '$(server-environment) homelab $(error) 3 $(warning) 1 $(debug-pause) 1');
  assert.equal(statusBar.command, 'driftline.showFailing');
  assert.equal(statusBar.severity, 'none');
  assert.equal(statusBar.accessibility, 'Flux on homelab: 3 failing, 1 drifted, 1 suspended');
  assert.equal(shown(apps).statusBar.accessibility, 'Flux on homelab: nothing failing, drifted or suspended');
});

test('the status bar of a connection that broke says why, and a click tries again', () => {
  const { statusBar } = shown(apps, failed('unreachable', 'refused [x](command:y)', now - 1));
  assert.equal(statusBar.severity, 'warning');
  assert.equal(statusBar.command, 'driftline.retryConnection');
  assert.ok(statusBar.tooltip.includes('\\[x\\] \\(command\\:y\\)'), statusBar.tooltip);
  assert.match(statusBar.accessibility, /stale since/);
});

test('a context is text, whatever it is called', () => {
  const odd = { ...connected, context: '$(flame) [a](command:b)' } as Connection;
  const { statusBar } = shown({ ...apps, context: '$(flame) [a](command:b)' }, odd);
  assert.ok(statusBar.text.startsWith('$(server-environment) \\$(flame)'), statusBar.text);
  assert.ok(statusBar.tooltip.includes('&#36;\\(flame\\) \\[a\\]'), statusBar.tooltip);
});

test('the badge of a view counts an object that fails and drifts once', () => {
  const survey = surveyOf(troubled);
  assert.deepEqual(viewBadge(survey.appliers), { value: 2, tooltip: '2 failing, 1 drifted' });
  assert.deepEqual(viewBadge(survey.sources), { value: 1, tooltip: '1 failing' });
  assert.equal(viewBadge(surveyOf(apps).appliers), undefined);
  const drifting = helmRelease('a', {
    spec: { driftDetection: { mode: 'warn' } },
    conditions: [condition('Ready', 'True'), condition('Drifted', 'True', 'DriftDetected', 'x')],
  });
  assert.deepEqual(viewBadge(surveyOf({ objects: [drifting] }).appliers), { value: 1, tooltip: '1 drifted' });
});
