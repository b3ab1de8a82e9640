/**
 * What a HelmRelease needs of the repository around it, answered from what has been built on the way to it. Renders no chart.
 */
import { Sealed } from '../base/sealed.ts';
import { isFailure } from '../base/failure.ts';
import { groupOf } from '../flux/kinds.ts';
import type { FluxObject, KubernetesObject } from '../flux/objects.ts';
import { asFluxObject } from '../flux/sanitizeObject.ts';
import type { BuildOwners } from './buildOwners.ts';
import { findData } from './builtData.ts';
import { distinct, shownObject } from './desiredKustomization.ts';
import { buildElsewhere, documentInForce, type InForce } from './inForce.ts';
import type { LoadedCharts } from './loadedCharts.ts';
import type {
  ReleaseContext,
  ReleaseInForce,
  ReleaseRepository,
  RepositoryData,
  SourceName,
  SourceTree,
} from './releaseInputs.ts';
import type { RenderContext } from './renderContext.ts';
import type { RenderOptions } from './renderer.ts';
import { scrambleTexts, scrambleTree } from './scramble.ts';
import { meaningOf } from './sourceMeaning.ts';

/** The HelmRelease with its counterpart for tracing secrets. */
export function releaseInForce(context: RenderContext, { object }: InForce): ReleaseInForce {
  const real = asFluxObject(object.real);
  if (!object.secret) {
    return { object: real };
  }
  // Where the way of a secret is not known, every value may be one.
  const scrambled = object.scrambled ?? scrambledSpec(object.real);
  return {
    object: real,
    scrambled: asFluxObject(scrambled),
    ...(object.scrambled ? {} : { untraced: true as const }),
    shown: asFluxObject(shownObject(object, context)),
  };
}

function scrambledSpec(object: KubernetesObject): KubernetesObject {
  const { values, commonMetadata, ...spec } = object.spec ?? {};
  return {
    ...object,
    spec: {
      ...spec,
      ...(values === undefined ? {} : { values: scrambleTree(values) }),
      ...(commonMetadata === undefined ? {} : { commonMetadata: scrambleTree(commonMetadata) }),
    },
  };
}

export function releaseContext(parts: {
  readonly context: RenderContext;
  readonly inForce: InForce;
  readonly owners: BuildOwners;
  readonly charts: LoadedCharts;
  readonly options: RenderOptions;
}): ReleaseContext {
  const { context, inForce, owners, charts, options } = parts;
  const { state, cluster, puller, kubernetesVersion, apiVersions, signal } = options;
  return {
    session: context.parts.session,
    repository: new BuiltRepository(context, inForce, owners),
    charts,
    state,
    ...(cluster ? { cluster } : {}),
    ...(puller ? { puller } : {}),
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    ...(apiVersions ? { apiVersions } : {}),
    ...(signal ? { signal } : {}),
    parents: inForce.parents,
    parentFiles: inForce.parentFiles,
    secrets: () => context.secrets,
    stated: context.stated,
    notes: distinct(inForce.notes),
  };
}

class BuiltRepository implements ReleaseRepository {
  readonly #context: RenderContext;
  readonly #inForce: InForce;
  readonly #owners: BuildOwners;

  constructor(context: RenderContext, inForce: InForce, owners: BuildOwners) {
    this.#context = context;
    this.#inForce = inForce;
    this.#owners = owners;
  }

  async data(kind: 'ConfigMap' | 'Secret', namespace: string, name: string): Promise<RepositoryData | undefined> {
    const { builds, document } = this.#inForce;
    const { snapshot } = this.#context.parts;
    const elsewhere = buildElsewhere(this.#context, this.#owners);
    const found = await findData({ kind, namespace, name }, { builds, snapshot, near: document.path, elsewhere });
    if (!found) {
      return undefined;
    }
    const { data, encrypted, path, note } = found;
    if (data.secret || (kind === 'Secret' && !encrypted)) {
      this.#context.addSecrets(Object.values(data.real));
    }
    const scrambled = data.scrambled ?? scrambleTexts(data.real);
    return {
      data: new Sealed(data.real),
      ...(kind === 'ConfigMap' && data.secret ? { scrambled } : {}),
      ...(path === undefined ? {} : { path }),
      ...(encrypted ? { encrypted: true as const } : {}),
      ...(note ? { note } : {}),
    };
  }

  async source({ kind, namespace, name }: SourceName): Promise<FluxObject | undefined> {
    for (const { objects } of this.#inForce.builds.toReversed()) {
      const built = objects.real.find(
        (object) =>
          object.kind === kind &&
          groupOf(object.apiVersion) === 'source.toolkit.fluxcd.io' &&
          object.metadata.name === name &&
          (object.metadata.namespace ?? '') === namespace,
      );
      if (built) {
        return asFluxObject(built);
      }
    }
    const [stated] = this.#context.parts.snapshot
      .named(kind, namespace, name)
      .filter(({ group }) => group === 'source.toolkit.fluxcd.io');
    if (!stated) {
      return undefined;
    }
    const own = stated.object as unknown as KubernetesObject;
    try {
      const inForce = await documentInForce(this.#context, this.#owners, stated);
      return asFluxObject(inForce?.real ?? own);
    } catch (error) {
      if (isFailure(error) && error.reason !== 'cancelled' && error.reason !== 'timeout') {
        return asFluxObject(own); // its own build fails, which is no reason for this one to fail
      }
      throw error;
    }
  }

  async tree(source: SourceName): Promise<SourceTree | undefined> {
    const { snapshot, state } = this.#context.parts;
    const meaning = meaningOf(source, '', this.#inForce.document.path, { snapshot, remotes: state.remotes });
    if (meaning.means === 'elsewhere') {
      return undefined;
    }
    const { name, places } = await this.#context.tree(meaning.view);
    const sizes = new Map(snapshot.files.map((file) => [file.path, file]));
    const files = [...places].flatMap(([place, path]) => {
      const file = sizes.get(path);
      return file ? [{ ...file, path: place }] : [];
    });
    // The builds on the way to the release often have the same source, and have said it.
    const said = new Set(this.#inForce.notes.map(({ message }) => message));
    return { tree: name, files, notes: meaning.notes.filter(({ message }) => !said.has(message)) };
  }
}
