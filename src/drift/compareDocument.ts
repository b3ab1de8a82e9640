/**
 * One document of a file as it stands against the object that lives, for where what Flux makes of it cannot be rendered: an
 * approximation, and said to be one. Knows neither kustomize nor files; sends one dry-run, on the user's action alone.
 */
import { type Clock, systemClock } from '../base/clock.ts';
import { isFailure } from '../base/failure.ts';
import { Sealed } from '../base/sealed.ts';
import type { ApiResource, ClusterApi } from '../cluster/clusterApi.ts';
import { inventoryOf } from '../flux/inventory.ts';
import { isSecret } from '../flux/isSecret.ts';
import { groupOf, versionOf } from '../flux/kinds.ts';
import { idOf } from '../flux/objectKey.ts';
import type { FluxObject, KubernetesObject } from '../flux/objects.ts';
import { ownerOf } from '../flux/references.ts';
import { asList, fieldAt } from '../flux/untyped.ts';
import type { ClusterInputs, FluxName } from '../render/desired.ts';
import { maskEncrypted } from '../render/maskEncrypted.ts';
import { textsOfSecret } from '../render/textsOfSecret.ts';
import { attempt } from './attempt.ts';
import { definitionReader } from './definitionReader.ts';
import type { Comparison, ObjectDifference } from './difference.ts';
import { ignoreRules } from './ignoreRules.ts';
import { maskUnstated } from './maskUnstated.ts';
import { ObjectComparison } from './objectComparison.ts';
import { OverriddenManagers } from './overriddenManagers.ts';
import { placeDocument } from './placeDocument.ts';
import { PoliteRequests } from './politeRequests.ts';
import { isUnnamed, rawDesired, type RawPlace } from './rawDesired.ts';
import { type RawFacts, rawNotes } from './rawNotes.ts';
import { Rights } from './rights.ts';
import { type SecretsRead, type SubstitutedSecrets, substitutedSecrets } from './substitutedSecrets.ts';

export interface DocumentToCompare {
  /** As the controllers' reader of YAML gives it. */
  readonly document: Sealed<KubernetesObject>;
  /** The other objects of its file: what Secrets among them hold is masked. */
  readonly beside: Sealed<readonly KubernetesObject[]>;
  /** File of the repository. */
  readonly path: string;
  /** Why it is not rendered, in a sentence without secrets. */
  readonly why: string;
  /** What the result is of. */
  readonly target: FluxName;
  /** The Kustomization that builds the file; `undefined` where the files name none. Its namespace may be empty. */
  readonly owner: FluxName | undefined;
  /** By which the reader has named the object, where the text may lack one. */
  readonly namespace?: string | undefined;
  readonly api: ClusterApi;
  readonly cluster: Pick<ClusterInputs, 'fluxObject'>;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/** What `Comparison.from` says of it, and so its title. */
export const rawFrom = 'raw document, approximate';

/** Throws a `Failure` for what concerns the cluster: `cancelled`, `unauthorized`, an owner that cannot be read. */
export async function compareDocument(task: DocumentToCompare): Promise<Comparison> {
  const { target, api, path, why } = task;
  const ended = new AbortController();
  const signal = AbortSignal.any([task.signal, ended.signal]);
  const requests = new PoliteRequests({ clock: task.clock ?? systemClock(), signal });
  const rights = new Rights((question) => requests.send((each) => api.mayI(question, each)));
  try {
    const comparison = new DocumentComparison({ ...task, signal }, { api, requests, rights });
    const found = await comparison.run();
    const notes = [...rawNotes({ path, why, ...found.facts }), ...comparison.overridden.notes];
    return { target, context: api.context, from: rawFrom, objects: [found.difference], notes };
  } finally {
    ended.abort();
  }
}

const nothingRead: SecretsRead = { texts: [], unread: [] };

const nothingKnown: RawFacts = {
  owner: undefined,
  leftOut: [],
  place: undefined,
  served: undefined,
  masked: false,
};

interface Found {
  readonly difference: ObjectDifference;
  readonly facts: RawFacts;
}

type Asking = Parameters<typeof definitionReader>[0];

class DocumentComparison {
  readonly overridden: OverriddenManagers;
  readonly #task: DocumentToCompare;
  readonly #asking: Asking;
  readonly #document: KubernetesObject;

  constructor(task: DocumentToCompare, asking: Asking) {
    this.#task = task;
    this.#asking = asking;
    this.overridden = new OverriddenManagers(asking);
    this.#document = task.document.reveal();
  }

