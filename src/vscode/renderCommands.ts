/**
 * The commands that show what was rendered: find the object, render it where the user can see and end it, ask where several
 * are meant, show the document, and say an error once with what may be done about it.
 */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { Failure, isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { asRecord, asText } from '../flux/untyped.ts';
import type { Ambiguous } from '../render/renderer.ts';
import { ownerText } from '../view/renderedHead.ts';
import { fluxNameText, type RenderedAspect } from '../view/renderedSubject.ts';
import { type ErrorPlace, type ProblemOffer, problemText, type RenderProblem } from '../view/renderProblem.ts';
import { signalOf } from './cancellation.ts';
import { commandIds, type RenderCommand } from './commandIds.ts';
import { type RenderedDocuments, type RenderOutcome, subjectOf } from './renderedDocuments.ts';
import { renderTarget, type RenderTarget, type RenderTargetParts } from './renderTarget.ts';

export interface RenderCommandsParts extends RenderTargetParts {
  readonly documents: RenderedDocuments;
  readonly clock: Clock;
  readonly log: Log;
}

/** A render that is over sooner needs no notification. */
const progressAfterMs = 500;

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
  const answer = await settle(target, wish, parts);
  if (answer === undefined) {
    return;
  }
  const { object, outcome } = answer;
  await documents.show({ ...object, aspect: wish.aspect }, outcome);
  if ('error' in outcome) {
    const problem = await documents.problemOf(object, outcome.error);
    // A message may stand for hours before somebody answers it.
    tell(object, wish, problem).catch((error: unknown) =>
      parts.log.warn(`A button of a message failed: ${error instanceof Error ? error.message : ''}`),
    );
  }
}

interface Settled {
  readonly object: RenderTarget;
  readonly outcome: RenderOutcome;
}

/** Renders until it is certain which object is meant; `undefined` when the user gave up. */
async function settle(target: RenderTarget, wish: Wish, parts: RenderCommandsParts): Promise<Settled | undefined> {
  let object: RenderTarget = { name: target.name, root: target.root, path: target.path, choice: target.choice };
  // A choice leaves one, so a second question can only come of files that change meanwhile.
  for (let questions = 0; questions < 3; questions += 1) {
    const { edits } = parts.workspace;
    try {
      const asked = object;
      const answer = await withProgress(`Rendering ${fluxNameText(asked.name)}`, parts.clock, (signal) =>
        parts.documents.render(asked, signal, wish.pull),
      );
      if (answer.kind !== 'ambiguous') {
        return { object: { ...object, name: answer.name }, outcome: { rendered: answer, edits } };
      }
      const choice = await choose(answer);
      if (!choice) {
        return undefined;
      }
      object = { ...object, name: choice.name, choice: { owner: choice.owner, path: choice.path } };
    } catch (error) {
      return isFailure(error, 'cancelled') ? undefined : { object, outcome: { error, edits } };
    }
  }
  throw new Failure('conflict', 'the files change too often to say which object is meant');
}

async function choose({ message, choices }: Ambiguous) {
  const items = choices.map((choice) => ({
    label: fluxNameText(choice.name),
    description: ownerText(choice.owner),
    detail: choice.path,
    choice,
  }));
  const options = { title: message, matchOnDescription: true, matchOnDetail: true };
  return (await vscode.window.showQuickPick(items, options))?.choice;
}

/** What went wrong, with what may be done about it. */
async function tell(target: RenderTarget, wish: Wish, problem: RenderProblem): Promise<void> {
  const titles = problem.offers.map((offer) => offerTitle(offer, problem.place));
  const pressed = await vscode.window.showErrorMessage(problemText(target.name, problem), ...titles);
  const offer = problem.offers[titles.indexOf(pressed ?? '')];
  if (offer === 'pullChart') {
    await vscode.commands.executeCommand(commandIds.pullChart, { ...target, aspect: wish.aspect });
  } else if (offer !== undefined) {
    await follow(offer, target.root, problem.place);
  }
}

function offerTitle(offer: ProblemOffer, place: ErrorPlace | undefined): string {
  switch (offer) {
    case 'openPlace':
      return place === undefined ? 'Open file' : `Open ${place.path.split('/').at(-1) ?? place.path}:${place.line}`;
    case 'pullChart':
      return 'Pull chart';
    case 'connect':
      return 'Connect';
    case 'changeLimit':
      return 'Change limit';
    case 'openLog':
      return 'Open log';
  }
}

async function follow(offer: Exclude<ProblemOffer, 'pullChart'>, root: string, place: ErrorPlace | undefined) {
  switch (offer) {
    case 'openPlace':
      if (place) {
        const document = await vscode.workspace.openTextDocument(vscode.Uri.file(join(root, place.path)));
        const line = Math.min(place.line, document.lineCount) - 1;
        const selection = new vscode.Range(line, 0, line, 0);
        await vscode.window.showTextDocument(document, { selection, viewColumn: vscode.ViewColumn.One });
      }
      return;
    case 'connect':
      return vscode.commands.executeCommand(commandIds.chooseContext);
    case 'changeLimit':
      return vscode.commands.executeCommand('workbench.action.openSettings', 'driftline.render.timeLimit');
    case 'openLog':
      return vscode.commands.executeCommand(commandIds.showLog);
  }
}

/** A notification with a way out when it takes longer than a person waits without a word. */
async function withProgress<T>(title: string, clock: Clock, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const result = work(controller.signal);
  const ended = result.then(
    () => undefined,
    () => undefined,
  );
  const timer = clock.after(progressAfterMs, () => {
    const location = vscode.ProgressLocation.Notification;
    void vscode.window.withProgress({ location, title, cancellable: true }, async (_progress, token) => {
      const link = signalOf(token);
      link.signal.addEventListener('abort', () => controller.abort());
      await ended;
      link.dispose();
    });
  });
  try {
    return await result;
  } finally {
    timer.dispose();
  }
}
