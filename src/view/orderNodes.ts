/** Siblings as they stand on screen: the visible ones with their labels, by settled rank and then by label. */
import type { SettledOrder } from './settledOrder.ts';
import { nodeRank, type TreeNode } from './treeNodes.ts';

export interface PlacedNode {
  readonly node: TreeNode;
  readonly label: string;
}

export function orderNodes(
  nodes: readonly TreeNode[],
  labelOf: (node: TreeNode) => string,
  order: SettledOrder,
  now: number,
): PlacedNode[] {
  const visible = nodes.filter((node) => node.visible);
  const labels = visible.map(labelOf);
  const counts = new Map<string, number>();
  for (const label of labels) {
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return visible
    .map((node, index) => {
      const label = labels[index] ?? '';
      // Two kinds may share a name; then it takes the kind to tell them apart.
      const isShared = (counts.get(label) ?? 0) > 1 && node.view !== undefined;
      const rank = order.rankOf(node.id, nodeRank(node), now) * 2 + (node.group?.isRemainder === true ? 1 : 0);
      return { node, label: isShared ? `${label} (${node.view.id.kind})` : label, rank };
    })
    .sort((a, b) => a.rank - b.rank || (a.label < b.label ? -1 : a.label > b.label ? 1 : 0));
}
