/**
 * Live objects as read-only documents. They have a language of their own (same colours as YAML), so that no YAML server
 * checks them against the schemas of files. A document is fetched when it is opened or refreshed and never kept up by itself:
 * a text that changes under a reader's eyes helps nobody.
 */
import * as vscode from 'vscode';
import { Disposables } from '../base/disposables.ts';
import { displayName, parseObjectKey, type ObjectKey } from '../flux/objectKey.ts';

const scheme = 'driftline';

/** Resolves to the text of an object; rejects with a Failure. */
export type ReadLiveText = (key: ObjectKey, signal: AbortSignal) => Promise<string>;

export class LiveDocuments implements vscode.Disposable {
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<vscode.Uri>());
  /** Texts fetched by `open`, handed over to the provider call that follows. */
  readonly #texts = new Map<string, string>();
  readonly #read: ReadLiveText;

  constructor(read: ReadLiveText) {
    this.#read = read;
    this.#disposables.add(
      vscode.workspace.registerTextDocumentContentProvider(scheme, {
        onDidChange: this.#changed.event,
        provideTextDocumentContent: (uri) => this.#provide(uri),
      }),
    );
    this.#disposables.add(
      vscode.workspace.onDidCloseTextDocument((document) => this.#texts.delete(document.uri.toString())),
    );
  }

  /** Fetches the object anew and shows it; rejects with a Failure when it cannot be read. */
  async open(key: ObjectKey, signal: AbortSignal): Promise<void> {
    const uri = liveUri(key);
    this.#texts.set(uri.toString(), await this.#read(key, signal));
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  dispose(): void {
    this.#disposables.dispose();
    this.#texts.clear();
  }

  async #provide(uri: vscode.Uri): Promise<string> {
    const known = this.#texts.get(uri.toString());
    if (known !== undefined) {
      return known;
    }
    // A tab that was open when the window was reloaded: fetch again, and say so in the document where that fails.
    try {
      return await this.#read(uri.query as ObjectKey, new AbortController().signal);
    } catch (error) {
      return `# ${error instanceof Error ? error.message : String(error)}\n`;
    }
  }
}

function liveUri(key: ObjectKey): vscode.Uri {
  const id = parseObjectKey(key);
  const name = id ? `${id.context}/${id.kind} ${displayName(id).replaceAll('/', ' ')}` : key;
  return vscode.Uri.from({ scheme, path: `/driftline-live/${name}.yaml`, query: key });
}
