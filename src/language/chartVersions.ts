/**
 * Finds chart versions that Flux resolves anew at each check: missing ones and ranges without upper end, in HelmReleases,
 * HelmCharts and kustomize's helmCharts (pinning 2.1).
 */
import type { Manifest } from '../manifests/parseManifests.ts';
import { asMap, isUnset, itemsOf, plainText, stringAt, valueAt, type YamlMap } from '../manifests/yamlNode.ts';
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
  if (source !== undefined && source !== 'HelmRepository') {
    return []; // a chart from Git or a bucket is what lies there; its version field is not read
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
  const judge = (resolved: string): Verdict | undefined => judgeChartVersion(resolved, names);
  const value = { kind, name, places: [place], image: undefined };
  return span ? [{ span, text, judge, value, ...(isPatch ? { patchOf: name } : {}) }] : [];
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
    const judge = (resolved: string): Verdict | undefined => judgeChartVersion(resolved, names);
    return span ? [{ span, text: plainText(entry?.value) ?? '', judge, value: undefined }] : [];
  });
}

export function judgeChartVersion(text: string, { chart, repository }: Chart): Verdict | undefined {
  const resolved = withDefaults(text);
  switch (resolved === undefined ? undefined : classifyChartVersion(resolved)) {
    case 'any':
      return {
        rule: 'chart-version-missing',
        message: `${chart} has no version: Flux installs the newest release of ${repository} at the next check`,
      };
    case 'open':
      return {
        rule: 'chart-open-range',
        message: `${resolved ?? text} has no upper end: the next major is installed without a commit`,
      };
    case 'open-pre':
      return {
        rule: 'chart-open-range',
        message: `${resolved ?? text} has no upper end and lets pre-releases in: whatever comes next is installed without a commit`,
      };
    default:
      return undefined;
  }
}
