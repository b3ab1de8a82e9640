/**
 * The roots that flux-operator makes of a FluxInstance: a source and a Kustomization that stand in no file. Reads stated
 * documents; a FluxInstance in the values of its own chart counts as one.
 */
import { asList, asRecord, asText, fieldAt } from '../flux/untyped.ts';
import type { StatedDocument } from './fileModel.ts';

export interface FluxSync {
  readonly sourceKind: string;
  readonly url: string;
  /** Of the source and of the Kustomization alike. */
  readonly name: string;
  readonly namespace: string;
  /** The Kustomization, as if a file stated it where the FluxInstance stands. */
  readonly kustomization: StatedDocument;
  /** What the instance patches of all that it makes, in kustomize's form. */
  readonly patches: readonly unknown[];
}

/** Documents that may state an instance. */
export function fluxSyncs(documents: readonly StatedDocument[]): readonly FluxSync[] {
  return documents.flatMap((document) => {
    const spec = instanceSpec(document);
    const sync = asRecord(spec?.['sync']);
    const url = asText(sync?.['url']);
    const path = asText(sync?.['path']);
    if (sync === undefined || url === undefined || path === undefined) {
      return [];
    }
    const namespace = namespaceOf(document);
    const name = asText(sync['name']) ?? namespace; // flux-operator api/v1, Sync.Name
    const sourceKind = asText(sync['kind']) ?? 'GitRepository';
    const kustomization: StatedDocument = {
      ...document,
      group: 'kustomize.toolkit.fluxcd.io',
      kind: 'Kustomization',
      name,
      namespace,
      encrypted: false,
      object: {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name, namespace },
        spec: { interval: '10m', path, prune: true, sourceRef: { kind: sourceKind, name } },
      },
    };
    return [
      { sourceKind, url, name, namespace, kustomization, patches: asList(fieldAt(spec, 'kustomize', 'patches')) ?? [] },
    ];
  });
}

function instanceSpec({ group, kind, object }: StatedDocument): Readonly<Record<string, unknown>> | undefined {
  if (group === 'fluxcd.controlplane.io' && kind === 'FluxInstance') {
    return asRecord(object['spec']);
  }
  return kind === 'HelmRelease' ? asRecord(fieldAt(object, 'spec', 'values', 'instance')) : undefined;
}

function namespaceOf({ namespace, object }: StatedDocument): string {
  const target = asText(fieldAt(object, 'spec', 'targetNamespace'));
  return [target, namespace].find((one) => one !== undefined && one !== '') ?? 'flux-system';
}
