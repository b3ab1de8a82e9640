/** A cluster, a repository and a renderer that give what a test says, and a run of `driftline diff` with them. */
import type { Comparison, ObjectDifference } from '../../../src/drift/difference.ts';
import type { KustomizationToCompare } from '../../../src/drift/compareKustomization.ts';
import type { ReleaseComparison, ReleaseComparisonRequest } from '../../../src/drift/compareRelease.ts';
import { Failure } from '../../../src/base/failure.ts';
import { diff } from '../../../src/cli/diffCommand.ts';
import type { DiffCluster, DiffParts, DiffRepository } from '../../../src/cli/diffParts.ts';
import { readArguments } from '../../../src/cli/readArguments.ts';
import { reportError } from '../../../src/cli/reportError.ts';
import { Terminal } from '../../../src/cli/terminal.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import type {
  ClusterInputs,
  DesiredObject,
  FluxName,
  RenderNote,
  RepositoryState,
} from '../../../src/render/desired.ts';
import type { Renderer, RenderOptions } from '../../../src/render/renderer.ts';
import { memoryFiles } from '../../support/memoryFiles.ts';
import { type Rendering, stated } from './fakeBuild.ts';

type KustomizationTask = Parameters<DiffCluster['compareKustomization']>[0];
type ReleaseTask = Parameters<DiffCluster['compareRelease']>[0];
type RawTask = Parameters<DiffCluster['compareStatedDocument']>[0];

export interface FakeDiffState {
  /** By `KIND/NAME`; all are stated in `files/NAME.yaml` with the folder NAME. */
  readonly renderings?: Readonly<Record<string, Rendering>>;
  /** Several clusters in one repository: by a folder, which states the object in a file of its own. */
  readonly clusters?: Readonly<Record<string, Readonly<Record<string, Rendering>>>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly folders?: Readonly<Record<string, readonly DesiredObject[] | Error>>;
}

export interface FakeDiffWorld {
  /** Flux objects that live; absent: no cluster is given. */
  readonly live?: readonly FluxObject[];
  readonly now?: FakeDiffState;
  readonly commits?: Readonly<Record<string, FakeDiffState>>;
  readonly folder?: string;
  /** The commit that is pushed. */
  readonly pushed?: string;
  readonly changed?: readonly string[];
  /** What the source's artifact renders to: drift is asked against it. */
  readonly applied?: Rendering;
  readonly compare?: (task: KustomizationTask) => readonly ObjectDifference[] | Promise<readonly ObjectDifference[]>;
  /** Beside those of the render. */
  readonly comparisonNotes?: readonly RenderNote[];
  readonly compareRelease?: (task: ReleaseTask) => Partial<ReleaseComparison>;
  /** What the comparison of a raw document gives. */
  readonly compareRaw?: (task: RawTask) => readonly ObjectDifference[];
  /** `KIND/NAMESPACE/NAME` of what is there beside Flux objects. */
  readonly existing?: readonly string[];
  /** Single Flux objects may not be read. */
  readonly refuseFind?: Error;
  readonly signal?: AbortSignal;
  readonly isTTY?: boolean;
}

export interface FakeDiffRun {
  readonly code: number;
  readonly output: string;
  readonly messages: string;
  /** What the cluster was asked to compare, in turn. */
  readonly tasks: readonly (KustomizationToCompareLike | ReleaseRequestLike)[];
  readonly disposed: number;
}

type KustomizationToCompareLike = Omit<KustomizationToCompare, 'api' | 'clock'>;
type ReleaseRequestLike = Omit<ReleaseComparisonRequest, 'api' | 'read'>;

const revision = `main@sha1:${'5f2c1a9'.padEnd(40, '0')}`;

/** A Kustomization or HelmRelease that lives. */
export function liveObject({ kind, namespace, name }: FluxName, spec: FluxObject['spec'] = {}): FluxObject {
  return kind === 'Kustomization'
    ? {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind,
        metadata: { namespace, name },
        spec: { sourceRef: { kind: 'GitRepository', name: 'fleet' }, ...spec },
        status: { lastAppliedRevision: revision },
      }
    : { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind, metadata: { namespace, name }, spec };
}

/** Runs `driftline diff …`. */
export async function runDiff(line: string, world: FakeDiffWorld): Promise<FakeDiffRun> {
  const written = { output: '', messages: '' };
  const isTTY = world.isTTY === true;
  const terminal = new Terminal({
    output: { isTTY, write: (text) => (written.output += text) },
    messages: { isTTY, write: (text) => (written.messages += text) },
    env: {},
  });
  const tasks: (KustomizationToCompareLike | ReleaseRequestLike)[] = [];
  let disposed = 0;
  const parts: DiffParts = { ...fakeParts(world, tasks), dispose: () => (disposed += 1) };
  let code: number;
  try {
    const command = readArguments(['diff', ...line.split(' ').filter((word) => word !== '')]);
    if (command.command !== 'diff') {
      throw new Error(`${line} is no diff`);
    }
    const signal = world.signal ?? new AbortController().signal;
    code = await diff(command.options, { terminal, folder: '/', signal, openDiff: () => Promise.resolve(parts) });
  } catch (error) {
    code = reportError(error, terminal);
  }
  return { code, ...written, tasks, disposed };
}

