/**
 * Why an object is not ready: read on demand, from the object down to what holds it up, and what holds that up. Sends reads only,
 * so many and no more; what may not be read is noted, and the rest is told.
 */
import { Failure } from '../base/failure.ts';
import { fluxState } from '../flux/fluxState.ts';
import { findFluxKind } from '../flux/kinds.ts';
import { displayName, type ObjectId } from '../flux/objectKey.ts';
import { objectHealth } from '../flux/objectHealth.ts';
import type { FluxObject, KubernetesObject } from '../flux/objects.ts';
import { BoundedReads, type ReadingApi } from './boundedReads.ts';
import type { ClusterState } from './clusterState.ts';
import { missingController } from './controllerOf.ts';
import type { Explained, Explanation, Obstacle, Read, Relation } from './explanation.ts';
import { looseConditions } from '../flux/looseConditions.ts';
import { Obstacles } from './obstacles.ts';
import { recentEvents } from './recentEvents.ts';
import { TroubledPods } from './troubledPods.ts';

export interface ExplainParts {
  readonly api: ReadingApi;
  /** What is known without asking: which controllers run, who lists what in its inventory. */
  readonly state: Pick<ClusterState, 'context' | 'controllers' | 'namespaces' | 'ofKind'>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
  /** What is being looked at, for whoever waits. */
  readonly report?: (message: string) => void;
}

const mostRequests = 150;
/** A chain of dependencies is seldom longer than five. */
const deepest = 12;

/**
 * Throws a `Failure` only where nothing can be told at all: cancelled, credentials not accepted, the object itself not answered.
 * An object that is not there is an answer.
 */
export async function explainObject(parts: ExplainParts, id: ObjectId): Promise<Explanation> {
  const { api, state, signal, now } = parts;
  const reads = new BoundedReads({ api, namespaces: state.namespaces, signal, most: mostRequests });
  const walk = new Walk(parts, reads);
  const subject = await walk.explain({ id, relation: 'subject', isCause: true }, []);
  if (subject.read.state === 'failed') {
    throw new Failure('unreachable', subject.read.message);
  }
  return { context: state.context, readAt: now, subject, notes: reads.notes };
}

class Walk {
  readonly #parts: ExplainParts;
  readonly #reads: BoundedReads;
  readonly #pods: TroubledPods;
  readonly #obstacles: Obstacles;
  readonly #told = new Set<string>();

  constructor(parts: ExplainParts, reads: BoundedReads) {
    this.#parts = parts;
    this.#reads = reads;
    this.#pods = new TroubledPods(reads);
    this.#obstacles = new Obstacles(reads, parts.state, parts.now);
  }

  /** `above`: from the subject down, to recognise a circle. One after the other, so that what is told twice is told first above. */
  async explain(obstacle: Obstacle, above: readonly string[]): Promise<Explained> {
    const { id, relation, isCause, use } = obstacle;
    const key = keyOf(id);
    const base = { id, relation, isCause, ...(use === undefined ? {} : { use }) };
    const ends = this.#endOf(key, above);
    this.#told.add(key);
    this.#parts.report?.(`${id.kind} ${displayName(id)}`);
    const { read, object } = await this.#read(obstacle, ends === undefined);
    const controllerMissing = missingController(id, this.#parts.state.controllers);
    const causes: Explained[] = [];
    if (ends === undefined) {
      for (const next of await this.#obstacles.of({ id, relation, read, applier: obstacle.applier })) {
        causes.push(await this.explain(next, [...above, key]));
      }
    }
    const events = ends === undefined && wantsEvents(relation, read, causes) ? await this.#events(id, object) : [];
    return { ...base, read, controllerMissing, ends, events, causes };
  }

  #endOf(key: string, above: readonly string[]): Explained['ends'] {
    if (above.includes(key)) {
      return 'circle';
    }
    return this.#told.has(key) ? 'again' : above.length >= deepest ? 'tooDeep' : undefined;
  }

  async #read(
    { id, version, object: held }: Obstacle,
    isNew: boolean,
  ): Promise<{ read: Read; object?: KubernetesObject }> {
    const answer = held ? ({ state: 'found', value: held } as const) : await this.#reads.object(id, version);
    if (answer.state !== 'found') {
      return { read: answer };
    }
    const object = answer.value;
    if (findFluxKind(id.group, id.kind)) {
      const flux: FluxObject = object;
      return { object, read: { state: 'flux', object: flux, flux: fluxState(flux) } };
    }
    const health = objectHealth(object, this.#parts.now);
    const { pods, more } =
      isNew && health.status !== 'current' ? await this.#pods.behind(object) : { pods: [], more: 0 };
    return { object, read: { state: 'plain', health, conditions: looseConditions(object), pods, morePods: more } };
  }

  async #events(id: ObjectId, object: KubernetesObject | undefined) {
    return recentEvents(this.#reads, id, object?.metadata.uid);
  }
}

/** Of the object that was asked about, of what feeds it, and of what nothing else explains. */
function wantsEvents(relation: Relation, read: Read, causes: readonly Explained[]): boolean {
  const isTroubled = read.state === 'flux' || (read.state === 'plain' && read.health.status !== 'current');
  return relation === 'subject' || (isTroubled && (relation === 'source' || causes.length === 0));
}

function keyOf({ group, kind, namespace, name }: ObjectId): string {
  return [group, kind, namespace, name].join('/');
}