  async run(): Promise<Found> {
    if (maskEncrypted(this.#document) !== undefined) {
      const reason = 'SOPS has encrypted it: what Flux applies is known only to who can decrypt it.';
      return this.#refused({ because: 'encrypted', reason });
    }
    if (isUnnamed(this.#document)) {
      return this.#refused({ reason: 'A variable stands in its name, so which object it becomes is not known.' });
    }
    const resource = await this.#resource();
    if ('difference' in resource) {
      return resource;
    }
    const { owner: stated, namespace, cluster, signal } = this.#task;
    const where = { document: this.#document, resource, namespace, owner: stated, cluster, signal, ...this.#asking };
    const { place, live, owner } = await placeDocument(where);
    if (!place) {
      const reason = 'The file gives it no namespace, and neither its owner nor the cluster tells the one it lives in.';
      return this.#refused({ reason });
    }
    return this.#compare(resource, place, live, owner);
  }

  async #compare(
    resource: ApiResource,
    place: RawPlace,
    live: KubernetesObject | undefined,
    owner: FluxObject | undefined,
  ): Promise<Found> {
    const { beside, owner: stated } = this.#task;
    const ownerName = owner ? nameOf(owner) : stated?.namespace === '' ? undefined : stated;
    const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
    const found = await this.#substituted(owner);
    const inputs = { place, apiVersion, owner: ownerName, ownerSpec: owner?.spec, live };
    const ownerHoldsSecrets = isAny(found.above) || found.mayBeOlder;
    const { desired, leftOut } = rawDesired(this.#document, { ...inputs, beside: beside.reveal(), ownerHoldsSecrets });
    const masked = live !== undefined && !isSecret(live) && mayHoldSecrets(owner, live, found);
    const compared = await new ObjectComparison(this.#around(ownerName, owner, masked, found), desired).run();
    const shown = masked ? maskUnstated(compared, desired.object) : compared;
    const difference: ObjectDifference = { ...shown, approximate: true, reason: shown.reason ?? rawReason };
    const { apiVersion: written, metadata } = this.#document;
    const isMoved = resource.namespaced && place.namespace !== (metadata.namespace ?? '');
    const facts = {
      owner,
      leftOut,
      place: isMoved || place.name !== metadata.name ? place : undefined,
      served: written === apiVersion ? undefined : apiVersion,
      masked,
    };
    return { difference, facts };
  }

  #around(
    owner: FluxName | undefined,
    { spec }: Pick<FluxObject, 'spec'> = {},
    hidden: boolean,
    { within, above }: SubstitutedSecrets,
  ) {
    const beside = this.#task.beside.reveal().filter(isSecret).flatMap(textsOfSecret);
    const secrets = [...beside, ...within.texts, ...above.texts];
    return {
      ...this.#asking,
      owner: owner ?? this.#task.target,
      secrets: secrets.length === 0 ? undefined : new Sealed(secrets),
      // What the owner says of its objects is as it lives, with what its own parents put into it.
      substituted: above.texts.length === 0 ? undefined : new Sealed(above.texts),
      hidden,
      force: spec?.['force'] === true,
      ignore: ignoreRules(spec?.['ignore']),
      cache: undefined,
      // What the rest of a build has is not known without one.
      buildsNamespace: () => false,
      buildsDefinition: () => false,
      overridden: this.overridden,
      definitionOf: definitionReader(this.#asking),
    };
  }

  /** What the owner takes from Secrets, and what its parents have put into it. */
  async #substituted(owner: FluxObject | undefined): Promise<SubstitutedSecrets> {
    const { api, requests } = this.#asking;
    return owner
      ? substitutedSecrets(owner, { api, send: (request) => requests.send(request) })
      : { within: nothingRead, above: nothingRead, mayBeOlder: false };
  }

  async #resource(): Promise<ApiResource | Found> {
    const { api, requests } = this.#asking;
    const { apiVersion, kind } = this.#document;
    const wanted = { group: groupOf(apiVersion), kind, version: versionOf(apiVersion) };
    const resource = await attempt(() => requests.send((signal) => api.findResource(wanted, signal)));
    if (isFailure(resource)) {
      return this.#refused({ because: 'unreachable', reason: `It could not be read: ${resource.message}` });
    }
    const reason = `The cluster does not serve ${kind} of ${apiVersion}.`;
    return resource ?? this.#refused({ because: 'notServed', reason });
  }

  #refused(why: Pick<ObjectDifference, 'because' | 'reason'>): Found {
    const { apiVersion } = this.#document;
    const difference = { id: idOf(this.#document), apiVersion, change: 'unknown', paths: [], ...why } as const;
    return { difference, facts: nothingKnown };
  }
}

const rawReason = 'the raw text of the file';

function nameOf({ metadata }: FluxObject): FluxName {
  return { kind: 'Kustomization', namespace: metadata.namespace ?? '', name: metadata.name };
}

function isAny({ texts, unread }: SecretsRead): boolean {
  return texts.length > 0 || unread.length > 0;
}

/**
 * Whether something in the live object may have come from a Secret without a trace in the text: decrypted patches, variables that the
 * owner or a parent of it takes or has taken, replacements. An owner that cannot be had may do any of these.
 */
function mayHoldSecrets(
  owner: FluxObject | undefined,
  live: KubernetesObject,
  { within, above, mayBeOlder, wasOtherwise }: SubstitutedSecrets,
): boolean {
  if (owner === undefined) {
    return ownerOf(live) !== undefined;
  }
  const { spec } = owner;
  const sources = asList(fieldAt(spec, 'postBuild', 'substituteFrom')) ?? [];
  const inventory = inventoryOf(owner);
  return (
    isAny(above) ||
    isAny(within) ||
    mayBeOlder ||
    wasOtherwise === true ||
    spec?.['decryption'] !== undefined ||
    sources.some((source) => fieldAt(source, 'kind') === 'Secret') ||
    typeof inventory === 'string' ||
    inventory.some(({ id }) => id.kind === 'Secret' && id.group === '')
  );
}
