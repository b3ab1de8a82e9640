/**
 * A HelmRelease against its cluster: what differs from the release that Helm has stored (drift), or what an upgrade to a render
 * would change of it. Puts the parts together and orders what they give; sends nothing but dry-runs.
 */
import { type Clock, systemClock } from '../base/clock.ts';
import { cancelled, isFailure } from '../base/failure.ts';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import { readNewestRelease, readStoredRelease, storageOf, type StoredRelease } from '../cluster/helmStorage.ts';
import { encodeInventoryId, findByInventoryId, inventoryOf } from '../flux/inventory.ts';
import { displayName, idOf, type ObjectId } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { asRecord } from '../flux/untyped.ts';
import type { FluxName, RenderedRelease, RenderNote } from '../render/desired.ts';
import { maskInherited } from '../render/inheritedContents.ts';
import type { ManifestReader } from '../render/readManifest.ts';
import { approximate, information } from '../render/renderNote.ts';
import type { ComparisonCache } from './comparisonCache.ts';
import { configDiff, type ConfigDiff } from './configDiff.ts';
import { inChangeOrder } from './changeOrder.ts';
import type { Comparison, ComparisonProgress, ObjectDifference } from './difference.ts';
import { type Reinstall, releaseIdentityChange } from './identityChange.ts';
import { keptAmong } from './identityOfRenders.ts';
import { type IgnoreRules, ignoreRules } from './ignoreRules.ts';
import { PoliteRequests } from './politeRequests.ts';
import { type Correction, correctionOf, driftNotes } from './releaseNotes.ts';
import { type ReleaseSecrets, releaseSecrets } from './releaseSecrets.ts';
import { type Told, upgradeDifferences } from './releaseUpgrade.ts';
import { Rights } from './rights.ts';
import { StoredMasks } from './storedMasks.ts';
import { StoredComparison, type StoredSurroundings } from './storedComparison.ts';
import { storageRequests } from './storageRequests.ts';
import { type PlacedObject, storedObjects } from './storedObjects.ts';

export interface ReleaseComparisonRequest {
  /** The HelmRelease as the cluster has it; absent where it has none, which needs `rendered`. */
  readonly live: FluxObject | undefined;
  readonly api: ClusterApi;
  /** `manifestReader` of the engine. */
  readonly read: ManifestReader;
  /** Given: what an upgrade to it would change. Absent: what has drifted from the release that is installed. */
  readonly rendered?: RenderedRelease;
  /**
   * A render of the release as it is applied, if the caller has one: it tells where Secrets went into what is installed. Without
   * one the Secrets are read that may have been substituted into the HelmRelease, and where they cannot be, no values are shown.
   */
  readonly applied?: RenderedRelease;
  /**
   * Renders the release as it lives, with the chart that the cluster has. Asked for where the release takes values from Secrets, whose
   * places in what is installed nothing else tells; without it what cannot be proven to be plain is masked.
   */
  readonly former?: (() => Promise<RenderedRelease | undefined>) | undefined;
  /** What `rendered` was made of. Absent: `release v3`. */
  readonly from?: string;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Results of before, which the caller keeps: what has not changed since costs a read and no dry-run. */
  readonly previous?: ComparisonCache;
  readonly onProgress?: (progress: ComparisonProgress) => void;
  /** Told of each object when it is known, in no special order: what there is when the user cancels. */
  readonly onObject?: (difference: ObjectDifference) => void;
}

export interface ReleaseComparison extends Comparison {
  /** Old values against new ones; only where a render is compared, and differs. Explains most changes, so it is told first. */
  readonly config?: ConfigDiff;
  /** It is no upgrade: Helm uninstalls what is installed and installs it anew. Also the first of the notes. */
  readonly identity?: Reinstall;
  /** What puts the objects back where they have drifted; only of a drift. */
  readonly correction?: Correction;
  /** What is installed; absent where nothing is, or it could not be read. */
  readonly installed?: { readonly version: number; readonly chart: string; readonly status: string };
}

