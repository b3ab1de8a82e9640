/** `driftline diff --changed` where Flux objects themselves go, stay, move or are suspended: what that does to all they applied. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import type { ObjectDifference } from '../../../src/drift/difference.ts';
import type { FluxObject, FluxSpec } from '../../../src/flux/objects.ts';
import type { DesiredObject, FluxName, RenderedKustomization, RenderedRelease } from '../../../src/render/desired.ts';
import { comparedObject } from '../../support/comparisons.ts';
import { desired } from '../../support/rendered.ts';
import { configMap, namedApps, type Rendering, renderedApps, renderedPlex } from './fakeBuild.ts';
import { type FakeDiffRun, type FakeDiffState, type FakeDiffWorld, liveObject, runDiff } from './fakeDiff.ts';

const plex = { kind: 'HelmRelease', namespace: 'media', name: 'plex' } as const;
const root: FluxName = { kind: 'Kustomization', namespace: 'flux-system', name: 'root' };
const shop: FluxName = { ...namedApps, name: 'shop' };

function kustomization(
  name: FluxName,
  objects: readonly DesiredObject[],
  spec: FluxSpec = {},
  parents: readonly FluxName[] = [],
): RenderedKustomization {
  const metadata = { name: name.name, namespace: name.namespace };
  const apiVersion = 'kustomize.toolkit.fluxcd.io/v1';
  const inForce = { apiVersion, kind: 'Kustomization', metadata, spec: { prune: true, ...spec } };
  return renderedApps(objects, { name, inForce, parents });
}

function release(objects: readonly DesiredObject[], spec: FluxSpec = {}): RenderedRelease {
  const metadata = { name: plex.name, namespace: plex.namespace };
  return renderedPlex(objects, {
    inForce: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata, spec },
  });
}

/** The Flux object as its parent builds it. */
function stated({ kind, namespace, name }: FluxName): DesiredObject {
  const apiVersion = kind === 'HelmRelease' ? 'helm.toolkit.fluxcd.io/v2' : 'kustomize.toolkit.fluxcd.io/v1';
  return desired(kind, name, { apiVersion, metadata: { name, namespace } });
}

function applied(name: FluxName, ids: readonly string[], spec: FluxObject['spec'] = { prune: true }): FluxObject {
  return { ...liveObject(name, spec), status: { inventory: { entries: ids.map((id) => ({ id, v: 'v1' })) } } };
}

function state(renderings: Readonly<Record<string, Rendering>>): FakeDiffState {
  return { renderings };
}

function changed(before: FakeDiffState, now: FakeDiffState, more: Partial<FakeDiffWorld> = {}): Promise<FakeDiffRun> {
  const names = ['apps', 'shop', 'root', 'plex'].map((name) => `files/${name}.yaml`);
  return runDiff('--changed', { now, commits: { base: before }, pushed: 'base', changed: names, ...more });
}

/** `delete ConfigMap a/gone` of what is printed, by owner's name. */
function told({ output }: FakeDiffRun): readonly string[] {
  return [...output.matchAll(/^diff (?:Kustomization|HelmRelease) \S+\/(\S+): (.+)$/gm)].map(
    ([, owner, what]) => `${owner}: ${what}`,
  );
}

const object = configMap('a', {});
const withRelease = (apps: FluxSpec, ...plexObjects: readonly DesiredObject[]): FakeDiffState =>
  state({
    'Kustomization/apps': kustomization(namedApps, [stated(plex)], apps),
    'HelmRelease/plex': release(plexObjects),
  });
const withoutRelease = (apps: FluxSpec): FakeDiffState =>
  state({ 'Kustomization/apps': kustomization(namedApps, [], apps) });

