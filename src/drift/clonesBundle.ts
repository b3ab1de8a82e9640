/**
 * The entry of `dist/clones.cjs`: what the extension needs of the commits of clones, required when there is something to look for.
 * Adds nothing to what it hands on.
 */
export { resolveRevision } from '../git/resolveRevision.ts';
export { findPending } from './findPending.ts';
