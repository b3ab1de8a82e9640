/**
 * What this user may do with the objects of a comparison, asked of the server before anything is tried: one question for all, and
 * where that is refused one for each resource and namespace. A refused request would stand in an audit log like an attempt.
 */
import type { AccessQuestion, ApiResource } from '../cluster/clusterApi.ts';

export type Verb = 'get' | 'list' | 'patch' | 'create';

/** `undefined` where the server does not say. Throws a `Failure` for what concerns all questions alike. */
export type Ask = (question: AccessQuestion) => Promise<boolean | undefined>;

export class Rights {
  readonly #ask: Ask;
  readonly #answers = new Map<string, Promise<boolean | undefined>>();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** `namespace`: `''` for what lives in none. */
  async may(verb: Verb, resource: ApiResource, namespace: string): Promise<boolean | undefined> {
    if ((await this.#answer({ verb: '*', group: '*', resource: '*' })) === true) {
      return true;
    }
    const place = resource.namespaced && namespace !== '' ? { namespace } : {};
    return this.#answer({ verb, group: resource.group, resource: resource.plural, ...place });
  }

  #answer(question: AccessQuestion): Promise<boolean | undefined> {
    const key = JSON.stringify([question.verb, question.group, question.resource, question.namespace ?? '']);
    const known = this.#answers.get(key);
    if (known) {
      return known;
    }
    const asked = this.#ask(question);
    this.#answers.set(key, asked);
    // One question that fails must not stand for all objects of its kind: the next one asks again.
    asked.catch(() => this.#answers.delete(key));
    return asked;
  }
}
