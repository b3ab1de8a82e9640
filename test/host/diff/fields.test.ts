/** What can be done with a drift in the files: shown unsaved in the editor, refused with a reason, asked where others are concerned. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { type Disposable, toDisposable } from '../../../src/base/disposables.ts';
import { idOf, type ObjectId } from '../../../src/flux/objectKey.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { scaledObject } from '../../support/apiServer/scaledObject.ts';
import { serveLokiChart } from '../window/servedChart.ts';
import { connect, type HostCluster, kustomizationId, releaseId } from '../window/hostCluster.ts';
import {
  closeEditors,
  eventually,
  hostDialogs,
  setUserSetting,
  showFile,
  workspaceFile,
} from '../window/hostWindow.ts';
import { installRelease } from '../window/installedRelease.ts';
import { revert, typeOver } from '../window/renderedText.ts';
import { serveSourceArtifact } from '../window/sourceArtifact.ts';

const workloads = kustomizationId('workloads');
const llm: ObjectId = { group: 'apps', kind: 'Deployment', namespace: 'llm', name: 'llm' };
const loki = releaseId('loki');
const config: ObjectId = { group: '', kind: 'ConfigMap', namespace: 'logging', name: 'loki' };

async function compareDrift(cluster: HostCluster, id: ObjectId): Promise<void> {
  hostDialogs().pick((items) => items.find((item) => item.label === 'Drift'));
  await vscode.commands.executeCommand('driftline.chooseComparison');
  hostDialogs().reset();
  await vscode.commands.executeCommand('driftline.diffObject', cluster.row(id)?.id);
  await cluster.until('the row says so', () => cluster.row(id)?.description.includes('differs'));
  hostDialogs().reset();
}

function fieldRow(cluster: HostCluster, label: string): string {
  const row = cluster.rows.find((each) => each.field && each.label === label);
  return row?.id ?? assert.fail(`no row ${label}:\n${cluster.treeText}`);
}

/** The text of the file in front, which must not be saved. */
function unsaved(path: string): string {
  const document = vscode.window.activeTextEditor?.document;
  const said = hostDialogs().messages.map(({ text }) => text);
  assert.equal(document?.uri.fsPath, workspaceFile(path).fsPath, said.join('\n'));
  assert.equal(document.isDirty, true);
  return document.getText();
}

async function throwAway(): Promise<void> {
  for (const document of vscode.workspace.textDocuments.filter(({ isDirty }) => isDirty)) {
    await revert(document);
  }
}

