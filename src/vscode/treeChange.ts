/**
 * What the working tree would do to a cluster once it is committed, pushed and applied: uncommitted and unpushed changes, unsaved
 * texts included, compared by `drift`. Asks the user which folder is the cluster's where the files do not tell.
 */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { Disposables } from '../base/disposables.ts';
import { Failure, isFailure } from '../base/failure.ts';
import { clusterFolders } from '../drift/clusterFolders.ts';
import type { ComparedCluster } from '../drift/comparedCluster.ts';
import type { ChangedTarget } from '../drift/compareChanges.ts';
import { findEffects } from '../drift/foundEffects.ts';
import { foldersOfCluster } from '../drift/foldersOfCluster.ts';
import { pushedState, RepositoryCommits } from '../drift/repositoryCommits.ts';
import { isBelow } from '../manifests/repositoryPath.ts';
import type { RepositoryState } from '../render/desired.ts';
import { approximate } from '../render/renderNote.ts';
import { nothingChangesText } from '../view/changeSummary.ts';
import { commitAdvice } from '../view/commitAdvice.ts';
import { fluxNameText } from '../view/renderedSubject.ts';
import type { ChangeRun, ChangeWords } from './changeRun.ts';
import type { OfferedWay } from './offeredWays.ts';
import { unpushedOf } from './uncommittedFiles.ts';

/** `root` is the top folder of a clone. Throws a `Failure` for what concerns the whole. */
export async function treeChange(root: string, run: ChangeRun): Promise<ChangeWords> {
  const { workspace, findings, cluster, signal, report } = run;
  const where = cluster?.context ?? 'any cluster';
  const { edits } = workspace;
  workspace.lookAnew(root);
  const after = await workspace.stateOf(root);
  const owned = new Disposables();
  try {
    const commits = owned.add(new RepositoryCommits(root, after.remotes));
    const { state: before, isPushed, notes } = await baseOf(root, commits, signal);
    findings.from = after.label;
    findings.against = cluster ? `cluster ${cluster.context}` : before.label;
    findings.note('changed', notes);
    report('looking for changed files');
    const changed = await commits.changedSince(before, after.files, signal);
    if (changed.length > 0 && !(await compare({ before, after, changed }, run))) {
      return undefined;
    }
    if (workspace.edits !== edits) {
      const message = 'Something was typed while it was compared, which may not be in it.';
      findings.note('changed', [approximate(message)]);
    }
    const unsaved = workspace.unsavedIn(root);
    return {
      subject: cluster ? `This change on ${cluster.context}` : `This change (${before.label} ↔ ${after.label})`,
      nothing: nothingChangesText(changed, before.label, where),
      advice: commitAdvice(await unpushedOf(root), unsaved),
      offers: isPushed ? [] : [fetchRemotes],
    };
  } finally {
    owned.dispose();
  }
}

/** Without a remote's branch nobody knows what is pushed. */
const fetchRemotes: OfferedWay = {
  title: 'Fetch',
  run: () => vscode.commands.executeCommand('git.fetch'),
};

async function baseOf(root: string, commits: RepositoryCommits, signal: AbortSignal) {
  try {
    return await pushedState(commits, signal);
  } catch (error) {
    if (isFailure(error, 'notFound')) {
      throw new Failure('notFound', `${basename(root)} has no commit yet, so all of it is new`, { cause: error });
    }
    throw error;
  }
}

interface TwoStates {
  readonly before: RepositoryState;
  readonly after: RepositoryState;
  readonly changed: readonly string[];
}

/** `false`: the user gave up. */
async function compare({ before, after, changed }: TwoStates, run: ChangeRun): Promise<boolean> {
  const { renderer, cluster, puller, findings, signal, report } = run;
  const own = cluster ? await ownFolder(after, cluster, run) : '';
  if (own === undefined) {
    return false;
  }
  await findEffects(
    {
      ...{ renderer, puller, cluster: cluster?.inputs, asked: cluster, signal },
      ...{ before, after, changed },
      isMeant: (target) => isOfFolder(target, own),
      onProgress: ({ done, total, name }) => report(`${done} of ${total} rendered: ${fluxNameText(name)}`),
      onAsked: (name, { done, total }) => report(`${fluxNameText(name)}: ${done} of ${total} objects compared`),
    },
    own,
    findings,
  );
  return true;
}

/** What could not be rendered may be anybody's. */
function isOfFolder({ files, cluster, failure }: ChangedTarget, own: string): boolean {
  return files.some((file) => isBelow(file, own)) || (cluster === undefined && failure !== undefined);
}

/**
 * Of a repository for several clusters the folder of the one that is connected: by what it applies, else as the user says. `''` where
 * there is one cluster, `undefined` when the user picks none.
 */
async function ownFolder(
  state: RepositoryState,
  cluster: ComparedCluster,
  { renderer, signal, report }: ChangeRun,
): Promise<string | undefined> {
  report('reading the files');
  const folders = clusterFolders(await renderer.stated(state, signal));
  if (folders.length === 0) {
    return '';
  }
  const [only, ...others] = foldersOfCluster(folders, await cluster.fluxObjects(signal));
  if (only !== undefined && others.length === 0) {
    return only;
  }
  report(`waiting for an answer: which folder is ${cluster.context}?`);
  const title = `The repository has several clusters: which of them is ${cluster.context}?`;
  const items = folders.map((folder) => ({ label: folder }));
  return (await vscode.window.showQuickPick(items, { title }))?.label;
}
