/**
 * What is said of one action on several objects: which of the selected ones it is for, the one question before it, and how each
 * ended. Decides by the survey and the settings; asks nobody.
 */
import type { ActionVerb } from '../cluster/actionResult.ts';
import type { ManyResult } from '../cluster/runMany.ts';
import type { ObjectId, ObjectKey } from '../flux/objectKey.ts';
import { longestReason, suspensionNoteOf } from '../flux/suspensionNote.ts';
import { asksForName, type ConfirmSettings, objectName, verbText } from './actionTexts.ts';
import type { ObjectView, Survey } from './clusterSurvey.ts';
import { escapeMarkdown, plainText } from './markdown.ts';
import { movedByMany } from './movedOthers.ts';
import { longestList, objectNames } from './objectNames.ts';
import { type ChangeWord, changeWords } from './objectRow.ts';
import { suspendedText } from './objectText.ts';
import { goesOnText, type PiledUp, piledUp } from './suspendTexts.ts';
import { shortRevision } from '../flux/revision.ts';

export interface Chosen {
  /** Each once, in the order of the selection. */
  readonly fitting: readonly ObjectView[];
  readonly leftOut: readonly ObjectView[];
}

/** An object stands in several rows; what has gone since is nobody's any more. */
export function chooseMany(
  keys: readonly ObjectKey[],
  survey: Survey,
  word: ChangeWord,
  mayPatch: (view: ObjectView) => boolean | undefined,
): Chosen {
  const views = [...new Set(keys)].flatMap((key) => survey.views.get(key) ?? []);
  const fits = (view: ObjectView): boolean =>
    view.state.name !== 'terminating' && mayPatch(view) !== false && changeWords(view).includes(word);
  return { fitting: views.filter(fits), leftOut: views.filter((view) => !fits(view)) };
}

export interface ManyInput {
  readonly verb: ActionVerb;
  readonly chosen: Chosen;
  readonly survey: Survey;
  readonly isWhole: boolean;
  readonly settings: ConfirmSettings;
  /** Objects whose parents will undo it. */
  readonly setBack: readonly ObjectId[];
  readonly now: number;
}

export interface ManyQuestion {
  /** `undefined` where nothing is to be asked. */
  readonly ask: { readonly question: string; readonly detail: string; readonly button: string } | undefined;
  /** In production any of these texts is typed. */
  readonly typeOne: { readonly prompt: string; readonly expected: readonly string[] } | undefined;
  readonly reason: { readonly title: string; readonly prompt: string; readonly longest: number } | undefined;
}

export function manyQuestion(input: ManyInput): ManyQuestion {
  const { verb, chosen, survey, settings, setBack, isWhole } = input;
  const context = plainText(survey.context);
  const count = chosen.fitting.length;
  const what = `${verbText(verb)} ${objectsText(count)} on ${context}`;
  const goesOn = verb === 'suspend' ? goesOnText(chosen.fitting, survey, isWhole) : '';
  const isAsked = settings.confirm !== 'never' || setBack.length > 0;
  const detail = [
    listText(chosen.fitting.map((view) => lineOf(view, input))),
    chosen.leftOut.length === 0 ? '' : `Left out, for it is not for them now: ${objectNames(idsOf(chosen.leftOut))}.`,
    setBack.length === 0
      ? ''
      : `Will be set back with the next reconcile of what applies it, whose manifest says otherwise: ${objectNames(setBack)}.`,
    pruneText(verb, chosen.fitting, survey),
    goesOn,
    movedByMany(verb, idsOf(chosen.fitting), survey).join(' '),
  ];
  const ask = {
    question: `${what}?`,
    detail: detail.filter((part) => part !== '').join('\n\n'),
    button: verbText(verb),
  };
  const expected = [String(count), survey.context];
  return {
    ask: isAsked ? ask : undefined,
    typeOne: asksForName(survey.context, settings)
      ? { prompt: `${what}? Type ${count} or ${context} to confirm.`, expected }
      : undefined,
    reason: verb === 'suspend' ? reasonOf(what, isAsked ? '' : goesOn) : undefined,
  };
}

function idsOf(views: readonly ObjectView[]): readonly ObjectId[] {
  return views.map(({ id }) => id);
}

