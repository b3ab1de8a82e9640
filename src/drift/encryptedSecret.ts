/**
 * A Secret that SOPS has encrypted against the one in the cluster: without its keys nothing is known of its values, so the names of
 * its data and its metadata are all that is compared (flux2 internal/build/diff.go `diffSopsSecret`). Pure.
 */
import type { FieldDifference } from './difference.ts';

export const encryptedReason = 'Its values are encrypted and are not compared.';

/** Differences that are none of encrypted values. What was sent for a value is a mask, so each that both have differs. */
export function keyDifferences(paths: readonly FieldDifference[]): readonly FieldDifference[] {
  return paths.filter(({ path: [part], effect }) => part !== 'data' || effect !== 'replace');
}
