/**
 * The row of a Flux object: label, text, icon, badge, and what may be done with it. Where it stands in which tree is the
 * tree's business.
 */
import type { ActionEntry } from '../cluster/runningActions.ts';
import { canReconcile, canSuspend } from '../flux/changes.ts';
import { displayName, idOf, type ObjectKey, objectKey } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { parentIdOf } from '../flux/rootChain.ts';
import { suspensionMeans } from '../flux/suspension.ts';

import { differingObjects, driftedObjects, type ObjectView } from './clusterSurvey.ts';
import { plainText } from './markdown.ts';
import { agesOf, differsText, driftText, objectText, type RollUp } from './objectText.ts';
import type { Row, RowBadge } from './row.ts';
import { comparedColor, isFailing, isUnready, markLooks, quietColor } from './stateMark.ts';

/** What holds for every row of a tree. */
export interface RowSurroundings {
  readonly now: number;
  /** Says since when, once what is shown may be old; rows are then grey and offer no change. */
  readonly staleSince: string | undefined;
  readonly readOnly: boolean;
  /** Whether this user may patch the object; `undefined` when it is not known, which offers the action. */
  readonly mayPatch: (view: ObjectView) => boolean | undefined;
  readonly action: (key: ObjectKey) => ActionEntry | undefined;
}

export interface ObjectRowInput {
  readonly id: string;
  readonly view: ObjectView;
  readonly label: string;
  /** After the object's own text. */
  readonly note?: string | undefined;
  readonly below: RollUp | undefined;
  readonly expand: Row['expand'];
  readonly inventoryOf?: ObjectKey | undefined;
  readonly tooltip: () => string;
}

export function objectRow(input: ObjectRowInput, around: RowSurroundings): Row {
  const row = keptRow(input, around);
  // Only the tooltip is always new: it speaks of other objects too, as they are now.
  return { ...row, tooltip: input.tooltip };
}

interface KeptRow {
  readonly input: Omit<ObjectRowInput, 'tooltip' | 'view'>;
  readonly staleSince: string | undefined;
  readonly isFixed: boolean;
  readonly action: ActionEntry | undefined;
  readonly ages: string;
  readonly row: Row;
}

/** The last rows of each view: it may stand in two trees, and twice in one. They go with the view. */
const rowsByView = new WeakMap<ObjectView, KeptRow[]>();

/** Most changes are of one object among thousands, and the texts of a row are the dearest part of a tree. */
function keptRow(input: ObjectRowInput, around: RowSurroundings): Row {
  const { view } = input;
  const { staleSince } = around;
  const action = around.action(view.key);
  const isFixed = around.readOnly || around.mayPatch(view) === false;
  const ages = agesOf(view, around.now);
  const rows = rowsByView.get(view) ?? [];
  const index = rows.findIndex(({ input: { id } }) => id === input.id);
  const kept = rows[index];
  if (
    kept?.ages === ages &&
    kept.action === action &&
    kept.isFixed === isFixed &&
    kept.staleSince === staleSince &&
    sameInput(kept.input, input)
  ) {
    return kept.row;
  }
  const { id, label, note, below, expand, inventoryOf } = input;
  const row = makeRow(input, around, action);
  // Without the tooltip, which would keep a whole survey.
  const made: KeptRow = {
    input: { id, label, note, below, expand, inventoryOf },
    staleSince,
    isFixed,
    action,
    ages,
    row: { ...row, tooltip: noTooltip },
  };
  rows.splice(index < 0 ? rows.length : index, 1, made);
  rowsByView.set(view, rows);
  return row;
}

function noTooltip(): string {
  return '';
}

function sameInput(a: KeptRow['input'], b: KeptRow['input']): boolean {
  return (
    a.label === b.label &&
    a.note === b.note &&
    a.below?.failing === b.below?.failing &&
    a.below?.drifted === b.below?.drifted &&
    a.expand === b.expand &&
    a.inventoryOf === b.inventoryOf
  );
}

function makeRow(input: ObjectRowInput, around: RowSurroundings, action: ActionEntry | undefined): Row {
  const { view } = input;
  const isRunning = action?.state === 'running';
  const look = markLooks[view.mark];
  const parts = [
    ...objectText({ view, now: around.now, action, below: input.below }),
    ...(input.note ? [input.note] : []),
  ];
  const icon = isRunning ? { id: 'loading~spin', color: undefined } : look.icon;
  const name = plainText(displayName(view.id));
  const age = around.staleSince === undefined ? [] : [`as of ${around.staleSince}`];
  return {
    id: input.id,
    label: input.label,
    description: parts.join(' · '),
    tooltip: input.tooltip,
    tooltipVersion: tooltipVersion(view, around),
    icon: around.staleSince === undefined ? icon : { id: icon.id, color: quietColor },
    contextValue: contextWords(view, isRunning, around).join(' '),
    expand: input.expand,
    accessibility: [`${view.id.kind} ${name}`, look.words, ...parts, ...age].join(', '),
    badge: driftBadge(view) ?? differsBadge(view),
    key: view.key,
    inventoryOf: input.inventoryOf,
    command: undefined,
  };
}

