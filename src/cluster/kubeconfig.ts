/**
 * Kubeconfig files as one value, merged as kubectl merges them: the first file that names an entry wins.
 * Works on parsed YAML; reading files is `kubernetes.ts`. Holds credentials, so they are private fields that neither
 * JSON nor a log can show; only the transport asks for them, for one context.
 */
import { createHash } from 'node:crypto';
import { dirname, isAbsolute, join } from 'node:path';
import { asRecord, fieldAt } from '../flux/untyped.ts';

type Raw = Readonly<Record<string, unknown>>;

/** What a person chooses from; no credentials. */
export interface KubeconfigContext {
  readonly name: string;
  readonly cluster: string;
  /** `undefined` when the cluster that is named does not exist in any file. */
  readonly server: string | undefined;
  readonly user: string;
  readonly namespace: string | undefined;
  /** The command of the credential plugin that connecting would run. */
  readonly execPlugin: string | undefined;
}

export interface KubeconfigError {
  readonly file: string;
  readonly message: string;
  /** The file does not exist; otherwise it is there and cannot be read, or only in part. */
  readonly missing?: true;
}

/** One file's content after YAML, or why there is none. */
export type KubeconfigSource =
  | { readonly file: string; readonly content: unknown }
  | { readonly file: string; readonly error: string; readonly missing?: true };

/** Cluster and user of one context as the files have them, paths made absolute. Contains credentials. */
export interface ContextEntry {
  readonly name: string;
  readonly clusterName: string;
  readonly userName: string;
  readonly namespace: string | undefined;
  readonly cluster: Raw;
  readonly user: Raw;
}

export class Kubeconfig {
  readonly #contexts: ReadonlyMap<string, Raw>;
  readonly #clusters: ReadonlyMap<string, Raw>;
  readonly #users: ReadonlyMap<string, Raw>;
  /** What could not be read, file by file; the rest is usable. */
  readonly errors: readonly KubeconfigError[];
  /** Files that were read, also those with errors in them. */
  readonly files: readonly string[];
  /** `current-context` of the first file that has one. Shown as a hint only: Driftline never follows it by itself. */
  readonly currentContext: string | undefined;

  constructor(sources: readonly KubeconfigSource[]) {
    const errors: KubeconfigError[] = [];
    const sections = {
      contexts: new Map<string, Raw>(),
      clusters: new Map<string, Raw>(),
      users: new Map<string, Raw>(),
    };
    let current: string | undefined;
    for (const source of sources) {
      if ('error' in source) {
        const { file, error, missing } = source;
        errors.push({ file, message: error, ...(missing ? { missing } : {}) });
        continue;
      }
      const content = asRecord(source.content ?? {}); // an empty file is a kubeconfig without entries
      if (!content) {
        errors.push({ file: source.file, message: 'is not a kubeconfig: a mapping is expected' });
        continue;
      }
      collect(content, source.file, sections, errors);
      current ??= textOf(content['current-context']);
    }
    this.#contexts = sections.contexts;
    this.#clusters = sections.clusters;
    this.#users = sections.users;
    this.errors = errors;
    this.files = sources.map(({ file }) => file);
    this.currentContext = current;
  }

  /** All contexts in the order of the files. */
  get contexts(): readonly KubeconfigContext[] {
    return [...this.#contexts].map(([name, context]) => {
      const cluster = textOf(context['cluster']) ?? '';
      const user = textOf(context['user']) ?? '';
      return {
        name,
        cluster,
        server: textOf(this.#clusters.get(cluster)?.['server']),
        user,
        namespace: textOf(context['namespace']),
        execPlugin: textOf(fieldAt(this.#users.get(user), 'exec', 'command')),
      };
    });
  }

  /** What is needed to connect. Throws an Error that says what is missing; a context may go without a user. */
  entry(name: string): ContextEntry {
    const context = this.#contexts.get(name);
    if (!context) {
      throw new Error(`the kubeconfig has no context "${name}"`);
    }
    const clusterName = textOf(context['cluster']) ?? '';
    const userName = textOf(context['user']) ?? '';
    const cluster = this.#clusters.get(clusterName);
    if (!cluster) {
      throw new Error(`context "${name}" names the cluster "${clusterName}", which the kubeconfig does not have`);
    }
    if (userName !== '' && !this.#users.has(userName)) {
      throw new Error(`context "${name}" names the user "${userName}", which the kubeconfig does not have`);
    }
    const user = this.#users.get(userName) ?? {};
    return { name, clusterName, userName, namespace: textOf(context['namespace']), cluster, user };
  }

  /**
   * Changes when, and only when, connecting to this context would differ: a `kubectl config use-context` elsewhere must
   * not drop a live session. `undefined` when the context cannot be used.
   */
  fingerprint(name: string): string | undefined {
    try {
      return createHash('sha256')
        .update(JSON.stringify(this.entry(name)))
        .digest('hex');
    } catch {
      return undefined;
    }
  }
}

type Section = 'contexts' | 'clusters' | 'users';

const sectionsOf: Readonly<Record<Section, { readonly field: string; readonly paths: readonly string[] }>> = {
  contexts: { field: 'context', paths: [] },
  clusters: { field: 'cluster', paths: ['certificate-authority'] },
  // client-go writes `tokenFile` (clientcmd/api/v1/types.go); some tools write `token-file`.
  users: { field: 'user', paths: ['client-certificate', 'client-key', 'tokenFile', 'token-file'] },
};

function collect(
  content: Raw,
  file: string,
  into: Readonly<Record<Section, Map<string, Raw>>>,
  errors: KubeconfigError[],
): void {
  for (const section of ['contexts', 'clusters', 'users'] as const) {
    const list = content[section] ?? [];
    const { field, paths } = sectionsOf[section];
    if (!Array.isArray(list)) {
      errors.push({ file, message: `${section} is not a list` });
      continue;
    }
    list.forEach((entry: unknown, at) => {
      const name = textOf(fieldAt(entry, 'name'));
      const value = asRecord(fieldAt(entry, field) ?? {});
      if (name === undefined || !value) {
        errors.push({ file, message: `${section}[${at}] has no ${name === undefined ? 'name' : field}` });
      } else if (!into[section].has(name)) {
        into[section].set(name, absolutePaths(value, paths, dirname(file)));
      }
    });
  }
}

/** Paths in a kubeconfig are relative to its own folder, the exec command too when it has a separator (client-go). */
function absolutePaths(value: Raw, fields: readonly string[], folder: string): Raw {
  const result: Record<string, unknown> = { ...value };
  for (const field of fields) {
    const path = textOf(value[field]);
    if (path !== undefined) {
      result[field] = absolute(path, folder);
    }
  }
  const command = textOf(fieldAt(value, 'exec', 'command'));
  if (command !== undefined && /[/\\]/.test(command)) {
    result['exec'] = { ...asRecord(value['exec']), command: absolute(command, folder) };
  }
  return result;
}

function absolute(path: string, folder: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

/** A non-empty string; names that YAML reads as numbers count as their text. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') {
    return String(value);
  }
  return typeof value === 'string' && value !== '' ? value : undefined;
}