function reasonOf(title: string, goesOn: string) {
  const prompt = [goesOn, 'A reason, if you like, is kept with each object.'];
  return { title, prompt: prompt.filter((part) => part !== '').join(' '), longest: longestReason };
}

/** A resume says what comes, and who has left word: `HelmRelease logging/loki: 7.0.0 → 7.1.0, suspended by admin 2h ago: "disks"`. */
function lineOf(view: ObjectView, { verb, survey, now }: ManyInput): string {
  if (verb !== 'resume') {
    return objectName(view.id);
  }
  const piled = piledUpOf(view, survey);
  const [from, to] = [piled?.deployed, piled?.available].map((revision) => plainText(shortRevision(revision), 60));
  const words = [
    ...(piled ? [`${from} → ${to}`] : []),
    ...(suspensionNoteOf(view.object) ? [suspendedText(view.object, now)] : []),
  ];
  return [objectName(view.id), ...(words.length === 0 ? [] : [words.join(', ')])].join(': ');
}

function piledUpOf({ object, source }: ObjectView, survey: Survey): PiledUp | undefined {
  return piledUp(object, source && survey.views.get(source.key)?.object);
}

function pruneText(verb: ActionVerb, views: readonly ObjectView[], survey: Survey): string {
  const pruning = views.filter((view) => view.object.spec?.prune === true && piledUpOf(view, survey));
  return verb !== 'resume' || pruning.length === 0
    ? ''
    : `Prune is on in ${pruning.length} of them: objects that are no longer in Git will be deleted.`;
}

function listText(lines: readonly string[]): string {
  const rest = lines.length > longestList ? [`and ${lines.length - longestList} more`] : [];
  return [...lines.slice(0, longestList), ...rest].join('\n');
}

function objectsText(count: number): string {
  return count === 1 ? '1 object' : `${count} objects`;
}

/** `Suspend 6 objects on homelab`: the title of a progress notification. */
export function manyTitle(verb: ActionVerb, count: number, context: string): string {
  return `${verbText(verb)} ${objectsText(count)} on ${plainText(context)}`;
}

export interface EndedOne {
  readonly id: ObjectId;
  readonly result: ManyResult;
}

const ends: readonly (readonly [ManyResult['state'], string])[] = [
  ['succeeded', 'done'],
  ['failed', 'failed'],
  ['stopped', 'no longer waited for'],
  ['notBegun', 'not begun'],
];

/** `Suspend on homelab: 5 done, 1 failed` */
export function manySummary(verb: ActionVerb, context: string, ended: readonly EndedOne[]): string {
  const counts = ends.flatMap(([state, word]) => {
    const count = ended.filter(({ result }) => result.state === state).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  return `${verbText(verb)} on ${plainText(context)}: ${counts.join(', ')}`;
}

/** All results as Markdown, what went wrong first. */
export function manyReport(
  verb: ActionVerb,
  context: string,
  ended: readonly EndedOne[],
  leftOut: readonly ObjectId[],
): string {
  const order = ['failed', 'stopped', 'notBegun', 'succeeded'];
  const sorted = [...ended].sort((a, b) => order.indexOf(a.result.state) - order.indexOf(b.result.state));
  const rows = [
    ...sorted.map(({ id, result }) => [id, ...endOf(result)] as const),
    ...leftOut.map((id) => [id, 'left out', 'not for it now'] as const),
  ];
  return [
    `# ${escapeMarkdown(manySummary(verb, context, ended))}`,
    '',
    '| object | result | in words |',
    '| --- | --- | --- |',
    ...rows.map(([id, end, words]) => `| ${[objectName(id), end, words].map(escapeMarkdown).join(' | ')} |`),
    '',
  ].join('\n');
}

function endOf(result: ManyResult): readonly [string, string] {
  const word = ends.find(([state]) => state === result.state)?.[1] ?? '';
  switch (result.state) {
    case 'notBegun':
      return [word, ''];
    case 'succeeded':
      return [word, [result.message, result.warning].filter((part) => part !== undefined && part !== '').join('. ')];
    case 'failed':
    case 'stopped':
      return [word, result.message];
  }
}
