/**
 * What is known of the comparisons whose editors are open: which drift they show, and what corrects it. Tells menus what may be
 * pressed for the one in front (context keys `driftline.shownDiff`: `reconcile`, `force`; `driftline.shownDrift`: commands that
 * change files for it).
 */
import * as vscode from 'vscode';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Failure } from '../base/failure.ts';
import type { RunningActions } from '../cluster/runningActions.ts';
import { type ObjectId, type ObjectKey, objectKey } from '../flux/objectKey.ts';
import { isTabOf } from '../view/diffAddress.ts';
import type { DriftOffer } from '../view/fieldEdit.ts';
import type { DriftCorrection } from '../view/driftCorrection.ts';
import type { LensArgument } from './actionTarget.ts';
import { commandIds } from './commandIds.ts';
import type { DiffDocuments } from './diffDocuments.ts';

const correctionKey = 'driftline.shownDiff';
const driftKey = 'driftline.shownDrift';

export type Correctable = Extract<DriftCorrection, { by: 'reconcile' | 'force' }>['by'];

/** A Kustomization or HelmRelease whose drift is shown. */
export interface ShownDrift {
  readonly context: string;
  readonly id: ObjectId;
  /** `undefined`: nothing that can be pressed corrects it. */
  readonly by: Correctable | undefined;
  /** What can be done for it in the files. */
  readonly offers: readonly DriftOffer[];
  /** Compares once more and shows that in the place of the diff of this title. Rejects with a Failure. */
  readonly again: (title: string) => Promise<void>;
}

export interface ShownDiffsParts {
  readonly documents: DiffDocuments;
  readonly running: Pick<RunningActions, 'get'>;
}

export class ShownDiffs implements Disposable {
  readonly #disposables = new Disposables();
  /** By title. */
  readonly #drifts = new Map<string, ShownDrift>();
  readonly #told = new Map<string, string | undefined>();
  readonly #running: ShownDiffsParts['running'];

  constructor({ documents, running }: ShownDiffsParts) {
    this.#running = running;
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
    const [title, drift] = this.#front() ?? [];
    if (title === undefined || drift?.by !== by) {
      throw new Failure('notFound', 'no drift that this corrects is shown in the editor in front');
    }
    await this.run(title, drift);
  }

  /** Corrects the drift; where a diff of that title is open still once that has succeeded, it shows what differs now. */
  async run(title: string, drift: ShownDrift): Promise<void> {
    if ((await this.#corrected(drift)) && this.#drifts.has(title)) {
      await drift.again(title);
    }
  }

  /** Through the command of the object's own row, which asks where asking is due and tells how it ended. */
  async #corrected({ context, id, by }: ShownDrift): Promise<boolean> {
    if (by === undefined) {
      return false;
    }
    const key = objectKey(context, id);
    const before = this.#running.get(key);
    const argument: LensArgument = { context, target: { to: 'object', id, doubt: undefined } };
    const command = { reconcile: commandIds.reconcileObject, force: commandIds.forceUpgrade }[by];
    await vscode.commands.executeCommand(command, argument);
    const after = this.#running.get(key);
    return after !== before && after?.state === 'ended' && after.result.state === 'succeeded';
  }

  /** The object whose drift is shown in the editor in front. */
  get frontKey(): ObjectKey | undefined {
    const [, drift] = this.#front() ?? [];
    return drift && objectKey(drift.context, drift.id);
  }

  dispose(): void {
    this.#disposables.dispose();
    this.#drifts.clear();
  }

  #front(): readonly [title: string, drift: ShownDrift] | undefined {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    return tab && [...this.#drifts].find(([title]) => isTabOf(title, tab.label));
  }

  #tell(): void {
    const [, drift] = this.#front() ?? [];
    this.#tellKey(correctionKey, drift?.by);
    this.#tellKey(driftKey, drift?.offers.map(({ command }) => command).join(' '));
  }

  #tellKey(key: string, value: string | undefined): void {
    if (value !== this.#told.get(key)) {
      this.#told.set(key, value);
      void vscode.commands.executeCommand('setContext', key, value);
    }
  }
}
