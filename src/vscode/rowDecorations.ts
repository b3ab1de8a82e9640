/**
 * Badges of rows: VS Code draws a badge only through a file decoration, so a row with one gets an address that says what
 * the badge is. The address holds the whole decoration; no look-up, so no stale badge.
 */
import * as vscode from 'vscode';
import type { Row } from '../view/row.ts';

const scheme = 'driftline-row';

/** The address of a row with a badge. A change of the badge is a change of the address. */
export function rowUri(row: Row): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${encodeURIComponent(row.id)}`, query: JSON.stringify(row.badge) });
}

/** Gives VS Code the badges of the rows. The caller disposes it. */
export function provideRowDecorations(): vscode.Disposable {
  return vscode.window.registerFileDecorationProvider({
    provideFileDecoration(uri) {
      if (uri.scheme !== scheme) {
        return undefined;
      }
      const badge = JSON.parse(uri.query) as NonNullable<Row['badge']>;
      return new vscode.FileDecoration(
        badge.text,
        badge.tooltip,
        badge.color === undefined ? undefined : new vscode.ThemeColor(badge.color),
      );
    },
  });
}
