/**
 * What a Flux Kustomization was applied from last, to be rendered again: the tree of `status.lastAppliedRevision` out of the
 * source's artifact or a clone on disk, with everything else as the cluster has it (spec drift 4.2). Renders nothing.
 */
import { Failure, isFailure } from '../base/failure.ts';
import { displayName, type ObjectId } from '../flux/objectKey.ts';
import type { Artifact, FluxObject } from '../flux/objects.ts';
import { sourceOf } from '../flux/references.ts';
import { parseRevision, sameRevision, shortRevision } from '../flux/revision.ts';
import { asFlag, asList, asText } from '../flux/untyped.ts';
import type { ClusterInputs, FetchedArchive, RenderNote, RepositoryState } from '../render/desired.ts';
import { approximate } from '../render/renderNote.ts';
import { liveState } from './liveState.ts';
import { packFiles } from './packFiles.ts';

/** A clone on disk that may have the commit. */
export interface LocalClone {
  /** Throws `Failure('notFound')` when there is no such commit. */
  commit(revision: string, signal: AbortSignal): Promise<RepositoryState>;
}

export interface AppliedParts {
  /** The Kustomization as it lives, with its status. */
  readonly live: FluxObject;
  readonly cluster: ClusterInputs;
  /** Asked when the artifact is not that of the applied revision, or cannot be had. */
  readonly clone?: LocalClone | undefined;
  readonly signal: AbortSignal;
}

/** To be given to a renderer, as `state` and `cluster` of its options. */
export interface AppliedState {
  readonly state: RepositoryState;
  readonly cluster: ClusterInputs;
  /** `artifact main@5f2c1a9`, `commit 5f2c1a9`. */
  readonly from: string;
  readonly notes: readonly RenderNote[];
}

/**
 * Throws `Failure('notFound')` for an object that was never applied, and where neither artifact nor clone have the revision: the
 * message says what was tried.
 */
export async function appliedState(parts: AppliedParts): Promise<AppliedState> {
  const { live, cluster } = parts;
  const revision = live.status?.lastAppliedRevision ?? '';
  if (revision === '') {
    throw new Failure('notFound', `${title(live)} has not been applied yet in ${cluster.context}`);
  }
  const id = requiredSource(live);
  const tried: string[] = [];
  const source = await readSource(parts, id, tried);
  const archive = source && (await appliedArtifact(parts, source, revision, tried));
  if (archive) {
    return withArchive(parts, { id, source, archive, from: `artifact ${shortRevision(revision)}`, notes: [] });
  }
  return fromClone(parts, { id, source, revision, tried });
}

/** What the source has now, which is what is applied next. Throws `Failure('notFound')` where it has nothing. */
export async function nextState({ live, cluster, signal }: Omit<AppliedParts, 'clone'>): Promise<AppliedState> {
  const id = requiredSource(live);
  const source = await cluster.fluxObject(id.kind, id.namespace, id.name, signal);
  const artifact = source?.status?.artifact;
  if (!source || !artifact) {
    const missing = source ? 'has no artifact yet' : 'does not exist';
    throw new Failure('notFound', `${title(live)}: its source ${sourceTitle(id)} ${missing} in ${cluster.context}`);
  }
  const archive = await cluster.artifact(source, artifact, signal);
  const from = `artifact ${shortRevision(artifact.revision ?? archive.revision)}`;
  return withArchive({ live, cluster, signal }, { id, source, archive, from, notes: [] });
}

function requiredSource(live: FluxObject): ObjectId {
  const id = sourceOf(live);
  if (!id) {
    throw new Failure('invalid', `${title(live)} names no source`);
  }
  return id;
}

const unreadSource = 'its source may not be read';
const unknownRules = 'what that leaves out or takes in besides is not known';

/** `undefined` with a sentence in `tried` where there is none, or none that one may read: a clone may have its commit. */
async function readSource(
  { cluster, signal }: AppliedParts,
  id: ObjectId,
  tried: string[],
): Promise<FluxObject | undefined> {
  try {
    const source = await cluster.fluxObject(id.kind, id.namespace, id.name, signal);
    tried.push(...(source ? [] : ['its source does not exist any more']));
    return source;
  } catch (error) {
    if (!isFailure(error, 'forbidden')) {
      throw error;
    }
    tried.push(unreadSource);
    return undefined;
  }
}

/** `undefined` with a sentence in `tried` where there is none to be had. */
async function appliedArtifact(
  { cluster, signal }: AppliedParts,
  source: FluxObject,
  revision: string,
  tried: string[],
): Promise<FetchedArchive | undefined> {
  const artifact = source.status?.artifact;
  if (!artifact) {
    tried.push('its source has no artifact');
    return undefined;
  }
  if (!sameRevision(artifact.revision, revision)) {
    tried.push(`its source has ${shortRevision(artifact.revision)} by now`);
    return undefined;
  }
  try {
    return await cluster.artifact(source, artifact, signal);
  } catch (error) {
    if (!isFailure(error) || error.reason === 'cancelled') {
      throw error;
    }
    tried.push(`the artifact cannot be downloaded (${error.message})`);
    return undefined;
  }
}

