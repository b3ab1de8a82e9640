/**
 * Finds the documents of a text that state objects for a Flux Kustomization to apply and are none of those that have lenses of
 * their own, without a YAML parser: it is asked at every change of every YAML file. Whether anything applies them is not told.
 */
import { groupOf } from '../flux/kinds.ts';
import { countLines, documentHead } from './documentHead.ts';
import { fluxDocuments } from './fluxDocuments.ts';
import { splitDocuments } from './splitDocuments.ts';
import type { TextSpan } from './yamlNode.ts';

export interface PlainDocument {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  /** `undefined` where the document has none. */
  readonly namespace: string | undefined;
  readonly document: TextSpan;
  /** Of the first line that is no comment and no `---`, from 0. */
  readonly line: number;
}

/** In the order of the text, at most `most`: a file may be a bundle of hundreds. */
export function plainDocuments(text: string, most = 50): PlainDocument[] {
  if (!text.includes('apiVersion:') || !text.includes('kind:')) {
    return [];
  }
  const flux = new Set(fluxDocuments(text).map(({ document }) => document.start));
  const found: PlainDocument[] = [];
  let [line, counted] = [0, 0];
  for (const span of splitDocuments(text)) {
    const head = flux.has(span.start) ? undefined : documentHead(text.slice(span.start, span.end));
    const group = head && groupOf(head.apiVersion);
    if (!head || group === undefined || group === 'kustomize.config.k8s.io') {
      continue;
    }
    const start = span.start + head.firstLine.start;
    line += countLines(text, counted, start);
    counted = start;
    const { kind, name, namespace } = head;
    found.push({ group, kind, name, namespace, document: span, line });
    if (found.length === most) {
      break;
    }
  }
  return found;
}
