/** Both trees as a user would see them, from objects and the few things that a test is about. */
import type { InventoryView } from '../../src/cluster/inventoryReader.ts';
import type { ActionEntry } from '../../src/cluster/runningActions.ts';
import type { KeptComparison } from '../../src/drift/keptComparison.ts';
import type { PendingChange } from '../../src/drift/findPending.ts';
import type { ControllerEvent } from '../../src/flux/corrections.ts';
import type { ObjectId, ObjectKey } from '../../src/flux/objectKey.ts';
import { idOf, objectKey } from '../../src/flux/objectKey.ts';
import type { FluxObject } from '../../src/flux/objects.ts';
import type { Grouping } from '../../src/view/arrangeObjects.ts';
import { type ObjectView, type Survey, surveyCluster } from '../../src/view/clusterSurvey.ts';
import { buildClusterTree, type ClusterTree } from '../../src/view/clusterTree.ts';
import type { TreeFilter } from '../../src/view/filters.ts';
import type { Row } from '../../src/view/row.ts';
import { SettledOrder } from '../../src/view/settledOrder.ts';
import { buildSourcesTree } from '../../src/view/sourcesTree.ts';
import { context, type FakeState, fakeClusterState } from './fakeClusterState.ts';

/** The time at which a `ManualClock` starts: two minutes after the builders' objects were made. */
export const now = Date.parse('2026-01-01T00:00:00Z');

/** `2025-12-31T23:56:00Z` for 4 minutes. */
export function minutesAgo(minutes: number): string {
  return new Date(now - minutes * 60_000).toISOString();
}

export interface Shown extends FakeState {
  readonly grouping?: Grouping;
  readonly filter?: TreeFilter;
  /** Rows of others. */
  readonly notes?: readonly Row[];
  /** By the name of the owner. */
  readonly inventories?: Readonly<Record<string, InventoryView>>;
  /** By the name of the object. */
  readonly actions?: Readonly<Record<string, ActionEntry>>;
  readonly mayPatch?: (view: ObjectView) => boolean | undefined;
  readonly readOnly?: boolean;
  readonly now?: number;
  readonly behindSourceAfter?: number;
  readonly order?: SettledOrder;
  /** By the name of the owner. */
  readonly compared?: Readonly<Record<string, KeptComparison>>;
  /** By the name of the owner. */
  readonly pending?: Readonly<Record<string, PendingChange>>;
  /** Of the controllers, by the name of the owner. */
  readonly events?: Readonly<Record<string, readonly ControllerEvent[]>>;
}

export function surveyOf(shown: Shown): Survey {
  const state = fakeClusterState(shown);
  return surveyCluster({ ...surveyedWith(shown), state });
}

/** The survey's view of one object. */
export function viewOf(object: FluxObject, shown: Shown = {}): ObjectView {
  const survey = surveyOf({ ...shown, objects: [object, ...(shown.objects ?? [])] });
  const view = survey.views.get(keyOf(object, shown.context));
  if (!view) {
    throw new Error('the survey does not know the object');
  }
  return view;
}

export function keyOf(object: FluxObject, inContext = context): ObjectKey {
  return objectKey(inContext, idOf(object));
}

export function clusterTree(shown: Shown): ClusterTree {
  return buildClusterTree({
    ...inputOf(shown),
    grouping: shown.grouping ?? 'hierarchy',
    filter: shown.filter,
    notes: shown.notes ?? [],
    inventory: (key) => namedIn(shown.inventories, key),
  });
}

export function sourcesTree(shown: Shown): ClusterTree {
  return buildSourcesTree(inputOf(shown));
}

/** The row with that label, the first in the tree; throws when there is none. */
export function rowLabelled(tree: ClusterTree, label: string): Row {
  const row = [...tree.rows.values()].find((candidate) => candidate.label === label);
  if (!row) {
    throw new Error(`no row ${label} in\n${[...tree.rows.values()].map((candidate) => candidate.label).join('\n')}`);
  }
  return row;
}

export function objectId(kind: string, name: string, namespace = 'default', group = ''): ObjectId {
  return { group, kind, namespace, name };
}

function surveyedWith(shown: Shown) {
  const { compared, pending, events } = shown;
  return {
    now: shown.now ?? now,
    behindSourceAfter: shown.behindSourceAfter ?? 30,
    ...(compared && { compared: (key: ObjectKey) => namedIn(compared, key) }),
    ...(pending && { pending: (key: ObjectKey) => namedIn(pending, key) }),
    ...(events && { events: (key: ObjectKey) => namedIn(events, key) ?? [] }),
  };
}

function inputOf(shown: Shown) {
  const state = fakeClusterState(shown);
  const at = shown.now ?? now;
  return {
    state,
    survey: surveyCluster({ ...surveyedWith(shown), state }),
    action: (key: ObjectKey) => namedIn(shown.actions, key),
    mayPatch: shown.mayPatch ?? (() => undefined),
    readOnly: shown.readOnly ?? false,
    now: at,
    order: shown.order ?? new SettledOrder(),
  };
}

function namedIn<T>(byName: Readonly<Record<string, T>> | undefined, key: ObjectKey): T | undefined {
  return byName?.[key.slice(key.lastIndexOf('/') + 1)];
}
