/**
 * Who applies what by a render, as warnings about whole objects need it (`identityChange.ts`): owners with what they build, and
 * releases with the chart that they would get. Asks no cluster.
 */
import { encodeInventoryId } from '../flux/inventory.ts';
import { groupOf } from '../flux/kinds.ts';
import { idOf, type ObjectId } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { asFluxObject } from '../flux/sanitizeObject.ts';
import type { RenderedKustomization, RenderedRelease } from '../render/desired.ts';
import type { Because, ObjectDifference } from './difference.ts';
import type { IdentityInput } from './identityChange.ts';

/**
 * All else stays as it is. `compared`: what is known of single objects, such as those that stay whatever becomes of their owner.
 * Objects have the names that they get in the cluster, for an inventory has those; releases are masked, for their names are told.
 */
export function identityOfRenders(
  renders: readonly (RenderedKustomization | RenderedRelease)[],
  compared: readonly ObjectDifference[],
): Required<Pick<IdentityInput, 'next' | 'releases' | 'keeps'>> {
  const next = renders.flatMap((render) =>
    render.kind === 'Kustomization'
      ? [{ name: render.name, inForce: render.inForce, objects: render.objects.map(({ real }) => idOf(real.reveal())) }]
      : [],
  );
  const releases = renders.flatMap((render): readonly { inForce: FluxObject; chartName?: string }[] =>
    render.kind === 'HelmRelease'
      ? [{ inForce: render.inForce, chartName: render.chart.name }]
      : releasesOf(render).map((inForce) => ({ inForce })),
  );
  return { next, releases, keeps: keptAmong(compared) };
}

const protects: ReadonlySet<Because | undefined> = new Set(['pruneDisabled', 'resourcePolicyKeep', 'otherOwner']);

/** What a comparison has found to stay in the cluster, as `IdentityInput.keeps` asks. */
export function keptAmong(compared: readonly ObjectDifference[]): (id: ObjectId) => boolean {
  const kept = new Set(compared.filter(({ because }) => protects.has(because)).map(({ id }) => encodeInventoryId(id)));
  return (id) => kept.has(encodeInventoryId(id));
}

function releasesOf({ objects }: RenderedKustomization): readonly FluxObject[] {
  return objects.flatMap(({ object }) =>
    object.kind === 'HelmRelease' && groupOf(object.apiVersion) === 'helm.toolkit.fluxcd.io'
      ? [asFluxObject(object)]
      : [],
  );
}
