/**
 * Every fault that a server or the way to it can have, at every step, with the state that a person is shown. A fault of one
 * kind never touches another; what ends by itself is over by itself; the rest waits for the user.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Disposables } from '../../../src/base/disposables.ts';
import { fluxKinds } from '../../../src/flux/kinds.ts';
import type { Fault } from '../../support/apiServer/faultTable.ts';
import { helmRelease } from '../../support/builders.ts';
import { turns } from './eagerClock.ts';
import { connectionText, kindNamed, names, sessionOn, syncText, watchesAsked } from './sessionSetup.ts';

const lifetime = new Disposables();
after(() => lifetime.dispose());

/** No answer at all. `struck` resolves when the server has got such a request: only then its time limit may pass. */
function silence(): { readonly fault: Fault; readonly struck: Promise<void> } {
  const struck = Promise.withResolvers<undefined>();
  // The server awaits it, which calls `then`; it never calls back.
  const until = { then: () => struck.resolve(undefined) } as unknown as Promise<unknown>;
  return { fault: { until }, struck: struck.promise.then(() => turns()) };
}

/** A fault by its name, or silence, which a test must wait for. */
function begin(fault: Fault | 'noAnswer'): { readonly fault: Fault; readonly struck: Promise<void> | undefined } {
  return fault === 'noAnswer' ? silence() : { fault, struck: undefined };
}
const helmReleases = kindNamed('HelmRelease');

// The first request

function checkConnecting(
  name: string,
  wanted: Fault | 'noAnswer',
  expected: string,
  options: { readonly waitMs?: number; readonly path?: RegExp } = {},
): void {
  test(`while connecting: ${name}: ${expected}`, async () => {
    const { fault, struck } = begin(wanted);
    const { server, session, clock, until, complete, logged } = await sessionOn(lifetime, {
      prepare: (prepared) =>
        lifetime.add(prepared.faults.add({ match: { path: options.path ?? /^\/version/ }, fault })),
    });
    if (options.waitMs !== undefined) {
      await struck;
      clock.advance(options.waitMs);
    }
    if (expected === 'connected') {
      await complete();
      return;
    }
    await until(() => session.connection.state === 'failed');
    const { connection } = session;
    assert.equal(connectionText(connection), expected);
    assert.ok(connection.state === 'failed' && connection.lastConnected === undefined);
    assert.doesNotMatch(logged.join('\n'), /unexpected/);

    server.faults.clear();
    if (connection.retryAt === undefined) {
      session.retry();
    } else {
      clock.advance(connection.retryAt - clock.now());
    }
    await complete();
  });
}

checkConnecting('the connection drops', 'drop', 'failed unreachable, tried again');
checkConnecting('401', 401, 'failed unauthorized');
checkConnecting('403 on the version alone', 403, 'connected');
checkConnecting('404 on the version alone', 404, 'connected');
checkConnecting('409', 409, 'failed conflict, tried again');
checkConnecting('410', 410, 'failed gone, tried again');
checkConnecting('429', { status: 429, retryAfter: 9 }, 'failed busy, tried again');
checkConnecting('500', 500, 'failed unreachable, tried again');
checkConnecting('503', 503, 'failed unreachable, tried again');
checkConnecting('half a body', 'halfBody', 'failed unreachable, tried again');
checkConnecting('malformed JSON', 'malformedJson', 'failed invalid, tried again');
checkConnecting('no answer at all, within 10 s', 'noAnswer', 'failed timeout, tried again', { waitMs: 8_000 });

const discovery = { path: /^\/apis\/kustomize/ };
checkConnecting('403 on the kinds', 403, 'failed forbidden, tried again', discovery);
checkConnecting('500 on the kinds', 500, 'failed unreachable, tried again', discovery);
checkConnecting('401 on the kinds', 401, 'failed unauthorized', discovery);
checkConnecting('half a list of kinds', 'halfBody', 'failed unreachable, tried again', discovery);

test('while connecting: 429 is not asked again before the server’s time', async () => {
  const { session, until } = await sessionOn(lifetime, {
    prepare: (prepared) =>
      lifetime.add(prepared.faults.add({ match: { path: /version/ }, fault: { status: 429, retryAfter: 9 } })),
  });
  await until(() => session.connection.state === 'failed');
  const { connection } = session;
  assert.ok(connection.state === 'failed' && connection.retryAt === connection.since + 9_000);
});

