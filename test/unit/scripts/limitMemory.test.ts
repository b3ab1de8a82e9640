/** The memory maximum of a module: what WebAssembly itself makes of the changed bytes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limitMemory } from '../../../scripts/limitMemory.ts';
import { webAssembly } from '../../../src/render/webAssembly.ts';

const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** A memory section with the bytes given, and the export of memory 0 as `m`. */
const moduleOf = (...memory: readonly number[]): Uint8Array =>
  Uint8Array.from([...header, 5, memory.length, ...memory, 7, 5, 1, 1, 0x6d, 2, 0]);
/** A custom section before it, longer than one byte can say. */
const withSectionBefore = (module: Uint8Array): Uint8Array =>
  Uint8Array.from([
    ...header,
    0,
    0xad,
    0x02,
    1,
    0x78,
    ...Array<number>(299).fill(7),
    ...module.subarray(header.length),
  ]);

async function grownTo(module: Uint8Array): Promise<number> {
  const { exports } = await webAssembly.instantiate(await webAssembly.compile(module), {});
  const memory = exports['m'] as { grow(pages: number): number; readonly buffer: ArrayBuffer };
  for (;;) {
    try {
      memory.grow(1);
    } catch {
      return memory.buffer.byteLength / (1 << 20);
    }
  }
}

describe('limitMemory', () => {
  const unlimited = moduleOf(1, 0, 1);

  it('makes memory end where it is told', async () => {
    assert.equal(await grownTo(limitMemory(unlimited, 4)), 4);
    assert.equal(await grownTo(limitMemory(unlimited, 17)), 17);
  });

  it('finds the memory behind other sections, and leaves them as they are', async () => {
    const limited = limitMemory(withSectionBefore(unlimited), 2);
    assert.equal(await grownTo(limited), 2);
    assert.deepEqual([...limited.subarray(0, 312)], [...withSectionBefore(unlimited).subarray(0, 312)]);
  });

  const refused: readonly (readonly [name: string, module: Uint8Array, says: RegExp])[] = [
    ['no memory', Uint8Array.from(header), /has no memory/],
    ['a memory with a maximum', moduleOf(1, 1, 1, 2), /one memory without a maximum/],
    ['two memories', moduleOf(2, 0, 1, 0, 1), /one memory without a maximum/],
    ['an end in the middle', Uint8Array.from([...header, 5, 0x80]), /ends in the middle/],
  ];
  for (const [name, module, says] of refused) {
    it(`refuses a module with ${name}`, () => {
      assert.throws(() => limitMemory(module, 4), says);
    });
  }
});
