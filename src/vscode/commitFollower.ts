/**
 * The commit that is followed in this window: looks again whenever the cluster or the clone tells of a change, and shows how far it
 * has come at the head of the Cluster tree and in the status bar. Polls nothing and fetches nothing; remembers it over a reload.
 */
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { RepeatedRun } from '../base/repeatedRun.ts';
import { ContextHold } from '../cluster/contextHold.ts';
import type { ClusterState } from '../cluster/clusterState.ts';
import type { SessionManager } from '../cluster/sessionManager.ts';
import { type CommitPlace, type CommitProgress, commitsToAsk, followCommit } from '../flux/followCommit.ts';
import { type ObjectId, objectKey } from '../flux/objectKey.ts';
import { asRecord, asText } from '../flux/untyped.ts';
import { withoutCredentials } from '../flux/withoutCredentials.ts';
import { CommitReach, type RemoteBranch } from '../git/commitReach.ts';
import { findGitDirectory } from '../git/findRepositoryRoot.ts';
import { readRemotes } from '../git/readRemotes.ts';
import type { Settings } from '../settings.ts';
import { allAreKnown, isReading } from '../view/completeness.ts';
import { type FollowedCommit, followedRow, followedStatusBar, landedText } from '../view/followedCommit.ts';
import { homeOf } from '../view/headRows.ts';
import type { Row } from '../view/row.ts';
import type { ClusterViews } from './clusterViews.ts';
import { commandIds } from './commandIds.ts';
import { followedKey } from './followedKey.ts';
import type { OpenClones } from './openClones.ts';

export interface CommitFollowerParts {
  readonly sessions: SessionManager;
  readonly views: ClusterViews;
  readonly clones: OpenClones;
  readonly settings: () => Settings;
  readonly memory: vscode.Memento;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is remembered. */
export interface Subject {
  /** Top folder of the work tree. */
  readonly root: string;
  /** Full id. */
  readonly commit: string;
  readonly subject: string;
  readonly context: string;
}

const followingContextKey = 'driftline.following';
const landedMs = 60_000;
const statusTextMs = 10_000;
/** Of a repository's own files, those that a push, a fetch and a checkout write. */
const telling = '{HEAD,FETCH_HEAD,packed-refs,shallow,refs/remotes/**}';
/** Git writes several of its files for one push. */
const settleMs = 500;

export class CommitFollower implements Disposable {
  readonly #parts: CommitFollowerParts;
  readonly #disposables = new Disposables();
  #following: Following | undefined;

  constructor(parts: CommitFollowerParts) {
    this.#parts = parts;
    const kept = readSubject(parts.memory.get(followedKey));
    if (kept && vscode.workspace.isTrusted) {
      this.#begin(kept);
    }
  }

  /** What was last seen of it; `undefined` while nothing is followed. */
  get current(): (FollowedCommit & { readonly root: string }) | undefined {
    return this.#following?.seen;
  }

  /** In place of another one. */
  async follow(subject: Subject): Promise<void> {
    this.#end();
    this.#begin(subject);
    await this.#parts.memory.update(followedKey, subject);
  }

  async stop(): Promise<void> {
    this.#end();
    await this.#parts.memory.update(followedKey, undefined);
  }

  dispose(): void {
    this.#end();
    this.#disposables.dispose();
  }

  #begin(subject: Subject): void {
    void vscode.commands.executeCommand('setContext', followingContextKey, true);
    this.#following = new Following(subject, {
      ...this.#parts,
      // Once it has landed a reload has nothing more to tell.
      landed: () => void this.#parts.memory.update(followedKey, undefined),
      over: () => this.#end(),
    });
  }

  #end(): void {
    if (this.#following) {
      this.#following.dispose();
      this.#following = undefined;
      void vscode.commands.executeCommand('setContext', followingContextKey, false);
    }
  }
}

interface FollowingParts extends CommitFollowerParts {
  readonly landed: () => void;
  /** It has landed, and was shown long enough. */
  readonly over: () => void;
}

class Following implements Disposable {
  readonly #subject: Subject;
  readonly #parts: FollowingParts;
  readonly #disposables = new Disposables();
  readonly #ended = new AbortController();
  readonly #reach: CommitReach;
  readonly #bar: vscode.StatusBarItem;
  readonly #looks: RepeatedRun;
  /** What the clone said last; `undefined` once it has changed. */
  #place: Omit<CommitPlace, 'isIn'> | undefined;
  #answers = new Map<string, 'yes' | 'no' | 'unknown'>();
  #seen: FollowedCommit;
  #shown = '';
  #settling: Disposable | undefined;
  #leaving: Disposable | undefined;

