/**
 * The four ways in which the Cluster view stands: as Flux applies, by namespace, by kind, by source. Decides who stands
 * where; order and rows come later. Every object stands in each of them exactly once.
 */
import type { Hierarchy } from '../flux/hierarchy.ts';
import { findFluxKind, type FluxKind, fluxKinds } from '../flux/kinds.ts';
import { displayName, type ObjectId, type ObjectKey, objectKey } from '../flux/objectKey.ts';
import { ownerOf } from '../flux/references.ts';
import type { ObjectView, Survey } from './clusterSurvey.ts';
import { pluralWords } from './headRows.ts';
import { hierarchyOf } from './knownHierarchy.ts';
import { plainText } from './markdown.ts';
import type { RowIcon } from './row.ts';
import { markLooks } from './stateMark.ts';
import { append } from './treeBuilder.ts';
import { type TreeNode, treeNode } from './treeNodes.ts';

export const groupings = ['hierarchy', 'namespace', 'kind', 'source'] as const;
export type Grouping = (typeof groupings)[number];

/** `path` begins every id; `home` is the namespace of Flux itself, which labels leave out. */
export interface Arrangement {
  /** Stands for the cluster from call to call. */
  readonly cluster: object;
  readonly survey: Survey;
  readonly path: string;
  readonly home: string;
  /** Says what is to be said of a kind as a whole, such as that it may not be listed; `''` for nothing. */
  readonly kindNote: (kind: FluxKind) => string;
  /** Whether an object of that kind and namespace that is not in the survey does not exist. */
  readonly absenceIsKnown: (kind: FluxKind, namespace: string) => boolean;
}

export function arrangeObjects(grouping: Grouping, arrangement: Arrangement): TreeNode[] {
  const appliers = [...arrangement.survey.views.values()].filter((view) => view.kind.role === 'applier');
  switch (grouping) {
    case 'hierarchy':
      return byHierarchy(appliers, arrangement);
    case 'namespace':
      return byNamespace(appliers, arrangement);
    case 'kind':
      return byKind(appliers, arrangement);
    case 'source':
      return bySource(appliers, arrangement);
  }
}

/** Where an applier stands in the hierarchy; parents come before their children. */
interface Place {
  readonly id: string;
  readonly key: ObjectKey;
  /** Index of the parent's place, `undefined` for roots. */
  readonly parent: number | undefined;
  /** The applier that its labels name, when that is not among the objects. */
  readonly missing: ObjectId | undefined;
  /** Nothing applied it and it applies nothing of Flux. */
  readonly isLoose: boolean;
}

/** Places follow from the hierarchy alone, which is the same value for as long as nobody moves. */
const placesByHierarchy = new WeakMap<Hierarchy, { readonly path: string; readonly places: readonly Place[] }>();

function placesOf(hierarchy: Hierarchy, { survey, path }: Arrangement): readonly Place[] {
  const known = placesByHierarchy.get(hierarchy);
  if (known?.path === path) {
    return known.places;
  }
  const places: Place[] = [];
  const open: { readonly ids: readonly ObjectId[]; readonly parent: number | undefined }[] = [
    { ids: hierarchy.roots, parent: undefined },
  ];
  for (let level = open.pop(); level; level = open.pop()) {
    const { parent } = level;
    for (const id of level.ids) {
      const view = survey.views.get(objectKey(survey.context, id));
      const children = hierarchy.children(id);
      if (view) {
        // The parent's key is path enough: an object has one parent here, and a path of keys would grow with the depth.
        const above = parent === undefined ? '' : (places[parent]?.key ?? '');
        const isLoose = parent === undefined && children.length === 0 && ownerOf(view.object) === undefined;
        const missing = hierarchy.ownerMissing(view.id);
        places.push({ id: `${path}|${above}|${view.key}`, key: view.key, parent, missing, isLoose });
        open.push({ ids: children, parent: places.length - 1 });
      }
    }
  }
  placesByHierarchy.set(hierarchy, { path, places });
  return places;
}

