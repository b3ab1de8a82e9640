/**
 * Versions of live objects, learnt by lists of metadata: one request tells of all objects of a kind in a namespace that one
 * Kustomization owns, where as many reads would be needed to find that nothing has changed.
 */
import type { ApiResource } from '../cluster/clusterApi.ts';
import { listOwned, type OwnedObjectsParts } from './ownedObjects.ts';

const pageSize = 500;

type Kind = Pick<ApiResource, 'group' | 'kind' | 'version'>;

export class LiveVersions {
  readonly #parts: OwnedObjectsParts;
  readonly #lists = new Map<string, Promise<ReadonlyMap<string, string>>>();

  constructor(parts: OwnedObjectsParts) {
    this.#parts = parts;
  }

  /** `undefined` where it cannot be told so: the object is not there or not owned, or lists are not permitted. */
  async versionOf(resource: ApiResource, namespace: string, name: string): Promise<string | undefined> {
    return (await this.#listed(resource, namespace, () => Promise.resolve(resource))).get(name);
  }

  /** Begins what `versionOf` waits for; nobody hears of a failure before. `find` throws as `listOwned`, and for no other reason. */
  begin(kind: Kind, namespace: string, find: () => Promise<ApiResource | undefined>): void {
    this.#listed(kind, namespace, find).catch(() => undefined);
  }

  #listed(
    { group, kind, version }: Kind,
    namespace: string,
    find: () => Promise<ApiResource | undefined>,
  ): Promise<ReadonlyMap<string, string>> {
    // What was applied in a version that is served no more is not found so, and says nothing of the one that it is wanted in.
    const key = JSON.stringify([group, version, kind, namespace]);
    const listed = this.#lists.get(key) ?? this.#list(namespace, find);
    this.#lists.set(key, listed);
    return listed;
  }

  async #list(namespace: string, find: () => Promise<ApiResource | undefined>): Promise<ReadonlyMap<string, string>> {
    const form = { limit: pageSize, metadataOnly: true };
    const resource = await find();
    const listed = resource && (await listOwned(this.#parts, resource, namespace, form));
    return new Map(listed?.map(({ metadata }) => [metadata.name, metadata.resourceVersion ?? '']));
  }
}
