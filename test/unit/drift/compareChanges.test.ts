/** What a change of a repository does, with a renderer that gives what a test says: who is looked at, what differs, what moves. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure, isFailure } from '../../../src/base/failure.ts';
import { type ChangedTarget, type ChangesToCompare, compareChanges } from '../../../src/drift/compareChanges.ts';
import type {
  DesiredObject,
  FluxName,
  RenderedKustomization,
  RenderedRelease,
  RepositoryState,
  StatedFluxObject,
} from '../../../src/render/desired.ts';
import type { Ambiguous, Renderer, RenderOptions } from '../../../src/render/renderer.ts';
import { memoryFiles } from '../../support/memoryFiles.ts';
import { desired, renderedKustomization, renderedRelease } from '../../support/rendered.ts';

type Result = RenderedKustomization | RenderedRelease | Ambiguous | Error;

interface State {
  /** By `ks/NAME` or `hr/NAME`; each is stated in `NAME.yaml` and builds the folder NAME. */
  readonly results: Readonly<Record<string, Result | ((options: RenderOptions) => Result)>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Where an object is stated elsewhere. */
  readonly paths?: Readonly<Record<string, string>>;
}

function nameOf(key: string): FluxName {
  const [kind, name = ''] = key.split('/');
  return { kind: kind === 'ks' ? 'Kustomization' : 'HelmRelease', namespace: 'flux-system', name };
}

function ks(name: string, objects: readonly DesiredObject[], prune = true): RenderedKustomization {
  const own = nameOf(`ks/${name}`);
  return renderedKustomization({
    name: own,
    objects,
    inForce: {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name, namespace: own.namespace },
      spec: { prune },
    },
  });
}

function fluxObject(key: string, spec: unknown): DesiredObject {
  const { kind, namespace, name } = nameOf(key);
  const group = kind === 'Kustomization' ? 'kustomize.toolkit.fluxcd.io/v1' : 'helm.toolkit.fluxcd.io/v2';
  return desired(kind, name, { apiVersion: group, metadata: { name, namespace }, spec });
}

interface Run {
  readonly targets: readonly ChangedTarget[];
  /** Of both states, in turn. */
  readonly rendered: readonly string[];
}

async function run(
  before: State,
  after: State,
  changed: readonly string[],
  more: Partial<ChangesToCompare> = {},
): Promise<Run> {
  const rendered: string[] = [];
  const states = new Map([
    ['before', before],
    ['after', after],
  ]);
  const render = <T>(key: string, options: RenderOptions): Promise<T | Ambiguous> => {
    rendered.push(`${options.state.key} ${key}`);
    const entry = states.get(options.state.key)?.results[key];
    const result = typeof entry === 'function' ? entry(options) : entry;
    return result === undefined || result instanceof Error
      ? Promise.reject(result ?? new Failure('notFound', `${key} is not stated`))
      : Promise.resolve(result as T | Ambiguous);
  };
  const renderer: Renderer = {
    stated: ({ key }) => Promise.resolve(statedOf(states.get(key) ?? { results: {} })),
    kustomization: (name, options) => render<RenderedKustomization>(`ks/${name.name}`, options),
    release: (name, options) => render<RenderedRelease>(`hr/${name.name}`, options),
  };
  const signal = new AbortController().signal;
  const sides = { before: stateOf('before', before), after: stateOf('after', after) };
  const targets = await compareChanges({ renderer, ...sides, changed, signal, ...more });
  return { targets, rendered };
}

function statedOf({ results, paths = {} }: State): readonly StatedFluxObject[] {
  return Object.keys(results).map((key) => {
    const name = nameOf(key);
    const object = { spec: { path: `./${name.name}` } };
    return { name, path: paths[key] ?? `${name.name}.yaml`, line: 1, object };
  });
}

