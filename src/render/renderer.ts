/**
 * Rendering as callers see it: the parts that extension, CLI and tests have in common behind one interface. The means are in
 * the files that `repositoryRenderer.ts` puts together.
 */
import type { Sealed } from '../base/sealed.ts';
import type { BuildGraph } from '../manifests/buildGraph.ts';
import type {
  ChartPuller,
  ClusterInputs,
  FluxName,
  RenderedKustomization,
  RenderedRelease,
  RepositoryState,
  StatedFluxObject,
} from './desired.ts';

export interface RenderOptions {
  readonly state: RepositoryState;
  readonly cluster?: ClusterInputs;
  /** Given where the user asked that a chart be pulled. */
  readonly puller?: ChartPuller;
  /** The Kustomization that builds the object, where several do (staging and production share files). */
  readonly owner?: FluxName;
  /**
   * A file that states the object or one of the Kustomizations that build it: tells clusters apart whose objects have the same
   * names (clusters/staging, clusters/production). A caller that looks at a document gives the document's file.
   */
  readonly path?: string;
  /**
   * The caller speaks of the files of `state`: a Kustomization whose source is another repository is `notFound`, and not built
   * from what the cluster has of it.
   */
  readonly filesOnly?: boolean;
  /**
   * Of an object as it lives: texts in it that its parents have put there from Secrets, which are traced like what a Secret gives. See
   * `inheritedContents.ts` for what is a text of it. Absent: all that `state` states is its author's.
   */
  readonly inherited?: Sealed<readonly string[]> | undefined;
  /** Kubernetes version to render for without a cluster (setting `driftline.render.kubernetesVersion`). */
  readonly kubernetesVersion?: string;
  readonly apiVersions?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Several objects of the repository could be meant (the same name in two namespaces, or built by two Kustomizations for two
 * clusters): the caller asks, and says `namespace`, `owner` or `path`. The `path` of a choice is a file that tells it from the
 * others: the object's own, or that of a parent.
 */
export interface Ambiguous {
  readonly kind: 'ambiguous';
  readonly message: string;
  readonly choices: readonly { readonly name: FluxName; readonly owner: FluxName | undefined; readonly path: string }[];
}

/** Throws `Failure`: `notFound` names what is not in the repository; `invalid` has the controller's words, with file and line where they are known. */
export interface Renderer {
  /** Flux Kustomizations and HelmReleases that the files of the repository state, whether or not anything builds them. */
  stated(state: RepositoryState, signal?: AbortSignal): Promise<readonly StatedFluxObject[]>;
  /** What files of the repository take in, where that is known without reading them again. */
  graph?(state: RepositoryState, signal?: AbortSignal): Promise<BuildGraph>;
  kustomization(name: FluxName, options: RenderOptions): Promise<RenderedKustomization | Ambiguous>;
  release(name: FluxName, options: RenderOptions): Promise<RenderedRelease | Ambiguous>;
}
