/**
 * The files of one state of a repository as a source would pack them: a gzipped archive without what ignore rules leave out.
 * Reads through what it is given; asks neither Git nor a cluster.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { cancelled, Failure } from '../base/failure.ts';
import { type IgnoreText, sourceIgnoreTest } from '../manifests/ignoreRules.ts';
import type { RepositoryFile, RepositoryFiles } from '../manifests/repositoryFiles.ts';
import { folderOf, nameOf } from '../manifests/repositoryPath.ts';
import type { FetchedArchive } from '../render/desired.ts';

const block = 512;

/** What the header of an entry has room for; a longer name needs a record of its own. */
const nameRoom = 100;

export interface PackOptions {
  /** `spec.ignore` of the source, which wins over the `.sourceignore` files. */
  readonly ignore?: string | undefined;
  /** As the archive is to be called: what a source would write into `status.artifact.revision`. */
  readonly revision: string;
  readonly signal?: AbortSignal | undefined;
}

/** Throws `Failure('invalid')` for a file that is listed and cannot be read, for without it another thing would be built. */
export async function packFiles(
  files: RepositoryFiles,
  { ignore, revision, signal }: PackOptions,
): Promise<FetchedArchive> {
  const listed = await files.list(signal);
  const isIgnored = sourceIgnoreTest([
    ...(await ignoreTexts(files, listed)),
    ...(ignore === undefined ? [] : [{ folder: '', text: ignore }]),
  ]);
  const parts: Uint8Array[] = [];
  for (const { path } of listed.filter((file) => !isIgnored(file.path))) {
    if (signal?.aborted === true) {
      throw cancelled('Packing the files of a commit');
    }
    const content = await files.read(path);
    if (content === undefined) {
      throw new Failure('invalid', `${path} of ${revision} cannot be read`);
    }
    parts.push(...entry(path, content));
  }
  const bytes = await promisify(gzip)(Buffer.concat([...parts, Buffer.alloc(2 * block)]), { level: 1 });
  return { bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, revision };
}

/** Those of folders before those within them, as the listing is sorted by path. */
async function ignoreTexts(files: RepositoryFiles, listed: readonly RepositoryFile[]): Promise<readonly IgnoreText[]> {
  const texts: IgnoreText[] = [];
  for (const { path } of listed.filter((file) => nameOf(file.path) === '.sourceignore')) {
    const bytes = await files.read(path);
    texts.push({ folder: folderOf(path), text: bytes === undefined ? '' : Buffer.from(bytes).toString('utf8') });
  }
  return texts.sort((a, b) => a.folder.split('/').length - b.folder.split('/').length);
}

/** POSIX pax: a name that the header has no room for stands whole in a record before it. */
function entry(path: string, content: Uint8Array): readonly Uint8Array[] {
  const name = Buffer.from(path);
  if (name.length <= nameRoom) {
    return [header(name, content.length, '0'), content, padding(content.length)];
  }
  const long = pathRecord(path);
  return [
    header(Buffer.from('pax'), long.length, 'x'),
    long,
    padding(long.length),
    header(name.subarray(0, nameRoom), content.length, '0'),
    content,
    padding(content.length),
  ];
}

/** `LENGTH path=NAME\n`, whose length counts its own digits. */
function pathRecord(path: string): Buffer {
  const rest = ` path=${path}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes;
  while (length !== bytes + String(length).length) {
    length = bytes + String(length).length;
  }
  return Buffer.from(`${length}${rest}`);
}

function header(name: Uint8Array, size: number, type: '0' | 'x'): Buffer {
  const bytes = Buffer.alloc(block);
  bytes.set(name, 0);
  const octal = (value: number, at: number, digits: number): number =>
    bytes.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1');
  octal(0o644, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(0, 136, 11);
  bytes.write(type, 156, 'latin1');
  bytes.write('ustar\u000000', 257, 'latin1');
  // The sum of the header counts its own field as blanks.
  bytes.write('        ', 148, 'latin1');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  octal(sum, 148, 6);
  return bytes;
}

function padding(size: number): Buffer {
  return Buffer.alloc((block - (size % block)) % block);
}
