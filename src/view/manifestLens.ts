/**
 * The line over an object of a file that Flux Kustomizations apply: who does, and that it can be compared. Menus of VS Code have
 * fixed titles, so the names stand here and the button in the editor's title says only what it does.
 */
import { displayName, type ObjectId } from '../flux/objectKey.ts';
import { commandId } from './commandId.ts';
import { joinWords } from './joinWords.ts';
import { iconFreeText, plainText } from './markdown.ts';

/** More names than these make no line that anybody reads. */
const mostNamed = 3;

export interface ManifestLens {
  readonly title: string;
  /** Plain text. */
  readonly tooltip: string;
  readonly command: string;
}

/** `object` as it is titled: `Deployment apps/web`. `undefined` where nothing of the cluster is known to apply the file. */
export function manifestLens(object: string, appliers: readonly ObjectId[], context: string): ManifestLens | undefined {
  if (appliers.length === 0) {
    return undefined;
  }
  const by = appliersText(appliers);
  const pick = appliers.length > 1 ? ' You choose which one.' : '';
  return {
    title: iconFreeText(`Applied by ${by} · Diff`, 160),
    tooltip: plainText(`Compare ${object} in ${context} with this file, as applied by ${by}.${pick}`, 300),
    command: commandId('diffManifest'),
  };
}

/** `ks/base`, `ks/a and ks/b`, `ks/a, ks/b, ks/c and 2 more`; with namespaces where names alone do not tell them apart. */
export function appliersText(appliers: readonly ObjectId[]): string {
  const isAlone = new Set(appliers.map(({ name }) => name)).size === appliers.length;
  const names = appliers.map((id) => `ks/${isAlone ? id.name : displayName(id)}`);
  if (names.length > mostNamed) {
    return `${names.slice(0, mostNamed).join(', ')} and ${names.length - mostNamed} more`;
  }
  return joinWords(names);
}
