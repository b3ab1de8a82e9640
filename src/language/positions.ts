/** Offsets of a text as the editor counts: lines and UTF-16 characters. */
import type { Position } from 'vscode-languageserver-types';

/** Line and UTF-16 character of an offset, as LSP counts them. */
export function positions(text: string): (offset: number) => Position {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((match) => match.index + match[0].length)];
    let low = 0;
    for (let high = starts.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? Infinity) <= offset) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return { line: low, character: offset - (starts[low] ?? 0) };
  };
}
