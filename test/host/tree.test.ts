/** The views of a recorded cluster in a real VS Code: what stands where, what moves, what is read only when it is opened. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { TreeModel } from '../../src/view/row.ts';
import { until } from '../cluster/until.ts';
import { connect, type HostCluster, kustomizationId, releaseId, source } from './window/hostCluster.ts';
import { closeEditors, hostDialogs, patienceMs, setSetting } from './window/hostWindow.ts';

/** `icon label`, indented as nested: the Flux objects alone, sorted. */
function outline(model: TreeModel): string[] {
  const lines: string[] = [];
  const add = (ids: readonly string[], depth: number): void => {
    for (const id of ids) {
      const row = model.rows.get(id);
      if (row && /\bfluxObject\b/.test(row.contextValue)) {
        lines.push(`${'  '.repeat(depth)}${row.icon.id} ${row.label}`);
        add(model.children.get(id) ?? [], depth + 1);
      }
    }
  };
  add(model.roots, 0);
  // Rows settle before they move, so their order is a matter of time; what comes first is asked for by itself.
  return lines.sort();
}

const homelab = [
  'pass flux-system',
  '  pass infrastructure',
  '    error logging/loki',
  '    warning logging/grafana',
  '    arrow-up logging/alloy',
  '    debug-pause envoy/gateway',
  '    ellipsis logging/alloy-events',
  '    ellipsis logging/loki-canary',
  '    pass logging/tempo',
  '    pass reloader/reloader',
  '  pass workloads',
].sort();

