/**
 * The line over each object of a file that Kustomizations of the connected cluster apply, and the context key of the button in
 * the editor's title (`driftline.editorApplied`). Holds no session: that somebody reads a Deployment is no reason to watch a cluster.
 */
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { Coalescer } from '../base/coalescer.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import type { Log } from '../base/log.ts';
import type { StatedIdentity } from '../drift/builtDocument.ts';
import type { ObjectId } from '../flux/objectKey.ts';
import { isKustomizeFileName } from '../manifests/notAManifest.ts';
import { type PlainDocument, plainDocuments } from '../manifests/plainDocuments.ts';
import { nameOf } from '../manifests/repositoryPath.ts';
import type { Settings } from '../settings.ts';
import { manifestLens } from '../view/manifestLens.ts';
import type { ClusterViews } from './clusterViews.ts';
import { fileAppliers, objectAppliers } from './fileAppliers.ts';
import type { RepositoryFacts } from './repositoryFacts.ts';

export interface ManifestLensesParts {
  readonly views: ClusterViews;
  readonly repositories: RepositoryFacts;
  readonly settings: () => Settings;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a lens hands to its command. */
export interface ManifestArgument {
  readonly uri: string;
  readonly object: StatedIdentity;
}

const selector: vscode.DocumentSelector = { language: 'yaml', scheme: 'file' };
const contextKey = 'driftline.editorApplied';
/** As long as for other lenses: a busy cluster must leave VS Code a quiet moment to ask. */
const redrawMs = 1_000;

export class ManifestLenses implements vscode.CodeLensProvider, Disposable {
  readonly #parts: ManifestLensesParts;
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<void>());
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #redraws: Coalescer<'lenses' | 'key'>;
  /** A survey comes every second in a busy cluster, and texts may be long. */
  readonly #documents = new WeakMap<vscode.TextDocument, { version: number; found: readonly PlainDocument[] }>();
  /** What was drawn last, by document: a survey that changes none of it must not redraw. */
  readonly #drawn = new Map<string, string>();
  #told = false;
  /** An answer that was asked for earlier may come later, and is of what applied then. */
  #asked = 0;

  constructor(parts: ManifestLensesParts) {
    this.#parts = parts;
    this.#redraws = this.#disposables.add(
      new Coalescer({
        clock: parts.clock,
        windowMs: redrawMs,
        flush: (what) => this.#logged(this.#flush(new Set(what))),
      }),
    );
    this.#disposables.add(vscode.languages.registerCodeLensProvider(selector, this));
    this.#disposables.add(parts.views.onDidSurvey(() => this.#redraws.add('lenses')));
    this.#disposables.add(parts.repositories.onDidChange(() => this.#redraws.add('lenses')));
    this.#disposables.add(vscode.window.onDidChangeActiveTextEditor(() => this.#logged(this.#tell())));
    this.#disposables.add(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document === vscode.window.activeTextEditor?.document) {
          this.#redraws.add('key');
        }
      }),
    );
    this.#disposables.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#drawn.delete(uri.toString())));
    this.#disposables.add(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('driftline.codeLens')) {
          this.#changed.fire();
        }
      }),
    );
    this.#logged(this.#tell());
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const found = this.#parts.settings().codeLens ? this.#documentsOf(document) : [];
    const appliers = await this.#appliersOfEach(document, found);
    this.#drawn.set(document.uri.toString(), JSON.stringify(appliers));
    const { survey } = this.#parts.views;
    return found.flatMap(({ line, document: _span, ...object }, at) => {
      const lens = manifestLens(titleOf(object), appliers[at] ?? [], survey?.context ?? '');
      const argument: ManifestArgument = { uri: document.uri.toString(), object };
      const range = new vscode.Range(line, 0, line, 0);
      return lens ? [new vscode.CodeLens(range, { ...lens, arguments: [argument] })] : [];
    });
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #flush(what: ReadonlySet<'lenses' | 'key'>): Promise<void> {
    await this.#tell();
    if (!what.has('lenses')) {
      return;
    }
    for (const { document } of vscode.window.visibleTextEditors) {
      const drawn = this.#drawn.get(document.uri.toString());
      if (drawn !== undefined && drawn !== JSON.stringify(await this.#appliersOfEach(document))) {
        this.#changed.fire();
        return;
      }
    }
  }

  /** Who has applied it, for each object of the text. */
  async #appliersOfEach(
    document: vscode.TextDocument,
    found = this.#documentsOf(document),
  ): Promise<readonly (readonly ObjectId[])[]> {
    const appliers = found.length === 0 ? [] : await fileAppliers(document.uri, this.#parts);
    return found.map((object) => objectAppliers(appliers, object, this.#parts.views));
  }

  #appliersOf(document: vscode.TextDocument): Promise<readonly ObjectId[]> {
    return this.#documentsOf(document).length === 0 ? Promise.resolve([]) : fileAppliers(document.uri, this.#parts);
  }

  #documentsOf(document: vscode.TextDocument): readonly PlainDocument[] {
    const { version } = document;
    const known = this.#documents.get(document);
    const found = known?.version === version ? known.found : documentsOf(document);
    this.#documents.set(document, { version, found });
    return found;
  }

  #logged(work: Promise<void>): void {
    work.catch((error: unknown) => this.#parts.log.error('Finding out what applies an open file failed', error));
  }

  async #tell(): Promise<void> {
    const asked = (this.#asked += 1);
    const document = vscode.window.activeTextEditor?.document;
    const isApplied = document !== undefined && (await this.#appliersOf(document)).length > 0;
    if (asked === this.#asked && isApplied !== this.#told) {
      this.#told = isApplied;
      void vscode.commands.executeCommand('setContext', contextKey, isApplied);
    }
  }
}

/** Of a file on disk: what is in no repository is applied by nobody. */
export function documentsOf(document: vscode.TextDocument): readonly PlainDocument[] {
  const isManifest = vscode.languages.match(selector, document) > 0 && !isKustomizeFileName(nameOf(document.uri.path));
  return isManifest ? plainDocuments(document.getText()) : [];
}

/** `Deployment apps/web` */
export function titleOf({ kind, namespace, name }: StatedIdentity): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
