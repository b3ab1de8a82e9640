/**
 * What the embedded server serves: groups, versions and resources, from recorded discovery documents or from the built-in
 * table. Resources can be added and taken away while it runs, as installing or deleting a resource definition does.
 */
import { isJsonObject, type JsonObject, stringAt } from './apiObject.ts';

/** A resource in one version, as discovery lists it. */
export interface ServedResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly hasStatus: boolean;
}

/** Documents by path: `/api`, `/apis`, `/api/v1`, `/apis/<group>/<version>`. */
export type DiscoveryDocuments = Readonly<Record<string, unknown>>;

/** Groups of the server itself. Their lists hold items without kind and apiVersion; those of resource definitions do not. */
const builtInGroups: ReadonlySet<string> = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
]);

export function isBuiltIn(group: string): boolean {
  return builtInGroups.has(group);
}

const allVerbs: readonly string[] = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

export class Discovery {
  /** By group, then version in the order of preference, then plural. */
  readonly #groups = new Map<string, Map<string, Map<string, ServedResource>>>();

  constructor(documents?: DiscoveryDocuments) {
    for (const resource of documents ? readDocuments(documents) : defaultResources()) {
      this.serve(resource);
    }
  }

  serve(resource: ServedResource): void {
    const versions = this.#groups.get(resource.group) ?? new Map<string, Map<string, ServedResource>>();
    this.#groups.set(resource.group, versions);
    const resources = versions.get(resource.version) ?? new Map<string, ServedResource>();
    versions.set(resource.version, resources);
    resources.set(resource.plural, resource);
  }

  /** Stops serving a kind, in one version or in all. A version or group without resources is served no longer. */
  unserve(what: { readonly group: string; readonly kind?: string; readonly version?: string }): void {
    const versions = this.#groups.get(what.group);
    for (const [version, resources] of versions ?? []) {
      for (const resource of [...resources.values()]) {
        const fits = what.version === undefined || what.version === version;
        if (fits && (what.kind === undefined || what.kind === resource.kind)) {
          resources.delete(resource.plural);
        }
      }
      if (resources.size === 0) {
        versions?.delete(version);
      }
    }
    if (versions?.size === 0) {
      this.#groups.delete(what.group);
    }
  }

  find(group: string, version: string, plural: string): ServedResource | undefined {
    return this.#groups.get(group)?.get(version)?.get(plural);
  }

  /** The kind in the version that stands first among those that serve it. */
  findKind(group: string, kind: string): ServedResource | undefined {
    for (const resources of this.#groups.get(group)?.values() ?? []) {
      for (const resource of resources.values()) {
        if (resource.kind === kind) {
          return resource;
        }
      }
    }
    return undefined;
  }

  serves(group: string, version: string): boolean {
    return this.#groups.get(group)?.has(version) ?? false;
  }

