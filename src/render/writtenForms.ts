/**
 * The other forms in which a text can stand in a message: escaped for JSON, Go or YAML, and as base64, also within that of a
 * longer text. Decides nothing about what is replaced.
 */

/** A shorter piece of base64 stands in too many texts by chance. */
const minPiece = 8;

/** The text itself and all that it is written as where it stands whole or within a longer one: escaped, in a URL, in base64. */
export function writtenForms(text: string): readonly string[] {
  return [...new Set([text, ...escapedForms(text), encodeURIComponent(text.toWellFormed()), ...base64Forms(text)])];
}

/** Without the text itself; mostly none, as most texts need no escapes. */
export function escapedForms(text: string): readonly string[] {
  if (/^[ !#-%(-;=?-[\]-~]*$/.test(text)) {
    return []; // ASCII without quotes, backslash, <, >, & and control characters
  }
  const once = [json, goJson, goQuoted, schemaQuoted, doubledBackslashes, doubledQuotes].map((escape) => escape(text));
  // An object in an annotation, a quoted error within an error.
  const forms = new Set([...once, ...once.flatMap((form) => [goJson(form), goQuoted(form)])]);
  forms.delete(text);
  return [...forms];
}

/** In both alphabets, with and without padding, and what every longer text has in its base64 wherever it holds this one. */
export function base64Forms(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const padded = bytes.toString('base64');
  const pieces = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    // Characters that also hold bits of what stands before or after are left out.
    return whole.toString('base64').slice(Math.ceil((before * 4) / 3), Math.floor((whole.length * 4) / 3));
  });
  const forms = [padded, padded.replace(/=+$/, ''), ...pieces.filter((piece) => piece.length >= minPiece)];
  return [...new Set(forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]))];
}

function json(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As encoding/json writes it, and so `toJson` of charts. */
function goJson(text: string): string {
  return json(text).replaceAll(/[<>&\u2028\u2029]/g, unicodeEscape);
}

/** As `%q` of Go writes it. */
function goQuoted(text: string): string {
  return text.replaceAll(/["\\]|\p{C}|(?! )\p{Z}/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return (
      goEscapes[character] ?? (code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}` : unicodeEscape(character))
    );
  });
}

const goEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** As `quote` of santhosh-tekuri/jsonschema v6 writes it, by which Helm checks values. */
function schemaQuoted(text: string): string {
  return goQuoted(text).replaceAll('\\"', '"').replaceAll("'", "\\'");
}

function doubledBackslashes(text: string): string {
  return text.replaceAll('\\', '\\\\');
}

/** As YAML has it between single quotes. */
function doubledQuotes(text: string): string {
  return text.replaceAll("'", "''");
}

function unicodeEscape(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
}