function byHierarchy(appliers: readonly ObjectView[], arrangement: Arrangement): TreeNode[] {
  const { cluster, survey, path, home } = arrangement;
  const roots: TreeNode[] = [];
  const loose: TreeNode[] = [];
  const nodes: (TreeNode | undefined)[] = [];
  for (const { id, key, parent, missing, isLoose } of placesOf(hierarchyOf(cluster, appliers), arrangement)) {
    const view = survey.views.get(key);
    const node = view && treeNode({ id, view, note: ownerNote(missing, arrangement) });
    nodes.push(node);
    if (node) {
      const above = parent === undefined ? undefined : nodes[parent];
      (above?.children ?? (isLoose ? loose : roots)).push(node);
    }
  }
  if (loose.length === 0 || roots.length === 0) {
    return [...roots, ...loose]; // a cluster without any hierarchy is no remainder of one
  }
  const icon: RowIcon = { id: 'circle-outline', color: undefined };
  const label = `Not applied by Flux (${loose.length})`;
  return [
    ...roots,
    treeNode({
      id: `${path}|loose`,
      group: { label, icon, description: '', expand: 'collapsed', isRemainder: true },
      namespace: home,
      children: loose,
    }),
  ];
}

/** That it is not in this cluster is said only where it would have been seen; it may be kept from this user. */
function ownerNote(owner: ObjectId | undefined, { absenceIsKnown }: Arrangement): string | undefined {
  if (!owner) {
    return undefined;
  }
  const name = plainText(`${owner.kind} ${displayName(owner)}`, 100);
  const kind = findFluxKind(owner.group, owner.kind);
  return kind && absenceIsKnown(kind, owner.namespace)
    ? `applied by ${name}, which is not in this cluster`
    : `applied by ${name}`;
}

function byNamespace(appliers: readonly ObjectView[], { path }: Arrangement): TreeNode[] {
  const views = new Map<string, ObjectView[]>();
  for (const view of appliers) {
    append(views, view.id.namespace, view);
  }
  return [...views].map(([namespace, list]) => {
    const id = `${path}|${encodeURIComponent(namespace)}`;
    return treeNode({
      id,
      namespace,
      group: {
        label: namespace,
        icon: { id: 'symbol-namespace', color: undefined },
        description: '',
        expand: 'collapsed',
      },
      children: list.map((view) => treeNode({ id: `${id}|${view.key}`, view })),
    });
  });
}

function byKind(appliers: readonly ObjectView[], { path, home, kindNote }: Arrangement): TreeNode[] {
  return fluxKinds
    .filter((kind) => kind.role === 'applier')
    .map((kind) => {
      const id = `${path}|${kind.kind}`;
      const list = appliers.filter((view) => view.kind === kind);
      return treeNode({
        id,
        namespace: home,
        group: {
          label: `${pluralWords(kind)} (${list.length})`,
          icon: { id: 'symbol-class', color: undefined },
          description: kindNote(kind),
          expand: 'expanded',
        },
        children: list.map((view) => treeNode({ id: `${id}|${view.key}`, view })),
      });
    });
}

function bySource(appliers: readonly ObjectView[], { survey, path, home }: Arrangement): TreeNode[] {
  const groups = new Map<string, { readonly source: ObjectId | undefined; readonly views: ObjectView[] }>();
  for (const view of appliers) {
    const source = originOf(view, survey);
    const key = source === undefined ? '' : objectKey(survey.context, source);
    const group = groups.get(key) ?? { source, views: [] };
    groups.set(key, group);
    group.views.push(view);
  }
  return [...groups].map(([key, { source, views }]) => {
    const id = `${path}|${key}`;
    const known = source && survey.views.get(objectKey(survey.context, source));
    return treeNode({
      id,
      namespace: home,
      counts: false,
      ...(known ? { view: known } : { group: missingSource(source) }),
      children: views.map((view) => treeNode({ id: `${id}|${view.key}`, view })),
    });
  });
}

function missingSource(source: ObjectId | undefined): NonNullable<TreeNode['group']> {
  return source === undefined
    ? { label: 'No source', icon: markLooks.unknown.icon, description: '', expand: 'collapsed' }
    : {
        label: plainText(`${source.kind} ${displayName(source)}`),
        icon: markLooks.unknown.icon,
        description: 'not in this cluster, or not to be seen',
        expand: 'collapsed',
      };
}

/**
 * Where an applier's content comes from in the end: not the HelmChart that helm-controller makes of a release's chart, but
 * the repository behind it.
 */
export function originOf(view: ObjectView, survey: Survey): ObjectId | undefined {
  const direct = view.source;
  if (direct?.id.kind !== 'HelmChart') {
    return direct?.id;
  }
  const chart = survey.views.get(direct.key);
  const template = view.object.spec?.chart?.spec?.sourceRef;
  if (chart?.source) {
    return chart.source.id;
  }
  return template?.kind === undefined
    ? direct.id
    : {
        group: direct.id.group,
        kind: template.kind,
        namespace: template.namespace ?? view.id.namespace,
        name: template.name,
      };
}