// The list of one kind

function checkList(
  name: string,
  wanted: Fault | 'noAnswer',
  expected: string,
  options: { readonly waitMs?: number } = {},
): void {
  test(`the list of one kind: ${name}: ${expected}, the others complete`, async () => {
    const { fault, struck } = begin(wanted);
    const { server, session, clock, until, complete, opened } = await sessionOn(lifetime, {
      prepare: (prepared) =>
        lifetime.add(prepared.faults.add({ match: { path: /helmreleases\?limit/, watch: false }, fault })),
    });
    const others = (): boolean =>
      fluxKinds.every((kind) => kind === helmReleases || session.sync(kind).state === 'synced');
    await until(others);
    if (options.waitMs !== undefined) {
      await Promise.all([struck, opened(fluxKinds.length)]); // all kinds but this one, and the controllers
      clock.advance(options.waitMs);
    }
    if (expected !== 'loading') {
      await until(() => session.sync(helmReleases).state !== 'loading');
    }
    assert.equal(syncText(session.sync(helmReleases)), expected);
    assert.ok(others());
    assert.equal(session.connection.state, 'connected');

    server.faults.clear();
    clock.eagerUpTo(1_000);
    session.retry();
    if (expected === 'loading') {
      clock.advance(1_000); // its pause is not the user's to see
    }
    await complete();
    assert.deepEqual(names(session, 'HelmRelease'), ['loki']);
  });
}

checkList('the connection drops', 'drop', 'failed list unreachable');
checkList('403', 403, 'failed list forbidden');
checkList('404 of a kind that is served', 404, 'failed list notFound');
checkList('409', 409, 'failed list conflict');
checkList('500', 500, 'failed list unreachable');
checkList('503', 503, 'failed list unreachable');
checkList('half a body', 'halfBody', 'failed list unreachable');
checkList('malformed JSON', 'malformedJson', 'failed list invalid');
checkList('no answer', 'noAnswer', 'failed list timeout', { waitMs: 30_000 });
checkList('410, once more soon', 410, 'loading');
checkList('429, once more soon', { status: 429, retryAfter: 1 }, 'loading');

test('the list of one kind: 401 is the end of the session until the user retries', async () => {
  const { server, session, clock, until, complete } = await sessionOn(lifetime, {
    prepare: (prepared) => lifetime.add(prepared.faults.add({ match: { path: /helmreleases\?limit/ }, fault: 401 })),
  });
  await until(() => session.connection.state === 'failed');
  assert.equal(connectionText(session.connection), 'failed unauthorized');
  const asked = server.requests.length;
  clock.advance(3600_000);
  await turns(20);
  assert.ok(
    server.requests.slice(asked).every(({ path }) => !path.includes('helmreleases')),
    'no loop',
  );
  server.faults.clear();
  session.retry();
  await complete();
});

test('a list that comes late: loading until then, nothing else waits for it', async () => {
  const gate = Promise.withResolvers<undefined>();
  const { session, until, complete } = await sessionOn(lifetime, {
    prepare: (prepared) =>
      lifetime.add(prepared.faults.add({ match: { path: /helmreleases\?limit/ }, fault: { until: gate.promise } })),
  });
  await until(() => fluxKinds.every((kind) => kind === helmReleases || session.sync(kind).state === 'synced'));
  assert.equal(session.sync(helmReleases).state, 'loading');
  gate.resolve(undefined);
  await complete();
});

test('a page that expires between two begins the list again, and nothing is missing', async () => {
  const { server, session, until } = await sessionOn(lifetime, {
    objects: Array.from({ length: 1_200 }, (_, at) => helmRelease(`r${at}`)),
    prepare: (prepared) => {
      lifetime.add(prepared.faults.add({ match: { path: /helmreleases\?.*continue=/ }, times: 1, fault: 410 }));
    },
  });
  await until(() => session.sync(helmReleases).state === 'synced');
  assert.equal(names(session, 'HelmRelease').length, 1_200);
  const lists = server.requests.filter(({ path, watch }) => !watch && path.includes('helmreleases?'));
  assert.equal(lists.length, 5);
});

// The watch of one kind

