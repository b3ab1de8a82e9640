/**
 * Which chart a HelmRelease asks for, in words that do not depend on where the chart is found. Reads objects; fetches nothing.
 */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { compareVersions, parseRange, parseVersion } from '../base/versionRange.ts';
import { Failure } from '../base/failure.ts';
import { parseRevision } from '../flux/revision.ts';
import type { FluxObject, NamedReference } from '../flux/objects.ts';
import { asFlag, asList, asRecord, asText } from '../flux/untyped.ts';
import type { RepositoryFile } from '../manifests/repositoryFiles.ts';
import type { SourceName } from './releaseInputs.ts';

/** `chart.spec` of a HelmRelease, or the spec of the HelmChart that its `chartRef` names. */
export interface ChartTemplate {
  readonly chart: string;
  /** `''`: the newest stable one. Means nothing for a chart in a Git repository or a bucket. */
  readonly version: string;
  readonly source: SourceName;
  readonly valuesFiles: readonly string[];
  readonly ignoreMissingValuesFiles: boolean;
  /** `ChartVersion`, or `Revision`: the source's revision becomes part of the chart's version. */
  readonly reconcileStrategy: string;
  /** The HelmChart of the cluster that stands for it. */
  readonly helmChart: SourceName;
}

export type WantedChart =
  | { readonly by: 'template'; readonly template: ChartTemplate }
  /** The artifact of an OCIRepository, an ExternalArtifact, or of a HelmChart that the repository does not state. */
  | { readonly by: 'reference'; readonly source: SourceName };

/** `source` gives what the repository knows of a source. Throws `Failure('invalid')` where the release names no chart. */
export async function wantedChart(
  release: FluxObject,
  source: (name: SourceName) => Promise<FluxObject | undefined>,
): Promise<WantedChart> {
  const own = release.metadata.namespace ?? '';
  const { chart, chartRef } = release.spec ?? {};
  if (chartRef?.kind !== undefined) {
    const named = nameIn(chartRef, own);
    const stated = named.kind === 'HelmChart' ? await source(named) : undefined;
    const template = stated && templateOf(stated.spec ?? {}, named.namespace, named);
    return template ? { by: 'template', template } : { by: 'reference', source: named };
  }
  const template = templateOf(chart?.spec ?? {}, own, undefined, `${own}-${release.metadata.name}`);
  if (!template) {
    throw new Failure(
      'invalid',
      `HelmRelease ${own}/${release.metadata.name} names no chart: spec.chart or spec.chartRef`,
    );
  }
  return { by: 'template', template };
}

function templateOf(
  spec: Readonly<Record<string, unknown>>,
  namespace: string,
  helmChart: SourceName | undefined,
  helmChartName = '',
): ChartTemplate | undefined {
  const chart = asText(spec['chart']);
  const reference = asRecord(spec['sourceRef']);
  const kind = asText(reference?.['kind']);
  const name = asText(reference?.['name']);
  if (chart === undefined || chart === '' || kind === undefined || name === undefined) {
    return undefined;
  }
  // A HelmChart's source is beside it, whatever its reference says.
  const other = helmChart ? undefined : asText(reference?.['namespace']);
  const source = nameIn({ kind, name, ...(other === undefined ? {} : { namespace: other }) }, namespace);
  return {
    chart,
    version: asText(spec['version']) ?? '',
    source,
    valuesFiles: (asList(spec['valuesFiles']) ?? []).filter((file) => typeof file === 'string'),
    ignoreMissingValuesFiles: asFlag(spec['ignoreMissingValuesFiles']) === true,
    reconcileStrategy: asText(spec['reconcileStrategy']) ?? 'ChartVersion',
    // helm-controller makes the HelmChart beside the source.
    helmChart: helmChart ?? { kind: 'HelmChart', namespace: source.namespace, name: helmChartName },
  };
}

function nameIn({ kind = '', name, namespace = '' }: NamedReference, own: string): SourceName {
  return { kind, name, namespace: namespace === '' ? own : namespace };
}

export function sourceText({ kind, namespace, name }: SourceName): string {
  return `${kind} ${namespace}/${name}`;
}

/** Whether Flux reads the chart out of the source's files, and not out of an index of charts. */
export function isFileSource({ kind }: SourceName): boolean {
  return kind === 'GitRepository' || kind === 'Bucket';
}

/** A version or a range of a template or of an OCIRepository, as source-controller reads it. */
export function isVersionWanted(version: string, wanted: string): boolean {
  if (version === wanted) {
    return true;
  }
  const parsed = parseVersion(version);
  const range = parseRange(wanted === '' ? '*' : wanted);
  return parsed !== undefined && range !== undefined && range(parsed);
}

/** Where a path of a source leads, as far as it can: never out of it. */
export function pathInSource(path: string): string {
  return posix.join('/', path).replace(/^\/+|\/+$/g, '');
}

/**
 * A text that changes whenever a chart in a folder may have: with every file of it, and of the other charts of the source, which
 * it may depend on by `file://`. `undefined` where there is neither file nor folder of that name.
 */
export function chartStamp(files: readonly RepositoryFile[], path: string): string | undefined {
  const folders = new Set(
    files.flatMap((file) => (posix.basename(file.path) === 'Chart.yaml' ? [posix.dirname(file.path)] : [])),
  );
  const inChart = (file: string): boolean => {
    for (let folder = posix.dirname(file); folder !== '.' && folder !== '/'; folder = posix.dirname(folder)) {
      if (folders.has(folder)) {
        return true;
      }
    }
    return folders.has('.');
  };
  const isOwn = (file: string): boolean => path === '' || file === path || file.startsWith(`${path}/`);
  if (!files.some((file) => isOwn(file.path))) {
    return undefined;
  }
  const hash = createHash('sha256');
  for (const file of files) {
    if (isOwn(file.path) || inChart(file.path)) {
      hash.update(`${file.path}\n${file.version}\n`);
    }
  }
  return hash.digest('hex');
}

/**
 * What helm-controller appends to the version of a chart that comes from an OCIRepository or an ExternalArtifact: 12 digits of
 * the digest in its revision. `undefined` where the revision has none. Throws `Failure('invalid')` in the controller's words
 * (`mutateChartWithSourceRevision`) where the tag is a version other than the chart's.
 */
export function chartVersionSuffix(revision: string, chartVersion: string): string | undefined {
  if (!revision.includes(':')) {
    return undefined;
  }
  const at = revision.indexOf('@');
  const tag = at < 0 ? undefined : revision.slice(0, at);
  // A tag cannot hold `+`, so Helm writes `_` for it.
  const tagged = tag === undefined ? undefined : parseVersion(tag.replaceAll('_', '+'));
  const version = parseVersion(chartVersion);
  if (tag !== undefined && tagged && (!version || compareVersions(tagged, version) !== 0)) {
    throw new Failure('invalid', `artifact revision ${tag} does not match chart version ${chartVersion}`);
  }
  const { digest } = parseRevision(revision);
  if (digest === undefined || digest.length < 12) {
    throw new Failure('invalid', `invalid artifact revision ${revision}`);
  }
  return digest.slice(0, 12);
}
