/**
 * Comments that allow a finding, written where `suppression.ts` looks for them: above the line, or once for the file. A comment
 * that is there already is continued; none is put inside a text, or between a value and the comment of a tool.
 */
import { isDeepStrictEqual } from 'node:util';
import type { TextEdit } from '../manifests/editField.ts';
import { splitDocuments } from '../manifests/splitDocuments.ts';
import { applyEdits, type Finding, partAfter, type QuickFix, whatIsSaid } from './quickFix.ts';
import { rules } from './rules.ts';
import { allowedRules } from './suppression.ts';

export function suppressFixes(finding: Finding): QuickFix[] {
  const { rule, text, target } = finding;
  if (!target) {
    return []; // the text is another one by now: no value stands there
  }
  const choices: readonly (readonly [string, TextEdit | undefined])[] = [
    [`Suppress here: ${rule}`, suppressHere(finding)],
    [`Suppress in this file: ${rule}`, suppressInFile(finding)],
  ];
  return choices.flatMap(([title, edit]) =>
    edit && isAllowedBy(finding, edit) && saysTheSame(text, edit) ? [{ title, edits: [edit] }] : [],
  );
}

/** The document around the comment says what it said; others are not touched. */
function saysTheSame(text: string, edit: TextEdit): boolean {
  const whole = { start: 0, end: text.length };
  const document = splitDocuments(text).find(({ start, end }) => edit.start >= start && edit.start < end) ?? whole;
  return isDeepStrictEqual(
    whatIsSaid(partAfter(text, document, [edit])),
    whatIsSaid(text.slice(document.start, document.end)),
  );
}

/** Where the finding stands then, the comment counts for it. */
function isAllowedBy({ rule, text, span }: Finding, edit: TextEdit): boolean {
  const shift = edit.start <= span.start ? edit.text.length : 0;
  const place = { start: span.start + shift, end: span.end + shift };
  return allowedRules(applyEdits(text, [edit]), place, { start: 0, end: 0 }).has(rule);
}

const names = `(?:[\\s,]+(?:${rules.map(({ id }) => id).join('|')})(?![\\w-]))+`;
const nextLine = new RegExp(`^\\uFEFF?[ \\t]*#[ \\t]*driftline-disable-next-line${names}`);
const wholeFile = new RegExp(`^\\uFEFF?[ \\t]*#[ \\t]*driftline-disable-file${names}`, 'm');

function suppressHere({ rule, text, span }: Finding): TextEdit | undefined {
  const lineStart = startOfLine(text, span.start);
  const aboveStart = lineStart === 0 ? 0 : startOfLine(text, lineStart - 1);
  const above = text.slice(aboveStart, lineStart);
  const continued = nextLine.exec(above);
  if (continued) {
    return insertion(aboveStart + continued[0].length, `, ${rule}`);
  }
  if (speaksOfNextLine(above)) {
    return suppressBeside(text, rule, span.end);
  }
  const [bom = ''] = /^\uFEFF?/.exec(text.slice(lineStart)) ?? [];
  const at = lineStart + bom.length;
  const [indent = ''] = /^[ \t]*/.exec(text.slice(at)) ?? [];
  return insertion(at, `${indent}# driftline-disable-next-line ${rule}${lineEndOf(text)}`);
}

/**
 * A comment that a bot, a scanner or a linter reads for the line right below it: `# renovate: …`, `# kics-scan ignore-line`,
 * `# nosemgrep`, `# checkov:skip=…`, `# yamllint disable-line`. All forms of `suppression.ts` are among them: one that allows
 * something else of the line must not be parted from it either. Prose that is taken for one only moves ours.
 */
function speaksOfNextLine(line: string): boolean {
  return /^\uFEFF?[ \t]*#.*(?:renovate:|(?<![a-z])(?:ignore|disable|skip|allow|nosec|nosemgrep|noqa|nolint)(?![a-z]))/i.test(
    line,
  );
}

function suppressBeside(text: string, rule: string, end: number): TextEdit | undefined {
  const [rest = ''] = /^[^\r\n]*/.exec(text.slice(end)) ?? [];
  return rest.includes('#') ? undefined : insertion(end + rest.trimEnd().length, ` # driftline: ignore ${rule}`);
}

/** On top, below what must be on top itself. */
function suppressInFile({ rule, text }: Finding): TextEdit | undefined {
  const continued = wholeFile.exec(text);
  if (continued) {
    return insertion(continued.index + continued[0].length, `, ${rule}`);
  }
  const [head = ''] =
    /^\uFEFF?(?:#(?:!|[ \t]*(?:yaml-language-server:|-\*-|vim?:))[^\r\n]*(?:\r\n|\n|\r))*/.exec(text) ?? [];
  return insertion(head.length, `# driftline-disable-file ${rule}${lineEndOf(text)}`);
}

function insertion(at: number, text: string): TextEdit {
  return { start: at, end: at, text };
}

function lineEndOf(text: string): string {
  return /\r\n/.test(text) ? '\r\n' : '\n';
}

function startOfLine(text: string, offset: number): number {
  return offset <= 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}
