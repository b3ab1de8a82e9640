/**
 * Objects in a cluster under real Flux Kustomizations: changed, predicted, reconciled and read again. All cases go through at
 * once, each with an object of its own, so one commit and one wait serve them all. Judges nothing.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Slots } from '../../src/cluster/slots.ts';
import { compareKustomization } from '../../src/drift/compareKustomization.ts';
import type { ObjectDifference } from '../../src/drift/difference.ts';
import { renderBeside } from '../../src/drift/renderBeside.ts';
import { yamlObjects } from '../support/comparable.ts';
import type { ApiObject } from './apiClient.ts';
import type { TestCluster } from './clusterHandle.ts';
import type { DriftCase } from './driftCases.ts';
import { ignoredPaths } from './driftOwnershipClasses.ts';
import { performWrite } from './driftWrites.ts';
import type { Observed } from './driftJudge.ts';
import { type FluxDiffEntry, fluxDiff } from './fluxDiff.ts';
import { conditionOf, fluxPath, isReady, requestReconcile } from './fluxObjects.ts';
import { type RenderBed, openRenderBed } from './renderBed.ts';
import { apiPath, pushFiles } from './support.ts';

/** What was told of one object beforehand, by whom, and what came of it. */
export interface DriftOutcome {
  readonly observed: Observed;
  readonly ours: ObjectDifference | undefined;
  /** `undefined`: not mentioned. */
  readonly theirs: FluxDiffEntry | undefined | { readonly refused: string };
}

type Files = Readonly<Record<string, string>>;
type Kustomizations = ReadonlyMap<string, readonly DriftCase[]>;

/** Few enough that a failure is found, many enough that the controller is asked seldom. */
const perKustomization = 40;

export class DriftBed {
  readonly #cluster: TestCluster;
  readonly #namespace: string;
  readonly #kustomizations: Kustomizations;
  readonly #repository: string;
  readonly #paths = new Map<string, string>();
  readonly #unexpected: string[] = [];

  constructor(cluster: TestCluster, namespace: string, cases: readonly DriftCase[]) {
    this.#cluster = cluster;
    this.#namespace = namespace;
    this.#repository = namespace;
    this.#kustomizations = distributed(cases);
  }

  /** Kustomizations that failed, or did not, though their cases let expect otherwise; with the controller's words. */
  get unexpected(): readonly string[] {
    return this.#unexpected;
  }

  /** By the names of the cases. */
  async run(): Promise<ReadonlyMap<string, DriftOutcome>> {
    const bed = await openRenderBed(this.#cluster, { files: this.#files('first'), remotes: [this.#url] });
    await this.#install();
    await this.#write();
    const before = await this.#readAll();
    const [first, then] = [this.#files('first'), this.#files('then')];
    for (const path of Object.keys(first)) {
      bed.files.delete(path);
    }
    for (const [path, text] of Object.entries(then)) {
      bed.files.set(path, text);
    }
    const ours = await this.#predict(bed);
    const theirs = await this.#predictWithFlux(then);
    await this.#reconcile(then);
    const after = await this.#readAll();
    const outcomes = this.#cases.map(({ name }): [string, DriftOutcome] => {
      const observed = { before: before.get(name), after: after.get(name) };
      return [name, { observed, ours: ours.get(name), theirs: theirs.get(name) }];
    });
    return new Map(outcomes);
  }

  get #cases(): readonly DriftCase[] {
    return [...this.#kustomizations.values()].flat();
  }

