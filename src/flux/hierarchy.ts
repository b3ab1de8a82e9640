/**
 * Who applied whom, as a forest: Kustomizations and HelmReleases nested as Flux applies them. Every object stands in it
 * exactly once, whatever labels and inventories claim. In time linear to objects and inventory entries.
 */
import { compareText } from '../base/compareText.ts';
import { encodeInventoryId, inventoryOf } from './inventory.ts';
import { idOf, type ObjectId } from './objectKey.ts';
import type { FluxObject } from './objects.ts';
import { ownerOf } from './references.ts';

export interface Hierarchy {
  /** Ordered by namespace, name, kind and group, as are the children. */
  readonly roots: readonly ObjectId[];
  children(id: ObjectId): readonly ObjectId[];
  /** `undefined` for roots and for objects that are not in the hierarchy. */
  parent(id: ObjectId): ObjectId | undefined;
  /** For a root whose labels name an applier that is not among the objects: that applier. */
  ownerMissing(id: ObjectId): ObjectId | undefined;
}

interface Node {
  readonly id: ObjectId;
  readonly key: string;
  readonly children: Node[];
  parent: Node | undefined;
  missing: ObjectId | undefined;
}

/** Of two objects with the same id the last one counts. */
export function buildHierarchy(objects: Iterable<FluxObject>): Hierarchy {
  const objectByKey = new Map<string, FluxObject>();
  for (const object of objects) {
    objectByKey.set(encodeInventoryId(idOf(object)), object);
  }
  const nodes = new Map<string, Node>();
  const sorted = [...objectByKey].map(([key, object]): Node => {
    return { id: idOf(object), key, children: [], parent: undefined, missing: undefined };
  });
  sorted.sort((a, b) => compareIds(a.id, b.id));
  for (const node of sorted) {
    nodes.set(node.key, node);
  }
  linkByLabels(nodes, objectByKey);
  linkByInventories(nodes, objectByKey);
  breakCycles(sorted);
  const roots: ObjectId[] = [];
  for (const node of sorted) {
    if (node.parent) {
      node.parent.children.push(node); // in order, because `sorted` is
    } else {
      roots.push(node.id);
    }
  }
  return {
    roots,
    children: (id) => (nodes.get(encodeInventoryId(id))?.children ?? []).map((child) => child.id),
    parent: (id) => nodes.get(encodeInventoryId(id))?.parent?.id,
    ownerMissing: (id) => nodes.get(encodeInventoryId(id))?.missing,
  };
}

/** Labels come first: an applier that takes an object over rewrites them at once, while inventories catch up later. */
function linkByLabels(nodes: ReadonlyMap<string, Node>, objects: ReadonlyMap<string, FluxObject>): void {
  for (const [key, object] of objects) {
    const node = nodes.get(key);
    const owner = ownerOf(object);
    if (node && owner) {
      const parent = nodes.get(encodeInventoryId(owner.id));
      if (parent === undefined) {
        node.missing = owner.id;
      } else if (parent !== node) {
        node.parent = parent; // an object that applies itself is a root: the bootstrap flux-system
      }
    }
  }
}

/** For objects whose labels named nobody here: whoever lists them in an inventory, the first in order of several. */
function linkByInventories(nodes: ReadonlyMap<string, Node>, objects: ReadonlyMap<string, FluxObject>): void {
  for (const [key, owner] of nodes) {
    const object = objects.get(key);
    const items = object ? inventoryOf(object) : [];
    if (typeof items === 'string') {
      continue;
    }
    for (const { encoded } of items) {
      const node = nodes.get(encoded);
      const object = objects.get(encoded);
      const namesItself = object !== undefined && isOwnOwner(object, encoded);
      if (node && node !== owner && node.parent === undefined && !namesItself) {
        node.parent = owner;
        node.missing = undefined;
      }
    }
  }
}

function isOwnOwner(object: FluxObject, key: string): boolean {
  const owner = ownerOf(object);
  return owner !== undefined && encodeInventoryId(owner.id) === key;
}

/** Of objects that apply each other in a circle the first in order becomes the root, so that none is hidden. */
function breakCycles(nodes: readonly Node[]): void {
  const settled = new Set<Node>();
  for (const start of nodes) {
    const path = new Set<Node>();
    let node: Node | undefined = start;
    while (node && !settled.has(node) && !path.has(node)) {
      path.add(node);
      node = node.parent;
    }
    if (node && path.has(node)) {
      firstOfCycle(node).parent = undefined;
    }
    for (const seen of path) {
      settled.add(seen);
    }
  }
}

function firstOfCycle(start: Node): Node {
  let first = start;
  for (let node = start.parent; node && node !== start; node = node.parent) {
    if (compareIds(node.id, first.id) < 0) {
      first = node;
    }
  }
  return first;
}

/** By code unit, not by locale: the same order on every machine. */
function compareIds(a: ObjectId, b: ObjectId): number {
  return (
    compareText(a.namespace, b.namespace) ||
    compareText(a.name, b.name) ||
    compareText(a.kind, b.kind) ||
    compareText(a.group, b.group)
  );
}
