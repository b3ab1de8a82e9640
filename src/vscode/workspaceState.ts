/**
 * The working tree of a repository as rendering reads it: the folder on disk with the unsaved texts of the editors laid over
 * it, and word of its changes while somebody follows it. Renders nothing.
 */
import { dirname, relative } from 'node:path';
import * as vscode from 'vscode';
import { type Disposable, Disposables, toDisposable } from '../base/disposables.ts';
import { cancelled } from '../base/failure.ts';
import { findGitDirectory, findRepositoryRoot } from '../git/findRepositoryRoot.ts';
import { readRemotes } from '../git/readRemotes.ts';
import { TrackedFiles } from '../git/trackedFiles.ts';
import { DiskFiles } from '../manifests/diskFiles.ts';
import { type OverlaidText, OverlaidFiles } from '../manifests/overlaidFiles.ts';
import type { RepositoryFile, RepositoryFiles } from '../manifests/repositoryFiles.ts';
import type { RepositoryState } from '../render/desired.ts';

export class WorkspaceState implements Disposable {
  readonly #followed = new Map<string, FollowedFolder>();
  readonly #tracked = new Map<string, TrackedFiles>();
  /** A number for each document, because a document that is opened again counts its versions from one again. */
  readonly #numbers = new WeakMap<vscode.TextDocument, number>();
  #documents = 0;
  readonly #disposables = new Disposables();
  #edits = 0;

  constructor() {
    this.#disposables.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        this.#edits += document.uri.scheme === 'file' && contentChanges.length > 0 ? 1 : 0;
      }),
    );
  }

  /** Another number means that something was typed meanwhile. */
  get edits(): number {
    return this.#edits;
  }

  /** The repository of a file, else the workspace folder that it is in, else its own folder; `undefined` for what is on no disk. */
  async rootOf(uri: vscode.Uri): Promise<string | undefined> {
    if (uri.scheme !== 'file') {
      return undefined;
    }
    const root = await findRepositoryRoot(uri.fsPath);
    return root ?? vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? dirname(uri.fsPath);
  }

  /** As a path of that repository; `undefined` for what is not in it. */
  pathIn(root: string, uri: vscode.Uri): string | undefined {
    return pathBelow(root, uri);
  }

  /** Of the folders that are open, each once. */
  async roots(): Promise<readonly string[]> {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    const roots = await Promise.all(
      folders.map(async ({ uri }) => (await findRepositoryRoot(uri.fsPath)) ?? uri.fsPath),
    );
    return [...new Set(roots)];
  }

  /** As it is now. The listing of a folder that is followed is read again only after a change. */
  async stateOf(root: string): Promise<RepositoryState> {
    const disk = this.#followed.get(root)?.files ?? diskFiles(root, this.#trackedIn(root));
    const remotes = await readRemotes(root);
    return {
      label: 'working tree',
      key: root,
      files: new OverlaidFiles(disk, () => this.#unsaved(root)),
      remotes: remotes.flatMap(({ urls }) => urls),
    };
  }

  /** How many texts of it are on no disk yet. */
  unsavedIn(root: string): number {
    return this.#unsaved(root).size;
  }

  /** A watcher tells of a change some moments late; who asks by a command gets what is there now. */
  lookAnew(root: string): void {
    this.#tracked.get(root)?.forget();
    this.#followed.get(root)?.files.forget();
  }

  /** Calls back after every change of a file or of an unsaved text, until disposed. */
  follow(root: string, changed: () => void): Disposable {
    let folder = this.#followed.get(root);
    if (!folder) {
      folder = new FollowedFolder(root, this.#trackedIn(root));
      this.#followed.set(root, folder);
    }
    const kept = folder;
    kept.listeners.add(changed);
    return toDisposable(() => {
      kept.listeners.delete(changed);
      if (kept.listeners.size === 0 && this.#followed.get(root) === kept) {
        this.#followed.delete(root);
        kept.dispose();
      }
    });
  }

  dispose(): void {
    for (const folder of this.#followed.values()) {
      folder.dispose();
    }
    this.#followed.clear();
    this.#disposables.dispose();
  }

  #trackedIn(root: string): TrackedFiles {
    const tracked = this.#tracked.get(root) ?? new TrackedFiles(root);
    this.#tracked.set(root, tracked);
    return tracked;
  }

  #unsaved(root: string): ReadonlyMap<string, OverlaidText> {
    const texts = new Map<string, OverlaidText>();
    for (const document of vscode.workspace.textDocuments) {
      const path = document.isDirty ? pathBelow(root, document.uri) : undefined;
      if (path !== undefined) {
        texts.set(path, { text: document.getText(), version: `${this.#numberOf(document)}.${document.version}` });
      }
    }
    return texts;
  }

  #numberOf(document: vscode.TextDocument): number {
    const known = this.#numbers.get(document) ?? (this.#documents += 1);
    this.#numbers.set(document, known);
    return known;
  }
}

