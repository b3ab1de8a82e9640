/**
 * The options of `driftline build` as one table, from which both the parser and the help are made, and what they mean once
 * they are read. Knows neither files nor clusters.
 */

export interface OptionRow {
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in the help; an option without one is a flag. */
  readonly value?: string;
  readonly multiple?: true;
  readonly help: string;
}

export const buildOptions: readonly OptionRow[] = [
  {
    name: 'namespace',
    short: 'n',
    value: 'NS',
    help: 'namespace of the object; without it the name is searched',
  },
  { name: 'owner', value: 'NS/NAME', help: 'the Kustomization that builds the object, where several do' },
  { name: 'file', value: 'FILE', help: 'a file that states the object, or a Kustomization that builds it' },
  { name: 'diff', value: 'REV', help: 'show what the working tree changes against a commit' },
  { name: 'exit-code', help: 'with --diff: exit with 1 when something differs' },
  {
    name: 'output',
    short: 'o',
    value: 'yaml|json',
    help: 'form of the output; yaml with --diff is a unified diff',
  },
  { name: 'values', help: "print a HelmRelease's values and where each comes from" },
  { name: 'variables', help: "print a Kustomization's variables and where each comes from" },
  { name: 'pull', help: 'pull charts from their repositories; pulled ones are kept' },
  { name: 'kube-version', value: 'VERSION', help: 'Kubernetes version that charts see, without --context' },
  {
    name: 'api-versions',
    value: 'LIST',
    multiple: true,
    help: 'API versions that charts see, without --context; comma-separated',
  },
  { name: 'context', value: 'NAME', help: 'ask this cluster for variables, charts and API versions' },
  { name: 'kubeconfig', value: 'FILE', help: 'default: $KUBECONFIG, else ~/.kube/config' },
  {
    name: 'repository',
    value: 'DIR',
    help: 'top of the repository; default: that of the Git work tree',
  },
  { name: 'time-limit', value: 'DURATION', help: 'longest time for one step of a render; default: 30s' },
  { name: 'help', short: 'h', help: 'show this help' },
];

/** What of a render is printed: its objects, or what it was made with. */
export type BuildAspect = 'objects' | 'values' | 'variables';

export interface BuildArguments {
  /** As written: a path, or `KIND/NAME`. */
  readonly target: string;
  readonly namespace: string | undefined;
  readonly owner: { readonly namespace: string; readonly name: string } | undefined;
  /** A path as written: tells objects of the same name apart, such as those of two clusters. */
  readonly file: string | undefined;
  /** A revision in Git's words. */
  readonly diff: string | undefined;
  readonly exitCode: boolean;
  readonly aspect: BuildAspect;
  readonly output: 'yaml' | 'json';
  readonly pull: boolean;
  readonly kubeVersion: string | undefined;
  /** Empty: not given. */
  readonly apiVersions: readonly string[];
  /** `undefined`: no cluster is asked for anything. */
  readonly cluster: { readonly context: string; readonly kubeconfig: string | undefined } | undefined;
  readonly repository: string | undefined;
  /** Milliseconds. */
  readonly timeLimit: number;
}

/** Milliseconds; what the extension's setting has too. */
export const defaultTimeLimit = 30_000;
