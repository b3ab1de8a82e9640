/**
 * What an upgrade would change of a release: the objects of a render beside those of the manifest that Helm has stored. What Helm
 * would delete, and what it would create, is looked at in the cluster, which has the last word about it.
 */
import { isFailure } from '../base/failure.ts';
import { Sealed } from '../base/sealed.ts';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { fieldAt } from '../flux/untyped.ts';
import type { DesiredObject, FieldPath, RenderedRelease } from '../render/desired.ts';
import { maskLive } from '../render/maskLive.ts';
import { keyOf } from './compareStates.ts';
import type { FieldDifference, ObjectDifference } from './difference.ts';
import { StoredComparison, type StoredSurroundings } from './storedComparison.ts';
import { inNamespace, placeObject, type PlacedObject, withHelmMarks } from './storedObjects.ts';
import { restartsPods } from './podRestarts.ts';
import { renderedPaths } from './renderedPaths.ts';
import { unlessRefused } from './upgradeRefusal.ts';

export interface UpgradeParts {
  readonly api: ClusterApi;
  readonly signal: AbortSignal;
  /** Without ignore rules: an upgrade leaves nothing out. */
  readonly around: Omit<StoredSurroundings, 'renderedAs'>;
  /** It is no upgrade: Helm uninstalls the release and installs another one (`releaseIdentityChange`). */
  readonly reinstalls: boolean;
  readonly told: Told;
  /** A stored object with masks where Secrets may have gone in; `undefined`: none has. */
  readonly formerAs: (stored: PlacedObject) => DesiredObject | undefined;
}

/** Waits for all, and tells of each as soon as it is there. */
export type Told = (differences: readonly Promise<ObjectDifference>[]) => Promise<readonly ObjectDifference[]>;

/** In no special order. Hooks and definitions of `crds/` are not compared: neither is in the manifest. */
export async function upgradeDifferences(
  stored: readonly PlacedObject[],
  rendered: RenderedRelease,
  parts: UpgradeParts,
): Promise<readonly ObjectDifference[]> {
  const left = new Map(stored.map((object) => [keyOf(object.id), object]));
  const pairs = await Promise.all(
    rendered.objects
      .filter(({ role }) => role === undefined)
      .map(async (desired) => {
        const marked = withHelmMarks(desired.real.reveal(), rendered.release);
        const placed = await placeObject(marked, rendered.release.namespace, parts.api, parts.signal);
        const shown = inNamespace(withHelmMarks(desired.object, rendered.release), placed.id.namespace);
        return { placed, desired: { ...desired, object: shown, real: placed.object } };
      }),
  );
  const compared = pairs.map(({ placed, desired }) => {
    const counterpart = left.get(keyOf(placed.id));
    left.delete(keyOf(placed.id));
    return counterpart
      ? unlessRefused(changed(counterpart, placed, desired, { ...parts, release: rendered.release }), {
          placed,
          desired,
          ...parts,
        })
      : created(placed, desired, rendered, parts);
  });
  return parts.told([...compared, ...[...left.values()].map((object) => deleted(object, rendered, parts))]);
}

/** Helm takes an object over that exists, unless the HelmRelease forbids it (helm-controller internal/action/install.go, upgrade.go). */
async function created(
  placed: PlacedObject,
  desired: DesiredObject,
  { inForce }: RenderedRelease,
  { around }: UpgradeParts,
): Promise<ObjectDifference> {
  const { id, apiVersion, resource } = placed;
  const { after } = maskLive({ desired, secrets: around.secrets, substituted: around.substituted });
  const create: ObjectDifference = {
    id,
    apiVersion,
    change: 'create',
    paths: [],
    ...(after && !around.hidden ? { after } : {}),
  };
  if (resource === undefined) {
    return create; // its definition may come with the release
  }
  const comparison = new StoredComparison({ ...around, renderedAs: () => desired }, placed);
  const live = await comparison.read(resource);
  if (live === 'forbidden' || (isFailure(live) && live.reason !== 'notFound')) {
    return { ...create, approximate: true, reason: 'Whether it exists already could not be read.' };
  }
  if (isFailure(live)) {
    return create;
  }
  if (['install', 'upgrade'].some((action) => fieldAt(inForce.spec, action, 'disableTakeOwnership') === true)) {
    const reason = 'It exists already, and Helm is not to take it over (disableTakeOwnership), so the release fails.';
    return { id, apiVersion, change: 'unknown', paths: [], because: 'otherOwner', reason };
  }
  return comparison.against(resource, live);
}