describe('the views', () => {
  let cluster: HostCluster;
  const model = (): TreeModel => cluster.probe.views.models.cluster;
  const labels = (): string[] => cluster.rows.map(({ label }) => label);

  before(async () => {
    // At once: the recording is as if made just now, when a lag would not count yet.
    await setSetting('tree.behindSourceAfter', 0);
    cluster = await connect();
    await cluster.until('alloy lags', () => cluster.row(releaseId('alloy'))?.icon.id === 'arrow-up');
  });
  after(async () => {
    await setSetting('tree.behindSourceAfter', undefined);
    await closeEditors();
    await cluster.close();
  });
  beforeEach(() => hostDialogs().reset());
  afterEach(() => assert.deepEqual(hostDialogs().messages, [], 'nobody was told anything'));

  it('show every object as Flux applies it: what failed first, flux-system once', () => {
    assert.deepEqual(outline(model()), homelab);
    const [first] = model().children.get(cluster.row(kustomizationId('infrastructure'))?.id ?? '') ?? [];
    assert.equal(first, cluster.row(releaseId('loki'))?.id);
    assert.equal(cluster.row(releaseId('loki-canary'))?.description, 'waiting on logging/loki');
    assert.match(cluster.row(releaseId('grafana'))?.description ?? '', /2 objects drifted/);
    assert.equal(cluster.row(releaseId('grafana'))?.badge?.text, '2');
    assert.match(cluster.row(kustomizationId('flux-system'))?.description ?? '', /1 failing, 1 drifted below/);
  });

  it('list each kind once, and watch it', async () => {
    const asked = new Map<string, number>();
    for (const { path, watch } of cluster.server.requests) {
      const plural = /toolkit\.fluxcd\.io\/[^/]+\/([a-z]+)\?/.exec(path)?.[1];
      if (plural !== undefined && !watch) {
        asked.set(plural, (asked.get(plural) ?? 0) + 1);
      }
    }
    assert.ok(asked.size >= 6, [...asked.keys()].join());
    assert.deepEqual([...new Set(asked.values())], [1]);
    // A watch follows its list, and those of events follow what is shown: not all of them need be there at once.
    await until(
      'watches of each kind, of the Flux controllers, and of events of two kinds',
      () => cluster.server.openWatches === asked.size + 3,
      { seconds: patienceMs / 1000 },
    );
  });

  it('count each source’s consumers', () => {
    const rows = [...cluster.probe.views.models.sources.rows.values()];
    const git = rows.find(
      ({ key }) => key === cluster.key({ ...kustomizationId('flux-system'), group: source, kind: 'GitRepository' }),
    );
    assert.match(git?.description ?? '', /applied by 3 of 3/);
  });

  it('follow the cluster: a release that fails, one that comes, one that goes', async () => {
    const { server } = cluster;
    const tempo = server.get(releaseId('tempo'));
    assert.ok(tempo);
    const message = 'Helm upgrade failed: boom';
    server.patchStatus(releaseId('tempo'), {
      conditions: [
        {
          type: 'Ready',
          status: 'False',
          reason: 'UpgradeFailed',
          message,
          lastTransitionTime: new Date().toISOString(),
        },
      ],
    });
    await cluster.until('tempo has failed', () => cluster.row(releaseId('tempo'))?.icon.id === 'error');
    server.put(tempo);
    server.put({ ...tempo, metadata: { ...tempo.metadata, name: 'mimir' } });
    await cluster.until(
      'mimir is there, tempo is well',
      () => cluster.row(releaseId('mimir')) && cluster.row(releaseId('tempo'))?.icon.id === 'pass',
    );
    server.remove(releaseId('mimir'));
    await cluster.until('mimir is gone', () => cluster.row(releaseId('mimir')) === undefined);
    assert.deepEqual(outline(model()), homelab);
  });

  it('know the parent of every row, so that any can be revealed', () => {
    const { rows, parents, children, roots } = model();
    for (const id of rows.keys()) {
      const parent = parents.get(id);
      const siblings = parent === undefined ? roots : (children.get(parent) ?? []);
      assert.ok(siblings.includes(id), id);
    }
  });

  it('reveal a row below closed ones, and read its inventory only when it is opened', async () => {
    const asked = (): string[] =>
      cluster.server.requests.map(({ path }) => path).filter((path) => path.includes('/statefulsets/tempo'));
    const objects = (): string[] => {
      const row = cluster.row(releaseId('tempo'));
      return (model().children.get(row?.id ?? '') ?? []).map((id) => model().rows.get(id)?.label ?? '');
    };
    await cluster.select(releaseId('tempo'));
    assert.deepEqual(asked(), []);
    await cluster.expand(releaseId('tempo'), () => asked().length > 0);
    await cluster.until('the StatefulSet is read', () => {
      const id = model()
        .children.get(cluster.row(releaseId('tempo'))?.id ?? '')
        ?.find((child) => child.includes('StatefulSet'));
      return id !== undefined && asked().length === 1 && model().rows.get(id)?.icon.id !== 'loading~spin';
    });
    assert.deepEqual(objects().sort(), ['ConfigMap tempo', 'Service tempo', 'StatefulSet tempo']);
  });

  it('find an object over all kinds and show its row', async () => {
    hostDialogs().pick((items) => items.find(({ label }) => label.includes('reloader')));
    await vscode.commands.executeCommand('driftline.findObject');
    const [pick] = hostDialogs().picks;
    assert.equal(pick?.title, 'Flux objects on homelab');
    assert.equal(pick.items.length, cluster.fluxObjects.length);
    await cluster.expand(releaseId('reloader', 'reloader'), () =>
      cluster.server.requests.some(({ path }) => path.includes('/deployments/reloader')),
    );
  });

  it('filter, say so at the head, and clear', async () => {
    hostDialogs().pick((items) => items.filter(({ label }) => /failing/i.test(label)));
    await vscode.commands.executeCommand('driftline.filterObjects');
    await cluster.until('only what fails is shown', () => cluster.notes.length === 1);
    assert.match(cluster.notes[0] ?? '', /^Showing failing only \(1 of 11\)$/);
    assert.ok(cluster.row(releaseId('loki')));
    assert.equal(cluster.row(releaseId('tempo')), undefined);

    await vscode.commands.executeCommand('driftline.showFailing');
    await cluster.until('what drifted is shown as well', () => cluster.row(releaseId('grafana')));
    assert.equal(await cluster.probe.views.reveal(cluster.key(releaseId('tempo'))), true, 'the filter gives way');
    await cluster.until('everything is shown', () => cluster.isComplete);
    assert.deepEqual(outline(model()), homelab);

    await vscode.commands.executeCommand('driftline.showFailing');
    await cluster.until('the filter is on', () => cluster.notes.length === 1);
    await vscode.commands.executeCommand('driftline.clearFilter');
    await cluster.until('the filter is off', () => cluster.isComplete);
  });

  it('group by namespace, kind and source, and as Flux applies', async () => {
    const group = async (label: string, expected: string): Promise<void> => {
      hostDialogs().pick((items) => items.find((item) => item.label === label));
      await vscode.commands.executeCommand('driftline.groupObjects');
      await cluster.until(label, () => labels().some((row) => row.startsWith(expected)));
      assert.ok(cluster.row(releaseId('loki')), 'nobody is lost');
    };
    await group('Namespace', 'logging');
    await group('Kind', 'HelmReleases');
    await group('Source', 'GitRepository');
    await group('As Flux applies', 'flux-system');
    assert.deepEqual(outline(model()), homelab);
  });

  it('open a live object as a document of their own, without the server’s own fields', async () => {
    await vscode.commands.executeCommand('driftline.openLiveObject', cluster.row(releaseId('tempo'))?.id);
    const { document } = vscode.window.activeTextEditor ?? assert.fail('no editor');
    assert.equal(document.languageId, 'driftline-manifest');
    assert.match(document.getText(), /kind: HelmRelease/);
    assert.doesNotMatch(document.getText(), /managedFields/);
    assert.equal(document.uri.scheme, 'driftline', 'of a provider that only reads');
  });
});
