/**
 * Reconcile, suspend and resume as a user runs them: asked where asking is due, shown while they run, told how they ended.
 * What is sent and waited for is `cluster/actions.ts`; the words are `view/actionTexts.ts`.
 */
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { Failure, isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import type { ActionResult, ActionVerb } from '../cluster/actionResult.ts';
import {
  type ActionParts,
  type ActionRequest,
  reconcileObject,
  reconcileWithSource,
  resetRelease,
  resumeObject,
  suspendObject,
} from '../cluster/actions.ts';
import type { ClusterSession } from '../cluster/clusterSession.ts';
import { reconcileFromRoot } from '../cluster/reconcileFromRoot.ts';
import type { ActionWork, RunningActions } from '../cluster/runningActions.ts';
import { requireSame } from '../cluster/sameSession.ts';
import type { SessionManager } from '../cluster/sessionManager.ts';
import { fluxKinds } from '../flux/kinds.ts';
import { type ObjectId, objectKey, type ObjectKey, parseObjectKey } from '../flux/objectKey.ts';
import type { SuspensionNote } from '../flux/suspensionNote.ts';
import type { Settings } from '../settings.ts';
import { failedActionMessage, secondQuestion } from '../view/actionMessages.ts';
import { objectName, progressTitle, resultText } from '../view/actionTexts.ts';
import { changeQuestion, type Way } from '../view/changeQuestion.ts';
import { iconFreeText, plainText } from '../view/markdown.ts';
import { movedOthers } from '../view/movedOthers.ts';
import { askAgain, askChange } from './askChange.ts';
import type { ClusterViews } from './clusterViews.ts';
import { commandIds } from './commandIds.ts';
import { presentMessage } from './messagePresenter.ts';
import type { OpenClones } from './openClones.ts';
import { openFileOf } from './openFile.ts';
import { withPatience } from './patientProgress.ts';
import { type SuspensionFacts, suspensionFacts } from './suspensionFacts.ts';

export interface ObjectActionsParts {
  readonly sessions: SessionManager;
  readonly running: RunningActions;
  readonly views: ClusterViews;
  readonly clones: OpenClones;
  readonly settings: () => Settings;
  readonly clock: Clock;
  readonly log: Log;
}

/** An action that is over sooner needs no notification; the lens and the row show it anyway. */
const progressAfterMs = 2_000;
const statusTextMs = 5_000;

/** What was said and asked before the action was handed over. */
export interface AskedBefore {
  /** The user has just answered a question that named the object and the context. */
  readonly answered?: boolean;
  /** In which that was; the one that is connected when the action is handed over unless given. */
  readonly session?: ClusterSession | undefined;
}

/** What a user has agreed to, and in which session: nothing may reach another one, though its context has the same name. */
export interface Agreed {
  readonly session: ClusterSession;
  readonly note?: SuspensionNote;
}

type FailedAction = Extract<ActionResult, { state: 'failed' }> & { readonly failure: Failure };

interface Subject {
  readonly context: string;
  readonly id: ObjectId;
  readonly session: ClusterSession;
}

/** What an action says while it runs: the newest, for whoever begins to listen late. */
interface Steps {
  last: string;
  tell: (message: string) => void;
}

interface Shown {
  readonly work: Promise<ActionResult>;
  readonly steps: Steps;
  readonly cancel: () => void;
}

type Work = (parts: ActionParts, request: ActionRequest) => Promise<ActionResult>;

const works: Readonly<Record<ActionVerb, Work>> = {
  reconcile: reconcileObject,
  reconcileWithSource,
  reconcileFromRoot,
  forceUpgrade: (parts, request) => reconcileObject(parts, request, { force: true }),
  resetRelease,
  suspend: suspendObject,
  resume: resumeObject,
};

function requireWriting({ readOnly }: Settings): void {
  if (readOnly) {
    throw new Failure('forbidden', 'the setting driftline.readOnly is on');
  }
}

function identityOf(key: ObjectKey): Omit<Subject, 'session'> {
  const parsed = parseObjectKey(key);
  if (!parsed) {
    throw new Failure('invalid', `${key} names no object`);
  }
  const { context, ...id } = parsed;
  return { context, id };
}

export class ObjectActions {
  readonly #parts: ObjectActionsParts;

  constructor(parts: ObjectActionsParts) {
    this.#parts = parts;
  }

  /**
   * Runs the action on the object of that key, in that key's context and no other. `doubt` is why the object may not be the
   * one that is meant; the user is then asked first. Resolves when the action has ended and the user has been told; to
   * `undefined` where it was not begun.
   */
  async run(
    verb: ActionVerb,
    key: ObjectKey,
    doubt?: string,
    before: AskedBefore = {},
  ): Promise<ActionResult | undefined> {
    const { context, id } = identityOf(key);
    const subject = {
      context,
      id,
      session: before.session?.context === context ? before.session : this.#session(context),
    };
    const hold = this.#parts.sessions.acquire(); // a question may stand longer than the view that it began in
    const agreed = await this.#asked(verb, subject, doubt, before).finally(() => hold.dispose());
    if (!agreed) {
      return undefined;
    }
    const cancelled = new AbortController();
    const steps: Steps = { last: '', tell: () => undefined };
    const work = this.perform(verb, key, agreed, cancelled.signal, (message) => {
      steps.last = message;
      steps.tell(message);
    });
    this.#showWhenLong(verb, subject, { work, steps, cancel: () => cancelled.abort() });
    const result = await work;
    this.#tell(verb, subject, result);
    return result;
  }

  /**
   * The same without a question, and without a word of how it ended but in lens and row. `signal` stops waiting; `report` gets
   * what is being waited for. Rejects with a Failure where the session that was agreed to has ended.
   */
  async perform(
    verb: ActionVerb,
    key: ObjectKey,
    { session, ...agreed }: Agreed,
    signal?: AbortSignal,
    report?: (message: string) => void,
  ): Promise<ActionResult> {
    const { id } = identityOf(key);
    const { running, clock, log, settings } = this.#parts;
    requireWriting(settings()); // it may have been turned on while a question stood
    requireSame(session, this.#parts.sessions.session);
    const hold = this.#parts.sessions.acquire(); // a long wait must outlive the view that it began in
    const objects = () => fluxKinds.flatMap((kind) => [...session.ofKind(kind)]);
    const parts: ActionParts = { api: session.api, clock, log, controllers: () => session.controllers, objects };
    const begin: ActionWork = (either, show) => {
      const tell = (message: string): void => {
        report?.(message);
        show(message);
      };
      return works[verb](parts, { id, signal: either, report: tell, ...agreed });
    };
    try {
      return await running.run(key, verb, begin, signal);
    } finally {
      hold.dispose();
    }
  }

  /** The session of exactly that context: after a switch nothing may reach the cluster that came in its place. */
  #session(context: string) {
    const { session } = this.#parts.sessions;
    if (session?.context !== context) {
      throw new Failure('unreachable', `${context} is no longer the connected context`);
    }
    return session;
  }

  /** `undefined` where the user does not want it, or has gone another way. */
  async #asked(
    verb: ActionVerb,
    subject: Subject,
    doubt: string | undefined,
    before: AskedBefore,
  ): Promise<Agreed | undefined> {
    const { id, context, session } = subject;
    const own = this.#parts.settings();
    requireWriting(own);
    // Who has just said yes is not asked the same again; in production the name is typed all the same.
    const settings =
      before.answered === true && own.confirm === 'always' ? { ...own, confirm: 'production' as const } : own;
    const facts = verb === 'suspend' || verb === 'resume' ? await this.#factsOf(verb, subject) : undefined;
    if (facts && 'failure' in facts) {
      this.#tell(verb, subject, facts);
      return undefined;
    }
    const { survey } = this.#parts.views;
    const {
      said = movedOthers(verb, id, survey?.context === context ? survey : undefined),
      setBack,
      piledUp,
    } = facts ?? {};
    const question = changeQuestion({ verb, id, context, settings, doubt, said, setBack, piledUp });
    const answer = await askChange(question, context, (way) => this.#go(way, subject));
    const second = answer && secondQuestion(verb, id, context);
    if (second && !(await askAgain(second))) {
      return undefined;
    }
    return answer && (verb === 'suspend' ? { session, note: await this.noteOf(session, answer.reason) } : { session });
  }

  /** What cannot be read cannot be changed: that is how the action ended, before anything was asked. */
  async #factsOf(
    verb: 'suspend' | 'resume',
    { id, context, session }: Subject,
  ): Promise<SuspensionFacts | FailedAction> {
    const { views, clones, clock, log } = this.#parts;
    const { api } = session;
    const title = `Reading ${objectName(id)} on ${context}`;
    try {
      return await withPatience(title, clock, (signal) =>
        suspensionFacts(verb, id, { api, views, clones, now: clock.now(), log, signal }),
      );
    } catch (error) {
      if (!isFailure(error)) {
        throw error;
      }
      return { state: 'failed', message: error.message, failure: error };
    }
  }

  async #go(way: Way, { id, context }: Subject): Promise<void> {
    if (way === 'diffFirst') {
      const argument = { key: objectKey(context, id), against: 'next' };
      await vscode.commands.executeCommand(commandIds.diffObject, argument);
    } else {
      await openFileOf(objectKey(context, id), this.#parts, ['spec', 'suspend']);
    }
  }

  /** Of this user in that session, now. Rejects with a Failure where it has ended. */
  async noteOf(session: ClusterSession, reason: string): Promise<SuspensionNote> {
    const { clock, sessions } = this.#parts;
    requireSame(session, sessions.session);
    const { api } = session;
    const by = await withPatience('Asking who you are', clock, (signal) => Promise.resolve(api.userName?.(signal)));
    return { by: by ?? '', at: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'), reason };
  }

  #showWhenLong(verb: ActionVerb, subject: Subject, { work, steps, cancel }: Shown): void {
    const timer = this.#parts.clock.after(progressAfterMs, () => {
      void vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          title: progressTitle(verb, subject.id, subject.context),
          cancellable: true,
        },
        async (progress, token) => {
          const link = token.onCancellationRequested(cancel);
          steps.tell = (message) => progress.report({ message: plainText(message, 300) });
          steps.tell(steps.last);
          await work.then(
            () => undefined,
            () => undefined,
          );
          link.dispose();
        },
      );
    });
    const end = (): void => timer.dispose();
    work.then(end, end);
  }

  #tell(verb: ActionVerb, { id, context }: Subject, result: ActionResult): void {
    const text = resultText(verb, id, context, result);
    this.#parts.log[result.state === 'failed' ? 'warn' : 'info'](text);
    const failed = result.state === 'failed' ? failedActionMessage(verb, id, context, result) : undefined;
    if (failed) {
      presentMessage('error', failed);
    } else if (result.state === 'succeeded' && result.warning !== undefined) {
      presentMessage('warning', { text, buttons: [] });
    } else {
      // Cancelled from below: the context was switched meanwhile, which is the user's own doing.
      const icon = result.state === 'succeeded' ? 'check' : 'debug-stop';
      void vscode.window.setStatusBarMessage(`$(${icon}) ${iconFreeText(text)}`, statusTextMs);
    }
  }
}