function stateOf(key: string, { results, files = {} }: State): RepositoryState {
  const folders = Object.fromEntries(Object.keys(results).map((one) => [`${nameOf(one).name}/a.yaml`, '']));
  return { label: key, key, files: memoryFiles({ ...folders, ...files }), remotes: [] };
}

/** `ks/apps: change ConfigMap/a` */
function words({ targets }: Run): readonly string[] {
  return targets.flatMap(({ name, objects, failure }) => [
    ...(failure ? [`${name.name}: failed ${failure.side}`] : []),
    ...objects
      .filter(({ change }) => change !== 'none')
      .map(({ change, id, movedFrom }) => {
        const from = movedFrom ? ` from ${movedFrom.name}` : '';
        return `${name.name}: ${movedFrom ? 'move' : change} ${id.kind}/${id.name}${from}`;
      }),
  ]);
}

const one = desired('ConfigMap', 'a', { data: { k: '1' } });
const two = desired('ConfigMap', 'a', { data: { k: '2' } });

test('only what the change touches is rendered', async () => {
  const others = { 'ks/other': ks('other', []) };
  const found = await run(
    { results: { 'ks/apps': ks('apps', [one]), ...others } },
    { results: { 'ks/apps': ks('apps', [two]), ...others } },
    ['apps/a.yaml'],
  );
  assert.deepEqual(words(found), ['apps: change ConfigMap/a']);
  assert.deepEqual(found.rendered, ['before ks/apps', 'after ks/apps']);
});

test('what renders alike is none of it', async () => {
  const state = { results: { 'ks/apps': ks('apps', [one]) } };
  assert.deepEqual(words(await run(state, state, ['apps/a.yaml'])), []);
});

test('a Flux object that is another one by its parent is looked at as well', async () => {
  const parent = (path: string): RenderedKustomization => ks('root', [fluxObject('ks/apps', { path })]);
  const found = await run(
    { results: { 'ks/root': parent('./a'), 'ks/apps': ks('apps', [one]) } },
    { results: { 'ks/root': parent('./b'), 'ks/apps': ks('apps', [two]) } },
    ['root/a.yaml'],
  );
  assert.deepEqual(words(found), ['root: change Kustomization/apps', 'apps: change ConfigMap/a']);
});

test('a release whose values come from a ConfigMap that is another one', async () => {
  const found = await run(
    {
      results: {
        'ks/apps': ks('apps', [fluxObject('hr/plex', { interval: '1h' })]),
        'hr/plex': renderedRelease({ name: nameOf('hr/plex'), objects: [one] }),
      },
    },
    {
      results: {
        'ks/apps': ks('apps', [fluxObject('hr/plex', { interval: '2h' })]),
        'hr/plex': renderedRelease({ name: nameOf('hr/plex'), objects: [two] }),
      },
    },
    ['apps/a.yaml'],
  );
  assert.deepEqual(words(found), ['apps: change HelmRelease/plex', 'plex: change ConfigMap/a']);
});

test('a Kustomization that is new creates, one that is gone deletes what is below it', async () => {
  const found = await run(
    { results: { 'ks/old': ks('old', [one]) } },
    { results: { 'ks/new': ks('new', [desired('Job', 'b')]) } },
    ['old.yaml', 'new.yaml'],
  );
  assert.deepEqual(words(found), ['new: create Job/b', 'old: delete ConfigMap/a']);
});

