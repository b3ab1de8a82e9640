/**
 * What a comparison has found, in words: what would happen to an object, which fields, who wrote them. The same words for
 * rows, lists and messages. Text of a cluster is made plain here.
 */
import { isRefused } from '../drift/changeOrder.ts';
import type { Change, FieldDifference, FieldWriter, ObjectDifference } from '../drift/difference.ts';
import type { KeptField } from '../drift/keptComparison.ts';
import { plainText } from './markdown.ts';
import { fieldPathText } from './originText.ts';
import { ageText } from './relativeTime.ts';
import type { RowIcon } from './row.ts';
import { comparedColor, quietColor } from './stateMark.ts';

interface ChangeLook {
  readonly icon: RowIcon;
  /** Beside an object: `would be created`. */
  readonly words: string;
  /** After a number: `2 created`. */
  readonly counted: string;
}

const red = 'testing.iconFailed';

/** In the order in which they are shown: what cannot be had again comes first. */
export const changeLooks: Readonly<Record<Change, ChangeLook>> = {
  delete: { icon: { id: 'trash', color: red }, words: 'would be deleted', counted: 'deleted' },
  recreate: {
    icon: { id: 'replace-all', color: red },
    words: 'would be deleted and created anew',
    counted: 'recreated',
  },
  create: { icon: { id: 'diff-added', color: comparedColor }, words: 'would be created', counted: 'created' },
  change: { icon: { id: 'diff-modified', color: comparedColor }, words: 'would be changed', counted: 'changed' },
  unknown: { icon: { id: 'question', color: comparedColor }, words: 'could not be compared', counted: 'not compared' },
  skip: { icon: { id: 'debug-step-over', color: quietColor }, words: 'is left alone', counted: 'left alone' },
  none: { icon: { id: 'pass', color: 'testing.iconPassed' }, words: 'is the same', counted: 'the same' },
};

const refusedLook: ChangeLook = { icon: { id: 'error', color: red }, words: 'would be refused', counted: 'refused' };

interface Counted {
  readonly change: Change;
  readonly paths?: readonly unknown[];
}

export function lookOf(object: Counted): ChangeLook {
  return isRefused(object) ? refusedLook : changeLooks[object.change];
}

/** `1 refused, 1 deleted, 2 changed, 1 not compared`; without what is the same. */
export function countsText(objects: readonly Counted[]): string {
  return [refusedLook, ...Object.values(changeLooks)]
    .filter((look) => look !== changeLooks.none)
    .map((look) => ({ look, count: objects.filter((object) => lookOf(object) === look).length }))
    .filter(({ count }) => count > 0)
    .map(({ look, count }) => `${count} ${look.counted}`)
    .join(', ');
}

/** Longer lists of fields are counted. */
const mostFields = 4;

/** `spec.replicas, spec.paused and 3 more fields`; `''` for none. */
export function fieldsText(paths: readonly Pick<FieldDifference, 'path'>[]): string {
  const shown = paths.slice(0, mostFields).map(({ path }) => plainText(fieldPathText(path), 80));
  const more = paths.length - shown.length;
  return `${shown.join(', ')}${more === 0 ? '' : ` and ${more} more ${more === 1 ? 'field' : 'fields'}`}`;
}

/** All that a person must know of an object before it is opened: why, which fields, and what comes along with it. */
export function objectDetail(object: ObjectDifference): string {
  const { reason, paths, restartsPods, takenOverFrom, approximate } = object;
  const taken = object.change === 'change' ? paths.filter(({ takenBack }) => takenBack === true) : [];
  // Beside kubectl there are those that the controller is told to override.
  const others = taken.map(({ writer }) => writer?.manager ?? 'kubectl').filter((name) => !name.startsWith('kubectl'));
  const from = others.length === 0 ? 'kubectl' : 'others';
  return [
    ...(reason === undefined ? [] : [plainText(reason, 300)]),
    ...(paths.length === 0 ? [] : [fieldsText(paths)]),
    ...(restartsPods ? ['replaces pods'] : []),
    ...(takenOverFrom === undefined ? [] : [`taken over from ${plainText(takenOverFrom, 100)}`]),
    ...(taken.length === 0 ? [] : [`with fields that ${from} added, which Flux takes back`]),
    ...(approximate ? ['approximate'] : []),
  ].join(' · ');
}

/** `3, would be 1 · kubectl-scale, at least 4m ago`: what is live comes first, for that is what a person can look at. */
export function fieldText({ effect, live, desired, writer }: KeptField, now: number): string {
  const value = live === undefined ? '' : plainText(live, 60);
  const next = desired === undefined ? '' : plainText(desired, 60);
  const change = {
    add: next === '' ? 'is missing' : `is missing, would be ${next}`,
    replace: [...(value === '' ? [] : [value]), next === '' ? 'would be another' : `would be ${next}`].join(', '),
    remove: [...(value === '' ? [] : [value]), 'would be removed'].join(', '),
  }[effect];
  return [change, ...(writer ? [writerText(writer, now)] : [])].join(' · ');
}

/** `kubectl-edit, at least 4m ago`: a manager's time is that of its last write to any field, which may be later than this one's. */
export function writerText({ manager, subresource, time }: FieldWriter, now: number): string {
  const age = ageText(time, now);
  const name = plainText(subresource === undefined ? manager : `${manager} (${subresource})`, 60);
  return age === undefined ? name : `${name}, at least ${age} ago`;
}
