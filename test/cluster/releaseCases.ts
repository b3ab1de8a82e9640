/**
 * The HelmReleases that rendering is compared in: each way to a chart, each source of values, each field that changes what
 * is rendered. Data alone, for one namespace.
 */

export interface ReleaseCase {
  readonly title: string;
  readonly name: string;
  /** Fields of `spec` beside the interval. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** helm-controller does not install it, and says so in words that this matches; so must the render's failure. */
  readonly fails?: RegExp;
  /** Fields that another render gives differently. */
  readonly unstable?: true;
  /** What is said of where the render may differ; nothing by default. */
  readonly approximate?: RegExp;
  /** The commit is in the chart's version, and a working tree has none: all but that is the same. */
  readonly commitInVersion?: true;
}

/**
 * Who uses the chart with definitions installs them once: with server-side apply the policy Create takes over what is there,
 * and the last release would be named in them.
 */
const definitionsOfAnother = { dependsOn: [{ name: 'hooks' }], install: { crds: 'Skip' } };

/** Charts in the Git repository; sources in the namespace are named by what they are. */
export const gitCharts = './charts';

export const valuesConfigMap = 'bed-values';
export const valuesSecret = 'bed-secret-values';
export const secretValues = { host: 'hidden-host.example.com', token: 'hidden-4c1e', password: 'hidden,7b=2' } as const;

export const valuesData = {
  configMap: {
    'values.yaml': 'title: from the ConfigMap\nworker: { queue: map, replicas: 3 }\nlist: [1, 2]\n',
    other: 'title: from another key\n',
    plain: 'a plain text',
    number: '7',
    port: '8443',
  },
  secret: {
    'values.yaml': `title: ${secretValues.token}\n`,
    host: secretValues.host,
    password: secretValues.password,
  },
} as const;

function fromRepository(chart: string, more: Readonly<Record<string, unknown>> = {}) {
  return { chart: { spec: { chart, sourceRef: { kind: 'HelmRepository', name: 'charts' }, ...more } } };
}

function fromGit(chart: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    chart: { spec: { chart: `${gitCharts}/${chart}`, sourceRef: { kind: 'GitRepository', name: 'bed' }, ...more } },
  };
}

const fromRegistry = (name: string) => ({ chartRef: { kind: 'OCIRepository', name } });

const library = fromRepository('library-deps');
const allOfIt = { tags: { extras: true }, worker: { enabled: true, queue: 'inline' } };

/** app-template's, as that of the real one. The engine reaches no network. */
const schemaOnNetwork = /^The values of chart app-template were not checked: its schema refers to/;

/** Values of a release of app-template that has one of everything. */
const manyKinds = {
  controllers: {
    web: {
      annotations: { 'example.com/reload': 'true' },
      initContainers: { init: { image: { repository: 'registry.example.com/init', tag: '1' } } },
      containers: {
        app: {
          image: { repository: 'registry.example.com/app', tag: `1.2@sha256:${'ab'.repeat(32)}` },
          env: {
            TZ: 'Europe/Berlin',
            PORT: 8080,
            KEY: { secretKeyRef: { name: '{{ .Release.Name }}-keys', key: 'k' } },
          },
          envFrom: [{ secretRef: { name: '{{ .Release.Name }}' } }],
          probes: { liveness: { enabled: true }, readiness: { enabled: true, type: 'HTTP', path: '/ready' } },
          resources: { requests: { cpu: '10m' }, limits: { memory: '64Mi' } },
        },
      },
    },
    store: {
      type: 'statefulset',
      containers: { app: { image: { repository: 'registry.example.com/store', tag: '3' } } },
    },
    nightly: {
      type: 'cronjob',
      cronjob: { schedule: '0 3 * * *', suspend: true },
      containers: { app: { image: { repository: 'registry.example.com/job', tag: '4' }, args: ['--all'] } },
    },
  },
  service: { web: { controller: 'web', ports: { http: { port: 8080 }, metrics: { port: 9090, protocol: 'TCP' } } } },
  ingress: {
    web: {
      className: 'internal',
      hosts: [
        {
          host: '{{ .Release.Name }}.example.com',
          paths: [{ path: '/', service: { identifier: 'web', port: 'http' } }],
        },
      ],
    },
  },
  configMaps: { settings: { data: { 'app.yaml': 'name: {{ .Release.Name }}\n' } } },
  secrets: { keys: { stringData: { k: 'not a secret' } } },
  serviceAccount: { web: {} },
  rbac: {
    roles: { reader: { type: 'Role', rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] } },
    bindings: { reader: { type: 'RoleBinding', roleRef: { identifier: 'reader' }, subjects: [{ identifier: 'web' }] } },
  },
  persistence: {
    data: { type: 'persistentVolumeClaim', accessMode: 'ReadWriteOnce', size: '1Gi' },
    tmp: { type: 'emptyDir' },
  },
} as const;