/** Throws `Failure` for what concerns all objects alike: `cancelled`, `unauthorized`, `unreachable`, a release that cannot be read. */
export async function compareRelease(request: ReleaseComparisonRequest): Promise<ReleaseComparison> {
  const ended = new AbortController();
  const signal = AbortSignal.any([request.signal, ended.signal]);
  const requests = new PoliteRequests({ clock: request.clock ?? systemClock(), signal });
  try {
    return await compare({ ...request, signal, requests });
  } finally {
    ended.abort(); // what fails for one object fails for those that wait for their turn
  }
}

/** All requests that may be many wait for their turn together. */
interface Asking extends ReleaseComparisonRequest {
  readonly requests: PoliteRequests;
}

async function compare(request: Asking): Promise<ReleaseComparison> {
  const { live, rendered, api, from } = request;
  const release = rendered?.inForce ?? live;
  if (release === undefined) {
    throw new TypeError('neither a live release nor a render of one');
  }
  const target: FluxName = {
    kind: 'HelmRelease',
    namespace: release.metadata.namespace ?? '',
    name: release.metadata.name,
  };
  const frame = { target, context: api.context, from: from ?? 'the installed release' };
  const elsewhere = [live, rendered?.inForce].some((object) => object?.spec?.kubeConfig !== undefined);
  if (elsewhere) {
    const reason = 'the release is on another cluster (spec.kubeConfig), which is not asked';
    return {
      ...frame,
      objects: allUnknown(request, { because: 'otherCluster', reason }),
      notes: [information(`${reason}.`)],
    };
  }
  const stored = await findStored(request, release);
  if (stored === undefined) {
    return compareAbsent(request, frame);
  }
  if ('forbidden' in stored) {
    const notes = [approximate(`Nothing is compared: ${stored.forbidden}.`)];
    return { ...frame, objects: allUnknown(request, { because: 'forbidden', reason: stored.forbidden }), notes };
  }
  return compareInstalled(request, stored, { ...frame, from: from ?? `release v${stored.version}` });
}

type Frame = Pick<Comparison, 'target' | 'context' | 'from'>;

async function findStored(
  { live, api, signal, requests }: Asking,
  release: FluxObject,
): Promise<StoredRelease | { readonly forbidden: string } | undefined> {
  try {
    const storage = storageRequests(api, requests);
    return await (live
      ? readStoredRelease(storage, live, signal)
      : readNewestRelease(storage, storageOf(release), signal));
  } catch (error) {
    if (isFailure(error, 'forbidden')) {
      return { forbidden: error.message };
    }
    throw error;
  }
}

/** Every object that is known by name; where none is, the release itself, for that nothing differs is not known either. */
function allUnknown(
  { live, rendered }: Asking,
  why: Required<Pick<ObjectDifference, 'reason'>> & Pick<ObjectDifference, 'because'>,
): readonly ObjectDifference[] {
  const objects =
    rendered?.objects
      .filter(({ role }) => role === undefined)
      .map(({ object }) => ({ id: idOf(object), apiVersion: object.apiVersion })) ?? (live ? listed(live) : []);
  const release = live ?? rendered?.inForce ?? unreachableObject;
  const named = objects.length > 0 ? objects : [{ id: idOf(release), apiVersion: release.apiVersion }];
  return named.map(({ id, apiVersion }) => ({ id, apiVersion, change: 'unknown', paths: [], ...why }));
}

function listed(live: FluxObject): readonly { id: ObjectId; apiVersion: string }[] {
  const { status, apiVersion, kind, metadata } = live;
  const items = inventoryOf({ apiVersion, kind, metadata, ...(status ? { status } : {}) }); // wherever they live
  return typeof items === 'string'
    ? []
    : items.map(({ id, version }) => ({ id, apiVersion: id.group === '' ? version : `${id.group}/${version}` }));
}

