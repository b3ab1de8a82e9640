/**
 * Finds the chart that a HelmRelease asks for and puts it into the engine: out of the repository, out of the cluster, or pulled.
 * Decides where it may come from and says why it may not; does no transport of its own.
 */
import { approximate } from './renderNote.ts';
import { Failure, type FailureReason, isFailure } from '../base/failure.ts';
import type { Artifact, FluxObject } from '../flux/objects.ts';
import { asFlag, asText } from '../flux/untyped.ts';
import { matchAny, matchHelmChart, matchOciRepository, mayBeNewer } from './chartArtifact.ts';
import { type ChartDefaults, chartDefaults } from './chartDefaults.ts';
import type { ChartRequest, FetchedArchive, RenderNote } from './desired.ts';
import type { ChartFacts } from './engineProtocol.ts';
import type { ReleaseContext, SourceName } from './releaseInputs.ts';
import { uncheckedNote } from './uncheckedNote.ts';
import {
  chartStamp,
  type ChartTemplate,
  chartVersionSuffix,
  isFileSource,
  pathInSource,
  sourceText,
  wantedChart,
} from './wantedChart.ts';

export interface FoundChart {
  /** Under which the engine has it. */
  readonly key: string;
  readonly facts: ChartFacts;
  /** For a reader: where it was found. */
  readonly from: string;
  readonly versionSuffix: string | undefined;
  readonly defaults: ChartDefaults;
  readonly notes: readonly RenderNote[];
}

/** Throws `Failure`: `notFound` says where it was looked for, and whether a pull would help; `invalid` has the words of Helm or the controllers. */
export async function findChart(release: FluxObject, context: ReleaseContext): Promise<FoundChart> {
  const wanted = await wantedChart(release, (name) => context.repository.source(name));
  const search = new ChartSearch(release, context);
  const found =
    wanted.by === 'template' ? await search.byTemplate(wanted.template) : await search.bySource(wanted.source);
  return found ?? search.fail(wanted.by === 'template' ? wanted.template.chart : sourceText(wanted.source));
}

/** Of an artifact: anything else, such as a wrong digest, is an error of its own. */
const outOfReach: ReadonlySet<FailureReason> = new Set([
  'unreachable',
  'unauthorized',
  'forbidden',
  'notFound',
  'timeout',
  'busy',
]);

/** One search; remembers why each place had no such chart. */
class ChartSearch {
  readonly #release: FluxObject;
  readonly #context: ReleaseContext;
  readonly #reasons: string[] = [];
  /** Whether it could be had by a download, which the user has not asked for. */
  #toBePulled = false;

  constructor(release: FluxObject, context: ReleaseContext) {
    this.#release = release;
    this.#context = context;
  }

