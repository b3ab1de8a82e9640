/**
 * What the rest of rendering can rely on: one piece of work at a time, an end to whatever takes too long, and an engine that
 * works again afterwards. Against a stand-in for the program in the thread; with the real engine: test/engine/.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import type { EngineSession } from '../../../src/render/engine.ts';
import { WorkerEngine, type WorkerEngineOptions } from '../../../src/render/workerEngine.ts';
import { AwaitedClock } from '../../support/awaitedClock.ts';
import type { Scripted } from './fakeEngineWorker.ts';

const limitMs = 30_000;
const graceMs = 250;
const idleAfterMs = 300_000;

const running: WorkerEngine[] = [];
after(() => running.forEach((engine) => engine.dispose()));

function setUp(options: Partial<WorkerEngineOptions> = {}) {
  const clock = new AwaitedClock();
  const lines: string[] = [];
  const say = (level: string) => (message: string) => lines.push(`${level} ${message}`);
  const engine = new WorkerEngine({
    modulePath: '/some/engine.wasm',
    workerPath: join(import.meta.dirname, 'fakeEngineWorker.ts'),
    sha256: 'abc',
    timeLimitMs: () => limitMs,
    clock,
    log: { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') },
    idleAfterMs,
    graceMs,
    ...options,
  });
  running.push(engine);
  return { engine, clock, lines };
}

interface Told {
  readonly text: string;
  readonly thread: number;
  readonly module: boolean;
  readonly attached?: number;
  readonly variables: number;
}

/** One request of the stand-in's own language. */
function ask(session: EngineSession, script: string | Scripted, attachment?: Uint8Array): Promise<Told> {
  const request = typeof script === 'string' ? { text: script } : script;
  const whole = { variables: {}, strict: false, ...request };
  return session.request('substitute', whole, attachment) as Promise<unknown> as Promise<Told>;
}

/** A piece of work of one request. */
function askOnce(engine: WorkerEngine, script: string | Scripted, signal?: AbortSignal): Promise<Told> {
  const options = { what: 'Rendering HelmRelease apps/podinfo', ...(signal === undefined ? {} : { signal }) };
  return engine.use((session) => ask(session, script), options);
}

const generationOf = (engine: WorkerEngine) =>
  engine.use((session) => Promise.resolve(session.generation), { what: 'Looking' });

/** Resolves when the next request has been sent to the thread: a limit runs for the thread to be open, then one for the answer. */
function underWay(clock: AwaitedClock): Promise<void> {
  let limits = 0;
  return clock.nextWait((ms) => ms === limitMs && (limits += 1) === 2);
}

describe('a request', () => {
  it('is answered with what the engine replied, its attachment beside it', async () => {
    const { engine } = setUp();
    // A view in the middle of a larger buffer, as what was read from a socket is.
    const bytes = Buffer.from('0123456789').subarray(2, 5);
    const told = await engine.use((session) => ask(session, 'hello', bytes), { what: 'Asking' });
    assert.equal(told.text, 'substitute hello');
    assert.equal(told.attached, 3);
    assert.equal(bytes.toString(), '234', 'the bytes are still the caller’s');
  });

  it('runs where no variable of the environment can be read', async () => {
    const { engine } = setUp();
    assert.equal((await askOnce(engine, 'hello')).variables, 0);
  });

  it('that the library refuses fails with its words, and the engine goes on', async () => {
    const { engine } = setUp();
    await engine.use(
      async (session) => {
        await assert.rejects(ask(session, 'refuse'), { reason: 'invalid', message: 'the library refused' });
        assert.equal((await ask(session, 'again')).text, 'substitute again');
      },
      { what: 'Asking' },
    );
    assert.equal(await generationOf(engine), 1);
  });

  it('gets no more of an endless error than a person can read: its beginning and its end', async () => {
    const { engine } = setUp();
    await assert.rejects(askOnce(engine, 'refuse at length'), { message: /^where: x{1000,5000} … x{1000,5000}: why$/ });
  });

  it('gives its own work the whole error: a Secret cut in two would not be found in it', async () => {
    const { engine } = setUp();
    const work = engine.use(
      (session) =>
        ask(session, 'refuse at length').catch((error: unknown) => {
          throw new Failure('invalid', `${(error as Error).message.length} characters`);
        }),
      { what: 'Asking' },
    );
    await assert.rejects(work, { message: '100012 characters' });
  });

  it('shows nothing of an error of megabytes', async () => {
    const { engine } = setUp();
    await assert.rejects(askOnce(engine, 'refuse without end'), {
      reason: 'invalid',
      message: 'An error of 2000000 characters is not shown.',
    });
  });

  it('that is nested without end is refused', async () => {
    const { engine } = setUp();
    let values: Record<string, unknown> = {};
    for (let level = 0; level < 50_000; level += 1) {
      values = { values };
    }
    const deep = { text: 'x', values };
    await assert.rejects(askOnce(engine, deep), { reason: 'invalid', message: /nested too deeply/ });
    assert.equal((await askOnce(engine, 'next')).text, 'substitute next');
  });

  it('waits for the one before it in the same work', async () => {
    const { engine } = setUp();
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const order: string[] = [];
    await engine.use(
      async (session) => {
        const both = ['gate', 'second'].map((text) =>
          ask(session, { text, gate }).then((told) => order.push(told.text)),
        );
        Atomics.store(gate, 0, 1);
        Atomics.notify(gate, 0);
        await Promise.all(both);
      },
      { what: 'Asking' },
    );
    assert.deepEqual(order, ['after the gate', 'substitute second']);
  });

  it('that cannot be sent says which, not what was in it', async () => {
    const { engine } = setUp();
    const wrong = { text: 'x', secret: () => 'canary' };
    await assert.rejects(
      askOnce(engine, wrong),
      (error: Error) => /request substitute/.test(error.message) && !error.message.includes('canary'),
    );
    assert.equal((await askOnce(engine, 'next')).text, 'substitute next');
  });
});

