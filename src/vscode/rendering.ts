/**
 * Rendering in the editor, put together: the engine, the working trees, what the cluster is asked, documents and commands. The
 * entry of `dist/rendering.cjs`, loaded when something is first rendered.
 */
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import type { Log } from '../base/log.ts';
import type { RunningActions } from '../cluster/runningActions.ts';
import type { SessionManager } from '../cluster/sessionManager.ts';
import { ComparisonCache } from '../drift/comparisonCache.ts';
import type { FolderToCompare } from '../drift/compareFolder.ts';
import { PulledCharts } from '../render/pulledCharts.ts';
import type { Settings } from '../settings.ts';
import { BackgroundChecks } from './backgroundChecks.ts';
import { openChartPuller } from './chartPuller.ts';
import { changeCommand } from './changeCommands.ts';
import { ChangePresenter } from './changePresenter.ts';
import type { ClusterViews } from './clusterViews.ts';
import type { ChangeCommand, DiffCommand, FieldCommand, RenderCommand } from './commandIds.ts';
import { diffCommand } from './diffCommands.ts';
import { DiffDocuments } from './diffDocuments.ts';
import { DiffPresenter } from './diffPresenter.ts';
import { DriftDiagnostics } from './driftDiagnostics.ts';
import { linkErrors } from './errorLinks.ts';
import { fileAppliers } from './fileAppliers.ts';
import { fieldCommand } from './fieldCommands.ts';
import { renderCommand } from './renderCommands.ts';
import { RenderedDocuments } from './renderedDocuments.ts';
import type { RepositoryFacts } from './repositoryFacts.ts';
import { ShownDiffs } from './shownDiffs.ts';
import { SessionInputs } from './sessionInputs.ts';
import { WorkspaceState } from './workspaceState.ts';

export interface RenderingParts {
  readonly sessions: SessionManager;
  readonly running: RunningActions;
  readonly views: ClusterViews;
  readonly repositories: RepositoryFacts;
  /** Of the workspace. */
  readonly memory: vscode.Memento;
  readonly settings: () => Settings;
  /** Where pulled charts are kept. */
  readonly chartFolder: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Whoever opens it disposes it. */
export interface Rendering extends Disposable {
  /** The document has another text. */
  readonly onDidChange: vscode.Event<vscode.Uri>;
  text(uri: vscode.Uri): Promise<string>;
  /** `argument`: what VS Code hands to a command. Throws a Failure. */
  run(command: RenderCommand, argument: unknown): Promise<void>;
  /** The same of the commands that compare with a cluster. */
  diff(command: DiffCommand, argument: unknown): Promise<void>;
  /** The same of those about a whole change. */
  change(command: ChangeCommand, argument: unknown): Promise<void>;
  /** The same of the commands that change files for what a comparison has found. */
  changeFile(command: FieldCommand, argument: unknown): Promise<void>;
  /** What a side of a diff shows. */
  diffText(uri: vscode.Uri): string;
}

/** Throws a Failure where this build has no engine. */
export async function openRendering(parts: RenderingParts): Promise<Rendering> {
  const { sessions, running, views, repositories, settings, memory, chartFolder, clock, log } = parts;
  const { engineFiles, manifestReader, renderFolder, RepositoryRenderer, WorkerEngine } =
    await import('../render/renderBundle.ts');
  const disposables = new Disposables();
  const timeLimitMs = (): number => settings().renderTimeLimit * 1_000;
  const engine = disposables.add(new WorkerEngine({ ...engineFiles(), timeLimitMs, clock, log }));
  const renderer = new RepositoryRenderer({ engine, log });
  const workspace = disposables.add(new WorkspaceState());
  const inputs = disposables.add(new SessionInputs({ sessions, clock, log }));
  const charts = new PulledCharts(() => openChartPuller({ clock, folder: chartFolder }));
  const documents = disposables.add(
    new RenderedDocuments({
      ...{ renderer, workspace, charts, settings, clock, log },
      cluster: () => inputs.current,
      isTrusted: () => vscode.workspace.isTrusted,
    }),
  );
  disposables.add(linkErrors());
  disposables.add(refreshed(documents, inputs));
  const diffs = disposables.add(new DiffDocuments());
  const shown = disposables.add(new ShownDiffs({ documents: diffs, running }));
  const compared = { previous: new ComparisonCache() };
  disposables.add(inputs.onDidChange(() => (compared.previous = new ComparisonCache())));
  const presenter = new DiffPresenter({ documents: diffs, shown, views, workspace, settings });
  disposables.add(new DriftDiagnostics({ views, workspace, settings, clock, log }));
  const commandParts = { renderer, views, workspace, documents, clock, log };
  const build: FolderToCompare['renderFolder'] = (folder, options) => renderFolder(engine, { ...options, folder });
  const [changes, read] = [new ChangePresenter(diffs), manifestReader(engine)];
  disposables.add(new BackgroundChecks({ ...commandParts, settings, read }));
  const changeParts = { ...commandParts, sessions, inputs, renderFolder: build, charts, changes, read };
  return {
    onDidChange: documents.onDidChange,
    text: (uri) => documents.text(uri),
    run: (command, argument) => {
      engine.warmUp(); // while the files are read
      return renderCommand(command, argument, commandParts);
    },
    diff: (command, argument) => {
      engine.warmUp();
      const previous = (): ComparisonCache => compared.previous;
      const appliers = (uri: vscode.Uri) => fileAppliers(uri, { views, repositories });
      const diffParts = { ...commandParts, appliers, sessions, inputs, previous, read, presenter, shown, memory };
      return diffCommand(command, argument, diffParts);
    },
    change: (command, argument) => {
      engine.warmUp();
      return changeCommand(command, argument, changeParts);
    },
    changeFile: (command, argument) => {
      engine.warmUp();
      return fieldCommand(command, argument, { ...commandParts, shown, session: () => sessions.session });
    },
    diffText: (uri) => diffs.text(uri),
    dispose: () => disposables.dispose(),
  };
}

/** What goes into every render: the cluster, and settings. */
function refreshed(documents: RenderedDocuments, inputs: SessionInputs): Disposable {
  const disposables = new Disposables();
  disposables.add(inputs.onDidChange(() => documents.refresh()));
  disposables.add(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('driftline.render')) {
        documents.refresh();
      }
    }),
  );
  return disposables;
}
