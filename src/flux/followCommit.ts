/**
 * How far a commit has come in a cluster: pushed, fetched by the sources of its repository, applied by those that take from them.
 * Told anew from the objects each time, so that it holds whatever happened between. Pure; Git is asked by the caller.
 */
import { behindSource, deployedRevision } from './behindSource.ts';
import { commitOf, type FollowedRef, followedRef } from './followedRef.ts';
import { fluxState } from './fluxState.ts';
import { idOf, type ObjectId } from './objectKey.ts';
import type { FluxObject } from './objects.ts';
import { sourceOf } from './references.ts';
import { sameRepository } from './repositoryUrl.ts';
import { parseRevision, sameRevision } from './revision.ts';

/** What a clone of the repository knows of the commit. */
export interface CommitPlace {
  /** Full id. */
  readonly commit: string;
  readonly remotes: readonly { readonly name: string; readonly urls: readonly string[] }[];
  /** Those that have the commit, as of the last fetch or push. */
  readonly branches: readonly { readonly remote: string; readonly branch: string }[];
  /** Whether that commit (a full id, out of `commitsToAsk`) is the followed one or was made on top of it. */
  readonly isIn: (revision: string) => 'yes' | 'no' | 'unknown';
}

export interface FollowedObjects {
  /** All Flux objects of the cluster that can be seen. */
  readonly objects: Iterable<FluxObject>;
  readonly get: (id: ObjectId) => FluxObject | undefined;
}

/** Whether the objects are all that the cluster has; what may not be listed, or lies in other namespaces, may exist all the same. */
export interface FollowedWhole {
  readonly sources: boolean;
  readonly appliers: boolean;
}

export type ConsumerProgress = { readonly id: ObjectId } & (
  | { readonly state: 'applied' | 'suspended' | 'progressing' | 'unknown' }
  | { readonly state: 'failing'; readonly message: string }
  /** `for`: what it says that it waits for; `undefined` where it has only not begun. */
  | { readonly state: 'waiting'; readonly for: ObjectId | string | undefined }
);

/**
 * - `fetched`: it offers the commit, or one on top of it
 * - `waiting`: it follows a branch that has the commit, or is filled by somebody else, and has not come to it
 * - `failing`, `suspended`: the same, and it will not by itself
 * - `elsewhere`: it follows something that does not have the commit
 * - `unknown`: it offers a commit that the clone does not have
 */
export type SourceState = 'fetched' | 'waiting' | 'failing' | 'suspended' | 'elsewhere' | 'unknown';

/** `made`: an artifact that something else than Flux makes of a commit. */
export interface Follows {
  readonly by: FollowedRef['by'] | 'made';
  readonly name: string;
}

export interface SourceProgress {
  readonly id: ObjectId;
  readonly state: SourceState;
  readonly follows: Follows;
  /** Id of the commit that it offers; `undefined` for none. */
  readonly offers: string | undefined;
  readonly interval: string | undefined;
  /** The controller's own; `''` unless it is failing. */
  readonly message: string;
  /** Of a source that has fetched it. */
  readonly consumers: readonly ConsumerProgress[];
}

/**
 * - `notPushed`: in no branch of a remote, and offered by no source
 * - `noSource`: pushed, and no source of the cluster is of this repository
 * - `elsewhere`: pushed, and no source follows what has it
 * - `untold`: the clone does not have what the sources offer
 * - `waiting`: pushed, and not fetched by a source that follows it
 * - `applying`: fetched, and not by all, or not applied by all
 * - `level`: all that can be seen have applied it, and there may be others
 * - `landed`: all that will take it have applied it
 */
export type CommitPhase =
  'notPushed' | 'noSource' | 'elsewhere' | 'untold' | 'waiting' | 'applying' | 'level' | 'landed';

export interface CommitProgress {
  readonly phase: CommitPhase;
  /** Of the repository, in the order of the objects. */
  readonly sources: readonly SourceProgress[];
  readonly whole: FollowedWhole;
}

const sourceAnnotation = 'org.opencontainers.image.source';
const revisionAnnotation = 'org.opencontainers.image.revision';

