/** The real render engine for tests of unbuilt sources: built when it is not, which takes a minute once. */
import { join } from 'node:path';
import { buildEngine } from '../../scripts/buildEngine.ts';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { systemClock } from '../../src/base/clock.ts';
import { noLog } from '../../src/base/log.ts';
import type { EngineFiles } from '../../src/render/engineFiles.ts';
import { WorkerEngine, type WorkerEngineOptions } from '../../src/render/workerEngine.ts';

export async function builtEngineFiles(): Promise<EngineFiles> {
  const { wasm, sha256 } = await buildEngine();
  return { modulePath: wasm, sha256, workerPath: join(projectRoot, 'src', 'render', 'engineWorker.ts') };
}

/** For a process of its own that runs unbuilt sources: with these variables it finds the engine. */
export async function engineVariables(): Promise<Readonly<Record<string, string>>> {
  const { modulePath, sha256 } = await builtEngineFiles();
  return { DRIFTLINE_ENGINE: modulePath, DRIFTLINE_ENGINE_SHA256: sha256 };
}

/** To be disposed by the caller. One request may take 30 seconds unless the options say otherwise. */
export async function realEngine(options: Partial<WorkerEngineOptions> = {}): Promise<WorkerEngine> {
  const files = await builtEngineFiles();
  return new WorkerEngine({ ...files, timeLimitMs: () => 30_000, clock: systemClock(), log: noLog(), ...options });
}