describe('what can be done with a drifted field', () => {
  let cluster: HostCluster;
  let artifact: Disposable;

  before(async () => {
    cluster = await connect();
    artifact = await serveSourceArtifact(cluster, serveLokiChart(cluster));
    await cluster.complete();
  });
  after(async () => {
    artifact.dispose();
    await cluster.close();
  });
  beforeEach(() => hostDialogs().reset());
  afterEach(async () => {
    await throwAway();
    await closeEditors();
  });

  /** Another value of an object than was recorded, until disposed. */
  const change = (id: ObjectId, changed: (object: KubernetesObject) => object): Disposable => {
    const before = cluster.server.get(id) ?? assert.fail(`the recording has ${id.kind} ${id.name}`);
    cluster.server.put(changed(before) as never);
    return toDisposable(() => void cluster.server.put(before));
  };
  const scale = (replicas: number): Disposable => scaledObject(cluster.server, llm, replicas);

  it('a live value is copied into the manifest that states it, and not saved', async () => {
    const scaled = scale(5);
    try {
      await compareDrift(cluster, workloads);
      await vscode.commands.executeCommand('driftline.copyLiveValue', fieldRow(cluster, 'spec.replicas'));
      assert.match(unsaved('workloads/llm/deployment.yaml'), /^ {2}replicas: 5$/m);
      assert.deepEqual(hostDialogs().messages, []);
      await vscode.commands.executeCommand('driftline.copyLiveValue', fieldRow(cluster, 'spec.replicas'));
      assert.match(hostDialogs().messages[0]?.text ?? '', /The files have the live value already/);
    } finally {
      scaled.dispose();
    }
  });

  it('without a row the diff in front is meant, and its only field', async () => {
    const scaled = scale(4);
    try {
      await compareDrift(cluster, workloads);
      await vscode.commands.executeCommand('driftline.copyLiveValue');
      assert.match(unsaved('workloads/llm/deployment.yaml'), /^ {2}replicas: 4$/m);
    } finally {
      scaled.dispose();
    }
  });

  it('who else builds the file is named first, and without an answer nothing is changed', async () => {
    const scaled = scale(6);
    const second = workspaceFile('clusters/second/workloads.yaml').fsPath;
    mkdirSync(dirname(second), { recursive: true });
    writeFileSync(
      second,
      'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: second\n  namespace: flux-system\n' +
        'spec:\n  path: ./workloads\n  prune: true\n  interval: 1h\n  sourceRef: {kind: GitRepository, name: flux-system}\n',
    );
    try {
      await compareDrift(cluster, workloads);
      const row = fieldRow(cluster, 'spec.replicas');
      await vscode.commands.executeCommand('driftline.copyLiveValue', row);
      const [asked] = hostDialogs().messages;
      assert.equal(
        asked?.text,
        'workloads/llm/deployment.yaml is built by Kustomization flux-system/workloads and Kustomization flux-system/second. ' +
          'Change spec.replicas of Deployment llm/llm in it for all of them?',
      );
      assert.equal(asked.modal, true);
      assert.ok(vscode.workspace.textDocuments.every(({ isDirty }) => !isDirty));
      hostDialogs().press('Change the file');
      await vscode.commands.executeCommand('driftline.copyLiveValue', row);
      assert.match(unsaved('workloads/llm/deployment.yaml'), /^ {2}replicas: 6$/m);
    } finally {
      rmSync(dirname(second), { recursive: true });
      scaled.dispose();
    }
  });

  it('a Kustomization ignores a field only where the cluster knows how: an unknown field would fail the apply', async () => {
    const definition = (properties: Readonly<Record<string, unknown>>): KubernetesObject => ({
      ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
      metadata: { name: 'kustomizations.kustomize.toolkit.fluxcd.io' },
      spec: {
        versions: [
          {
            name: 'v1',
            schema: { openAPIV3Schema: { properties: { spec: { properties: { path: {}, ...properties } } } } },
          },
        ],
      },
    });
    const scaled = scale(7);
    const recorded = cluster.server.get(idOf(definition({})));
    try {
      await compareDrift(cluster, workloads);
      const ignore = () => vscode.commands.executeCommand('driftline.ignoreField', fieldRow(cluster, 'spec.replicas'));
      cluster.server.put(definition({}));
      await ignore();
      const [said] = hostDialogs().messages;
      assert.match(
        said?.text ?? '',
        /does not know spec\.ignore of a Kustomization.*2\.9;.*ssa: Ignore or IfNotPresent/,
      );
      assert.deepEqual(said?.buttons, ['Open documentation']);
      assert.ok(vscode.workspace.textDocuments.every(({ isDirty }) => !isDirty));
      cluster.server.put(definition({ ignore: {} }));
      await ignore();
      assert.match(
        unsaved('clusters/homelab/workloads.yaml'),
        /^ {2}ignore:\n {4}- paths:\n {8}- \/spec\/replicas\n {6}target:\n {8}kind: Deployment\n {8}name: llm\n {8}namespace: llm\n/m,
      );
    } finally {
      scaled.dispose();
      if (recorded) {
        cluster.server.put(recorded);
      } else {
        cluster.server.remove(idOf(definition({})));
      }
    }
  });

  it('the list of a drift offers it too, and asks for the field where there are several', async () => {
    const scaled = change(llm, (object) => ({
      ...object,
      spec: {
        ...(object['spec'] as object),
        replicas: 3,
        revisionHistoryLimit: 4,
        strategy: { type: 'RollingUpdate' },
      },
    }));
    const prompts = { group: '', kind: 'ConfigMap', namespace: 'log-analyzer', name: 'prompts-cm5f77m44m' };
    const missing = cluster.server.get(prompts) ?? assert.fail('the recording has the prompts');
    cluster.server.remove(prompts);
    try {
      await compareDrift(cluster, workloads);
      hostDialogs().pick((items) => items.find(({ label }) => label === 'Copy a live value into its file'));
      hostDialogs().pick((items) => items.find(({ label }) => label === 'spec.replicas'));
      await vscode.commands.executeCommand('driftline.diffObject', cluster.row(workloads)?.id);
      const [list, fields] = hostDialogs().picks;
      const labels = list?.items.map(({ label }) => label) ?? [];
      assert.deepEqual(labels.slice(labels.indexOf('In the files')).slice(0, 3), [
        'In the files',
        'Copy a live value into its file',
        'Ignore a field',
      ]);
      assert.equal(fields?.title, 'Which field of Kustomization flux-system/workloads?');
      assert.ok(fields.items.every(({ description }) => description?.startsWith('Deployment llm/llm · ')));
      assert.match(unsaved('workloads/llm/deployment.yaml'), /^ {2}replicas: 3$/m);
    } finally {
      cluster.server.put(missing);
      scaled.dispose();
    }
  });

  it('a field of a Secret is passed over without reading the Secret, and its value is copied nowhere', async () => {
    const canary = Buffer.from('canary-that-lives').toString('base64');
    const id: ObjectId = { group: '', kind: 'Secret', namespace: 'logging', name: 'loki-token' };
    const secretOf = (token: string) => ({
      ...{ apiVersion: 'v1', kind: 'Secret', type: 'Opaque' },
      metadata: { name: id.name, namespace: id.namespace },
      data: { token },
    });
    const installed = installRelease(cluster, {
      ...{ name: 'loki', namespace: 'logging', chart: 'loki', chartVersion: '7.0.0', values: {} },
      objects: [secretOf(Buffer.from('canary-that-was-applied').toString('base64'))],
    });
    cluster.server.put(secretOf(canary));
    try {
      await compareDrift(cluster, loki);
      const field = fieldRow(cluster, 'data.token');
      await vscode.commands.executeCommand('driftline.copyLiveValue', field);
      assert.match(hostDialogs().messages[0]?.text ?? '', /values of Secrets are not written to files/i);
      assert.ok(vscode.workspace.textDocuments.every(({ isDirty }) => !isDirty));
      const before = cluster.server.requests.length;
      await vscode.commands.executeCommand('driftline.ignoreField', field);
      const text = unsaved('infrastructure/logging/loki.yaml');
      assert.match(text, /kind: Secret\n {10}name: loki-token/);
      assert.doesNotMatch(text, /canary/);
      assert.ok(!text.includes(canary));
      const asked = cluster.server.requests.slice(before).filter(({ path }) => path.includes('/secrets/loki-token'));
      assert.ok(asked.length > 0, 'the Secret is asked for, by its metadata');
      assert.ok(
        asked.every(({ accept }) => accept.includes('PartialObjectMetadata')),
        JSON.stringify(asked),
      );
    } finally {
      installed.dispose();
      cluster.server.remove(id);
    }
  });

  describe('in the Problems view', () => {
    const manifest = workspaceFile('workloads/llm/deployment.yaml');
    const findings = (uri: vscode.Uri): readonly vscode.Diagnostic[] =>
      vscode.languages.getDiagnostics(uri).filter((each) => each.source === 'Flux drift');
    const found = (uri: vscode.Uri, count: number): Promise<true> =>
      eventually(
        `${count} findings`,
        () => findings(uri).length === count,
        [(listener) => vscode.languages.onDidChangeDiagnostics(listener)],
        () => JSON.stringify(vscode.languages.getDiagnostics(uri)),
      );

    const setFindings = (value: boolean | undefined): Promise<void> => setUserSetting('drift.diagnostics', value);

    afterEach(() => setFindings(undefined));

    it('what differs stands at the manifest, follows it, and is gone once nothing differs', async () => {
      const scaled = scale(8);
      try {
        await compareDrift(cluster, workloads);
        await found(manifest, 1);
        const [finding] = findings(manifest);
        assert.match(
          finding?.message ?? '',
          /^Deployment llm\/llm differs in the cluster: spec\.replicas\. \(homelab compared with artifact main@\S+ at \d\d:\d\d\)$/,
        );
        assert.ok(finding);
        assert.equal(finding.severity, vscode.DiagnosticSeverity.Information);
        assert.equal(finding.range.start.line, 0);
        const document = await showFile('workloads/llm/deployment.yaml');
        await typeOver(document, 'apiVersion', '# one\n# two\napiVersion');
        await eventually('the finding has moved', () => findings(manifest)[0]?.range.start.line === 2, [
          (listener) => vscode.languages.onDidChangeDiagnostics(listener),
        ]);
      } finally {
        scaled.dispose();
      }
      await throwAway();
      await vscode.commands.executeCommand('driftline.diffObject', cluster.row(workloads)?.id);
      await found(manifest, 0);
    });

    it('the setting takes it away and brings it back', async () => {
      const scaled = scale(9);
      try {
        await compareDrift(cluster, workloads);
        await found(manifest, 1);
        await setFindings(false);
        await found(manifest, 0);
        await setFindings(undefined);
        await found(manifest, 1);
      } finally {
        scaled.dispose();
      }
    });
  });

  describe('of a release', () => {
    const file = 'infrastructure/logging/loki.yaml';
    const configOf = (retention: string): string =>
      `auth_enabled: false\nlimits_config:\n  retention_period: ${retention}\n`;
    const drifted: Disposable[] = [];

    const drift = async (text: string): Promise<void> => {
      const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'loki' } };
      drifted.push(
        installRelease(cluster, {
          name: 'loki',
          namespace: 'logging',
          chart: 'loki',
          chartVersion: '7.0.0',
          values: { loki: { retentionPeriod: '336h' }, singleBinary: { replicas: 1 } },
          objects: [{ ...configMap, data: { 'config.yaml': configOf('336h') } }],
        }),
      );
      drifted.push(change(config, (object) => ({ ...object, data: { 'config.yaml': text } })));
      await compareDrift(cluster, loki);
    };
    const row = (): string => fieldRow(cluster, 'data["config.yaml"]');

    afterEach(() => drifted.splice(0).forEach((each) => each.dispose()));

    it('the value that gives the field is changed, with its comments and neighbours as they are', async () => {
      await drift(configOf('720h'));
      await vscode.commands.executeCommand('driftline.copyLiveValue', row());
      const text = unsaved(file);
      assert.match(text, /^ {6}retentionPeriod: 720h$/m);
      assert.match(text, /# The class of the old NAS/);
    });

    it('what no value gives is refused', async () => {
      await drift(configOf('336h').replace('false', 'true'));
      await vscode.commands.executeCommand('driftline.copyLiveValue', row());
      assert.match(
        hostDialogs().messages[0]?.text ?? '',
        /^data\["config\.yaml"\] of ConfigMap logging\/loki: No single place/,
      );
      assert.ok(vscode.workspace.textDocuments.every(({ isDirty }) => !isDirty));
    });

    it('a field is passed over by a rule with a target, and a second one joins it', async () => {
      await drift(configOf('720h'));
      await vscode.commands.executeCommand('driftline.ignoreField', row());
      assert.match(
        unsaved(file),
        /^ {2}driftDetection:\n {4}ignore:\n {6}- paths:\n {10}- \/data\/config\.yaml\n {8}target:\n {10}kind: ConfigMap\n {10}name: loki\n {10}namespace: logging\n$/m,
      );
      assert.match(hostDialogs().messages[0]?.text ?? '', /the rule counts once its drift detection is turned on\.$/);
      await vscode.commands.executeCommand('driftline.ignoreField', row());
      assert.match(hostDialogs().messages[1]?.text ?? '', /The files pass over it already/);
    });

    it('a release says at its document what differs', async () => {
      await drift(configOf('720h'));
      const uri = workspaceFile(file);
      const messages = (): string[] =>
        vscode.languages
          .getDiagnostics(uri)
          .filter((each) => each.source === 'Flux drift')
          .map(({ message }) => message);
      await eventually('a finding', () => messages().length === 1, [
        (listener) => vscode.languages.onDidChangeDiagnostics(listener),
      ]);
      assert.match(messages().join(''), /^ConfigMap logging\/loki differs in the cluster: data\["config\.yaml"\]\. /);
      assert.doesNotMatch(messages().join(''), /720h|336h/);
    });

    it('drift detection is turned on in the file, and not twice', async () => {
      await drift(configOf('720h'));
      await vscode.commands.executeCommand('driftline.detectDrift', cluster.row(loki)?.id);
      assert.match(unsaved(file), /^ {2}driftDetection:\n {4}mode: warn\n$/m);
      await vscode.commands.executeCommand('driftline.detectDrift', cluster.row(loki)?.id);
      assert.match(hostDialogs().messages[0]?.text ?? '', /has drift detection already \(warn\)/);
    });
  });
});
