/**
 * In words: what of a clone was not applied yet, and what a controller has put back. For rows, tooltips and filters; names of a
 * cluster and of files are made plain or escaped here.
 */
import type { PendingChange } from '../drift/findPending.ts';
import type { CorrectedObject, Corrections } from '../flux/corrections.ts';
import { displayName } from '../flux/objectKey.ts';
import type { ObjectView } from './clusterSurvey.ts';
import { escapeMarkdown, plainText } from './markdown.ts';
import { ageText } from './relativeTime.ts';

/** Longest list in a tooltip; the rest is counted. */
const longest = 10;

/** `2 files pending`, or `pending unknown, fetch 5f2c1a9`; `''` for nothing. */
export function pendingText(pending: PendingChange | undefined): string {
  switch (pending?.state) {
    case undefined:
      return '';
    case 'pending':
      return `${counted(pending.files.length, 'file')} pending`;
    case 'notFetched':
      return `pending unknown, fetch ${shortCommit(pending.applied)}`;
  }
}

export function pendingLines({ pending }: ObjectView): string[] {
  switch (pending?.state) {
    case undefined:
      return [];
    case 'pending': {
      const { files, applied, head } = pending;
      const list = files.slice(0, longest).map((path) => `- ${escapeMarkdown(path)}`);
      const rest = files.length > longest ? [`- and ${files.length - longest} more`] : [];
      const title = `Pending: at HEAD \\(${shortCommit(head)}\\) other files than in ${shortCommit(applied)}, which was applied`;
      return [[`${title}:`, ...list, ...rest].join('\n')];
    }
    case 'notFetched': {
      const commit = shortCommit(pending.applied);
      return [`Pending: unknown\\. Commit ${commit} was applied, and the clone does not have it: *Fetch* brings it\\.`];
    }
  }
}

/** `corrected 3m ago: Deployment web`, `corrected 3m ago, 4 times: Deployment web and 1 more`; `''` for nothing. */
export function correctedText({ corrected }: ObjectView, now: number): string {
  if (!corrected) {
    return '';
  }
  const [first, ...more] = corrected.objects;
  const names = first ? `: ${plainText(`${first.kind} ${first.name}`, 80)}` : '';
  return `${correctedWords(corrected, now)}${names}${more.length === 0 ? '' : ` and ${more.length} more`}`;
}

export function correctedLines({ corrected }: ObjectView, now: number): string[] {
  if (!corrected) {
    return [];
  }
  const { objects } = corrected;
  const list = objects.slice(0, longest).map((object) => `- ${escapeMarkdown(nameOf(object))}`);
  const rest = objects.length > longest ? [`- and ${objects.length - longest} more`] : [];
  const words = correctedWords(corrected, now);
  const title = `Drift ${words}, by the controller's events`;
  return [list.length === 0 ? title : [`${title}:`, ...list, ...rest].join('\n')];
}

function correctedWords({ at, count }: Corrections, now: number): string {
  return `corrected ${ageText(at, now) ?? ''} ago${count === 1 ? '' : `, ${count} times`}`;
}

function nameOf({ kind, namespace, name, change }: CorrectedObject): string {
  return `${kind} ${displayName({ namespace, name })}: ${change === 'created' ? 'created again' : 'put back'}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function shortCommit(id: string): string {
  return plainText(id.slice(0, 7));
}
