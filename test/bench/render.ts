/**
 * Rendering beside the command line programs, in turns on the same machine: real HelmReleases beside `helm template`, the real
 * Kustomizations of the largest repository beside `flux build`, and the way from a key to the new text. The programs' times
 * have the start of a process in them, for each of their answers costs one.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { engineObstacle } from '../../scripts/buildEngine.ts';
import { noLog } from '../../src/base/log.ts';
import { DiskFiles } from '../../src/manifests/diskFiles.ts';
import { OverlaidFiles, type OverlaidText } from '../../src/manifests/overlaidFiles.ts';
import { printYaml } from '../../src/manifests/printYaml.ts';
import type { FluxObject } from '../../src/flux/objects.ts';
import type { RenderedRelease, RepositoryState, StatedFluxObject } from '../../src/render/desired.ts';
import { RepositoryRenderer } from '../../src/render/repositoryRenderer.ts';
import type { WorkerEngine } from '../../src/render/workerEngine.ts';
import { appliedText } from '../../src/view/appliedText.ts';
import { buildPrograms, clusterObstacle } from '../cluster/build.ts';
import { fluxBuild } from '../engine/fluxBuild.ts';
import { type Corpora, corporaMissing, unpackCorpora } from '../support/corpora.ts';
import { appTemplatePuller, packAppTemplate } from '../support/corpusReleases.ts';
import { corpusUrls } from '../support/corpusUrls.ts';
import { openRealEngine } from '../support/realEngine.ts';
import { type BenchResult, type BenchRow, median } from './benchRow.ts';
import { listedOnce } from './listedOnce.ts';

const run = promisify(execFile);

/** Of each release or key; what is told is the median over all. */
const turns = 3;
const keys = 20;

async function time<T>(work: () => Promise<T>): Promise<{ readonly ms: number; readonly result: T }> {
  const began = performance.now();
  const result = await work();
  return { ms: performance.now() - began, result };
}

interface Bed {
  readonly engine: WorkerEngine;
  readonly programs: string;
  readonly folder: string;
  readonly corpora: Corpora;
  readonly log: (line: string) => void;
}

function stateOf(corpora: Corpora, corpus: keyof typeof corpusUrls): RepositoryState {
  const root = corpora.folders.get(corpus);
  if (root === undefined) {
    throw new Error(`there is no corpus ${corpus}`);
  }
  return { label: 'working tree', key: root, files: listedOnce(new DiskFiles(root)), remotes: [corpusUrls[corpus]] };
}

/** A release of a corpus that the chart can be rendered for. */
interface Sample {
  readonly state: RepositoryState;
  readonly stated: StatedFluxObject;
  readonly rendered: RenderedRelease;
}

/** Every HelmRelease of the corpora whose chart is served in shape. */
async function releaseSamples(bed: Bed, renderer: RepositoryRenderer): Promise<readonly Sample[]> {
  const puller = appTemplatePuller();
  const samples: Sample[] = [];
  for (const corpus of Object.keys(corpusUrls) as (keyof typeof corpusUrls)[]) {
    const state = stateOf(bed.corpora, corpus);
    const releases = (await renderer.stated(state)).filter(({ name }) => name.kind === 'HelmRelease');
    for (const stated of releases) {
      const rendered = await renderer.release(stated.name, { state, path: stated.path, puller }).catch(() => undefined);
      if (rendered?.kind === 'HelmRelease') {
        samples.push({ state, stated, rendered });
      }
    }
    bed.log(`${corpus}: ${releases.length} HelmReleases, ${samples.length} can be rendered up to here`);
  }
  return samples;
}

/** The engine alone, as `helm template` has it: chart and values in, objects out. */
function renderWarm(engine: WorkerEngine, archive: Uint8Array, { rendered }: Sample) {
  const { inForce, release } = rendered;
  return engine.use(
    async (session) => {
      const chart = 'app-template';
      await session.request('loadChart', { chart }, archive);
      const request = {
        chart,
        values: (inForce.spec?.['values'] ?? {}) as Readonly<Record<string, unknown>>,
        ...release,
        isUpgrade: false,
        capabilities: {},
        skipSchemaValidation: true,
        origin: { name: inForce.metadata.name, namespace: release.namespace },
      };
      await session.request('release', request);
      const times = [];
      for (let turn = 0; turn < turns; turn += 1) {
        times.push((await time(() => session.request('release', request))).ms);
      }
      return median(times);
    },
    { what: 'Measuring' },
  );
}

async function helmTime(bed: Bed, chart: string, { rendered }: Sample): Promise<number> {
  const { inForce, release } = rendered;
  const values = join(bed.folder, 'values.json');
  await writeFile(values, JSON.stringify(inForce.spec?.['values'] ?? {}));
  // Without the check, as the engine: the chart's schema refers to one on the network.
  const args = ['template', release.name, chart, '-n', release.namespace, '-f', values, '--skip-schema-validation'];
  const env = { HOME: bed.folder, PATH: process.env['PATH'] };
  const times = [];
  for (let turn = 0; turn < turns; turn += 1) {
    times.push((await time(() => run(join(bed.programs, 'helm'), args, { env, maxBuffer: 1 << 26 }))).ms);
  }
  return median(times);
}

