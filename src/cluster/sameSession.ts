/**
 * Whether what was agreed to still has its cluster. A context's name does not tell: after a switch and back, or with another
 * kubeconfig, the same name may lead elsewhere. Reads who is connected; opens nothing.
 */
import { Failure } from '../base/failure.ts';

interface Connected {
  readonly context: string;
}

/** Throws a Failure unless `asked` is the very session that is open now. */
export function requireSame(asked: Connected, now: Connected | undefined): void {
  if (now?.context !== asked.context) {
    throw new Failure('unreachable', `${asked.context} is no longer the connected context`);
  }
  if (now !== asked) {
    throw new Failure('unreachable', `${asked.context} was connected anew meanwhile; nothing was sent, begin again`);
  }
}
