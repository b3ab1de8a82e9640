/**
 * Flux Kustomizations rendered by the real engine, out of a repository that a test writes down and a cluster that has what the
 * test says.
 */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { Failure, isFailure } from '../../src/base/failure.ts';
import { noLog } from '../../src/base/log.ts';
import { Sealed } from '../../src/base/sealed.ts';
import type { KubernetesObject } from '../../src/flux/objects.ts';
import type { RepositoryFiles } from '../../src/manifests/repositoryFiles.ts';
import type { ClusterInputs, FluxName, RenderedKustomization, RepositoryState } from '../../src/render/desired.ts';
import type { Engine, EngineSession } from '../../src/render/engine.ts';
import type { EngineOperation, EngineReply, EngineRequest } from '../../src/render/engineProtocol.ts';
import type { Ambiguous, RenderOptions } from '../../src/render/renderer.ts';
import { RepositoryRenderer } from '../../src/render/repositoryRenderer.ts';
import type { WorkerEngine } from '../../src/render/workerEngine.ts';
import { memoryFiles } from '../support/memoryFiles.ts';
import { openRealEngine } from '../support/realEngine.ts';

export type Files = Readonly<Record<string, string>>;

/** A Flux Kustomization as YAML; `spec` lines come after path and source. */
export function kustomization(
  name: string,
  path: string,
  spec = '',
  options: { readonly namespace?: string; readonly source?: string } = {},
): string {
  const { namespace = 'flux-system', source = 'GitRepository flux-system' } = options;
  const [kind = '', sourceName = ''] = source.split(' ');
  return [
    'apiVersion: kustomize.toolkit.fluxcd.io/v1',
    'kind: Kustomization',
    'metadata:',
    `  name: ${name}`,
    ...(namespace === '' ? [] : [`  namespace: ${namespace}`]),
    'spec:',
    '  interval: 1h',
    '  prune: true',
    `  path: ${path}`,
    `  sourceRef: { kind: ${kind}, name: ${sourceName} }`,
    ...(spec === '' ? [] : [spec.replaceAll(/^(?=.)/gm, '  ').trimEnd()]),
    '',
  ].join('\n');
}

export function configMap(name: string, data: string, namespace = 'apps'): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\ndata:\n${data.replaceAll(/^(?=.)/gm, '  ')}\n`;
}

export function secret(name: string, data: string, namespace = 'flux-system'): string {
  return `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\nstringData:\n${data.replaceAll(/^(?=.)/gm, '  ')}\n`;
}

/** The root that bootstrap makes, with its source. */
export function gotkSync(path = './clusters/home', url = 'ssh://git@github.com/org/fleet'): string {
  return `${kustomization('flux-system', path)}---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  url: ${url}
