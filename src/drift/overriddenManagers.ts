/**
 * From whom kustomize-controller of a cluster takes fields back beside kubectl: read from its Deployments once for a comparison, and
 * only where somebody has written an object whom that may concern. Writes nothing.
 */
import { isFailure } from '../base/failure.ts';
import type { ApiResource } from '../cluster/clusterApi.ts';
import { controllersSelector, usualNamespace } from '../cluster/controllerDeployment.ts';
import { overriddenManagersOf } from '../cluster/overriddenManagers.ts';
import { attempt } from './attempt.ts';
import type { ComparisonSurroundings } from './comparisonSurroundings.ts';
import type { Asking } from './definitionReader.ts';
import { mayBeOverridden } from './takenBack.ts';

const deployments: ApiResource = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
  verbs: ['list'],
};

/** The reader gives prefixes of names. None where nobody may look: installations that have the flag are rare. Throws `cancelled` and `unauthorized`. */
export function overriddenManagers(asking: Asking): NonNullable<ComparisonSurroundings['overridden']> {
  let answer: Promise<readonly string[]> | undefined;
  return async (live) => (mayBeOverridden(live) ? (answer ??= read(asking)) : []);
}

async function read({ api, requests, rights }: Asking): Promise<readonly string[]> {
  const found = await attempt(async () => {
    // Who may not list them everywhere may often do so where they usually are.
    const everywhere = (await rights.may('list', deployments, '')) !== false;
    if (!everywhere && (await rights.may('list', deployments, usualNamespace)) === false) {
      return [];
    }
    const query = { labelSelector: controllersSelector, ...(everywhere ? {} : { namespace: usualNamespace }) };
    return (await requests.send((signal) => api.list(deployments, query, signal))).items;
  });
  return isFailure(found) ? [] : (overriddenManagersOf(found) ?? []);
}
