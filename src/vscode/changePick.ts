/** The list of a whole change: what cannot be had again first, then each owner's objects, then what is not known. Opens nothing itself. */
import * as vscode from 'vscode';
import { hasDiff } from '../drift/changeOrder.ts';
import type { ChangeEntry, ChangeSummary, ValuesEntry } from '../view/changeSummary.ts';
import { fitsBelow, listLines } from '../view/listLines.ts';
import { plainText } from '../view/markdown.ts';
import { type SaidText, textItems } from './textItems.ts';

/** What a user takes from it. */
export type ChangePick =
  | { readonly pick: 'all' }
  | { readonly pick: 'one'; readonly entry: ChangeEntry }
  | { readonly pick: 'values'; readonly entry: ValuesEntry }
  /** The same again, with charts from where their sources point. */
  | { readonly pick: 'pull' }
  | SaidText;

export interface ChangePickInput {
  readonly title: string;
  readonly summary: ChangeSummary;
  /** What makes Flux apply it. */
  readonly advice: string | undefined;
  /** Charts are missing that could be pulled. */
  readonly canPull: boolean;
}

type Item = vscode.QuickPickItem & { readonly picked?: never; readonly takes?: ChangePick };

/** Resolves to `undefined` when the user leaves it. */
export async function pickChange(input: ChangePickInput): Promise<ChangePick | undefined> {
  const { title, summary } = input;
  const placeHolder = summary.counts === '' ? 'Nothing differs' : 'Pick what to see of it';
  const options = { title, placeHolder, matchOnDescription: true, matchOnDetail: true };
  return (await vscode.window.showQuickPick(itemsOf(input), options))?.takes;
}

function itemsOf({ summary, advice, canPull }: ChangePickInput): Item[] {
  const { dangers, warnings, groups, others, failures, missing, notes } = summary;
  const count = openable(summary);
  const all: Item = {
    label: `Show all ${count}`,
    iconPath: new vscode.ThemeIcon('diff-multiple'),
    takes: { pick: 'all' },
  };
  const beware = [
    ...dangers.flatMap(dangerItems),
    ...warnings.flatMap((text) => textItems(text, 'error', 'testing.iconFailed')),
  ];
  const pull: Item = {
    label: 'Pull charts and compare again',
    detail: 'Downloads charts from where their sources point',
    iconPath: new vscode.ThemeIcon('cloud-download'),
    takes: { pick: 'pull' },
  };
  return [
    ...section('Beware', beware),
    ...section('What differs', count > 1 ? [all] : []),
    ...groups.flatMap(({ owner, values, entries }) =>
      section(owner, [...(values ? [valuesItem(values)] : []), ...entries.map((entry) => entryItem(entry))]),
    ),
    ...section(
      'Failed',
      failures.flatMap((text) => textItems(text, 'error', 'testing.iconFailed')),
    ),
    ...section(
      'Missing',
      missing.flatMap((text) => textItems(text, 'warning', 'charts.yellow')),
    ),
    ...section(
      'Nothing to open',
      others.map((entry) => entryItem(entry, entry.owner)),
    ),
    ...section('What is not known', canPull ? [pull] : []),
    ...section('What Flux needs', advice === undefined ? [] : textItems(advice, 'git-commit')),
    ...section(
      'Notes',
      notes.flatMap((note) => textItems(note, 'info')),
    ),
  ];
}

/** How many pairs "all" opens. */
export function openable({ dangers, groups }: Pick<ChangeSummary, 'dangers' | 'groups'>): number {
  return groups.reduce((sum, { values, entries }) => sum + entries.length + (values ? 1 : 0), dangers.length);
}

function section(label: string, items: readonly Item[]): Item[] {
  return items.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items];
}

/** Two entries' lines. */
const mostDanger = 270;

/**
 * What happens is said whole: its words begin with the object, and the list would cut them behind that. Where there are sentences
 * they are all; what stands beside them says the same once more, or names fields, which the diff shows.
 */
function dangerItems(entry: ChangeEntry): Item[] {
  const { label, detail, owner } = entry;
  const item = entryItem(entry, owner);
  if (fitsBelow(`${owner} · ${detail}`)) {
    return [item];
  }
  const parts = detail.split(' · ');
  const sentences = parts.filter((part) => part.endsWith('.'));
  const told = (sentences.length > 0 ? sentences : parts).join(' · ');
  const words = told.startsWith(label) ? told.slice(label.length).replace(/^:? /, '') : told;
  const { takes } = item;
  const more = listLines(plainText(words, mostDanger)).map((lines): Item => {
    const iconPath = new vscode.ThemeIcon('blank');
    return { ...lines, iconPath, ...(takes && { takes }) };
  });
  return [{ ...item, detail: owner }, ...more];
}

/** `owner` is said where no heading does. */
function entryItem(entry: ChangeEntry, owner?: string): Item {
  const { icon, label, description, detail, object } = entry;
  const color = icon.color === undefined ? undefined : new vscode.ThemeColor(icon.color);
  const opens = hasDiff(object);
  const below = [...(owner === undefined ? [] : [owner]), ...(detail === '' ? [] : [detail])].join(' · ');
  return {
    label,
    description,
    ...(below === '' ? {} : { detail: below }),
    iconPath: new vscode.ThemeIcon(icon.id, color),
    takes: opens
      ? { pick: 'one', entry }
      : { pick: 'nothing', text: `${label} ${description}${detail === '' ? '' : `: ${detail}`}` },
  };
}

function valuesItem(entry: ValuesEntry): Item {
  return {
    label: 'Values of the release',
    detail: entry.detail,
    iconPath: new vscode.ThemeIcon('symbol-variable'),
    takes: { pick: 'values', entry },
  };
}