const oneContainer = (image: string) => ({
  controllers: { main: { containers: { app: { image: { repository: image, tag: '1' } } } } },
  service: { main: { ports: { http: { port: 80 } } } },
});

function chartCases(): ReleaseCase[] {
  return [
    {
      title: 'a chart of a Helm repository',
      name: 'repository',
      spec: fromRepository('library-deps', { version: '1.x' }),
    },
    { title: 'dependencies by condition, tag and alias', name: 'switched', spec: { ...library, values: allOfIt } },
    {
      title: 'a dependency switched off, whose values were imported',
      name: 'switched-off',
      spec: { ...library, values: { backend: { enabled: false } } },
    },
    {
      title: 'an OCIRepository that copies the chart: its digest is in the version',
      name: 'oci-copy',
      spec: { ...fromRegistry('app-template'), values: manyKinds },
      approximate: schemaOnNetwork,
    },
    {
      title: 'an OCIRepository that unpacks the chart',
      name: 'oci-extract',
      spec: { ...fromRegistry('library-extracted'), values: allOfIt },
    },
    {
      title: 'a HelmRepository of a registry',
      name: 'oci-repository',
      spec: {
        chart: {
          spec: { chart: 'with-schema', version: '0.3.0', sourceRef: { kind: 'HelmRepository', name: 'registry' } },
        },
        values: { port: 9000 },
      },
    },
    { title: 'a chart in the Git repository', name: 'git', spec: { ...fromGit('library-deps'), values: allOfIt } },
    {
      title: 'a chart in the Git repository with the revision in its version',
      name: 'git-revision',
      spec: fromGit('library-deps', { reconcileStrategy: 'Revision' }),
      approximate: /revision of .* becomes part of the chart's version/,
      commitInVersion: true,
    },
    {
      title: 'values files of the chart, one that is not there',
      name: 'values-files',
      spec: fromGit('library-deps', {
        valuesFiles: [`${gitCharts}/library-deps/values-production.yaml`, `${gitCharts}/library-deps/nowhere.yaml`],
        ignoreMissingValuesFiles: true,
      }),
    },
    { title: 'a chart of a hundred templates', name: 'hundred', spec: fromRepository('hundred') },
    {
      title: 'a chart that is not there',
      name: 'nowhere',
      spec: fromRepository('nowhere'),
      fails: /nowhere/,
    },
  ];
}

function valuesCases(): ReleaseCase[] {
  const map = { kind: 'ConfigMap', name: valuesConfigMap };
  const secret = { kind: 'Secret', name: valuesSecret };
  return [
    {
      title: 'values of a ConfigMap, of another key, of a Secret, the object itself over all',
      name: 'values-from',
      spec: {
        ...library,
        valuesFrom: [
          map,
          { ...map, valuesKey: 'other' },
          secret,
          { kind: 'Secret', name: 'bed-nowhere', optional: true },
        ],
        values: { tags: { extras: true }, worker: { enabled: true, queue: 'inline' } },
      },
    },
    {
      title: 'values to a path: types as --set takes them, and as they are',
      name: 'values-path',
      spec: {
        ...library,
        valuesFrom: [
          { ...map, valuesKey: 'number', targetPath: 'worker.replicas' },
          { ...map, valuesKey: 'plain', targetPath: 'title' },
          { ...secret, valuesKey: 'host', targetPath: 'global.domain' },
          { ...secret, valuesKey: 'password', targetPath: 'worker.queue', literal: true },
          { ...map, valuesKey: 'nowhere', targetPath: 'host', optional: true },
        ],
        values: { worker: { enabled: true } },
      },
    },
    {
      title:
        'values to a path against the object itself, which wins where the parent is shared and not where it is not',
      name: 'values-aliasing',
      spec: {
        ...library,
        valuesFrom: [
          map,
          { ...map, valuesKey: 'plain', targetPath: 'worker.queue' },
          { ...map, valuesKey: 'plain', targetPath: 'title' },
          { ...map, valuesKey: 'plain', targetPath: 'global.domain' },
        ],
        values: {
          title: 'inline',
          worker: { enabled: true, queue: 'inline' },
          global: { domain: 'inline.example.com' },
        },
      },
    },
    {
      title: 'a Secret in the host of an Ingress',
      name: 'values-secret-host',
      spec: {
        ...fromRegistry('app-template'),
        valuesFrom: [{ ...secret, valuesKey: 'host', targetPath: 'ingress.main.hosts[0].host' }],
        values: {
          ...oneContainer('registry.example.com/app'),
          ingress: {
            main: { hosts: [{ host: 'plain.example.com', paths: [{ path: '/', service: { identifier: 'main' } }] }] },
          },
        },
      },
      approximate: schemaOnNetwork,
    },
    {
      title: 'a default of the chart taken away',
      name: 'values-null',
      spec: { ...library, values: { title: null, backend: { limits: null } } },
    },
    {
      title: 'values of a ConfigMap that is not there',
      name: 'values-missing',
      spec: { ...library, valuesFrom: [{ kind: 'ConfigMap', name: 'bed-nowhere' }] },
      fails: /bed-nowhere/,
    },
    {
      title: 'values that the schema refuses',
      name: 'schema-refuses',
      spec: { ...fromRepository('with-schema'), values: { level: 'loud' } },
      fails: /level/,
    },
    {
      title: 'values that the schema would refuse, unchecked',
      name: 'schema-off',
      spec: {
        ...fromRepository('with-schema'),
        install: { disableSchemaValidation: true },
        upgrade: { disableSchemaValidation: true },
        values: { level: 'loud' },
      },
    },
  ];
}

