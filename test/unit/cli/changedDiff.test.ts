/** `driftline diff --changed` and `--path DIR` as a user meets them: many objects at once, some of which cannot be rendered. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import { Sealed } from '../../../src/base/sealed.ts';
import { releaseIdentityChange } from '../../../src/drift/identityChange.ts';
import type { DesiredObject, FluxName, RenderedKustomization } from '../../../src/render/desired.ts';
import { changedObject, comparedObject } from '../../support/comparisons.ts';
import { desired, inline, ofSecret, value } from '../../support/rendered.ts';
import { configMap, namedApps, namedPlex, type Rendering, renderedApps, renderedPlex } from './fakeBuild.ts';
import { type FakeDiffRun, type FakeDiffState, liveObject, runDiff } from './fakeDiff.ts';

const replicas = { path: ['spec', 'replicas'], effect: 'replace' } as const;

function kustomization(name: FluxName, objects: readonly DesiredObject[], spec: object = {}): RenderedKustomization {
  const inForce = {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: name.name, namespace: name.namespace },
    spec: { prune: true, ...spec },
  };
  return renderedApps(objects, { name, inForce });
}

function state(renderings: Readonly<Record<string, Rendering>>): FakeDiffState {
  const names = Object.keys(renderings).map((key) => key.split('/')[1] ?? '');
  return { renderings, files: Object.fromEntries(names.map((name) => [`${name}/a.yaml`, ''])) };
}

const infra: FluxName = { ...namedApps, name: 'infra' };

describe('--changed', () => {
  const before = state({
    'Kustomization/apps': kustomization(namedApps, [configMap('a', { k: '1' }), configMap('moves', {})]),
    'Kustomization/infra': kustomization(infra, [configMap('b', { k: '1' }), configMap('gone', {})]),
  });
  const now = state({
    'Kustomization/apps': kustomization(namedApps, [configMap('a', { k: '2' })]),
    'Kustomization/infra': kustomization(infra, [
      configMap('b', { k: '1' }),
      configMap('moves', {}),
      configMap('new', {}),
    ]),
  });
  const world = { now, commits: { base: before }, pushed: 'base', changed: ['apps/a.yaml', 'infra/a.yaml'] };

  test('one list of all, with counts, against the commit that is pushed; asks no cluster', async () => {
    const run = await runDiff('--changed', world);
    assert.equal(run.code, 1);
    assert.deepEqual(
      run.output.split('\n').filter((line) => line.startsWith('diff ')),
      [
        'diff Kustomization flux-system/infra: delete ConfigMap a/gone',
        'diff Kustomization flux-system/infra: create ConfigMap a/new',
        'diff Kustomization flux-system/apps: change ConfigMap a/a',
        'diff Kustomization flux-system/infra: move ConfigMap a/moves',
      ],
    );
    assert.match(
      run.messages,
      /^changed: commit base \(origin\/main\) ↔ working tree: 1 deleted, 1 created, 1 changed, 1 moved, 1 the same\.$/m,
    );
    assert.deepEqual(run.tasks, []);
  });

  test('an object that moves is not deleted as well, also where nothing else of its owner changes', async () => {
    const sides = (a: readonly DesiredObject[], b: readonly DesiredObject[]): FakeDiffState =>
      state({ 'Kustomization/apps': kustomization(namedApps, a), 'Kustomization/infra': kustomization(infra, b) });
    const run = await runDiff('--changed', {
      ...world,
      now: sides([], [configMap('moves', {})]),
      commits: { base: sides([configMap('moves', {})], []) },
    });
    assert.match(run.messages, /working tree: 1 moved, 0 the same/);
  });

  test('as JSON an object that moves names from whom', async () => {
    const run = await runDiff('--changed -o json', world);
    const report = JSON.parse(run.output) as {
      target: string;
      objects: { name: string; of: string; movedFrom?: string }[];
    };
    assert.equal(report.target, 'changed');
    const moved = report.objects.find(({ name }) => name === 'moves');
    assert.deepEqual([moved?.of, moved?.movedFrom], ['ks/flux-system/infra', 'ks/flux-system/apps']);
  });

  const applied = {
    ...liveObject(infra, { prune: true }),
    status: {
      inventory: {
        entries: [
          { id: 'a_gone__ConfigMap', v: 'v1' },
          { id: 'a_b__ConfigMap', v: 'v1' },
        ],
      },
    },
  };

  test('a cluster has the last word on what the change touches, and on nothing else', async () => {
    const run = await runDiff('--changed', {
      ...world,
      live: [applied],
      compare: ({ rendered }) =>
        rendered.objects.map(({ object }) => ({
          ...comparedObject('ConfigMap', object.metadata.name, { change: 'recreate', reason: 'it is immutable' }),
          id: { group: '', kind: 'ConfigMap', namespace: 'a', name: object.metadata.name },
        })),
    });
    assert.equal(run.code, 1);
    assert.match(run.output, /^diff Kustomization flux-system\/apps: recreate ConfigMap a\/a\n {2}it is immutable$/m);
    const asked = run.tasks.map(({ live, rendered }) => [
      live?.status?.inventory?.entries?.map(({ id }) => id),
      rendered?.objects.map(({ object }) => object.metadata.name),
    ]);
    assert.deepEqual(asked, [
      [undefined, ['a']],
      [['a_gone__ConfigMap'], ['moves', 'new']],
    ]);
    // The comparison does not speak of it: it is gone already.
    assert.match(run.messages, /^changed: cluster homelab ↔ working tree: 2 recreated, 1 moved, 2 the same/m);
  });

  test('what the cluster was not asked about has the commit on its other side', async () => {
    const elsewhere = { ...applied, spec: { ...applied.spec, kubeConfig: { secretRef: { name: 'other' } } } };
    const run = await runDiff('--changed', {
      ...world,
      live: [elsewhere],
      compare: ({ rendered }) =>
        rendered.objects.map(({ object }) => ({
          ...comparedObject('ConfigMap', object.metadata.name, { change: 'change', before: object, after: object }),
          id: { group: '', kind: 'ConfigMap', namespace: 'a', name: object.metadata.name },
        })),
      comparisonNotes: [{ severity: 'approximate', message: 'Some rights are missing.' }],
    });
    assert.match(run.output, /^--- ConfigMap a\/gone\tcommit base \(origin\/main\)$/m);
    assert.match(run.output, /^--- ConfigMap a\/a\tcluster homelab$/m);
    assert.match(run.messages, /^warning: .*: Some rights are missing\.$/m);
  });

  describe('a release that changes', () => {
    const plexWith = (greeting: string, token: string): Rendering =>
      renderedPlex([configMap('settings', { greeting })], {
        values: [value('greeting', greeting, inline), value('token', '•••', ofSecret('plex', 'token'))],
        merged: new Sealed({ greeting, token }),
        chart: { name: 'plex', version: greeting === 'hi' ? '1.0.0' : '1.1.0', appVersion: '', from: 'charts/plex' },
      });
    const releases = {
      now: state({ 'HelmRelease/plex': plexWith('hello', 'canary-new') }),
      commits: { base: state({ 'HelmRelease/plex': plexWith('hi', 'canary-old') }) },
      ...{ pushed: 'base', changed: ['files/plex.yaml'] },
    };

    for (const live of [undefined, [liveObject(namedPlex)]]) {
      const where = live ? 'with a cluster' : 'without a cluster';
      const known = { ...releases, ...(live && { live }) };

      test(`${where} its values come before its objects, old against new, and secrets stay masked`, async () => {
        const run = await runDiff('--changed', known);
        assert.deepEqual(
          run.output.split('\n').filter((line) => line.startsWith('diff ')),
          ['diff HelmRelease media/plex: change values', 'diff HelmRelease media/plex: change ConfigMap a/settings'],
        );
        assert.match(run.output, /^ {2}chart plex 1\.0\.0 becomes plex 1\.1\.0$/m);
        assert.match(run.output, /^--- HelmRelease media\/plex values\tcommit base/m);
        assert.match(run.output, /^-greeting: hi\n-token: •••\n\+greeting: hello\n\+token: ••• \(changed\)$/m);
        assert.doesNotMatch(run.output + run.messages, /canary/);
        assert.match(run.messages, /values changed/);
      });

      test(`${where} as JSON the paths of its values, and with what they were compared`, async () => {
        const run = await runDiff('--changed -o json', known);
        const { values } = JSON.parse(run.output) as { values: unknown };
        assert.deepEqual(values, [
          {
            of: 'hr/media/plex',
            ...(live && { against: 'commit base (origin/main)' }),
            chart: { before: 'plex 1.0.0', after: 'plex 1.1.0' },
            paths: ['/greeting', '/token'],
          },
        ]);
      });
    }

    test('one that comes has no old values, and nothing is told of them', async () => {
      const run = await runDiff('--changed', { ...releases, commits: { base: state({}) } });
      assert.deepEqual(
        run.output.split('\n').filter((line) => line.startsWith('diff ')),
        ['diff HelmRelease media/plex: create ConfigMap a/settings'],
      );
    });
  });

  test('no file differs', async () => {
    const run = await runDiff('--changed', { ...world, changed: [] });
    assert.deepEqual([run.code, run.output], [0, '']);
    assert.match(run.messages, /^note: changed: No file differs from commit base/m);
  });

  test('without a remote what is not committed is compared with HEAD, which is said', async () => {
    const { changed } = world;
    const run = await runDiff('--changed', { now, changed, commits: { HEAD: before } });
    assert.equal(run.code, 1);
    assert.match(run.messages, /^warning: changed: No branch of a remote is known here/m);
  });

  test('against another commit', async () => {
    const run = await runDiff('--changed --against HEAD~2', { ...world, commits: { 'HEAD~2': now } });
    assert.equal(run.code, 0);
    assert.match(run.messages, /commit HEAD~2 ↔ working tree: nothing differs/);
  });

  describe('what cannot be rendered', () => {
    const broken = new Failure('invalid', 'apps/a.yaml:3: broken');
    const noChart = new Failure('notFound', 'its chart is not here', { remedy: 'pull' });
    const good = kustomization(namedApps, []);
    const rows: readonly [
      title: string,
      key: string,
      before: Rendering,
      now: Rendering,
      code: number,
      words: RegExp,
    ][] = [
      [
        'since the change: it could not be compared',
        'Kustomization/apps',
        good,
        broken,
        2,
        /^error: Kustomization flux-system\/apps: apps\/a\.yaml:3: broken$/m,
      ],
      [
        'before it, too: nobody can say what the change does',
        'Kustomization/apps',
        broken,
        broken,
        3,
        /^warning: Kustomization flux-system\/apps: not compared: its objects cannot be rendered, with or without the change: apps\/a\.yaml:3: broken$/m,
      ],
      [
        'a chart that cannot be had: its objects are unknown',
        'HelmRelease/plex',
        noChart,
        noChart,
        3,
        /^warning: HelmRelease flux-system\/plex: not compared: its objects cannot be rendered: its chart is not here$/m,
      ],
      ['a release that is broken', 'HelmRelease/plex', broken, broken, 3, /cannot be rendered, with or without/],
    ];
    for (const [title, key, before, now, code, words] of rows) {
      test(title, async () => {
        const run: FakeDiffRun = await runDiff('--changed', {
          now: state({ [key]: now }),
          commits: { base: state({ [key]: before }) },
          pushed: 'base',
          changed: [`files/${key.split('/')[1]}.yaml`],
        });
        assert.match(run.messages, words);
        assert.equal(run.code, code);
      });
    }
  });
});

describe('--changed where one repository has several clusters', () => {
  const clusters = (staging: DesiredObject, prod: DesiredObject): FakeDiffState => ({
    clusters: {
      'clusters/staging': { 'Kustomization/apps': kustomization(namedApps, [staging]) },
      'clusters/prod': { 'Kustomization/apps': kustomization(namedApps, [prod]) },
    },
    files: { 'apps/a.yaml': '' },
  });
  const world = {
    now: clusters(configMap('staging', { k: '2' }), configMap('prod', { k: '2' })),
    commits: { base: clusters(configMap('staging', { k: '1' }), configMap('prod', { k: '1' })) },
    pushed: 'base',
    changed: ['apps/a.yaml'],
  };

  test('what changes in each is told, and by which file it is that one', async () => {
    const run = await runDiff('--changed', world);
    assert.deepEqual(
      run.output.split('\n').filter((line) => line.startsWith('diff ')),
      [
        'diff Kustomization flux-system/apps (clusters/staging/apps.yaml): change ConfigMap a/staging',
        'diff Kustomization flux-system/apps (clusters/prod/apps.yaml): change ConfigMap a/prod',
      ],
    );
    const { objects } = JSON.parse((await runDiff('--changed -o json', world)).output) as {
      objects: { of: string; place?: string }[];
    };
    assert.deepEqual(
      objects.map(({ of, place }) => [of, place]),
      ['staging', 'prod'].map((cluster) => ['ks/flux-system/apps', `clusters/${cluster}/apps.yaml`]),
    );
  });

  test('a cluster is asked about nothing before it is said which one it is', async () => {
    const run = await runDiff('--changed --against cluster', { ...world, live: [] });
    assert.deepEqual([run.code, run.output, run.tasks], [2, '', []]);
    assert.match(run.messages, /several clusters: which of them homelab is.*\n.*--path clusters\/staging is the one/);
  });

  test('a cluster is asked about its own, and its inventory is held against nothing else', async () => {
    const live = {
      ...liveObject(namedApps, { prune: true }),
      status: {
        inventory: {
          entries: [
            { id: 'a_staging__ConfigMap', v: 'v1' },
            { id: 'web_data__PersistentVolumeClaim', v: 'v1' },
          ],
        },
      },
    };
    const claim = desired('PersistentVolumeClaim', 'data', { metadata: { name: 'data', namespace: 'web' } });
    const staging = kustomization(namedApps, [configMap('staging', { k: '2' }), claim]);
    const now = {
      ...world.now,
      clusters: { ...world.now.clusters, 'clusters/staging': { 'Kustomization/apps': staging } },
    };
    const run = await runDiff('--changed --against cluster --path clusters/staging', {
      ...world,
      now,
      live: [live],
      folder: 'clusters/staging',
    });
    assert.deepEqual(
      run.tasks.flatMap(({ rendered }) => rendered?.objects.map(({ object }) => object.metadata.name)),
      ['staging', 'data'],
    );
    // What left the build is not asked about; whose Secrets may be in what lives is known all the same.
    assert.deepEqual(
      run.tasks.map((task) => [task.live, task.applied]),
      [[undefined, live]],
    );
    assert.doesNotMatch(run.output, /is deleted|prod/);
    assert.match(
      run.messages,
      /Not below clusters\/staging, so not compared with cluster homelab: Kustomization flux-system\/apps \(clusters\/prod\/apps\.yaml\)/,
    );
  });
});

describe('a folder before Flux', () => {
  const plexObject = desired('HelmRelease', 'plex', {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    metadata: namedPlex,
    spec: {},
  });
  const appsObject = desired('Kustomization', 'apps', {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    metadata: namedApps,
    spec: {},
  });
  const inputs = {
    postBuild: {
      substituteFrom: [
        { kind: 'ConfigMap', name: 'there' },
        { kind: 'Secret', name: 'absent' },
        { kind: 'Secret', name: 'optional', optional: true },
        { kind: 'ConfigMap', name: 'made' },
      ],
    },
    decryption: { provider: 'sops', secretRef: { name: 'age' } },
  };
  const made = desired('ConfigMap', 'made', { metadata: { name: 'made', namespace: 'flux-system' } });
  const now: FakeDiffState = {
    renderings: {
      'Kustomization/apps': kustomization(namedApps, [plexObject, made], inputs),
      'HelmRelease/plex': renderedPlex([]),
    },
    folders: { files: [appsObject] },
  };
  const world = { now, live: [], folder: 'files', existing: ['ConfigMap/flux-system/there'] };
  const unserved = { change: 'unknown', because: 'notServed', reason: 'the kind is not served' } as const;

  test('everything that it leads to is compared, each once', async () => {
    const run = await runDiff('--path files', world);
    assert.deepEqual(
      run.tasks.map(({ rendered }) => rendered?.name.name),
      ['flux-system', 'apps', 'plex'],
    );
  });

  test('what is missing is told, but not what is optional, built or there', async () => {
    const run = await runDiff('--path files', world);
    const missing = run.messages.split('\n').filter((line) => line.includes('is missing'));
    assert.deepEqual(missing, [
      'warning: Secret flux-system/absent is missing: neither the files nor the cluster have it; Kustomization flux-system/apps names it in spec.postBuild.substituteFrom.',
      'warning: Secret flux-system/age is missing: neither the files nor the cluster have it; Kustomization flux-system/apps names it in spec.decryption.secretRef.',
    ]);
  });

  test("Flux's own kinds come with Flux; others that are not served are missing", async () => {
    const run = await runDiff('--path files', {
      ...world,
      compare: ({ rendered }) =>
        rendered.name.name === 'apps'
          ? [
              {
                ...comparedObject('HelmRelease', 'plex', unserved),
                id: { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'media', name: 'plex' },
              },
              comparedObject('Widget', 'w', { ...unserved, apiVersion: 'example.com/v1' }),
              comparedObject('Gadget', 'g', { ...unserved, because: 'otherVersion', apiVersion: 'example.com/v1' }),
              {
                ...comparedObject('Alert', 'a', { ...unserved, because: 'otherVersion', reason: 'it is v1beta3 here' }),
                id: { group: 'notification.toolkit.fluxcd.io', kind: 'Alert', namespace: 'media', name: 'a' },
              },
            ]
          : [],
    });
    assert.equal(run.code, 3);
    assert.match(run.output, /create HelmRelease media\/plex\n {2}its kind comes with Flux$/m);
    assert.match(run.messages, /CustomResourceDefinition Widget \(example\.com\/v1\) is missing/);
    assert.doesNotMatch(run.messages, /Gadget .* is missing/, 'it is there in another version');
    assert.match(run.messages, /Alert media\/a: not compared: it is v1beta3 here/);
  });

  test('what waits for another owner of the folder is created, and its kind is not missing', async () => {
    const definition = desired('CustomResourceDefinition', 'widgets.example.com', {
      apiVersion: 'apiextensions.k8s.io/v1',
      metadata: { name: 'widgets.example.com' },
      spec: { group: 'example.com', names: { kind: 'Widget' } },
    });
    const namedWidgets = { ...namedApps, name: 'widgets' };
    const widgetsObject = desired('Kustomization', 'widgets', {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      metadata: namedWidgets,
      spec: {},
    });
    const id = { group: 'example.com', kind: 'Widget', namespace: 'default', name: 'w' };
    const runOf = (owner: string) =>
      runDiff('--path files', {
        ...world,
        now: {
          renderings: {
            ...now.renderings,
            'Kustomization/widgets': kustomization(namedWidgets, []),
            'HelmRelease/plex': renderedPlex([definition]),
          },
          folders: { files: [appsObject, widgetsObject] },
        },
        compare: ({ rendered }) =>
          rendered.name.name === owner
            ? [{ ...comparedObject('Widget', 'w', { ...unserved, apiVersion: 'example.com/v1' }), id }]
            : [],
      });
    const other = await runOf('widgets');
    assert.match(
      other.output,
      /create Widget default\/w\n {2}after the definition of its kind, which HelmRelease media\/plex brings$/m,
    );
    assert.doesNotMatch(other.messages, /Widget/);
    // In the build that is to apply the release, it keeps the release from being applied.
    assert.doesNotMatch((await runOf('apps')).output, /create Widget/);
  });

  test('whose an object is by now is told', async () => {
    const run = await runDiff('--path files', {
      ...world,
      compare: ({ rendered }) =>
        rendered.name.name === 'apps'
          ? [changedObject('Deployment', 'web', [replicas], { takenOverFrom: 'Helm release web/web' })]
          : [],
    });
    assert.match(run.output, /^ {2}taken over from Helm release web\/web$/m);
  });

  test('what cannot be rendered is told, and the rest is compared', async () => {
    const run = await runDiff('--path files', {
      ...world,
      now: {
        ...now,
        renderings: {
          ...now.renderings,
          'HelmRelease/plex': new Failure('notFound', 'its chart is not here', { remedy: 'pull' }),
        },
      },
    });
    assert.equal(run.code, 3);
    assert.match(
      run.messages,
      /HelmRelease media\/plex: not compared: its objects cannot be rendered: its chart is not here/,
    );
  });

  test('a folder that cannot be built ends with 2, and what it states is compared all the same', async () => {
    const run = await runDiff('--path files', {
      ...world,
      now: { ...now, folders: { files: new Failure('invalid', 'broken') } },
    });
    assert.equal(run.code, 2);
    assert.match(run.messages, /^error: folder files: broken$/m);
    assert.deepEqual(
      run.tasks.map(({ rendered }) => rendered?.name.name),
      ['apps', 'plex'],
    );
  });

  test('one that a bootstrap has set up already is not set up again', async () => {
    const root: FluxName = { kind: 'Kustomization', namespace: 'flux-system', name: 'files' };
    const run = await runDiff('--path files', {
      ...world,
      now: { ...now, renderings: { ...now.renderings, 'Kustomization/files': kustomization(root, [appsObject]) } },
    });
    assert.deepEqual(
      run.tasks.map(({ rendered }) => rendered?.name.name),
      ['apps', 'files', 'plex'],
    );
  });
});

test('a release whose identity changes is warned of before everything', async () => {
  const live = {
    ...liveObject(namedPlex, { releaseName: 'old' }),
    status: {
      storageNamespace: 'media',
      history: [{ name: 'old', namespace: 'media', version: 1, chartName: 'app-template' }],
    },
  };
  const rendered = renderedPlex([], {
    inForce: { ...liveObject(namedPlex, { releaseName: 'new' }) },
  });
  const run = await runDiff('hr/plex --path .', {
    live: [live],
    now: { renderings: { 'HelmRelease/plex': rendered } },
    compareRelease: () => {
      const identity = releaseIdentityChange(live, rendered.inForce, rendered.chart.name);
      return { notes: identity ? [{ severity: 'information', message: identity.sentence }] : [] };
    },
  });
  assert.doesNotMatch(run.messages, /old/, 'and not twice');
  assert.match(run.output.split('\n')[0] ?? '', /plex/);
  assert.match(run.output, /old.*new/);
});

test('which data goes is said in the warning alone', async () => {
  const live = {
    ...liveObject(namedApps, { prune: true }),
    status: { inventory: { entries: [{ id: 'web_data__PersistentVolumeClaim', v: 'v1' }] } },
  };
  const run = await runDiff('ks/apps --path .', {
    live: [live],
    now: { renderings: { 'Kustomization/apps': kustomization(namedApps, []) } },
  });
  assert.equal(
    run.output.split('\n')[0],
    'PersistentVolumeClaim web/data is deleted; this deletes volumes: PersistentVolumeClaim web/data.',
  );
});
