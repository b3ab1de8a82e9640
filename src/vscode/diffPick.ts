/** The lists of Diff: what the cluster is to be compared with, and what of a comparison is to be opened. Opens nothing itself. */
import * as vscode from 'vscode';
import { hasDiff } from '../drift/changeOrder.ts';
import type { FluxName } from '../render/desired.ts';
import { type DiffAgainst, diffChoices } from '../view/diffChoice.ts';
import type { DiffEntry, DiffSummary } from '../view/diffSummary.ts';
import type { DriftOffer } from '../view/fieldEdit.ts';
import { type SaidText, textItems } from './textItems.ts';

/** Resolves to `undefined` when the user picks none. */
export async function pickAgainst(
  title: string,
  kind: FluxName['kind'] | undefined,
  { hasFiles, kept }: { readonly hasFiles: boolean; readonly kept: DiffAgainst | undefined },
): Promise<DiffAgainst | undefined> {
  const items = diffChoices(kind, hasFiles).map(({ against, label, detail }) => ({
    label,
    detail,
    description: against === kept ? 'used now' : '',
    against,
  }));
  const placeHolder = 'Driftline remembers it; Choose what Diff compares with changes it';
  return (await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDetail: true }))?.against;
}

/** What a user takes from a summary. */
export type DiffPick =
  | { readonly pick: 'all' }
  | { readonly pick: 'one'; readonly entry: DiffEntry }
  | { readonly pick: 'values' }
  | { readonly pick: 'correct' }
  | { readonly pick: 'offer'; readonly offer: DriftOffer }
  | SaidText;

export interface DiffPickInput {
  readonly title: string;
  readonly summary: DiffSummary;
  /** The values of a release differ: said in a line of its own. */
  readonly values: string | undefined;
  /** What corrects a drift, or why nothing does. */
  readonly correction: { readonly title: string | undefined; readonly detail: string } | undefined;
  /** What can be done for a drift in the files. */
  readonly offers: readonly DriftOffer[];
  /** What makes Flux apply the files. */
  readonly advice: string | undefined;
  /** Stand first. */
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

type Item = vscode.QuickPickItem & { readonly picked?: never; readonly takes?: DiffPick };

/** Resolves to `undefined` when the user leaves it. */
export async function pickDifference(input: DiffPickInput): Promise<DiffPick | undefined> {
  const { title, summary } = input;
  const options = {
    title,
    placeHolder: summary.counts === '' ? 'Nothing differs' : summary.counts,
    matchOnDescription: true,
    matchOnDetail: true,
  };
  return (await vscode.window.showQuickPick(itemsOf(input), options))?.takes;
}

function itemsOf({ summary, values, correction, offers, advice, warnings, notes }: DiffPickInput): Item[] {
  const { differing, others } = summary;
  const count = differing.length + (values === undefined ? 0 : 1);
  const all: Item = {
    label: `Show all ${count}`,
    iconPath: new vscode.ThemeIcon('diff-multiple'),
    takes: { pick: 'all' },
  };
  const ofValues: Item[] =
    values === undefined
      ? []
      : [
          {
            label: 'Values of the release',
            detail: values,
            iconPath: new vscode.ThemeIcon('symbol-variable'),
            takes: { pick: 'values' },
          },
        ];
  const warned = warnings.flatMap((warning) => textItems(warning, 'warning', 'testing.iconFailed'));
  return [
    ...section('Beware', warned),
    ...(warned.length > 0 ? section('What differs', count > 1 ? [all] : []) : count > 1 ? [all] : []),
    ...ofValues,
    ...differing.map(entryItem),
    ...section('Nothing to open', others.map(entryItem)),
    ...section('What corrects it', correction ? correctionItems(correction) : []),
    ...section('In the files', offers.map(offerItem)),
    ...section('What Flux needs', advice === undefined ? [] : textItems(advice, 'git-commit')),
    ...section(
      'Notes',
      notes.flatMap((note) => textItems(note, 'info')),
    ),
  ];
}

function section(label: string, items: readonly Item[]): Item[] {
  return items.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items];
}

function entryItem(entry: DiffEntry): Item {
  const { icon, label, description, detail, object } = entry;
  const color = icon.color === undefined ? undefined : new vscode.ThemeColor(icon.color);
  const opens = hasDiff(object);
  return {
    label,
    description,
    ...(detail === '' ? {} : { detail }),
    iconPath: new vscode.ThemeIcon(icon.id, color),
    takes: opens
      ? { pick: 'one', entry }
      : { pick: 'nothing', text: `${label} ${description}${detail === '' ? '' : `: ${detail}`}` },
  };
}

function correctionItems({ title, detail }: NonNullable<DiffPickInput['correction']>): Item[] {
  return title === undefined
    ? textItems(detail, 'info')
    : [{ label: title, detail, iconPath: new vscode.ThemeIcon('sync'), takes: { pick: 'correct' } }];
}

function offerItem(offer: DriftOffer): Item {
  const { title, detail } = offer;
  return { label: title, detail, iconPath: new vscode.ThemeIcon('edit'), takes: { pick: 'offer', offer } };
}
