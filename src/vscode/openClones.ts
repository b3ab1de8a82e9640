/**
 * The clones of the folders that are open: what is checked out in each, and word of another commit that is, or that was fetched.
 * Fetches only when a person asks, by VS Code's own Git extension, which knows how to log in.
 */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Emitter } from '../base/emitter.ts';
import { Failure, isFailure } from '../base/failure.ts';
import type { Clone } from '../drift/clonedCommits.ts';
import type { PendingSubject } from '../drift/appliedCommit.ts';
import type { PendingChange, PendingOptions } from '../drift/findPending.ts';
import type { Clones } from '../drift/pendingChanges.ts';
import type { ObjectKey } from '../flux/objectKey.ts';
import { findGitDirectory, findRepositoryRoot } from '../git/findRepositoryRoot.ts';
import { readRemotes } from '../git/readRemotes.ts';

/** Git writes several of its files for one checkout. */
const settleMs = 500;
/** Of a repository's own files, those that are written when HEAD is another commit or one was fetched. */
const telling = '{HEAD,FETCH_HEAD,logs/HEAD,packed-refs}';

/** The part of the Git extension's API (version 1) that is used here. */
interface GitApi {
  openRepository(root: vscode.Uri): Promise<{ fetch(): Promise<void> } | null>;
}

export class OpenClones implements Clones, Disposable {
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new Emitter<void>());
  readonly onDidChange = this.#changed.event;
  readonly #clock: Clock;
  /** By the folder that Git keeps its data in. */
  readonly #watched = new Map<string, Disposable>();
  #settling: Disposable | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#disposables.add(vscode.workspace.onDidChangeWorkspaceFolders(() => this.#tell()));
    this.#disposables.add({ dispose: () => this.#settling?.dispose() });
    this.#disposables.add({ dispose: () => this.#watched.forEach((watcher) => watcher.dispose()) });
  }

  async find(subjects: readonly PendingSubject[], options: PendingOptions): Promise<Map<ObjectKey, PendingChange>> {
    const roots = await this.roots();
    await this.#watch(roots);
    if (roots.length === 0 || subjects.length === 0) {
      return new Map();
    }
    const { findPending } = await import('../drift/clonesBundle.ts');
    const clones = await Promise.all(roots.map((root) => cloneOf(root, options.signal)));
    return findPending(
      subjects,
      clones.filter((clone) => clone !== undefined),
      options,
    );
  }

  /** Top folders of the work trees, each once. */
  async roots(): Promise<readonly string[]> {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    const roots = await Promise.all(folders.map(({ uri }) => findRepositoryRoot(uri.fsPath)));
    return [...new Set(roots.filter((root) => root !== undefined))];
  }

  /** All remotes' branches, as the user fetches them. Throws a Failure in words that a person can act on. */
  async fetch(root: string): Promise<void> {
    const extension = vscode.extensions.getExtension<{ getAPI(version: 1): GitApi }>('vscode.git');
    const byHand = `git fetch in ${root} brings it`;
    if (!extension) {
      throw new Failure('notFound', `VS Code's Git extension is not there; ${byHand}`);
    }
    try {
      const repository = await (await extension.activate()).getAPI(1).openRepository(vscode.Uri.file(root));
      if (!repository) {
        throw new Failure('notFound', `VS Code's Git extension does not know ${root}; ${byHand}`);
      }
      await repository.fetch();
    } catch (error) {
      // Switched off in the settings, or refused by the remote: it has said more in its own log.
      throw isFailure(error)
        ? error
        : new Failure('invalid', `${basename(root)} could not be fetched; ${byHand}`, { cause: error });
    }
    this.#changed.fire();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #watch(roots: readonly string[]): Promise<void> {
    const directories = await Promise.all(roots.map((root) => findGitDirectory(root)));
    const paths = new Set(directories.flatMap((directory) => (directory ? [directory.own, directory.common] : [])));
    for (const [path, watcher] of this.#watched) {
      if (!paths.has(path)) {
        watcher.dispose();
        this.#watched.delete(path);
      }
    }
    for (const path of paths) {
      if (!this.#watched.has(path) && !this.#disposables.disposed) {
        this.#watched.set(path, this.#watcher(path));
      }
    }
  }

  #watcher(path: string): Disposable {
    const owned = new Disposables();
    const pattern = new vscode.RelativePattern(vscode.Uri.file(path), telling);
    const watcher = owned.add(vscode.workspace.createFileSystemWatcher(pattern));
    for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) {
      owned.add(event(() => this.#tell()));
    }
    return owned;
  }

  #tell(): void {
    this.#settling?.dispose();
    this.#settling = this.#clock.after(settleMs, () => this.#changed.fire());
  }
}

/** `undefined` for a repository without a commit. */
async function cloneOf(root: string, signal: AbortSignal): Promise<Clone | undefined> {
  const { resolveRevision } = await import('../drift/clonesBundle.ts');
  try {
    const head = await resolveRevision(root, 'HEAD', { signal });
    const remotes = (await readRemotes(root)).flatMap(({ urls }) => urls);
    return { root, head, remotes, readGraph };
  } catch (error) {
    if (isFailure(error, 'notFound') && !error.message.startsWith('the program')) {
      return undefined;
    }
    throw error;
  }
}

const readGraph: Clone['readGraph'] = async (files, signal) => {
  const { readBuildGraph } = await import('../manifests/yamlBundle.ts');
  return readBuildGraph(files, signal);
};
