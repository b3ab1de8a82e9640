/** Which version of a kind is used: the cluster's answer, never an assumption. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure, isFailure } from '../../../src/base/failure.ts';
import { noLog } from '../../../src/base/log.ts';
import { newestFirst } from '../../../src/cluster/discovery.ts';
import { HttpClusterApi } from '../../../src/cluster/httpClusterApi.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { apiGroup, FakeTransport, type FakeAnswer, resourceList, status } from './fakeTransport.ts';

const source = 'source.toolkit.fluxcd.io';
const signal = new AbortController().signal;

function api(answers: Readonly<Record<string, FakeAnswer>>) {
  const transport = new FakeTransport(answers);
  return { transport, api: new HttpClusterApi({ transport, log: noLog(), clock: new ManualClock() }) };
}

/** A cluster that serves these plurals (singular kinds) in these versions of the source group. */
function serving(versions: Readonly<Record<string, Readonly<Record<string, string>>>>, preferred?: string) {
  return api({
    [`GET /apis/${source}`]: { body: apiGroup(source, Object.keys(versions), preferred) },
    ...Object.fromEntries(
      Object.entries(versions).map(([version, resources]) => [
        `GET /apis/${source}/${version}`,
        { body: resourceList(`${source}/${version}`, resources) },
      ]),
    ),
  });
}

const git = { gitrepositories: 'GitRepository' };
const oci = { ocirepositories: 'OCIRepository' };

function checkVersions(
  name: string,
  versions: Readonly<Record<string, Readonly<Record<string, string>>>>,
  preferred: string | undefined,
  expected: Readonly<Record<string, string>>,
): void {
  test(name, async () => {
    const resources = await serving(versions, preferred).api.discoverGroup(source, signal);
    assert.deepEqual(Object.fromEntries(resources.map(({ kind, version }) => [kind, version])), expected);
  });
}

checkVersions('one version', { v1: git }, undefined, { GitRepository: 'v1' });
checkVersions('the preferred version of the group is used', { v1: git, v1beta2: git }, 'v1beta2', {
  GitRepository: 'v1beta2',
});
checkVersions(
  'a kind that the preferred version lacks comes from the newest that has it',
  { v1: git, v1beta1: { ...git, ...oci }, v1beta2: { ...git, ...oci } },
  'v1',
  { GitRepository: 'v1', OCIRepository: 'v1beta2' },
);
checkVersions('a preferred version that is not served does not count', { v1beta1: git, v1: git }, 'v9', {
  GitRepository: 'v1',
});
checkVersions('subresources are no kinds', { v1: { ...git, 'gitrepositories/status': 'GitRepository' } }, 'v1', {
  GitRepository: 'v1',
});

test('versions are ordered as Kubernetes orders them', () => {
  const versions = [
    'v1beta1',
    'v10',
    'foo1',
    'v2',
    'v1alpha3',
    'v11beta2',
    'v1',
    'v3beta1',
    'v12alpha1',
    'foo10',
    'v1beta2',
  ];
  assert.deepEqual(versions.sort(newestFirst), [
    'v10',
    'v2',
    'v1',
    'v11beta2',
    'v3beta1',
    'v1beta2',
    'v1beta1',
    'v12alpha1',
    'v1alpha3',
    'foo1',
    'foo10',
  ]);
});

test('a group that is not served has no kinds', async () => {
  const { api: nothing } = api({});
  assert.deepEqual(await nothing.discoverGroup(source, signal), []);
  assert.equal(await nothing.findResource({ group: source, kind: 'GitRepository' }, signal), undefined);
});

test('the core group has no group document', async () => {
  const { api: core, transport } = api({ 'GET /api/v1': { body: resourceList('v1', { pods: 'Pod' }) } });
  assert.deepEqual(await core.findResource({ group: '', kind: 'Pod' }, signal), {
    group: '',
    version: 'v1',
    kind: 'Pod',
    plural: 'pods',
    namespaced: true,
    verbs: ['get', 'list', 'patch', 'watch'],
  });
  assert.deepEqual(transport.paths, ['/api/v1']);
});

test('a version that is asked for is used while it is served, and replaced by the one in use when it is not', async () => {
  const { api: both } = serving({ v1: git, v1beta2: git });
  const find = async (version: string) =>
    (await both.findResource({ group: source, kind: 'GitRepository', version }, signal))?.version;
  assert.equal(await find('v1beta2'), 'v1beta2');
  assert.equal(await find('v1beta1'), 'v1');
  assert.equal(await both.findResource({ group: source, kind: 'Nothing', version: 'v1' }, signal), undefined);
});

test('documents are asked for once, also by many at a time, until they are forgotten', async () => {
  const { api: cluster, transport } = serving({ v1: git });
  const ask = () => cluster.findResource({ group: source, kind: 'GitRepository' }, signal);
  await Promise.all([ask(), ask(), ask()]);
  await ask();
  assert.deepEqual(transport.paths, [`/apis/${source}`, `/apis/${source}/v1`]);
  cluster.forgetDiscovery();
  await ask();
  assert.equal(transport.paths.length, 4);
});

test('a failure is not kept', async () => {
  const { api: cluster, transport } = serving({ v1: git });
  const path = `GET /apis/${source}`;
  const good = transport.answers.get(path)!;
  transport.answers.set(path, { status: 503, body: status(503, 'ServiceUnavailable', 'not now') });
  await assert.rejects(cluster.discoverGroup(source, signal), (error) => isFailure(error, 'unreachable'));
  transport.answers.set(path, good);
  assert.equal((await cluster.discoverGroup(source, signal)).length, 1);
});

test('who stops waiting is cancelled; the others still get their answer', async () => {
  const { api: cluster, transport } = serving({ v1: git });
  const gate = Promise.withResolvers<FakeAnswer>();
  transport.answers.set(`GET /apis/${source}`, () => gate.promise);
  const controller = new AbortController();
  const impatient = cluster.discoverGroup(source, controller.signal);
  const patient = cluster.discoverGroup(source, signal);
  controller.abort();
  await assert.rejects(impatient, (error) => isFailure(error, 'cancelled'));
  gate.resolve({ body: apiGroup(source, ['v1']) });
  assert.equal((await patient).length, 1);
  await assert.rejects(cluster.discoverGroup(source, AbortSignal.abort()), (error) => isFailure(error, 'cancelled'));
});

const hostile: readonly (readonly [string, unknown])[] = [
  ['a list without resources', { kind: 'APIResourceList' }],
  ['resources that are a text', { resources: 'all' }],
  ['entries that are none', { resources: [null, 7, 'x', {}, { name: 'a' }, { kind: 'B' }, { name: 1, kind: 2 }] }],
];

for (const [name, body] of hostile) {
  test(`${name} is no kinds, and no crash`, async () => {
    const { api: cluster } = api({
      [`GET /apis/${source}`]: { body: apiGroup(source, ['v1']) },
      [`GET /apis/${source}/v1`]: { body },
    });
    assert.deepEqual(await cluster.discoverGroup(source, signal), []);
  });
}

test('an answer that is no JSON is invalid', async () => {
  const { api: cluster } = api({ [`GET /apis/${source}`]: { body: '<html>log in</html>' } });
  await assert.rejects(cluster.discoverGroup(source, signal), (error) => isFailure(error, 'invalid'));
});

test('a cluster that cannot be reached is a failure, not a cluster without kinds', async () => {
  const { api: cluster } = api({
    [`GET /apis/${source}`]: { breaks: new Failure('unreachable', 'connection refused') },
  });
  await assert.rejects(cluster.discoverGroup(source, signal), (error) => isFailure(error, 'unreachable'));
});
