/** Reconcile from a file: what is said where Git brings something else, what a suspended link offers, what is asked twice. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { ManualClock } from '../support/manualClock.ts';
import { whileControllersWork } from './window/controllersAtWork.ts';
import { connect, type HostCluster, kustomizationId, releaseId, startHomelab } from './window/hostCluster.ts';
import { closeEditors, hostDialogs, setSetting, showFile, workspaceFile } from './window/hostWindow.ts';
import { click, lensesWhen } from './window/shownLenses.ts';
import { pushWorkspace, unpushWorkspace } from './window/workspaceGit.ts';

const alloyFile = 'infrastructure/logging/alloy.yaml';
const lokiFile = 'infrastructure/logging/loki.yaml';
const applies =
  'on homelab applies main@93feee1 of GitRepository flux-system/flux-system, not what you see in the editor.';
const anyway = 'Reconcile anyway';

describe('reconcile from a file', () => {
  let cluster: HostCluster;
  const clock = new ManualClock(Date.now());

  before(async () => {
    cluster = await connect({ server: await startHomelab({ clock, reconcileMs: 1_000 }) });
    pushWorkspace();
  });
  after(async () => {
    unpushWorkspace();
    await closeEditors();
    await cluster.close();
  });
  beforeEach(() => hostDialogs().reset());

  const whileTheyWork = <T>(work: Promise<T>): Promise<T> => whileControllersWork(cluster, clock, work);
  const reconcile = async (document: vscode.TextDocument): Promise<void> => {
    const lenses = await lensesWhen(cluster, document, (shown) => shown.includes('Reconcile'));
    await whileTheyWork(click(lenses, 'Reconcile'));
  };
  const patched = (from: number): string[] =>
    cluster.writes.slice(from).map(({ path }) => path.split('?')[0]?.split('/').slice(-2).join('/') ?? '');

  it('names the revision that will be applied where only the editor has the text; saved, it is not committed', async () => {
    const original = readFileSync(workspaceFile(alloyFile).fsPath, 'utf8');
    const document = await showFile(alloyFile);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, document.lineAt(document.lineCount - 1).range.end, '# edited\n');
    assert.ok(await vscode.workspace.applyEdit(edit));
    const before = cluster.writes.length;
    hostDialogs().press('Save');
    try {
      await reconcile(document);
      assert.deepEqual(
        hostDialogs().messages.map(({ text, modal, buttons }) => [text, modal, buttons]),
        [
          [`alloy.yaml is not saved. Reconcile HelmRelease logging/alloy ${applies}`, true, ['Save', anyway]],
          [
            `alloy.yaml has changes that are not committed. Reconcile HelmRelease logging/alloy ${applies}`,
            true,
            [anyway],
          ],
        ],
      );
      assert.match(
        hostDialogs().messages[0]?.detail ?? '',
        /^Save it, commit and push to have it applied\. This also moves /,
      );
      assert.equal(document.isDirty, false, 'Save saves');
      assert.deepEqual(cluster.writes.slice(before), [], 'nobody said yes');
    } finally {
      await vscode.commands.executeCommand('workbench.action.files.revert');
      await closeEditors();
      writeFileSync(workspaceFile(alloyFile).fsPath, original);
    }
  });

  it('names a commit that is not pushed, and goes on after a yes', async () => {
    unpushWorkspace();
    try {
      const before = cluster.writes.length;
      const document = await showFile(lokiFile);
      await reconcile(document);
      const [question] = hostDialogs().messages;
      assert.equal(
        question?.text,
        `loki.yaml is committed and not pushed. Reconcile HelmRelease logging/loki ${applies}`,
      );
      assert.deepEqual(cluster.writes.slice(before), []);
      hostDialogs().press(anyway);
      await setSetting('confirm', 'always'); // who has said yes is not asked the same again
      await reconcile(document);
      assert.equal(hostDialogs().messages.filter(({ modal }) => modal).length, 2);
      assert.deepEqual(patched(before).slice(0, 3), [
        'gitrepositories/flux-system',
        'kustomizations/flux-system',
        'kustomizations/infrastructure',
      ]);
    } finally {
      await setSetting('confirm', undefined);
      pushWorkspace();
    }
  });

  it('says nothing of a file that is pushed, and whom else the source moves where it asks anyway', async () => {
    await setSetting('confirm', 'always');
    try {
      const before = cluster.writes.length;
      await reconcile(await showFile(lokiFile));
      const [question, ...more] = hostDialogs().messages;
      assert.equal(question?.text, 'Reconcile HelmRelease logging/loki on homelab?');
      assert.match(
        question.detail,
        /This also moves 1 other object that takes from GitRepository flux-system\/flux-system\./,
      );
      assert.deepEqual(more, []);
      assert.deepEqual(cluster.writes.slice(before), [], 'nobody said yes');
    } finally {
      await setSetting('confirm', undefined);
    }
  });

  it('names a suspended link and offers to resume it first', async () => {
    const infrastructure = kustomizationId('infrastructure');
    const object = cluster.server.get(infrastructure) ?? assert.fail();
    cluster.server.put({ ...object, spec: { ...(object as { spec?: object }).spec, suspend: true } });
    await cluster.until('suspended in the tree', () =>
      /suspended/.test(cluster.row(infrastructure)?.description ?? ''),
    );
    const before = cluster.writes.length;
    hostDialogs().press('Resume and reconcile');
    const document = await showFile(lokiFile);
    await reconcile(document);
    const [message] = hostDialogs().messages;
    assert.equal(
      message?.text,
      'Reconcile HelmRelease logging/loki on homelab was not begun: Kustomization flux-system/infrastructure is suspended',
    );
    assert.deepEqual(message.buttons, ['Resume and reconcile', 'Reconcile it alone']);
    await whileTheyWork(cluster.until('the release was asked', () => patched(before).includes('helmreleases/loki')));
    assert.deepEqual(patched(before).slice(0, 4), [
      'kustomizations/infrastructure',
      'gitrepositories/flux-system',
      'kustomizations/flux-system',
      'kustomizations/infrastructure',
    ]);
    const [resumed] = cluster.writes.slice(before);
    assert.equal((JSON.parse(resumed?.body ?? '{}') as { spec?: { suspend?: unknown } }).spec?.suspend, null);
    const isOver = (): boolean => !/\brunning\b/.test(cluster.row(releaseId('loki'))?.contextValue ?? 'running');
    await whileTheyWork(cluster.until('it has ended', isOver));
  });

  describe('force and reset', () => {
    const run = async (command: string): Promise<void> => {
      const row = await cluster.until('the row', () => {
        const found = cluster.row(releaseId('loki'));
        return found !== undefined && /\bcanForce\b/.test(found.contextValue) && found;
      });
      await whileTheyWork((async () => vscode.commands.executeCommand(`driftline.${command}`, row.id))());
    };

    for (const [command, question, button, annotation] of [
      ['forceUpgrade', 'Really force an upgrade of', 'Force an upgrade', 'reconcile.fluxcd.io/forceAt'],
      ['resetRelease', 'Really reset', 'Reset and reconcile', 'reconcile.fluxcd.io/resetAt'],
    ] as const) {
      it(`${command} is asked about though the settings ask for nothing`, async () => {
        await setSetting('confirm', 'never');
        try {
          const before = cluster.writes.length;
          await run(command);
          const [asked] = hostDialogs().messages;
          assert.equal(asked?.text, `${question} HelmRelease logging/loki on homelab?`);
          assert.equal(asked.modal, true);
          assert.deepEqual(cluster.writes.slice(before), [], 'nobody said yes');
          hostDialogs().press(button);
          await run(command);
          const sent = cluster.writes.slice(before).map(({ body }) => body ?? '');
          assert.equal(sent.length, 1);
          const { metadata } = JSON.parse(sent[0] ?? '{}') as { metadata: { annotations: Record<string, string> } };
          assert.equal(metadata.annotations[annotation], metadata.annotations['reconcile.fluxcd.io/requestedAt']);
        } finally {
          await setSetting('confirm', undefined);
        }
      });
    }

    it('are offered for a release that has used up its retries', async () => {
      cluster.server.outcome(releaseId('loki'), {
        ready: 'False',
        reason: 'RetriesExceeded',
        message: 'gave up after 3 attempts',
        stalled: true,
      });
      await run('reconcileObject');
      const [message] = hostDialogs().messages;
      assert.match(
        message?.text ?? '',
        /^Reconcile HelmRelease logging\/loki on homelab failed: gave up after 3 attempts/,
      );
      assert.deepEqual(message?.buttons, ['Reset and reconcile', 'Force an upgrade']);
      cluster.server.outcome(releaseId('loki'), undefined);
    });
  });
});
