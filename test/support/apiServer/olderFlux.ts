/**
 * A recording of Flux 2.9 as an older Flux would serve it: versions, fields and conditions that did not exist yet are taken
 * away, nothing is invented. Which version has what: the resource definitions at the controllers' tags (spec drift 1.1) and
 * the fields' first releases: HelmRelease inventory 2.8, condition Drifted 2.9, Kustomization history and ExternalArtifact 2.7.
 */
import { groupOf } from '../../../src/flux/kinds.ts';
import type { Condition } from '../../../src/flux/objects.ts';
import { type ApiObject, isJsonObject, type JsonObject, stringAt, valueAt, without, withStatus } from './apiObject.ts';
import { customResource, Discovery, type ServedResource } from './discovery.ts';
import type { Recording } from './recording.ts';

export type OlderFlux = '2.2' | '2.6';

/** Versions by group and kind, the preferred one first (Kubernetes prefers stable ones, whatever is stored). */
type Versions = Readonly<Record<string, readonly string[]>>;

const kustomize = 'kustomize.toolkit.fluxcd.io/Kustomization';
const helm = 'helm.toolkit.fluxcd.io/HelmRelease';
const source = (kind: string): string => `source.toolkit.fluxcd.io/${kind}`;
const allThree = ['v1', 'v1beta2', 'v1beta1'];

const releases: Readonly<
  Record<OlderFlux, { readonly patch: string; readonly versions: Versions; readonly controllers: Versions }>
> = {
  '2.2': {
    patch: 'v2.2.3',
    versions: {
      [kustomize]: allThree,
      [helm]: ['v2beta2', 'v2beta1'],
      [source('GitRepository')]: allThree,
      [source('HelmRepository')]: ['v1beta2', 'v1beta1'],
      [source('HelmChart')]: ['v1beta2', 'v1beta1'],
      [source('Bucket')]: ['v1beta2', 'v1beta1'],
      [source('OCIRepository')]: ['v1beta2'],
    },
    controllers: {
      'kustomize-controller': ['v1.2.2'],
      'helm-controller': ['v0.37.4'],
      'source-controller': ['v1.2.4'],
    },
  },
  '2.6': {
    patch: 'v2.6.4',
    versions: {
      [kustomize]: allThree,
      [helm]: ['v2', 'v2beta2', 'v2beta1'],
      [source('GitRepository')]: allThree,
      [source('HelmRepository')]: allThree,
      [source('HelmChart')]: allThree,
      [source('Bucket')]: allThree,
      [source('OCIRepository')]: ['v1', 'v1beta2'],
    },
    controllers: {
      'kustomize-controller': ['v1.6.1'],
      'helm-controller': ['v1.3.0'],
      'source-controller': ['v1.6.2'],
    },
  },
};

const fluxGroups: ReadonlySet<string> = new Set([
  'kustomize.toolkit.fluxcd.io',
  'helm.toolkit.fluxcd.io',
  'source.toolkit.fluxcd.io',
  'source.extensions.fluxcd.io',
]);

/** The recording as that release would give it. Dry-run pairs of Flux's own kinds are left out: they name versions. */
export function asOlderFlux(recording: Recording, release: OlderFlux): Recording {
  const shape = releases[release];
  return {
    ...recording,
    about: { ...recording.about, flux: shape.patch.slice(1) },
    discovery: discoveryOf(recording, shape.versions),
    objects: recording.objects.flatMap((object) => olderObject(object, release) ?? []),
    dryRuns: recording.dryRuns.filter(
      ({ path }) => ![...fluxGroups].some((group) => path.startsWith(`/apis/${group}/`)),
    ),
  };
}

