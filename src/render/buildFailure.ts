/**
 * What a failed build has to say: what failed, where in the repository, and the words of the library with paths of the repository.
 * Knows nothing of Secrets: whoever tells it takes their texts out.
 */
import { Failure, isFailure } from '../base/failure.ts';
import type { RepositoryFiles } from '../manifests/repositoryFiles.ts';
import type { TreeInputs } from './buildInputs.ts';
import { findProblem } from './buildProblem.ts';
import { type SyncedTree, unreadFailure } from './engineTree.ts';
import { unreadInputs } from './unreadFiles.ts';

/** Where a build begins; `components` are relative to the path. */
export interface BuildStart {
  readonly path: string;
  readonly components: readonly string[];
}

export interface BuildAt {
  /** Begins the sentence; absent: whoever shows the failure says it. */
  readonly what?: string;
  readonly tree: SyncedTree;
  readonly inputs: TreeInputs;
  readonly files: Pick<RepositoryFiles, 'read'>;
  readonly build: BuildStart;
}

/** Of an `invalid` build; any other error as it is. */
export async function buildFailure(error: unknown, at: BuildAt): Promise<unknown> {
  const { what, tree, inputs, files, build } = at;
  const told = unreadFailure(error, tree, unreadInputs(tree, inputs, build));
  if (!isFailure(told, 'invalid')) {
    return told;
  }
  const { message } = told;
  const found = await findProblem({
    message,
    path: build.path,
    places: tree.places.keys(),
    inputs: inputs.files(build.path, build.components),
    read: (place) => textOf(files, tree.places.get(place)),
  });
  const lead = what === undefined ? '' : `${what}: `;
  const where = found ? `${tree.places.get(found.place) ?? found.place}:${found.line}: ` : '';
  return new Failure('invalid', `${lead}${where}${withRepositoryPaths(message, tree)}`);
}

async function textOf(files: BuildAt['files'], path: string | undefined): Promise<string | undefined> {
  const bytes = path === undefined ? undefined : await files.read(path);
  return bytes && Buffer.from(bytes).toString('utf8');
}

/** Places of an artifact that does not begin at the repository's root become paths of the repository. */
function withRepositoryPaths(message: string, tree: SyncedTree): string {
  const moved = [...tree.places].filter(([place, path]) => place !== path);
  return moved
    .sort(([a], [b]) => b.length - a.length)
    .reduce(
      (text, [place, path]) =>
        text.includes(place)
          ? text.replaceAll(new RegExp(`(?<![\\w./-])${literal(place)}(?![\\w/-])`, 'g'), () => path)
          : text,
      message,
    );
}

function literal(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}
