/**
 * Comments that allow what a rule would report: `# pin: allow <reason>` for every pinning rule, and
 * `# driftline: ignore <rule>[, <rule>] <reason>` by name. Goes by lines, so that they work inside patches in strings too.
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
    ...(isComment(above) ? allowedBy(above) : []),
    ...headComments(text.slice(document.start, document.end)).flatMap(allowedBy),
  ]);
}

/** A cheap answer for nearly all texts. */
function mayAllow(text: string): boolean {
  return /#\s*(?:pin:|driftline:)/.test(text);
}

function allowedBy(line: string): RuleId[] {
  const [, pin, names] = /(?:^|\s)#\s*(?:(pin:\s*allow)(?=\s|$)|driftline:\s*ignore\s+(.*))/.exec(line) ?? [];
  if (pin !== undefined) {
    return rules.map((rule) => rule.id); // every rule so far is about pinning
  }
  const allowed: RuleId[] = [];
  for (const word of (names ?? '').split(/[\s,]+/)) {
    if (!isRuleId(word)) {
      break; // the reason begins
    }
    allowed.push(word);
  }
  return allowed;
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
