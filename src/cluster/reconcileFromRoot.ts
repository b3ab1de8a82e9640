/**
 * Brings an object to what stands in Git: reconciles all that leads to it, from the source of the outermost parent down, each
 * waited for before the next (`flux/rootChain.ts` has the order). Where the flux CLI reconciles an object and its own source,
 * a change of the object's manifest would still wait for its parents. Asks nobody and writes to no store.
 */
import { isFailure } from '../base/failure.ts';
import { canReconcile, reconcileChain } from '../flux/changes.ts';
import { displayName, idOf, type ObjectId, objectKey } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { appliedOutcome, dependencyOutcome } from '../flux/outcomes.ts';
import { dependenciesOf, sourceOf } from '../flux/references.ts';
import { parentIdOf, type RootChain, rootChain, type RootLink } from '../flux/rootChain.ts';
import { isSuspended } from '../flux/suspension.ts';
import type { ActionResult } from './actionResult.ts';
import {
  type ActionParts,
  type ActionRequest,
  alsoMoves,
  asResult,
  describe,
  findObject,
  type Found,
  notFound,
  reconcileFound,
  refusal,
  waitFor,
} from './actions.ts';
import { missingController } from './controllerOf.ts';

/** How often a link is asked again after what it waited for has become ready. */
const mostRounds = 3;

/**
 * A suspended or missing link refuses all before anything is sent. What the parents apply may change the object and its sources:
 * both are read again then.
 */
export function reconcileFromRoot(parts: ActionParts, request: ActionRequest): Promise<ActionResult> {
  return asResult(request, () => new RootWalk(parts, request).run());
}

class RootWalk {
  readonly #parts: ActionParts;
  readonly #request: ActionRequest;
  readonly #done = new Map<string, RootLink>();
  #order: readonly RootLink[] = [];

  constructor(parts: ActionParts, request: ActionRequest) {
    this.#parts = parts;
    this.#request = request;
  }

  async run(): Promise<ActionResult> {
    const refused = await this.#read();
    if (refused) {
      return refused;
    }
    let last: ActionResult = { state: 'succeeded', message: 'nothing to reconcile' };
    for (;;) {
      const link = this.#order.find(({ object }) => !this.#done.has(keyOf(idOf(object))));
      if (!link) {
        return this.#ended(last);
      }
      last = await asResult(this.#request, () => this.#reconcile(idOf(link.object), link));
      if (last.state !== 'succeeded') {
        return this.#stoppedAt(link, last);
      }
      this.#done.set(keyOf(idOf(link.object)), link);
      const later = link.role === 'parent' ? await this.#read() : undefined;
      if (later) {
        return later;
      }
    }
  }

  /** Settles the order anew; gives the end where there is none. */
  async #read(): Promise<ActionResult | undefined> {
    const { id } = this.#request;
    const found = await this.#readLinks();
    const target = found.get(keyOf(id))?.object;
    if (!target) {
      const isPruned = this.#done.size > 0;
      const gone = isPruned ? `${describe(id)} is gone: what was applied now has it no more` : notFound(id).message;
      return failedBy(refusal('notFound', id, gone));
    }
    const chain = rootChain(target, (wanted) => found.get(keyOf(wanted))?.object);
    if (chain.state === 'refused') {
      const step = { id: chain.id, number: undefined, of: undefined };
      return { ...failedBy(refusal(chain.reason, chain.id, missingText(chain))), step };
    }
    this.#order = chain.links;
    return undefined;
  }

