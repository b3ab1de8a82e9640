/**
 * What runs in the worker thread: reads, checks and compiles the engine's module, then answers requests until the thread is
 * ended from outside or the engine breaks. A bundle of its own. Everything that takes time is done here and not in the thread
 * of the editor; nothing is decided here.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { EngineInstance } from './engineInstance.ts';
import {
  type Answered,
  type Ended,
  type FromThread,
  type ThreadRequest,
  type ThreadStart,
  maxReplyBytes,
  maxReplyLevels,
} from './engineMessages.ts';
import { isNestedDeeper } from './nesting.ts';
import { type WasmModule, webAssembly } from './webAssembly.ts';

function post(message: FromThread, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

const ended = (cause: Ended['cause'], words: string): Ended => ({ state: 'ended', cause, words });

/** The module, compiled, if it is the one that was built. */
async function loadModule(start: ThreadStart): Promise<WasmModule | Ended> {
  if (start.module !== undefined) {
    return start.module;
  }
  let bytes: Uint8Array;
  try {
    bytes = await readFile(start.modulePath);
  } catch (error) {
    return ended('unreadable', (error as NodeJS.ErrnoException).code ?? 'unknown');
  }
  // What is compiled is what was hashed, so it does not matter whether the file changes meanwhile.
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return sha256 === start.sha256 ? webAssembly.compile(bytes) : ended('different', sha256);
}

function answer(instance: EngineInstance, { operation, request, attachment }: ThreadRequest): Answered | Ended {
  const began = performance.now();
  try {
    const { reply, requestBytes } = instance.handle(operation, request, attachment);
    if (reply.length > maxReplyBytes) {
      return ended('excess', `a reply of ${reply.length} bytes`);
    }
    if (isNestedDeeper(reply, maxReplyLevels)) {
      return ended('depth', 'a reply');
    }
    const ms = performance.now() - began;
    return { state: 'answered', reply: reply.slice(), requestBytes, memoryBytes: instance.memoryBytes, ms };
  } catch (error) {
    const { cause, words } = instance.endedBy(error);
    return ended(cause, words);
  }
}

async function main(start: ThreadStart): Promise<void> {
  const module = await loadModule(start);
  if ('state' in module) {
    post(module);
    return;
  }
  const instance = await EngineInstance.start(module);
  parentPort?.on('message', (request: ThreadRequest) => {
    const message = answer(instance, request);
    post(message, message.state === 'answered' ? [message.reply.buffer as ArrayBuffer] : []);
  });
  post({ state: 'opened', module, memoryBytes: instance.memoryBytes });
}

main(workerData as ThreadStart).catch((error: unknown) => {
  // Only what happens before the first request comes here: the message is the module's or the compiler's.
  post(ended('fault', error instanceof Error ? error.message.slice(0, 300) : 'no error'));
});
