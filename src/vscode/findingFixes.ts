/**
 * What the light bulb needs of the extension: facts of the connected cluster for fixes that pin, and the choice of a rule's
 * severity. A bundle of its own, loaded when somebody clicks. Decides nothing about findings.
 */
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { runningFacts } from '../cluster/runningFacts.ts';
import { objectKey } from '../flux/objectKey.ts';
import { asRecord, asText } from '../flux/untyped.ts';
import type { RunningAnswer, RunningQuestion } from '../protocol.ts';
import { settingKeys } from '../settings.ts';
import { ruleEdit, severityWords } from '../view/ruleSeverity.ts';
import { isReading } from '../view/completeness.ts';
import { signalOf } from './cancellation.ts';
import type { ClusterViews } from './clusterViews.ts';
import type { RepositoryFacts } from './repositoryFacts.ts';

export interface FixFactsParts {
  readonly views: Pick<ClusterViews, 'survey' | 'open'>;
  readonly repositories: Pick<RepositoryFacts, 'of'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** `null` without a cluster, while it is still being read, and where nothing is certain. */
export async function answerRunning(
  question: RunningQuestion,
  { views, repositories, clock, log }: FixFactsParts,
  token: vscode.CancellationToken,
): Promise<RunningAnswer> {
  const file = views.survey && (await repositories.of(vscode.Uri.parse(question.uri)));
  const { survey, open } = views; // another one by now
  const isKnown = open?.session.connection.state === 'connected' && !isReading(open.session);
  if (!survey || !open || !isKnown || !file || survey.context !== open.session.context) {
    return null;
  }
  const { signal, dispose } = signalOf(token);
  try {
    const known = [...survey.views.values()].map(({ object }) => object);
    const get = (id: Parameters<typeof objectKey>[1]) => survey.views.get(objectKey(survey.context, id))?.object;
    const parts = { file, known, get, api: open.session.api, clock };
    const facts = await runningFacts(question, parts, signal);
    // Facts of a cluster that is no longer the one in front would pin to what runs elsewhere.
    if (views.open !== open) {
      return null;
    }
    // Without the right to ask it costs no request to learn whether there is anything to be asked for.
    const isAskable = !facts && (await runningFacts({ ...question, mayAsk: false }, parts, signal))?.askable === true;
    return isAskable ? { ...noPods, unknown: 'there are more pods than are read' } : (facts ?? null);
  } catch (error) {
    log.debug(`What runs of ${question.object.kind} ${question.object.name} is not known: ${String(error)}`);
    const unknown = isFailure(error, 'forbidden') ? 'you may not list pods there' : 'the cluster did not tell its pods';
    return signal.aborted || question.about !== 'images' ? null : { ...noPods, unknown };
  } finally {
    dispose();
  }
}

const noPods = { chart: undefined, revision: undefined, images: [], askable: false };

/** Asks for the severity and writes it: to the repository's own file where it has one, which wins, else to the settings. */
export async function chooseSeverity(choice: unknown, { log }: Pick<FixFactsParts, 'log'>): Promise<void> {
  const record = asRecord(choice);
  const [rule, config] = [asText(record?.['rule']), asText(record?.['config'])];
  if (rule === undefined) {
    return;
  }
  const where = config === undefined ? 'the settings' : vscode.workspace.asRelativePath(vscode.Uri.parse(config));
  const items = severityWords.map(({ severity, says }) => ({ label: severity, description: says }));
  const picked = await vscode.window.showQuickPick(items, { title: `${rule}: severity, written to ${where}` });
  const severity = severityWords.find((word) => word.severity === picked?.label)?.severity;
  if (severity === undefined) {
    return;
  }
  try {
    await (config === undefined
      ? writeSetting(rule, severity)
      : writeConfig(vscode.Uri.parse(config), { rule, severity }));
  } catch (error) {
    log.error(`The severity of ${rule} could not be written`, error);
    void vscode.window.showErrorMessage(`The severity of ${rule} could not be written to ${where}.`);
  }
}

/** Where rules are set already; else for the folder that is open, whose files the finding is about. */
async function writeSetting(rule: string, severity: string): Promise<void> {
  const section = vscode.workspace.getConfiguration('driftline');
  const set = section.inspect<Readonly<Record<string, unknown>>>(settingKeys.ruleSeverity);
  const isFolder = vscode.workspace.workspaceFolders !== undefined;
  const isUsers = set?.workspaceValue === undefined && (set?.globalValue !== undefined || !isFolder);
  const target = isUsers ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
  const value = isUsers ? set?.globalValue : set?.workspaceValue;
  await section.update(settingKeys.ruleSeverity, { ...value, [rule]: severity }, target);
}

/** In the editor, where it is seen and may be undone. */
async function writeConfig(
  uri: vscode.Uri,
  choice: { readonly rule: string; readonly severity: string },
): Promise<void> {
  const { editField } = await import('../manifests/yamlBundle.ts');
  const document = await vscode.workspace.openTextDocument(uri);
  const text = document.getText();
  const edit = ruleEdit(text, choice, editField);
  const change = new vscode.WorkspaceEdit();
  const range = edit && new vscode.Range(document.positionAt(edit.start), document.positionAt(edit.end));
  if (range) {
    change.replace(uri, range, edit.text);
  }
  const isWritten = range !== undefined && (await vscode.workspace.applyEdit(change));
  await vscode.window.showTextDocument(document, { preview: false });
  if (!isWritten) {
    void vscode.window.showWarningMessage(`Write it by hand: rules: { ${choice.rule}: ${choice.severity} }`);
  }
}
