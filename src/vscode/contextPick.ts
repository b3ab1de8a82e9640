/** The quick pick of kubeconfig contexts. Lists what the files hold and says what choosing one would run. */
import * as vscode from 'vscode';
import type { ContextChoices } from '../cluster/sessionManager.ts';

interface ContextItem extends vscode.QuickPickItem {
  /** `undefined` for lines that are no context. */
  readonly context: string | undefined;
}

/** Resolves to the chosen context, `undefined` when the user chose none. */
export async function pickContext(choices: Promise<ContextChoices>): Promise<string | undefined> {
  const picked = await vscode.window.showQuickPick<ContextItem>(choices.then(itemsOf), {
    title: 'Kubeconfig context of this workspace',
    placeHolder: 'Driftline remembers the choice and never changes the kubeconfig',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.context;
}

function itemsOf({ contexts, chosen, currentContext, files, errors }: ContextChoices): ContextItem[] {
  const items = contexts.map((context): ContextItem => {
    const marks = [
      ...(context.name === chosen ? ['in use'] : []),
      ...(context.name === currentContext ? ['current context of the kubeconfig'] : []),
    ];
    const plugin = context.execPlugin === undefined ? '' : ` · runs ${context.execPlugin}`;
    return {
      label: context.name,
      description: marks.join(', '),
      detail: `${context.server ?? 'no such cluster in the kubeconfig'} · user ${context.user}${plugin}`,
      iconPath: new vscode.ThemeIcon(context.name === chosen ? 'check' : 'server-environment'),
      context: context.name,
    };
  });
  const problems = errors.map(({ file, message }): ContextItem => ({
    label: `${file} ${message}`,
    iconPath: new vscode.ThemeIcon('warning'),
    context: undefined,
    alwaysShow: true,
  }));
  if (items.length === 0 && problems.length === 0) {
    problems.push({
      label: `No contexts in ${files.join(', ')}`,
      iconPath: new vscode.ThemeIcon('info'),
      context: undefined,
    });
  }
  return problems.length === 0
    ? items
    : [...items, { label: 'Not read', kind: vscode.QuickPickItemKind.Separator, context: undefined }, ...problems];
}
