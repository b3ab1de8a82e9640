/**
 * Draws a `TreeModel`: the one tree data provider for every view. Elements are row ids, so VS Code keeps expansion and
 * selection by them. Holds the last model only; what the rows say is decided in `view/`.
 */
import * as vscode from 'vscode';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Emitter } from '../base/emitter.ts';
import type { Row, TreeModel } from '../view/row.ts';
import { changedRows } from '../view/treeDiff.ts';
import { rowUri } from './rowDecorations.ts';

/** A tree without rows. */
export const emptyModel: TreeModel = {
  roots: [],
  rows: new Map(),
  children: new Map(),
  parents: new Map(),
  rowsOf: new Map(),
};

export class ModelTree implements vscode.TreeDataProvider<string>, Disposable {
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<string | string[] | undefined>());
  readonly #asked = this.#disposables.add(new Emitter<string>());
  #model = emptyModel;
  readonly onDidChangeTreeData = this.#changed.event;
  /** VS Code asked for the children of that row: it is open, or about to be. */
  readonly onDidAskChildren = this.#asked.event;

  get model(): TreeModel {
    return this.#model;
  }

  /** Takes the next model and asks VS Code to redraw only the rows that differ. */
  show(next: TreeModel): void {
    const changes = changedRows(this.#model, next);
    this.#model = next;
    if (changes === 'root') {
      this.#changed.fire(undefined);
    } else if (changes.length > 0) {
      this.#changed.fire([...changes]);
    }
  }

  getChildren(id?: string): string[] {
    if (id !== undefined) {
      this.#asked.fire(id);
    }
    return [...(id === undefined ? this.#model.roots : (this.#model.children.get(id) ?? []))];
  }

  getParent(id: string): string | undefined {
    return this.#model.parents.get(id);
  }

  getTreeItem(id: string): vscode.TreeItem {
    const row = this.#model.rows.get(id);
    // VS Code may ask for a row that the newest model no longer has, between a change and its own refresh.
    return row ? toItem(row) : new vscode.TreeItem('', vscode.TreeItemCollapsibleState.None);
  }

  resolveTreeItem(item: vscode.TreeItem, id: string): vscode.TreeItem {
    const row = this.#model.rows.get(id);
    if (row) {
      const tooltip = new vscode.MarkdownString(row.tooltip());
      tooltip.isTrusted = false; // text from a cluster must not run commands
      tooltip.supportHtml = false;
      item.tooltip = tooltip;
    }
    return item;
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}

const states = {
  none: vscode.TreeItemCollapsibleState.None,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
};

function toItem(row: Row): vscode.TreeItem {
  const item = new vscode.TreeItem(row.label, states[row.expand]);
  item.id = row.id;
  item.description = row.description;
  item.contextValue = row.contextValue;
  item.iconPath = new vscode.ThemeIcon(
    row.icon.id,
    row.icon.color === undefined ? undefined : new vscode.ThemeColor(row.icon.color),
  );
  item.accessibilityInformation = { label: row.accessibility };
  if (row.badge) {
    item.resourceUri = rowUri(row);
  }
  if (row.command) {
    item.command = { command: row.command.id, title: row.command.title, arguments: [...row.command.args] };
  }
  return item;
}
