/** Archives as sources and charts are packed, and archives as nobody packs them: every field of an entry can be told. */
import { gzipSync } from 'node:zlib';

export interface TarEntry {
  /** At most 100 bytes. */
  readonly name: string | Uint8Array;
  readonly content?: string | Uint8Array;
  /** `0` file (the default), `1` hard link, `2` symbolic link, `3` and `4` devices, `5` folder, `6` pipe, `x` PAX header. */
  readonly type?: string;
  readonly link?: string;
  /** What the header says, where it is not the content's. */
  readonly size?: number;
}

const block = 512;

function header(entry: TarEntry, size: number): Buffer {
  const bytes = Buffer.alloc(block);
  const name = Buffer.from(entry.name);
  if (name.length > 100) {
    throw new Error(`"${name.toString()}" is too long for this kind of header`);
  }
  name.copy(bytes, 0);
  const octal = (value: number, at: number, digits: number) =>
    bytes.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1');
  octal(0o644, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(0, 136, 11);
  bytes.write(entry.type ?? '0', 156, 'latin1');
  bytes.write(entry.link ?? '', 157, 100, 'utf8');
  bytes.write('ustar\u000000', 257, 'latin1');
  // The sum of the header is taken with blanks in its place.
  bytes.write('        ', 148, 'latin1');
  octal(
    bytes.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  return bytes;
}

export function tar(entries: Iterable<TarEntry>): Buffer {
  const parts: Buffer[] = [];
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? '');
    parts.push(header(entry, entry.size ?? content.length), content);
    parts.push(Buffer.alloc((block - (content.length % block)) % block));
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

export function tarGz(entries: Iterable<TarEntry>): Buffer {
  return gzipSync(tar(entries));
}

/** Entries of plain files by path. */
export function tarFiles(files: Readonly<Record<string, string | Uint8Array>>): TarEntry[] {
  return Object.entries(files).map(([name, content]) => ({ name, content }));
}

/** So many bytes of nothing, a thousand times smaller as it is: repeated members of one compressed block. */
export function gzipOfZeros(bytes: number): Buffer {
  const step = 64 << 20;
  const member = gzipSync(Buffer.alloc(Math.min(step, bytes)));
  return Buffer.concat(Array<Buffer>(Math.ceil(bytes / step)).fill(member));
}
