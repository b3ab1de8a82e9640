/**
 * What kustomize-controller would do with the objects of a Flux Kustomization, asked of a cluster: by server-side dry-runs, and by
 * what it does beside them (spec drift 4). Writes nothing: a dry-run has no effect, but passes admission webhooks and stands in the
 * audit log, so this runs on the user's action alone.
 */
import { type Clock, systemClock } from '../base/clock.ts';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import { groupOf } from '../flux/kinds.ts';
import type { FluxObject, KubernetesObject } from '../flux/objects.ts';
import { asText, fieldAt } from '../flux/untyped.ts';
import type { DesiredObject, RenderedKustomization, RenderNote } from '../render/desired.ts';
import type { Change, Comparison, ComparisonProgress, ObjectDifference } from './difference.ts';
import { type ComparisonSurroundings, ObjectComparison } from './objectComparison.ts';
import { PoliteRequests } from './politeRequests.ts';
import { Rights } from './rights.ts';

export interface KustomizationToCompare {
  readonly rendered: RenderedKustomization;
  /** The Flux Kustomization in the cluster, whose inventory tells what left the build; `undefined` where there is none. */
  readonly live: FluxObject | undefined;
  readonly api: ClusterApi;
  /** See `Comparison.from`. */
  readonly from: string;
  readonly signal: AbortSignal;
  /** Told after each object. */
  readonly onProgress?: (progress: ComparisonProgress) => void;
  /** Each result as soon as it is there, in no order: what is had when the comparison is cancelled. */
  readonly onObject?: (difference: ObjectDifference) => void;
  readonly clock?: Clock;
}

/**
 * Throws a `Failure` for what concerns all objects: `cancelled`, `unauthorized`. What concerns one is its own result. At most eight
 * requests run at a time.
 */
export async function compareKustomization(task: KustomizationToCompare): Promise<Comparison> {
  const { rendered, api, from, signal } = task;
  const target = rendered.name;
  const notes: readonly RenderNote[] = rendered.notes;
  const { objects: desired } = rendered;
  if (rendered.inForce.spec?.kubeConfig !== undefined) {
    const objects = desired.map(onOtherCluster);
    return { target, context: api.context, from, objects, notes };
  }
  const around = surroundings(task);
  let done = 0;
  const differences = await Promise.all(
    desired.map(async (each) => {
      const difference = await new ObjectComparison(around, each).run();
      signal.throwIfAborted();
      done += 1;
      task.onObject?.(difference);
      task.onProgress?.({ done, total: desired.length });
      return difference;
    }),
  );
  return { target, context: api.context, from, objects: inOrder(differences), notes };
}

function onOtherCluster({ real }: DesiredObject): ObjectDifference {
  const { apiVersion, kind, metadata } = real.reveal();
  return {
    id: { group: groupOf(apiVersion), kind, namespace: metadata.namespace ?? '', name: metadata.name },
    apiVersion,
    change: 'unknown',
    because: 'otherCluster',
    reason: 'The Kustomization has spec.kubeConfig: its objects are on another cluster.',
    paths: [],
  };
}

function surroundings({
  rendered,
  api,
  signal,
  clock = systemClock(),
}: KustomizationToCompare): ComparisonSurroundings {
  const requests = new PoliteRequests({ clock, signal });
  const built = rendered.objects.map(({ real }) => real.reveal());
  const namespaces = new Set(built.filter(isNamespace).map(({ metadata }) => metadata.name));
  const definitions = new Set(built.flatMap((object) => definedKind(object) ?? []));
  return {
    api,
    requests,
    rights: new Rights((question) => requests.send((each) => api.mayI(question, each))),
    secrets: rendered.secrets,
    force: rendered.inForce.spec?.['force'] === true,
    buildsNamespace: (name) => namespaces.has(name),
    buildsDefinition: (group, kind) => definitions.has(`${group}/${kind}`),
  };
}

function isNamespace({ apiVersion, kind }: KubernetesObject): boolean {
  return apiVersion === 'v1' && kind === 'Namespace';
}

function definedKind({ apiVersion, kind, spec }: KubernetesObject): string | undefined {
  return kind === 'CustomResourceDefinition' && groupOf(apiVersion) === 'apiextensions.k8s.io'
    ? `${asText(fieldAt(spec, 'group')) ?? ''}/${asText(fieldAt(spec, 'names', 'kind')) ?? ''}`
    : undefined;
}

const order: readonly Change[] = ['delete', 'recreate', 'create', 'change', 'unknown', 'skip', 'none'];

function inOrder(differences: readonly ObjectDifference[]): readonly ObjectDifference[] {
  return differences.toSorted((a, b) => order.indexOf(a.change) - order.indexOf(b.change));
}
