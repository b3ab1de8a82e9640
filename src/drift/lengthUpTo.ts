/** How long a value is about, without writing it out. Pure. */

/** Of what is no text: a number, a flag. */
const usual = 5;

/** Characters of its texts and field names; where that is more than `most`, any number above it. */
export function lengthUpTo(most: number, value: unknown): number {
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'string' ? value.length : usual;
  }
  let length = 0;
  const isList = Array.isArray(value);
  for (const [key, item] of Object.entries(value)) {
    length += (isList ? 1 : key.length) + lengthUpTo(most - length, item);
    if (length > most) {
      break;
    }
  }
  return length;
}
