/**
 * Stands in for everything by which an extension can interrupt a person: messages, questions, quick picks, input boxes.
 * Keeps what was shown and answers as a test says, for a window without a person refuses dialogs.
 */
import * as vscode from 'vscode';

export interface ShownMessage {
  readonly by: 'error' | 'warning' | 'information';
  readonly text: string;
  /** Below the text of a question, `''` for none. */
  readonly detail: string;
  readonly modal: boolean;
  readonly buttons: readonly string[];
}

export interface ShownPick {
  readonly title: string;
  readonly items: readonly vscode.QuickPickItem[];
}

export interface Dialogs {
  /** Of the test that runs, and of the library of the language client too: it speaks through the same object. */
  readonly messages: readonly ShownMessage[];
  readonly picks: readonly ShownPick[];
  readonly inputs: readonly vscode.InputBoxOptions[];
  /** The next message with buttons gets this one pressed. */
  press(button: string): void;
  /** The next quick pick ends with what this takes from its items; an empty list of a multiple choice is "none". */
  pick(choose: (items: readonly vscode.QuickPickItem[]) => unknown): void;
  /** The next input box gets this text, if the box accepts it; or what is done while it is open resolves to. */
  type(text: string | (() => Promise<string>)): void;
  /** Forgets what was shown and what was to be answered. */
  reset(): void;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

class ScriptedDialogs implements Dialogs {
  messages: ShownMessage[] = [];
  picks: ShownPick[] = [];
  inputs: vscode.InputBoxOptions[] = [];
  #buttons: string[] = [];
  #choices: ((items: readonly vscode.QuickPickItem[]) => unknown)[] = [];
  #texts: (string | (() => Promise<string>))[] = [];

  press(button: string): void {
    this.#buttons.push(button);
  }

  pick(choose: (items: readonly vscode.QuickPickItem[]) => unknown): void {
    this.#choices.push(choose);
  }

  type(text: string | (() => Promise<string>)): void {
    this.#texts.push(text);
  }

  reset(): void {
    this.messages = [];
    this.picks = [];
    this.inputs = [];
    this.#buttons = [];
    this.#choices = [];
    this.#texts = [];
  }

  install(): void {
    const window = vscode.window as unknown as Mutable<Record<string, unknown>>;
    window['showErrorMessage'] = this.#message('error');
    window['showWarningMessage'] = this.#message('warning');
    window['showInformationMessage'] = this.#message('information');
    window['showQuickPick'] = async (
      items: readonly vscode.QuickPickItem[] | PromiseLike<readonly vscode.QuickPickItem[]>,
      options?: vscode.QuickPickOptions,
    ) => {
      const shown = await items;
      this.picks.push({ title: options?.title ?? '', items: shown });
      return this.#choices.shift()?.(shown);
    };
    window['showInputBox'] = async (options: vscode.InputBoxOptions) => {
      this.inputs.push(options);
      const next = this.#texts.shift();
      const text = typeof next === 'function' ? await next() : next;
      const complaint = text === undefined ? undefined : await options.validateInput?.(text);
      return complaint === undefined || complaint === null || complaint === '' ? text : undefined;
    };
  }

  #message(by: ShownMessage['by']) {
    return (text: string, ...rest: readonly unknown[]): Promise<unknown> => {
      const isOptions = (value: unknown): value is vscode.MessageOptions =>
        typeof value === 'object' && value !== null && !('title' in value);
      const options = rest.find(isOptions);
      const items = rest.filter((item) => item !== undefined && !isOptions(item));
      const titleOf = (item: unknown): string => (typeof item === 'string' ? item : (item as vscode.MessageItem).title);
      const { modal = false, detail = '' } = options ?? {};
      this.messages.push({ by, text, detail, modal, buttons: items.map(titleOf) });
      const pressed = items.find((item) => titleOf(item) === this.#buttons[0]);
      if (pressed !== undefined) {
        this.#buttons.shift();
      }
      return Promise.resolve(pressed);
    };
  }
}

/** Takes the place of VS Code's own until the window closes. Call it before the extension is loaded. */
export function scriptDialogs(): Dialogs {
  const dialogs = new ScriptedDialogs();
  dialogs.install();
  return dialogs;
}
