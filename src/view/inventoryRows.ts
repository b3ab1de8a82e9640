/**
 * What stands below a Kustomization or HelmRelease besides nested Flux objects: the objects that drifted, and its inventory
 * with the health of each. Draws what was read; reads nothing.
 */
import { compareText } from '../base/compareText.ts';
import type { InventoryEntryView, InventoryView } from '../cluster/inventoryReader.ts';
import { type InventoryItem, inventoryOf } from '../flux/inventory.ts';
import { findFluxKind } from '../flux/kinds.ts';
import { displayName, type ObjectId, type ObjectKey, objectKey } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { DriftedObject } from '../flux/releaseDrift.ts';
import { asRecord, asText, fieldAt } from '../flux/untyped.ts';
import { differingObjects, driftedObjects, type ObjectView, type Survey } from './clusterSurvey.ts';
import { commandId } from './commandId.ts';
import { addDifferenceRows } from './differenceRows.ts';
import { goodLook, lookOf, messageOf, stateWord, troubleText, type EntryLook } from './entryLook.ts';
import { noteRow } from './headRows.ts';
import { escapeMarkdown, escapeMarkdownLines, plainText } from './markdown.ts';
import { objectRow, type RowSurroundings } from './objectRow.ts';
import type { Row, RowIcon } from './row.ts';
import { quietColor } from './stateMark.ts';
import { objectTooltip } from './tooltip.ts';
import { append, type TreeBuilder } from './treeBuilder.ts';

/** Longer lists are grouped by kind. */
const longList = 12;

export interface OwnerRows {
  readonly owner: ObjectView;
  /** The owner's row, already in the tree. */
  readonly id: string;
  /** Flux objects that stand below the owner already. */
  readonly nested: ReadonlySet<ObjectKey>;
  /** What was read of the inventory, `undefined` while nobody asked. */
  readonly inventory: InventoryView | undefined;
  readonly survey: Survey;
  readonly around: RowSurroundings;
}

/** How an owner's inventory is shown, known without reading any of it. */
export type InventoryPlace =
  | { readonly place: 'none' }
  /** Directly below the owner. */
  | { readonly place: 'owner' }
  /** In a row of its own, so that opening a Kustomization for what is nested in it reads nothing. */
  | { readonly place: 'group'; readonly count: number };

export function inventoryPlace(owner: ObjectView, nested: ReadonlySet<ObjectKey>, survey: Survey): InventoryPlace {
  const listed = listedBy(owner, survey);
  if (typeof listed === 'string') {
    return { place: 'owner' };
  }
  const count = listed.others + listed.appliers.filter((key) => key !== owner.key && !nested.has(key)).length;
  if (count === 0) {
    return { place: hasFindings(owner) ? 'owner' : 'none' };
  }
  return nested.size === 0 ? { place: 'owner' } : { place: 'group', count };
}

/** Whether rows of objects stand below it that no inventory is read for. */
export function hasFindings({ drift, compared }: ObjectView): boolean {
  return driftedObjects(drift).length > 0 || differingObjects(compared).length > 0;
}

interface KeyedItem extends InventoryItem {
  readonly key: ObjectKey;
}

type Items = readonly KeyedItem[] | 'notReported' | 'remote';

/** What an inventory holds, as far as rows that are not open need it. */
type Listed =
  { readonly appliers: readonly ObjectKey[]; readonly others: number } | Exclude<Items, readonly KeyedItem[]>;

interface Kept<T> {
  readonly survey: Pick<Survey, 'context' | 'fluxVersion'>;
  readonly value: T;
}

const itemsByObject = new WeakMap<FluxObject, Kept<Items>>();
const listedByObject = new WeakMap<FluxObject, Kept<Listed>>();

function keep<T>(
  cache: WeakMap<FluxObject, Kept<T>>,
  { object }: ObjectView,
  { context, fluxVersion }: Survey,
  make: () => T,
): T {
  const known = cache.get(object);
  if (known?.survey.context === context && known.survey.fluxVersion === fluxVersion) {
    return known.value;
  }
  const value = make();
  cache.set(object, { survey: { context, fluxVersion }, value });
  return value;
}

