/**
 * Renders a HelmRelease as it lives in the cluster, with the chart and the values that the cluster has for it now: what the next
 * upgrade would install. Compares nothing.
 */
import { Failure } from '../base/failure.ts';
import type { FluxObject } from '../flux/objects.ts';
import { displayName, idOf } from '../flux/objectKey.ts';
import type { ClusterInputs, RenderedRelease, RepositoryState } from '../render/desired.ts';
import { toldOfLive } from '../render/renderNote.ts';
import type { Renderer } from '../render/renderer.ts';
import type { InheritedReader } from './inheritedSecrets.ts';
import { TextFiles, liveFile } from './liveState.ts';

export interface LiveReleaseParts {
  /** The HelmRelease as it lives. */
  readonly live: FluxObject;
  readonly cluster: ClusterInputs;
  readonly renderer: Renderer;
  /** Absent: nothing but texts tells what parents have put into `live` from Secrets. */
  readonly inherited?: InheritedReader | undefined;
  readonly signal: AbortSignal;
}

export interface RenderedLiveRelease {
  readonly rendered: RenderedRelease;
  /** `chart loki 6.6.1`, as `Comparison.from` has it. */
  readonly from: string;
}

/** Throws `Failure` as the renderer does: where the chart cannot be had, most of all. */
export async function renderNextRelease(parts: LiveReleaseParts): Promise<RenderedLiveRelease> {
  const { live, cluster, renderer, inherited, signal } = parts;
  const { namespace, name } = idOf(live);
  const state = releaseState(live, cluster.context);
  const rendered = await renderer.release(
    { kind: 'HelmRelease', namespace, name },
    { state, cluster, path: liveFile, inherited: await inherited?.(live, signal), signal },
  );
  if (rendered.kind === 'ambiguous') {
    throw new Failure(
      'invalid',
      `${displayName({ namespace, name })} of ${cluster.context} cannot be told from another object`,
    );
  }
  // What the render assumed about a repository (who builds the file) is known here.
  const notes = rendered.notes.filter(toldOfLive);
  return { rendered: { ...rendered, notes }, from: `chart ${rendered.chart.name} ${rendered.chart.version}` };
}

/**
 * The release and nothing else: its sources are the cluster's. But a Git repository with the chart stands there without an
 * address, for one that no file states could be taken for the repository at hand.
 */
function releaseState(live: FluxObject, context: string): RepositoryState {
  const { name, namespace = '', labels, annotations, resourceVersion = '', uid = '' } = live.metadata;
  const { apiVersion, kind, spec } = live;
  const reference = spec?.chart?.spec?.sourceRef;
  const isFiles = reference !== undefined && reference.kind !== 'HelmRepository';
  const source = isFiles && {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: reference.kind,
    metadata: { name: reference.name, namespace: reference.namespace ?? namespace },
    spec: { url: '' },
  };
  const release = { apiVersion, kind, metadata: { name, namespace, labels, annotations }, spec };
  const texts = new Map([
    [liveFile, JSON.stringify(release)],
    ...(source ? [['live/source.yaml', JSON.stringify(source)] as const] : []),
  ]);
  return {
    label: context,
    key: `live ${context} ${kind} ${namespace}/${name} ${uid} ${resourceVersion}`,
    files: new TextFiles(texts, resourceVersion),
    remotes: [],
  };
}
