/** Files of a repository in memory: `memoryFiles({ 'apps/podinfo.yaml': '…' })`. Counts what is read of it. */
import { createHash } from 'node:crypto';
import { cancelled } from '../../src/base/failure.ts';
import type { RepositoryFile, RepositoryFiles } from '../../src/manifests/repositoryFiles.ts';

export class MemoryFiles implements RepositoryFiles {
  /** To be changed as a person changes a working tree. */
  readonly files: Map<string, string | Uint8Array>;
  /** Paths in the order in which they were read. */
  readonly reads: string[] = [];

  constructor(files: Readonly<Record<string, string | Uint8Array>>) {
    this.files = new Map(Object.entries(files));
  }

  list(signal?: AbortSignal): Promise<readonly RepositoryFile[]> {
    if (signal?.aborted === true) {
      return Promise.reject(cancelled('Listing files'));
    }
    const files = [...this.files]
      .map(([path, content]) => ({
        path,
        size: Buffer.byteLength(content),
        version: createHash('sha256').update(content).digest('hex'),
      }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    return Promise.resolve(files);
  }

  read(path: string): Promise<Uint8Array | undefined> {
    this.reads.push(path);
    const content = this.files.get(path);
    return Promise.resolve(typeof content === 'string' ? Buffer.from(content) : content);
  }
}

export function memoryFiles(files: Readonly<Record<string, string | Uint8Array>>): MemoryFiles {
  return new MemoryFiles(files);
}
