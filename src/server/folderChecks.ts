/**
 * The checks of one workspace folder, fed from disk and from open documents: which files are due, in slices that leave
 * room for typing, and which diagnostics changed. Knows paths and texts; messages and URIs are its caller's.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Diagnostic } from 'vscode-languageserver/node';
import type { Clock } from '../base/clock.ts';
import { Coalescer } from '../base/coalescer.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import type { Log } from '../base/log.ts';
import { RepositoryChecker } from '../language/repositoryChecker.ts';
import { emptyConfig, type RepositoryConfig } from '../language/repositoryConfig.ts';
import { isYamlPath } from '../manifests/notAManifest.ts';
import type { Repository } from '../manifests/repository.ts';
import type { ServerSettings } from '../protocol.ts';

export interface FolderChecksParts {
  readonly repository: Repository;
  readonly settings: ServerSettings;
  /** What is said of the folder outside of it; asked for before anything is published, and again when that has changed. */
  readonly surroundings?: () => Promise<FolderSurroundings>;
  readonly clock: Clock;
  readonly log: Log;
  /**
   * Called with a path's diagnostics when they differ from the last ones; an empty list takes them back. `version` is that
   * of the open document that was checked, `undefined` for a text from disk.
   */
  readonly publish: (path: string, diagnostics: Diagnostic[], version: number | undefined) => void;
}

export interface FolderSurroundings {
  /** Addresses of the repository's remotes. */
  readonly remotes: readonly string[];
  /** Of the repository that the folder is a part of. */
  readonly config: RepositoryConfig | undefined;
  /** Absolute path of the file that `config` is of, or would be; `undefined` where the folder is the whole repository. */
  readonly configFile: string | undefined;
  /** Where the folder is in that repository, with `/`; `''` at its top. */
  readonly folder: string;
}

/** An open document, as far as it is asked for here. */
export interface OpenText {
  readonly version: number;
  getText(): string;
}

/** Milliseconds of work at a stretch before messages get their turn. */
const sliceMs = 8;
/** Files that are read at once: a disk answers many questions in the time of one. */
const readsAtOnce = 16;
/** Milliseconds in which keystrokes and file events are collected. */
const windowMs = 100;

export class FolderChecks implements Disposable {
  readonly #parts: FolderChecksParts;
  readonly #checker: RepositoryChecker;
  readonly #disposables = new Disposables();
  readonly #stopped = new AbortController();
  readonly #arrivals: Coalescer<string>;
  readonly #due = new Set<string>();
  readonly #open = new Map<string, { readonly text: string; readonly version: number }>();
  /** Versions of the documents whose text was checked last. */
  readonly #checked = new Map<string, number>();
  /** What was published last, as JSON, by path; nothing for a path without diagnostics. */
  readonly #published = new Map<string, string>();
  #running: Promise<void> | undefined;
  #scanning: Promise<void> | undefined;
  #areSurroundingsDue = false;

