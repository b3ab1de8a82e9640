/**
 * The two sides of changed objects as read-only documents, opened together in the editor for several diffs. Addresses hold keys;
 * the texts are in this process's memory, as long as the editor that shows them is open. Compares nothing.
 */
import * as vscode from 'vscode';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Emitter } from '../base/emitter.ts';
import { diffAddress, diffScheme, goneText, isTabOf } from '../view/diffAddress.ts';

/** One object with what stands on its sides; `undefined` where it has none. */
export interface DiffPair {
  /** Tells it from the other pairs. */
  readonly key: string;
  readonly title: string;
  /** Whose it is, where the pairs are of several owners. */
  readonly owner?: string;
  readonly live: string | undefined;
  readonly desired: string | undefined;
}

interface Shown {
  readonly title: string;
  readonly texts: ReadonlyMap<string, string>;
  /** Whether its tab has been seen: it comes some moments after the command. */
  opened: boolean;
}

export class DiffDocuments implements Disposable {
  readonly #disposables = new Disposables();
  readonly #shown = new Map<string, Shown>();
  readonly #closed = this.#disposables.add(new Emitter<string>());
  /** The title whose diff nobody sees any more. */
  readonly onDidClose = this.#closed.event;
  #runs = 0;

  constructor() {
    this.#disposables.add(vscode.window.tabGroups.onDidChangeTabs(() => this.#releaseClosed()));
  }

  /** Opens the pairs in one editor of that title, in the place of one that has it already. */
  async show(title: string, pairs: readonly DiffPair[]): Promise<void> {
    await this.#closeOlder(title);
    const run = (this.#runs += 1);
    const texts = new Map<string, string>();
    const keep = (pair: DiffPair, side: 'live' | 'desired'): vscode.Uri | undefined => {
      const text = pair[side];
      const uri = uriOf(pair, run, side);
      if (text !== undefined) {
        texts.set(uri.toString(), text);
      }
      return text === undefined ? undefined : uri;
    };
    const resources = pairs.map((pair) => {
      const [live, desired] = [keep(pair, 'live'), keep(pair, 'desired')];
      return [desired ?? live, live, desired]; // the first names the pair, and is what its button opens alone
    });
    this.#shown.set(title, { title, texts, opened: false });
    await vscode.commands.executeCommand('vscode.changes', title, resources);
    this.#releaseClosed();
  }

  /** Closes the editor of that title, which something newer takes the place of. */
  async close(title: string): Promise<void> {
    await this.#closeOlder(title);
  }

  /** What a document of this address shows. */
  text(uri: vscode.Uri): string {
    const address = uri.toString();
    for (const { texts } of this.#shown.values()) {
      const text = texts.get(address);
      if (text !== undefined) {
        return text;
      }
    }
    return goneText;
  }

  dispose(): void {
    this.#disposables.dispose();
    this.#shown.clear();
  }

  /** Two editors of one title could not be told apart, and the older one shows what was. */
  async #closeOlder(title: string): Promise<void> {
    if (this.#shown.has(title)) {
      await vscode.window.tabGroups.close(tabsOf(title));
      this.#release(title);
    }
  }

  #releaseClosed(): void {
    for (const shown of [...this.#shown.values()]) {
      const isOpen = tabsOf(shown.title).length > 0;
      shown.opened ||= isOpen;
      if (shown.opened && !isOpen) {
        this.#release(shown.title);
      }
    }
  }

  #release(title: string): void {
    if (this.#shown.delete(title)) {
      this.#closed.fire(title);
    }
  }
}

function uriOf({ key, title, owner }: DiffPair, run: number, side: 'live' | 'desired'): vscode.Uri {
  return vscode.Uri.from({ scheme: diffScheme, ...diffAddress(title, { key, run, side }, owner) });
}

function tabsOf(title: string): vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ label, input }) => !(input instanceof vscode.TabInputText) && isTabOf(title, label));
}
