/**
 * A cluster as the extension shows it, without the editor: a session, and the visible tree drawn after each of its events.
 * Measures nothing itself.
 */
import { systemClock } from '../../src/base/clock.ts';
import { type Disposable, Disposables } from '../../src/base/disposables.ts';
import { Emitter } from '../../src/base/emitter.ts';
import { noLog } from '../../src/base/log.ts';
import { ClusterSession } from '../../src/cluster/clusterSession.ts';
import { HttpClusterApi } from '../../src/cluster/httpClusterApi.ts';
import { InventoryReader } from '../../src/cluster/inventoryReader.ts';
import { createTransport, loadKubeconfigs } from '../../src/cluster/kubernetes.ts';
import { fluxKinds } from '../../src/flux/kinds.ts';
import { defaultSettings } from '../../src/settings.ts';
import { type Survey, surveyCluster } from '../../src/view/clusterSurvey.ts';
import { buildClusterTree, type ClusterTree } from '../../src/view/clusterTree.ts';
import type { TreeFilter } from '../../src/view/filters.ts';
import { SettledOrder } from '../../src/view/settledOrder.ts';
import { changedRows } from '../../src/view/treeDiff.ts';

export interface Drawn {
  readonly survey: Survey;
  readonly tree: ClusterTree;
  /** What VS Code would be told to redraw. */
  readonly changed: ReturnType<typeof changedRows>;
  /** Milliseconds that drawing took. */
  readonly ms: number;
}

export class ShownCluster implements Disposable {
  readonly session: ClusterSession;
  readonly inventory: InventoryReader;
  readonly #disposables = new Disposables();
  readonly #order = new SettledOrder();
  readonly #drew = this.#disposables.add(new Emitter<Drawn>());
  #drawn: Drawn | undefined;
  /** Fires at the place where VS Code would be told. */
  readonly onDidDraw = this.#drew.event;

  /** Connects at once, to the context of that name in that file. */
  constructor(kubeconfig: string, context: string) {
    const [clock, log] = [systemClock(), noLog()];
    const transport = createTransport(loadKubeconfigs([kubeconfig]), context, {
      proxy: undefined,
      strictSSL: true,
      extraCAs: [],
      log,
      env: {},
    });
    const api = new HttpClusterApi({ transport, log, clock });
    const { credentials } = transport;
    this.session = this.#disposables.add(new ClusterSession({ api, context, namespaces: [], clock, log, credentials }));
    this.inventory = this.#disposables.add(new InventoryReader({ api, state: this.session, clock, log }));
    const draw = (): void => void this.draw();
    this.#disposables.add(this.session.onDidChangeObjects(draw));
    this.#disposables.add(this.session.onDidChangeStatus(draw));
    this.#disposables.add(this.inventory.onDidChange(draw));
    this.session.start();
  }

  get drawn(): Drawn | undefined {
    return this.#drawn;
  }

  draw(filter?: TreeFilter): Drawn {
    const began = performance.now();
    const { session } = this;
    const now = Date.now();
    const survey = surveyCluster({ state: session, now, behindSourceAfter: defaultSettings.behindSourceAfter });
    const tree = buildClusterTree({
      state: session,
      survey,
      grouping: 'hierarchy',
      filter,
      inventory: (key) => this.inventory.get(key),
      action: () => undefined,
      mayPatch: () => true,
      readOnly: false,
      now,
      order: this.#order,
    });
    const changed = this.#drawn ? changedRows(this.#drawn.tree, tree) : 'root';
    this.#drawn = { survey, tree, changed, ms: performance.now() - began };
    this.#drew.fire(this.#drawn);
    return this.#drawn;
  }

  /** Resolves with the first draw, the last one included, that fits. */
  async shows(fits: (drawn: Drawn) => boolean): Promise<Drawn> {
    if (this.#drawn && fits(this.#drawn)) {
      return this.#drawn;
    }
    return this.nextDraw(fits);
  }

  /** Resolves with the first draw from now on that fits. */
  nextDraw(fits: (drawn: Drawn) => boolean): Promise<Drawn> {
    return new Promise((resolve) => {
      const subscription = this.#disposables.add(
        this.onDidDraw((drawn) => {
          if (fits(drawn)) {
            this.#disposables.release(subscription);
            resolve(drawn);
          }
        }),
      );
    });
  }

  /** Every served kind is listed, and the list is drawn. */
  complete(): Promise<Drawn> {
    const { session } = this;
    return this.shows(({ survey, tree }) => {
      const held = fluxKinds.reduce((sum, kind) => sum + [...session.ofKind(kind)].length, 0);
      const isListed = fluxKinds.every((kind) => session.sync(kind).state !== 'loading');
      return session.connection.state === 'connected' && isListed && survey.views.size === held && tree.rows.size > 0;
    });
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}
