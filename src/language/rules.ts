/**
 * The rules that this version reports: id, default severity, title, documentation. A new rule is a row here, a function
 * that finds it, and a page in docs/rules/.
 */
import type { Severity } from '../settings.ts';

export type RuleId =
  | 'image-untagged'
  | 'image-latest'
  | 'image-channel'
  | 'image-invalid'
  | 'image-value-changed-by-yaml'
  | 'chart-version-missing'
  | 'chart-open-range'
  | 'chart-range'
  | 'chart-version-invalid'
  | 'chart-version-ignored'
  | 'source-no-ref'
  | 'source-oci-latest'
  | 'source-branch'
  | 'source-semver-open'
  | 'source-semver-range'
  | 'source-dead-field';

export interface Rule {
  readonly id: RuleId;
  readonly severity: Severity;
  readonly title: string;
}

export const rules: readonly Rule[] = [
  { id: 'image-untagged', severity: 'warning', title: 'Image without tag and digest' },
  { id: 'image-latest', severity: 'warning', title: 'Image with the tag latest' },
  { id: 'image-channel', severity: 'information', title: 'Image tag that names no version' },
  { id: 'image-invalid', severity: 'error', title: 'Image that no container runtime accepts' },
  { id: 'image-value-changed-by-yaml', severity: 'error', title: 'Image tag that YAML turns into something else' },
  { id: 'chart-version-missing', severity: 'warning', title: 'Helm chart without version' },
  { id: 'chart-open-range', severity: 'warning', title: 'Helm chart version without upper end' },
  { id: 'chart-range', severity: 'information', title: 'Helm chart version that lets several in' },
  { id: 'chart-version-invalid', severity: 'error', title: 'Helm chart version that cannot be read' },
  { id: 'chart-version-ignored', severity: 'hint', title: 'Helm chart version that Flux ignores' },
  { id: 'source-no-ref', severity: 'warning', title: 'GitRepository without reference' },
  { id: 'source-oci-latest', severity: 'warning', title: 'OCIRepository that follows a moving tag' },
  { id: 'source-branch', severity: 'information', title: 'GitRepository that follows a branch' },
  { id: 'source-semver-open', severity: 'warning', title: 'Source version without upper end' },
  { id: 'source-semver-range', severity: 'information', title: 'Source version that lets several in' },
  { id: 'source-dead-field', severity: 'information', title: 'Source reference that another one overrules' },
];

export function isRuleId(text: string): text is RuleId {
  return rules.some((rule) => rule.id === text);
}

export function ruleDocumentation(id: RuleId): string {
  return `https://github.com/driftline/driftline/blob/main/docs/rules/${id}.md`;
}
