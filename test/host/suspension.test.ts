/** Suspend and resume: what is said before, the reason that is left, who else sees it, and several rows at once. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ObjectId } from '../../src/flux/objectKey.ts';
import type { FluxObject } from '../../src/flux/objects.ts';
import { connect, type HostCluster, kustomizationId, releaseId } from './window/hostCluster.ts';
import { closeEditors, eventually, hostDialogs, showFile } from './window/hostWindow.ts';

const workloads = kustomizationId('workloads');
const reasonOf = 'driftline.dev/suspended-reason';
const byOf = 'driftline.dev/suspended-by';
const atOf = 'driftline.dev/suspended-at';

describe('suspend and resume', () => {
  let cluster: HostCluster;
  before(async () => {
    cluster = await connect({ others: ['elsewhere'] });
  });
  after(async () => {
    await cluster.close();
  });
  beforeEach(() => hostDialogs().reset());
  afterEach(closeEditors);

  const object = (id: ObjectId): FluxObject => cluster.server.get(id) ?? assert.fail(`${id.name} is there`);
  const rowId = (id: ObjectId): string => cluster.row(id)?.id ?? assert.fail(`${id.name} has a row`);
  const text = (id: ObjectId): string => cluster.row(id)?.description ?? '';
  const run = async (command: 'suspendObject' | 'resumeObject', id: ObjectId, selection?: readonly ObjectId[]) => {
    await vscode.commands.executeCommand(`driftline.${command}`, rowId(id), selection?.map(rowId));
  };
  const suspendWith = async (id: ObjectId, reason: string): Promise<void> => {
    hostDialogs().type(reason);
    await run('suspendObject', id);
    await cluster.until(`${id.name} rests`, () => /suspended/.test(text(id)));
  };
  const resume = async (id: ObjectId): Promise<void> => {
    hostDialogs().press('Resume');
    await run('resumeObject', id);
    await cluster.until(`${id.name} goes on`, () => text(id) !== '' && !/suspended/.test(text(id)));
  };
  /** As somebody else does it. */
  const put = (id: ObjectId, change: (object: FluxObject) => FluxObject): void => {
    cluster.server.put(change(object(id)));
  };

  it('say what goes on, keep a reason with user and time, and take it away again', async () => {
    await suspendWith(workloads, 'moving "disks" $(rm -rf /); \u202eback');
    const [box] = hostDialogs().inputs;
    assert.equal(box?.title, 'Suspend Kustomization flux-system/workloads on homelab');
    assert.match(
      box.prompt ?? '',
      /^Nothing new is applied and drift is no longer corrected\..* A reason, if you like, is kept with the object/,
    );
    const { annotations } = object(workloads).metadata;
    assert.equal(annotations?.[reasonOf], 'moving "disks" $(rm -rf /); back');
    assert.equal(annotations[byOf], 'admin');
    assert.match(annotations[atOf] ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.match(text(workloads), /suspended by admin \d+[sm] ago: "moving "disks" \$\(rm -rf \/\); back"/);

    const document = await showFile('clusters/homelab/workloads.yaml');
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
    );
    assert.match(lenses[0]?.command?.title ?? '', /Suspended by admin \d+[sm] ago: "moving/);

    await resume(workloads);
    const left = Object.keys(object(workloads).metadata.annotations ?? {});
    assert.deepEqual(
      left.filter((name) => name.startsWith('driftline.dev/')),
      [],
    );
    assert.equal('suspend' in (object(workloads).spec ?? {}), false);
  });

  it('Escape in the question for a reason suspends nothing', async () => {
    const before = cluster.writes.length;
    await run('suspendObject', workloads);
    assert.equal(hostDialogs().inputs.length, 1);
    assert.deepEqual(cluster.writes.slice(before), []);
  });

  it('a reason that was left in another window is shown here, until somebody resumes by another tool', async () => {
    const left = { [byOf]: 'eve', [reasonOf]: 'night shift', [atOf]: new Date().toISOString() };
    const annotated = (one: FluxObject, suspend: boolean): FluxObject => ({
      ...one,
      metadata: { ...one.metadata, annotations: { ...one.metadata.annotations, ...left } },
      spec: { ...one.spec, suspend },
    });
    put(workloads, (one) => annotated(one, true));
    await cluster.until('eve is named', () => /suspended by eve \d+[sm] ago: "night shift"/.test(text(workloads)));
    const writes = cluster.writes.length;
    await run('suspendObject', workloads);
    assert.match(
      hostDialogs().messages[0]?.text ?? '',
      /changed meanwhile \(Kustomization flux-system\/workloads is already suspended by eve/,
    );
    assert.deepEqual(cluster.writes.slice(writes), [], 'her word is not written over');
    put(workloads, (one) => annotated(one, false));
    await cluster.until('nobody is named', () => text(workloads) !== '' && !/suspended|eve/.test(text(workloads)));
  });

  it('what a manifest will set back is asked first, and the file is at hand', async () => {
    const grafana = releaseId('grafana');
    const manager = {
      manager: 'kustomize-controller',
      operation: 'Apply',
      fieldsV1: { 'f:spec': { 'f:suspend': {} } },
    };
    const before = object(grafana);
    put(grafana, (one) => ({
      ...one,
      metadata: { ...one.metadata, managedFields: [...(one.metadata.managedFields ?? []), manager] },
    }));
    const writes = cluster.writes.length;
    hostDialogs().press('Open the file');
    await run('suspendObject', grafana);
    const [question] = hostDialogs().messages;
    assert.deepEqual(question?.buttons, ['Suspend', 'Open the file']);
    assert.match(
      question.detail,
      /^Kustomization flux-system\/infrastructure applies this object and its manifest says suspend: false: it will be set back with the next reconcile \(interval \w+\)\./,
    );
    assert.match(vscode.window.activeTextEditor?.document.uri.path ?? '', /\/infrastructure\/logging\/grafana\.yaml$/);
    assert.deepEqual(cluster.writes.slice(writes), []);
    cluster.server.put(before);
  });

  it('a resume says what has piled up, and does nothing without a yes', async () => {
    const is = object(workloads);
    const old = `main@sha1:${'a'.repeat(40)}`;
    put(workloads, (one) => ({
      ...one,
      spec: { ...one.spec, suspend: true, prune: true },
      status: { ...one.status, lastAppliedRevision: old },
    }));
    await cluster.until('it rests', () => /suspended/.test(text(workloads)));
    const writes = cluster.writes.length;
    await run('resumeObject', workloads);
    const [question] = hostDialogs().messages;
    assert.deepEqual(question?.buttons, ['Resume', 'Diff first']);
    assert.match(question.detail, /main@aaaaaaa is applied, main@\w{7} would come\. Prune is on: objects/);
    assert.deepEqual(cluster.writes.slice(writes), []);
    cluster.server.put(is);
    await cluster.until('it goes on', () => text(workloads) !== '' && !/suspended/.test(text(workloads)));
  });

  it('several rows: one question, one reason, each object once, and a result for each', async () => {
    const [tempo, grafana, gateway] = [releaseId('tempo'), releaseId('grafana'), releaseId('gateway', 'envoy')];
    const writes = cluster.writes.length;
    hostDialogs().press('Suspend');
    hostDialogs().press('Show results');
    hostDialogs().type('maintenance');
    await run('suspendObject', tempo, [tempo, grafana, tempo, gateway]);
    const [question, end] = hostDialogs().messages;
    assert.equal(question?.text, 'Suspend 2 objects on homelab?');
    assert.match(
      question.detail,
      /^HelmRelease logging\/tempo\nHelmRelease logging\/grafana\n\nLeft out, .*: HelmRelease envoy\/gateway\./,
    );
    assert.equal(hostDialogs().inputs.length, 1);
    assert.equal(cluster.writes.length, writes + 2);
    assert.equal(end?.text, 'Suspend on homelab: 2 done');
    const shown = await eventually(
      'the results are shown',
      () => {
        const document = vscode.window.activeTextEditor?.document;
        return document?.languageId === 'markdown' && document.getText();
      },
      [(listener) => vscode.window.onDidChangeActiveTextEditor(listener)],
    );
    assert.match(shown, /grafana \| done \| suspended \|/);
    assert.match(shown, /gateway \| left out \|/);
    for (const id of [tempo, grafana]) {
      assert.equal(object(id).metadata.annotations?.[reasonOf], 'maintenance');
    }
    assert.notEqual(object(gateway).metadata.annotations?.[reasonOf], 'maintenance');

    hostDialogs().reset();
    hostDialogs().press('Resume');
    await cluster.until('both rest', () => /suspended/.test(text(tempo)) && /suspended/.test(text(grafana)));
    await run('resumeObject', tempo, [tempo, grafana]);
    assert.equal(hostDialogs().messages[1]?.text, 'Resume on homelab: 2 done');
    await cluster.until('both go on', () => !/suspended/.test(`${text(tempo)}${text(grafana)}`));
  });

  it('several rows without a yes: nothing', async () => {
    const writes = cluster.writes.length;
    const [tempo, loki] = [releaseId('tempo'), releaseId('loki')];
    await vscode.commands.executeCommand('driftline.reconcileObject', rowId(tempo), [tempo, loki].map(rowId));
    assert.deepEqual(
      hostDialogs().messages.map(({ text: asked }) => asked),
      ['Reconcile 2 objects on homelab?'],
    );
    assert.deepEqual(cluster.writes.slice(writes), []);
  });

  it('a webhook’s denial is told in its words', async () => {
    const message = 'admission webhook "policy.example.com" denied the request: not at night';
    const fault = cluster.server.faults.add({
      match: { method: 'PATCH', path: /\/tempo/ },
      fault: { status: 403, message },
    });
    hostDialogs().type('x');
    await run('suspendObject', releaseId('tempo'));
    assert.match(
      hostDialogs().messages[0]?.text ?? '',
      /^Suspend HelmRelease logging\/tempo on homelab failed: .*denied the request: not at night/,
    );
    fault.dispose();
  });

  it('an object that goes while the question stands is told to be gone', async () => {
    const tempo = releaseId('tempo');
    const is = object(tempo);
    hostDialogs().type(() => {
      cluster.server.remove(tempo);
      return Promise.resolve('');
    });
    await run('suspendObject', tempo);
    assert.match(
      hostDialogs().messages[0]?.text ?? '',
      /^Suspend HelmRelease logging\/tempo on homelab failed: not found/,
    );
    cluster.server.put(is);
    await cluster.until('it is there again', () => cluster.row(tempo) !== undefined);
  });

  it('another context that is chosen while the question stands keeps everything as it is', async () => {
    const { sessions } = cluster.probe;
    const writes = cluster.writes.length;
    hostDialogs().type(async () => {
      await sessions.selectContext('elsewhere');
      return 'x';
    });
    await run('suspendObject', workloads);
    assert.match(hostDialogs().messages[0]?.text ?? '', /homelab is no longer the connected context/);
    assert.deepEqual(cluster.writes.slice(writes), []);
    await sessions.selectContext('homelab');
    await cluster.complete();
  });

  it('a context that was connected anew while the question stands is another one, whatever its name', async () => {
    const { sessions } = cluster.probe;
    const writes = cluster.writes.length;
    hostDialogs().type(async () => {
      await sessions.selectContext('elsewhere');
      await sessions.selectContext('homelab');
      return 'x';
    });
    await run('suspendObject', workloads);
    assert.match(hostDialogs().messages[0]?.text ?? '', /homelab was connected anew meanwhile; nothing was sent/);
    assert.deepEqual(cluster.writes.slice(writes), []);
    await cluster.complete();
  });
});
