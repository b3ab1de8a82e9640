/**
 * The options of `driftline diff` as one table, from which both the parser and the help are made, and what they mean once they
 * are read. Knows neither files nor clusters.
 */
import type { OptionRow } from './buildOptions.ts';

export const diffOptions: readonly OptionRow[] = [
  { name: 'namespace', short: 'n', value: 'NS', help: 'namespace of the object; without it the name is searched' },
  { name: 'changed', help: 'every Kustomization that uncommitted or unpushed changes touch' },
  { name: 'path', value: 'DIR', help: 'compare the files here, not what was applied last' },
  {
    name: 'against',
    value: 'cluster|applied|REV',
    help: 'the other side: what lives (default), or REV, a commit',
  },
  { name: 'owner', value: 'NS/NAME', help: 'the Kustomization that builds the object, where several do' },
  { name: 'context', value: 'NAME', help: 'the cluster; may be left out where the kubeconfig has one' },
  { name: 'kubeconfig', value: 'FILE', help: 'default: $KUBECONFIG, else ~/.kube/config' },
  { name: 'output', short: 'o', value: 'text|json', help: 'form of the output; default: text' },
  { name: 'allow-unknown', help: 'what could not be compared does not change the exit code' },
  { name: 'raw', help: 'compare the raw document of what cannot be rendered' },
  { name: 'pull', help: 'pull charts from their repositories; pulled ones are kept' },
  { name: 'time-limit', value: 'DURATION', help: 'longest time for one step of a render; default: 30s' },
  { name: 'help', short: 'h', help: 'show this help' },
];

/** The other side of a comparison. */
export type Against =
  | { readonly by: 'cluster' }
  | { readonly by: 'applied' }
  /** A revision in Git's words. */
  | { readonly by: 'commit'; readonly revision: string };

/** What is compared. */
export type DiffSubject =
  /** `KIND/NAME` as written. */
  | { readonly what: 'object'; readonly target: string }
  | { readonly what: 'changed' }
  /** All that the Flux Kustomizations of `path` lead to. */
  | { readonly what: 'folder' };

export interface DiffArguments {
  readonly subject: DiffSubject;
  readonly namespace: string | undefined;
  readonly owner: { readonly namespace: string; readonly name: string } | undefined;
  /** As written. */
  readonly path: string | undefined;
  /** `undefined`: not said. */
  readonly against: Against | undefined;
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly output: 'text' | 'json';
  readonly allowUnknown: boolean;
  /** Where the files cannot be rendered, the document that states the object is compared as it stands. */
  readonly raw: boolean;
  readonly pull: boolean;
  /** Milliseconds. */
  readonly timeLimit: number;
}
