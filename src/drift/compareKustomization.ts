/**
 * What kustomize-controller would do with the objects of a Flux Kustomization, asked of a cluster: by server-side dry-runs, and by
 * what it does beside them (spec drift 4). Writes nothing: a dry-run has no effect, but passes admission webhooks and stands in the
 * audit log, so this runs on the user's action alone.
 */
import type { Clock } from '../base/clock.ts';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import { inventoryOf } from '../flux/inventory.ts';
import { groupOf } from '../flux/kinds.ts';
import { idOf } from '../flux/objectKey.ts';
import type { FluxObject, KubernetesObject } from '../flux/objects.ts';
import { asText, fieldAt } from '../flux/untyped.ts';
import type { DesiredObject, RenderedKustomization } from '../render/desired.ts';
import type { ComparisonCache } from './comparisonCache.ts';
import { comparisonNotes } from './comparisonNotes.ts';
import { ComparisonStart } from './comparisonStart.ts';
import type { ComparisonSurroundings } from './comparisonSurroundings.ts';
import { comparisonTurns } from './comparisonTurns.ts';
import { inChangeOrder } from './changeOrder.ts';
import { definitionReader } from './definitionReader.ts';
import type { Comparison, ComparisonProgress, ObjectDifference } from './difference.ts';
import { FormerMasks, type FormerRender } from './formerMasks.ts';
import { ignoreRules } from './ignoreRules.ts';
import { LiveSecrets } from './liveSecrets.ts';
import { ObjectComparison } from './objectComparison.ts';
import { OverriddenManagers } from './overriddenManagers.ts';
import { prunedObject, staleItems } from './prunedObjects.ts';
import { UnsetVariables } from './unsetVariables.ts';

export interface KustomizationToCompare {
  readonly rendered: RenderedKustomization;
  /** The Flux Kustomization in the cluster, whose inventory tells what left the build; `undefined` where there is none. */
  readonly live: FluxObject | undefined;
  /** The same where `live` is left out so that nothing is said of what left the build: its Secrets are in what lives. */
  readonly applied?: FluxObject | undefined;
  /** What is compared; the rest of the render only tells what is applied beside it. Absent: all. */
  readonly only?: ((desired: DesiredObject) => boolean) | undefined;
  /**
   * Renders what was applied last, for the places where Secrets went into what lives: asked for where the Kustomization in the cluster
   * takes variables from one. For drift that is `rendered` itself. Without it such values are masked as cannot be told.
   */
  readonly former?: FormerRender | undefined;
  readonly api: ClusterApi;
  /** What has been asked while this was rendered, of the same cluster and Kustomization; it is disposed at the end. */
  readonly start?: ComparisonStart | undefined;
  /** See `Comparison.from`. */
  readonly from: string;
  readonly signal: AbortSignal;
  /** Results of before, of the same cluster: what has not changed since is not asked again. The caller keeps it. */
  readonly previous?: ComparisonCache;
  /** Told after each object; `total` grows once by what left the build. */
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
  const { rendered, live, api, from, only = () => true } = task;
  const wanted = rendered.objects.filter(only);
  const comparison = { target: rendered.name, context: api.context, from };
  if (rendered.inForce.spec?.kubeConfig !== undefined) {
    const objects = wanted.map(onOtherCluster);
    return { ...comparison, objects, notes: comparisonNotes(rendered, live, objects, undefined) };
  }
  const { signal, clock, previous } = task;
  const asking = task.start ?? new ComparisonStart({ owner: rendered.name, api, clock, previous });
  const stop = (): void => asking.dispose();
  const tell = teller(task);
  try {
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) {
      stop();
    }
    const known = await LiveSecrets.of(task.live ?? task.applied, rendered, asking);
    const former = await FormerMasks.of(task.former, known.substitutes && !known.hidden, known.distrustsLive);
    const around = surroundings(task, asking, known, former);
    const unset = new UnsetVariables(rendered);
    const shown = (difference: ObjectDifference): ObjectDifference => known.shown(unset.shown(difference));
    const compare = async (each: DesiredObject): Promise<ObjectDifference> =>
      unset.left(each) ?? shown(await new ObjectComparison(around, each).run());
    const built = await tell(wanted, compare);
    const inventory = live === undefined ? [] : inventoryOf(live);
    // Another cluster's inventory says nothing about this one.
    const stale = typeof inventory === 'string' ? [] : staleItems(inventory, built);
    const prunes = rendered.inForce.spec?.prune === true;
    const pruned = await tell(stale, async (item) => {
      const difference = unset.leftApplied(item) ?? (await prunedObject(around, item, prunes));
      return difference && shown(difference);
    });
    const objects = inChangeOrder([...pruned, ...built]);
    const unread = known.notes.length > 0 ? known.notes : unset.notes;
    const notes = [...comparisonNotes(rendered, live, objects, around.ignore.problem), ...unread, ...former.notes];
    notes.push(...(around.overridden?.notes ?? []));
    return { ...comparison, objects, notes };
  } finally {
    signal.removeEventListener('abort', stop);
    stop(); // what fails for one object fails for those that wait for their turn
  }
}

type Tell = <T>(
  items: readonly T[],
  compare: (item: T) => Promise<ObjectDifference | undefined>,
) => Promise<readonly ObjectDifference[]>;

/** Runs comparisons beside one another and tells of each; requests wait for their turn further down. */
function teller({ onObject, onProgress }: KustomizationToCompare): Tell {
  let [done, total] = [0, 0];
  return async (items, compare) => {
    total += items.length;
    const differences = await Promise.all(
      items.map(async (item) => {
        const difference = await compare(item);
        done += 1;
        if (difference) {
          onObject?.(difference);
        }
        onProgress?.({ done, total });
        return difference;
      }),
    );
    return differences.filter((difference) => difference !== undefined);
  };
}

function onOtherCluster({ real }: DesiredObject): ObjectDifference {
  const object = real.reveal();
  return {
    id: idOf(object),
    apiVersion: object.apiVersion,
    change: 'unknown',
    because: 'otherCluster',
    reason: 'The Kustomization has spec.kubeConfig: its objects are on another cluster.',
    paths: [],
  };
}

function surroundings(
  { rendered, previous, signal }: KustomizationToCompare,
  asking: ComparisonStart,
  { secrets, substituted, hidden }: LiveSecrets,
  former: FormerMasks,
): ComparisonSurroundings {
  const built = rendered.objects.map(({ real }) => real.reveal());
  const namespaces = new Set(built.filter(isNamespace).map(({ metadata }) => metadata.name));
  const definitions = new Set(built.flatMap((object) => definedKind(object) ?? []));
  const { force, ignore } = rendered.inForce.spec ?? {};
  const { api, requests, rights, kinds, reads, versions } = asking;
  const setting = previous?.fingerprint([force, ignore, secrets?.reveal(), substituted?.reveal(), hidden, former.key]);
  return {
    ...{ api, requests, rights, kinds, reads },
    owner: rendered.name,
    turns: comparisonTurns(signal),
    secrets,
    substituted,
    hidden,
    former,
    force: force === true,
    ignore: ignoreRules(ignore),
    cache: previous && { results: previous, versions, setting },
    buildsNamespace: (name) => namespaces.has(name),
    buildsDefinition: (group, kind) => definitions.has(`${group}/${kind}`),
    overridden: new OverriddenManagers(asking),
    definitionOf: definitionReader(asking),
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