function changed(
  stored: PlacedObject,
  placed: PlacedObject,
  desired: DesiredObject,
  {
    around: { secrets, substituted, hidden },
    reinstalls,
    formerAs,
    release,
  }: UpgradeParts & Pick<RenderedRelease, 'release'>,
): ObjectDifference {
  const [live, next] = [stored.object.reveal(), placed.object.reveal()];
  const sides = maskLive({ desired, live, former: formerAs(stored), secrets, substituted });
  const { id, apiVersion } = placed;
  const paths = renderedPaths(live, next).filter(({ path }) => !desired.unstable.some((one) => isWithin(path, one)));
  // One that the uninstall does not find is taken over by the new release, which states the old namespace.
  const isLost = isLostByUninstall(stored, release);
  const isLeft = reinstalls && (isLost || survivesUninstall(live));
  const kept = isLeft ? { because: isLost ? ('pruneDisabled' as const) : ('resourcePolicyKeep' as const) } : {};
  const isMadeAnew = reinstalls && !isLeft;
  if (!isMadeAnew && (!sides.differs || paths.length === 0)) {
    return { id, apiVersion, change: 'none', paths: [], ...kept };
  }
  const told = paths.map(({ path, effect }): FieldDifference => ({ path: sides.shownPath(path), effect }));
  return {
    id,
    apiVersion,
    change: isMadeAnew ? 'recreate' : 'change',
    paths: told,
    ...kept,
    ...(isMadeAnew ? { reason: 'Helm uninstalls the release and installs another one, which makes it anew.' } : {}),
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

/**
 * An upgrade asks the live object whether it is to be kept (helm pkg/kube client.go `Update`), an uninstall the manifest
 * (pkg/action/resource_policy.go).
 */
async function deleted(
  stored: PlacedObject,
  { release }: RenderedRelease,
  { api, reinstalls, formerAs, around: { requests, rights, secrets, hidden } }: UpgradeParts,
): Promise<ObjectDifference> {
  const { id, apiVersion, resource } = stored;
  const object = stored.object.reveal();
  const base = { id, apiVersion, paths: [] };
  let live: KubernetesObject = object; // where it cannot be asked, the manifest most often says the same
  if (resource && !reinstalls) {
    try {
      if ((await rights.may('get', resource, id.namespace)) !== false) {
        live = await requests.send((signal) => api.getMetadata(resource, id, signal));
      }
    } catch (error) {
      if (isFailure(error, 'notFound')) {
        return { ...base, change: 'none', reason: 'no longer in the chart, and deleted already' };
      }
      if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
        throw error;
      }
    }
  }
  if (reinstalls ? survivesUninstall(object) : isKept(live)) {
    const reason = 'no longer in the chart; Helm leaves it in the cluster (helm.sh/resource-policy)';
    return { ...base, change: 'skip', because: 'resourcePolicyKeep', reason };
  }
  if (reinstalls && isLostByUninstall(stored, release)) {
    const reason =
      `stays in the cluster, where nobody owns it then: Helm's uninstall looks for it in the new namespace, ` +
      `${release.namespace}, for its manifest names none`;
    return { ...base, change: 'skip', because: 'pruneDisabled', reason };
  }
  const { before } = maskLive({ live: object, former: formerAs(stored), secrets });
  return { ...base, change: 'delete', ...(before && !hidden ? { before } : {}) };
}

/** Helm's uninstall looks for what the manifest gives no namespace in the one of the release, which is the new one by then. */
function isLostByUninstall({ placedByRelease, id }: PlacedObject, release: RenderedRelease['release']): boolean {
  return placedByRelease === true && id.namespace !== release.namespace;
}

const policy = 'helm.sh/resource-policy';

function isKept({ metadata }: KubernetesObject): boolean {
  return fieldAt(metadata.annotations, policy) === 'keep';
}

/** An uninstall sorts by this annotation what it keeps, and forgets what has it with any other value. */
function survivesUninstall({ metadata }: KubernetesObject): boolean {
  return fieldAt(metadata.annotations, policy) !== undefined;
}
