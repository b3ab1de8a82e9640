/**
 * Whether the artifact that a cluster holds is the chart that a HelmRelease of the repository asks for: the file may name
 * another version, source or chart than the one that is running. Reads objects; fetches nothing.
 */
import { isDeepStrictEqual } from 'node:util';
import { parseRange, parseVersion } from '../base/versionRange.ts';
import type { Artifact, FluxObject } from '../flux/objects.ts';
import { asFlag, asList, asText } from '../flux/untyped.ts';
import { type ChartTemplate, isFileSource, isVersionWanted, sourceText } from './wantedChart.ts';

/** `why` completes "the cluster …": what it has instead. */
export type ArtifactMatch =
  { readonly matches: true; readonly artifact: Artifact } | { readonly matches: false; readonly why: string };

/** `stated` and `live` are the template's source in the repository and in the cluster, where they are known. */
export function matchHelmChart(
  template: ChartTemplate,
  helmChart: FluxObject | undefined,
  stated: FluxObject | undefined,
  live: FluxObject | undefined,
): ArtifactMatch {
  const name = sourceText(template.helmChart);
  if (!helmChart) {
    return no(`has no ${name}`);
  }
  const spec = helmChart.spec ?? {};
  const chart = asText(spec['chart']);
  if (chart !== template.chart) {
    return no(`has the chart ${chart ?? ''} in ${name}`);
  }
  const { sourceRef } = spec;
  if (sourceRef?.kind !== template.source.kind || sourceRef.name !== template.source.name) {
    return no(`takes ${name} from ${sourceRef?.kind ?? ''} ${sourceRef?.name ?? ''}`);
  }
  if (hasOtherUrl(stated, live)) {
    return no(`takes ${name} from another URL than ${sourceText(template.source)} of the repository has`);
  }
  if (!isDeepStrictEqual(asList(spec['valuesFiles']) ?? [], template.valuesFiles)) {
    return no(`has ${name} with other values files`);
  }
  if ((asFlag(spec['ignoreMissingValuesFiles']) === true) !== template.ignoreMissingValuesFiles) {
    return no(`has ${name} with another answer to missing values files`);
  }
  const { artifact } = helmChart.status ?? {};
  if (!artifact) {
    return no(`has no artifact of ${name} yet`);
  }
  const revision = artifact.revision ?? '';
  if (!isFileSource(template.source) && !isVersionWanted(revision, template.version)) {
    const asked = template.version === '' ? 'the newest stable version' : template.version;
    return no(`has version ${revision} in ${name}, and ${asked} is asked for`);
  }
  return { matches: true, artifact };
}

/** `stated` is the OCIRepository of the repository, `undefined` where it has none: then the cluster's own counts. */
export function matchOciRepository(stated: FluxObject | undefined, live: FluxObject | undefined): ArtifactMatch {
  const object = stated ?? live;
  const name = `OCIRepository ${object?.metadata.namespace ?? ''}/${object?.metadata.name ?? ''}`;
  const artifact = live?.status?.artifact;
  if (!live || !artifact) {
    return no(live ? `has no artifact of ${name} yet` : 'has no such OCIRepository');
  }
  if (hasOtherUrl(stated, live)) {
    return no(`takes ${name} from another URL than the repository says`);
  }
  const reference = stated?.spec?.ref ?? live.spec?.ref ?? {};
  const revision = artifact.revision ?? '';
  const [tag = ''] = revision.includes('@') ? revision.split('@') : [''];
  const { digest, semver, semverFilter } = reference;
  const asked = digest ?? semver ?? reference['tag'] ?? 'latest';
  const isAsked =
    digest !== undefined
      ? revision.endsWith(digest)
      : semver !== undefined
        ? isVersionWanted(tag.replaceAll('_', '+'), semver) && live.spec?.ref?.['semverFilter'] === semverFilter
        : tag === asked;
  return isAsked ? { matches: true, artifact } : no(`has ${revision} in ${name}, and ${asked} is asked for`);
}

/** An artifact that is as it is: nothing in the repository says which version it should be. */
export function matchAny(name: string, live: FluxObject | undefined): ArtifactMatch {
  const artifact = live?.status?.artifact;
  return artifact ? { matches: true, artifact } : no(live ? `has no artifact of ${name} yet` : `has no ${name}`);
}

/**
 * Whether a newer version than the cluster's may be what the repository asks for: the file has another range than the
 * HelmChart, and both let the cluster's version in.
 */
export function mayBeNewer(template: ChartTemplate, helmChart: FluxObject | undefined): boolean {
  const live = asText(helmChart?.spec?.['version']) ?? '';
  return !isFileSource(template.source) && !sameRange(live, template.version) && !isExact(template.version);
}

function isExact(text: string): boolean {
  return parseVersion(text) !== undefined && /^v?\d+\.\d+\.\d+/.test(text);
}

function sameRange(a: string, b: string): boolean {
  const written = (text: string): string => (text === '' ? '*' : text);
  return written(a) === written(b) && parseRange(written(a)) !== undefined;
}

/** One that is stated without an address stands for whatever the cluster has (`releaseState` of `renderLiveRelease.ts`). */
function hasOtherUrl(stated: FluxObject | undefined, live: FluxObject | undefined): boolean {
  const [a, b] = [stated, live].map((object) => asText(object?.spec?.url)?.replace(/\/+$/, ''));
  return a !== undefined && a !== '' && b !== undefined && a !== b;
}

function no(why: string): ArtifactMatch {
  return { matches: false, why };
}
