/**
 * `npm run driftline -- build …`: the command line program unbuilt, with the engine of these sources, from the folder in which
 * npm was called.
 */
import { buildEngine } from './buildEngine.ts';

const { wasm, sha256 } = await buildEngine((line) => console.error(line));
process.env['DRIFTLINE_ENGINE'] = wasm;
process.env['DRIFTLINE_ENGINE_SHA256'] = sha256;
process.chdir(process.env['INIT_CWD'] ?? process.cwd());
await import('../src/cli/main.ts');
