/** The language server and a client of it in one process, joined by streams: the real protocol without an editor. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import {
  type CancellationToken,
  createConnection,
  createProtocolConnection,
  type Diagnostic,
  type DidChangeWatchedFilesRegistrationOptions,
  FileChangeType,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type RegistrationParams,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { Disposables } from '../../src/base/disposables.ts';
import { systemClock } from '../../src/base/clock.ts';
import {
  checkWorkspace,
  didChangeSettings,
  type RunningAnswer,
  type RunningQuestion,
  runningVersions,
  type ServerSettings,
  type WorkspaceChecked,
} from '../../src/protocol.ts';
import { LanguageServer } from '../../src/server/languageServer.ts';

export interface ServerPairOptions {
  /** Files on disk before the server starts, by path in the first folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly settings?: unknown;
  /** What of those is the workspace folder; `''`, all, by default. Paths count from the top all the same. */
  readonly folder?: string;
}

export class ServerPair {
  readonly client: ProtocolConnection;
  readonly root: string;
  /** Newest diagnostics by URI, as the client would show them. */
  readonly shown = new Map<string, PublishDiagnosticsParams>();
  /** Every message of diagnostics and of the log, in order. */
  readonly published: PublishDiagnosticsParams[] = [];
  readonly log: string[] = [];
  /** Addresses of files that the server wants to be told of beyond those of the folder. */
  readonly watched: string[] = [];
  readonly #subscriptions = new Disposables();
  #version = 1;

  private constructor(client: ProtocolConnection, root: string) {
    this.client = client;
    this.root = root;
    this.#subscriptions.add(
      client.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
        this.published.push(params);
        this.shown.set(params.uri, params);
      }),
    );
    this.#subscriptions.add(
      client.onRequest('client/registerCapability', ({ registrations }: RegistrationParams) => {
        for (const { method, registerOptions } of registrations) {
          assert.equal(method, 'workspace/didChangeWatchedFiles');
          for (const { globPattern } of (registerOptions as DidChangeWatchedFilesRegistrationOptions).watchers) {
            assert.ok(typeof globPattern === 'object' && typeof globPattern.baseUri === 'string');
            this.watched.push(`${globPattern.baseUri}/${globPattern.pattern}`);
          }
        }
      }),
    );
    this.#subscriptions.add(
      client.onNotification('window/logMessage', ({ message }: { message: string }) => void this.log.push(message)),
    );
  }

  static async start({ files = {}, settings, folder = '' }: ServerPairOptions = {}): Promise<ServerPair> {
    const root = await mkdtemp(join(tmpdir(), 'driftline-server-'));
    const [toServer, toClient] = [new PassThrough(), new PassThrough()];
    // Readers and writers rather than the streams: those would end this process when they close.
    const connection = createConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient));
    new LanguageServer({ connection, clock: systemClock() }).register();
    connection.listen();
    const client = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
    const pair = new ServerPair(client, root);
    client.listen();
    await pair.write(files);
    await client.sendRequest('initialize', {
      processId: null,
      rootUri: null,
      capabilities: {
        workspace: {
          workspaceFolders: true,
          didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
        },
      },
      workspaceFolders: [{ uri: pathToFileURL(join(root, folder)).href, name: 'root' }],
      initializationOptions: settings,
    });
    await client.sendNotification('initialized', {});
    return pair;
  }

  uri(path: string): string {
    return pathToFileURL(join(this.root, path)).href;
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.root, path)), { recursive: true });
      await writeFile(join(this.root, path), text);
    }
  }

  /** What the client answers when the server asks what runs. */
  answerRunning(
    answer: (question: RunningQuestion, token: CancellationToken) => RunningAnswer | Promise<RunningAnswer>,
  ): void {
    this.#subscriptions.add(this.client.onRequest(runningVersions, answer));
  }

  /** Waits until the server has nothing left to check; what it published by then has arrived. */
  settled(): Promise<WorkspaceChecked> {
    return this.client.sendRequest(checkWorkspace);
  }

  /** Rules shown for a path (or URI), in order. */
  async rules(path: string): Promise<string[]> {
    await this.settled();
    return this.diagnostics(path).map(({ code }) => String(code));
  }

  diagnostics(path: string): readonly Diagnostic[] {
    return this.shown.get(path.includes(':') ? path : this.uri(path))?.diagnostics ?? [];
  }

  open(path: string, text: string): Promise<void> {
    const uri = path.includes(':') ? path : this.uri(path);
    const textDocument = { uri, languageId: 'yaml', version: this.#version, text };
    return this.client.sendNotification('textDocument/didOpen', { textDocument });
  }

  change(path: string, text: string): Promise<void> {
    this.#version += 1;
    const textDocument = { uri: path.includes(':') ? path : this.uri(path), version: this.#version };
    return this.client.sendNotification('textDocument/didChange', { textDocument, contentChanges: [{ text }] });
  }

  close(path: string): Promise<void> {
    const textDocument = { uri: path.includes(':') ? path : this.uri(path) };
    return this.client.sendNotification('textDocument/didClose', { textDocument });
  }

  fileEvents(...paths: readonly string[]): Promise<void> {
    const changes = paths.map((path) => ({ uri: this.uri(path), type: FileChangeType.Changed }));
    return this.client.sendNotification('workspace/didChangeWatchedFiles', { changes });
  }

  changeSettings(settings: Partial<ServerSettings>): Promise<void> {
    return this.client.sendNotification(didChangeSettings, settings);
  }

  async stop(): Promise<void> {
    await this.client.sendRequest('shutdown');
    this.#subscriptions.dispose();
    this.client.dispose();
    await rm(this.root, { recursive: true, force: true });
  }
}
