/**
 * The beginning of a comparison of one Flux Kustomization: all that its cluster can be asked before it is known what is desired.
 * While that is rendered, rights are asked and what was applied last is read, so that dry-runs alone are left. Compares nothing.
 */
import { type Clock, systemClock } from '../base/clock.ts';
import type { Disposable } from '../base/disposables.ts';
import { isFailure } from '../base/failure.ts';
import type { ApiResource, ClusterApi } from '../cluster/clusterApi.ts';
import { inventoryOf, type InventoryItem } from '../flux/inventory.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { FluxName } from '../render/desired.ts';
import { attempt } from './attempt.ts';
import type { ComparisonCache } from './comparisonCache.ts';
import { LiveReads, type WantedObjects } from './liveReads.ts';
import { LiveVersions } from './liveVersions.ts';
import { PoliteRequests } from './politeRequests.ts';
import { Rights } from './rights.ts';
import { ServedKinds, type WantedKind } from './servedKinds.ts';

export interface ComparisonStartParts {
  readonly owner: FluxName;
  readonly api: ClusterApi;
  /** What is kept of an earlier comparison is asked for by its versions alone. */
  readonly previous?: ComparisonCache | undefined;
  readonly clock?: Clock | undefined;
}

/** Whoever makes it disposes it; a comparison that is given it does so at its end. */
export class ComparisonStart implements Disposable {
  readonly owner: FluxName;
  readonly api: ClusterApi;
  readonly requests: PoliteRequests;
  readonly rights: Rights;
  readonly kinds: ServedKinds;
  readonly reads: LiveReads;
  readonly versions: LiveVersions;
  readonly #previous: ComparisonCache | undefined;
  readonly #ended = new AbortController();

  constructor({ owner, api, previous, clock = systemClock() }: ComparisonStartParts) {
    this.owner = owner;
    this.api = api;
    this.#previous = previous;
    this.requests = new PoliteRequests({ clock, signal: this.#ended.signal });
    this.rights = new Rights((question) => this.requests.send((each) => api.mayI(question, each)));
    this.kinds = new ServedKinds(this);
    this.reads = new LiveReads(this);
    this.versions = new LiveVersions(this);
  }

  /**
   * Begins to read what the Flux Kustomization has applied last. Says nothing of what cannot be read: that is told of each object
   * when it is compared.
   */
  readAhead(live: FluxObject | undefined): void {
    const items = live ? inventoryOf(live) : [];
    const { namespace, name } = this.owner;
    const isKept = this.#previous?.knowsOf(`${namespace}/${name} `) === true;
    for (const alike of typeof items === 'string' ? [] : byKindAndNamespace(items.filter(isReadAhead))) {
      const find = () => this.#find(alike.kind);
      if (isKept) {
        this.versions.begin(alike.kind, alike.namespace, find);
      } else {
        this.reads.begin(alike, find);
      }
    }
  }

  /** Ends what is under way. */
  dispose(): void {
    this.#ended.abort();
  }

  /** `undefined` also where it is served in another version, in which it will be wanted. */
  async #find(kind: WantedKind): Promise<ApiResource | undefined> {
    const resource = await attempt(() => this.kinds.find(kind));
    return isFailure(resource) || resource?.version !== kind.version ? undefined : resource;
  }
}

function byKindAndNamespace(items: readonly InventoryItem[]): readonly WantedObjects[] {
  const found = new Map<string, WantedObjects & { readonly names: string[] }>();
  for (const { id, version } of items) {
    const { group, kind, namespace, name } = id;
    const key = JSON.stringify([group, kind, version, namespace]);
    const alike = found.get(key) ?? { kind: { group, kind, version }, namespace, names: [] };
    alike.names.push(name);
    found.set(key, alike);
  }
  return [...found.values()];
}

/** A Secret is read only where it is known to be compared; definitions are long, and most are as they were. */
function isReadAhead({ id: { group, kind } }: InventoryItem): boolean {
  return (
    !(group === '' && kind === 'Secret') && !(group === 'apiextensions.k8s.io' && kind === 'CustomResourceDefinition')
  );
}
