/**
 * What a render takes from the cluster that it is for besides values and chart: which APIs it serves, and whether the release is
 * there already. Says what was assumed where there is no cluster.
 */
import { isFailure } from '../base/failure.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { RenderNote } from './desired.ts';
import type { EngineRequest } from './engineProtocol.ts';
import type { ReleaseContext } from './releaseInputs.ts';

export interface Surroundings {
  readonly capabilities: EngineRequest<'release'>['capabilities'];
  readonly isUpgrade: boolean;
  readonly notes: readonly RenderNote[];
}

export async function surroundingsOf(release: FluxObject, context: ReleaseContext): Promise<Surroundings> {
  const notes: RenderNote[] = [];
  const isRemote = release.spec?.kubeConfig !== undefined;
  if (isRemote) {
    notes.push(information('Its objects live on the cluster that spec.kubeConfig names.'));
  }
  return {
    capabilities: await capabilitiesOf(context, isRemote, notes),
    isUpgrade: await isInstalled(release, context, notes),
    notes,
  };
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
      information(`Rendered for Kubernetes ${kubernetesVersion} with ${apisText(apiVersions)}, as the settings say.`),
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

/** helm-controller upgrades what has a history and installs what has none. */
async function isInstalled(release: FluxObject, context: ReleaseContext, notes: RenderNote[]): Promise<boolean> {
  const { cluster, signal } = context;
  const { name, namespace = '' } = release.metadata;
  if (!cluster) {
    return false;
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
    return false;
  }
}

function reason(error: unknown): string {
  if (!isFailure(error) || error.reason === 'cancelled') {
    throw error;
  }
  return error.message;
}

function information(message: string): RenderNote {
  return { severity: 'information', message };
}

function approximate(message: string): RenderNote {
  return { severity: 'approximate', message };
}
