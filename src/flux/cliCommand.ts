/**
 * The flux CLI's command line for what Driftline does or shows, to be copied into a terminal. Text only: nothing here is
 * ever run, and every part that comes from a cluster or a kubeconfig is quoted.
 */
import { findFluxKind } from './kinds.ts';
import type { ObjectId } from './objectKey.ts';

export type CliVerb = 'get' | 'reconcile' | 'suspend' | 'resume';

export type Shell = 'posix' | 'powershell';

export interface CliOptions {
  readonly context: string;
  readonly withSource?: boolean;
  /** HelmRelease only, as is `reset`. */
  readonly force?: boolean;
  readonly reset?: boolean;
  /** `posix` unless given. */
  readonly shell?: Shell;
}

/** `undefined` when the CLI has no such command: it only shows ExternalArtifacts, and does not know other kinds' objects. */
export function cliCommand(verb: CliVerb, id: ObjectId, options: CliOptions): string | undefined {
  const kind = findFluxKind(id.group, id.kind);
  if (kind === undefined || (verb !== 'get' && kind.kind === 'ExternalArtifact')) {
    return undefined;
  }
  const quote = (text: string): string => shellQuote(text, options.shell ?? 'posix');
  const isRelease = kind.kind === 'HelmRelease';
  const canTakeSource = isRelease || kind.kind === 'Kustomization' || kind.kind === 'HelmChart';
  return [
    'flux',
    verb,
    kind.cli,
    quote(id.name),
    '-n',
    quote(id.namespace),
    // A context may be called anything; joined to its flag it cannot be read as another one.
    options.context.startsWith('-') ? quote(`--context=${options.context}`) : `--context ${quote(options.context)}`,
    ...(verb === 'reconcile' && options.withSource === true && canTakeSource ? ['--with-source'] : []),
    ...(verb === 'reconcile' && options.force === true && isRelease ? ['--force'] : []),
    ...(verb === 'reconcile' && options.reset === true && isRelease ? ['--reset'] : []),
  ].join(' ');
}

/** One argument for a shell, bare where nothing in it could mean anything else. */
export function shellQuote(text: string, shell: Shell): string {
  if (/^[A-Za-z0-9_./:=][A-Za-z0-9_./:=-]*$/.test(text)) {
    return text;
  }
  if (shell === 'powershell') {
    // PowerShell also ends a string at typographic quotes; each is doubled to stand for itself.
    return `'${text.replace(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`;
  }
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
