/**
 * The messages between extension and language server beyond LSP itself, and what the server is started with.
 * Types and method names only: no library at run time, so both sides and the tests can load it.
 */
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
