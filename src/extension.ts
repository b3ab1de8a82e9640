/** The composition root of the extension: builds the parts in order, connects them, returns. Nothing else. */
import * as vscode from 'vscode';
import { systemClock } from './base/clock.ts';
import { Disposables } from './base/disposables.ts';
import { Failure } from './base/failure.ts';
import { RunningActions } from './cluster/runningActions.ts';
import { SessionManager } from './cluster/sessionManager.ts';
import { PulledCharts } from './render/pulledCharts.ts';
import type { Settings } from './settings.ts';
import { channelLog } from './vscode/channelLog.ts';
import { ClusterViews } from './vscode/clusterViews.ts';
import { registerCommands } from './vscode/commands.ts';
import { concernsSession, editorSettings, sessionSettings, watchFiles } from './vscode/editorSettings.ts';
import { tellEditorKinds } from './vscode/editorKinds.ts';
import { FluxLenses } from './vscode/fluxLenses.ts';
import { LanguageServer } from './vscode/languageServer.ts';
import { LazyRenderer, type LoadedRenderer } from './vscode/lazyRenderer.ts';
import { LiveDocuments } from './vscode/liveDocuments.ts';
import { liveText, manifestText } from './vscode/objectTexts.ts';
import { ObjectActions } from './vscode/objectActions.ts';
import type { RenderCommandsParts } from './vscode/renderCommands.ts';
import { RenderedDocuments } from './vscode/renderedDocuments.ts';
import { RepositoryFacts } from './vscode/repositoryFacts.ts';
import { provideRowDecorations } from './vscode/rowDecorations.ts';
import { WorkspaceState } from './vscode/workspaceState.ts';

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
  parts.add(provideRowDecorations());
  const views = parts.add(
    new ClusterViews({ sessions, running, settings, memory: context.workspaceState, clock, log }),
  );
  const repositories = parts.add(new RepositoryFacts(clock));
  const lenses = parts.add(new FluxLenses({ sessions, running, views, repositories, settings, clock }));
  const documents = parts.add(new LiveDocuments((key, signal) => liveText(sessions, key, signal)));
  const actions = new ObjectActions({ sessions, running, settings, clock, log });
  const rendering = addRendering(parts, { views, settings, clock, log });
  const readManifest = (key: Parameters<typeof manifestText>[1], signal: AbortSignal): Promise<string> =>
    manifestText(sessions, key, signal);
  parts.add(registerCommands({ sessions, views, actions, documents, readManifest, rendering, settings, channel, log }));
  const server = parts.add(
    new LanguageServer({
      start: async (serverSettings) => {
        const { startLanguageClient } = await import('./vscode/languageClient.ts');
        const serverPath = vscode.Uri.joinPath(context.extensionUri, 'dist', 'server.cjs').fsPath;
        return startLanguageClient({ serverPath, settings: serverSettings, outputChannel: channel });
      },
      settings,
      log,
    }),
  );
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

/** What shows rendered documents. Nothing of the engine is loaded before the first is asked for. */
function addRendering(
  parts: Disposables,
  given: Pick<RenderCommandsParts, 'views' | 'clock' | 'log'> & { readonly settings: () => Settings },
): RenderCommandsParts {
  const { views, settings, clock, log } = given;
  const { renderer, warmUp } = parts.add(new LazyRenderer({ load: loadRenderer, log }));
  const workspace = parts.add(new WorkspaceState());
  const rendered = parts.add(
    new RenderedDocuments({
      renderer,
      workspace,
      cluster: () => undefined,
      isTrusted: () => vscode.workspace.isTrusted,
      charts: new PulledCharts(() => Promise.reject(new Failure('notFound', 'No chart can be pulled yet'))),
      settings,
      clock,
      log,
    }),
  );
  parts.add(tellEditorKinds(clock));
  parts.add(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('driftline.render')) {
        rendered.refresh();
      }
    }),
  );
  return { renderer, warmUp, views, workspace, rendered, clock, log };
}

function loadRenderer(): Promise<LoadedRenderer> {
  return Promise.reject(new Failure('notFound', 'Nothing can be rendered yet'));
}
