/** Lenses over Flux documents: which object each stands for, what they do to the cluster, and what they never do. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { systemClock } from '../../src/base/clock.ts';
import { commandIds, writingCommands } from '../../src/vscode/commandIds.ts';
import { ManualClock } from '../support/manualClock.ts';
import { whileControllersWork } from './window/controllersAtWork.ts';
import { connect, type HostCluster, releaseId, source, startHomelab } from './window/hostCluster.ts';
import { closeEditors, hostDialogs, setSetting, showFile, showUntitled, workspaceFile } from './window/hostWindow.ts';
import { click, has, lensesOf, lensesWhen, titles } from './window/shownLenses.ts';
import { pushWorkspace, unpushWorkspace } from './window/workspaceGit.ts';

const grafanaFile = 'infrastructure/logging/grafana.yaml';
const gitRepository = { group: source, kind: 'GitRepository', namespace: 'flux-system', name: 'flux-system' };

function putFile(path: string, text: string): void {
  const { fsPath } = workspaceFile(path);
  mkdirSync(dirname(fsPath), { recursive: true });
  writeFileSync(fsPath, text);
}

const release = (name: string): string => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: ${name}
  namespace: logging
spec:
  chart:
    spec:
      chart: ${name}
      version: 1.0.0
`;

describe('lenses', () => {
  let cluster: HostCluster;
  const clock = new ManualClock(Date.now());

  before(async () => {
    // The controllers' work takes as long as a test says.
    cluster = await connect({ server: await startHomelab({ clock, reconcileMs: 1_000 }) });
    pushWorkspace();
  });
  after(async () => {
    unpushWorkspace();
    await cluster.close();
  });
  beforeEach(() => hostDialogs().reset());
  afterEach(closeEditors);

  const whileTheyWork = (work: Promise<void>): Promise<void> => whileControllersWork(cluster, clock, work);

  it('tell the state of this repository’s objects and offer what can be done', async () => {
    const lenses = await lensesWhen(cluster, await showFile(grafanaFile), has('Reconcile'));
    assert.match(titles(lenses)[0] ?? '', /^\$\(warning\) Drifted: /);
    assert.deepEqual(titles(lenses).slice(1), ['Diff', 'Reconcile', 'Suspend', 'Show in tree', 'What Flux applies']);
    assert.deepEqual(
      lenses.map(({ range }) => range.start.line),
      [0, 0, 0, 0, 0, 0],
    );

    const kustomization = await lensesWhen(
      cluster,
      await showFile('clusters/homelab/workloads.yaml'),
      has('Reconcile'),
    );
    assert.match(titles(kustomization)[0] ?? '', /^\$\(pass\) Ready: /);
    const suspended = await lensesWhen(
      cluster,
      await showFile('infrastructure/controllers/gateway.yaml'),
      has('Resume'),
    );
    assert.match(titles(suspended)[0] ?? '', /Suspended/);
  });

  it('are over sources, which have nothing to compare but the document itself', async () => {
    const lenses = await lensesWhen(cluster, await showFile('infrastructure/sources/grafana.yaml'), has('Reconcile'));
    const [state = '', ...others] = titles(lenses).filter((title) => !title.startsWith('Applied by '));
    assert.match(state, /^\$\(pass\) Ready: /);
    assert.deepEqual(others, ['Reconcile', 'Suspend', 'Show in tree']);
  });

  it('are over each of several documents of one file, and over no template', async () => {
    const source = 'apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\n';
    const repository = `${source}metadata:\n  name: nowhere\n  namespace: flux-system\nspec:\n  url: https://x\n`;
    const template = release('template').replace('version: 1.0.0', 'version: {{ .version }}');
    const text = `# nothing\n---\n${repository}---\n${template}---\n${release('nowhere')}`;
    const lenses = await lensesWhen(cluster, await showUntitled(text), has('Not in'));
    assert.deepEqual(
      lenses.map(({ range, command }) => `${range.start.line} ${command?.title}`),
      ['2 $(circle-slash) Not in homelab', '21 $(circle-slash) Not in homelab'],
    );
  });

  it('are not over kustomize files and other manifests', async () => {
    for (const path of ['infrastructure/logging/kustomization.yaml', 'workloads/llm/deployment.yaml']) {
      // Who applies a plain document is said by a lens of its own.
      const found = titles(await lensesOf(await showFile(path))).filter((title) => !title.startsWith('Applied by '));
      assert.deepEqual(found, [], path);
    }
  });

  it('say what is not in the cluster', async () => {
    const lenses = await lensesWhen(cluster, await showUntitled(release('nowhere')), has('Not in'));
    assert.deepEqual(titles(lenses), ['$(circle-slash) Not in homelab']);
    assert.equal(lenses[0]?.command?.command, '');
  });

  it('show the row that they stand for', async () => {
    const lenses = await lensesWhen(cluster, await showFile(grafanaFile), has('Show in tree'));
    await click(lenses, 'Show in tree');
    assert.deepEqual(hostDialogs().messages, []);
  });

  it('reconcile: each link from the source down as flux asks it, the running state in lens and tree, the result', async () => {
    const document = await showFile(grafanaFile);
    const before = cluster.writes.length;
    const work = click(await lensesWhen(cluster, document, has('Reconcile')), 'Reconcile');
    const running = await lensesWhen(cluster, document, has('Reconciling…'));
    assert.deepEqual(titles(running), ['$(sync~spin) Reconciling…', 'Stop waiting', 'What Flux applies']);
    await cluster.until('the row says so too', () =>
      /\brunning\b/.test(cluster.row(releaseId('grafana'))?.contextValue ?? ''),
    );
    await whileTheyWork(work);

    const writes = cluster.writes.slice(before);
    assert.deepEqual(
      writes.map(({ path }) => path.split('?')[0]?.split('/').slice(-2).join('/')),
      [
        'gitrepositories/flux-system',
        'kustomizations/flux-system',
        'kustomizations/infrastructure',
        'helmrepositories/grafana',
        'helmcharts/logging-grafana',
        'helmreleases/grafana',
      ],
    );
    for (const { method, path, contentType } of writes) {
      assert.deepEqual([method, contentType], ['PATCH', 'application/merge-patch+json']);
      assert.match(path, /\?fieldManager=flux$/);
    }
    const sent = JSON.parse(writes.at(-1)?.body ?? '{}') as { metadata: { annotations: Record<string, string> } };
    const token = sent.metadata.annotations['reconcile.fluxcd.io/requestedAt'];
    assert.equal(cluster.server.get(releaseId('grafana'))?.['status' as never]?.['lastHandledReconcileAt'], token);
    await lensesWhen(cluster, document, (shown) => shown.some((title) => title.startsWith('$(check) Reconciled')));
    assert.deepEqual(hostDialogs().messages, []);
  });

  it('stop waiting: the request stays in the cluster, the wait ends', async () => {
    const document = await showFile('infrastructure/logging/tempo.yaml');
    const work = click(await lensesWhen(cluster, document, has('Reconcile')), 'Reconcile');
    await click(await lensesWhen(cluster, document, has('Stop waiting')), 'Stop waiting');
    await work;
    await lensesWhen(cluster, document, has('Stopped waiting'));
    assert.deepEqual(hostDialogs().messages, []);
  });

  it('suspend and resume: the row follows the cluster, and the field goes as it came', async () => {
    const document = await showFile('infrastructure/controllers/reloader.yaml');
    const reloader = releaseId('reloader', 'reloader');
    const before = cluster.writes.length;
    hostDialogs().type('');
    await whileTheyWork(click(await lensesWhen(cluster, document, has('Suspend')), 'Suspend'));
    await cluster.until('suspended in the tree', () => /suspended/.test(cluster.row(reloader)?.description ?? ''));
    const lenses = await lensesWhen(cluster, document, has('Resume'));
    assert.ok(!titles(lenses).includes('Reconcile'), 'a suspended object is not reconciled');
    await whileTheyWork(click(lenses, 'Resume'));
    await cluster.until(
      'no longer suspended',
      () => !/suspended/.test(cluster.row(reloader)?.description ?? 'suspended'),
    );
    const bodies = cluster.writes
      .slice(before)
      .map(({ body }) => JSON.parse(body ?? '{}') as { spec?: { suspend?: unknown } });
    assert.deepEqual(
      bodies.map(({ spec }) => spec?.suspend),
      [true, null],
    );
    assert.ok(cluster.writes.slice(before).every(({ path }) => path.endsWith('?fieldManager=flux')));
  });

  describe('of a file that is not the object’s own', () => {
    const checkAsks = async (document: vscode.TextDocument, expected: RegExp): Promise<void> => {
      const lenses = await lensesWhen(cluster, document, has('Same name in homelab'));
      assert.match(titles(lenses)[0] ?? '', expected);
      const before = cluster.writes.length;
      for (const action of ['Reconcile', 'Suspend']) {
        hostDialogs().reset();
        await click(lenses, action);
        const [question] = hostDialogs().messages;
        assert.equal(question?.text, `${action} HelmRelease logging/grafana on homelab?`);
        assert.equal(question.modal, true);
        assert.deepEqual(question.buttons, [action]);
      }
      assert.deepEqual(cluster.writes.slice(before), [], 'nobody said yes');
    };

    it('another environment’s of the same repository: asks, and does nothing without a yes', async () => {
      putFile('staging/logging/grafana.yaml', release('grafana'));
      await checkAsks(
        await showFile('staging/logging/grafana.yaml'),
        /Same name in homelab, applied by infrastructure from .*homelab.* \(another path\)/,
      );
    });

    it('a new document: asks', async () => {
      await checkAsks(await showUntitled(release('grafana')), /Same name in homelab, applied by infrastructure/);
    });

    it('another repository’s: asks, and says from where it is', async () => {
      const git = cluster.server.get(gitRepository) ?? assert.fail();
      cluster.server.put({
        ...git,
        spec: { ...(git as { spec?: object }).spec, url: 'https://gitlab.example.com/other/apps' },
      });
      await checkAsks(
        await showFile(grafanaFile),
        /applied by infrastructure from .*gitlab\.example\.com\/other\/apps/,
      );
      cluster.server.put(git);
      await lensesWhen(cluster, await showFile(grafanaFile), (shown) => !has('Same name')(shown));
    });

    it('acts after a yes, on the object that the question named', async () => {
      const document = await showFile('staging/logging/grafana.yaml');
      const lenses = await lensesWhen(cluster, document, has('Same name in homelab'));
      hostDialogs().press('Suspend');
      hostDialogs().type('');
      const before = cluster.writes.length;
      await whileTheyWork(click(lenses, 'Suspend'));
      assert.equal(cluster.writes.length, before + 1);
      assert.match(cluster.writes.at(-1)?.path ?? '', /\/namespaces\/logging\/helmreleases\/grafana\?/);
      hostDialogs().press('Resume');
      await whileTheyWork(click(await lensesWhen(cluster, document, has('Resume')), 'Resume'));
      rmSync(workspaceFile('staging').fsPath, { recursive: true });
    });
  });

  it('of a read-only window only tell, and its commands refuse', async () => {
    await setSetting('readOnly', true);
    try {
      const document = await showFile(grafanaFile);
      const lenses = await lensesWhen(
        cluster,
        document,
        (shown) => has('Show in tree')(shown) && !has('Reconcile')(shown),
      );
      assert.deepEqual(titles(lenses).slice(1), ['Diff', 'Show in tree', 'What Flux applies']);
      const row = await cluster.until('the row offers nothing', () => {
        const found = cluster.row(releaseId('grafana'));
        return found !== undefined && !/\bcan/.test(found.contextValue) && found;
      });
      const before = cluster.writes.length;
      for (const name of writingCommands) {
        hostDialogs().reset();
        await vscode.commands.executeCommand(commandIds[name], row.id);
        assert.match(
          hostDialogs().messages[0]?.text ?? '',
          /failed: no permission \(the setting driftline\.readOnly is on\)/,
        );
      }
      assert.deepEqual(cluster.writes.slice(before), []);
    } finally {
      await setSetting('readOnly', undefined);
    }
  });

  it('can be switched off', async () => {
    const document = await showFile(grafanaFile);
    await setSetting('codeLens.enabled', false);
    try {
      assert.deepEqual(titles(await lensesOf(document)), []);
    } finally {
      await setSetting('codeLens.enabled', undefined);
    }
  });
});

describe('lenses on a production context', () => {
  let cluster: HostCluster;
  before(async () => {
    cluster = await connect({ context: 'eu-production', server: await startHomelab({ clock: systemClock() }) });
  });
  after(async () => {
    await closeEditors();
    await cluster.close();
  });
  beforeEach(() => hostDialogs().reset());

  it('ask for the name of the object: not typed or mistyped, nothing happens', async () => {
    const lenses = await lensesWhen(cluster, await showFile(grafanaFile), has('Suspend'));
    for (const typed of [undefined, 'grafanas', 'loki']) {
      if (typed !== undefined) {
        hostDialogs().type(typed);
      }
      await click(lenses, 'Suspend');
    }
    assert.deepEqual(
      hostDialogs().inputs.map(({ title, prompt }) => [title, prompt]),
      Array.from({ length: 3 }, () => [
        'eu-production is a production context',
        'Suspend HelmRelease logging/grafana on eu-production? Upgrades, drift detection and corrections stop; what is installed goes on running. Type grafana to confirm.',
      ]),
    );
    assert.deepEqual(cluster.writes, []);
  });

  it('act when it is typed', async () => {
    hostDialogs().type('grafana');
    hostDialogs().type('');
    await click(await lensesWhen(cluster, await showFile(grafanaFile), has('Suspend')), 'Suspend');
    assert.deepEqual(
      cluster.writes.map(({ method }) => method),
      ['PATCH'],
    );
    await cluster.until('suspended', () => /suspended/.test(cluster.row(releaseId('grafana'))?.description ?? ''));
  });

  it('do not act on what a staging file names', async () => {
    putFile('staging/loki.yaml', release('loki'));
    const lenses = await lensesWhen(cluster, await showFile('staging/loki.yaml'), has('Same name in eu-production'));
    const before = cluster.writes.length;
    await click(lenses, 'Reconcile');
    assert.equal(hostDialogs().inputs.length, 1);
    assert.match(hostDialogs().inputs[0]?.prompt ?? '', /not by this file/);
    assert.deepEqual(cluster.writes.slice(before), []);
    rmSync(workspaceFile('staging').fsPath, { recursive: true });
  });
});
