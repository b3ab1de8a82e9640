/**
 * `Flux drift` in the Problems view: what the last comparisons have found, at the documents of the objects. Gone when the owner was
 * applied since, when its comparison finds nothing more, and with the session. Compares nothing and asks the cluster for nothing.
 */
import { join } from 'node:path';
import { setImmediate as breath } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { Coalescer } from '../base/coalescer.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import type { Log } from '../base/log.ts';
import { mayBeManifest } from '../drift/fieldPlaces.ts';
import type { KeptComparison } from '../drift/keptComparison.ts';
import { readBuildGraph } from '../drift/touchedKustomizations.ts';
import { otherRepositoryOf } from '../flux/documentMatch.ts';
import { type ObjectId, type ObjectKey, objectKey } from '../flux/objectKey.ts';
import { ownerOf } from '../flux/references.ts';
import { findDocument } from '../manifests/findDocument.ts';
import { maxFileBytes } from '../manifests/notAManifest.ts';
import type { Settings } from '../settings.ts';
import type { Survey } from '../view/clusterSurvey.ts';
import { type DriftFinding, driftFindings } from '../view/driftFindings.ts';
import type { ClusterViews } from './clusterViews.ts';
import type { WorkspaceState } from './workspaceState.ts';

export interface DriftDiagnosticsParts {
  readonly views: ClusterViews;
  readonly workspace: WorkspaceState;
  readonly settings: () => Settings;
  readonly clock: Clock;
  readonly log: Log;
}

interface Placed {
  readonly message: string;
  /** What the document is found by again after an edit. */
  readonly id: ObjectId;
}

const source = 'Flux drift';
/** So long after an edit the lines may be those of before. */
const settleMs = 500;

export class DriftDiagnostics implements Disposable {
  readonly #parts: DriftDiagnosticsParts;
  readonly #disposables = new Disposables();
  readonly #shown = this.#disposables.add(vscode.languages.createDiagnosticCollection('driftline.drift'));
  readonly #moved: Coalescer<string>;
  /** By address of the file. */
  #placed = new Map<string, readonly Placed[]>();
  /** What was placed last, by owner: the same value as long as nothing was compared or applied. */
  #known = new Map<ObjectKey, KeptComparison>();
  #runs = 0;

