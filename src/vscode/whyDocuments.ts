/**
 * Reports of why an object is not ready, as read-only documents with links. One is made when it is opened or looked at again, and
 * never changes by itself: a text that moves under a reader's eyes helps nobody. Links go to the commands that stand here alone.
 */
import * as vscode from 'vscode';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Failure } from '../base/failure.ts';
import { type ObjectKey, parseObjectKey } from '../flux/objectKey.ts';
import type { LinkTarget, Report, ReportLink } from '../view/reportText.ts';
import { parseWhyAddress, whyAddress, whyScheme } from '../view/whyAddress.ts';
import type { LensArgument } from './actionTarget.ts';
import { commandIds } from './commandIds.ts';

/** Rejects with a Failure. */
export type ReadReport = (key: ObjectKey) => Promise<Report>;

export class WhyDocuments implements Disposable {
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<vscode.Uri>());
  readonly onDidChange = this.#changed.event;
  /** By address, for as long as its document is open. */
  readonly #reports = new Map<string, Report>();
  readonly #read: ReadReport;

  constructor(read: ReadReport) {
    this.#read = read;
    this.#disposables.add(
      vscode.languages.registerDocumentLinkProvider(
        { scheme: whyScheme },
        { provideDocumentLinks: (document) => this.#links(document) },
      ),
    );
    this.#disposables.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#reports.delete(uri.toString())));
  }

  /** Reads anew and shows it. Rejects with a Failure where nothing can be told. */
  async open(key: ObjectKey): Promise<void> {
    const uri = vscode.Uri.from({ scheme: whyScheme, ...whyAddress(key) });
    this.#reports.set(uri.toString(), await this.#read(key));
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  /** The object of an open report. */
  keyOf(uri: vscode.Uri | undefined): ObjectKey {
    const key = uri?.scheme === whyScheme ? parseWhyAddress(uri) : undefined;
    if (key === undefined) {
      throw new Failure('notFound', 'no answer to Why? is open here');
    }
    return key;
  }

  /** What a document of this address shows; after a reload of the window it is read again. */
  async text(uri: vscode.Uri): Promise<string> {
    const address = uri.toString();
    const known = this.#reports.get(address);
    if (known) {
      return known.text;
    }
    const report = await this.#read(this.keyOf(uri));
    this.#reports.set(address, report);
    return report.text;
  }

  dispose(): void {
    this.#disposables.dispose();
    this.#reports.clear();
  }

  /** Of the text that is shown: the links of another one would stand in wrong places. */
  #links(document: vscode.TextDocument): vscode.DocumentLink[] {
    const report = this.#reports.get(document.uri.toString());
    const context = parseObjectKey(document.uri.query)?.context;
    if (report === undefined || context === undefined || document.getText() !== report.text) {
      return [];
    }
    return report.links.map((link) => documentLink(link, context));
  }
}

function documentLink({ line, start, end, target, tooltip }: ReportLink, context: string): vscode.DocumentLink {
  const link = new vscode.DocumentLink(new vscode.Range(line, start, line, end), uriOf(target, context));
  link.tooltip = tooltip;
  return link;
}

function uriOf(target: LinkTarget, context: string): vscode.Uri {
  if (target.to === 'page') {
    return vscode.Uri.parse(target.url, true);
  }
  const argument: LensArgument = { context, target: { to: 'object', id: target.id, doubt: undefined } };
  return vscode.Uri.from({
    scheme: 'command',
    path: commandIds[target.command],
    query: encodeURIComponent(JSON.stringify([argument])), // decoded once more when it is opened
  });
}
