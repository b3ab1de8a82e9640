/**
 * Text from a cluster or a repository made harmless before it is shown: literal in Markdown, on one line in a row, without
 * icons in a lens. Nothing that goes through here can become a link, an image, HTML or an icon.
 */

/** Control characters, and the marks that hide or turn the direction of the text around them. */
const invisible = /[\p{Cc}\p{Cf}]/gu;

/** Longest text that a tooltip takes over; controllers' messages are cut at 20 kB by the controllers themselves. */
const longest = 20_000;

/**
 * The text as literal Markdown on one line. `$` becomes an entity, not an escape: VS Code looks for `$(icon)` in the
 * rendered HTML, where a backslash of Markdown is long gone.
 */
export function escapeMarkdown(text: string): string {
  return text
    .slice(0, longest)
    .replace(/\s+/g, ' ')
    .replace(invisible, '')
    .replace(/[&<>$]|[!"#%'()*+,\-./:;=?@[\\\]^_`{|}~]/g, escapeCharacter);
}

/** The same, with the line breaks kept; for messages of several lines. */
export function escapeMarkdownLines(text: string): string {
  return text
    .slice(0, longest)
    .split(/\r\n|\r|\n/)
    .map((line) => escapeMarkdown(line).trim())
    .filter((line) => line !== '')
    .join('  \n');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', $: '&#36;' };

function escapeCharacter(character: string): string {
  return entities[character] ?? `\\${character}`;
}

/**
 * One line without invisible characters, cut at `max` characters with an ellipsis; for rows, which draw text as it is, and for
 * notifications, where VS Code would make a link of `[text](command:…)`.
 */
export function plainText(text: string, max = 200): string {
  const visible = text.slice(0, longest).replace(/\s+/g, ' ').replace(invisible, '');
  const line = visible.replaceAll('](', '] (').trim();
  const characters = line.length > max ? Array.from(line) : undefined; // by code point: half an emoji is no text
  return characters && characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : line;
}

/** Like `plainText`, for places that draw `$(name)` as an icon: lenses and the status bar. */
export function iconFreeText(text: string, max = 200): string {
  return plainText(text, max).replaceAll('$(', '\\$(');
}
