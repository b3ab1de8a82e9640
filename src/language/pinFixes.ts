/**
 * Fixes that pin a chart or a source to what runs now. What runs is handed in as facts; where they do not fit what the file says,
 * there is no fix: a pin must never be a guess.
 */
import { parseRange, parseVersion } from '../base/versionRange.ts';
import { parseRevision } from '../flux/revision.ts';
import type { ChartOrigin, FetchedRevision, RunningVersions } from '../flux/runningVersions.ts';
import { isUnset, plainText, valueAt, type YamlNode } from '../manifests/yamlNode.ts';
import { classifyChartVersion } from './chartVersion.ts';
import { type FixTarget, nodeAt, type StatedObject } from './fixTarget.ts';
import { imageFixes } from './imageFixes.ts';
import { fieldFix, renameFix } from './plainFixes.ts';
import type { Finding, QuickFix } from './quickFix.ts';
import { type RuleId, rules } from './rules.ts';

/** What of an object a fix of that finding needs to know. */
export interface FactQuestion {
  readonly object: StatedObject;
  readonly about: 'chart' | 'revision' | 'images';
}

const chartRules = new Set<RuleId>([
  'chart-version-missing',
  'chart-open-range',
  'chart-range',
  'chart-version-invalid',
]);
const sourceRules = new Set<RuleId>([
  'source-no-ref',
  'source-oci-latest',
  'source-branch',
  'source-semver-open',
  'source-semver-range',
]);
const imageRules = new Set<RuleId>(['image-untagged', 'image-latest', 'image-channel']);

/** `undefined` where nothing that runs could help: another rule, a value out of variables, a patch in a text. */
export function factsFor({ rule, target }: Finding): FactQuestion | undefined {
  const { object, inBlock = true, node } = target ?? {};
  if (
    !object ||
    inBlock ||
    isFilledIn(String(node?.value)) ||
    isFilledIn(object.name) ||
    isFilledIn(object.namespace)
  ) {
    return undefined;
  }
  const isSource = object.group === 'source.toolkit.fluxcd.io';
  const isChart = object.kind === 'HelmRelease' || (isSource && object.kind === 'HelmChart');
  if (chartRules.has(rule) && isChart) {
    return { object, about: 'chart' };
  }
  if (isSource && (sourceRules.has(rule) || rule === 'chart-version-invalid')) {
    return { object, about: 'revision' };
  }
  return imageRules.has(rule) ? { object, about: 'images' } : undefined;
}