function discoveryOf(recording: Recording, versions: Versions): Recording['discovery'] {
  const discovery = new Discovery(recording.discovery);
  for (const group of fluxGroups) {
    discovery.unserve({ group });
  }
  // In the order of preference over all kinds of a group: v1 of one kind stands before v1beta2 of another.
  const served = Object.entries(versions)
    .flatMap(([name, list]) => list.map((version) => resourceOf(name, version)))
    .sort((a, b) => rank(a.version) - rank(b.version));
  for (const resource of served) {
    discovery.serve(resource);
  }
  const groups = valueAt(discovery.document('/apis'), 'groups');
  const groupVersions = (Array.isArray(groups) ? groups : []).flatMap((group) => {
    const list = valueAt(group, 'versions');
    return (Array.isArray(list) ? list : []).map((version) => `/apis/${stringAt(version, 'groupVersion') ?? ''}`);
  });
  const paths = ['/api', '/apis', '/api/v1', ...groupVersions];
  return Object.fromEntries(paths.map((path) => [path, discovery.document(path)]));
}

function rank(version: string): number {
  return ['v2', 'v1', 'v2beta2', 'v2beta1', 'v1beta2', 'v1beta1'].indexOf(version);
}

function resourceOf(name: string, version: string): ServedResource {
  const slash = name.indexOf('/');
  return customResource(`${name.slice(0, slash)}/${version}`, name.slice(slash + 1));
}

/** `undefined` for a kind that did not exist. */
function olderObject(object: ApiObject, release: OlderFlux): ApiObject | undefined {
  const group = groupOf(object.apiVersion);
  if (object.metadata.labels?.['app.kubernetes.io/part-of'] === 'flux') {
    return olderInstallation(object, release);
  }
  if (object.kind === 'CustomResourceDefinition' && group === 'apiextensions.k8s.io') {
    return olderDefinition(object, release);
  }
  if (!fluxGroups.has(group)) {
    return object;
  }
  const version = releases[release].versions[`${group}/${object.kind}`]?.[0];
  return version === undefined ? undefined : olderFields({ ...object, apiVersion: `${group}/${version}` });
}

function olderFields(object: ApiObject): ApiObject {
  const { status } = object;
  if (!status) {
    return object;
  }
  switch (object.kind) {
    case 'HelmRelease':
      return withStatus(object, withoutCondition(without(status, 'inventory'), 'Drifted'));
    case 'Kustomization':
      return withStatus(object, without(status, 'history'));
    default:
      return object;
  }
}

function withoutCondition(status: JsonObject, type: string): JsonObject {
  const conditions = status['conditions'];
  return Array.isArray(conditions)
    ? { ...status, conditions: (conditions as Condition[]).filter((condition) => condition.type !== type) }
    : status;
}

/** Deployments and definitions of Flux itself: the label of the release, and the controller's own image. */
function olderInstallation(object: ApiObject, release: OlderFlux): ApiObject | undefined {
  const { patch, controllers } = releases[release];
  const labels = { ...object.metadata.labels, 'app.kubernetes.io/version': patch };
  const labelled: ApiObject = { ...object, metadata: { ...object.metadata, labels } };
  if (object.kind === 'CustomResourceDefinition') {
    return olderDefinition(labelled, release);
  }
  if (object.kind !== 'Deployment') {
    return labelled;
  }
  const image = controllers[object.metadata.name]?.[0];
  // Controllers that the release does not have (source-watcher) are not there.
  return image === undefined ? undefined : (replaceTags(labelled, object.metadata.name, image) as ApiObject);
}

function olderDefinition(object: ApiObject, release: OlderFlux): ApiObject | undefined {
  const group = stringAt(object, 'spec', 'group') ?? '';
  const kind = stringAt(object, 'spec', 'names', 'kind') ?? '';
  const exists = !fluxGroups.has(group) || `${group}/${kind}` in releases[release].versions;
  return exists ? object : undefined;
}

/** `…/kustomize-controller:v1.9.5` → `…:v1.6.1`, wherever it stands. */
function replaceTags(value: unknown, name: string, tag: string): unknown {
  if (typeof value === 'string') {
    const at = value.indexOf(`/${name}:`);
    return at < 0 ? value : `${value.slice(0, at)}/${name}:${tag}`;
  }
  if (Array.isArray(value)) {
    return value.map((item) => replaceTags(item, name, tag));
  }
  return isJsonObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceTags(item, name, tag)]))
    : value;
}
