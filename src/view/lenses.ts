/**
 * The lenses over a document of a Flux object, as titles and what a click does. Decides what is said and offered; which
 * object the document stands for has been decided by `flux/documentMatch.ts`, and is never guessed here.
 */
import type { Connection } from '../cluster/connection.ts';
import type { ActionEntry } from '../cluster/runningActions.ts';
import type { DocumentMatch } from '../flux/documentMatch.ts';
import { displayName, type ObjectId } from '../flux/objectKey.ts';
import type { FluxName } from '../render/desired.ts';
import { endedText, runningText } from './actionTexts.ts';
import type { ObjectView } from './clusterSurvey.ts';
import { commandId, type ViewCommand } from './commandId.ts';
import { gistOf, wordsOfReason } from './failureGist.ts';
import { iconFreeText, plainText } from './markdown.ts';
import { type ChangeWord, changeWords } from './objectRow.ts';
import { objectText } from './objectText.ts';
import { ageText } from './relativeTime.ts';
import { fluxNameText } from './renderedSubject.ts';
import { isFailing, isUnready, type Mark, markLooks } from './stateMark.ts';

/** What a click acts on. */
export type LensTarget =
  | {
      readonly to: 'object';
      readonly id: ObjectId;
      /** Why the user must be asked first, whatever the settings say; `undefined` when the object certainly is the document's. */
      readonly doubt: string | undefined;
    }
  /** The user chooses one; then it is asked as in doubt. */
  | { readonly to: 'choose'; readonly ids: readonly ObjectId[]; readonly doubt: string }
  /** The file is needed too; `id` is what it stands for in the cluster, where that is known. */
  | { readonly to: 'document'; readonly id: ObjectId | undefined }
  | { readonly to: 'nothing' };

export interface LensTitle {
  /** With `$(icon)`. */
  readonly title: string;
  /** Plain text. */
  readonly tooltip: string;
  /** Id of a command; `''` for text that does nothing. */
  readonly command: string;
  readonly target: LensTarget;
}

export interface LensInput {
  readonly connection: Connection;
  readonly match: DocumentMatch;
  /** Of an id that the match names; `undefined` when the object has gone. */
  readonly view: (id: ObjectId) => ObjectView | undefined;
  readonly action: (id: ObjectId) => ActionEntry | undefined;
  /** Whether all objects of the kind are known, so that "not there" can be said. */
  readonly complete: boolean;
  /** Whether what the document makes can be compared: sources make nothing. */
  readonly comparable: boolean;
  readonly mayPatch: (view: ObjectView) => boolean | undefined;
  readonly readOnly: boolean;
  readonly now: number;
}

/**
 * From left to right; empty for no lens at all. Without a connection there is none: whoever reads files without a cluster
 * needs no reminder over each document, and the status bar tells of a connection that broke.
 */
export function lensesFor(input: LensInput): LensTitle[] {
  const { connection, match } = input;
  if (connection.state !== 'connected') {
    return [];
  }
  const context = iconFreeText(connection.context, 60);
  switch (match.match) {
    case 'ours':
      return lensesOfObject(match.id, input);
    case 'foreign': {
      const by = match.appliedBy === undefined ? 'not applied by Flux' : `applied by ${match.appliedBy.name}`;
      const where = match.reason === 'otherPath' ? ' (another path)' : '';
      const from = match.from === undefined ? where : ` from ${match.from}${where}`;
      const same = `Same name in ${context}, ${iconFreeText(`${by}${from}`, 160)}`;
      const doubt = plainText(`${nameOf(match.id)} in ${connection.context} is ${by}${from}, not by this file`, 300);
      return [
        lens(`$(info) ${same}`, doubt, 'revealObject', { to: 'object', id: match.id, doubt: undefined }),
        ...diffLenses(match.id, context, input),
        ...actionLenses(match.id, doubt, input),
      ];
    }
    case 'several':
      return lensesOfSeveral(match.ids, context, input);
    case 'absent':
      return input.complete
        ? [
            lens(
              `$(circle-slash) Not in ${context}`,
              `No object of this kind and name is in ${plainText(connection.context)}`,
              undefined,
              { to: 'nothing' },
            ),
            ...diffLenses(undefined, context, input),
          ]
        : [];
  }
}

