/** The YAML texts of the repositories that are open, as the user sees them: unsaved editors laid over the disk. Reads; keeps nothing. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { findRepositoryRoot } from '../git/findRepositoryRoot.ts';
import { readRemotes } from '../git/readRemotes.ts';
import type { Repository } from '../manifests/repository.ts';

export interface OpenRepository {
  /** Its top folder, or the workspace folder that is in none. */
  readonly root: string;
  /** Every URL of every remote. */
  readonly remotes: readonly string[];
  readonly texts: Repository;
}

/** Each once. */
export async function openRepositories(): Promise<readonly OpenRepository[]> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const roots = await Promise.all(folders.map(async ({ uri }) => (await findRepositoryRoot(uri.fsPath)) ?? uri.fsPath));
  return Promise.all([...new Set(roots)].map(openRepository));
}

/** `root` is the top folder. */
export async function openRepository(root: string): Promise<OpenRepository> {
  const { DiskRepository } = await import('../manifests/yamlBundle.ts');
  const disk = new DiskRepository(root);
  const unsaved = new Map(
    vscode.workspace.textDocuments
      .filter(({ uri, isDirty }) => uri.scheme === 'file' && isDirty)
      .map((document) => [document.uri.fsPath, document.getText()]),
  );
  const remotes = (await readRemotes(root)).flatMap(({ urls }) => urls);
  const read = (path: string): Promise<string | undefined> => {
    const text = unsaved.get(join(root, path));
    return text === undefined ? disk.read(path) : Promise.resolve(text);
  };
  return { root, remotes, texts: { list: (signal) => disk.list(signal), read } };
}
