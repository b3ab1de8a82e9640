/** Results of rendering, for tests of what is made of them. Each builder takes what the test is about and fills in the rest. */
import { Sealed } from '../../src/base/sealed.ts';
import type { KubernetesObject } from '../../src/flux/objects.ts';
import type {
  DesiredObject,
  EffectiveValue,
  EffectiveVariable,
  FieldPath,
  FluxName,
  RenderedKustomization,
  RenderedRelease,
  ValueOrigin,
} from '../../src/render/desired.ts';

export const releaseName: FluxName = { kind: 'HelmRelease', namespace: 'apps', name: 'shop' };
export const kustomizationName: FluxName = { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' };

/** `desired('Deployment', 'shop', { spec: … }, { template: … })` */
export function desired(
  kind: string,
  name: string,
  fields: Readonly<Record<string, unknown>> = {},
  more: Partial<DesiredObject> = {},
): DesiredObject {
  const object = { apiVersion: 'v1', kind, metadata: { name, namespace: 'apps' }, ...fields } as KubernetesObject;
  return { object, real: new Sealed(object), masked: [], unstable: [], ...more };
}

export function renderedRelease(more: Partial<RenderedRelease> = {}): RenderedRelease {
  return {
    kind: 'HelmRelease',
    name: releaseName,
    inForce: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata: releaseName, spec: {} },
    parents: [],
    chart: { name: 'shop', version: '0.1.0', appVersion: '1.4.2', from: 'charts/shop of this repository' },
    release: { name: 'shop', namespace: 'apps' },
    objects: [],
    values: [],
    chartNotes: '',
    notes: [],
    ...more,
  };
}

export function renderedKustomization(more: Partial<RenderedKustomization> = {}): RenderedKustomization {
  return {
    kind: 'Kustomization',
    name: kustomizationName,
    inForce: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata: kustomizationName },
    parents: [],
    objects: [],
    variables: [],
    notes: [],
    ...more,
  };
}

export const ofChart: ValueOrigin = { from: 'chart', file: 'values.yaml' };
export const inline: ValueOrigin = { from: 'inline' };

export function ofConfigMap(name: string, key: string, path?: string): ValueOrigin {
  return path === undefined
    ? { from: 'ConfigMap', name, key, read: 'cluster' }
    : { from: 'ConfigMap', name, key, read: 'repository', path };
}

export function ofSecret(name: string, key: string): ValueOrigin {
  return { from: 'Secret', name, key, read: 'cluster' };
}

/** `value('ingress.hosts', ['a'], inline)`: a path without dots in its steps; another as a list of steps. */
export function value(path: string | FieldPath, of: unknown, origin: ValueOrigin): EffectiveValue {
  return { path: typeof path === 'string' ? path.split('.') : path, value: of, origin };
}

export function variable(
  name: string,
  of: string | undefined,
  origin?: ValueOrigin,
  more: Partial<EffectiveVariable> = {},
): EffectiveVariable {
  return { name, value: of, origin, overridden: [], used: true, ...more };
}
