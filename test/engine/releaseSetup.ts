/**
 * HelmReleases rendered by the real engine, out of a repository that a test writes down: charts as files, ConfigMaps and
 * Secrets as data, a cluster that has what the test says.
 */
import { after, before } from 'node:test';
import { Failure } from '../../src/base/failure.ts';
import { Sealed } from '../../src/base/sealed.ts';
import type { FluxObject, FluxSpec } from '../../src/flux/objects.ts';
import type {
  ChartPuller,
  ClusterInputs,
  DesiredObject,
  RenderedRelease,
  RenderNote,
} from '../../src/render/desired.ts';
import { renderRelease } from '../../src/render/desiredRelease.ts';
import { LoadedCharts } from '../../src/render/loadedCharts.ts';
import type { ReleaseContext, ReleaseInForce, RepositoryData } from '../../src/render/releaseInputs.ts';
import type { WorkerEngine } from '../../src/render/workerEngine.ts';
import { memoryFiles } from '../support/memoryFiles.ts';
import { openRealEngine } from '../support/realEngine.ts';
import { tarFiles, tarGz } from '../support/tarArchive.ts';

export type Files = Readonly<Record<string, string>>;

export interface ReleaseCase {
  readonly spec?: FluxSpec;
  /** Files of the repository; the chart of the default spec lies in `chart/`. */
  readonly files?: Files;
  /** By `ConfigMap name` or `Secret name`: text by key, or all that the repository knows. */
  readonly data?: Readonly<Record<string, Files | RepositoryData>>;
  /** Sources that the repository states, by `Kind name`. */
  readonly sources?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly cluster?: Partial<ClusterInputs>;
  readonly puller?: ChartPuller;
  readonly kubernetesVersion?: string;
  readonly apiVersions?: readonly string[];
  /** The spec of a build with scrambled secrets. */
  readonly scrambledSpec?: FluxSpec;
}

export const namespace = 'apps';

export function releaseObject(spec: FluxSpec): FluxObject {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'podinfo', namespace },
    spec,
  };
}

/** A chart of the repository itself. */
export const chartInRepository: FluxSpec = {
  chart: { spec: { chart: './chart', sourceRef: { kind: 'GitRepository', name: 'flux-system' } } },
};

export function chartFiles(templates: Files, values = '', folder = 'chart'): Files {
  return {
    [`${folder}/Chart.yaml`]: 'apiVersion: v2\nname: podinfo\nversion: 6.5.0\nappVersion: 6.5.1\n',
    [`${folder}/values.yaml`]: values,
    ...Object.fromEntries(Object.entries(templates).map(([name, text]) => [`${folder}/templates/${name}`, text])),
  };
}

/** A template of one ConfigMap with the given data. */
export function configMapOf(data: string, name = 'shown'): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n${data.replaceAll(/^/gm, '  ')}\n`;
}

export function packed(files: Files): Buffer {
  return tarGz(tarFiles(files));
}

/** A cluster of which nothing is known but what is given. */
export function cluster(given: Partial<ClusterInputs>): ClusterInputs {
  const none = () => Promise.resolve(undefined);
  return {
    context: 'homelab',
    configMap: none,
    secret: none,
    fluxObject: none,
    capabilities: () => Promise.resolve({ kubeVersion: 'v1.33.1', apiVersions: ['v1', 'apps/v1'] }),
    artifact: () => Promise.reject(new Failure('notFound', 'there is no artifact')),
    ...given,
  };
}

export interface ReleaseBed {
  render(given: ReleaseCase): Promise<RenderedRelease>;
}

/** Opens one engine for the tests of a file and closes it after them. */
export function releaseBed(): ReleaseBed {
  const opened: { engine?: WorkerEngine } = {};
  const charts = new LoadedCharts();
  before(async () => {
    opened.engine = await openRealEngine();
  });
  after(() => opened.engine?.dispose());
  return {
    render: async (given) => {
      const { engine } = opened;
      if (!engine) {
        throw new Error('the engine is not open');
      }
      return engine.use((session) => renderRelease(inForce(given), contextOf(given, { session, charts })), {
        what: 'Rendering HelmRelease apps/podinfo',
      });
    },
  };
}

function inForce({ spec = chartInRepository, scrambledSpec }: ReleaseCase): ReleaseInForce {
  return {
    object: releaseObject(spec),
    ...(scrambledSpec ? { scrambled: releaseObject(scrambledSpec) } : {}),
  };
}

function contextOf(given: ReleaseCase, engine: Pick<ReleaseContext, 'session' | 'charts'>): ReleaseContext {
  const { files = {}, data = {}, sources = {}, kubernetesVersion, apiVersions, puller } = given;
  const held = memoryFiles(files);
  return {
    ...engine,
    state: { label: 'working tree', key: '/repo', files: held, remotes: [] },
    parents: [],
    notes: [],
    ...(given.cluster ? { cluster: cluster(given.cluster) } : {}),
    ...(puller ? { puller } : {}),
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    ...(apiVersions ? { apiVersions } : {}),
    repository: {
      data: (kind, where, name) => {
        const found = where === namespace ? data[`${kind} ${name}`] : undefined;
        return Promise.resolve(found && asData(found));
      },
      source: ({ kind, name }) => {
        const spec = sources[`${kind} ${name}`];
        return Promise.resolve(
          spec && {
            apiVersion: 'source.toolkit.fluxcd.io/v1',
            kind,
            metadata: { name, namespace },
            spec: spec,
          },
        );
      },
      tree: async ({ kind, name }) => {
        if (kind !== 'GitRepository' || name !== 'flux-system') {
          return undefined;
        }
        await engine.session.request('files', { tree: 'repository', clear: true, set: files });
        return { tree: 'repository', files: await held.list() };
      },
    },
  };
}

function asData(found: Files | RepositoryData): RepositoryData {
  return 'data' in found && found.data instanceof Sealed
    ? (found as RepositoryData)
    : { data: new Sealed(found as Files) };
}

export function shown(rendered: RenderedRelease, name = 'shown'): DesiredObject {
  const found = rendered.objects.find(({ real }) => real.reveal().metadata.name === name);
  if (!found) {
    throw new Error(`no ${name} among ${rendered.objects.map(({ object }) => object.metadata.name).join(', ')}`);
  }
  return found;
}

/** Data of a ConfigMap: as it may be shown, or as it would be sent. */
export function dataOf(object: unknown): Files {
  return (object as { readonly data?: Files }).data ?? {};
}

export function messages(notes: readonly RenderNote[], severity: RenderNote['severity']): readonly string[] {
  return notes.filter((note) => note.severity === severity).map(({ message }) => message);
}
