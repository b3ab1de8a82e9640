/**
 * What happens to whole objects when Flux objects change who they are or go: a release that is installed anew under another name, a
 * Kustomization that prunes all below it, an object that another Kustomization takes. Pure: reads inventories and Flux objects,
 * asks no cluster. What single fields do is told elsewhere.
 */
import { latestSnapshot } from '../cluster/helmStorage.ts';
import { encodeInventoryId, inventoryOf } from '../flux/inventory.ts';
import { displayName, type ObjectId } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { releaseNameOf, releaseNamespaceOf, storageNamespaceOf } from '../flux/releaseName.ts';
import { asText } from '../flux/untyped.ts';
import type { FluxName } from '../render/desired.ts';
import {
  countOf,
  goneWords,
  idTitle,
  type Loss,
  type LostObject,
  lossWords,
  titleOf,
  uninstalled,
} from './identityWords.ts';

/** Why a release is not upgraded, in the order in which helm-controller looks (internal/action/verify.go `ReleaseTargetChanged`). */
export type ReleaseTarget = 'storage namespace' | 'release namespace' | 'release name' | 'chart name';

interface Told {
  /** For a person; begins with the object. Never holds a value of a Secret. */
  readonly sentence: string;
  /** Data that is lost with it, so far as inventories tell. */
  readonly losses: readonly LostObject[];
}

/**
 * - `reinstall`: Helm uninstalls the release and installs it anew
 * - `uninstall`: a HelmRelease goes, and its release with it
 * - `prune`: a Kustomization goes, and what it applied with it
 * - `leave`: a Flux object goes, or is let go of, and what it applied stays
 * - `move`: another Kustomization takes an object; where the old one runs first, it is deleted before it is made again
 * - `delete`: an object goes that has data
 */
export type IdentityWarning = Told &
  (
    | {
        readonly change: 'reinstall';
        readonly release: FluxName;
        readonly target: ReleaseTarget;
        readonly from: string;
        readonly to: string;
      }
    | {
        readonly change: 'uninstall' | 'prune' | 'leave';
        readonly object: FluxName;
        /** Who goes before it, from the first to its own parent; empty where it is what the change takes away. */
        readonly via: readonly FluxName[];
        /** How many objects its inventory has; `undefined` where it has none. */
        readonly objects: number | undefined;
      }
    | {
        readonly change: 'move';
        readonly object: ObjectId;
        readonly from: FluxName;
        readonly to: FluxName;
        readonly deletedFirst: boolean;
      }
    | { readonly change: 'delete'; readonly object: ObjectId; readonly from: FluxName }
  );

/** A release that is installed anew. */
export type Reinstall = Extract<IdentityWarning, { readonly change: 'reinstall' }>;

const helmGroup = 'helm.toolkit.fluxcd.io';
const kustomizeGroup = 'kustomize.toolkit.fluxcd.io';

/** The Flux object that an id names, as far as it is one that applies others. */
function applierName({ group, kind, namespace, name }: ObjectId): FluxName | undefined {
  if (group === kustomizeGroup && kind === 'Kustomization') {
    return { kind, namespace, name };
  }
  return group === helmGroup && kind === 'HelmRelease' ? { kind, namespace, name } : undefined;
}

function nameOf({ kind, metadata }: FluxObject): FluxName {
  const { namespace = '', name } = metadata;
  return { kind: kind === 'HelmRelease' ? kind : 'Kustomization', namespace, name };
}

/** What has data of its own. */
export function lossOf({ group, kind }: ObjectId): Loss | undefined {
  if (group === '' && (kind === 'PersistentVolumeClaim' || kind === 'PersistentVolume')) {
    return 'volume';
  }
  if (group === '' && kind === 'Namespace') {
    return 'namespace';
  }
  return group === 'apiextensions.k8s.io' && kind === 'CustomResourceDefinition' ? 'definition' : undefined;
}

function lossesAmong(ids: readonly ObjectId[]): readonly LostObject[] {
  return ids.flatMap((id) => {
    const loss = lossOf(id);
    return loss === undefined ? [] : [{ id, loss }];
  });
}

