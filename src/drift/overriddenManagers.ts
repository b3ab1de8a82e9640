/**
 * From whom kustomize-controller of a cluster takes fields back beside kubectl: read from its Deployments once for a comparison, and
 * only where somebody has written an object whom that may concern. Writes nothing.
 */
import { isFailure } from '../base/failure.ts';
import type { ApiResource } from '../cluster/clusterApi.ts';
import { controllersSelector, usualNamespace } from '../cluster/controllerDeployment.ts';
import { overriddenManagersOf } from '../cluster/overriddenManagers.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { RenderNote } from '../render/desired.ts';
import { attempt } from './attempt.ts';
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

/** Throws `cancelled` and `unauthorized`. */
export class OverriddenManagers {
  readonly #asking: Asking;
  #answer: Promise<readonly string[] | undefined> | undefined;
  #isUnknown = false;

  constructor(asking: Asking) {
    this.#asking = asking;
  }

  /** Prefixes of names; none where the object has no writer whom it may concern, `undefined` where nobody can tell. */
  async of(live: KubernetesObject): Promise<readonly string[] | undefined> {
    return mayBeOverridden(live) ? this.all() : [];
  }

  /** The same of any object. */
  async all(): Promise<readonly string[] | undefined> {
    const answer = await (this.#answer ??= read(this.#asking));
    this.#isUnknown ||= answer === undefined;
    return answer;
  }

  /**
   * No result is called approximate for this: most objects have a second writer, and installations with the flag are rare, so that
   * whoever may not list Deployments would have no other results.
   */
  get notes(): readonly RenderNote[] {
    const message =
      'Whose fields kustomize-controller takes back beside kubectl’s (--override-manager) could not be read: nobody’s, as it is taken here.';
    return this.#isUnknown ? [{ severity: 'information', message }] : [];
  }
}

async function read({ api, requests, rights }: Asking): Promise<readonly string[] | undefined> {
  const found = await attempt(async () => {
    // Who may not list them everywhere may often do so where they usually are.
    const everywhere = (await rights.may('list', deployments, '')) !== false;
    if (!everywhere && (await rights.may('list', deployments, usualNamespace)) === false) {
      return undefined;
    }
    const query = { labelSelector: controllersSelector, ...(everywhere ? {} : { namespace: usualNamespace }) };
    return (await requests.send((signal) => api.list(deployments, query, signal))).items;
  });
  return isFailure(found) || found === undefined ? undefined : overriddenManagersOf(found);
}
