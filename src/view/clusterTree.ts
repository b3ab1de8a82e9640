/**
 * The Cluster view as data: head rows, Flux objects in the chosen grouping, and what is below those that are open. Pure and
 * linear in the number of objects; called anew after every change, so nothing here may be kept but the settled order.
 */
import type { InventoryView } from '../cluster/inventoryReader.ts';
import type { ClusterState } from '../cluster/clusterState.ts';
import type { FluxKind } from '../flux/kinds.ts';
import { displayName, type ObjectKey } from '../flux/objectKey.ts';
import { arrangeObjects, type Grouping } from './arrangeObjects.ts';
import type { ObjectView, Survey } from './clusterSurvey.ts';
import { welcomeOf } from './connectionView.ts';
import { absenceIsKnown } from './completeness.ts';
import { filterWords, passesFilter, type TreeFilter } from './filters.ts';
import { filterRow, headRows, homeOf, noteRow, staleSince } from './headRows.ts';
import { addInventoryRows, hasFindings, type InventoryPlace, inventoryPlace } from './inventoryRows.ts';
import { plainText } from './markdown.ts';
import { objectRow, type RowSurroundings } from './objectRow.ts';
import { belowText } from './objectText.ts';
import { orderNodes } from './orderNodes.ts';
import type { Row, TreeModel } from './row.ts';
import type { SettledOrder } from './settledOrder.ts';
import { quietColor } from './stateMark.ts';
import { objectTooltip, type TooltipInput } from './tooltip.ts';
import { TreeBuilder } from './treeBuilder.ts';
import { rollUp, type TreeNode } from './treeNodes.ts';

export interface ClusterTreeInput {
  readonly state: ClusterState;
  readonly survey: Survey;
  readonly grouping: Grouping;
  readonly filter: TreeFilter | undefined;
  /** What was read of an owner's inventory; `undefined` while nobody asked. */
  readonly inventory: (owner: ObjectKey) => InventoryView | undefined;
  readonly action: RowSurroundings['action'];
  readonly mayPatch: RowSurroundings['mayPatch'];
  readonly readOnly: boolean;
  readonly commitSubject?: TooltipInput['commitSubject'];
  /** Rows of others, before all: what somebody follows. */
  readonly notes?: readonly Row[];
  readonly now: number;
  /** Of this view and this session; the function moves it on. */
  readonly order: SettledOrder;
}

export interface ClusterTree extends TreeModel {
  /** When the tree changes by itself, in milliseconds since the epoch: a row is due to move. `undefined` for never. */
  readonly nextChangeAt: number | undefined;
}

export function buildClusterTree(input: ClusterTreeInput): ClusterTree {
  const { state, survey, grouping, filter, now } = input;
  const path = `cluster|${grouping}${filter === undefined ? '' : `|${filter.join('+')}`}`;
  const builder = new TreeBuilder();
  if (welcomeOf(state.connection, state, survey) !== '') {
    return withNextChange(builder, undefined); // only an empty tree lets the welcome text through
  }
  const arrangement = {
    cluster: state,
    survey,
    path,
    home: homeOf(state),
    kindNote: (kind: FluxKind) => kindNote(state, kind),
    absenceIsKnown: (kind: FluxKind, namespace: string) => absenceIsKnown(state, kind, namespace),
  };
  const roots = arrangeObjects(grouping, arrangement);
  const passed = rollUp(roots, (view) => passesFilter(filter, view));
  for (const row of [...(input.notes ?? []), ...headRows(state, now, path)]) {
    builder.add(row, undefined);
  }
  if (filter !== undefined) {
    builder.add(filterRow(filterWords(filter), passed, survey.appliers.total, path), undefined);
  } else if (survey.appliers.total === 0 && state.connection.state === 'connected') {
    builder.add(nothingRow(path), undefined);
  }
  addNodes(builder, roots, input);
  return withNextChange(builder, input.order.endRound());
}

/** Not by spreading, which would ask for all that the tree works out when asked. */
export function withNextChange(builder: TreeBuilder, nextChangeAt: number | undefined): ClusterTree {
  return Object.assign(builder.build(), { nextChangeAt });
}

function nothingRow(path: string): Row {
  const label = 'No Kustomizations or HelmReleases to be seen';
  return noteRow({ id: `${path}|nothing`, label, icon: { id: 'info', color: 'charts.blue' } });
}

function kindNote(state: ClusterState, kind: FluxKind): string {
  const sync = state.sync(kind);
  switch (sync.state) {
    case 'notServed':
      return 'not served';
    case 'loading':
      return 'reading…';
    case 'synced':
      return '';
    case 'stale':
      return 'stale';
    case 'failed':
      return sync.failure.reason === 'forbidden' ? `no permission to ${sync.verb}` : 'could not be read';
  }
}

