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
  /** Why it matters and what to do, in one or two sentences. */
  readonly help: string;
}

export const rules: readonly Rule[] = [
  {
    id: 'image-untagged',
    severity: 'warning',
    title: 'Image without tag and digest',
    help: 'Without tag and digest the container runtime pulls latest, and a restart can change what runs. State a version or a digest.',
  },
  {
    id: 'image-latest',
    severity: 'warning',
    title: 'Image with the tag latest',
    help: 'The tag latest moves with every push, so a restart can change what runs and Flux sees no difference. State a version or a digest.',
  },
  {
    id: 'image-channel',
    severity: 'information',
    title: 'Image tag that names no version',
    help: 'A word without version is moved by whoever publishes the image. State a version, or a digest beside the word.',
  },
  {
    id: 'image-invalid',
    severity: 'error',
    title: 'Image that no container runtime accepts',
    help: 'The container runtime refuses the reference, and the pod ends as InvalidImageName. Write name:tag or name@digest.',
  },
  {
    id: 'image-value-changed-by-yaml',
    severity: 'error',
    title: 'Image tag that YAML turns into something else',
    help: 'YAML takes a tag without quotes for a number or a date, which arrives in another form. Put it in quotes.',
  },
  {
    id: 'chart-version-missing',
    severity: 'warning',
    title: 'Helm chart without version',
    help: 'Flux installs the newest release of the chart at its next check, majors included. State a version.',
  },
  {
    id: 'chart-open-range',
    severity: 'warning',
    title: 'Helm chart version without upper end',
    help: 'The next major of the chart is installed without a commit. State a version, or an upper end.',
  },
  {
    id: 'chart-range',
    severity: 'information',
    title: 'Helm chart version that lets several in',
    help: 'The newest version within the range is installed without a commit. State one version.',
  },
  {
    id: 'chart-version-invalid',
    severity: 'error',
    title: 'Version of a chart or source that cannot be read',
    help: 'The version of the chart or source reads neither as a version nor as a range, so nothing is found. State a version of three parts, in quotes where it looks like a number.',
  },
  {
    id: 'chart-version-ignored',
    severity: 'hint',
    title: 'Helm chart version that Flux ignores',
    help: 'A chart from Git or a bucket has the version that lies there. Remove the line, and pin the source.',
  },
  {
    id: 'source-no-ref',
    severity: 'warning',
    title: 'GitRepository without reference',
    help: 'Without a reference the branch master is followed. State a tag or a commit.',
  },
  {
    id: 'source-oci-latest',
    severity: 'warning',
    title: 'OCIRepository that follows a moving tag',
    help: 'A tag that names no version moves with every push. State an exact tag or a digest.',
  },
  {
    id: 'source-branch',
    severity: 'information',
    title: 'GitRepository that follows a branch',
    help: 'Every push to the branch is applied without a commit in this repository. State a tag or a commit.',
  },
  {
    id: 'source-semver-open',
    severity: 'warning',
    title: 'Source version without upper end',
    help: 'The next major version is applied without a commit. State a tag, or an upper end.',
  },
  {
    id: 'source-semver-range',
    severity: 'information',
    title: 'Source version that lets several in',
    help: 'The newest version within the range is applied without a commit. State a tag.',
  },
  {
    id: 'source-dead-field',
    severity: 'information',
    title: 'Source reference that another one overrules',
    help: 'Another field of the same reference has precedence, so this one has no effect. Remove one of the two.',
  },
];

export function isRuleId(text: string): text is RuleId {
  return rules.some((rule) => rule.id === text);
}

export function ruleDocumentation(id: RuleId): string {
  return `https://github.com/driftline/driftline/blob/main/docs/rules/${id}.md`;
}
