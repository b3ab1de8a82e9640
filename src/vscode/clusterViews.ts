/**
 * The two views and all that is said about the connection: takes what the session knows, has `view/` turn it into rows and
 * words, and shows them. Redraws when something changed, at most once a turn; asks the cluster for nothing itself.
 */
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Emitter } from '../base/emitter.ts';
import type { Log } from '../base/log.ts';
import type { RunningActions } from '../cluster/runningActions.ts';
import type { SessionManager } from '../cluster/sessionManager.ts';
import type { Clones } from '../drift/pendingChanges.ts';
import type { ObjectKey } from '../flux/objectKey.ts';
import type { Settings } from '../settings.ts';
import { type Grouping, groupings } from '../view/arrangeObjects.ts';
import { type Survey, surveyCluster } from '../view/clusterSurvey.ts';
import { buildClusterTree } from '../view/clusterTree.ts';
import { connectionView } from '../view/connectionView.ts';
import type { TreeFilter } from '../view/filters.ts';
import type { Row, TreeModel } from '../view/row.ts';
import { buildSourcesTree } from '../view/sourcesTree.ts';
import { viewBadge } from '../view/statusBar.ts';
import { ConnectionSurface } from './connectionSurface.ts';
import { emptyModel, ModelTree } from './modelTree.ts';
import { OpenCluster } from './openCluster.ts';

export interface ClusterViewsParts {
  readonly sessions: SessionManager;
  readonly running: RunningActions;
  readonly settings: () => Settings;
  readonly memory: vscode.Memento;
  /** Of the open folders. */
  readonly clones: Clones;
  readonly clock: Clock;
  readonly log: Log;
}

const groupingKey = 'driftline.grouping';
/** Ages are told in minutes and days: to redraw them more often would change nothing. */
const agesMs = 30_000;
/** Drawing takes this share of the time at most: a cluster of ten thousand objects must leave the extension host its breath. */
const drawingShare = 0.25;
const maxRestMs = 1_000;

export class ClusterViews implements Disposable {
  readonly #parts: ClusterViewsParts;
  readonly #disposables = new Disposables();
  readonly #tree = this.#disposables.add(new ModelTree());
  readonly #sources = this.#disposables.add(new ModelTree());
  readonly #view: vscode.TreeView<string>;
  readonly #sourcesView: vscode.TreeView<string>;
  readonly #surface: ConnectionSurface;
  readonly #surveyed = this.#disposables.add(new Emitter<void>());
  /** The survey was made anew: lenses follow it. */
  readonly onDidSurvey = this.#surveyed.event;
  #open: OpenCluster | undefined;
  #survey: Survey | undefined;
  #grouping: Grouping;
  #filter: TreeFilter | undefined;
  #notes: readonly Row[] = [];
  #hold: Disposable | undefined;
  #drawing: Disposable | undefined;
  #wake: Disposable | undefined;
  /** A view that nobody sees was not drawn since something changed. */
  #isBehind = false;
  /** Not drawn again before, in milliseconds since the epoch. */
  #restUntil = 0;

