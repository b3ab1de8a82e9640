/**
 * What a rendered document is about, its title and its address. The address alone must be enough to make the document again
 * after a reload, and two documents with different content must not share one.
 */
import { asRecord, asText } from '../flux/untyped.ts';
import type { FluxName } from '../render/desired.ts';

/** `applied`: the objects that Flux applies; `values`: of a HelmRelease; `variables`: of a Kustomization. */
export type RenderedAspect = 'applied' | 'values' | 'variables';

export interface RenderedSubject {
  readonly aspect: RenderedAspect;
  readonly name: FluxName;
  /** Top folder of the repository. */
  readonly root: string;
  /** The Kustomization that the user chose where several build the object. */
  readonly owner: FluxName | undefined;
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

/** `HelmRelease logging/loki: what Flux applies`; with the owner where it was chosen, for the other one has a document too. */
export function renderedTitle({ aspect, name, owner }: Omit<RenderedSubject, 'root'>): string {
  const by = owner === undefined ? '' : ` (built by ${owner.namespace}/${owner.name})`;
  return `${fluxNameText(name)}: ${aspectWords[aspect]}${by}`;
}

/** Folder of every address, by which the documents are given their language (`package.json`, `filenamePatterns`). */
const addressFolder = '/driftline-rendered/';

export interface RenderedAddress {
  readonly path: string;
  readonly query: string;
}

/** The last part of the path is what a tab says. A slash would cut the title, so a sign that looks like one stands for it. */
export function renderedAddress(subject: RenderedSubject): RenderedAddress {
  const { aspect, name, root, owner } = subject;
  return {
    path: addressFolder + renderedTitle(subject).replaceAll('/', '∕'),
    query: JSON.stringify({ aspect, name: plainName(name), root, ...(owner && { owner: plainName(owner) }) }),
  };
}

/** `undefined` for an address that `renderedAddress` did not make: anybody may write one into a link. */
export function parseRenderedAddress({ query }: Pick<RenderedAddress, 'query'>): RenderedSubject | undefined {
  const read = asRecord(parseJson(query));
  const aspect = asText(read?.['aspect']);
  const name = readName(read?.['name']);
  const root = asText(read?.['root']);
  const owner = read?.['owner'] === undefined ? undefined : readName(read['owner']);
  const isAspect = (text: string | undefined): text is RenderedAspect => Object.hasOwn(aspectWords, text ?? '');
  if (!isAspect(aspect) || !name || root === undefined || (read?.['owner'] !== undefined && !owner)) {
    return undefined;
  }
  return { aspect, name, root, owner };
}

/** What is rendered once for all documents about the same object. */
export function renderKey({ name, root, owner }: Omit<RenderedSubject, 'aspect'>): string {
  return JSON.stringify([root, plainName(name), owner === undefined ? null : plainName(owner)]);
}

/** In one order of fields, and without what else a wider type may carry. */
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
