/**
 * What the light bulb offers for findings: the best fix first, then others, then a comment that allows it, the rule's settings and
 * its page. Puts together what the makers of fixes give, and gives none that leaves the finding where it is.
 */
import {
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  type Position,
  type Range,
  type TextEdit as ProtocolEdit,
} from 'vscode-languageserver-types';
import { Turns } from '../base/turns.ts';
import type { RunningVersions } from '../flux/runningVersions.ts';
import type { TextEdit } from '../manifests/editField.ts';
import type { TextSpan } from '../manifests/yamlNode.ts';
import type { Candidate, Surroundings } from './candidate.ts';
import { findFixTarget } from './fixTarget.ts';
import { inspectFile } from './inspectFile.ts';
import { factsFor, type FactQuestion, isFixedTogether, pinFixes } from './pinFixes.ts';
import { countUses, plainFixes, quoteFix } from './plainFixes.ts';
import { positions } from './positions.ts';
import { type Finding, partAfter, type QuickFix } from './quickFix.ts';
import { isRuleId, ruleDocumentation, type RuleId } from './rules.ts';
import { suppressFixes } from './suppressFixes.ts';
import { diagnosticSource } from './validate.ts';

export const fixAllKind = `${CodeActionKind.SourceFixAll}.driftline`;

export interface FixedFile {
  readonly uri: string;
  /** Of the open document: an edit of another one is refused by the editor. */
  readonly version: number;
  readonly text: string;
  /** Relative to the repository, with `/`. */
  readonly path: string;
}

/** `unknown`: why nothing can be told of what somebody has asked the cluster for. */
export type KnownFacts = RunningVersions & { readonly unknown?: string };

export interface ActionsParts {
  readonly file: FixedFile;
  /** Answers with `undefined` where nothing is certain. Asked once for each finding that facts could help. */
  readonly facts: (question: FactQuestion) => Promise<KnownFacts | undefined>;
  /** What the editor runs so that the rule's severity can be chosen. */
  readonly chooseSeverity: (rule: RuleId) => { readonly command: string; readonly arguments: unknown[] };
  readonly signal: AbortSignal;
}

/** Milliseconds of work at a stretch: keys that are typed meanwhile, and the end of the question, must get through. */
const sliceMs = 8;

/** Of the diagnostics, those that are ours and of a rule; others are left alone. Throws `Failure('cancelled')`. */
export async function quickFixes(diagnostics: readonly Diagnostic[], parts: ActionsParts): Promise<CodeAction[]> {
  const actions: CodeAction[] = [];
  const turns = new Turns({ sliceMs, what: 'Looking for fixes', signal: parts.signal });
  const inspect = rememberedInspections(parts.file.path);
  for (const diagnostic of diagnostics) {
    await turns.take();
    const finding = findingOf(diagnostic, parts.file);
    if (finding) {
      actions.push(...(await actionsFor({ finding, diagnostic, inspect }, parts)));
    }
  }
  return actions;
}

/**
 * Everything of a file that can be fixed without a choice, as one edit; `undefined` where there is nothing. A value that aliases
 * share is left to a person: on save nobody is told where else it changes.
 */
export function fixAll(diagnostics: readonly Diagnostic[], file: FixedFile): CodeAction | undefined {
  const fixed = diagnostics.flatMap((diagnostic) => {
    const finding = isFixedTogether(String(diagnostic.code)) ? findingOf(diagnostic, file) : undefined;
    const isShared = finding?.target !== undefined && countUses(finding.target) > 1;
    const fix = finding && !isShared ? quoteFix(finding) : undefined;
    return fix ? [{ diagnostic, fix }] : [];
  });
  const edits = new Map(fixed.flatMap(({ fix }) => fix.edits).map((edit) => [edit.start, edit]));
  if (edits.size === 0) {
    return undefined;
  }
  return {
    title: 'Put all values in quotes that YAML would change',
    kind: fixAllKind,
    diagnostics: fixed.map(({ diagnostic }) => diagnostic),
    edit: workspaceEdit(file, [...edits.values()]),
  };
}

function findingOf(diagnostic: Diagnostic, { text, path }: FixedFile): Finding | undefined {
  const rule = String(diagnostic.code);
  const span = spanOf(text, diagnostic.range);
  return diagnostic.source === diagnosticSource && isRuleId(rule) && span
    ? { rule, text, path, span, target: findFixTarget(text, span) }
    : undefined;
}

