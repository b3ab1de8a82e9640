/** `driftline check`: the findings of a folder in the form that was asked for, and the exit code that a pipeline asks for. */
import { type CheckArguments, type Level } from './checkOptions.ts';
import { type Checked, checkFolder, type Finding, type Unchecked } from './checkFolder.ts';
import { findingsAsSarif } from './findingsAsSarif.ts';
import type { Colour, Terminal } from './terminal.ts';

export interface CheckWorld {
  readonly terminal: Terminal;
  /** Where the user is, absolute. */
  readonly folder: string;
  readonly version: () => Promise<string>;
  readonly signal: AbortSignal;
}

/** `failed` is the code of everything that kept it from checking. */
export const checkCodes = { clean: 0, found: 1, failed: 2 } as const;

const levels: readonly Level[] = ['error', 'warning', 'information', 'hint'];
/** Warnings of what was not checked that are written out. */
const mostNamed = 20;
const colours: Readonly<Partial<Record<Level, Colour>>> = { error: 'red', warning: 'yellow', information: 'cyan' };

/** Gives the exit code. Throws `UsageError`. */
export async function check(options: CheckArguments, world: CheckWorld): Promise<number> {
  const { terminal } = world;
  const checked = await checkFolder(options, world.folder, world.signal);
  const { findings, folder, unchecked } = checked;
  warnOf(unchecked, terminal);
  switch (options.format) {
    case 'json':
      terminal.print(`${JSON.stringify(findings, undefined, 2)}\n`);
      break;
    case 'sarif':
      terminal.print(`${JSON.stringify(findingsAsSarif(findings, folder, await world.version()), undefined, 2)}\n`);
      break;
    case 'text':
      for (const finding of findings) {
        terminal.print(`${lineOf(finding)}\n`, colours[finding.severity]);
      }
      terminal.remark(summary(checked));
  }
  if (unchecked.some(({ refused }) => refused)) {
    return checkCodes.failed;
  }
  const worst = levels.slice(0, levels.indexOf(options.failOn) + 1);
  return findings.some(({ severity }) => worst.includes(severity)) ? checkCodes.found : checkCodes.clean;
}

/** Beside the output in every form: what was not looked at must not pass for clean. */
function warnOf(unchecked: readonly Unchecked[], terminal: Terminal): void {
  for (const { place, message } of unchecked.slice(0, mostNamed)) {
    terminal.message('warning', `${place} was not checked: ${message}`);
  }
  const more = unchecked.length - mostNamed;
  if (more > 0) {
    terminal.message('warning', `${more} more ${more === 1 ? 'was' : 'were'} not checked.`);
  }
}

function lineOf({ file, line, column, severity, rule, message }: Finding): string {
  return `${file}:${line}:${column}: ${severity} ${rule}: ${message}`;
}

/** `2 errors, 1 warning in 120 files` */
function summary({ findings, files }: Checked): string {
  const counts = levels.flatMap((level) => {
    const count = findings.filter(({ severity }) => severity === level).length;
    const plural = level === 'information' || count === 1 ? '' : 's';
    return count === 0 ? [] : [`${count} ${level}${plural}`];
  });
  return `${counts.length === 0 ? 'Nothing found' : counts.join(', ')} in ${files} ${files === 1 ? 'file' : 'files'}`;
}