/** Kept as long as the object: taking ids apart is the dearest part of an open inventory. */
function inventoryItems(owner: ObjectView, survey: Survey): Items {
  return keep(itemsByObject, owner, survey, () => itemsOf(owner, survey));
}

/** Only what is counted is kept: the parsed inventories of thousands of closed rows would be most of the memory. */
function listedBy(owner: ObjectView, survey: Survey): Listed {
  return keep(listedByObject, owner, survey, () => {
    const items = itemsOf(owner, survey);
    if (typeof items === 'string') {
      return items;
    }
    const appliers = items.filter(({ id }) => findFluxKind(id.group, id.kind)?.role === 'applier');
    return { appliers: appliers.map(({ key }) => key), others: items.length - appliers.length };
  });
}

function itemsOf({ object }: ObjectView, { context, fluxVersion }: Survey): Items {
  const read = inventoryOf(object, fluxVersion);
  return typeof read === 'string' ? read : read.map((item) => ({ ...item, key: objectKey(context, item.id) }));
}

/** Adds all that stands below the owner besides its nested Flux objects. */
export function addInventoryRows(builder: TreeBuilder, input: OwnerRows, place: InventoryPlace): void {
  const drifted = addDriftedRows(builder, input, addDifferences(builder, input));
  if (place.place === 'group') {
    const id = `${input.id}|objects`;
    builder.add(objectsRow(id, place.count, input), input.id);
    addReadRows(builder, input, id, drifted);
  } else if (place.place === 'owner') {
    addReadRows(builder, input, input.id, drifted);
  }
}

function objectsRow(id: string, count: number, { owner, inventory }: OwnerRows): Row {
  const description = inventory?.state === 'loaded' ? troubleText(inventory.entries) : '';
  return {
    ...noteRow({ id, label: `Objects (${count})`, description, icon: { id: 'layers', color: undefined } }),
    contextValue: 'objects',
    expand: 'collapsed',
    inventoryOf: owner.key,
  };
}

function addDifferences(builder: TreeBuilder, { owner, id, around }: OwnerRows): Set<ObjectKey> {
  return addDifferenceRows(builder, { owner, id, around, words: readingWords });
}

/**
 * Drifted objects come from the release's own condition: they are known without reading anything. They stand first, and
 * not again in the list; what a comparison tells in more detail is `shown` already. Returns the keys of both.
 */
function addDriftedRows(builder: TreeBuilder, input: OwnerRows, shown: Set<ObjectKey>): Set<ObjectKey> {
  const { owner, survey } = input;
  const drifted = driftedObjects(owner.drift);
  if (drifted.length === 0) {
    return shown;
  }
  const items = inventoryItems(owner, survey);
  // The condition names no API group, so the inventory must tell which object it means.
  const byName = new Map((typeof items === 'string' ? [] : items).map((item) => [driftName(item.id), item]));
  for (const object of drifted) {
    const item = byName.get(driftName(object));
    if (item && shown.has(item.key)) {
      continue;
    }
    const entry = entriesOf(input.inventory).find(
      ({ id }) => item !== undefined && driftName(id) === driftName(object),
    );
    builder.add(driftedRow(object, item, entry, input), input.id);
    if (item) {
      shown.add(item.key);
    }
  }
  return shown;
}

function driftName({ kind, namespace, name }: Pick<ObjectId, 'kind' | 'namespace' | 'name'>): string {
  return `${kind}/${namespace}/${name}`;
}

function driftedRow(
  object: DriftedObject,
  item: KeyedItem | undefined,
  entry: InventoryEntryView | undefined,
  { id, owner, around }: OwnerRows,
): Row {
  const label = entryLabel(object, owner.id.namespace, true);
  const what = changeText(object);
  const health = entry ? lookOf(entry).text : '';
  return {
    id: `${id}|drift|${driftName(object)}`,
    label,
    description: health === '' ? what : `${what} · ${health}`,
    tooltip: () =>
      [
        `**${escapeMarkdown(object.kind)}** ${escapeMarkdown(displayName(object))}`,
        `Drifted: ${what}`,
        ...(owner.drift.state === 'drifted' && owner.drift.mode === 'warn'
          ? ['Drift detection only warns: nobody puts it back.']
          : []),
      ].join('\n\n'),
    tooltipVersion: owner.object.metadata.resourceVersion,
    icon: { id: 'warning', color: around.staleSince === undefined ? 'charts.yellow' : quietColor },
    contextValue: item ? `${readingWords(object)} drifted` : 'drifted',
    expand: 'none',
    accessibility: `${object.kind} ${plainText(displayName(object))}, drifted, ${what}`,
    badge: undefined,
    key: item?.key,
    command: undefined,
  };
}