describe('pieces of work', () => {
  it('have the engine one after another', async () => {
    const { engine } = setUp();
    const order: string[] = [];
    const first = Promise.withResolvers<undefined>();
    const works = [
      engine.use(
        async (session) => {
          order.push('first begins');
          await first.promise;
          await ask(session, 'x');
          order.push('first ends');
        },
        { what: 'First' },
      ),
      engine.use(async () => Promise.resolve(order.push('second')), { what: 'Second' }),
    ];
    first.resolve(undefined);
    await Promise.all(works);
    assert.deepEqual(order, ['first begins', 'first ends', 'second']);
  });

  it('share the instance and what was sent to it', async () => {
    const { engine } = setUp();
    const [a, b] = [await askOnce(engine, 'a'), await askOnce(engine, 'b')];
    assert.equal(a.thread, b.thread);
    assert.equal(await generationOf(engine), 1);
  });

  it('that fail leave the engine to the next', async () => {
    const { engine } = setUp();
    await assert.rejects(
      engine.use(() => Promise.reject(new Error('of the work')), { what: 'Failing' }),
      { message: 'of the work' },
    );
    assert.equal((await askOnce(engine, 'next')).text, 'substitute next');
  });

  it('that throw before their first wait end like any other', async () => {
    const { engine, clock } = setUp();
    const idle = clock.nextWait((ms) => ms === idleAfterMs);
    const kept: EngineSession[] = [];
    const work = engine.use(
      (session) => {
        kept.push(session);
        throw new Error('at once');
      },
      { what: 'Failing' },
    );
    await assert.rejects(work, { message: 'at once' });
    await idle;
    await assert.rejects(ask(kept[0]!, 'late'), { reason: 'cancelled' });
  });

  it('cannot ask after their end', async () => {
    const { engine } = setUp();
    const kept = await engine.use((session) => Promise.resolve({ session }), { what: 'Keeping' });
    await assert.rejects(ask(kept.session, 'late'), { reason: 'cancelled', message: 'Keeping was cancelled' });
  });

  it('that leave a request behind hold the next one up until it is answered', async () => {
    const { engine } = setUp();
    const gate = new Int32Array(new SharedArrayBuffer(4));
    await engine.use(
      (session) => {
        for (const text of ['gate', 'never sent']) {
          ask(session, { text, gate }).catch(() => undefined);
        }
        return Promise.resolve();
      },
      { what: 'Leaving' },
    );
    const next = askOnce(engine, 'next');
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    assert.equal((await next).text, 'substitute next');
    assert.equal(await generationOf(engine), 1);
  });
});

