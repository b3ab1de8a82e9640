/**
 * The shape of a tree before it becomes rows: which object stands below which object or group, what is below each, and which
 * of it a filter leaves. Linear in the number of nodes, and without recursion: nothing limits how deep objects nest.
 */
import { isFailing, lowestRank, markLooks } from './stateMark.ts';
import type { ObjectView } from './clusterSurvey.ts';
import type { RowIcon } from './row.ts';

export interface GroupLook {
  readonly label: string;
  readonly icon: RowIcon;
  readonly description: string;
  readonly expand: 'collapsed' | 'expanded';
  /** Stands behind its equals whatever its label. */
  readonly isRemainder?: boolean;
}

/** Objects and groups; a node is made first and filled while the tree is arranged. */
export interface TreeNode {
  /** Id of its row. */
  readonly id: string;
  /** `undefined` for a group. */
  readonly view: ObjectView | undefined;
  readonly group: GroupLook | undefined;
  /** Said after the object's own text. */
  readonly note: string | undefined;
  /** Objects in it need not repeat it. */
  readonly namespace: string;
  /** Whether a filter may take it, and counts it. False for sources that only group what takes from them. */
  readonly counts: boolean;
  readonly children: TreeNode[];
  failingBelow: number;
  driftedBelow: number;
  /** Lowest rank of anything below. */
  rankBelow: number;
  /** Whether a filter leaves it, for itself or for something below. */
  visible: boolean;
  /** Whether anything below is left. */
  visibleBelow: boolean;
}

/** A node without children; what is not given is the usual. */
export function treeNode(
  given: Pick<TreeNode, 'id'> &
    Partial<Pick<TreeNode, 'view' | 'group' | 'note' | 'namespace' | 'counts' | 'children'>>,
): TreeNode {
  // Field by field: spreading costs several times as much, and there is one of these for each object at each change.
  return {
    id: given.id,
    view: given.view,
    group: given.group,
    note: given.note,
    namespace: given.namespace ?? given.view?.id.namespace ?? '',
    counts: given.counts ?? given.view !== undefined,
    children: given.children ?? [],
    failingBelow: 0,
    driftedBelow: 0,
    rankBelow: lowestRank,
    visible: true,
    visibleBelow: false,
  };
}

/** Parents before their children. */
export function everyNode(roots: readonly TreeNode[]): TreeNode[] {
  const nodes = [...roots];
  for (let index = 0; index < nodes.length; index += 1) {
    for (const child of nodes[index]?.children ?? []) {
      nodes.push(child);
    }
  }
  return nodes;
}

/** Fills in what is below each node. Returns how many objects pass. */
export function rollUp(roots: readonly TreeNode[], passes: (view: ObjectView) => boolean): number {
  let passed = 0;
  for (const node of everyNode(roots).reverse()) {
    for (const child of node.children) {
      const { view } = child;
      node.failingBelow += child.failingBelow + (view && child.counts && isFailing(view.state) ? 1 : 0);
      node.driftedBelow += child.driftedBelow + (view && child.counts && view.drift.state === 'drifted' ? 1 : 0);
      node.rankBelow = Math.min(node.rankBelow, child.rankBelow, ownRank(child));
      node.visibleBelow ||= child.visible;
    }
    const isPassed = node.view !== undefined && node.counts && passes(node.view);
    passed += isPassed ? 1 : 0;
    node.visible = isPassed || node.visibleBelow || isCompanion(node);
  }
  return passed;
}

/** Stands by whatever a filter does: a group that says why it is empty, and who consumes a source, which is not counted. */
function isCompanion({ view, group, counts, children }: TreeNode): boolean {
  return view ? !counts && children.length === 0 : (group?.description ?? '') !== '';
}

function ownRank(node: TreeNode): number {
  return node.view && node.counts ? markLooks[node.view.mark].rank : lowestRank;
}

/**
 * What a node is sorted by, lower first. What fails below a node brings it forward, or the one red row among hundreds would
 * hide in a green one far down; what fails itself comes before it.
 */
export function nodeRank(node: TreeNode): number {
  const own = ownRank(node);
  const below = node.failingBelow > 0 || node.driftedBelow > 0 ? node.rankBelow : lowestRank;
  return Math.min(own, below) * (lowestRank + 1) + own;
}
