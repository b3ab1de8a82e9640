/**
 * What runs in a cluster of the objects of one file: from what is known of Flux objects, and from pods where somebody waits for
 * the answer. Certain or nothing: a file of another repository, or one that stands for several objects, gets no facts.
 */
import { appliersOfFile, documentMatch, type MatchInput } from '../flux/documentMatch.ts';
import { inventoryOf } from '../flux/inventory.ts';
import { type ObjectId, objectKey } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { mayOwnPods, runningImages } from '../flux/podImages.ts';
import { fetchedRevision, installedChart, type RunningSubject, type RunningVersions } from '../flux/runningVersions.ts';
import type { Clock } from '../base/clock.ts';
import type { ClusterApi } from './clusterApi.ts';
import { podsOf } from './podsOf.ts';
import { withTimeLimit } from './timeLimit.ts';

/** The file, and whose it is. */
export interface StatingFile extends Pick<MatchInput, 'remotes' | 'reaches'> {
  /** Relative to the root of its repository, with `/`. */
  readonly filePath: string;
}

export interface RunningFactsParts {
  readonly file: StatingFile;
  /** All Flux objects that are known of the cluster. */
  readonly known: readonly FluxObject[];
  readonly get: (id: ObjectId) => FluxObject | undefined;
  readonly api: Pick<ClusterApi, 'findResource' | 'list'>;
  readonly clock: Clock;
}

/** A list that opens later than this opens for nobody. */
const podsMs = 5_000;

const nothing: RunningVersions = { chart: undefined, revision: undefined, images: [], askable: false };

/** `undefined` where nothing is certain. Throws a Failure where the cluster does not tell its pods. */
export async function runningFacts(
  { object, about, mayAsk }: RunningSubject,
  parts: RunningFactsParts,
  signal: AbortSignal,
): Promise<RunningVersions | undefined> {
  const flux = fluxObjectOf(object, parts);
  if (about === 'chart') {
    const chart = flux && installedChart(flux);
    return chart && { ...nothing, chart };
  }
  if (about === 'revision') {
    const revision = flux && fetchedRevision(flux);
    return revision && { ...nothing, revision };
  }
  const workloads = object.kind === 'HelmRelease' ? (flux ? workloadsIn(flux) : []) : workloadOf(object, parts);
  if (workloads.length === 0) {
    return undefined;
  }
  if (!mayAsk) {
    return { ...nothing, askable: true };
  }
  const { api, clock } = parts;
  const what = 'reading pods';
  const pods = await withTimeLimit({ clock, ms: podsMs, signal, what }, (s) => podsOf(api, workloads, s));
  return pods && { ...nothing, images: runningImages(pods) };
}

type Stated = RunningSubject['object'];

function fluxObjectOf(object: Stated, { file, known, get }: RunningFactsParts): FluxObject | undefined {
  const { group, kind, name } = object;
  const match = documentMatch({
    declared: { ...object, filePath: file.filePath },
    remotes: file.remotes,
    named: () => known.filter((one) => isOf(one, group, kind) && one.metadata.name === name),
    get,
    reaches: file.reaches,
  });
  return match.match === 'ours' ? get(match.id) : undefined;
}

function isOf({ apiVersion, kind }: FluxObject, group: string, wanted: string): boolean {
  return kind === wanted && apiVersion.startsWith(`${group}/`);
}

/** What a release has applied and runs pods; nothing of a Flux that does not tell what a release has applied. */
function workloadsIn(release: FluxObject): ObjectId[] {
  const items = inventoryOf(release);
  return typeof items === 'string' ? [] : items.map(({ id }) => id).filter(mayOwnPods);
}

/** The one object of that name which the Kustomizations that build the file have applied. */
function workloadOf(object: Stated, { file, known, get }: RunningFactsParts): ObjectId[] {
  if (!mayOwnPods(object)) {
    return [];
  }
  const kustomizations = known.filter((one) => isOf(one, 'kustomize.toolkit.fluxcd.io', 'Kustomization'));
  const found = new Map<string, ObjectId>();
  for (const applier of appliersOfFile(file.filePath, { ...file, get }, kustomizations)) {
    const owner = get(applier);
    const items = owner ? inventoryOf(owner) : [];
    for (const { id } of typeof items === 'string' ? [] : items) {
      const isThere = object.namespace === '' || id.namespace === object.namespace;
      if (id.group === object.group && id.kind === object.kind && id.name === object.name && isThere) {
        found.set(objectKey('', id), id);
      }
    }
  }
  return found.size === 1 ? [...found.values()] : [];
}
