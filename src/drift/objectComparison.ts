/**
 * One desired object against the cluster: read, rights, dry-run, prediction. Every outcome is a value, so that one refused object
 * does not hide the others. Sends one GET and one dry-run at most, unless the object is written in between or has fields that its kind
 * does not have.
 */
import { type Failure, isFailure } from '../base/failure.ts';
import type { Turns } from '../base/turns.ts';
import type { ApiResource } from '../cluster/clusterApi.ts';
import { isSecret } from '../flux/isSecret.ts';
import { groupOf, versionOf } from '../flux/kinds.ts';
import { type ObjectId, idOf, objectKey } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { DesiredObject, FieldPath } from '../render/desired.ts';
import { approximateSteps } from './approximateChange.ts';
import { attempt } from './attempt.ts';
import type { ComparisonSurroundings } from './comparisonSurroundings.ts';
import { comparisonTurns } from './comparisonTurns.ts';
import type { ObjectDifference } from './difference.ts';
import { dryRunKnownFields } from './dryRunKnownFields.ts';
import { dryRunVerdict } from './dryRunVerdict.ts';
import { lengthUpTo } from './lengthUpTo.ts';
import { normalizeDesired } from './normalizeDesired.ts';
import { needsDefinition, type Prediction, predictSteps } from './predictChange.ts';
import { ObjectResult } from './objectResult.ts';
import { refusedRemains } from './refusedRemains.ts';
import { ServedKinds } from './servedKinds.ts';
import { asksForForce, mergesOnly, skippedApply } from './skipRules.ts';
import { kustomizeController, mayBeOverridden } from './takenBack.ts';

/** An object that is written all the time is compared as it is. */
const mostReads = 3;

/** Characters; larger objects are not read by a list, which would be one long answer. */
const mostListed = 50_000;

/** Throws `cancelled` and `unauthorized`, which concern all objects alike. */
export class ObjectComparison {
  readonly #around: ComparisonSurroundings;
  readonly #desired: DesiredObject;
  readonly #sent: KubernetesObject;
  readonly #result: ObjectResult;
  readonly #turns: Turns;
  #reads = 1;

  constructor(around: ComparisonSurroundings, desired: DesiredObject) {
    this.#around = around;
    this.#turns = around.turns ?? comparisonTurns();
    this.#desired = desired;
    this.#sent = normalizeDesired(desired.real.reveal());
    this.#result = new ObjectResult(around, desired, this.#sent);
  }

  async run(): Promise<ObjectDifference> {
    const sent = this.#sent;
    const { buildsDefinition, kinds = new ServedKinds(this.#around) } = this.#around;
    if (this.#desired.encrypted === true && !isSecret(sent)) {
      return this.#result.encrypted();
    }
    const wanted = { group: groupOf(sent.apiVersion), kind: sent.kind, version: versionOf(sent.apiVersion) };
    const resource = await attempt(() => kinds.find(wanted));
    if (isFailure(resource)) {
      return this.#result.unreadable(resource);
    }
    if (resource?.version !== wanted.version) {
      return resource === undefined && buildsDefinition(wanted.group, wanted.kind)
        ? this.#result.afterDefinition()
        : this.#result.notServed(resource);
    }
    const namespace = resource.namespaced ? (sent.metadata.namespace ?? '') : '';
    if (resource.namespaced && namespace === '') {
      return this.#result.withoutNamespace();
    }
    return this.#known(resource, { ...idOf(sent), namespace });
  }

  /** A result of before, where nothing has changed since. */
  async #known(resource: ApiResource, id: ObjectId): Promise<ObjectDifference> {
    const { cache, owner, overridden } = this.#around;
    if (!cache) {
      return this.#read(resource, id);
    }
    const { object, masked, encrypted } = this.#desired;
    const place = `${owner.namespace}/${owner.name} ${objectKey(this.#around.api.context, id)}`;
    const desired = cache.results.fingerprint([this.#sent, object, masked, encrypted, cache.setting]);
    const managers = async () => JSON.stringify((await overridden?.all()) ?? []);
    const find = async (version: string | undefined): Promise<ObjectDifference | undefined> => {
      const known = cache.results.find(place, desired, version);
      const before = known && cache.results.overridden(place);
      return before === undefined || before === (await managers()) ? known : undefined;
    };
    if (cache.results.knows(place, desired)) {
      const known = await find(await cache.versions.versionOf(resource, id.namespace, id.name));
      if (known) {
        return known;
      }
    }
    return this.#read(resource, id, {
      find: ({ metadata }) => find(metadata.resourceVersion),
      keep: async (live, difference) => {
        // Whom the controller overrides is asked again the next time; where it could not be told, it may be told then.
        if ((await overridden?.of(live)) !== undefined || !overridden) {
          const depends = mayBeOverridden(live) ? await managers() : undefined;
          cache.results.keep(place, desired, live.metadata.resourceVersion ?? '', difference, depends);
        }
      },
    });
  }

  async #read(resource: ApiResource, id: ObjectId, memory?: Memory): Promise<ObjectDifference> {
    const { rights } = this.#around;
    const mayGet = await attempt(() => rights.may('get', resource, id.namespace));
    if (mayGet === false) {
      return this.#result.forbidden(id, 'get', resource);
    }
    const found = isFailure(mayGet) ? mayGet : await attempt(() => this.#live(resource, id));
    if (isFailure(found) && found.reason !== 'notFound') {
      return this.#result.unreadable(found, id);
    }
    const live = isFailure(found) ? undefined : found;
    const known = live && (await memory?.find(live));
    if (known) {
      return known;
    }
    const difference = await this.#compare(resource, id, live);
    if (difference === 'moved') {
      this.#reads += 1;
      return this.#read(resource, id, memory);
    }
    if (live && isLasting(difference)) {
      await memory?.keep(live, difference);
    }
    return difference;
  }

  /** A list of Secrets would bring others than those that are compared, and looks like more in an audit log. */
  #live(resource: ApiResource, id: ObjectId): Promise<KubernetesObject> {
    const { reads, requests, api } = this.#around;
    const alone = (): boolean => isSecret(this.#sent) || lengthUpTo(mostListed, this.#sent) > mostListed;
    return reads
      ? reads.read(resource, id, alone)
      : requests.send((signal) => api.getWithManagedFields(resource, id, signal));
  }

  async #compare(
    resource: ApiResource,
    id: ObjectId,
    live: KubernetesObject | undefined,
  ): Promise<ObjectDifference | 'moved'> {
    const skipped = skippedApply(this.#sent, live);
    if (skipped) {
      return this.#result.skipped(skipped, id);
    }
    const { rights } = this.#around;
    const verbs = live ? (['patch'] as const) : (['patch', 'create'] as const);
    const answers = await attempt(() => Promise.all(verbs.map((verb) => rights.may(verb, resource, id.namespace))));
    if (isFailure(answers)) {
      return this.#result.unreadable(answers, id);
    }
    const missing = verbs.find((_verb, at) => answers[at] === false);
    if (missing !== undefined) {
      return this.#withoutDryRun(resource, id, live, missing);
    }
    return this.#dryRun(resource, id, live);
  }

  async #withoutDryRun(
    resource: ApiResource,
    id: ObjectId,
    live: KubernetesObject | undefined,
    verb: string,
  ): Promise<ObjectDifference> {
    const why = `Without the permission to ${verb} ${resource.plural} no dry-run was made, so this is approximate.`;
    if (!live) {
      return this.#result.created(undefined, id, { approximate: true, reason: why });
    }
    const prediction = await this.#approximate(live);
    return this.#result.changed(live, prediction, id, { approximate: true, reason: why });
  }

