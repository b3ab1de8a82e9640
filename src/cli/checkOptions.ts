/** The options of `driftline check`, as a table for parser and help, and what they mean once they are read. Reads no file. */
import type { Severity } from '../settings.ts';
import type { OptionRow } from './buildOptions.ts';
import { type Words, single } from './optionWords.ts';
import { UsageError } from './usageError.ts';

export const checkOptions: readonly OptionRow[] = [
  { name: 'format', value: 'text|json|sarif', help: 'form of the output; default: text' },
  {
    name: 'fail-on',
    value: 'LEVEL',
    help: 'exit with 1 from this severity on: error, warning (default), information, hint',
  },
  { name: 'config', value: 'FILE', help: 'read this file in place of .driftline.yaml' },
  { name: 'help', short: 'h', help: 'show this help' },
];

export type CheckFormat = 'text' | 'json' | 'sarif';
export type Level = Exclude<Severity, 'off'>;

export interface CheckArguments {
  /** As written. */
  readonly folder: string;
  readonly format: CheckFormat;
  readonly failOn: Level;
  /** A path as written. */
  readonly config: string | undefined;
}

const formats: readonly string[] = ['text', 'json', 'sarif'] satisfies CheckFormat[];
const levels: readonly string[] = ['error', 'warning', 'information', 'hint'] satisfies Level[];

/** Throws `UsageError`. */
export function readCheck(values: Words['values'], targets: readonly string[]): CheckArguments {
  const [folder = '.', ...others] = targets;
  if (others.length > 0) {
    throw new UsageError(`One folder is checked at a time; "${others.join(' ')}" is too much.`);
  }
  if (folder === '') {
    throw new UsageError('The folder to check has an empty name: is a variable not set? The folder you are in is ".".');
  }
  const format = single(values, 'format') ?? 'text';
  if (!isFormat(format)) {
    throw new UsageError(`--format is ${formats.join(', ')}, not "${format}".`);
  }
  const failOn = single(values, 'fail-on') ?? 'warning';
  if (!isLevel(failOn)) {
    throw new UsageError(`--fail-on is ${levels.join(', ')}, not "${failOn}".`);
  }
  return { folder, format, failOn, config: single(values, 'config') };
}

function isFormat(text: string): text is CheckFormat {
  return formats.includes(text);
}

function isLevel(text: string): text is Level {
  return levels.includes(text);
}
