/** The address of the document that says why an object is not ready. It holds the object's key alone, so a reload can make it anew. */
import { displayName, type ObjectKey, parseObjectKey } from '../flux/objectKey.ts';

/** Scheme of every address. */
export const whyScheme = 'driftline-why';

/** Folder of every address, by which the documents are given their language (`package.json`, `filenamePatterns`). */
const addressFolder = '/driftline-why/';

export interface WhyAddress {
  readonly path: string;
  readonly query: string;
}

/** The last part of the path is what a tab says. A slash would cut the title, so a sign that looks like one stands for it. */
export function whyAddress(key: ObjectKey): WhyAddress {
  const id = parseObjectKey(key);
  const title = id ? `Why ${id.kind} ${displayName(id)} (${id.context})` : key;
  return { path: addressFolder + title.replaceAll('/', '∕'), query: key };
}

/** `undefined` for an address that `whyAddress` did not make: anybody may write one into a link. */
export function parseWhyAddress({ query }: Pick<WhyAddress, 'query'>): ObjectKey | undefined {
  return parseObjectKey(query) ? (query as ObjectKey) : undefined;
}
