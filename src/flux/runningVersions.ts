/**
 * What of a Flux object's status says which version is in force now, in the words that a file would pin it with. Reads
 * one object; what no status states for certain is left out.
 */
import type { FluxObject } from './objects.ts';
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
}

/** The facts of one object. Whatever is `undefined` is not known, and nothing may be pinned to it. */
export interface RunningVersions {
  readonly chart: RunningChart | undefined;
  /** `main@sha1:…`, `6.14.1@sha256:…`: what the source has fetched. */
  readonly revision: string | undefined;
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
 * an upgrade that failed: the one that Helm calls deployed counts.
 */
export function installedChart({ kind, spec, status }: FluxObject): RunningChart | undefined {
  if (kind === 'HelmChart') {
    const version = status?.artifact?.revision;
    return version === undefined ? undefined : { name: asText(spec?.['chart']), version };
  }
  const deployed =
    kind === 'HelmRelease' ? (status?.history ?? []).find((one) => one.status === 'deployed') : undefined;
  const { chartName: name, chartVersion, ociDigest } = deployed ?? {};
  if (chartVersion === undefined || chartVersion === '') {
    return undefined;
  }
  // helm-controller adds the head of the artifact's digest to the version of a chart that comes by `chartRef`.
  const version = ociDigest === undefined ? chartVersion : chartVersion.replace(/\+[0-9a-f]{12}$/, '');
  return { name, version };
}

/** What a source has fetched last. */
export function fetchedRevision({ kind, status }: FluxObject): string | undefined {
  return kind === 'GitRepository' || kind === 'OCIRepository' ? status?.artifact?.revision : undefined;
}
