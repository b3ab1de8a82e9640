/** Finds what somebody meant who mistyped a word. Knows nothing of what the words stand for. */

/**
 * The word that is the fewest edits away, where two neighbours that changed places are one edit. `undefined` when none is
 * near: a wrong guess is worse than none.
 */
export function nearestWord(word: string, words: Iterable<string>): string | undefined {
  const allowed = Math.max(1, Math.floor(word.length / 3));
  let nearest: { readonly word: string; readonly edits: number } | undefined;
  for (const candidate of words) {
    const edits = editsBetween(word.toLowerCase(), candidate.toLowerCase(), allowed);
    if (edits <= allowed && edits < (nearest?.edits ?? Infinity)) {
      nearest = { word: candidate, edits };
    }
  }
  return nearest?.word;
}

/** Edits from one text to the other; `Infinity` when the lengths alone say more than `limit`. */
function editsBetween(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) {
    return Infinity;
  }
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforePrevious[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    [beforePrevious, previous] = [previous, current];
  }
  return previous[b.length] ?? Infinity;
}
