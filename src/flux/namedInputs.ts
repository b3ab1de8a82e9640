/**
 * Secrets, ConfigMaps and ServiceAccounts that a Flux object names: without them its controller cannot even begin. Reads one
 * object; whether they exist is for the caller to find out, and what they hold is nobody's business here.
 */
import { groupOf } from './kinds.ts';
import type { ObjectId } from './objectKey.ts';
import type { FluxObject } from './objects.ts';
import { asList, asText, fieldAt } from './untyped.ts';

export interface NamedInput {
  readonly id: ObjectId;
  /** What for, in words that follow "which": `it takes values from`. */
  readonly use: string;
}

interface Place {
  readonly path: readonly string[];
  readonly kind: 'Secret' | 'ConfigMap';
  readonly use: string;
}

const kubeConfigs: readonly Place[] = [
  { path: ['kubeConfig', 'secretRef'], kind: 'Secret', use: 'it takes its kubeconfig from' },
  { path: ['kubeConfig', 'configMapRef'], kind: 'ConfigMap', use: 'it takes its kubeconfig from' },
];

const placesByGroup: Readonly<Record<string, readonly Place[]>> = {
  'kustomize.toolkit.fluxcd.io': [
    { path: ['decryption', 'secretRef'], kind: 'Secret', use: 'it decrypts with' },
    ...kubeConfigs,
  ],
  'helm.toolkit.fluxcd.io': kubeConfigs,
  'source.toolkit.fluxcd.io': [
    { path: ['secretRef'], kind: 'Secret', use: 'it signs in with' },
    { path: ['certSecretRef'], kind: 'Secret', use: 'it takes certificates from' },
    { path: ['proxySecretRef'], kind: 'Secret', use: 'it takes its proxy from' },
    { path: ['verify', 'secretRef'], kind: 'Secret', use: 'it verifies with' },
  ],
};

/** Without those that may be absent (`optional`). All of them are in the object's own namespace. */
export function namedInputs(object: FluxObject): NamedInput[] {
  const group = groupOf(object.apiVersion);
  const places = Object.hasOwn(placesByGroup, group) ? (placesByGroup[group] ?? []) : [];
  const { namespace = '' } = object.metadata;
  const input = (kind: string, name: string, use: string): NamedInput => ({
    id: { group: '', kind, namespace, name },
    use,
  });
  const single = places.flatMap(({ path, kind, use }) => {
    const name = asText(fieldAt(object.spec, ...path, 'name')) ?? '';
    return name === '' ? [] : [input(kind, name, use)];
  });
  const account = asText(object.spec?.serviceAccountName) ?? '';
  const listed = [
    ...listedAt(object, 'it takes values from', 'valuesFrom'),
    ...listedAt(object, 'it takes variables from', 'postBuild', 'substituteFrom'),
  ].map(({ kind, name, use }) => input(kind, name, use));
  return [...single, ...listed, ...(account === '' ? [] : [input('ServiceAccount', account, 'it acts as')])];
}

function listedAt(object: FluxObject, use: string, ...path: readonly string[]) {
  return (asList(fieldAt(object.spec, ...path)) ?? []).flatMap((entry) => {
    const kind = asText(fieldAt(entry, 'kind'));
    const name = asText(fieldAt(entry, 'name')) ?? '';
    const isNeeded = fieldAt(entry, 'optional') !== true && name !== '';
    return isNeeded && (kind === 'Secret' || kind === 'ConfigMap') ? [{ kind, name, use }] : [];
  });
}
