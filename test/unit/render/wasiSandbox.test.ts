/** What a module finds around it, call by call: enough for Go's runtime, and no way out. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ModuleExit, wasiSandbox } from '../../../src/render/wasiSandbox.ts';

const [success, badFile, notSupported] = [0, 8, 52];

/** A sandbox over a memory, with a call by its name. */
function setUp() {
  const memory = { buffer: new ArrayBuffer(65_536) };
  const printed: string[] = [];
  const sandbox = wasiSandbox((bytes) => printed.push(new TextDecoder().decode(bytes)));
  sandbox.attach(memory);
  const call = (name: string, ...args: readonly (number | bigint)[]): unknown => {
    const given = sandbox.imports([{ module: 'wasi_snapshot_preview1', name, kind: 'function' }]);
    return (given['wasi_snapshot_preview1']![name] as (...args: readonly unknown[]) => unknown)(...args);
  };
  return { memory, printed, call, sandbox, view: () => new DataView(memory.buffer) };
}

describe('there is no way out', () => {
  // Every call of the preview that opens, reads, changes or sends something, or looks at it.
  for (const name of [
    ...['path_open', 'path_create_directory', 'path_unlink_file', 'path_remove_directory', 'path_rename'],
    ...['path_symlink', 'path_link', 'path_readlink', 'path_filestat_get', 'path_filestat_set_times'],
    ...['fd_read', 'fd_pread', 'fd_pwrite', 'fd_readdir', 'fd_seek', 'fd_tell', 'fd_allocate', 'fd_advise'],
    ...['fd_renumber', 'fd_filestat_get', 'fd_filestat_set_size', 'fd_sync', 'fd_datasync', 'fd_close'],
    ...['sock_accept', 'sock_recv', 'sock_send', 'sock_shutdown', 'sock_open', 'sock_connect'],
    ...['proc_raise', 'clock_res_get', 'toString', 'constructor', '__proto__'],
  ]) {
    it(`${name} is not supported`, () => {
      assert.equal(setUp().call(name, 3, 0, 0, 0, 0, 0, 0, 0, 0), notSupported);
    });
  }

  it('no folder is open beforehand', () => {
    const { call } = setUp();
    for (const file of [0, 3, 4, 100]) {
      assert.equal(call('fd_prestat_get', file, 0), badFile);
      assert.equal(call('fd_prestat_dir_name', file, 0, 8), badFile);
    }
  });

  it('nothing but the two outputs can be written to', () => {
    const { call, printed } = setUp();
    for (const file of [0, 3, 4, -1]) {
      assert.equal(call('fd_write', file, 0, 1, 64), badFile);
    }
    assert.deepEqual(printed, []);
  });

  it('an import that is not of WASI is refused', () => {
    const { sandbox } = setUp();
    for (const wanted of [
      { module: 'env', name: 'fd_write', kind: 'function' },
      { module: 'wasi_snapshot_preview1', name: 'memory', kind: 'memory' },
    ]) {
      assert.throws(() => sandbox.imports([wanted]), /which it is not given/);
    }
  });

  it('an address outside of the memory is an error', () => {
    const { call } = setUp();
    assert.throws(() => call('random_get', 65_530, 100), RangeError);
    assert.throws(() => call('clock_time_get', 0, 0n, 65_535), RangeError);
    assert.throws(() => call('fd_write', 2, 65_535, 1, 0), RangeError);
  });
});

