/**
 * A tree as plain data: rows by id, their children and their parents. What `vscode/` draws and nothing more; every text is
 * final, every colour a theme colour's name. Must not know VS Code.
 */
import type { ObjectKey } from '../flux/objectKey.ts';
import type { FieldPath } from '../render/desired.ts';

export interface RowIcon {
  /** A codicon's name, without `$()`. */
  readonly id: string;
  /** A theme colour's id such as `testing.iconFailed`; `undefined` takes the foreground. */
  readonly color: string | undefined;
}

export interface RowBadge {
  /** One or two characters: more is cut off by the editor. */
  readonly text: string;
  readonly tooltip: string;
  readonly color: string | undefined;
}

export interface Row {
  /** View, grouping, path of parents and key: unique in the tree, the same as long as the row stands in the same place. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Markdown; all text from the cluster in it is escaped. Built when asked for: most rows are never hovered. */
  readonly tooltip: () => string;
  /** Changes when the tooltip would say something else: a tooltip once shown is kept by the editor until its row changes. */
  readonly tooltipVersion?: string | undefined;
  readonly icon: RowIcon;
  /** Words for `when` clauses (`viewItem =~ /\bcanSuspend\b/`), separated by spaces. */
  readonly contextValue: string;
  readonly expand: 'none' | 'collapsed' | 'expanded';
  /** What a screen reader says: name, kind and state in words. */
  readonly accessibility: string;
  readonly badge: RowBadge | undefined;
  /** The object that the row stands for; `undefined` for groups, notes and rows at the head of the tree. */
  readonly key: ObjectKey | undefined;
  /**
   * The object whose inventory stands below this row, on rows that show one: it is to be read while the row is open, and
   * not before. The row's `key` may be another or none (`Objects (32)` below a Kustomization with nested ones).
   */
  readonly inventoryOf?: ObjectKey | undefined;
  /** The field of a drift that the row stands for, on rows that show one: of which comparison, of which object. */
  readonly field?: { readonly owner: ObjectKey; readonly object: ObjectKey; readonly path: FieldPath } | undefined;
  /** A command that a click runs, for note rows that are nothing but an invitation. */
  readonly command: { readonly id: string; readonly title: string; readonly args: readonly unknown[] } | undefined;
}

export interface TreeModel {
  readonly roots: readonly string[];
  readonly rows: ReadonlyMap<string, Row>;
  readonly children: ReadonlyMap<string, readonly string[]>;
  readonly parents: ReadonlyMap<string, string>;
  /** All rows of an object: a nested release also stands in its parent's inventory. The first is the one to reveal. */
  readonly rowsOf: ReadonlyMap<ObjectKey, readonly string[]>;
}
