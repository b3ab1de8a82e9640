/**
 * Comments that say something of the rules of a value. Those that allow what a rule would report: `# pin: allow <reason>`
 * for every pinning rule, `# driftline: ignore <rule>[, <rule>] <reason>` by name, and the forms that linters have,
 * `# driftline-disable-next-line [<rule>]` and `# driftline-disable-file [<rule>]`. Goes by lines, so that they work inside
 * patches in strings too.
 */
import type { TextSpan } from '../manifests/yamlNode.ts';
import { isRuleId, type RuleId, rules } from './rules.ts';

const none: ReadonlySet<RuleId> = new Set();

/** Rules that are allowed for a place: by its own line, by a line of comment right above, or by the document's head. */
export function allowedRules(text: string, span: TextSpan, document: TextSpan): ReadonlySet<RuleId> {
  if (!mayAllow(text)) {
    return none;
  }
  const lineStart = startOfLine(text, span.start);
  const line = text.slice(lineStart, endOfLine(text, span.end));
  const above = lineStart === 0 ? '' : text.slice(startOfLine(text, lineStart - 1), lineStart);
  return new Set([
    ...allowedBy(line),
    ...(isComment(above) ? [...allowedBy(above), ...disabledBy(above, 'next-line')] : []),
    ...text.split('\n').flatMap((each) => (isComment(each) ? disabledBy(each, 'file') : [])),
    ...headComments(text.slice(document.start, document.end)).flatMap(allowedBy),
  ]);
}

/** `# renovate: datasource=…` on the line or on the line above says that a bot looks after the value. */
export function isManaged(text: string, span: TextSpan): boolean {
  const lineStart = startOfLine(text, span.start);
  const line = text.slice(lineStart, endOfLine(text, span.end));
  const above = lineStart === 0 ? '' : text.slice(startOfLine(text, lineStart - 1), lineStart);
  return /#\s*renovate:/.test(line) || /^\uFEFF?\s*#\s*renovate:/.test(above);
}

/** A cheap answer for nearly all texts. */
function mayAllow(text: string): boolean {
  return /#\s*(?:pin:|driftline:|driftline-disable-)/.test(text);
}

function allowedBy(line: string): RuleId[] {
  const [, pin, names] = /(?:^|\s)#\s*(?:(pin:\s*allow)(?=\s|$)|driftline:\s*ignore\s+(.*))/.exec(line) ?? [];
  if (pin !== undefined) {
    return rules.map((rule) => rule.id); // every rule so far is about pinning
  }
  return leadingRules(names ?? '');
}

/** Without a rule's name it is for all of them. */
function disabledBy(line: string, form: 'next-line' | 'file'): readonly RuleId[] {
  const [, found, names = ''] = /#\s*driftline-disable-(next-line|file)(?=\s|$)(.*)/.exec(line) ?? [];
  if (found !== form) {
    return [];
  }
  const named = leadingRules(names.trim());
  return named.length > 0 ? named : /^\w+-\w/.test(names.trim()) ? [] : rules.map((rule) => rule.id);
}

/** The names of rules that a text begins with; the reason comes behind. */
function leadingRules(text: string): RuleId[] {
  const named: RuleId[] = [];
  for (const word of text.split(/[\s,]+/)) {
    if (!isRuleId(word)) {
      break;
    }
    named.push(word);
  }
  return named;
}

/** Comments before the first content of a document. */
function headComments(documentText: string): string[] {
  const comments: string[] = [];
  for (const line of documentText.split('\n')) {
    if (isComment(line) || /^---\s+#/.test(line)) {
      comments.push(line);
    } else if (!/^\uFEFF?(?:---)?\s*$/.test(line)) {
      break;
    }
  }
  return comments;
}

function isComment(line: string): boolean {
  return /^\uFEFF?\s*#/.test(line);
}

function startOfLine(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

function endOfLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}
