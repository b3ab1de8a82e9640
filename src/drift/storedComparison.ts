/**
 * One object of a stored release against the cluster, by helm-controller's rules of drift detection (internal/action/diff.go,
 * fluxcd/pkg/ssa jsondiff `Unstructured`; spec drift 5.3): a dry-run as the controller, without what it leaves out. Every outcome
 * is a value. Sends one GET and one dry-run at most, unless the object is written in between or has fields that its kind does not have.
 */
import { type Failure, isFailure } from '../base/failure.ts';
import { Sealed } from '../base/sealed.ts';
import type { ApiResource, ClusterApi } from '../cluster/clusterApi.ts';
import type { StoredRelease } from '../cluster/helmStorage.ts';
import { isSecret } from '../flux/isSecret.ts';
import { objectKey } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { DesiredObject, FieldPath, FluxName } from '../render/desired.ts';
import { maskLive } from '../render/maskLive.ts';
import { approximateChange } from './approximateChange.ts';
import { attempt } from './attempt.ts';
import type { FieldChange } from './compareObjects.ts';
import type { ComparisonCache } from './comparisonCache.ts';
import type { FieldDifference, ObjectDifference } from './difference.ts';
import { dryRunKnownFields } from './dryRunKnownFields.ts';
import { dryRunVerdict } from './dryRunVerdict.ts';
import { formerOwner } from './formerOwner.ts';
import type { IgnoreRules } from './ignoreRules.ts';
import { fieldOwners, lastWriter } from './managedFields.ts';
import { normalizeDesired } from './normalizeDesired.ts';
import { isExcluded, predictCorrection } from './predictCorrection.ts';
import { restartsPods } from './podRestarts.ts';
import type { PoliteRequests } from './politeRequests.ts';
import type { Rights } from './rights.ts';
import { withServerWords } from './serverWords.ts';
import { meaningful } from './shownObject.ts';
import type { PlacedObject } from './storedObjects.ts';

/** Of its dry-runs and of what it writes. */
const helmController = 'helm-controller';

/** An object that is written all the time is compared as it is. */
const mostReads = 3;
export interface StoredSurroundings {
  readonly api: ClusterApi;
  readonly requests: PoliteRequests;
  readonly rights: Rights;
  /** The HelmRelease. */
  readonly owner: FluxName;
  readonly release: Pick<StoredRelease, 'name' | 'namespace'>;
  /** What drift detection leaves out; absent where an upgrade is meant, which leaves nothing out. */
  readonly ignore: IgnoreRules | undefined;
  readonly secrets: Sealed<readonly string[]>;
  /** See `LiveSides.substituted`. */
  readonly substituted?: Sealed<readonly string[]> | undefined;
  /** Secrets that could not be read may have gone into the release: then nothing is shown of values, nor of the server's words. */
  readonly hidden: boolean;
  /** Results of before. */
  readonly cache?: ComparisonCache | undefined;
  /** The same object of a render of the release as it is applied, which tells where Secrets went. */
  readonly renderedAs: (object: PlacedObject) => DesiredObject | undefined;
}

type Remark = Pick<ObjectDifference, 'approximate' | 'reason'>;
type Outcome = Omit<ObjectDifference, 'id' | 'apiVersion' | 'paths'> & { readonly paths?: readonly FieldDifference[] };

/** Throws `cancelled` and `unauthorized`, which concern all objects alike. */
export class StoredComparison {
  readonly #around: StoredSurroundings;
  readonly #stored: PlacedObject;
  readonly #sent: KubernetesObject;

  constructor(around: StoredSurroundings, stored: PlacedObject) {
    this.#around = around;
    this.#stored = stored;
    this.#sent = normalizeDesired(stored.object.reveal());
  }

  async run(): Promise<ObjectDifference> {
    const { resource, apiVersion } = this.#stored;
    if (resource === undefined) {
      const reason = `The cluster does not serve ${this.#sent.kind} of ${apiVersion}, so helm-controller cannot compare it.`;
      return this.#result({ change: 'unknown', because: 'notServed', reason });
    }
    if (this.#isLeftOut(this.#sent) || this.#ignored.includes('')) {
      return this.#excluded();
    }
    const found = await this.read(resource);
    if (found === 'forbidden') {
      return this.#forbidden('get', resource);
    }
    if (isFailure(found)) {
      return found.reason === 'notFound' ? this.against(resource, undefined) : this.#failed(found);
    }
    return this.#again(found) ?? this.#keep(found, await this.against(resource, found));
  }