describe('a time limit', () => {
  it('ends the instance; the next work has a fresh one', async () => {
    const { engine, clock } = setUp();
    await askOnce(engine, 'warm');
    const began = underWay(clock);
    const late = assert.rejects(askOnce(engine, 'hang'), {
      reason: 'timeout',
      message: 'Rendering HelmRelease apps/podinfo took longer than 30 s and was stopped',
    });
    await began;
    clock.advance(limitMs);
    await late;
    const told = await askOnce(engine, 'next');
    assert.equal(told.text, 'substitute next');
    assert.equal(told.module, true, 'the compiled module is used again');
    assert.equal(await generationOf(engine), 2);
  });

  it('is of each request, not of the whole work', async () => {
    const { engine, clock } = setUp();
    await engine.use(
      async (session) => {
        await ask(session, 'one');
        clock.advance(limitMs - 1);
        await ask(session, 'two');
        clock.advance(limitMs - 1);
        await ask(session, 'three');
      },
      { what: 'Working' },
    );
    assert.equal(await generationOf(engine), 1);
  });

  it('holds for the start of the engine, too', async () => {
    const { engine, clock } = setUp({ modulePath: '/never/opens' });
    const began = clock.nextWait((ms) => ms === limitMs);
    const late = assert.rejects(askOnce(engine, 'x'), { reason: 'timeout' });
    await began;
    clock.advance(limitMs);
    await late;
  });

  it('is asked for anew with each work', async () => {
    const limits = [10_000, 20_000];
    const { engine, clock } = setUp({ timeLimitMs: () => limits.shift() ?? 0 });
    for (const expected of [10_000, 20_000]) {
      const began = clock.nextWait((ms) => ms === expected);
      await askOnce(engine, 'x');
      await began;
    }
  });

  it('fails the rest of the work in the same way: what it had sent is gone', async () => {
    const { engine, clock } = setUp();
    await askOnce(engine, 'warm');
    const began = underWay(clock);
    const work = engine.use(
      async (session) => {
        await assert.rejects(ask(session, 'hang'), { reason: 'timeout' });
        await ask(session, 'on a fresh instance this would build from nothing');
      },
      { what: 'Working' },
    );
    const rejected = assert.rejects(work, { reason: 'timeout' });
    await began;
    clock.advance(limitMs);
    await rejected;
  });
});

describe('an instance that breaks', () => {
  const what = 'Rendering HelmRelease apps/podinfo';
  for (const [script, message] of [
    ['memory', `${what} needed more than 768 MB of memory and was stopped`],
    ['depth', `${what} is nested too deeply and was stopped`],
    ['excess', `${what} gave more than 64 MB`],
    ['fault', `${what} made the render engine fail (fatal error: words of the runtime)`],
    ['exit', `${what} made the render engine fail (the thread ended with code 3)`],
    ['throw', `${what} made the render engine fail (Error)`],
  ] as const) {
    it(`by ${script} fails the work that broke it, and is replaced`, async () => {
      const { engine, lines } = setUp();
      await assert.rejects(askOnce(engine, script), { reason: 'invalid', message });
      assert.equal((await askOnce(engine, 'next')).text, 'substitute next');
      assert.equal(await generationOf(engine), 2);
      assert.ok(!lines.join('\n').includes('canary'), 'nothing of what was rendered is logged');
    });
  }

  it('fails its work even if that makes nothing of it: what is missing must not look complete', async () => {
    const { engine } = setUp();
    const work = engine.use((session) => ask(session, 'memory').catch(() => 'half a result'), { what });
    await assert.rejects(work, { reason: 'invalid', message: /768 MB/ });
  });
});

