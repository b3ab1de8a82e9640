/**
 * What one owner waits for and another one of the same files makes: a namespace, or the definition of a kind. Each comparison knows
 * its own build alone, and calls such objects impossible. Pure.
 */
import { groupOf } from '../flux/kinds.ts';
import { displayName, idOf, type ObjectId } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { releaseNamespaceOf } from '../flux/releaseName.ts';
import { asFlag, asText, fieldAt } from '../flux/untyped.ts';
import type { DesiredObject, FluxName, RenderedKustomization, RenderedRelease } from '../render/desired.ts';
import { keyAmong, keyOf } from './compareStates.ts';
import type { ObjectDifference } from './difference.ts';

type Rendered = RenderedKustomization | RenderedRelease;

/** Of all that is rendered of some files. */
export class MadeObjects {
  /** Who makes a namespace, by its name; as all owners here by their titles. */
  readonly #namespaces = new Map<string, string[]>();
  /** Who brings a kind, by group and kind. */
  readonly #kinds = new Map<string, string[]>();
  /** Who applies an owner. */
  readonly #appliers = new Map<string, string>();
  readonly #objects = new Map<string, KubernetesObject>();

  constructor(rendered: readonly Rendered[]) {
    for (const owner of rendered) {
      const title = titleOf(owner.name);
      owner.objects.filter(isApplied).forEach(({ object }) => this.#add(object, title));
      if (owner.kind === 'HelmRelease' && asFlag(fieldAt(owner.inForce.spec, 'install', 'createNamespace')) === true) {
        put(this.#namespaces, releaseNamespaceOf(owner.inForce), title);
      }
    }
  }

  #add(object: KubernetesObject, title: string): void {
    const { kind, apiVersion, metadata, spec } = object;
    this.#objects.set(keyOf(idOf(object)), object);
    if (kind === 'Namespace' && apiVersion === 'v1') {
      put(this.#namespaces, metadata.name, title);
    }
    if (/\.toolkit\.fluxcd\.io$/.test(groupOf(apiVersion))) {
      this.#appliers.set(titleOf({ kind, namespace: metadata.namespace ?? '', name: metadata.name }), title);
    }
    if (kind === 'CustomResourceDefinition' && groupOf(apiVersion) === 'apiextensions.k8s.io') {
      const [group, own] = [asText(fieldAt(spec, 'group')), asText(fieldAt(spec, 'names', 'kind'))];
      put(this.#kinds, `${group ?? ''}/${own ?? ''}`, title);
    }
  }

  /**
   * The same, but for what waits for another owner: that is created as soon as there is what it needs. Not where the other owner comes
   * from the build of the first, of which nothing is applied as long as one object is refused.
   */
  after(difference: ObjectDifference, of: FluxName): ObjectDifference {
    const { id, change, because } = difference;
    if (change !== 'unknown') {
      return difference;
    }
    const isFree = (maker: string): boolean => !this.#comesFrom(maker, titleOf(of));
    const namespace = because === 'namespaceMissing' ? this.#namespaces.get(id.namespace)?.findLast(isFree) : undefined;
    if (namespace !== undefined) {
      return this.#created(difference, 'afterNamespace', `after its namespace, which ${namespace} makes`);
    }
    const kind = because === 'notServed' ? this.#kinds.get(`${id.group}/${id.kind}`)?.findLast(isFree) : undefined;
    return kind === undefined
      ? difference
      : this.#created(difference, 'afterDefinition', `after the definition of its kind, which ${kind} brings`);
  }

  /** Whether `waiting` applies `owner`, or what applies that. */
  #comesFrom(owner: string, waiting: string): boolean {
    const seen = new Set<string>();
    for (let at = this.#appliers.get(owner); at !== undefined && !seen.has(at); at = this.#appliers.get(at)) {
      if (at === waiting) {
        return true;
      }
      seen.add(at);
    }
    return false;
  }

  #created(
    { id, apiVersion }: ObjectDifference,
    because: 'afterNamespace' | 'afterDefinition',
    reason: string,
  ): ObjectDifference {
    const after = this.#objects.get(keyAmong(this.#objects, id));
    return { id, apiVersion, change: 'create', paths: [], because, reason, ...(after && { after }) };
  }
}

function put(lists: Map<string, string[]>, key: string, title: string): void {
  lists.set(key, [...(lists.get(key) ?? []), title]);
}

function titleOf({ kind, ...name }: Pick<ObjectId, 'kind' | 'namespace' | 'name'>): string {
  return `${kind} ${displayName(name)}`;
}

/** Hooks come and go, and definitions that are skipped do not come. */
function isApplied({ role }: DesiredObject): boolean {
  return role === undefined || ('crds' in role && role.crds !== 'Skip');
}
