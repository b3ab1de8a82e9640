/**
 * Whether comparisons are made again in the background, and how: by the setting, never in a production context, never where this
 * window must not write, and only while the tree is seen. Every request goes through one budget; nothing here opens a dialog.
 */
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Failure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { MinuteBudget } from '../base/minuteBudget.ts';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import { LiveClusterInputs } from '../cluster/clusterInputs.ts';
import { BackgroundDrift, type SeenOwner } from '../drift/backgroundDrift.ts';
import { ComparisonCache } from '../drift/comparisonCache.ts';
import { appliedMark, type KeptComparison, keptComparison } from '../drift/keptComparison.ts';
import { MetadataWatches } from '../drift/metadataWatches.ts';
import { type ObjectKey, parseObjectKey } from '../flux/objectKey.ts';
import type { ManifestReader } from '../render/readManifest.ts';
import type { Renderer } from '../render/renderer.ts';
import type { Settings } from '../settings.ts';
import { mayCheckInBackground } from '../view/actionTexts.ts';
import type { ClusterViews } from './clusterViews.ts';
import { compareDrift } from './compareTarget.ts';
import { nameOfId } from './diffTarget.ts';
import type { OpenCluster } from './openCluster.ts';
import type { WorkspaceState } from './workspaceState.ts';

export interface BackgroundChecksParts {
  readonly views: ClusterViews;
  readonly settings: () => Settings;
  readonly renderer: Renderer;
  readonly read: ManifestReader;
  readonly workspace: WorkspaceState;
  readonly clock: Clock;
  readonly log: Log;
}

export class BackgroundChecks implements Disposable {
  readonly #parts: BackgroundChecksParts;
  readonly #disposables = new Disposables();
  readonly #budget: MinuteBudget;
  #open: { readonly cluster: OpenCluster; readonly drift: BackgroundDrift; readonly lifetime: Disposables } | undefined;

  constructor(parts: BackgroundChecksParts) {
    this.#parts = parts;
    // One for all sessions: who changes contexts to and fro has no more of it.
    this.#budget = this.#disposables.add(new MinuteBudget(parts.clock, () => parts.settings().driftRequestsPerMinute));
    this.#disposables.add({ dispose: () => this.#close() });
    // After each drawing: rows were opened or closed, the view hidden, objects changed, something compared.
    this.#disposables.add(parts.views.onDidSurvey(() => this.#look()));
    this.#disposables.add(vscode.workspace.onDidChangeConfiguration(() => this.#look()));
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #look(): void {
    const { views, settings } = this.#parts;
    const { open, survey } = views;
    const isOn = open && survey && mayCheckInBackground(open.session.context, settings());
    if (!isOn || this.#open?.cluster !== open) {
      this.#close();
    }
    if (!isOn) {
      return;
    }
    const owners = views.isSeen && open.session.connection.state === 'connected' ? [...open.openInventories] : [];
    const seen = owners.flatMap((key): SeenOwner[] => {
      const view = survey.views.get(key);
      return view ? [{ key, object: view.object }] : [];
    });
    this.#open ??= this.#begin(open);
    this.#open?.drift.see(seen);
  }

  #close(): void {
    this.#open?.lifetime.dispose();
    this.#open = undefined;
  }

  #begin(cluster: OpenCluster) {
    const { clock, log } = this.#parts;
    const { session, drift: store } = cluster;
    const api = session.api.gated?.((signal) => this.#budget.take(signal));
    if (!api) {
      return undefined;
    }
    const lifetime = new Disposables();
    lifetime.add(api);
    const { context, namespaces } = session;
    const onChange = (key: ObjectKey): void => drift.changed(key);
    const watches = lifetime.add(new MetadataWatches({ api, namespaces, clock, log, onChange }));
    const inputs = new LiveClusterInputs({ api, clock, log });
    const previous = new ComparisonCache();
    const drift: BackgroundDrift = lifetime.add(
      new BackgroundDrift({
        ...{ context, store, clock, log },
        watch: (items) => watches.watch(items),
        compare: (owner, signal) => this.#compare(owner, { api, inputs, previous, signal }),
      }),
    );
    log.info(
      `${context}: what was compared is compared again when it changes, as the setting driftline.drift.background says`,
    );
    return { cluster, drift, lifetime };
  }

  async #compare(
    owner: ObjectKey,
    given: {
      readonly api: ClusterApi;
      readonly inputs: LiveClusterInputs;
      readonly previous: ComparisonCache;
      readonly signal: AbortSignal;
    },
  ): Promise<KeptComparison> {
    const { renderer, read, workspace, clock } = this.#parts;
    const { api, inputs, previous, signal } = given;
    const id = parseObjectKey(owner);
    const name = id && nameOfId(id);
    if (!name) {
      throw new Failure('notFound', `${owner} is no Kustomization or HelmRelease`);
    }
    const at = clock.now();
    const quiet = (): void => undefined;
    const { comparison, live } = await compareDrift(name, {
      ...{ renderer, read, api, cluster: inputs, previous, inBackground: true, clock, signal },
      roots: () => workspace.roots(),
      ...{ onStep: quiet, onProgress: quiet, onObject: quiet },
    });
    if (!live) {
      throw new Failure('notFound', `${owner} has gone`);
    }
    return keptComparison(comparison, { at, mark: appliedMark(live) });
  }
}
