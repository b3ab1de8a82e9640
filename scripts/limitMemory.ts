/**
 * Gives a WebAssembly module a memory maximum. Go declares none, so that a hostile input could make the module grow to 4 GiB
 * before it stops. Knows the binary format of modules, and nothing of what is in them.
 */

const memorySection = 5;
const pageBytes = 65_536;

/** LEB128, the numbers of the format: the value at a position, and the position after it. */
function readNumber(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined) {
      throw new Error('The module ends in the middle of a number.');
    }
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) {
      return { value, end: at };
    }
  }
}

function numberBytes(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) {
      return [...bytes, rest];
    }
    bytes.push((rest % 128) | 128);
  }
}

/** A copy of the module whose memory ends at `mebibytes`. Throws when it has no memory of its own, or one with a maximum. */
export function limitMemory(module: Uint8Array, mebibytes: number): Uint8Array {
  const magicAndVersion = 8;
  for (let at = magicAndVersion; at < module.length;) {
    const { value: size, end: body } = readNumber(module, at + 1);
    if (module[at] === memorySection) {
      const count = readNumber(module, body);
      const flags = readNumber(module, count.end);
      const initial = readNumber(module, flags.end);
      if (count.value !== 1 || flags.value !== 0) {
        throw new Error('Expected one memory without a maximum.');
      }
      const pages = (mebibytes * 1024 * 1024) / pageBytes;
      const section = [1, 1, ...numberBytes(initial.value), ...numberBytes(pages)];
      const replaced = [memorySection, ...numberBytes(section.length), ...section];
      return Buffer.concat([module.subarray(0, at), Uint8Array.from(replaced), module.subarray(body + size)]);
    }
    at = body + size;
  }
  throw new Error('The module has no memory.');
}
