/**
 * The short text beside an object's name: revision, what is the matter, for how long, what fails below. Each part is one
 * line of plain text; text of a cluster is made plain here.
 */
import type { ActionEntry } from '../cluster/runningActions.ts';
import { deployedRevision } from '../flux/behindSource.ts';
import { displayName, type ObjectId } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { shortRevision } from '../flux/revision.ts';
import { suspensionNoteOf } from '../flux/suspensionNote.ts';
import { runningText } from './actionTexts.ts';
import { differingObjects, driftedObjects, type ObjectView } from './clusterSurvey.ts';
import { failureText } from './failureGist.ts';
import { plainText } from './markdown.ts';
import { correctedText, pendingText } from './markText.ts';
import { ageText } from './relativeTime.ts';

/** What is below an object in the tree, itself not counted. */
export interface RollUp {
  readonly failing: number;
  readonly drifted: number;
}

/** What an object has applied, fetched or tries: the revision of its row, `''` for none. */
export function rowRevision({ object }: ObjectView): string {
  const { status } = object;
  if (object.kind === 'HelmRepository') {
    return ''; // the digest of an index says nothing to anybody
  }
  const text = deployedRevision(object) ?? status?.artifact?.revision ?? status?.lastAttemptedRevision;
  return plainText(shortRevision(text), 60);
}

export interface TextInput {
  readonly view: ObjectView;
  readonly now: number;
  readonly action: ActionEntry | undefined;
  readonly below: RollUp | undefined;
}

/** All in an object's text that time alone changes; equal ages make an equal text. */
export function agesOf({ state, kind, object, corrected }: ObjectView, now: number): string {
  const { metadata, status } = object;
  const suspended = ageText(suspensionNoteOf(object)?.at, now) ?? '';
  const age = `${ageText(state.since, now) ?? ''} ${ageText(corrected?.at, now) ?? ''} ${suspended}`;
  const fetched = kind.role === 'source' ? ageText(status?.artifact?.lastUpdateTime, now) : undefined;
  const deleted = ageText(metadata.deletionTimestamp, now);
  return fetched === undefined && deleted === undefined ? age : `${age} ${fetched ?? ''} ${deleted ?? ''}`;
}

/**
 * What fails below comes first: a narrow side bar cuts off the end, and a parent that is well itself says nothing else that
 * would send anybody further down. So does what the last comparison found, for which it was asked. Then the revision and the object's
 * own state.
 */
export function objectText(input: TextInput): string[] {
  const { view, action, below } = input;
  const parts = action?.state === 'running' ? [runningText(action.verb).toLowerCase()] : stateParts(input);
  // A waiting object says what it waits for; its revision is not news.
  const revision = view.mark === 'waiting' ? '' : rowRevision(view);
  const [found, compared] = view.mark === 'differs' ? [differsPart(view), []] : [[], differsPart(view)];
  const pending = view.mark === 'pending' ? '' : pendingText(view.pending);
  const corrected = view.mark === 'corrected' ? '' : correctedText(view, input.now);
  return [belowText(below), ...found, revision, ...parts, ...compared, pending, corrected].filter(
    (part) => part !== '',
  );
}

function stateParts({ view, now }: TextInput): string[] {
  const { state, mark, behind } = view;
  const age = ageText(state.since, now);
  const behindPart = behind ? [behindText(behind.available)] : [];
  switch (mark) {
    case 'failed':
    case 'stalled':
      return [agedFailure(view, age), ...driftPart(view)];
    case 'drifted':
      return [...driftPart(view), ...otherStatePart(view), ...behindPart];
    case 'differs':
      return behindPart;
    case 'progressing':
      return [withAge(progressWords(view), age)];
    case 'terminating':
      return [withAge('being deleted', ageText(view.object.metadata.deletionTimestamp, now))];
    case 'behind':
      return behindPart;
    case 'pending':
      return [pendingText(view.pending)];
    case 'corrected':
      return [correctedText(view, now)];
    case 'suspended':
      return [suspendedText(view.object, now), ...otherStatePart(view), ...driftPart(view), ...behindPart];
    case 'waiting':
      return [waitingText(state.waitingFor)];
    case 'unknown':
      return ['not reconciled yet'];
    case 'unreported':
      return ['this Flux does not report drift'];
    case 'ready':
      return readyPart(view, age, now);
    case 'static':
      return [];
  }
}

