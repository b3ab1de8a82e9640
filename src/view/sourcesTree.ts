/**
 * The Sources view as data: each source with its revision, and how many of those that take from it have applied it. Below a
 * source stand the HelmCharts made of it, and below each who consumes it.
 */
import type { ClusterState } from '../cluster/clusterState.ts';
import { behindSource, deployedRevision } from '../flux/behindSource.ts';
import { displayName, type ObjectKey, objectKey } from '../flux/objectKey.ts';
import { sameRevision } from '../flux/revision.ts';
import { originOf } from './arrangeObjects.ts';
import type { ObjectView, Survey } from './clusterSurvey.ts';
import { allAreKnown } from './completeness.ts';
import { welcomeOf } from './connectionView.ts';
import { headRows, homeOf, noteRow, staleSince } from './headRows.ts';
import { plainText } from './markdown.ts';
import { objectRow, type RowSurroundings } from './objectRow.ts';
import { orderNodes } from './orderNodes.ts';
import { type ClusterTree, withNextChange } from './clusterTree.ts';
import type { SettledOrder } from './settledOrder.ts';
import { objectTooltip, type TooltipInput } from './tooltip.ts';
import { append, TreeBuilder } from './treeBuilder.ts';
import { rollUp, type TreeNode, treeNode } from './treeNodes.ts';

export interface SourcesTreeInput {
  readonly state: ClusterState;
  readonly survey: Survey;
  readonly action: RowSurroundings['action'];
  readonly mayPatch: RowSurroundings['mayPatch'];
  readonly readOnly: boolean;
  readonly commitSubject?: TooltipInput['commitSubject'];
  readonly now: number;
  /** Of this view and this session; the function moves it on. */
  readonly order: SettledOrder;
}

const path = 'sources';

export function buildSourcesTree(input: SourcesTreeInput): ClusterTree {
  const { state, survey, now, order } = input;
  const builder = new TreeBuilder();
  if (welcomeOf(state.connection, state, survey) !== '') {
    return withNextChange(builder, undefined);
  }
  const roots = arrangeSources(survey);
  rollUp(roots, () => true);
  for (const row of headRows(state, now, path, 'source')) {
    builder.add(row, undefined);
  }
  if (roots.length === 0 && state.connection.state === 'connected') {
    const icon = { id: 'info', color: 'charts.blue' };
    builder.add(noteRow({ id: `${path}|nothing`, label: 'No sources to be seen', icon }), undefined);
  }
  addNodes(builder, roots, input);
  return withNextChange(builder, order.endRound());
}

/** A source below the one that it is made of, else at the top; consumers below what they consume. */
function arrangeSources(survey: Survey): TreeNode[] {
  const below = new Map<ObjectKey, ObjectView[]>();
  const roots: ObjectView[] = [];
  for (const view of survey.views.values()) {
    const source = view.source?.key;
    const isNested = source !== undefined && survey.views.has(source) && !loops(view, survey);
    if (isNested) {
      append(below, source, view);
    } else if (view.kind.role === 'source') {
      roots.push(view);
    }
  }
  const top = roots.map((view) => sourceNode(view, undefined));
  const open = [...top];
  for (const node of open) {
    for (const view of (node.view && below.get(node.view.key)) ?? []) {
      const child = sourceNode(view, node);
      node.children.push(child);
      open.push(child);
    }
  }
  return top;
}

/** Sources that name each other in a circle would hide each other; then each stands at the top. */
function loops(view: ObjectView, survey: Survey): boolean {
  const seen = new Set<ObjectKey>();
  for (let here: ObjectView | undefined = view; here; here = here.source && survey.views.get(here.source.key)) {
    if (seen.has(here.key)) {
      return true;
    }
    seen.add(here.key);
  }
  return false;
}

function sourceNode(view: ObjectView, parent: TreeNode | undefined): TreeNode {
  return treeNode({ id: `${parent?.id ?? path}|${view.key}`, view, counts: view.kind.role === 'source' });
}

function addNodes(builder: TreeBuilder, roots: readonly TreeNode[], input: SourcesTreeInput): void {
  const { state, survey, now } = input;
  const around: RowSurroundings = {
    now,
    staleSince: staleSince(state, now),
    readOnly: input.readOnly,
    mayPatch: input.mayPatch,
    action: input.action,
  };
  const uses = usesOf(survey);
  const isWhole = allAreKnown(state, 'applier');
  const home = homeOf(state);
  const open: { readonly nodes: readonly TreeNode[]; readonly parent: TreeNode | undefined }[] = [
    { nodes: roots, parent: undefined },
  ];
  for (const level of open) {
    for (const { node, label } of orderNodes(level.nodes, (child) => labelOf(child, home), input.order, now)) {
      const { view } = node;
      if (!view) {
        continue; // there are no groups here
      }
      const use = node.counts && level.parent === undefined ? useText(uses.get(view.key), isWhole) : undefined;
      const tooltip = (): string =>
        objectTooltip({
          view,
          survey,
          now,
          staleSince: around.staleSince,
          commitSubject: input.commitSubject,
          consumers: use,
        });
      const below = { failing: node.failingBelow, drifted: 0 };
      const expand = node.children.length === 0 ? 'none' : 'collapsed';
      builder.add(objectRow({ id: node.id, view, label, note: use, below, expand, tooltip }, around), level.parent?.id);
      if (node.children.length > 0) {
        open.push({ nodes: node.children, parent: node });
      }
    }
  }
}

function labelOf({ view, counts }: TreeNode, home: string): string {
  if (!view) {
    return '';
  }
  const name = view.id.namespace === home ? view.id.name : displayName(view.id);
  return plainText(counts ? `${view.id.kind} ${name}` : name);
}

interface Use {
  readonly total: number;
  readonly applied: number;
}

/** By source, over all that take from it in the end: the releases of a HelmRepository, not its charts. */
function usesOf(survey: Survey): ReadonlyMap<ObjectKey, Use> {
  const uses = new Map<ObjectKey, Use>();
  for (const view of survey.views.values()) {
    const origin = view.kind.role === 'applier' ? originOf(view, survey) : undefined;
    if (origin) {
      const key = objectKey(survey.context, origin);
      const { total, applied } = uses.get(key) ?? { total: 0, applied: 0 };
      uses.set(key, { total: total + 1, applied: applied + (hasApplied(view, survey) ? 1 : 0) });
    }
  }
  return uses;
}

/** Strictly, without any grace period: what is being applied has not been applied. */
function hasApplied(view: ObjectView, survey: Survey): boolean {
  const source = view.source && survey.views.get(view.source.key)?.object;
  const available = source?.status?.artifact?.revision;
  const deployed = deployedRevision(view.object);
  if (deployed === undefined || available === undefined) {
    return false;
  }
  return view.object.kind === 'Kustomization'
    ? sameRevision(deployed, available)
    : view.state.underlying !== 'progressing' && !behindSource(view.object, source).behind;
}

/** `applied by 81 of 84` */
/** Nothing while not all consumers are known: a count of some would be taken for the count. */
function useText(use: Use | undefined, isWhole: boolean): string | undefined {
  if (!isWhole) {
    return undefined;
  }
  return use === undefined ? 'not used' : `applied by ${use.applied} of ${use.total}`;
}
