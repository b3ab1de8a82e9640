/**
 * The language server without its process: turns messages into calls on the folders' checks, and back. One catch for
 * everything that a message starts is `handle.ts`. Contacts no cluster and no registry.
 */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import {
  CancellationToken,
  type CodeAction,
  type CodeActionParams,
  type Connection,
  type Diagnostic,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  TextDocuments,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import type { Log } from '../base/log.ts';
import { checkText } from '../language/repositoryChecker.ts';
import { DiskRepository } from '../manifests/diskRepository.ts';
import { checkWorkspace, didChangeSettings, type ServerSettings, type WorkspaceChecked } from '../protocol.ts';
import { answerCodeActions, codeActionKinds } from './answerCodeActions.ts';
import { FolderChecks, type FolderSurroundings } from './folderChecks.ts';
import { handleNotification, handleRequest } from './handle.ts';
import { readSurroundings } from './readSurroundings.ts';
import { readServerSettings } from './serverSettings.ts';

interface Folder {
  readonly root: string;
  readonly checks: FolderChecks;
}

export interface LanguageServerParts {
  readonly connection: Connection;
  readonly clock: Clock;
}

export class LanguageServer implements Disposable {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #disposables = new Disposables();
  readonly #documents = new TextDocuments(TextDocument);
  readonly #folders = new Map<string, Folder>();
  /** By the root of a folder, the file outside of it that its checks depend on. */
  readonly #outside = new Map<string, string>();
  readonly #watched = new Set<string>();
  #mayWatch = false;
  #settings: ServerSettings = readServerSettings(undefined);

  constructor({ connection, clock }: LanguageServerParts) {
    this.#connection = connection;
    this.#clock = clock;
    this.#log = connectionLog(connection);
  }

  /** Registers all handlers; the caller then lets the connection listen. */
  register(): void {
    const add = (item: Disposable): void => void this.#disposables.add(item);
    const connection = this.#connection;
    const on =
      <P>(what: string, run: (params: P) => void | Promise<void>) =>
      (params: P): void =>
        handleNotification(this.#log, what, () => run(params));

    add(connection.onInitialize((params) => this.#initialize(params)));
    add(connection.onInitialized(on('Starting', () => this.#start())));
    add(
      connection.onDidChangeWatchedFiles(
        on('File changes', ({ changes }) => changes.forEach(({ uri }) => this.#fileChanged(uri))),
      ),
    );
    add(
      connection.onNotification(
        didChangeSettings,
        on('New settings', (raw: unknown) => this.#changeSettings(raw)),
      ),
    );
    add(
      connection.onRequest(checkWorkspace, (...args: unknown[]) => {
        // The library leaves out absent params, so the token is wherever it is.
        const token = args.find((arg) => CancellationToken.is(arg)) ?? CancellationToken.None;
        return handleRequest(this.#log, 'Checking the workspace', token, () => this.#settled());
      }),
    );
    add(
      connection.onCodeAction((params, token) =>
        handleRequest(this.#log, 'Looking for fixes', token, (signal) => this.#codeActions(params, signal)),
      ),
    );
    add(this.#documents.listen(connection));
    add(
      this.#documents.onDidChangeContent(on('A changed document', ({ document }) => this.#documentChanged(document))),
    );
    add(this.#documents.onDidClose(on('A closed document', ({ document }) => this.#documentClosed(document))));
    add(connection.onShutdown(() => this.dispose()));
    add({ dispose: () => this.#folders.forEach(({ checks }) => checks.dispose()) });
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #initialize(params: InitializeParams): InitializeResult {
    this.#settings = readServerSettings(params.initializationOptions);
    const watching = params.capabilities.workspace?.didChangeWatchedFiles;
    this.#mayWatch = watching?.dynamicRegistration === true && watching.relativePatternSupport === true;
    for (const { uri } of params.workspaceFolders ?? []) {
      this.#addFolder(uri);
    }
    return {
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        codeActionProvider: { codeActionKinds },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    };
  }

  #start(): void {
    for (const { checks } of this.#folders.values()) {
      checks.start();
    }
    this.#disposables.add(
      this.#connection.workspace.onDidChangeWorkspaceFolders((event) =>
        handleNotification(this.#log, 'Changed folders', () => {
          event.removed.forEach(({ uri }) => this.#removeFolder(uri));
          for (const { uri } of event.added) {
            this.#addFolder(uri)?.checks.start();
          }
          // A document may have moved into a folder, or out of all of them.
          this.#documents.all().forEach((document) => this.#documentChanged(document));
        }),
      ),
    );
  }

  #addFolder(uri: string): Folder | undefined {
    const root = pathOf(uri);
    if (root === undefined) {
      return undefined;
    }
    const checks = new FolderChecks({
      repository: new DiskRepository(root),
      settings: this.#settings,
      surroundings: () => this.#surroundingsOf(root),
      clock: this.#clock,
      log: this.#log,
      publish: (path, diagnostics, version) => {
        const file = join(root, path);
        // An open document is addressed as its editor spells it, which need not be our spelling.
        const open = this.#documents.all().find((document) => pathOf(document.uri) === file);
        this.#send(open?.uri ?? pathToFileURL(file).href, diagnostics, version);
      },
    });
    const folder = { root, checks };
    this.#folders.get(root)?.checks.dispose();
    this.#folders.set(root, folder);
    return folder;
  }

  async #surroundingsOf(root: string): Promise<FolderSurroundings> {
    const surroundings = await readSurroundings(root);
    const { configFile } = surroundings;
    this.#outside.delete(root);
    if (configFile !== undefined) {
      this.#outside.set(root, configFile);
      this.#watch(configFile);
    }
    return surroundings;
  }

  /** A file that no watcher of the client's covers, because it is in no folder of the workspace. */
  #watch(file: string): void {
    if (!this.#mayWatch || this.#watched.has(file)) {
      return;
    }
    this.#watched.add(file);
    const globPattern = { baseUri: pathToFileURL(dirname(file)).href, pattern: basename(file) };
    this.#connection.client
      .register(DidChangeWatchedFilesNotification.type, { watchers: [{ globPattern }] })
      .catch((error: unknown) => this.#log.debug(`${basename(file)} is not watched: ${String(error)}`));
  }

  #removeFolder(uri: string): void {
    const root = pathOf(uri) ?? '';
    this.#folders.get(root)?.checks.dispose();
    this.#folders.delete(root);
    this.#outside.delete(root);
  }

  /** The innermost folder that holds the file, and the file's path in it. */
  #locate(uri: string): (Folder & { readonly path: string }) | undefined {
    const file = pathOf(uri);
    const holders = [...this.#folders.values()].flatMap(({ root, checks }) => {
      const path = file === undefined ? '..' : relative(root, file).replaceAll('\\', '/');
      return path === '' || path.startsWith('..') || isAbsolute(path) ? [] : [{ root, checks, path }];
    });
    return holders.sort((a, b) => b.root.length - a.root.length)[0];
  }

  #documentChanged(document: TextDocument): void {
    const place = this.#locate(document.uri);
    if (place) {
      place.checks.setText(place.path, document);
    } else {
      this.#send(document.uri, this.#checkAlone(document), document.version);
    }
  }

  /** A document that is in no folder. */
  #checkAlone(document: TextDocument): Diagnostic[] {
    return checkText(document.getText(), nameOf(document.uri), this.#settings);
  }

  #documentClosed(document: TextDocument): void {
    const place = this.#locate(document.uri);
    if (place) {
      place.checks.close(place.path);
    } else {
      this.#send(document.uri, [], undefined);
    }
  }

  #fileChanged(uri: string): void {
    const place = this.#locate(uri);
    place?.checks.diskChanged(place.path);
    const file = pathOf(uri);
    for (const [root, outside] of this.#outside) {
      if (outside === file) {
        this.#folders.get(root)?.checks.surroundingsChanged();
      }
    }
  }

  #changeSettings(raw: unknown): void {
    this.#settings = readServerSettings(raw);
    for (const { checks } of this.#folders.values()) {
      checks.settings = this.#settings;
    }
    for (const document of this.#documents.all()) {
      if (!this.#locate(document.uri)) {
        this.#documentChanged(document);
      }
    }
  }

  /** Only for open documents: of others nobody sees a finding to click on. */
  async #codeActions({ textDocument, context }: CodeActionParams, signal: AbortSignal): Promise<CodeAction[]> {
    const document = this.#documents.get(textDocument.uri);
    if (!document) {
      return [];
    }
    const place = this.#locate(document.uri);
    return answerCodeActions(
      { context },
      {
        connection: this.#connection,
        clock: this.#clock,
        log: this.#log,
        document,
        path: place?.path ?? nameOf(document.uri),
        folder: place?.root,
        found: () => place?.checks.diagnostics(place.path) ?? this.#checkAlone(document),
        signal,
      },
    );
  }

  async #settled(): Promise<WorkspaceChecked> {
    const all = await Promise.all([...this.#folders.values()].map(({ checks }) => checks.settled()));
    return {
      files: all.reduce((sum, { files }) => sum + files, 0),
      diagnostics: all.reduce((sum, { diagnostics }) => sum + diagnostics, 0),
    };
  }

  #send(uri: string, diagnostics: Parameters<Connection['sendDiagnostics']>[0]['diagnostics'], version?: number): void {
    const params = { uri, diagnostics, ...(version === undefined ? {} : { version }) };
    // Fails only when the connection is gone, and then nobody is left to be told.
    this.#connection.sendDiagnostics(params).catch((error: unknown) => this.#log.debug(`Not sent: ${String(error)}`));
  }
}

function nameOf(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1);
}

/** The path of a file, `undefined` for what is none (`untitled:`, a virtual document, a malformed address). */
function pathOf(uri: unknown): string | undefined {
  try {
    return typeof uri === 'string' && uri.startsWith('file:')
      ? fileURLToPath(uri).replace(/(?<=.)[\\/]$/, '')
      : undefined;
  } catch {
    return undefined;
  }
}

/** The client shows these lines in Driftline's output channel. */
function connectionLog(connection: Connection): Log {
  const { console } = connection;
  return {
    debug: (message) => console.debug(message),
    info: (message) => console.info(message),
    warn: (message) => console.warn(message),
    error: (message, cause) =>
      console.error(cause instanceof Error ? `${message}\n${cause.stack ?? cause.message}` : message),
  };
}
