/**
 * One run of the program: from the words of the command line to an exit code. Reads and writes only through what it is given.
 */
import { type BuildWorld, build } from './buildCommand.ts';
import { type CheckWorld, check } from './checkCommand.ts';
import { diff } from './diffCommand.ts';
import type { DiffWorld } from './diffParts.ts';
import { findTarget } from './findTarget.ts';
import { helpOf } from './helpText.ts';
import { readArguments } from './readArguments.ts';
import { exitCodes } from './reportError.ts';

export interface CliWorld extends BuildWorld, CheckWorld, DiffWorld {
  readonly version: () => Promise<string>;
}

/** Throws what `reportError` has words for. */
export async function runCli(words: readonly string[], world: CliWorld): Promise<number> {
  const command = readArguments(words);
  switch (command.command) {
    case 'help':
      world.terminal.print(helpOf[command.about]);
      return exitCodes.done;
    case 'version':
      world.terminal.print(`driftline ${await world.version()}\n`);
      return exitCodes.done;
    case 'build':
      return build(command.options, await findTarget(command.options, world.folder), world);
    case 'check':
      return check(command.options, world);
    case 'diff':
      return diff(command.options, world);
  }
}