function changeText({ change, fields }: DriftedObject): string {
  if (change === 'removed' || !fields) {
    return change === 'removed' ? 'removed from the cluster' : 'changed';
  }
  const count = fields.added + fields.changed + fields.removed;
  return `${count} ${count === 1 ? 'change' : 'changes'}`;
}

function entriesOf(inventory: InventoryView | undefined): readonly InventoryEntryView[] {
  return inventory?.state === 'loaded' ? inventory.entries : [];
}

function addReadRows(builder: TreeBuilder, input: OwnerRows, parent: string, drifted: ReadonlySet<ObjectKey>): void {
  const { inventory, owner, nested, survey } = input;
  if (inventory === undefined) {
    return;
  }
  if (inventory.state !== 'loaded') {
    builder.add(unreadRow(`${parent}|note`, inventory, owner), parent);
    return;
  }
  const entries = inventory.entries
    .map((entry) => ({ entry, key: objectKey(survey.context, entry.id) }))
    .filter(({ key }) => key !== owner.key && !nested.has(key) && !drifted.has(key))
    .sort((a, b) => byTrouble(a.entry, b.entry));
  if (inventory.note !== undefined || (entries.length === 0 && !hasFindings(owner))) {
    const label = plainText(inventory.note ?? 'No objects');
    builder.add(noteRow({ id: `${parent}|note`, label, icon: { id: 'info', color: quietColor } }), parent);
  }
  if (entries.length <= longList) {
    for (const { entry, key } of entries) {
      builder.add(entryRow(entry, key, `${parent}|${key}`, true, input), parent);
    }
    return;
  }
  const kinds = new Map<string, typeof entries>();
  for (const item of entries) {
    append(kinds, `${item.entry.id.kind}.${item.entry.id.group}`, item);
  }
  for (const [kind, list] of kinds) {
    const group = `${parent}|kind|${kind}`;
    builder.add(
      kindRow(
        group,
        list.map(({ entry }) => entry),
      ),
      parent,
    );
    for (const { entry, key } of list) {
      builder.add(entryRow(entry, key, `${group}|${key}`, false, input), group);
    }
  }
}

/** Instead of objects: why there are none to show. */
function unreadRow(id: string, inventory: Exclude<InventoryView, { state: 'loaded' }>, owner: ObjectView): Row {
  const quiet: RowIcon = { id: 'info', color: 'charts.blue' };
  switch (inventory.state) {
    case 'loading':
      return noteRow({ id, label: 'Reading objects…', icon: { id: 'loading~spin', color: undefined } });
    case 'remote':
      return noteRow({
        id,
        label: `Objects are on another cluster (${kubeConfigWords(owner.object)})`,
        icon: { id: 'remote', color: 'charts.blue' },
      });
    case 'notReported':
      return {
        ...noteRow({
          id,
          label: "This Flux does not list a release's objects",
          description: 'look them up by label',
          icon: quiet,
          buttons: ['canLookUp'],
          tooltip:
            'A HelmRelease lists its objects from Flux 2.8 on. Click to look for objects that carry the labels of this release.',
          command: { id: commandId('lookUpObjects'), title: 'Look up objects by label', args: [id] },
        }),
        key: owner.key, // whose objects the command looks up
      };
    case 'failed':
      return noteRow({
        id,
        label: 'Objects could not be read',
        description: plainText(inventory.message, 120),
        icon: { id: 'warning', color: 'charts.yellow' },
        buttons: ['canRetry', 'canShowLog'],
        tooltip: escapeMarkdownLines(inventory.message),
      });
  }
}

