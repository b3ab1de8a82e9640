/**
 * Cuts a YAML text into its documents without parsing it: `---` in the first column ends a document even inside an
 * unclosed quote, so a broken document cannot take the next one with it.
 */
import type { TextSpan } from './yamlNode.ts';

/** True when nothing but blank lines, comments and directives stands there. */
function isOnlyPreface(text: string): boolean {
  return text.split(/[\r\n]/).every((line) => /^\uFEFF?(?:[ \t]*(?:#.*)?|%.*)$/.test(line));
}

/**
 * The documents in order, together the whole text. Comments and directives before a first `---` belong to the document
 * that it opens. Markers (`---`, `...`) stand inside the spans.
 */
export function splitDocuments(text: string): TextSpan[] {
  const spans: TextSpan[] = [];
  let start = 0;
  let opened = false; // the span that is being read began with a marker
  for (const marker of text.matchAll(/(?<=^\uFEFF?|[\n\r])(?:---|\.\.\.)(?=[ \t\r\n]|$)/g)) {
    const at = marker.index;
    if (marker[0] === '...') {
      continue; // ends a document, and what follows it up to the next `---` can only be comments and directives
    }
    if (at > start && (opened || !isOnlyPreface(text.slice(start, at)))) {
      spans.push({ start, end: at });
      start = at;
    }
    opened = true;
  }
  if (text.length > start) {
    spans.push({ start, end: text.length });
  }
  return spans;
}
