/**
 * Which object of a cluster a document in a file stands for, and whether it is safe to act on it from there. A file for
 * staging that is open beside a production context must never act on production: in doubt the answer is not `ours`.
 */
import { encodeInventoryId, inventoryOf } from './inventory.ts';
import { idOf, type ObjectId } from './objectKey.ts';
import type { FluxObject } from './objects.ts';
import { ownerOf, sourceOf } from './references.ts';
import { repositoryLabel, sameRepository } from './repositoryUrl.ts';
import { asText } from './untyped.ts';

/** A Flux object as a document declares it. */
export interface DeclaredObject {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  /** `metadata.namespace`; absent or empty when kustomize is to set it. */
  readonly namespace?: string | undefined;
  /** Relative to the root of the repository, with `/`. */
  readonly filePath: string;
}

export interface MatchInput {
  readonly declared: DeclaredObject;
  /** URLs of the remotes of the repository that the file is in. */
  readonly remotes: readonly string[];
  /** The cluster's objects of that group, kind and name, in any namespace. */
  readonly named: (declared: Pick<DeclaredObject, 'group' | 'kind' | 'name'>) => Iterable<FluxObject>;
  readonly get: (id: ObjectId) => FluxObject | undefined;
  /**
   * Whether a Kustomization with that `spec.path` builds that file. `pathReaches` unless given; one that reads the
   * kustomize files knows about `../base` and about files that are not listed.
   */
  readonly reaches?: ((path: string, file: string) => boolean) | undefined;
}

/**
 * Why the object of that name is not this document's:
 * - `unowned`: nobody applied it, or nobody that its labels name
 * - `otherApplier`: its applier is not a Kustomization, is not in this cluster, or does not list it in its inventory
 * - `otherRepository`: its Kustomization takes its content from elsewhere, or from where nobody can tell
 * - `otherPath`: from this repository, but from another part of it
 */
export type ForeignReason = 'unowned' | 'otherApplier' | 'otherRepository' | 'otherPath';

export interface Foreign {
  readonly id: ObjectId;
  readonly reason: ForeignReason;
  readonly appliedBy: ObjectId | undefined;
  /** Where its applier takes its content from, to be shown: without credentials. `undefined` when unknown. */
  readonly from: string | undefined;
}

export type DocumentMatch =
  | { readonly match: 'ours'; readonly id: ObjectId }
  | ({ readonly match: 'foreign' } & Foreign)
  /** More than one could be meant: more than one of ours, or none of ours and several others. The user chooses. */
  | { readonly match: 'several'; readonly ids: readonly ObjectId[] }
  | { readonly match: 'absent' };

export function documentMatch(input: MatchInput): DocumentMatch {
  const { declared } = input;
  const namespace = declared.namespace ?? '';
  const candidates = [...input.named(declared)].filter(
    (object) => namespace === '' || object.metadata.namespace === namespace,
  );
  const ours: ObjectId[] = [];
  const others: Foreign[] = [];
  for (const object of candidates) {
    const foreign = whyForeign(object, input);
    if (foreign) {
      others.push(foreign);
    } else {
      ours.push(idOf(object));
    }
  }
  const [first, second] = ours;
  if (first && !second) {
    return { match: 'ours', id: first }; // the others came from elsewhere, so they cannot be meant
  }
  const [other, another] = others;
  if (!first && other && !another) {
    return { match: 'foreign', ...other };
  }
  const ids = first ? ours : others.map(({ id }) => id);
  return ids.length === 0 ? { match: 'absent' } : { match: 'several', ids: ids.sort(byNamespace) };
}

/**
 * The prefix rule: the file lies in the folder or below it. `..` cannot leave the repository and an absolute path starts
 * at its root, as for kustomize-controller (securejoin).
 */
export function pathReaches(path: string, file: string): boolean {
  const folder = segments(path);
  const parts = segments(file);
  return folder.length < parts.length && folder.every((segment, index) => segment === parts[index]);
}

/**
 * The repository that the object certainly comes from, to be shown, where it is none of those with these remotes; `undefined` where
 * it is one of them, and where nobody can tell. A file of another repository may have the same name in it and mean another object.
 */
export function otherRepositoryOf(
  object: FluxObject,
  remotes: readonly string[],
  get: MatchInput['get'],
): string | undefined {
  const owner = ownerOf(object);
  const applier = owner?.by === 'kustomize' ? get(owner.id) : undefined;
  if (!applier || !lists(applier, idOf(object))) {
    return undefined;
  }
  const { url, label } = contentOriginOf(applier, get);
  const isTheirs = remotes.length === 0 || remotes.some((remote) => url !== undefined && sameRepository(remote, url));
  return url === undefined || isTheirs ? undefined : label;
}

