/** Which line of a text an offset is in. For many offsets of a large text count on from the last one instead. */

/** From 1. An offset before the text is in its first line, one behind it in its last. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, Math.max(offset, 0)).split('\n').length;
}
