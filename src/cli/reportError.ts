/** What went wrong in words on the terminal, and the exit code that it means. Ends nothing itself. */
import { type FailureReason, isFailure } from '../base/failure.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usageError.ts';

/** Those of signals as shells give them: 128 and the signal's number. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130, brokenPipe: 141 } as const;

/** Those of `driftline diff`, which follow diff(1) where they can: a pipeline asks whether something differs. */
export const diffCodes = { same: 0, differs: 1, failed: 2, unknown: 3, interrupted: exitCodes.interrupted } as const;

/** What may help, where it is the same for every failure of a kind. */
const hintsByReason: Readonly<Partial<Record<FailureReason, string>>> = {
  timeout: '--time-limit gives it longer.',
};

export interface ErrorContext {
  /** What was tried, named before the words. */
  readonly what?: string;
  readonly hints?: readonly string[];
}

/** Gives the exit code. A cancelled run says nothing: who interrupted it knows. */
export function reportError(error: unknown, terminal: Terminal, { what, hints = [] }: ErrorContext = {}): number {
  const lead = what === undefined || what === '' ? '' : `${what}: `;
  if (error instanceof UsageError) {
    terminal.message('error', error.message, error.hints);
    return exitCodes.usage;
  }
  if (isFailure(error, 'cancelled')) {
    return exitCodes.interrupted;
  }
  if (isFailure(error)) {
    const known = hintsByReason[error.reason];
    terminal.message('error', `${lead}${error.message}`, [...hints, ...(known === undefined ? [] : [known])]);
    return exitCodes.failed;
  }
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.message('error', `${lead}unexpected, and a defect of Driftline: ${words}`);
  return exitCodes.failed;
}
