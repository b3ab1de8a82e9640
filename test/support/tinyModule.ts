/**
 * WebAssembly modules of a few bytes, put together by hand: what stands in for the engine where its border is tested. Knows
 * the binary format as far as such a module needs it.
 */

const valueType = { i32: 0x7f, i64: 0x7e } as const;
type ValueType = keyof typeof valueType;

interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export interface TinyFunction extends Signature {
  /** Its export, and how `call` finds it. */
  readonly name: string;
  /** Instructions without the final `end`. */
  readonly code: readonly number[];
}

export interface TinyImport extends Signature {
  readonly module: string;
  readonly name: string;
}

export interface TinyModule {
  /** They have the numbers from 0 on, the functions those that follow. */
  readonly imports?: readonly TinyImport[];
  readonly functions: readonly TinyFunction[];
  /** Text at an address of the memory. */
  readonly data?: readonly { readonly at: number; readonly text: string }[];
  /** Of 64 KiB, exported as `memory`. Default: 1. */
  readonly pages?: number;
}

/** A number as LEB128. The signed form, which instructions take, differs where the last group's highest bit is set. */
export function leb(value: number | bigint, signed = false): number[] {
  const bytes: number[] = [];
  for (let rest = BigInt(value); ;) {
    const group = Number(rest & 0x7fn);
    rest >>= 7n;
    if (rest === 0n && !(signed && (group & 0x40) !== 0)) {
      return [...bytes, group];
    }
    bytes.push(group | 0x80);
  }
}

/** Instructions by name; what has an argument is a function. */
export const op = {
  unreachable: [0x00],
  drop: [0x1a],
  call: (index: number) => [0x10, ...leb(index)],
  local: (index: number) => [0x20, ...leb(index)],
  i32: (value: number) => [0x41, ...leb(value, true)],
  i64: (value: bigint) => [0x42, ...leb(value, true)],
  subtract: [0x6b],
  grow: [0x40, 0],
  extend: [0xad],
  or64: [0x84],
} as const;

const list = (items: readonly (readonly number[])[]) => [...leb(items.length), ...items.flat()];
const name = (text: string) => [...leb(Buffer.byteLength(text)), ...Buffer.from(text)];
const section = (id: number, items: readonly (readonly number[])[]) => {
  const body = list(items);
  return items.length === 0 ? [] : [id, ...leb(body.length), ...body];
};
const signature = ({ parameters, results }: Signature) => [
  0x60,
  ...list(parameters.map((type) => [valueType[type]])),
  ...list(results.map((type) => [valueType[type]])),
];

/** The bytes of a module. */
export function tinyModule({ imports = [], functions, data = [], pages = 1 }: TinyModule): Uint8Array {
  const body = (code: readonly number[]) => [0, ...code, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [...imports, ...functions].map(signature)),
    ...section(
      2,
      imports.map((each, index) => [...name(each.module), ...name(each.name), 0, ...leb(index)]),
    ),
    ...section(
      3,
      functions.map((_each, index) => leb(imports.length + index)),
    ),
    ...section(5, [[0, ...leb(pages)]]),
    ...section(7, [
      [...name('memory'), 2, 0],
      ...functions.map((each, index) => [...name(each.name), 0, ...leb(imports.length + index)]),
    ]),
    ...section(
      10,
      functions.map(({ code }) => [...leb(body(code).length), ...body(code)]),
    ),
    ...section(
      11,
      data.map(({ at, text }) => [0, ...op.i32(at), 0x0b, ...name(text)]),
    ),
  ]);
}