  constructor(subject: Subject, parts: FollowingParts) {
    this.#subject = subject;
    this.#parts = parts;
    this.#reach = new CommitReach(subject.root, { signal: this.#ended.signal });
    this.#seen = this.#words(undefined);
    this.#bar = this.#disposables.add(
      vscode.window.createStatusBarItem('driftline.followed', vscode.StatusBarAlignment.Left, 9),
    );
    this.#bar.name = 'Driftline: followed commit';
    this.#bar.command = commandIds.showFollowed;
    this.#looks = this.#disposables.add(
      new RepeatedRun(
        () => this.#look(),
        (error) => this.#parts.log.error('the followed commit cannot be looked at', error),
      ),
    );
    // What is followed is to be told whether the views are open or not.
    this.#disposables.add(new ContextHold({ ...parts, context: subject.context }));
    this.#disposables.add(parts.views.onDidSurvey(() => this.#looks.ask()));
    this.#disposables.add(parts.clones.onDidChange(() => this.#cloneChanged()));
    // A first push makes folders of Git's, which a watcher may follow late: somebody who comes back from a terminal has waited.
    const focus = vscode.window.onDidChangeWindowState(({ focused }) => focused && this.#cloneChanged());
    this.#disposables.add(focus);
    this.#disposables.add({ dispose: () => this.#settling?.dispose() });
    this.#disposables.add({ dispose: () => this.#leaving?.dispose() });
    this.#disposables.add({ dispose: () => this.#ended.abort() });
    void this.#watch();
    this.#looks.ask();
  }

  get seen(): FollowedCommit & { readonly root: string } {
    return { ...this.#seen, root: this.#subject.root };
  }

  dispose(): void {
    this.#disposables.dispose();
    this.#parts.views.setNotes([]);
  }

  /** A push writes where it has pushed to, which no other watcher looks at. */
  async #watch(): Promise<void> {
    const directory = await findGitDirectory(this.#subject.root);
    for (const folder of new Set(directory ? [directory.own, directory.common] : [])) {
      if (this.#disposables.disposed) {
        return;
      }
      const pattern = new vscode.RelativePattern(vscode.Uri.file(folder), telling);
      const watcher = this.#disposables.add(vscode.workspace.createFileSystemWatcher(pattern));
      for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) {
        this.#disposables.add(event(() => this.#cloneChanged()));
      }
    }
  }

  #cloneChanged(): void {
    this.#settling?.dispose();
    this.#settling = this.#parts.clock.after(settleMs, () => {
      this.#place = undefined;
      this.#answers = new Map();
      this.#looks.ask();
    });
  }

  async #look(): Promise<void> {
    const { views, log } = this.#parts;
    const state = views.open?.session;
    const { survey } = views;
    if (state?.context !== this.#subject.context || survey?.context !== this.#subject.context) {
      this.#hide();
      return;
    }
    try {
      this.#show(this.#words(isReading(state) ? undefined : await this.#progress(state)));
    } catch (error) {
      if (!isFailure(error, 'cancelled')) {
        const failure = isFailure(error) ? withoutCredentials(error.message) : 'the clone cannot be read';
        log.warn(`Following ${this.#subject.commit.slice(0, 7)}: ${failure}`);
        this.#show(this.#words(undefined, failure));
      }
    }
  }

  async #progress(state: ClusterState): Promise<CommitProgress | undefined> {
    const { survey } = this.#parts.views;
    if (!survey) {
      return undefined;
    }
    const objects = [...survey.views.values()].map(({ object }) => object);
    const get = (id: ObjectId) => survey.views.get(objectKey(survey.context, id))?.object;
    const cluster = { objects, get };
    const answers = this.#answers;
    const place = this.#place ?? (await this.#askPlace());
    if (answers === this.#answers) {
      this.#place = place; // else it has changed since
    }
    for (const revision of commitsToAsk(cluster, place.remotes)) {
      if (!answers.has(revision)) {
        answers.set(revision, await this.#reach.isIn(place.commit, revision));
      }
    }
    const whole = { sources: allAreKnown(state, 'source'), appliers: allAreKnown(state, 'applier') };
    return followCommit({ ...place, isIn: (revision) => answers.get(revision) ?? 'unknown' }, cluster, whole);
  }

  async #askPlace(): Promise<Omit<CommitPlace, 'isIn'>> {
    const { root, commit } = this.#subject;
    const remotes = await readRemotes(root);
    const branches: readonly RemoteBranch[] = await this.#reach.branches(
      commit,
      remotes.map(({ name }) => name),
    );
    return { commit, remotes, branches };
  }

  #words(progress: CommitProgress | undefined, failure?: string): FollowedCommit {
    const { commit, subject, context } = this.#subject;
    const state = this.#parts.views.open?.session;
    const home = state ? homeOf(state) : 'flux-system';
    return { commit, subject, context, home, progress, failure, readOnly: this.#parts.settings().readOnly };
  }

  #hide(): void {
    this.#seen = this.#words(undefined);
    this.#bar.hide();
    if (this.#shown !== '') {
      this.#shown = '';
      this.#parts.views.setNotes([]);
    }
  }

  /** Drawing leads to another survey and so to another look: what is the same is not drawn again. */
  #show(followed: FollowedCommit): void {
    const shown = JSON.stringify(followed);
    if (this.#disposables.disposed || shown === this.#shown) {
      return;
    }
    this.#shown = shown;
    this.#seen = followed;
    const row: Row = followedRow(followed);
    this.#parts.views.setNotes([row]);
    const isLanded = followed.progress?.phase === 'landed';
    if (isLanded) {
      this.#bar.hide();
      this.#leave(followed);
      return;
    }
    this.#leaving?.dispose();
    this.#leaving = undefined;
    const { text, tooltip, accessibility } = followedStatusBar(followed);
    this.#bar.text = text;
    this.#bar.tooltip = new vscode.MarkdownString(tooltip);
    this.#bar.accessibilityInformation = { label: accessibility };
    this.#bar.show();
  }

  #leave(followed: FollowedCommit): void {
    if (this.#leaving) {
      return;
    }
    const { clock, landed, over } = this.#parts;
    void vscode.window.setStatusBarMessage(`$(check) ${landedText(followed)}`, statusTextMs);
    this.#leaving = clock.after(landedMs, over);
    landed();
  }
}

/** `undefined` for what another version may have kept. */
function readSubject(kept: unknown): Subject | undefined {
  const record = asRecord(kept);
  const [root, commit] = [asText(record?.['root']), asText(record?.['commit'])];
  const [subject, context] = [asText(record?.['subject']), asText(record?.['context'])];
  return root === undefined || commit === undefined || subject === undefined || context === undefined
    ? undefined
    : { root, commit, subject, context };
}
