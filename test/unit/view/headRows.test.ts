/** What concerns the whole stands at the head of the tree, once, with its buttons. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import type { Connection } from '../../../src/cluster/connection.ts';
import type { Controllers, KindSync } from '../../../src/cluster/clusterState.ts';
import { fluxKinds } from '../../../src/flux/kinds.ts';
import { clockText } from '../../../src/view/relativeTime.ts';
import { gitRepository, kustomization } from '../../support/builders.ts';
import { context, controllers, type FakeState, refused, resourceOf } from '../../support/fakeClusterState.ts';
import { clusterTree, now, rowLabelled, sourcesTree } from '../../support/shownTree.ts';
import { treeText } from '../../support/treeText.ts';

const since = now - 18 * 60_000;
const at = clockText(since, now);

function kindNamed(name: string) {
  const kind = fluxKinds.find((candidate) => candidate.kind === name);
  assert.ok(kind);
  return kind;
}

const failed = (failure: Failure, more: { lastConnected?: number; retryAt?: number } = {}): Connection => ({
  state: 'failed',
  context,
  failure,
  lastConnected: more.lastConnected,
  since,
  retryAt: more.retryAt,
});

const stale: Connection = failed(new Failure('unreachable', 'connection refused by 10.0.0.1:6443'), {
  lastConnected: since,
  retryAt: now + 30_000,
});

const forbidden = (name: string, verb: 'list' | 'watch' = 'list'): KindSync =>
  refused(kindNamed(name), new Failure('forbidden', `cannot ${verb} ${name}`), verb);

const app = kustomization('apps');

/** The rows above the first object, in both views. */
function checkHead(fake: FakeState, cluster: readonly string[], sources: readonly string[] = []): void {
  const shown = { objects: [app, gitRepository('flux-system')], ...fake };
  const head = (text: string): string[] => text.split('\n').filter((line) => !/ (?:apps|GitRepository)\b/.test(line));
  assert.deepEqual(head(treeText(clusterTree(shown), { actions: true })), cluster);
  assert.deepEqual(head(treeText(sourcesTree(shown), { actions: true })), sources);
}

const buttons = '{canRetry canChooseContext canShowLog}';

const rows: readonly (readonly [string, FakeState, readonly string[], (readonly string[])?])[] = [
  ['all is well', {}, []],
  [
    'the API server went away',
    { connection: stale },
    [`- debug-disconnect Stale since ${at}: API server unreachable (connection refused by 10.0.0.1:6443) ${buttons}`],
    [`- debug-disconnect Stale since ${at}: API server unreachable (connection refused by 10.0.0.1:6443) ${buttons}`],
  ],
  [
    'one cause, not one row for each kind that it cuts off',
    {
      connection: stale,
      sync: Object.fromEntries(
        fluxKinds.map((kind) => [
          kind.kind,
          { state: 'stale', resource: resourceOf(kind), since, failure: new Failure('unreachable', 'x') },
        ]),
      ),
    },
    [`- debug-disconnect Stale since ${at}: API server unreachable (connection refused by 10.0.0.1:6443) ${buttons}`],
    [`- debug-disconnect Stale since ${at}: API server unreachable (connection refused by 10.0.0.1:6443) ${buttons}`],
  ],
  [
    'connecting again while objects are known',
    { connection: { state: 'connecting', context, since, waitingFor: 'the credential plugin aws' } },
    ['- loading~spin Connecting: waiting for the credential plugin aws {canChooseContext canShowLog}'],
    ['- loading~spin Connecting: waiting for the credential plugin aws {canChooseContext canShowLog}'],
  ],
  [
    'no permission for some kinds names kinds and verb',
    {
      sync: {
        OCIRepository: forbidden('OCIRepository'),
        Bucket: forbidden('Bucket'),
        HelmChart: forbidden('HelmChart', 'watch'),
      },
    },
    [
      '- lock No permission to list OCIRepositories and Buckets; other kinds are complete {canShowLog}',
      '- lock No permission to watch HelmCharts; other kinds are complete {canShowLog}',
    ],
    [
      '- lock No permission to list OCIRepositories and Buckets; other kinds are complete {canShowLog}',
      '- lock No permission to watch HelmCharts; other kinds are complete {canShowLog}',
    ],
  ],
  [
    'a kind of appliers is no news of the Sources view',
    { sync: { HelmRelease: forbidden('HelmRelease') } },
    ['- lock No permission to list HelmReleases; other kinds are complete {canShowLog}'],
  ],
  [
    'one kind lost its watch',
    {
      sync: {
        HelmRelease: {
          state: 'stale',
          resource: resourceOf(kindNamed('HelmRelease')),
          since,
          failure: new Failure('busy', 'too many requests'),
        },
      },
    },
    [
      `- debug-disconnect HelmReleases are stale since ${at}: the API server is busy (too many requests) {canRetry canShowLog}`,
    ],
  ],
  [
    'one kind could never be read',
    { sync: { HelmRelease: refused(kindNamed('HelmRelease'), new Failure('unreachable', 'internal error')) } },
    ['- warning HelmReleases could not be read: API server unreachable (internal error) {canRetry canShowLog}'],
  ],
  [
    'one controller down',
    { controllers: controllers('2.9.5', ['helm-controller']) },
    ['- warning helm-controller is not running: states may be old {}'],
  ],
  [
    'two controllers down',
    { controllers: controllers('2.9.5', ['helm-controller', 'source-controller']) },
    ['- warning source-controller and helm-controller are not running: states may be old {}'],
  ],
  [
    'all controllers down',
    { controllers: controllers('2.9.5', ['helm-controller', 'source-controller', 'kustomize-controller']) },
    ['- warning The Flux controllers are not running: states may be old {}'],
  ],
  [
    'no controllers in the whole cluster',
    { controllers: { state: 'known', fluxVersion: undefined, items: [] } },
    ['- warning No Flux controllers found in this cluster: states may be old {}'],
  ],
  [
    'no controllers in the few namespaces that are shown is no alarm',
    { controllers: { state: 'known', fluxVersion: undefined, items: [] }, namespaces: ['apps'] },
    ['- info No Flux controllers found in the namespaces that are shown: states may be old {}'],
  ],
  [
    'controllers that may not be listed',
    { controllers: { state: 'unknown', failure: new Failure('forbidden', 'no') } satisfies Controllers },
    ['- info Whether the Flux controllers run is not known: no permission to list Deployments {canShowLog}'],
  ],
  ['controllers that are still being read', { controllers: { state: 'unknown' } }, []],
  [
    'a Flux older than any that was tried',
    { controllers: controllers('2.1.2') },
    ['- info Flux 2.1.2 is older than 2.2: states may be incomplete {}'],
  ],
  ['the oldest Flux that was tried', { controllers: controllers('2.2.0') }, []],
  ['a version that is no version', { controllers: controllers('main') }, []],
];

