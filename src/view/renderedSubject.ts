/**
 * What a rendered document is about, its title and its address. The address alone must be enough to make the document again
 * after a reload, and two documents with different content must not share one.
 */
import { parseJson } from '../base/parseJson.ts';
import { asRecord, asText } from '../flux/untyped.ts';
import type { FluxName } from '../render/desired.ts';

/** `applied`: the objects that Flux applies; `values`: of a HelmRelease; `variables`: of a Kustomization. */
export type RenderedAspect = 'applied' | 'values' | 'variables';

export interface RenderedSubject {
  readonly aspect: RenderedAspect;
  readonly name: FluxName;
  /** Top folder of the repository. */
  readonly root: string;
  /** File that the document was asked for from; it tells objects of one name apart. */
  readonly path: string | undefined;
  /** What the user chose where several could be meant. */
  readonly choice: RenderedChoice | undefined;
}

export interface RenderedChoice {
  readonly owner: FluxName | undefined;
  /** File that tells this one from the others: the object's own, or that of a parent. */
  readonly path: string;
}

const aspectWords: Readonly<Record<RenderedAspect, string>> = {
  applied: 'what Flux applies',
  values: 'effective values',
  variables: 'variables',
};

/** `HelmRelease logging/loki` */
export function fluxNameText({ kind, namespace, name }: FluxName): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}

/** `HelmRelease logging/loki: what Flux applies`; with a file where the user chose, for the other one has a document too. */
export function renderedTitle({ aspect, name, choice }: Pick<RenderedSubject, 'aspect' | 'name' | 'choice'>): string {
  return `${fluxNameText(name)}: ${aspectWords[aspect]}${choice === undefined ? '' : ` (${choice.path})`}`;
}

/** Scheme of every address. */
export const renderedScheme = 'driftline-applied';

/** Folder of every address, by which the documents are given their language (`package.json`, `filenamePatterns`). */
const addressFolder = '/driftline-rendered/';

export interface RenderedAddress {
  readonly path: string;
  readonly query: string;
}

/** The last part of the path is what a tab says. A slash would cut the title, so a sign that looks like one stands for it. */
export function renderedAddress(subject: RenderedSubject): RenderedAddress {
  const { aspect } = subject;
  return {
    path: addressFolder + renderedTitle(subject).replaceAll('/', '∕'),
    query: JSON.stringify({ aspect, ...plainObject(subject) }),
  };
}

/** `undefined` for an address that `renderedAddress` did not make: anybody may write one into a link. */
export function parseRenderedAddress({ query }: Pick<RenderedAddress, 'query'>): RenderedSubject | undefined {
  const read = asRecord(parseJson(query));
  const aspect = asText(read?.['aspect']);
  const name = readName(read?.['name']);
  const root = asText(read?.['root']);
  const choice = asRecord(read?.['choice']);
  const chosenPath = asText(choice?.['path']);
  const isAspect = (text: string | undefined): text is RenderedAspect => Object.hasOwn(aspectWords, text ?? '');
  if (!isAspect(aspect) || !name || root === undefined || (choice !== undefined && chosenPath === undefined)) {
    return undefined;
  }
  return {
    aspect,
    name,
    root,
    path: asText(read?.['path']),
    choice: chosenPath === undefined ? undefined : { owner: readName(choice?.['owner']), path: chosenPath },
  };
}

/** What is rendered once for all documents about the same object. */
export function renderKey(subject: Omit<RenderedSubject, 'aspect'>): string {
  return JSON.stringify(plainObject(subject));
}

/** In one order of fields, and without what else a wider type may carry. */
function plainObject({ name, root, path, choice }: Omit<RenderedSubject, 'aspect'>) {
  const owner = choice?.owner && plainName(choice.owner);
  return { root, name: plainName(name), path, choice: choice && { owner, path: choice.path } };
}

function plainName({ kind, namespace, name }: FluxName): FluxName {
  return { kind, namespace, name };
}

function readName(value: unknown): FluxName | undefined {
  const record = asRecord(value);
  const kind = asText(record?.['kind']);
  const namespace = asText(record?.['namespace']);
  const name = asText(record?.['name']);
  const isKind = kind === 'Kustomization' || kind === 'HelmRelease';
  return isKind && namespace !== undefined && name !== undefined ? { kind, namespace, name } : undefined;
}
