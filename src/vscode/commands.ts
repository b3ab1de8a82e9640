/** Maps every command to its handler. The handlers are short: what they do is done by the parts that they are given. */
import * as vscode from 'vscode';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Failure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import type { RunningActions } from '../cluster/runningActions.ts';
import type { SessionManager } from '../cluster/sessionManager.ts';
import { type CliVerb, cliCommand } from '../flux/cliCommand.ts';
import { displayName, type ObjectKey, parseObjectKey } from '../flux/objectKey.ts';
import type { Settings } from '../settings.ts';
import { groupings } from '../view/arrangeObjects.ts';
import { attentionFilter, filterItems, toFilter } from '../view/filters.ts';
import { actionTarget, pickObject } from './actionTarget.ts';
import { signalOf } from './cancellation.ts';
import type { ClusterViews } from './clusterViews.ts';
import { type CommandHandler, registerCommand } from './commandBorder.ts';
import { type CommandName, writingCommands } from './commandIds.ts';
import { pickContext } from './contextPick.ts';
import { fetchCommit } from './fetchCommit.ts';
import type { LiveDocuments } from './liveDocuments.ts';
import type { OpenClones } from './openClones.ts';
import type { LazyOperations } from './lazyOperations.ts';
import type { LazyRendering } from './lazyRendering.ts';

export interface CommandParts {
  readonly sessions: SessionManager;
  readonly views: ClusterViews;
  readonly clones: OpenClones;
  readonly running: RunningActions;
  readonly documents: LiveDocuments;
  /** The clean manifest of an object as YAML. */
  readonly readManifest: (key: ObjectKey, signal: AbortSignal) => Promise<string>;
  readonly rendering: LazyRendering;
  readonly operations: LazyOperations;
  readonly settings: () => Settings;
  readonly channel: vscode.LogOutputChannel;
  readonly log: Log;
}

type Handlers = Readonly<Record<CommandName, CommandHandler>>;

const installGuide = 'https://fluxcd.io/flux/installation/';
const walkthrough = 'driftline.driftline#start';

/** Registers all commands; the caller disposes the result. */
export function registerCommands(parts: CommandParts): Disposable {
  const disposables = new Disposables();
  const handlers: Handlers = {
    ...connectionHandlers(parts),
    ...treeHandlers(parts),
    ...objectHandlers(parts),
    ...parts.rendering.handlers,
    ...parts.operations.handlers,
  };
  const border = {
    log: parts.log,
    context: () => {
      const { connection } = parts.sessions;
      return connection.state === 'disconnected' ? undefined : connection.context;
    },
  };
  for (const [name, handler] of Object.entries(handlers) as [CommandName, CommandHandler][]) {
    disposables.add(registerCommand(name, guarded(name, handler, parts.settings), border));
  }
  return disposables;
}

/** In a read-only window they are hidden; a keyboard shortcut or another extension may call them all the same. */
function guarded(name: CommandName, handler: CommandHandler, settings: () => Settings): CommandHandler {
  const writing: readonly CommandName[] = writingCommands;
  if (!writing.includes(name)) {
    return handler;
  }
  return {
    attempt: handler.attempt,
    run: (...args) => {
      if (settings().readOnly) {
        throw new Failure('forbidden', 'the setting driftline.readOnly is on');
      }
      return handler.run(...args);
    },
  };
}

function connectionHandlers({ sessions, views, settings, channel }: CommandParts) {
  return {
    chooseContext: {
      attempt: 'Choose kubeconfig context',
      run: async () => {
        const context = await pickContext(sessions.contexts());
        if (context !== undefined && (await leaveSetting(context, settings().context))) {
          await sessions.selectContext(context);
          await vscode.commands.executeCommand('driftline.cluster.focus');
        }
      },
    },
    retryConnection: {
      attempt: 'Retry connection',
      run: async () => {
        await sessions.retry();
        views.open?.refresh();
      },
    },
    refreshCluster: {
      attempt: 'Refresh',
      run: () => {
        sessions.refresh();
        views.open?.refresh();
      },
    },
    showLog: { attempt: 'Open log', run: () => channel.show(true) },
    openWalkthrough: {
      attempt: 'Open walkthrough',
      run: () => vscode.commands.executeCommand('workbench.action.openWalkthrough', walkthrough, false),
    },
    openInstallGuide: {
      attempt: 'Open the installation guide',
      run: () => vscode.env.openExternal(vscode.Uri.parse(installGuide)),
    },
    checkPrerequisites: { attempt: 'Check prerequisites', run: () => showPrerequisites(sessions) },
  } satisfies Partial<Handlers>;
}

/** The setting outweighs a choice, so a choice without changing the setting would do nothing. */
async function leaveSetting(context: string, setting: string): Promise<boolean> {
  if (setting === '' || setting === context) {
    return true;
  }
  const change = 'Change the setting';
  const question = `The setting driftline.context names ${setting}. Connect this workspace to ${context} instead?`;
  if ((await vscode.window.showWarningMessage(question, { modal: true }, change)) !== change) {
    return false;
  }
  const configuration = vscode.workspace.getConfiguration('driftline');
  await configuration.update('context', context, vscode.ConfigurationTarget.Workspace);
  return true;
}

