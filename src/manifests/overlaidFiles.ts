/**
 * Files with the texts of unsaved editors laid over them, so that a build sees what a person sees. Holds texts only; knows no
 * editor and saves nothing.
 */
import type { RepositoryFile, RepositoryFiles } from './repositoryFiles.ts';

export interface OverlaidText {
  readonly text: string;
  /** Differs whenever the text does, such as the version of an editor's document. */
  readonly version: string;
}

export class OverlaidFiles implements RepositoryFiles {
  readonly #below: RepositoryFiles;
  readonly #texts: () => ReadonlyMap<string, OverlaidText>;

  /** `texts` by path is asked at every call, so that it may be the editors' own state. A path that `below` has not is added. */
  constructor(below: RepositoryFiles, texts: () => ReadonlyMap<string, OverlaidText>) {
    this.#below = below;
    this.#texts = texts;
  }

  async list(signal?: AbortSignal): Promise<readonly RepositoryFile[]> {
    const below = await this.#below.list(signal);
    const texts = this.#texts();
    if (texts.size === 0) {
      return below;
    }
    const overlaid = [...texts].map(([path, { text, version }]) => ({
      path,
      size: Buffer.byteLength(text),
      version: `unsaved-${version}`, // never equal to a version of the file below
    }));
    return [...below.filter((file) => !texts.has(file.path)), ...overlaid].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const overlaid = this.#texts().get(path);
    return overlaid === undefined ? this.#below.read(path) : Buffer.from(overlaid.text);
  }
}
