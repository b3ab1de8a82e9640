/**
 * The messages between extension and language server beyond LSP itself, and what the server is started with.
 * Types and method names only: no library at run time, so both sides and the tests can load it.
 */
import type { RunningSubject, RunningVersions } from './flux/runningVersions.ts';
import type { Severity } from './settings.ts';

/** `initializationOptions`, and the params of `driftline/didChangeSettings`. */
export interface ServerSettings {
  readonly diagnosticsEnabled: boolean;
  readonly ruleSeverity: Readonly<Record<string, Severity>>;
  readonly diagnosticsIgnore: readonly string[];
}

/** Client to server, notification with ServerSettings. */
export const didChangeSettings = 'driftline/didChangeSettings';

/** Client to server, request without params, answered with WorkspaceChecked once nothing is left to be checked. */
export const checkWorkspace = 'driftline/checkWorkspace';

export interface WorkspaceChecked {
  /** YAML files that are known. */
  readonly files: number;
  readonly diagnostics: number;
}

/**
 * Server to client, request with RunningQuestion, answered with RunningVersions, or `null` where nothing is certain: no cluster is
 * connected, the document stands for no object of it, or for more than one. The server itself talks to no cluster.
 */
export const runningVersions = 'driftline/runningVersions';

export interface RunningQuestion extends RunningSubject {
  /** Address of the file that states the object. */
  readonly uri: string;
}

/** Where pods were asked for and nothing can be told of them, `unknown` says why, in words that end a sentence. */
export type RunningAnswer = (RunningVersions & { readonly unknown?: string }) | null;

/** Commands that code actions name; the client registers them. */
export const chooseSeverityCommand = 'driftline.fix.chooseSeverity';

/** The argument of `chooseSeverityCommand`. */
export interface SeverityChoice {
  readonly rule: string;
  /** Address of the repository's own configuration, which wins over settings; `undefined` without one. */
  readonly config: string | undefined;
}
