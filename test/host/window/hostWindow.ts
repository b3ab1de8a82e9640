/**
 * The window that a suite runs in: the extension in it, what it shows to a person, its settings, log and processes.
 * Waits for events only; knows nothing of clusters.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Probe } from '../../../src/extension.ts';
import { listProcesses, type ProcessEntry } from '../../../scripts/processes.ts';
import { type Disposable, Disposables } from '../../../src/base/disposables.ts';
import { until } from '../../cluster/until.ts';
import { type Dialogs, scriptDialogs } from './dialogs.ts';

/** How long anything may take that a test waits for. A machine under load is slow; that is no failure. */
export const patienceMs = 60_000;

const installed: { dialogs?: Dialogs } = {};

/** The stand-in of all dialogs; the same for all files of a suite. */
export function hostDialogs(): Dialogs {
  return (installed.dialogs ??= scriptDialogs());
}

export function driftline(): vscode.Extension<Probe> {
  const extension = vscode.extensions.getExtension<Probe>('driftline.driftline');
  assert.ok(extension, 'VS Code does not know the extension');
  return extension;
}

/** Activates the extension if nothing has, behind the stand-in of the dialogs. */
export async function activate(): Promise<Probe> {
  hostDialogs();
  return driftline().activate();
}

/** Calls `check` at once and at each event; resolves to its first answer. `show` says what there was when time ran out. */
export function eventually<T>(
  what: string,
  check: () => T | undefined | false,
  events: readonly ((listener: () => void) => Disposable)[],
  show: () => string = () => '',
): Promise<T> {
  return new Promise((resolve, reject) => {
    const subscriptions = new Disposables();
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      subscriptions.dispose();
      settle();
    };
    const look = (): void => {
      try {
        const answer = check();
        if (answer !== undefined && answer !== false) {
          end(() => resolve(answer));
        }
      } catch (error) {
        end(() => reject(error instanceof Error ? error : new Error(String(error))));
      }
    };
    const timer = setTimeout(() => {
      end(() => reject(new Error(`${what}: not so after ${patienceMs / 1000} s\n${show()}`)));
    }, patienceMs);
    for (const event of events) {
      subscriptions.add(event(look));
    }
    look();
  });
}

/** The file of the workspace's copy. */
export function workspaceFile(path: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'a folder is open');
  return vscode.Uri.joinPath(folder.uri, path);
}

/** Shows a file of the workspace. */
export async function showFile(path: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(workspaceFile(path));
  await vscode.window.showTextDocument(document, { preview: false });
  return document;
}

/** Shows a new document that is on no disk. */
export async function showUntitled(content: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument({ language: 'yaml', content });
  await vscode.window.showTextDocument(document, { preview: false });
  return document;
}

export async function closeEditors(): Promise<void> {
  // Reverted first: a document that nobody saved would ask.
  await vscode.commands.executeCommand('workbench.action.files.revert');
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

/** Sets one of Driftline's settings for the workspace; `undefined` takes it back. Resolves when it counts. */
export async function setSetting(key: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('driftline').update(key, value, vscode.ConfigurationTarget.Workspace);
}

/** The same for the user, where the folder's files are looked at: a setting of the workspace is one of them. */
export async function setUserSetting(key: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('driftline').update(key, value, vscode.ConfigurationTarget.Global);
}

/**
 * Resolves when VS Code tells of changes in a folder that was only just made: on a busy machine it follows a new folder late,
 * and what was written there before is never told.
 */
export async function whenWatched(folder: vscode.Uri): Promise<void> {
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, 'probe-*'));
  const probes: string[] = [];
  const write = (): void => {
    const path = join(folder.fsPath, `probe-${probes.length}`);
    probes.push(path);
    writeFileSync(path, '');
  };
  const writing = setInterval(write, 100);
  const told = new Set<string>();
  const subscription = watcher.onDidCreate(({ fsPath }) => told.add(fsPath));
  try {
    const heard = (listener: () => void): Disposable => watcher.onDidCreate(listener);
    await eventually(`changes in ${folder.path}`, () => told.size > 0, [heard]);
  } finally {
    clearInterval(writing);
    subscription.dispose();
    watcher.dispose();
    probes.forEach((path) => rmSync(path));
  }
}

/** Where the run's files are: settings, logs, kubeconfig. */
export function runFolder(): string {
  const folder = process.env['DRIFTLINE_RUN_FOLDER'];
  assert.ok(folder, 'DRIFTLINE_RUN_FOLDER is set');
  return folder;
}

/** Everything that Driftline has written to its log. */
export function logText(): string {
  const logs = join(runFolder(), 'user', 'logs');
  const files = readdirSync(logs, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /driftline\.driftline.*\.log$/.test(file))
    .map((file) => readFileSync(join(logs, file), 'utf8'))
    .join('\n');
}

/**
 * Resolves when VS Code tells of changes in the run's folder. It says nowhere when a watcher has begun to watch, and what
 * happens before is lost.
 */
export async function runFolderWatched(): Promise<void> {
  const name = 'watched';
  const seen = { event: false };
  const watcher = vscode.workspace.createFileSystemWatcher(
    new vscode.RelativePattern(vscode.Uri.file(runFolder()), name),
  );
  const subscriptions = [watcher.onDidCreate, watcher.onDidChange].map((event) => event(() => (seen.event = true)));
  try {
    const touch = (): boolean => {
      writeFileSync(join(runFolder(), name), String(Date.now()));
      return seen.event;
    };
    await until('files of the run are watched', touch, { seconds: patienceMs / 1000 });
  } finally {
    vscode.Disposable.from(watcher, ...subscriptions).dispose();
  }
}

/** Lets the log have everything from now on. VS Code offers this to tests alone. */
export async function logEverything(): Promise<void> {
  await vscode.commands.executeCommand('_extensionTests.setLogLevel', 'trace');
}

/** A remote extension host looks for open ports so, once at its start even where the setting says that it should not. */
const portSearch = /^\S*sh -c .*\/proc\//;

/** What the extension host has started and what still runs, but for what is VS Code's own. */
export function childProcesses(): ProcessEntry[] {
  const builtIn = join(vscode.env.appRoot, 'extensions');
  return listProcesses().filter(
    ({ parent, command }) => parent === process.pid && !command.includes(builtIn) && !portSearch.test(command),
  );
}

export function languageServers(): ProcessEntry[] {
  return childProcesses().filter(({ command }) => /[/\\]dist[/\\]server\.cjs/.test(command));
}

/** Which of the extension's own bundles are loaded. */
export function loadedBundles(): string[] {
  const dist = join(driftline().extensionPath, 'dist');
  return Object.keys(require.cache)
    .filter((path) => path.startsWith(dist))
    .map((path) => path.slice(dist.length + 1))
    .sort();
}
