/**
 * Who is who and who may not do what: users by bearer token, and a table of denials. Everything is allowed that no row
 * denies. It stands in for RBAC, whose rules allow; what a client sees (403, SelfSubjectAccessReview) is the same.
 */
import { type Disposable, toDisposable } from '../../../src/base/disposables.ts';

export interface User {
  readonly name: string;
  readonly token: string;
  /** Restricts the user to these namespaces: anything elsewhere or at the cluster scope is denied. */
  readonly namespaces?: readonly string[];
}

/** `*` fits everything. Without `namespace` the row holds at every scope; with it, in that namespace alone. */
export interface Denial {
  readonly user: string;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
}

/** One request as rights see it. `namespace` is `undefined` at the cluster scope. */
export interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name?: string | undefined;
}

/** May do everything. */
export const admin: User = { name: 'admin', token: 'admin-token' };
/** May read objects but Secrets, write nothing, and reach nothing that runs. */
export const viewer: User = { name: 'viewer', token: 'viewer-token' };

const writingVerbs: readonly string[] = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** Denials of the two users above. */
export const defaultDenials: readonly Denial[] = [
  ...writingVerbs.map((verb) => ({ user: viewer.name, verb, group: '*', resource: '*' })),
  { user: viewer.name, verb: '*', group: '', resource: 'secrets' },
  { user: viewer.name, verb: '*', group: '', resource: 'services/proxy' },
  { user: viewer.name, verb: '*', group: '', resource: 'pods/portforward' },
];

/** Kinds by which everyone may ask about oneself. */
const selfReviews: ReadonlyMap<string, readonly string[]> = new Map([
  ['authorization.k8s.io', ['selfsubjectaccessreviews', 'selfsubjectrulesreviews']],
  ['authentication.k8s.io', ['selfsubjectreviews']],
]);

export class AccessTable {
  readonly #users: readonly User[];
  readonly #denials: Set<Denial>;

  constructor(users: readonly User[], denials: readonly Denial[]) {
    this.#users = users;
    this.#denials = new Set(denials);
  }

  user(name: string): User {
    const user = this.#users.find((known) => known.name === name);
    if (!user) {
      throw new Error(`the server knows no user ${name}`);
    }
    return user;
  }

  byToken(token: string): User | undefined {
    return this.#users.find((known) => known.token === token);
  }

  /** Adds a row for as long as it is not disposed. */
  deny(denial: Denial): Disposable {
    const row = { ...denial };
    this.#denials.add(row);
    return toDisposable(() => this.#denials.delete(row));
  }

  allows(user: User, access: Access): boolean {
    if (selfReviews.get(access.group)?.includes(access.resource) === true) {
      return true;
    }
    if (user.namespaces && !(access.namespace !== undefined && user.namespaces.includes(access.namespace))) {
      return false;
    }
    return ![...this.#denials].some((row) => row.user === user.name && fits(row, access));
  }
}

function fits(row: Denial, access: Access): boolean {
  const same = (pattern: string, value: string): boolean => pattern === '*' || pattern === value;
  return (
    same(row.verb, access.verb) &&
    same(row.group, access.group) &&
    same(row.resource, access.resource) &&
    (row.namespace === undefined || row.namespace === access.namespace)
  );
}
