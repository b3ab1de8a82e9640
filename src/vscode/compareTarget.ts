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
import type { ComparisonStart } from '../drift/comparisonStart.ts';
import type { ComparisonProgress, ObjectDifference } from '../drift/difference.ts';
import type { FormerRender } from '../drift/formerMasks.ts';
import { inheritedReader } from '../drift/inheritedSecrets.ts';
import { localClone } from '../drift/localClone.ts';
import { ReadBeside, renderBeside } from '../drift/renderBeside.ts';
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
  /** Nobody waits: the cluster is asked nothing before it is known to be needed. */
  readonly inBackground?: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onStep: (step: string) => void;
  readonly onProgress: (progress: ComparisonProgress) => void;
  readonly onObject: (difference: ObjectDifference) => void;
}

/** The Flux object as it lives, and what else the cluster was asked before it was known what is desired. */
type Beside = Pick<Compared, 'live'> & { readonly start?: ComparisonStart | undefined };

/** What a comparison is of. `live` is the object when it began: `undefined` where the cluster has none yet. */
export interface Compared {
  readonly comparison: ReleaseComparison;
  readonly live: FluxObject | undefined;
  /** What was compared; absent for a release's drift, which is rendered of nothing. */
  readonly rendered?: RenderedKustomization | RenderedRelease;
}

type Rendered = RenderedKustomization | RenderedRelease;

/**
 * With what the files of the working tree give; `from` names it. `beside`: what was asked while they were rendered, which is waited
 * for here, where the user sees it and can end it.
 */
export async function compareRendered(
  rendered: Rendered,
  from: string,
  parts: CompareParts,
  beside?: ReadBeside,
): Promise<Compared> {
  const { namespace, name } = rendered.name;
  const known = beside && (await readUntil(beside, parts.signal));
  const isOfSame = known?.live?.metadata.name === name && known.live.metadata.namespace === namespace;
  const { live, start } = isOfSame ? known : { live: await readLive(rendered.name, parts) };
  return compared({ rendered, live, from, start }, parts);
}

async function readUntil(beside: ReadBeside, signal: AbortSignal): Promise<Beside> {
  const end = (): void => beside.dispose();
  signal.addEventListener('abort', end, { once: true });
  try {
    return await beside.read();
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/**
 * For `compareRendered`: begins to read what a Kustomization of that name has applied, while its files are rendered. `undefined` where
 * the name does not say which. The caller disposes it.
 */
export function readBesideFiles(
  name: FluxName,
  { api, cluster, clock, previous, alone }: Pick<CompareParts, 'api' | 'cluster' | 'clock' | 'previous' | 'alone'>,
): ReadBeside | undefined {
  if (name.kind !== 'Kustomization' || name.namespace === '' || alone) {
    return undefined;
  }
  // What keeps the cluster from answering is told by the comparison, if the render comes so far.
  const read = (signal: AbortSignal) =>
    cluster.fluxObject(name.kind, name.namespace, name.name, signal).catch(() => undefined);
  return new ReadBeside({ owner: name, api, clock, previous, readLive: read });
}

/** With what the source has now. */
export async function compareNext(name: FluxName, parts: CompareParts): Promise<Compared> {
  const live = await requireLive(name, parts);
  parts.onStep('rendering what its source has now');
  const { renderer, api, cluster, signal } = parts;
  const next = name.kind === 'Kustomization' ? renderNext : renderNextRelease;
  const inherited = inheritedReader(api);
  const made = await renderWith<Rendered>(live, parts, () => next({ live, renderer, cluster, inherited, signal }));
  return compared({ live, ...made }, parts);
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
    const render = () => renderApplied({ live, renderer, cluster, inherited, clone, signal });
    const made = await renderWith(live, parts, render);
    const { comparison } = await compared({ live, ...made }, parts, () => Promise.resolve(made.rendered));
    return { live, comparison };
  } finally {
    owned.dispose();
  }
}

interface Made<R extends Rendered> {
  readonly rendered: R;
  readonly from: string;
  readonly start?: ComparisonStart;
}

/** All that a Kustomization has applied is read meanwhile. */
async function renderWith<R extends Rendered>(
  live: FluxObject,
  { api, clock, previous, alone, inBackground }: CompareParts,
  render: () => Promise<{ readonly rendered: R; readonly from: string }>,
): Promise<Made<R>> {
  const { kind, metadata } = live;
  if (kind !== 'Kustomization' || alone || inBackground === true) {
    return render();
  }
  const owner = { kind, namespace: metadata.namespace ?? '', name: metadata.name } as const;
  const readLive = () => Promise.resolve(live);
  const { rendered: made, start } = await renderBeside({ owner, api, clock, previous, readLive }, render);
  return { ...made, start };
}

async function compared(
  { rendered, live, from, start }: Beside & Omit<Made<Rendered>, 'start'>,
  parts: CompareParts,
  former: FormerRender = lastApplied(live, parts),
): Promise<Compared> {
  const { api, clock, signal, previous, onProgress, onObject, alone } = parts;
  if (rendered.kind === 'HelmRelease') {
    return { live, rendered, comparison: await compareRelease({ live, rendered, from, ...releaseParts(parts) }) };
  }
  const task = { rendered, live, former, api, start, from, clock, signal, previous, onProgress, onObject };
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
