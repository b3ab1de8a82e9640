/**
 * What may hold an object up: what it depends on, its source, what it names, what it has applied and waits for, who applies it.
 * Gives those alone that are not as they should be. One step; the walk down is `explainObject.ts`.
 */
import { awaitedObjects } from '../flux/awaitedObjects.ts';
import { type FluxState, fluxState } from '../flux/fluxState.ts';
import { inventoryOf } from '../flux/inventory.ts';
import { fluxKinds, groupOf } from '../flux/kinds.ts';
import { namedInputs } from '../flux/namedInputs.ts';
import { idOf, type ObjectId } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { dependenciesOf, ownerOf, sourceOf } from '../flux/references.ts';
import { asText, fieldAt } from '../flux/untyped.ts';
import { AppliedTroubles } from './appliedTroubles.ts';
import type { BoundedReads } from './boundedReads.ts';
import type { ClusterState } from './clusterState.ts';
import type { Explained, Obstacle, Read } from './explanation.ts';

type Node = Pick<Explained, 'id' | 'relation' | 'read'> & { readonly applier?: ObjectId | undefined };

/** Claims of pods that are looked at. */
const mostClaims = 5;

export class Obstacles {
  readonly #reads: BoundedReads;
  readonly #state: Pick<ClusterState, 'controllers' | 'ofKind'>;
  readonly #applied: AppliedTroubles;

  constructor(reads: BoundedReads, state: Pick<ClusterState, 'controllers' | 'ofKind'>, now: number) {
    this.#reads = reads;
    this.#state = state;
    this.#applied = new AppliedTroubles(reads, state, now);
  }

  async of(node: Node): Promise<readonly Obstacle[]> {
    switch (node.read.state) {
      case 'missing':
        return node.relation === 'applied' ? [] : this.#ofMissing(node); // whoever has applied it stands above
      case 'plain':
        return this.#claims(node.id, node.read);
      case 'flux':
        return this.#ofFlux(node, node.read.object, node.read.flux);
      default:
        return [];
    }
  }

  async #ofFlux({ id, relation }: Node, object: FluxObject, flux: FluxState): Promise<readonly Obstacle[]> {
    if (flux.suspended || ['ready', 'static', 'terminating'].includes(flux.underlying)) {
      return [];
    }
    const isWaitingForHealth = awaitsHealth(object, flux);
    const found = [
      ...(await this.#dependencies(object, flux)),
      ...(await this.#source(object, flux)),
      ...(isWaitingForHealth ? await this.#applied.of(object, awaitedObjects(flux.message)) : []),
      ...(isWaitingForHealth || flux.reason === 'DependencyNotReady' ? [] : await this.#inputs(object)),
    ];
    const above = relation === 'subject' ? await this.#applier(ownerOf(object)?.id, id) : [];
    return [...found, ...above.map((one) => ({ ...one, isCause: false }))];
  }

  async #dependencies(object: FluxObject, { reason, underlying }: FluxState): Promise<readonly Obstacle[]> {
    if (reason !== 'DependencyNotReady' && underlying !== 'unknown') {
      return [];
    }
    const applier = ownerOf(object)?.id;
    const all = await Promise.all(
      dependenciesOf(object).map(async (id): Promise<readonly Obstacle[]> => {
        const read = await this.#flux(id);
        return isReady(read) ? [] : [{ id, relation: 'dependency', isCause: true, applier }];
      }),
    );
    return all.flat();
  }

  /** A source that fails now but has an artifact holds nothing up that is applied already; the next commit it does. */
  async #source(object: FluxObject, flux: FluxState): Promise<readonly Obstacle[]> {
    const id = sourceOf(object);
    if (!id) {
      return [];
    }
    const read = await this.#flux(id);
    if (isReady(read)) {
      return [];
    }
    const isAwaited = flux.underlying === 'unknown' || /^(?:SourceNotReady|ArtifactFailed)$/.test(flux.reason);
    const hasArtifact = read.state === 'flux' && read.object.status?.artifact !== undefined;
    const isUnknown = read.state !== 'flux' && read.state !== 'missing';
    if (isUnknown && !isAwaited) {
      return [];
    }
    const applier = ownerOf(object)?.id;
    const isChart = object.kind === 'HelmRelease' && id.kind === 'HelmChart' && read.state === 'missing';
    return [
      { id, relation: 'source', isCause: isAwaited || !hasArtifact, applier: isChart ? undefined : applier },
      ...(isChart ? await this.#chartOrigin(object, applier) : []),
    ];
  }

  /** helm-controller makes the HelmChart; where there is none, what it would be of may be missing too. */
  async #chartOrigin(release: FluxObject, applier: ObjectId | undefined): Promise<readonly Obstacle[]> {
    const reference = release.spec?.chart?.spec?.sourceRef;
    if (reference?.kind === undefined) {
      return [];
    }
    const { kind, name, namespace = '' } = reference;
    const own = release.metadata.namespace ?? '';
    const id = { group: 'source.toolkit.fluxcd.io', kind, namespace: namespace === '' ? own : namespace, name };
    return isReady(await this.#flux(id)) ? [] : [{ id, relation: 'source', isCause: true, applier }];
  }

  async #inputs(object: FluxObject): Promise<readonly Obstacle[]> {
    const applier = ownerOf(object)?.id;
    const all = await Promise.all(
      namedInputs(object).map(async ({ id, use }): Promise<readonly Obstacle[]> => {
        const { state } = await this.#reads.object(id, 'v1');
        return state === 'missing' ? [{ id, relation: 'input', use, isCause: true, applier }] : [];
      }),
    );
    return all.flat();
  }

  /** Who lists it in an inventory, else who has applied what names it: only one that is not well itself explains anything. */
  async #ofMissing({ id, applier }: Node): Promise<readonly Obstacle[]> {
    for (const kind of fluxKinds.filter(({ role }) => role === 'applier')) {
      for (const object of this.#state.ofKind(kind)) {
        const items = inventoryOf(object);
        if (typeof items !== 'string' && items.some((item) => sameId(item.id, id))) {
          return [{ id: idOf(object), relation: 'applier', isCause: true }];
        }
      }
    }
    return this.#applier(applier, id);
  }