  /** The discovery document at a path, `undefined` when the path is none or nothing is served there. */
  document(path: string): JsonObject | undefined {
    if (path === '/api') {
      return {
        kind: 'APIVersions',
        versions: [...(this.#groups.get('')?.keys() ?? [])],
        serverAddressByClientCIDRs: [],
      };
    }
    if (path === '/apis') {
      const groups = [...this.#groups.keys()].filter((group) => group !== '').map((group) => this.#group(group));
      return { kind: 'APIGroupList', apiVersion: 'v1', groups };
    }
    const match = /^\/(?:api|apis\/([^/]+))(?:\/([^/]+))?$/.exec(path);
    const [, group = '', version] = match ?? [];
    const versions = match ? this.#groups.get(group) : undefined;
    if (!versions) {
      return undefined;
    }
    if (version === undefined) {
      return { kind: 'APIGroup', apiVersion: 'v1', ...this.#group(group) };
    }
    const resources = versions.get(version);
    return resources && this.#resourceList(group, version, [...resources.values()]);
  }

  #group(group: string): JsonObject {
    const versions = [...(this.#groups.get(group)?.keys() ?? [])].map((version) => ({
      groupVersion: `${group}/${version}`,
      version,
    }));
    return { name: group, versions, preferredVersion: versions[0] };
  }

  #resourceList(group: string, version: string, resources: readonly ServedResource[]): JsonObject {
    return {
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: group === '' ? version : `${group}/${version}`,
      resources: resources.flatMap((resource) => [
        {
          name: resource.plural,
          singularName: resource.kind.toLowerCase(),
          namespaced: resource.namespaced,
          kind: resource.kind,
          verbs: resource.verbs,
          ...(resource.shortNames ? { shortNames: resource.shortNames } : {}),
          ...(resource.categories ? { categories: resource.categories } : {}),
        },
        ...(resource.hasStatus
          ? [
              {
                name: `${resource.plural}/status`,
                singularName: '',
                namespaced: resource.namespaced,
                kind: resource.kind,
                verbs: ['get', 'patch', 'update'],
              },
            ]
          : []),
      ]),
    };
  }
}

function strings(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.length > 0
    ? value.filter((item): item is string => typeof item === 'string')
    : undefined;
}

function listAt(document: unknown, key: string): readonly unknown[] {
  const value = isJsonObject(document) ? document[key] : undefined;
  return Array.isArray(value) ? value : [];
}

/** The resources of recorded documents, groups and versions in their recorded order of preference. */
function readDocuments(documents: DiscoveryDocuments): ServedResource[] {
  const groupVersions = listAt(documents['/apis'], 'groups').flatMap((group) => {
    const versions = listAt(group, 'versions').map((version) => stringAt(version, 'groupVersion') ?? '');
    const preferred = stringAt(group, 'preferredVersion', 'groupVersion');
    return preferred === undefined ? versions : [preferred, ...versions.filter((version) => version !== preferred)];
  });
  return ['v1', ...groupVersions].flatMap((groupVersion) => {
    const slash = groupVersion.indexOf('/');
    const list = documents[slash < 0 ? `/api/${groupVersion}` : `/apis/${groupVersion}`];
    const place = { group: groupVersion.slice(0, Math.max(0, slash)), version: groupVersion.slice(slash + 1) };
    return readResourceList(listAt(list, 'resources'), place);
  });
}

function readResourceList(
  entries: readonly unknown[],
  place: { readonly group: string; readonly version: string },
): ServedResource[] {
  const names = new Set(entries.map((entry) => stringAt(entry, 'name')));
  return entries.flatMap((entry) => {
    const plural = stringAt(entry, 'name') ?? '';
    if (!isJsonObject(entry) || plural === '' || plural.includes('/')) {
      return [];
    }
    const shortNames = strings(entry['shortNames']);
    const categories = strings(entry['categories']);
    return [
      {
        ...place,
        kind: stringAt(entry, 'kind') ?? '',
        plural,
        namespaced: entry['namespaced'] === true,
        verbs: strings(entry['verbs']) ?? [],
        ...(shortNames ? { shortNames } : {}),
        ...(categories ? { categories } : {}),
        hasStatus: names.has(`${plural}/status`),
      },
    ];
  });
}

const fluxVersions: readonly (readonly [groupVersion: string, kinds: string])[] = [
  ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization'],
  ['helm.toolkit.fluxcd.io/v2', 'HelmRelease'],
  ['source.toolkit.fluxcd.io/v1', 'GitRepository OCIRepository HelmRepository HelmChart Bucket ExternalArtifact'],
];

/** `!` marks kinds without namespace, `*` those with a status. */
const builtInVersions: readonly (readonly [groupVersion: string, kinds: string])[] = [
  [
    'v1',
    '!Namespace* !Node* !PersistentVolume* Pod* Service* ConfigMap Secret ServiceAccount PersistentVolumeClaim* Event',
  ],
  ['apps/v1', 'Deployment* StatefulSet* DaemonSet* ReplicaSet*'],
  ['batch/v1', 'Job* CronJob*'],
  ['policy/v1', 'PodDisruptionBudget*'],
  ['networking.k8s.io/v1', 'Ingress* NetworkPolicy'],
  ['rbac.authorization.k8s.io/v1', '!ClusterRole !ClusterRoleBinding Role RoleBinding'],
  ['authorization.k8s.io/v1', '!SelfSubjectAccessReview'],
  ['authentication.k8s.io/v1', '!SelfSubjectReview'],
  ['apiextensions.k8s.io/v1', '!CustomResourceDefinition*'],
];

/** `NetworkPolicy` → `networkpolicies`, as the API builds its plurals. */
export function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (/(?:s|ss|ch|x)$/.test(lower)) {
    return `${lower}es`;
  }
  return /[^aeiou]y$/.test(lower) ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}

/** A namespaced kind of a resource definition with a status, to `serve` in a test. */
export function customResource(
  apiVersion: string,
  kind: string,
  changes: Partial<ServedResource> = {},
): ServedResource {
  const slash = apiVersion.indexOf('/');
  const [group, version] = [apiVersion.slice(0, Math.max(0, slash)), apiVersion.slice(slash + 1)];
  return {
    group,
    version,
    kind,
    plural: pluralOf(kind),
    namespaced: true,
    verbs: allVerbs,
    hasStatus: true,
    ...changes,
  };
}

function defaultResources(): ServedResource[] {
  const builtIn = builtInVersions.flatMap(([groupVersion, kinds]) =>
    kinds.split(' ').map((text) =>
      customResource(groupVersion, text.replace(/[!*]/g, ''), {
        namespaced: !text.startsWith('!'),
        hasStatus: text.endsWith('*'),
        ...(text === '!SelfSubjectAccessReview' ? { verbs: ['create'] } : {}),
      }),
    ),
  );
  const flux = fluxVersions.flatMap(([groupVersion, kinds]) =>
    kinds.split(' ').map((kind) => customResource(groupVersion, kind)),
  );
  return [...builtIn, ...flux];
}
