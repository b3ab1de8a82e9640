/** A tree as indented text, `icon label — description [badge] {what may be done}`, so that a test reads like the screen. */
import type { Row, TreeModel } from '../../src/view/row.ts';

export interface TreeTextOptions {
  /** Adds the words of the context value that are offers (`canReconcile`). */
  readonly actions?: boolean;
}

/** Every row, open or not; `▾`, `▸` and `-` say whether it starts open, closed, or has nothing below. */
export function treeText(model: TreeModel, options: TreeTextOptions = {}): string {
  const lines: string[] = [];
  const add = (ids: readonly string[], indent: string): void => {
    for (const id of ids) {
      const row = model.rows.get(id);
      lines.push(row ? `${indent}${rowText(row, options)}` : `${indent}(no row ${id})`);
      add(model.children.get(id) ?? [], `${indent}  `);
    }
  };
  add(model.roots, '');
  return lines.join('\n');
}

const twisties = { none: '-', collapsed: '▸', expanded: '▾' };

function rowText(row: Row, { actions = false }: TreeTextOptions): string {
  const offers = row.contextValue.split(' ').filter((word) => word.startsWith('can') || word === 'running');
  return [
    twisties[row.expand],
    row.icon.color === 'disabledForeground' ? `(${row.icon.id})` : row.icon.id,
    row.label,
    ...(row.description === '' ? [] : [`— ${row.description}`]),
    ...(row.badge ? [`[${row.badge.text}]`] : []),
    ...(actions ? [`{${offers.join(' ')}}`] : []),
  ].join(' ');
}

/** A text literal without its first line break and its common indent. */
export function dedent(text: string): string {
  const lines = text
    .replace(/^\n/, '')
    .replace(/\n\s*$/, '')
    .split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)?.[0].length ?? 0);
  const indent = Math.min(...indents);
  return lines.map((line) => line.slice(indent)).join('\n');
}