describe('cancelling', () => {
  it('answers at once, and ends an instance that does not come to an end itself', async () => {
    const { engine, clock } = setUp();
    await askOnce(engine, 'warm');
    const controller = new AbortController();
    const began = underWay(clock);
    const inside = Promise.withResolvers<Error>();
    const hanging = engine.use((session) => ask(session, 'hang').catch(inside.resolve), {
      what: 'Rendering HelmRelease apps/podinfo',
      signal: controller.signal,
    });
    await began;
    const grace = clock.nextWait((ms) => ms === graceMs);
    controller.abort();
    const expected = { reason: 'cancelled', message: 'Rendering HelmRelease apps/podinfo was cancelled' };
    await assert.rejects(hanging, expected);
    await assert.rejects(Promise.reject(await inside.promise), expected);
    const next = generationOf(engine);
    await grace;
    clock.advance(graceMs);
    assert.equal(await next, 2);
  });

  it('keeps an instance whose request ends soon, so that the next render need not send everything again', async () => {
    const { engine, clock } = setUp();
    await askOnce(engine, 'warm');
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const controller = new AbortController();
    const began = underWay(clock);
    const gated = askOnce(engine, { text: 'gate', gate }, controller.signal);
    await began;
    controller.abort();
    await assert.rejects(gated, { reason: 'cancelled' });
    const next = generationOf(engine);
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    assert.equal(await next, 1);
  });

  it('takes work out of the line without running it', async () => {
    const { engine } = setUp();
    const controller = new AbortController();
    const first = Promise.withResolvers<undefined>();
    const busy = engine.use(() => first.promise, { what: 'First' });
    const waiting = engine.use(() => Promise.reject(new Error('it ran')), {
      what: 'Second',
      signal: controller.signal,
    });
    controller.abort();
    await assert.rejects(waiting, { reason: 'cancelled', message: 'Second was cancelled' });
    first.resolve(undefined);
    await busy;
    assert.equal(await generationOf(engine), 1);
  });

  it('before the beginning starts nothing', async () => {
    const { engine, lines } = setUp();
    await assert.rejects(askOnce(engine, 'x', AbortSignal.abort()), { reason: 'cancelled' });
    assert.deepEqual(lines, []);
  });

  it('ends work that does not look at its signal, and refuses what it still asks', async () => {
    const { engine } = setUp();
    const controller = new AbortController();
    const never = Promise.withResolvers<undefined>();
    const late: unknown[] = [];
    const work = engine.use(
      async (session) => {
        await never.promise;
        await ask(session, 'late').catch((error: unknown) => late.push(error));
      },
      { what: 'Reading files', signal: controller.signal },
    );
    controller.abort();
    await assert.rejects(work, { reason: 'cancelled' });
    assert.equal((await askOnce(engine, 'next')).text, 'substitute next');
    never.resolve(undefined);
    assert.equal((await askOnce(engine, 'after')).text, 'substitute after');
    assert.deepEqual(
      late.map((error) => (error as { reason: string }).reason),
      ['cancelled'],
    );
  });

  it('after the end does nothing', async () => {
    const { engine } = setUp();
    const controller = new AbortController();
    await askOnce(engine, 'x', controller.signal);
    controller.abort();
    assert.equal(await generationOf(engine), 1);
  });
});

describe('memory', () => {
  it('that a work has made large is given back after it, and not in it', async () => {
    const { engine, lines } = setUp();
    await engine.use(
      async (session) => {
        await ask(session, 'grow');
        assert.equal((await ask(session, 'same instance')).text, 'substitute same instance');
        await ask(session, 'grow');
      },
      { what: 'Growing' },
    );
    assert.equal(await generationOf(engine), 2);
    assert.ok(lines.includes('info Engine: ended (it holds 500 MB)'), lines.join('\n'));
  });

  it('is given back, the compiled module included, when nothing was rendered for a while', async () => {
    const { engine, clock, lines } = setUp();
    assert.equal((await askOnce(engine, 'first')).module, false);
    const generationThenIdle = async () => {
      const idle = clock.nextWait((ms) => ms === idleAfterMs);
      const generation = await generationOf(engine);
      await idle;
      return generation;
    };
    for (const expected of [1, 1, 1]) {
      assert.equal(await generationThenIdle(), expected, 'each use begins the time anew');
      clock.advance(idleAfterMs - 1);
    }
    clock.advance(1);
    assert.ok(lines.includes('info Engine: ended (idle)'));
    const told = await askOnce(engine, 'again');
    assert.equal(told.module, false);
    assert.equal(await generationOf(engine), 2);
  });

  it('is not given back under a work that takes long', async () => {
    const { engine, clock } = setUp();
    await askOnce(engine, 'x');
    await engine.use(
      async (session) => {
        clock.advance(10 * idleAfterMs);
        await ask(session, 'y');
      },
      { what: 'Thinking' },
    );
    assert.equal(await generationOf(engine), 1);
  });
});