describe('nothing goes that', () => {
  const app = ks('apps', [one]);
  const rows: readonly [title: string, before: State, after: State, because: RegExp][] = [
    [
      'a file states that cannot be read any more',
      { results: { 'ks/apps': app }, files: { 'apps.yaml': '' } },
      { results: {}, files: { 'apps.yaml': 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: [' } },
      /^apps\.yaml:\d+ cannot be read \(after\): /,
    ],
    [
      'a parent applies that cannot be built any more',
      { results: { 'ks/apps': { ...app, parents: [nameOf('ks/root')] }, 'ks/root': ks('root', []) } },
      { results: { 'ks/root': new Failure('invalid', 'a tab') } },
      /Kustomization flux-system\/root cannot be rendered: a tab$/,
    ],
  ];
  for (const [title, before, after, because] of rows) {
    test(title, async () => {
      const { targets } = await run(before, after, ['apps.yaml', 'root.yaml']);
      const target = targets.find(({ name }) => name.name === 'apps');
      assert.equal(target?.gone, undefined);
      assert.deepEqual(target?.objects, []);
      assert.equal(target.failure?.side, 'after');
      assert.match((target.failure.error as Error).message, because);
    });
  }
});

test('one that has gone to another file is the same', async () => {
  const found = await run(
    { results: { 'ks/apps': ks('apps', [one]) }, paths: { 'ks/apps': 'here.yaml' } },
    { results: { 'ks/apps': ks('apps', [one]) }, paths: { 'ks/apps': 'there.yaml' } },
    ['here.yaml', 'there.yaml'],
  );
  assert.deepEqual(words(found), []);
});

describe('moves', () => {
  const claim = desired('PersistentVolumeClaim', 'data');
  const reasonOf = ({ targets }: Run) =>
    targets.flatMap(({ objects }) => objects).find(({ movedFrom }) => movedFrom)?.reason;
  const sides = (prune: boolean): readonly [State, State] => [
    { results: { 'ks/a': ks('a', [claim], prune), 'ks/b': ks('b', []) } },
    { results: { 'ks/a': ks('a', [], prune), 'ks/b': ks('b', [claim]) } },
  ];

  test('are told as one, with what may happen on the way', async () => {
    const [before, after] = sides(true);
    const found = await run(before, after, ['a/a.yaml', 'b/a.yaml']);
    assert.deepEqual(words(found), ['b: move PersistentVolumeClaim/data from a']);
    assert.match(
      reasonOf(found) ?? '',
      /^moves here from Kustomization flux-system\/a; where that is reconciled first, it is deleted first/,
    );
  });

  test('who has only lost it stays among them, for what happens on the way depends on both', async () => {
    const [before, after] = sides(true);
    const { targets } = await run(before, after, ['a/a.yaml', 'b/a.yaml']);
    assert.deepEqual(
      targets.map(({ name, objects }) => [name.name, objects.filter(({ change }) => change !== 'none').length]),
      [
        ['a', 0],
        ['b', 1],
      ],
    );
  });

  test('without pruning nothing is deleted on the way', async () => {
    const [before, after] = sides(false);
    const found = await run(before, after, ['a/a.yaml', 'b/a.yaml']);
    assert.deepEqual(words(found), ['b: move PersistentVolumeClaim/data from a']);
    assert.equal(reasonOf(found), 'moves here from Kustomization flux-system/a');
  });
});

describe('several clusters in one repository', () => {
  const clusters = ['staging', 'prod'];
  const stated = clusters.map((cluster): StatedFluxObject => ({
    name: nameOf('ks/apps'),
    path: `clusters/${cluster}/apps.yaml`,
    line: 1,
    object: { spec: { path: './apps', sourceRef: { kind: 'GitRepository', name: 'fleet' } } },
  }));

  /** What both Kustomizations `apps` build before and after a change. */
  async function compare(
    objects: Readonly<Record<string, readonly (readonly DesiredObject[])[]>>,
  ): Promise<readonly ChangedTarget[]> {
    const render = ({ state, path = '' }: RenderOptions): Promise<RenderedKustomization> => {
      const own = objects[path.split('/')[1] ?? ''] ?? [];
      return Promise.resolve(ks('apps', own[state.key === 'before' ? 0 : 1] ?? []));
    };
    const renderer: Renderer = {
      stated: () => Promise.resolve(stated),
      kustomization: (_name, options) => render(options),
      release: () => Promise.reject(new Failure('notFound', 'no release')),
    };
    const [before, after] = ['before', 'after'].map((key) =>
      stateOf(key, { results: {}, files: { 'apps/a.yaml': '' } }),
    );
    assert.ok(before && after);
    const signal = new AbortController().signal;
    return compareChanges({ renderer, before, after, changed: ['apps/a.yaml'], signal });
  }

  test('those of one name are told apart by where they are stated', async () => {
    const targets = await compare({ staging: [[one], [two]], prod: [[one], []] });
    assert.deepEqual(
      targets.map(({ name, place, cluster, objects: [first] }) => [name.name, place, cluster, first?.change]),
      [
        ['apps', 'clusters/staging/apps.yaml', 'clusters/staging', 'change'],
        ['apps', 'clusters/prod/apps.yaml', 'clusters/prod', 'delete'],
      ],
    );
  });

  test('nothing moves from one cluster to another', async () => {
    const targets = await compare({ staging: [[one], []], prod: [[], [one]] });
    assert.deepEqual(
      targets.map(({ objects }) => objects.map(({ change }) => change)),
      [['delete'], ['create']],
    );
  });
});

describe('what cannot be rendered', () => {
  const broken = new Failure('invalid', 'broken');
  const rows: readonly [title: string, before: Result, after: Result, words: readonly string[]][] = [
    ['since the change', ks('apps', [one]), broken, ['apps: failed after']],
    ['before the change', broken, ks('apps', [one]), ['apps: failed before']],
    ['before and after', broken, broken, ['apps: failed both']],
  ];
  for (const [title, before, after, expected] of rows) {
    test(title, async () => {
      const found = await run({ results: { 'ks/apps': before } }, { results: { 'ks/apps': after } }, ['apps/a.yaml']);
      assert.deepEqual(words(found), expected);
    });
  }

  test('the others are compared all the same', async () => {
    const found = await run(
      { results: { 'ks/apps': ks('apps', []), 'ks/b': ks('b', [one]) } },
      { results: { 'ks/apps': broken, 'ks/b': ks('b', [two]) } },
      ['apps/a.yaml', 'b/a.yaml'],
    );
    assert.deepEqual(words(found), ['apps: failed after', 'b: change ConfigMap/a']);
  });

  test('to cancel ends it', async () => {
    const cancelled = new Failure('cancelled', 'cancelled');
    const state = { results: { 'ks/apps': cancelled } };
    await assert.rejects(run(state, state, ['apps/a.yaml']), (error: unknown) => isFailure(error, 'cancelled'));
  });
});

test('what several clusters build is compared for each', async () => {
  const owners = ['east', 'west'].map((name) => nameOf(`ks/${name}`));
  const shared =
    (west: DesiredObject) =>
    ({ owner }: RenderOptions): Result =>
      owner === undefined
        ? {
            kind: 'ambiguous',
            message: 'built 2 times',
            choices: owners.map((each) => ({ name: nameOf('ks/apps'), owner: each, path: `${each.name}.yaml` })),
          }
        : ks('apps', [owner.name === 'west' ? west : one]);
  const found = await run({ results: { 'ks/apps': shared(one) } }, { results: { 'ks/apps': shared(two) } }, [
    'apps/a.yaml',
  ]);
  assert.deepEqual(words(found), ['apps: change ConfigMap/a']);
});

test('each target is told as soon as it is there', async () => {
  const told: string[] = [];
  const progress: string[] = [];
  await run(
    { results: { 'ks/apps': ks('apps', [one]), 'ks/b': ks('b', [one]) } },
    { results: { 'ks/apps': ks('apps', [two]), 'ks/b': ks('b', [one]) } },
    ['apps/a.yaml', 'b/a.yaml'],
    {
      onTarget: ({ name }) => told.push(name.name),
      onProgress: ({ done, total, name }) => progress.push(`${done}/${total} ${name.name}`),
    },
  );
  assert.deepEqual(told, ['apps']);
  assert.deepEqual(progress, ['0/2 apps', '1/2 b']);
});
