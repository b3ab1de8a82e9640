/** Mutations of single fields: which fields of which kinds, who writes them, and how. Chooses by the random numbers it is given. */
import type { SeededRandom } from '../support/seededRandom.ts';
import type { CaseInput, DriftPlan } from './driftCases.ts';
import { customKinds, secretKinds } from './driftCustomKinds.ts';
import { fluxKindsApplied } from './driftFluxKinds.ts';
import { type DriftField, type DriftKind, builtInKinds, objectOf } from './driftKinds.ts';
import type { LiveWrite, Writer } from './driftWrites.ts';
import type { FieldEdit, WriteWay } from './fieldEdits.ts';

export const allKinds: readonly DriftKind[] = [...builtInKinds, ...secretKinds, ...customKinds, ...fluxKindsApplied];

/** What is done to a field: another value, taken away, or put where nothing was. */
export type FieldAction = 'change' | 'remove' | 'add';

export const fieldActions: readonly FieldAction[] = ['change', 'remove', 'add'];

export interface FieldChoice {
  readonly kinds?: readonly DriftKind[];
  readonly fields?: (field: DriftField, kind: DriftKind) => boolean;
  /** One of them, in turns. */
  readonly actions: readonly FieldAction[];
  readonly writers: readonly Writer[];
}

export function kindsNamed(...names: readonly string[]): readonly DriftKind[] {
  return allKinds.filter(({ kind }) => names.includes(kind));
}

export function inTurn<T>(items: readonly T[], number: number): T {
  return items[number % items.length]!;
}

/** Whether the action can be tried on the field. The same quantity written otherwise is a class of its own. */
export function isPossible(action: FieldAction, field: DriftField): boolean {
  switch (action) {
    case 'change':
      return (
        (field.stands === 'stated' || field.stands === 'defaulted') && field.values.length > 0 && !field.sameQuantity
      );
    case 'remove':
      return field.stands === 'stated' && field.optional === true;
    case 'add':
      return field.stands === 'free' || field.stands === 'item';
  }
}

export function editOf(action: FieldAction, field: DriftField, random: SeededRandom): FieldEdit {
  const { path, whole, stands } = field;
  const place = { path, ...(whole && { whole }) };
  if (action === 'remove') {
    return { ...place, remove: true };
  }
  const value = random.pick(field.values);
  return stands === 'item' ? { ...place, append: value } : { ...place, set: value };
}

/** A way that the writer takes and the kind and the action allow. */
export function wayOf(writer: Writer, kind: DriftKind, random: SeededRandom): WriteWay {
  const way = random.pick(writer.ways);
  return way === 'strategic' && kind.custom ? 'merge' : way;
}

export function describeEdit(edit: FieldEdit): string {
  const done =
    'remove' in edit ? 'removed' : 'set' in edit ? `= ${JSON.stringify(edit.set)}` : `+ ${JSON.stringify(edit.append)}`;
  return `${edit.path.join('.')} ${done}`;
}

/** Kinds in turns, each time another; the field, its value and the writer by chance. */
export function fieldPlan(choice: FieldChoice): (input: CaseInput) => DriftPlan {
  return ({ random, name, namespace, number }) => {
    const { kind, action, field } = chooseField(choice, number, random);
    const first = objectOf(kind, name, namespace);
    const { write, what } = editWrite(kind, { action, field }, choice.writers, random);
    return { what: `${kind.kind}: ${what}`, first, writes: [write] };
  };
}

export interface ChosenField {
  readonly kind: DriftKind;
  readonly action: FieldAction;
  readonly field: DriftField;
}

export function chooseField(choice: Omit<FieldChoice, 'writers'>, number: number, random: SeededRandom): ChosenField {
  const { kinds = allKinds, fields = () => true, actions } = choice;
  const possible = (kind: DriftKind, action: FieldAction) =>
    kind.fields.filter((field) => isPossible(action, field) && fields(field, kind));
  const action = inTurn(actions, number);
  const able = kinds.filter((kind) => possible(kind, action).length > 0);
  // By chance where to begin, so that another seed tries other kinds; then in turns.
  const kind = inTurn(able, number + random.below(3) * actions.length);
  return { kind, action, field: random.pick(possible(kind, action)) };
}

export function editWrite(
  kind: DriftKind,
  { action, field }: { readonly action: FieldAction; readonly field: DriftField },
  writers: readonly Writer[],
  random: SeededRandom,
): { readonly write: LiveWrite; readonly what: string } {
  // An apply can only say what it wants.
  const able = writers.filter(({ ways }) => action !== 'remove' || !ways.includes('apply'));
  const writer = random.pick(able);
  const way = wayOf(writer, kind, random);
  const edit = editOf(action, field, random);
  const write: LiveWrite = { do: 'edit', writer, way, edits: [edit] };
  return { write, what: `${describeEdit(edit)} by ${writer.name} (${way})` };
}
