/** A sentence as entries of a quick pick, whole however long it is. */
import * as vscode from 'vscode';
import { listLines } from '../view/listLines.ts';

/** What an entry gives that only says something. */
export interface SaidText {
  readonly pick: 'nothing';
  readonly text: string;
}

/** Whichever of its lines is picked, all of it is said. The icon marks where it begins; `color`: of the theme. */
export function textItems(
  text: string,
  icon: string,
  color?: string,
): (vscode.QuickPickItem & { readonly picked?: never; readonly takes: SaidText })[] {
  const themeColor = color === undefined ? undefined : new vscode.ThemeColor(color);
  return listLines(text).map((lines, at) => ({
    ...lines,
    iconPath: new vscode.ThemeIcon(at === 0 ? icon : 'blank', themeColor),
    takes: { pick: 'nothing', text },
  }));
}