/**
 * Whether `next`, a HelmRelease as it would be in force, names another release than the one that `live` has installed. `chartName`:
 * of the chart that it would get, where that is known. `keeps`: see `IdentityInput`. `undefined` where nothing is installed, or it stays the same release.
 */
export function releaseIdentityChange(
  live: FluxObject,
  next: FluxObject,
  chartName?: string,
  keeps: (id: ObjectId) => boolean = () => false,
): Reinstall | undefined {
  const present = latestSnapshot(live);
  const stored = live.status?.storageNamespace ?? '';
  if (present === undefined || stored === '') {
    return undefined;
  }
  const { apiVersion, kind, metadata, spec = {} } = next;
  const wanted = { apiVersion, kind, metadata, spec }; // without the status, which tells where the present release is kept
  const pairs: readonly (readonly [ReleaseTarget, string | undefined, string | undefined])[] = [
    ['storage namespace', stored, storageNamespaceOf(wanted)],
    ['release namespace', present.namespace, releaseNamespaceOf(next)],
    ['release name', present.name, releaseNameOf(next)],
    ['chart name', present.chartName, chartName ?? statedChart(next)],
  ];
  for (const [target, from, to] of pairs) {
    if (from !== undefined && to !== undefined && from !== to) {
      const release = nameOf(next);
      const losses = belowOf(live).losses.filter(({ id }) => !keeps(id));
      const old = displayName({ namespace: present.namespace ?? '', name: present.name ?? '' });
      // Files that do not state it leave it as somebody has set it in the cluster.
      const isSuspended = (spec.suspend ?? live.spec?.suspend) === true;
      const when = isSuspended
        ? `. Nothing happens while it is suspended; when it is resumed, Helm uninstalls`
        : `, so Helm uninstalls`;
      return {
        change: 'reinstall',
        release,
        target,
        from,
        to,
        losses,
        sentence:
          `${titleOf(release)}: its ${target} changes from ${from} to ${to}${when} the release ${old} ` +
          `and installs it anew${lossWords(losses)}.`,
      };
    }
  }
  return undefined;
}

/** Of a Helm repository, whose charts have names; in another source it is a path, whose chart may have any name. */
function statedChart({ spec }: FluxObject): string | undefined {
  const { sourceRef, chart } = spec?.chart?.spec ?? {};
  return sourceRef?.kind === 'HelmRepository' ? chart : undefined;
}

function belowOf(object: FluxObject): {
  readonly ids: readonly ObjectId[] | undefined;
  readonly losses: readonly LostObject[];
} {
  const items = inventoryOf(object);
  const ids = typeof items === 'string' ? undefined : items.map(({ id }) => id);
  return { ids, losses: lossesAmong(ids ?? []) };
}

/** Why what a Flux object applied stays when it is deleted; `undefined` where it goes, too. */
export function staysBehind(object: FluxObject): string | undefined {
  if (object.spec?.suspend === true) {
    return 'it is suspended';
  }
  if (object.kind === 'HelmRelease') {
    return undefined;
  }
  // kustomize-controller `finalizerShouldDeleteResources`
  switch (asText(object.spec?.['deletionPolicy']) ?? '') {
    case 'Delete':
    case 'WaitForTermination':
      return undefined;
    case 'Orphan':
      return 'its deletionPolicy is Orphan';
    default:
      return object.spec?.prune === true ? undefined : 'it does not prune';
  }
}

/** Why a Kustomization deletes nothing of what it no longer builds; `undefined` where it does. */
function lostFrom({ spec }: FluxObject): string | undefined {
  if (spec?.suspend === true) {
    return 'is suspended, and does nothing before it is resumed';
  }
  return spec?.prune === true ? undefined : 'does not prune';
}

/** A Kustomization as a render gives it: what it would apply. */
export interface NextOwner {
  readonly name: FluxName;
  readonly inForce: FluxObject;
  /** With the namespaces that they get in the cluster. */
  readonly objects: readonly ObjectId[];
}

