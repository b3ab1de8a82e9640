/**
 * Charts on disk by their digest, so that what was pulled once need not be pulled again. What is read is checked: a file that is
 * no longer what its name says is removed. Knows nothing of where charts come from.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from './ociRegistry.ts';

export class ChartFiles {
  readonly #folder: string | undefined;

  /** `undefined`: nothing is kept. */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** `undefined` when it is not there, or is damaged. */
  async read(digest: string): Promise<Buffer | undefined> {
    const file = this.#fileOf(digest);
    if (file === undefined) {
      return undefined;
    }
    const bytes = await readFile(file).catch(() => undefined);
    if (bytes && digestOf(bytes) !== digest) {
      await rm(file, { force: true });
      return undefined;
    }
    return bytes;
  }

  /** A disk that is full or read-only only means that it is pulled again next time. */
  async keep(bytes: Uint8Array): Promise<void> {
    const file = this.#fileOf(digestOf(bytes));
    if (file === undefined || this.#folder === undefined) {
      return;
    }
    const unfinished = `${file}.${randomUUID()}`;
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(unfinished, bytes, { flag: 'wx' });
      await rename(unfinished, file);
    } catch {
      await rm(unfinished, { force: true }).catch(() => undefined);
    }
  }

  #fileOf(digest: string): string | undefined {
    const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
    return hex === undefined || this.#folder === undefined ? undefined : join(this.#folder, `${hex}.tgz`);
  }
}
