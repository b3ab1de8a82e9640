/** A commit of a repository on disk as a state to render. Reads Git alone. */
import { CommitFiles } from '../git/commitFiles.ts';
import type { LeftOut } from '../git/commitTree.ts';
import { resolveRevision } from '../git/resolveRevision.ts';
import { isLeftOutByDefault } from '../manifests/ignoreRules.ts';
import type { RenderNote, RepositoryState } from '../render/desired.ts';

export interface OpenedCommit {
  readonly state: RepositoryState;
  /** The caller disposes it. */
  readonly files: CommitFiles;
}

/** `root` is the top of the repository. Throws `Failure('notFound')` when there is no such revision. */
export async function openCommit(
  root: string,
  revision: string,
  remotes: readonly string[],
  signal: AbortSignal,
): Promise<OpenedCommit> {
  const commit = await resolveRevision(root, revision, { signal });
  const files = new CommitFiles({ root, commit, uncounted: isLeftOutByDefault });
  const label = `commit ${commit.slice(0, 7)}`;
  try {
    const notes = submoduleNotes(label, await files.leftOut(signal));
    return { files, state: { label, key: `${root}@${commit}`, files, remotes, notes } };
  } catch (error) {
    files.dispose();
    throw error;
  }
}

/** The working tree has the files of its submodules: beside it the commit seems to lack them. */
function submoduleNotes(label: string, leftOut: readonly LeftOut[]): readonly RenderNote[] {
  const submodules = leftOut.filter(({ kind }) => kind === 'submodule').map(({ path }) => path);
  const message = `The files of Git submodules are left out of ${label}: ${submodules.join(', ')}.`;
  return submodules.length === 0 ? [] : [{ severity: 'information', message }];
}
