/** The commands that lead from a row to the file of its object, and from a file to the row of what it states. */
import { actionTarget } from './actionTarget.ts';
import { openFileOf } from './openFile.ts';
import type { OperationHandler } from './operationHandler.ts';
import { type RevealParts, revealObject } from './revealDocument.ts';

export function placeHandlers(parts: RevealParts) {
  return {
    openFile: async (argument) => {
      const target = await actionTarget(argument, parts.views);
      if (target) {
        await openFileOf(target.key, parts);
      }
    },
    revealObject: (argument) => revealObject(argument, parts),
  } satisfies Readonly<Record<string, OperationHandler>>;
}