function isFilledIn(text: string): boolean {
  return /\$\{|\{\{|<</.test(text);
}

/** The best first. */
export function pinFixes(finding: Finding, facts: RunningVersions): QuickFix[] {
  const { target } = finding;
  switch (target && factsFor(finding)?.about) {
    case 'chart':
      return target ? chartFixes(finding, target, facts) : [];
    case 'revision':
      return target && facts.revision !== undefined ? sourceFixes(finding, target, facts.revision) : [];
    case 'images':
      return imageFixes(finding, facts.images);
    default:
      return [];
  }
}

function chartFixes(finding: Finding, target: FixTarget, { chart: installed }: RunningVersions): QuickFix[] {
  const holder = target.path.slice(0, -1);
  const stated = nodeAt(target.root, holder);
  const chart = plainText(valueAt(stated, 'chart'));
  const isSame = installed?.name === undefined || chart === undefined || nameOf(chart) === nameOf(installed.name);
  if (
    !installed ||
    !isSame ||
    !isFrom(valueAt(stated, 'sourceRef'), installed.source) ||
    classifyChartVersion(installed.version) !== 'exact'
  ) {
    return [];
  }
  const { version } = installed;
  const place = [...holder, 'version'];
  const [, major = '', minor = ''] = /^v?(\d+)\.(\d+)\./.exec(version) ?? [];
  const below = `${Number(major) + 1}.0.0`;
  const ranges =
    finding.rule === 'chart-range' || major === ''
      ? []
      : [
          ...fieldFix(finding, `Let patches of ${major}.${minor} in: ~${version}`, place, `~${version}`, false),
          // Below 1.0 a caret lets in no more than a tilde.
          ...(major === '0'
            ? []
            : fieldFix(finding, `Let releases below ${below} in: ^${version}`, place, `^${version}`, false)),
        ];
  return [...fieldFix(finding, `Pin to ${version}, installed now`, place, version), ...ranges];
}

function nameOf(chart: string): string {
  return chart.replace(/\/+$/, '').replace(/^.*\//, '');
}

/** A file that states no source leaves it to a patch, and the object's own one counts. */
function isFrom(reference: YamlNode | undefined, { kind, name, namespace, isBeside }: ChartOrigin): boolean {
  const states = (key: string): string | undefined => plainText(valueAt(reference, key));
  const at = states('namespace');
  return (
    isUnset(reference) ||
    (states('kind') === kind && states('name') === name && (at === undefined ? isBeside : at === namespace))
  );
}

/** Fits only where what was fetched is what the file asks for: it may have been edited since. */
function sourceFixes(finding: Finding, target: FixTarget, { text, url }: FetchedRevision): QuickFix[] {
  if (plainText(valueAt(nodeAt(target.root, target.objectPath), 'spec', 'url')) !== url) {
    return [];
  }
  const { pointer, algorithm, digest } = parseRevision(text);
  const field = String(target.path.at(-1));
  const says = plainText(target.node) ?? '';
  const isPointedAt = field === 'url' || says === pointer || says === pointer?.replace(/^refs\/(?:heads|tags)\//, '');
  if (field === 'semver') {
    const version = pointer === undefined ? undefined : parseVersion(pointer);
    const isWanted = version !== undefined && parseRange(says)?.(version) === true;
    return pointer !== undefined && isWanted && classifyChartVersion(pointer) === 'exact'
      ? renameFix(finding, `Pin to ${pointer}, fetched now`, 'tag', pointer)
      : [];
  }
  if (!isPointedAt || digest === undefined || algorithm === undefined) {
    return [];
  }
  return target.object?.kind === 'GitRepository'
    ? commitFixes(finding, target, { field, pointer, digest })
    : digestFixes(finding, target, { field, pointer, digest: `${algorithm}:${digest}` });
}

interface Fetched {
  /** The field that the finding is about; `url` where there is no reference. */
  readonly field: string;
  readonly pointer: string | undefined;
  readonly digest: string;
}

/** A branch beside the commit makes fetching quicker and is no dead field; a tag or a name beside it would be one. */
function commitFixes(finding: Finding, { path }: FixTarget, { field, pointer, digest }: Fetched): QuickFix[] {
  const title = `Pin to commit ${digest.slice(0, 7)}, fetched now`;
  const holder = path.slice(0, -1);
  if (field === 'url') {
    const branch = pointer?.replace(/^refs\/heads\//, '');
    return branch === 'master' && hasNoReference(finding)
      ? fieldFix(finding, title, [...holder, 'ref'], { branch, commit: digest })
      : [];
  }
  return field === 'branch'
    ? fieldFix(finding, title, [...holder, 'commit'], digest)
    : renameFix(finding, title, 'commit', digest);
}

/** A tag beside the digest tells people what it is; Flux does not look at it. */
function digestFixes(finding: Finding, { path }: FixTarget, { field, pointer, digest }: Fetched): QuickFix[] {
  const holder = path.slice(0, -1);
  const short = digest.slice(0, digest.indexOf(':') + 9);
  if (field !== 'url') {
    return fieldFix(finding, `Pin to ${short}, fetched now`, [...holder, 'digest'], digest);
  }
  return pointer === 'latest' && hasNoReference(finding)
    ? fieldFix(finding, `Pin to ${short}, fetched now`, [...holder, 'ref'], { digest })
    : [];
}

function hasNoReference({ target }: Finding): boolean {
  return target !== undefined && isUnset(valueAt(nodeAt(target.root, target.path.slice(0, -1)), 'ref'));
}

/** True for rules that a fix may settle for all places of a file at once: what is written does not change its meaning. */
export function isFixedTogether(rule: string): rule is RuleId {
  return rule === 'image-value-changed-by-yaml' && rules.some(({ id }) => id === rule);
}
