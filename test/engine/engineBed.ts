/**
 * The engine's module in the process of the test, without a thread: for what an operation answers. Opens one instance for the
 * tests of a file.
 */
import { readFile } from 'node:fs/promises';
import { before } from 'node:test';
import { buildEngine } from '../../scripts/buildEngine.ts';
import { EngineInstance } from '../../src/render/engineInstance.ts';
import type { EngineOperation, EngineReply, EngineRequest } from '../../src/render/engineProtocol.ts';
import { webAssembly } from '../../src/render/webAssembly.ts';

export type Files = Readonly<Record<string, string>>;

export interface EngineBed {
  /** Throws an `Error` with the engine's words. */
  request<O extends EngineOperation>(operation: O, request: EngineRequest<O>, attachment?: Uint8Array): EngineReply<O>;
  /** The reply as it came, for what JSON.parse would not show. */
  text(operation: EngineOperation, request: object): string;
}

export function engineBed(): EngineBed {
  const opened: { instance?: EngineInstance } = {};
  before(async () => {
    const { wasm } = await buildEngine();
    opened.instance = await EngineInstance.start(await webAssembly.compile(await readFile(wasm)));
  });
  const text = (operation: string, request: object, attachment?: Uint8Array): string => {
    if (opened.instance === undefined) {
      throw new Error('the engine is opened before the tests, not before the file');
    }
    return Buffer.from(opened.instance.handle(operation, request, attachment).reply).toString();
  };
  return {
    text,
    request<O extends EngineOperation>(operation: O, request: EngineRequest<O>, attachment?: Uint8Array) {
      const answer = JSON.parse(text(operation, request, attachment)) as { reply: EngineReply<O>; error?: string };
      if (answer.error !== undefined) {
        throw new Error(answer.error);
      }
      return answer.reply;
    },
  };
}

/** What an operation throws, for rows that expect an error. */
export function problemOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('it did not fail');
}
