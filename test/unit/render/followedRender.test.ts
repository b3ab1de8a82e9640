/** Following edits: one render for a burst of keys, the newest at the end, an error beside the last good result. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancelled, Failure } from '../../../src/base/failure.ts';
import { type Followed, FollowedRender } from '../../../src/render/followedRender.ts';
import { ManualClock } from '../../support/manualClock.ts';

interface Call {
  readonly signal: AbortSignal;
  readonly give: (result: string) => Promise<void>;
  readonly fail: (error: Error) => Promise<void>;
}

/** Lets all that waits for a settled promise run. */
async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

/** A follower whose renders end when a test says so. */
function follower(initial?: Followed<string>) {
  const clock = new ManualClock(0);
  const calls: Call[] = [];
  const follow = new FollowedRender<string>(
    {
      clock,
      render: (signal) => {
        const { promise, resolve, reject } = Promise.withResolvers<string>();
        signal.addEventListener('abort', () => reject(cancelled('Rendering')));
        calls.push({
          signal,
          give: async (result) => {
            resolve(result);
            await settle();
          },
          fail: async (error) => {
            reject(error);
            await settle();
          },
        });
        return promise;
      },
    },
    initial,
  );
  const shown: (string | undefined)[] = [];
  const subscription = follow.onDidChange(() => shown.push(follow.state?.result));
  return { clock, calls, follow, shown, subscription };
}

test('nothing is rendered before somebody asks, and once for all who ask', async () => {
  const { calls, follow } = follower();
  assert.equal(follow.state, undefined);
  const both = Promise.all([follow.current(), follow.current()]);
  assert.equal(calls.length, 1);
  await calls[0]?.give('one');
  assert.deepEqual(await both, [
    { result: 'one', error: undefined },
    { result: 'one', error: undefined },
  ]);
});

test('what was rendered already is not rendered again', async () => {
  const { calls, follow } = follower({ result: 'given', error: undefined });
  assert.equal((await follow.current()).result, 'given');
  assert.equal(calls.length, 0);
});

test('a burst of keys is one render, when it is quiet', async () => {
  const { clock, calls, follow, shown } = follower({ result: 'old', error: undefined });
  for (let key = 0; key < 10; key += 1) {
    follow.touch();
    clock.advance(50);
  }
  assert.equal(calls.length, 0);
  clock.advance(50);
  assert.equal(calls.length, 1);
  await calls[0]?.give('new');
  assert.deepEqual(shown, ['new']);
});

test('a change during a render is rendered after it, and the result in between is shown', async () => {
  const { clock, calls, follow, shown } = follower({ result: 'old', error: undefined });
  follow.touch();
  clock.advance(100);
  follow.touch();
  clock.advance(100);
  assert.equal(calls.length, 1);
  await calls[0]?.give('first');
  assert.equal(calls.length, 2);
  await calls[1]?.give('second');
  assert.deepEqual(shown, ['first', 'second']);
  assert.equal(calls.length, 2);
});

test('a render that lasts is ended once it is of no use', async () => {
  const { clock, calls, follow, shown } = follower({ result: 'old', error: undefined });
  follow.touch();
  clock.advance(100);
  clock.advance(60_000);
  assert.equal(calls[0]!.signal.aborted, false, 'nobody needs another');
  follow.touch();
  clock.advance(100);
  assert.equal(calls[0]!.signal.aborted, true);
  await settle();
  assert.equal(calls.length, 2);
  await calls[1]?.give('new');
  assert.deepEqual(shown, ['new'], 'the one that was ended shows nothing');
});

test('a short render that is of no use any more gets its time', async () => {
  const { clock, calls, follow } = follower({ result: 'old', error: undefined });
  follow.touch();
  clock.advance(100);
  follow.touch();
  clock.advance(100);
  assert.equal(calls[0]!.signal.aborted, false);
  clock.advance(1_899);
  assert.equal(calls[0]!.signal.aborted, false);
  clock.advance(1);
  assert.equal(calls[0]!.signal.aborted, true);
  await settle();
  assert.equal(calls.length, 2);
});

test('an error keeps the last good result, and the next good one clears it', async () => {
  const { clock, calls, follow } = follower({ result: 'good', error: undefined });
  const error = new Failure('invalid', 'bad');
  follow.touch();
  clock.advance(100);
  await calls[0]?.fail(error);
  assert.deepEqual(follow.state, { result: 'good', error });
  follow.touch();
  clock.advance(100);
  await calls[1]?.give('better');
  assert.deepEqual(follow.state, { result: 'better', error: undefined });
});

test('what was rendered elsewhere is taken over', () => {
  const { follow, shown } = follower({ result: 'old', error: undefined });
  follow.replace({ result: 'new', error: undefined });
  assert.deepEqual(shown, ['new']);
});

test('a render that began before another was taken over does not write over it', async () => {
  const { clock, calls, follow, shown } = follower();
  const asked = follow.current();
  follow.replace({ result: 'pulled', error: undefined });
  await calls[0]?.give('before it was pulled');
  assert.deepEqual(shown, ['pulled']);
  assert.equal((await asked).result, 'pulled');
  assert.equal(calls.length, 2, 'it may have known of a change');
  await calls[1]?.give('newest');
  assert.deepEqual(follow.state, { result: 'newest', error: undefined });
  clock.advance(10_000);
  assert.equal(calls.length, 2);
});

test('the error of a render that was overtaken is not shown', async () => {
  const { calls, follow } = follower();
  const asked = follow.current();
  follow.replace({ result: 'pulled', error: undefined });
  await calls[0]?.fail(new Failure('notFound', 'no chart'));
  assert.deepEqual(await asked, { result: 'pulled', error: undefined });
});

test('after the end nothing is rendered or told, and what is under way is ended', async () => {
  const { clock, calls, follow, shown } = follower({ result: 'old', error: undefined });
  follow.touch();
  clock.advance(100);
  follow.touch();
  follow.dispose();
  assert.equal(calls[0]!.signal.aborted, true);
  await settle();
  follow.touch();
  clock.advance(10_000);
  assert.equal(calls.length, 1);
  assert.deepEqual(shown, []);
});