async function releaseRows(bed: Bed): Promise<BenchRow[]> {
  const renderer = new RepositoryRenderer({ engine: bed.engine, log: noLog() });
  const samples = await releaseSamples(bed, renderer);
  const archive = await packAppTemplate('4.2.0');
  const chart = join(bed.folder, 'app-template.tgz');
  await writeFile(chart, archive);
  const times: { engine: number; whole: number; helm: number }[] = [];
  const puller = appTemplatePuller();
  for (const sample of samples) {
    const { state, stated } = sample;
    const engine = await renderWarm(bed.engine, archive, sample);
    const whole = [];
    for (let turn = 0; turn < turns; turn += 1) {
      whole.push((await time(() => renderer.release(stated.name, { state, path: stated.path, puller }))).ms);
    }
    times.push({ engine, whole: median(whole), helm: await helmTime(bed, chart, sample) });
  }
  const helm = { name: 'helm template', value: median(times.map((each) => each.helm)), unit: 'ms' };
  const faster = (kind: 'engine' | 'whole') =>
    (100 * times.filter((each) => each[kind] < each.helm).length) / Math.max(1, times.length);
  const row = (name: string, value: number, unit: string): BenchRow => ({ name, value, unit, runs: times.length });
  const subject = 'HelmReleases of the corpora that use app-template';
  return [
    row(subject, times.length, 'releases'),
    { ...row(`${subject}: warm render, median`, median(times.map((each) => each.engine)), 'ms'), peer: helm },
    row(`${subject}: warm render faster than a helm template process`, faster('engine'), '%'),
    {
      ...row(
        `${subject}: from the repository, values and masks, median`,
        median(times.map((each) => each.whole)),
        'ms',
      ),
      peer: helm,
    },
    row(`${subject}: from the repository faster than a helm template process`, faster('whole'), '%'),
  ];
}

/** One after the other by a renderer that has seen nothing, and the same objects by the program. */
async function kustomizationRows(bed: Bed): Promise<BenchRow[]> {
  const renderer = new RepositoryRenderer({ engine: bed.engine, log: noLog() });
  const state = stateOf(bed.corpora, 'flux-talos');
  const began = performance.now();
  const stated = (await renderer.stated(state)).filter(({ name }) => name.kind === 'Kustomization');
  const rendered: FluxObject[] = [];
  for (const { name, path } of stated) {
    const result = await renderer.kustomization(name, { state, path }).catch(() => undefined);
    if (result?.kind === 'Kustomization') {
      rendered.push(result.inForce);
    }
  }
  const ours = (performance.now() - began) / 1000;
  const theirs = await time(async () => {
    for (const kustomization of rendered) {
      await fluxBuild({ program: join(bed.programs, 'flux'), root: state.key, kustomization, variables: {} });
    }
  });
  return [
    {
      name: 'flux-talos: every Flux Kustomization, one after the other, with what they are in force',
      value: ours,
      unit: 's',
      runs: rendered.length,
      peer: { name: 'flux build kustomization', value: theirs.ms / 1000, unit: 's' },
    },
  ];
}

const typedPath = 'apps/podinfo.yaml';

function typedRelease(key: number): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: podinfo, namespace: apps }
spec:
  interval: 1h
  chart: { spec: { chart: ./charts/podinfo, sourceRef: { kind: GitRepository, name: home-kubernetes, namespace: flux-system } } }
  values: { ui: { message: ${JSON.stringify(`typed ${key}`)} }, replicaCount: 2, ingress: { enabled: true } }