  constructor(parts: DriftDiagnosticsParts) {
    this.#parts = parts;
    this.#moved = this.#disposables.add(
      new Coalescer({ clock: parts.clock, windowMs: settleMs, flush: (files) => this.#logged(this.#redraw(files)) }),
    );
    this.#disposables.add(parts.views.onDidSurvey(() => this.#look()));
    this.#disposables.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const file = document.uri.toString();
        if (contentChanges.length > 0 && this.#placed.has(file)) {
          this.#moved.add(file);
        }
      }),
    );
    this.#disposables.add(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('driftline.drift')) {
          this.#runs += 1; // what is still being placed was found under other settings
          this.#known.clear();
          this.#look();
        }
      }),
    );
    this.#look();
  }

  dispose(): void {
    this.#runs += 1;
    this.#disposables.dispose();
  }

  /** Most surveys change nothing of it. */
  #look(): void {
    const { views, settings } = this.#parts;
    const { survey } = views;
    const compared = new Map<ObjectKey, KeptComparison>();
    for (const view of settings().driftDiagnostics ? (survey?.views.values() ?? []) : []) {
      if (view.compared && driftFindings(view, 0).length > 0) {
        compared.set(view.key, view.compared);
      }
    }
    const isSame =
      compared.size === this.#known.size && [...compared].every(([key, one]) => this.#known.get(key) === one);
    if (isSame && (compared.size > 0 || this.#placed.size === 0)) {
      return;
    }
    this.#known = compared;
    this.#logged(this.#place(survey));
  }

  #logged(work: Promise<void>): void {
    work.catch((error: unknown) => this.#parts.log.error('Placing the findings of a drift failed', error));
  }

  async #place(survey: Survey | undefined): Promise<void> {
    const run = (this.#runs += 1);
    const placed = new Map<string, readonly Placed[]>();
    if (survey && this.#known.size > 0) {
      const now = this.#parts.clock.now();
      const findings = [...this.#known.keys()].flatMap((key) => {
        const view = survey.views.get(key);
        return view ? driftFindings(view, now) : [];
      });
      for (const root of await this.#parts.workspace.roots()) {
        for (const [file, found] of await this.#inRoot(root, findings, survey)) {
          placed.set(file, [...(placed.get(file) ?? []), ...found]);
        }
      }
    }
    if (run === this.#runs) {
      const files = new Set([...this.#placed.keys(), ...placed.keys()]);
      this.#placed = placed;
      await this.#redraw(files);
    }
  }

  async #inRoot(root: string, findings: readonly DriftFinding[], survey: Survey) {
    const { files, remotes } = await this.#parts.workspace.stateOf(root);
    const get = (id: ObjectId) => survey.views.get(objectKey(survey.context, id))?.object;
    const graph = await readBuildGraph(files);
    const reached = new Map<ObjectKey, ReadonlySet<string>>();
    /** What the Kustomization builds of this repository; nothing where it takes its content from elsewhere. */
    const builtBy = (id: ObjectId): ReadonlySet<string> => {
      const key = objectKey(survey.context, id);
      const object = get(id);
      const isOther = object === undefined || otherRepositoryOf(object, remotes, get) !== undefined;
      const built =
        reached.get(key) ??
        (isOther ? new Set<string>() : graph.reach(graph.buildFolders(object.spec?.path ?? '', '')));
      reached.set(key, built);
      return built;
    };
    const texts = new Map<string, string>();
    for (const { path, size } of await files.list()) {
      if (mayBeManifest(path) && size <= maxFileBytes) {
        const bytes = await files.read(path);
        texts.set(path, bytes === undefined ? '' : Buffer.from(bytes).toString('utf8'));
      }
    }
    const placed: (readonly [string, Placed[]])[] = [];
    for (const { at, owner, message } of findings) {
      // Each finding looks through many texts; nothing else of the extension host is to wait for all of them.
      await breath();
      const places = at.map((id) => ({ id, files: filesOf(id, { owner, get, builtBy, texts }) }));
      const best = places.find((place) => place.files.length > 0);
      for (const path of best?.files ?? []) {
        placed.push([vscode.Uri.file(join(root, path)).toString(), best ? [{ id: best.id, message }] : []]);
      }
    }
    return placed;
  }

  /** In the text that the user sees now. */
  async #redraw(files: ReadonlySet<string>): Promise<void> {
    for (const file of files) {
      const uri = vscode.Uri.parse(file);
      const text = this.#placed.has(file) ? await textOf(uri) : '';
      if (this.#disposables.disposed) {
        return;
      }
      const found = this.#placed.get(file) ?? []; // as of now: what was placed before the text was read may be gone
      this.#shown.set(
        uri,
        found.flatMap(({ id, message }) => {
          const place = findDocument(text, id);
          return place ? [diagnosticAt(place.line, place.length, message)] : [];
        }),
      );
    }
  }
}

interface Around {
  readonly owner: ObjectId;
  readonly get: (id: ObjectId) => Parameters<typeof ownerOf>[0] | undefined;
  readonly builtBy: (id: ObjectId) => ReadonlySet<string>;
  readonly texts: ReadonlyMap<string, string>;
}

/** The files that state the object and that its Kustomization builds: the owner's, or that of the owner itself. */
function filesOf(id: ObjectId, { owner, get, builtBy, texts }: Around): readonly string[] {
  const object = id === owner ? get(id) : undefined;
  const applier = id === owner ? object && ownerOf(object)?.id : owner;
  const built = applier === undefined ? new Set<string>() : builtBy(applier);
  return [...texts].filter(([path, text]) => built.has(path) && findDocument(text, id)).map(([path]) => path);
}

function diagnosticAt(line: number, length: number, message: string): vscode.Diagnostic {
  const range = new vscode.Range(line, 0, line, length);
  const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Information);
  diagnostic.source = source;
  diagnostic.code = 'drift';
  return diagnostic;
}

async function textOf(uri: vscode.Uri): Promise<string> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  try {
    return open?.getText() ?? Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8');
  } catch {
    return ''; // gone meanwhile
  }
}
