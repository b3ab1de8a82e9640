/**
 * What is known of the comparisons whose editors are open: which drift they show, and what corrects it. Tells menus what may be
 * pressed for the one in front (context key `driftline.shownDiff`: `reconcile`, `force`).
 */
import * as vscode from 'vscode';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Failure } from '../base/failure.ts';
import type { ObjectId } from '../flux/objectKey.ts';
import { isTabOf } from '../view/diffAddress.ts';
import type { DriftCorrection } from '../view/driftCorrection.ts';
import type { LensArgument } from './actionTarget.ts';
import { commandIds } from './commandIds.ts';
import type { DiffDocuments } from './diffDocuments.ts';

const contextKey = 'driftline.shownDiff';

export type Correctable = Extract<DriftCorrection, { by: 'reconcile' | 'force' }>['by'];

/** A Kustomization or HelmRelease whose drift is shown. */
export interface ShownDrift {
  readonly context: string;
  readonly id: ObjectId;
  readonly by: Correctable;
}

export class ShownDiffs implements Disposable {
  readonly #disposables = new Disposables();
  /** By title. */
  readonly #drifts = new Map<string, ShownDrift>();
  #told: Correctable | undefined;

  constructor(documents: DiffDocuments) {
    const tell = (): void => this.#tell();
    this.#disposables.add(vscode.window.tabGroups.onDidChangeTabs(tell));
    this.#disposables.add(vscode.window.tabGroups.onDidChangeTabGroups(tell));
    this.#disposables.add(
      documents.onDidClose((title) => {
        this.#drifts.delete(title);
        this.#tell();
      }),
    );
  }

  /** `undefined`: nothing can be pressed for the diff of that title. */
  set(title: string, drift: ShownDrift | undefined): void {
    if (drift) {
      this.#drifts.set(title, drift);
    } else {
      this.#drifts.delete(title);
    }
    this.#tell();
  }

  /** Corrects the drift in front, as the button over it says. Rejects with a Failure where none is. */
  async correct(by: Correctable): Promise<void> {
    const drift = this.#front();
    if (drift?.by !== by) {
      throw new Failure('notFound', 'no drift that this corrects is shown in the editor in front');
    }
    await correctDrift(drift);
  }

  dispose(): void {
    this.#disposables.dispose();
    this.#drifts.clear();
  }

  #front(): ShownDrift | undefined {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    return tab && [...this.#drifts].find(([title]) => isTabOf(title, tab.label))?.[1];
  }

  #tell(): void {
    const by = this.#front()?.by;
    if (by !== this.#told) {
      this.#told = by;
      void vscode.commands.executeCommand('setContext', contextKey, by);
    }
  }
}

/** Through the command of the object's own row, which asks where asking is due. */
export async function correctDrift({ context, id, by }: ShownDrift): Promise<void> {
  const argument: LensArgument = { context, target: { to: 'object', id, doubt: undefined } };
  const command = { reconcile: commandIds.reconcileObject, force: commandIds.forceUpgrade }[by];
  await vscode.commands.executeCommand(command, argument);
}
