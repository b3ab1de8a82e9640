/**
 * One cluster as comparisons of many owners ask it: Flux objects by name, what exists, and each comparison with what it needs
 * besides. The same for terminal and editor. Writes nothing; its comparisons send dry-runs.
 */
import type { Clock } from '../base/clock.ts';
import { isFailure } from '../base/failure.ts';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import { fluxKinds } from '../flux/kinds.ts';
import type { FluxObject } from '../flux/objects.ts';
import { asFluxObject } from '../flux/sanitizeObject.ts';
import type { ClusterInputs, FluxName } from '../render/desired.ts';
import type { ManifestReader } from '../render/readManifest.ts';
import { compareKustomization, type KustomizationToCompare } from './compareKustomization.ts';
import { compareRelease, type ReleaseComparison, type ReleaseComparisonRequest } from './compareRelease.ts';
import { compareStatedDocument, type StatedDocumentToCompare } from './compareStatedDocument.ts';
import type { Comparison } from './difference.ts';
import { inheritedReader, type InheritedReader } from './inheritedSecrets.ts';

export interface ComparedCluster {
  readonly context: string;
  readonly inputs: ClusterInputs;
  /** For renders of what lives. */
  readonly inherited?: InheritedReader;
  /** All of that name where `namespace` is `''`. Empty also where the kind is not served. */
  find(name: FluxName, signal: AbortSignal): Promise<readonly FluxObject[]>;
  /** All Kustomizations and HelmReleases. */
  fluxObjects(signal: AbortSignal): Promise<readonly FluxObject[]>;
  /** Whether there is a ConfigMap or Secret of that name; also where one may not look. */
  exists(kind: 'ConfigMap' | 'Secret', namespace: string, name: string, signal: AbortSignal): Promise<boolean>;
  compareKustomization(task: Omit<KustomizationToCompare, 'api' | 'clock'>): Promise<Comparison>;
  compareRelease(request: Omit<ReleaseComparisonRequest, 'api' | 'read'>): Promise<ReleaseComparison>;
  /** See `compareStatedDocument.ts`. */
  compareStatedDocument(task: Omit<StatedDocumentToCompare, 'api' | 'read' | 'cluster' | 'clock'>): Promise<Comparison>;
}

export interface ComparedClusterParts {
  readonly api: ClusterApi;
  readonly inputs: ClusterInputs;
  readonly read: ManifestReader;
  readonly clock: Clock;
}

/** Every call may throw a `Failure`. */
export function comparedCluster({ api, inputs, read, clock }: ComparedClusterParts): ComparedCluster {
  return {
    context: api.context,
    inputs,
    inherited: inheritedReader(api),
    find: (name, signal) => find(api, name, signal),
    fluxObjects: async (signal) => {
      const kinds = ['Kustomization', 'HelmRelease'] as const;
      return (await Promise.all(kinds.map((kind) => listAll(api, kind, signal)))).flat();
    },
    exists: async (kind, namespace, name, signal) => {
      const resource = await api.findResource({ group: '', kind }, signal);
      try {
        if (!resource) {
          return false;
        }
        // A refused request would stand in an audit log like an attempt, most of all on a Secret.
        const question = { verb: 'get', group: '', resource: resource.plural, namespace, name };
        const isRefused = (await api.mayI(question, signal)) === false;
        return isRefused || Boolean(await api.getMetadata(resource, { namespace, name }, signal));
      } catch (error) {
        // Without the right to look nothing can be said to be missing.
        if (isFailure(error, 'notFound') || isFailure(error, 'forbidden')) {
          return error.reason === 'forbidden';
        }
        throw error;
      }
    },
    compareKustomization: (task) => compareKustomization({ ...task, api, clock }),
    compareRelease: (request) => compareRelease({ ...request, api, read }),
    compareStatedDocument: (task) => compareStatedDocument({ ...task, api, read, cluster: inputs, clock }),
  };
}

/** Empty where the kind is not served. */
async function listAll(api: ClusterApi, kind: FluxName['kind'], signal: AbortSignal): Promise<readonly FluxObject[]> {
  const known = fluxKinds.find((one) => one.kind === kind);
  const resource = known && (await api.findResource(known, signal));
  const found: FluxObject[] = [];
  for (let next: string | undefined = ''; resource && next !== undefined;) {
    const page = await api.list(resource, { limit: 500, ...(next !== '' && { next }) }, signal);
    found.push(...page.items.map(asFluxObject));
    next = page.next;
  }
  return found;
}

/** A name without a namespace is looked for in all of them. */
async function find(
  api: ClusterApi,
  { kind, namespace, name }: FluxName,
  signal: AbortSignal,
): Promise<readonly FluxObject[]> {
  const known = fluxKinds.find((one) => one.kind === kind);
  const resource = known && (await api.findResource(known, signal));
  if (!resource) {
    return [];
  }
  if (namespace === '') {
    const { items } = await api.list(resource, { fieldSelector: `metadata.name=${name}` }, signal);
    return items.map(asFluxObject);
  }
  try {
    return [asFluxObject(await api.get(resource, { namespace, name }, signal))];
  } catch (error) {
    if (isFailure(error, 'notFound')) {
      return [];
    }
    throw error;
  }
}