/** Complete and working for a while; then the watches end and the next watch of releases meets the fault. */
async function watchMeets(wanted: Fault | 'noAnswer') {
  const { fault, struck } = begin(wanted);
  const set = await sessionOn(lifetime);
  await set.working();
  lifetime.add(set.server.faults.add({ match: { path: /helmreleases\?watch/, watch: true }, fault }));
  set.server.closeWatches();
  return { ...set, struck };
}

function checkWatch(
  name: string,
  wanted: Fault | 'noAnswer',
  expected: string,
  options: { readonly waitMs?: number } = {},
): void {
  test(`the watch of one kind: ${name}: ${expected}, and it recovers with what it missed`, async () => {
    const { server, session, clock, until, complete, opened, struck } = await watchMeets(wanted);
    if (options.waitMs !== undefined) {
      await Promise.all([struck, opened(2 * fluxKinds.length + 1)]);
      clock.advance(options.waitMs);
    }
    server.put(helmRelease('missed', { namespace: 'logging' }));
    if (expected !== 'synced') {
      await until(() => session.sync(helmReleases).state !== 'synced');
    }
    assert.equal(syncText(session.sync(helmReleases)), expected);
    assert.equal(session.connection.state, 'connected');
    assert.deepEqual(names(session, 'HelmRelease').includes('loki'), true, 'what is known stays');
    server.faults.clear();
    clock.eagerUpTo(1_000);
    session.retry();
    await until(() => names(session, 'HelmRelease').includes('missed'));
    clock.advance(5_000); // a watch that broke as soon as it was open is believed when it has lasted
    await complete();
  });
}

checkWatch('the connection drops', 'drop', 'stale unreachable');
checkWatch('403', 403, 'failed watch forbidden');
checkWatch('404 of a kind that is served', 404, 'stale notFound');
checkWatch('409', 409, 'stale conflict');
checkWatch('500', 500, 'stale unreachable');
checkWatch('503', 503, 'stale unreachable');
checkWatch('malformed JSON', 'malformedJson', 'stale invalid');
checkWatch('half an event', 'halfBody', 'stale unreachable');
checkWatch('no answer', 'noAnswer', 'stale timeout', { waitMs: 8_000 });

test('the watch of one kind: 410 lists that kind alone', async () => {
  const { server, session, clock, until, working } = await sessionOn(lifetime);
  await working();
  const before = server.requests.length;
  lifetime.add(server.faults.add({ match: { path: /helmreleases\?watch/, watch: true }, times: 1, fault: 410 }));
  clock.eagerUpTo(500);
  server.closeWatches();
  server.put(helmRelease('missed', { namespace: 'logging' }));
  await until(() => names(session, 'HelmRelease').includes('missed'));
  const lists = server.requests.slice(before).filter(({ path }) => path.includes('limit='));
  assert.deepEqual(
    lists.map(({ path }) => /\/([a-z]+)\?/.exec(path)?.[1]),
    ['helmreleases'],
  );
});

test('the watch of one kind: 401 is the end of the session until the user retries', async () => {
  const { server, session, until, complete } = await watchMeets(401);
  await until(() => session.connection.state === 'failed');
  assert.equal(connectionText(session.connection), 'failed unauthorized');
  assert.ok(session.connection.state === 'failed' && session.connection.lastConnected !== undefined);
  assert.deepEqual(names(session, 'HelmRelease'), ['loki']);
  server.faults.clear();
  session.retry();
  await complete();
});

test('history that is forgotten: what was deleted meanwhile is gone after the new list', async () => {
  const { server, session, clock, until, working } = await sessionOn(lifetime);
  await working();
  lifetime.add(server.faults.add({ match: { path: /helmreleases\?watch/ }, times: 2, fault: 503 }));
  const before = server.requests.length;
  server.closeWatches();
  await watchesAsked(server, 1, before);
  server.remove({ group: helmReleases.group, kind: 'HelmRelease', namespace: 'logging', name: 'loki' });
  server.put(helmRelease('tempo', { namespace: 'logging' }));
  server.compact();
  clock.eagerUpTo(2_000);
  session.retry();
  await until(() => names(session, 'HelmRelease').join() === 'tempo');
});

// The whole connection