describe('a HelmRelease that leaves the files', () => {
  test('takes its objects with it', async () => {
    const run = await changed(withRelease({}, object), withoutRelease({}));
    assert.deepEqual(told(run), ['apps: delete HelmRelease media/plex', 'plex: delete ConfigMap a/a']);
  });

  test('stays with all that it applied where its Kustomization does not prune', async () => {
    const run = await changed(withRelease({ prune: false }, object), withoutRelease({ prune: false }));
    assert.deepEqual([run.code, told(run)], [0, []]);
    assert.match(
      run.messages,
      /ConfigMap a\/a: left alone: stays in the cluster with HelmRelease media\/plex, which is not deleted/,
    );
  });

  test('stays where it says so in the cluster alone', async () => {
    const verdict: ObjectDifference = {
      ...comparedObject('HelmRelease', 'plex', {
        change: 'skip',
        because: 'pruneDisabled',
        reason: 'it has prune: disabled',
      }),
      id: { group: 'helm.toolkit.fluxcd.io', ...plex },
    };
    const run = await changed(withRelease({}, object), withoutRelease({}), {
      live: [applied(namedApps, ['media_plex_helm.toolkit.fluxcd.io_HelmRelease']), applied(plex, [])],
      compare: () => [verdict],
    });
    assert.deepEqual(told(run), []);
    assert.match(run.messages, /HelmRelease media\/plex: left alone: it has prune: disabled/);
    assert.match(run.messages, /ConfigMap a\/a: left alone: stays in the cluster with HelmRelease media\/plex/);
  });

  test('leaves its release behind where somebody has suspended it, whatever the files say', async () => {
    const run = await changed(withRelease({}, object), withoutRelease({}), {
      live: [
        applied(namedApps, ['media_plex_helm.toolkit.fluxcd.io_HelmRelease']),
        applied(plex, ['a_a__ConfigMap'], { suspend: true }),
      ],
      compare: ({ live }) =>
        live
          ? [
              {
                ...comparedObject('HelmRelease', 'plex', { change: 'delete' }),
                id: { group: 'helm.toolkit.fluxcd.io', ...plex },
              },
            ]
          : [],
    });
    assert.deepEqual(told(run), ['apps: delete HelmRelease media/plex']);
    assert.match(
      run.messages,
      /ConfigMap a\/a: left alone: stays in the cluster when HelmRelease media\/plex goes: it is suspended/,
    );
    assert.doesNotMatch(run.output, /uninstalled \(/, 'one word, not two');
  });

  describe('whose chart cannot be had', () => {
    const noChart = new Failure('notFound', 'its chart is not here', { remedy: 'pull' });
    const before: FakeDiffState = state({
      'Kustomization/apps': kustomization(namedApps, [stated({ ...plex, namespace: 'flux-system' })]),
      'HelmRelease/plex': noChart,
    });

    test('differs all the same: its deletion needs no chart', async () => {
      const run = await changed(before, withoutRelease({}));
      assert.deepEqual([run.code, told(run)], [1, ['apps: delete HelmRelease flux-system/plex']]);
      assert.match(
        run.messages,
        /^note: HelmRelease flux-system\/plex: The HelmRelease goes, and its release is uninstalled; which objects those are is not known: its chart is not here$/m,
      );
    });

    test('is told by its inventory where a cluster is asked', async () => {
      const own = { ...plex, namespace: 'flux-system' };
      const run = await changed(before, withoutRelease({}), {
        live: [
          applied(namedApps, ['flux-system_plex_helm.toolkit.fluxcd.io_HelmRelease']),
          applied(own, ['media_data__PersistentVolumeClaim', 'media_plex_apps_Deployment']),
        ],
        compare: ({ live }) =>
          live
            ? [
                {
                  ...comparedObject('HelmRelease', 'plex', { change: 'delete' }),
                  id: { group: 'helm.toolkit.fluxcd.io', ...own },
                },
              ]
            : [],
      });
      assert.equal(run.code, 1);
      assert.deepEqual(told(run).toSorted(), [
        'apps: delete HelmRelease flux-system/plex',
        'plex: delete Deployment media/plex',
        'plex: delete PersistentVolumeClaim media/data',
      ]);
    });
  });
});

describe('a Kustomization', () => {
  const objects = [configMap('a', {}), configMap('b', {})];
  const sides = (...built: readonly FluxName[]): FakeDiffState =>
    state({
      'Kustomization/root': kustomization(root, built.map(stated)),
      ...Object.fromEntries(
        built.map((name) => [`Kustomization/${name.name}`, kustomization(name, objects, {}, [root])]),
      ),
    });

  test('under another name moves all that it applies, each told once', async () => {
    const run = await changed(sides(namedApps), sides(shop));
    assert.deepEqual(told(run), [
      'root: delete Kustomization flux-system/apps',
      'root: create Kustomization flux-system/shop',
      'shop: move ConfigMap a/a',
      'shop: move ConfigMap a/b',
    ]);
    assert.match(run.messages, /: 1 deleted, 1 created, 2 moved, 0 the same\.$/m);
  });

  test('that its parent no longer builds goes, though a file states it still', async () => {
    const now = state({
      'Kustomization/root': kustomization(root, []),
      'Kustomization/apps': kustomization(namedApps, objects, {}, []),
    });
    const run = await changed(sides(namedApps), now);
    assert.deepEqual(told(run), [
      'root: delete Kustomization flux-system/apps',
      'apps: delete ConfigMap a/a',
      'apps: delete ConfigMap a/b',
    ]);
  });

  test('that hands a volume on is told of first, and in red, for it may be deleted on the way', async () => {
    const claim = desired('PersistentVolumeClaim', 'data', { metadata: { name: 'data', namespace: 'a' } });
    const side = (prune: boolean, ...had: readonly DesiredObject[]): Readonly<Record<string, Rendering>> => ({
      'Kustomization/apps': kustomization(namedApps, had, { prune }),
    });
    const taken = { 'Kustomization/shop': kustomization(shop, [configMap('new', {}), claim]) };
    const run = (prune: boolean): Promise<FakeDiffRun> =>
      changed(state(side(prune, claim)), state({ ...side(prune), ...taken }), { isTTY: true });
    const visible = ({ output }: FakeDiffRun): readonly string[] => output.replaceAll('\u001b', '␛').split('\n');
    const [first, second] = visible(await run(true));
    assert.match(first ?? '', /^␛\[31mdiff .*: move PersistentVolumeClaim a\/data/);
    assert.match(second ?? '', /^␛\[31m {2}its volume may go with it/);
    assert.doesNotMatch(visible(await run(false)).join('\n'), /volume may go|␛\[31mdiff/);
  });

  test('is asked what it has applied: nothing else is deleted with it', async () => {
    const run = await changed(sides(namedApps), sides(), {
      live: [
        applied(root, ['flux-system_apps_kustomize.toolkit.fluxcd.io_Kustomization']),
        applied(namedApps, ['a_a__ConfigMap']),
      ],
      compare: ({ live }) =>
        (live?.status?.inventory?.entries ?? []).map(({ id }) =>
          id === 'a_a__ConfigMap'
            ? {
                ...comparedObject('ConfigMap', 'a', { change: 'delete' }),
                id: { group: '', kind: 'ConfigMap', namespace: 'a', name: 'a' },
              }
            : {
                ...comparedObject('Kustomization', 'apps', { change: 'delete' }),
                id: { group: 'kustomize.toolkit.fluxcd.io', ...namedApps },
              },
        ),
    });
    assert.deepEqual(told(run), ['root: delete Kustomization flux-system/apps', 'apps: delete ConfigMap a/a']);
    assert.match(
      run.messages,
      /ConfigMap a\/b: left alone: nothing is deleted, for its Kustomization has not applied it/,
    );
  });

  test('that one may not read is told by the files, which is said', async () => {
    const before = state({ 'Kustomization/apps': kustomization(namedApps, objects) });
    const run = await changed(before, withoutRelease({}), {
      live: [],
      refuseFind: new Failure('forbidden', 'kustomizations may not be read'),
    });
    assert.deepEqual(told(run), ['apps: delete ConfigMap a/a', 'apps: delete ConfigMap a/b']);
    assert.match(
      run.messages,
      /^warning: .*so what is deleted is told by the files alone: kustomizations may not be read$/m,
    );
  });
});

describe('suspended', () => {
  const rows: readonly [title: string, before: FluxSpec, now: FluxSpec, live: FluxSpec | undefined, words: RegExp][] = [
    [
      'in the files',
      { suspend: true },
      { suspend: true },
      undefined,
      /The Kustomization is suspended: nothing of this happens/,
    ],
    [
      'by the change',
      {},
      { suspend: true },
      undefined,
      /This change suspends the Kustomization: nothing else of it happens/,
    ],
    ['no more', { suspend: true }, {}, undefined, /This change resumes the Kustomization: what was left alone/],
    ['by somebody', {}, {}, { suspend: true }, /The Kustomization is suspended: nothing of this happens/],
  ];
  for (const [title, before, now, live, words] of rows) {
    test(`${title}: the change is shown all the same, with what that means`, async () => {
      const side = (k: string, spec: FluxSpec): FakeDiffState =>
        state({ 'Kustomization/apps': kustomization(namedApps, [configMap('a', { k })], spec) });
      const run = await changed(side('1', before), side('2', now), live && { live: [liveObject(namedApps, live)] });
      assert.match(run.messages, words);
      assert.deepEqual([run.code, told(run)], [1, ['apps: change ConfigMap a/a']]);
    });
  }

  test('a parent: what it is to apply waits', async () => {
    const side = (k: string): FakeDiffState =>
      state({ 'Kustomization/apps': kustomization(namedApps, [configMap('a', { k })], {}, [root]) });
    const run = await changed(side('1'), side('2'), {
      live: [liveObject(namedApps), liveObject(root, { suspend: true })],
    });
    assert.match(
      run.messages,
      /Kustomization flux-system\/root is suspended in the cluster: what it applies arrives when it is resumed/,
    );
  });
});