export interface IdentityInput {
  /** All Kustomizations and HelmReleases of the cluster. */
  readonly live: readonly FluxObject[];
  /** The Kustomizations that were rendered, with what they build; the others stay as they are. */
  readonly next: readonly NextOwner[];
  /** HelmReleases of these builds as they are in force, with the name of their chart where it is known. */
  readonly releases?: readonly { readonly inForce: FluxObject; readonly chartName?: string }[];
  /** Objects that stay whatever happens (`resource-policy: keep`, `prune: disabled`), as far as the caller knows. */
  readonly keeps?: (id: ObjectId) => boolean;
}

/**
 * Those that lose data first, then uninstalls, and what stays last; each once, for a release may be rendered by itself and stand in
 * what its Kustomization builds.
 */
export function identityWarnings(input: IdentityInput): readonly IdentityWarning[] {
  const walk = new Walk(input);
  for (const owner of input.next) {
    walk.addLost(owner);
  }
  for (const { inForce, chartName } of input.releases ?? []) {
    walk.addReinstall(inForce, chartName);
  }
  const distinct = new Map(walk.warnings.map((warning) => [warning.sentence, warning]));
  return [...distinct.values()].toSorted((a, b) => weight(a) - weight(b));
}

function weight({ change, losses }: IdentityWarning): number {
  const changes: readonly IdentityWarning['change'][] = ['delete', 'prune', 'uninstall', 'reinstall', 'move', 'leave'];
  return (losses.length > 0 && change !== 'leave' ? 0 : changes.length) + changes.indexOf(change);
}

class Walk {
  readonly warnings: IdentityWarning[] = [];
  readonly #live: ReadonlyMap<string, FluxObject>;
  readonly #releases: readonly FluxObject[];
  readonly #keeps: (id: ObjectId) => boolean;
  /** Who would apply an object, by its encoded id. */
  readonly #takers = new Map<string, FluxName>();
  readonly #seen = new Set<string>();

  constructor({ live, next, releases = [], keeps = () => false }: IdentityInput) {
    this.#live = new Map(live.map((object) => [titleOf(nameOf(object)), object]));
    this.#releases = releases.map(({ inForce }) => inForce);
    this.#keeps = keeps;
    for (const { name, objects } of next) {
      objects.forEach((id) => this.#takers.set(encodeInventoryId(id), name));
    }
  }

  /** What a Kustomization has applied and would no longer build. */
  addLost({ name, inForce, objects }: NextOwner): void {
    const live = this.#live.get(titleOf(name));
    const items = live === undefined ? [] : inventoryOf(live);
    if (typeof items === 'string') {
      return; // on another cluster
    }
    const built = new Set(objects.map(encodeInventoryId));
    const stays = lostFrom(inForce);
    for (const { id, encoded } of items) {
      if (!built.has(encoded)) {
        this.#addLeft(id, name, stays, []);
      }
    }
  }

  /** `via` ends with `from` where that goes itself; `stays`: why nothing is deleted. */
  #addLeft(id: ObjectId, from: FluxName, stays: string | undefined, via: readonly FluxName[]): void {
    const to = this.#taker(id, from);
    const applier = applierName(id);
    if (to !== undefined) {
      this.#addMove(id, from, to, stays === undefined);
    } else if (stays !== undefined) {
      if (applier) {
        this.#addStays(applier, via, `${titleOf(from)} ${stays}`);
      }
    } else if (applier) {
      this.#addGone(applier, via);
    } else if (lossOf(id) && via.length === 0 && !this.#keeps(id)) {
      const losses = lossesAmong([id]);
      this.warnings.push({
        change: 'delete',
        object: id,
        from,
        losses,
        sentence: `${idTitle(id)} is deleted${lossWords(losses)}.`,
      });
    }
  }