`;
}

/** The cluster `home`: its root, which builds the Kustomization `apps` of the folder `apps`; `spec` as in `kustomization`. */
export function home(spec = ''): Files {
  return {
    'clusters/home/flux-system/gotk-sync.yaml': gotkSync(),
    'clusters/home/apps.yaml': kustomization('apps', './apps', spec),
  };
}

export const remote = 'git@github.com:org/fleet.git';

/** A cluster of which nothing is known but what is given; of ConfigMaps and Secrets by `namespace/name`. */
export function cluster(
  given: {
    readonly configMaps?: Readonly<Record<string, Files>>;
    readonly secrets?: Readonly<Record<string, Files>>;
  } & Partial<Omit<ClusterInputs, 'configMap' | 'secret'>> = {},
): ClusterInputs {
  const { configMaps = {}, secrets = {}, ...rest } = given;
  return {
    context: 'homelab',
    configMap: (namespace, name) => Promise.resolve(configMaps[`${namespace}/${name}`]),
    secret: (namespace, name) => {
      const found = secrets[`${namespace}/${name}`];
      return Promise.resolve(found && new Sealed(found));
    },
    fluxObject: () => Promise.resolve(undefined),
    capabilities: () => Promise.resolve({ kubeVersion: 'v1.33.1', apiVersions: [] }),
    artifact: () => Promise.reject(new Failure('notFound', 'there is no artifact')),
    ...rest,
  };
}

export interface Asked extends Partial<Omit<RenderOptions, 'state'>> {
  readonly namespace?: string;
  readonly remotes?: readonly string[];
}

export interface KustomizationBed {
  readonly engine: Engine;
  readonly renderer: RepositoryRenderer;
  /** Operations that the engine was asked for, in order. */
  readonly operations: { readonly operation: EngineOperation; readonly request: unknown }[];
  state(files: Files | RepositoryFiles, remotes?: readonly string[]): RepositoryState;
  render(name: string, files: Files, asked?: Asked): Promise<RenderedKustomization>;
  ambiguous(name: string, files: Files, asked?: Asked): Promise<Ambiguous>;
  /** The message of the failure. */
  fails(name: string, files: Files, asked?: Asked): Promise<Failure>;
}

/** Opens one engine for the tests of a file and closes it after them. */
export function kustomizationBed(): KustomizationBed {
  const opened: { engine?: WorkerEngine } = {};
  const operations: { operation: EngineOperation; request: unknown }[] = [];
  let states = 0;
  before(async () => {
    opened.engine = await openRealEngine();
  });
  after(() => opened.engine?.dispose());
  const engine = recording(opened, operations);
  const renderer = new RepositoryRenderer({ engine, log: noLog() });
  const state = (files: Files | RepositoryFiles, remotes: readonly string[] = [remote]): RepositoryState => {
    states += 1;
    const held = typeof files.list === 'function' ? (files as RepositoryFiles) : memoryFiles(files as Files);
    return { label: 'working tree', key: `repository ${states}`, files: held, remotes };
  };
  const ask = (name: string, files: Files, asked: Asked = {}): Promise<RenderedKustomization | Ambiguous> => {
    const { namespace = '', remotes, ...options } = asked;
    const wanted: FluxName = { kind: 'Kustomization', namespace, name };
    return renderer.kustomization(wanted, { ...options, state: state(files, remotes) });
  };
  return {
    engine,
    renderer,
    operations,
    state,
    render: async (name, files, asked) => {
      const rendered = await ask(name, files, asked);
      assert.equal(rendered.kind, 'Kustomization', JSON.stringify(rendered));
      return rendered;
    },
    ambiguous: async (name, files, asked) => {
      const rendered = await ask(name, files, asked);
      assert.equal(rendered.kind, 'ambiguous');
      return rendered;
    },
    fails: async (name, files, asked) => {
      const failure = await ask(name, files, asked).then(
        () => undefined,
        (error: unknown) => error,
      );
      assert.ok(isFailure(failure), String(failure));
      return failure;
    },
  };
}

function recording(
  opened: { readonly engine?: WorkerEngine },
  operations: { operation: EngineOperation; request: unknown }[],
): Engine {
  return {
    use: (work, options) => {
      assert.ok(opened.engine, 'the engine is not open');
      return opened.engine.use((session) => work(recorded(session, operations)), options);
    },
    warmUp: () => undefined,
    dispose: () => undefined,
  };
}

function recorded(
  session: EngineSession,
  operations: { operation: EngineOperation; request: unknown }[],
): EngineSession {
  return {
    generation: session.generation,
    request: <O extends EngineOperation>(
      operation: O,
      request: EngineRequest<O>,
      attachment?: Uint8Array,
    ): Promise<EngineReply<O>> => {
      operations.push({ operation, request });
      return session.request(operation, request, attachment);
    },
  };
}

/** The objects as they are shown, without the labels of their owner. */
export function shown(rendered: RenderedKustomization): KubernetesObject[] {
  return rendered.objects.map(({ object }) => withoutOwner(object));
}

/** The objects as they would be sent. */
export function sent(rendered: RenderedKustomization): KubernetesObject[] {
  return rendered.objects.map(({ real }) => withoutOwner(real.reveal()));
}

function withoutOwner(object: KubernetesObject): KubernetesObject {
  const { labels = {}, ...metadata } = object.metadata;
  const own = Object.entries(labels).filter(([key]) => !key.startsWith('kustomize.toolkit.fluxcd.io/'));
  return { ...object, metadata: own.length === 0 ? metadata : { ...metadata, labels: Object.fromEntries(own) } };
}

/** `data` of the object of that name. */
export function dataOf(objects: readonly KubernetesObject[], name: string): unknown {
  const found = objects.find((object) => object.metadata.name === name);
  assert.ok(found, `${name} is not among ${objects.map((object) => object.metadata.name).join(', ')}`);
  return (found as KubernetesObject & { readonly data?: unknown }).data;
}

export function messages(rendered: RenderedKustomization): string[] {
  return rendered.notes.map((note) => `${note.severity}: ${note.message}`);
}
