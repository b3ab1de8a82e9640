/**
 * `npm run mutation [-- --seed N --each N --rule ID]`: breaks the code of each rule in some seeded ways, in a copy, and says
 * how many of them the tests of the rules notice. Fails below nine in ten. Changes nothing in the checkout.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../../scripts/projectRoot.ts';
import type { RuleId } from '../../src/language/rules.ts';
import { type SeededRandom, seededRandom } from '../support/seededRandom.ts';
import { type Mutant, mutantsOf } from './mutants.ts';
import { ruleParts } from './ruleParts.ts';

/** Of what is broken, what tests must notice. */
const least = 0.9;
/** A mutant that never ends is noticed by that. */
const timeoutMs = 120_000;

interface Placed extends Mutant {
  readonly file: string;
  readonly text: string;
}

function placedMutants(rule: RuleId): Placed[] {
  return ruleParts[rule].flatMap(([file, names]) => {
    const text = readFileSync(join(projectRoot, 'src', file), 'utf8');
    return mutantsOf(text, names).map((mutant) => ({ ...mutant, file, text }));
  });
}

/** `count` of them, each once, as the seed will have it. */
function chosen(all: readonly Placed[], count: number, random: SeededRandom): Placed[] {
  const left = [...all];
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(random.below(left.length), 1)).flat();
}

/** Whether the tests of the rules pass in the copy. */
async function testsPass(copy: string): Promise<boolean> {
  const folder = join('test', 'unit', 'language');
  // Without the real repositories: they are not everywhere, and the tests must do without them.
  const files = readdirSync(join(copy, folder)).filter((name) => /(?<!corpora)\.test\.ts$/.test(name));
  const beside = join('test', 'unit', 'manifests', 'goScalar.test.ts');
  const paths = [beside, ...files.map((name) => join(folder, name))];
  const args = ['--test', '--test-isolation=none', '--test-reporter=dot', ...paths];
  const child = spawn(process.execPath, args, {
    cwd: copy,
    stdio: 'ignore',
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
}

function describeMutant({ file, text, start, end, replacement }: Placed): string {
  const line = text.slice(0, start).split('\n').length;
  return `src/${file}:${line} ${text.slice(start, end).replaceAll(/\s+/g, ' ')} → ${replacement.replaceAll(/\s+/g, ' ')}`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      each: { type: 'string', default: '10' },
      rule: { type: 'string' },
    },
  });
  const copy = mkdtempSync(join(tmpdir(), 'driftline-mutation-'));
  try {
    for (const name of ['src', 'test', 'scripts', 'demo', 'docs', 'syntaxes', 'package.json']) {
      cpSync(join(projectRoot, name), join(copy, name), { recursive: true });
    }
    symlinkSync(join(projectRoot, 'node_modules'), join(copy, 'node_modules'));
    if (!(await testsPass(copy))) {
      throw new Error('The tests of the rules fail before anything is broken.');
    }
    const rules = (Object.keys(ruleParts) as RuleId[]).filter(
      (rule) => values.rule === undefined || rule === values.rule,
    );
    let [broken, noticed] = [0, 0];
    for (const [index, rule] of rules.entries()) {
      const random = seededRandom(Number(values.seed) * 1_000 + index);
      let ofRule = 0;
      const mutants = chosen(placedMutants(rule), Number(values.each), random);
      for (const mutant of mutants) {
        const { file, text, start, end, replacement } = mutant;
        const path = join(copy, 'src', file);
        writeFileSync(path, text.slice(0, start) + replacement + text.slice(end));
        const passed = await testsPass(copy);
        writeFileSync(path, text);
        ofRule += passed ? 0 : 1;
        if (passed) {
          console.log(`  not noticed: ${describeMutant(mutant)}`);
        }
      }
      console.log(`${rule}: ${ofRule} of ${mutants.length} noticed`);
      broken += mutants.length;
      noticed += ofRule;
    }
    const share = noticed / broken;
    console.log(
      `seed ${values.seed}: ${noticed} of ${broken} noticed (${(share * 100).toFixed(1)} %, aim ${least * 100} %)`,
    );
    process.exitCode = share >= least ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

await main();
