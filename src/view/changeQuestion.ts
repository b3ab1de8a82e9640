/**
 * All that is asked before an object is changed, in its order: a question, with other ways than yes; the name, in production; the
 * reason of a suspension. Decides by the settings and what is known; shows nothing.
 */
import { longestReason } from '../flux/suspensionNote.ts';
import { type Confirmation, type ConfirmationInput, confirmationOf, objectName, verbText } from './actionTexts.ts';
import { plainText } from './markdown.ts';

export interface ChangeInput extends Omit<ConfirmationInput, 'detail'> {
  /** What the change brings with it, each in sentences. */
  readonly said: readonly string[];
  /** What will undo the change, without a stop at the end: asked whatever the settings say. */
  readonly setBack?: string | undefined;
  /** What a resume would apply, in sentences: asked unless nothing is to be asked. */
  readonly piledUp?: string | undefined;
}

/** Another way than yes. */
export type Way = 'openFile' | 'diffFirst';

export const wayTitles: Readonly<Record<Way, string>> = { openFile: 'Open the file', diffFirst: 'Diff first' };

export interface ChangeQuestion {
  readonly ask?: {
    readonly question: string;
    readonly detail: string;
    readonly button: string;
    readonly ways: readonly Way[];
  };
  readonly typeName?: Omit<Extract<Confirmation, { by: 'typeName' }>, 'by'>;
  /** Of a suspension: always, for what goes on must be said. */
  readonly reason?: { readonly title: string; readonly prompt: string; readonly longest: number };
}

export function changeQuestion(input: ChangeInput): ChangeQuestion {
  const { verb, id, context, settings, doubt, said, setBack, piledUp } = input;
  const doubts = [doubt, setBack].filter((one) => one !== undefined);
  const detail = [...said, ...(piledUp === undefined ? [] : [piledUp])].join(' ');
  const by = { verb, id, context, settings };
  const asked = confirmationOf({ ...by, doubt: doubts.length === 0 ? undefined : doubts.join('. '), detail });
  const ways: Way[] = [
    ...(setBack === undefined ? [] : (['openFile'] as const)),
    ...(piledUp === undefined || (asked.by === 'none' && settings.confirm === 'never') ? [] : (['diffFirst'] as const)),
  ];
  const isSaid = asked.by !== 'none' || ways.length > 0;
  const reason = verb === 'suspend' ? { reason: reasonOf(input, isSaid ? '' : detail) } : {};
  if (ways.length === 0 && asked.by !== 'ask') {
    return { ...(asked.by === 'typeName' ? { typeName: asked } : {}), ...reason };
  }
  const question = `${verbText(verb)} ${objectName(id)} on ${plainText(context)}?`;
  const lines = [...doubts.map((one) => `${one}.`), ...(detail === '' ? [] : [detail])];
  const ask = { question, detail: lines.join('\n\n'), button: verbText(verb), ways };
  // What was said in the question need not stand again above the name.
  const name = asked.by === 'typeName' ? confirmationOf({ ...by, doubt: undefined }) : undefined;
  return { ask, ...(name?.by === 'typeName' ? { typeName: name } : {}), ...reason };
}

function reasonOf({ verb, id, context }: ChangeInput, goesOn: string): NonNullable<ChangeQuestion['reason']> {
  const title = `${verbText(verb)} ${objectName(id)} on ${plainText(context)}`;
  const prompt = [goesOn, 'A reason, if you like, is kept with the object.'];
  return { title, prompt: prompt.filter((part) => part !== '').join(' '), longest: longestReason };
}
