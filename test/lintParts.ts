/** Format, types and lint: three tests of the project's text. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../scripts/projectRoot.ts';
import { type Counts, sumCounts } from './counts.ts';

const checks: readonly { readonly name: string; readonly program: string; readonly args: readonly string[] }[] = [
  { name: 'format', program: 'prettier/bin/prettier.cjs', args: ['--check', '--log-level', 'warn', '.'] },
  { name: 'types', program: 'typescript/bin/tsc', args: ['-p', '.', '--pretty', 'false'] },
  { name: 'lint', program: 'eslint/bin/eslint.js', args: ['--max-warnings', '0', '.'] },
];

/** Runs all three at the same time, and prints what each found. */
export async function runLintParts(options: {
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}): Promise<Counts> {
  const counts = await Promise.all(
    checks.map(async ({ name, program, args }) => {
      const began = Date.now();
      const { code, output } = await runProgram(program, args, options.signal);
      const passed = code === 0;
      options.print(`${passed ? '✓' : '✗'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
      if (!passed) {
        options.print(output.trimEnd());
      }
      return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
    }),
  );
  return sumCounts(counts);
}

function runProgram(program: string, args: readonly string[], signal: AbortSignal) {
  const child = spawn(process.execPath, [join(projectRoot, 'node_modules', program), ...args], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  return new Promise<{ readonly code: number | null; readonly output: string }>((resolve) => {
    child.on('error', (error) => resolve({ code: null, output: `${output}${error.message}` }));
    child.on('close', (code) => resolve({ code, output }));
  });
}
