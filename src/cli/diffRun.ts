/** One run of `driftline diff`: what was asked for, what it is made with, and where what is found goes. */
import type { DiffArguments } from './diffOptions.ts';
import type { DiffParts } from './diffParts.ts';
import type { Findings } from '../drift/findings.ts';

export interface DiffRun {
  readonly options: DiffArguments;
  readonly parts: DiffParts;
  readonly findings: Findings;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}
