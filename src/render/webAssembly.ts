/**
 * The part of WebAssembly's JavaScript interface that the engine needs, as types: those of Node leave it out, and those of the
 * browser would declare a thousand names that do not exist here. Knows nothing of any module.
 */

/** Compiled code. Can be sent to another thread, which then shares it. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: string;
}

export interface WasmMemory {
  /** Another one whenever the memory has grown: never keep it over a call into the module. */
  readonly buffer: ArrayBuffer;
}

export type WasmImports = Record<string, Record<string, (...args: never[]) => unknown>>;

interface WebAssemblyInterface {
  compile(bytes: Uint8Array): Promise<WasmModule>;
  instantiate(
    module: WasmModule,
    imports: WasmImports,
  ): Promise<{ readonly exports: Readonly<Record<string, unknown>> }>;
  readonly Module: {
    imports(module: WasmModule): readonly { readonly module: string; readonly name: string; readonly kind: string }[];
  };
}

/** What every JavaScript engine has under the name `WebAssembly`. */
export const webAssembly: WebAssemblyInterface = (globalThis as unknown as { WebAssembly: WebAssemblyInterface })
  .WebAssembly;
