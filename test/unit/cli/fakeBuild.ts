/** A renderer that gives what a test says, and a run of the program with it: what came out, and with which exit code. */
import { Failure } from '../../../src/base/failure.ts';
import { Sealed } from '../../../src/base/sealed.ts';
import type { BuildParts, BuildWorld } from '../../../src/cli/buildCommand.ts';
import { build } from '../../../src/cli/buildCommand.ts';
import type { FoundTarget } from '../../../src/cli/findTarget.ts';
import { readArguments } from '../../../src/cli/readArguments.ts';
import { reportError } from '../../../src/cli/reportError.ts';
import { Terminal } from '../../../src/cli/terminal.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import type {
  DesiredObject,
  FieldPath,
  FluxName,
  RenderedKustomization,
  RenderedRelease,
  RepositoryState,
  StatedFluxObject,
} from '../../../src/render/desired.ts';
import { mask } from '../../../src/render/maskDifferences.ts';
import type { Ambiguous, RenderOptions, Renderer } from '../../../src/render/renderer.ts';
import { memoryFiles } from '../../support/memoryFiles.ts';

export type Rendering = RenderedKustomization | RenderedRelease | Ambiguous | Error;

/** One state of the repository: what its files state, and what each object is rendered to, by `KIND/NAME`. */
export interface FakeState {
  readonly stated?: readonly StatedFluxObject[];
  readonly renderings?: Readonly<Record<string, Rendering>>;
  /** Objects of folders that no Kustomization has. */
  readonly folders?: Readonly<Record<string, readonly DesiredObject[] | Error>>;
  readonly files?: Readonly<Record<string, string>>;
}

export interface FakeRun {
  readonly code: number;
  readonly output: string;
  readonly messages: string;
  /** What the renderer was asked, in turn. */
  readonly asked: readonly { readonly name: FluxName; readonly options: RenderOptions }[];
  readonly disposed: number;
}

export interface FakeWorld {
  readonly now: FakeState;
  /** By the revision as the user writes it. */
  readonly commits?: Readonly<Record<string, FakeState>>;
  readonly parts?: Pick<Partial<BuildParts>, 'cluster' | 'puller'>;
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
}

export const namedApps = { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' } as const;
export const namedPlex = { kind: 'HelmRelease', namespace: 'media', name: 'plex' } as const;

export function stated(name: FluxName, path: string, spec: unknown = {}, line = 1): StatedFluxObject {
  return { name, path, line, object: { spec } };
}

/** Masked fields are shown as dots. */
export function configMap(
  name: string,
  data: Readonly<Record<string, string>>,
  masked: readonly string[] = [],
  more: Partial<DesiredObject> = {},
): DesiredObject {
  const object = (values: Readonly<Record<string, string>>): KubernetesObject =>
    ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'a' }, data: values }) as KubernetesObject;
  const shown = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, masked.includes(key) ? mask : value]),
  );
  const paths = masked.map((key): FieldPath => ['data', key]);
  return { object: object(shown), real: new Sealed(object(data)), masked: paths, unstable: [], ...more };
}

export function renderedApps(
  objects: readonly DesiredObject[],
  more: Partial<RenderedKustomization> = {},
): RenderedKustomization {
  const { name, namespace } = namedApps;
  const inForce = {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace },
  };
  return { kind: 'Kustomization', name: namedApps, inForce, parents: [], objects, variables: [], notes: [], ...more };
}

export function renderedPlex(objects: readonly DesiredObject[], more: Partial<RenderedRelease> = {}): RenderedRelease {
  const { name, namespace } = namedPlex;
  return {
    kind: 'HelmRelease',
    name: namedPlex,
    inForce: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata: { name, namespace } },
    parents: [namedApps],
    chart: { name: 'app-template', version: '4.0.0', appVersion: '', from: 'charts/app-template' },
    release: { name, namespace },
    objects,
    values: [],
    chartNotes: '',
    notes: [],
    ...more,
  };
}

/** Runs `driftline build …` on a target that has been found already. */
export async function runBuild(line: string, target: Partial<FoundTarget>, world: FakeWorld): Promise<FakeRun> {
  const written = { output: '', messages: '' };
  const terminal = new Terminal({
    output: { write: (text) => (written.output += text) },
    messages: { write: (text) => (written.messages += text) },
    env: world.env ?? {},
  });
  const asked: { name: FluxName; options: RenderOptions }[] = [];
  let disposed = 0;
  const parts: BuildParts = {
    ...fakeParts(world, asked),
    dispose: () => (disposed += 1),
  };
  const buildWorld: BuildWorld = {
    terminal,
    open: () => Promise.resolve(parts),
    signal: world.signal ?? new AbortController().signal,
  };
  const found: FoundTarget = {
    target: { by: 'name', name: namedApps },
    repository: '/repository',
    hasCommits: true,
    file: undefined,
    ...target,
  };
  let code: number;
  try {
    const command = readArguments(['build', ...line.split(' ')]);
    if (command.command !== 'build') {
      throw new Error(`${line} is no build`);
    }
    code = await build(command.options, found, buildWorld);
  } catch (error) {
    code = reportError(error, terminal);
  }
  return { code, ...written, asked, disposed };
}

function fakeParts(world: FakeWorld, asked: { name: FluxName; options: RenderOptions }[]): Omit<BuildParts, 'dispose'> {
  const states = new Map<string, FakeState>([['now', world.now]]);
  for (const [revision, state] of Object.entries(world.commits ?? {})) {
    states.set(revision, state);
  }
  const stateOf = ({ key }: RepositoryState): FakeState => states.get(key) ?? {};
  const rendering = (name: FluxName, options: RenderOptions): Rendering => {
    asked.push({ name, options });
    const missing = new Failure('notFound', `No file of the repository states ${name.kind} ${name.name}`);
    return stateOf(options.state).renderings?.[`${name.kind}/${name.name}`] ?? missing;
  };
  const renderer: Renderer = {
    stated: (state) => Promise.resolve(stateOf(state).stated ?? []),
    kustomization: (name, options) => settle<RenderedKustomization>(rendering(name, options)),
    release: (name, options) => settle<RenderedRelease>(rendering(name, options)),
  };
  return {
    renderer,
    renderFolder: (folder, { state }) => {
      const objects = stateOf(state).folders?.[folder] ?? new Error(`no folder ${folder}`);
      return objects instanceof Error ? Promise.reject(objects) : Promise.resolve({ objects, notes: [] });
    },
    workingTree: { label: 'working tree', key: 'now', files: memoryFiles(world.now.files ?? {}), remotes: [] },
    commit: (revision) => {
      const state = states.get(revision);
      return state
        ? Promise.resolve({
            label: `commit ${revision}`,
            key: revision,
            files: memoryFiles(state.files ?? {}),
            remotes: [],
          })
        : Promise.reject(new Failure('notFound', `${JSON.stringify(revision)} is no revision`));
    },
    cluster: undefined,
    puller: undefined,
    ...world.parts,
  };
}

/** What a test gives is of the kind that is asked for. */
function settle<T>(rendering: Rendering): Promise<T | Ambiguous> {
  return rendering instanceof Error ? Promise.reject(rendering) : Promise.resolve(rendering as T | Ambiguous);
}
