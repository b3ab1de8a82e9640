/**
 * What an upgrade would change of a release: the objects of a render beside those of the manifest that Helm has stored. What Helm
 * would delete is looked at in the cluster, for the cluster has the last word about it; nothing is sent.
 */
import { isFailure } from '../base/failure.ts';
import { Sealed } from '../base/sealed.ts';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import type { ObjectId } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { fieldAt } from '../flux/untyped.ts';
import type { DesiredObject, FieldPath, RenderedRelease } from '../render/desired.ts';
import { maskLive } from '../render/maskLive.ts';
import type { FieldDifference, ObjectDifference } from './difference.ts';
import { inNamespace, placeObject, type PlacedObject, withHelmMarks } from './storedObjects.ts';
import { restartsPods } from './podRestarts.ts';
import { renderedPaths } from './renderedPaths.ts';

export interface UpgradeParts {
  readonly api: ClusterApi;
  readonly signal: AbortSignal;
  /** Texts that must be shown nowhere: of this render, and old ones that the stored release still holds. */
  readonly secrets: Sealed<readonly string[]>;
  /** Secrets that could not be read may have gone into the release: then no values are shown. */
  readonly hidden: boolean;
}

/** In no special order. Hooks and definitions of `crds/` are not compared: neither is in the manifest. */
export async function upgradeDifferences(
  stored: readonly PlacedObject[],
  rendered: RenderedRelease,
  parts: UpgradeParts,
): Promise<readonly ObjectDifference[]> {
  const { api, signal } = parts;
  const left = new Map(stored.map((object) => [keyOf(object.id), object]));
  const differences: ObjectDifference[] = [];
  for (const desired of rendered.objects.filter(({ role }) => role === undefined)) {
    const marked = withHelmMarks(desired.real.reveal(), rendered.release);
    const placed = await placeObject(marked, rendered.release.namespace, api, signal);
    const counterpart = left.get(keyOf(placed.id));
    left.delete(keyOf(placed.id));
    const shown = withHelmMarks(desired.object, rendered.release);
    const whole = { ...desired, object: inNamespace(shown, placed.id.namespace), real: placed.object };
    differences.push(counterpart ? changed(counterpart, placed, whole, parts) : created(placed, whole, parts));
  }
  for (const object of left.values()) {
    differences.push(await deleted(object, parts));
  }
  return differences;
}

function keyOf({ group, kind, namespace, name }: ObjectId): string {
  return JSON.stringify([group, kind, namespace, name]);
}

function created(placed: PlacedObject, desired: DesiredObject, { secrets, hidden }: UpgradeParts): ObjectDifference {
  const { after } = maskLive({ desired, secrets });
  const { id, apiVersion } = placed;
  return { id, apiVersion, change: 'create', paths: [], ...(after && !hidden ? { after } : {}) };
}

function changed(
  stored: PlacedObject,
  placed: PlacedObject,
  desired: DesiredObject,
  { secrets, hidden }: UpgradeParts,
): ObjectDifference {
  const [live, next] = [stored.object.reveal(), placed.object.reveal()];
  const sides = maskLive({ desired, live, secrets });
  const { id, apiVersion } = placed;
  const paths = renderedPaths(live, next).filter(({ path }) => !desired.unstable.some((one) => isWithin(path, one)));
  if (!sides.differs || paths.length === 0) {
    return { id, apiVersion, change: 'none', paths: [] };
  }
  const told = paths.map(({ path, effect }): FieldDifference => ({ path: sides.shownPath(path), effect }));
  return {
    id,
    apiVersion,
    change: 'change',
    paths: told,
    ...(restartsPods(
      next,
      paths.map(({ path }) => path),
    )
      ? { restartsPods: true as const }
      : {}),
    ...(sides.before && !hidden ? { before: sides.before } : {}),
    ...(sides.after && !hidden ? { after: sides.after } : {}),
    real: new Sealed({ live, next }),
  };
}

function isWithin(path: FieldPath, place: FieldPath): boolean {
  return place.every((key, at) => path[at] === key);
}

/** Helm asks the live object whether it is to be kept, with this very word (helm pkg/kube client.go `Update`). */
async function deleted(
  stored: PlacedObject,
  { api, signal, secrets, hidden }: UpgradeParts,
): Promise<ObjectDifference> {
  const { id, apiVersion, resource } = stored;
  const object = stored.object.reveal();
  const base = { id, apiVersion, paths: [] };
  let live: KubernetesObject | undefined = object;
  if (resource) {
    try {
      live = await api.getMetadata(resource, id, signal);
    } catch (error) {
      if (isFailure(error, 'notFound')) {
        return { ...base, change: 'none', reason: 'no longer in the chart, and deleted already' };
      }
      if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
        throw error;
      }
      live = object; // the manifest most often says the same
    }
  }
  if (fieldAt(live.metadata.annotations, 'helm.sh/resource-policy') === 'keep') {
    const reason = 'no longer in the chart; Helm leaves it in the cluster (helm.sh/resource-policy: keep)';
    return { ...base, change: 'skip', because: 'resourcePolicyKeep', reason };
  }
  const { before } = maskLive({ live: object, secrets });
  return { ...base, change: 'delete', ...(before && !hidden ? { before } : {}) };
}