  /** Who else would apply the object. */
  #taker(id: ObjectId, owner: FluxName): FluxName | undefined {
    const taker = this.#takers.get(encodeInventoryId(id));
    return taker && titleOf(taker) !== titleOf(owner) ? taker : undefined;
  }

  #addMove(object: ObjectId, from: FluxName, to: FluxName, deletedFirst: boolean): void {
    const losses = deletedFirst ? this.#lossesWith(object) : [];
    const order = deletedFirst
      ? `: where ${titleOf(from)} runs first, it is deleted and then made again${lossWords(losses)}`
      : '';
    const sentence = `${idTitle(object)} moves from ${titleOf(from)} to ${titleOf(to)}${order}.`;
    this.warnings.push({ change: 'move', object, from, to, deletedFirst, losses, sentence });
  }

  /** Of the object, and of what it applied where it is a Flux object that takes that along. */
  #lossesWith(id: ObjectId): readonly LostObject[] {
    const applier = applierName(id);
    const live = applier && this.#live.get(titleOf(applier));
    const below = live && staysBehind(live) === undefined ? belowOf(live).losses : [];
    return [...lossesAmong([id]), ...below].filter(({ id: lost }) => !this.#keeps(lost));
  }

  /** A Flux object that is deleted, and all below it. */
  #addGone(name: FluxName, via: readonly FluxName[]): void {
    const key = titleOf(name);
    if (this.#seen.has(key)) {
      return; // two that apply each other
    }
    this.#seen.add(key);
    const live = this.#live.get(key);
    const reason = live && staysBehind(live);
    if (reason !== undefined) {
      this.#addStays(name, via, reason);
      return;
    }
    const { ids, losses } = live ? belowOf(live) : { ids: undefined, losses: [] };
    const lost = losses.filter(({ id }) => this.#taker(id, name) === undefined && !this.#keeps(id));
    const moved = this.#movedWith(name, ids ?? []);
    this.warnings.push({
      change: name.kind === 'HelmRelease' ? 'uninstall' : 'prune',
      object: name,
      via,
      objects: ids?.length,
      losses: [...lost, ...moved.losses],
      sentence: `${key} goes${goneWords(name, ids, moved.ids.length, lost)}.${moved.words}${live ? this.#sharedWords(live, uninstalled) : ''}`,
    });
    if (name.kind === 'Kustomization') {
      const told = new Set(moved.ids);
      (ids ?? []).filter((id) => !told.has(id)).forEach((id) => this.#addLeft(id, name, undefined, [...via, name]));
    }
  }

  /** What others take over of a Kustomization that goes, as a rename does it: told with it, not one by one. */
  #movedWith(
    name: FluxName,
    all: readonly ObjectId[],
  ): { readonly ids: readonly ObjectId[]; readonly losses: readonly LostObject[]; readonly words: string } {
    const ids = name.kind === 'Kustomization' ? all.filter((id) => this.#taker(id, name)) : [];
    const takers = [...new Set(ids.flatMap((id) => this.#taker(id, name) ?? []).map(titleOf))];
    const losses = ids.flatMap((id) => this.#lossesWith(id));
    const words = ` ${takers.join(', ')} ${takers.length === 1 ? 'takes' : 'take'} over ${countOf(ids.length)}: what goes before that is deleted and then made again${lossWords(losses)}.`;
    return { ids, losses, words: ids.length === 0 ? '' : words };
  }

  /** A HelmRelease under another name that stands for the same release. */
  #sharedWords(live: FluxObject, words: string): string {
    if (live.kind !== 'HelmRelease') {
      return '';
    }
    const present = latestSnapshot(live);
    const storage = storageNamespaceOf(live);
    const other = this.#releases.find(
      (release) =>
        titleOf(nameOf(release)) !== titleOf(nameOf(live)) &&
        releaseNameOf(release) === present?.name &&
        storageNamespaceOf(release) === storage,
    );
    return other === undefined ? '' : ` ${titleOf(nameOf(other))} stands for the same release${words}.`;
  }

  #addStays(object: FluxName, via: readonly FluxName[], reason: string): void {
    const live = this.#live.get(titleOf(object));
    const objects = live && belowOf(live).ids?.length;
    const shared = live ? this.#sharedWords(live, ', and upgrades what stays') : '';
    const sentence = `${titleOf(object)}: what it applied stays in the cluster, for ${reason}.${shared}`;
    this.warnings.push({ change: 'leave', object, via, objects, losses: [], sentence });
  }

  addReinstall(inForce: FluxObject, chartName: string | undefined): void {
    const live = this.#live.get(titleOf(nameOf(inForce)));
    const warning = live && releaseIdentityChange(live, inForce, chartName, this.#keeps);
    if (warning) {
      this.warnings.push(warning);
    }
  }
}