function fieldCases(namespace: string): ReleaseCase[] {
  return [
    {
      title: 'common metadata under the labels of the origin',
      name: 'metadata',
      spec: {
        ...library,
        commonMetadata: {
          labels: { team: 'flux', 'helm.toolkit.fluxcd.io/name': 'somebody-else' },
          annotations: { note: 'common' },
        },
      },
    },
    { title: 'another namespace', name: 'target', spec: { ...library, targetNamespace: `${namespace}-target` } },
    {
      title: 'another namespace for the release, another for its storage, a name of its own',
      name: 'renamed',
      spec: {
        ...library,
        targetNamespace: `${namespace}-target`,
        storageNamespace: namespace,
        releaseName: 'own-name',
      },
    },
    {
      title: 'a name that is too long for a release',
      name: 'a-name-that-is-longer-than-what-helm-takes-for-a-release',
      spec: library,
    },
    {
      title: 'definitions and hooks',
      name: 'hooks',
      spec: {
        ...fromRepository('crds-hooks'),
        install: { crds: 'CreateReplace' },
        test: { enable: true },
        values: { widgets: [] },
      },
    },
    {
      title: 'definitions left alone, objects of their kinds',
      name: 'hooks-skip',
      spec: {
        ...fromRepository('crds-hooks'),
        dependsOn: [{ name: 'hooks' }],
        install: { ...definitionsOfAnother.install, disableHooks: true },
        values: {
          widgets: [
            { name: 'one', size: 1 },
            { name: 'two', size: 2 },
          ],
        },
      },
    },
    {
      title: 'fields that differ each time',
      name: 'generated',
      spec: {
        ...fromRepository('crds-hooks'),
        ...definitionsOfAnother,
        values: { password: { generate: true } },
      },
      unstable: true,
      approximate: /differs at each render \(randAlphaNum\)/,
    },
  ];
}

const postRenderers = [
  {
    kustomize: {
      patches: [
        {
          target: { kind: 'Deployment' },
          patch:
            '- { op: add, path: /metadata/annotations/patched, value: first }\n- { op: add, path: /spec/replicas, value: 2 }\n',
        },
        {
          patch:
            'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: any }\nspec: { template: { spec: { hostname: merged } } }\n',
          target: { kind: 'Deployment', name: '.*' },
        },
      ],
      images: [{ name: 'registry.example.com/tool', newName: 'registry.example.com/mirror/tool', newTag: '2.0' }],
    },
  },
  {
    kustomize: {
      patches: [
        {
          target: { kind: 'Deployment' },
          patch: '- { op: replace, path: /metadata/annotations/patched, value: second }\n',
        },
      ],
    },
  },
];

function postRenderCases(): ReleaseCase[] {
  const strategies = [undefined, 'combined', 'separate', 'nohooks'] as const;
  return strategies.map((strategy) => ({
    title: `post-renderers, ${strategy === undefined ? 'no strategy given' : `strategy ${strategy}`}`,
    name: `post-render-${strategy ?? 'default'}`,
    spec: {
      ...fromRepository('crds-hooks'),
      ...definitionsOfAnother,
      postRenderers: [
        ...postRenderers,
        // Hooks are within reach of some strategies only, and a target that is nowhere is no error.
        {
          kustomize: {
            patches: [
              { target: { kind: 'Job' }, patch: '- { op: add, path: /metadata/annotations/reached, value: "yes" }\n' },
            ],
          },
        },
      ],
      ...(strategy === undefined ? {} : { postRenderStrategy: strategy }),
      commonMetadata: { labels: { team: 'flux' } },
    },
  }));
}

/** All cases, in the order of the tests. */
export function releaseCases(namespace: string): readonly ReleaseCase[] {
  return [...chartCases(), ...valuesCases(), ...fieldCases(namespace), ...postRenderCases()];
}
