/** What templates see of a cluster: the same names that Helm collects, from new servers and old ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure, type FailureReason, isFailure } from '../../../src/base/failure.ts';
import { noLog } from '../../../src/base/log.ts';
import { HttpClusterApi } from '../../../src/cluster/httpClusterApi.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { type FakeAnswer, FakeTransport, resourceList, status } from './fakeTransport.ts';

const signal = new AbortController().signal;
const version = { 'GET /version': { body: { gitVersion: 'v1.36.3', major: '1', minor: '36' } } };

function setUp(answers: Readonly<Record<string, FakeAnswer>>) {
  const transport = new FakeTransport({ ...version, ...answers });
  return { transport, api: new HttpClusterApi({ transport, log: noLog(), clock: new ManualClock() }) };
}

interface Version {
  readonly version: string;
  readonly freshness?: string;
  readonly resources?: readonly object[];
}

function aggregated(groups: Readonly<Record<string, readonly Version[]>>): FakeAnswer {
  const items = Object.entries(groups).map(([name, versions]) => ({
    metadata: { ...(name === '' ? {} : { name }), creationTimestamp: null },
    versions,
  }));
  return { body: { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items } };
}

function resource(kind: string, ...subresources: readonly string[]): object {
  const responseKind = (name: string) => (name === '' ? {} : { responseKind: { group: '', version: '', kind: name } });
  return {
    resource: `${kind.toLowerCase()}s`,
    ...responseKind(kind),
    scope: 'Namespaced',
    verbs: ['get'],
    subresources: subresources.map((name) => ({ subresource: 'x', ...responseKind(name), verbs: ['get'] })),
  };
}

const core = aggregated({
  '': [{ version: 'v1', resources: [resource('Pod', 'Pod', 'Eviction'), resource('Secret')] }],
});

const newServers: readonly (readonly [
  name: string,
  groups: Readonly<Record<string, readonly Version[]>>,
  more: readonly string[],
])[] = [
  ['no other group', {}, []],
  [
    'groups, versions, kinds, and kinds of subresources, each once',
    {
      apps: [{ version: 'v1', resources: [resource('Deployment', 'Deployment', 'Scale')] }],
      autoscaling: [
        { version: 'v2', resources: [resource('HorizontalPodAutoscaler')] },
        { version: 'v1', resources: [resource('HorizontalPodAutoscaler')] },
      ],
    },
    [
      'apps/v1',
      'apps/v1/Deployment',
      'apps/v1/Scale',
      'autoscaling/v1',
      'autoscaling/v1/HorizontalPodAutoscaler',
      'autoscaling/v2',
      'autoscaling/v2/HorizontalPodAutoscaler',
    ],
  ],
  [
    'nothing of an API service that does not answer',
    { 'metrics.k8s.io': [{ version: 'v1beta1', freshness: 'Stale', resources: [resource('PodMetrics')] }] },
    [],
  ],
  ['a version without resources', { 'empty.example.com': [{ version: 'v1' }] }, ['empty.example.com/v1']],
  [
    'the subresources of what has no kind itself',
    { 'x.io': [{ version: 'v1', resources: [resource('', 'Status')] }] },
    ['x.io/v1', 'x.io/v1/Status'],
  ],
];
for (const [name, groups, more] of newServers) {
  test(`a server that tells all at once: ${name}`, async () => {
    const { api, transport } = setUp({ 'GET /api': core, 'GET /apis': aggregated(groups) });
    const { kubeVersion, apiVersions } = await api.capabilities(signal);
    assert.equal(kubeVersion, 'v1.36.3');
    assert.deepEqual(apiVersions, [...more, 'v1', 'v1/Eviction', 'v1/Pod', 'v1/Secret'].sort());
    assert.deepEqual([...transport.paths].sort(), ['/api', '/apis', '/version']);
  });
}

test('it is asked for in the newest form first, and plainly for old servers', async () => {
  const { api, transport } = setUp({ 'GET /api': core, 'GET /apis': aggregated({}) });
  await api.capabilities(signal);
  const accepts = transport.sent.filter(({ path }) => path.startsWith('/api')).map(({ accept }) => accept);
  const form = (v: string) => `application/json;g=apidiscovery.k8s.io;v=${v};as=APIGroupDiscoveryList`;
  assert.deepEqual(accepts, Array(2).fill(`${form('v2')},${form('v2beta1')},application/json`));
});

const oldServer = {
  'GET /api': { body: { kind: 'APIVersions', versions: ['v1'] } },
  'GET /apis': {
    body: {
      kind: 'APIGroupList',
      groups: [
        { name: 'apps', versions: [{ groupVersion: 'apps/v1', version: 'v1' }] },
        { name: 'metrics.k8s.io', versions: [{ groupVersion: 'metrics.k8s.io/v1beta1', version: 'v1beta1' }] },
      ],
    },
  },
  'GET /api/v1': { body: resourceList('v1', { pods: 'Pod', 'pods/eviction': 'Eviction' }) },
  'GET /apis/apps/v1': { body: resourceList('apps/v1', { deployments: 'Deployment', 'deployments/scale': 'Scale' }) },
};
const oldNames = ['apps/v1', 'apps/v1/Deployment', 'apps/v1/Scale', 'v1', 'v1/Eviction', 'v1/Pod'];

const oldServers: readonly (readonly [name: string, metrics: FakeAnswer, more: readonly string[]])[] = [
  [
    'all of it',
    { body: resourceList('metrics.k8s.io/v1beta1', { pods: 'PodMetrics' }) },
    ['metrics.k8s.io/v1beta1/PodMetrics'],
  ],
  ['an API service that is down', { status: 503, body: 'service unavailable' }, []],
  ['a version that has just gone', { status: 404, body: '404 page not found' }, []],
  ['a group that this user may not discover', { status: 403, body: status(403, 'Forbidden', 'no') }, []],
];
for (const [name, metrics, more] of oldServers) {
  test(`a server that is asked for each version: ${name}`, async () => {
    const { api } = setUp({ ...oldServer, 'GET /apis/metrics.k8s.io/v1beta1': metrics });
    const { apiVersions } = await api.capabilities(signal);
    assert.deepEqual(apiVersions, [...oldNames, 'metrics.k8s.io/v1beta1', ...more].sort());
  });
}

const failures: readonly (readonly [
  name: string,
  answers: Readonly<Record<string, FakeAnswer>>,
  reason: FailureReason,
])[] = [
  [
    'the list of groups is refused',
    { ...oldServer, 'GET /apis': { status: 403, body: status(403, 'Forbidden', 'no') } },
    'forbidden',
  ],
  [
    'the server goes away',
    { ...oldServer, 'GET /apis/apps/v1': { breaks: new Failure('unreachable', 'gone') } },
    'unreachable',
  ],
  ['the token ends', { ...oldServer, 'GET /apis/apps/v1': { status: 401 } }, 'unauthorized'],
  ['nothing is served', { 'GET /api': { body: {} }, 'GET /apis': { body: {} } }, 'invalid'],
  ['no version is told', { ...oldServer, 'GET /version': { body: { gitVersion: '' } } }, 'invalid'],
];
for (const [name, answers, reason] of failures) {
  test(`a failure when ${name}, and the next time it is asked again`, async () => {
    const { api, transport } = setUp(answers);
    await assert.rejects(api.capabilities(signal), (error) => isFailure(error, reason));
    for (const [what, answer] of Object.entries({ ...version, ...oldServer })) {
      transport.answers.set(what, answer);
    }
    if (reason === 'invalid') {
      api.forgetDiscovery(); // it was a good answer as such
    }
    assert.equal((await api.capabilities(signal)).kubeVersion, 'v1.36.3');
  });
}

test('the answer is kept until discovery is forgotten', async () => {
  const { api, transport } = setUp({ 'GET /api': core, 'GET /apis': aggregated({}) });
  const [first, second] = await Promise.all([api.capabilities(signal), api.capabilities(signal)]);
  assert.equal(first, second);
  assert.equal(transport.sent.length, 3);
  transport.answers.set('GET /apis', aggregated({ apps: [{ version: 'v1' }] }));
  assert.equal((await api.capabilities(signal)).apiVersions.includes('apps/v1'), false);
  api.forgetDiscovery();
  assert.equal((await api.capabilities(signal)).apiVersions.includes('apps/v1'), true);
});

test('who no longer waits is let go, and the others get their answer', async () => {
  const answer = Promise.withResolvers<FakeAnswer>();
  const { api, transport } = setUp({ 'GET /api': core });
  transport.answers.set('GET /apis', () => answer.promise);
  const cancel = new AbortController();
  const impatient = api.capabilities(cancel.signal);
  const patient = api.capabilities(signal);
  cancel.abort();
  await assert.rejects(impatient, (error) => isFailure(error, 'cancelled'));
  answer.resolve(aggregated({}));
  assert.equal((await patient).kubeVersion, 'v1.36.3');
});
