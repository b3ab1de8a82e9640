/**
 * Warns of what no difference of fields shows: releases that are installed anew, what goes with a Flux object that goes, objects that
 * change hands. Asks the cluster for its Flux objects, and `drift` for what they mean.
 */
import { isFailure } from '../base/failure.ts';
import { identityWarnings } from '../drift/identityChange.ts';
import { idOf } from '../flux/objectKey.ts';
import { asFluxObject } from '../flux/sanitizeObject.ts';
import { groupOf } from '../flux/kinds.ts';
import type { RenderedKustomization, RenderedRelease } from '../render/desired.ts';
import { approximate } from '../render/renderNote.ts';
import type { DiffRun } from './diffRun.ts';
import type { DiffCluster } from './diffParts.ts';

/** `next`: what is rendered of files; all else stays as it is. Without the right to list nothing is warned of, which is said. */
export async function warnOfIdentity(
  next: readonly (RenderedKustomization | RenderedRelease)[],
  cluster: DiffCluster,
  { findings, signal, progress }: DiffRun,
): Promise<void> {
  progress(`listing the Flux objects of ${cluster.context}`);
  try {
    const live = await cluster.fluxObjects(signal);
    const releases = next.flatMap((one) =>
      one.kind === 'HelmRelease'
        ? [{ inForce: one.inForce, chartName: one.chart.name }]
        : releasesOf(one).map((inForce) => ({ inForce })),
    );
    const owners = next.flatMap((one) =>
      one.kind === 'Kustomization'
        ? [{ name: one.name, inForce: one.inForce, objects: one.objects.map(({ object }) => idOf(object)) }]
        : [],
    );
    findings.warn(identityWarnings({ live, next: owners, releases }));
  } catch (error) {
    if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
      throw error;
    }
    const message = `Whether something is uninstalled or changes hands is not known: ${error.message}.`;
    findings.note(cluster.context, [approximate(message)]);
  }
}

/** By their masked objects: a name that came from a Secret tells nothing here. */
function releasesOf({ objects }: RenderedKustomization): readonly ReturnType<typeof asFluxObject>[] {
  return objects.flatMap(({ object }) =>
    object.kind === 'HelmRelease' && groupOf(object.apiVersion) === 'helm.toolkit.fluxcd.io'
      ? [asFluxObject(object)]
      : [],
  );
}
