/**
 * One instance of the engine's module: requests as frames of bytes, replies as JSON bytes, one after another. The frame is
 * described in `engine/border_wasip1.go`. Knows neither threads nor files, and nothing of what an operation means.
 */
import { ModuleExit, wasiSandbox } from './wasiSandbox.ts';
import { type WasmMemory, type WasmModule, webAssembly } from './webAssembly.ts';

/** What the module is built with (`scripts/buildEngine.ts`): more than this many MiB of memory and it ends itself. */
export const engineMemoryMiB = 768;

/**
 * How an instance ended itself. It cannot be used after that.
 * - `memory`: it would have needed more than it may have
 * - `depth`: calls were nested too deeply
 * - `fault`: anything else
 */
export type InstanceEnd = 'memory' | 'depth' | 'fault';

interface EngineExports {
  readonly memory: WasmMemory;
  readonly _initialize: () => void;
  /** Makes room for a frame and gives its address. May replace `memory.buffer`. */
  readonly reserve: (length: number) => number;
  /** Answers the frame: address and length of the reply in the upper and lower 32 bits. */
  readonly handle: (length: number) => bigint;
}

/** Only what the runtime says of itself is kept: what a library prints may hold what it worked on. */
const runtimeWords = /^(?:fatal error|runtime): [^\n]{0,200}/gm;
const keptText = 4096;

export class EngineInstance {
  readonly #exports: EngineExports;
  readonly #printed: { text: string };

  private constructor(exports: EngineExports, printed: { text: string }) {
    this.#exports = exports;
    this.#printed = printed;
  }

  /** Rejects when the module is no engine, or fails at its start. */
  static async start(module: WasmModule): Promise<EngineInstance> {
    const printed = { text: '' };
    const decoder = new TextDecoder();
    const sandbox = wasiSandbox((bytes) => {
      // The beginning: the reason comes first, and after it the stacks of everything that was running.
      if (printed.text.length < keptText) {
        printed.text += decoder.decode(bytes.subarray(0, keptText));
      }
    });
    const { exports } = await webAssembly.instantiate(module, sandbox.imports(webAssembly.Module.imports(module)));
    if (!isEngine(exports)) {
      throw new Error('the module does not export what a render engine does');
    }
    sandbox.attach(exports.memory);
    exports._initialize();
    return new EngineInstance(exports, printed);
  }

  /** Bytes of memory that the instance holds. It never shrinks. */
  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /**
   * Answers one request. `reply` lies in the instance's memory: copy it before the next request. When this throws the
   * instance is at its end, and `endedBy` says how.
   */
  handle(operation: string, request: object, attachment?: Uint8Array) {
    const text = JSON.stringify({ op: operation, ...request });
    const jsonBytes = Buffer.byteLength(text);
    const length = 4 + jsonBytes + (attachment?.length ?? 0);
    const { memory, reserve, handle } = this.#exports;
    const at = reserve(length) >>> 0;
    const frame = Buffer.from(memory.buffer, at, length);
    frame.writeUInt32LE(jsonBytes, 0);
    frame.write(text, 4, 'utf8');
    if (attachment !== undefined) {
      frame.set(attachment, 4 + jsonBytes);
    }
    const packed = BigInt.asUintN(64, handle(length));
    const reply = new Uint8Array(memory.buffer, Number(packed >> 32n), Number(packed & 0xffffffffn));
    return { reply, requestBytes: length };
  }

  /** Reads from what `handle` has thrown, and from what the module's runtime said, how the instance ended. */
  endedBy(error: unknown): { readonly cause: InstanceEnd; readonly words: string } {
    const words = (this.#printed.text.match(runtimeWords) ?? []).slice(0, 3).join('; ') || nameOf(error);
    if (/out of memory|cannot allocate memory/.test(words)) {
      return { cause: 'memory', words };
    }
    const tooDeep = error instanceof RangeError && error.message.includes('call stack');
    if (tooDeep || /stack overflow|stack exceeds/.test(words)) {
      return { cause: 'depth', words };
    }
    return { cause: 'fault', words };
  }
}

function isEngine(exports: object): exports is EngineExports {
  const has = (name: string, type: string) => typeof (exports as Record<string, unknown>)[name] === type;
  return (
    has('memory', 'object') && has('_initialize', 'function') && has('reserve', 'function') && has('handle', 'function')
  );
}

/** What kind of error it was, without a word that might come from what was rendered. */
function nameOf(error: unknown): string {
  if (error instanceof ModuleExit) {
    return error.message;
  }
  return error instanceof Error ? error.name : 'something that is no error was thrown';
}
