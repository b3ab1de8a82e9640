/**
 * The values that a chart brings: its values.yaml, or the values files that `chart.spec.valuesFiles` puts in its place. Merges
 * as source-controller does when it packs the chart; the values of a HelmRelease are none of its business.
 */
import { posix } from 'node:path';
import { Failure } from '../base/failure.ts';
import type { ValueLayer } from './effectiveValues.ts';
import type { EngineSession } from './engine.ts';
import type { ChartFacts, JsonObject } from './engineProtocol.ts';
import { type ChartTemplate, pathInSource } from './wantedChart.ts';

export interface ChartDefaults {
  /** The weakest first. */
  readonly layers: readonly ValueLayer[];
  /** What replaces the chart's own values; `undefined` where they stay. */
  readonly replaced: JsonObject | undefined;
}

/** Where values files are: a source's own files are named from its root, those of a packed chart from the chart. */
export type ValuesFilesPlace =
  { readonly in: 'tree'; readonly tree: string } | { readonly in: 'archive'; readonly bytes: Uint8Array };

/** Throws `Failure('invalid')` for a file that is missing, unless missing ones are to be ignored, or is no YAML. */
export async function chartDefaults(
  session: EngineSession,
  facts: ChartFacts,
  template: ChartTemplate,
  place: ValuesFilesPlace,
): Promise<ChartDefaults> {
  const own: ValueLayer = { origin: { from: 'chart', file: 'values.yaml' }, values: facts.values };
  if (template.valuesFiles.length === 0) {
    return { layers: [own], replaced: undefined };
  }
  const texts = await textsOf(session, template.valuesFiles, place);
  const layers: ValueLayer[] = [];
  const used: { readonly name: string; readonly text: string }[] = [];
  for (const [index, file] of template.valuesFiles.entries()) {
    const isOwn = place.in === 'archive' && posix.normalize(file) === 'values.yaml';
    const text = isOwn ? JSON.stringify(facts.values) : texts.get(file);
    if (text === undefined) {
      if (template.ignoreMissingValuesFiles) {
        continue;
      }
      throw new Failure('invalid', `no values file found at path '${file}'`);
    }
    const one = { name: `file-${index}`, text };
    used.push(one);
    layers.push({ origin: { from: 'chart', file }, values: await mergeFiles(session, [one], [file]) });
  }
  return { layers, replaced: await mergeFiles(session, used, template.valuesFiles) };
}

/** helm-controller merges `valuesFrom` by the same function that source-controller merges files by. */
async function mergeFiles(
  session: EngineSession,
  files: readonly { readonly name: string; readonly text: string }[],
  named: readonly string[],
): Promise<JsonObject> {
  try {
    const reply = await session.request('values', {
      release: {
        apiVersion: 'helm.toolkit.fluxcd.io/v2',
        kind: 'HelmRelease',
        metadata: { name: 'values-files', namespace: 'values-files' },
        spec: { valuesFrom: files.map(({ name }) => ({ kind: 'ConfigMap', name })) },
      },
      sources: files.map(({ name, text }) => ({ kind: 'ConfigMap', name, data: { 'values.yaml': text } })),
    });
    return reply.values;
  } catch (error) {
    if (error instanceof Error && 'reason' in error && error.reason === 'invalid') {
      throw new Failure('invalid', `unmarshaling values from '${named.join("', '")}' failed: ${error.message}`);
    }
    throw error;
  }
}

async function textsOf(
  session: EngineSession,
  files: readonly string[],
  place: ValuesFilesPlace,
): Promise<ReadonlyMap<string, string>> {
  const paths = files.map(pathInSource);
  if (place.in === 'tree') {
    const { texts } = await session.request('listTree', { tree: place.tree, textsOf: paths });
    return found(files, (path) => texts[path]);
  }
  const tree = 'values-files';
  await session.request('unpack', { tree }, place.bytes);
  try {
    const { texts } = await session.request('listTree', { tree, textsOf: paths });
    // A packed chart is one folder, named as the chart.
    const inChart = new Map(Object.entries(texts).map(([path, text]) => [path.slice(path.indexOf('/') + 1), text]));
    return found(files, (path) => inChart.get(path));
  } finally {
    await session.request('forget', { trees: [tree] });
  }
}

function found(files: readonly string[], textAt: (path: string) => string | undefined): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const file of files) {
    const text = textAt(pathInSource(file));
    if (text !== undefined) {
      texts.set(file, text);
    }
  }
  return texts;
}
