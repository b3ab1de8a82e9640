/**
 * Whether the source that a Flux Kustomization names is the repository at hand, and how its files stand in the artifact.
 * Reads what files state; asks no cluster and fetches nothing.
 */
import { information } from './renderNote.ts';
import { asFlag, asList, asRecord, asText, fieldAt } from '../flux/untyped.ts';
import { repositoryLabel, sameRepository } from '../flux/repositoryUrl.ts';
import { resolvePath } from '../manifests/repositoryPath.ts';
import { type ArtifactCopy, type ArtifactRules, ArtifactView, basesFor } from './artifactView.ts';
import type { RenderNote } from './desired.ts';
import type { StatedDocument } from './fileModel.ts';
import type { RepositorySnapshot } from './repositoryModel.ts';

export interface SourceReference {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export type SourceMeaning =
  | { readonly means: 'repository'; readonly view: ArtifactView; readonly notes: readonly RenderNote[] }
  | {
      readonly means: 'elsewhere';
      readonly source: SourceReference;
      /** Why it cannot be put together from files, where that could be thought. */
      readonly why?: string;
    };

export interface RepositoryAt {
  readonly snapshot: RepositorySnapshot;
  readonly remotes: readonly string[];
}

const sourceGroup = 'source.toolkit.fluxcd.io';
const gitKinds = ['GitRepository', 'OCIRepository', 'Bucket'];

/** The source of a Kustomization; `namespace` is that of the Kustomization unless the reference has one. */
export function sourceReference(kustomization: unknown, namespace: string): SourceReference {
  const reference = fieldAt(kustomization, 'spec', 'sourceRef');
  const own = asText(fieldAt(reference, 'namespace')) ?? '';
  return {
    kind: asText(fieldAt(reference, 'kind')) ?? '',
    name: asText(fieldAt(reference, 'name')) ?? '',
    namespace: own === '' ? namespace : own,
  };
}

/** `path` is `spec.path`, `definedIn` the file of the Kustomization: they tell how deep an artifact begins. */
export function meaningOf(
  source: SourceReference,
  path: string,
  definedIn: string,
  at: RepositoryAt,
  seen: readonly string[] = [],
): SourceMeaning {
  const { snapshot } = at;
  if (source.kind === 'ExternalArtifact') {
    return generatedMeaning(source, definedIn, at, seen);
  }
  const stated = snapshot
    .named(source.kind, source.namespace, source.name)
    .filter(({ group }) => group === sourceGroup);
  const synced = snapshot.syncs.filter((sync) => sync.sourceKind === source.kind && sync.name === source.name);
  const urls = [
    ...stated.map((document) => asText(fieldAt(document.object, 'spec', 'url')) ?? ''),
    ...synced.map((sync) => sync.url),
  ];
  const notes: RenderNote[] = [];
  if (urls.length === 0) {
    if (!gitKinds.includes(source.kind) || !mayBeUnstated(path, at)) {
      return { means: 'elsewhere', source };
    }
    notes.push(information(`No file states ${title(source)}: it is taken to be this repository.`));
  } else if (!urls.some((url) => at.remotes.some((remote) => isSame(source.kind, url, remote)))) {
    const isRoot = synced.length > 0 || stated.some((document) => buildsOwnFile(document, at));
    if (!isRoot) {
      return { means: 'elsewhere', source };
    }
    if (at.remotes.length > 0) {
      const label = repositoryLabel(urls[0] ?? '');
      notes.push(
        information(`${title(source)} points to ${label}, which is no remote here: it is taken to be this repository.`),
      );
    }
  }
  return {
    means: 'repository',
    view: viewOf(source, stated[0], path, definedIn, at),
    notes: [...notes, ...limits(stated[0])],
  };
}

/** An OCI artifact has an address of its own; packed of a repository it is usually called like it. */
function isSame(kind: string, url: string, remote: string): boolean {
  if (kind === 'GitRepository') {
    return sameRepository(url, remote);
  }
  const project = pathOfLabel(remote);
  return project !== '' && `${pathOfLabel(url)}/`.startsWith(`${project}/`);
}

function pathOfLabel(url: string): string {
  const label = repositoryLabel(url.replace(/^oci:/, 'https:')).toLowerCase();
  return label.slice(label.indexOf('/') + 1);
}

/** Bootstrap puts a source beside the Kustomization that builds both: who reads that file has the source at hand. */
function buildsOwnFile(source: StatedDocument, { snapshot }: RepositoryAt): boolean {
  return snapshot.appliers('Kustomization').some((document) => {
    const reference = sourceReference(document.object, document.namespace);
    const path = asText(fieldAt(document.object, 'spec', 'path')) ?? '';
    const folder = resolvePath('', path.replace(/^\/+/, ''));
    return (
      reference.kind === source.kind &&
      reference.name === source.name &&
      folder !== undefined &&
      document.path === source.path &&
      snapshot.graph.hasFolder(folder) &&
      snapshot.graph.reach([folder]).has(source.path)
    );
  });
}

/** A path that leads somewhere speaks for this repository; the root is everybody's, so nothing else may be stated. */
function mayBeUnstated(path: string, { snapshot }: RepositoryAt): boolean {
  const folder = resolvePath('', path.replace(/^\/+/, ''));
  if (folder !== undefined && folder !== '' && !folder.includes('${')) {
    return snapshot.graph.hasFolder(folder);
  }
  return (
    !snapshot.documents.some(({ group, kind }) => group === sourceGroup && gitKinds.includes(kind)) &&
    snapshot.syncs.length === 0
  );
}

function viewOf(
  source: SourceReference,
  stated: StatedDocument | undefined,
  path: string,
  definedIn: string,
  { snapshot }: RepositoryAt,
): ArtifactView {
  // A Git repository is packed whole; of an artifact it is not known which folder was packed.
  const bases = basesFor(path, definedIn, (folder) => snapshot.graph.hasFolder(folder));
  const base = source.kind === 'GitRepository' ? '' : (bases[0] ?? '');
  return new ArtifactView({ base, ignore: ignoreOf(stated, snapshot) });
}

function ignoreOf(stated: StatedDocument | undefined, snapshot: RepositorySnapshot): ArtifactRules['ignore'] {
  const own = asText(fieldAt(stated?.object, 'spec', 'ignore'));
  return [...snapshot.ignoreTexts('.sourceignore'), ...(own === undefined ? [] : [{ folder: '', text: own }])];
}

/** What a source does beyond packing the files of one commit. */
function limits(stated: StatedDocument | undefined): RenderNote[] {
  const spec = asRecord(fieldAt(stated?.object, 'spec')) ?? {};
  const name = `${stated?.kind ?? ''} ${stated?.name ?? ''}`;
  const found: string[] = [];
  if ((asList(spec['include']) ?? []).length > 0) {
    found.push(`${name} includes other repositories, which are not followed.`);
  }
  if (asFlag(spec['recurseSubmodules']) === true) {
    found.push(`${name} takes in Git submodules, which are not followed.`);
  }
  if ((asList(spec['sparseCheckout']) ?? []).length > 0) {
    found.push(`${name} checks out some folders only; here all of them are there.`);
  }
  return found.map((message) => ({ severity: 'approximate', message }));
}

/** An ExternalArtifact that an ArtifactGenerator of this repository copies together from this repository. */
function generatedMeaning(
  source: SourceReference,
  definedIn: string,
  at: RepositoryAt,
  seen: readonly string[],
): SourceMeaning {
  const elsewhere = (why?: string): SourceMeaning => ({
    means: 'elsewhere',
    source,
    ...(why === undefined ? {} : { why }),
  });
  const key = `${source.namespace}/${source.name}`;
  const found = at.snapshot.documents
    .filter(
      ({ kind, namespace }) => kind === 'ArtifactGenerator' && [namespace, ''].includes(source.namespace || namespace),
    )
    .flatMap((document) =>
      (asList(fieldAt(document.object, 'spec', 'artifacts')) ?? [])
        .filter((artifact) => fieldAt(artifact, 'name') === source.name)
        .map((artifact) => ({ document, artifact })),
    );
  // Overlays of one repository have generators of the same name: the one beside the Kustomization is meant.
  const near = found.toSorted(
    (a, b) => sharedFolders(b.document.path, definedIn) - sharedFolders(a.document.path, definedIn),
  );
  const [generator] = near;
  if (!generator || seen.includes(key)) {
    return elsewhere();
  }
  const copies = copiesOf(generator.artifact);
  const aliases = new Set(copies?.map((copy) => copy.alias));
  if (!copies || aliases.size !== 1 || fieldAt(generator.document.object, 'spec', 'pathPattern') !== undefined) {
    return elsewhere(`its ArtifactGenerator ${generator.document.name} does more than copy files of one source`);
  }
  const input = (asList(fieldAt(generator.document.object, 'spec', 'sources')) ?? []).find((one) =>
    aliases.has(asText(fieldAt(one, 'alias')) ?? ''),
  );
  const reference = sourceReference({ spec: { sourceRef: input } }, generator.document.namespace);
  const folder = copies[0]?.from.split('/')[0] ?? '';
  const meaning = meaningOf(reference, /[*?[]/.test(folder) ? '' : folder, generator.document.path, at, [...seen, key]);
  if (meaning.means === 'elsewhere' || meaning.view.copied) {
    return elsewhere(`its ArtifactGenerator ${generator.document.name} copies from ${title(reference)}`);
  }
  return { means: 'repository', view: meaning.view.with(copies), notes: meaning.notes };
}

/** `undefined` where an operation is more than a copy. */
function copiesOf(artifact: unknown): (ArtifactCopy & { readonly alias: string })[] | undefined {
  const copies = (asList(fieldAt(artifact, 'copy')) ?? []).map((operation) => {
    const from = /^@(?<alias>[^/]+)\/(?<path>.*)$/.exec(asText(fieldAt(operation, 'from')) ?? '')?.groups;
    const to = /^@artifact\/(?<path>.*)$/.exec(asText(fieldAt(operation, 'to')) ?? '')?.groups;
    const strategy = asText(fieldAt(operation, 'strategy')) ?? 'Overwrite';
    const exclude = (asList(fieldAt(operation, 'exclude')) ?? []).flatMap((pattern) => asText(pattern) ?? []);
    return from && to && strategy === 'Overwrite'
      ? { alias: from['alias'] ?? '', from: from['path'] ?? '', to: to['path'] ?? '', exclude }
      : undefined;
  });
  return copies.every((copy) => copy !== undefined) ? copies : undefined;
}

function sharedFolders(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  const different = left.findIndex((part, index) => part !== right[index]);
  return different < 0 ? left.length : different;
}

export function title({ kind, namespace, name }: SourceReference): string {
  return `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
}
