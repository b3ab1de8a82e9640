/** Faults on demand strike as they are asked to, and leave everything else alone. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { plainLines, plainRequest } from '../../contract/plainRequest.ts';
import { type ApiServer, startApiServer } from '../../support/apiServer/apiServer.ts';
import type { Fault } from '../../support/apiServer/faultTable.ts';
import { kustomization } from '../../support/builders.ts';
import { ManualClock } from '../../support/manualClock.ts';

const path = '/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations';

/** Tells when somebody begins to wait. */
class NoticingClock extends ManualClock {
  #notice = (): void => undefined;
  readonly waitedFor = new Promise<void>((resolve) => (this.#notice = resolve));

  override after(ms: number, callback: () => void) {
    this.#notice();
    return super.after(ms, callback);
  }
}

describe('faults on demand', () => {
  let server: ApiServer;
  let clock: NoticingClock;
  beforeEach(async () => {
    clock = new NoticingClock();
    server = await startApiServer({ clock, objects: [kustomization('apps')] });
  });
  afterEach(() => server.close());

  const get = (url = path) => plainRequest(server, url, { token: server.token() });

  async function firstLine(fault: Fault): Promise<string | undefined> {
    const strike = server.faults.add({ match: { watch: true }, fault });
    try {
      const first = await plainLines(server, `${path}?watch=1`, server.token()).next();
      return typeof first.value === 'string' ? first.value : undefined;
    } finally {
      strike.dispose();
    }
  }

  for (const [status, reason] of [
    [401, 'Unauthorized'],
    [403, 'Forbidden'],
    [404, 'NotFound'],
    [409, 'Conflict'],
    [410, 'Expired'],
    [429, 'TooManyRequests'],
    [500, 'InternalError'],
    [503, 'ServiceUnavailable'],
  ] as const) {
    it(`answers ${status} with a Status`, async () => {
      const strike = server.faults.add({ match: { path: /kustomizations/ }, fault: status });
      const answer = await get();
      assert.equal(answer.status, status);
      assert.equal((answer.json() as { reason: string }).reason, reason);
      assert.equal(strike.hits, 1);
      strike.dispose();
      assert.equal((await get()).status, 200);
    });
  }

  it('says when to come back', async () => {
    const strike = server.faults.add({ match: {}, fault: { status: 429, retryAfter: 7 } });
    const answer = await fetch(server.url + path);
    assert.equal(answer.headers.get('retry-after'), '7');
    strike.dispose();
  });

  it('drops the connection', async () => {
    server.faults.clear();
    const strike = server.faults.add({ match: {}, fault: 'drop' });
    await assert.rejects(get(), /socket hang up|ECONNRESET/);
    assert.equal(server.requests.at(-1)?.status, 0);
    strike.dispose();
  });

  it('breaks off in the middle of a body', async () => {
    const strike = server.faults.add({ match: {}, fault: 'halfBody' });
    await assert.rejects(get(), /aborted|ECONNRESET/);
    strike.dispose();
  });

  it('answers with something that is no JSON', async () => {
    const strike = server.faults.add({ match: {}, fault: 'malformedJson' });
    const answer = await get();
    assert.equal(answer.status, 200);
    assert.throws(() => answer.json(), SyntaxError);
    strike.dispose();
  });

  it('breaks off a watch in the middle of its first event', async () => {
    await assert.rejects(firstLine('halfBody'), /aborted|ECONNRESET/);
  });

  it('sends a line over a watch that is no JSON', async () => {
    const line = (await firstLine('malformedJson')) ?? '';
    assert.throws(() => void JSON.parse(line), SyntaxError);
  });

  it('delays an answer by its clock', async () => {
    const strike = server.faults.add({ match: {}, fault: { delayMs: 5000 }, times: 1 });
    const answer = get();
    await clock.waitedFor;
    assert.equal(server.requests.length, 0);
    clock.advance(5000);
    assert.equal((await answer).status, 200);
    strike.dispose();
  });

  it('holds an answer until it is let go', async () => {
    let letGo = (): void => undefined;
    const until = new Promise<void>((resolve) => (letGo = resolve));
    const strike = server.faults.add({ match: { path: /kustomizations/ }, fault: { until } });
    const held = get();
    assert.equal((await get('/version')).status, 200, 'other requests are not held');
    assert.equal(server.requests.length, 1);
    letGo();
    assert.equal((await held).status, 200);
    strike.dispose();
  });

  it('is silent: no answer at all, and a watch that opens and says nothing', async () => {
    const strike = server.faults.add({ match: { watch: false }, fault: 'silence' });
    const aborted = new AbortController();
    const answer = fetch(server.url + path, {
      headers: { authorization: `Bearer ${server.token()}` },
      signal: aborted.signal,
    });
    await server.received(({ path: asked }) => asked === path);
    aborted.abort();
    await assert.rejects(answer, { name: 'AbortError' });
    strike.dispose();
    const quiet = server.faults.add({ match: { watch: true }, fault: 'silence' });
    const lines = plainLines(server, `${path}?watch=1`, server.token());
    const first = lines.next();
    await server.received(({ watch }) => watch);
    server.put(kustomization('unheard'));
    server.closeWatches();
    assert.deepEqual(await first, { value: undefined, done: true });
    quiet.dispose();
  });

  it('strikes as often as it should, and only what fits', async () => {
    const strike = server.faults.add({
      match: { method: 'GET', path: /^\/version$/, user: 'viewer' },
      times: 2,
      fault: 500,
    });
    const asViewer = () => plainRequest(server, '/version', { token: server.token('viewer') });
    assert.equal((await get('/version')).status, 200);
    assert.deepEqual(
      [(await asViewer()).status, (await asViewer()).status, (await asViewer()).status],
      [500, 500, 200],
    );
    assert.equal(strike.hits, 2);
    strike.dispose();
  });

  it('cuts open watches', async () => {
    const lines = plainLines(server, `${path}?watch=1`, server.token());
    await lines.next();
    assert.equal(server.openWatches, 1);
    const next = lines.next();
    server.dropWatches();
    await assert.rejects(next, /aborted|ECONNRESET/);
  });
});
