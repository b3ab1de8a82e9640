/**
 * One desired object against the cluster: read, dry-run, prediction, comparison. Every outcome is a value, so that one refused
 * object does not hide the others. Sends at most one GET and one dry-run (and one more for each field that the kind does not have).
 */
import { type Failure, isFailure } from '../base/failure.ts';
import { Sealed } from '../base/sealed.ts';
import type { ApiResource, ClusterApi } from '../cluster/clusterApi.ts';
import { groupOf, versionOf } from '../flux/kinds.ts';
import { type ObjectId, idOf } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asRecord } from '../flux/untyped.ts';
import type { DesiredObject } from '../render/desired.ts';
import { maskLive, withoutSecretsOf } from '../render/maskLive.ts';
import { type FieldChange, compareObjects } from './compareObjects.ts';
import type { Because, FieldDifference, ObjectDifference } from './difference.ts';
import { dryRunVerdict } from './dryRunVerdict.ts';
import { fieldOwners, lastWriter } from './managedFields.ts';
import { normalizeDesired } from './normalizeDesired.ts';
import type { PoliteRequests } from './politeRequests.ts';
import type { Rights } from './rights.ts';
import { asksForForce, mergesOnly, skippedApply } from './skipRules.ts';
import { isCleanedUp, kustomizeController, withoutTakenBack } from './takenBack.ts';
import { withoutFields } from './withoutFields.ts';

export interface ComparisonSurroundings {
  readonly api: ClusterApi;
  readonly requests: PoliteRequests;
  readonly rights: Rights;
  /** Texts of Secrets that took part in the render. */
  readonly secrets: Sealed<readonly string[]> | undefined;
  /** `spec.force`. */
  readonly force: boolean;
  readonly buildsNamespace: (name: string) => boolean;
  readonly buildsDefinition: (group: string, kind: string) => boolean;
}

type Outcome = Omit<ObjectDifference, 'id' | 'apiVersion' | 'paths'> & { readonly paths?: readonly FieldDifference[] };

/** Throws `cancelled` and `unauthorized`, which concern all objects alike. */
export class ObjectComparison {
  readonly #around: ComparisonSurroundings;
  readonly #desired: DesiredObject;
  readonly #sent: KubernetesObject;

  constructor(around: ComparisonSurroundings, desired: DesiredObject) {
    this.#around = around;
    this.#desired = desired;
    this.#sent = normalizeDesired(desired.real.reveal());
  }

