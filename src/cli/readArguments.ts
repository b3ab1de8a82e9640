/**
 * The command line as a command with its arguments. Looks at words alone: whether a file, an object or a context exists is
 * found out later.
 */
import { parseArgs } from 'node:util';
import { parseDuration } from '../flux/durations.ts';
import { type BuildArguments, type OptionRow, buildOptions, defaultTimeLimit } from './buildOptions.ts';
import { nearestWord } from './nearestWord.ts';
import { UsageError } from './usageError.ts';

export type Command =
  | { readonly command: 'help'; readonly about: 'driftline' | 'build' }
  | { readonly command: 'version' }
  | { readonly command: 'build'; readonly options: BuildArguments };

const commands = ['build', 'help', 'version'] as const;
const commonOptions: readonly OptionRow[] = [
  { name: 'help', short: 'h', help: '' },
  { name: 'version', help: '' },
];

/** `words` are the arguments behind the program's name. Throws `UsageError`. */
export function readArguments(words: readonly string[]): Command {
  const [first, ...rest] = words;
  if (first === undefined) {
    throw new UsageError('No command was given.', ['Try: driftline build PATH']);
  }
  if (first.startsWith('-')) {
    const { values } = split(words, commonOptions);
    return values.has('version') ? { command: 'version' } : { command: 'help', about: 'driftline' };
  }
  const command = commands.find((each) => each === first);
  if (command === undefined) {
    const nearest = nearestWord(first, commands);
    throw new UsageError(`There is no command "${first}".`, [
      nearest === undefined ? `There are: ${commands.join(', ')}.` : `Did you mean "${nearest}"?`,
    ]);
  }
  if (command === 'version') {
    return { command };
  }
  if (command === 'help') {
    return { command, about: rest[0] === 'build' ? 'build' : 'driftline' };
  }
  const { values, targets } = split(rest, buildOptions);
  return values.has('help') ? { command: 'help', about: 'build' } : { command, options: readBuild(values, targets) };
}

/** Options by name with their values in the order of the line (a flag has none), and what is no option. */
interface Words {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly targets: readonly string[];
}

function split(words: readonly string[], rows: readonly OptionRow[]): Words {
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
      checkOption(token, row, rows);
      values.set(token.name, [...(values.get(token.name) ?? []), ...(token.value === undefined ? [] : [token.value])]);
    }
  }
  return { values, targets };
}

function checkOption(
  token: { readonly rawName: string; readonly value: string | undefined; readonly inlineValue: boolean | undefined },
  row: OptionRow | undefined,
  rows: readonly OptionRow[],
): asserts row is OptionRow {
  if (row === undefined) {
    const known = rows.map(({ name }) => `--${name}`);
    const nearest = nearestWord(token.rawName, known);
    throw new UsageError(`There is no option ${token.rawName}.`, [
      nearest === undefined ? 'See driftline build --help.' : `Did you mean ${nearest}?`,
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

function readBuild(values: Words['values'], targets: readonly string[]): BuildArguments {
  const [target, ...others] = targets;
  if (target === undefined || target === '') {
    throw new UsageError('Nothing was named to build.', ['Name a folder, a file, ks/NAME or hr/NAME.']);
  }
  if (others.length > 0) {
    throw new UsageError(`One thing is built at a time; "${others.join(' ')}" is too much.`);
  }
  const one = (name: string): string | undefined => single(values, name);
  const diff = one('diff');
  if (values.has('exit-code') && diff === undefined) {
    throw new UsageError('--exit-code says whether something differs, and goes with --diff REV.');
  }
  const aboutCluster = ['kube-version', 'api-versions'].filter((name) => values.has(name));
  if (values.has('context') && aboutCluster.length > 0) {
    throw new UsageError(
      `--${aboutCluster.join(' and --')}: for charts where no cluster is asked, and --context asks one.`,
      ['Leave out one or the other.'],
    );
  }
  return {
    target,
    namespace: one('namespace'),
    owner: readOwner(one('owner')),
    file: one('file'),
    diff,
    exitCode: values.has('exit-code'),
    output: readOutput(one('output')),
    pull: values.has('pull'),
    kubeVersion: readKubeVersion(one('kube-version')),
    apiVersions: (values.get('api-versions') ?? [])
      .flatMap((list) => list.split(',').map((each) => each.trim()))
      .filter(Boolean),
    cluster: readCluster(one('context'), one('kubeconfig')),
    repository: one('repository'),
    timeLimit: readTimeLimit(one('time-limit')),
  };
}

function single(values: Words['values'], name: string): string | undefined {
  const given = values.get(name) ?? [];
  if (given.length > 1) {
    throw new UsageError(`--${name} was given more than once: ${given.join(', ')}.`);
  }
  return given[0];
}

function readOwner(text: string | undefined): BuildArguments['owner'] {
  if (text === undefined) {
    return undefined;
  }
  const [namespace, name, ...rest] = text.split('/');
  if (namespace === undefined || namespace === '' || name === undefined || name === '' || rest.length > 0) {
    throw new UsageError(`--owner names a Kustomization as NAMESPACE/NAME, not "${text}".`);
  }
  return { namespace, name };
}

function readOutput(text = 'yaml'): 'yaml' | 'json' {
  if (text !== 'yaml' && text !== 'json') {
    throw new UsageError(`--output is yaml or json, not "${text}".`);
  }
  return text;
}

function readKubeVersion(text: string | undefined): string | undefined {
  if (text !== undefined && !/^v?\d+\.\d+(?:\.\d+)?(?:[-+][\w.+-]+)?$/.test(text)) {
    throw new UsageError(`--kube-version is a version such as v1.34.0, not "${text}".`);
  }
  return text;
}

function readCluster(context: string | undefined, kubeconfig: string | undefined): BuildArguments['cluster'] {
  if (context === undefined && kubeconfig !== undefined) {
    // Which context a kubeconfig calls current is decided by whoever used kubectl last.
    throw new UsageError('--kubeconfig goes with --context NAME: a cluster is only asked when it is named.');
  }
  return context === undefined ? undefined : { context, kubeconfig };
}

function readTimeLimit(text: string | undefined): number {
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
