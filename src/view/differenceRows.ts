/**
 * What the last comparison has found, as rows below the Kustomization or HelmRelease that was compared: each object that would
 * not stay as it is, with its fields below it. What controllers report is not shown here (`inventoryRows.ts`).
 */
import type { KeptComparison, KeptDifference, KeptField } from '../drift/keptComparison.ts';
import { displayName, type ObjectKey, objectKey } from '../flux/objectKey.ts';
import { differingObjects, type ObjectView } from './clusterSurvey.ts';
import { changeLooks, countsText, fieldText } from './differenceText.ts';
import { noteRow } from './headRows.ts';
import { escapeMarkdown, plainText } from './markdown.ts';
import type { RowSurroundings } from './objectRow.ts';
import { fieldPathText } from './originText.ts';
import { clockText } from './relativeTime.ts';
import type { Row } from './row.ts';
import { comparedColor, quietColor } from './stateMark.ts';
import type { TreeBuilder } from './treeBuilder.ts';

/** More fields than anybody reads in a tree; the diff has them all. */
const mostFields = 30;

export interface DifferenceRowsInput {
  readonly owner: ObjectView;
  /** The owner's row, already in the tree. */
  readonly id: string;
  readonly around: RowSurroundings;
  /** What a row of an inventory offers for an object of that kind. */
  readonly words: (id: { readonly kind: string }) => string;
}

/** Adds the rows; returns the objects that have one now, so that no list repeats them. */
export function addDifferenceRows(builder: TreeBuilder, input: DifferenceRowsInput): Set<ObjectKey> {
  const { compared } = input.owner;
  const shown = new Set<ObjectKey>();
  for (const difference of differingObjects(compared)) {
    if (compared) {
      const key = objectKey(compared.context, difference.id);
      addObject(builder, input, compared, difference, key);
      shown.add(key);
    }
  }
  return shown;
}

function addObject(
  builder: TreeBuilder,
  input: DifferenceRowsInput,
  compared: KeptComparison,
  difference: KeptDifference,
  key: ObjectKey,
): void {
  const { around } = input;
  const id = `${input.id}|differs|${key}`;
  builder.add(objectRow(id, input, compared, difference, key), input.id);
  for (const [index, field] of difference.fields.slice(0, mostFields).entries()) {
    const place = { owner: input.owner.key, object: key, path: field.path };
    builder.add(fieldRow(`${id}|${index}`, field, around, difference.change === 'create' ? undefined : place), id);
  }
  const more = difference.fields.length - mostFields;
  if (more > 0) {
    builder.add(
      noteRow({ id: `${id}|more`, label: `and ${more} more`, icon: { id: 'ellipsis', color: quietColor } }),
      id,
    );
  }
}

function objectRow(
  id: string,
  { owner, around, words }: DifferenceRowsInput,
  compared: KeptComparison,
  difference: KeptDifference,
  key: ObjectKey,
): Row {
  const { change, fields, reason } = difference;
  const look = changeLooks[change];
  const home = difference.id.namespace === owner.id.namespace || difference.id.namespace === '';
  const name = home ? difference.id.name : displayName(difference.id);
  const what = markWords(difference);
  const isGone = change === 'create';
  return {
    id,
    label: plainText(`${difference.id.kind} ${name}`),
    description: what,
    tooltip: () =>
      [
        `**${escapeMarkdown(difference.id.kind)}** ${escapeMarkdown(displayName(difference.id))}`,
        escapeMarkdown(`${look.words}${reason === undefined ? '' : `: ${reason}`}`),
        ...comparedLines(compared, around.now),
      ].join('\n\n'),
    tooltipVersion: String(compared.at),
    icon: around.staleSince === undefined ? look.icon : { id: look.icon.id, color: quietColor },
    contextValue: isGone ? 'missing differs' : `${words(difference.id)} differs`,
    expand: fields.length === 0 ? 'none' : 'collapsed',
    accessibility: `${plainText(`${difference.id.kind} ${displayName(difference.id)}`)}, differs, ${what}`,
    badge: undefined,
    key,
    command: undefined,
  };
}

/** What is the matter with the live object, in the words of somebody who looks at the cluster. */
function markWords({ change, fields }: KeptDifference): string {
  switch (change) {
    case 'create':
      return 'missing';
    case 'delete':
      return 'extra: would be deleted';
    case 'recreate':
      return 'would be recreated';
    case 'change': {
      const [first] = fields;
      const path = first === undefined ? '' : plainText(fieldPathText(first.path), 60);
      return fields.length > 1 ? `${fields.length} fields differ` : path === '' ? 'differs' : `${path} differs`;
    }
    case 'skip':
    case 'unknown':
      return changeLooks[change].words;
  }
}

function fieldRow(id: string, field: KeptField, { now }: RowSurroundings, place: Row['field']): Row {
  const icons = { add: 'add', replace: 'edit', remove: 'remove' } as const;
  const row = noteRow({
    id,
    label: plainText(fieldPathText(field.path), 120),
    description: fieldText(field, now),
    icon: { id: icons[field.effect], color: comparedColor },
  });
  return place ? { ...row, contextValue: 'driftField', field: place } : row;
}

/** When, with what, and what came of it: for tooltips. Ages would not move in one that is open, so the time of day stands. */
export function comparedLines(compared: KeptComparison | undefined, now: number): string[] {
  if (compared === undefined) {
    return [];
  }
  const counts = countsText(compared.differences);
  const result = counts === '' ? sameText(compared.total) : counts;
  return [
    `Compared with ${escapeMarkdown(compared.from)} at ${clockText(compared.at, now)}: ${result}\\. Not checked since\\.`,
  ];
}

/** Of a comparison in which nothing differs. */
function sameText(total: number): string {
  switch (total) {
    case 0:
      return 'there was no object to compare';
    case 1:
      return '1 object is the same';
    default:
      return `all ${total} objects are the same`;
  }
}