interface Asked {
  readonly finding: Finding;
  readonly diagnostic: Diagnostic;
  readonly inspect: Inspect;
}

async function actionsFor({ finding, diagnostic, inspect }: Asked, parts: ActionsParts): Promise<CodeAction[]> {
  const { file } = parts;
  const question = factsFor(finding);
  const facts = question && (await parts.facts(question));
  const fixes = thoseThatHelp(finding, [...(facts ? pinFixes(finding, facts) : []), ...plainFixes(finding)], inspect);
  const best = fixes.find(({ preferred }) => preferred === true);
  const action = (title: string): CodeAction => ({
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnostic],
  });
  const edited = (fix: QuickFix): CodeAction => ({
    ...action(fix.title),
    edit: workspaceEdit(file, fix.edits),
    ...(fix === best ? { isPreferred: true } : {}),
  });
  const { rule } = finding;
  const settings = `Rule settings: ${rule}…`;
  const why = `Why? ${rule}`;
  const page = { title: why, command: 'vscode.open', arguments: [ruleDocumentation(rule)] };
  return [
    ...fixes.map(edited),
    ...askActions(facts).map((title) => ({ ...action(title), command: { title, command: askCommand } })),
    ...suppressFixes(finding).map(edited),
    { ...action(settings), command: { title: settings, ...parts.chooseSeverity(rule) } },
    { ...action(why), command: page },
  ];
}

/** A bulb that comes by itself asks no cluster for pods. Opened by hand it does, and this opens it so. */
const askTitle = 'Ask the cluster which image runs now…';
const askCommand = 'editor.action.quickFix';

/** VS Code hides an entry that is disabled, so the reason stands in the title of one that asks again. */
function askActions(facts: KnownFacts | undefined): string[] {
  const again = facts?.unknown === undefined ? [] : [`Ask again which image runs now: ${facts.unknown}`];
  return facts?.askable === true ? [askTitle] : again;
}

const strangers: Surroundings = { ownership: () => 'thirdParty' };

type Inspect = (text: string) => readonly Candidate[];

/** Of texts before a fix, of which several findings ask. */
function rememberedInspections(path: string): Inspect {
  const known = new Map<string, readonly Candidate[]>();
  return (text) => {
    const candidates = known.get(text) ?? inspectFile(text, path).candidates;
    known.set(text, candidates);
    return candidates;
  };
}

/** What leaves the finding where it is is no fix of it. Looks at its own document, as far as that tells of it by itself. */
function thoseThatHelp(finding: Finding, fixes: readonly QuickFix[], inspect: Inspect): readonly QuickFix[] {
  if (fixes.length === 0) {
    return [];
  }
  const { text, path, rule, target } = finding;
  const findingsIn = ({ start, end }: TextSpan): number => reported(inspect(text.slice(start, end)), rule);
  const part = [target?.document, { start: 0, end: text.length }].find((span) => span && findingsIn(span) > 0);
  return fixes.filter(
    ({ edits }) =>
      part && reported(inspectFile(partAfter(text, part, edits), path).candidates, rule) < findingsIn(part),
  );
}

/** How often the rule has something to say. */
function reported(candidates: readonly Candidate[], rule: RuleId): number {
  return candidates.filter(
    (candidate) => !candidate.allowed.has(rule) && candidate.judge(candidate.text, strangers)?.rule === rule,
  ).length;
}

function workspaceEdit({ uri, version, text }: FixedFile, edits: readonly TextEdit[]): NonNullable<CodeAction['edit']> {
  const position = positions(text);
  const written = edits.map(({ start, end, text: newText }): ProtocolEdit => ({
    range: { start: position(start), end: position(end) },
    newText,
  }));
  return { documentChanges: [{ textDocument: { uri, version }, edits: written }] };
}

/** Offsets of a range; `undefined` where the text has no such place, as after an edit that is not checked yet. */
function spanOf(text: string, { start, end }: Range): TextSpan | undefined {
  const lines = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((match) => match.index + match[0].length)];
  const offset = ({ line, character }: Position): number | undefined => {
    const at = (lines[line] ?? Number.NaN) + character;
    return at <= (lines[line + 1] ?? text.length) ? at : undefined;
  };
  const [from, to] = [offset(start), offset(end)];
  return from === undefined || to === undefined || to < from ? undefined : { start: from, end: to };
}
