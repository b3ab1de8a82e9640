/** So many requests at a time, waiting as a busy server says, and questions about rights asked once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import type { AccessQuestion, ApiResource } from '../../../src/cluster/clusterApi.ts';
import { LiveVersions } from '../../../src/drift/liveVersions.ts';
import { PoliteRequests } from '../../../src/drift/politeRequests.ts';
import { Rights } from '../../../src/drift/rights.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { kustomizationName } from '../../support/rendered.ts';
import { DriftCluster } from './driftCluster.ts';

const signal = new AbortController().signal;
const busy = (retryAfterMs?: number): Failure =>
  new Failure('busy', 'too many requests', retryAfterMs === undefined ? {} : { retryAfterMs });

/** Lets everything run that waits for nothing but other promises. */
async function settle(): Promise<void> {
  await new Promise(setImmediate);
}

test('a request that is refused as one too many is sent again after the time it was told', async () => {
  const clock = new ManualClock();
  const requests = new PoliteRequests({ clock, signal });
  const sent: number[] = [];
  const start = clock.now();
  const answers = [busy(3000), busy(), 'answer'];
  const asking = requests.send(() => {
    sent.push(clock.now() - start);
    const answer = answers.shift();
    return answer instanceof Failure ? Promise.reject(answer) : Promise.resolve(answer);
  });
  for (const ms of [3000, 1000]) {
    await settle();
    clock.advance(ms);
  }
  assert.equal(await asking, 'answer');
  assert.deepEqual(sent, [0, 3000, 4000]);
});

test('the others wait as well', async () => {
  const clock = new ManualClock();
  const requests = new PoliteRequests({ clock, signal });
  const first = [busy(2000)];
  const refused = requests.send(() =>
    first.length > 0 ? Promise.reject(first.pop() ?? busy()) : Promise.resolve('one'),
  );
  await settle();
  let sent = false;
  const other = requests.send(() => {
    sent = true;
    return Promise.resolve('other');
  });
  await settle();
  assert.equal(sent, false);
  clock.advance(2000);
  assert.deepEqual(await Promise.all([refused, other]), ['one', 'other']);
});

test('a server that is always busy is given up, and no wait is endless', async () => {
  const clock = new ManualClock();
  const requests = new PoliteRequests({ clock, signal });
  let times = 0;
  const asking = requests.send(() => {
    times += 1;
    return Promise.reject(busy(9_999_999));
  });
  asking.catch(() => undefined);
  for (let round = 0; round < 5; round += 1) {
    await settle();
    clock.advance(60_000);
  }
  await assert.rejects(asking, { reason: 'busy' });
  assert.equal(times, 6);
});

test('another failure is the caller’s at once', async () => {
  const requests = new PoliteRequests({ clock: new ManualClock(), signal });
  await assert.rejects(
    requests.send(() => Promise.reject(new Failure('forbidden', 'no'))),
    { reason: 'forbidden' },
  );
});

for (const when of ['before', 'while waiting'] as const) {
  test(`who cancels ${when} waits no longer`, async () => {
    const clock = new ManualClock();
    const abort = new AbortController();
    const requests = new PoliteRequests({ clock, signal: abort.signal });
    if (when === 'before') {
      abort.abort();
    }
    const asking = requests.send(() => Promise.reject(busy(60_000)));
    asking.catch(() => undefined);
    await settle();
    abort.abort();
    await assert.rejects(asking, { reason: 'cancelled' });
    assert.equal(clock.pending, 0);
  });
}

const configMaps: ApiResource = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  verbs: [],
};
const nodes: ApiResource = { ...configMaps, kind: 'Node', plural: 'nodes', namespaced: false };

function rightsOf(answer: (question: AccessQuestion) => boolean | undefined): { rights: Rights; asked: string[] } {
  const asked: string[] = [];
  const rights = new Rights((question) => {
    asked.push([question.verb, question.resource, question.namespace ?? '-'].join(' '));
    return Promise.resolve(answer(question));
  });
  return { rights, asked };
}

test('who may do everything is asked one question', async () => {
  const { rights, asked } = rightsOf(() => true);
  assert.equal(await rights.may('patch', configMaps, 'apps'), true);
  assert.equal(await rights.may('get', nodes, ''), true);
  assert.deepEqual(asked, ['* * -']);
});

test('a question that failed is asked again', async () => {
  const answers = [new Failure('unreachable', 'connection reset'), true];
  const rights = new Rights(() => {
    const answer = answers.shift();
    return answer instanceof Failure ? Promise.reject(answer) : Promise.resolve(answer);
  });
  await assert.rejects(rights.may('get', configMaps, 'apps'), { reason: 'unreachable' });
  assert.equal(await rights.may('get', configMaps, 'apps'), true);
});

test('others are asked for each resource and namespace, once', async () => {
  const { rights, asked } = rightsOf(({ verb, namespace }) => verb === 'get' && namespace === 'apps');
  const answers = await Promise.all([
    rights.may('get', configMaps, 'apps'),
    rights.may('get', configMaps, 'apps'),
    rights.may('get', configMaps, 'other'),
    rights.may('patch', configMaps, 'apps'),
    rights.may('get', nodes, 'ignored'),
  ]);
  assert.deepEqual(answers, [true, true, false, false, false]);
  assert.deepEqual(asked, [
    '* * -',
    'get configmaps apps',
    'get configmaps other',
    'patch configmaps apps',
    'get nodes -',
  ]);
});

test('a server that does not say leaves it open', async () => {
  const { rights } = rightsOf(() => undefined);
  assert.equal(await rights.may('patch', configMaps, 'apps'), undefined);
});

test('a list that fails tells nothing, and is not asked again', async () => {
  const cluster = new DriftCluster();
  cluster.failures.push(new Failure('gone', 'continue token expired'));
  const requests = new PoliteRequests({ clock: new ManualClock(), signal });
  const rights = new Rights(() => Promise.resolve(true));
  const versions = new LiveVersions({ api: cluster.api, requests, rights, owner: kustomizationName });
  assert.equal(await versions.versionOf(configMaps, 'apps', 'a'), undefined);
  assert.equal(await versions.versionOf(configMaps, 'apps', 'b'), undefined);
  assert.deepEqual(cluster.asked, ['LIST configmaps apps']);
});

test('all pages of a list count, and only metadata of what the Kustomization owns is asked for', async () => {
  const cluster = new DriftCluster();
  const queries: unknown[] = [];
  const page = (name: string, next: string | undefined) => ({
    items: [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'apps', resourceVersion: `v-${name}` } },
    ],
    resourceVersion: '1',
    next,
    remaining: undefined,
  });
  const api = {
    ...cluster.api,
    list: (_resource: ApiResource, query: { readonly next?: string | undefined }) => {
      queries.push(query);
      return Promise.resolve(query.next === undefined ? page('a', 'token') : page('b', undefined));
    },
  };
  const requests = new PoliteRequests({ clock: new ManualClock(), signal });
  const versions = new LiveVersions({
    api,
    requests,
    rights: new Rights(() => Promise.resolve(true)),
    owner: kustomizationName,
  });
  assert.equal(await versions.versionOf(configMaps, 'apps', 'b'), 'v-b');
  assert.equal(await versions.versionOf(configMaps, 'apps', 'a'), 'v-a');
  const query = {
    namespace: 'apps',
    limit: 500,
    metadataOnly: true,
    labelSelector: 'kustomize.toolkit.fluxcd.io/name=apps,kustomize.toolkit.fluxcd.io/namespace=flux-system',
  };
  assert.deepEqual(queries, [query, { ...query, next: 'token' }]);
});
