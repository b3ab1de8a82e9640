/**
 * Objects in a cluster under real HelmReleases whose drift the controller corrects: installed by a chart that states them as they
 * are, changed, predicted, reconciled and read again. Judges nothing.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Slots } from '../../src/cluster/slots.ts';
import type { ClusterApi } from '../../src/cluster/clusterApi.ts';
import { compareRelease, type ReleaseComparison } from '../../src/drift/compareRelease.ts';
import type { ObjectDifference } from '../../src/drift/difference.ts';
import type { ManifestReader } from '../../src/render/readManifest.ts';
import type { ApiObject } from './apiClient.ts';
import type { TestCluster } from './clusterHandle.ts';
import type { DriftCase } from './driftCases.ts';
import type { Observed } from './driftJudge.ts';
import { performWrite } from './driftWrites.ts';
import { fluxPath, isReady } from './fluxObjects.ts';
import { apiPath, applyManifest } from './support.ts';
import { until } from './until.ts';

export interface ReleaseGroup {
  /** Of the HelmRelease and its chart. */
  readonly name: string;
  readonly cases: readonly DriftCase[];
  readonly spec?: Readonly<Record<string, unknown>>;
  /** The controller cannot put everything back, so that it never comes to an end: what it has tried is told by an event. */
  readonly failing?: true;
}

export interface ReleaseOutcome {
  readonly observed: Observed;
  readonly told: ObjectDifference | undefined;
}

export interface ReleaseBedParts {
  readonly cluster: TestCluster;
  readonly namespace: string;
  readonly api: ClusterApi;
  readonly read: ManifestReader;
}

export class DriftReleaseBed {
  readonly #parts: ReleaseBedParts;
  readonly #groups: readonly ReleaseGroup[];
  readonly #collections = new Map<string, string>();

  constructor(parts: ReleaseBedParts, groups: readonly ReleaseGroup[]) {
    this.#parts = parts;
    this.#groups = groups;
  }

  /** By the names of the cases. */
  async run(): Promise<ReadonlyMap<string, ReleaseOutcome>> {
    await this.#install();
    await this.#suspend();
    await this.#each(async ({ writes }, path) => {
      for (const write of writes) {
        await performWrite(this.#parts.cluster.api, path, write);
      }
    });
    const before = await this.#readAll();
    const told = await this.#predict();
    await Promise.all(this.#groups.map((group) => this.#reconcile(group)));
    const after = await this.#readAll();
    const outcomes = this.#groups
      .flatMap(({ cases }) => cases)
      .map(({ name }): [string, ReleaseOutcome] => [
        name,
        { observed: { before: before.get(name), after: after.get(name) }, told: told.get(name) },
      ]);
    return new Map(outcomes);
  }

  /** One more, of one group, as it is then. */
  async compare(group: string): Promise<ReleaseComparison> {
    const { cluster, api, read } = this.#parts;
    const live = await cluster.api.get(this.#path(group));
    return compareRelease({ live: live, api, read, signal: new AbortController().signal });
  }

  #path(group: string): string {
    return fluxPath('HelmRelease', `${this.#parts.namespace}/${group}`);
  }