async function showPrerequisites(sessions: SessionManager): Promise<void> {
  const { session } = sessions;
  if (!session) {
    throw new Failure('unreachable', 'no cluster is connected');
  }
  const title = `Checking prerequisites on ${session.context}`;
  const report = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (_progress, token) => {
      const link = signalOf(token);
      try {
        const { checkPrerequisites, prerequisitesReport } = await import('../view/prerequisitesBundle.ts');
        return prerequisitesReport(await checkPrerequisites(session.api, session, link.signal));
      } finally {
        link.dispose();
      }
    },
  );
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: report });
  await vscode.window.showTextDocument(document, { preview: true });
}

function treeHandlers({ views, clones }: CommandParts) {
  return {
    groupObjects: { attempt: 'Group by', run: () => pickGrouping(views) },
    filterObjects: { attempt: 'Filter', run: () => pickFilter(views) },
    clearFilter: { attempt: 'Clear filter', run: () => views.setFilter(undefined) },
    showFailing: {
      attempt: 'Show failing and drifted objects',
      run: async () => {
        views.setFilter(attentionFilter);
        await vscode.commands.executeCommand('driftline.cluster.focus');
      },
    },
    findObject: {
      attempt: 'Find Flux object',
      run: async () => {
        const key = await pickObject(views);
        if (key !== undefined) {
          await reveal(views, key);
        }
      },
    },
    lookUpObjects: {
      attempt: 'Look up objects by label',
      run: async (argument) => {
        const target = await actionTarget(argument, views);
        const inventory = views.open?.inventory;
        if (target && inventory) {
          await inventory.lookUpByLabels(target.key);
        }
      },
    },
    fetchCommit: {
      attempt: 'Fetch the applied commit',
      run: async (argument) => {
        const target = await actionTarget(argument, views, ({ pending }) => pending?.state === 'notFetched');
        if (target) {
          await fetchCommit(target.key, views, clones);
        }
      },
    },
  } satisfies Partial<Handlers>;
}

async function reveal(views: ClusterViews, key: ObjectKey): Promise<void> {
  if (!(await views.reveal(key))) {
    const id = parseObjectKey(key);
    throw new Failure('notFound', `${id ? `${id.kind} ${displayName(id)}` : key} is in no view`);
  }
}

const groupingWords = {
  hierarchy: { label: 'As Flux applies', detail: 'Kustomizations and HelmReleases nested below what applies them' },
  namespace: { label: 'Namespace', detail: '' },
  kind: { label: 'Kind', detail: '' },
  source: { label: 'Source', detail: 'what takes from the same source stands together' },
};

async function pickGrouping(views: ClusterViews): Promise<void> {
  const items = groupings.map((grouping) => ({
    ...groupingWords[grouping],
    description: grouping === views.grouping ? 'shown now' : '',
    grouping,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: 'Group Flux objects by' });
  if (picked) {
    await views.setGrouping(picked.grouping);
  }
}

async function pickFilter(views: ClusterViews): Promise<void> {
  const { survey } = views;
  if (!survey) {
    throw new Failure('unreachable', 'no cluster is connected');
  }
  const items = filterItems(survey, views.filter).map((item) => ({
    label: item.label,
    description: String(item.count),
    detail: item.detail,
    picked: item.picked,
    filter: item.filter,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: `Show only, on ${survey.context}`,
    placeHolder: 'None picked shows all',
    canPickMany: true,
  });
  if (picked) {
    views.setFilter(toFilter(picked.map((item) => item.filter)));
  }
}

function objectHandlers(parts: CommandParts) {
  const { views, running, documents, readManifest } = parts;
  const withObject = (attempt: string, run: (key: ObjectKey) => Promise<void> | void): CommandHandler => ({
    attempt,
    run: async (argument) => {
      const target = await actionTarget(argument, views);
      if (target) {
        await run(target.key);
      }
    },
  });
  return {
    stopWaiting: withObject('Stop waiting', (key) => stopWaiting(running, key)),
    openLiveObject: withObject('Open live YAML', (key) =>
      withProgress('Reading the live object', (signal) => documents.open(key, signal)),
    ),
    copyManifest: withObject('Copy clean manifest', (key) =>
      withProgress('Reading the live object', async (signal) => copy(await readManifest(key, signal), 'Manifest')),
    ),
    copyName: withObject('Copy name', (key) => copy(parseObjectKey(key)?.name ?? key, 'Name')),
    copyCommand: withObject('Copy equivalent flux command', (key) => copyCommand(key)),
  } satisfies Partial<Handlers>;
}

function stopWaiting(running: RunningActions, key: ObjectKey): void {
  const entry = running.get(key);
  if (entry?.state === 'running') {
    entry.cancel();
  }
}

async function copyCommand(key: ObjectKey): Promise<void> {
  const object = parseObjectKey(key);
  const verbs: readonly CliVerb[] = ['get', 'reconcile', 'suspend', 'resume'];
  const commands = verbs.flatMap((verb) => {
    const command =
      object &&
      cliCommand(verb, object, {
        context: object.context,
        shell: process.platform === 'win32' ? 'powershell' : 'posix',
      });
    return command === undefined ? [] : [{ label: command }];
  });
  if (commands.length === 0) {
    throw new Failure('invalid', `the flux CLI has no command for ${object ? object.kind : key}`);
  }
  const picked = await vscode.window.showQuickPick(commands, { title: 'Copy which command?' });
  if (picked) {
    await copy(picked.label, 'Command');
  }
}

async function copy(text: string, what: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  void vscode.window.setStatusBarMessage(`$(check) ${what} copied`, 3_000);
}

/** Shown in the window's status while it lasts; a request ends by its own time limits. */
function withProgress(title: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  return Promise.resolve(
    vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
      work(new AbortController().signal),
    ),
  );
}