/** Needs no cluster, so it stands over every document; last, for the state is what a person looks for. */
export function appliedLens(name: FluxName): Omit<LensTitle, 'target'> {
  const tooltip = `Render ${plainText(fluxNameText(name))} from these files, and show the objects that Flux would apply`;
  return { title: 'What Flux applies', tooltip, command: commandId('showApplied') };
}

function lensesOfObject(id: ObjectId, input: LensInput): LensTitle[] {
  const view = input.view(id);
  if (!view) {
    return [];
  }
  if (input.action(id)?.state === 'running') {
    return actionLenses(id, undefined, input);
  }
  return [
    stateLens(view, input.now),
    ...whyLenses(view),
    ...(input.connection.state === 'connected'
      ? diffLenses(id, iconFreeText(input.connection.context, 60), input)
      : []),
    ...actionLenses(id, undefined, input),
    lens('Show in tree', `Show ${nameOf(id)} in the Cluster view`, 'revealObject', {
      to: 'object',
      id,
      doubt: undefined,
    }),
  ];
}

/** Right behind the state: what is not ready is asked about before anything is done with it. */
function whyLenses({ id, state }: ObjectView): LensTitle[] {
  const tooltip = `What the controller says of ${nameOf(id)}, its events, and what holds it up, down to the cause`;
  return isUnready(state) ? [lens('Why?', tooltip, 'whyObject', { to: 'object', id, doubt: undefined })] : [];
}

function diffLenses(id: ObjectId | undefined, context: string, { comparable }: LensInput): LensTitle[] {
  const tooltip = `Compare what lives in ${plainText(context)} with these files, with what comes next, or with what was applied last`;
  return comparable ? [lens('Diff', tooltip, 'diffObject', { to: 'document', id })] : [];
}

/** How the last action ended, for as long as that is kept. */
function endedLenses(id: ObjectId, entry: ActionEntry | undefined): LensTitle[] {
  if (entry?.state !== 'ended') {
    return [];
  }
  const title = `${endedIcon(entry.result.state)} ${iconFreeText(endedText(entry), 120)}`;
  const target: LensTarget = { to: 'object', id, doubt: undefined };
  return [lens(title, plainText(entry.result.message, 1000), 'revealObject', target)];
}

function endedIcon(state: 'succeeded' | 'failed' | 'stopped'): string {
  return state === 'succeeded' ? '$(check)' : state === 'failed' ? '$(error)' : '$(debug-stop)';
}

/** The state in a word and what goes with it; the controller's message when the pointer rests on it. */
function stateLens(view: ObjectView, now: number): LensTitle {
  const { icon } = markLooks[view.mark];
  const title = iconFreeText(stateText(view, now), 140);
  const { message } = view.state;
  return lens(`$(${icon.id}) ${title}`, message === '' ? title : plainText(message, 2000), 'revealObject', {
    to: 'object',
    id: view.id,
    doubt: undefined,
  });
}

/** `Failed: timed out waiting for 1 object · 2m`, `Ready: 11.4.0 · 2m`, `Waiting on logging/tempo`. */
function stateText(view: ObjectView, now: number): string {
  const word = lensWords[view.mark];
  if (isFailing(view.state)) {
    const { message, reason, since } = view.state;
    const gist = gistOf(message);
    return [`${word}: ${gist === '' ? wordsOfReason(reason) : gist}`, ageText(since, now) ?? []].flat().join(' · ');
  }
  const [first = '', ...others] = noteFirst(view, objectText({ view, now, action: undefined, below: undefined }));
  if (first.toLowerCase().startsWith(word.toLowerCase())) {
    return [`${word}${first.slice(word.length)}`, ...others].join(' · ');
  }
  const rest = [first, ...others].map((part) => withoutWord(part, word)).filter((part) => part !== '');
  return rest.length === 0 ? word : `${word}: ${rest.join(' · ')}`;
}

/** Who suspended it and why is what a person looks for over a document; then its revision. */
function noteFirst({ mark }: ObjectView, parts: readonly string[]): readonly string[] {
  const note = mark === 'suspended' ? parts.find((part) => part.startsWith('suspended ')) : undefined;
  return note === undefined ? parts : [note, ...parts.filter((part) => part !== note)];
}

/** The state stands in front already: `suspended` goes, `being deleted 2m` becomes `2m`; `behind source (1.0)` stays. */
function withoutWord(part: string, word: string): string {
  const rest = part.toLowerCase().startsWith(word.toLowerCase()) ? part.slice(word.length) : part;
  return /^(?: \d+[smhd])?$/.test(rest) ? rest.trim() : part;
}

