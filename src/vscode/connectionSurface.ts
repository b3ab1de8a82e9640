/**
 * Puts what `view/connectionView.ts` says about the connection where VS Code shows it: context keys, the view's title and
 * progress, the status bar. Decides nothing; sets only what changed, for each setting crosses a process.
 */
import * as vscode from 'vscode';
import { type Disposable, Disposables } from '../base/disposables.ts';
import type { ConnectionView } from '../view/connectionView.ts';
import type { StatusBar } from '../view/statusBar.ts';

const backgrounds = {
  none: undefined,
  warning: new vscode.ThemeColor('statusBarItem.warningBackground'),
  error: new vscode.ThemeColor('statusBarItem.errorBackground'),
};

export class ConnectionSurface implements Disposable {
  readonly #disposables = new Disposables();
  readonly #view: vscode.TreeView<string>;
  readonly #statusBar: vscode.StatusBarItem;
  readonly #keys = new Map<string, unknown>();
  #endProgress: (() => void) | undefined;

  constructor(view: vscode.TreeView<string>) {
    this.#view = view;
    this.#statusBar = this.#disposables.add(
      vscode.window.createStatusBarItem('driftline.status', vscode.StatusBarAlignment.Left, 10),
    );
    this.#statusBar.name = 'Driftline';
  }

  show(said: ConnectionView): void {
    for (const [key, value] of Object.entries(said.contextKeys)) {
      if (this.#keys.get(key) !== value) {
        this.#keys.set(key, value);
        void vscode.commands.executeCommand('setContext', key, value);
      }
    }
    if (this.#view.description !== said.titleDescription) {
      this.#view.description = said.titleDescription;
    }
    this.#showProgress(said.progress);
    this.#showStatusBar(said.statusBar);
  }

  dispose(): void {
    this.#showProgress(false);
    this.#disposables.dispose();
  }

  #showProgress(active: boolean): void {
    if (active && !this.#endProgress) {
      void vscode.window.withProgress(
        { location: { viewId: 'driftline.cluster' } },
        () => new Promise<void>((resolve) => (this.#endProgress = resolve)),
      );
    } else if (!active) {
      this.#endProgress?.();
      this.#endProgress = undefined;
    }
  }

  #showStatusBar(said: StatusBar): void {
    if (said.text === '') {
      this.#statusBar.hide();
      return;
    }
    const tooltip = new vscode.MarkdownString(said.tooltip);
    this.#statusBar.text = said.text;
    this.#statusBar.tooltip = tooltip;
    this.#statusBar.command = said.command;
    this.#statusBar.backgroundColor = backgrounds[said.severity];
    this.#statusBar.accessibilityInformation = { label: said.accessibility };
    this.#statusBar.show();
  }
}