function fakeParts(
  world: FakeDiffWorld,
  tasks: (KustomizationToCompareLike | ReleaseRequestLike)[],
): Omit<DiffParts, 'dispose'> {
  const states = new Map<string, FakeDiffState>([['now', world.now ?? {}], ...Object.entries(world.commits ?? {})]);
  return {
    renderer: fakeRenderer(states, world),
    renderFolder: (folder, { state }) => {
      const objects = states.get(state.key)?.folders?.[folder] ?? [];
      return objects instanceof Error ? Promise.reject(objects) : Promise.resolve({ objects, notes: [] });
    },
    puller: undefined,
    cluster: world.live && fakeCluster(world, world.live, tasks),
    repository: world.now && fakeRepository(world, states),
  };
}

/** What cannot be rendered is stated all the same. */
function statedName(key: string, rendering: Rendering): FluxName | undefined {
  if (rendering instanceof Error) {
    const [kind, name = ''] = key.split('/');
    return { kind: kind === 'HelmRelease' ? kind : 'Kustomization', namespace: 'flux-system', name };
  }
  return rendering.kind === 'ambiguous' ? undefined : rendering.name;
}

function fakeRenderer(states: ReadonlyMap<string, FakeDiffState>, world: FakeDiffWorld): Renderer {
  const render = <T>({ kind, name }: FluxName, { state, path }: RenderOptions): Promise<T> => {
    const known = states.get(state.key);
    const key = `${kind}/${name}`;
    const own = known?.clusters?.[path?.replace(/\/[^/]*$/, '') ?? '']?.[key];
    const rendering = own ?? (known ? known.renderings?.[key] : world.applied);
    return rendering === undefined || rendering instanceof Error
      ? Promise.reject(rendering ?? new Failure('notFound', `No file of the repository states ${kind} ${name}`))
      : Promise.resolve(rendering as T);
  };
  return {
    stated: ({ key }) => {
      const { renderings = {}, clusters = {} } = states.get(key) ?? {};
      const all = Object.entries({ files: renderings, ...clusters });
      return Promise.resolve(
        all.flatMap(([folder, given]) =>
          Object.entries(given).flatMap(([own, rendering]) => {
            const name = statedName(own, rendering);
            const spec = { path: `./${name?.name}`, sourceRef: { kind: 'GitRepository', name: 'fleet' } };
            return name ? [stated(name, `${folder}/${name.name}.yaml`, spec)] : [];
          }),
        ),
      );
    },
    kustomization: (name, options) => render(name, options),
    release: (name, options) => render(name, options),
  };
}

function fakeCluster(
  { compare, comparisonNotes = [], compareRelease, compareRaw, existing = [], refuseFind }: FakeDiffWorld,
  live: readonly FluxObject[],
  tasks: (KustomizationToCompareLike | ReleaseRequestLike)[],
): DiffCluster {
  const context = 'homelab';
  const inputs: ClusterInputs = {
    context,
    configMap: () => Promise.resolve(undefined),
    secret: () => Promise.resolve(undefined),
    capabilities: () => Promise.resolve({ kubeVersion: 'v1.36.0', apiVersions: [] }),
    fluxObject: (kind, namespace, name) =>
      Promise.resolve({
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind,
        metadata: { namespace, name },
        status: { artifact: { revision } },
      }),
    artifact: () => Promise.resolve({ bytes: new Uint8Array(), digest: 'sha256:0', revision }),
  };
  return {
    context,
    inputs,
    find: ({ kind, namespace, name }) =>
      refuseFind
        ? Promise.reject(refuseFind)
        : Promise.resolve(
            live.filter(
              (one) =>
                one.kind === kind &&
                one.metadata.name === name &&
                (namespace === '' || one.metadata.namespace === namespace),
            ),
          ),
    fluxObjects: () => Promise.resolve(live),
    exists: (kind, namespace, name) => Promise.resolve(existing.includes(`${kind}/${namespace}/${name}`)),
    async compareKustomization(task) {
      tasks.push(task);
      const objects = (await compare?.(task)) ?? [];
      return {
        target: task.rendered.name,
        context,
        from: task.from,
        objects,
        notes: [...task.rendered.notes, ...comparisonNotes],
      } satisfies Comparison;
    },
    compareRelease(task) {
      tasks.push(task);
      const name = task.live?.metadata ?? task.rendered?.name;
      const target: FluxName = { kind: 'HelmRelease', namespace: name?.namespace ?? '', name: name?.name ?? '' };
      const made = compareRelease?.(task) ?? {};
      return Promise.resolve({ target, context, from: task.from ?? 'release v3', objects: [], notes: [], ...made });
    },
    compareStatedDocument(task) {
      const notes: readonly RenderNote[] = [{ severity: 'approximate', message: `as it stands: ${task.why}` }];
      const objects = compareRaw?.(task) ?? [];
      return Promise.resolve({ target: task.target, context, from: 'raw document, approximate', objects, notes });
    },
  };
}

function fakeRepository(world: FakeDiffWorld, states: ReadonlyMap<string, FakeDiffState>): DiffRepository {
  const stateOf = (key: string, label: string): RepositoryState => ({
    label,
    key,
    files: memoryFiles(states.get(key)?.files ?? {}),
    remotes: [],
  });
  return {
    root: '/repository',
    folder: world.folder ?? '',
    hasCommits: true,
    workingTree: stateOf('now', 'working tree'),
    commit: (wanted) =>
      states.has(wanted)
        ? Promise.resolve(stateOf(wanted, `commit ${wanted}`))
        : Promise.reject(new Failure('notFound', `there is no commit ${JSON.stringify(wanted)}`)),
    pushed: () =>
      Promise.resolve(world.pushed === undefined ? undefined : { commit: world.pushed, upstream: 'origin/main' }),
    changedSince: () => Promise.resolve(world.changed ?? []),
  };
}
