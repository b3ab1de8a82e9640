/**
 * Where the engine's files are: beside the bundle that this code is in, or, unbuilt, where the environment says. Reads nothing.
 */
import { join } from 'node:path';
import { Failure } from '../base/failure.ts';

/**
 * Put in by the build (`scripts/bundles.ts`): the SHA-256 of the `engine.wasm` that was laid beside this bundle, `''` when it
 * was built without one. Not defined in sources that run unbuilt.
 */
declare const driftlineEngineSha256: string | undefined;

export interface EngineFiles {
  readonly modulePath: string;
  readonly workerPath: string;
  /** Of the module, in hex. */
  readonly sha256: string;
}

/**
 * Throws `Failure('notFound')` where there is no engine. Tests run the sources unbuilt and name a build of the engine in
 * `DRIFTLINE_ENGINE` and `DRIFTLINE_ENGINE_SHA256`; what is installed listens to no such variable.
 */
export function engineFiles(env: NodeJS.ProcessEnv = process.env): EngineFiles {
  if (typeof driftlineEngineSha256 === 'undefined') {
    const modulePath = env['DRIFTLINE_ENGINE'];
    const sha256 = env['DRIFTLINE_ENGINE_SHA256'];
    if (!modulePath || !sha256) {
      throw new Failure('notFound', 'DRIFTLINE_ENGINE and DRIFTLINE_ENGINE_SHA256 do not name a render engine.');
    }
    return { modulePath, sha256, workerPath: join(import.meta.dirname, 'engineWorker.ts') };
  }
  if (driftlineEngineSha256 === '') {
    throw new Failure('notFound', 'This build of Driftline has no render engine: there was no Go where it was made.');
  }
  return {
    modulePath: join(import.meta.dirname, 'engine.wasm'),
    sha256: driftlineEngineSha256,
    workerPath: join(import.meta.dirname, 'engineWorker.cjs'),
  };
}