/** Ids of the commits that `isIn` will be asked about. */
export function commitsToAsk(cluster: FollowedObjects, remotes: CommitPlace['remotes']): ReadonlySet<string> {
  const asked = new Set<string>();
  const put = (revision: string | undefined): void => {
    const commit = commitOf(revision);
    if (commit !== undefined) {
      asked.add(commit);
    }
  };
  const isOurs = (object: FluxObject | undefined): boolean =>
    object !== undefined && remotesOf(object, remotes).length > 0;
  for (const object of cluster.objects) {
    const { status, spec, kind } = object;
    const from = sourceOf(object);
    if (isOurs(object)) {
      put(offeredRevision(object));
    }
    if (!from || !isOurs(cluster.get(from))) {
      continue; // what other repositories have is nothing to ask this clone about
    }
    if (kind === 'Kustomization' && spec?.sourceRef?.kind === 'GitRepository') {
      [status?.lastAppliedRevision, status?.lastAttemptedRevision].forEach(put);
    } else if (kind === 'Kustomization') {
      put(status?.lastAppliedOriginRevision); // the others are of an artifact
    } else if (kind === 'HelmChart') {
      put(observedRevision(status));
    }
  }
  return asked;
}

export function followCommit(place: CommitPlace, cluster: FollowedObjects, whole: FollowedWhole): CommitProgress {
  const all = [...cluster.objects];
  const sources = all.flatMap((object) => {
    const remotes = remotesOf(object, place.remotes);
    return remotes.length === 0 ? [] : [sourceProgress(object, remotes, place, { objects: all, get: cluster.get })];
  });
  return { phase: phaseOf(sources, place, whole), sources, whole };
}

function phaseOf(sources: readonly SourceProgress[], { branches }: CommitPlace, whole: FollowedWhole): CommitPhase {
  const states = new Set(sources.map(({ state }) => state));
  if (states.has('fetched')) {
    const isOpen = ({ state }: ConsumerProgress): boolean => state !== 'applied' && state !== 'suspended';
    const isLevel = !['waiting', 'failing', 'unknown'].some((state) => states.has(state as SourceState));
    if (!isLevel || sources.some(({ consumers }) => consumers.some(isOpen))) {
      return 'applying';
    }
    return whole.sources && whole.appliers ? 'landed' : 'level';
  }
  if (branches.length === 0) {
    return 'notPushed';
  }
  if (sources.length === 0) {
    return 'noSource';
  }
  if (states.has('waiting') || states.has('failing') || states.has('suspended')) {
    return 'waiting';
  }
  return states.has('unknown') ? 'untold' : 'elsewhere';
}

/** Names of the remotes that the source is of; empty for another repository's, and for what is no source. */
function remotesOf(object: FluxObject, remotes: CommitPlace['remotes']): readonly string[] {
  const { kind, spec, status } = object;
  const isSource =
    kind === 'GitRepository' || kind === 'OCIRepository' || kind === 'Bucket' || kind === 'ExternalArtifact';
  const url = kind === 'GitRepository' ? spec?.url : status?.artifact?.metadata?.[sourceAnnotation];
  return isSource && url !== undefined
    ? remotes.filter(({ urls }) => urls.some((one) => sameRepository(one, url))).map(({ name }) => name)
    : [];
}

function sourceProgress(
  source: FluxObject,
  remotes: readonly string[],
  place: CommitPlace,
  cluster: FollowedObjects,
): SourceProgress {
  const { underlying, suspended, message } = fluxState(source);
  const offers = commitOf(offeredRevision(source));
  const reach = offers === undefined ? 'no' : place.isIn(offers);
  const follows = followsOf(source);
  const isFailing = underlying === 'failed' || underlying === 'stalled';
  const state = (): SourceState => {
    if (reach === 'yes') {
      return 'fetched';
    }
    if (!mayTake(follows, remotes, place)) {
      // What nobody here has seen may have been made on top of it all the same: a branch that others merged.
      return reach === 'unknown' ? 'unknown' : 'elsewhere';
    }
    if (reach === 'unknown') {
      return 'unknown';
    }
    return suspended ? 'suspended' : isFailing ? 'failing' : 'waiting';
  };
  const found = state();
  return {
    id: idOf(source),
    state: found,
    follows,
    offers,
    interval: source.spec?.interval,
    message: found === 'failing' ? message : '',
    consumers: found === 'fetched' ? consumersOf(source, place, cluster) : [],
  };
}

/** Whether what it follows has the commit, or may come to have it. */
function mayTake({ by, name }: Follows, remotes: readonly string[], { branches }: CommitPlace): boolean {
  const own = branches.filter(({ remote }) => remotes.includes(remote));
  switch (by) {
    case 'branch':
      return own.some(({ branch }) => branch === name);
    case 'range': // a tag may be set on it
    case 'made':
      return own.length > 0;
    case 'tag':
    case 'commit':
    case 'reference':
      return false;
  }
}

