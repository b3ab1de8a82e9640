/**
 * One action on several selected objects: one question for all, a few at a time, with a stop, and a result for each. What is said
 * is `view/manyTexts.ts`; each action is `objectActions.ts`.
 */
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { Failure, isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import type { ActionResult, ActionVerb } from '../cluster/actionResult.ts';
import type { ClusterSession } from '../cluster/clusterSession.ts';
import { suspensionApplier } from '../cluster/controllerOf.ts';
import { runMany } from '../cluster/runMany.ts';
import { Slots } from '../cluster/slots.ts';
import type { ObjectId, ObjectKey } from '../flux/objectKey.ts';
import type { SuspensionNote } from '../flux/suspensionNote.ts';
import type { Settings } from '../settings.ts';
import { resultText } from '../view/actionTexts.ts';
import type { ObjectView } from '../view/clusterSurvey.ts';
import { allAreKnown } from '../view/completeness.ts';
import {
  chooseMany,
  type Chosen,
  type EndedOne,
  manyQuestion,
  type ManyQuestion,
  manyReport,
  manySummary,
  manyTitle,
} from '../view/manyTexts.ts';
import type { ChangeWord } from '../view/objectRow.ts';
import { setBackText } from '../view/suspendTexts.ts';
import { askReason, typedOne } from './askChange.ts';
import { signalOf } from './cancellation.ts';
import type { ClusterViews } from './clusterViews.ts';
import type { ObjectActions } from './objectActions.ts';
import { withPatience } from './patientProgress.ts';
import { readObject } from './suspensionFacts.ts';

export interface ManyActionsParts {
  readonly views: ClusterViews;
  readonly actions: ObjectActions;
  readonly settings: () => Settings;
  readonly clock: Clock;
  readonly log: Log;
}

/** As many reads at a time as actions. */
const readsAtOnce = 4;

/** What all of it is about. */
interface Many {
  readonly verb: ActionVerb;
  readonly session: ClusterSession;
  readonly chosen: Chosen;
}

/** Resolves when all have ended and the user has been told. Throws a Failure where none of the objects is for it. */
export async function runOnMany(
  verb: ActionVerb,
  word: ChangeWord,
  keys: readonly ObjectKey[],
  parts: ManyActionsParts,
): Promise<void> {
  const { views, settings } = parts;
  const { survey, open } = views;
  if (!survey || !open) {
    throw new Failure('unreachable', 'no cluster is connected');
  }
  const chosen = chooseMany(keys, survey, word, ({ id }) => open.rights.mayPatch(id));
  if (chosen.fitting.length === 0) {
    throw new Failure('invalid', `it is for none of the ${new Set(keys).size} selected objects now`);
  }
  const many: Many = { verb, session: open.session, chosen };
  const setBack = verb === 'suspend' || verb === 'resume' ? await setBackOf(verb, many, parts) : [];
  const isWhole = allAreKnown(open.session, 'applier');
  const question = manyQuestion({
    verb,
    chosen,
    survey,
    isWhole,
    settings: settings(),
    setBack,
    now: parts.clock.now(),
  });
  const reason = await askMany(question, survey.context);
  if (reason === undefined) {
    return;
  }
  const note = verb === 'suspend' ? await parts.actions.noteOf(open.session, reason) : undefined;
  tell(many, await runAll(many, note, parts));
}

/** One that cannot be read is not left out for that: its own result will say so. */
async function setBackOf(
  verb: 'suspend' | 'resume',
  { session, chosen }: Many,
  { views, clock, log }: ManyActionsParts,
): Promise<readonly ObjectId[]> {
  const slots = new Slots(readsAtOnce);
  const isSetBack = async ({ id }: ObjectView, signal: AbortSignal): Promise<boolean> => {
    try {
      const by = suspensionApplier(await slots.run(signal, () => readObject(session.api, id, signal)));
      return by !== undefined && setBackText({ verb, id, by }, views.survey) !== undefined;
    } catch (error) {
      if (!isFailure(error) || error.reason === 'cancelled') {
        throw error;
      }
      log.info(`Who applies ${id.kind} ${id.name} cannot be read: ${error.message}`);
      return false;
    }
  };
  const { fitting } = chosen;
  const title = `Reading ${fitting.length} objects on ${session.context}`;
  const answers = await withPatience(title, clock, (signal) =>
    Promise.all(fitting.map((view) => isSetBack(view, signal))),
  );
  return fitting.filter((_, at) => answers[at]).map(({ id }) => id);
}

/** The reason, `''` for none; `undefined` where the user does not want it. */
async function askMany({ ask, typeOne, reason }: ManyQuestion, context: string): Promise<string | undefined> {
  if (ask) {
    const { question, detail, button } = ask;
    if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, button)) !== button) {
      return undefined;
    }
  }
  if (typeOne && !(await typedOne(typeOne.expected, typeOne.prompt, context))) {
    return undefined;
  }
  return reason ? askReason(reason) : '';
}

async function runAll(
  { verb, session, chosen }: Many,
  note: SuspensionNote | undefined,
  { actions, log }: ManyActionsParts,
): Promise<readonly EndedOne[]> {
  const { fitting } = chosen;
  const title = manyTitle(verb, fitting.length, session.context);
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    const link = signalOf(token);
    const begin = async ({ key, id }: ObjectView): Promise<ActionResult> => {
      try {
        // A suspension waits for nothing: one that has begun is let end, so that it is known how.
        const agreed = { session, ...(note ? { note } : {}) };
        const result = await actions.perform(verb, key, agreed, note ? undefined : link.signal);
        log[result.state === 'failed' ? 'warn' : 'info'](resultText(verb, id, session.context, result));
        return result;
      } catch (error) {
        if (isFailure(error)) {
          return { state: 'failed', message: error.message, failure: error }; // another context is connected now
        }
        log.error(`${title}: ${key}`, error);
        return { state: 'failed', message: 'failed unexpectedly; the log says more' };
      }
    };
    const ended = (count: number): void => progress.report({ message: `${count} of ${fitting.length}` });
    try {
      const results = await runMany(fitting, link.signal, begin, ended);
      return fitting.flatMap(({ id }, at) => (results[at] ? [{ id, result: results[at] }] : []));
    } finally {
      link.dispose();
    }
  });
}

/** Returns at once; a message may stand for hours before somebody answers it. */
function tell({ verb, session, chosen }: Many, ended: readonly EndedOne[]): void {
  const text = manySummary(verb, session.context, ended);
  const isGood = ended.every(({ result }) => result.state === 'succeeded' && result.warning === undefined);
  const show = isGood ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  const button = 'Show results';
  const leftOut = chosen.leftOut.map(({ id }) => id);
  void (show as (text: string, button: string) => Thenable<string | undefined>)(text, button).then(async (pressed) => {
    if (pressed === button) {
      const content = manyReport(verb, session.context, ended, leftOut);
      const document = await vscode.workspace.openTextDocument({ language: 'markdown', content });
      await vscode.window.showTextDocument(document, { preview: true });
    }
  });
}