/**
 * With what Git tracks although it is ignored, for a source packs it: as a commit has it. Git runs in no folder that is not
 * trusted.
 */
function diskFiles(root: string, tracked: TrackedFiles): DiskFiles {
  return new DiskFiles(root, {}, () =>
    vscode.workspace.isTrusted ? tracked.ignored() : Promise.resolve(new Set<string>()),
  );
}

/** Path of a file below the folder, with `/`; `undefined` for what is not in it or in its `.git`. */
function pathBelow(root: string, uri: vscode.Uri): string | undefined {
  if (uri.scheme !== 'file') {
    return undefined;
  }
  const path = relative(root, uri.fsPath).replaceAll('\\', '/');
  return path === '' || path.startsWith('../') || /^[a-z]:/i.test(path) || /^\.git(?:\/|$)/.test(path)
    ? undefined
    : path;
}

/** The files of a folder whose listing is kept until something in it changes. */
class FollowedFolder implements Disposable {
  readonly listeners = new Set<() => void>();
  readonly files: KeptListing;
  readonly #disposables = new Disposables();
  /** Paths with texts that nobody has saved. */
  readonly #unsaved = new Set<string>();

  constructor(root: string, tracked: TrackedFiles) {
    this.files = new KeptListing(() => diskFiles(root, tracked));
    const pattern = new vscode.RelativePattern(vscode.Uri.file(root), '**/*');
    const watcher = this.#disposables.add(vscode.workspace.createFileSystemWatcher(pattern));
    const onDisk = (uri: vscode.Uri): void => {
      const path = pathBelow(root, uri);
      if (path !== undefined) {
        if (/(?:^|\/)\.gitignore$/.test(path)) {
          tracked.forget();
        }
        this.#filesChanged();
      }
    };
    this.#disposables.add(watcher.onDidCreate(onDisk));
    this.#disposables.add(watcher.onDidChange(onDisk));
    this.#disposables.add(watcher.onDidDelete(onDisk));
    // A watcher tells of a save some moments later, when the text is no longer laid over the file.
    this.#disposables.add(
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        this.#unsaved.delete(pathBelow(root, uri) ?? '');
        onDisk(uri);
      }),
    );
    this.#disposables.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const path = pathBelow(root, document.uri);
        if (contentChanges.length > 0 && path !== undefined) {
          this.#unsaved.add(path);
          this.#changed();
        }
      }),
    );
    // What was unsaved and is thrown away with its editor.
    this.#disposables.add(
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (this.#unsaved.delete(pathBelow(root, uri) ?? '')) {
          this.#changed();
        }
      }),
    );
    void this.#followIndex(root);
  }

  dispose(): void {
    this.#disposables.dispose();
    this.listeners.clear();
  }

  /** Git's index says which of the ignored files are tracked all the same. It changes with `git add` and `git commit` only. */
  async #followIndex(root: string): Promise<void> {
    const directory = await findGitDirectory(root);
    if (directory && !this.#disposables.disposed) {
      const index = new vscode.RelativePattern(vscode.Uri.file(directory.own), 'index');
      const watcher = this.#disposables.add(vscode.workspace.createFileSystemWatcher(index));
      this.#disposables.add(watcher.onDidCreate(() => this.#filesChanged()));
      this.#disposables.add(watcher.onDidChange(() => this.#filesChanged()));
    }
  }

  #filesChanged(): void {
    this.files.forget();
    this.#changed();
  }

  #changed(): void {
    for (const listener of [...this.listeners]) {
      listener();
    }
  }
}

class KeptListing implements RepositoryFiles {
  readonly #open: () => RepositoryFiles;
  #below: RepositoryFiles;
  #listing: Promise<readonly RepositoryFile[]> | undefined;

  constructor(open: () => RepositoryFiles) {
    this.#open = open;
    this.#below = open();
  }

  forget(): void {
    this.#listing = undefined;
    this.#below = this.#open(); // what is tracked is kept for as long as one reader of the disk
  }

  /** Not cancelled with the first of those who share it. */
  async list(signal?: AbortSignal): Promise<readonly RepositoryFile[]> {
    const listing = this.#listing ?? this.#below.list();
    this.#listing = listing;
    try {
      const files = await listing;
      if (signal?.aborted === true) {
        throw cancelled('Reading the folder');
      }
      return files;
    } catch (error) {
      if (this.#listing === listing && signal?.aborted !== true) {
        this.#listing = undefined; // what could not be read may be readable soon
      }
      throw error;
    }
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return this.#below.read(path);
  }
}
