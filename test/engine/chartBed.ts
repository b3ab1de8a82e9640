/** Charts written down in a test, loaded into the engine and rendered as a release. */
import type { KubernetesObject } from '../../src/flux/objects.ts';
import type { ChartFacts, EngineReply, EngineRequest } from '../../src/render/engineProtocol.ts';
import { tarFiles, tarGz } from '../support/tarArchive.ts';
import type { EngineBed, Files } from './engineBed.ts';

/** Paths below the chart; `Chart.yaml` is added where it is missing. */
export const chartFiles = (files: Files, metadata = ''): Files => ({
  'Chart.yaml': `apiVersion: v2\nname: podinfo\nversion: 6.5.0\nappVersion: "6.5"\n${metadata}`,
  ...files,
});

export function loadChart(engine: EngineBed, files: Files): ChartFacts {
  const below = Object.fromEntries(Object.entries(files).map(([path, text]) => [`podinfo/${path}`, text]));
  return engine.request('loadChart', { chart: 'chart' }, tarGz(tarFiles(below)));
}

export type ReleaseOptions = Partial<Omit<EngineRequest<'release'>, 'chart'>>;

export function renderChart(engine: EngineBed, files: Files, options: ReleaseOptions = {}): EngineReply<'release'> {
  loadChart(engine, files);
  return renderLoaded(engine, options);
}

/** Renders the chart that was loaded last. */
export function renderLoaded(engine: EngineBed, options: ReleaseOptions = {}): EngineReply<'release'> {
  return engine.request('release', {
    chart: 'chart',
    values: {},
    name: 'web',
    namespace: 'apps',
    isUpgrade: false,
    capabilities: {},
    origin: { name: 'web-release', namespace: 'flux-system' },
    ...options,
  });
}

export const configMap = (name: string, data = '', metadata = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${metadata}${data === '' ? '' : `data:\n${data}`}`;

export const dataOf = (object: KubernetesObject | undefined): unknown =>
  (object as { readonly data?: unknown } | undefined)?.data;

/** Template, kind and name of each. */
export const namesOf = (
  objects: readonly { readonly object: KubernetesObject; readonly template: string }[],
): string[] => objects.map(({ object, template }) => `${template} ${object.kind} ${object.metadata.name}`);
