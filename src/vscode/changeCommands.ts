/**
 * The commands about a whole change: what the working tree would do to the cluster, and what a folder would before Flux applies it.
 * Finds what is meant, compares where the user can see and end it, and hands the result on. Writes nothing; a dry-run shows in the
 * cluster's audit log as a write of the user's, so nothing here runs without a command.
 */
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { Failure, isFailure } from '../base/failure.ts';
import type { SessionManager } from '../cluster/sessionManager.ts';
import type { FolderToCompare } from '../drift/compareFolder.ts';
import { Findings } from '../drift/findings.ts';
import { asRecord } from '../flux/untyped.ts';
import type { ChartPuller } from '../render/desired.ts';
import type { PulledCharts } from '../render/pulledCharts.ts';
import type { ManifestReader } from '../render/readManifest.ts';
import { approximate } from '../render/renderNote.ts';
import type { Renderer } from '../render/renderer.ts';
import { type ComparedCluster, comparedCluster } from '../drift/comparedCluster.ts';
import { type ComparedFolder, changedRepository, comparedFolder } from './changedFolder.ts';
import type { ChangePresenter, ChangeToShow } from './changePresenter.ts';
import type { ChangeRun, ChangeWords } from './changeRun.ts';
import { type ChangeCommand, commandIds } from './commandIds.ts';
import { folderChange } from './folderChange.ts';
import { offerWays, type OfferedWay } from './offeredWays.ts';
import { withPatience } from './patientProgress.ts';
import type { SessionInputs } from './sessionInputs.ts';
import { treeChange } from './treeChange.ts';
import type { WorkspaceState } from './workspaceState.ts';

export interface ChangeCommandsParts {
  readonly sessions: SessionManager;
  readonly inputs: SessionInputs;
  readonly workspace: WorkspaceState;
  readonly renderer: Renderer;
  readonly renderFolder: FolderToCompare['renderFolder'];
  readonly read: ManifestReader;
  readonly charts: PulledCharts;
  readonly changes: ChangePresenter;
  readonly clock: Clock;
}

/** `argument`: what VS Code hands to a command. Throws a Failure. */
export async function changeCommand(
  command: ChangeCommand,
  argument: unknown,
  parts: ChangeCommandsParts,
): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    const manage = () => vscode.commands.executeCommand('workbench.trust.manage');
    return offerWays('warning', 'In Restricted Mode Driftline asks neither Git nor a cluster.', [
      { title: 'Manage trust', run: manage },
    ]);
  }
  if (command === 'whatWouldThisChangeDo') {
    const root = await changedRepository(argument, parts.workspace);
    return root === undefined ? undefined : changeOfTree(root, asRecord(argument)?.['filesOnly'] === true, parts);
  }
  const folder = await comparedFolder(argument, parts);
  return folder && changeOfFolder(folder, parts);
}

/** `filesOnly`: without asking a cluster. */
function changeOfTree(root: string, filesOnly: boolean, parts: ChangeCommandsParts): Promise<void> {
  const title = 'Working out what this change does';
  const compare = (run: ChangeRun): Promise<ChangeWords> => treeChange(root, run);
  const cluster = filesOnly ? undefined : connectedCluster(parts);
  if (cluster || filesOnly) {
    return compareWith(title, cluster, compare, parts);
  }
  // As a command, for an error of it is to be shown like that of any other.
  const again = { rootUri: vscode.Uri.file(root), filesOnly: true };
  const run = () => vscode.commands.executeCommand(commandIds.whatWouldThisChangeDo, again);
  return Promise.resolve(offerWays('warning', notConnected, [chooseContext, { title: 'Compare files only', run }]));
}

function changeOfFolder(folder: ComparedFolder, parts: ChangeCommandsParts): Promise<void> {
  const cluster = connectedCluster(parts);
  const title = `Comparing ${folder.folder === '' ? 'the folder' : folder.folder}`;
  return cluster
    ? compareWith(title, cluster, (run) => folderChange(folder, run), parts)
    : Promise.resolve(offerWays('warning', notConnected, [chooseContext]));
}

