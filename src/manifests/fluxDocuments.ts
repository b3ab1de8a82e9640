/**
 * Finds the HelmRelease and Flux Kustomization documents of a text without a YAML parser, because it runs in the
 * extension at every change of every YAML file. Reads block style, which is what people write; a document in flow style
 * (`{kind: …}`) is not found.
 */
import { groupOf } from '../flux/kinds.ts';
import { splitDocuments } from './splitDocuments.ts';
import type { TextSpan } from './yamlNode.ts';

export interface FluxDocument {
  readonly group: 'helm.toolkit.fluxcd.io' | 'kustomize.toolkit.fluxcd.io';
  readonly kind: 'HelmRelease' | 'Kustomization';
  readonly name: string;
  /** `undefined` where the document has none and a kustomization.yaml or `targetNamespace` may set it. */
  readonly namespace: string | undefined;
  /** The document's first line that is no comment and no `---`: where a lens stands. Offsets into the text. */
  readonly firstLine: TextSpan;
  readonly document: TextSpan;
  /** `firstLine` as a line number, from 0. */
  readonly line: number;
}

const kinds = {
  'helm.toolkit.fluxcd.io': 'HelmRelease',
  'kustomize.toolkit.fluxcd.io': 'Kustomization',
} as const;

/**
 * In the order of the text. Leaves out what lenses must not act on: patches (a HelmRelease with neither `chart` nor
 * `chartRef`, a Kustomization without `sourceRef`), kustomize's own files, and names that hold variables.
 */
export function fluxDocuments(text: string): FluxDocument[] {
  if (!text.includes('.toolkit.fluxcd.io')) {
    return [];
  }
  const found: FluxDocument[] = [];
  let line = 0;
  let counted = 0;
  for (const span of splitDocuments(text)) {
    const documentText = text.slice(span.start, span.end);
    const read = documentText.includes('.toolkit.fluxcd.io') ? readDocument(documentText) : undefined;
    if (!read) {
      continue;
    }
    const start = span.start + read.firstLine.start;
    line += countLines(text, counted, start);
    counted = start;
    const { firstLine, ...names } = read;
    found.push({ ...names, firstLine: { start, end: span.start + firstLine.end }, document: span, line });
  }
  return found;
}

function readDocument(text: string): Omit<FluxDocument, 'document' | 'line'> | undefined {
  const group = groupOf(scalarAfter(text, /^\uFEFF?apiVersion:/m) ?? '');
  if (group !== 'helm.toolkit.fluxcd.io' && group !== 'kustomize.toolkit.fluxcd.io') {
    return undefined;
  }
  const kind = kinds[group];
  const metadata = block(text, 'metadata');
  const spec = block(text, 'spec');
  const name = scalarAfter(metadata, /^[ \t]+name:/m, text);
  const complete = kind === 'HelmRelease' ? /^[ \t]+(?:chart|chartRef):/m : /^[ \t]+sourceRef:/m;
  if (scalarAfter(text, /^\uFEFF?kind:/m) !== kind || name === undefined || !complete.test(spec)) {
    return undefined;
  }
  const namespace = scalarAfter(metadata, /^[ \t]+namespace:/m, text);
  if (!isLiteral(name) || (namespace !== undefined && !isLiteral(namespace))) {
    return undefined; // a name like ${APP} is somebody else's to fill in, and no object is called so
  }
  const first = /^\uFEFF?(?!---|\.\.\.|%)[^\s#].*/m.exec(text);
  const firstLine = first ? { start: first.index, end: first.index + first[0].trimEnd().length } : { start: 0, end: 0 };
  return { group, kind, name, namespace, firstLine };
}

/** The lines that are indented below a top-level key. Own fields come first in `metadata` and `spec` by indentation. */
function block(text: string, key: string): string {
  const start = new RegExp(`^${key}:[^\\n]*\\n`, 'm').exec(text);
  if (!start) {
    return '';
  }
  const from = start.index + start[0].length;
  const end = /^[^\s#]/m.exec(text.slice(from));
  const lines = text.slice(from, end ? from + end.index : text.length);
  const indent = /^[ \t]+(?=[^\s#])/m.exec(lines)?.[0];
  // Only direct children: deeper lines could hold a `name:` of something else (an owner reference, a label).
  return indent === undefined
    ? ''
    : lines
        .split('\n')
        .filter((l) => l.startsWith(indent) && !/^\s/.test(l.slice(indent.length)))
        .join('\n');
}

/** The scalar behind the first match of a key, through an anchor (`name: &app plex`) or an alias of one (`name: *app`). */
function scalarAfter(text: string, key: RegExp, whole = text): string | undefined {
  const match = key.exec(text);
  if (!match) {
    return undefined;
  }
  const value = scalarAt(text, match.index + match[0].length);
  if (value?.startsWith('*') !== true) {
    return value;
  }
  const anchor = whole.indexOf(`&${value.slice(1)} `);
  return anchor < 0 ? undefined : scalarAt(whole, anchor - 1);
}

function scalarAt(text: string, offset: number): string | undefined {
  const end = text.indexOf('\n', offset);
  const rest = text.slice(offset, end < 0 ? text.length : end);
  const value = /^[ \t]+(?:&\S+[ \t]+)?(?:"([^"]*)"|'([^']*)'|([^\s#"'&][^\s]*))[ \t]*(?:[ \t]#.*)?\r?$/.exec(rest);
  return value ? (value[1] ?? value[2] ?? value[3]) : undefined;
}

function isLiteral(name: string): boolean {
  return /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(name);
}

function countLines(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) {
    lines += 1;
  }
  return lines;
}
