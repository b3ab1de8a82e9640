/**
 * The hierarchy of a cluster's appliers, built anew only when somebody's owner or inventory of Flux objects changed. Most
 * changes are of states alone, and in a large cluster who applied whom is the dearest question of a tree.
 */
import { buildHierarchy, type Hierarchy } from '../flux/hierarchy.ts';
import type { FluxObject } from '../flux/objects.ts';
import { ownerOf } from '../flux/references.ts';
import type { ObjectView } from './clusterSurvey.ts';

interface Known {
  /** What of each object counts, in the order of the objects. */
  readonly links: readonly string[];
  readonly hierarchy: Hierarchy;
}

/** By whatever stands for the cluster; it goes when that goes. */
const knownByCluster = new WeakMap<object, Known>();
const linksByObject = new WeakMap<FluxObject, string>();

/** `cluster` is the value whose objects they are, the same from call to call. */
export function hierarchyOf(cluster: object, appliers: readonly ObjectView[]): Hierarchy {
  const links = appliers.map(linksOf);
  const known = knownByCluster.get(cluster);
  if (known?.links.length === links.length && links.every((link, index) => link === known.links[index])) {
    return known.hierarchy;
  }
  const hierarchy = buildHierarchy(appliers.map((view) => view.object));
  knownByCluster.set(cluster, { links, hierarchy });
  return hierarchy;
}

/** The object's own key, its owner, and the appliers that its inventory lists; nothing else moves anybody. */
function linksOf({ key, object }: ObjectView): string {
  const known = linksByObject.get(object);
  if (known !== undefined) {
    return known;
  }
  const owner = ownerOf(object);
  const listed = (object.status?.inventory?.entries ?? [])
    .map(({ id }) => id)
    .filter((id) => id.endsWith('_Kustomization') || id.endsWith('_HelmRelease'));
  const isRemote = object.spec?.kubeConfig !== undefined;
  const links = JSON.stringify([key, owner, isRemote, listed]);
  linksByObject.set(object, links);
  return links;
}
