/** The composition root of the extension: builds the parts in order, connects them, returns. Nothing else. */
import * as vscode from 'vscode';
import { systemClock } from './base/clock.ts';
import { Disposables } from './base/disposables.ts';
import { RunningActions } from './cluster/runningActions.ts';
import { SessionManager } from './cluster/sessionManager.ts';
import { channelLog } from './vscode/channelLog.ts';
import { ClusterViews } from './vscode/clusterViews.ts';
import { type CommandParts, registerCommands } from './vscode/commands.ts';
import { concernsSession, editorSettings, sessionSettings, watchFiles } from './vscode/editorSettings.ts';
import { tellEditorKinds } from './vscode/editorKinds.ts';
import type { FixFactsParts } from './vscode/findingFixes.ts';
import { followedKey } from './vscode/followedKey.ts';
import { FluxLenses } from './vscode/fluxLenses.ts';
import { LanguageServer } from './vscode/languageServer.ts';
import { LazyOperations } from './vscode/lazyOperations.ts';
import { LazyRendering } from './vscode/lazyRendering.ts';
import { LiveDocuments } from './vscode/liveDocuments.ts';
import { liveText, manifestText } from './vscode/objectTexts.ts';
import { ManifestLenses } from './vscode/manifestLenses.ts';
import { OpenClones } from './vscode/openClones.ts';
import type { OperationsParts } from './vscode/operations.ts';
import type { RenderingParts } from './vscode/rendering.ts';
import { RepositoryFacts } from './vscode/repositoryFacts.ts';
import { provideRowDecorations } from './vscode/rowDecorations.ts';
import { putOnTerminalPath } from './vscode/terminalPath.ts';

/** What tests in the extension host may look at; nothing for other extensions. */
export interface Probe {
  readonly views: ClusterViews;
  readonly sessions: SessionManager;
}

export function activate(context: vscode.ExtensionContext): Probe | undefined {
  const started = performance.now();
  const parts = new Disposables();
  context.subscriptions.push(parts);
  const clock = systemClock();
  const channel = parts.add(vscode.window.createOutputChannel('Driftline', { log: true }));
  const log = channelLog(channel);
  const sessions = parts.add(
    new SessionManager({
      loadKubernetes: () => import('./cluster/kubernetes.ts'),
      settings: sessionSettings,
      isTrusted: () => vscode.workspace.isTrusted,
      memory: context.workspaceState,
      watchFiles,
      clock,
      log,
    }),
  );
  const running = parts.add(new RunningActions({ clock }));
  const settings = editorSettings;
  putOnTerminalPath(context.environmentVariableCollection, context.extensionUri);
  parts.add(provideRowDecorations());
  const clones = parts.add(new OpenClones(clock));
  const views = parts.add(
    new ClusterViews({ sessions, running, settings, memory: context.workspaceState, clones, clock, log }),
  );
  const repositories = parts.add(new RepositoryFacts(clock));
  const lenses = parts.add(new FluxLenses({ sessions, running, views, repositories, settings, clock }));
  parts.add(new ManifestLenses({ views, repositories, settings, clock, log }));
  const documents = parts.add(new LiveDocuments((key, signal) => liveText(sessions, key, signal)));
  const shared = { sessions, running, views, clones, repositories, settings, clock, log };
  const operations = parts.add(lazyOperations({ ...shared, memory: context.workspaceState }));
  const rendering = parts.add(lazyRendering(context, shared));
  parts.add(tellEditorKinds(clock));
  const readManifest: CommandParts['readManifest'] = (key, signal) => manifestText(sessions, key, signal);
  const shown = { views, documents, readManifest, rendering, operations };
  parts.add(registerCommands({ sessions, clones, running, ...shown, settings, channel, log }));
  const server = parts.add(languageServer(context.extensionUri, channel, { views, repositories, clock, log }));
  parts.add(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (concernsSession(change)) {
        void sessions.settingsChanged();
      }
      if (change.affectsConfiguration('driftline')) {
        views.redraw();
        lenses.refresh();
        server.updateSettings();
      }
    }),
  );
  parts.add(vscode.window.onDidChangeWindowState(({ focused }) => focused && sessions.session?.lookNow()));
  parts.add(vscode.workspace.onDidGrantWorkspaceTrust(() => void sessions.settingsChanged()));
  log.info(`Activated in ${Math.round(performance.now() - started)} ms`);
  return context.extensionMode === vscode.ExtensionMode.Test ? { views, sessions } : undefined;
}

function lazyOperations(parts: OperationsParts): LazyOperations {
  const operations = new LazyOperations(async () => {
    const { openOperations } = await import('./vscode/operations.ts');
    return openOperations(parts);
  });
  if (parts.memory.get(followedKey) !== undefined) {
    operations.resume().catch((error: unknown) => parts.log.error('The followed commit cannot be shown', error));
  }
  return operations;
}

function lazyRendering(
  { globalStorageUri, workspaceState: memory }: vscode.ExtensionContext,
  parts: Omit<RenderingParts, 'memory' | 'chartFolder'>,
): LazyRendering {
  return new LazyRendering(async () => {
    const { openRendering } = await import('./vscode/rendering.ts');
    return openRendering({ ...parts, memory, chartFolder: vscode.Uri.joinPath(globalStorageUri, 'charts').fsPath });
  });
}

function languageServer(
  extension: vscode.Uri,
  outputChannel: vscode.LogOutputChannel,
  facts: FixFactsParts,
): LanguageServer {
  return new LanguageServer({
    start: async (settings) => {
      const { startLanguageClient } = await import('./vscode/languageClient.ts');
      const serverPath = vscode.Uri.joinPath(extension, 'dist', 'server.cjs').fsPath;
      return startLanguageClient({ serverPath, settings, outputChannel, facts });
    },
    settings: editorSettings,
    log: facts.log,
  });
}
