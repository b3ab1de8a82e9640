/** A repository in memory: `repository({ 'apps/podinfo.yaml': '…' })`. */
import { isYamlPath } from '../../src/manifests/notAManifest.ts';
import type { Repository } from '../../src/manifests/repository.ts';

export class MemoryRepository implements Repository {
  readonly files: Map<string, string>;

  constructor(files: Readonly<Record<string, string>>) {
    this.files = new Map(Object.entries(files));
  }

  list(): Promise<readonly string[]> {
    return Promise.resolve([...this.files.keys()].filter(isYamlPath));
  }

  read(path: string): Promise<string | undefined> {
    return Promise.resolve(this.files.get(path));
  }
}

export function repository(files: Readonly<Record<string, string>>): MemoryRepository {
  return new MemoryRepository(files);
}
