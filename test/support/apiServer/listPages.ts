/**
 * Lists in pages: every page of one list shows the state of its first. A token whose state has been forgotten is refused
 * with 410 and a new token that goes on with what is there now, as the API server does.
 */
import { type ApiObject, isJsonObject } from './apiObject.ts';
import { badRequest, expiredContinue } from './statusBody.ts';

export interface Page {
  readonly items: readonly ApiObject[];
  readonly resourceVersion: number;
  readonly next: string | undefined;
  readonly remaining: number | undefined;
}

/** Lists begun that can be gone on with; real servers forget by time. */
const keptSnapshots = 200;

interface Token {
  /** `-1` goes on with what is there now. */
  readonly rv: number;
  readonly snapshot: number;
  readonly after: string;
}

function keyOf(object: ApiObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

export class ListPages {
  readonly #snapshots = new Map<number, { readonly items: readonly ApiObject[]; readonly resourceVersion: number }>();
  #count = 0;

  /** `current` gives the selected objects of now in the order of lists; `selected` says whether that is all of them. */
  page(query: {
    readonly current: () => readonly ApiObject[];
    readonly selected: boolean;
    readonly resourceVersion: number;
    readonly limit: number;
    readonly continue: string;
  }): Page {
    if (query.continue === '') {
      const items = query.current();
      const id = ++this.#count;
      return this.#cut({ id, items, resourceVersion: query.resourceVersion }, 0, query);
    }
    const token = readToken(query.continue);
    const snapshot = this.#snapshots.get(token.snapshot);
    if (token.rv >= 0 && !snapshot) {
      throw expiredContinue(writeToken({ ...token, rv: -1 }));
    }
    const items = token.rv < 0 || !snapshot ? query.current() : snapshot.items;
    const resourceVersion = token.rv < 0 || !snapshot ? query.resourceVersion : snapshot.resourceVersion;
    const at = items.findIndex((object) => keyOf(object) > token.after);
    const id = token.rv < 0 ? ++this.#count : token.snapshot;
    return this.#cut({ id, items, resourceVersion }, at < 0 ? items.length : at, query);
  }

  /** Every token handed out so far is too old from now on. */
  forget(): void {
    this.#snapshots.clear();
  }

  #cut(
    list: { readonly id: number; readonly items: readonly ApiObject[]; readonly resourceVersion: number },
    start: number,
    query: { readonly limit: number; readonly selected: boolean },
  ): Page {
    const { items, resourceVersion } = list;
    const end = query.limit > 0 ? start + query.limit : items.length;
    const last = items[end - 1];
    if (end >= items.length || !last) {
      return { items: items.slice(start), resourceVersion, next: undefined, remaining: undefined };
    }
    this.#snapshots.set(list.id, list);
    for (const old of this.#snapshots.keys()) {
      if (this.#snapshots.size <= keptSnapshots) {
        break;
      }
      this.#snapshots.delete(old);
    }
    return {
      items: items.slice(start, end),
      resourceVersion,
      next: writeToken({ rv: resourceVersion, snapshot: list.id, after: keyOf(last) }),
      // With a selector the server does not know how many of the rest would fit.
      remaining: query.selected ? undefined : items.length - end,
    };
  }
}

function writeToken(token: Token): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function readToken(text: string): Token {
  try {
    const token: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (
      isJsonObject(token) &&
      typeof token['rv'] === 'number' &&
      typeof token['snapshot'] === 'number' &&
      typeof token['after'] === 'string'
    ) {
      return { rv: token['rv'], snapshot: token['snapshot'], after: token['after'] };
    }
  } catch {
    // falls through to the refusal
  }
  throw badRequest(`invalid continue token: continue key is not valid: ${JSON.stringify(text)}`);
}
