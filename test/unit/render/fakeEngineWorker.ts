/**
 * Runs in place of `src/render/engineWorker.ts`: says what the engine's thread would say, with no engine in it. The module's
 * path says how it starts, the text of a request what becomes of it.
 */
import { connect } from 'node:net';
import { parentPort, threadId, workerData } from 'node:worker_threads';
import type { FromThread, ThreadRequest, ThreadStart } from '../../../src/render/engineMessages.ts';
import { type WasmModule, webAssembly } from '../../../src/render/webAssembly.ts';

/** The smallest module there is. */
const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

const start = workerData as ThreadStart;
const post = (message: FromThread) => parentPort?.postMessage(message);

/** What a request asks for in this stand-in. */
export interface Scripted {
  readonly text: string;
  /** `gate` waits until this is no longer 0. */
  readonly gate?: Int32Array;
  /** `hold` opens a connection to this port and keeps it. */
  readonly port?: number;
}

function answer({ operation, request, attachment }: ThreadRequest): void {
  const { text, gate, port } = request as Scripted;
  const reply = (value: unknown, memoryBytes = 1 << 20) => {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    post({ state: 'answered', reply: bytes, requestBytes: 1024, memoryBytes, ms: 5 });
  };
  switch (text) {
    case 'hang':
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      break;
    case 'gate':
      Atomics.wait(gate!, 0, 0);
      reply({ reply: { text: 'after the gate' } });
      break;
    case 'hold':
      connect(port!, '127.0.0.1');
      break;
    case 'throw':
      throw new Error('canary: what was rendered');
    case 'exit':
      process.exit(3);
      break;
    case 'refuse':
      reply({ error: 'the library refused' });
      break;
    case 'refuse at length':
      reply({ error: `where: ${'x'.repeat(100_000)}: why` });
      break;
    case 'refuse without end':
      reply({ error: 'x'.repeat(2_000_000) });
      break;
    case 'grow':
      reply({ reply: { text: 'large' } }, 500 << 20);
      break;
    case 'memory':
    case 'depth':
    case 'excess':
    case 'fault':
      post({ state: 'ended', cause: text, words: 'fatal error: words of the runtime' });
      break;
    default:
      reply({
        reply: {
          text: `${operation} ${text}`,
          thread: threadId,
          module: start.module !== undefined,
          attached: attachment?.length,
          variables: Object.keys(process.env).length,
        },
      });
  }
}

async function main(): Promise<void> {
  // Listening keeps the thread alive.
  parentPort?.on('message', answer);
  switch (start.modulePath) {
    case '/never/opens':
      return;
    case '/no/such/engine.wasm':
      post({ state: 'ended', cause: 'unreadable', words: 'ENOENT' });
      return;
    case '/changed/engine.wasm':
      post({ state: 'ended', cause: 'different', words: 'other' });
      return;
    default: {
      const module: WasmModule = start.module ?? (await webAssembly.compile(empty));
      post({ state: 'opened', module, memoryBytes: 1 << 20 });
    }
  }
}

await main();
