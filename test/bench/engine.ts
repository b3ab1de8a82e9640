/**
 * The render engine by itself: how long until it renders, how long it renders, and what is left of a thousand renders. Two
 * charts of the test cluster and a small Kustomization; whole repositories are measured elsewhere.
 */
import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { engineObstacle } from '../../scripts/buildEngine.ts';
import { projectRoot } from '../../scripts/projectRoot.ts';
import type { EngineSession } from '../../src/render/engine.ts';
import type { EngineRequest, JsonObject } from '../../src/render/engineProtocol.ts';
import type { WorkerEngine } from '../../src/render/workerEngine.ts';
import { openRealEngine } from '../support/realEngine.ts';
import { type BenchResult, type BenchRow, median } from './benchRow.ts';

const starts = 7;
const renders = 1000;

/** An engine that tells how much memory its module holds. */
interface Watched {
  readonly engine: WorkerEngine;
  /** MB after the last request. */
  readonly memory: () => number;
  /** Resolves after the next request with this operation. */
  readonly answered: (operation: string) => Promise<void>;
}

async function open(options: { readonly recycleAboveBytes?: number } = {}): Promise<Watched> {
  let memory = 0;
  let waiting: { readonly operation: string; readonly resolve: () => void }[] = [];
  const debug = (line: string) => {
    const [, operation, megabytes] = /^Engine: (\w+) .* memory (\d+) MB$/.exec(line) ?? [];
    memory = Number(megabytes ?? memory);
    waiting.filter((each) => each.operation === operation).forEach(({ resolve }) => resolve());
    waiting = waiting.filter((each) => each.operation !== operation);
  };
  const silent = () => undefined;
  const engine = await openRealEngine({ ...options, log: { debug, info: silent, warn: silent, error: silent } });
  return {
    engine,
    memory: () => memory,
    answered: (operation) => new Promise((resolve) => waiting.push({ operation, resolve })),
  };
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** One thing to render: what has to be in the engine, and the render itself. */
interface Sample {
  readonly prepare: (session: EngineSession) => Promise<unknown>;
  readonly render: (session: EngineSession) => Promise<unknown>;
}

async function chartSample(name: string, values: JsonObject): Promise<Sample> {
  const root = join(projectRoot, 'test', 'cluster', 'charts', name);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const set: Record<string, string> = {};
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    set[`${name}/${relative(root, path).replaceAll('\\', '/')}`] = await readFile(path, 'utf8');
  }
  const request: EngineRequest<'release'> = {
    ...{ chart: name, values, name: 'release', namespace: 'apps', isUpgrade: false },
    ...{ capabilities: {}, skipSchemaValidation: true, origin: { name: 'release', namespace: 'apps' } },
  };
  return {
    prepare: async (session) => {
      await session.request('files', { tree: name, set });
      await session.request('loadChart', { chart: name, tree: name, path: name });
    },
    render: (session) => session.request('release', request),
  };
}

const kustomizationSample: Sample = {
  prepare: (session) =>
    session.request('files', {
      tree: 'repository',
      set: {
        'app/kustomization.yaml': 'resources: [map.yaml]\nnamePrefix: a-\n',
        'app/map.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: map\ndata:\n  key: ${name}\n',
      },
    }),
  render: (session) =>
    session.request('kustomization', {
      tree: 'repository',
      kustomization: {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name: 'app', namespace: 'flux-system' },
        spec: { path: './app', prune: true, interval: '1h', postBuild: { substitute: { name: 'value' } } },
      },
      variables: [],
      strict: true,
    }),
};

/** As releases of homelabs use the chart: a container with a probe, a service, a route and two volumes. */
const appValues: JsonObject = {
  controllers: {
    app: {
      strategy: 'RollingUpdate',
      containers: {
        app: {
          image: { repository: 'example/app', tag: '1.2.3' },
          env: { TZ: 'Etc/UTC', PORT: 8080 },
          probes: { liveness: { enabled: true }, readiness: { enabled: true } },
          resources: { requests: { cpu: '10m' }, limits: { memory: '256Mi' } },
        },
      },
    },
  },
  service: { app: { controller: 'app', ports: { http: { port: 8080 } } } },
  persistence: { config: { existingClaim: 'app' }, tmp: { type: 'emptyDir' } },
};

const withSample = (sample: Sample) => async (session: EngineSession) => {
  await sample.prepare(session);
  await sample.render(session);
};