for (const [name, fake, cluster, sources] of rows) {
  test(`head of the trees: ${name}`, () => checkHead(fake, cluster, sources));
}

test('while the cluster is away the last state stays, grey, with its age, and offers no change', () => {
  const tree = clusterTree({ objects: [app], connection: stale });
  const row = rowLabelled(tree, 'apps');
  assert.deepEqual(row.icon, { id: 'pass', color: 'disabledForeground' });
  assert.ok(row.accessibility.endsWith(`as of ${at}`));
  assert.equal(row.contextValue, 'object readable fluxObject kustomization');
});

test('the head says when it is tried again, or that it is not', () => {
  const tooltip = (connection: Connection): string =>
    rowLabelledStart(clusterTree({ objects: [app], connection }), 'Stale since').tooltip();
  assert.ok(tooltip(stale).includes('tries again by itself, next at'));
  const refusedFor = failed(new Failure('unauthorized', 'aws: the token has expired'), { lastConnected: since });
  assert.ok(tooltip(refusedFor).includes('does not try again by itself'));
  assert.ok(tooltip(refusedFor).includes('aws\\: the token has expired'));
});

function rowLabelledStart(tree: ReturnType<typeof clusterTree>, start: string) {
  const row = [...tree.rows.values()].find((candidate) => candidate.label.startsWith(start));
  assert.ok(row);
  return row;
}

test('403 on one kind leaves the others as they are', () => {
  const complete = treeText(clusterTree({ objects: [app] }));
  const partial = treeText(clusterTree({ objects: [app], sync: { HelmRelease: forbidden('HelmRelease') } }));
  assert.equal(partial, `- lock No permission to list HelmReleases; other kinds are complete\n${complete}`);
});

test('the tooltip of a refused kind names what to ask for', () => {
  const tree = clusterTree({ objects: [app], sync: { HelmRelease: forbidden('HelmRelease') } });
  const row = rowLabelledStart(tree, 'No permission');
  assert.ok(row.tooltip().includes('`helmreleases.helm.toolkit.fluxcd.io`'));
  assert.ok(row.tooltip().includes('driftline.namespaces'));
});

test('a controller that is down is told with its replicas', () => {
  const tree = clusterTree({ objects: [app], controllers: controllers('2.9.5', ['helm-controller']) });
  const text = rowLabelledStart(tree, 'helm-controller').tooltip();
  assert.match(text, /helm\\-controller: not running, 0 of 0 ready/);
  assert.match(text, /source\\-controller: running, 1 of 1 ready/);
});

test('a cluster without a single object shows no rows: the welcome text speaks', () => {
  assert.equal(clusterTree({}).rows.size, 0);
  assert.equal(sourcesTree({}).rows.size, 0);
});

test('an empty cluster of which some kinds may not be seen says which', () => {
  const shown = { sync: { HelmRelease: forbidden('HelmRelease') } };
  assert.equal(
    treeText(clusterTree(shown)),
    '- lock No permission to list HelmReleases; other kinds are complete\n- info No Kustomizations or HelmReleases to be seen',
  );
  assert.equal(treeText(sourcesTree(shown)), '- info No sources to be seen');
});
