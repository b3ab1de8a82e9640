/**
 * What differs between two renders of one Kustomization or HelmRelease, as its controller would act on it: what is deleted goes
 * by its rules for pruning. Asks no cluster, so whether a field can be changed in place is not known here.
 */
import { type ObjectId, idOf } from '../flux/objectKey.ts';
import type { FluxObject, KubernetesObject } from '../flux/objects.ts';
import { asFlag } from '../flux/untyped.ts';
import { compareRenders, type ObjectChange } from '../render/compareRenders.ts';
import type { DesiredObject, LeftAlone, RenderedKustomization, RenderedRelease } from '../render/desired.ts';
import { inChangeOrder } from './changeOrder.ts';
import type { Because, FieldDifference, ObjectDifference } from './difference.ts';
import { leftAlone } from '../render/leftAlone.ts';
import { staysBehind } from './identityChange.ts';
import { renderedPaths } from './renderedPaths.ts';
import { restartsPods } from './podRestarts.ts';

type Rendered = RenderedKustomization | RenderedRelease;

/** `undefined`: this state does not have it. In the order of a comparison. */
export function compareStates(before: Rendered | undefined, after: Rendered | undefined): readonly ObjectDifference[] {
  const [old, next] = [applied(before), applied(after)];
  const { changes } = compareRenders(old, next);
  const changed = new Set(changes.map(({ id }) => keyOf(id)));
  const roles = new Map(next.map(({ object, role }) => [keyOf(idOf(object)), role]));
  const found = changes.map((change): ObjectDifference => {
    const role = roles.get(keyOf(change.id));
    return change.change === 'delete'
      ? deletion(change.id, change.before, before, after)
      : difference(change, role && 'skipped' in role ? role.skipped : undefined);
  });
  const same = next
    .filter(({ object }) => !changed.has(keyOf(idOf(object))))
    .map(({ object }): ObjectDifference => ({
      id: idOf(object),
      apiVersion: object.apiVersion,
      change: 'none',
      paths: [],
    }));
  return inChangeOrder([...found, ...same]);
}

export function keyOf({ group, kind, namespace, name }: ObjectId): string {
  return JSON.stringify([group, kind, namespace, name]);
}

/**
 * Under which key others have the object. Kustomize gives every object a namespace whose kind it does not know to be without one, as
 * most custom ones of the cluster's scope, where the server has none; and who renders may not know yet that a kind has namespaces.
 */
export function keyAmong(known: { has: (key: string) => boolean }, id: ObjectId): string {
  const key = keyOf(id);
  const withoutNamespace = keyOf({ ...id, namespace: '' });
  return !known.has(key) && known.has(withoutNamespace) ? withoutNamespace : key;
}

/** Hooks run at events of their own and are part of no state; definitions of `crds/` that are skipped neither. */
function applied(rendered: Rendered | undefined): readonly DesiredObject[] {
  return (rendered?.objects ?? []).filter(
    ({ role }) => role === undefined || 'skipped' in role || ('crds' in role && role.crds !== 'Skip'),
  );
}

function difference(
  change: Exclude<ObjectChange, { change: 'delete' }>,
  skipped: LeftAlone | undefined,
): ObjectDifference {
  const { id, after } = change;
  const base = { id, apiVersion: after.apiVersion };
  const isCreated = change.change === 'create';
  if (skipped !== undefined && !(isCreated && skipped === 'ssa IfNotPresent')) {
    return {
      ...base,
      change: 'skip',
      paths: [],
      because: becauseOf[skipped],
      reason: `left alone: it says ${skipped}`,
    };
  }
  if (isCreated) {
    return { ...base, change: 'create', paths: [], after };
  }
  const { before } = change;
  const paths = renderedPaths(before, after).map(({ path, effect }): FieldDifference => ({ path, effect }));
  const restarts = restartsPods(
    after,
    paths.map(({ path }) => path),
  );
  return { ...base, change: 'change', paths, before, after, ...(restarts && { restartsPods: true as const }) };
}

const becauseOf = {
  'reconcile disabled': 'reconcileDisabled',
  'ssa Ignore': 'ssaIgnore',
  'ssa IfNotPresent': 'ssaIfNotPresent',
} as const satisfies Readonly<Record<LeftAlone, Because>>;

function deletion(
  id: ObjectId,
  object: KubernetesObject,
  before: Rendered | undefined,
  after: Rendered | undefined,
): ObjectDifference {
  const base = { id, apiVersion: object.apiVersion, paths: [], before: object };
  const kept = after === undefined ? keptWithOwner(before?.inForce) : keptBy(after.inForce);
  const own = kept ?? keptByItself(object, before?.kind);
  return own === undefined
    ? { ...base, change: 'delete' }
    : { ...base, change: 'skip', because: 'pruneDisabled', reason: own };
}

/** A HelmRelease has no such field: Helm deletes what is in the chart no more. */
function keptBy(owner: FluxObject): string | undefined {
  return owner.kind === 'Kustomization' && asFlag(owner.spec?.prune) !== true
    ? 'stays in the cluster: its Kustomization does not prune'
    : undefined;
}

/** With the owner itself goes what its finalizer deletes. */
function keptWithOwner(owner: FluxObject | undefined): string | undefined {
  const why = owner && staysBehind(owner);
  return owner && why !== undefined ? `stays in the cluster when its ${owner.kind} goes: ${why}` : undefined;
}

function keptByItself(object: KubernetesObject, owner: Rendered['kind'] | undefined): string | undefined {
  const { labels = {}, annotations = {} } = object.metadata;
  if (owner === 'HelmRelease') {
    return annotations['helm.sh/resource-policy'] === 'keep'
      ? 'stays in the cluster: helm.sh/resource-policy is keep'
      : undefined;
  }
  const prune = 'kustomize.toolkit.fluxcd.io/prune';
  if ([labels[prune], annotations[prune]].some((text) => text?.toLowerCase() === 'disabled')) {
    return 'stays in the cluster: it says prune disabled';
  }
  const left = leftAlone(object);
  return left === undefined || left === 'ssa IfNotPresent' ? undefined : `stays in the cluster: it says ${left}`;
}
