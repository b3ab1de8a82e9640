/** JSON whose errors are of no use: `JSON.parse` quotes its input in them, and that may hold secrets. `undefined`: no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
