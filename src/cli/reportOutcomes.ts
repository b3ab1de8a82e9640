/** Says what a reader must know of renders besides their objects: what failed, and what was assumed or may differ. */
import { type Failure, isFailure } from '../base/failure.ts';
import type { RenderNote } from '../render/desired.ts';
import type { BuildArguments } from './buildOptions.ts';
import type { TargetOutcome } from './renderTarget.ts';
import { exitCodes, reportError } from './reportError.ts';
import type { Terminal } from './terminal.ts';

/** A note with the name of what it is about. */
export interface TitledNote extends RenderNote {
  readonly title: string;
}

/** Gives the exit code. `state` names the state of the repository, where there are two. */
export function reportFailures(
  outcomes: readonly TargetOutcome[],
  options: Pick<BuildArguments, 'pull' | 'cluster'>,
  terminal: Terminal,
  state?: string,
): number {
  const codes = outcomes.map((outcome): number => {
    if (outcome.state === 'rendered') {
      return exitCodes.done;
    }
    const hints = isFailure(outcome.error, 'notFound') ? sourcesLeft(outcome.error, options) : [];
    return reportError(outcome.error, terminal, { what: leadOf(outcome, state), hints });
  });
  return Math.max(exitCodes.done, ...codes);
}

/** What and where; what the message names itself is not said twice. */
function leadOf({ title, error }: Extract<TargetOutcome, { state: 'failed' }>, state?: string): string {
  const [kind = '', name = ''] = title.split(' ');
  const [subject = ''] = error instanceof Error ? error.message.split(':', 1) : [];
  const words = subject.split(' ');
  const named = words.some((word, at) => words[at - 1] === kind && (word === name || word.endsWith(`/${name}`)));
  return [...(state === undefined ? [] : [state]), ...(named ? [] : [title])].join(': ');
}

export function notesOf(outcomes: readonly TargetOutcome[]): readonly TitledNote[] {
  return outcomes.flatMap((outcome) =>
    outcome.state === 'rendered' ? outcome.rendered.notes.map((note) => ({ ...note, title: outcome.title })) : [],
  );
}

/** Above so many names a number says more. */
const mostTitles = 3;

/** Each sentence once, however many renders it is about: objects of one file share their sources. */
export function reportNotes(notes: readonly TitledNote[], terminal: Terminal): void {
  const grouped = new Map<string, { readonly note: TitledNote; readonly titles: Set<string> }>();
  for (const note of notes) {
    const key = `${note.severity} ${note.message}`;
    const group = grouped.get(key) ?? { note, titles: new Set() };
    grouped.set(key, group);
    group.titles.add(note.title);
  }
  for (const { note, titles } of grouped.values()) {
    const shown = [...titles].slice(0, titles.size > mostTitles ? mostTitles - 1 : mostTitles);
    const more = titles.size - shown.length;
    const about = `${shown.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
    terminal.message(note.severity === 'approximate' ? 'warning' : 'note', `${about}: ${note.message}`);
  }
}

/** Where what is missing could come from, as far as it was not asked. */
function sourcesLeft(
  { remedy }: Failure,
  { pull, cluster }: Pick<BuildArguments, 'pull' | 'cluster'>,
): readonly string[] {
  return [
    ...(pull || remedy !== 'pull' ? [] : ['--pull pulls charts from where their sources point.']),
    ...(cluster ? [] : ['--context NAME asks a cluster for what is not in the repository.']),
  ];
}