interface Owner {
  readonly node: TreeNode;
  readonly view: ObjectView;
  readonly nested: ReadonlySet<ObjectKey>;
  readonly place: InventoryPlace;
}

/** Parents before children, siblings in order: first all Flux objects, so that the first row of each is its own place. */
function addNodes(builder: TreeBuilder, roots: readonly TreeNode[], input: ClusterTreeInput): void {
  const { state, now } = input;
  const around: RowSurroundings = {
    now,
    staleSince: staleSince(state, now),
    readOnly: input.readOnly,
    mayPatch: input.mayPatch,
    action: input.action,
  };
  const open: { readonly nodes: readonly TreeNode[]; readonly parent: TreeNode | undefined }[] = [
    { nodes: roots, parent: undefined },
  ];
  const owners: Owner[] = [];
  for (const level of open) {
    const home = level.parent?.namespace ?? homeOf(state);
    for (const { node, label } of orderNodes(level.nodes, (child) => labelOf(child, home), input.order, now)) {
      const nested = nestedKeys(node);
      const place = placeOf(node, nested, input);
      builder.add(nodeRow(node, label, place, level.parent === undefined, around, input), level.parent?.id);
      if (node.view && hasMore(node.view, place, input)) {
        owners.push({ node, view: node.view, nested, place });
      }
      if (node.children.length > 0) {
        open.push({ nodes: node.children, parent: node });
      }
    }
  }
  for (const { node, view, nested, place } of owners) {
    const rows = {
      owner: view,
      id: node.id,
      nested,
      inventory: input.inventory(view.key),
      survey: input.survey,
      around,
    };
    addInventoryRows(builder, rows, place);
  }
}

/** Whether anything besides nested Flux objects stands below: of most rows, which nobody has opened, nothing does yet. */
function hasMore(view: ObjectView, { place }: InventoryPlace, { inventory }: ClusterTreeInput): boolean {
  return place === 'group' || (place === 'owner' && (inventory(view.key) !== undefined || hasFindings(view)));
}

/** Below an object that a filter left only for what is nested in it nothing else is shown. */
function placeOf(node: TreeNode, nested: ReadonlySet<ObjectKey>, { survey, filter }: ClusterTreeInput): InventoryPlace {
  return node.view && node.counts && passesFilter(filter, node.view)
    ? inventoryPlace(node.view, nested, survey)
    : { place: 'none' };
}

const noKeys: ReadonlySet<ObjectKey> = new Set();

function nestedKeys(node: TreeNode): ReadonlySet<ObjectKey> {
  return node.children.length === 0 ? noKeys : new Set(node.children.flatMap((child) => child.view?.key ?? []));
}

/** The last label of each object: making text plain is dear, and names do not change. */
const labels = new WeakMap<ObjectView, { readonly home: string; readonly counts: boolean; readonly label: string }>();

function labelOf({ view, group, counts }: TreeNode, home: string): string {
  if (!view) {
    return plainText(group?.label ?? '');
  }
  const known = labels.get(view);
  if (known?.home === home && known.counts === counts) {
    return known.label;
  }
  const name = view.id.namespace === home ? view.id.name : displayName(view.id);
  const label = plainText(counts ? name : `${view.id.kind} ${name}`);
  labels.set(view, { home, counts, label });
  return label;
}

function nodeRow(
  node: TreeNode,
  label: string,
  place: InventoryPlace,
  isRoot: boolean,
  around: RowSurroundings,
  { survey, filter, commitSubject }: ClusterTreeInput,
): Row {
  const { view, group } = node;
  const below = { failing: node.failingBelow, drifted: node.driftedBelow };
  if (!view) {
    return groupRow(node, label, belowText(below), filter !== undefined);
  }
  const { now, staleSince: stale } = around;
  const isOpen = node.visibleBelow && (filter !== undefined || (isRoot && node.counts));
  return objectRow(
    {
      id: node.id,
      view,
      label,
      note: node.note ?? group?.description,
      below,
      expand: isOpen ? 'expanded' : node.visibleBelow || place.place !== 'none' ? 'collapsed' : 'none',
      inventoryOf: place.place === 'owner' ? view.key : undefined,
      tooltip: () => objectTooltip({ view, survey, now, staleSince: stale, commitSubject }),
    },
    around,
  );
}

function groupRow(node: TreeNode, label: string, below: string, isFiltered: boolean): Row {
  const {
    description = '',
    icon = { id: 'circle-outline', color: quietColor },
    expand = 'collapsed',
  } = node.group ?? {};
  return {
    ...noteRow({
      id: node.id,
      label,
      description: [description, below].filter((part) => part !== '').join(' · '),
      icon,
    }),
    contextValue: 'group',
    expand: !node.visibleBelow ? 'none' : isFiltered ? 'expanded' : expand,
  };
}
