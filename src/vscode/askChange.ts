/**
 * Asks what is to be asked before a change to one object, and shows the other ways than yes. What is asked is decided in
 * `view/changeQuestion.ts`. Changes nothing.
 */
import * as vscode from 'vscode';
import { type ChangeQuestion, type Way, wayTitles } from '../view/changeQuestion.ts';
import type { SecondQuestion } from '../view/actionMessages.ts';
import { plainText } from '../view/markdown.ts';

export interface Answer {
  /** Of a suspension; `''` for none. */
  readonly reason: string;
}

/** `undefined` where the user does not want it, or goes another way, which `go` then begins. */
export async function askChange(
  { ask, typeName, reason }: ChangeQuestion,
  context: string,
  go: (way: Way) => Promise<void>,
): Promise<Answer | undefined> {
  if (ask) {
    const { question, detail, button, ways } = ask;
    const titles = ways.map((way) => wayTitles[way]);
    const pressed = await vscode.window.showWarningMessage(question, { modal: true, detail }, button, ...titles);
    const way = ways.find((one) => wayTitles[one] === pressed);
    if (way) {
      await go(way);
    }
    if (pressed !== button) {
      return undefined;
    }
  }
  if (typeName && !(await typedOne([typeName.expected], typeName.prompt, context))) {
    return undefined;
  }
  const said = reason ? await askReason(reason) : '';
  return said === undefined ? undefined : { reason: said };
}

/** Of what does more than the user may expect: whether it is wanted all the same. */
export async function askAgain({ question, detail, button }: SecondQuestion): Promise<boolean> {
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, button)) === button;
}

/** Whether exactly one of those texts was typed; the last is the one that is proposed. */
export async function typedOne(expected: readonly string[], prompt: string, context: string): Promise<boolean> {
  const [proposed = ''] = expected.slice(-1);
  const begins = (value: string): boolean => expected.some((one) => one.startsWith(value));
  const text = await vscode.window.showInputBox({
    title: `${plainText(context)} is a production context`,
    prompt,
    placeHolder: proposed,
    ignoreFocusOut: true,
    validateInput: (value) => (begins(value) ? undefined : `The name is ${proposed}.`),
  });
  return text !== undefined && expected.includes(text);
}

/** `undefined` for Escape: then nothing is suspended. */
export async function askReason({
  title,
  prompt,
  longest,
}: NonNullable<ChangeQuestion['reason']>): Promise<string | undefined> {
  return vscode.window.showInputBox({
    title,
    prompt,
    placeHolder: 'Why? (optional)',
    ignoreFocusOut: true,
    validateInput: (value) => (value.length > longest ? `No more than ${longest} characters are kept.` : undefined),
  });
}
