/** The Kubernetes API over HTTP: what is sent, what arrives, and what becomes of every wrong answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure, type FailureReason, isFailure } from '../../../src/base/failure.ts';
import type { ApiResource, WatchEvent, WatchQuery } from '../../../src/cluster/clusterApi.ts';
import { HttpClusterApi } from '../../../src/cluster/httpClusterApi.ts';
import { pathOf } from '../../../src/cluster/resourcePath.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { FakeTransport, type FakeAnswer, status } from './fakeTransport.ts';

const signal = new AbortController().signal;
const verbs = ['get', 'list', 'watch', 'patch'];
const releases: ApiResource = {
  group: 'helm.toolkit.fluxcd.io',
  version: 'v2',
  kind: 'HelmRelease',
  plural: 'helmreleases',
  namespaced: true,
  verbs,
};
const deployments: ApiResource = {
  ...releases,
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
};
const collection = '/apis/helm.toolkit.fluxcd.io/v2/helmreleases';
const loki = { namespace: 'logging', name: 'loki' };
const lokiPath = '/apis/helm.toolkit.fluxcd.io/v2/namespaces/logging/helmreleases/loki';

function setUp(answers: Readonly<Record<string, FakeAnswer>> = {}) {
  const transport = new FakeTransport(answers);
  const logged: string[] = [];
  const log = (text: string): void => void logged.push(text);
  const clock = new ManualClock();
  const api = new HttpClusterApi({
    transport,
    log: { debug: log, info: log, warn: log, error: log },
    clock,
    random: () => 0.5,
  });
  return { transport, api, logged, clock };
}

function release(name: string, more: object = {}, meta: object = {}): object {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name, namespace: 'logging', resourceVersion: '1', managedFields: [{ manager: 'flux' }], ...meta },
    ...more,
  };
}

function checkPath(name: string, path: string, expected: string): void {
  test(`path: ${name}`, () => assert.equal(path, expected));
}

const roles = { group: 'rbac.authorization.k8s.io', version: 'v1', plural: 'clusterroles', namespaced: false };
checkPath('all namespaces', pathOf(releases, undefined), collection);
checkPath('one namespace', pathOf(releases, 'a'), '/apis/helm.toolkit.fluxcd.io/v2/namespaces/a/helmreleases');
checkPath(
  'the core group',
  pathOf({ group: '', version: 'v1', plural: 'pods', namespaced: true }, 'a', 'b'),
  '/api/v1/namespaces/a/pods/b',
);
checkPath(
  'a cluster-scoped resource has no namespace',
  pathOf(roles, 'a', 'x'),
  '/apis/rbac.authorization.k8s.io/v1/clusterroles/x',
);
checkPath(
  'names keep their case, and cannot leave their place',
  pathOf(roles, '', 'System:a/../b?c'),
  '/apis/rbac.authorization.k8s.io/v1/clusterroles/System%3Aa%2F..%2Fb%3Fc',
);
checkPath(
  'queries are encoded, empty ones left out',
  pathOf(releases, undefined, undefined, { limit: 5, continue: 'a&b=', fieldSelector: '', labelSelector: undefined }),
  `${collection}?limit=5&continue=a%26b%3D`,
);

// Lists

test('a page of a list: items, version, token of the next page, what remains', async () => {
  const { api, transport } = setUp({
    [`GET ${collection}`]: {
      body: { metadata: { resourceVersion: '42', continue: 'tok', remainingItemCount: 7 }, items: [release('loki')] },
    },
  });
  const page = await api.list(releases, { limit: 500, labelSelector: 'a=b' }, signal);
  assert.deepEqual([page.resourceVersion, page.next, page.remaining], ['42', 'tok', 7]);
  assert.deepEqual(
    page.items.map(({ metadata }) => metadata.name),
    ['loki'],
  );
  assert.deepEqual(transport.paths, [`${collection}?limit=500&labelSelector=a%3Db`]);
});

test('managed fields are dropped on arrival, and kept when they are asked for', async () => {
  const { api } = setUp({
    [`GET ${collection}`]: { body: { metadata: {}, items: [release('loki')] } },
    [`GET ${lokiPath}`]: { body: release('loki') },
  });
  assert.equal((await api.list(releases, {}, signal)).items[0]?.metadata.managedFields, undefined);
  const [listed] = (await api.list(releases, { withManagedFields: true }, signal)).items;
  assert.equal(listed?.metadata.managedFields?.length, 1);
  assert.equal((await api.get(releases, loki, signal)).metadata.managedFields, undefined);
  assert.equal((await api.getWithManagedFields(releases, loki, signal)).metadata.managedFields?.length, 1);
});

test('items of a built-in kind come without apiVersion and kind, and get those of their list', async () => {
  const { api } = setUp({
    'GET /apis/apps/v1/deployments': {
      body: { metadata: {}, items: [{ metadata: { name: 'a', namespace: 'b' }, spec: { path: [1] } }] },
    },
  });
  const [item] = (await api.list(deployments, {}, signal)).items;
  assert.deepEqual(item, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'a', namespace: 'b' },
    spec: { path: [1] },
  });
});

test('a malformed object is guarded, one without a name left out and told; the others stay', async () => {
  const { api, logged } = setUp({
    [`GET ${collection}`]: {
      body: {
        metadata: { resourceVersion: '1' },
        items: [
          null,
          'x',
          {},
          { metadata: { name: 7 } },
          release('bad', { spec: { suspend: 'yes' }, status: { conditions: 'none' } }),
          release('good'),
        ],
      },
    },
  });
  const { items } = await api.list(releases, {}, signal);
  assert.deepEqual(
    items.map(({ metadata }) => metadata.name),
    ['bad', 'good'],
  );
  assert.deepEqual([items[0]?.spec, items[0]?.status], [{}, {}]);
  assert.equal(logged.filter((line) => line.includes('has no name')).length, 4);
});

test('a list that is null is empty, one that is no list is invalid', async () => {
  const { api, transport } = setUp({ [`GET ${collection}`]: { body: { metadata: {}, items: null } } });
  assert.deepEqual((await api.list(releases, {}, signal)).items, []);
  transport.answers.set(`GET ${collection}`, { body: { metadata: {}, items: 'x' } });
  await assert.rejects(api.list(releases, {}, signal), (error) => isFailure(error, 'invalid'));
});

// Watches

async function watch(answer: FakeAnswer, query: Partial<WatchQuery> = {}) {
  const { api, transport } = setUp({ [`GET ${collection}`]: answer });
  const events: WatchEvent[] = [];
  let failure: unknown;
  try {
    for await (const event of api.watch(releases, { resourceVersion: '10', ...query }, signal)) {
      events.push(event);
    }
  } catch (error) {
    failure = error;
  }
  const told = events.map((event) =>
    event.type === 'BOOKMARK' ? `BOOKMARK ${event.resourceVersion}` : `${event.type} ${event.object.metadata.name}`,
  );
  return { told, failure, transport, events };
}

const line = (type: string, object: unknown): string => JSON.stringify({ type, object });

test('a watch asks for bookmarks from its version on, and for an end after some minutes', async () => {
  const { transport, failure } = await watch({ lines: [] }, { labelSelector: 'a=b' });
  assert.equal(failure, undefined);
  assert.deepEqual(transport.paths, [
    `${collection}?watch=true&allowWatchBookmarks=true&resourceVersion=10&labelSelector=a%3Db&timeoutSeconds=450`,
  ]);
  assert.equal(transport.sent[0]?.idleTimeoutMs, 300_000);
});

test('events and bookmarks, without managed fields', async () => {
  const { told, events } = await watch({
    lines: [
      line('ADDED', release('a')),
      line('MODIFIED', release('a')),
      line('BOOKMARK', { metadata: { resourceVersion: '12' } }),
      line('DELETED', release('a')),
    ],
  });
  assert.deepEqual(told, ['ADDED a', 'MODIFIED a', 'BOOKMARK 12', 'DELETED a']);
  const [first] = events;
  assert.ok(first?.type === 'ADDED' && first.object.metadata.managedFields === undefined);
});

test('onOpen is called when the server has accepted, and not otherwise', async () => {
  let opened = 0;
  const onOpen = (): void => void (opened += 1);
  await watch({ lines: [] }, { onOpen });
  assert.equal(opened, 1);
  await watch({ status: 403, body: status(403, 'Forbidden', 'no') }, { onOpen });
  assert.equal(opened, 1);
});

function checkWatchFailure(
  name: string,
  answer: FakeAnswer,
  reason: FailureReason,
  before: readonly string[] = [],
): void {
  test(`watch: ${name}`, async () => {
    const { told, failure } = await watch(answer);
    assert.ok(isFailure(failure, reason), String(failure));
    assert.deepEqual(told, before);
  });
}

const expired = status(410, 'Expired', 'too old resource version: 10 (20)');
checkWatchFailure('410 in the head is gone', { status: 410, body: expired }, 'gone');
checkWatchFailure('410 as an event is gone', { lines: [line('ADDED', release('a')), line('ERROR', expired)] }, 'gone', [
  'ADDED a',
]);
checkWatchFailure(
  '429 as an event is busy',
  { lines: [line('ERROR', status(429, 'TooManyRequests', 'slow'))] },
  'busy',
);
checkWatchFailure('an error without a code is unreachable', { lines: [line('ERROR', {})] }, 'unreachable');
checkWatchFailure('half a line is invalid', { lines: [line('ADDED', release('a')), '{"type":"MODI'] }, 'invalid', [
  'ADDED a',
]);
checkWatchFailure('no JSON is invalid', { lines: ['<html>'] }, 'invalid');
checkWatchFailure('an unknown type is invalid', { lines: [line('RENAMED', release('a'))] }, 'invalid');
checkWatchFailure(
  'a broken connection passes on',
  { lines: [line('ADDED', release('a'))], breaks: new Failure('unreachable', 'closed') },
  'unreachable',
  ['ADDED a'],
);
checkWatchFailure('silence passes on', { lines: [], breaks: new Failure('timeout', 'silent') }, 'timeout');

test('an object without a name in a watch is left out, the watch goes on', async () => {
  const { told, failure } = await watch({ lines: [line('ADDED', { metadata: {} }), line('ADDED', release('b'))] });
  assert.equal(failure, undefined);
  assert.deepEqual(told, ['ADDED b']);
});

// Answers that are no success

function checkFailure(
  name: string,
  answer: FakeAnswer,
  expected: Partial<Failure> & { readonly reason: FailureReason },
): void {
  test(`answer: ${name}`, async () => {
    const { api } = setUp({ [`GET ${lokiPath}`]: answer });
    await assert.rejects(api.get(releases, loki, signal), (error) => {
      assert.ok(isFailure(error), String(error));
      assert.deepEqual(
        Object.fromEntries(Object.keys(expected).map((field) => [field, error[field as keyof Failure]])),
        expected,
      );
      return true;
    });
  });
}

const forbidden = 'helmreleases.helm.toolkit.fluxcd.io "loki" is forbidden: User "bob" cannot get resource';
checkFailure(
  '401',
  { status: 401, body: status(401, 'Unauthorized', 'Unauthorized') },
  { reason: 'unauthorized', status: 401, message: 'Unauthorized' },
);
checkFailure(
  "403 in the server's words",
  { status: 403, body: status(403, 'Forbidden', forbidden) },
  { reason: 'forbidden', message: forbidden },
);
checkFailure('404', { status: 404, body: status(404, 'NotFound', 'not found') }, { reason: 'notFound' });
checkFailure('409', { status: 409, body: status(409, 'Conflict', 'changed') }, { reason: 'conflict' });
checkFailure('410', { status: 410, body: expired }, { reason: 'gone' });
checkFailure(
  '422',
  { status: 422, body: status(422, 'Invalid', 'spec.x: required') },
  { reason: 'invalid', message: 'spec.x: required' },
);
checkFailure(
  '429 with Retry-After in seconds',
  { status: 429, headers: { 'retry-after': '7' }, body: '' },
  { reason: 'busy', retryAfterMs: 7000 },
);
checkFailure(
  '429 with the time in its body',
  { status: 429, body: status(429, 'TooManyRequests', 'x', { retryAfterSeconds: 3 }) },
  { reason: 'busy', retryAfterMs: 3000 },
);
checkFailure(
  '429 with a date',
  { status: 429, headers: { 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }, body: '' },
  { reason: 'busy', retryAfterMs: 60_000 },
);
checkFailure(
  '429 with nonsense',
  { status: 429, headers: { 'retry-after': 'soon' }, body: '' },
  { reason: 'busy', retryAfterMs: undefined },
);
checkFailure(
  '500',
  { status: 500, body: status(500, 'InternalError', 'boom') },
  { reason: 'unreachable', status: 500, message: 'boom' },
);
checkFailure(
  '503 of a gateway, as text',
  { status: 503, body: 'upstream connect error\n' },
  { reason: 'unreachable', message: `GET ${lokiPath} was answered with 503: upstream connect error` },
);
checkFailure(
  '502 of a gateway, as a page',
  { status: 502, body: '<html><body>Bad Gateway' },
  { reason: 'unreachable', message: `GET ${lokiPath} was answered with 502` },
);
checkFailure(
  'a redirect to a log-in',
  { status: 302, body: '' },
  {
    reason: 'invalid',
    message: `GET ${lokiPath} was redirected (302): the server's address is not that of an API server`,
  },
);
checkFailure('half a body', { body: '{', breaks: new Failure('unreachable', 'closed') }, { reason: 'unreachable' });
checkFailure('malformed JSON', { body: '{"kind":' }, { reason: 'invalid' });
checkFailure('JSON that is no object', { body: '[1]' }, { reason: 'invalid' });
checkFailure('an object without a name', { body: { kind: 'HelmRelease' } }, { reason: 'invalid' });
checkFailure(
  'a message without end is cut',
  { status: 403, body: status(403, 'Forbidden', 'x'.repeat(9999)) },
  { message: `${'x'.repeat(350)}…${'x'.repeat(150)}`, reason: 'forbidden' },
);
checkFailure(
  'a long message keeps its end, and is cut between words',
  {
    status: 422,
    body: status(
      422,
      'Invalid',
      `${'head '.repeat(69)}"canary-secret" ${'x '.repeat(200)} canary-secret ${'tail '.repeat(27)}: field is immutable`,
    ),
  },
  { message: `${'head '.repeat(69)}"…${' tail'.repeat(25)} : field is immutable`, reason: 'invalid' },
);

// Writes and questions

test('a patch is a JSON merge patch by the field manager flux', async () => {
  const { api, transport } = setUp({ [`PATCH ${lokiPath}`]: { body: release('loki') } });
  const patched = await api.mergePatch(releases, loki, { spec: { suspend: null } }, signal);
  assert.equal(patched.metadata.managedFields, undefined);
  const [sent] = transport.sent;
  assert.deepEqual(
    [sent?.method, sent?.path, sent?.contentType, sent?.body],
    ['PATCH', `${lokiPath}?fieldManager=flux`, 'application/merge-patch+json', '{"spec":{"suspend":null}}'],
  );
});

const review = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

function checkMayI(name: string, answer: FakeAnswer, expected: boolean | undefined): void {
  test(`may I: ${name}`, async () => {
    const { api, transport } = setUp({ [`POST ${review}`]: answer });
    const question = { verb: 'patch', group: 'helm.toolkit.fluxcd.io', resource: 'helmreleases', namespace: 'a' };
    assert.equal(await api.mayI(question, signal), expected);
    assert.deepEqual(JSON.parse(transport.sent[0]?.body ?? ''), {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: question },
    });
  });
}

checkMayI('yes', { status: 201, body: { status: { allowed: true } } }, true);
checkMayI('no', { status: 201, body: { status: { allowed: false } } }, false);
checkMayI('no answer in it', { status: 201, body: { status: {} } }, undefined);
checkMayI('the question itself is forbidden', { status: 403, body: status(403, 'Forbidden', 'no') }, undefined);

test('may I: an unreachable server is no answer at all', async () => {
  const { api } = setUp({ [`POST ${review}`]: { breaks: new Failure('unreachable', 'refused') } });
  await assert.rejects(api.mayI({ verb: 'get', group: '', resource: 'pods' }, signal), (error) =>
    isFailure(error, 'unreachable'),
  );
});

const self = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

for (const [name, answer, called, expected] of [
  [
    'as the server says',
    { status: 201, body: { status: { userInfo: { username: 'jane@example.com' } } } },
    'me',
    'jane@example.com',
  ],
  ['as the kubeconfig says, where the server does not serve the question', { status: 404, body: {} }, 'me', 'me'],
  ['as the kubeconfig says, where the question is forbidden', { status: 403, body: {} }, 'me', 'me'],
  ['as the kubeconfig says, where nobody answers', { breaks: new Failure('unreachable', 'refused') }, 'me', 'me'],
  ['as the kubeconfig says, where the answer has no name', { status: 201, body: { status: {} } }, 'me', 'me'],
  ['nobody, where neither says', { status: 404, body: {} }, '', undefined],
] as const satisfies readonly (readonly [string, FakeAnswer, string, string | undefined])[]) {
  test(`who am I: ${name}`, async () => {
    const { api, transport } = setUp({ [`POST ${self}`]: answer });
    transport.userName = called;
    assert.equal(await api.userName(signal), expected);
    assert.deepEqual(JSON.parse(transport.sent[0]?.body ?? ''), {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'SelfSubjectReview',
    });
  });
}

test('who am I: no answer to somebody who no longer asks', async () => {
  const { api } = setUp({});
  await assert.rejects(api.userName(AbortSignal.abort()), (error) => isFailure(error, 'cancelled'));
});

test('the version of the server, and the time limit that shows an unreachable one within 10 s', async () => {
  const { api, transport } = setUp({ 'GET /version': { body: { gitVersion: 'v1.36.3', major: '1', minor: '36' } } });
  assert.deepEqual(await api.serverVersion(signal), { gitVersion: 'v1.36.3', major: '1', minor: '36' });
  assert.ok((transport.sent[0]?.headTimeoutMs ?? Infinity) <= 8_000);
});

// Log and lifetime

test('the log has verb, path, status and time; no query, no body, no token', async () => {
  const { api, logged } = setUp({
    [`GET ${collection}`]: { body: { metadata: { continue: 's3cr3t' }, items: [release('s3cr3t')] } },
    [`PATCH ${lokiPath}`]: { body: release('loki') },
  });
  await api.list(releases, { next: 's3cr3t' }, signal);
  await api.mergePatch(releases, loki, { spec: { x: 's3cr3t' } }, signal);
  await assert.rejects(api.get(releases, { namespace: 'a', name: 'b' }, signal));
  assert.deepEqual(logged, [
    `homelab: LIST ${collection} 200 0 ms`,
    `homelab: PATCH ${lokiPath} 200 0 ms`,
    'homelab: GET /apis/helm.toolkit.fluxcd.io/v2/namespaces/a/helmreleases/b 404 0 ms',
  ]);
});

test('a request that got no answer is logged with the reason', async () => {
  const { api, logged } = setUp({ 'GET /version': { breaks: new Failure('timeout', 'late') } });
  await assert.rejects(api.serverVersion(signal));
  assert.deepEqual(logged, ['homelab: GET /version timeout 0 ms']);
});

test('disposing disposes the transport and cancels what follows', async () => {
  const { api, transport } = setUp({ 'GET /version': { body: {} } });
  api.dispose();
  assert.ok(transport.disposed);
  await assert.rejects(api.serverVersion(signal), (error) => isFailure(error, 'cancelled'));
});

test('a watch of metadata alone asks the server to leave out the rest, and nothing else will do', async () => {
  const { transport } = await watch({ lines: [] }, { metadataOnly: true });
  assert.equal(transport.sent[0]?.accept, 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1');
});

test('gated: every request of it waits, those of the other do not, and only the other ends the connections', async () => {
  const { transport, api } = setUp({ [`GET ${lokiPath}`]: { body: release('loki') } });
  const waiting: (() => void)[] = [];
  const gated = api.gated(
    (signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Failure('cancelled', 'ended')), { once: true });
        waiting.push(resolve);
      }),
  );
  const { signal } = new AbortController();
  const held = gated.get(releases, loki, signal);
  await api.get(releases, loki, signal);
  assert.equal(transport.sent.length, 1);
  waiting.shift()?.();
  assert.equal((await held).metadata.name, 'loki');
  assert.equal(transport.sent.length, 2);

  const late = gated.get(releases, loki, signal);
  gated.dispose();
  await assert.rejects(late, { reason: 'cancelled' });
  assert.deepEqual([transport.sent.length, transport.disposed], [2, false]);
});