/** Nothing is stored: an install is due, or the release was uninstalled behind the controller's back. */
async function compareAbsent(request: Asking, frame: Frame): Promise<ReleaseComparison> {
  const { live, rendered, api, signal, requests } = request;
  const { namespace, name } = storageOf(rendered?.inForce ?? live ?? unreachableObject);
  const notes = [
    information(`Release ${displayName({ namespace, name })} is not installed: helm-controller installs it.`),
  ];
  if (!rendered) {
    const reason = 'Helm has no release to compare it with.';
    return { ...frame, objects: allUnknown(request, { reason }), notes };
  }
  const secrets = await releaseSecrets({
    live,
    stored: undefined,
    objects: [],
    renders: [rendered],
    api,
    requests,
  });
  const around = surroundings(request, { owner: frame.target, release: rendered.release, secrets });
  const parts = { api, signal, around, reinstalls: false, told: teller(request), formerAs: () => undefined };
  const objects = await upgradeDifferences([], rendered, parts);
  return { ...frame, objects: inChangeOrder(objects), notes: [...rendered.notes, ...unreadNotes(secrets), ...notes] };
}

const unreachableObject: FluxObject = { apiVersion: '', kind: '', metadata: { name: '' } };

async function compareInstalled(request: Asking, stored: StoredRelease, frame: Frame): Promise<ReleaseComparison> {
  const { live, rendered, applied, api, read, signal, requests } = request;
  const objects = await storedObjects(stored, { api, read, signal });
  const renders = [rendered, applied].flatMap((render) => render ?? []);
  const secrets = await releaseSecrets({ live, stored, objects, renders, api, requests });
  const installed = {
    version: stored.version,
    chart: `${stored.chart.name} ${stored.chart.version}`,
    status: stored.status,
  };
  if (!rendered) {
    const drift = await compareDrift(request, frame, { stored, objects, secrets });
    return { ...frame, installed, ...drift };
  }
  const masks = await StoredMasks.of({ owner: frame.target, stored, secrets, renders, former: undefined, signal });
  const identityWith = (keeps?: (id: ObjectId) => boolean): Reinstall | undefined =>
    live && releaseIdentityChange(live, rendered.inForce, rendered.chart.name, keeps);
  const trusted = live && !secrets.distrustsLive ? withoutInherited(live, secrets) : undefined;
  const config = secrets.unread.length > 0 ? undefined : configDiff(stored, rendered, trusted, secrets.substituted);
  const around = surroundings(request, { owner: frame.target, release: rendered.release, secrets });
  const reinstalls = identityWith() !== undefined;
  const parts = {
    api,
    signal,
    around,
    reinstalls,
    told: teller(request),
    formerAs: (one: PlacedObject) => masks.of(one),
  };
  const differences = await upgradeDifferences(objects, rendered, parts);
  const identity = identityWith(keptAmong(differences));
  return {
    ...frame,
    installed,
    ...(config ? { config } : {}),
    ...(identity ? { identity } : {}),
    objects: inChangeOrder(differences),
    notes: [
      ...(identity ? [information(identity.sentence)] : []),
      ...rendered.notes,
      ...unreadNotes(secrets),
      ...masks.notes,
      ...adoptionNotes(live, stored),
    ],
  };
}

/** What parents have put into it is not its author's. */
function withoutInherited(live: FluxObject, { substituted }: ReleaseSecrets): FluxObject {
  return maskInherited(live, new Set(substituted.reveal()));
}

interface Installed {
  readonly stored: StoredRelease;
  readonly objects: readonly PlacedObject[];
  readonly secrets: ReleaseSecrets;
}

