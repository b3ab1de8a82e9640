/** An engine as the extension has it some seconds after its start: everything in it has run once, and nothing is kept. */
import type { WorkerEngine } from '../../src/render/workerEngine.ts';
import { openRealEngine } from '../support/realEngine.ts';

/** The caller disposes it. */
export async function warmedEngine(): Promise<WorkerEngine> {
  const { promise: warmed, resolve } = Promise.withResolvers<undefined>();
  const silent = (): void => undefined;
  const debug = (line: string): void => (line.startsWith('Engine: forget ') ? resolve(undefined) : undefined);
  const engine = await openRealEngine({ log: { debug, info: silent, warn: silent, error: silent } });
  engine.warmUp();
  await warmed; // the last that a warm-up does is to forget
  return engine;
}