  async #approximate(live: KubernetesObject): Promise<Prediction> {
    const rules = { mergesOnly: mergesOnly(this.#sent, live), ignored: this.#around.ignore.pointersFor(this.#sent) };
    const overridden = await this.#around.overridden?.of(live);
    await this.#turns.take();
    return this.#turns.run(approximateSteps({ desired: this.#sent, live, ...rules, overridden }));
  }

  async #dryRun(
    resource: ApiResource,
    id: ObjectId,
    live: KubernetesObject | undefined,
  ): Promise<ObjectDifference | 'moved'> {
    const { answer, dropped } = await dryRunKnownFields(this.#around, resource, id, this.#sent, kustomizeController);
    if (isFailure(answer)) {
      return this.#refused(answer, id, live);
    }
    if (live?.metadata.resourceVersion !== answer.metadata.resourceVersion && this.#reads < mostReads) {
      return 'moved'; // somebody wrote it in between: what they wrote is no difference
    }
    const reason = dropped.length === 0 ? {} : { reason: droppedWords(this.#result.shown(dropped)) };
    if (!live) {
      return this.#result.created(answer, id, reason);
    }
    const drifting = {
      live,
      dryRun: answer,
      mergesOnly: mergesOnly(this.#sent, live),
      ignored: this.#around.ignore.pointersFor(answer),
      overridden: await this.#around.overridden?.of(live),
    };
    await this.#turns.take();
    const needed = needsDefinition(drifting);
    const definition = needed ? await this.#around.definitionOf(resource) : undefined;
    const unsure = needed && definition === undefined ? { reason: defaultsUnknown } : {};
    await this.#turns.take();
    const prediction = await this.#turns.run(predictSteps({ ...drifting, definition }));
    await this.#turns.take();
    // The server has accepted its own answer, whatever it lacks.
    const isAccepted = prediction.paths.length === 0 || refusedRemains(answer, definition) !== undefined;
    const remains = isAccepted ? undefined : refusedRemains(prediction.next, definition);
    await this.#turns.take();
    return remains
      ? this.#result.leftInvalid(live, remains, id)
      : this.#result.changed(live, prediction, id, { ...unsure, ...reason });
  }

  async #refused(failure: Failure, id: ObjectId, live: KubernetesObject | undefined): Promise<ObjectDifference> {
    const { buildsNamespace, force } = this.#around;
    const verdict = dryRunVerdict(failure, {
      object: this.#sent,
      exists: live !== undefined,
      force: force || asksForForce(this.#sent, live),
      buildsNamespace,
    });
    return this.#result.refused(verdict, failure, id, live && { live, ...(await this.#approximate(live)) });
  }
}

interface Memory {
  readonly find: (live: KubernetesObject) => Promise<ObjectDifference | undefined>;
  readonly keep: (live: KubernetesObject, difference: ObjectDifference) => Promise<void>;
}

/** What failed may succeed the next time, with the same objects. */
function isLasting({ change, approximate }: ObjectDifference): boolean {
  return approximate !== true && (change === 'none' || change === 'change' || change === 'skip');
}

const defaultsUnknown =
  'What the fields that are removed return to is not known: the definition of the kind could not be read.';

function droppedWords(paths: readonly FieldPath[]): string {
  const names = paths.map((path) => path.join('.')).join(', ');
  return `The kind does not have ${names}, which Flux passes over without a word.`;
}
