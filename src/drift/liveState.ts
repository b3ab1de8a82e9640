/**
 * A Flux Kustomization of a cluster as a state of a repository that holds nothing but it: rendered of that, the object is in
 * force as it lives, and its source, variables and values are the cluster's. Asks nothing itself.
 */
import type { FluxObject } from '../flux/objects.ts';
import type { ObjectId } from '../flux/objectKey.ts';
import { sourceOf } from '../flux/references.ts';
import type { RepositoryFile, RepositoryFiles } from '../manifests/repositoryFiles.ts';
import type { RepositoryState } from '../render/desired.ts';

/** The file that states the Kustomization in its state. */
export const liveFile = 'live/object.yaml';

/**
 * The source stands in the state without an address, in a file of its own: one that no file states could be taken for the
 * repository at hand, and one beside its Kustomization for that repository's root.
 */
export function liveState(live: FluxObject, context: string): RepositoryState {
  const { name, namespace = '', resourceVersion = '', uid = '' } = live.metadata;
  const source = sourceOf(live);
  const texts = new Map([
    [liveFile, JSON.stringify(stated(live))],
    ...(source ? [['live/source.yaml', JSON.stringify(sourceStub(source))] as const] : []),
  ]);
  return {
    label: context,
    key: `live ${context} ${namespace}/${name} ${uid} ${resourceVersion}`,
    files: new TextFiles(texts, resourceVersion),
    remotes: [],
  };
}

/** What a file would say: no status, and of the metadata what is the author's. JSON is YAML. */
function stated({ apiVersion, kind, metadata, spec }: FluxObject): unknown {
  const { name, namespace, labels, annotations } = metadata;
  return { apiVersion, kind, metadata: { name, namespace, labels, annotations }, spec };
}

function sourceStub({ group, kind, namespace, name }: ObjectId): unknown {
  return { apiVersion: `${group}/v1`, kind, metadata: { name, namespace }, spec: { url: '' } };
}

/** Files that are only in memory, all of one version. */
export class TextFiles implements RepositoryFiles {
  readonly #files: readonly RepositoryFile[];
  readonly #texts: ReadonlyMap<string, string>;

  constructor(texts: ReadonlyMap<string, string>, version: string) {
    this.#texts = texts;
    this.#files = [...texts].map(([path, text]) => ({ path, size: Buffer.byteLength(text), version }));
  }

  list(): Promise<readonly RepositoryFile[]> {
    return Promise.resolve(this.#files);
  }

  read(path: string): Promise<Uint8Array | undefined> {
    const text = this.#texts.get(path);
    return Promise.resolve(text === undefined ? undefined : Buffer.from(text));
  }
}
