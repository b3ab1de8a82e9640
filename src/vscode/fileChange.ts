/**
 * A change of a file on the user's wish, from its proof to the editor: the files as they render now, the same with an edit tried in
 * memory, whom the change concerns, and the edit shown unsaved. What is to be changed, the caller decides.
 */
import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { Failure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { type FilePlace, mayBeManifest, type TextFile } from '../drift/fieldPlaces.ts';
import { fileConsumers } from '../drift/fileConsumers.ts';
import type { SideEffect } from '../drift/provenPlace.ts';
import { readBuildGraph } from '../drift/touchedKustomizations.ts';
import { applyEdit } from '../manifests/editField.ts';
import { maxFileBytes } from '../manifests/notAManifest.ts';
import type { Renderer } from '../render/renderer.ts';
import { editQuestion } from '../view/fieldEdit.ts';
import { iconFreeText, plainText } from '../view/markdown.ts';
import type { Rendered } from '../view/renderedHead.ts';
import { askedRender, type AskedRenderParts, tellProblem } from './askedRender.ts';
import { commandIds } from './commandIds.ts';
import { editFile } from './editFile.ts';
import type { RenderTarget } from './renderTarget.ts';

export interface FileChangeParts extends AskedRenderParts {
  readonly renderer: Renderer;
  readonly log: Log;
}

export interface RenderedFiles {
  readonly root: string;
  /** Without any edit. */
  readonly rendered: Rendered;
  /** All that may state an object of the kind. */
  texts(name: { readonly kind: string }, signal: AbortSignal): Promise<readonly TextFile[]>;
  /** The same object of the same files with this edit. Throws a Failure where they render no more. */
  attempt(place: FilePlace, signal: AbortSignal): Promise<Rendered>;
}

const statusTextMs = 10_000;

/** Resolves to `undefined` where the user gave up, or the files do not render: that has then been said. */
export async function renderedFiles(target: RenderTarget, parts: FileChangeParts): Promise<RenderedFiles | undefined> {
  const asked = await askedRender(target, { pull: false, filesOnly: true }, parts);
  if (!asked) {
    return undefined;
  }
  const { object, outcome } = asked;
  if ('error' in outcome) {
    const problem = await parts.documents.problemOf(object, outcome.error);
    const pull = () => vscode.commands.executeCommand(commandIds.pullChart, object);
    // A message may stand for hours before somebody answers it.
    tellProblem(object, problem, pull).catch((error: unknown) =>
      parts.log.warn(`A button of a message failed: ${error instanceof Error ? error.message : ''}`),
    );
    return undefined;
  }
  return {
    root: object.root,
    rendered: outcome.rendered,
    texts: ({ kind }, signal) => textsOf(object.root, kind, signal, parts),
    attempt: async (place, signal) => {
      const text = applyEdit(place.text, place.edit);
      const version = `tried-${createHash('sha256').update(text).digest('hex')}`;
      const edited = new Map([[place.file, { text, version }]]);
      const answer = await parts.documents.render(object, signal, { pull: false, filesOnly: true, edited });
      if (answer.kind === 'ambiguous') {
        throw new Failure('conflict', 'with the change several objects could be meant');
      }
      return answer;
    },
  };
}

async function textsOf(root: string, kind: string, signal: AbortSignal, { workspace }: FileChangeParts) {
  const { files } = await workspace.stateOf(root);
  const texts: TextFile[] = [];
  for (const { path, size } of await files.list(signal)) {
    if (size <= maxFileBytes && mayBeManifest(path)) {
      const text = Buffer.from((await files.read(path)) ?? []).toString('utf8');
      if (text.includes(kind)) {
        texts.push({ path, text });
      }
    }
  }
  return texts;
}

/** Asks where more than `what` changes, then shows the change. `also`: a sentence on what it needs beside. */
export async function offerChange(
  what: string,
  { place, others = [] }: { readonly place: FilePlace; readonly others?: readonly SideEffect[] },
  { root }: RenderedFiles,
  { workspace, renderer }: FileChangeParts,
  also?: string,
): Promise<void> {
  const state = await workspace.stateOf(root);
  const graph = await readBuildGraph(state.files);
  const consumers = fileConsumers(place.file, await renderer.stated(state), graph);
  const question = editQuestion(what, place, { consumers, others });
  if (question) {
    const change = 'Change the file';
    const options = { modal: true, detail: question.detail };
    if ((await vscode.window.showWarningMessage(question.message, options, change)) !== change) {
      return;
    }
  }
  await editFile(root, place);
  const done = `Changed ${what} in ${place.file}: save, commit and push it for Flux to apply it`;
  void vscode.window.setStatusBarMessage(`$(edit) ${iconFreeText(done)}`, statusTextMs);
  if (also !== undefined) {
    tell(also);
  }
}

/** An answer to a command. */
export function tell(text: string): void {
  void vscode.window.showInformationMessage(plainText(text, 1_000));
}
