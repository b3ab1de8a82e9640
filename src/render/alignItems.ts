/**
 * Finds what two lists of texts have in common, in its order: the longest common subsequence. Pure; knows nothing of what the
 * texts are.
 */

/** Steps of the comparison, some 30 ms. What would need more has its middle taken for wholly different. */
const mostCells = 500_000;

/** Positions of equal texts, ascending on both sides. */
export function alignItems(left: readonly string[], right: readonly string[]): readonly (readonly [number, number])[] {
  const shorter = Math.min(left.length, right.length);
  let head = 0;
  while (head < shorter && left[head] === right[head]) {
    head += 1;
  }
  let tail = 0;
  while (tail < shorter - head && left[left.length - 1 - tail] === right[right.length - 1 - tail]) {
    tail += 1;
  }
  const pairs: (readonly [number, number])[] = [];
  for (let at = 0; at < head; at += 1) {
    pairs.push([at, at]);
  }
  const middle = [left.slice(head, left.length - tail), right.slice(head, right.length - tail)] as const;
  pairs.push(...commonPairs(...middle).map(([a, b]) => [a + head, b + head] as const));
  for (let at = tail; at > 0; at -= 1) {
    pairs.push([left.length - at, right.length - at]);
  }
  return pairs;
}

function commonPairs(left: readonly string[], right: readonly string[]): (readonly [number, number])[] {
  if (left.length * right.length > mostCells) {
    return [];
  }
  const width = right.length + 1;
  // How many texts the rests of both lists have in common, from each pair of positions on.
  const common = new Uint16Array((left.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = left.length - 1; row >= 0; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      common[row * width + column] =
        left[row] === right[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  let [row, column] = [0, 0];
  while (row < left.length && column < right.length) {
    if (left[row] === right[column]) {
      pairs.push([row, column]);
      row += 1;
      column += 1;
    } else if (at(row + 1, column) >= at(row, column + 1)) {
      row += 1;
    } else {
      column += 1;
    }
  }
  return pairs;
}
