/**
 * The line above each Flux object in a file: HelmReleases, Kustomizations, sources. Finds the documents, asks which object each stands for,
 * and draws what `view/lenses.ts` says. Only for files and untitled documents: a diff or a live document is no place to act.
 */
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { Coalescer } from '../base/coalescer.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import type { RunningActions } from '../cluster/runningActions.ts';
import type { SessionManager } from '../cluster/sessionManager.ts';
import { type DocumentMatch, documentMatch } from '../flux/documentMatch.ts';
import { findFluxKind } from '../flux/kinds.ts';
import { type ObjectId, objectKey } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { actionableDocuments, type FluxDocument, isApplier, type SourceDocument } from '../manifests/fluxDocuments.ts';
import type { Settings } from '../settings.ts';
import type { Survey } from '../view/clusterSurvey.ts';
import { absenceIsKnown, isReading } from '../view/completeness.ts';
import { appliedLens, lensesFor, type LensTitle } from '../view/lenses.ts';
import type { LensArgument } from './actionTarget.ts';
import type { ClusterViews } from './clusterViews.ts';
import type { DiffArgument } from './diffTarget.ts';
import { type DocumentArgument, nameOf } from './documentArgument.ts';
import type { RepositoryFacts, RepositoryOfFile } from './repositoryFacts.ts';

export interface FluxLensesParts {
  readonly sessions: SessionManager;
  readonly running: RunningActions;
  readonly views: ClusterViews;
  readonly repositories: RepositoryFacts;
  readonly settings: () => Settings;
  readonly clock: Clock;
}

const selector: vscode.DocumentSelector = [
  { language: 'yaml', scheme: 'file' },
  { language: 'yaml', scheme: 'untitled' },
];

/**
 * VS Code waits for a quiet moment before it asks for lenses anew, and each announcement starts that wait again: in a busy
 * cluster they must come seldom enough for the moment to come.
 */
const redrawMs = 1_000;

/** A file of no repository: nothing in a cluster can be certain to be its. */
const nowhere: RepositoryOfFile = { filePath: '', remotes: [], reaches: () => false, isPatch: false };

type StatedDocument = FluxDocument | SourceDocument;

interface TitledDocument {
  readonly declared: StatedDocument;
  readonly line: number;
  readonly lenses: readonly LensTitle[];
}

function codeLens(line: number, lens: Omit<LensTitle, 'target'>, argument: unknown): vscode.CodeLens {
  const { title, tooltip, command } = lens;
  return new vscode.CodeLens(new vscode.Range(line, 0, line, 0), { title, tooltip, command, arguments: [argument] });
}

/** `undefined` for a lens that needs a file where there is none. */
function lensArgument(
  { target }: LensTitle,
  context: string,
  { uri }: vscode.TextDocument,
  declared: StatedDocument,
): LensArgument | DiffArgument | undefined {
  if (target.to !== 'document') {
    return { context, target, uri: uri.toString() };
  }
  const key = target.id && objectKey(context, target.id);
  return uri.scheme === 'file' && isApplier(declared)
    ? { uri: uri.toString(), name: nameOf(declared), key }
    : undefined;
}

/** A document that is in no folder is built by nothing, and a source builds nothing. */
function appliedLenses({ uri }: vscode.TextDocument, declared: StatedDocument): vscode.CodeLens[] {
  if (!isApplier(declared)) {
    return [];
  }
  const argument: DocumentArgument = { uri: uri.toString(), name: nameOf(declared) };
  return uri.scheme === 'file' ? [codeLens(declared.line, appliedLens(argument.name), argument)] : [];
}