  /** None where it is well, and where it waits for nothing but the health of what it has applied: applied it has. */
  async #applier(applier: ObjectId | undefined, of: ObjectId): Promise<readonly Obstacle[]> {
    if (!applier || sameId(applier, of)) {
      return [];
    }
    const read = await this.#flux(applier);
    const isWell =
      isReady(read) || (read.state === 'flux' && !read.flux.suspended && awaitsHealth(read.object, read.flux));
    const isTold = read.state === 'flux' || read.state === 'missing';
    return isWell || !isTold ? [] : [{ id: applier, relation: 'applier', isCause: true }];
  }

  async #claims(id: ObjectId, { pods }: Extract<Read, { state: 'plain' }>): Promise<readonly Obstacle[]> {
    const pending = pods.filter(({ phase }) => phase === 'Pending' || phase === '');
    const names = [...new Set(pending.flatMap(({ claims }) => claims))].slice(0, mostClaims);
    const all = await Promise.all(
      names.map(async (name): Promise<readonly Obstacle[]> => {
        const claim = { group: '', kind: 'PersistentVolumeClaim', namespace: id.namespace, name };
        const answer = await this.#reads.object(claim, 'v1');
        const isBound = answer.state === 'found' && asText(fieldAt(answer.value.status, 'phase')) === 'Bound';
        const isTold = answer.state === 'found' || answer.state === 'missing';
        return isBound || !isTold ? [] : [{ id: claim, relation: 'input', use: 'its pods mount', isCause: true }];
      }),
    );
    return all.flat();
  }

  async #flux(id: ObjectId): Promise<Read> {
    const answer = await this.#reads.object(id);
    if (answer.state !== 'found') {
      return answer;
    }
    const object: FluxObject = answer.value;
    return { state: 'flux', object, flux: fluxState(object) };
  }
}

function isReady(read: Read): boolean {
  return read.state === 'flux' && (read.flux.name === 'ready' || read.flux.name === 'static');
}

/** Reasons of a HelmRelease that never came as far as to apply anything. */
const beforeHelm: ReadonlySet<string> = new Set([
  'ArtifactFailed',
  'SourceNotReady',
  'DependencyNotReady',
  'ValuesError',
  'AccessDenied',
  'FeatureGateDisabled',
  'InvalidCELExpression',
]);

/** It has applied its objects, and waits for them or has waited in vain. */
export function awaitsHealth(object: FluxObject, { reason, message, underlying }: FluxState): boolean {
  const group = groupOf(object.apiVersion);
  if (group === 'kustomize.toolkit.fluxcd.io' && object.kind === 'Kustomization') {
    return /^HealthCheck/.test(reason) || (underlying === 'progressing' && /health check/i.test(message));
  }
  const isRelease = group === 'helm.toolkit.fluxcd.io' && object.kind === 'HelmRelease';
  return isRelease && underlying !== 'unknown' && underlying !== 'waiting' && !beforeHelm.has(reason);
}

function sameId(a: ObjectId, b: ObjectId): boolean {
  return a.kind === b.kind && a.name === b.name && a.namespace === b.namespace && a.group === b.group;
}
