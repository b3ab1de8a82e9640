/** The real engine in its thread: what a stand-in cannot show. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { engineMemoryMiB } from '../../src/render/engineInstance.ts';
import type { EngineSession } from '../../src/render/engine.ts';
import type { EngineOperation } from '../../src/render/engineProtocol.ts';
import { WorkerEngine, type WorkerEngineOptions } from '../../src/render/workerEngine.ts';
import { systemClock } from '../../src/base/clock.ts';
import { buildBundles } from '../../scripts/bundles.ts';
import { buildEngine } from '../../scripts/buildEngine.ts';
import { tarFiles, tarGz } from '../support/tarArchive.ts';
import { builtEngineFiles, openRealEngine } from '../support/realEngine.ts';

const engines: WorkerEngine[] = [];
after(() => engines.forEach((engine) => engine.dispose()));

async function open(options: Partial<WorkerEngineOptions> = {}) {
  const lines: string[] = [];
  const say = (message: string) => lines.push(message);
  const engine = await openRealEngine({ log: { debug: say, info: say, warn: say, error: say }, ...options });
  engines.push(engine);
  return { engine, lines };
}

const substitute = (session: EngineSession, text = '${a}') =>
  session.request('substitute', { text, variables: { a: 'b' }, strict: true });
const substituteOnce = (engine: WorkerEngine) => engine.use((session) => substitute(session), { what: 'Substituting' });

describe('the engine in its thread', () => {
  it('answers', async () => {
    const { engine } = await open();
    assert.deepEqual(await substituteOnce(engine), { text: 'b' });
    const versions = await engine.use((session) => session.request('versions', {}), { what: 'Asking' });
    assert.match(versions.helm, /^v4\.\d+\.\d+$/);
  });

  it('takes an attachment, of any bytes', async () => {
    const { engine } = await open();
    const reply = await engine.use(
      async (session) => {
        const archive = tarGz(tarFiles({ 'a.yaml': 'ü', 'b.bin': Uint8Array.of(0, 255, 10) }));
        await session.request('unpack', { tree: 't' }, archive);
        return session.request('listTree', { tree: 't', textsOf: ['.yaml'] });
      },
      { what: 'Unpacking' },
    );
    assert.deepEqual(reply, {
      files: [
        { path: 'a.yaml', bytes: 2 },
        { path: 'b.bin', bytes: 3 },
      ],
      texts: { 'a.yaml': 'ü' },
    });
  });

  it('gives text as it is: no byte is lost on the way', async () => {
    const { engine } = await open();
    const text = 'ü€😀 \u2028 \u0007 <&> \\ " \t\n';
    assert.deepEqual(await engine.use((session) => substitute(session, text), { what: 'Substituting' }), { text });
  });

  it('fails with the library’s words and goes on', async () => {
    const { engine } = await open();
    await engine.use(
      async (session) => {
        await assert.rejects(substitute(session, '${missing}'), { reason: 'invalid', message: /missing/ });
        assert.deepEqual(await substitute(session), { text: 'b' });
      },
      { what: 'Substituting' },
    );
  });

  it('keeps files between pieces of work, and loses them with the instance', async () => {
    const limits = { ms: 30_000 };
    const { engine } = await open({ timeLimitMs: () => limits.ms });
    const list = () => engine.use((session) => session.request('listTree', { tree: 't' }), { what: 'Listing' });
    await engine.use((session) => session.request('files', { tree: 't', set: { a: 'b' } }), { what: 'Writing' });
    assert.equal((await list()).files.length, 1);
    limits.ms = 1000;
    await assert.rejects(runForEver(engine), { reason: 'timeout' });
    limits.ms = 30_000;
    await assert.rejects(list(), { reason: 'invalid', message: /no tree "t"/ });
  });

  it('is ended by a signal in the middle of a render', async () => {
    const { engine } = await open({ graceMs: 0 });
    await substituteOnce(engine);
    const controller = new AbortController();
    const render = runForEver(engine, controller.signal);
    controller.abort();
    await assert.rejects(render, { reason: 'cancelled' });
    assert.deepEqual(await substituteOnce(engine), { text: 'b' });
  });

  it('uses the compiled module again after a restart', async () => {
    const { engine, lines } = await open({ recycleAboveBytes: 0 });
    for (const round of [1, 2, 3]) {
      await substituteOnce(engine);
      assert.equal(lines.filter((line) => line.startsWith('Engine: ready')).length, round);
    }
  });

  it('may have as much memory as is said when it needs more', async () => {
    const { modulePath } = await builtEngineFiles();
    assert.equal(await memoryMaximum(modulePath), engineMemoryMiB);
  });
});

/** A render that does not end. */
function runForEver(engine: WorkerEngine, signal?: AbortSignal): Promise<unknown> {
  const files = {
    'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
    'c/templates/a.yaml': '{{ range until 1000000 }}{{ range until 1000000 }}{{ end }}{{ end }}',
  };
  return engine.use(
    async (session) => {
      await session.request('files', { tree: 'c', set: files });
      await session.request('loadChart', { chart: 'c', tree: 'c', path: 'c' });
      await session.request('release', {
        chart: 'c',
        values: {},
        name: 'r',
        namespace: 'n',
        isUpgrade: false,
        capabilities: {},
        origin: { name: 'r', namespace: 'n' },
      });
    },
    { what: 'Running for ever', ...(signal === undefined ? {} : { signal }) },
  );
}

