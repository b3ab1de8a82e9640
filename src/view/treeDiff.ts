/**
 * What must be redrawn to get from one tree to the next: as little as possible, so that nothing else loses its place.
 * Compares plain data; knows nothing of what rows mean.
 */
import type { Row, TreeModel } from './row.ts';

/**
 * Ids whose own text or whose list of children differs; `'root'` when the list of roots does. A row below another one of the
 * answer is left out: the editor redraws what is below a row together with it.
 */
export function changedRows(previous: TreeModel, next: TreeModel): 'root' | readonly string[] {
  if (!sameList(previous.roots, next.roots)) {
    return 'root';
  }
  const changed = new Set<string>();
  for (const [id, row] of next.rows) {
    const before = previous.rows.get(id);
    // A row that is new is drawn with its parent, whose list of children has changed.
    if (before && (!sameRow(before, row) || !sameList(previous.children.get(id), next.children.get(id)))) {
      changed.add(id);
    }
  }
  // One alone has none above it; the parents of a large tree are not worked out for that.
  return changed.size < 2 ? [...changed] : [...changed].filter((id) => !hasAncestorIn(next, id, changed));
}

function hasAncestorIn(model: TreeModel, id: string, set: ReadonlySet<string>): boolean {
  for (let parent = model.parents.get(id); parent !== undefined; parent = model.parents.get(parent)) {
    if (set.has(parent)) {
      return true;
    }
  }
  return false;
}

/** Tooltips are functions and cannot be compared; `tooltipVersion` stands for what they would say. */
function sameRow(a: Row, b: Row): boolean {
  return (
    a === b ||
    (a.label === b.label &&
      a.description === b.description &&
      a.icon.id === b.icon.id &&
      a.icon.color === b.icon.color &&
      a.contextValue === b.contextValue &&
      a.expand === b.expand &&
      a.accessibility === b.accessibility &&
      a.tooltipVersion === b.tooltipVersion &&
      a.badge?.text === b.badge?.text &&
      a.badge?.tooltip === b.badge?.tooltip &&
      a.badge?.color === b.badge?.color &&
      a.command?.id === b.command?.id &&
      sameList(a.command?.args, b.command?.args))
  );
}

/** No list is as good as an empty one. */
function sameList(a: readonly unknown[] | undefined, b: readonly unknown[] | undefined): boolean {
  if (a === b) {
    return true;
  }
  return (a?.length ?? 0) === (b?.length ?? 0) && (a ?? []).every((value, index) => value === b?.[index]);
}
