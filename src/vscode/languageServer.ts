/**
 * When the language server runs: from the first Kubernetes file of a Flux repository that is opened, not before. The client
 * is a bundle of its own and is loaded only then. What the server checks is not known here.
 */
import * as vscode from 'vscode';
import { type Disposable, Disposables, toDisposable } from '../base/disposables.ts';
import type { Log } from '../base/log.ts';
import type { ServerSettings } from '../protocol.ts';
import type { Settings } from '../settings.ts';

interface Client extends Disposable {
  update(settings: ServerSettings): void;
}

export interface LanguageServerParts {
  /** Starts the server's process; called once at most. */
  readonly start: (settings: ServerSettings) => Promise<Client>;
  readonly settings: () => Settings;
  readonly log: Log;
}

export class LanguageServer implements Disposable {
  readonly #disposables = new Disposables();
  readonly #parts: LanguageServerParts;
  #client: Promise<Client | undefined> | undefined;
  #probed: Promise<boolean> | undefined;

  constructor(parts: LanguageServerParts) {
    this.#parts = parts;
    this.#disposables.add(vscode.workspace.onDidOpenTextDocument((document) => void this.#consider(document)));
    // A new file is empty when it is opened. Once the server runs, the client follows changes by itself.
    this.#disposables.add(vscode.workspace.onDidChangeTextDocument(({ document }) => void this.#consider(document)));
    this.#disposables.add(vscode.workspace.onDidChangeWorkspaceFolders(() => (this.#probed = undefined)));
    for (const document of vscode.workspace.textDocuments) {
      void this.#consider(document);
    }
  }

  /** Hands changed settings on; does nothing while the server is not needed. */
  updateSettings(): void {
    void this.#client?.then((client) => client?.update(serverSettings(this.#parts.settings())));
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #consider(document: vscode.TextDocument): Promise<void> {
    if (this.#client || document.languageId !== 'yaml' || !['file', 'untitled'].includes(document.uri.scheme)) {
      return;
    }
    const text = document.getText();
    const wanted = mentionsFlux(text) || (looksLikeManifest(text) && (await this.#workspaceUsesFlux()));
    if (wanted && !this.#disposables.disposed) {
      this.#client ??= this.#startClient();
    }
  }

  async #startClient(): Promise<Client | undefined> {
    try {
      const client = await this.#parts.start(serverSettings(this.#parts.settings()));
      this.#disposables.add(toDisposable(() => client.dispose()));
      return client;
    } catch (error) {
      this.#parts.log.error('The language server could not be started; files are not checked', error);
      return undefined;
    }
  }

  /** Whether any YAML file of the workspace names a Flux kind; asked once, reads until the first hit. */
  #workspaceUsesFlux(): Promise<boolean> {
    this.#probed ??= (async () => {
      const files = await vscode.workspace.findFiles('**/*.{yaml,yml}', '**/node_modules/**', 3000);
      for (const file of files) {
        if (mentionsFlux(new TextDecoder().decode(await vscode.workspace.fs.readFile(file)))) {
          return true;
        }
      }
      return false;
    })().catch((error: unknown) => {
      this.#parts.log.warn(`The workspace could not be searched for Flux files: ${String(error)}`);
      return false;
    });
    return this.#probed;
  }
}

function mentionsFlux(text: string): boolean {
  return text.includes('toolkit.fluxcd.io') || text.includes('fluxcd.controlplane.io');
}

function looksLikeManifest(text: string): boolean {
  return /^apiVersion:/m.test(text) && /^kind:/m.test(text);
}

function serverSettings(settings: Settings): ServerSettings {
  return {
    diagnosticsEnabled: settings.diagnosticsEnabled,
    ruleSeverity: settings.ruleSeverity,
    diagnosticsIgnore: settings.diagnosticsIgnore,
  };
}