function followsOf(source: FluxObject): Follows {
  if (source.kind === 'GitRepository') {
    return followedRef(source);
  }
  const { digest = '' } = source.spec?.ref ?? {};
  const built = parseRevision(source.status?.artifact?.metadata?.[revisionAnnotation] ?? '').pointer ?? '';
  return digest === '' ? { by: 'made', name: built } : { by: 'reference', name: digest };
}

function offeredRevision({ kind, status }: FluxObject): string | undefined {
  return kind === 'GitRepository' ? status?.artifact?.revision : status?.artifact?.metadata?.[revisionAnnotation];
}

/** Of the source of a HelmChart, as of the chart that it offers. */
function observedRevision(status: FluxObject['status']): string | undefined {
  const observed = status?.['observedSourceArtifactRevision'];
  return typeof observed === 'string' ? observed : undefined;
}

function consumersOf(source: FluxObject, place: CommitPlace, { objects, get }: FollowedObjects): ConsumerProgress[] {
  const found: ConsumerProgress[] = [];
  for (const object of objects) {
    const direct = object.kind === 'Kustomization' || object.kind === 'HelmRelease' ? sourceOf(object) : undefined;
    const taken = direct && get(direct);
    const isDirect = direct !== undefined && sameId(direct, idOf(source));
    const chart = taken?.kind === 'HelmChart' ? taken : undefined;
    const madeOf = chart && sourceOf(chart);
    if (isDirect || (madeOf && sameId(madeOf, idOf(source)))) {
      const isBuilt = object.kind === 'Kustomization';
      const reach = isBuilt ? builtReach(object, source, place) : chartReach(object, chart ?? source, place);
      found.push(consumerProgress(object, reach, isBuilt && !hasTried(object, source, place)));
    }
  }
  return found;
}

type Reach = ReturnType<CommitPlace['isIn']>;

/** Of what a Kustomization has applied. */
function builtReach({ status }: FluxObject, source: FluxObject, place: CommitPlace): Reach {
  const { lastAppliedRevision: applied, lastAppliedOriginRevision: origin } = status ?? {};
  const commit = commitOf(source.kind === 'GitRepository' ? applied : origin);
  if (commit !== undefined) {
    return place.isIn(commit);
  }
  // A Flux before 2.5 does not hand the origin on: then the artifact alone tells.
  return sameRevision(applied, source.status?.artifact?.revision) ? 'yes' : 'no';
}

/** Of a chart: its version may be the same in many commits, so what counts is that the newest chart made of it is the one that runs. */
function chartReach(release: FluxObject, chart: FluxObject, place: CommitPlace): Reach {
  const observed = chart.kind === 'HelmChart' ? commitOf(observedRevision(chart.status)) : undefined;
  const made = chart.kind !== 'HelmChart' ? 'yes' : observed === undefined ? 'no' : place.isIn(observed);
  const runs = deployedRevision(release) !== undefined && !behindSource(release, chart).behind;
  return made !== 'yes' ? made : runs && fluxState(release).underlying !== 'progressing' ? 'yes' : 'no';
}

/** Whether what a Kustomization tried last has the commit, as far as anybody can tell. */
function hasTried({ status }: FluxObject, source: FluxObject, place: CommitPlace): boolean {
  const tried = status?.lastAttemptedRevision;
  if (source.kind !== 'GitRepository') {
    return sameRevision(tried, source.status?.artifact?.revision);
  }
  const commit = commitOf(tried);
  return commit === undefined || place.isIn(commit) !== 'no';
}

/** `isOld`: what it says is of what was there before. */
function consumerProgress(object: FluxObject, reach: Reach, isOld: boolean): ConsumerProgress {
  const id = idOf(object);
  const { underlying, suspended, message, waitingFor } = fluxState(object);
  if (reach !== 'no') {
    return { id, state: reach === 'yes' ? 'applied' : 'unknown' };
  }
  if (suspended) {
    return { id, state: 'suspended' };
  }
  if (underlying === 'progressing') {
    return { id, state: 'progressing' };
  }
  return (underlying === 'failed' || underlying === 'stalled') && !isOld
    ? { id, state: 'failing', message }
    : { id, state: 'waiting', for: waitingFor };
}

function sameId(a: ObjectId, b: ObjectId): boolean {
  return a.group === b.group && a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}
