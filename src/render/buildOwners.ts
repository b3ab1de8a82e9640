/**
 * Which Flux Kustomizations of a repository build a file, up to the roots. Goes by what files state (paths, kustomize files),
 * which is enough to find the builds; whether an object really comes out of one, the build itself tells.
 */
import { asList, asText, fieldAt } from '../flux/untyped.ts';
import { BuildGraph } from '../manifests/buildGraph.ts';
import { resolvePath } from '../manifests/repositoryPath.ts';
import type { StatedDocument } from './fileModel.ts';
import type { FluxSync } from './fluxSync.ts';
import { meaningOf, type RepositoryAt, sourceReference } from './sourceMeaning.ts';

/** More ways than these are one mistake in the repository, not many clusters. */
const maxChains = 64;

/** From the root down to the direct parent; empty where nothing builds the file. */
export type Chain = readonly StatedDocument[];

export class BuildOwners {
  readonly #at: RepositoryAt;
  readonly #kustomizations: readonly StatedDocument[];
  readonly #syncs: readonly FluxSync[];
  readonly #reach = new Map<StatedDocument, ReadonlySet<string>>();
  /** By file: who builds a file builds all of its documents. */
  readonly #ownersOf = new Map<string, readonly StatedDocument[]>();
  readonly #graphs = new Map<string, { readonly graph: BuildGraph; readonly places: ReadonlyMap<string, string> }>();

  constructor(at: RepositoryAt) {
    this.#at = at;
    this.#syncs = at.snapshot.syncs;
    this.#kustomizations = [...at.snapshot.appliers('Kustomization'), ...this.#syncs.map((sync) => sync.kustomization)];
  }

  /** The Kustomizations that files state or a FluxInstance makes. */
  get kustomizations(): readonly StatedDocument[] {
    return this.#kustomizations;
  }

  /** Set when a FluxInstance makes the Kustomization. */
  syncOf(document: StatedDocument): FluxSync | undefined {
    return this.#syncs.find((sync) => sync.kustomization === document);
  }

  /** The ways from a root to the file of the document. A Kustomization that builds its own file ends the way. */
  chains(document: StatedDocument): readonly Chain[] {
    return this.#chains(document, []);
  }

  #chains(document: StatedDocument, below: readonly StatedDocument[]): Chain[] {
    const owners = this.#owners(document).filter((owner) => owner !== document && !below.includes(owner));
    const found = owners.flatMap((owner) =>
      this.#chains(owner, [...below, document]).map((chain) => [...chain, owner]),
    );
    return found.length === 0 ? [[]] : found.slice(0, maxChains);
  }

  /** Whether a build of the Kustomization takes in the file that states it. */
  buildsItself(kustomization: StatedDocument): boolean {
    return !this.syncOf(kustomization) && this.#reached(kustomization).has(kustomization.path);
  }

  #owners(document: StatedDocument): readonly StatedDocument[] {
    if (this.#syncs.some((sync) => sync.kustomization === document)) {
      return [];
    }
    let owners = this.#ownersOf.get(document.path);
    if (!owners) {
      owners = this.#kustomizations.filter((owner) => this.#reached(owner).has(document.path));
      this.#ownersOf.set(document.path, owners);
    }
    return owners;
  }

  /** Files of the repository. */
  #reached(kustomization: StatedDocument): ReadonlySet<string> {
    let reached = this.#reach.get(kustomization);
    if (!reached) {
      reached = this.#findReach(kustomization);
      this.#reach.set(kustomization, reached);
    }
    return reached;
  }

  #findReach({ object, namespace, path: definedIn }: StatedDocument): ReadonlySet<string> {
    const path = asText(fieldAt(object, 'spec', 'path')) ?? '';
    const meaning = meaningOf(sourceReference(object, namespace), path, definedIn, this.#at);
    if (meaning.means === 'elsewhere') {
      return new Set();
    }
    const { view } = meaning;
    let known = this.#graphs.get(view.id);
    if (!known) {
      const places = this.#at.snapshot.places(view);
      const plain = view.base === '' && !view.copied;
      known = { places, graph: plain ? this.#at.snapshot.graph : this.#graphOf(places) };
      this.#graphs.set(view.id, known);
    }
    const { graph, places } = known;
    const folders = graph.buildFolders(path, '');
    const components = (asList(fieldAt(object, 'spec', 'components')) ?? []).flatMap((one) =>
      folders.flatMap((folder) => resolvePath(folder, asText(one) ?? '') ?? []),
    );
    const reached = [...graph.reach([...folders, ...components])];
    return new Set(reached.flatMap((place) => places.get(place) ?? []));
  }

  #graphOf(places: ReadonlyMap<string, string>): BuildGraph {
    const kustomizeFiles = [...places].flatMap(([place, path]) => {
      const { kustomize } = this.#at.snapshot.model(path);
      return kustomize ? [[place, kustomize] as const] : [];
    });
    return new BuildGraph(places.keys(), new Map(kustomizeFiles));
  }
}
