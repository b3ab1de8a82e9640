/**
 * What runs of the objects of a file, as the light bulb is told: only of objects that are certainly the file's, pods only where
 * somebody waits, and never a Secret.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListQuery } from '../../../src/cluster/clusterApi.ts';
import { runningFacts, type RunningFactsParts } from '../../../src/cluster/runningFacts.ts';
import { Failure, isFailure } from '../../../src/base/failure.ts';
import { idOf, type ObjectId, objectKey } from '../../../src/flux/objectKey.ts';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import { installedChart, type RunningSubject } from '../../../src/flux/runningVersions.ts';
import {
  anyObject,
  failing,
  gitRepository,
  helmChart,
  helmRelease,
  inventoryEntry,
  kustomization,
  ociRepository,
} from '../../support/builders.ts';
import { ManualClock } from '../../support/manualClock.ts';

const digest = `sha256:${'cd'.repeat(32)}`;
const remote = 'https://github.com/example/fleet';
const webId: ObjectId = { group: 'apps', kind: 'Deployment', namespace: 'web', name: 'web' };
const releaseId: ObjectId = { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'web', name: 'shop' };
const sourceId: ObjectId = { group: 'source.toolkit.fluxcd.io', kind: 'OCIRepository', namespace: 'web', name: 'art' };
const owner = { kind: 'Kustomization', name: 'apps' } as const;
const shopWorkload: ObjectId = { group: 'apps', kind: 'StatefulSet', namespace: 'web', name: 'shop' };

const snapshot = (status: string, chartVersion: string, ociDigest?: string) => ({
  chartName: 'shop',
  chartVersion,
  status,
  ...(ociDigest === undefined ? {} : { ociDigest }),
});

const release = (history: readonly ReturnType<typeof snapshot>[] = [snapshot('deployed', '6.16.0')]): FluxObject =>
  helmRelease('shop', {
    namespace: 'web',
    appliedBy: owner,
    status: { history, inventory: { entries: [inventoryEntry(shopWorkload)] } },
  });

function cluster(release_: FluxObject = release()): FluxObject[] {
  return [
    gitRepository('flux-system', { spec: { url: remote } }),
    kustomization('apps', {
      spec: { path: './apps' },
      status: { inventory: { entries: [webId, releaseId, sourceId].map((id) => inventoryEntry(id)) } },
    }),
    release_,
    ociRepository('art', {
      namespace: 'web',
      appliedBy: owner,
      status: { artifact: { revision: `latest@${digest}` } },
    }),
  ];
}

function pod(name: string, owner_: { kind: string; name: string }, labels: Readonly<Record<string, string>> = {}) {
  return anyObject('v1', 'Pod', name, {
    namespace: 'web',
    labels,
    metadata: { ownerReferences: [{ apiVersion: 'apps/v1', controller: true, ...owner_ }] },
    fields: {
      spec: { containers: [{ name: 'web', image: `${owner_.name}:latest` }] },
      status: {
        containerStatuses: [
          { name: 'web', imageID: `docker.io/library/${owner_.name}@${digest}`, state: { running: {} }, ready: true },
        ],
      },
    },
  });
}

const pods: readonly KubernetesObject[] = [
  pod('web-7d9f-x', { kind: 'ReplicaSet', name: 'web-7d9f' }, { 'pod-template-hash': '7d9f' }),
  pod('shop-0', { kind: 'StatefulSet', name: 'shop' }),
  pod('other-0', { kind: 'StatefulSet', name: 'other' }),
];

interface Asked {
  readonly kinds: string[];
  readonly lists: ListQuery[];
}

function partsOf(known: readonly FluxObject[], asked: Asked, more: Partial<RunningFactsParts> = {}): RunningFactsParts {
  const byKey = new Map(known.map((object) => [objectKey('', idOf(object)), object]));
  return {
    file: { filePath: 'apps/web.yaml', remotes: [remote] },
    known,
    get: (id) => byKey.get(objectKey('', id)),
    api: {
      findResource: ({ group, kind }) => {
        asked.kinds.push(kind);
        return Promise.resolve({ group, kind, version: 'v1', plural: 'pods', namespaced: true, verbs: ['list'] });
      },
      list: (_resource, query) => {
        asked.lists.push(query);
        return Promise.resolve({ items: pods, resourceVersion: '1', next: undefined, remaining: undefined });
      },
    },
    clock: new ManualClock(),
    ...more,
  };
}

async function ask(
  subject: Omit<RunningSubject, 'mayAsk'> & { readonly mayAsk?: boolean },
  known: readonly FluxObject[] = cluster(),
  more: Partial<RunningFactsParts> = {},
) {
  const asked: Asked = { kinds: [], lists: [] };
  const facts = await runningFacts(
    { mayAsk: true, ...subject },
    partsOf(known, asked, more),
    new AbortController().signal,
  );
  return { facts, asked };
}

const chartOf = async (known: readonly FluxObject[], more: Partial<RunningFactsParts> = {}) =>
  (await ask({ object: { ...releaseId, namespace: '' }, about: 'chart' }, known, more)).facts?.chart;

test('the chart that a release has installed, without a request', async () => {
  const { facts, asked } = await ask({ object: releaseId, about: 'chart', mayAsk: false });
  const source = { kind: 'HelmRepository', name: 'charts', namespace: 'flux-system', isBeside: false };
  assert.deepEqual(facts?.chart, { name: 'shop', version: '6.16.0', source });
  assert.deepEqual(asked, { kinds: [], lists: [] });
});

const charts: readonly (readonly [string, FluxObject, string | undefined])[] = [
  [
    'after a failed upgrade the one before',
    release([snapshot('failed', '7.0.0'), snapshot('deployed', '6.16.0')]),
    '6.16.0',
  ],
  ['none where none is deployed', release([snapshot('failed', '7.0.0')]), undefined],
  ['none before the first installation', release([]), undefined],
  [
    'of an artifact without the digits of its digest',
    release([snapshot('deployed', '6.16.0+0cc9a8441122', 'sha256:0cc9')]),
    '6.16.0',
  ],
  [
    'with the build metadata that is its own',
    release([snapshot('deployed', '6.16.0+0cc9a8441122')]),
    '6.16.0+0cc9a8441122',
  ],
];

for (const [name, object, expected] of charts) {
  test(`the installed chart: ${name}`, async () => {
    assert.equal((await chartOf(cluster(object)))?.version, expected);
  });
}

const foreign: readonly (readonly [string, Partial<RunningFactsParts>])[] = [
  ['of another repository', { file: { filePath: 'apps/web.yaml', remotes: ['https://github.com/example/other'] } }],
  ['of no repository', { file: { filePath: 'apps/web.yaml', remotes: [] } }],
  ['that no Kustomization builds', { file: { filePath: 'staging/web.yaml', remotes: [remote] } }],
];

for (const [name, more] of foreign) {
  test(`a file ${name} gets no facts of an object of the same name`, async () => {
    assert.equal(await chartOf(cluster(), more), undefined);
    for (const object of [webId, releaseId]) {
      const { facts, asked } = await ask({ object, about: 'images' }, cluster(), more);
      assert.equal(facts, undefined);
      assert.deepEqual(asked.lists, [], 'and no pod is asked for');
    }
  });
}

test('two objects of one name in two namespaces are none, unless the file says which', async () => {
  const second = helmRelease('shop', {
    namespace: 'web2',
    appliedBy: owner,
    status: { history: [snapshot('deployed', '1.0.0')] },
  });
  const [git, apps, ...others] = cluster();
  assert.ok(git && apps);
  const both = kustomization('apps', {
    spec: { path: './apps' },
    status: {
      inventory: { entries: [releaseId, { ...releaseId, namespace: 'web2' }].map((id) => inventoryEntry(id)) },
    },
  });
  const known = [git, both, ...others, second];
  assert.equal(await chartOf(known), undefined);
  const { facts } = await ask({ object: { ...releaseId, namespace: 'web2' }, about: 'chart' }, known);
  assert.equal(facts?.chart?.version, '1.0.0');
});

test('what a source has fetched', async () => {
  const { facts, asked } = await ask({ object: sourceId, about: 'revision', mayAsk: false });
  assert.deepEqual(facts?.revision, { text: `latest@${digest}`, url: 'oci://ghcr.io/example/art' });
  assert.deepEqual(asked.lists, []);
});

const unsettled: readonly (readonly [string, Parameters<typeof ociRepository>[1]])[] = [
  ['whose change is not looked at', { metadata: { generation: 2 }, status: { observedGeneration: 1 } }],
  ['that fails', { conditions: failing('OCIArtifactPullFailed', 'no such tag') }],
];

for (const [name, built] of unsettled) {
  test(`an artifact that a source ${name} still holds is nobody's version`, async () => {
    const status = { ...built?.status, artifact: { revision: `latest@${digest}` } };
    const source = ociRepository('art', { ...built, namespace: 'web', appliedBy: owner, status });
    const known = [...cluster().filter(({ kind }) => kind !== 'OCIRepository'), source];
    assert.equal((await ask({ object: sourceId, about: 'revision' }, known)).facts, undefined);
    const chart = helmChart('shop', { ...built, status: { ...status, observedChartName: 'shop' } });
    assert.equal(installedChart(chart), undefined);
  });
}

test('a chart is called as the one that was fetched, whatever its object asks for', () => {
  const fetched = helmChart('shop', { chart: './charts/x', status: { observedChartName: 'shop' } });
  assert.deepEqual([installedChart(fetched)?.name, installedChart(fetched)?.source.name], ['shop', 'charts']);
});

test('a release whose change is not looked at has installed what another text asked for', async () => {
  const edited = release();
  const newer = { ...edited, metadata: { ...edited.metadata, generation: 2 } };
  assert.equal(await chartOf(cluster(newer)), undefined);
});

test('images of a workload come from its own pods, and only where somebody waits for them', async () => {
  const object = { ...webId, namespace: '' };
  const quiet = await ask({ object, about: 'images', mayAsk: false });
  assert.deepEqual([quiet.facts?.askable, quiet.facts?.images, quiet.asked.lists], [true, [], []]);
  const { facts, asked } = await ask({ object, about: 'images' });
  assert.deepEqual(facts?.images, [{ name: 'docker.io/library/web-7d9f', container: 'web', tag: 'latest', digest }]);
  assert.deepEqual(asked.kinds, ['Pod'], 'nothing but pods is asked for');
  assert.deepEqual(
    asked.lists.map(({ namespace }) => namespace),
    ['web'],
  );
});

test('a file that two Kustomizations apply to two namespaces stands for no workload, unless it says which', async () => {
  const second = kustomization('apps-staging', {
    spec: { path: './apps' },
    status: { inventory: { entries: [inventoryEntry({ ...webId, namespace: 'staging' })] } },
  });
  const known = [...cluster(), second];
  const either = await ask({ object: { ...webId, namespace: '' }, about: 'images' }, known);
  assert.deepEqual([either.facts, either.asked.lists], [undefined, []]);
  const one = await ask({ object: webId, about: 'images' }, known);
  assert.equal(one.facts?.images.length, 1);
});

test('images of a release come from the pods of what it has applied', async () => {
  const { facts, asked } = await ask({ object: releaseId, about: 'images' });
  assert.deepEqual(
    facts?.images.map(({ name }) => name),
    ['docker.io/library/shop'],
  );
  assert.deepEqual(asked.kinds, ['Pod']);
});

test('a release of a Flux that does not tell what it has applied gets no images', async () => {
  const old = helmRelease('shop', {
    namespace: 'web',
    appliedBy: owner,
    status: { history: [snapshot('deployed', '1.0.0')], inventory: undefined },
  });
  const { facts, asked } = await ask({ object: releaseId, about: 'images' }, cluster(old));
  assert.equal(facts, undefined);
  assert.deepEqual(asked.lists, []);
});

test('more pods than are read are no answer: a part is not the whole', async () => {
  const asked: Asked = { kinds: [], lists: [] };
  const parts = partsOf(cluster(), asked);
  const api: RunningFactsParts['api'] = {
    findResource: parts.api.findResource,
    list: (_resource, query) => {
      asked.lists.push(query);
      return Promise.resolve({ items: pods, resourceVersion: '1', next: 'more', remaining: undefined });
    },
  };
  const subject: RunningSubject = { object: webId, about: 'images', mayAsk: true };
  assert.equal(await runningFacts(subject, { ...parts, api }, new AbortController().signal), undefined);
  assert.equal(asked.lists.length, 4);
});

test('a cluster that is slow, refuses or is no longer wanted ends the question with its reason', async () => {
  const hanging: RunningFactsParts['api'] = {
    findResource: () => new Promise(() => undefined),
    list: () => Promise.reject(new Failure('invalid', 'never asked')),
  };
  const subject: RunningSubject = { object: webId, about: 'images', mayAsk: true };
  const asked: Asked = { kinds: [], lists: [] };
  const clock = new ManualClock();
  const slow = runningFacts(
    subject,
    { ...partsOf(cluster(), asked), api: hanging, clock },
    new AbortController().signal,
  );
  clock.advance(5_000);
  await assert.rejects(slow, (error: unknown) => isFailure(error, 'timeout'));
  const controller = new AbortController();
  const stopped = runningFacts(subject, { ...partsOf(cluster(), asked), api: hanging }, controller.signal);
  controller.abort();
  await assert.rejects(stopped, (error: unknown) => isFailure(error, 'cancelled'));
  const parts = partsOf(cluster(), asked);
  const refusing = { ...parts.api, list: () => Promise.reject(new Failure('forbidden', 'pods')) };
  await assert.rejects(
    runningFacts(subject, { ...parts, api: refusing }, new AbortController().signal),
    (error: unknown) => isFailure(error, 'forbidden'),
  );
});
