/**
 * Shows a comparison: at once where one object differs, from a list where several do, as one sentence where none does; and what
 * makes the difference go away. Compares nothing and writes nothing to the cluster.
 */
import { setImmediate as breath } from 'node:timers/promises';
import * as vscode from 'vscode';
import { isRefused } from '../drift/changeOrder.ts';
import type { ReleaseComparison } from '../drift/compareRelease.ts';
import { identityWarnings } from '../drift/identityChange.ts';
import { identityOfRenders } from '../drift/identityOfRenders.ts';
import { appliedMark, keptComparison } from '../drift/keptComparison.ts';
import { idOf, objectKey } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { Settings } from '../settings.ts';
import { alignKeys } from '../view/alignKeys.ts';
import { commitAdvice } from '../view/commitAdvice.ts';
import type { DiffAgainst } from '../view/diffChoice.ts';
import { fieldsText } from '../view/differenceText.ts';
import {
  type DiffEntry,
  diffTitle,
  noteTexts,
  nothingDiffersText,
  objectTitle,
  pairTitle,
  summarize,
} from '../view/diffSummary.ts';
import { type DriftCorrection, driftCorrection } from '../view/driftCorrection.ts';
import { type DriftOffer, driftOffers } from '../view/fieldEdit.ts';
import { iconFreeText, plainText } from '../view/markdown.ts';
import type { ClusterViews } from './clusterViews.ts';
import { commandIds } from './commandIds.ts';
import type { Compared } from './compareTarget.ts';
import type { DiffDocuments, DiffPair } from './diffDocuments.ts';
import { pickDifference } from './diffPick.ts';
import { keyOfName } from './diffTarget.ts';
import type { OwnerArgument } from './fieldTarget.ts';
import type { ShownDiffs, ShownDrift } from './shownDiffs.ts';
import { unpushedOf } from './uncommittedFiles.ts';
import type { WorkspaceState } from './workspaceState.ts';

export interface DiffPresenterParts {
  readonly documents: DiffDocuments;
  readonly shown: ShownDiffs;
  readonly views: ClusterViews;
  readonly workspace: WorkspaceState;
  readonly settings: () => Settings;
}

export interface ComparedNow extends Compared {
  readonly against: DiffAgainst;
  /** When it began, in milliseconds since the epoch. */
  readonly at: number;
  /** The user has ended it: what is there is not all. */
  readonly partial: boolean;
  /** Top folder of the working tree that was compared. */
  readonly root: string | undefined;
  /** Title of the one object that was compared; `undefined` where all of the target were. */
  readonly alone?: string | undefined;
  /** The same comparison once more; `undefined` where the user gives up. Absent: what is shown is not compared again. */
  readonly again?: () => Promise<ComparedNow | undefined>;
  /** No render was compared but a document as it stands: the doubts are shown before the diff. */
  readonly isRaw?: true;
}

const statusTextMs = 10_000;

interface Presented {
  readonly comparison: ReleaseComparison;
  readonly title: string;
  readonly alone: string | undefined;
  readonly drift: ShownDrift | undefined;
  readonly correction: DriftCorrection | undefined;
  readonly advice: string | undefined;
  /** What no difference of fields shows: releases that are installed anew, objects that go with their owner or change hands. */
  readonly warnings: readonly string[];
}

export class DiffPresenter {
  readonly #parts: DiffPresenterParts;

  constructor(parts: DiffPresenterParts) {
    this.#parts = parts;
  }

  /** Resolves when the user has seen it, picked from it, or left it. */
  async present(compared: ComparedNow): Promise<void> {
    this.#keep(compared);
    const presented = await this.#prepare(compared);
    const { comparison } = presented;
    const { differing, others } = summarize(comparison);
    const pairs = differing.length + (comparison.config ? 1 : 0);
    // Why it is refused stands in the list.
    const said = others.length + presented.warnings.length + differing.filter(({ object }) => isRefused(object)).length;
    if (pairs === 0 && presented.warnings.length === 0) {
      await this.#sayNothing(presented);
    } else if (pairs === 1 && said === 0 && !compared.partial && !compared.isRaw) {
      await this.#open(presented, differing, comparison.config !== undefined);
    } else {
      await this.#choose(presented);
    }
  }

  /** In the place of the diff of that title, or of what is left of it: a sentence. */
  async #showAgain(title: string, compare: ComparedNow['again']): Promise<void> {
    const compared = await compare?.();
    if (!compared || compared.partial) {
      return;
    }
    this.#keep(compared);
    const presented = await this.#prepare(compared);
    const { differing } = summarize(presented.comparison);
    if (differing.length === 0 || presented.title !== title) {
      await this.#parts.documents.close(title);
    }
    await (differing.length === 0 ? this.#sayNothing(presented) : this.#open(presented, differing, false));
  }