  constructor(parts: ClusterViewsParts) {
    this.#parts = parts;
    const kept = parts.memory.get(groupingKey);
    this.#grouping = groupings.find((grouping) => grouping === kept) ?? 'hierarchy';
    const options = { showCollapseAll: true, canSelectMany: true };
    this.#view = this.#disposables.add(
      vscode.window.createTreeView('driftline.cluster', { ...options, treeDataProvider: this.#tree }),
    );
    this.#sourcesView = this.#disposables.add(
      vscode.window.createTreeView('driftline.sources', { ...options, treeDataProvider: this.#sources }),
    );
    this.#surface = this.#disposables.add(new ConnectionSurface(this.#view));
    for (const view of [this.#view, this.#sourcesView]) {
      this.#disposables.add(view.onDidChangeVisibility(() => this.#holdWhileVisible()));
    }
    this.#disposables.add(this.#view.onDidExpandElement(({ element }) => this.#expanded(element)));
    this.#disposables.add(
      this.#view.onDidCollapseElement(({ element }) => this.#open?.setExpanded(element, undefined)),
    );
    // Rows that VS Code opens by itself, as they were before a reload, are told by nothing but this.
    this.#disposables.add(this.#tree.onDidAskChildren((id) => this.#expanded(id)));
    this.#disposables.add(parts.sessions.onDidChangeSession(() => this.#sessionChanged()));
    this.#disposables.add(parts.running.onDidChange(() => this.redraw()));
    this.#disposables.add({ dispose: () => this.#open?.dispose() });
    this.#disposables.add({ dispose: () => this.#hold?.dispose() });
    this.#sessionChanged();
    this.#holdWhileVisible();
  }

  /** The newest, `undefined` without a session. */
  get survey(): Survey | undefined {
    return this.#survey;
  }

  get open(): OpenCluster | undefined {
    return this.#open;
  }

  /** Whether somebody looks at the cluster's tree. */
  get isSeen(): boolean {
    return this.#view.visible;
  }

  get grouping(): Grouping {
    return this.#grouping;
  }

  get filter(): TreeFilter | undefined {
    return this.#filter;
  }

  /** As of the last draw, whether the views are seen or not. */
  get models(): { readonly cluster: TreeModel; readonly sources: TreeModel } {
    if (this.#isBehind) {
      this.#drawTrees(this.#parts.clock.now(), true);
    }
    return { cluster: this.#tree.model, sources: this.#sources.model };
  }

  /** The object of a row, in either view. */
  keyOfRow(rowId: string): ObjectKey | undefined {
    const { cluster, sources } = this.models;
    return (cluster.rows.get(rowId) ?? sources.rows.get(rowId))?.key;
  }

  async setGrouping(grouping: Grouping): Promise<void> {
    this.#grouping = grouping;
    this.#redrawSoon();
    await this.#parts.memory.update(groupingKey, grouping);
  }

  setFilter(filter: TreeFilter | undefined): void {
    this.#filter = filter;
    this.#redrawSoon();
  }

  /** Rows at the head of the Cluster tree, of whoever has something to say there; the last ones go. */
  setNotes(rows: readonly Row[]): void {
    this.#notes = rows;
    this.redraw();
  }

  /** Shows the object's row, without the filter if that hides it. Resolves to `false` when no view has it. */
  async reveal(key: ObjectKey): Promise<boolean> {
    const place = () => {
      const { cluster, sources } = this.models;
      const id = cluster.rowsOf.get(key)?.[0];
      const inSources = sources.rowsOf.get(key)?.[0];
      return id !== undefined
        ? { view: this.#view, id }
        : inSources !== undefined
          ? { view: this.#sourcesView, id: inSources }
          : undefined;
    };
    // An applier that the filter hides also stands below its source; it is its own row that is asked for.
    const isSource = this.#survey?.views.get(key)?.kind.role === 'source';
    if (this.#filter && !isSource && place()?.view !== this.#view) {
      this.setFilter(undefined);
      this.#draw();
    }
    const found = place();
    if (found) {
      await found.view.reveal(found.id, { select: true, focus: true });
    }
    return found !== undefined;
  }

  /** Shows a row of the Cluster tree and opens it, where something stands below it. */
  async openRow(rowId: string): Promise<void> {
    await this.#view.reveal(rowId, { select: true, focus: true, expand: true });
    this.#expanded(rowId); // VS Code tells of it later, if the row was not open already
  }

  /** Asks for a redraw in the next turn, or when drawing has rested; many calls make one. */
  redraw(): void {
    const { clock } = this.#parts;
    this.#drawing ??= clock.after(Math.max(0, this.#restUntil - clock.now()), () => this.#draw());
  }

  /** What a person asked for is not made to wait. */
  #redrawSoon(): void {
    this.#drawing?.dispose();
    this.#drawing = undefined;
    this.#restUntil = 0;
    this.redraw();
  }

  dispose(): void {
    this.#drawing?.dispose();
    this.#wake?.dispose();
    this.#disposables.dispose();
  }

  #sessionChanged(): void {
    const { sessions, clones, clock, log } = this.#parts;
    if (this.#open?.session !== sessions.session) {
      this.#open?.dispose();
      this.#filter = undefined;
      const changed = (): void => this.redraw();
      const { session } = sessions;
      this.#open = session && new OpenCluster({ session, clock, log, clones, changed });
    }
    this.#redrawSoon();
  }

  /** A view that is seen needs a session; one that is not must not hold one. */
  #holdWhileVisible(): void {
    const visible = this.#view.visible || this.#sourcesView.visible;
    if (visible && !this.#hold) {
      this.#hold = this.#parts.sessions.acquire();
    } else if (!visible) {
      this.#hold?.dispose();
      this.#hold = undefined;
    }
    this.#redrawSoon();
  }

  #expanded(rowId: string): void {
    this.#open?.setExpanded(rowId, this.#tree.model.rows.get(rowId)?.inventoryOf);
  }

  #draw(): void {
    this.#drawing?.dispose();
    this.#drawing = undefined;
    const { sessions, settings, clock } = this.#parts;
    const { readOnly } = settings();
    const now = clock.now();
    const state = this.#open?.session;
    this.#survey = this.#open && this.#surveyOf(this.#open, now);
    const changes = [this.#survey?.nextChangeAt, ...this.#drawTrees(now, false)];
    const said = connectionView({
      connection: sessions.connection,
      state,
      survey: this.#survey,
      readOnly,
      filtered: this.#filter !== undefined,
      now,
    });
    this.#surface.show(said);
    this.#drawBadges();
    this.#surveyed.fire();
    this.#wakeAt([...changes, said.nextChangeAt], now);
    const done = clock.now();
    // Not for long: a machine that slept in the middle of a draw must not rest for three times that night.
    this.#restUntil = done + Math.min(maxRestMs, (done - now) * (1 / drawingShare - 1));
  }

  /**
   * Draws what is seen; what is not is left until somebody looks or asks, for in a large cluster the trees are most of the
   * work. Returns when they change by themselves.
   */
  #drawTrees(now: number, unseenToo: boolean): (number | undefined)[] {
    const [open, survey] = [this.#open, this.#survey];
    this.#isBehind = false;
    if (!open || !survey) {
      this.#tree.show(emptyModel);
      this.#sources.show(emptyModel);
      return [];
    }
    const around = this.#surroundings(open, survey, now);
    const changes: (number | undefined)[] = [];
    if (this.#view.visible || unseenToo) {
      const tree = buildClusterTree({
        ...around,
        grouping: this.#grouping,
        filter: this.#filter,
        notes: this.#notes,
        inventory: (key) => open.inventory.get(key),
        order: open.clusterOrder,
      });
      open.keepExpanded((rowId) => tree.rows.get(rowId)?.inventoryOf);
      this.#tree.show(tree);
      changes.push(tree.nextChangeAt);
    }
    if (this.#sourcesView.visible || unseenToo) {
      const sources = buildSourcesTree({ ...around, order: open.sourcesOrder });
      this.#sources.show(sources);
      changes.push(sources.nextChangeAt);
    }
    this.#isBehind = changes.length < 2;
    return changes;
  }

  #surveyOf({ session, drift, events, pending }: OpenCluster, now: number): Survey {
    const { behindSourceAfter } = this.#parts.settings();
    return surveyCluster({
      ...{ state: session, now, behindSourceAfter },
      compared: (key) => drift.get(key),
      events: (key) => events.of(key),
      pending: (key) => pending.of(key),
    });
  }

  #surroundings(open: OpenCluster, survey: Survey, now: number) {
    return {
      state: open.session,
      survey,
      action: (key: ObjectKey) => this.#parts.running.get(key),
      mayPatch: ({ id }: { readonly id: Parameters<OpenCluster['rights']['mayPatch']>[0] }) => open.rights.mayPatch(id),
      readOnly: this.#parts.settings().readOnly,
      now,
    };
  }

  #drawBadges(): void {
    this.#view.badge = this.#survey && viewBadge(this.#survey.appliers);
    this.#sourcesView.badge = this.#survey && viewBadge(this.#survey.sources);
  }

  /** Redraws when the first of those moments comes; ages only while somebody looks. */
  #wakeAt(moments: readonly (number | undefined)[], now: number): void {
    const visible = this.#view.visible || this.#sourcesView.visible;
    const due = moments.filter((moment) => moment !== undefined);
    const next = Math.min(...due, ...(visible && this.#open ? [now + agesMs] : []));
    this.#wake?.dispose();
    this.#wake = Number.isFinite(next)
      ? this.#parts.clock.after(Math.max(0, next - now), () => this.redraw())
      : undefined;
  }
}
