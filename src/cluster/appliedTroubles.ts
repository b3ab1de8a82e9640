/**
 * Of what a Kustomization or a HelmRelease has applied: the objects that are not healthy, which it waits for. Reads those that its
 * controller names, else its inventory, else what carries its labels; a bounded number of them.
 */
import type { AwaitedObject } from '../flux/awaitedObjects.ts';
import { fluxState } from '../flux/fluxState.ts';
import { inventoryOf } from '../flux/inventory.ts';
import { findFluxKind, groupOf } from '../flux/kinds.ts';
import { displayName, idOf, type ObjectId } from '../flux/objectKey.ts';
import { objectHealth } from '../flux/objectHealth.ts';
import type { FluxObject, KubernetesObject } from '../flux/objects.ts';
import { releaseNamespaceOf } from '../flux/releaseName.ts';
import { asList, asText, fieldAt } from '../flux/untyped.ts';
import type { BoundedReads } from './boundedReads.ts';
import type { ClusterState } from './clusterState.ts';
import type { Obstacle } from './explanation.ts';

/** Read of one inventory. */
const mostRead = 60;
/** Told of one inventory. */
const mostTold = 10;

/** Always current in the eyes of a health check (cli-utils pkg/kstatus), and many. */
const alwaysWell: ReadonlySet<string> = new Set([
  ...['Secret', 'ConfigMap', 'ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'],
  ...['NetworkPolicy', 'StorageClass', 'PriorityClass', 'IngressClass', 'LimitRange', 'ResourceQuota', 'CronJob'],
  ...['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'],
]);

/** What has pods comes first: that is what a person looks for. */
const withPods: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'Pod', 'ReplicaSet'];

const labelledKinds: readonly (readonly [group: string, kind: string])[] = [
  ['apps', 'Deployment'],
  ['apps', 'StatefulSet'],
  ['apps', 'DaemonSet'],
  ['batch', 'Job'],
  ['', 'PersistentVolumeClaim'],
];

interface Candidate {
  readonly id: ObjectId;
  readonly version?: string;
  readonly object?: KubernetesObject;
}

export class AppliedTroubles {
  readonly #reads: BoundedReads;
  readonly #state: Pick<ClusterState, 'controllers'>;
  readonly #now: number;

  constructor(reads: BoundedReads, state: Pick<ClusterState, 'controllers'>, now: number) {
    this.#reads = reads;
    this.#state = state;
    this.#now = now;
  }

  async of(owner: FluxObject, awaited: readonly AwaitedObject[]): Promise<readonly Obstacle[]> {
    const all = await this.#candidates(owner);
    const named = all.filter(({ id }) => awaited.some((one) => isSame(one, id)));
    const wanted = (named.length > 0 ? named : all).filter(({ id }) => !alwaysWell.has(id.kind));
    const sorted = [...wanted].sort((a, b) => rankOf(a.id) - rankOf(b.id));
    if (sorted.length > mostRead) {
      this.#reads.note(`Of ${sorted.length} objects of ${nameOf(owner)}, ${mostRead} were looked at`);
    }
    const troubled = (
      await Promise.all(sorted.slice(0, mostRead).map((candidate) => this.#troubled(candidate, owner)))
    ).flat();
    if (troubled.length > mostTold) {
      this.#reads.note(`${troubled.length} objects of ${nameOf(owner)} are not ready; ${mostTold} are told`);
    }
    return troubled.slice(0, mostTold);
  }

  async #candidates(owner: FluxObject): Promise<readonly Candidate[]> {
    const { controllers } = this.#state;
    const items = inventoryOf(owner, controllers.state === 'known' ? controllers.fluxVersion : undefined);
    if (items === 'remote') {
      this.#reads.note(`${nameOf(owner)} applies to another cluster (spec.kubeConfig), whose objects are not read`);
      return [];
    }
    const listed = items === 'notReported' ? [] : items.map(({ id, version }) => ({ id, version }));
    const checked = healthChecksOf(owner).filter(({ id }) => !listed.some((item) => isSame(item.id, id)));
    const known = [...listed, ...checked];
    return known.length === 0 && owner.kind === 'HelmRelease' ? this.#labelled(owner) : known;
  }

  /** Of a Flux before 2.8, and of a release whose first install is under way. */
  async #labelled(release: FluxObject): Promise<readonly Candidate[]> {
    const { name, namespace = '' } = release.metadata;
    const prefix = 'helm.toolkit.fluxcd.io';
    const query = {
      namespace: releaseNamespaceOf(release),
      labelSelector: `${prefix}/name=${name},${prefix}/namespace=${namespace}`,
      limit: mostRead,
    };
    const answers = await Promise.all(
      labelledKinds.map(([group, kind]) => this.#reads.list({ group, kind }, query, `${kind}s in ${query.namespace}`)),
    );
    return answers.flatMap((answer) =>
      answer.state === 'found' ? answer.value.map((object) => ({ id: idOf(object), object })) : [],
    );
  }

  async #troubled(candidate: Candidate, owner: FluxObject): Promise<readonly Obstacle[]> {
    const { id, version, object } = candidate;
    const answer = object ? ({ state: 'found', value: object } as const) : await this.#reads.object(id, version);
    const isTroubled =
      answer.state === 'found'
        ? !this.#isWell(id, answer.value)
        : // The inventory keeps Jobs that were done and removed by their time to live.
          answer.state === 'missing' && id.kind !== 'Job';
    return isTroubled ? [{ ...candidate, relation: 'applied', isCause: true, applier: idOf(owner) }] : [];
  }

  #isWell(id: ObjectId, object: KubernetesObject): boolean {
    if (!findFluxKind(id.group, id.kind)) {
      return objectHealth(object, this.#now).status === 'current';
    }
    const { underlying } = fluxState(object); // a health check does not look at a suspension
    return underlying === 'ready' || underlying === 'static';
  }
}

/** `spec.healthChecks` of a Kustomization may name what another one has applied. */
function healthChecksOf(owner: FluxObject): readonly Candidate[] {
  return (asList(owner.spec?.['healthChecks']) ?? []).flatMap((check) => {
    const apiVersion = asText(fieldAt(check, 'apiVersion')) ?? '';
    const [kind, name] = [asText(fieldAt(check, 'kind')), asText(fieldAt(check, 'name'))];
    const namespace = asText(fieldAt(check, 'namespace')) ?? '';
    return kind === undefined || name === undefined
      ? []
      : [{ id: { group: groupOf(apiVersion), kind, namespace, name } }];
  });
}

function rankOf({ kind, group }: ObjectId): number {
  const at = withPods.indexOf(kind);
  return at >= 0 ? at : findFluxKind(group, kind) ? withPods.length : withPods.length + 1;
}

function isSame(a: AwaitedObject, b: AwaitedObject): boolean {
  return a.kind === b.kind && a.name === b.name && a.namespace === b.namespace;
}

function nameOf(owner: FluxObject): string {
  return `${owner.kind} ${displayName(idOf(owner))}`;
}