`;
}

/** A chart of the size and the manner of podinfo's, in files of a repository. */
function podinfoChart(): ReadonlyMap<string, OverlaidText> {
  const labels = '    {{- include "podinfo.labels" . | nindent 4 }}\n';
  const object = (apiVersion: string, kind: string, rest: string) =>
    `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: {{ include "podinfo.fullname" . }}\n  labels:\n${labels}${rest}`;
  const files: Readonly<Record<string, string>> = {
    'Chart.yaml': 'apiVersion: v2\nname: podinfo\nversion: 6.9.0\nappVersion: 6.9.0\n',
    'values.yaml':
      'replicaCount: 1\nimage: { repository: example.com/podinfo, tag: 6.9.0 }\nui: { color: "#34577c", message: "" }\nservice: { enabled: true, port: 9898 }\ningress: { enabled: false, hosts: [{ host: podinfo.local, paths: [{ path: /, pathType: Prefix }] }] }\nhpa: { enabled: true, maxReplicas: 4 }\nserviceAccount: { enabled: true }\nserviceMonitor: { enabled: true }\nredis: { enabled: true }\nresources: { requests: { cpu: 1m, memory: 16Mi } }\n',
    'templates/_helpers.tpl':
      '{{- define "podinfo.fullname" -}}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}{{- end -}}\n{{- define "podinfo.labels" -}}\nhelm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}\napp.kubernetes.io/name: {{ include "podinfo.fullname" . }}\napp.kubernetes.io/managed-by: {{ .Release.Service }}\n{{- end -}}\n',
    'templates/deployment.yaml': object(
      'apps/v1',
      'Deployment',
      'spec:\n  replicas: {{ .Values.replicaCount }}\n  selector: { matchLabels: { app: {{ include "podinfo.fullname" . }} } }\n  template:\n    metadata: { labels: { app: {{ include "podinfo.fullname" . }} } }\n    spec:\n      containers:\n        - name: podinfo\n          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"\n          env:\n            {{- range $name, $value := .Values.ui }}\n            - name: PODINFO_UI_{{ upper $name }}\n              value: {{ tpl $value $ | quote }}\n            {{- end }}\n          resources: {{ toYaml .Values.resources | nindent 12 }}\n',
    ),
    ...Object.fromEntries(
      (
        [
          ['service', 'v1', 'Service', 'spec: { ports: [{ port: {{ .Values.service.port }}, name: http }] }\n'],
          [
            'hpa',
            'autoscaling/v2',
            'HorizontalPodAutoscaler',
            'spec: { maxReplicas: {{ .Values.hpa.maxReplicas }} }\n',
          ],
          ['serviceMonitor', 'monitoring.coreos.com/v1', 'ServiceMonitor', 'spec: { endpoints: [{ port: http }] }\n'],
          ['serviceAccount', 'v1', 'ServiceAccount', ''],
          ['redis', 'v1', 'ConfigMap', 'data: { redis.conf: "maxmemory 64mb" }\n'],
          ['ingress', 'networking.k8s.io/v1', 'Ingress', 'spec: { rules: {{ toJson .Values.ingress.hosts }} }\n'],
        ] as const
      ).map(([name, apiVersion, kind, rest]) => [
        `templates/${name}.yaml`,
        `{{- if .Values.${name}.enabled }}\n${object(apiVersion, kind, rest)}{{- end }}\n`,
      ]),
    ),
    'templates/NOTES.txt':
      'kubectl -n {{ .Release.Namespace }} port-forward deploy/{{ include "podinfo.fullname" . }}\n',
  };
  return new Map(Object.entries(files).map(([path, text]) => [`charts/podinfo/${path}`, { text, version: '1' }]));
}

/** From a text that has changed to the text of what is applied, in a repository of eight hundred files. */
async function keystrokeRows(bed: Bed): Promise<BenchRow[]> {
  const below = stateOf(bed.corpora, 'flux-talos');
  const texts = new Map(podinfoChart());
  const state = { ...below, key: 'typed', files: new OverlaidFiles(below.files, () => texts) };
  const name = { kind: 'HelmRelease', namespace: 'apps', name: 'podinfo' } as const;
  const subject = { aspect: 'applied', root: below.key, name, owner: undefined, path: typedPath } as const;
  const show = async (renderer: RepositoryRenderer, key: number) => {
    texts.set(typedPath, { text: typedRelease(key), version: String(key) });
    const rendered = await renderer.release(name, { state, path: typedPath });
    if (rendered.kind !== 'HelmRelease') {
      throw new Error(rendered.message);
    }
    const content = { subject, from: state.label, rendered, problem: undefined };
    const text = [...appliedText(content as never, printYaml)].join('');
    if (!text.includes(`typed ${key}`)) {
      throw new Error('what was typed is not in the text');
    }
  };
  const fresh = await openRealEngine();
  try {
    const first = await time(() => show(new RepositoryRenderer({ engine: fresh, log: noLog() }), 0));
    const renderer = new RepositoryRenderer({ engine: bed.engine, log: noLog() });
    await show(renderer, 0);
    const times = [];
    for (let key = 1; key <= keys; key += 1) {
      times.push((await time(() => show(renderer, key))).ms);
    }
    return [
      {
        name: 'first HelmRelease after the start, from a repository of 800 files',
        value: first.ms,
        unit: 'ms',
        runs: 1,
      },
      {
        name: 'a key in a HelmRelease to the text of what is applied, a chart like podinfo, median',
        value: median(times),
        unit: 'ms',
        runs: keys,
      },
    ];
  } finally {
    fresh.dispose();
  }
}

export async function renderBench(log: (line: string) => void): Promise<BenchResult> {
  const obstacle = corporaMissing ?? engineObstacle() ?? clusterObstacle();
  if (obstacle !== undefined) {
    return { skipped: obstacle };
  }
  const programs = await buildPrograms(log);
  const folder = await mkdtemp(join(tmpdir(), 'driftline-render-bench-'));
  const corpora = await unpackCorpora();
  const engine = await openRealEngine();
  const bed = { engine, programs, folder, corpora, log };
  try {
    return { rows: [...(await keystrokeRows(bed)), ...(await kustomizationRows(bed)), ...(await releaseRows(bed))] };
  } finally {
    engine.dispose();
    await corpora.remove();
    await rm(folder, { recursive: true, force: true });
  }
}
