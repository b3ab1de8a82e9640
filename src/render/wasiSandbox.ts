/**
 * What a WebAssembly module finds when it looks around: a clock, random numbers, a place to print to, and one argument. There is
 * no folder, no file, no socket, no process and no environment to reach; every other call of WASI preview 1 says "not supported".
 * Must stay free of anything that reads or writes outside of the module's own memory.
 */
import { randomFillSync } from 'node:crypto';
import type { WasmImports, WasmMemory } from './webAssembly.ts';

/** Numbers of WASI preview 1, `errno`. */
const errno = { success: 0, badFile: 8, notSupported: 52 } as const;

/** Klog, which the libraries bring along, reads the program's name when it is loaded and does not expect that there is none. */
const programName = new TextEncoder().encode('engine\0');

const namespace = 'wasi_snapshot_preview1';

/** The module has ended itself: a fatal error of its runtime. */
export class ModuleExit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`the module ended itself with code ${code}`);
    this.name = 'ModuleExit';
    this.code = code;
  }
}

export interface WasiSandbox {
  /**
   * A function for each import that is asked for. Throws when one is not of WASI: a module that wants more of its host is not
   * one that belongs here.
   */
  imports(wanted: Iterable<{ readonly module: string; readonly name: string; readonly kind: string }>): WasmImports;
  /** Says which memory the calls work on; to be called before the module runs. */
  attach(memory: WasmMemory): void;
}

type Calls = Readonly<Record<string, (...args: never[]) => number>>;

/** `onText` is given what the module prints to its standard output or error, as it comes. */
export function wasiSandbox(onText: (bytes: Uint8Array) => void): WasiSandbox {
  let memory: WasmMemory | undefined;
  const buffer = (): ArrayBuffer => {
    if (memory === undefined) {
      throw new Error('the module ran before it had a memory');
    }
    return memory.buffer;
  };
  const calls = new Map<string, (...args: never[]) => number>(
    [surroundings(buffer), timeAndChance(buffer), files(buffer, onText)].flatMap((some: Calls) => Object.entries(some)),
  );
  return {
    attach: (attached) => {
      memory = attached;
    },
    imports(wanted) {
      const given: Record<string, (...args: never[]) => unknown> = {};
      for (const { module, name, kind } of wanted) {
        if (module !== namespace || kind !== 'function') {
          throw new Error(`the module asks for ${module}.${name}, which it is not given`);
        }
        given[name] = calls.get(name) ?? (() => errno.notSupported);
      }
      return { [namespace]: given };
    },
  };
}

/** Arguments, environment, scheduling and the end. */
function surroundings(buffer: () => ArrayBuffer) {
  return {
    args_sizes_get(countAt: number, sizeAt: number) {
      const view = new DataView(buffer());
      view.setUint32(countAt, 1, true);
      view.setUint32(sizeAt, programName.length, true);
      return errno.success;
    },
    args_get(pointersAt: number, textAt: number) {
      new DataView(buffer()).setUint32(pointersAt, textAt, true);
      new Uint8Array(buffer(), textAt, programName.length).set(programName);
      return errno.success;
    },
    environ_sizes_get(countAt: number, sizeAt: number) {
      const view = new DataView(buffer());
      view.setUint32(countAt, 0, true);
      view.setUint32(sizeAt, 0, true);
      return errno.success;
    },
    environ_get: () => errno.success,
    sched_yield: () => errno.success,
    proc_exit(code: number): number {
      throw new ModuleExit(code);
    },
  } satisfies Calls;
}

function timeAndChance(buffer: () => ArrayBuffer) {
  return {
    clock_time_get(clock: number, _precision: bigint, at: number) {
      const realTime = 0;
      const nanoseconds = clock === realTime ? BigInt(Date.now()) * 1_000_000n : process.hrtime.bigint();
      new DataView(buffer()).setBigUint64(at, nanoseconds, true);
      return errno.success;
    },
    random_get(at: number, length: number) {
      randomFillSync(new Uint8Array(buffer(), at, length));
      return errno.success;
    },
    /**
     * Where Go waits while nothing can run. Every event asked for is reported at once: a clock that is said to have rung early
     * is asked again, and there is nothing else to wait for.
     */
    poll_oneoff(subscriptionsAt: number, eventsAt: number, count: number, countAt: number) {
      const [subscriptionSize, eventSize, userDataSize] = [48, 32, 8];
      const memory = buffer();
      const events = new Uint8Array(memory, eventsAt, eventSize * count).fill(0);
      for (let i = 0; i < count; i += 1) {
        const subscription = new Uint8Array(memory, subscriptionsAt + subscriptionSize * i, subscriptionSize);
        events.set(subscription.subarray(0, userDataSize), eventSize * i);
        // The type of the event; the two bytes between are its errno, 0.
        events[eventSize * i + userDataSize + 2] = subscription[userDataSize] ?? 0;
      }
      new DataView(memory).setUint32(countAt, count, true);
      return errno.success;
    },
  } satisfies Calls;
}

/** The three streams, of which two can be written to, and no folder. */
function files(buffer: () => ArrayBuffer, onText: (bytes: Uint8Array) => void) {
  return {
    fd_write(file: number, vectorsAt: number, count: number, writtenAt: number) {
      if (file !== 1 && file !== 2) {
        return errno.badFile;
      }
      const view = new DataView(buffer());
      let written = 0;
      for (let i = 0; i < count; i += 1) {
        const from = view.getUint32(vectorsAt + 8 * i, true);
        const length = view.getUint32(vectorsAt + 8 * i + 4, true);
        onText(new Uint8Array(buffer(), from, length).slice());
        written += length;
      }
      view.setUint32(writtenAt, written, true);
      return errno.success;
    },
    fd_fdstat_get(file: number, at: number) {
      const [size, characterDevice] = [24, 2];
      if (file < 0 || file > 2) {
        return errno.badFile;
      }
      const stat = new Uint8Array(buffer(), at, size).fill(0);
      stat[0] = characterDevice;
      return errno.success;
    },
    fd_fdstat_set_flags: () => errno.success,
    // There is no folder that was opened beforehand: with that, no path can be opened.
    fd_prestat_get: () => errno.badFile,
    fd_prestat_dir_name: () => errno.badFile,
  } satisfies Calls;
}
