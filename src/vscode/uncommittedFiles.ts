/**
 * What of a repository is not pushed yet, as VS Code's own Git extension knows it: it watches the repository anyway. Runs nothing
 * itself, and knows nothing where that extension is off.
 */
import { relative } from 'node:path';
import * as vscode from 'vscode';
import type { Unpushed } from '../view/commitAdvice.ts';

/** The part of the Git extension's API (version 1) that is used here. */
interface GitApi {
  getRepository(uri: vscode.Uri): GitRepository | null;
}

interface GitRepository {
  readonly state: {
    /** `ahead` is not there where the branch has no upstream, or no branch is checked out. */
    readonly HEAD?: { readonly ahead?: number };
    readonly workingTreeChanges: readonly GitChange[];
    readonly indexChanges: readonly GitChange[];
    readonly untrackedChanges?: readonly GitChange[];
    readonly mergeChanges: readonly GitChange[];
  };
}

interface GitChange {
  readonly uri: vscode.Uri;
}

/** `root`: top folder of the repository. `undefined` where nobody knows. */
export async function unpushedOf(root: string): Promise<Unpushed | undefined> {
  const extension = vscode.extensions.getExtension<{ getAPI(version: 1): GitApi }>('vscode.git');
  if (!extension) {
    return undefined;
  }
  try {
    const api = (await extension.activate()).getAPI(1);
    const state = api.getRepository(vscode.Uri.file(root))?.state;
    if (!state) {
      return undefined;
    }
    const changes = [
      ...state.mergeChanges,
      ...state.indexChanges,
      ...state.workingTreeChanges,
      ...(state.untrackedChanges ?? []),
    ];
    const paths = changes.map(({ uri }) => relative(root, uri.fsPath).replaceAll('\\', '/'));
    return { paths: [...new Set(paths)].sort(), ahead: state.HEAD?.ahead };
  } catch {
    return undefined; // switched off in the settings, which its API throws for
  }
}
