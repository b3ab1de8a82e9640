/** `driftline check` as a process beside the `yaml` package, which parses the very same files in another. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type BenchRow, median } from './benchRow.ts';

const run = promisify(execFile);
const runs = 5;

/** Documents with positions, as a program needs them that says where something stands; read, parsed, nothing else. */
const parseAll = `
const { parseAllDocuments } = require('yaml');
const { readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');
const root = process.argv[1];
let documents = 0;
for (const name of readdirSync(root, { recursive: true })) {
  if (/\\.ya?ml$/.test(name)) {
    documents += parseAllDocuments(readFileSync(join(root, name), 'utf8')).length;
  }
}
console.log(documents);
`;

async function processTime(args: readonly string[], cwd: string): Promise<number> {
  const began = performance.now();
  await run(process.execPath, args, { cwd, maxBuffer: 64_000_000 }).catch((error: unknown) => {
    // 1 says that something was found.
    if ((error as { code?: unknown }).code !== 1) {
      throw error;
    }
  });
  return performance.now() - began;
}

/** `program` is the built command line, `root` the folder with all repositories; taken in turns, medians. */
export async function checkRows(program: string, root: string, projectRoot: string): Promise<BenchRow[]> {
  const [check, parse]: [number[], number[]] = [[], []];
  for (let index = 0; index < runs; index += 1) {
    check.push(await processTime([program, 'check', root, '--format', 'json'], projectRoot));
    parse.push(await processTime(['-e', parseAll, root], projectRoot));
  }
  const name = 'driftline check of the six corpora, whole process (aim: three times at most)';
  const peer = { name: '`yaml` alone, the same files', value: median(parse), unit: 'ms' };
  return [{ name, value: median(check), unit: 'ms', runs, peer }];
}
