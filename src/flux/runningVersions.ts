/**
 * What of a Flux object's status says which version is in force now, in the words that a file would pin it with. Reads
 * one object; what no status states for certain is left out.
 */
import { fluxState } from './fluxState.ts';
import type { FluxObject, NamedReference } from './objects.ts';
import { asText } from './untyped.ts';

/** One container that runs, as its pod tells it. */
export interface RunningImage {
  /** As `canonicalImageName` gives it. */
  readonly name: string;
  readonly container: string;
  /** As the pod asks for it; `undefined` where it asks for none. */
  readonly tag: string | undefined;
  /** `sha256:…` of what was pulled; `undefined` where the node's runtime does not tell one that can be pulled again. */
  readonly digest: string | undefined;
}

export interface RunningChart {
  readonly name: string | undefined;
  readonly version: string;
  /** Where the object takes it from. A file that names another source asks for another chart of that name. */
  readonly source: ChartOrigin;
}

export interface ChartOrigin {
  readonly kind: string;
  readonly name: string;
  /** Of the source itself, also where the reference states none. */
  readonly namespace: string | undefined;
  /** The source is in the namespace of the object that refers to it. */
  readonly isBeside: boolean;
}

export interface FetchedRevision {
  /** `main@sha1:…`, `6.14.1@sha256:…`. */
  readonly text: string;
  /** As the source states it. The same branch or tag of another repository is something else. */
  readonly url: string;
}

/** The facts of one object. Whatever is `undefined` is not known, and nothing may be pinned to it. */
export interface RunningVersions {
  readonly chart: RunningChart | undefined;
  readonly revision: FetchedRevision | undefined;
  readonly images: readonly RunningImage[];
  /** The object has pods, and nobody has asked for them. */
  readonly askable: boolean;
}

/** What a fix asks about an object of a file. */
export interface RunningSubject {
  readonly object: {
    readonly group: string;
    readonly kind: string;
    /** `''` where the document has none. */
    readonly namespace: string;
    readonly name: string;
  };
  readonly about: 'chart' | 'revision' | 'images';
  /** A person waits for the answer: pods may be asked for. Else only what is known already counts. */
  readonly mayAsk: boolean;
}

/**
 * The chart that a HelmRelease has installed, or the one that a HelmChart has fetched. A release's newest snapshot may be of
 * an upgrade that failed: the one that Helm calls deployed counts. `undefined` while a change of the object is not looked at.
 */
export function installedChart(object: FluxObject): RunningChart | undefined {
  const { kind, spec, status, metadata } = object;
  if (kind === 'HelmChart') {
    const version = status?.artifact?.revision;
    const source = originOf(spec?.sourceRef, object);
    // Of the artifact, as the version is: `spec.chart` may be a path, or have changed since.
    const name = asText(status?.['observedChartName']);
    return version === undefined || !source || !isSettled(object) ? undefined : { name, version, source };
  }
  const source = kind === 'HelmRelease' ? originOf(spec?.chart?.spec?.sourceRef, object) : undefined;
  // Not Ready alone: a release whose upgrade has failed is one that wants its installed version back.
  if (!source || status?.observedGeneration !== metadata.generation) {
    return undefined;
  }
  const deployed = (status?.history ?? []).find((one) => one.status === 'deployed');
  const { chartName: name, chartVersion, ociDigest } = deployed ?? {};
  if (chartVersion === undefined || chartVersion === '') {
    return undefined;
  }
  // helm-controller adds the head of the artifact's digest to the version of a chart that comes by `chartRef`.
  const version = ociDigest === undefined ? chartVersion : chartVersion.replace(/\+[0-9a-f]{12}$/, '');
  return { name, version, source };
}

function originOf(reference: NamedReference | undefined, { metadata }: FluxObject): ChartOrigin | undefined {
  const { kind, name, namespace = metadata.namespace } = reference ?? {};
  return kind === undefined || name === undefined
    ? undefined
    : { kind, name, namespace, isBeside: namespace === metadata.namespace };
}

/** What a source has fetched last, `undefined` unless that is what it now asks for. */
export function fetchedRevision(object: FluxObject): FetchedRevision | undefined {
  const { kind, spec, status } = object;
  const [text, url] = [status?.artifact?.revision, spec?.url];
  const isSource = kind === 'GitRepository' || kind === 'OCIRepository';
  return isSource && text !== undefined && url !== undefined && isSettled(object) ? { text, url } : undefined;
}

/** An artifact outlives the spec that it was fetched for until the new one has been fetched. */
function isSettled(object: FluxObject): boolean {
  return fluxState(object).underlying === 'ready';
}
