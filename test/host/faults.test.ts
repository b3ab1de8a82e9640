/** Servers that fail, as a person sees it: one row at the head of the tree, what is known stays, and nothing pops up. */
import assert from 'node:assert/strict';
import type { Fault } from '../support/apiServer/faultTable.ts';
import { connect, type HostCluster, kustomizationId, releaseId } from './window/hostCluster.ts';
import { hostDialogs } from './window/hostWindow.ts';

describe('a server that fails', () => {
  let cluster: HostCluster;
  before(async () => {
    cluster = await connect();
  });
  after(() => cluster.close());
  beforeEach(() => hostDialogs().reset());
  afterEach(async () => {
    cluster.server.faults.clear();
    await recovered();
    assert.deepEqual(hostDialogs().messages, [], 'background work tells nobody');
  });

  /** Presses Retry as long as that is the only way on: an answer to an older request may come after the first. */
  const recovered = async (): Promise<void> => {
    const { sessions } = cluster.probe;
    if (!cluster.isComplete) {
      await sessions.retry();
    }
    await cluster.until('the tree is complete again', () => {
      const { connection } = sessions;
      if (connection.state === 'failed' && connection.retryAt === undefined) {
        void sessions.retry();
      }
      return cluster.isComplete;
    });
  };

  /** Waits for exactly that row at the head. */
  const head = (expected: RegExp): Promise<true> =>
    cluster.until(String(expected), () => cluster.notes.length === 1 && expected.test(cluster.notes[0] ?? ''));

  const checkList = (name: string, fault: Fault, expected: RegExp): void => {
    it(`on the list of one kind: ${name}: the other kinds are complete`, async () => {
      cluster.server.faults.add({ match: { path: /\/helmreleases\?limit/ }, fault });
      cluster.probe.sessions.refresh();
      await head(expected);
      assert.equal(cluster.probe.sessions.connection.state, 'connected');
      assert.ok(cluster.row(kustomizationId('workloads')));
    });
  };

  const hour = String.raw`\d\d:\d\d`;
  const unread = '^HelmReleases (could not be read|are stale since \\d\\d:\\d\\d): ';
  checkList('the connection drops', 'drop', new RegExp(`${unread}API server unreachable`));
  checkList('403', 403, new RegExp(`${unread}no permission`));
  checkList('404', 404, new RegExp(`${unread}not found`));
  checkList('409', 409, new RegExp(`${unread}changed meanwhile`));
  checkList('500', 500, new RegExp(`${unread}API server unreachable`));
  checkList('503', 503, new RegExp(`${unread}API server unreachable`));
  checkList('half a body', 'halfBody', new RegExp(`${unread}API server unreachable`));
  checkList('malformed JSON', 'malformedJson', new RegExp(`${unread}not accepted, or not understood`));

  for (const [name, fault] of [
    ['410', 410],
    ['429', { status: 429, retryAfter: 1 }],
  ] as const) {
    it(`on the list of one kind: ${name} once: the list is asked for again, and nobody notices`, async () => {
      const struck = cluster.server.faults.add({ match: { path: /\/helmreleases\?limit/ }, times: 1, fault });
      const before = cluster.server.requests.length;
      cluster.probe.sessions.refresh();
      await cluster.until('listed after the fault', () =>
        cluster.server.requests
          .slice(before)
          .some(({ path, status }) => /helmreleases\?limit/.test(path) && status === 200),
      );
      assert.equal(struck.hits, 1);
      await cluster.complete();
    });
  }

  const checkWatch = (name: string, fault: Fault, expected: RegExp): void => {
    it(`on the watch of one kind: ${name}: what is known stays, what was missed comes with the retry`, async () => {
      cluster.server.faults.add({ match: { path: /\/helmreleases\?watch/, watch: true }, fault });
      const tempo = cluster.server.get(releaseId('tempo')) ?? assert.fail();
      cluster.server.closeWatches();
      cluster.server.put({ ...tempo, metadata: { ...tempo.metadata, name: 'missed' } });
      await head(expected);
      assert.equal(cluster.probe.sessions.connection.state, 'connected');
      assert.ok(cluster.row(releaseId('loki')));
      cluster.server.faults.clear();
      await cluster.probe.sessions.retry();
      await cluster.until('what was missed', () => cluster.row(releaseId('missed')));
      cluster.server.remove(releaseId('missed'));
      await cluster.complete();
    });
  };

  const stale = `^HelmReleases are stale since ${hour}: `;
  checkWatch('the connection drops', 'drop', new RegExp(`${stale}API server unreachable`));
  checkWatch('403', 403, /^No permission to watch HelmReleases; other kinds are complete$/);
  checkWatch('404', 404, new RegExp(`${stale}not found`));
  checkWatch('500', 500, new RegExp(`${stale}API server unreachable`));
  checkWatch('503', 503, new RegExp(`${stale}API server unreachable`));
  checkWatch('half an event', 'halfBody', new RegExp(`${stale}API server unreachable`));
  checkWatch('malformed JSON', 'malformedJson', new RegExp(`${stale}not accepted, or not understood`));

  it('on the watch of one kind: 410: that kind is listed anew, and nobody notices', async () => {
    const before = cluster.server.requests.length;
    cluster.server.faults.add({ match: { path: /\/helmreleases\?watch/, watch: true }, times: 1, fault: 410 });
    cluster.server.compact();
    cluster.server.closeWatches();
    await cluster.until('listed anew', () =>
      cluster.server.requests.slice(before).some(({ path }) => /helmreleases\?limit/.test(path)),
    );
    await cluster.complete();
  });

  const checkConnection = (name: string, fault: Fault, expected: RegExp, retries: boolean): void => {
    it(`altogether: ${name}: the tree stays, with its age in the one row at its head`, async () => {
      cluster.server.faults.add({ match: {}, fault });
      cluster.server.dropWatches();
      await head(expected);
      const { connection } = cluster.probe.sessions;
      assert.ok(connection.state === 'failed' && connection.lastConnected !== undefined);
      assert.equal(connection.retryAt !== undefined, retries);
      const row = cluster.row(releaseId('loki'));
      assert.equal(row?.icon.color, 'disabledForeground', 'greyed');
      assert.doesNotMatch(row.contextValue, /\bcan/, 'an old state offers no change');
    });
  };

  const old = `^Stale since ${hour}: `;
  checkConnection('the connection drops', 'drop', new RegExp(`${old}API server unreachable`), true);
  checkConnection('503', 503, new RegExp(`${old}API server unreachable`), true);
  checkConnection('401', 401, new RegExp(`${old}credentials not accepted`), false);

  it('with silence: said within the time of one request', async () => {
    const { sessions } = cluster.probe;
    cluster.server.faults.add({ match: {}, fault: { until: new Promise(() => undefined) } });
    cluster.server.dropWatches();
    await cluster.until(
      'told as timed out',
      () => sessions.connection.state === 'failed' && sessions.connection.failure.reason === 'timeout',
    );
    await head(new RegExp(`${old}timed out`));
  });

  it('gone and back: the tree is complete again by itself', async () => {
    cluster.server.faults.add({ match: {}, fault: 'drop' });
    cluster.server.dropWatches();
    await cluster.until('failed', () => cluster.probe.sessions.connection.state === 'failed');
    cluster.server.faults.clear();
    await cluster.complete();
  });
});
