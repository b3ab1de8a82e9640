/** What is said about a user's action on an object: before it, while it runs, and how it ended. */
import type { ActionEntry } from '../cluster/runningActions.ts';
import type { ActionResult, ActionVerb } from '../cluster/actionResult.ts';
import { displayName, type ObjectId } from '../flux/objectKey.ts';
import type { Settings } from '../settings.ts';
import { plainText } from './markdown.ts';

const words: Readonly<Record<ActionVerb, { readonly ask: string; readonly running: string; readonly done: string }>> = {
  reconcile: { ask: 'Reconcile', running: 'Reconciling…', done: 'Reconciled' },
  reconcileWithSource: {
    ask: 'Reconcile with source',
    running: 'Reconciling with source…',
    done: 'Reconciled with source',
  },
  reconcileFromRoot: { ask: 'Reconcile', running: 'Reconciling…', done: 'Reconciled' },
  resetRelease: { ask: 'Reset and reconcile', running: 'Resetting…', done: 'Reset and reconciled' },
  forceUpgrade: { ask: 'Force-upgrade', running: 'Upgrading…', done: 'Upgraded' },
  suspend: { ask: 'Suspend', running: 'Suspending…', done: 'Suspended' },
  resume: { ask: 'Resume', running: 'Resuming…', done: 'Resumed' },
};

/** `Reconcile`: the button that does it. */
export function verbText(verb: ActionVerb): string {
  return words[verb].ask;
}

/** `Reconciling…` */
export function runningText(verb: ActionVerb): string {
  return words[verb].running;
}

/** `HelmRelease logging/grafana` */
export function objectName(id: ObjectId): string {
  return plainText(`${id.kind} ${displayName(id)}`);
}

/**
 * How a change is confirmed before it is sent.
 * - `none`: the user's command is enough
 * - `ask`: a question with one button
 * - `typeName`: the user types the object's name
 */
export type Confirmation =
  | { readonly by: 'none' }
  | { readonly by: 'ask'; readonly question: string; readonly detail: string; readonly button: string }
  | { readonly by: 'typeName'; readonly prompt: string; readonly expected: string };

export type ConfirmSettings = Pick<Settings, 'confirm' | 'productionContexts'>;

export interface ConfirmationInput {
  readonly verb: ActionVerb;
  readonly id: ObjectId;
  readonly context: string;
  readonly settings: ConfirmSettings;
  /** Why this very action is to be asked for, whatever the settings say: a lens that is not sure of its object. */
  readonly doubt?: string | undefined;
  /** What the action brings with it, in sentences: said where something is asked, and no reason to ask. */
  readonly detail?: string | undefined;
}

/** In production the name is typed even where a question would have been asked. */
export function confirmationOf(input: ConfirmationInput): Confirmation {
  const { verb, id, context, settings, doubt } = input;
  const question = `${verbText(verb)} ${objectName(id)} on ${plainText(context)}?`;
  const said = [...(doubt === undefined ? [] : [`${doubt}.`]), ...(input.detail ? [input.detail] : [])];
  if (asksForName(context, settings)) {
    const prompt = [question, ...said, `Type ${id.name} to confirm.`].join(' ');
    return { by: 'typeName', prompt, expected: id.name };
  }
  if (doubt !== undefined || settings.confirm === 'always') {
    return { by: 'ask', question, detail: said.join('\n\n'), button: verbText(verb) };
  }
  return { by: 'none' };
}

/** Whether something is to be typed before a change there. */
export function asksForName(context: string, settings: ConfirmSettings): boolean {
  return settings.confirm !== 'never' && isProduction(context, settings);
}

function isProduction(context: string, { productionContexts }: Pick<Settings, 'productionContexts'>): boolean {
  return productionContexts.some((pattern) => matchesPattern(context, pattern));
}

/**
 * Whether what a user has compared may be compared again by itself there. A dry run stands in the audit log as a write of the
 * user's: not in production, and not from a window that must not write.
 */
export function mayCheckInBackground(
  context: string,
  settings: Pick<Settings, 'driftBackground' | 'productionContexts' | 'readOnly'>,
): boolean {
  const { driftBackground, readOnly } = settings;
  return driftBackground === 'visible' && !readOnly && !isProduction(context, settings);
}

/** `*` stands for any text; upper and lower case are the same, for a production context must not slip through by spelling. */
export function matchesPattern(text: string, pattern: string): boolean {
  const parts = pattern.toLowerCase().split('*');
  const whole = text.toLowerCase();
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  if (parts.length === 1) {
    return whole === first;
  }
  if (!whole.startsWith(first) || !whole.endsWith(last)) {
    return false;
  }
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = whole.indexOf(part, from);
    if (at < 0) {
      return false;
    }
    from = at + part.length;
  }
  return from <= whole.length - last.length;
}

/** `Reconcile HelmRelease logging/grafana on homelab`: the title of a progress notification. */
export function progressTitle(verb: ActionVerb, id: ObjectId, context: string): string {
  return `${verbText(verb)} ${objectName(id)} on ${plainText(context)}`;
}

/** One sentence about the end, with object and cluster. */
export function resultText(verb: ActionVerb, id: ObjectId, context: string, result: ActionResult): string {
  const where = `${objectName(id)} on ${plainText(context)}`;
  const message = newsOf(verb, result, 500);
  switch (result.state) {
    case 'succeeded': {
      const warning = result.warning === undefined ? '' : `. ${plainText(result.warning, 500)}`;
      return `${words[verb].done} ${where}${message === '' ? '' : `: ${message}`}${warning}`;
    }
    case 'failed':
      return `${verbText(verb)} ${where} failed: ${message}`;
    case 'stopped':
      return `Stopped waiting for ${where}${message === '' ? '' : `: ${message}`}`;
  }
}

/**
 * The end of an action in a lens: short, for the object is beside it. What went well besides (whom the source has moved too, say) is
 * left to the tooltip: the lenses behind this one would be pushed out of sight.
 */
export function endedText(entry: Extract<ActionEntry, { state: 'ended' }>): string {
  const { result, verb } = entry;
  const news = newsOf(verb, result, 100);
  const message = result.state === 'succeeded' ? news.replace(/; .*/, '') : news;
  switch (result.state) {
    case 'succeeded':
      return message === '' ? words[verb].done : `${words[verb].done}: ${message}`;
    case 'failed':
      return `${verbText(verb)} failed: ${message}`;
    case 'stopped':
      return message === '' ? 'Stopped waiting' : `Stopped waiting: ${message}`;
  }
}

/** The message, unless it only says the verb again: `Suspended: suspended`. */
function newsOf(verb: ActionVerb, result: ActionResult, max: number): string {
  const message = plainText(result.message, max);
  return message.toLowerCase() === words[verb].done.toLowerCase() ? '' : message;
}