const use = (engine: WorkerEngine, work: (session: EngineSession) => Promise<unknown>) =>
  engine.use(work, { what: 'Measuring' });

/** Each in a fresh engine. */
async function startTimes(samples: { readonly small: Sample; readonly large: Sample }) {
  const times = { ready: [] as number[], small: [] as number[], large: [] as number[], warmed: [] as number[] };
  for (let run = 0; run < starts; run += 1) {
    for (const kind of ['ready', 'small', 'large', 'warmed'] as const) {
      const { engine, answered } = await open();
      try {
        if (kind === 'warmed') {
          const done = answered('forget');
          engine.warmUp();
          await done;
        }
        const sample = kind === 'ready' ? undefined : kind === 'small' ? samples.small : samples.large;
        const work =
          sample === undefined ? (session: EngineSession) => session.request('versions', {}) : withSample(sample);
        times[kind].push(await time(() => use(engine, work)));
      } finally {
        engine.dispose();
      }
    }
  }
  return times;
}

/** The engine ends after each piece of work, as one that was cancelled does. */
async function restartTimes(): Promise<readonly number[]> {
  const { engine } = await open({ recycleAboveBytes: 0 });
  try {
    const times = [];
    for (let run = 0; run <= starts; run += 1) {
      times.push(await time(() => use(engine, (session) => session.request('versions', {}))));
    }
    return times.slice(1); // the first start had nothing to go back to
  } finally {
    engine.dispose();
  }
}

/** A release and a Kustomization in turns, in one instance. */
async function soak(samples: readonly Sample[]) {
  const { engine, memory } = await open();
  try {
    const times: number[] = [];
    const held: { readonly module: number; readonly process: number }[] = [];
    for (const sample of samples) {
      await use(engine, sample.prepare);
    }
    for (let run = 0; run < renders; run += 1) {
      const sample = samples[run % samples.length];
      if (sample !== undefined) {
        times.push(await time(() => use(engine, sample.render)));
      }
      held.push({ module: memory(), process: process.memoryUsage.rss() / 2 ** 20 });
    }
    const of = (index: number) => times.filter((_ms, run) => run % samples.length === index);
    return { times: samples.map((_sample, index) => of(index)), early: held[99], late: held.at(-1) };
  } finally {
    engine.dispose();
  }
}

/** Medians. The module is built before anything is measured. */
export async function engineBench(): Promise<BenchResult> {
  const obstacle = engineObstacle();
  if (obstacle !== undefined) {
    return { skipped: obstacle };
  }
  const [app, plain] = [await chartSample('app-template', appValues), await chartSample('grafana', {})];
  const times = await startTimes({ small: kustomizationSample, large: app });
  const restarts = await restartTimes();
  const { times: warm, early, late } = await soak([app, plain, kustomizationSample]);
  const [appTimes = [], plainTimes = [], kustomizationTimes = []] = warm;
  const row = (name: string, values: readonly number[], peer?: BenchRow['peer']): BenchRow => ({
    ...{ name: `engine: ${name}`, value: median(values), unit: 'ms', runs: values.length },
    ...(peer === undefined ? {} : { peer }),
  });
  const memory = (name: string, after: number, before: number): BenchRow => ({
    ...{ name: `engine: ${name} after ${renders} renders`, value: after, unit: 'MB', runs: 1 },
    peer: { name: 'after 100', value: before, unit: 'MB' },
  });
  const beginning = (values: readonly number[]): BenchRow['peer'] => ({
    name: 'first fifty',
    value: median(values.slice(0, 50)),
    unit: 'ms',
  });
  return {
    rows: [
      row('from nothing to an answer', times.ready),
      row('from nothing to the first Kustomization', times.small),
      row('from nothing to the first HelmRelease (app-template)', times.large),
      row('the same after a warm-up', times.warmed),
      row('a fresh instance in place of one that was ended', restarts),
      row('HelmRelease of app-template, last fifty', appTimes.slice(-50), beginning(appTimes)),
      row('HelmRelease of a small chart, last fifty', plainTimes.slice(-50), beginning(plainTimes)),
      row('small Kustomization, last fifty', kustomizationTimes.slice(-50), beginning(kustomizationTimes)),
      memory('memory of the module', late?.module ?? 0, early?.module ?? 0),
      memory('memory of the process', late?.process ?? 0, early?.process ?? 0),
    ],
  };
}