describe('a module that cannot be run', () => {
  for (const [modulePath, reason, message] of [
    ['/no/such/engine.wasm', 'notFound', '/no/such/engine.wasm cannot be read (ENOENT). Install Driftline again.'],
    [
      '/changed/engine.wasm',
      'invalid',
      '/changed/engine.wasm is not the render engine that this version of Driftline was built with. Install Driftline again.',
    ],
  ] as const) {
    it(`${modulePath}: names the file and says what to do, each time`, async () => {
      const { engine } = setUp({ modulePath });
      for (const attempt of ['first', 'second']) {
        await assert.rejects(askOnce(engine, attempt), { reason, message });
      }
    });
  }

  it('a thread whose program is missing is a failure, too', async () => {
    const { engine } = setUp({ workerPath: join(import.meta.dirname, 'noSuchWorker.ts') });
    await assert.rejects(askOnce(engine, 'x'), { reason: 'invalid', message: /made the render engine fail/ });
  });
});

describe('warming up', () => {
  it('starts the engine, and leaves it to the first work', async () => {
    const { engine, lines } = setUp();
    engine.warmUp();
    assert.equal(await generationOf(engine), 1);
    assert.ok(lines.some((line) => line.startsWith('info Engine: ready')));
  });

  it('asks for no more when somebody waits', async () => {
    const { engine, lines } = setUp();
    engine.warmUp();
    await askOnce(engine, 'hurry');
    const asked = lines.filter((line) => line.startsWith('debug')).map((line) => line.split(' ')[2]);
    assert.deepEqual(asked, ['files', 'forget', 'substitute']);
  });

  it('happens once', async () => {
    const { engine } = setUp();
    engine.warmUp();
    engine.warmUp();
    assert.equal(await generationOf(engine), 1);
    engine.warmUp();
    assert.equal(await generationOf(engine), 1);
  });

  it('that fails is a line in the log', async () => {
    const { engine, lines } = setUp({ modulePath: '/changed/engine.wasm' });
    engine.warmUp();
    await assert.rejects(askOnce(engine, 'x'), { reason: 'invalid' });
    assert.ok(lines.some((line) => line.startsWith('warn Engine: /changed/engine.wasm')));
  });

  it('does nothing after the end', () => {
    const { engine, lines } = setUp();
    engine.dispose();
    engine.warmUp();
    assert.deepEqual(lines, []);
  });
});

describe('disposing', () => {
  it('rejects what runs and what waits, and everything after', async () => {
    const { engine, clock } = setUp();
    await askOnce(engine, 'warm');
    const began = underWay(clock);
    const works = [askOnce(engine, 'hang'), askOnce(engine, 'waiting')];
    await began;
    engine.dispose();
    engine.dispose();
    for (const work of [...works, askOnce(engine, 'later')]) {
      await assert.rejects(work, { reason: 'cancelled' });
    }
    assert.equal(clock.pending, 0, 'nothing fires after the end');
  });

  it('rejects work that waits for something else', async () => {
    const { engine } = setUp();
    const work = engine.use(() => new Promise(() => undefined), { what: 'Reading files' });
    engine.dispose();
    await assert.rejects(work, { reason: 'cancelled', message: 'Reading files was cancelled' });
  });

  it('ends the thread, whatever it is doing', async () => {
    const { engine } = setUp();
    const server = createServer();
    after(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const connected = once(server, 'connection');
    const held = askOnce(engine, { text: 'hold', port: (server.address() as AddressInfo).port });
    const [socket] = (await connected) as [Socket];
    const closed = once(socket.resume(), 'close');
    engine.dispose();
    await assert.rejects(held, { reason: 'cancelled' });
    await closed; // as everything is that the thread had open
  });

  it('is possible before anything was started', async () => {
    const { engine } = setUp();
    engine.dispose();
    await assert.rejects(askOnce(engine, 'x'), { reason: 'cancelled' });
  });
});

describe('the log', () => {
  it('has operation, time and sizes, and nothing of what was sent', async () => {
    const { engine, lines } = setUp();
    await askOnce(engine, 'canary');
    assert.ok(lines.includes('debug Engine: substitute 5 ms, 1.0 kB in, 0.1 kB out, memory 1 MB'), lines.join('\n'));
    assert.ok(!lines.join('\n').includes('canary'));
  });
});