  async run(): Promise<ObjectDifference> {
    const sent = this.#sent;
    const { api, requests } = this.#around;
    const wanted = { group: groupOf(sent.apiVersion), kind: sent.kind, version: versionOf(sent.apiVersion) };
    const resource = await this.#try(() => requests.send((signal) => api.findResource(wanted, signal)));
    if (isFailure(resource)) {
      return this.#failed(resource);
    }
    if (resource?.version !== wanted.version) {
      return this.#notServed(resource);
    }
    if (resource.namespaced && (sent.metadata.namespace ?? '') === '') {
      return this.#result({
        change: 'unknown',
        because: 'invalid',
        reason: `${sent.kind}/${sent.metadata.name} namespace not specified`, // as kustomize-controller says it
      });
    }
    const id = { ...idOf(sent), namespace: resource.namespaced ? (sent.metadata.namespace ?? '') : '' };
    return this.#against(resource, id);
  }

  async #against(resource: ApiResource, id: ObjectId): Promise<ObjectDifference> {
    const { api, requests, rights } = this.#around;
    const may = await this.#try(() => rights.may('get', resource, id.namespace));
    if (may === false || isFailure(may)) {
      return may === false ? this.#forbidden(id, 'get', resource) : this.#failed(may, id);
    }
    const found = await this.#try(() => requests.send((signal) => api.getWithManagedFields(resource, id, signal)));
    if (isFailure(found) && found.reason !== 'notFound') {
      return this.#failed(found, id);
    }
    const live = isFailure(found) ? undefined : found;
    const skipped = skippedApply(this.#sent, live);
    if (skipped) {
      return this.#result({ change: 'skip', ...skipped }, id);
    }
    return this.#dryRun(resource, id, live);
  }

  async #dryRun(resource: ApiResource, id: ObjectId, live: KubernetesObject | undefined): Promise<ObjectDifference> {
    const { api, requests } = this.#around;
    const next = await this.#try(() =>
      requests.send((signal) => api.dryRunApply(resource, id, this.#sent, kustomizeController, signal)),
    );
    if (isFailure(next)) {
      return this.#refused(next, id, live);
    }
    const answered = idOf(next);
    if (live === undefined) {
      return this.#result({ change: 'create', ...this.#sides(undefined, next) }, answered);
    }
    return this.#compared(live, next, answered);
  }

  #compared(live: KubernetesObject, dryRun: KubernetesObject, id: ObjectId): ObjectDifference {
    const drifted = compareObjects(live, dryRun);
    const cleaned = isCleanedUp(live) && !mergesOnly(this.#sent, live);
    if (drifted.length === 0 && !cleaned) {
      return this.#result({ change: 'none', real: new Sealed({ live, next: live }) }, id);
    }
    const next = cleaned ? withoutTakenBack(live, dryRun) : dryRun;
    const changes = compareObjects(live, next, 'all');
    const shown = this.#sides(live, next);
    if (changes.length === 0) {
      return this.#result({ change: 'none', ...(shown.real && { real: shown.real }) }, id);
    }
    const paths = this.#differences(live, changes, drifted);
    return this.#result({ change: 'change', paths, ...shown }, id);
  }

  #differences(
    live: KubernetesObject,
    changes: readonly FieldChange[],
    drifted: readonly FieldChange[],
  ): readonly FieldDifference[] {
    const owners = fieldOwners(live);
    const seen = new Set(drifted.map(({ path }) => JSON.stringify(path)));
    return changes.map(({ path, effect }) => {
      const writer = effect === 'add' ? undefined : lastWriter(owners, live, path, kustomizeController);
      const takenBack = !seen.has(JSON.stringify(path));
      return { path, effect, ...(writer && { writer }), ...(takenBack && { takenBack: true as const }) };
    });
  }

  #sides(
    live: KubernetesObject | undefined,
    next: KubernetesObject,
  ): Pick<ObjectDifference, 'before' | 'after' | 'real'> {
    const { before, after } = maskLive({
      desired: this.#desired,
      live: live && meaningful(live),
      next: meaningful(next),
      secrets: this.#around.secrets,
    });
    return {
      ...(before && { before }),
      ...(after && { after }),
      ...(live && { real: new Sealed({ live, next }) }),
    };
  }

  #refused(failure: Failure, id: ObjectId, live: KubernetesObject | undefined): ObjectDifference {
    const verdict = dryRunVerdict(failure, {
      object: this.#sent,
      exists: live !== undefined,
      force: this.#around.force || asksForForce(this.#sent, live),
      buildsNamespace: this.#around.buildsNamespace,
    });
    const { change, because, words, quoted } = verdict;
    return this.#result({ change, because, reason: quoted ? this.#quoting(words, failure) : `${words}.` }, id);
  }

  #notServed(other: ApiResource | undefined): ObjectDifference {
    const { apiVersion, kind } = this.#sent;
    if (this.#around.buildsDefinition(groupOf(apiVersion), kind) && !other) {
      return this.#result({
        change: 'create',
        because: 'afterDefinition',
        reason: `It is created after the definition of ${kind}, which the same build has.`,
      });
    }
    const reason = other
      ? `The cluster serves ${kind} as ${other.group}/${other.version} and not as ${apiVersion}.`
      : `The cluster does not serve ${kind} of ${apiVersion}.`;
    return this.#result({ change: 'unknown', because: 'notServed', reason });
  }

  #forbidden(id: ObjectId, verb: string, resource: ApiResource): ObjectDifference {
    const where = id.namespace === '' ? '' : ` in namespace ${id.namespace}`;
    const reason = `No permission to ${verb} ${resource.plural}${where}.`;
    return this.#result({ change: 'unknown', because: 'forbidden', reason }, id);
  }

  #failed(failure: Failure, id?: ObjectId): ObjectDifference {
    const because: Because = failure.reason === 'forbidden' ? 'forbidden' : 'unreachable';
    return this.#result({ change: 'unknown', because, reason: this.#quoting('It could not be read', failure) }, id);
  }

  /** Of a Secret the server's words are left out: they may quote a part of what it holds. */
  #quoting(words: string, { message }: Failure): string {
    return isSecret(this.#sent)
      ? `${words}.`
      : `${words}: ${withoutSecretsOf(message, this.#desired, this.#around.secrets)}`;
  }

  #result(outcome: Outcome, id: ObjectId = idOf(this.#sent)): ObjectDifference {
    return { id, apiVersion: this.#sent.apiVersion, paths: [], ...outcome };
  }

  async #try<T>(work: () => Promise<T>): Promise<T | Failure> {
    try {
      return await work();
    } catch (error) {
      if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
        throw error;
      }
      return error;
    }
  }
}

const ofServer = new Set(['managedFields', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'selfLink']);

/** Without what nobody can act on. */
export function meaningful(object: KubernetesObject): KubernetesObject {
  const fields = withoutFields(asRecord(object) ?? {}, new Set(['status']));
  return {
    ...fields,
    metadata: withoutFields(asRecord(object.metadata) ?? {}, ofServer),
  } as unknown as KubernetesObject;
}

function isSecret({ apiVersion, kind }: KubernetesObject): boolean {
  return kind === 'Secret' && groupOf(apiVersion) === '';
}
