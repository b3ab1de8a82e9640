/** What lenses and tree can tell of actions: while they run, for ten seconds after, and when one replaces another. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import type { ActionResult } from '../../../src/cluster/actionResult.ts';
import { type ActionWork, RunningActions } from '../../../src/cluster/runningActions.ts';
import { objectKey } from '../../../src/flux/objectKey.ts';
import { ManualClock } from '../../support/manualClock.ts';

const key = objectKey('homelab', { group: 'g', kind: 'Kustomization', namespace: 'flux-system', name: 'apps' });
const other = objectKey('homelab', { group: 'g', kind: 'Kustomization', namespace: 'flux-system', name: 'other' });
const done: ActionResult = { state: 'succeeded', message: 'applied' };

describe('running actions', () => {
  let clock: ManualClock;
  let actions: RunningActions;
  let fired: string[][];
  beforeEach(() => {
    clock = new ManualClock();
    actions = new RunningActions({ clock });
    fired = [];
    void actions.onDidChange((keys) => fired.push([...keys]));
  });

  /** Work that ends when it is told to, or as stopped when its signal is. */
  function work(): {
    run: ActionWork;
    end: (result: ActionResult) => void;
    fail: (error: Error) => void;
    report: (text: string) => void;
  } {
    const { promise, resolve, reject } = Promise.withResolvers<ActionResult>();
    let tell: (message: string) => void = () => undefined;
    return {
      run: (signal, report) => {
        tell = report;
        signal.addEventListener('abort', () => resolve({ state: 'stopped', message: 'stopped' }));
        return promise;
      },
      end: resolve,
      fail: reject,
      report: (text) => tell(text),
    };
  }

  it('are shown while they run, with what they do', async () => {
    const { run, end, report } = work();
    const result = actions.run(key, 'reconcile', run);
    assert.equal(actions.get(key)?.state, 'running');
    clock.advance(3000);
    report('waiting');
    const entry = actions.get(key);
    assert.deepEqual(entry?.state === 'running' && [entry.verb, entry.message, clock.now() - entry.since], [
      'reconcile',
      'waiting',
      3000,
    ]);
    assert.equal(actions.get(other), undefined);
    end(done);
    assert.equal(await result, done);
  });

  it('show their result for ten seconds', async () => {
    const { run, end } = work();
    end(done);
    await actions.run(key, 'suspend', run);
    const entry = actions.get(key);
    assert.deepEqual(entry, { state: 'ended', verb: 'suspend', since: clock.now(), result: done });
    clock.advance(9_999);
    assert.equal(actions.get(key), entry);
    clock.advance(1);
    assert.equal(actions.get(key), undefined);
    assert.deepEqual(fired, [[key], [key], [key]], 'came, ended, went');
  });

  it('can be stopped from what is shown, and by their caller', async () => {
    const first = actions.run(key, 'reconcile', work().run);
    const entry = actions.get(key);
    assert.ok(entry?.state === 'running');
    entry.cancel();
    assert.equal((await first).state, 'stopped');
    const abort = new AbortController();
    const second = actions.run(key, 'reconcile', work().run, abort.signal);
    abort.abort();
    assert.equal((await second).state, 'stopped');
  });

  it('give way to a newer one on the same object, which keeps its place', async () => {
    const newer = work();
    const first = actions.run(key, 'reconcile', work().run);
    const second = actions.run(key, 'suspend', newer.run);
    assert.equal((await first).state, 'stopped');
    const entry = actions.get(key);
    assert.deepEqual([entry?.state, entry?.verb], ['running', 'suspend']);
    newer.end(done);
    await second;
    assert.equal(actions.get(key)?.state, 'ended');
  });

  it('leave a newer result alone when the time of an older one is over', async () => {
    const end = (verb: 'suspend' | 'resume') => actions.run(key, verb, () => Promise.resolve(done));
    await end('suspend');
    clock.advance(6000);
    await end('resume');
    clock.advance(6000);
    assert.equal(actions.get(key)?.verb, 'resume');
    clock.advance(4000);
    assert.equal(actions.get(key), undefined);
  });

  it('run side by side on different objects', () => {
    void actions.run(key, 'reconcile', work().run);
    void actions.run(other, 'reconcile', work().run);
    assert.deepEqual([...actions.all().keys()], [key, other]);
    actions.dispose();
  });

  it('end with a Failure as with any result, and throw what is none', async () => {
    const failure = new Failure('forbidden', 'may not');
    const result = await actions.run(key, 'reconcile', () => Promise.reject(failure));
    assert.deepEqual(result, { state: 'failed', message: 'may not', failure });
    await assert.rejects(
      actions.run(key, 'reconcile', () => Promise.reject(new TypeError('a bug'))),
      TypeError,
    );
    assert.equal(actions.get(key), undefined);
  });

  it('are silent after the end of all', async () => {
    const { run, report } = work();
    const result = actions.run(key, 'reconcile', run);
    const count = fired.length;
    actions.dispose();
    report('late');
    assert.equal((await result).state, 'stopped');
    const late = await actions.run(other, 'reconcile', (signal) =>
      Promise.resolve({ state: signal.aborted ? 'stopped' : 'succeeded', message: '' }),
    );
    assert.equal(late.state, 'stopped');
    clock.advance(20_000);
    assert.equal(fired.length, count);
    assert.equal(actions.all().size, 0);
  });
});
