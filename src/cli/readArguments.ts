/**
 * The command line as a command with its arguments. Looks at words alone: whether a file, an object or a context exists is
 * found out later.
 */
import { readAspect } from './buildAspect.ts';
import { type BuildArguments, type OptionRow, buildOptions } from './buildOptions.ts';
import { type CheckArguments, checkOptions, readCheck } from './checkOptions.ts';
import { type DiffArguments, diffOptions } from './diffOptions.ts';
import { nearestWord } from './nearestWord.ts';
import { type Words, readOwner, readTimeLimit, single, split } from './optionWords.ts';
import { readDiff } from './readDiff.ts';
import { UsageError } from './usageError.ts';

export type Command =
  | { readonly command: 'help'; readonly about: 'driftline' | 'build' | 'check' | 'diff' }
  | { readonly command: 'version' }
  | { readonly command: 'build'; readonly options: BuildArguments }
  | { readonly command: 'check'; readonly options: CheckArguments }
  | { readonly command: 'diff'; readonly options: DiffArguments };

const commands = ['build', 'check', 'diff', 'help', 'version'] as const;
const topics = ['build', 'check', 'diff'] as const;
const optionsOf = { build: buildOptions, check: checkOptions, diff: diffOptions } as const;
const commonOptions: readonly OptionRow[] = [
  { name: 'help', short: 'h', help: '' },
  { name: 'version', help: '' },
];

/** `words` are the arguments behind the program's name. Throws `UsageError`. */
export function readArguments(words: readonly string[]): Command {
  const [first, ...rest] = words;
  if (first === undefined) {
    throw new UsageError('No command was given.', [
      'Try: driftline check DIR, driftline build PATH, or driftline diff ks/NAME',
    ]);
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
    return { command, about: topics.find((topic) => topic === rest[0]) ?? 'driftline' };
  }
  const { values, targets } = split(rest, optionsOf[command], `driftline ${command} --help`);
  if (values.has('help')) {
    return { command: 'help', about: command };
  }
  switch (command) {
    case 'build':
      return { command, options: readBuild(values, targets) };
    case 'check':
      return { command, options: readCheck(values, targets) };
    case 'diff':
      return { command, options: readDiff(values, targets) };
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
    aspect: readAspect(values),
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
