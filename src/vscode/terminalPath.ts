/** Puts the program `driftline` on the PATH of VS Code's terminals. Knows nothing of what the program does. */
import { delimiter } from 'node:path';
import * as vscode from 'vscode';

type Collection = Pick<vscode.EnvironmentVariableCollection, 'append' | 'replace' | 'description'>;

/**
 * VS Code keeps the collection for terminals that open before Driftline is active, and drops it with the extension. At the
 * end of PATH, so that a `driftline` that the user has installed comes first; by the Node of this very process, for there
 * may be no other that is new enough.
 */
export function putOnTerminalPath(collection: Collection, extension: vscode.Uri): void {
  collection.description = 'The command line program `driftline`';
  collection.append('PATH', `${delimiter}${vscode.Uri.joinPath(extension, 'bin').fsPath}`);
  collection.replace('DRIFTLINE_NODE', process.execPath);
}
