/** Settings and trust as VS Code holds them, read into plain values. The table of settings is `settings.ts`. */
import { homedir } from 'node:os';
import { basename, delimiter, dirname } from 'node:path';
import { getCACertificates } from 'node:tls';
import * as vscode from 'vscode';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { kubeconfigFiles } from '../cluster/kubeconfigFiles.ts';
import type { SessionSettings } from '../cluster/sessionManager.ts';
import { readSettings, type Settings } from '../settings.ts';

export function editorSettings(): Settings {
  const configuration = vscode.workspace.getConfiguration('driftline');
  return readSettings((key) => configuration.get<unknown>(key));
}

/** What a session is opened with, from Driftline's settings and VS Code's own about the network. */
export function sessionSettings(): SessionSettings {
  const settings = editorSettings();
  const http = vscode.workspace.getConfiguration('http');
  return {
    context: settings.context,
    namespaces: settings.namespaces,
    files: kubeconfigFiles({
      setting: settings.kubeconfig,
      env: process.env,
      home: homedir(),
      workspaceFolder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
      delimiter,
    }),
    network: {
      proxy: http.get<string>('proxy') || undefined,
      noProxy: http.get<string[]>('noProxy', []),
      strictSSL: http.get<boolean>('proxyStrictSSL', true),
      // What NODE_EXTRA_CA_CERTS names also counts where the kubeconfig has an authority of its own.
      extraCAs: process.env['NODE_EXTRA_CA_CERTS'] === undefined ? [] : getCACertificates('extra'),
    },
  };
}

/** Whether a changed setting decides about the session. */
export function concernsSession(change: vscode.ConfigurationChangeEvent): boolean {
  return [
    'driftline.kubeconfig',
    'driftline.context',
    'driftline.namespaces',
    'http.proxy',
    'http.noProxy',
    'http.proxyStrictSSL',
  ].some((key) => change.affectsConfiguration(key));
}

/** Watches files that may lie outside of the workspace. A file that does not exist yet is noticed when it comes. */
export function watchFiles(files: readonly string[], changed: () => void): Disposable {
  const watchers = new Disposables();
  for (const file of files) {
    const pattern = new vscode.RelativePattern(vscode.Uri.file(dirname(file)), basename(file));
    const watcher = watchers.add(vscode.workspace.createFileSystemWatcher(pattern));
    for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) {
      watchers.add(event(changed));
    }
  }
  return watchers;
}
