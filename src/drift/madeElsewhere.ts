/**
 * What one owner waits for and another one of the same files makes: a namespace, or the definition of a kind. Each comparison knows
 * its own build alone, and calls such objects impossible. Pure.
 */
import { groupOf } from '../flux/kinds.ts';
import { displayName, idOf } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { releaseNamespaceOf } from '../flux/releaseName.ts';
import { asFlag, asText, fieldAt } from '../flux/untyped.ts';
import type { DesiredObject, RenderedKustomization, RenderedRelease } from '../render/desired.ts';
import { keyAmong, keyOf } from './compareStates.ts';
import type { ObjectDifference } from './difference.ts';

type Rendered = RenderedKustomization | RenderedRelease;

/** Of all that is rendered of some files. */
export class MadeObjects {
  /** Who makes a namespace, by its name. */
  readonly #namespaces = new Map<string, string>();
  /** Who brings a kind, by group and kind. */
  readonly #kinds = new Map<string, string>();
  readonly #objects = new Map<string, KubernetesObject>();

  constructor(rendered: readonly Rendered[]) {
    for (const owner of rendered) {
      const title = `${owner.kind} ${displayName(owner.name)}`;
      owner.objects.filter(isApplied).forEach(({ object }) => this.#add(object, title));
      if (owner.kind === 'HelmRelease' && asFlag(fieldAt(owner.inForce.spec, 'install', 'createNamespace')) === true) {
        this.#namespaces.set(releaseNamespaceOf(owner.inForce), title);
      }
    }
  }

  #add(object: KubernetesObject, title: string): void {
    const { kind, apiVersion, metadata, spec } = object;
    this.#objects.set(keyOf(idOf(object)), object);
    if (kind === 'Namespace' && apiVersion === 'v1') {
      this.#namespaces.set(metadata.name, title);
    }
    if (kind === 'CustomResourceDefinition' && groupOf(apiVersion) === 'apiextensions.k8s.io') {
      const [group, own] = [asText(fieldAt(spec, 'group')), asText(fieldAt(spec, 'names', 'kind'))];
      this.#kinds.set(`${group ?? ''}/${own ?? ''}`, title);
    }
  }

  /** The same, but for what waits for another owner: that is created as soon as there is what it needs. */
  after(difference: ObjectDifference): ObjectDifference {
    const { id, change, because } = difference;
    if (change !== 'unknown') {
      return difference;
    }
    const namespace = because === 'namespaceMissing' ? this.#namespaces.get(id.namespace) : undefined;
    if (namespace !== undefined) {
      return this.#created(difference, 'afterNamespace', `after its namespace, which ${namespace} makes`);
    }
    const kind = because === 'notServed' ? this.#kinds.get(`${id.group}/${id.kind}`) : undefined;
    return kind === undefined
      ? difference
      : this.#created(difference, 'afterDefinition', `after the definition of its kind, which ${kind} brings`);
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

/** Hooks come and go, and definitions that are skipped do not come. */
function isApplied({ role }: DesiredObject): boolean {
  return role === undefined || ('crds' in role && role.crds !== 'Skip');
}
