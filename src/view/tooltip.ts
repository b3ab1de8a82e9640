/**
 * What a row says when the pointer rests on it: one object in full, as Markdown. All text from the cluster is escaped; the
 * only links are to Flux's documentation.
 */
import { deployedRevision } from '../flux/behindSource.ts';
import { nextReconcile } from '../flux/durations.ts';
import { displayName, type ObjectId, objectKey } from '../flux/objectKey.ts';
import type { Condition } from '../flux/objects.ts';
import { dependenciesOf, ownerOf } from '../flux/references.ts';
import { repositoryLabel } from '../flux/repositoryUrl.ts';
import { shortRevision } from '../flux/revision.ts';
import { longestReason, suspensionNoteOf } from '../flux/suspensionNote.ts';
import { asText, fieldAt } from '../flux/untyped.ts';
import { driftedObjects, type ObjectView, type Survey } from './clusterSurvey.ts';
import { comparedLines } from './differenceRows.ts';
import { fluxDocs } from './documentation.ts';
import { escapeMarkdown, escapeMarkdownLines } from './markdown.ts';
import { correctedLines, pendingLines } from './markText.ts';
import { suspendedText, waitingText } from './objectText.ts';
import { ageText, durationText } from './relativeTime.ts';
import { markLooks } from './stateMark.ts';

export interface TooltipInput {
  readonly view: ObjectView;
  readonly survey: Survey;
  readonly now: number;
  /** When what is shown was true, once it may be old. */
  readonly staleSince?: string | undefined;
  /** The first line of a commit's message, where the local clone has the commit. */
  readonly commitSubject?: ((revision: string) => string | undefined) | undefined;
  /** Said of a source: who takes from it. */
  readonly consumers?: string | undefined;
}

/** Longest list in a tooltip; the rest is counted. */
const longest = 10;

/** In the order in which a person asks: what is it, how is it, why, what drifted, which revision, from where, when. */
export function objectTooltip(input: TooltipInput): string {
  const { view } = input;
  const { message } = view.state;
  return [
    `**${escapeMarkdown(view.id.kind)}** ${escapeMarkdown(displayName(view.id))}`,
    stateLine(input),
    ...suspendedLine(view, input.now),
    // In the words of the controller and in full.
    ...(message === '' ? [] : [escapeMarkdownLines(message)]),
    ...driftLines(view),
    ...correctedLines(view, input.now),
    ...comparedLines(view.compared, input.now),
    ...pendingLines(view),
    ...revisionLines(input),
    ...originLines(input),
    ...timeLines(input),
    ...dependencyLines(input),
    ...conditionTable(view.object.status?.conditions ?? [], input.now),
    ...docsLine(view),
  ].join('\n\n');
}

function stateLine({ view, now, staleSince }: TooltipInput): string {
  const { state } = view;
  const age = ageText(state.since, now);
  const words = [
    markLooks[view.mark].words,
    ...(state.suspended && state.underlying !== 'ready' ? [`before that ${state.underlying}`] : []),
    ...(state.name === 'waiting' ? [waitingText(state.waitingFor)] : []),
    ...(state.reason === '' ? [] : [state.reason]),
    ...(age === undefined ? [] : [`for ${age}`]),
    ...(state.retrying ? ['tried again by itself'] : []),
    ...(staleSince === undefined ? [] : [`as of ${staleSince}`]),
  ];
  return words.map(escapeMarkdown).join(' · ');
}

/** Where nobody has left word, nobody is named. */
function suspendedLine({ object }: ObjectView, now: number): string[] {
  const text = suspensionNoteOf(object) && suspendedText(object, now, longestReason);
  return text === undefined ? [] : [escapeMarkdown(`${text.charAt(0).toUpperCase()}${text.slice(1)}`)];
}

function driftLines({ drift, state }: ObjectView): string[] {
  switch (drift.state) {
    case 'drifted': {
      const objects = driftedObjects(drift);
      const list = objects.slice(0, longest).map(({ kind, namespace, name, change, fields }) => {
        const counts = fields
          ? `${fields.added} to add, ${fields.changed} to change, ${fields.removed} to remove`
          : change === 'removed'
            ? 'removed from the cluster'
            : 'changed';
        return `- ${escapeMarkdown(`${kind} ${displayName({ namespace, name })}`)}: ${counts}`;
      });
      const rest = objects.length > longest ? [`- and ${objects.length - longest} more`] : [];
      const mode = drift.mode === 'warn' ? 'only reported (mode warn)' : 'put back by helm-controller (mode enabled)';
      const old = state.suspended ? ', as of the last check before the suspension' : '';
      return [[`Drifted, ${mode}${old}:`, ...list, ...rest].join('\n')];
    }
    case 'notMonitored':
      return ['Drift is not monitored: `spec.driftDetection` is off.'];
    case 'notReported':
      return [
        'Drift detection is on, but this Flux does not report drift: the condition `Drifted` exists from Flux 2.9.',
      ];
    case 'notYet':
      return ['Drift has not been checked yet.'];
    case 'none':
      return ['No drift at the last check.'];
    case 'notApplicable':
      return [];
  }
}