  /** A drift is shown in the tree from now on. What is no drift, or not all of it, is not. */
  #keep({ comparison, live, against, at, partial, alone }: ComparedNow): void {
    const { open } = this.#parts.views;
    if (
      against === 'drift' &&
      !partial &&
      alone === undefined &&
      live &&
      open?.session.context === comparison.context
    ) {
      const kept = keptComparison(comparison, { at, mark: appliedMark(live) });
      open.drift.put(keyOfName(comparison.context, comparison.target), kept);
    }
  }

  async #prepare({ comparison, live, rendered, against, root, ...compared }: ComparedNow): Promise<Presented> {
    const { views, settings } = this.#parts;
    const { context } = comparison;
    const [first] = comparison.objects;
    const alone = compared.alone !== undefined && first ? objectTitle(first) : compared.alone;
    const title = diffTitle(comparison, alone);
    if (against !== 'drift' || !live) {
      const advice = root === undefined ? undefined : commitAdvice(await unpushedOf(root), this.#unsavedIn(root));
      const warnings = rendered ? this.#warnings(rendered, comparison) : [];
      return { comparison, title, alone, drift: undefined, correction: undefined, advice, warnings };
    }
    const id = idOf(live);
    const mayPatch = views.open?.rights.mayPatch(id);
    const correction = driftCorrection(live, comparison, { readOnly: settings().readOnly, mayPatch });
    const by = correction.by === 'none' ? undefined : correction.by;
    const offers = compared.alone === undefined ? driftOffers(live, comparison) : [];
    const again = (shown: string): Promise<void> => this.#showAgain(shown, compared.again);
    const drift = { context, id, by, offers, again };
    return { comparison, title, alone, drift, correction, advice: undefined, warnings: [] };
  }

  /** By the Flux objects that the views know; of what nobody may list nothing is known. */
  #warnings(rendered: NonNullable<Compared['rendered']>, { objects }: ReleaseComparison): readonly string[] {
    const known = [...(this.#parts.views.survey?.views.values() ?? [])];
    const live = known.filter(({ kind }) => kind.role === 'applier').map(({ object }) => object);
    const warnings = identityWarnings({ live, ...identityOfRenders([rendered], objects) });
    return warnings.map(({ sentence }) => sentence);
  }

  #unsavedIn(root: string): number {
    const { workspace } = this.#parts;
    const documents = vscode.workspace.textDocuments;
    return documents.filter(({ isDirty, uri }) => isDirty && workspace.pathIn(root, uri) !== undefined).length;
  }

  async #sayNothing(presented: Presented): Promise<void> {
    const { comparison } = presented;
    const more = summarize(comparison).others.length > 0 || comparison.notes.length > 0;
    const button = 'Show details';
    const text = nothingDiffersText(comparison, presented.alone);
    const pressed = await vscode.window.showInformationMessage(plainText(text, 1_000), ...(more ? [button] : []));
    if (pressed === button) {
      await this.#choose({ ...presented, correction: undefined, advice: undefined });
    }
  }

  async #choose(presented: Presented): Promise<void> {
    const { comparison, title, correction, advice, warnings } = presented;
    const summary = summarize(comparison);
    const { config } = comparison;
    const picked = await pickDifference({
      title,
      summary,
      values:
        config &&
        [...(config.chart ? [`${config.chart.before} → ${config.chart.after}`] : []), fieldsText(config.paths)].join(
          ' · ',
        ),
      correction: correction && {
        title: correction.by === 'none' ? undefined : correction.title,
        detail: correction.detail,
      },
      offers: correction ? (presented.drift?.offers ?? []) : [],
      advice,
      warnings: warnings.map((sentence) => iconFreeText(sentence, 400)),
      notes: notesBeside(presented),
    });
    switch (picked?.pick) {
      case 'all':
        return this.#open(presented, summary.differing, config !== undefined);
      case 'values':
        return this.#open(presented, [], true);
      case 'one':
        return this.#open(presented, [picked.entry], false);
      case 'correct':
        return presented.drift && this.#parts.shown.run(title, presented.drift);
      case 'offer':
        return presented.drift && followOffer(picked.offer, presented.drift);
      case 'nothing':
        void vscode.window.showInformationMessage(plainText(picked.text, 1_000));
        return;
      case undefined:
        return;
    }
  }

  async #open(presented: Presented, entries: readonly DiffEntry[], withValues: boolean): Promise<void> {
    const { comparison, title, drift, correction, advice } = presented;
    const { printYaml } = await import('../manifests/yamlBundle.ts');
    const print = (object: KubernetesObject): string => printYaml({ ...object });
    const { config } = comparison;
    const pairs: DiffPair[] =
      config && withValues
        ? [
            {
              key: 'values',
              title: 'Values of the release',
              live: printYaml(alignKeys(config.before, config.after)),
              desired: printYaml(config.after),
            },
          ]
        : [];
    for (const entry of entries) {
      pairs.push(pairOf(entry, comparison.context, print));
      // Printing hundreds of objects must not keep everything else in the extension host waiting.
      await breath();
    }
    await this.#parts.documents.show(title, pairs);
    this.#parts.shown.set(title, drift);
    const hint = advice ?? correction?.detail;
    if (hint !== undefined) {
      void vscode.window.setStatusBarMessage(`$(info) ${iconFreeText(hint)}`, statusTextMs);
    }
  }
}

/** What is said elsewhere in the list is no note: of a release's own warning there is one, of what corrects a drift may be. */
function notesBeside({ comparison, warnings, correction }: Presented): string[] {
  const said = new Set([...warnings, ...(correction?.repeats ?? [])]);
  return noteTexts({ notes: comparison.notes.filter(({ message }) => !said.has(message)) });
}

async function followOffer({ command }: DriftOffer, { context, id }: ShownDrift): Promise<void> {
  const argument: OwnerArgument = { owner: objectKey(context, id) };
  await vscode.commands.executeCommand(commandIds[command], argument);
}

/** Both sides of one object as texts. */
export function pairOf(
  { object, detail }: DiffEntry,
  context: string,
  print: (object: KubernetesObject) => string,
): DiffPair {
  const { id, change, before, after } = object;
  const title = objectTitle(object);
  return {
    key: objectKey(context, id),
    title: pairTitle(object),
    live: before && change !== 'create' ? print(alignKeys(before, after)) : undefined,
    // Where neither side may be shown there still is a word on what differs.
    desired: after && change !== 'delete' ? print(after) : before ? undefined : `# ${detail === '' ? title : detail}\n`,
  };
}
