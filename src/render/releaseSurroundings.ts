/**
 * What a render takes from the cluster that it is for besides values and chart: which APIs it serves, and whether the release is
 * there already. Says what was assumed where there is no cluster.
 */
import { approximate, information } from './renderNote.ts';
import { isFailure } from '../base/failure.ts';
import type { FluxObject } from '../flux/objects.ts';
import { asFlag, fieldAt } from '../flux/untyped.ts';
import type { RenderNote } from './desired.ts';
import type { EngineRequest } from './engineProtocol.ts';
import type { ReleaseContext } from './releaseInputs.ts';

export type CrdsPolicy = 'Create' | 'CreateReplace' | 'Skip';

export interface Surroundings {
  readonly capabilities: EngineRequest<'release'>['capabilities'];
  readonly isUpgrade: boolean;
  /** A cluster has told it; else it is assumed. */
  readonly isKnown: boolean;
  readonly notes: readonly RenderNote[];
}

export async function surroundingsOf(release: FluxObject, context: ReleaseContext): Promise<Surroundings> {
  const notes: RenderNote[] = [];
  const isRemote = release.spec?.kubeConfig !== undefined;
  if (isRemote) {
    notes.push(information('Its objects live on the cluster that spec.kubeConfig names.'));
  }
  const capabilities = await capabilitiesOf(context, isRemote, notes);
  const isUpgrade = await isInstalled(release, context, notes);
  return { capabilities, isUpgrade: isUpgrade === true, isKnown: isUpgrade !== undefined, notes };
}

async function capabilitiesOf(
  context: ReleaseContext,
  isRemote: boolean,
  notes: RenderNote[],
): Promise<Surroundings['capabilities']> {
  const { cluster, session, kubernetesVersion, apiVersions = [], signal } = context;
  if (cluster && !isRemote) {
    try {
      return await cluster.capabilities(signal);
    } catch (error) {
      notes.push(approximate(`${cluster.context} could not be asked for the APIs that it serves: ${reason(error)}`));
    }
  }
  const more = apiVersions.length > 0 ? { moreApiVersions: apiVersions } : {};
  if (kubernetesVersion !== undefined && kubernetesVersion !== '') {
    notes.push(
      information(`Rendered for Kubernetes ${kubernetesVersion} with ${apisText(apiVersions)}, as asked for.`),
    );
    return { kubeVersion: kubernetesVersion, ...more };
  }
  const { kubernetes } = await session.request('versions', {});
  notes.push(
    information(
      `Rendered for Kubernetes ${kubernetes} with ${apisText(apiVersions)}: no cluster was asked for its own.`,
    ),
  );
  return more;
}

function apisText(more: readonly string[]): string {
  return more.length === 0 ? 'the APIs that Helm assumes' : `the APIs that Helm assumes and ${more.join(', ')}`;
}

/** helm-controller upgrades what has a history and installs what has none. `undefined` where nobody tells. */
async function isInstalled(
  release: FluxObject,
  context: ReleaseContext,
  notes: RenderNote[],
): Promise<boolean | undefined> {
  const { cluster, signal } = context;
  const { name, namespace = '' } = release.metadata;
  if (!cluster) {
    const differing = differingSettings(release);
    if (differing.length > 0) {
      const settings = differing.join(' and ');
      notes.push(
        information(
          `No cluster was asked whether it is installed: a first install is assumed, and an upgrade, whose ${settings} is another, may give something else.`,
        ),
      );
    }
    return undefined;
  }
  try {
    const live = await cluster.fluxObject('HelmRelease', namespace, name, signal);
    return (live?.status?.history ?? []).length > 0;
  } catch (error) {
    notes.push(
      approximate(
        `${cluster.context} could not be asked whether it is installed: ${reason(error)}; a first install is assumed.`,
      ),
    );
    return undefined;
  }
}

/** Settings of a HelmRelease that decide about what is rendered, and are others for an upgrade than for an install. */
function differingSettings({ spec }: FluxObject): string[] {
  const differs = (read: (action: 'install' | 'upgrade') => unknown): boolean => read('install') !== read('upgrade');
  return [
    ...(differs((action) => crdsPolicy(spec, action)) ? ['crds'] : []),
    ...(differs((action) => skipsSchema(spec, action)) ? ['disableSchemaValidation'] : []),
  ];
}

/** The code's default is Create for install and upgrade, whatever the API's documentation says (internal/action/crds.go). */
export function crdsPolicy(spec: FluxObject['spec'], action: 'install' | 'upgrade'): CrdsPolicy {
  const policy = fieldAt(spec, action, 'crds');
  return policy === 'CreateReplace' || policy === 'Skip' ? policy : 'Create';
}

export function skipsSchema(spec: FluxObject['spec'], action: 'install' | 'upgrade'): boolean {
  return asFlag(fieldAt(spec, action, 'disableSchemaValidation')) === true;
}

function reason(error: unknown): string {
  if (!isFailure(error) || error.reason === 'cancelled') {
    throw error;
  }
  return error.message;
}
