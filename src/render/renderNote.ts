/** Notes of a render, by how much they weigh. Says nothing itself. */
import type { RenderNote } from './desired.ts';

/** What was assumed. */
export function information(message: string): RenderNote {
  return { severity: 'information', message };
}

/** Why the result may differ from what the controller does. */
export function approximate(message: string): RenderNote {
  return { severity: 'approximate', message };
}

/** Of a render whose secrets cannot be traced. */
export const everythingMasked = information(
  'It cannot be rendered with other values for its Secrets, so where they end up is unknown: every value is masked.',
);

/** Whether a note on the render of an object as it lives is to be told: what else was assumed is about a repository, and here it is known. */
export function toldOfLive({ severity, message }: RenderNote): boolean {
  return severity === 'approximate' || message === everythingMasked.message;
}
