/**
 * Prints what differs between two renders of the same things: a diff of each object, or a list, and one line on what was compared
 * with what. Renders nothing.
 */
import { idOf } from '../flux/objectKey.ts';
import { type RenderComparison, compareRenders } from '../render/compareRenders.ts';
import type { BuildArguments } from './buildOptions.ts';
import { type DiffLabels, type TargetChange, changesAsJson, diffColour, unifiedDiff } from './diffObjects.ts';
import type { TargetOutcome } from './renderTarget.ts';
import { type TitledNote, notesOf, reportNotes } from './reportOutcomes.ts';
import type { Terminal } from './terminal.ts';

export interface Sides {
  readonly before: readonly TargetOutcome[];
  readonly after: readonly TargetOutcome[];
}

/** Gives the number of changes. Failures have been reported; what has a failed side is left out. */
export function printComparison(
  sides: Sides,
  { output }: Pick<BuildArguments, 'output'>,
  labels: DiffLabels,
  terminal: Terminal,
): number {
  const outcomes = [...sides.before, ...sides.after];
  const comparisons = pairs(sides).flatMap((pair) => compare(pair) ?? []);
  const changes = inOrder(comparisons);
  if (output === 'yaml') {
    printDiffs(changes, labels, terminal);
  } else if (outcomes.every(({ state }) => state === 'rendered')) {
    // As with objects: a list in which something is missing would pass for the whole.
    terminal.print(changesAsJson(changes, labels));
  }
  reportNotes([...notesOf(outcomes), ...encryptedNotes(sides.after)], terminal);
  terminal.remark(summary(comparisons, changes, labels));
  return changes.length;
}

/** Without keys two ciphertexts cannot be compared; silence would say that they are the same. */
function encryptedNotes(outcomes: readonly TargetOutcome[]): readonly TitledNote[] {
  return outcomes.flatMap((outcome): TitledNote[] => {
    const objects = outcome.state === 'rendered' ? outcome.rendered.objects : [];
    const names = objects.filter(({ encrypted }) => encrypted).map(({ object }) => JSON.stringify(idOf(object)));
    const count = new Set(names).size;
    const subject = count === 1 ? '1 object is encrypted, and its' : `${count} objects are encrypted, and their`;
    const message = `${subject} values are not compared.`;
    return count === 0 ? [] : [{ title: outcome.title, severity: 'approximate', message }];
  });
}

interface OutcomePair {
  readonly title: string;
  readonly before: TargetOutcome | undefined;
  readonly after: TargetOutcome | undefined;
}

/** By what was asked for: what was added or removed has one side. */
function pairs({ before, after }: Sides): readonly OutcomePair[] {
  const left = [...before];
  const matched = after.map((outcome): OutcomePair => {
    const at = left.findIndex(({ key }) => key === outcome.key);
    return { title: outcome.title, before: at < 0 ? undefined : left.splice(at, 1)[0], after: outcome };
  });
  return [
    ...left.map((outcome): OutcomePair => ({ title: outcome.title, before: outcome, after: undefined })),
    ...matched,
  ];
}

interface Compared extends RenderComparison {
  readonly title: string;
}

/** `undefined` where a side failed: against nothing everything would seem new. */
function compare({ title, before, after }: OutcomePair): Compared | undefined {
  if (before?.state === 'failed' || after?.state === 'failed') {
    return undefined;
  }
  return { title, ...compareRenders(before?.rendered.objects ?? [], after?.rendered.objects ?? []) };
}

/** What is deleted first, for that is what cannot be had again. */
function inOrder(comparisons: readonly Compared[]): readonly TargetChange[] {
  const all = comparisons.flatMap(({ title, changes }) => changes.map((change) => ({ of: title, change })));
  return (['delete', 'create', 'change'] as const).flatMap((kind) =>
    all.filter(({ change }) => change.change === kind),
  );
}

function printDiffs(changes: readonly TargetChange[], labels: DiffLabels, terminal: Terminal): void {
  for (const change of changes) {
    for (const line of unifiedDiff(change, labels).trimEnd().split('\n')) {
      terminal.print(`${line}\n`, diffColour(line));
    }
  }
}

/** One line on what was compared with what, so that silence is no riddle. */
function summary(
  comparisons: readonly Compared[],
  changes: readonly TargetChange[],
  { before, after }: DiffLabels,
): string {
  const what = `${comparisons.map(({ title }) => title).join(', ')}: ${before} ↔ ${after}`;
  if (comparisons.length === 0) {
    return `Nothing could be compared: ${before} ↔ ${after}.`;
  }
  const same = comparisons.reduce((sum, { unchanged }) => sum + unchanged, 0);
  if (changes.length === 0) {
    return `${what}: nothing differs, ${same} ${same === 1 ? 'object is' : 'objects are'} the same.`;
  }
  const words = { delete: 'deleted', create: 'created', change: 'changed' } as const;
  const counts = (['delete', 'create', 'change'] as const).flatMap((kind) => {
    const count = changes.filter(({ change }) => change.change === kind).length;
    return count === 0 ? [] : [`${count} ${words[kind]}`];
  });
  return `${what}: ${counts.join(', ')}, ${same} the same.`;
}
