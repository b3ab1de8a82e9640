/**
 * A long sentence as entries of a list, which has room for one line and a smaller one below it in each, and cuts what is longer:
 * what a warning is about would be seen, and not what happens. Knows widths, no list.
 */

export interface ListLines {
  readonly label: string;
  /** Below it, in smaller letters. */
  readonly detail?: string;
}

/** Characters that a list of the usual width shows, beside the heading that may stand at the end of a label's line. */
const width = { label: 62, detail: 78 } as const;

/** Whether it has room below a label, as it is. */
export function fitsBelow(text: string): boolean {
  return text.length <= width.detail;
}

/** One entry for a short text, else as many as it takes. At least one. */
export function listLines(text: string): readonly ListLines[] {
  const [label, rest] = lineOf(text.trim(), width.label);
  if (rest === '') {
    return [{ label }];
  }
  const [detail, more] = lineOf(rest, width.detail);
  return [{ label, detail }, ...(more === '' ? [] : listLines(more))];
}

/** Cut at the last space that leaves a line of that length; a word that is longer stays whole, for a list cuts it itself. */
function lineOf(text: string, length: number): readonly [line: string, rest: string] {
  if (text.length <= length) {
    return [text, ''];
  }
  const within = text.lastIndexOf(' ', length);
  const at = within > 0 ? within : text.indexOf(' ', length);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
