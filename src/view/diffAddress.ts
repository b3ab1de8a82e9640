/**
 * Addresses of the two sides of a changed object. They hold keys and no content, and one run's are never another's: what an
 * address has once stood for does not change under a reader's eyes.
 */

/** Scheme of every address. */
export const diffScheme = 'driftline-diff';

/**
 * Folder of every address, by which the documents are given their language (`package.json`, `filenamePatterns`). The editor for
 * several diffs writes it beside each title, where it tells which side is which.
 */
const addressFolder = '/live ↔ desired/';

export interface DiffPlace {
  /** Key of the object, or what else tells this pair from the others of its comparison. */
  readonly key: string;
  /** Counts the comparisons that were shown. */
  readonly run: number;
  readonly side: 'live' | 'desired';
}

export interface DiffAddress {
  readonly path: string;
  readonly query: string;
}

/**
 * `title` is what the editor says above the pair, and beside it whose it is (`owner`), where pairs are of several. A slash would cut
 * them, so a sign that looks like one stands for it.
 */
export function diffAddress(title: string, { key, run, side }: DiffPlace, owner?: string): DiffAddress {
  const names = [...(owner === undefined ? [] : [owner]), title].map((name) => name.replaceAll('/', '∕'));
  return { path: addressFolder + names.join('/'), query: JSON.stringify({ key, run, side }) };
}

/** What stands for a text that is no longer kept: the window was reloaded, or the comparison closed. */
export const goneText = '# This comparison has been closed. Run Diff again.\n';

/**
 * Whether a tab shows the comparison of that title: VS Code writes the number of its files behind it, in the language of the
 * user, and tells an extension nothing else of such a tab.
 */
export function isTabOf(title: string, label: string): boolean {
  return label.startsWith(title) && /^(?:$|[\s（(])/u.test(label.slice(title.length));
}