function tooltipVersion({ object, compared, pending, corrected }: ObjectView, { staleSince }: RowSurroundings): string {
  const files = pending?.state === 'pending' ? [pending.head, pending.applied] : [pending?.applied];
  return [object.metadata.resourceVersion, staleSince, compared?.at, ...files, corrected?.at].join(' ');
}

/** The number of drifted objects; more than 99 do not fit. */
function driftBadge(view: ObjectView): RowBadge | undefined {
  if (view.drift.state !== 'drifted') {
    return undefined;
  }
  const count = driftedObjects(view.drift).length;
  const text = count === 0 ? '!' : count > 99 ? '9+' : String(count);
  return { text, tooltip: driftText(count), color: 'charts.yellow' };
}

/** With a sign in front, for the number alone is what a controller reports. */
function differsBadge({ compared }: ObjectView): RowBadge | undefined {
  const count = differingObjects(compared).length;
  const text = count > 9 ? '≠' : `≠${count}`;
  return count === 0 ? undefined : { text, tooltip: differsText(count), color: comparedColor };
}

/** What cannot be done now is absent. The kind is a word too: what is rendered is a `kustomization` or a `helmRelease`. */
function contextWords(view: ObjectView, isRunning: boolean, around: RowSurroundings): string[] {
  const kind = `${view.id.kind.charAt(0).toLowerCase()}${view.id.kind.slice(1)}`;
  // A comparison changes nothing, so no right and no setting stands against it.
  const compare = view.kind.role === 'applier' && around.staleSince === undefined ? ['comparable'] : [];
  // A fetch changes the clone alone.
  const fetch = view.pending?.state === 'notFetched' ? ['fetchable'] : [];
  // Turned on in a file, so nothing of the cluster stands against it either.
  const mode = view.object.spec?.driftDetection?.mode ?? 'disabled';
  const detect = view.id.kind === 'HelmRelease' && mode === 'disabled' ? ['undetected'] : [];
  const words = ['object', 'readable', 'fluxObject', kind, ...compare, ...fetch, ...detect, ...whyWords(view, around)];
  if (isRunning) {
    return [...words, 'running'];
  }
  const isFixed = around.readOnly || around.staleSince !== undefined || view.state.name === 'terminating';
  return isFixed || around.mayPatch(view) === false ? words : [...words, ...changeWords(view)];
}

/** Asked of the cluster as it is now, and changes nothing. What waits or fails has the answer at hand. */
function whyWords({ state }: ObjectView, { staleSince }: RowSurroundings): string[] {
  if (staleSince !== undefined || !isUnready(state)) {
    return [];
  }
  return isFailing(state) || state.name === 'waiting' ? ['explainable', 'troubled'] : ['explainable'];
}

/** Words of a row's context value that offer a change. */
export type ChangeWord =
  'canReconcile' | 'canReconcileSource' | 'canReconcileFromRoot' | 'canForce' | 'canSuspend' | 'canResume';

/** An object that applies itself has nobody above it: for it the way from the root is the one from its source. */
function hasParent(object: FluxObject): boolean {
  const parent = parentIdOf(object);
  return parent !== undefined && objectKey('', parent) !== objectKey('', idOf(object));
}

/** The changes that the object's state allows, whatever the user may. */
export function changeWords({ object, source, kind, state }: ObjectView): ChangeWord[] {
  const hasSource = kind.role === 'applier' && source !== undefined && source.id.kind !== 'ExternalArtifact';
  const allowed: readonly (readonly [ChangeWord, boolean])[] = [
    ['canReconcile', canReconcile(object) === 'yes'],
    ['canReconcileSource', canReconcile(object) === 'yes' && hasSource],
    // Also what nobody reconciles by itself: who applies it brings it up to date.
    ['canReconcileFromRoot', !state.suspended && hasParent(object)],
    ['canForce', canReconcile(object) === 'yes' && object.kind === 'HelmRelease'],
    ['canSuspend', canSuspend(object)],
    ['canResume', state.suspended && suspensionMeans(object).by !== 'none'],
  ];
  return allowed.filter(([, isAllowed]) => isAllowed).map(([word]) => word);
}
