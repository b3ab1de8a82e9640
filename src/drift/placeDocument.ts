/**
 * Where the object of a document lives, what lives there and who applies it: by what the reader has named, the owner's inventory, and
 * the labels of what lives. Reads only; compares nothing.
 */
import { isFailure } from '../base/failure.ts';
import type { ApiResource, ClusterApi } from '../cluster/clusterApi.ts';
import { fluxKinds } from '../flux/kinds.ts';
import type { FluxObject, KubernetesObject } from '../flux/objects.ts';
import { ownerOf } from '../flux/references.ts';
import { asFluxObject } from '../flux/sanitizeObject.ts';
import type { ClusterInputs, FluxName } from '../render/desired.ts';
import { attempt } from './attempt.ts';
import type { PoliteRequests } from './politeRequests.ts';
import { hasApplied, type RawPlace, rawPlace } from './rawDesired.ts';
import type { Rights } from './rights.ts';

export interface DocumentToPlace {
  readonly document: KubernetesObject;
  readonly resource: ApiResource;
  /** By which the reader has named the object: stands for the one that the text lacks. */
  readonly namespace: string | undefined;
  /** Who builds the file; `undefined` where the files name none. Its namespace may be empty. */
  readonly owner: FluxName | undefined;
  readonly cluster: Pick<ClusterInputs, 'fluxObject'>;
  readonly api: ClusterApi;
  readonly requests: PoliteRequests;
  readonly rights: Rights;
  readonly signal: AbortSignal;
}

export interface PlacedDocument {
  /** `undefined` where neither the text nor an owner nor the cluster tells the namespace, so nothing can be compared. */
  readonly place: RawPlace | undefined;
  /** `undefined` also where it cannot be read: the comparison says why. */
  readonly live: KubernetesObject | undefined;
  /** As it lives. */
  readonly owner: FluxObject | undefined;
}

/** Throws a `Failure` for what concerns all requests alike: `cancelled`, `unauthorized`, an owner that cannot be read. */
export async function placeDocument(task: DocumentToPlace): Promise<PlacedDocument> {
  const { document, resource, namespace, owner: name } = task;
  const named = name && (await ownerNamed(name, task));
  const told = rawPlace(document, named, namespace);
  const isOpen = resource.namespaced && told.namespace === '' && named === undefined;
  const place = isOpen ? await placeOfLive(told.name, task) : told;
  const live = place && (await readLive(place, task));
  // A file that no Kustomization is known to build may be of an object that one has applied.
  return { place, live, owner: named ?? (live && (await ownerOfLive(live, task))) };
}

async function readLive(
  place: RawPlace,
  { api, requests, rights, resource }: DocumentToPlace,
): Promise<KubernetesObject | undefined> {
  const id = { ...place, namespace: resource.namespaced ? place.namespace : '' };
  const live = await attempt(async () =>
    (await rights.may('get', resource, id.namespace)) === false
      ? undefined
      : requests.send((signal) => api.get(resource, id, signal)),
  );
  return isFailure(live) ? undefined : live;
}

/** The one object of that name that a Kustomization has applied, wherever it lives. */
async function placeOfLive(name: string, task: DocumentToPlace): Promise<RawPlace | undefined> {
  const found = await allNamed(name, task.resource, task, { metadataOnly: true });
  const [only, another] = found.filter((one) => ownerOf(one)?.id.kind === 'Kustomization');
  return only && !another ? { namespace: only.metadata.namespace ?? '', name } : undefined;
}

/** Of several without a namespace the one that has applied the object. */
async function ownerNamed(name: FluxName, task: DocumentToPlace): Promise<FluxObject | undefined> {
  const { cluster, api, requests, signal, document } = task;
  if (name.namespace !== '') {
    return cluster.fluxObject(name.kind, name.namespace, name.name, signal);
  }
  const known = fluxKinds.find(({ kind }) => kind === name.kind);
  const resource = known && (await attempt(() => requests.send((each) => api.findResource(known, each))));
  if (!resource || isFailure(resource)) {
    return undefined;
  }
  const found = (await allNamed(name.name, resource, task)).map(asFluxObject);
  const applying = found.length > 1 ? found.filter((one) => hasApplied(one, document)) : found;
  return applying.length === 1 ? applying[0] : undefined;
}

async function ownerOfLive(
  live: KubernetesObject,
  { cluster, signal }: DocumentToPlace,
): Promise<FluxObject | undefined> {
  const id = ownerOf(live)?.id;
  return id?.kind === 'Kustomization' ? cluster.fluxObject('Kustomization', id.namespace, id.name, signal) : undefined;
}

/** In all namespaces; none where one may not list them. */
async function allNamed(
  name: string,
  resource: ApiResource,
  { api, requests, rights }: DocumentToPlace,
  how: { readonly metadataOnly?: boolean } = {},
): Promise<readonly KubernetesObject[]> {
  const page = await attempt(async () => {
    const query = { ...how, fieldSelector: `metadata.name=${name}` };
    const may = await rights.may('list', resource, '');
    return may === false ? undefined : requests.send((signal) => api.list(resource, query, signal));
  });
  return page === undefined || isFailure(page) ? [] : page.items.filter(({ metadata }) => metadata.name === name);
}