/** Mebibytes, out of the module's memory section. */
async function memoryMaximum(path: string): Promise<number | undefined> {
  const bytes = await readFile(path);
  const number = (at: number): [value: number, next: number] => {
    let [value, factor] = [0, 1];
    for (let next = at; ; next += 1, factor *= 128) {
      const byte = bytes[next] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) {
        return [value, next + 1];
      }
    }
  };
  const [memorySection, withMaximum, pagesPerMebibyte] = [5, 1, 16];
  for (let at = 8; at < bytes.length;) {
    const [size, body] = number(at + 1);
    if (bytes[at] === memorySection) {
      const [, flags] = number(body);
      const [, maximum] = number(flags + 1);
      return bytes[flags] === withMaximum ? number(maximum)[0] / pagesPerMebibyte : undefined;
    }
    at = body + size;
  }
  return undefined;
}

describe('warming up', () => {
  it('goes through everything that renders, and leaves nothing behind', async () => {
    const { engine, lines } = await open();
    const forgotten = Promise.withResolvers<undefined>();
    const warmed = new WorkerEngine({
      ...(await builtEngineFiles()),
      timeLimitMs: () => 30_000,
      clock: systemClock(),
      log: {
        debug: (message) => {
          lines.push(message);
          if (message.startsWith('Engine: forget')) {
            forgotten.resolve(undefined);
          }
        },
        info: () => undefined,
        warn: (message) => forgotten.reject(new Error(message)),
        error: () => undefined,
      },
    });
    engines.push(engine, warmed);
    warmed.warmUp();
    await forgotten.promise;
    const operations: EngineOperation[] = ['files', 'kustomization', 'loadChart', 'release', 'kustomization', 'forget'];
    assert.deepEqual(
      lines.map((line) => line.split(' ')[1]),
      operations,
    );
    await assert.rejects(
      warmed.use((session) => session.request('listTree', { tree: 'warm-up' }), { what: 'Looking' }),
      { reason: 'invalid' },
    );
  });
});

describe('the module’s file', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'driftline-engine-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [title, change] of [
    [
      'with one other byte',
      (bytes: Buffer) => bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1),
    ],
    ['that was cut off', (bytes: Buffer) => bytes.fill(0, 1000)],
  ] as const) {
    it(`${title} is not run`, async () => {
      const { modulePath } = await builtEngineFiles();
      const bytes = await readFile(modulePath);
      change(bytes);
      const changed = join(folder, 'changed.wasm');
      await writeFile(changed, bytes);
      const { engine } = await open({ modulePath: changed });
      await assert.rejects(substituteOnce(engine), {
        reason: 'invalid',
        message: new RegExp(`^${changed} is not the`),
      });
    });
  }

  it('that has the right hash and is no module is an error that says so', async () => {
    const path = join(folder, 'text.wasm');
    await writeFile(path, 'abc');
    const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    const { engine } = await open({ modulePath: path, sha256 });
    await assert.rejects(substituteOnce(engine), {
      reason: 'invalid',
      message: /made the render engine fail \(WebAssembly/,
    });
  });

  it('that is missing is named', async () => {
    const path = join(folder, 'none.wasm');
    const { engine } = await open({ modulePath: path });
    await assert.rejects(substituteOnce(engine), {
      reason: 'notFound',
      message: `${path} cannot be read (ENOENT). Install Driftline again.`,
    });
  });
});

describe('as it is built', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'driftline-engine-'));
    await buildBundles({ production: true, folder, log: () => undefined, engine: await buildEngine() });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('the bundled thread runs the module that lies beside it', async () => {
    const { sha256 } = await builtEngineFiles();
    const { engine } = await open({
      modulePath: join(folder, 'engine.wasm'),
      workerPath: join(folder, 'engineWorker.cjs'),
      sha256,
    });
    assert.deepEqual(await substituteOnce(engine), { text: 'b' });
  });
});
