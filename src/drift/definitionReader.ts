/** Reads definitions of custom kinds for one comparison, each once and only where the user may. Tells nobody of a refusal. */
import { isFailure } from '../base/failure.ts';
import type { ApiResource } from '../cluster/clusterApi.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { ComparisonSurroundings } from './comparisonSurroundings.ts';

/** What every comparison asks with. */
export type Asking = Pick<ComparisonSurroundings, 'api' | 'requests' | 'rights'>;

/** The reader throws `cancelled` and `unauthorized`. */
export function definitionReader({ api, requests, rights }: Asking): ComparisonSurroundings['definitionOf'] {
  const known = new Map<string, Promise<KubernetesObject | undefined>>();
  const read = async (name: string): Promise<KubernetesObject | undefined> => {
    const wanted = { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition', version: 'v1' };
    try {
      const resource = await requests.send((signal) => api.findResource(wanted, signal));
      const may = resource !== undefined && (await rights.may('get', resource, '')) === true;
      return may ? await requests.send((signal) => api.get(resource, { namespace: '', name }, signal)) : undefined;
    } catch (error) {
      if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
        throw error;
      }
      return undefined;
    }
  };
  return ({ plural, group }: ApiResource) => {
    const name = `${plural}.${group}`;
    const asked = known.get(name) ?? read(name);
    known.set(name, asked);
    return asked;
  };
}
