/** The commands about the commit that is followed: which one, and what can be done about where it stands. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { Failure } from '../base/failure.ts';
import type { SessionManager } from '../cluster/sessionManager.ts';
import { displayName, type ObjectId, objectKey } from '../flux/objectKey.ts';
import { type RecentCommit, recentCommits } from '../git/recentCommits.ts';
import {
  consumerText,
  type FollowedCommit,
  followedText,
  openConsumers,
  reconcilableSource,
  wantsFetch,
} from '../view/followedCommit.ts';
import { iconFreeText } from '../view/markdown.ts';
import { ageText } from '../view/relativeTime.ts';
import type { LensArgument } from './actionTarget.ts';
import type { ClusterViews } from './clusterViews.ts';
import { commandIds } from './commandIds.ts';
import type { CommitFollower } from './commitFollower.ts';
import type { OpenClones } from './openClones.ts';
import type { OperationHandler } from './operationHandler.ts';

export interface FollowCommandParts {
  readonly follower: CommitFollower;
  readonly sessions: SessionManager;
  readonly views: ClusterViews;
  readonly clones: OpenClones;
  readonly clock: Clock;
}

/** How many commits are offered. */
const offered = 30;

export function followHandlers(parts: FollowCommandParts) {
  const { follower } = parts;
  return {
    followCommit: async (argument) => {
      const { sessions } = parts;
      const context = sessions.session?.context;
      if (context === undefined) {
        throw new Failure('unreachable', 'no cluster is connected');
      }
      const root = await chooseRoot(argument, await parts.clones.roots());
      const commit = root === undefined ? undefined : await chooseCommit(root, parts.clock.now());
      if (root !== undefined && commit) {
        await follower.follow({ root, commit: commit.id, subject: commit.subject, context });
      }
    },
    stopFollowing: () => follower.stop(),
    showFollowed: () => showFollowed(parts),
    reconcileFollowed: () => reconcileSource(current(follower)),
    fetchFollowed: () => fetch(current(follower).root, parts.clones),
  } satisfies Readonly<Record<string, OperationHandler>>;
}

function current(follower: CommitFollower): FollowedCommit & { readonly root: string } {
  const { current: followed } = follower;
  if (!followed) {
    throw new Failure('notFound', 'no commit is followed');
  }
  return followed;
}

/** That of the repository in the Source Control view that was clicked, the only one that is open, or what the user picks. */
async function chooseRoot(argument: unknown, roots: readonly string[]): Promise<string | undefined> {
  const clicked =
    typeof argument === 'object' && argument !== null && 'rootUri' in argument ? argument.rootUri : undefined;
  const [only, another] = roots;
  if (only === undefined) {
    throw new Failure('notFound', 'no folder that is open is in a Git repository');
  }
  const same =
    clicked instanceof vscode.Uri ? roots.find((root) => vscode.Uri.file(root).path === clicked.path) : undefined;
  if (same !== undefined || another === undefined) {
    return same ?? only;
  }
  const items = roots.map((root) => ({ label: basename(root), description: root, root }));
  return (await vscode.window.showQuickPick(items, { title: 'Follow a commit of which repository?' }))?.root;
}

async function chooseCommit(root: string, now: number): Promise<RecentCommit | undefined> {
  const commits = await recentCommits(root, offered);
  if (commits.length === 0) {
    throw new Failure('notFound', `${basename(root)} has no commit yet`);
  }
  const items = commits.map((commit, index) => ({
    label: iconFreeText(commit.subject === '' ? '(no message)' : commit.subject, 100),
    description: [index === 0 ? 'HEAD' : '', commit.id.slice(0, 7), ageText(commit.time, now) ?? '']
      .filter((word) => word !== '')
      .join(' · '),
    commit,
  }));
  const options = { title: `Follow which commit of ${basename(root)}?`, matchOnDescription: true };
  return (await vscode.window.showQuickPick(items, options))?.commit;
}

interface Choice extends vscode.QuickPickItem {
  readonly run: () => Promise<unknown> | Thenable<unknown>;
}

/** What stands in the way, to be looked at, and what can be done about it. */
async function showFollowed({ follower, views, clones }: FollowCommandParts): Promise<void> {
  const followed = current(follower);
  const { home, context, progress, root } = followed;
  const source = reconcilableSource(followed);
  const consumers = openConsumers(progress).map((one): Choice => {
    const label = `${one.id.kind} ${one.id.namespace === home ? one.id.name : displayName(one.id)}`;
    return {
      label: iconFreeText(label),
      description: iconFreeText(consumerText(one, home)),
      run: () => views.reveal(objectKey(context, one.id)),
    };
  });
  const separator = { label: '', kind: vscode.QuickPickItemKind.Separator, run: () => Promise.resolve() };
  const items: Choice[] = [
    ...(source
      ? [{ label: `$(sync) Reconcile ${source.kind} ${source.name}`, run: () => reconcileSource(followed) }]
      : []),
    ...(wantsFetch(progress)
      ? [{ label: `$(repo-fetch) Fetch ${basename(root)}`, run: () => fetch(root, clones) }]
      : []),
    {
      label: '$(git-commit) Follow another commit',
      run: () => vscode.commands.executeCommand(commandIds.followCommit),
    },
    { label: '$(close) Stop following', run: () => follower.stop() },
    ...(consumers.length > 0 ? [separator, ...consumers] : []),
  ];
  await (await vscode.window.showQuickPick(items, { title: iconFreeText(followedText(followed)) }))?.run();
}

/** Through its command, which asks where asking is due. */
async function reconcileSource(followed: FollowedCommit): Promise<void> {
  const id: ObjectId | undefined = reconcilableSource(followed);
  if (!id) {
    throw new Failure('notFound', 'no source waits to be reconciled');
  }
  const argument: LensArgument = { context: followed.context, target: { to: 'object', id, doubt: undefined } };
  await vscode.commands.executeCommand(commandIds.reconcileObject, argument);
}

async function fetch(root: string, clones: OpenClones): Promise<void> {
  const title = `Fetching ${basename(root)}`;
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () => clones.fetch(root));
}
