/**
 * Whether what was told of an object before came about: compares a prediction with the object before and after the controller
 * has been there. Knows nothing of how it was predicted.
 */
import type { FieldDifference, ObjectDifference } from '../../src/drift/difference.ts';
import { differentPaths } from '../support/comparable.ts';
import { withoutPaths } from '../support/withoutPaths.ts';
import type { ApiObject } from './apiClient.ts';
import { changedFields, fieldAgreement, fieldName, isServerField, ownContent } from './changedFields.ts';
import type { Verdict } from './driftReport.ts';
import type { EditPath } from './fieldEdits.ts';
import type { FluxDiffEntry } from './fluxDiff.ts';

export interface Observed {
  readonly before: ApiObject | undefined;
  readonly after: ApiObject | undefined;
}

export type Happened = 'none' | 'change' | 'create' | 'delete' | 'recreate';

export interface Judgement {
  readonly verdict: Verdict;
  /** In words; empty when agreed. */
  readonly told: string;
}

const agreed: Judgement = { verdict: 'agreed', told: '' };

/** What the controller did. An object that waits for somebody's finalizer is deleted. */
export function happened({ before, after }: Observed): Happened {
  const remains = after !== undefined && after.metadata.deletionTimestamp === undefined;
  if (before === undefined || !remains) {
    return before === undefined ? (remains ? 'create' : 'none') : 'delete';
  }
  if (before.metadata.uid !== after.metadata.uid) {
    return 'recreate';
  }
  return changedFields(before, after).length === 0 ? 'none' : 'change';
}

/** `undefined`: nothing was told of the object, which is as good as `none`. */
export function judgeDifference(difference: ObjectDifference | undefined, observed: Observed): Judgement {
  const { change = 'none', because, reason } = difference ?? {};
  const real = happened(observed);
  if (change === 'unknown') {
    return { verdict: 'unknown', told: `${because ?? ''} ${reason ?? ''}; then: ${real}` };
  }
  const told = change === 'skip' ? 'none' : change;
  if (told !== real) {
    const verdict = told === 'none' ? 'missed' : 'wrong';
    return { verdict, told: `${change} (${shownPaths(difference)}), then: ${real} (${fields(observed)})` };
  }
  if (difference === undefined || real === 'none' || real === 'delete' || real === 'recreate') {
    return agreed;
  }
  return real === 'create' ? judgeCreated(difference, observed) : judgeChanged(difference, observed);
}

function judgeChanged(difference: ObjectDifference, observed: Observed): Judgement {
  const sides = difference.real?.reveal();
  if (sides === undefined) {
    return { verdict: 'missed', told: 'no object was predicted' };
  }
  const paths = difference.paths.filter(({ path }) => !isServerField(path.join('.')));
  const told = paths.map(({ path, effect }) =>
    fieldName(path, effect === 'add' ? [sides.next, sides.live] : [sides.live, sides.next]),
  );
  const { missed, wrong } = fieldAgreement(told, changedFields(observed.before, observed.after));
  const values = differentPaths(ownContent(sides.next as ApiObject), ownContent(observed.after!));
  const problems = [
    ...missed.map((name) => `not told: ${name}`),
    ...wrong.map((name) => `not so: ${name}`),
    ...values.map((line) => `other than told: ${line}`),
    ...wrongEffects(paths, observed).map((line) => `not so: ${line}`),
  ];
  const verdict = missed.length > 0 ? 'missed' : 'wrong';
  return problems.length === 0 ? agreed : { verdict, told: problems.join('; ') };
}

/** A field that is told to be removed is not there afterwards, and one that is told to be added was not there before. */
function wrongEffects(paths: readonly FieldDifference[], { before, after }: Observed): readonly string[] {
  return paths.flatMap(({ path, effect }) => {
    const name = fieldName(path, effect === 'add' ? [after, before] : [before, after]);
    const [was, is] = [before, after].map((side) => hasField(side!, name));
    if (was === undefined || is === undefined) {
      return [];
    }
    const real = was ? (is ? 'replace' : 'remove') : is ? 'add' : 'nothing';
    return effect === real ? [] : [`${effect} ${name}, but ${real}`];
  });
}

/** `undefined` within a list that is one value. */
function hasField(object: ApiObject, name: string): boolean | undefined {
  const nothing = { apiVersion: '', kind: '', metadata: { name: '' } };
  const all = changedFields(nothing, object);
  if (all.some((each) => name.startsWith(`${each}.`))) {
    return undefined;
  }
  return all.some((each) => each === name || each.startsWith(`${name}.`));
}

/** What the server decides when it makes an object, each time anew. */
const assigned: readonly EditPath[] = [
  ['spec', 'clusterIP'],
  ['spec', 'clusterIPs'],
  ['spec', 'selector', 'matchLabels'],
  ['spec', 'template', 'metadata', 'labels'],
];

function judgeCreated(difference: ObjectDifference, { after }: Observed): Judgement {
  if (difference.after === undefined) {
    return agreed;
  }
  const content = (object: ApiObject): unknown => {
    const isAssigned = object.kind === 'Service' || object.kind === 'Job';
    // Of the controller that the object is for.
    const isHeld = object.apiVersion.includes('.fluxcd.io/');
    return ownContent(
      withoutPaths(object, [...(isAssigned ? assigned : []), ...(isHeld ? [['metadata', 'finalizers']] : [])]),
    );
  };
  // Secrets are masked in it.
  const compared =
    after!.kind === 'Secret' ? [] : differentPaths(content(difference.after as ApiObject), content(after!));
  return compared.length === 0
    ? agreed
    : { verdict: 'wrong', told: compared.map((line) => `other than told: ${line}`).join('; ') };
}

/** The program tells fields of maps by the map, so a path above a changed field counts. */
export function judgeFluxDiff(entry: FluxDiffEntry | undefined, observed: Observed): Judgement {
  const real = happened(observed);
  const told = entry === undefined || entry.change === 'skipped' ? 'none' : entry.change;
  const words = { none: 'none', created: 'create', deleted: 'delete', drifted: 'change' } as const;
  // What is made anew is told as created.
  if (words[told] !== (real === 'recreate' ? 'create' : real)) {
    return { verdict: told === 'none' ? 'missed' : 'wrong', told: `${told}, then: ${real} (${fields(observed)})` };
  }
  if (real !== 'change') {
    return agreed;
  }
  const own = (entry?.paths ?? []).filter((name) => !isServerField(name));
  const { missed, wrong } = fieldAgreement(own, changedFields(observed.before, observed.after));
  if (missed.length === 0 && wrong.length === 0) {
    return agreed;
  }
  const lines = [...missed.map((name) => `not told: ${name}`), ...wrong.map((name) => `not so: ${name}`)];
  return { verdict: missed.length > 0 ? 'missed' : 'wrong', told: lines.join('; ') };
}

function fields({ before, after }: Observed): string {
  return before && after ? changedFields(before, after).join(', ') : '';
}

function shownPaths(difference: ObjectDifference | undefined): string {
  return (difference?.paths ?? []).map(({ path, effect }) => `${effect} ${path.join('.')}`).join(', ');
}