const notConnected = 'No cluster is connected, so what it has is not known.';

const chooseContext: OfferedWay = {
  title: 'Choose context',
  run: () => vscode.commands.executeCommand(commandIds.chooseContext),
};

/** The cluster that is connected when the command begins: renders take minutes, in which it may be another one. */
function connectedCluster({ inputs, sessions, read, clock }: ChangeCommandsParts): ComparedCluster | undefined {
  const { current } = inputs;
  const { session } = sessions;
  return current && session && comparedCluster({ api: session.api, inputs: current, read, clock });
}

/** Without a cluster files are compared with those that are pushed. */
async function compareWith(
  title: string,
  cluster: ComparedCluster | undefined,
  compare: (run: ChangeRun) => Promise<ChangeWords>,
  parts: ChangeCommandsParts,
): Promise<void> {
  const found = await compareOnce(title, cluster, compare, parts, false);
  if ((found && (await parts.changes.present(found))) !== 'pull') {
    return;
  }
  const now = cluster && connectedCluster(parts); // the list may have stood for hours
  if (cluster && now?.context !== cluster.context) {
    return offerWays('warning', notConnected, [chooseContext]);
  }
  const pulled = await compareOnce(title, now, compare, parts, true);
  if (pulled) {
    await parts.changes.present(pulled);
  }
}

/** Lets the session go before anybody reads the result: a list or a message may stand for hours. */
async function compareOnce(
  title: string,
  cluster: ComparedCluster | undefined,
  compare: (run: ChangeRun) => Promise<ChangeWords>,
  { sessions, charts, clock, workspace, renderer, renderFolder }: ChangeCommandsParts,
  pull: boolean,
): Promise<ChangeToShow | undefined> {
  const where = cluster?.context ?? 'the pushed files';
  const hold = cluster && sessions.acquire(); // the session must outlive the view that it was opened for
  try {
    const findings = new Findings('changed');
    const { puller, refused } = countedRefusals(pull ? charts.fetching : charts.kept);
    const words = await withPatience(`${title} on ${where}`, clock, (signal, report) =>
      keepWhatIsFound({ workspace, renderer, renderFolder, cluster, puller, findings, signal, report }, compare),
    );
    return words && { ...words, where, found: findings, canPull: !pull && refused() > 0 };
  } finally {
    hold?.dispose();
  }
}

/** What was found before the user ended it, or before something failed that concerns all, is not thrown away. */
async function keepWhatIsFound(
  run: ChangeRun,
  compare: (run: ChangeRun) => Promise<ChangeWords>,
): Promise<ChangeWords> {
  const { findings, signal, cluster } = run;
  try {
    return await compare(run);
  } catch (error) {
    const isNothing = findings.objects.length === 0;
    if (!isFailure(error) || (isNothing && !signal.aborted)) {
      throw error;
    }
    if (isNothing) {
      return undefined;
    }
    if (signal.aborted) {
      findings.note('changed', [approximate('Ended before all was compared: what is missing here is not known.')]);
    } else {
      const words = `${error.message}; what is missing here is not known`;
      findings.fail(cluster?.context ?? 'files', new Failure(error.reason, words), undefined, 'compared');
    }
    return {
      subject: `Part of it on ${cluster?.context ?? 'the pushed files'}`,
      nothing: '',
      advice: undefined,
      offers: [],
    };
  }
}

/** Counts charts that could be pulled and were not, for nobody has asked for it yet. */
function countedRefusals(puller: ChartPuller): { readonly puller: ChartPuller; readonly refused: () => number } {
  const count = { refused: 0 };
  return {
    refused: () => count.refused,
    puller: {
      pull: async (request, signal) => {
        try {
          return await puller.pull(request, signal);
        } catch (error) {
          count.refused += isFailure(error) && error.remedy === 'pull' ? 1 : 0;
          throw error;
        }
      },
    },
  };
}
