/**
 * Which kubeconfig files count: the setting, else `KUBECONFIG`, else `~/.kube/config`.
 * Pure: environment and home are given, nothing is read from disk.
 */
import { isAbsolute, join, resolve } from 'node:path';

export interface KubeconfigFiles {
  /** Absolute, without repeats, in merge order. */
  readonly files: readonly string[];
  readonly from: 'setting' | 'environment' | 'default';
  /** Entries of the setting that cannot be resolved: they need a workspace folder and none is open. */
  readonly unresolved: readonly string[];
}

export interface KubeconfigFilesInput {
  /** `driftline.kubeconfig`. */
  readonly setting: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly workspaceFolder: string | undefined;
  /** Separator of paths in `KUBECONFIG`: `:` or, on Windows, `;`. */
  readonly delimiter: string;
}

/** The files to merge; whether they exist is found out when they are read. */
export function kubeconfigFiles(input: KubeconfigFilesInput): KubeconfigFiles {
  const wanted = input.setting.map((entry) => entry.trim()).filter((entry) => entry !== '');
  if (wanted.length > 0) {
    const resolved = wanted.map((entry) => ({ entry, file: expand(entry, input) }));
    return {
      files: unique(resolved.flatMap(({ file }) => (file === undefined ? [] : [file]))),
      from: 'setting',
      unresolved: resolved.filter(({ file }) => file === undefined).map(({ entry }) => entry),
    };
  }
  const listed = (input.env['KUBECONFIG'] ?? '').split(input.delimiter).filter((entry) => entry !== '');
  if (listed.length > 0) {
    // kubectl reads relative entries from its working directory. An editor's process has none that a person chose:
    // the folder that is open is what they mean.
    const files = listed.map((entry) => resolve(input.workspaceFolder ?? input.home, entry));
    return { files: unique(files), from: 'environment', unresolved: [] };
  }
  return { files: [join(input.home, '.kube', 'config')], from: 'default', unresolved: [] };
}

const folderVariable = '${workspaceFolder}';

function expand(entry: string, { home, workspaceFolder }: KubeconfigFilesInput): string | undefined {
  if (entry === '~' || entry.startsWith('~/') || entry.startsWith('~\\')) {
    return join(home, entry.slice(1));
  }
  if (entry.includes(folderVariable)) {
    return workspaceFolder === undefined ? undefined : resolve(entry.replaceAll(folderVariable, workspaceFolder));
  }
  if (isAbsolute(entry)) {
    return resolve(entry);
  }
  return workspaceFolder === undefined ? undefined : resolve(workspaceFolder, entry);
}

function unique(files: readonly string[]): readonly string[] {
  return [...new Set(files)];
}
