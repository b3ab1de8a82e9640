/**
 * Which repository or folder a command about a whole change is meant for: what was clicked, what is in front, or what the user picks;
 * with a word and a way on where there is none. Compares nothing.
 */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { findRepositoryRoot } from '../git/findRepositoryRoot.ts';
import { folderOf } from '../manifests/repositoryPath.ts';
import type { Renderer } from '../render/renderer.ts';
import { commandIds } from './commandIds.ts';
import { offerWays } from './offeredWays.ts';
import type { WorkspaceState } from './workspaceState.ts';

/** A folder of a repository, or of a folder that is none. */
export interface ComparedFolder {
  /** Absolute. */
  readonly root: string;
  /** Path below it, `''` for itself. */
  readonly folder: string;
}

/**
 * Top folder of the clone: of what the source control view or the explorer hands over, else of the file in front, else of what is
 * open. Resolves to `undefined` when the user picks none, or has been told why there is none.
 */
export async function changedRepository(argument: unknown, workspace: WorkspaceState): Promise<string | undefined> {
  const uri = uriOf(argument) ?? (await frontUri(workspace));
  const root = uri ? ((await findRepositoryRoot(uri.fsPath)) ?? uri.fsPath) : await openRoot(workspace);
  if (root === undefined || (await findRepositoryRoot(root)) !== undefined) {
    return root;
  }
  const text = `${basename(root)} is no Git repository, so there is no commit to tell a change from.`;
  return offerWays('warning', text, [
    {
      title: 'Compare the folder',
      run: () => vscode.commands.executeCommand(commandIds.compareFolder, vscode.Uri.file(root)),
    },
    { title: 'Initialize repository', run: () => vscode.commands.executeCommand('git.init') },
  ]);
}

/** The folder that was clicked, else the one that the user picks of those that state Kustomizations. */
export async function comparedFolder(
  argument: unknown,
  { workspace, renderer }: { readonly workspace: WorkspaceState; readonly renderer: Renderer },
): Promise<ComparedFolder | undefined> {
  const uri = uriOf(argument);
  if (uri) {
    const root = await workspace.rootOf(vscode.Uri.joinPath(uri, 'any')); // of a folder the one that a file in it would have
    return root === undefined ? undefined : { root, folder: workspace.pathIn(root, uri) ?? '' };
  }
  const root = await openRoot(workspace);
  if (root === undefined) {
    return undefined;
  }
  const stated = await renderer.stated(await workspace.stateOf(root), new AbortController().signal);
  const paths = stated.filter(({ name }) => name.kind === 'Kustomization').map(({ path }) => folderOf(path));
  const folders = [...new Set(paths)].sort();
  if (folders.length === 0) {
    return offerWays(
      'information',
      `${basename(root)} holds no Flux Kustomization, so there is nothing to compare.`,
      [],
    );
  }
  const items = folders.map((folder) => ({ label: folder === '' ? basename(root) : folder, folder }));
  const title = 'Compare which folder with the cluster?';
  const picked = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title });
  return picked && { root, folder: picked.folder };
}

/** Of a menu: the explorer hands over an address, source control what stands for a repository. */
function uriOf(argument: unknown): vscode.Uri | undefined {
  const uri = typeof argument === 'object' && argument !== null && 'rootUri' in argument ? argument.rootUri : argument;
  return uri instanceof vscode.Uri && uri.scheme === 'file' ? uri : undefined;
}

/** What is in front, where it is of a folder that is open. */
async function frontUri(workspace: WorkspaceState): Promise<vscode.Uri | undefined> {
  const uri = vscode.window.activeTextEditor?.document.uri;
  const root = uri && (await workspace.rootOf(uri));
  return root !== undefined && (await workspace.roots()).includes(root) ? uri : undefined;
}

async function openRoot(workspace: WorkspaceState): Promise<string | undefined> {
  const roots = await workspace.roots();
  if (roots.length === 0) {
    return offerWays('information', 'No folder is open, so there are no files to compare.', [
      { title: 'Open folder', run: () => vscode.commands.executeCommand('vscode.openFolder') },
    ]);
  }
  const items = roots.map((root) => ({ label: basename(root), description: root, root }));
  const picked =
    items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title: 'Which repository?' });
  return picked?.root;
}
