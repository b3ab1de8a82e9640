/**
 * What is said before a reconcile that begins in a file, where Git would bring something else than the editor shows: which revision
 * will be applied, and what must be done so that it is this text. Words alone.
 */
import { shortRevision } from '../flux/revision.ts';
import type { ObjectId } from '../flux/objectKey.ts';
import { objectName } from './actionTexts.ts';
import { plainText } from './markdown.ts';

export interface UnseenFile {
  /** The name without its folder. */
  readonly file: string;
  /**
   * - `unsaved`: only the editor has it
   * - `uncommitted`, `unpushed`, `elsewhere`: as `git/seenFile.ts` tells them
   */
  readonly state: 'unsaved' | 'uncommitted' | 'unpushed' | 'elsewhere';
  /** What the source follows and comes to, as Flux writes it (`main@sha1:…`); `undefined` where nobody knows. */
  readonly applies: string | undefined;
  /** `undefined` where no source is known. */
  readonly source: ObjectId | undefined;
}

export interface UnseenQuestion {
  readonly question: string;
  readonly detail: string;
  readonly buttons: readonly ('Save' | 'Reconcile anyway')[];
}

const states: Readonly<Record<UnseenFile['state'], { readonly is: string; readonly todo: string }>> = {
  unsaved: { is: 'is not saved', todo: 'Save it, commit and push' },
  uncommitted: { is: 'has changes that are not committed', todo: 'Commit and push them' },
  unpushed: { is: 'is committed and not pushed', todo: 'Push it' },
  elsewhere: { is: 'is not in what the source follows', todo: 'Merge it there, or change what the source follows' },
};

/** `others`: whom the reconcile moves besides, in sentences. */
export function unseenQuestion(
  { file, state, applies, source }: UnseenFile,
  id: ObjectId,
  context: string,
  others: readonly string[],
): UnseenQuestion {
  const { is, todo } = states[state];
  const from = source ? ` of ${objectName(source)}` : '';
  const revision = applies === undefined ? `what the source has${from}` : `${plainText(shortRevision(applies))}${from}`;
  const brings = `Reconcile ${objectName(id)} on ${plainText(context)} applies ${revision}, not what you see in the editor`;
  return {
    question: `${plainText(file, 100)} ${is}. ${brings}.`,
    detail: [`${todo} to have it applied.`, ...others].join(' '),
    buttons: state === 'unsaved' ? ['Save', 'Reconcile anyway'] : ['Reconcile anyway'],
  };
}
