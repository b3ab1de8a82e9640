/**
 * What was rendered, as read-only documents that follow their files: objects, values, variables. Each says in its head what
 * it was rendered from, and after an error shows the text before it. Opens no message: who asked for a document does.
 */
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Emitter } from '../base/emitter.ts';
import { Failure, isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import type { Ambiguous, Renderer } from '../render/renderer.ts';
import { OverlaidFiles, type OverlaidText } from '../manifests/overlaidFiles.ts';
import { type Followed, FollowedRender } from '../render/followedRender.ts';
import type { ClusterInputs } from '../render/desired.ts';
import type { PulledCharts } from '../render/pulledCharts.ts';
import type { Settings } from '../settings.ts';
import { appliedText } from '../view/appliedText.ts';
import { PrintCache } from '../view/printCache.ts';
import type { Rendered, RenderedContent } from '../view/renderedHead.ts';
import {
  fluxNameText,
  parseRenderedAddress,
  renderedAddress,
  renderedScheme,
  type RenderedSubject,
  renderKey,
} from '../view/renderedSubject.ts';
import { type RenderProblem, renderProblem } from '../view/renderProblem.ts';
import { valuesText } from '../view/valuesText.ts';
import { variablesText } from '../view/variablesText.ts';
import type { WorkspaceState } from './workspaceState.ts';

export interface RenderedDocumentsParts {
  readonly renderer: Renderer;
  readonly workspace: WorkspaceState;
  /** Of the connected cluster; `undefined` where there is none, or none may be asked. */
  readonly cluster: () => ClusterInputs | undefined;
  readonly isTrusted: () => boolean;
  readonly charts: PulledCharts;
  readonly settings: () => Settings;
  readonly clock: Clock;
  readonly log: Log;
}

/** What documents of all aspects have in common. */
export type RenderedObject = Omit<RenderedSubject, 'aspect'>;

export interface RenderWish {
  /** The chart may be fetched. */
  readonly pull: boolean;
  /** See `RenderOptions.filesOnly`: what is compared as the working tree must be the working tree. */
  readonly filesOnly?: boolean;
  /** Texts in the place of files, by path: what would be rendered if they were written. */
  readonly edited?: ReadonlyMap<string, OverlaidText>;
}

/** How a render for a user ended, and `edits` of the workspace when it began. */
export type RenderOutcome = { readonly edits: number } & (
  { readonly rendered: Rendered } | { readonly error: unknown }
);

interface RenderedNow {
  readonly rendered: Rendered;
  readonly from: string;
}

interface Follower {
  readonly render: FollowedRender<RenderedNow>;
  /** Something changed while nobody looked. */
  stale: boolean;
  readonly disposables: Disposables;
}

export class RenderedDocuments implements Disposable {
  readonly #parts: RenderedDocumentsParts;
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new Emitter<vscode.Uri>());
  /** The document has another text. */
  readonly onDidChange = this.#changed.event;
  readonly #decorated = this.#disposables.add(new vscode.EventEmitter<vscode.Uri>());
  readonly #followers = new Map<string, Follower>();
  /** By address. */
  readonly #printed = new Map<string, PrintCache>();
  /** Objects for which the user asked that their chart be pulled. */
  readonly #pulled = new Set<string>();
  /** Folders of which documents were asked for in this window. */
  readonly #roots = new Set<string>();

  constructor(parts: RenderedDocumentsParts) {
    this.#parts = parts;
    this.#disposables.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#closed(uri)));
    this.#disposables.add(vscode.window.onDidChangeVisibleTextEditors(() => this.#catchUp()));
    this.#disposables.add(
      vscode.window.registerFileDecorationProvider({
        onDidChangeFileDecorations: this.#decorated.event,
        provideFileDecoration: (uri) => this.#decoration(uri),
      }),
    );
  }

  /** Renders the object once for a user who waits. `pull`: the chart may be fetched. Throws a Failure. */
  render(object: RenderedObject, signal: AbortSignal, wish: RenderWish): Promise<Rendered | Ambiguous> {
    this.#parts.workspace.lookAnew(object.root);
    return this.#render(object, signal, wish);
  }

  /** Shows what was rendered just now, or the error beside what was rendered before, and follows the files from now on. */
  async show(subject: RenderedSubject, outcome: RenderOutcome): Promise<void> {
    const { render } = this.#follow(subject);
    const result = 'error' in outcome ? render.state?.result : { rendered: outcome.rendered, from: this.#from() };
    render.replace({ result, error: 'error' in outcome ? outcome.error : undefined });
    if (outcome.edits !== this.#parts.workspace.edits) {
      render.touch(); // typed while it was rendered, which may have taken as long as a download
    }
    const document = await vscode.workspace.openTextDocument(uriOf(subject));
    await vscode.window.showTextDocument(document, {
      viewColumn: this.#columnOf(document.uri),
      preview: true,
      preserveFocus: true,
    });
  }

  /** What an error means to a reader. */
  async problemOf({ name, root }: RenderedObject, error: unknown): Promise<RenderProblem> {
    if (!isFailure(error)) {
      this.#parts.log.error(`Rendering ${fluxNameText(name)} failed unexpectedly`, error);
    }
    const { files } = await this.#parts.workspace.stateOf(root);
    const listed = await files.list().catch(() => []);
    const cluster = !this.#parts.isTrusted() ? 'refused' : this.#parts.cluster() ? 'connected' : 'none';
    return renderProblem({ name, error, paths: listed.map(({ path }) => path), cluster });
  }

  /** What goes into every render has changed: a setting, the cluster. */
  refresh(): void {
    for (const [key, follower] of this.#followers) {
      this.#touch(key, follower);
    }
  }

  dispose(): void {
    for (const { disposables } of this.#followers.values()) {
      disposables.dispose();
    }
    this.#followers.clear();
    this.#disposables.dispose();
  }

  async #render(
    object: RenderedObject,
    signal: AbortSignal,
    { pull, filesOnly, edited }: RenderWish = { pull: false },
  ): Promise<Rendered | Ambiguous> {
    const { workspace, cluster, settings, charts } = this.#parts;
    const { renderer } = this.#parts;
    const inputs = cluster();
    const { owner, path } = object.choice ?? { owner: undefined, path: object.path };
    const { renderKubernetesVersion, renderApiVersions } = settings();
    const puller = pull ? charts.fetching : this.#pulled.has(renderKey(object)) ? charts.kept : undefined;
    const state = await workspace.stateOf(object.root);
    const wanted = {
      state: edited ? { ...state, files: new OverlaidFiles(state.files, () => edited) } : state,
      signal,
      ...(filesOnly === true && { filesOnly }),
      ...(inputs && { cluster: inputs }),
      ...(puller && { puller }),
      ...(owner && { owner }),
      ...(path !== undefined && { path }),
      ...(renderKubernetesVersion !== '' && { kubernetesVersion: renderKubernetesVersion }),
      ...(renderApiVersions.length > 0 && { apiVersions: renderApiVersions }),
    };
    const { name } = object;
    const answer = name.kind === 'HelmRelease' ? renderer.release(name, wanted) : renderer.kustomization(name, wanted);
    const rendered = await answer;
    if (pull) {
      this.#pulled.add(renderKey(rendered.kind === 'ambiguous' ? object : { ...object, name: rendered.name }));
    }
    return rendered;
  }

  #from(): string {
    const inputs = this.#parts.cluster();
    return inputs === undefined ? 'working tree' : `working tree and cluster ${inputs.context}`;
  }

  /** Where it is shown already, else beside the file. */
  #columnOf(uri: vscode.Uri): vscode.ViewColumn {
    const shown = vscode.window.tabGroups.all.find(({ tabs }) =>
      tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === uri.toString()),
    );
    const isOwn = vscode.window.activeTextEditor?.document.uri.scheme === renderedScheme;
    return shown?.viewColumn ?? (isOwn ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside);
  }

  /** What a document of this address shows now; renders it first where nothing has been. Never rejects for a render that failed. */
  async text(uri: vscode.Uri): Promise<string> {
    const subject = parseRenderedAddress(uri);
    if (!subject || !(await this.#mayRender(subject.root))) {
      return '# This address names nothing of a folder that is open.\n';
    }
    const { render } = this.#follow(subject);
    return this.#text(uri, subject, await render.current());
  }

  /** An address may come out of a link: nothing outside of the folders that are open is rendered for it. */
  async #mayRender(root: string): Promise<boolean> {
    return this.#roots.has(root) || (await this.#parts.workspace.roots()).includes(root);
  }

  async #text(uri: vscode.Uri, subject: RenderedSubject, now: Followed<RenderedNow>): Promise<string> {
    const content: RenderedContent = {
      subject,
      from: now.result?.from ?? this.#from(),
      rendered: now.result?.rendered,
      problem: now.error === undefined ? undefined : await this.problemOf(subject, now.error),
    };
    const { printYaml } = await import('../manifests/yamlBundle.ts');
    switch (subject.aspect) {
      case 'values':
        return joined(valuesText(content, printYaml));
      case 'variables':
        return joined(variablesText(content, printYaml));
      case 'applied': {
        const cache = this.#printed.get(uri.toString()) ?? new PrintCache(printYaml);
        this.#printed.set(uri.toString(), cache);
        cache.begin();
        return joined(appliedText(content, cache.print));
      }
    }
  }

  #follow(object: RenderedObject): Follower {
    const { root } = object;
    const key = renderKey(object);
    const known = this.#followers.get(key);
    if (known) {
      return known;
    }
    this.#roots.add(root);
    const disposables = new Disposables();
    const render = disposables.add(
      new FollowedRender<RenderedNow>({
        clock: this.#parts.clock,
        render: async (signal) => ({ rendered: certain(await this.#render(object, signal)), from: this.#from() }),
      }),
    );
    const follower: Follower = { render, stale: false, disposables };
    disposables.add(render.onDidChange(() => this.#redraw(key)));
    disposables.add(this.#parts.workspace.follow(root, () => this.#touch(key, follower)));
    this.#followers.set(key, follower);
    return follower;
  }

  #redraw(key: string): void {
    for (const uri of documentsOf(key)) {
      this.#changed.fire(uri);
      this.#decorated.fire(uri);
    }
  }

  /** Who has scrolled down does not see the head of the document: its tab says too that the text is an older one. */
  #decoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    const subject = subjectOf(uri);
    const error = subject && this.#followers.get(renderKey(subject))?.render.state?.error;
    return error === undefined
      ? undefined
      : new vscode.FileDecoration(
          '!',
          'Cannot be rendered: the reason is at the top',
          new vscode.ThemeColor('errorForeground'),
        );
  }

  /** Nobody looks: it can wait until somebody does. */
  #touch(key: string, follower: Follower): void {
    follower.stale = !isSeen(key);
    if (!follower.stale) {
      follower.render.touch();
    }
  }

  #catchUp(): void {
    for (const [key, follower] of this.#followers) {
      if (follower.stale && isSeen(key)) {
        this.#touch(key, follower);
      }
    }
  }

  #closed(uri: vscode.Uri): void {
    if (uri.scheme !== renderedScheme) {
      return;
    }
    this.#printed.delete(uri.toString());
    const subject = parseRenderedAddress(uri);
    const key = subject && renderKey(subject);
    const follower = key === undefined ? undefined : this.#followers.get(key);
    if (key !== undefined && follower && documentsOf(key).length === 0) {
      this.#followers.delete(key);
      follower.disposables.dispose();
    }
  }
}