/** A source's age is that of what it offers; an applier's, since when it is ready. */
function readyPart({ object, kind }: ObjectView, age: string | undefined, now: number): string[] {
  const fetched = kind.role === 'source' ? ageText(object.status?.artifact?.lastUpdateTime, now) : undefined;
  return fetched !== undefined ? [`${fetched} ago`] : age === undefined ? [] : [age];
}

/** `health check failed 4m ago`, or `install failed: connection refused · 4m`. */
function agedFailure({ state }: ObjectView, age: string | undefined): string {
  const text = failureText(state);
  if (age === undefined) {
    return text;
  }
  return text.includes(': ') ? `${text} · ${age}` : `${text} ${age} ago`;
}

function withAge(words: string, age: string | undefined): string {
  return age === undefined ? words : `${words} ${age}`;
}

function driftPart(view: ObjectView): string[] {
  return view.drift.state === 'drifted' ? [driftText(driftedObjects(view.drift).length)] : [];
}

function differsPart({ compared }: ObjectView): string[] {
  const count = differingObjects(compared).length;
  return count === 0 ? [] : [differsText(count)];
}

/** `2 objects differ`: found by a comparison; what a controller reports has *drifted*. */
export function differsText(count: number): string {
  return count === 1 ? '1 object differs' : `${count} objects differ`;
}

/** `2 objects drifted`; `drifted` when the controller's list could not be read. */
export function driftText(count: number): string {
  return count === 0 ? 'drifted' : `${count} ${count === 1 ? 'object' : 'objects'} drifted`;
}

/** The state that the mark hides: what is below a suspension, what goes on beside a drift. */
function otherStatePart(view: ObjectView): string[] {
  const { state, mark } = view;
  switch (state.underlying) {
    case 'failed':
    case 'stalled':
      return [failureText(state)];
    case 'waiting':
      return [waitingText(state.waitingFor)];
    case 'progressing':
      // While suspended nothing progresses, whatever the conditions say.
      return mark === 'suspended' ? [] : [view.drift.state === 'drifted' ? 'reconciling' : progressWords(view)];
    case 'ready':
    case 'static':
    case 'terminating':
    case 'unknown':
      return [];
  }
}

/** `behind source (0.9.3)` */
export function behindText(available: string): string {
  return `behind source (${plainText(shortRevision(available), 60)})`;
}

/** `waiting on logging/tempo`, with the kind where it is not the waiting object's own. */
export function waitingText(awaited: ObjectId | string | undefined): string {
  if (awaited === undefined) {
    return 'waiting';
  }
  if (typeof awaited === 'string') {
    return `waiting: ${plainText(awaited, 80)}`;
  }
  const isSource = awaited.group === 'source.toolkit.fluxcd.io';
  return plainText(`waiting on ${isSource ? `${awaited.kind} ` : ''}${displayName(awaited)}`, 120);
}

const actions: Readonly<Record<string, string>> = {
  install: 'installing',
  upgrade: 'upgrading',
  test: 'testing',
  rollback: 'rolling back',
  uninstall: 'uninstalling',
};

/** helm-controller says which action runs (`Running 'upgrade' action with timeout of 5m0s`); the others only that one does. */
function progressWords({ state }: ObjectView): string {
  const action = /^Running '(\w+)' action/.exec(state.message)?.[1];
  return (action !== undefined && Object.hasOwn(actions, action) ? actions[action] : undefined) ?? 'reconciling';
}

/** `2 failing, 1 drifted below` */
export function belowText(below: RollUp | undefined): string {
  const counts = [
    ...(below && below.failing > 0 ? [`${below.failing} failing`] : []),
    ...(below && below.drifted > 0 ? [`${below.drifted} drifted`] : []),
  ];
  return counts.length === 0 ? '' : `${counts.join(', ')} below`;
}

/**
 * `suspended by admin 2h ago: "loki migration"`, as far as whoever did it has left word. In quotes, for these words are a person's
 * and what stands behind them is ours again.
 */
export function suspendedText(object: FluxObject, now: number, max = 80): string {
  const { by = '', at, reason = '' } = suspensionNoteOf(object) ?? {};
  const age = ageText(at, now);
  const [who, when, why] = [plainText(by, 40), age === undefined ? '' : `${age} ago`, plainText(reason, max)];
  const words = ['suspended', ...(who === '' ? [] : [`by ${who}`]), ...(when === '' ? [] : [when])].join(' ');
  return why === '' ? words : `${words}: "${why}"`;
}
