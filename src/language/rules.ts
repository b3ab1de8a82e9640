/**
 * The rules that this version reports: id, default severity, title, documentation. A new rule is a row here, a function
 * that finds it, and a section in docs/rules.md.
 */
import type { Severity } from '../settings.ts';

export type RuleId = 'image-untagged' | 'image-latest' | 'chart-version-missing' | 'chart-open-range';

export interface Rule {
  readonly id: RuleId;
  readonly severity: Severity;
  readonly title: string;
}

export const rules: readonly Rule[] = [
  { id: 'image-untagged', severity: 'warning', title: 'Image without tag and digest' },
  { id: 'image-latest', severity: 'warning', title: 'Image with the tag latest' },
  { id: 'chart-version-missing', severity: 'warning', title: 'Helm chart without version' },
  { id: 'chart-open-range', severity: 'warning', title: 'Helm chart version without upper end' },
];

export function isRuleId(text: string): text is RuleId {
  return rules.some((rule) => rule.id === text);
}

export function ruleDocumentation(id: RuleId): string {
  return `https://github.com/driftline/driftline/blob/main/docs/rules.md#${id}`;
}
