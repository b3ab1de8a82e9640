/**
 * Takes texts of Secrets out of messages and errors. The last thing between a secret and a log: it makes no expression of a
 * secret, takes secrets of any length, and where it fails itself it says nothing of what it was given.
 */
import { isFailure, reworded } from '../base/failure.ts';
import { mask } from './maskDifferences.ts';
import { withoutOperands } from './schemaError.ts';
import { base64Forms, escapedForms } from './writtenForms.ts';

export interface RedactOptions {
  /** Also words of four characters and more: a library may quote a part of what it refuses. */
  readonly words: boolean;
}

/** Said in place of a message from which secrets could not be taken. */
export const unsaid = 'The message is left out: it may quote a Secret, which could not be taken out of it.';

/**
 * Puts dots for secret texts in a message, whatever the case: the whole text, its base64, its lines, both of them escaped and,
 * if asked for, its words. Short ones, and switches, only where they are words of the message, and only in messages of
 * libraries. Of a schema's error, where there are secrets, dots for every value.
 */
export function redact(given: string, secrets: readonly string[], options: RedactOptions = { words: true }): string {
  try {
    const message = secrets.length === 0 ? given : withoutOperands(given);
    const parts = tellingParts(secrets, options, message.length).filter((part) => part.length <= message.length);
    // The longest first, or what is left of it would still be read.
    const longestFirst = parts.sort((a, b) => b.length - a.length);
    const rest = longestFirst.reduce(withoutPart, { text: message, folded: foldCase(message) }).text;
    return options.words ? withoutShort(rest, secrets) : rest;
  } catch {
    return unsaid; // not even the reason: it may quote what it was given
  }
}

/** The same kind of error without secrets in message and stack. Its cause may hold them too and is left out. */
export function redactError(error: Error, secrets: readonly string[], options?: RedactOptions): Error {
  const message = redact(error.message, secrets, options);
  if (isFailure(error)) {
    return reworded(error, message);
  }
  const told = new Error(message);
  told.name = redact(error.name, secrets, options);
  told.stack = redact(error.stack ?? '', secrets, options);
  return told;
}

/** Where in a file something is, which a library says in numbers of its own. */
const position = /(?:\.(?:ya?ml|tpl|txt|json|env)(?::\d+)+|\b(?:line|column) \d+)/giu;
const switchWord = /^(?:true|false)$/;

/** Without the words that are as short as a secret of one or two characters: within other words they stand by chance. */
function withoutShort(message: string, secrets: readonly string[]): string {
  const short = new Set(
    secrets
      .flatMap((secret) => secret.split('\n'))
      .map((line) => foldCase(line.trim()))
      .filter((line) => (line.length > 0 && line.length < 3) || switchWord.test(line)),
  );
  const words = (text: string): string =>
    text.replaceAll(/[\p{L}\p{N}]+(?:\.\p{N}+)*|[^\p{L}\p{N}\s]+/gu, (word) =>
      short.has(foldCase(word)) ? mask : word,
    );
  if (short.size === 0) {
    return message;
  }
  let end = 0;
  const parts = [...message.matchAll(position)].map((found) => {
    const before = words(message.slice(end, found.index));
    end = found.index + found[0].length;
    return before + found[0];
  });
  return parts.join('') + words(message.slice(end));
}

/** `within`: the length of the message; nothing is made of a text for which it is too short. */
function tellingParts(secrets: readonly string[], { words }: RedactOptions, within: number): string[] {
  const parts = new Set<string>();
  const add = (part: string): void => {
    const folded = foldCase(part.trim());
    if (folded.length > 2 && !/^(?:true|false|null)$/.test(folded)) {
      parts.add(folded);
    }
  };
  const addWritten = (text: string): void => {
    add(text);
    if (text.length <= within) {
      escapedForms(text).forEach(add);
    }
  };
  for (const secret of secrets) {
    addWritten(secret);
    if (secret.length <= within) {
      base64Forms(secret).forEach(add);
      add(encodeURIComponent(secret.toWellFormed())); // in a URL
    }
    secret.split('\n').forEach(addWritten);
    if (words) {
      secret
        .split(/[^\p{L}\p{N}]+/u)
        .filter((word) => word.length > 3)
        .forEach(add);
    }
  }
  return [...parts];
}

/** A text beside the same text without differences of case: places in one are places in the other. */
interface Folded {
  readonly text: string;
  readonly folded: string;
}

function withoutPart(from: Folded, part: string): Folded {
  let at = from.folded.indexOf(part);
  if (at < 0) {
    return from;
  }
  const text: string[] = [];
  const folded: string[] = [];
  let end = 0;
  while (at >= 0) {
    text.push(from.text.slice(end, at), mask);
    folded.push(from.folded.slice(end, at), mask);
    end = at + part.length;
    at = from.folded.indexOf(part, end);
  }
  text.push(from.text.slice(end));
  folded.push(from.folded.slice(end));
  return { text: text.join(''), folded: folded.join('') };
}

/** Of the same length as `text`: a character whose other case is longer or shorter, as of `ß` and `İ`, stays as it is. */
function foldCase(text: string): string {
  return /^\p{ASCII}*$/u.test(text) ? text.toLowerCase() : Array.from(text, foldCharacter).join('');
}

function foldCharacter(character: string): string {
  const upper = character.toUpperCase();
  const folded = (upper.length === character.length ? upper : character).toLowerCase(); // both ways: ſ is s, ς is σ
  return folded.length === character.length ? folded : character;
}