async function compareDrift(
  request: Asking,
  frame: Frame,
  { stored, objects, secrets }: Installed,
): Promise<Pick<ReleaseComparison, 'objects' | 'notes' | 'correction'>> {
  const { live, applied, former, signal } = request;
  if (live === undefined) {
    throw new TypeError('drift is that of a live release');
  }
  const ignore = ignoreRules(rulesInForce(live));
  const masks = await StoredMasks.of({
    owner: frame.target,
    stored,
    secrets,
    renders: applied ? [applied] : [],
    former,
    signal,
  });
  const renderedAs = renderedAmong(applied);
  const around = {
    ...surroundings(request, { owner: frame.target, release: stored, secrets, ignore }),
    renderedAs: (object: PlacedObject) => masks.of(object) ?? renderedAs(object),
  };
  const differences = await teller(request)(objects.map((object) => new StoredComparison(around, object).run()));
  const { problem } = ignore;
  return {
    objects: inChangeOrder(differences),
    correction: correctionOf(live),
    notes: [
      ...unreadNotes(secrets),
      ...masks.notes,
      ...(problem === undefined ? [] : [approximate(`helm-controller compares nothing: ${problem}.`)]),
      ...driftNotes(live, stored),
    ],
  };
}

/** The controller keeps its rules in a map by their targets: of those without one the last is left (jsondiff `CompileIgnoreRules`). */
function rulesInForce(live: FluxObject): readonly unknown[] {
  const rules = live.spec?.driftDetection?.ignore ?? [];
  const isForAll = (rule: unknown): boolean => (asRecord(rule)?.['target'] ?? null) === null;
  const last = rules.findLastIndex(isForAll);
  return rules.filter((rule, at) => at === last || !isForAll(rule));
}

function surroundings(
  { api, requests, previous, rendered, applied }: Asking,
  of: {
    readonly owner: FluxName;
    readonly release: { readonly name: string; readonly namespace: string };
    readonly secrets: ReleaseSecrets;
    readonly ignore?: IgnoreRules;
  },
): Omit<StoredSurroundings, 'renderedAs'> {
  const isOfLive = ((rendered ?? applied)?.parents ?? []).length === 0;
  return {
    api,
    requests,
    rights: new Rights((question) => requests.send((each) => api.mayI(question, each))),
    owner: of.owner,
    release: of.release,
    ignore: of.ignore,
    cache: previous,
    secrets: of.secrets.texts,
    substituted: isOfLive ? of.secrets.substituted : undefined,
    hidden: of.secrets.unread.length > 0,
  };
}

function renderedAmong(applied: RenderedRelease | undefined): StoredSurroundings['renderedAs'] {
  const rendered = new Map(
    (applied?.objects ?? []).map((desired) => [encodeInventoryId(idOf(desired.real.reveal())), desired]),
  );
  return ({ id }) => findByInventoryId(rendered, id);
}

function unreadNotes({ unread }: ReleaseSecrets): readonly RenderNote[] {
  const names = unread.join(', ');
  return unread.length === 0
    ? []
    : [approximate(`No values are shown: ${names} cannot be read, from which values of the release may come.`)];
}

/** A release that was installed without Flux and that a HelmRelease takes over. */
function adoptionNotes(live: FluxObject | undefined, stored: StoredRelease): readonly RenderNote[] {
  return (live?.status?.history ?? []).length > 0
    ? []
    : [
        information(
          `Release ${displayName(stored)} is installed already (v${stored.version}): Flux upgrades it in place. ` +
            'Do not `helm uninstall` it afterwards: that deletes it.',
        ),
      ];
}

/** Tells everybody who listens of each object as soon as it is known; of none after the user has ended it. */
function teller({ signal, onObject, onProgress }: Asking): Told {
  let done = 0;
  return async (differences) =>
    Promise.all(
      differences.map(async (finding) => {
        const difference = await finding;
        if (signal.aborted) {
          throw cancelled('the comparison');
        }
        done += 1;
        onObject?.(difference);
        onProgress?.({ done, total: differences.length });
        return difference;
      }),
    );
}