interface Wanted {
  readonly id: ObjectId;
  readonly source: FluxObject | undefined;
  readonly revision: string;
  readonly tried: string[];
}

async function fromClone(parts: AppliedParts, { id, source, revision, tried }: Wanted): Promise<AppliedState> {
  const { live, clone, signal } = parts;
  const origin = originOf(live, id, revision);
  const missing = (what: string): Failure =>
    new Failure(
      'notFound',
      `${title(live)} was applied from ${shortRevision(revision)}, which cannot be had: ${[...tried, what].join(', and ')}`,
    );
  if (origin === undefined) {
    throw missing(`a ${id.kind} is no commit of a clone`);
  }
  if (!clone) {
    throw missing('there is no clone of its repository here');
  }
  let commit: RepositoryState;
  try {
    commit = await clone.commit(origin.commit, signal);
  } catch (error) {
    throw isFailure(error, 'notFound')
      ? missing(`commit ${origin.commit.slice(0, 7)} is not in the clone (git fetch may bring it)`)
      : error;
  }
  const archive = await packFiles(commit.files, { ignore: asText(source?.spec?.['ignore']), revision, signal });
  const unread = tried.includes(unreadSource)
    ? [approximate(`${sourceTitle(id)} could not be read: ${unknownRules}.`)]
    : [];
  const notes = [...(commit.notes ?? []), ...unread, ...limits(source), ...origin.notes];
  return withArchive(parts, { id, source, archive, from: commit.label, notes });
}

/** Which commit an applied revision is of. A commit's id stands for its content, whatever repository it was found in. */
function originOf(
  live: FluxObject,
  id: ObjectId,
  revision: string,
): { readonly commit: string; readonly notes: readonly RenderNote[] } | undefined {
  const isGit = id.kind === 'GitRepository';
  const { algorithm, digest } = parseRevision(isGit ? revision : (live.status?.lastAppliedOriginRevision ?? ''));
  if (digest === undefined || algorithm === undefined || !['sha1', 'sha256'].includes(algorithm)) {
    return undefined;
  }
  const built = `${sourceTitle(id)} was built of this commit; that it holds its files as they are is assumed.`;
  return { commit: digest, notes: isGit ? [] : [approximate(built)] };
}

/** What the files of one commit lack of a source's artifact. */
function limits(source: FluxObject | undefined): readonly RenderNote[] {
  const spec = source?.spec ?? {};
  const name = source ? title(source) : '';
  return [
    ...((asList(spec['include']) ?? []).length > 0
      ? [`${name} includes other repositories, which a commit lacks.`]
      : []),
    ...(asFlag(spec['recurseSubmodules']) === true ? [`${name} takes in Git submodules, which a commit lacks.`] : []),
    ...((asList(spec['sparseCheckout']) ?? []).length > 0
      ? [`${name} checks out some folders only; the commit has all of them.`]
      : []),
  ].map(approximate);
}

interface Had {
  readonly id: ObjectId;
  readonly source: FluxObject | undefined;
  readonly archive: FetchedArchive;
  readonly from: string;
  readonly notes: readonly RenderNote[];
}

/** The cluster as it is, but for one source, whose artifact is the archive: a newer one must not get in between. */
function withArchive({ live, cluster }: AppliedParts, { id, source, archive, from, notes }: Had): AppliedState {
  const artifact: Artifact = { revision: archive.revision, digest: archive.digest };
  const fixed: FluxObject = {
    apiVersion: source?.apiVersion ?? `${id.group}/v1`,
    kind: id.kind,
    metadata: source?.metadata ?? { name: id.name, namespace: id.namespace },
    ...(source?.spec && { spec: source.spec }),
    status: { ...source?.status, artifact },
  };
  const inputs: ClusterInputs = {
    context: cluster.context,
    configMap: (namespace, name, signal) => cluster.configMap(namespace, name, signal),
    secret: (namespace, name, signal) => cluster.secret(namespace, name, signal),
    capabilities: (signal) => cluster.capabilities(signal),
    ...(cluster.strictSubstitution && { strictSubstitution: (signal) => strictSubstitution(cluster, signal) }),
    fluxObject: (kind, namespace, name, signal) =>
      kind === id.kind && namespace === id.namespace && name === id.name
        ? Promise.resolve(fixed)
        : cluster.fluxObject(kind, namespace, name, signal),
    artifact: (object, wanted, signal) =>
      object === fixed ? Promise.resolve(archive) : cluster.artifact(object, wanted, signal),
  };
  return { state: liveState(live, cluster.context), cluster: inputs, from, notes };
}

/** As a method: the one who answers is a class. */
async function strictSubstitution(cluster: ClusterInputs, signal?: AbortSignal): Promise<boolean | undefined> {
  return cluster.strictSubstitution?.(signal);
}

function title({ kind, metadata: { namespace = '', name } }: FluxObject): string {
  return `${kind} ${displayName({ namespace, name })}`;
}

function sourceTitle(id: ObjectId): string {
  return `${id.kind} ${displayName(id)}`;
}
