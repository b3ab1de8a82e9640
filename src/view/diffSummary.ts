/**
 * A comparison as a person picks from it: its title, what differs in the order of how much it matters, and one sentence where
 * nothing does. The documents themselves are not made here.
 */
import { differences, isRefused } from '../drift/changeOrder.ts';
import type { Change, Comparison, ObjectDifference } from '../drift/difference.ts';
import { displayName } from '../flux/objectKey.ts';
import { countsText, lookOf, objectDetail } from './differenceText.ts';
import { iconFreeText, plainText } from './markdown.ts';
import { fluxNameText } from './renderedSubject.ts';
import type { RowIcon } from './row.ts';

/** `HelmRelease logging/grafana: cluster ↔ working tree`; `alone`: title of the one object that was compared of it. */
export function diffTitle({ target, from }: Pick<Comparison, 'target' | 'from'>, alone?: string): string {
  return plainText(`${alone ?? fluxNameText(target)}: cluster ↔ ${from}`);
}

export interface DiffEntry {
  readonly icon: RowIcon;
  /** `Deployment apps/web`; may be drawn where `$(…)` is an icon. */
  readonly label: string;
  /** What would happen to it. */
  readonly description: string;
  /** Why, which fields, what comes along; `''` for none. */
  readonly detail: string;
  readonly object: ObjectDifference;
}

/** What has nothing to open. */
const named: readonly Change[] = ['unknown', 'skip'];

export interface DiffSummary {
  /** What the server would refuse, then what would not stay as it is: deleted, recreated, created, changed. */
  readonly differing: readonly DiffEntry[];
  /** What could not be compared, then what is left alone; each with the reason. */
  readonly others: readonly DiffEntry[];
  /** `2 deleted, 1 changed, 1 not compared`; `''` when all is the same. */
  readonly counts: string;
}

export function summarize({ objects }: Pick<Comparison, 'objects'>): DiffSummary {
  const plain = objects.filter((object) => !isRefused(object));
  const entries = (changes: readonly Change[]): DiffEntry[] =>
    changes.flatMap((change) => plain.filter((object) => object.change === change).map(entryOf));
  const differing = [...objects.filter(isRefused).map(entryOf), ...entries(differences)];
  return { differing, others: entries(named), counts: countsText(objects) };
}

/** One object with what would happen to it. */
export function entryOf(object: ObjectDifference): DiffEntry {
  const { icon, words } = lookOf(object);
  return {
    icon,
    label: iconFreeText(objectTitle(object)),
    description: words,
    detail: iconFreeText(objectDetail(object), 500),
    object,
  };
}

/** `Deployment apps/web` */
export function objectTitle({ id }: Pick<ObjectDifference, 'id'>): string {
  return plainText(`${id.kind} ${displayName(id)}`);
}

/**
 * Over both sides of an object: what would happen to it where that is no plain change, and who has it now, for a single diff opens
 * without the list that would say so.
 */
export function pairTitle(object: ObjectDifference): string {
  const { change, takenOverFrom } = object;
  const marks = [
    ...(change === 'change' ? [] : [lookOf(object).words]),
    ...(takenOverFrom === undefined ? [] : [plainText(`taken over from ${takenOverFrom}`, 100)]),
  ];
  return `${objectTitle(object)}${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`;
}

/** What was compared with what, and that nothing differs; with what that does not say. */
export function nothingDiffersText(comparison: Comparison, alone?: string): string {
  const { target, context, from, objects } = comparison;
  const { others } = summarize(comparison);
  const compared = objects.length - others.length;
  const what = `${alone ?? fluxNameText(target)}: ${context} and ${from}`;
  if (objects.length === 0) {
    return plainText(`${what}: there is no object to compare.`, 400);
  }
  const left = countsText(others.map(({ object }) => object));
  const same = compared === 0 ? 'nothing could be compared' : `nothing differs, ${sameText(compared)}`;
  return plainText(`${what}: ${same}${left === '' ? '' : `; ${left}`}.`, 400);
}

function sameText(count: number): string {
  return count === 1 ? '1 object is the same' : `${count} objects are the same`;
}

/** What a reader must know of the whole comparison, the doubts first. */
export function noteTexts({ notes }: Pick<Comparison, 'notes'>): string[] {
  const inOrder = (['approximate', 'information'] as const).flatMap((severity) =>
    notes.filter((note) => note.severity === severity),
  );
  return [...new Set(inOrder.map(({ message }) => iconFreeText(message, 300)))];
}
