/**
 * What is told of one object: its difference with reasons, both sides masked together, paths that may be shown. Decides nothing
 * about what happens to the object, and asks nobody.
 */
import type { Failure } from '../base/failure.ts';
import { Sealed } from '../base/sealed.ts';
import type { ApiResource } from '../cluster/clusterApi.ts';
import { type ObjectId, idOf } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { DesiredObject, FieldPath } from '../render/desired.ts';
import { type MaskedSides, maskLive } from '../render/maskLive.ts';
import type { ComparisonSurroundings } from './comparisonSurroundings.ts';
import type { FieldDifference, ObjectDifference } from './difference.ts';
import type { Verdict } from './dryRunVerdict.ts';
import { encryptedReason, keyDifferences } from './encryptedSecret.ts';
import { formerOwner } from './formerOwner.ts';
import { restartsPods } from './podRestarts.ts';
import type { Prediction } from './predictChange.ts';
import { withServerWords } from './serverWords.ts';
import { meaningful } from './shownObject.ts';
import type { Skipped } from './skipRules.ts';

type Outcome = Omit<ObjectDifference, 'id' | 'apiVersion' | 'paths'> & Pick<Partial<ObjectDifference>, 'paths'>;
type Remark = Pick<ObjectDifference, 'reason' | 'approximate'>;

export class ObjectResult {
  readonly #around: ComparisonSurroundings;
  readonly #desired: DesiredObject;
  readonly #sent: KubernetesObject;

  constructor(around: ComparisonSurroundings, desired: DesiredObject, sent: KubernetesObject) {
    this.#around = around;
    this.#desired = desired;
    this.#sent = sent;
  }

  encrypted(): ObjectDifference {
    return this.#make({ change: 'unknown', because: 'encrypted', reason: 'It is encrypted and is not compared.' });
  }

  afterDefinition(): ObjectDifference {
    const reason = `It is created after the definition of ${this.#sent.kind}, which the same build has.`;
    return this.#make({ change: 'create', because: 'afterDefinition', reason, ...this.#sides(undefined, undefined) });
  }

  /** `other`: the version in which the cluster has the kind. */
  notServed(other: ApiResource | undefined): ObjectDifference {
    const { apiVersion, kind } = this.#sent;
    const reason = other
      ? `The cluster serves ${kind} as ${other.group}/${other.version} and not as ${apiVersion}.`
      : `The cluster does not serve ${kind} of ${apiVersion}.`;
    return this.#make({ change: 'unknown', because: other ? 'otherVersion' : 'notServed', reason });
  }

  /** In the words of kustomize-controller (pkg/ssa/errors `DryRunErr`). */
  withoutNamespace(): ObjectDifference {
    const reason = `${this.#sent.kind}/${this.#desired.object.metadata.name} namespace not specified`;
    return this.#make({ change: 'unknown', because: 'invalid', reason });
  }

  forbidden(id: ObjectId, verb: string, resource: ApiResource): ObjectDifference {
    const where = id.namespace === '' ? '' : ` in namespace ${id.namespace}`;
    const reason = `No permission to ${verb} ${resource.plural}${where}.`;
    return this.#make({ change: 'unknown', because: 'forbidden', reason }, id);
  }

  unreadable(failure: Failure, id?: ObjectId): ObjectDifference {
    const because = failure.reason === 'forbidden' ? 'forbidden' : 'unreachable';
    return this.#make({ change: 'unknown', because, reason: this.#quoting('It could not be read', failure) }, id);
  }

  skipped({ because, reason }: Skipped, id: ObjectId): ObjectDifference {
    return this.#make({ change: 'skip', because, reason }, id);
  }

  /** `answer`: of the dry-run; without one, the object as it is built is shown. */
  created(answer: KubernetesObject | undefined, id: ObjectId, remark: Remark): ObjectDifference {
    return this.#make({ change: 'create', ...remark, ...this.#sides(undefined, answer) }, id);
  }

