/**
 * Warns of what no difference of fields shows: releases that are installed anew, what goes with a Flux object that goes, objects that
 * change hands. Asks the cluster for its Flux objects, and `drift` for what they mean.
 */
import { isFailure } from '../base/failure.ts';
import { identityWarnings } from '../drift/identityChange.ts';
import { identityOfRenders } from '../drift/identityOfRenders.ts';
import type { RenderedKustomization, RenderedRelease } from '../render/desired.ts';
import { approximate } from '../render/renderNote.ts';
import type { DiffRun } from './diffRun.ts';
import type { DiffCluster } from './diffParts.ts';

/**
 * `next`: what is rendered of files; all else stays as it is. To be called after the comparison, which knows what is kept. Without
 * the right to list nothing is warned of, which is said.
 */
export async function warnOfIdentity(
  next: readonly (RenderedKustomization | RenderedRelease)[],
  cluster: DiffCluster,
  { findings, signal, progress }: DiffRun,
): Promise<void> {
  progress(`listing the Flux objects of ${cluster.context}`);
  try {
    const live = await cluster.fluxObjects(signal);
    findings.warn(identityWarnings({ live, ...identityOfRenders(next, findings.objects) }));
  } catch (error) {
    if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
      throw error;
    }
    const message = `Whether something is uninstalled or changes hands is not known: ${error.message}.`;
    findings.note(cluster.context, [approximate(message)]);
  }
}
