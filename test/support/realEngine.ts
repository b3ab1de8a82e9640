/**
 * The real render engine for tests and figures: built when it has not been, and run from the sources in a worker thread, as
 * the extension runs the bundled one. Whoever opens it disposes it.
 */
import { join } from 'node:path';
import { buildEngine } from '../../scripts/buildEngine.ts';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { systemClock } from '../../src/base/clock.ts';
import { noLog } from '../../src/base/log.ts';
import type { EngineFiles } from '../../src/render/engineFiles.ts';
import { WorkerEngine, type WorkerEngineOptions } from '../../src/render/workerEngine.ts';

/** Check `engineObstacle()` first: this throws when there is one. Takes minutes the first time. */
export async function builtEngineFiles(): Promise<EngineFiles> {
  const { wasm, sha256 } = await buildEngine();
  return { modulePath: wasm, sha256, workerPath: join(projectRoot, 'src', 'render', 'engineWorker.ts') };
}

/** A request may take as long as a busy machine needs, unless the options say otherwise: tests of the limit set one. */
export async function openRealEngine(options: Partial<WorkerEngineOptions> = {}): Promise<WorkerEngine> {
  const files = await builtEngineFiles();
  return new WorkerEngine({ ...files, timeLimitMs: () => 300_000, clock: systemClock(), log: noLog(), ...options });
}