function revisionLines({ view, survey, now, commitSubject }: TooltipInput): string[] {
  const { object, behind } = view;
  const { artifact, lastAttemptedRevision } = object.status ?? {};
  const say = (label: string, revision: string): string => {
    const subject = commitSubject?.(revision);
    return `${label} ${escapeMarkdown(shortRevision(revision))}${subject === undefined ? '' : ` · ${escapeMarkdown(subject)}`}`;
  };
  if (artifact?.revision !== undefined) {
    const age = ageText(artifact.lastUpdateTime, now);
    return [`${say('Artifact', artifact.revision)}${age === undefined ? '' : ` · ${age} ago`}`];
  }
  const deployed = deployedRevision(object);
  const source = view.source && survey.views.get(view.source.key)?.object.status?.artifact?.revision;
  const lines = [
    ...(deployed === undefined ? [] : [say('Applied', deployed)]),
    ...(lastAttemptedRevision !== undefined && lastAttemptedRevision !== deployed
      ? [say('Attempted', lastAttemptedRevision)]
      : []),
    ...(behind
      ? [`${say('Available', behind.available)} · behind its source`]
      : source
        ? [say('Available', source)]
        : []),
  ];
  return lines.length === 0 ? [] : [lines.join('  \n')];
}

function originLines({ view, survey, consumers }: TooltipInput): string[] {
  const owner = ownerOf(view.object);
  const { url } = view.object.spec ?? {};
  const isOwn = owner !== undefined && objectKey(survey.context, owner.id) === view.key;
  const lines = [
    // Without the credentials that a URL may hold.
    ...(url === undefined ? [] : [`From ${escapeMarkdown(repositoryLabel(url.replace(/^oci:/i, 'https:')))}`]),
    ...(view.source ? [`Source: ${named(view.source.id, survey)}`] : []),
    ...(owner ? [isOwn ? 'Applied by itself' : `Applied by ${named(owner.id, survey)}`] : ['Not applied by Flux']),
    ...(consumers === undefined ? [] : [escapeMarkdown(consumers)]),
  ];
  return [lines.join('  \n')];
}

/** Kind and name, and the state where it is not a good one. */
function named(id: ObjectId, survey: Survey): string {
  const view = survey.views.get(objectKey(survey.context, id));
  const state = view && view.mark !== 'ready' && view.mark !== 'static' ? `: ${markLooks[view.mark].words}` : '';
  return escapeMarkdown(`${id.kind} ${displayName(id)}${state}`);
}

/** The controllers spread their intervals, so the next time is at most an interval away and not to be named. */
function timeLines({ view, now }: TooltipInput): string[] {
  const { object } = view;
  const [newest] = object.status?.history ?? [];
  const last = asText(fieldAt(newest, 'lastReconciled')) ?? newest?.lastDeployed;
  const lastAge = ageText(last, now);
  const next = nextReconcile(object);
  const nextText =
    next === undefined
      ? undefined
      : next.by === 'backoff'
        ? 'tried again after growing delays'
        : `next reconcile at most ${durationText(next.withinMs)} away`;
  // The newest entry of a history is the newest attempt, whatever came of it.
  const isTried = view.state.underlying === 'failed' || view.state.underlying === 'stalled';
  const parts = [
    ...(lastAge === undefined ? [] : [`last ${isTried ? 'tried' : 'applied'} ${lastAge} ago`]),
    ...(nextText === undefined ? [] : [nextText]),
  ];
  const text = parts.join(' · ');
  return text === '' ? [] : [`${text.charAt(0).toUpperCase()}${text.slice(1)}`];
}

function dependencyLines({ view, survey }: TooltipInput): string[] {
  const dependencies = dependenciesOf(view.object);
  if (dependencies.length === 0) {
    return [];
  }
  const list = dependencies.slice(0, longest).map((id) => {
    const other = survey.views.get(objectKey(survey.context, id));
    return `- ${escapeMarkdown(displayName(id))}: ${other ? markLooks[other.mark].words : 'not in this cluster, or not to be seen'}`;
  });
  const rest = dependencies.length > longest ? [`- and ${dependencies.length - longest} more`] : [];
  return [['Depends on', ...list, ...rest].join('\n')];
}

function conditionTable(conditions: readonly Condition[], now: number): string[] {
  if (conditions.length === 0) {
    return [];
  }
  const lines = conditions.slice(0, longest).map(({ type, status, reason = '', lastTransitionTime }) => {
    const age = ageText(lastTransitionTime, now) ?? '';
    return `| ${escapeMarkdown(type)} | ${status} | ${escapeMarkdown(reason)} | ${age} |`;
  });
  return [['| condition | status | reason | for |', '| --- | --- | --- | --- |', ...lines].join('\n')];
}

function docsLine({ id }: ObjectView): string[] {
  const [page] = fluxDocs(id);
  return page === undefined ? [] : [`[Flux documentation](${page.url})`];
}