/**
 * The Kustomizations of a cluster that certainly build a file of the repository with these remotes, sorted by namespace and name: several where
 * they share a base. What a root of an artifact without a path may be is told beside `whyForeign`.
 */
export function appliersOfFile(
  filePath: string,
  { remotes, get, reaches = pathReaches }: Pick<MatchInput, 'remotes' | 'get' | 'reaches'>,
  kustomizations: Iterable<FluxObject>,
): readonly ObjectId[] {
  const file = segments(filePath).join('/');
  const builds = (kustomization: FluxObject): boolean => {
    const { url, isWholeRepository } = contentOriginOf(kustomization, get);
    const path = kustomization.spec?.path ?? '';
    return (
      url !== undefined &&
      remotes.some((remote) => sameRepository(remote, url)) &&
      (isWholeRepository || segments(path).length > 0) &&
      reaches(path, file)
    );
  };
  const byName = (a: ObjectId, b: ObjectId): number => (a.name < b.name ? -1 : a.name === b.name ? 0 : 1);
  return [...kustomizations].filter(builds).map(idOf).sort(byName).sort(byNamespace);
}

/** `undefined` when the object certainly comes from the document's repository, by a path that reaches the file. */
function whyForeign(object: FluxObject, input: MatchInput): Foreign | undefined {
  const id = idOf(object);
  const owner = ownerOf(object);
  if (!owner) {
    return { id, reason: 'unowned', appliedBy: undefined, from: undefined };
  }
  const applier = owner.by === 'kustomize' ? input.get(owner.id) : undefined;
  if (!applier || !lists(applier, id)) {
    // Labels alone prove nothing: a copied manifest has them, and so has an object that a hub cluster applied here
    // under the name of a Kustomization that exists in both clusters.
    return {
      id,
      reason: 'otherApplier',
      appliedBy: owner.id,
      from: applier && contentOriginOf(applier, input.get).label,
    };
  }
  const origin = contentOriginOf(applier, input.get);
  const other = { id, appliedBy: owner.id, from: origin.label };
  if (!input.remotes.some((remote) => origin.url !== undefined && sameRepository(remote, origin.url))) {
    return { ...other, reason: 'otherRepository' };
  }
  const path = applier.spec?.path ?? '';
  if (!origin.isWholeRepository && segments(path).length === 0) {
    // The root of an artifact may be any folder of the repository that it was made of; staging's as well as production's.
    return { ...other, reason: 'otherPath' };
  }
  const reaches = input.reaches ?? pathReaches;
  return reaches(path, segments(input.declared.filePath).join('/')) ? undefined : { ...other, reason: 'otherPath' };
}

function lists(applier: FluxObject, id: ObjectId): boolean {
  const items = inventoryOf(applier);
  const encoded = encodeInventoryId(id);
  return typeof items !== 'string' && items.some((item) => item.encoded === encoded);
}

export interface ContentOrigin {
  /** May hold credentials: show `label`. `undefined` where nobody can tell. */
  readonly url: string | undefined;
  readonly label: string | undefined;
  /** Whether the root of the source is the root of the repository. */
  readonly isWholeRepository: boolean;
}

/** Where a Kustomization's source comes from: a Git URL, or the annotation that `flux push artifact --source` writes. */
export function contentOriginOf(kustomization: FluxObject, get: MatchInput['get']): ContentOrigin {
  const sourceId = sourceOf(kustomization);
  const source = sourceId && get(sourceId);
  const isGit = source?.kind === 'GitRepository';
  const annotated = source?.status?.artifact?.metadata?.['org.opencontainers.image.source'];
  const url = isGit ? source.spec?.url : annotated;
  const place = url ?? source?.spec?.url ?? asText(source?.spec?.['bucketName']);
  return {
    url,
    label: place === undefined ? undefined : labelOf(place),
    isWholeRepository: isGit,
  };
}

function labelOf(place: string): string {
  const label = repositoryLabel(place.replace(/^oci:/i, 'https:'));
  return label === '' && !place.includes('@') ? place : label; // a bucket's name has no form to respect
}

function segments(path: string): string[] {
  const kept: string[] = [];
  for (const segment of path.replaceAll('\\', '/').split('/')) {
    if (segment === '..') {
      kept.pop();
    } else if (segment !== '' && segment !== '.') {
      kept.push(segment);
    }
  }
  return kept;
}

function byNamespace(a: ObjectId, b: ObjectId): number {
  return a.namespace < b.namespace ? -1 : a.namespace > b.namespace ? 1 : 0;
}
