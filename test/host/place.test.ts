/** From a row to the file that states its object, and from a file to the row: of Flux objects and of plain ones. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { ObjectId } from '../../src/flux/objectKey.ts';
import type { FluxObject } from '../../src/flux/objects.ts';
import { connect, type HostCluster, kustomizationId, releaseId, source } from './window/hostCluster.ts';
import { closeEditors, hostDialogs, showFile, workspaceFile } from './window/hostWindow.ts';

const llm: ObjectId = { group: 'apps', kind: 'Deployment', namespace: 'llm', name: 'llm' };
const llmFile = 'workloads/llm/deployment.yaml';
const prompts: ObjectId = { group: '', kind: 'ConfigMap', namespace: 'log-analyzer', name: 'prompts-cm5f77m44m' };
const tempo: ObjectId = { group: 'apps', kind: 'StatefulSet', namespace: 'logging', name: 'tempo' };
const git: ObjectId = { group: source, kind: 'GitRepository', namespace: 'flux-system', name: 'flux-system' };
const charts: ObjectId = { group: source, kind: 'HelmRepository', namespace: 'flux-system', name: 'grafana' };

describe('from a row to its file and back', () => {
  let cluster: HostCluster;
  before(async () => {
    cluster = await connect();
  });
  after(() => cluster.close());
  beforeEach(() => hostDialogs().reset());
  afterEach(closeEditors);

  /** In either view; opens the inventory of its owner if it has none yet. */
  const rowOf = async (id: ObjectId, owner?: ObjectId): Promise<string> => {
    if (owner) {
      const key = cluster.key(owner);
      await cluster.expand(owner, () => cluster.probe.views.open?.openInventories.has(key) === true);
    }
    return cluster.until(`a row of ${id.name}`, () => {
      const { cluster: tree, sources } = cluster.probe.views.models;
      return (tree.rowsOf.get(cluster.key(id)) ?? sources.rowsOf.get(cluster.key(id)))?.[0];
    });
  };
  const open = async (id: ObjectId, owner?: ObjectId): Promise<string> => {
    await vscode.commands.executeCommand('driftline.openFile', await rowOf(id, owner));
    const editor = vscode.window.activeTextEditor;
    const path = editor && vscode.workspace.asRelativePath(editor.document.uri);
    return `${path ?? 'nothing'}:${(editor?.selection.active.line ?? -1) + 1}`;
  };

  describe('the file of', () => {
    const rows: readonly [name: string, id: ObjectId, owner: ObjectId | undefined, expected: string][] = [
      ['a Kustomization', kustomizationId('workloads'), undefined, 'clusters/homelab/workloads.yaml:1'],
      ['a HelmRelease', releaseId('grafana'), undefined, 'infrastructure/logging/grafana.yaml:1'],
      ['a source', charts, undefined, 'infrastructure/sources/grafana.yaml:1'],
      ['a plain object', llm, kustomizationId('workloads'), `${llmFile}:1`],
      [
        'what kustomize generates: its entry',
        prompts,
        kustomizationId('workloads'),
        'workloads/log-analyzer/kustomization.yaml:9',
      ],
      ['what a chart makes: the release', tempo, releaseId('tempo'), 'infrastructure/logging/tempo.yaml:1'],
    ];
    for (const [name, id, owner, expected] of rows) {
      it(name, async () => {
        assert.equal(await open(id, owner), expected);
        assert.deepEqual([hostDialogs().messages, hostDialogs().picks], [[], []]);
      });
    }

    it('an object with a patch: the user picks, the document first', async () => {
      const kustomization = workspaceFile('workloads/llm/kustomization.yaml').fsPath;
      const patch = workspaceFile('workloads/llm/patch.yaml').fsPath;
      const before = readFileSync(kustomization, 'utf8');
      try {
        writeFileSync(kustomization, `${before}patches:\n  - path: patch.yaml\n`);
        writeFileSync(patch, 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: llm\nspec:\n  replicas: 2\n');
        hostDialogs().pick((items) => items[1]);
        assert.equal(await open(llm, kustomizationId('workloads')), 'workloads/llm/patch.yaml:1');
        const [pick] = hostDialogs().picks;
        assert.equal(pick?.title, 'Deployment llm/llm is stated in 2 places');
        assert.deepEqual(
          pick.items.map(({ description }) => description),
          [llmFile, 'workloads/llm/patch.yaml · patch'],
        );
      } finally {
        await closeEditors();
        writeFileSync(kustomization, before);
        rmSync(patch);
      }
    });

    it('an object of another repository: none, but where it comes from', async () => {
      const object = cluster.server.get(git) as FluxObject;
      const seen = (url: string | undefined) => () =>
        cluster.probe.views.survey?.views.get(cluster.key(git))?.object.spec?.url === url;
      cluster.server.put({ ...object, spec: { ...object.spec, url: 'https://user:word@git.example.com/other.git' } });
      await cluster.until('another repository', seen('https://user:word@git.example.com/other.git'));
      assert.equal(await open(releaseId('grafana')), 'nothing:0');
      const [message] = hostDialogs().messages;
      assert.match(message?.text ?? '', /is applied by Kustomization .*infrastructure from git\.example\.com\/other/);
      assert.match(message?.text ?? '', /No open folder is a clone of it$/);
      assert.deepEqual(message?.buttons, ['Open its source in the browser']);
      cluster.server.put(object);
      await cluster.until('its own again', seen(object.spec?.url));
    });
  });

  describe('the row of', () => {
    const reveal = async (path: string, argument?: vscode.Uri): Promise<string> => {
      await showFile(path);
      await vscode.commands.executeCommand('driftline.revealObject', ...(argument ? [argument] : []));
      return hostDialogs()
        .messages.map(({ text }) => text)
        .join('\n');
    };

    it('a plain object, below its owner, which is opened for it', async () => {
      // A session of its own: nothing has been opened in it.
      await cluster.close();
      cluster = await connect();
      assert.equal(cluster.row(llm), undefined);
      assert.equal(await reveal(llmFile), '');
      assert.ok(cluster.row(llm));
      assert.equal(await reveal(llmFile, workspaceFile(llmFile)), '', 'and again, from the menu');
    });

    it('a Flux object and a source', async () => {
      assert.equal(await reveal('infrastructure/logging/grafana.yaml'), '');
      assert.equal(await reveal('infrastructure/sources/grafana.yaml'), '');
    });

    it('a document that the cluster does not have: none, and why', async () => {
      assert.match(await reveal('clusters/cabin/settings.yaml'), /is not in homelab/);
    });

    it('a file that states nothing: none when it is asked of it, else the user picks', async () => {
      const values = 'workloads/status-page/values.yaml';
      assert.match(await reveal(values, workspaceFile(values)), /states no object/);
      hostDialogs().reset();
      assert.equal(await reveal(values), '');
      assert.equal(hostDialogs().picks.length, 1);
    });
  });
});
