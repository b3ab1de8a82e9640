/**
 * Changes of objects as text: a unified diff of their YAML, or JSON. Everything it is given is fit to be shown.
 */
import { structuredPatch } from 'diff';
import { displayName } from '../flux/objectKey.ts';
import { printYaml } from '../manifests/printYaml.ts';
import type { ObjectChange } from '../render/compareRenders.ts';
import { oneLine } from './printObjects.ts';
import type { Colour } from './terminal.ts';

/** A change with the Kustomization, HelmRelease or folder whose render has it. */
export interface TargetChange {
  readonly of: string;
  readonly change: ObjectChange;
}

/** Names of the two states. */
export interface DiffLabels {
  readonly before: string;
  readonly after: string;
}

/** A run of lines with what stands around it; numbers count from 1. */
interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** Each begins with ` `, `-` or `+`. */
  readonly lines: readonly string[];
}

/** Two long texts with nothing in common cost the square of their edits; beyond this the one is shown in place of the other. */
const maxEdits = 5_000;

/** The diff of one object, with headers. Ends with a line break. */
export function unifiedDiff({ of, change }: TargetChange, labels: DiffLabels): string {
  const title = oneLine(`${change.id.kind} ${displayName(change.id)}`);
  const before = change.change === 'create' ? undefined : change.before;
  const after = change.change === 'delete' ? undefined : change.after;
  return [`diff ${oneLine(of)}: ${change.change} ${title}`, ...diffLines(title, { before, after }, labels), ''].join(
    '\n',
  );
}

/** The two lines that name the sides and what differs between them; a side that is `undefined` is empty. */
export function diffLines(
  title: string,
  { before, after }: { readonly before: object | undefined; readonly after: object | undefined },
  labels: DiffLabels,
): readonly string[] {
  const [old, next] = [before, after].map((side) => (side === undefined ? '' : printYaml({ ...side })));
  return [
    `--- ${old === '' ? '/dev/null' : oneLine(title)}\t${oneLine(labels.before)}`,
    `+++ ${next === '' ? '/dev/null' : oneLine(title)}\t${oneLine(labels.after)}`,
    ...hunksOf(old ?? '', next ?? '').flatMap(hunkLines),
  ];
}

/** By what the line begins with. */
export function diffColour(line: string): Colour | undefined {
  if (/^(?:diff |--- |\+\+\+ )/.test(line)) {
    return 'bold';
  }
  return line.startsWith('@@') ? 'cyan' : line.startsWith('-') ? 'red' : line.startsWith('+') ? 'green' : undefined;
}

/** One object with the names of both states and every change, each with the objects that it has. */
export function changesAsJson(changes: readonly TargetChange[], labels: DiffLabels): string {
  const list = changes.map(({ of, change: { id, ...rest } }) => ({ of, ...rest, ...id }));
  return `${JSON.stringify({ ...labels, changes: list }, null, 2)}\n`;
}

function hunksOf(old: string, next: string): readonly Hunk[] {
  // No headers: the library would write the names in octal where they are not ASCII.
  const options = { context: 3, maxEditLength: maxEdits };
  const found =
    old === '' || next === '' ? undefined : structuredPatch('', '', old, next, undefined, undefined, options);
  return found?.hunks ?? [replacement(linesOf(old), linesOf(next))];
}

function replacement(removed: readonly string[], added: readonly string[]): Hunk {
  return {
    oldStart: removed.length === 0 ? 0 : 1,
    oldLines: removed.length,
    newStart: added.length === 0 ? 0 : 1,
    newLines: added.length,
    lines: [...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)],
  };
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function hunkLines({ oldStart, oldLines, newStart, newLines, lines }: Hunk): readonly string[] {
  return [`@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`, ...lines];
}
