/**
 * Finds the HelmRelease and Flux Kustomization documents of a text without a YAML parser, because it runs in the
 * extension at every change of every YAML file. Reads block style, which is what people write; a document in flow style
 * (`{kind: …}`) is not found.
 */
import { groupOf } from '../flux/kinds.ts';
import { blockBelow, countLines, documentHead } from './documentHead.ts';
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
  const head = documentHead(text);
  if (!head) {
    return undefined;
  }
  const { apiVersion, kind: stated, name, namespace, firstLine } = head;
  const group = groupOf(apiVersion);
  if (group !== 'helm.toolkit.fluxcd.io' && group !== 'kustomize.toolkit.fluxcd.io') {
    return undefined;
  }
  if (!isLiteral(name) || (namespace !== undefined && !isLiteral(namespace))) {
    return undefined;
  }
  const kind = kinds[group];
  const complete = kind === 'HelmRelease' ? /^[ \t]+(?:chart|chartRef):/m : /^[ \t]+sourceRef:/m;
  return stated === kind && complete.test(blockBelow(text, 'spec'))
    ? { group, kind, name, namespace, firstLine }
    : undefined;
}

/** What Kubernetes takes for the name of such an object. */
function isLiteral(name: string): boolean {
  return /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(name);
}