/** `kubeConfig Secret staging` */
function kubeConfigWords({ spec }: FluxObject): string {
  const kubeConfig = asRecord(spec?.kubeConfig);
  const secret = asText(fieldAt(kubeConfig, 'secretRef', 'name'));
  const map = asText(fieldAt(kubeConfig, 'configMapRef', 'name'));
  const name = secret !== undefined ? ` Secret ${secret}` : map !== undefined ? ` ConfigMap ${map}` : '';
  return `kubeConfig${plainText(name) === '' ? '' : ` ${plainText(name)}`}`;
}

function kindRow(id: string, entries: readonly InventoryEntryView[]): Row {
  const kind = entries[0]?.id.kind ?? '';
  const worst = entries.map(lookOf).reduce((a, b) => (b.trouble < a.trouble ? b : a), goodLook);
  return {
    ...noteRow({
      id,
      label: `${plainText(kind)} (${entries.length})`,
      description: troubleText(entries),
      icon: worst.icon,
    }),
    contextValue: 'objects',
    expand: 'collapsed',
  };
}

function byTrouble(a: InventoryEntryView, b: InventoryEntryView): number {
  return lookOf(a).trouble - lookOf(b).trouble || compareText(sortText(a.id), sortText(b.id));
}

function sortText({ kind, namespace, name }: ObjectId): string {
  return `${kind}\u0000${namespace}\u0000${name}`;
}

/** `Deployment grafana`; the namespace where it is not the owner's. */
function entryLabel(id: Pick<ObjectId, 'kind' | 'namespace' | 'name'>, home: string, withKind: boolean): string {
  const name = id.namespace === home || id.namespace === '' ? id.name : `${id.namespace}/${id.name}`;
  return plainText(withKind ? `${id.kind} ${name}` : name);
}

function entryRow(entry: InventoryEntryView, key: ObjectKey, id: string, withKind: boolean, input: OwnerRows): Row {
  const { owner, survey, around } = input;
  const label = entryLabel(entry.id, owner.id.namespace, withKind);
  const view = survey.views.get(key);
  if (view) {
    // A Flux object of the tree or of the Sources view: its own state says more than any health.
    const tooltip = (): string => objectTooltip({ view, survey, now: around.now, staleSince: around.staleSince });
    return objectRow({ id, view, label, below: undefined, expand: 'none', tooltip }, around);
  }
  const look = lookOf(entry);
  const isStale = around.staleSince !== undefined;
  return {
    id,
    label,
    description: look.text,
    tooltip: () => entryTooltip(entry, look),
    tooltipVersion: `${entry.state} ${messageOf(entry)}`,
    icon: isStale ? { id: look.icon.id, color: quietColor } : look.icon,
    contextValue: [wordsOf(entry), ...(isStale ? [] : whyWords(entry))].join(' '),
    expand: 'none',
    accessibility: [
      `${entry.id.kind} ${plainText(displayName(entry.id))}`,
      look.text === '' ? stateWord(entry) : look.text,
    ].join(', '),
    badge: undefined,
    key,
    command: undefined,
  };
}

function entryTooltip(entry: InventoryEntryView, look: EntryLook): string {
  const message = messageOf(entry);
  return [
    `**${escapeMarkdown(entry.id.kind)}** ${escapeMarkdown(displayName(entry.id))}`,
    escapeMarkdown(look.text === '' ? stateWord(entry) : look.text),
    ...(message === '' ? [] : [escapeMarkdownLines(message)]),
  ].join('\n\n');
}

function wordsOf(entry: InventoryEntryView): string {
  return entry.state === 'missing' || entry.state === 'notServed' ? 'missing' : readingWords(entry.id);
}

/** As of a Flux object: what is not ready is asked about, what fails or is missing at once. */
function whyWords(entry: InventoryEntryView): string[] {
  if (entry.state === 'missing') {
    return ['explainable', 'troubled'];
  }
  if (entry.state !== 'found' || entry.health.status === 'current') {
    return [];
  }
  return entry.health.status === 'failed' ? ['explainable', 'troubled'] : ['explainable'];
}

/** A Secret is listed but not read, so nothing is offered that would have to read it. */
function readingWords({ kind }: { readonly kind: string }): string {
  return kind === 'Secret' ? 'object' : 'object readable';
}