test('the server goes away: everything stays, greyed since then; it is tried by itself, and comes back by itself', async () => {
  const { server, session, clock, until, complete, working } = await sessionOn(lifetime);
  await working();
  const lastGood = clock.now();
  const outage = lifetime.add(server.faults.add({ match: {}, fault: 'drop' }));
  clock.eagerUpTo(1_000);
  server.dropWatches();
  await until(() => session.connection.state === 'failed');
  const { connection } = session;
  assert.ok(connection.state === 'failed');
  assert.equal(connectionText(connection), 'failed unreachable, tried again');
  assert.ok(connection.lastConnected !== undefined && connection.lastConnected >= lastGood);
  assert.ok(clock.now() - lastGood <= 10_000, 'shown within 10 s');
  assert.ok(fluxKinds.every((kind) => session.sync(kind).state === 'stale'));
  assert.deepEqual(names(session, 'Kustomization'), ['apps', 'flux-system']);
  assert.equal(session.controllers.state, 'known');
  outage.dispose();
  clock.advance(30_000);
  await complete();
});

test('a user’s retry does not wait for the pause', async () => {
  const { server, session, clock, until, complete, working } = await sessionOn(lifetime);
  await working();
  const outage = lifetime.add(server.faults.add({ match: {}, fault: 'drop' }));
  clock.eagerUpTo(1_000);
  server.dropWatches();
  await until(() => session.connection.state === 'failed');
  outage.dispose();
  session.retry();
  await complete();
});

test('when one watch works again, the others do not sit out their pauses', async () => {
  const { server, session, clock, until, complete, working } = await sessionOn(lifetime);
  await working();
  const outage = lifetime.add(server.faults.add({ match: {}, fault: 'drop' }));
  clock.eagerUpTo(1_000);
  server.dropWatches();
  await until(() => session.connection.state === 'failed');
  outage.dispose();
  const { connection } = session;
  assert.ok(connection.state === 'failed' && connection.retryAt !== undefined);
  clock.advance(connection.retryAt - clock.now());
  await complete();
});

test('a connection that dies without a word is noticed, and shown within 10 s of the question', async () => {
  const { server, session, clock, until, complete, working, logged } = await sessionOn(lifetime);
  await working();
  const question = silence();
  lifetime.add(server.faults.add({ match: { path: /version/ }, fault: question.fault }));
  const watches = fluxKinds.map(({ plural }) => ({ plural, ...silence() }));
  for (const { plural, fault } of watches) {
    lifetime.add(server.faults.add({ match: { path: new RegExp(`/${plural}\\?`) }, fault }));
  }
  clock.advance(25_000); // 85 s of silence: that is asked about
  await question.struck;
  const asked = clock.now();
  assert.equal(session.connection.state, 'connected');
  clock.advance(8_000); // no answer
  await Promise.all(watches.map(({ struck }) => struck));
  clock.advance(8_000); // nor to the watches that are opened anew
  await until(() => session.connection.state === 'failed');
  assert.equal(connectionText(session.connection), 'failed timeout, tried again');
  assert.ok(clock.now() - asked <= 20_000);
  assert.equal(logged.filter((line) => line.includes('GET /version')).length, 2, 'the first, and one question');
  server.faults.clear();
  session.retry();
  await complete();
});

test('a server that sends bookmarks is never asked whether it lives', async () => {
  const { server, clock, working } = await sessionOn(lifetime);
  await working();
  const before = server.requests.length;
  for (let at = 0; at < 8; at += 1) {
    server.bookmark();
    await (await fetch(`${server.url}/healthz`)).text();
    await turns(20);
    clock.advance(25_000);
    await turns(20);
  }
  assert.ok(server.requests.slice(before).every(({ path }) => path !== '/version'));
});

test('whatever happens, connection and kinds are told by events, and few of them', async () => {
  const { server, session, clock, until, complete, working } = await sessionOn(lifetime);
  await working();
  await turns(20);
  let told = 0;
  lifetime.add(session.onDidChangeStatus(() => (told += 1)));
  const outage = lifetime.add(server.faults.add({ match: {}, fault: 503 }));
  clock.eagerUpTo(1_000);
  server.dropWatches();
  await until(() => session.connection.state === 'failed');
  outage.dispose();
  session.retry();
  await complete();
  assert.ok(told > 0 && told < 60, `${told} events`);
});
