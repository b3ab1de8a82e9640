/** The border to the module: frames in, JSON out, and how an instance that breaks is understood. With modules of a few bytes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EngineInstance } from '../../../src/render/engineInstance.ts';
import { webAssembly } from '../../../src/render/webAssembly.ts';
import { type TinyModule, op, tinyModule } from '../../support/tinyModule.ts';

const wasi = 'wasi_snapshot_preview1';
const frameAt = 1024;

/** `handle` of an engine that gives back its frame without the first four bytes: the JSON, and the attachment behind it. */
const echo = [
  ...op.i64(BigInt(frameAt + 4) << 32n),
  ...op.local(0),
  ...op.i32(4),
  ...op.subtract,
  ...op.extend,
  ...op.or64,
];

interface Made extends Omit<TinyModule, 'functions'> {
  readonly handle?: readonly number[];
  readonly reserve?: readonly number[];
  readonly initialize?: readonly number[];
}

async function start({ handle = echo, reserve = op.i32(frameAt), initialize = [], ...rest }: Made = {}) {
  const bytes = tinyModule({
    ...rest,
    functions: [
      { name: '_initialize', parameters: [], results: [], code: initialize },
      { name: 'reserve', parameters: ['i32'], results: ['i32'], code: reserve },
      { name: 'handle', parameters: ['i32'], results: ['i64'], code: handle },
    ],
  });
  return EngineInstance.start(await webAssembly.compile(bytes));
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('a request', () => {
  for (const [title, request, attachment, expected] of [
    ['begins with its operation', { tree: 'a' }, undefined, '{"op":"files","tree":"a"}'],
    ['has its attachment after the JSON', {}, Uint8Array.of(65, 66), '{"op":"files"}AB'],
    ['is UTF-8, its length in bytes', { t: 'ü€😀' }, Uint8Array.of(33), '{"op":"files","t":"ü€😀"}!'],
    ['has no bytes that are no text', { t: '\ud800' }, undefined, '{"op":"files","t":"\\ud800"}'],
  ] as const) {
    it(title, async () => {
      const instance = await start();
      const { reply, requestBytes } = instance.handle('files', request, attachment);
      assert.equal(text(reply), expected);
      assert.equal(requestBytes, 4 + Buffer.byteLength(expected));
    });
  }

  it('may make the memory grow: what is written and read is in the new one', async () => {
    const instance = await start({ reserve: [...op.i32(1), ...op.grow, ...op.drop, ...op.i32(frameAt)] });
    const before = instance.memoryBytes;
    assert.equal(text(instance.handle('files', { t: 'x' }).reply), '{"op":"files","t":"x"}');
    assert.equal(text(instance.handle('files', { t: 'y' }).reply), '{"op":"files","t":"y"}');
    assert.equal(instance.memoryBytes - before, 2 * 65_536);
  });

  it('that does not fit is not written elsewhere', async () => {
    const instance = await start();
    assert.throws(() => instance.handle('files', { t: 'x'.repeat(70_000) }), RangeError);
  });
});

describe('an instance that broke', () => {
  const print = (words: string): Made => ({
    imports: [
      { module: wasi, name: 'fd_write', parameters: ['i32', 'i32', 'i32', 'i32'], results: ['i32'] },
      { module: wasi, name: 'proc_exit', parameters: ['i32'], results: [] },
    ],
    // Address and length of what is printed.
    data: [
      { at: 8, text: String.fromCharCode(32, 0, 0, 0, Buffer.byteLength(words), 0, 0, 0) },
      { at: 32, text: words },
    ],
    handle: [
      ...[...op.i32(2), ...op.i32(8), ...op.i32(1), ...op.i32(0), ...op.call(0), ...op.drop],
      ...[...op.i32(2), ...op.call(1), ...op.i64(0n)],
    ],
  });
  const itself = 2; // `handle` is the third function where there are no imports

  for (const [title, made, expected] of [
    [
      'ran out of memory',
      print('runtime: out of memory: x\n'),
      { cause: 'memory', words: 'runtime: out of memory: x' },
    ],
    [
      'ran out of memory, in other words',
      print('fatal error: out of memory\n'),
      { cause: 'memory', words: 'fatal error: out of memory' },
    ],
    [
      'called too deeply by its own count',
      print('fatal error: stack overflow\n'),
      { cause: 'depth', words: 'fatal error: stack overflow' },
    ],
    [
      'called too deeply for its host',
      { handle: [...op.local(0), ...op.call(itself)] },
      { cause: 'depth', words: 'RangeError' },
    ],
    [
      'ended itself',
      print('fatal error: all asleep\ngoroutine 1:\n'),
      { cause: 'fault', words: 'fatal error: all asleep' },
    ],
    [
      'says nothing of what it worked on',
      print('panic: canary\ncanary fatal error: x'),
      { cause: 'fault', words: 'the module ended itself with code 2' },
    ],
    ['hit what cannot be', { handle: op.unreachable }, { cause: 'fault', words: 'RuntimeError' }],
  ] as const) {
    it(title, async () => {
      const instance = await start(made);
      assert.throws(
        () => instance.handle('files', {}),
        (error: unknown) => {
          assert.deepEqual(instance.endedBy(error), expected);
          return true;
        },
      );
    });
  }
});

describe('a module', () => {
  it('that is no engine is not started', async () => {
    const bytes = tinyModule({ functions: [] });
    await assert.rejects(EngineInstance.start(await webAssembly.compile(bytes)), /does not export/);
  });

  it('that fails at its start gives no instance', async () => {
    await assert.rejects(start({ initialize: op.unreachable }), { name: 'RuntimeError' });
  });

  it('that wants more of its host than WASI is not started', async () => {
    const imports = [{ module: 'env', name: 'fetch', parameters: [], results: [] }] as const;
    await assert.rejects(start({ imports }), /asks for env\.fetch, which it is not given/);
  });
});
