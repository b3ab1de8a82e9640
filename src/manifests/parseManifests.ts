/**
 * YAML text to Kubernetes objects with positions. Never throws: what cannot be read becomes a problem beside what can.
 * Knows what a manifest is, not what is right or wrong in one.
 */
import { parseAllDocuments } from 'yaml';
import { allSteps } from '../base/turns.ts';
import { groupOf } from '../flux/kinds.ts';
import { convertDocument, TooManyAliases } from './convertYaml.ts';
import {
  cannotBeManifest,
  isCustomResourceDefinition,
  isGeneratedByFlux,
  isKustomizeFileName,
  maxDocumentLength,
} from './notAManifest.ts';
import { splitDocuments } from './splitDocuments.ts';
import {
  asMap,
  itemsOf,
  plainText,
  stringAt,
  type TextSpan,
  valueAt,
  type YamlMap,
  type YamlNode,
} from './yamlNode.ts';

export interface Manifest {
  readonly apiVersion: string;
  /** Of the `apiVersion`; `''` is the core group. */
  readonly group: string;
  readonly kind: string;
  /** `''` where there is none, as in kustomize files. */
  readonly name: string;
  readonly namespace: string;
  readonly root: YamlMap;
  /** The document that the object stands in; several objects of a `List` share one. */
  readonly document: TextSpan;
  /** SOPS has encrypted it: values may be ciphertext, and its MAC forbids to change any. */
  readonly encrypted: boolean;
}

/** `syntax`: no valid YAML; `aliases`: expands without measure; `size`: longer than is read. */
export interface ManifestProblem extends TextSpan {
  readonly reason: 'syntax' | 'aliases' | 'size';
  readonly message: string;
}

export interface ParsedFile {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly manifests: readonly Manifest[];
  readonly problems: readonly ManifestProblem[];
  /** Written by `flux bootstrap` or `flux install`: to be read, not to be judged. */
  readonly generated: boolean;
}

export interface ParsedYaml {
  readonly nodes: readonly YamlNode[];
  readonly problems: readonly ManifestProblem[];
}

/**
 * Documents with errors give a problem and no node: half a document could say the opposite of the whole one.
 * `base` is added to every offset.
 */
export function parseYaml(text: string, base = 0): ParsedYaml {
  const nodes: YamlNode[] = [];
  const problems: ManifestProblem[] = [];
  const fail = (reason: ManifestProblem['reason'], error: unknown, start: number, end: number): void => {
    const message = error instanceof Error ? error.message : String(error);
    problems.push({ reason, message, start: base + start, end: base + end });
  };
  try {
    // Go's reader takes the last of two equal keys, and so do we; the library would make it an error.
    const documents = parseAllDocuments(text, { uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
    for (const document of documents) {
      const [error] = document.errors;
      if (error) {
        fail('syntax', error, error.pos[0], error.pos[1]);
        continue;
      }
      const node = convertDocument(document, base);
      if (node) {
        nodes.push(node);
      }
    }
  } catch (error) {
    fail(error instanceof TooManyAliases ? 'aliases' : 'syntax', error, 0, text.length);
  }
  return { nodes, problems };
}

/** Where a key stands a second time in its map, which Flux's readers refuse; `undefined` where none does or nothing can be told. */
export function findDuplicateKey(text: string): number | undefined {
  for (const { start, end } of splitDocuments(text)) {
    try {
      const [document] = parseAllDocuments(text.slice(start, end), { prettyErrors: false, logLevel: 'silent' });
      const error = document?.errors.find(({ code }) => code === 'DUPLICATE_KEY');
      if (error) {
        return start + error.pos[0];
      }
    } catch {
      // this document then does not tell
    }
  }
  return undefined;
}

/** `wanted` sees the text of a document before it is parsed and may decline it; the default takes every manifest. */
export function parseManifests(text: string, path: string, wanted?: (documentText: string) => boolean): ParsedFile {
  return allSteps(parsingManifests(text, path, wanted));
}

/** The same with a step for each document, for files that may be large. */
export function* parsingManifests(
  text: string,
  path: string,
  wanted: (documentText: string) => boolean = () => true,
): Generator<void, ParsedFile> {
  const kustomizeFile = isKustomizeFileName(path.slice(path.lastIndexOf('/') + 1));
  const manifests: Manifest[] = [];
  const problems: ManifestProblem[] = [];
  let budget = maxDocumentLength;
  for (const document of splitDocuments(text)) {
    yield;
    const documentText = text.slice(document.start, document.end);
    const skip = kustomizeFile ? false : cannotBeManifest(documentText) || isCustomResourceDefinition(documentText);
    if (skip || !wanted(documentText)) {
      continue;
    }
    budget -= documentText.length;
    if (budget < 0) {
      problems.push({ reason: 'size', message: 'too long to be read', ...document });
      continue;
    }
    const parsed = parseYaml(documentText, document.start);
    problems.push(...parsed.problems);
    for (const node of parsed.nodes) {
      manifests.push(...manifestsIn(node, document, kustomizeFile));
    }
  }
  return { path, text, manifests, problems, generated: isGeneratedByFlux(text) };
}

function manifestsIn(node: YamlNode, document: TextSpan, kustomizeFile: boolean): Manifest[] {
  const root = asMap(node);
  if (!root) {
    return [];
  }
  const kind = stringAt(root, 'kind');
  const apiVersion = stringAt(root, 'apiVersion');
  if (kustomizeFile) {
    // kustomize fills in both when they are missing (kustomize api/types/kustomization.go, FixKustomizationPostUnmarshal).
    return [manifest(root, document, apiVersion ?? 'kustomize.config.k8s.io/v1beta1', kind ?? 'Kustomization')];
  }
  if (kind === undefined || kind === '' || apiVersion === undefined || apiVersion === '') {
    return [];
  }
  if (kind.endsWith('List') && root.entries.has('items')) {
    return itemsOf(valueAt(root, 'items')).flatMap((item) => manifestsIn(item, document, false));
  }
  if (kind === 'ResourceSet' && groupOf(apiVersion) === 'fluxcd.controlplane.io') {
    // Real objects after templating; what stands in << >> is unresolved for whoever reads it.
    const templates = itemsOf(valueAt(root, 'spec', 'resources'));
    return [
      manifest(root, document, apiVersion, kind),
      ...templates.flatMap((item) => manifestsIn(item, document, false)),
    ];
  }
  return [manifest(root, document, apiVersion, kind)];
}

function manifest(root: YamlMap, document: TextSpan, apiVersion: string, kind: string): Manifest {
  const sops = valueAt(root, 'sops');
  return {
    apiVersion,
    group: groupOf(apiVersion),
    kind,
    name: plainText(valueAt(root, 'metadata', 'name')) ?? '',
    namespace: plainText(valueAt(root, 'metadata', 'namespace')) ?? '',
    root,
    document,
    encrypted: valueAt(sops, 'mac') !== undefined || valueAt(sops, 'lastmodified') !== undefined,
  };
}
