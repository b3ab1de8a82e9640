/**
 * One comparison from end to end: what is desired is rendered of the working tree, of the source's artifact or of what was applied
 * last, then compared with the cluster. Asks the user nothing and shows nothing; sends dry-runs, so it runs on a command only.
 */
import type { Clock } from '../base/clock.ts';
import { Disposables } from '../base/disposables.ts';
import { Failure } from '../base/failure.ts';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import type { ComparisonCache } from '../drift/comparisonCache.ts';
import { compareKustomization } from '../drift/compareKustomization.ts';
import { builtDocument, type StatedIdentity } from '../drift/builtDocument.ts';
import { compareRelease, type ReleaseComparison } from '../drift/compareRelease.ts';
import type { ComparisonProgress, ObjectDifference } from '../drift/difference.ts';
import type { FormerRender } from '../drift/formerMasks.ts';
import { inheritedReader } from '../drift/inheritedSecrets.ts';
import { localClone } from '../drift/localClone.ts';
import { formerRender, renderApplied, renderNext } from '../drift/renderApplied.ts';
import { renderNextRelease } from '../drift/renderLiveRelease.ts';
import type { FluxObject } from '../flux/objects.ts';
import type {
  ClusterInputs,
  DesiredObject,
  FluxName,
  RenderedKustomization,
  RenderedRelease,
} from '../render/desired.ts';
import type { ManifestReader } from '../render/readManifest.ts';
import type { Renderer } from '../render/renderer.ts';
import { fluxNameText } from '../view/renderedSubject.ts';

export interface CompareParts {
  readonly renderer: Renderer;
  readonly read: ManifestReader;
  readonly api: ClusterApi;
  readonly cluster: ClusterInputs;
  /** Folders that may be clones of what the cluster applies. */
  readonly roots: () => Promise<readonly string[]>;
  /** Of what a Kustomization builds, this object alone. */
  readonly alone?: { readonly title: string; readonly stated: StatedIdentity } | undefined;
  /** What was compared before in this session, of Kustomizations. */
  readonly previous: ComparisonCache;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onStep: (step: string) => void;
  readonly onProgress: (progress: ComparisonProgress) => void;
  readonly onObject: (difference: ObjectDifference) => void;
}

/** What a comparison is of. `live` is the object when it began: `undefined` where the cluster has none yet. */
export interface Compared {
  readonly comparison: ReleaseComparison;
  readonly live: FluxObject | undefined;
  /** What was compared; absent for a release's drift, which is rendered of nothing. */
  readonly rendered?: RenderedKustomization | RenderedRelease;
}

/** With what the files of the working tree give; `from` names it. */
export async function compareRendered(
  rendered: RenderedKustomization | RenderedRelease,
  from: string,
  parts: CompareParts,
): Promise<Compared> {
  const live = await readLive(rendered.name, parts);
  return compared(rendered, live, from, parts);
}

/** With what the source has now. */
export async function compareNext(name: FluxName, parts: CompareParts): Promise<Compared> {
  const live = await requireLive(name, parts);
  parts.onStep('rendering what its source has now');
  const { renderer, api, cluster, signal } = parts;
  const next = name.kind === 'Kustomization' ? renderNext : renderNextRelease;
  const { rendered, from } = await next({ live, renderer, cluster, inherited: inheritedReader(api), signal });
  return compared(rendered, live, from, parts);
}

/** With what was applied last. */
export async function compareDrift(name: FluxName, parts: CompareParts): Promise<Compared> {
  const live = await requireLive(name, parts);
  if (name.kind === 'HelmRelease') {
    const { renderer, api, cluster, signal } = parts;
    const inherited = inheritedReader(api);
    const former = async (): Promise<RenderedRelease> => {
      parts.onStep('rendering the release to see where Secrets go');
      return (await renderNextRelease({ live, renderer, cluster, inherited, signal })).rendered;
    };
    return { live, comparison: await compareRelease({ live, former, ...releaseParts(parts) }) };
  }
  parts.onStep('rendering what was applied last');
  const { renderer, api, cluster, roots, signal } = parts;
  const owned = new Disposables();
  try {
    const clone = localClone(roots, owned);
    const inherited = inheritedReader(api);
    const { rendered, from } = await renderApplied({ live, renderer, cluster, inherited, clone, signal });
    const { comparison } = await compared(rendered, live, from, parts, () => Promise.resolve(rendered));
    return { live, comparison };
  } finally {
    owned.dispose();
  }
}

async function compared(
  rendered: RenderedKustomization | RenderedRelease,
  live: FluxObject | undefined,
  from: string,
  parts: CompareParts,
  former: FormerRender = lastApplied(live, parts),
): Promise<Compared> {
  const { api, clock, signal, previous, onProgress, onObject, alone } = parts;
  if (rendered.kind === 'HelmRelease') {
    return { live, rendered, comparison: await compareRelease({ live, rendered, from, ...releaseParts(parts) }) };
  }
  const task = { rendered, live, former, api, from, clock, signal, previous, onProgress, onObject };
  if (!alone) {
    return { live, rendered, comparison: await compareKustomization(task) };
  }
  const built = builtDocument(alone.stated, rendered.objects);
  if (!built) {
    const reads = `${fluxNameText(rendered.name)} reads the file, but what it builds has no object`;
    throw new Failure('notFound', `${reads} that is certainly ${alone.title}`);
  }
  // Of one object nothing is to be said of those that left the build, nor of what the whole change does.
  const only = (desired: DesiredObject): boolean => desired === built;
  return { live, comparison: await compareKustomization({ ...task, live: undefined, applied: live, only }) };
}

/** Rendered only where it is asked for. */
function lastApplied(
  live: FluxObject | undefined,
  { renderer, api, cluster, roots, signal }: CompareParts,
): FormerRender {
  return async () => {
    const owned = new Disposables();
    try {
      const clone = localClone(roots, owned);
      return await formerRender({ live, renderer, cluster, inherited: inheritedReader(api), clone, signal })();
    } finally {
      owned.dispose();
    }
  };
}

function releaseParts({ api, read, signal, onProgress, onObject }: CompareParts) {
  return { api, read, signal, onProgress, onObject };
}

/** Read anew: a store may lag behind, and what has been applied since is to be noticed. */
function readLive({ kind, namespace, name }: FluxName, { cluster, signal }: CompareParts) {
  return cluster.fluxObject(kind, namespace, name, signal);
}

async function requireLive(name: FluxName, parts: CompareParts): Promise<FluxObject> {
  const live = await readLive(name, parts);
  if (!live) {
    throw new Failure('notFound', `${fluxNameText(name)} is not in ${parts.cluster.context}`);
  }
  return live;
}
