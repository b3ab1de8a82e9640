/** What a Flux Kustomization builds and how it names it, read from the object. */
import type { FluxObject } from '../flux/objects.ts';
import { asList, asText } from '../flux/untyped.ts';
import type { BuildOfFlux } from './objectPlaces.ts';

/** `namePrefix` and `nameSuffix` are of Flux 2.4 and later (kustomize-controller API v1). */
export function buildOfFlux({ spec = {} }: FluxObject): BuildOfFlux {
  const { path = '', targetNamespace = '' } = spec;
  return {
    path,
    components: (asList(spec['components']) ?? []).flatMap((one) => asText(one) ?? []),
    naming: {
      namespace: targetNamespace === '' ? undefined : targetNamespace,
      prefix: asText(spec['namePrefix']) ?? '',
      suffix: asText(spec['nameSuffix']) ?? '',
    },
  };
}
