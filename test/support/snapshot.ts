/** A repository in memory as rendering sees it at one moment. */
import { type RepositorySnapshot, RepositoryModel } from '../../src/render/repositoryModel.ts';
import { memoryFiles } from './memoryFiles.ts';

export function snapshotOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<RepositorySnapshot> {
  return new RepositoryModel().snapshot(memoryFiles(files));
}
