/**
 * The words of a command line by a table of options, and what several commands say in the same words. Knows no command; what is
 * wrong is refused with a sentence that says how it is written right.
 */
import { parseArgs } from 'node:util';
import { parseDuration } from '../flux/durations.ts';
import { type OptionRow, defaultTimeLimit } from './buildOptions.ts';
import { nearestWord } from './nearestWord.ts';
import { UsageError } from './usageError.ts';

/** Options by name with their values in the order of the line (a flag has none), and what is no option. */
export interface Words {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly targets: readonly string[];
}

/** `help`: where all options are listed, as a command. Throws `UsageError`. */
export function split(words: readonly string[], rows: readonly OptionRow[], help = 'driftline --help'): Words {
  const options = Object.fromEntries(
    rows.map(({ name, short, value }) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
  // Not strict, for the sentences of the strict parser name neither the nearest option nor ours.
  const { tokens } = parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true });
  const values = new Map<string, readonly string[]>();
  const targets: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      targets.push(token.value);
    } else if (token.kind === 'option') {
      const row = rows.find((each) => each.name === token.name);
      checkOption(token, row, rows, help);
      values.set(token.name, [...(values.get(token.name) ?? []), ...(token.value === undefined ? [] : [token.value])]);
    }
  }
  return { values, targets };
}

function checkOption(
  token: { readonly rawName: string; readonly value: string | undefined; readonly inlineValue: boolean | undefined },
  row: OptionRow | undefined,
  rows: readonly OptionRow[],
  help: string,
): asserts row is OptionRow {
  if (row === undefined) {
    const known = rows.map(({ name }) => `--${name}`);
    const nearest = nearestWord(token.rawName, known);
    throw new UsageError(`There is no option ${token.rawName}.`, [
      nearest === undefined ? `See ${help}.` : `Did you mean ${nearest}?`,
    ]);
  }
  if (row.value === undefined && token.value !== undefined) {
    throw new UsageError(`${token.rawName} takes no value.`);
  }
  // `-o --pull`: the next option is no value, or a forgotten one would swallow it.
  const missing =
    token.value === undefined || token.value === '' || (!token.inlineValue && token.value.startsWith('-'));
  if (row.value !== undefined && missing) {
    throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${row.value}`);
  }
}

/** `undefined`: not given. Throws `UsageError` where it was given more than once. */
export function single(values: Words['values'], name: string): string | undefined {
  const given = values.get(name) ?? [];
  if (given.length > 1) {
    throw new UsageError(`--${name} was given more than once: ${given.join(', ')}.`);
  }
  return given[0];
}

/** `NAMESPACE/NAME` of a Kustomization. */
export function readOwner(text: string | undefined): { readonly namespace: string; readonly name: string } | undefined {
  if (text === undefined) {
    return undefined;
  }
  const [namespace, name, ...rest] = text.split('/');
  if (namespace === undefined || namespace === '' || name === undefined || name === '' || rest.length > 0) {
    throw new UsageError(`--owner names a Kustomization as NAMESPACE/NAME, not "${text}".`);
  }
  return { namespace, name };
}

/** Milliseconds. */
export function readTimeLimit(text: string | undefined): number {
  if (text === undefined) {
    return defaultTimeLimit;
  }
  const limit = /^\d+$/.test(text) ? Number(text) * 1000 : parseDuration(text);
  // Timers of Node count in 31 bits; nobody waits for 24 days.
  if (limit === undefined || limit < 100 || limit > 2 ** 31 - 1) {
    throw new UsageError(`--time-limit is a duration such as 90s or 2m, not "${text}".`);
  }
  return limit;
}
