/**
 * Finds the documents of Flux objects in a text without a YAML parser, because it runs in the extension at every change of every
 * YAML file. Reads block style, which is what people write; a document in flow style (`{kind: …}`) is not found.
 */
import { groupOf } from '../flux/kinds.ts';
import { blockBelow, blockOfAnchor, countLines, documentHead, linesBelow } from './documentHead.ts';
import { splitDocuments } from './splitDocuments.ts';
import type { TextSpan } from './yamlNode.ts';

interface FoundDocument {
  readonly name: string;
  /** `undefined` where the document has none and a kustomization.yaml or `targetNamespace` may set it. */
  readonly namespace: string | undefined;
  /** The document's first line that is no comment and no `---`: where a lens stands. Offsets into the text. */
  readonly firstLine: TextSpan;
  readonly document: TextSpan;
  /** `firstLine` as a line number, from 0. */
  readonly line: number;
}

/** A document of something that applies objects: what it makes can be rendered and compared. */
export interface FluxDocument extends FoundDocument {
  readonly group: 'helm.toolkit.fluxcd.io' | 'kustomize.toolkit.fluxcd.io';
  readonly kind: 'HelmRelease' | 'Kustomization';
}

export interface SourceDocument extends FoundDocument {
  readonly group: 'source.toolkit.fluxcd.io';
  readonly kind: 'GitRepository' | 'OCIRepository' | 'HelmRepository' | 'HelmChart' | 'Bucket';
}

type Stated = Pick<FluxDocument, 'group' | 'kind'> | Pick<SourceDocument, 'group' | 'kind'>;

/** By kind, the field of `spec` without which the API server takes no such object: a patch seldom has it. */
const kinds: Readonly<Record<string, { readonly stated: Stated; readonly required: RegExp } | undefined>> = {
  HelmRelease: {
    stated: { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease' },
    required: /^[ \t]+(?:chart|chartRef):/m,
  },
  Kustomization: {
    stated: { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization' },
    required: /^[ \t]+sourceRef:/m,
  },
  GitRepository: {
    stated: { group: 'source.toolkit.fluxcd.io', kind: 'GitRepository' },
    required: /^[ \t]+url:/m,
  },
  OCIRepository: {
    stated: { group: 'source.toolkit.fluxcd.io', kind: 'OCIRepository' },
    required: /^[ \t]+url:/m,
  },
  HelmRepository: {
    stated: { group: 'source.toolkit.fluxcd.io', kind: 'HelmRepository' },
    required: /^[ \t]+url:/m,
  },
  HelmChart: {
    stated: { group: 'source.toolkit.fluxcd.io', kind: 'HelmChart' },
    required: /^[ \t]+sourceRef:/m,
  },
  Bucket: {
    stated: { group: 'source.toolkit.fluxcd.io', kind: 'Bucket' },
    required: /^[ \t]+bucketName:/m,
  },
};

/** HelmReleases and Flux Kustomizations, found as `actionableDocuments` finds them. */
export function fluxDocuments(text: string): FluxDocument[] {
  return actionableDocuments(text).filter(isApplier);
}

/** Tells a document of an applier from one of a source. */
export function isApplier(document: FluxDocument | SourceDocument): document is FluxDocument {
  return document.group !== 'source.toolkit.fluxcd.io';
}

/**
 * Those and sources, in the order of the text. Leaves out what nobody must act on: patches (a HelmRelease with neither `chart` nor
 * `chartRef`, a source without address), kustomize's own files, templates, and names that hold variables.
 */
export function actionableDocuments(text: string): (FluxDocument | SourceDocument)[] {
  if (!text.includes('.toolkit.fluxcd.io')) {
    return [];
  }
  const found: (FluxDocument | SourceDocument)[] = [];
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
    const { stated, name, namespace, firstLine } = read;
    const place = { firstLine: { start, end: span.start + firstLine.end }, document: span, line };
    found.push({ ...stated, name, namespace, ...place });
  }
  return found;
}

function readDocument(text: string) {
  const head = documentHead(text);
  const kind = head && Object.hasOwn(kinds, head.kind) ? kinds[head.kind] : undefined;
  if (!head || !kind || groupOf(head.apiVersion) !== kind.stated.group) {
    return undefined;
  }
  const { name, namespace, firstLine } = head;
  if (!isLiteral(name) || (namespace !== undefined && !isLiteral(namespace))) {
    return undefined;
  }
  return kind.required.test(specOf(text)) ? { stated: kind.stated, name, namespace, firstLine } : undefined;
}

/** The fields of `spec`, those of an alias (`spec: *common`) and of merged maps (`<<: *common`, a list of them) too. */
function specOf(text: string): string {
  const own = blockBelow(text, 'spec');
  const alias = /^spec:[ \t]+(\*\S+)[ \t]*(?:#.*)?\r?$/m.exec(text)?.[1] ?? '';
  const merged = [...own.matchAll(/^[ \t]+<<:[ \t]+(.*)$/gm)].map(([, value = '']) => value);
  const [indent = ''] = /^[ \t]+/.exec(own) ?? [];
  const listed = [...linesBelow(text, 'spec').matchAll(mergeList)].map(([, at, items = '']) =>
    at === indent ? items : '',
  );
  const names = [alias, ...merged, ...listed].flatMap((value) =>
    [...value.matchAll(/\*([^\s,[\]{}]+)/g)].map(([, name = '']) => name),
  );
  return [own, ...names.map((name) => blockOfAnchor(text, name))].join('\n');
}

/** `<<:`, and below it a line for each map. */
const mergeList = /^([ \t]+)<<:[ \t]*(?:#.*)?\r?\n((?:[ \t]*-[ \t]+\*[^\n]*(?:\n|$))+)/gm;

/** What Kubernetes takes for the name of such an object. */
function isLiteral(name: string): boolean {
  return /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(name);
}