/** The address of a document. */
export function uriOf(subject: RenderedSubject): vscode.Uri {
  return vscode.Uri.from({ scheme: renderedScheme, ...renderedAddress(subject) });
}

/** What one of our documents is about. */
export function subjectOf(uri: vscode.Uri): RenderedSubject | undefined {
  return uri.scheme === renderedScheme ? parseRenderedAddress(uri) : undefined;
}

function isOf(uri: vscode.Uri, key: string): boolean {
  const subject = subjectOf(uri);
  return subject !== undefined && renderKey(subject) === key;
}

function documentsOf(key: string): vscode.Uri[] {
  return vscode.workspace.textDocuments
    .filter(({ uri, isClosed }) => !isClosed && isOf(uri, key))
    .map(({ uri }) => uri);
}

function isSeen(key: string): boolean {
  return vscode.window.visibleTextEditors.some(({ document }) => isOf(document.uri, key));
}

/** While it follows nobody can be asked which one is meant. */
function certain(rendered: Rendered | Ambiguous): Rendered {
  if (rendered.kind === 'ambiguous') {
    throw new Failure('invalid', `${rendered.message}. Run the command again to choose`);
  }
  return rendered;
}

/** Milliseconds after which the extension host gets its breath. */
const sliceMs = 10;

/** A large chart has thousands of lines, and everything else in the extension host waits while they are printed. */
async function joined(pieces: Iterable<string>): Promise<string> {
  const parts: string[] = [];
  let end = performance.now() + sliceMs;
  for (const piece of pieces) {
    parts.push(piece);
    if (performance.now() > end) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      end = performance.now() + sliceMs;
    }
  }
  return parts.join('');
}
