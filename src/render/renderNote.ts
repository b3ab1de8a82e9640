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
