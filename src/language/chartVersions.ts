/**
 * Finds the versions of charts in HelmReleases, HelmCharts and kustomize's helmCharts, and says which Flux resolves anew at
 * each check, which it cannot read, and which it does not look at (pinning 2.1).
 */
import type { Manifest } from '../manifests/parseManifests.ts';
import { readGoScalar } from '../manifests/goScalar.ts';
import {
  asMap,
  isUnset,
  itemsOf,
  plainText,
  stringAt,
  valueAt,
  type YamlMap,
  type YamlNode,
} from '../manifests/yamlNode.ts';
import type { Site, Verdict } from './candidate.ts';
import { classifyChartVersion } from './chartVersion.ts';
import { withDefaults } from './imageReference.ts';

interface Chart {
  readonly chart: string;
  readonly repository: string;
}

/** `spec.chart.spec` of a HelmRelease. A release with `chartRef` states its version elsewhere. */
export function findReleaseChart({ root, kind, name }: Manifest): Site[] {
  const spec = asMap(valueAt(root, 'spec', 'chart', 'spec'));
  return spec ? chartSites(spec, kind, name, ['spec', 'chart', 'spec', 'version']) : [];
}

/** `spec` of a HelmChart, which source-controller reads with the same code. */
export function findHelmChart({ root, kind, name }: Manifest): Site[] {
  const spec = asMap(valueAt(root, 'spec'));
  return spec ? chartSites(spec, kind, name, ['spec', 'version']) : [];
}

function chartSites(spec: YamlMap, kind: string, name: string, place: readonly string[]): Site[] {
  const source = stringAt(spec, 'sourceRef', 'kind');
  const number = numberVerdict(spec.entries.get('version')?.value);
  if (source !== undefined && source !== 'HelmRepository' && !number) {
    return ignoredVersion(spec, source);
  }
  const chartNode = valueAt(spec, 'chart');
  const chart = plainText(chartNode);
  const entry = spec.entries.get('version');
  const isPatch = source === undefined || chart === undefined;
  if (isPatch && isUnset(entry?.value)) {
    return []; // merged over a base that says the rest
  }
  const text = plainText(entry?.value) ?? '';
  const span = entry ? entry.value : chartNode;
  const repository = stringAt(spec, 'sourceRef', 'name');
  const names = { chart: chart ?? 'the chart', repository: repository ?? 'its repository' };
  const judge = (resolved: string): Verdict | undefined => number ?? judgeChartVersion(resolved, names);
  const value = { kind, name, places: [place], image: undefined };
  return span ? [{ span, text, judge, value, ...(isPatch ? { patchOf: name } : {}) }] : [];
}

/** A chart from Git or a bucket is what lies there. */
function ignoredVersion(spec: YamlMap, source: string): Site[] {
  const node = valueAt(spec, 'version');
  const text = plainText(node) ?? '';
  if (!node || text === '' || text === '*') {
    return [];
  }
  const message = `${text} is ignored: a chart from a ${source} has the version that lies there; pin the ${source}`;
  return [{ span: node, text: '', judge: () => ({ rule: 'chart-version-ignored', message }), value: undefined }];
}

/** API server and kustomize take only text for a version, and refuse the whole object; a date arrives as another text. */
export function numberVerdict(node: YamlNode | undefined): Verdict | undefined {
  if (node?.type !== 'scalar' || !node.plain) {
    return undefined;
  }
  const { source } = node;
  const read = readGoScalar(source);
  if (!read && typeof node.value !== 'boolean') {
    return undefined;
  }
  const becomes = !read || read.printed === source ? '' : ` ${read.printed}`;
  const message =
    read?.via === 'date'
      ? `${source} is a date in YAML and arrives as${becomes}, which is no version`
      : `${source} is ${read ? `the number${becomes}` : 'a boolean'} in YAML, and only text is taken here: put it in quotes`;
  return { rule: 'chart-version-invalid', message };
}

/** `helmCharts` of a kustomize file. Each entry is complete: no other file can add a version. */
export function findInflatedCharts({ root }: Manifest): Site[] {
  return itemsOf(valueAt(root, 'helmCharts')).flatMap((item) => {
    const map = asMap(item);
    const entry = map?.entries.get('version');
    const span = entry?.value ?? valueAt(item, 'name');
    const names = {
      chart: stringAt(item, 'name') ?? 'the chart',
      repository: stringAt(item, 'repo') ?? 'its repository',
    };
    const number = numberVerdict(entry?.value);
    const judge = (resolved: string): Verdict | undefined => number ?? judgeChartVersion(resolved, names);
    return span ? [{ span, text: plainText(entry?.value) ?? '', judge, value: undefined }] : [];
  });
}

export function judgeChartVersion(text: string, { chart, repository }: Chart): Verdict | undefined {
  const resolved = withDefaults(text);
  if (resolved === undefined) {
    return undefined;
  }
  switch (classifyChartVersion(resolved)) {
    case 'any':
      return {
        rule: 'chart-version-missing',
        message: `${chart} has no version: Flux installs the newest release of ${repository} at the next check`,
      };
    case 'open':
      return {
        rule: 'chart-open-range',
        message: `${resolved} has no upper end: the next major is installed without a commit`,
      };
    case 'open-pre':
      return {
        rule: 'chart-open-range',
        message: `${resolved} has no upper end and lets pre-releases in: whatever comes next is installed without a commit`,
      };
    case 'major':
      return range(`${resolved} lets every minor version in: the next one is installed without a commit`);
    case 'minor':
      return range(`${resolved} lets every patch version in: the next one is installed without a commit`);
    case 'range':
      return range(`${resolved} lets several versions in: the newest is installed without a commit`);
    case 'slip':
      return {
        ...range(`${resolved} is one pre-release version; a range has spaces around its hyphen`),
        severity: 'hint',
      };
    case 'empty':
      return invalid(`${resolved} lets no version in, so no chart is found`);
    case 'invalid':
      return invalid(`${resolved} is not a version or range that Helm understands`);
    default:
      return undefined;
  }
}

function range(message: string): Verdict {
  return { rule: 'chart-range', message };
}

function invalid(message: string): Verdict {
  return { rule: 'chart-version-invalid', message };
}