  async byTemplate(template: ChartTemplate): Promise<FoundChart | undefined> {
    return (
      (isFileSource(template.source) ? await this.#inRepository(template) : undefined) ??
      (await this.#inCluster(template)) ??
      (isFileSource(template.source) ? undefined : await this.#fromRepositoryOfCharts(template))
    );
  }

  async bySource(source: SourceName): Promise<FoundChart | undefined> {
    const { cluster, signal } = this.#context;
    const stated = await this.#context.repository.source(source);
    if (cluster) {
      const live = await this.#live(source);
      if (live !== 'unknown') {
        const match =
          source.kind === 'OCIRepository' ? matchOciRepository(stated, live) : matchAny(sourceText(source), live);
        if (match.matches && live) {
          const from = `${sourceText(source)} of ${cluster.context}, ${match.artifact.revision ?? ''}`;
          const found = await this.#fromArtifact(live, match.artifact, from, source.kind !== 'HelmChart');
          if (found) {
            return found;
          }
        }
        this.#reasons.push(match.matches ? '' : `${cluster.context} ${match.why}`);
      }
    }
    const object = stated ?? (cluster ? await this.#live(source) : undefined);
    if (source.kind !== 'OCIRepository' || object === undefined || object === 'unknown') {
      this.#missing(source, object);
      return undefined;
    }
    return this.#pull(ociRequest(object), object, signal);
  }

  fail(what: string): never {
    const { name, namespace = '' } = this.#release.metadata;
    const reasons = this.#reasons.filter((reason) => reason !== '');
    if (!this.#context.cluster) {
      reasons.push('no cluster is used');
    }
    throw new Failure(
      'notFound',
      `The chart ${what} of HelmRelease ${namespace}/${name} is not in the repository; ${reasons.join('; ')}.`,
      this.#toBePulled ? { remedy: 'pull' } : {},
    );
  }

  /** A folder or a packed chart of a Git repository that is this one. */
  async #inRepository(template: ChartTemplate): Promise<FoundChart | undefined> {
    const { session, charts, repository, state } = this.#context;
    const held = await repository.tree(template.source);
    if (!held) {
      this.#reasons.push(`${sourceText(template.source)} is another repository`);
      return undefined;
    }
    const path = pathInSource(template.chart);
    const stamp = chartStamp(held.files, path);
    if (stamp === undefined) {
      // Nowhere else would it be looked for.
      throw new Failure(
        'invalid',
        `There is no chart at ${template.chart} in ${sourceText(template.source)}, which is this repository (${state.label})`,
      );
    }
    const key = `folder:${path}:${stamp}`;
    const facts = await charts.load(session, key, () => Promise.resolve({ tree: held.tree, path }));
    const defaults = await chartDefaults(session, facts, template, { in: 'tree', tree: held.tree });
    const notes = [...(held.notes ?? [])];
    if (template.reconcileStrategy === 'Revision') {
      notes.push(
        approximate(
          `The revision of ${sourceText(template.source)} becomes part of the chart's version (reconcileStrategy: Revision); here it is left out.`,
        ),
      );
    }
    const generation = await this.#generation(template);
    return {
      key,
      facts,
      from: `folder ${path} (${state.label})`,
      versionSuffix: generation.suffix,
      defaults,
      notes: [...notes, ...generation.notes],
    };
  }

  async #inCluster(template: ChartTemplate): Promise<FoundChart | undefined> {
    const { cluster, repository } = this.#context;
    const helmChart = await this.#live(template.helmChart);
    if (!cluster || helmChart === 'unknown') {
      return undefined;
    }
    const stated = await repository.source(template.source);
    const live = stated ? await this.#live(template.source) : undefined;
    const match = matchHelmChart(template, helmChart, stated, live === 'unknown' ? undefined : live);
    if (!match.matches || !helmChart) {
      this.#reasons.push(match.matches ? '' : `${cluster.context} ${match.why}`);
      return undefined;
    }
    const revision = match.artifact.revision ?? '';
    const from = `${sourceText(template.helmChart)} of ${cluster.context}, ${revision}`;
    const found = await this.#fromArtifact(helmChart, match.artifact, from, false);
    if (!found) {
      return undefined;
    }
    const label = template.valuesFiles.length > 0 ? template.valuesFiles.join(', ') : undefined;
    return {
      ...found,
      // The values files are in the artifact's values.yaml: it must not be said twice.
      defaults:
        label === undefined ? found.defaults : { layers: [chartLayer(label, found.facts)], replaced: undefined },
      notes: [
        ...found.notes,
        ...(mayBeNewer(template, helmChart)
          ? [
              approximate(
                `${cluster.context} has version ${revision} of the chart, which ${template.version || '*'} lets in; there may be a newer one.`,
              ),
            ]
          : []),
      ],
    };
  }

  async #fromRepositoryOfCharts(template: ChartTemplate): Promise<FoundChart | undefined> {
    const { session, cluster, repository } = this.#context;
    const stated = await repository.source(template.source);
    const object = stated ?? (cluster ? await this.#live(template.source) : undefined);
    if (object === undefined || object === 'unknown') {
      this.#missing(template.source, object);
      return undefined;
    }
    const pulled = await this.#pull(helmRequest(object, template), object);
    if (!pulled || template.valuesFiles.length === 0) {
      return pulled;
    }
    const generation = await this.#generation(template);
    return {
      ...pulled,
      defaults: await chartDefaults(session, pulled.facts, template, { in: 'archive', bytes: pulled.bytes }),
      versionSuffix: generation.suffix,
      notes: generation.notes,
    };
  }

  /**
   * source-controller appends the generation of the HelmChart where values files are merged (helmchart_controller.go): known
   * only while the HelmChart of the cluster is the one that is asked for.
   */
  async #generation(
    template: ChartTemplate,
  ): Promise<{ readonly suffix: string | undefined; readonly notes: readonly RenderNote[] }> {
    if (template.valuesFiles.length === 0) {
      return { suffix: undefined, notes: [] };
    }
    const live = this.#context.cluster ? await this.#live(template.helmChart) : undefined;
    const generation = live === 'unknown' ? undefined : live?.metadata.generation;
    const isSame =
      live !== 'unknown' &&
      live?.spec?.['chart'] === template.chart &&
      // The CRDs of both fill in `*` where none is given; the file does not have it.
      (asText(live.spec['version']) || '*') === (template.version || '*') &&
      JSON.stringify(live.spec['valuesFiles']) === JSON.stringify(template.valuesFiles);
    return isSame && generation !== undefined && template.reconcileStrategy !== 'Revision'
      ? { suffix: String(generation), notes: [] }
      : {
          suffix: undefined,
          notes: [
            approximate(
              "With values files the chart's version ends with a number that the cluster counts; labels such as helm.sh/chart lack it here.",
            ),
          ],
        };
  }

  /** `undefined` when it cannot be fetched; why is remembered, for the chart may still be had from where its source points. */
  async #fromArtifact(
    source: FluxObject,
    artifact: Artifact,
    from: string,
    isVersioned: boolean,
  ): Promise<FoundChart | undefined> {
    const { session, charts, cluster, signal } = this.#context;
    let unfetched: Failure | undefined;
    const fetch = async (): Promise<FetchedArchive> => {
      try {
        if (!cluster) {
          throw new Failure('notFound', `${source.kind} ${source.metadata.name} has no cluster to be read from`);
        }
        return await cluster.artifact(source, artifact, signal);
      } catch (error) {
        unfetched = isFailure(error) && outOfReach.has(error.reason) ? error : undefined;
        throw error;
      }
    };
    let key = artifact.digest ?? '';
    let facts: ChartFacts;
    try {
      const early = artifact.digest === undefined ? await fetch() : undefined;
      key = early?.digest ?? key;
      facts = await charts.load(session, key, () => (early ? Promise.resolve(early) : fetch()));
    } catch (error) {
      if (!unfetched) {
        throw error;
      }
      this.#reasons.push(`${cluster?.context ?? ''} has it and does not hand it out: ${unfetched.message}`);
      return undefined;
    }
    return {
      key,
      facts,
      from,
      versionSuffix: isVersioned ? chartVersionSuffix(artifact.revision ?? '', facts.version) : undefined,
      defaults: { layers: [chartLayer('values.yaml', facts)], replaced: undefined },
      notes: charts.isUnchecked(key)
        ? [uncheckedNote(`${source.kind} ${source.metadata.namespace ?? ''}/${source.metadata.name}`, artifact.digest)]
        : [],
    };
  }