const lensWords: Readonly<Record<Mark, string>> = {
  failed: 'Failed',
  stalled: 'Stalled',
  drifted: 'Drifted',
  differs: 'Differs',
  progressing: 'Progressing',
  terminating: 'Being deleted',
  behind: 'Behind',
  pending: 'Pending',
  corrected: 'Corrected',
  suspended: 'Suspended',
  waiting: 'Waiting',
  unknown: 'Not reconciled yet',
  unreported: 'Ready',
  ready: 'Ready',
  static: 'Static',
};

function actionLenses(id: ObjectId, doubt: string | undefined, input: LensInput): LensTitle[] {
  const view = input.view(id);
  const entry = input.action(id);
  if (entry?.state === 'running') {
    const message = plainText(entry.message, 500);
    return [
      lens(
        `$(sync~spin) ${runningText(entry.verb)}`,
        message === '' ? runningText(entry.verb) : message,
        'revealObject',
        { to: 'object', id, doubt: undefined },
      ),
      lens('Stop waiting', 'What was asked for goes on in the cluster', 'stopWaiting', {
        to: 'object',
        id,
        doubt: undefined,
      }),
    ];
  }
  const isFixed = !view || input.readOnly || view.state.name === 'terminating' || input.mayPatch(view) === false;
  const ended = endedLenses(id, entry);
  if (isFixed) {
    return ended;
  }
  const can = new Set(changeWords(view));
  const where = `${nameOf(id)} in ${input.connection.state === 'connected' ? plainText(input.connection.context) : ''}`;
  const target = { to: 'object', id, doubt } as const;
  return [
    ...ended,
    ...reconcileLenses(view, where, target),
    ...(can.has('canSuspend') ? [lens('Suspend', `Suspend ${where}`, 'suspendObject', target)] : []),
    ...(can.has('canResume') ? [lens('Resume', `Resume ${where}`, 'resumeObject', target)] : []),
  ];
}

/**
 * From its own file an object is brought to what stands in Git. From a file that it does not come from nothing is brought
 * anywhere: then it alone is reconciled.
 */
function reconcileLenses(view: ObjectView, where: string, target: LensTarget & { to: 'object' }): LensTitle[] {
  const can = new Set(changeWords(view));
  if (target.doubt === undefined && (can.has('canReconcileFromRoot') || can.has('canReconcile'))) {
    const tooltip = `Fetch what is in Git and apply it down to ${where}: its source, its parents, then itself`;
    return [lens('Reconcile', tooltip, 'reconcileFromRoot', target)];
  }
  return can.has('canReconcile') ? [lens('Reconcile', `Reconcile ${where}`, 'reconcileObject', target)] : [];
}

/** Nobody knows which one is meant: each action lets the user choose, and asks. */
function lensesOfSeveral(ids: readonly ObjectId[], context: string, input: LensInput): LensTitle[] {
  const names = ids.map((id) => displayName(id)).join(', ');
  const doubt = `Several objects of this name are in ${plainText(context)}`;
  const target: LensTarget = { to: 'choose', ids, doubt };
  const title = `$(question) ${ids.length} of this name in ${context}: ${iconFreeText(names, 120)}`;
  const actions: readonly (readonly [string, ViewCommand, ChangeWord])[] = [
    ['Reconcile…', 'reconcileObject', 'canReconcile'],
    ['Suspend…', 'suspendObject', 'canSuspend'],
    ['Resume…', 'resumeObject', 'canResume'],
  ];
  const views = ids.flatMap((id) => input.view(id) ?? []).filter((view) => input.mayPatch(view) !== false);
  const offered = input.readOnly
    ? []
    : actions.filter(([, , can]) => views.some((view) => changeWords(view).includes(can)));
  return [
    lens(title, doubt, 'revealObject', target),
    ...diffLenses(undefined, context, input),
    ...offered.map(([text, command]) => lens(text, `${doubt}: choose one`, command, target)),
  ];
}

function nameOf(id: ObjectId): string {
  return plainText(`${id.kind} ${displayName(id)}`);
}

function lens(title: string, tooltip: string, command: ViewCommand | undefined, target: LensTarget): LensTitle {
  return { title, tooltip, command: command === undefined ? '' : commandId(command), target };
}
