/**
 * A render that a user asked for: shown while it lasts, asked where several objects are meant, and its error said once with what
 * may be done about it. Shows no document.
 */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { Failure, isFailure } from '../base/failure.ts';
import type { Ambiguous } from '../render/renderer.ts';
import { plainText } from '../view/markdown.ts';
import { ownerText } from '../view/renderedHead.ts';
import { fluxNameText } from '../view/renderedSubject.ts';
import { type ErrorPlace, type ProblemOffer, problemText, type RenderProblem } from '../view/renderProblem.ts';
import { commandIds } from './commandIds.ts';
import { withPatience } from './patientProgress.ts';
import type { RenderedDocuments, RenderOutcome, RenderWish } from './renderedDocuments.ts';
import type { RenderTarget } from './renderTarget.ts';
import type { WorkspaceState } from './workspaceState.ts';

export interface AskedRenderParts {
  readonly documents: RenderedDocuments;
  readonly workspace: WorkspaceState;
  readonly clock: Clock;
}

export interface AskedRender {
  /** As certain as the answers of the user and the render have made it. */
  readonly object: RenderTarget;
  readonly outcome: RenderOutcome;
}

/** Renders until it is certain which object is meant; `undefined` when the user gave up. */
export async function askedRender(
  target: RenderTarget,
  wish: RenderWish,
  parts: AskedRenderParts,
): Promise<AskedRender | undefined> {
  let object: RenderTarget = { name: target.name, root: target.root, path: target.path, choice: target.choice };
  // A choice leaves one, so a second question can only come of files that change meanwhile.
  for (let questions = 0; questions < 3; questions += 1) {
    const { edits } = parts.workspace;
    try {
      const asked = object;
      const answer = await withPatience(`Rendering ${fluxNameText(asked.name)}`, parts.clock, (signal) =>
        parts.documents.render(asked, signal, wish),
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

/** What went wrong, with what may be done about it; resolves when the user has answered. `pull` and `raw` are run where they are offered. */
export async function tellProblem(
  target: RenderTarget,
  problem: RenderProblem,
  pull: () => PromiseLike<unknown>,
  raw?: () => PromiseLike<unknown>,
): Promise<void> {
  const titles = problem.offers.map((offer) => offerTitle(offer, problem.place));
  const pressed = await vscode.window.showErrorMessage(plainText(problemText(target.name, problem), 1_000), ...titles);
  const offer = problem.offers[titles.indexOf(pressed ?? '')];
  if (offer === 'pullChart') {
    await pull();
  } else if (offer === 'compareRaw') {
    await raw?.();
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
    case 'compareRaw':
      return 'Compare raw document';
    case 'connect':
      return 'Connect';
    case 'changeLimit':
      return 'Change limit';
    case 'openLog':
      return 'Open log';
  }
}

async function follow(
  offer: Exclude<ProblemOffer, 'pullChart' | 'compareRaw'>,
  root: string,
  place: ErrorPlace | undefined,
) {
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
