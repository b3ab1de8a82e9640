/**
 * Who applies what by a render, as warnings about whole objects need it (`identityChange.ts`): owners with what they build, and
 * releases with the chart that they would get. Asks no cluster.
 */
import { groupOf } from '../flux/kinds.ts';
import { idOf } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { asFluxObject } from '../flux/sanitizeObject.ts';
import type { RenderedKustomization, RenderedRelease } from '../render/desired.ts';
import type { IdentityInput } from './identityChange.ts';

/** All else stays as it is. By masked objects: a name that came from a Secret tells nothing here. */
export function identityOfRenders(
  renders: readonly (RenderedKustomization | RenderedRelease)[],
): Required<Pick<IdentityInput, 'next' | 'releases'>> {
  const next = renders.flatMap((render) =>
    render.kind === 'Kustomization'
      ? [{ name: render.name, inForce: render.inForce, objects: render.objects.map(({ object }) => idOf(object)) }]
      : [],
  );
  const releases = renders.flatMap((render): readonly { inForce: FluxObject; chartName?: string }[] =>
    render.kind === 'HelmRelease'
      ? [{ inForce: render.inForce, chartName: render.chart.name }]
      : releasesOf(render).map((inForce) => ({ inForce })),
  );
  return { next, releases };
}

function releasesOf({ objects }: RenderedKustomization): readonly FluxObject[] {
  return objects.flatMap(({ object }) =>
    object.kind === 'HelmRelease' && groupOf(object.apiVersion) === 'helm.toolkit.fluxcd.io'
      ? [asFluxObject(object)]
      : [],
  );
}
