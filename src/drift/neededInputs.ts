/** ConfigMaps and Secrets that a Flux object names as what it needs. Reads one object; whether they exist is found out by others. */
import type { FluxObject } from '../flux/objects.ts';
import { asFlag, asList, asText, fieldAt } from '../flux/untyped.ts';
import type { FluxName } from '../render/desired.ts';

export interface NeededInput {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly namespace: string;
  readonly name: string;
  /** `spec.valuesFrom` */
  readonly field: string;
  /** The controller goes on without it. */
  readonly optional: boolean;
  readonly of: FluxName;
}

export function inputsOf({ kind, metadata, spec }: FluxObject): readonly NeededInput[] {
  if (kind !== 'Kustomization' && kind !== 'HelmRelease') {
    return [];
  }
  const { namespace = '', name: own } = metadata;
  const of: FluxName = { kind, namespace, name: own };
  const listed = (field: string, ...path: readonly string[]): readonly NeededInput[] =>
    (asList(fieldAt(spec, ...path)) ?? []).flatMap((item) => {
      const [wanted, name] = [asText(fieldAt(item, 'kind')), asText(fieldAt(item, 'name'))];
      const optional = asFlag(fieldAt(item, 'optional')) === true;
      return (wanted === 'ConfigMap' || wanted === 'Secret') && name !== undefined
        ? [{ kind: wanted, namespace, name, field, optional, of }]
        : [];
    });
  const secret = (field: string, ...path: readonly string[]): readonly NeededInput[] => {
    const name = asText(fieldAt(spec, ...path));
    return name === undefined ? [] : [{ kind: 'Secret', namespace, name, field, optional: false, of }];
  };
  return kind === 'Kustomization'
    ? [
        ...listed('spec.postBuild.substituteFrom', 'postBuild', 'substituteFrom'),
        ...secret('spec.decryption.secretRef', 'decryption', 'secretRef', 'name'),
        ...secret('spec.kubeConfig.secretRef', 'kubeConfig', 'secretRef', 'name'),
      ]
    : [
        ...listed('spec.valuesFrom', 'valuesFrom'),
        ...secret('spec.kubeConfig.secretRef', 'kubeConfig', 'secretRef', 'name'),
      ];
}
