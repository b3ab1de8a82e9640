/**
 * Repositories in memory whose texts say themselves what is to be reported: `#! severity rule` at the end of a line, with
 * the underlined text behind it where that is the point. A line without the mark expects nothing.
 */
import assert from 'node:assert/strict';
import type { Diagnostic } from 'vscode-languageserver-types';
import { RepositoryChecker } from '../../src/language/repositoryChecker.ts';
import type { RuleSettings } from '../../src/language/validate.ts';

export const defaultRules: RuleSettings = { diagnosticsEnabled: true, ruleSeverity: {}, diagnosticsIgnore: [] };

const severityWords = ['', 'error', 'warning', 'information', 'hint'];

export function checkerOf(files: Readonly<Record<string, string>>, settings: Partial<RuleSettings> = {}) {
  const checker = new RepositoryChecker({ ...defaultRules, ...settings });
  for (const [path, text] of Object.entries(files)) {
    checker.update(path, text);
  }
  return checker;
}

/** Checks every file of the repository against its marks, and gives back all messages for closer looks. */
export function checkRepository(
  files: Readonly<Record<string, string>>,
  settings: Partial<RuleSettings> = {},
): string[] {
  const checker = checkerOf(withoutMarks(files), settings);
  const messages: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    const diagnostics = checker.diagnostics(path);
    assert.deepEqual(foundMarks(text, diagnostics), expectedMarks(text), path);
    messages.push(...diagnostics.map(({ message }) => (typeof message === 'string' ? message : message.value)));
  }
  return messages;
}

/** The checker sees no mark: a word in one could be what makes it look at a document. */
function withoutMarks(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replace(/[ \t]*#! .*$/gm, '')]));
}

/** One file alone in its repository. */
export function checkFile(text: string, path = 'apps/file.yaml', settings: Partial<RuleSettings> = {}): string[] {
  return checkRepository({ [path]: text }, settings);
}

function expectedMarks(text: string): string[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const mark = /#! (.*)$/.exec(line)?.[1];
    return mark === undefined ? [] : [`${index + 1}: ${mark.trim()}`];
  });
}

function foundMarks(text: string, diagnostics: readonly Diagnostic[]): string[] {
  const lines = text.split(/\r?\n/);
  const wanted = new Map(expectedMarks(text).map((mark) => [Number(mark.split(':')[0]), mark]));
  return diagnostics
    .toSorted((a, b) => a.range.start.line - b.range.start.line)
    .map(({ range, severity, code }) => {
      const line = range.start.line + 1;
      const mark = `${line}: ${severityWords[severity ?? 0] ?? ''} ${String(code)}`;
      assert.equal(range.end.line, range.start.line, `${mark} ends on its line`);
      const underlined = (lines[range.start.line] ?? '').slice(range.start.character, range.end.character);
      // The underlined text is compared where the mark names it.
      return wanted.get(line)?.startsWith(`${mark} `) === true ? `${mark} ${underlined}` : mark;
    });
}
