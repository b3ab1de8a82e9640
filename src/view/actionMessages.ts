/**
 * How an action that failed is told: at which step, on which object, why, and the way out as buttons. Also what is asked a second
 * time before a release is forced or reset. Decides words and buttons; runs nothing.
 */
import type { ActionResult, ActionVerb } from '../cluster/actionResult.ts';
import { type ObjectId, objectKey } from '../flux/objectKey.ts';
import { objectName, resultText, verbText } from './actionTexts.ts';
import { plainText } from './markdown.ts';
import { type FailureMessage, failureMessage, failureWords, type MessageButton } from './messages.ts';

type FailedAction = Extract<ActionResult, { state: 'failed' }>;

/** `undefined` for what was cancelled from below: the context was switched, which is the user's own doing. */
export function failedActionMessage(
  verb: ActionVerb,
  id: ObjectId,
  context: string,
  result: FailedAction,
): FailureMessage | undefined {
  const { failure, step, because } = result;
  if (failure?.reason === 'cancelled') {
    return undefined;
  }
  const attempt = `${verbText(verb)} ${objectName(id)}`;
  const on = { context, id };
  const offers = because === 'exhausted' && isSame(id, step?.id ?? id) ? exhaustedButtons(on) : undefined;
  if (!step) {
    const text = resultText(verb, id, context, result);
    const message = failure && failureMessage(attempt, context, failure);
    return { text: message?.text ?? text, buttons: offers ?? message?.buttons ?? [whyButton(on), log] };
  }
  const where = `${plainText(attempt)} on ${plainText(context)}`;
  const link = objectName(step.id);
  if (step.number === undefined) {
    const why = failure?.reason === 'suspended' ? `${link} is suspended` : plainText(result.message, 500);
    return { text: `${where} was not begun: ${why}`, buttons: stepButtons(result, on, step.id) };
  }
  const why = failure ? failureWords(failure, 500) : plainText(result.message, 500);
  const at = `${step.number} of ${step.of ?? step.number}, ${link}`;
  return { text: `${where} failed at ${at}: ${why}`, buttons: offers ?? stepButtons(result, on, step.id) };
}

const log: MessageButton = { title: 'Open log', command: 'showLog' };

type Target = NonNullable<MessageButton['on']>;

/** Where the controllers have said no, or nothing. */
function whyButton(on: Target): MessageButton {
  return { title: 'Why?', command: 'whyObject', on };
}

/** What leads on from a link; the object alone can be reconciled where only its parents stand in the way. */
function stepButtons({ failure }: FailedAction, on: Target, link: ObjectId): readonly MessageButton[] {
  const alone: readonly MessageButton[] = isSame(on.id, link)
    ? []
    : [{ title: 'Reconcile it alone', command: 'reconcileObject', on }];
  const again: MessageButton = { title: 'Reconcile again', command: 'reconcileFromRoot', on };
  const show: MessageButton = { title: 'Show in tree', command: 'revealObject', on: { context: on.context, id: link } };
  switch (failure?.reason) {
    case 'suspended':
      return [{ title: 'Resume and reconcile', command: 'resumeAndReconcile', on: { ...on, link } }, ...alone];
    case 'notFound':
      return alone.length === 0 ? [log] : alone;
    case 'forbidden':
      return [...alone, { title: 'Check prerequisites', command: 'checkPrerequisites' }];
    case 'timeout':
    case 'conflict':
    case 'busy':
    case 'unreachable':
      return [again, log];
    case undefined:
      return [whyButton({ context: on.context, id: link }), show];
    default:
      return [log];
  }
}

function exhaustedButtons(on: Target): readonly MessageButton[] {
  return [
    { title: 'Reset and reconcile', command: 'resetRelease', on },
    { title: 'Force an upgrade', command: 'forceUpgrade', on },
  ];
}

function isSame(a: ObjectId, b: ObjectId): boolean {
  return objectKey('', a) === objectKey('', b);
}

export interface SecondQuestion {
  readonly question: string;
  readonly detail: string;
  readonly button: string;
}

/** Asked whatever the settings say, after what they say: these do more than to bring what is in Git. */
export function secondQuestion(verb: ActionVerb, id: ObjectId, context: string): SecondQuestion | undefined {
  const where = `${objectName(id)} on ${plainText(context)}`;
  switch (verb) {
    case 'forceUpgrade':
      return {
        question: `Really force an upgrade of ${where}?`,
        detail:
          'helm-controller runs one upgrade although nothing may have changed and retries may be used up. Hooks run again, ' +
          'pods may restart, and with upgrade.force objects that cannot be changed are deleted and made anew.',
        button: 'Force an upgrade',
      };
    case 'resetRelease':
      return {
        question: `Really reset ${where}?`,
        detail:
          'helm-controller forgets the failures that it has counted and tries again from the first: what failed before is ' +
          'installed or upgraded again, and remedied again (rolled back or uninstalled) if it fails.',
        button: 'Reset and reconcile',
      };
    default:
      return undefined;
  }
}