  async #install(): Promise<void> {
    const { cluster, namespace } = this.#parts;
    const repository = `${cluster.helmUrl}/${namespace}`;
    const work = await mkdtemp(join(cluster.folder, 'home', 'drift-charts-'));
    try {
      for (const { name, cases } of this.#groups) {
        const chart = join(work, name);
        await mkdir(join(chart, 'templates'), { recursive: true });
        await writeFile(join(chart, 'Chart.yaml'), JSON.stringify({ apiVersion: 'v2', name, version: '1.0.0' }));
        for (const each of cases) {
          await writeFile(join(chart, 'templates', `${each.name}.yaml`), JSON.stringify(each.first));
        }
        await cluster.publishChart(chart, repository);
      }
    } finally {
      await rm(work, { recursive: true, force: true });
    }
    const source = {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'HelmRepository',
      metadata: { name: 'charts', namespace },
      spec: { interval: '1h', url: repository },
    };
    const objects = [source, ...this.#groups.map((group) => this.#release(group))];
    await applyManifest(cluster, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
    for (const { name } of this.#groups) {
      await cluster.api.waitFor(this.#path(name), isReady, { seconds: 240, what: `${name} installed` });
    }
  }

  /** Nobody waits for what was installed to become ready: no pod runs here. */
  #release({ name, spec }: ReleaseGroup): object {
    return {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name, namespace: this.#parts.namespace },
      spec: {
        interval: '1h',
        driftDetection: { mode: 'enabled' },
        chart: { spec: { chart: name, version: '1.0.0', sourceRef: { kind: 'HelmRepository', name: 'charts' } } },
        install: { disableWait: true },
        ...spec,
      },
    };
  }

  /** Or the controller may look in between: it does so whenever a source is looked at again. */
  async #suspend(): Promise<void> {
    const { cluster } = this.#parts;
    for (const { name } of this.#groups) {
      await cluster.api.patch(this.#path(name), { spec: { suspend: true } }, 'flux');
      await cluster.api.waitFor(
        this.#path(name),
        (object) => object?.status?.observedGeneration === object?.metadata.generation,
        { what: `${name} suspended` },
      );
    }
  }

  async #predict(): Promise<ReadonlyMap<string, ObjectDifference>> {
    const told = new Map<string, ObjectDifference>();
    for (const { name } of this.#groups) {
      for (const difference of (await this.compare(name)).objects) {
        told.set(difference.id.name, difference);
      }
    }
    return told;
  }

  async #reconcile({ name, failing }: ReleaseGroup): Promise<void> {
    const { cluster, namespace } = this.#parts;
    const token = new Date().toISOString();
    const annotations = { 'reconcile.fluxcd.io/requestedAt': token };
    await cluster.api.patch(this.#path(name), { metadata: { annotations }, spec: { suspend: null } }, 'flux');
    if (!failing) {
      await cluster.api.waitFor(this.#path(name), (object) => object?.status?.lastHandledReconcileAt === token, {
        seconds: 120,
        what: `${name} reconciled`,
      });
      return;
    }
    const corrected = await failedCorrection(cluster, namespace, name);
    if (!corrected) {
      throw new Error(`${name}: nothing was said of a correction that failed`);
    }
  }

  async #readAll(): Promise<ReadonlyMap<string, ApiObject | undefined>> {
    const found = new Map<string, ApiObject | undefined>();
    await this.#each(async ({ name }, path) => {
      found.set(name, await this.#parts.cluster.api.find(path));
    });
    return found;
  }

  async #each(work: (each: DriftCase, path: string) => Promise<void>): Promise<void> {
    const slots = new Slots(8);
    const { signal } = new AbortController();
    const cases = this.#groups.flatMap((group) => group.cases);
    await Promise.all(cases.map((each) => slots.run(signal, async () => work(each, await this.#pathOf(each.first!)))));
  }

  /** Asks discovery once for each kind. */
  async #pathOf(object: ApiObject): Promise<string> {
    const key = `${object.apiVersion}/${object.kind}`;
    let collection = this.#collections.get(key);
    if (collection === undefined) {
      const path = await apiPath(this.#parts.cluster, object);
      collection = path.slice(0, path.lastIndexOf('/'));
      this.#collections.set(key, collection);
    }
    return `${collection}/${object.metadata.name}`;
  }
}

/** Whether helm-controller has said so, in an event of the release. */
async function failedCorrection(cluster: TestCluster, namespace: string, name: string): Promise<boolean> {
  const isIt = (event: ApiObject | undefined): boolean =>
    event?.['reason'] === 'DriftCorrectionFailed' &&
    (event['involvedObject'] as { readonly name?: string } | undefined)?.name === name;
  const found = await until(
    `${name} tried`,
    async () => {
      const { items } = await cluster.api.list(`/api/v1/namespaces/${namespace}/events?limit=500`);
      return items.some(isIt);
    },
    { seconds: 120 },
  );
  return found;
}
