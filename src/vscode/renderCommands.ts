/**
 * The commands that show what was rendered: find the object, render it where the user can see and end it, ask where several
 * are meant, show the document, and say an error once with what may be done about it.
 */
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { asRecord, asText } from '../flux/untyped.ts';
import type { RenderedAspect } from '../view/renderedSubject.ts';
import { askedRender, tellProblem } from './askedRender.ts';
import { commandIds, type RenderCommand } from './commandIds.ts';
import { type RenderedDocuments, subjectOf } from './renderedDocuments.ts';
import { renderTarget, type RenderTarget, type RenderTargetParts } from './renderTarget.ts';

export interface RenderCommandsParts extends RenderTargetParts {
  readonly documents: RenderedDocuments;
  readonly clock: Clock;
  readonly log: Log;
}

const aspects = { showApplied: 'applied', showEffectiveValues: 'values', showVariables: 'variables' } as const;

/** Resolves when the document is shown, or the user picked nothing. Throws a Failure where there is nothing to show. */
export async function renderCommand(
  command: RenderCommand,
  argument: unknown,
  parts: RenderCommandsParts,
): Promise<void> {
  const pull = command === 'pullChart';
  const target = await renderTarget(argument, pull ? 'values' : aspects[command], parts);
  if (target) {
    await showTarget(target, { aspect: pull ? aspectOf(argument) : aspects[command], pull }, parts);
  }
}

/** The chart is pulled for a document: the one whose message offered it, or the one in front. */
function aspectOf(argument: unknown): RenderedAspect {
  const named = asText(asRecord(argument)?.['aspect']);
  const { activeTextEditor } = vscode.window;
  const shown = activeTextEditor && subjectOf(activeTextEditor.document.uri)?.aspect;
  return (named ?? shown) === 'values' ? 'values' : 'applied';
}

interface Wish {
  readonly aspect: RenderedAspect;
  readonly pull: boolean;
}

/** Resolves when the document is shown; its error, if it has one, has then been said. */
async function showTarget(target: RenderTarget, wish: Wish, parts: RenderCommandsParts): Promise<void> {
  const { documents } = parts;
  const answer = await askedRender(target, { pull: wish.pull }, parts);
  if (answer === undefined) {
    return;
  }
  const { object, outcome } = answer;
  await documents.show({ ...object, aspect: wish.aspect }, outcome);
  if ('error' in outcome) {
    const problem = await documents.problemOf(object, outcome.error);
    // A message may stand for hours before somebody answers it.
    const pull = () => vscode.commands.executeCommand(commandIds.pullChart, { ...object, aspect: wish.aspect });
    tellProblem(object, problem, pull).catch((error: unknown) =>
      parts.log.warn(`A button of a message failed: ${error instanceof Error ? error.message : ''}`),
    );
  }
}