  get #url(): string {
    return `${this.#cluster.gitUrl}/${this.#repository}.git`;
  }

  #fluxPath(name: string): string {
    return fluxPath('Kustomization', `${this.#namespace}/${name}`);
  }

  #files(state: 'first' | 'then'): Files {
    const names = [...this.#kustomizations.keys()];
    const flux = names.map((name): [string, string] => [`cluster/${name}.yaml`, this.#kustomization(name)]);
    const marks = names.map((name): [string, string] => [`${name}/README.md`, '# objects\n']);
    const objects = [...this.#kustomizations].flatMap(([name, cases]) =>
      cases.flatMap((each): [string, string][] =>
        each[state] === undefined ? [] : [[`${name}/${each.name}.yaml`, JSON.stringify(each[state])]],
      ),
    );
    const list = names.map((name) => `${name}.yaml`).join(', ');
    return {
      'cluster/root.yaml': this.#root(),
      'cluster/kustomization.yaml': `resources: [root.yaml, ${list}]\n`,
      ...Object.fromEntries([...flux, ...marks, ...objects]),
    };
  }

  #kustomization(name: string): string {
    return JSON.stringify({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name, namespace: this.#namespace },
      spec: {
        interval: '1h',
        prune: true,
        path: `./${name === 'root' ? 'cluster' : name}`,
        sourceRef: { kind: 'GitRepository', name: 'bed' },
        // What is deleted here goes at once; without an end a mistake would wait for five minutes.
        timeout: '30s',
        // A forced object that kubectl has touched is deleted by one attempt, which then fails, and made by the next.
        retryInterval: '1s',
        ...(name === 'forced' && { force: true }),
        ...(name === 'ignoring' && { ignore: ignoredPaths }),
      },
    });
  }

  #root(): string {
    const source = {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name: 'bed', namespace: this.#namespace },
      spec: { interval: '1h', url: this.#url, ref: { branch: 'main' } },
    };
    return `${JSON.stringify(source)}\n---\n${this.#kustomization('root')}\n`;
  }

  async #install(): Promise<void> {
    await pushFiles(this.#cluster, this.#repository, this.#files('first'));
    for (const object of yamlObjects(this.#root()) as readonly ApiObject[]) {
      await this.#cluster.api.apply(await apiPath(this.#cluster, object), object);
    }
    for (const name of ['root', ...this.#kustomizations.keys()]) {
      await this.#cluster.api.waitFor(this.#fluxPath(name), isReady, { seconds: 120, what: `${name} applied` });
    }
  }

  async #write(): Promise<void> {
    await this.#each(async ({ writes }, path) => {
      for (const write of writes) {
        await performWrite(this.#cluster.api, path, write);
      }
    });
  }

  async #readAll(): Promise<ReadonlyMap<string, ApiObject | undefined>> {
    const found = new Map<string, ApiObject | undefined>();
    await this.#each(async ({ name }, path) => {
      found.set(name, await this.#cluster.api.find(path));
    });
    return found;
  }

  async #each(work: (each: DriftCase, path: string) => Promise<void>): Promise<void> {
    const slots = new Slots(8);
    const { signal } = new AbortController();
    await Promise.all(
      this.#cases.map((each) =>
        slots.run(signal, async () => work(each, await this.#pathOf(each.then ?? each.first!))),
      ),
    );
  }

  /** Asks discovery once for each kind. */
  async #pathOf(object: ApiObject): Promise<string> {
    const key = `${object.apiVersion}/${object.kind}`;
    const collection = this.#paths.get(key) ?? (await this.#collectionOf(object));
    this.#paths.set(key, collection);
    return `${collection}/${object.metadata.name}`;
  }

  async #collectionOf(object: ApiObject): Promise<string> {
    const path = await apiPath(this.#cluster, object);
    return path.slice(0, path.lastIndexOf('/'));
  }

  async #predict(bed: RenderBed): Promise<ReadonlyMap<string, ObjectDifference>> {
    const told = new Map<string, ObjectDifference>();
    for (const name of this.#kustomizations.keys()) {
      const fluxName = { kind: 'Kustomization', namespace: this.#namespace, name } as const;
      const { api, inputs, state } = bed;
      const readLive = () => inputs.fluxObject(fluxName.kind, this.#namespace, name);
      const render = () => bed.renderer.kustomization(fluxName, { state, cluster: inputs });
      const { rendered, live, start } = await renderBeside({ owner: fluxName, api, readLive }, render);
      assert.equal(rendered.kind, 'Kustomization');
      const { signal } = new AbortController();
      const compared = await compareKustomization({ rendered, live, start, api, from: 'working tree', signal });
      for (const difference of compared.objects) {
        told.set(difference.id.name, difference);
      }
    }
    return told;
  }

  async #predictWithFlux(files: Files): Promise<ReadonlyMap<string, DriftOutcome['theirs']>> {
    const told = new Map<string, DriftOutcome['theirs']>();
    const folder = await mkdtemp(join(this.#cluster.folder, 'home', 'drift-'));
    try {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text);
      }
      for (const [name, cases] of this.#kustomizations) {
        const place = { namespace: this.#namespace, name, folder: join(folder, name) };
        const found = await fluxDiff(this.#cluster, place);
        for (const each of cases) {
          told.set(each.name, found instanceof Map ? entryOf(found, each) : (found as { readonly refused: string }));
        }
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    return told;
  }

  /** The controller has tried the new commit, and has said how it went. */
  async #reconcile(files: Files): Promise<void> {
    const { api } = this.#cluster;
    const commit = await pushFiles(this.#cluster, this.#repository, files);
    const source = await requestReconcile(this.#cluster, fluxPath('GitRepository', `${this.#namespace}/bed`));
    const revision = source.status?.artifact?.revision ?? '';
    assert(revision.endsWith(commit), 'the source has the new commit');
    await Promise.all(
      [...this.#kustomizations.keys()].map(async (name) => {
        await requestReconcile(this.#cluster, this.#fluxPath(name));
        const path = this.#fluxPath(name);
        const isDone = (object: ApiObject | undefined): boolean =>
          object?.status?.lastAttemptedRevision === revision && (isReady(object) || hasFailed(object));
        await api.waitFor(path, isDone, { seconds: 240, what: `${name} reconciled` });
        const ready = conditionOf(await api.get(path), 'Ready');
        // A failed one is tried again and again, and is on its way at times.
        if ((ready?.status === 'True') === name.startsWith('alone')) {
          this.#unexpected.push(`${name}: ${ready?.reason ?? ''} ${ready?.message ?? ''}`);
        }
      }),
    );
  }
}

function distributed(cases: readonly DriftCase[]): Kustomizations {
  const found = new Map<string, DriftCase[]>();
  let plain = 0;
  let alone = 0;
  for (const each of cases) {
    const name =
      each.kustomization === undefined
        ? `group-${Math.floor(plain++ / perKustomization)}`
        : each.kustomization === 'alone'
          ? `alone-${alone++}`
          : each.kustomization;
    found.set(name, [...(found.get(name) ?? []), each]);
  }
  return found;
}

function entryOf(found: ReadonlyMap<string, FluxDiffEntry>, { first, then }: DriftCase): FluxDiffEntry | undefined {
  const { kind, metadata } = (then ?? first)!;
  return found.get(`${kind}/${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`);
}

/** For good: what is missing since it was deleted to be made anew is there in the next attempt. */
function hasFailed(object: ApiObject): boolean {
  const { reason, message = '' } = conditionOf(object, 'Ready') ?? {};
  return reason === 'ReconciliationFailed' && !/cleanup failed: .* not found/.test(message);
}
