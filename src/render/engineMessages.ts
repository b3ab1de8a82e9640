/**
 * What the extension's thread and the engine's thread say to each other: the one border in this process that has no types of
 * its own. No behaviour.
 */
import type { InstanceEnd } from './engineInstance.ts';
import type { WasmModule } from './webAssembly.ts';

/** What the thread is started with. */
export interface ThreadStart {
  /** Absolute path of the engine's module. */
  readonly modulePath: string;
  /** Of that file, in hex: another content is refused. */
  readonly sha256: string;
  /** Compiled and checked before, by another thread: then the file is not read again. */
  readonly module: WasmModule | undefined;
}

export interface ThreadRequest {
  readonly operation: string;
  readonly request: object;
  readonly attachment: Uint8Array | undefined;
}

export interface Opened {
  readonly state: 'opened';
  readonly module: WasmModule;
  readonly memoryBytes: number;
}

export interface Answered {
  readonly state: 'answered';
  /** JSON. */
  readonly reply: Uint8Array;
  readonly requestBytes: number;
  readonly memoryBytes: number;
  /** Milliseconds in the engine. */
  readonly ms: number;
}

/**
 * Why a thread ended or will never answer:
 * - `stopped`: its owner ended it
 * - `unreadable`, `different`: the module's file cannot be read, or has another content than it was built with
 * - `excess`: the reply was too large to be taken over
 * - else what the instance ended by
 */
export interface Ended {
  readonly state: 'ended';
  readonly cause: InstanceEnd | 'stopped' | 'unreadable' | 'different' | 'excess';
  /** For a log: an error's code, or what the module's runtime said. Never anything of what was rendered. */
  readonly words: string;
}

export type FromThread = Opened | Answered | Ended;

/** More than this is not taken over from the engine: reading it would hold up everything else in this process. */
export const maxReplyBytes = 64 << 20;

/** Nor objects in objects over this: what walks through them calls itself for each level. The deepest real schemas have 100. */
export const maxReplyLevels = 1000;