  changed(live: KubernetesObject, prediction: Prediction, id: ObjectId, remark: Remark): ObjectDifference {
    const { next } = prediction;
    const isEncrypted = this.#desired.encrypted === true;
    const paths = isEncrypted ? keyDifferences(prediction.paths) : prediction.paths;
    // What a mask was sent for is not what would be, and an approximation proves nothing.
    const real = isEncrypted || remark.approximate === true ? {} : { real: new Sealed({ live, next }) };
    const reason = isEncrypted ? { reason: encryptedReason } : {};
    if (paths.length === 0) {
      return isEncrypted
        ? this.#make({ change: 'unknown', because: 'encrypted', ...remark, ...reason }, id)
        : this.#make({ change: 'none', ...remark, ...real }, id);
    }
    const { masked, ...sides } = this.#masked(live, next);
    const change: Outcome = {
      change: 'change',
      ...remark,
      ...reason,
      paths: paths.map((difference) => ({ ...difference, path: masked.shownPath(difference.path) })),
      ...this.#consequences(live, next, paths),
      ...sides,
      ...real,
    };
    return this.#make(change, id);
  }

  /** `path`: what others have set there is nothing by itself (`refusedRemains`). */
  leftInvalid(live: KubernetesObject, path: FieldPath, id: ObjectId): ObjectDifference {
    const { masked, ...sides } = this.#masked(live, undefined);
    const place = masked.shownPath(path).join('.');
    const reason = `What kubectl has set in ${place} is taken back, and the API server refuses what another manager has set there: kustomize-controller fails until that is removed.`;
    return this.#make({ change: 'unknown', because: 'invalid', reason, ...sides }, id);
  }

  /** `guess`: what would differ, as far as that can be told without the server. */
  refused(
    { change, because, words, quoted }: Verdict,
    failure: Failure,
    id: ObjectId,
    guess: (Prediction & { readonly live: KubernetesObject }) | undefined,
  ): ObjectDifference {
    const reason = quoted ? this.#quoting(words, failure) : `${words}.`;
    const { live, next, paths = [] } = guess ?? {};
    // What else is refused would not be as it is here; a field that cannot be changed is one of those that differ.
    if (because !== 'immutable' || !live || !next) {
      return this.#make({ change, because, reason, ...this.#sides(live, undefined) }, id);
    }
    const { masked, ...sides } = this.#masked(live, next);
    const differing = this.#desired.encrypted === true ? keyDifferences(paths) : paths;
    const shown = differing.map((difference) => ({ ...difference, path: masked.shownPath(difference.path) }));
    // Pods are not replaced by a change that fails.
    const consequences =
      change === 'recreate' ? this.#consequences(live, next, [{ path: ['spec'], effect: 'replace' }]) : {};
    return this.#make({ change, because, reason, paths: shown, ...consequences, ...sides }, id);
  }

  /** Paths of the desired object as they may be told. */
  shown(paths: readonly FieldPath[]): readonly FieldPath[] {
    const { masked } = this.#masked(undefined, undefined);
    return paths.map((path) => masked.shownPath(path));
  }

  #consequences(
    live: KubernetesObject,
    next: KubernetesObject,
    paths: readonly FieldDifference[],
  ): Pick<ObjectDifference, 'restartsPods' | 'takenOverFrom'> {
    const former = formerOwner(live, this.#around.owner);
    const restarts = restartsPods(
      next,
      paths.map(({ path }) => path),
    );
    return { ...(restarts && { restartsPods: true as const }), ...(former !== undefined && { takenOverFrom: former }) };
  }

  #sides(
    live: KubernetesObject | undefined,
    next: KubernetesObject | undefined,
  ): Pick<ObjectDifference, 'before' | 'after'> {
    const { before, after } = this.#masked(live, next);
    return { ...(before && { before }), ...(after && { after }) };
  }

  #masked(
    live: KubernetesObject | undefined,
    next: KubernetesObject | undefined,
  ): Pick<ObjectDifference, 'before' | 'after'> & { readonly masked: MaskedSides } {
    const masked = maskLive({
      desired: this.#desired,
      live: live && meaningful(live),
      next: next && meaningful(next),
      former: live && this.#around.former?.of(live, this.#desired),
      secrets: this.#around.secrets,
      substituted: this.#around.substituted,
    });
    const { before, after } = masked;
    return { masked, ...(before && { before }), ...(after && { after }) };
  }

  #quoting(words: string, failure: Failure): string {
    return withServerWords(words, {
      failure,
      sent: this.#sent,
      desired: this.#desired,
      secrets: this.#around.secrets,
      hidden: this.#around.hidden === true,
      mayQuote: this.#around.former?.mayHold(this.#sent) === true,
      shownPath: (path) => this.#masked(undefined, undefined).masked.shownPath(path),
    });
  }

  #make(outcome: Outcome, id: ObjectId = idOf(this.#sent)): ObjectDifference {
    return { id, apiVersion: this.#sent.apiVersion, paths: [], ...outcome };
  }
}