  async #pull(
    request: ChartRequest,
    source: FluxObject,
    signal = this.#context.signal,
  ): Promise<(FoundChart & { readonly bytes: Uint8Array }) | undefined> {
    const { puller, session, charts } = this.#context;
    if (!puller) {
      this.#toBePulled = true;
      this.#reasons.push('it has not been pulled');
      return undefined;
    }
    try {
      const pulled = await puller.pull(request, signal);
      const { bytes, digest, revision, version } = pulled;
      const facts = await charts.load(session, digest, () => Promise.resolve({ bytes }));
      return {
        key: digest,
        facts,
        bytes,
        from: `${placeOf(request.url)}, ${version}`,
        versionSuffix: request.reference ? chartVersionSuffix(revision, facts.version) : undefined,
        defaults: { layers: [chartLayer('values.yaml', facts)], replaced: undefined },
        notes: [],
      };
    } catch (error) {
      if (isFailure(error, 'notFound')) {
        this.#toBePulled ||= error.remedy === 'pull';
        this.#reasons.push(error.message);
        return undefined;
      }
      if (isFailure(error, 'unauthorized') && source.spec?.['secretRef'] !== undefined) {
        const hint = 'its secretRef is not used: log in to the registry, or use the cluster';
        throw new Failure('unauthorized', `${error.message} (${source.kind} ${source.metadata.name}: ${hint})`);
      }
      throw error;
    }
  }

  /** `'unknown'`: the cluster could not be asked; why is remembered. `undefined` without a cluster as well. */
  async #live({ kind, namespace, name }: SourceName): Promise<FluxObject | 'unknown' | undefined> {
    const { cluster, signal } = this.#context;
    try {
      return await cluster?.fluxObject(kind, namespace, name, signal);
    } catch (error) {
      if (!isFailure(error) || error.reason === 'cancelled') {
        throw error;
      }
      this.#reasons.push(
        `${cluster?.context ?? ''} could not be asked for ${kind} ${namespace}/${name}: ${error.message}`,
      );
      return 'unknown';
    }
  }

  #missing(source: SourceName, object: FluxObject | 'unknown' | undefined): void {
    if (object === undefined) {
      this.#reasons.push(`${sourceText(source)} is not in the repository either`);
    }
  }
}

function chartLayer(file: string, facts: ChartFacts): ChartDefaults['layers'][number] {
  return { origin: { from: 'chart', file }, values: facts.values };
}

function helmRequest(repository: FluxObject, { chart, version }: ChartTemplate): ChartRequest {
  return {
    url: asText(repository.spec?.url) ?? '',
    chart,
    ...(version === '' ? {} : { version }),
    ...(asFlag(repository.spec?.['insecure']) === true ? { insecure: true } : {}),
  };
}

function ociRequest(repository: FluxObject): ChartRequest {
  const { tag, semver, semverFilter, digest } = repository.spec?.ref ?? {};
  return {
    url: asText(repository.spec?.url) ?? '',
    reference: {
      ...(tag === undefined ? {} : { tag }),
      ...(semver === undefined ? {} : { semver }),
      ...(semverFilter === undefined ? {} : { semverFilter }),
      ...(digest === undefined ? {} : { digest }),
    },
    ...(asFlag(repository.spec?.['insecure']) === true ? { insecure: true } : {}),
  };
}

/** A URL as it may be shown: without user, query and fragment, where tokens are. */
function placeOf(url: string): string {
  const [, scheme = '', authority = '', path = ''] = /^([a-z][a-z\d+.-]*:\/\/)?([^/?#]*)([^?#]*)/i.exec(url) ?? [];
  return `${scheme}${authority.slice(authority.lastIndexOf('@') + 1)}${path}`;
}
