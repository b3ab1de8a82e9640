/**
 * The renderer of extension and CLI: one engine, and for each repository that it is asked about what its files state and what
 * was built of them before. Shows nothing and writes nothing.
 */
import type { Log } from '../base/log.ts';
import type { BuildGraph } from '../manifests/buildGraph.ts';
import { BuildCache } from './buildCache.ts';
import { InputsOfTrees } from './buildInputs.ts';
import { BuildOwners } from './buildOwners.ts';
import type { FluxName, RenderedKustomization, RenderedRelease, RepositoryState, StatedFluxObject } from './desired.ts';
import { renderKustomization } from './desiredKustomization.ts';
import { renderRelease } from './desiredRelease.ts';
import type { Engine, EngineSession } from './engine.ts';
import { EngineTrees } from './engineTree.ts';
import { findInForce, type InForce } from './inForce.ts';
import { LoadedCharts } from './loadedCharts.ts';
import { releaseContext, releaseInForce } from './releaseRepository.ts';
import type { Ambiguous, Renderer, RenderOptions } from './renderer.ts';
import { type BuildReply, RenderContext } from './renderContext.ts';
import { RepositoryModel, type RepositorySnapshot } from './repositoryModel.ts';

/** States that are kept: a working tree, and a commit or two to compare it with. */
const maxModels = 4;

/** Builds that are kept: a repository of a hundred Kustomizations, twice. */
const maxBuilds = 200;

export class RepositoryRenderer implements Renderer {
  readonly #engine: Engine;
  readonly #log: Log;
  /** By the key of the state, the least recently used first. */
  readonly #models = new Map<string, { readonly family: string; readonly model: RepositoryModel }>();
  readonly #trees = new EngineTrees();
  readonly #builds = new BuildCache<BuildReply>(maxBuilds);
  readonly #inputs = new InputsOfTrees();
  readonly #charts = new LoadedCharts();
  #owners:
    { readonly snapshot: RepositorySnapshot; readonly remotes: string; readonly owners: BuildOwners } | undefined;

  /** The engine stays the caller's. */
  constructor(parts: { readonly engine: Engine; readonly log: Log }) {
    this.#engine = parts.engine;
    this.#log = parts.log;
  }

  async stated(state: RepositoryState, signal?: AbortSignal): Promise<readonly StatedFluxObject[]> {
    const snapshot = await this.#snapshot(state, signal);
    const synced = snapshot.syncs.map((sync) => sync.kustomization);
    return [...snapshot.appliers('Kustomization'), ...synced, ...snapshot.appliers('HelmRelease')].map(
      ({ path, line, object, namespace, name, kind }) => ({
        name: { kind: kind === 'HelmRelease' ? kind : 'Kustomization', namespace, name },
        path,
        line,
        object,
      }),
    );
  }

  async graph(state: RepositoryState, signal?: AbortSignal): Promise<BuildGraph> {
    return (await this.#snapshot(state, signal)).graph;
  }

  kustomization(name: FluxName, options: RenderOptions): Promise<RenderedKustomization | Ambiguous> {
    return this.#render(name, options, renderKustomization);
  }

  release(name: FluxName, options: RenderOptions): Promise<RenderedRelease | Ambiguous> {
    return this.#render(name, options, (context, inForce, owners) =>
      renderRelease(
        releaseInForce(context, inForce),
        releaseContext({ context, inForce, owners, charts: this.#charts, options }),
      ),
    );
  }

  #render<T>(
    name: FluxName,
    options: RenderOptions,
    render: (context: RenderContext, inForce: InForce, owners: BuildOwners) => Promise<T>,
  ): Promise<T | Ambiguous> {
    const { state, cluster, filesOnly, inherited, signal, owner, path } = options;
    const what = `Rendering ${name.kind} ${name.namespace === '' ? name.name : `${name.namespace}/${name.name}`}`;
    const work = async (session: EngineSession): Promise<T | Ambiguous> => {
      const snapshot = await this.#snapshot(state, signal);
      this.#builds.beginRender();
      const context = new RenderContext({
        session,
        state,
        snapshot,
        trees: this.#trees,
        builds: this.#builds,
        inputs: this.#inputs,
        log: this.#log,
        cluster,
        filesOnly,
        inherited,
        signal,
      });
      const owners = this.#ownersOf(snapshot, state.remotes);
      try {
        const found = await findInForce(context, owners, { name, owner, path });
        if ('kind' in found) {
          return found;
        }
        return await render(context, { ...found, notes: [...(state.notes ?? []), ...found.notes] }, owners);
      } catch (error) {
        throw context.told(error);
      }
    };
    return this.#engine.use(work, { what, ...(signal ? { signal } : {}) });
  }

  #snapshot({ key, family = key, files }: RepositoryState, signal?: AbortSignal): Promise<RepositorySnapshot> {
    const { model } = this.#models.get(key) ?? { model: new RepositoryModel() };
    this.#models.delete(key);
    this.#models.set(key, { family, model });
    for (const oldest of [...this.#models.keys()].slice(0, Math.max(0, this.#models.size - maxModels))) {
      this.#models.delete(oldest);
    }
    const kin = [...this.#models.values()].filter((one) => one.family === family && one.model !== model);
    return model.snapshot(
      files,
      signal,
      kin.map((one) => one.model),
    );
  }

  #ownersOf(snapshot: RepositorySnapshot, remotes: readonly string[]): BuildOwners {
    const key = remotes.join('\n');
    if (this.#owners?.snapshot !== snapshot || this.#owners.remotes !== key) {
      this.#owners = { snapshot, remotes: key, owners: new BuildOwners({ snapshot, remotes }) };
    }
    return this.#owners.owners;
  }
}
