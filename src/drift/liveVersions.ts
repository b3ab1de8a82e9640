/**
 * Versions of live objects, learnt by lists of metadata: one request tells of all objects of a kind in a namespace that one
 * Kustomization owns, where as many reads would be needed to find that nothing has changed.
 */
import type { ApiResource } from '../cluster/clusterApi.ts';
import { listOwned, type OwnedObjectsParts } from './ownedObjects.ts';

const pageSize = 500;

export class LiveVersions {
  readonly #parts: OwnedObjectsParts;
  readonly #lists = new Map<string, Promise<ReadonlyMap<string, string>>>();

  constructor(parts: OwnedObjectsParts) {
    this.#parts = parts;
  }

  /** `undefined` where it cannot be told so: the object is not there or not owned, or lists are not permitted. */
  async versionOf(resource: ApiResource, namespace: string, name: string): Promise<string | undefined> {
    const key = JSON.stringify([resource.group, resource.plural, namespace]);
    const listed = this.#lists.get(key) ?? this.#list(resource, namespace);
    this.#lists.set(key, listed);
    return (await listed).get(name);
  }

  async #list(resource: ApiResource, namespace: string): Promise<ReadonlyMap<string, string>> {
    const form = { limit: pageSize, metadataOnly: true };
    const listed = await listOwned(this.#parts, resource, namespace, form);
    return new Map(listed?.map(({ metadata }) => [metadata.name, metadata.resourceVersion ?? '']));
  }
}
