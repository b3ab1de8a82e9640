/** Tells the Secrets of the core API from other kinds of that name. What they hold and who may see it is no matter of this file. */
import { groupOf } from './kinds.ts';

/** A custom kind that is called `Secret` too is none: its fields are its own. */
export function isSecret({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): boolean {
  return kind === 'Secret' && groupOf(apiVersion) === '';
}
