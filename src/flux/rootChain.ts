/**
 * The order in which an object is brought to what stands in Git: the source of the outermost Kustomization that leads to it,
 * the appliers from there down, each after what it takes from, then the object after its own sources. Asks nothing and
 * patches nothing: `cluster/reconcileFromRoot.ts` walks it.
 */
import { reconcileChain } from './changes.ts';
import { idOf, type ObjectId, objectKey } from './objectKey.ts';
import type { FluxObject } from './objects.ts';
import { ownerOf, sourceOf } from './references.ts';

/**
 * - `source`: something that an applier or the object takes its content from
 * - `parent`: applies the object, or an object that does
 * - `object`: the one that is meant; it may come first, where it is the source of its own parent
 */
export type LinkRole = 'source' | 'parent' | 'object';

export interface RootLink {
  readonly object: FluxObject;
  readonly role: LinkRole;
}

export type RootChain =
  /** To be reconciled one after another, each once. Empty where nobody reconciles any of them. */
  | { readonly state: 'chain'; readonly links: readonly RootLink[] }
  | {
      readonly state: 'refused';
      readonly reason: 'suspended' | 'notFound' | 'unsupported';
      readonly id: ObjectId;
      /** What the missing link is to the object that names it; `undefined` for a link that is there. */
      readonly missing: { readonly as: 'applies' | 'feeds'; readonly whom: ObjectId } | undefined;
    };

/**
 * Parents are who the owner labels name, as kustomize-controller and helm-controller set them on all that they apply; also who does
 * not list the object in an inventory, for an apply that failed half-way lists nothing new. A FluxInstance ends it: it
 * makes Flux, and takes nothing from Git. `lookup` answers for parents and sources; what it does not know is missing.
 */
export function rootChain(target: FluxObject, lookup: (id: ObjectId) => FluxObject | undefined): RootChain {
  const above = parentsOf(target, lookup);
  if ('refused' in above) {
    return above.refused;
  }
  const links = new Map<string, RootLink>();
  for (const applier of [...above.parents, target]) {
    const chain = reconcileChain(applier, lookup);
    if (chain.state === 'refused') {
      const whom = chain.reason === 'notFound' ? consumerOf(applier, chain.id, lookup) : undefined;
      return { ...chain, missing: whom && { as: 'feeds', whom } };
    }
    for (const step of chain.steps) {
      const key = keyOf(idOf(step));
      const role = key === keyOf(idOf(target)) ? 'object' : step === applier ? 'parent' : 'source';
      // A map keeps the place of who was met before: a source comes before all that take from it.
      links.set(key, { object: step, role });
    }
  }
  return { state: 'chain', links: [...links.values()] };
}

/** The applier that belongs to the way from Git to the object; `undefined` at the root. */
export function parentIdOf(object: FluxObject): ObjectId | undefined {
  const owner = ownerOf(object);
  return owner === undefined || owner.by === 'operator' ? undefined : owner.id;
}

type Above =
  { readonly parents: readonly FluxObject[] } | { readonly refused: Extract<RootChain, { state: 'refused' }> };

/** From the outermost down. Objects that apply each other in a circle are each met once. */
function parentsOf(target: FluxObject, lookup: (id: ObjectId) => FluxObject | undefined): Above {
  const parents: FluxObject[] = [];
  const seen = new Set([keyOf(idOf(target))]);
  let below = target;
  for (;;) {
    const id = parentIdOf(below);
    if (id === undefined || seen.has(keyOf(id))) {
      return { parents };
    }
    seen.add(keyOf(id));
    const parent = lookup(id);
    if (parent === undefined) {
      const missing = { as: 'applies', whom: idOf(below) } as const;
      return { refused: { state: 'refused', reason: 'notFound', id, missing } };
    }
    parents.unshift(parent);
    below = parent;
  }
}

/** Which object of the way to that source names it: a release names its chart, and the chart its repository. */
function consumerOf(
  applier: FluxObject,
  missing: ObjectId,
  lookup: (id: ObjectId) => FluxObject | undefined,
): ObjectId | undefined {
  const seen = new Set<string>();
  let link: FluxObject | undefined = applier;
  while (link && !seen.has(keyOf(idOf(link)))) {
    seen.add(keyOf(idOf(link)));
    const source = sourceOf(link);
    if (source && keyOf(source) === keyOf(missing)) {
      return idOf(link);
    }
    link = source && lookup(source);
  }
  return undefined;
}

function keyOf(id: ObjectId): string {
  return objectKey('', id);
}
