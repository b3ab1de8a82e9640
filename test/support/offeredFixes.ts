/** What the light bulb offers for the findings of one text, and what the text is after each: fixes as a person meets them. */
import assert from 'node:assert/strict';
import type { CodeAction, Diagnostic, TextEdit } from 'vscode-languageserver-types';
import type { RunningVersions } from '../../src/flux/runningVersions.ts';
import { type FixedFile, fixAll, quickFixes } from '../../src/language/codeActions.ts';
import type { FactQuestion } from '../../src/language/pinFixes.ts';
import { checkerOf } from './expectedDiagnostics.ts';

export interface OfferOptions {
  readonly path?: string;
  readonly facts?: Partial<RunningVersions>;
  /** Default: the findings of the text by itself. */
  readonly diagnostics?: readonly Diagnostic[];
}

export interface Offer {
  readonly title: string;
  readonly preferred: boolean;
  readonly rule: string;
  /** `undefined` for an action that is a command. */
  readonly after: string | undefined;
  readonly command: string | undefined;
}

export const noFacts: RunningVersions = { chart: undefined, revision: undefined, images: [], askable: false };

const uri = 'file:///repository/apps/file.yaml';

export function diagnosticsOf(text: string, path = 'apps/file.yaml'): Diagnostic[] {
  return checkerOf({ [path]: text }).diagnostics(path);
}

/** In the order in which they are shown; `asked` gets every question of facts. */
export async function offersFor(
  text: string,
  options: OfferOptions = {},
  asked: FactQuestion[] = [],
): Promise<readonly Offer[]> {
  const { path = 'apps/file.yaml', facts } = options;
  const file: FixedFile = { uri, version: 1, text, path };
  const actions = await quickFixes(options.diagnostics ?? diagnosticsOf(text, path), {
    file,
    facts: (question) => {
      asked.push(question);
      return Promise.resolve(facts && { ...noFacts, ...facts });
    },
    chooseSeverity: (rule) => ({ command: 'chooseSeverity', arguments: [{ rule }] }),
    signal: new AbortController().signal,
  });
  return actions.map((action) => ({
    title: action.title,
    preferred: action.isPreferred ?? false,
    rule: String(action.diagnostics?.[0]?.code),
    after: action.edit === undefined ? undefined : applied(text, action),
    command: action.command?.command,
  }));
}

/** The text after everything that can be fixed at once, `undefined` where nothing can. */
export function allFixed(text: string, path = 'apps/file.yaml'): string | undefined {
  const action = fixAll(diagnosticsOf(text, path), { uri, version: 1, text, path });
  return action && applied(text, action);
}

/** As an editor does it: all edits count in the text before, and none may overlap another. */
export function applied(text: string, { edit }: Pick<CodeAction, 'edit'>): string {
  const [change, second] = edit?.documentChanges ?? [];
  assert.ok(change && 'edits' in change && second === undefined, 'one document is changed');
  const starts = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((match) => match.index + match[0].length)];
  const offset = ({ line, character }: TextEdit['range']['start']): number => (starts[line] ?? Number.NaN) + character;
  const edits = (change.edits as readonly TextEdit[])
    .map(({ range, newText }) => ({ start: offset(range.start), end: offset(range.end), newText }))
    .sort((a, b) => b.start - a.start);
  return edits.reduce((result, { start, end, newText }, index) => {
    assert.ok(end <= (edits[index - 1]?.start ?? text.length), 'edits do not overlap');
    return `${result.slice(0, start)}${newText}${result.slice(end)}`;
  }, text);
}
