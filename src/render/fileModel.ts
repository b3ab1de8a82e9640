/**
 * What rendering wants to know of one file of a repository: the objects that decide what is built and with which values, and
 * what a kustomize file refers to. A pure function of path and text, so that it can be kept for as long as the file stays.
 */
import { asList, asRecord, fieldAt } from '../flux/untyped.ts';
import { type KustomizeFile, kustomizeFileOf } from '../manifests/kustomizeFile.ts';
import { isKustomizeFileName } from '../manifests/notAManifest.ts';
import { type Manifest, parsingManifests } from '../manifests/parseManifests.ts';
import { plainValue } from '../manifests/plainValue.ts';
import { nameOf } from '../manifests/repositoryPath.ts';
import type { JsonObject } from './engineProtocol.ts';
import { lineAt } from './lineAt.ts';

/** An object as a file states it, before any build. */
export interface StatedDocument {
  readonly path: string;
  /** Of the document's first key, from 1. */
  readonly line: number;
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  /** `''` where the text has none. */
  readonly namespace: string;
  readonly object: JsonObject;
  /** By SOPS. */
  readonly encrypted: boolean;
}

export interface FileModel {
  readonly documents: readonly StatedDocument[];
  readonly kustomize: KustomizeFile | undefined;
  /** Every text of a kustomize file that may name a file or folder. */
  readonly references: readonly string[];
  /** Why a document that would decide something cannot be read; of several the first. */
  readonly problem: FileProblem | undefined;
  /** The kustomize file runs generators, transformers or the like, whose own files name further ones. */
  readonly opaque: boolean;
}

export interface FileProblem {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

export const emptyModel: FileModel = {
  documents: [],
  kustomize: undefined,
  references: [],
  problem: undefined,
  opaque: false,
};

const opaqueKeys = ['generators', 'transformers', 'validators', 'openapi', 'crds', 'configurations', 'helmCharts'];

/** Documents of other kinds are what is built, not what decides about it. */
function decides(documentText: string): boolean {
  return /(?:toolkit|extensions)\.fluxcd\.io|controlplane\.io|^kind:[ \t]*["']?(?:ConfigMap|Secret)\b/m.test(
    documentText,
  );
}

/** With a step for each document: a file may have thousands. */
export function* readFileModel(path: string, text: string): Generator<void, FileModel> {
  const kustomizeFile = isKustomizeFileName(nameOf(path));
  const { manifests, problems } = yield* parsingManifests(text, path, kustomizeFile ? undefined : decides);
  const [first] = problems;
  const problem = first && { line: lineAt(text, first.start), message: first.message };
  if (!kustomizeFile) {
    const lineOf = lineCounter(text);
    const documents: StatedDocument[] = [];
    for (const manifest of manifests.filter(isNamed)) {
      yield;
      documents.push(stated(path, lineOf(manifest.root.start), manifest));
    }
    return { ...emptyModel, documents, problem };
  }
  const root = manifests.find((manifest) => manifest.group === 'kustomize.config.k8s.io')?.root;
  if (!root) {
    return { ...emptyModel, problem };
  }
  const plain = asRecord(plainValue(root)) ?? {};
  return {
    documents: [],
    kustomize: kustomizeFileOf(root),
    references: [...textsIn(plain)],
    problem,
    opaque: opaqueKeys.some((key) => Object.hasOwn(plain, key)),
  };
}

/** Templates hold variables where names should be. */
function isNamed({ name }: Manifest): boolean {
  return name !== '' && !/<<|\{\{/.test(name);
}

function stated(path: string, line: number, manifest: Manifest): StatedDocument {
  const { group, kind, name, namespace, encrypted, root } = manifest;
  return {
    path,
    line,
    group,
    kind,
    name,
    namespace,
    encrypted,
    object: asRecord(plainValue(root)) ?? {},
  };
}

/** Lines of offsets that mostly rise: counted on from the last, for a file may have thousands of documents. */
function lineCounter(text: string): (offset: number) => number {
  let [line, at] = [1, 0];
  return (offset) => {
    if (offset < at) {
      [line, at] = [1, 0];
    }
    for (let end = text.indexOf('\n', at); end >= 0 && end < offset; end = text.indexOf('\n', at)) {
      [line, at] = [line + 1, end + 1];
    }
    return line;
  };
}

function textsIn(value: unknown): Set<string> {
  const found = new Set<string>();
  const collect = (one: unknown): void => {
    if (typeof one === 'string' && one.length < 1000) {
      found.add(one);
      found.add(one.replace(/^[^=]*=/, '')); // `values.yaml=prod.yaml` puts the second under the name of the first
    }
    Object.values(asRecord(one) ?? {}).forEach(collect);
    asList(one)?.forEach(collect);
  };
  collect(value);
  return found;
}

/** A patch looks like the object that it changes but for this: only the whole object says what it applies. */
export function isWhole(document: StatedDocument): boolean {
  return document.kind === 'HelmRelease'
    ? fieldAt(document.object, 'spec', 'chart') !== undefined ||
        fieldAt(document.object, 'spec', 'chartRef') !== undefined
    : fieldAt(document.object, 'spec', 'sourceRef') !== undefined;
}
