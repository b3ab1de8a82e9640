/**
 * Who suspended an object, when and why, as annotations of its own: made, read back, and taken away. Controllers keep
 * annotations that they have not set. Knows no cluster and no clock.
 */
import type { FluxObject } from './objects.ts';
import { isSuspended } from './suspension.ts';

export interface SuspensionNote {
  /** `''` where it is not known. */
  readonly by: string;
  /** RFC 3339, `''` where it is not known. */
  readonly at: string;
  /** `''` for none. */
  readonly reason: string;
}

const annotationOf: Readonly<Record<keyof SuspensionNote, string>> = {
  reason: 'driftline.dev/suspended-reason',
  by: 'driftline.dev/suspended-by',
  at: 'driftline.dev/suspended-at',
};
const parts = Object.keys(annotationOf) as (keyof SuspensionNote)[];

/** A sentence or two; whoever needs more links to it. */
export const longestReason = 300;
/** Names of service accounts and of users of clouds are long, none is that long. */
const longestUser = 128;

/** Control characters, and the marks that hide or turn the direction of the text around them. */
const invisible = /[\p{Cc}\p{Cf}]/gu;

/** One line of visible text, cut by code points. */
export function oneLine(text: string, max: number): string {
  const line = text.slice(0, 10_000).replace(/\s+/g, ' ').replace(invisible, '').trim();
  const characters = Array.from(line);
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : line;
}

/**
 * The annotations that carry the note, for the patch that suspends. What is not said is `null`: of an earlier suspension, which
 * another tool may have ended, nothing may be left to stand beside it.
 */
export function noteAnnotations({ by, at, reason }: SuspensionNote): Record<string, string | null> {
  const said: SuspensionNote = { by: oneLine(by, longestUser), at, reason: oneLine(reason, longestReason) };
  return Object.fromEntries(parts.map((part) => [annotationOf[part], said[part] === '' ? null : said[part]]));
}

/** Takes away what the object has of a note; `undefined` where it has nothing. */
export function withoutNote({ metadata }: FluxObject): Record<string, null> | undefined {
  const present = Object.values(annotationOf).filter((name) => metadata.annotations?.[name] !== undefined);
  return present.length === 0 ? undefined : Object.fromEntries(present.map((name) => [name, null]));
}

/**
 * What is known of who suspended the object. `undefined` where nobody has left word, and for what is not suspended: a tool that
 * resumes without us leaves the note behind.
 */
export function suspensionNoteOf(object: FluxObject): SuspensionNote | undefined {
  const { annotations } = object.metadata;
  if (!annotations || !isSuspended(object)) {
    return undefined;
  }
  const of = (part: keyof SuspensionNote): string => oneLine(annotations[annotationOf[part]] ?? '', longestReason);
  const note: SuspensionNote = { by: of('by'), at: of('at'), reason: of('reason') };
  return parts.every((part) => note[part] === '') ? undefined : note;
}