  /** A result of before, where neither side has changed since. */
  #again({ metadata }: KubernetesObject): ObjectDifference | undefined {
    return this.#around.cache?.find(this.#place, this.#fingerprint, metadata.resourceVersion);
  }

  /** What failed may succeed the next time, with the same objects. */
  #keep({ metadata }: KubernetesObject, difference: ObjectDifference): ObjectDifference {
    const { change, approximate } = difference;
    if (approximate !== true && (change === 'none' || change === 'change' || change === 'skip')) {
      this.#around.cache?.keep(this.#place, this.#fingerprint, metadata.resourceVersion ?? '', difference);
    }
    return difference;
  }

  get #place(): string {
    const { owner, api } = this.#around;
    return `HelmRelease ${owner.namespace}/${owner.name} ${objectKey(api.context, this.#stored.id)}`;
  }

  /** With all that masks depend on. */
  get #fingerprint(): string {
    const { cache, ignore, secrets, substituted, hidden, renderedAs } = this.#around;
    const masks = [secrets.reveal(), substituted?.reveal(), hidden];
    const parts = [this.#sent, this.#ignored, ignore === undefined, ...masks];
    return cache?.fingerprint([...parts, renderedAs(this.#stored)?.masked]) ?? '';
  }

  /** The live object; `forbidden`: it was not asked for. */
  async read(resource: ApiResource): Promise<KubernetesObject | Failure | 'forbidden'> {
    const { api, requests, rights } = this.#around;
    const { id } = this.#stored;
    const may = await attempt(() => rights.may('get', resource, id.namespace));
    if (may === false) {
      return 'forbidden';
    }
    return isFailure(may)
      ? may
      : attempt(() => requests.send((signal) => api.getWithManagedFields(resource, id, signal)));
  }

  /** `live`: as it was just read; `undefined` where there is none. */
  async against(resource: ApiResource, live: KubernetesObject | undefined, reads = 1): Promise<ObjectDifference> {
    if (live && this.#isLeftOut(live)) {
      return this.#excluded();
    }
    const missing = await this.#missingRight(resource, live ? ['patch'] : ['patch', 'create']);
    if (isFailure(missing)) {
      return this.#failed(missing);
    }
    if (missing !== undefined) {
      return this.#withoutDryRun(resource, live, missing);
    }
    const { answer, dropped } = await dryRunKnownFields(
      this.#around,
      resource,
      this.#stored.id,
      this.#sent,
      helmController,
    );
    if (isFailure(answer)) {
      return this.#refused(answer, live);
    }
    if (live?.metadata.resourceVersion !== answer.metadata.resourceVersion && reads < mostReads) {
      // Somebody wrote it in between: what they wrote is no drift.
      const now = await this.read(resource);
      if (now !== 'forbidden' && (!isFailure(now) || now.reason === 'notFound')) {
        return this.against(resource, isFailure(now) ? undefined : now, reads + 1);
      }
    }
    const names = dropped.map((path) => path.join('.')).join(', ');
    const remark =
      names === ''
        ? {}
        : { reason: `The kind does not have ${names}, which helm-controller passes over without a word.` };
    return live ? this.#compared(live, answer, remark) : this.#missing(answer, remark);
  }

  async #missingRight(
    resource: ApiResource,
    verbs: readonly ('patch' | 'create')[],
  ): Promise<string | undefined | Failure> {
    const { namespace } = this.#stored.id;
    const answers = await attempt(() =>
      Promise.all(verbs.map((verb) => this.#around.rights.may(verb, resource, namespace))),
    );
    return isFailure(answers) ? answers : verbs.find((_verb, at) => answers[at] === false);
  }

  #withoutDryRun({ plural }: ApiResource, live: KubernetesObject | undefined, verb: string): ObjectDifference {
    const remark: Remark = {
      approximate: true,
      reason: `Without the permission to ${verb} ${plural} no dry-run was made, so this is approximate.`,
    };
    if (live === undefined) {
      return this.#missing(undefined, remark);
    }
    const given = { desired: this.#sent, live, mergesOnly: true, ignored: this.#ignored };
    const { next } = approximateChange(given);
    return this.#compared(live, next, remark);
  }

  #compared(live: KubernetesObject, dryRun: KubernetesObject, remark: Remark): ObjectDifference {
    const { changes, next } = predictCorrection(live, dryRun, this.#ignored);
    const real = remark.approximate === true ? {} : { real: new Sealed({ live, next }) }; // an approximation proves nothing
    if (changes.length === 0) {
      return this.#result({ change: 'none', ...remark, ...real });
    }
    const owners = fieldOwners(live);
    const sides = this.#sides(live, next);
    const paths = changes.map(({ path, effect }): FieldDifference => {
      const writer = effect === 'add' ? undefined : lastWriter(owners, live, path, helmController);
      return { path: sides.shownPath(path), effect, ...(writer && { writer }) };
    });
    const changed = changes.map(({ path }) => path);
    return this.#result({
      change: 'change',
      paths,
      ...sides.shown,
      ...remark,
      ...this.#corrections(live, changes),
      ...(restartsPods(next, changed) ? { restartsPods: true as const } : {}),
      ...real,
    });
  }

  /** What is to be known of how the difference goes away. */
  #corrections(live: KubernetesObject, changes: readonly FieldChange[]): Pick<Outcome, 'reason' | 'takenOverFrom'> {
    const former = formerOwner(live, this.#around.owner);
    const marks = live.metadata.annotations ?? {};
    const { release } = this.#around;
    const isOwn =
      marks['meta.helm.sh/release-name'] === release.name &&
      marks['meta.helm.sh/release-namespace'] === release.namespace;
    const isData =
      this.#around.ignore !== undefined &&
      this.#isSecret &&
      changes.some(({ path }) => path[0] === 'data' || path[0] === 'stringData');
    return {
      ...(former === undefined || isOwn ? {} : { takenOverFrom: former }),
      ...(isData
        ? {
            reason:
              'helm-controller sees that the Secret differs and cannot correct it: its patch is made of masked values and is refused, ' +
              'before any forced upgrade. A Secret that is deleted is made again.',
          }
        : {}),
    };
  }

  #missing(next: KubernetesObject | undefined, remark: Remark): ObjectDifference {
    const { after } = this.#sides(undefined, next ?? this.#sent).shown;
    return this.#result({ change: 'create', ...(after ? { after } : {}), ...remark });
  }

  #sides(
    live: KubernetesObject | undefined,
    next: KubernetesObject,
  ): { readonly shown: Pick<ObjectDifference, 'before' | 'after'>; shownPath(path: FieldPath): FieldPath } {
    const { secrets, substituted, hidden, renderedAs } = this.#around;
    const sides = maskLive({
      desired: renderedAs(this.#stored),
      live: live && meaningful(live),
      next: meaningful(next),
      secrets,
      substituted,
    });
    const { before, after } = sides;
    return {
      shown: hidden ? {} : { ...(before && { before }), ...(after && { after }) },
      shownPath: (path) => sides.shownPath(path),
    };
  }

  #refused(failure: Failure, live: KubernetesObject | undefined): ObjectDifference {
    const { because, words, quoted } = dryRunVerdict(failure, {
      object: this.#sent,
      exists: live !== undefined,
      force: false,
      buildsNamespace: () => false, // Helm creates namespaces before anything is compared, or not at all
    });
    return this.#result({ change: 'unknown', because, reason: quoted ? this.#quoting(words, failure) : `${words}.` });
  }

  #excluded(): ObjectDifference {
    const reason = 'It is left out of drift detection, so helm-controller leaves it alone.';
    return this.#result({ change: 'skip', because: 'driftDetectionDisabled', reason });
  }

  #forbidden(verb: string, { plural }: ApiResource): ObjectDifference {
    const { namespace } = this.#stored.id;
    const where = namespace === '' ? '' : ` in namespace ${namespace}`;
    const reason = `No permission to ${verb} ${plural}${where}.`;
    return this.#result({ change: 'unknown', because: 'forbidden', reason });
  }

  #failed(failure: Failure): ObjectDifference {
    const because = failure.reason === 'forbidden' ? 'forbidden' : 'unreachable';
    return this.#result({ change: 'unknown', because, reason: this.#quoting('It could not be read', failure) });
  }

  #quoting(words: string, failure: Failure): string {
    const { hidden, secrets, renderedAs } = this.#around;
    const desired = renderedAs(this.#stored);
    const sides = this.#sides(undefined, this.#sent);
    const shownPath = (path: FieldPath): FieldPath => sides.shownPath(path);
    return withServerWords(words, { failure, sent: this.#sent, desired, secrets, hidden, mayQuote: false, shownPath });
  }

  get #ignored(): readonly string[] {
    return this.#around.ignore?.pointersFor(this.#sent) ?? [];
  }

  #isLeftOut(object: KubernetesObject): boolean {
    return this.#around.ignore !== undefined && isExcluded(object);
  }

  get #isSecret(): boolean {
    return isSecret(this.#sent);
  }

  #result(outcome: Outcome): ObjectDifference {
    return { id: this.#stored.id, apiVersion: this.#stored.apiVersion, paths: [], ...outcome };
  }
}