  /** The object, its appliers and what each takes from, by key; what does not exist is left out. */
  async #readLinks(): Promise<ReadonlyMap<string, Found>> {
    const links = new Map<string, Found>();
    const asked = new Map([[keyOf(this.#request.id), this.#request.id]]);
    for (const [key, id] of asked) {
      const found = await this.#find(id);
      if (found) {
        links.set(key, found);
        for (const named of [sourceOf(found.object), parentIdOf(found.object)]) {
          if (named) {
            asked.set(keyOf(named), named); // a map yields what is added while it is walked: this is the queue
          }
        }
      }
    }
    return links;
  }

  async #find(id: ObjectId): Promise<Found | undefined> {
    try {
      return await findObject(this.#parts, id, this.#request.signal);
    } catch (error) {
      if (isFailure(error, 'notFound')) {
        return undefined;
      }
      throw error;
    }
  }

  /** Asks again where it was put off by something that has become ready since. */
  async #reconcile(id: ObjectId, link: RootLink): Promise<ActionResult> {
    for (let round = 1; ; round += 1) {
      const found = await findObject(this.#parts, id, this.#request.signal);
      const can = canReconcile(found.object);
      if (can !== 'yes') {
        // Changed by the step before.
        return can === 'suspended' ? failedBy(refusal('suspended', id)) : { state: 'succeeded', message: 'unchanged' };
      }
      this.#report(link);
      const result = await this.#ask(found, link.role === 'parent');
      const because = result.state === 'failed' ? result.because : undefined;
      if (round >= mostRounds || (because !== 'dependencyNotReady' && because !== 'sourceNotReady')) {
        return result;
      }
      const ready =
        because === 'dependencyNotReady'
          ? await this.#awaitDependencies(found.object, link)
          : await this.#sourcesAgain(id, link);
      if (ready?.state !== 'succeeded') {
        return ready ?? result;
      }
    }
  }

  async #ask(found: Found, isParent: boolean): Promise<ActionResult> {
    const request: ActionRequest = { id: idOf(found.object), signal: this.#request.signal };
    if (!isParent || found.object.kind !== 'Kustomization') {
      return reconcileFound(this.#parts, request, found, {});
    }
    const wanted = await this.#revisionFor(found.object);
    return reconcileFound(this.#parts, request, found, {}, (object, asked) => appliedOutcome(object, asked, wanted));
  }

  /** They are reconciled by themselves as their source moves, so nothing is sent. `undefined` where there is none to wait for. */
  async #awaitDependencies(object: FluxObject, link: RootLink): Promise<ActionResult | undefined> {
    let result: ActionResult | undefined;
    for (const id of dependenciesOf(object)) {
      const { signal } = this.#request;
      const found = await findObject(this.#parts, id, signal);
      const step = { id, ...this.#numbersOf(link) };
      if (isSuspended(found.object)) {
        return { ...failedBy(refusal('suspended', id)), step };
      }
      const wanted = await this.#sharedRevision(object, found.object);
      this.#report(link, `, waiting for ${describe(id)}`);
      result = await waitFor(this.#parts, { id, signal }, found, (state) => dependencyOutcome(state, wanted));
      if (result.state !== 'succeeded') {
        return result.state === 'failed' ? { ...result, step } : result;
      }
    }
    return result;
  }

  /** A release whose chart was changed by its parent just now finds it not made yet. */
  async #sourcesAgain(id: ObjectId, link: RootLink): Promise<ActionResult | undefined> {
    const found = await this.#readLinks();
    const target = found.get(keyOf(id))?.object;
    const chain = target && reconcileChain(target, (wanted) => found.get(keyOf(wanted))?.object);
    let result: ActionResult | undefined;
    for (const step of chain?.state === 'chain' ? chain.steps : []) {
      const source = keyOf(idOf(step)) === keyOf(id) ? undefined : found.get(keyOf(idOf(step)));
      if (source) {
        result = await this.#ask(source, false);
        if (result.state !== 'succeeded') {
          return result.state === 'failed' ? { ...result, step: { id: idOf(step), ...this.#numbersOf(link) } } : result;
        }
      }
    }
    return result;
  }

  /** The revision that a Kustomization is to apply now. */
  async #revisionFor(object: FluxObject): Promise<string | undefined> {
    const id = sourceOf(object);
    return id && (await this.#find(id))?.object.status?.artifact?.revision;
  }

  /** Only where both take from one source must a dependency have applied the same revision. */
  async #sharedRevision(object: FluxObject, dependency: FluxObject): Promise<string | undefined> {
    const [own, other] = [sourceOf(object), sourceOf(dependency)];
    const isShared = object.kind === 'Kustomization' && own && other && keyOf(own) === keyOf(other);
    return isShared ? this.#revisionFor(object) : undefined;
  }

  /** `2 of 4: Kustomization flux-system/apps` */
  #report(link: RootLink, more = ''): void {
    const id = idOf(link.object);
    const { number, of } = this.#numbersOf(link);
    const missing = missingController(id, this.#parts.controllers?.());
    const although = missing === undefined ? '' : `, although ${missing}`;
    this.#request.report?.(`${number} of ${of}: ${describe(id)}${this.#othersText([link], 'moves')}${although}${more}`);
  }

  #numbersOf(link: RootLink): { readonly number: number; readonly of: number } {
    const keys = new Set([...this.#done.keys(), ...this.#order.map(({ object }) => keyOf(idOf(object)))]);
    const isDone = this.#done.has(keyOf(idOf(link.object)));
    return { number: this.#done.size + (isDone ? 0 : 1), of: keys.size };
  }

  /** `; also moves 19 other objects that take from GitRepository flux-system/flux-system` */
  #othersText(links: readonly RootLink[], word: 'moves' | 'moved'): string {
    const met = [...this.#done.values(), ...this.#order].map(({ object }) => idOf(object));
    const sources = links.map(({ object }) => idOf(object));
    return alsoMoves(this.#parts, sources, [...met, this.#request.id], word);
  }

  #ended(last: Extract<ActionResult, { state: 'succeeded' }>): ActionResult {
    return { ...last, message: `${last.message}${this.#othersText([...this.#done.values()], 'moved')}` };
  }

  #stoppedAt(link: RootLink, result: Exclude<ActionResult, { state: 'succeeded' }>): ActionResult {
    const numbers = this.#numbersOf(link);
    if (result.state === 'failed') {
      return { ...result, step: result.step ?? { id: idOf(link.object), ...numbers } };
    }
    const where = `${numbers.number} of ${numbers.of}, ${describe(idOf(link.object))}`;
    return this.#done.size === 0
      ? result
      : { state: 'stopped', message: `stopped at ${where}; what was asked for before goes on in the cluster` };
  }
}

function failedBy(failure: ReturnType<typeof refusal>): Extract<ActionResult, { state: 'failed' }> {
  return { state: 'failed', message: failure.message, failure };
}

/** `Kustomization flux-system/apps, which applies HelmRelease logging/loki, does not exist` */
function missingText({ reason, id, missing }: Extract<RootChain, { state: 'refused' }>): string | undefined {
  if (reason !== 'notFound' || !missing) {
    return undefined;
  }
  const whom = `${missing.whom.kind} ${displayName(missing.whom)}`;
  const relation = missing.as === 'applies' ? `which applies ${whom}` : `which ${whom} takes from`;
  return `${describe(id)}, ${relation}, does not exist`;
}

function keyOf(id: ObjectId): string {
  return objectKey('', id);
}
