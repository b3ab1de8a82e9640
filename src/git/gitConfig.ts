/**
 * The grammar of Git's config files (git-config(1), "Syntax"): text to entries. Reads no file and follows no `include`.
 */

export interface GitConfigEntry {
  /** Lower-cased. */
  readonly section: string;
  /** As written, `''` where there is none. */
  readonly subsection: string;
  /** Lower-cased. */
  readonly key: string;
  /** `undefined` for a key without `=`, which Git reads as true. */
  readonly value: string | undefined;
}

const header = /^\[\s*(?<section>[A-Za-z0-9.-]+)(?:\s+"(?<subsection>(?:[^"\\]|\\.)*)")?\s*\]/;
const variable = /^(?<key>[A-Za-z][A-Za-z0-9-]*)\s*(?:(?<equals>=)\s*(?<rest>.*))?$/s;

/** The entries in the order of the file; lines that are none are passed over. Never throws. */
export function parseGitConfig(text: string): GitConfigEntry[] {
  const entries: GitConfigEntry[] = [];
  let section = '';
  let subsection = '';
  for (const logical of logicalLines(text)) {
    let line = logical.trimStart();
    const head = header.exec(line);
    if (head) {
      section = (head.groups?.['section'] ?? '').toLowerCase();
      subsection = (head.groups?.['subsection'] ?? '').replace(/\\(.)/gs, '$1');
      const dot = section.indexOf('.');
      if (dot >= 0 && subsection === '') {
        // the old form [section.sub], whose subsection is lower-case
        subsection = section.slice(dot + 1);
        section = section.slice(0, dot);
      }
      line = line.slice(head[0].length).trimStart(); // a variable may follow on the same line
    }
    const groups = variable.exec(stripBareComment(line))?.groups;
    if (groups && section !== '') {
      const value = groups['equals'] === undefined ? undefined : readValue(groups['rest'] ?? '');
      entries.push({ section, subsection, key: (groups['key'] ?? '').toLowerCase(), value });
    }
  }
  return entries;
}

/** Lines with those joined that end in a backslash; one in a comment ends nothing but the comment. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let parts: string[] = [];
  let quoted = false;
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const end = endOf(line, quoted);
    quoted = end.quoted;
    parts.push(end.goesOn ? line.slice(0, -1) : line);
    if (!end.goesOn) {
      lines.push(parts.join(''));
      parts = [];
      quoted = false; // Git refuses a quote that is left open; here it ends with its line
    }
  }
  return parts.length === 0 ? lines : [...lines, parts.join('')];
}

function endOf(line: string, quotedBefore: boolean): { readonly quoted: boolean; readonly goesOn: boolean } {
  let quoted = quotedBefore;
  for (let index = 0; index < line.length; index += 1) {
    const char = line.charAt(index);
    if (char === '\\') {
      index += 1;
      if (index === line.length) {
        return { quoted, goesOn: true };
      }
    } else if (char === '"') {
      quoted = !quoted;
    } else if (!quoted && (char === '#' || char === ';')) {
      break;
    }
  }
  return { quoted, goesOn: false };
}

/** A key without a value may have a comment behind it; behind `=`, `readValue` knows about quotes. */
function stripBareComment(line: string): string {
  const comment = line.includes('=') ? -1 : line.search(/[#;]/);
  return (comment < 0 ? line : line.slice(0, comment)).trimEnd();
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b' };

/** The value without quotes, escapes, comment and the white space around it. */
function readValue(text: string): string {
  let value = '';
  let kept = 0; // length up to which white space counts
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    if (char === '\\') {
      index += 1;
      const next = text.charAt(index);
      value += Object.hasOwn(escapes, next) ? (escapes[next] ?? '') : next;
      kept = value.length;
    } else if (char === '"') {
      quoted = !quoted;
      kept = value.length;
    } else if (!quoted && (char === '#' || char === ';')) {
      break;
    } else {
      value += char;
      kept = quoted || !/\s/.test(char) ? value.length : kept;
    }
  }
  return value.slice(0, kept);
}