  constructor(parts: FolderChecksParts) {
    this.#parts = parts;
    this.#checker = new RepositoryChecker(parts.settings);
    this.#arrivals = this.#disposables.add(
      new Coalescer<string>({ clock: parts.clock, windowMs, flush: (paths) => this.#enqueue(paths) }),
    );
  }

  /** Reads the whole folder once. Nothing is published before: what overrides a file may be read last. */
  start(): void {
    this.#scanning ??= this.#scan();
  }

  /** An open document's text wins over the disk until it is closed. */
  setText(path: string, document: OpenText): void {
    this.#open.set(path, { text: document.getText(), version: document.version });
    this.#arrivals.add(path);
  }

  close(path: string): void {
    this.#open.delete(path);
    this.#arrivals.add(path);
  }

  /** A file was made, changed or deleted; a folder only when it was deleted, all below it then being gone. */
  diskChanged(path: string): void {
    if (isYamlPath(path)) {
      this.#arrivals.add(path);
    }
    for (const below of this.#checker.below(path)) {
      this.#arrivals.add(below);
    }
  }

  /** What is said outside of the folder is another by now: it is read again, and all files are judged by it. */
  surroundingsChanged(): void {
    this.#areSurroundingsDue = true;
    this.#enqueue([]);
  }

  set settings(settings: ServerSettings) {
    this.#checker.settings = settings;
    this.#publishAll();
  }

  /** What is found in a file as it was checked last. */
  diagnostics(path: string): readonly Diagnostic[] {
    return this.#checker.diagnostics(path);
  }

  /** Resolves when everything that is known by now is checked and published. */
  async settled(): Promise<{ files: number; diagnostics: number }> {
    await this.#scanning;
    do {
      this.#arrivals.flushNow();
      await this.#running;
    } while (this.#isWorkLeft && !this.#disposables.disposed);
    const lists = [...this.#published.values()].map((json) => JSON.parse(json) as readonly unknown[]);
    return { files: this.#checker.size, diagnostics: lists.reduce((sum, list) => sum + list.length, 0) };
  }

  dispose(): void {
    this.#stopped.abort();
    this.#disposables.dispose();
    for (const path of this.#published.keys()) {
      this.#parts.publish(path, [], undefined);
    }
    this.#published.clear();
  }

  async #scan(): Promise<void> {
    const started = this.#parts.clock.now();
    try {
      await this.#readSurroundings();
      const paths = await this.#parts.repository.list(this.#stopped.signal);
      paths.forEach((path) => this.#due.add(path));
      await this.#drain();
      this.#parts.log.info(`Read ${this.#checker.size} YAML files in ${this.#parts.clock.now() - started} ms`);
    } catch (error) {
      this.#parts.log.error('Reading the workspace failed', error);
    } finally {
      this.#scanning = undefined;
      this.#enqueue([]); // what came in meanwhile, and the first publication
    }
  }

  get #isWorkLeft(): boolean {
    return this.#due.size > 0 || this.#areSurroundingsDue;
  }

  async #readSurroundings(): Promise<void> {
    this.#areSurroundingsDue = false; // before the read: what changes during it is read again
    const surroundings = await this.#parts.surroundings?.();
    this.#checker.remotes = surroundings?.remotes ?? [];
    const folder = surroundings?.folder ?? '';
    this.#checker.inherit(surroundings?.config ?? emptyConfig, (path) => (folder === '' ? path : `${folder}/${path}`));
  }

  #enqueue(paths: Iterable<string>): void {
    for (const path of paths) {
      this.#due.add(path);
    }
    if (this.#scanning || this.#running || this.#disposables.disposed) {
      return; // whoever drains takes these along
    }
    this.#running = this.#drain()
      .catch((error: unknown) => this.#parts.log.error('Checking files failed', error))
      .finally(() => {
        this.#running = undefined;
        this.#publishAll();
        if (this.#isWorkLeft) {
          this.#enqueue([]);
        }
      });
  }

  async #drain(): Promise<void> {
    if (this.#areSurroundingsDue) {
      await this.#readSurroundings();
    }
    let sliceEnd = this.#parts.clock.now() + sliceMs;
    while (this.#due.size > 0) {
      const batch: string[] = [];
      for (const path of this.#due) {
        if (batch.length === readsAtOnce) {
          break;
        }
        batch.push(path);
        this.#due.delete(path);
      }
      const texts = await Promise.all(batch.map((path) => this.#read(path)));
      for (const [index, path] of batch.entries()) {
        if (this.#disposables.disposed) {
          return;
        }
        this.#check(path, texts[index]);
        if (this.#parts.clock.now() >= sliceEnd) {
          await nextTurn();
          sliceEnd = this.#parts.clock.now() + sliceMs;
        }
      }
    }
  }

  async #read(path: string): Promise<string | undefined> {
    try {
      return this.#open.has(path) ? undefined : await this.#parts.repository.read(path);
    } catch (error) {
      this.#parts.log.error(`Reading ${path} failed`, error);
      return undefined;
    }
  }

  #check(path: string, onDisk: string | undefined): void {
    // Opened while it was read: the document counts. Changed on disk meanwhile: the path is due again, and nothing is
    // published before it had its turn.
    const document = this.#open.get(path);
    const text = document?.text ?? onDisk;
    this.#checked.delete(path);
    if (document) {
      this.#checked.set(path, document.version);
    }
    try {
      if (text === undefined) {
        this.#checker.remove(path);
      } else {
        this.#checker.update(path, text);
      }
    } catch (error) {
      this.#checker.remove(path);
      this.#parts.log.error(`Checking ${path} failed`, error);
    }
  }

  #publishAll(): void {
    if (this.#disposables.disposed || this.#scanning) {
      return;
    }
    for (const path of new Set([...this.#published.keys(), ...this.#checker.suspects()])) {
      const diagnostics = this.#checker.diagnostics(path);
      const json = JSON.stringify(diagnostics);
      if (json === (this.#published.get(path) ?? '[]')) {
        continue;
      }
      if (diagnostics.length === 0) {
        this.#published.delete(path);
      } else {
        this.#published.set(path, json);
      }
      this.#parts.publish(path, diagnostics, this.#checked.get(path));
    }
  }
}
