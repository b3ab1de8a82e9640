/** `npm run build:engine`: builds the render engine and says where it is. */
import { statSync } from 'node:fs';
import { buildEngine } from './buildEngine.ts';

try {
  const { wasm, sha256 } = await buildEngine((line) => console.error(line));
  console.log(`${wasm}\n${(statSync(wasm).size / 1e6).toFixed(1)} MB, sha256 ${sha256}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