describe('what there is', () => {
  it('one argument, a name', () => {
    const { call, view, memory } = setUp();
    assert.equal(call('args_sizes_get', 0, 4), success);
    const [count, size] = [view().getUint32(0, true), view().getUint32(4, true)];
    assert.equal(count, 1);
    assert.equal(call('args_get', 8, 100), success);
    assert.equal(view().getUint32(8, true), 100);
    assert.equal(Buffer.from(memory.buffer, 100, size).toString(), 'engine\0');
  });

  it('an empty environment', () => {
    const { call, view } = setUp();
    new Uint8Array(view().buffer).fill(255);
    assert.equal(call('environ_sizes_get', 0, 4), success);
    assert.equal(call('environ_get', 8, 100), success);
    assert.deepEqual([view().getUint32(0, true), view().getUint32(4, true)], [0, 0]);
  });

  it('the time, and one that only goes forward', () => {
    const { call, view } = setUp();
    const before = BigInt(Date.now()) * 1_000_000n;
    assert.equal(call('clock_time_get', 0, 0n, 0), success);
    const now = view().getBigUint64(0, true);
    assert.ok(now >= before && now <= BigInt(Date.now()) * 1_000_000n);
    const ticks = [1, 2, 3].map(() => {
      assert.equal(call('clock_time_get', 1, 0n, 0), success);
      return view().getBigUint64(0, true);
    });
    assert.deepEqual(
      ticks,
      ticks.toSorted((a, b) => Number(a - b)),
    );
  });

  it('random bytes, and only where they were asked for', () => {
    const { call, memory } = setUp();
    assert.equal(call('random_get', 16, 64), success);
    const bytes = [...new Uint8Array(memory.buffer)];
    assert.ok(new Set(bytes.slice(16, 80)).size > 10);
    assert.ok([...bytes.slice(0, 16), ...bytes.slice(80)].every((byte) => byte === 0));
  });

  it('two outputs, which take texts from several places at once', () => {
    const { call, view, memory, printed } = setUp();
    Buffer.from(memory.buffer).write('onetwo', 200);
    [200, 3, 203, 3].forEach((value, index) => view().setUint32(4 * index, value, true));
    assert.equal(call('fd_write', 2, 0, 2, 64), success);
    assert.equal(call('fd_write', 1, 0, 1, 64), success);
    assert.deepEqual(printed, ['one', 'two', 'one']);
    assert.equal(view().getUint32(64, true), 3);
  });

  it('three streams that are no files', () => {
    const { call, memory } = setUp();
    for (const file of [0, 1, 2]) {
      new Uint8Array(memory.buffer).fill(255);
      assert.equal(call('fd_fdstat_get', file, 0), success);
      assert.deepEqual([...new Uint8Array(memory.buffer, 0, 24)], [2, ...Array<number>(23).fill(0)]);
    }
    assert.equal(call('fd_fdstat_get', 3, 0), badFile);
    assert.equal(call('fd_fdstat_set_flags', 1, 4), success);
  });

  it('waiting, which is over at once for everything that was waited for', () => {
    const { call, view, memory } = setUp();
    const userData = [0x1122334455667788n, 0x99aabbccddeeff00n];
    userData.forEach((value, index) => {
      view().setBigUint64(48 * index, value, true);
      view().setUint8(48 * index + 8, index);
    });
    new Uint8Array(memory.buffer, 1000, 64).fill(255);
    assert.equal(call('poll_oneoff', 0, 1000, 2, 2000), success);
    assert.equal(view().getUint32(2000, true), 2);
    userData.forEach((value, index) => {
      const event = 1000 + 32 * index;
      assert.equal(view().getBigUint64(event, true), value);
      assert.equal(view().getUint16(event + 8, true), success);
      assert.equal(view().getUint8(event + 10), index);
    });
    assert.equal(call('sched_yield'), success);
  });

  it('an end', () => {
    const { call } = setUp();
    assert.throws(
      () => call('proc_exit', 2),
      (error: unknown) => error instanceof ModuleExit && error.code === 2,
    );
  });

  it('nothing before there is a memory', () => {
    const given = wasiSandbox(() => undefined).imports([
      { module: 'wasi_snapshot_preview1', name: 'random_get', kind: 'function' },
    ]);
    const call = given['wasi_snapshot_preview1']!['random_get'] as (...args: readonly number[]) => unknown;
    assert.throws(() => call(0, 1), /before it had a memory/);
  });
});
