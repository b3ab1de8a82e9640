/**
 * Whether this user may change Flux objects, asked once for each kind, and for each namespace only where the whole cluster
 * was refused. Asks reviews of its own rights and nothing else: no PATCH is tried to find out. Unknown until answered.
 */
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Emitter } from '../base/emitter.ts';
import { isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { findFluxKind } from '../flux/kinds.ts';
import type { ObjectId } from '../flux/objectKey.ts';
import type { AccessQuestion, ClusterApi } from './clusterApi.ts';
import { Slots } from './slots.ts';

/** `unknown` is final: the server would not say, and the action itself will tell. */
type Answer = boolean | 'asking' | 'unknown';

export interface PatchRightsParts {
  readonly api: ClusterApi;
  /** Of the session: with any, nothing is asked about the whole cluster. */
  readonly namespaces: readonly string[];
  readonly log: Log;
}

export class PatchRights implements Disposable {
  readonly #parts: PatchRightsParts;
  readonly #answers = new Map<string, Answer>();
  /** A user without cluster-wide rights has a question for each namespace. */
  readonly #slots = new Slots(4);
  readonly #lifetime = new Disposables();
  readonly #ended = new AbortController();
  readonly #changed = this.#lifetime.add(new Emitter<void>());
  readonly onDidChange = this.#changed.event;

  constructor(parts: PatchRightsParts) {
    this.#parts = parts;
    this.#lifetime.add({ dispose: () => this.#ended.abort() });
  }

  /** `undefined` while it is being asked, and where the server does not say. */
  mayPatch(id: ObjectId): boolean | undefined {
    const everywhere = this.#parts.namespaces.length === 0 ? this.#answer(id, undefined) : false;
    const answer = everywhere === false && id.namespace !== '' ? this.#answer(id, id.namespace) : everywhere;
    return typeof answer === 'boolean' ? answer : undefined;
  }

  /** Asks anew: rights are granted while somebody waits for them. */
  refresh(): void {
    for (const [key, answer] of this.#answers) {
      if (answer !== 'asking') {
        this.#answers.delete(key);
      }
    }
    this.#changed.fire();
  }

  dispose(): void {
    this.#lifetime.dispose();
  }

  #answer(id: ObjectId, namespace: string | undefined): Answer {
    const key = `${id.group}/${id.kind}/${namespace ?? ''}`;
    const known = this.#answers.get(key);
    if (known !== undefined) {
      return known;
    }
    const plural = findFluxKind(id.group, id.kind)?.plural;
    if (plural === undefined) {
      return 'unknown';
    }
    this.#answers.set(key, 'asking');
    const question = { verb: 'patch', group: id.group, resource: plural };
    void this.#ask(key, namespace === undefined ? question : { ...question, namespace });
    return 'asking';
  }

  async #ask(key: string, question: AccessQuestion): Promise<void> {
    const { signal } = this.#ended;
    let answer: Answer = 'unknown';
    try {
      answer = (await this.#slots.run(signal, () => this.#parts.api.mayI(question, signal))) ?? 'unknown';
    } catch (error) {
      if (!isFailure(error)) {
        this.#parts.log.error('Asking for rights failed unexpectedly', error);
      }
    }
    if (!signal.aborted) {
      this.#answers.set(key, answer);
      this.#changed.fire();
    }
  }
}
