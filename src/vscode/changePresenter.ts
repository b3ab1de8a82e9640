/**
 * Shows a whole change: from a list where there is something to choose or to be warned of, in one editor for several diffs, as one
 * sentence where nothing would change. Compares nothing and writes nothing.
 */
import { setImmediate as breath } from 'node:timers/promises';
import * as vscode from 'vscode';
import { isRefused } from '../drift/changeOrder.ts';
import { objectKey } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { alignKeys } from '../view/alignKeys.ts';
import {
  type ChangeEntry,
  type ChangeSummary,
  changeTitle,
  dangerNotice,
  type FoundChange,
  summarizeChange,
  type ValuesEntry,
} from '../view/changeSummary.ts';
import { iconFreeText, plainText } from '../view/markdown.ts';
import { openable, pickChange } from './changePick.ts';
import type { DiffDocuments, DiffPair } from './diffDocuments.ts';
import { pairOf } from './diffPresenter.ts';
import { follow, type OfferedWay } from './offeredWays.ts';

export interface ChangeToShow {
  /** `This change on homelab`: begins the title. */
  readonly subject: string;
  /** The cluster, or what stands for it. */
  readonly where: string;
  readonly found: FoundChange;
  /** The sentence where nothing would change. */
  readonly nothing: string;
  readonly advice: string | undefined;
  /** What there is to be done beside it where nothing would change. */
  readonly offers: readonly OfferedWay[];
  readonly canPull: boolean;
}

const statusTextMs = 10_000;

export class ChangePresenter {
  readonly #documents: DiffDocuments;
  /** Of the newest diff, by what it is of: its counts are part of its title, and a newer one takes its place all the same. */
  readonly #titles = new Map<string, string>();

  constructor(documents: DiffDocuments) {
    this.#documents = documents;
  }

  /** Resolves when the user has seen it, picked from it, or left it; `pull`: it is to be done again with charts. */
  async present(change: ChangeToShow): Promise<'pull' | undefined> {
    const summary = summarizeChange(change.found);
    const { counts, warnings, failures, missing, notes, others } = summary;
    const count = openable(summary);
    const refused = change.found.objects.filter(isRefused); // why stands in the list
    const said = warnings.length + failures.length + missing.length + others.length + refused.length;
    if (count + said === 0 && !change.canPull) {
      await this.#sayNothing(change, summary);
      return undefined;
    }
    if (count === 1 && said + summary.dangers.length + notes.length === 0 && !change.canPull) {
      await this.#open(change, summary, allOf(summary));
      return undefined;
    }
    const title = changeTitle(change.subject, counts === '' ? 'nothing differs' : counts);
    const picked = await pickChange({ title, summary, advice: change.advice, canPull: change.canPull });
    switch (picked?.pick) {
      case 'all':
        await this.#open(change, summary, allOf(summary));
        return undefined;
      case 'one':
      case 'values':
        await this.#open(change, summary, [picked.entry]);
        return undefined;
      case 'pull':
        return 'pull';
      case 'nothing':
        void vscode.window.showInformationMessage(plainText(picked.text, 1_000));
        return undefined;
      case undefined:
        return undefined;
    }
  }

  /** A button where there is something besides: notes are worth a look, and something may lead on. */
  async #sayNothing(change: ChangeToShow, summary: ChangeSummary): Promise<void> {
    const { offers, nothing, subject } = change;
    const details = 'Show details';
    const buttons = [...offers.map(({ title }) => title), ...(summary.notes.length > 0 ? [details] : [])];
    const pressed = await vscode.window.showInformationMessage(plainText(nothing, 1_000), ...buttons);
    await follow(offers.find(({ title }) => title === pressed));
    if (pressed === details) {
      const title = changeTitle(subject, 'nothing differs');
      const picked = await pickChange({ title, summary, advice: undefined, canPull: false });
      if (picked?.pick === 'nothing') {
        void vscode.window.showInformationMessage(plainText(picked.text, 1_000));
      }
    }
  }

  async #open(
    { subject, where, advice }: ChangeToShow,
    summary: ChangeSummary,
    entries: readonly (ChangeEntry | ValuesEntry)[],
  ): Promise<void> {
    const { printYaml } = await import('../manifests/yamlBundle.ts');
    const print = (object: KubernetesObject): string => printYaml({ ...object });
    const pairs: DiffPair[] = [];
    for (const entry of entries) {
      pairs.push('config' in entry ? valuesPair(entry, printYaml) : objectPair(entry, where, print));
      // Printing hundreds of objects must not keep everything else in the extension host waiting.
      await breath();
    }
    const title = changeTitle(subject, summary.counts);
    const older = this.#titles.get(subject);
    if (older !== undefined && older !== title) {
      await this.#documents.close(older);
    }
    this.#titles.set(subject, title);
    await this.#documents.show(title, pairs);
    if (advice !== undefined) {
      void vscode.window.setStatusBarMessage(`$(info) ${iconFreeText(advice)}`, statusTextMs);
    }
    const notice = dangerNotice(summary);
    if (notice !== undefined) {
      void vscode.window.showWarningMessage(plainText(notice, 1_000));
    }
  }
}

function allOf({ dangers, groups }: ChangeSummary): readonly (ChangeEntry | ValuesEntry)[] {
  return [...dangers, ...groups.flatMap(({ values, entries }) => [...(values ? [values] : []), ...entries])];
}

/** Two owners may have an object of one name: what one loses the other gets. */
function objectPair(entry: ChangeEntry, where: string, print: (object: KubernetesObject) => string): DiffPair {
  const key = JSON.stringify([entry.owner, objectKey(where, entry.object.id)]);
  return { ...pairOf(entry, where, print), key, owner: entry.owner };
}

function valuesPair(
  { owner, config }: ValuesEntry,
  print: (values: Readonly<Record<string, unknown>>) => string,
): DiffPair {
  return {
    key: JSON.stringify([owner, 'values']),
    title: 'Values of the release',
    owner,
    live: print(alignKeys(config.before, config.after)),
    desired: print(config.after),
  };
}
