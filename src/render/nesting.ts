/** How deep a JSON text is nested, told without reading it: what reads it, or walks through it, may not come back. */

/** Whether objects and lists are nested in more levels than this. The bytes are well-formed JSON in UTF-8. */
export function isNestedDeeper(json: Uint8Array, levels: number): boolean {
  const [quote, backslash, caseBit] = [0x22, 0x5c, 0x20];
  // `{` and `[`, `}` and `]` differ in one bit.
  const [open, close] = [0x7b, 0x7d];
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] ?? 0;
    if (byte === quote) {
      at += 1;
      while (at < json.length && json[at] !== quote) {
        at += json[at] === backslash ? 2 : 1;
      }
    } else if ((byte | caseBit) === open) {
      depth += 1;
      if (depth > levels) {
        return true;
      }
    } else if ((byte | caseBit) === close) {
      depth -= 1;
    }
  }
  return false;
}
