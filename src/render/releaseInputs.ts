/**
 * What rendering a HelmRelease needs to be told of the repository around it: types alone. Who renders a repository fills them
 * in; nothing here knows how builds and files are found.
 */
import type { Sealed } from '../base/sealed.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { RepositoryFile } from '../manifests/repositoryFiles.ts';
import type { ChartPuller, ClusterInputs, FluxName, RenderNote, RepositoryState } from './desired.ts';
import type { EngineSession } from './engine.ts';
import type { LoadedCharts } from './loadedCharts.ts';

/** A HelmRelease as its parents have patched and substituted it. */
export interface ReleaseInForce {
  /** As the controller gets it: what Secrets substituted is in it. Never to be shown. */
  readonly object: FluxObject;
  /**
   * The same out of a build with scrambled secrets; absent where no Secret went into the build. What differs between the two
   * is masked in everything that is shown.
   */
  readonly scrambled?: FluxObject;
  /** Secrets went into `object` and nothing tells where: `scrambled` is a guess, and every value is masked. */
  readonly untraced?: true;
  /** Fit to be shown; absent: as `object`, with what differs from `scrambled` masked. */
  readonly shown?: FluxObject;
}

/** A ConfigMap or a Secret of the repository, as a build gives it or a file states it. */
export interface RepositoryData {
  /** Text by key; Secrets decoded. */
  readonly data: Sealed<Readonly<Record<string, string>>>;
  /**
   * For a ConfigMap that Secrets were substituted into: the same with scrambled secrets. Absent: a ConfigMap is plain, and a
   * Secret is scrambled by who reads it.
   */
  readonly scrambled?: Readonly<Record<string, string>>;
  /** File of the repository that states it, for the reader. */
  readonly path?: string;
  /** SOPS has encrypted it and there is no key here: its values are unknown. */
  readonly encrypted?: true;
  /** What a reader must know: it is not as its own build would give it. */
  readonly note?: RenderNote;
}

export interface SourceName {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** A tree of the engine that holds what a source would pack of this repository. */
export interface SourceTree {
  readonly tree: string;
  /** The listing that the tree was filled from: tells whether a chart in it has changed. */
  readonly files: readonly RepositoryFile[];
  /** Why the source is taken to be the repository, and what it would pack beyond that. */
  readonly notes?: readonly RenderNote[];
}

/** What the repository knows, for one state of it. */
export interface ReleaseRepository {
  /**
   * `undefined`: neither a build nor a file gives such an object. Names with a hash (`configMapGenerator`) are found by the
   * name that the build gave them.
   */
  data(kind: 'ConfigMap' | 'Secret', namespace: string, name: string): Promise<RepositoryData | undefined>;
  /** A source as it is in force, or as a file states it; `undefined` where the repository has none of that name. */
  source(source: SourceName): Promise<FluxObject | undefined>;
  /** Defined when the source's content is this repository. Fills the tree in the same session. */
  tree(source: SourceName): Promise<SourceTree | undefined>;
}

export interface ReleaseContext {
  readonly session: EngineSession;
  readonly repository: ReleaseRepository;
  /** Charts that the engine has; one for as long as the engine lives. */
  readonly charts: LoadedCharts;
  readonly state: RepositoryState;
  readonly cluster?: ClusterInputs;
  readonly puller?: ChartPuller;
  readonly kubernetesVersion?: string;
  readonly apiVersions?: readonly string[];
  readonly signal?: AbortSignal;
  /** From the root down to the direct parent. */
  readonly parents: readonly FluxName[];
  readonly parentFiles?: readonly string[];
  /** Texts of Secrets that what is around the HelmRelease was built with, as far as they are known by now. */
  readonly secrets?: () => readonly string[];
  /** Names that files of the repository state, before any build. */
  readonly stated?: ReadonlySet<string>;
  /** What was to be said about how the HelmRelease came to be in force. */
  readonly notes: readonly RenderNote[];
}