export class FluxLenses implements vscode.CodeLensProvider, Disposable {
  readonly #parts: FluxLensesParts;
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<void>());
  readonly #redraws: Coalescer<'lenses'>;
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #documents = new WeakMap<vscode.TextDocument, { version: number; found: readonly StatedDocument[] }>();
  /** What was drawn or asked for last, by document: a survey that changes none of it must not redraw. */
  readonly #drawn = new Map<string, string>();
  #byName: { survey: Survey; objects: Map<string, FluxObject[]> } | undefined;
  #hold: Disposable | undefined;

  constructor(parts: FluxLensesParts) {
    this.#parts = parts;
    this.#redraws = this.#disposables.add(
      new Coalescer({ clock: parts.clock, windowMs: redrawMs, flush: () => this.#changed.fire() }),
    );
    this.#disposables.add(vscode.languages.registerCodeLensProvider(selector, this));
    this.#disposables.add(parts.views.onDidSurvey(() => void this.#redrawIfChanged()));
    this.#disposables.add(parts.repositories.onDidChange(() => this.#changed.fire()));
    this.#disposables.add(vscode.window.onDidChangeVisibleTextEditors(() => this.#holdWhileShown()));
    this.#disposables.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#drawn.delete(uri.toString())));
    this.#disposables.add({ dispose: () => this.#hold?.dispose() });
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!this.#parts.settings().codeLens || this.#documentsOf(document).length === 0) {
      this.#drawn.delete(document.uri.toString());
      return [];
    }
    this.#holdWhileShown();
    const titles = await this.#titlesOf(document);
    this.#drawn.set(document.uri.toString(), JSON.stringify(titles));
    const { context } = this.#parts.views.survey ?? { context: '' };
    return titles.flatMap(({ line, lenses, declared }) => [
      ...lenses.flatMap((lens) => {
        const argument = lensArgument(lens, context, document, declared);
        return argument === undefined ? [] : [codeLens(line, lens, argument)];
      }),
      ...appliedLenses(document, declared),
    ]);
  }

  /** The setting was switched. */
  refresh(): void {
    this.#holdWhileShown();
    this.#changed.fire();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #redrawIfChanged(): Promise<void> {
    for (const { document } of vscode.window.visibleTextEditors) {
      const drawn = this.#drawn.get(document.uri.toString());
      const titles = drawn === undefined ? undefined : JSON.stringify(await this.#titlesOf(document));
      if (titles !== undefined && titles !== drawn) {
        this.#drawn.set(document.uri.toString(), titles);
        this.#redraws.add('lenses');
      }
    }
  }

  /** Watches run while a file with a lens is seen, as they do for the views. */
  #holdWhileShown(): void {
    const shown =
      this.#parts.settings().codeLens &&
      vscode.window.visibleTextEditors.some(
        ({ document }) => vscode.languages.match(selector, document) > 0 && this.#documentsOf(document).length > 0,
      );
    if (shown && !this.#hold) {
      this.#hold = this.#parts.sessions.acquire();
    } else if (!shown) {
      this.#hold?.dispose();
      this.#hold = undefined;
    }
  }

  #documentsOf(document: vscode.TextDocument): readonly StatedDocument[] {
    const known = this.#documents.get(document);
    if (known?.version === document.version) {
      return known.found;
    }
    const found = actionableDocuments(document.getText());
    this.#documents.set(document, { version: document.version, found });
    return found;
  }

  async #titlesOf(document: vscode.TextDocument): Promise<TitledDocument[]> {
    const repository = (await this.#parts.repositories.of(document.uri)) ?? nowhere;
    if (repository.isPatch) {
      return [];
    }
    return this.#documentsOf(document).map((declared) => ({
      declared,
      line: declared.line,
      lenses: this.#lensesOf(declared, repository),
    }));
  }

  #lensesOf(declared: StatedDocument, repository: RepositoryOfFile): LensTitle[] {
    const { views, sessions, running, settings, clock } = this.#parts;
    const { survey, open } = views;
    const kind = findFluxKind(declared.group, declared.kind);
    if (!survey || !open || !kind || isReading(open.session)) {
      return []; // an object whose source has not been read yet would be called somebody else's
    }
    const keyOf = (id: ObjectId) => objectKey(survey.context, id);
    return lensesFor({
      connection: sessions.connection,
      match: this.#match(declared, repository, survey),
      view: (id) => survey.views.get(keyOf(id)),
      action: (id) => running.get(keyOf(id)),
      complete: absenceIsKnown(open.session, kind, declared.namespace),
      comparable: isApplier(declared),
      mayPatch: ({ id }) => open.rights.mayPatch(id),
      readOnly: settings().readOnly,
      now: clock.now(),
    });
  }

  #match(declared: StatedDocument, repository: RepositoryOfFile, survey: Survey): DocumentMatch {
    const { group, kind, name, namespace } = declared;
    return documentMatch({
      declared: { group, kind, name, namespace, filePath: repository.filePath },
      remotes: repository.remotes,
      named: (wanted) => this.#named(survey).get(`${wanted.group}/${wanted.kind}/${wanted.name}`) ?? [],
      get: (id) => survey.views.get(objectKey(survey.context, id))?.object,
      reaches: repository.reaches,
    });
  }

  #named(survey: Survey): Map<string, FluxObject[]> {
    if (this.#byName?.survey !== survey) {
      const objects = new Map<string, FluxObject[]>();
      for (const { id, object } of survey.views.values()) {
        const key = `${id.group}/${id.kind}/${id.name}`;
        objects.set(key, [...(objects.get(key) ?? []), object]);
      }
      this.#byName = { survey, objects };
    }
    return this.#byName.objects;
  }
}
