/**
 * What Flux Kustomizations are compared in: each field once, with the smallest repository that shows it. Data alone: files of
 * one repository and Flux objects over them, for one namespace.
 */

export interface KustomizationCase {
  /** What is shown, in the words of the test's title. */
  readonly title: string;
  /** Name of the Flux Kustomization and of its folder below `cases/`. */
  readonly name: string;
  /** Fields of `spec` beside source, interval, prune and path; `path` is the case's folder unless it is given. */
  readonly spec?: Readonly<Record<string, unknown>>;
  /** Text by path, below the case's folder. */
  readonly files: Readonly<Record<string, string>>;
  /** Where it is not simply applied: with words of the controller. */
  readonly outcome?:
    | { /** It cannot be built; the render fails in the same words. */ readonly fails: RegExp }
    | { /** The API server refuses it; what was rendered is refused in the same words. */ readonly refused: RegExp }
    | {
        /** Nothing decrypts it. The controller applies what is encrypted as it is; what is rendered has names alone. */ readonly encrypted: true;
      };
  /** Kustomizations that this one builds are another's children: who applies this one, if not the root. */
  readonly below?: string;
}

/** A ConfigMap without a namespace unless one is given. */
export function configMap(name: string, data: Readonly<Record<string, string>> = { key: 'value' }, more = ''): string {
  const lines = Object.entries(data).map(([key, value]) => `  ${key}: ${value}\n`);
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}data:\n${lines.join('')}`;
}

function resources(...paths: readonly string[]): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${paths.map((path) => `  - ${path}\n`).join('')}`;
}

function deployment(name: string, image: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: { tier: web }
spec:
  replicas: 1
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: main
          image: ${image}
          ports: [{ containerPort: 80 }]
`;
}

/** Names of what the test puts into the namespace before, for `substituteFrom`. */
export const variablesConfigMap = 'bed-variables';
export const variablesSecret = 'bed-secret-variables';

export const clusterVariables = {
  configMap: { FROM_MAP: 'map', SHARED: 'map', MULTI: 'one\ntwo\n' },
  secret: { FROM_SECRET: 'hidden-9f2', SHARED: 'hidden-77a' },
} as const;

const where = (namespace: string) => ({ targetNamespace: namespace });

/** Where the files come from and what is generated for them. */
function sourceCases(namespace: string): KustomizationCase[] {
  const spec = where(namespace);
  return [
    {
      title: 'a folder with a kustomization.yaml',
      name: 'plain',
      spec,
      files: {
        'kustomization.yaml': resources('a.yaml'),
        'a.yaml': configMap('plain'),
        'b.yaml': configMap('unlisted'),
      },
    },
    {
      title: 'a folder without one: every file below, a folder with one as a whole',
      name: 'generated',
      spec,
      files: {
        'one.yaml': `${configMap('generated-one')}---\n${configMap('generated-two')}`,
        'deep/er/three.yml': configMap('generated-three'),
        'built/kustomization.yaml': `${resources('x.yaml')}namePrefix: built-\n`,
        'built/x.yaml': configMap('generated-four'),
        'built/y.yaml': configMap('generated-unlisted'),
        'notes.txt': 'nothing to apply',
      },
    },
    {
      title: 'a folder with nothing to apply',
      name: 'nothing',
      spec,
      files: { 'README.md': '# nothing\n' },
    },
    {
      title: 'the file named kustomization.yml',
      name: 'file-yml',
      spec,
      files: {
        'kustomization.yml': resources('a.yaml'),
        'a.yaml': configMap('file-yml'),
        'b.yaml': configMap('file-yml-b'),
      },
    },
    {
      title: 'the file named Kustomization',
      name: 'file-plain',
      spec,
      files: {
        Kustomization: resources('a.yaml'),
        'a.yaml': configMap('file-plain'),
        'b.yaml': configMap('file-plain-b'),
      },
    },
    {
      title: 'resources beside and above the folder',
      name: 'above',
      spec: { ...spec, path: './cases/above/overlay' },
      files: {
        'overlay/kustomization.yaml': resources('../base', '../loose/x.yaml'),
        'base/kustomization.yaml': resources('a.yaml'),
        'base/a.yaml': configMap('above-base'),
        'loose/x.yaml': configMap('above-loose'),
      },
    },
    {
      title: 'a path that tries to leave the source',
      name: 'outside',
      spec: { ...spec, path: '../../cases/./outside/' },
      files: { 'a.yaml': configMap('outside') },
    },
    {
      title: 'an absolute path',
      name: 'absolute',
      spec: { ...spec, path: '/cases/absolute' },
      files: { 'a.yaml': configMap('absolute') },
    },
    {
      title: 'a path that is not there',
      name: 'missing',
      spec: { ...spec, path: './cases/missing/nowhere' },
      files: { 'a.yaml': configMap('missing') },
      outcome: { fails: /path not found/ },
    },
    {
      title: 'files that the source leaves out',
      name: 'ignored',
      spec,
      files: {
        'a.yaml': configMap('ignored-a'),
        'draft-b.yaml': configMap('ignored-b'),
        '.sourceignore': 'draft-*\n',
      },
    },
    {
      title: 'a file that is no YAML where none is listed',
      name: 'broken',
      spec,
      files: { 'a.yaml': configMap('broken'), 'templated.yaml': 'kind: {{ .Values.kind }\n  - ]\n' },
      outcome: { fails: /templated\.yaml/ },
    },
    {
      title: 'a list of objects, and documents without any',
      name: 'list',
      spec,
      files: {
        'a.yaml': `# nothing\n---\n---\napiVersion: v1\nkind: List\nitems:\n  - ${configMap('list-a').trimEnd().replaceAll('\n', '\n    ')}\n  - ${configMap('list-b').trimEnd().replaceAll('\n', '\n    ')}\n`,
      },
    },
  ];
}

/** Fields of the Flux object that are merged into the kustomization.yaml. */
function mergedCases(namespace: string): KustomizationCase[] {
  const spec = where(namespace);
  return [
    {
      title: 'targetNamespace over the namespace of file and objects',
      name: 'target-namespace',
      spec,
      files: {
        'kustomization.yaml': `${resources('a.yaml', 'b.yaml')}namespace: of-the-file\n`,
        'a.yaml': configMap('target-a', undefined, '  namespace: of-the-object\n'),
        'b.yaml': `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: target-b }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
subjects: [{ kind: ServiceAccount, name: default, namespace: of-the-object }]
`,
      },
    },
    {
      title: 'namePrefix and nameSuffix instead of those of the file, references with them',
      name: 'affixes',
      spec: { ...spec, namePrefix: 'pre-', nameSuffix: '-post' },
      files: {
        'kustomization.yaml': `${resources('a.yaml', 'b.yaml')}namePrefix: file-\nnameSuffix: -file\n`,
        'a.yaml': configMap('affixes'),
        'b.yaml': deployment('affixes', 'registry.example.com/a:1').replace(
          '          ports:',
          '          envFrom: [{ configMapRef: { name: affixes } }]\n          ports:',
        ),
      },
    },
    {
      title: 'commonMetadata over labels and annotations, the owner labels too',
      name: 'common-metadata',
      spec: {
        ...spec,
        commonMetadata: {
          labels: { team: 'flux', tier: 'over', 'kustomize.toolkit.fluxcd.io/name': 'somebody-else' },
          annotations: { note: 'over' },
        },
      },
      files: {
        'a.yaml': configMap(
          'common-a',
          undefined,
          '  labels: { tier: own, kept: own }\n  annotations: { note: own }\n',
        ),
        'b.yaml': deployment('common-b', 'registry.example.com/a:1'),
      },
    },
    {
      title: 'patches: strategic merge with and without a target, after those of the file',
      name: 'patch-merge',
      spec: {
        ...spec,
        patches: [
          { patch: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: patch-a }\ndata: { key: flux, added: flux }\n' },
          {
            patch:
              'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: any }\nspec: { template: { spec: { containers: [{ name: main, image: registry.example.com/b:2 }, { name: side, image: registry.example.com/side:1 }] } } }\n',
            target: { kind: 'Deployment', labelSelector: 'tier=web' },
          },
          {
            patch: '$patch: delete\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: patch-gone }\n',
            target: { kind: 'ConfigMap', name: 'patch-gone' },
          },
        ],
      },
      files: {
        'kustomization.yaml': `${resources('a.yaml', 'b.yaml', 'c.yaml')}patches:\n  - patch: |-\n      apiVersion: v1\n      kind: ConfigMap\n      metadata: { name: patch-a }\n      data: { key: file, file: file }\n`,
        'a.yaml': configMap('patch-a'),
        'b.yaml': deployment('patch-b', 'registry.example.com/a:1'),
        'c.yaml': configMap('patch-gone'),
      },
    },
    {
      title: 'patches: JSON 6902 by kind and by a name that is a pattern',
      name: 'patch-json',
      spec: {
        ...spec,
        patches: [
          {
            patch:
              '- op: add\n  path: /metadata/annotations\n  value: { example.com/own: own }\n- op: replace\n  path: /metadata/annotations/example.com~1own\n  value: "1"\n- op: remove\n  path: /data/gone\n- op: replace\n  path: /data/key\n  value: patched\n',
            target: { version: 'v1', kind: 'ConfigMap', name: 'json-[ab]' },
          },
          {
            patch:
              '[{"op": "test", "path": "/data/key", "value": "patched"}, {"op": "copy", "from": "/data/key", "path": "/data/copy"}]',
            target: { kind: 'ConfigMap', name: 'json-a' },
          },
        ],
      },
      files: {
        'all.yaml': ['json-a', 'json-b', 'json-c']
          .map((name) => configMap(name, { key: 'own', gone: 'own' }))
          .join('---\n'),
      },
    },
    {
      title: 'images: name, tag and digest, the last two as a pair, over those of the file',
      name: 'images',
      spec: {
        ...spec,
        images: [
          { name: 'registry.example.com/renamed', newName: 'registry.example.com/other' },
          { name: 'registry.example.com/tagged', newTag: '2.0' },
          { name: 'registry.example.com/pinned', digest: `sha256:${'ab'.repeat(32)}` },
        ],
      },
      files: {
        'kustomization.yaml': `${resources('all.yaml')}images:
  - { name: registry.example.com/renamed, newTag: "9" }
  - { name: registry.example.com/tagged, newName: registry.example.com/from-file, digest: "sha256:${'cd'.repeat(32)}" }
  - { name: registry.example.com/of-file, newTag: file }
`,
        'all.yaml': ['renamed', 'tagged', 'pinned', 'of-file', 'untouched']
          .map((name) => deployment(`images-${name}`, `registry.example.com/${name}:1`))
          .join('---\n'),
      },
    },
    {
      title: 'components after those of the file',
      name: 'components',
      spec: { ...spec, components: ['../components-of/labels', '../components-of/config'] },
      files: { 'kustomization.yaml': resources('a.yaml'), 'a.yaml': configMap('components') },
    },
    {
      title: 'a component that is not there, and may be',
      name: 'components-optional',
      spec: {
        ...spec,
        components: ['../components-of/nowhere', '../components-of/labels'],
        ignoreMissingComponents: true,
      },
      files: { 'kustomization.yaml': resources('a.yaml'), 'a.yaml': configMap('components-optional') },
    },
    {
      title: 'a component that is not there',
      name: 'components-missing',
      spec: { ...spec, components: ['../components-of/nowhere'] },
      files: { 'kustomization.yaml': resources('a.yaml'), 'a.yaml': configMap('components-missing') },
      outcome: { fails: /components-of\/nowhere/ },
    },
    {
      title: 'a component on the network',
      name: 'components-remote',
      spec: { ...spec, components: ['https://github.com/example/components'] },
      files: { 'kustomization.yaml': resources('a.yaml'), 'a.yaml': configMap('components-remote') },
      outcome: { fails: /component .*must be (?:a )?local|local path|not supported|relative/i },
    },
    {
      title: 'buildMetadata of the Flux object',
      name: 'build-metadata',
      spec: { ...spec, buildMetadata: ['originAnnotations', 'transformerAnnotations'] },
      files: { 'kustomization.yaml': `${resources('a.yaml')}namePrefix: meta-\n`, 'a.yaml': configMap('build') },
    },
    {
      title: 'fields that do not change what is built',
      name: 'unrelated',
      spec: { ...spec, wait: true, force: true, timeout: '1m', retryInterval: '20s', deletionPolicy: 'Orphan' },
      files: { 'a.yaml': configMap('unrelated') },
    },
  ];
}

/** What stands in a kustomization.yaml, old names included. */
function fileCases(namespace: string): KustomizationCase[] {
  const spec = where(namespace);
  return [
    {
      title: 'old names of the file: bases, patchesStrategicMerge, patchesJson6902, commonLabels, vars',
      name: 'old-names',
      spec: { ...spec, path: './cases/old-names/overlay' },
      files: {
        'base/kustomization.yaml': 'resources: [a.yaml, b.yaml]\n',
        'base/a.yaml': configMap('old', { key: 'base', untouched: 'base' }),
        'base/b.yaml': deployment('old', 'registry.example.com/a:1').replace(
          '          ports:',
          '          command: [serve, $(CONFIG)]\n          ports:',
        ),
        'overlay/kustomization.yaml': `bases: [../base]
commonLabels: { variant: overlay }
commonAnnotations: { made: before }
patchesStrategicMerge:
  - merge.yaml
  - |-
    apiVersion: v1
    kind: ConfigMap
    metadata: { name: old }
    data: { inline: merged }
patchesJson6902:
  - target: { group: apps, version: v1, kind: Deployment, name: old }
    path: json.yaml
vars:
  - name: CONFIG
    objref: { apiVersion: v1, kind: ConfigMap, name: old }
`,
        'overlay/merge.yaml': configMap('old', { key: 'merged' }),
        'overlay/json.yaml': '- { op: replace, path: /spec/replicas, value: 2 }\n',
      },
    },
    {
      title: 'only components: objects say where they come from',
      name: 'only-components',
      spec: { ...spec, nameSuffix: '-only' },
      files: { 'kustomization.yaml': 'components: [../components-of/config]\n' },
    },
    {
      title: 'generators: hashes in names and in who refers to them',
      name: 'generators',
      spec,
      files: {
        'kustomization.yaml': `${resources('b.yaml')}configMapGenerator:
  - name: settings
    literals: [level=info]
    files: [app.conf, renamed=app.conf]
    envs: [app.env]
secretGenerator:
  - name: login
    literals: [user=somebody]
    type: Opaque
generatorOptions: { labels: { made: generated } }
replacements:
  - source: { kind: ConfigMap, name: settings, fieldPath: metadata.name }
    targets: [{ select: { kind: Deployment }, fieldPaths: [metadata.annotations.settings], options: { create: true } }]
`,
        'app.conf': 'level = info\n',
        'app.env': 'ONE=1\nTWO=2\n',
        'b.yaml': deployment('generators', 'registry.example.com/a:1').replace(
          '          ports:',
          '          envFrom: [{ configMapRef: { name: settings } }, { secretRef: { name: login } }]\n          ports:',
        ),
      },
    },
    {
      title: 'texts in every style of YAML',
      name: 'styles',
      spec,
      files: {
        'all.yaml': configMap('styles', {
          folded: '>-\n    first(\n      deeper\n        deepest\n    )\n\n    after an empty line',
          'folded-kept': '>+\n    one\n    line\n\n      and deeper\n\n',
          literal: '|\n    first\n      deeper \n\n    last',
          'literal-indented': '|2-\n      stands deep\n    less deep',
          quoted: `"tab\\t and \\"quotes\\" and \\u00e9 ${'long words '.repeat(20)}"`,
          plain: `several words ${'that go on and on '.repeat(12)}until here`,
          single: "'it''s'",
          number: '"012"',
          yes: '"yes"',
          empty: '""',
          anchor: '&a value',
          alias: '*a',
        }),
      },
    },
    {
      title: 'objects that the controller writes in full before it applies them',
      name: 'built-in',
      spec,
      files: {
        'all.yaml': `${deployment('built-in', 'registry.example.com/a:1')}---
apiVersion: v1
kind: Service
metadata: { name: built-in }
spec: { selector: { app: built-in }, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: v1
kind: Secret
metadata: { name: built-in }
stringData: { plain: text }
data: { encoded: dGV4dA== }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: built-in }
spec:
  schedule: "0 3 * * *"
  suspend: true
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{ name: main, image: registry.example.com/a:1 }]
`,
      },
    },
  ];
}

/** Variables. */
function substitutionCases(namespace: string): KustomizationCase[] {
  const spec = where(namespace);
  const substituteFrom = [
    { kind: 'ConfigMap', name: variablesConfigMap },
    { kind: 'Secret', name: variablesSecret },
    { kind: 'ConfigMap', name: 'bed-nowhere', optional: true },
  ];
  return [
    {
      title: 'variables of the object, with defaults and operators',
      name: 'substitute',
      spec: { ...spec, postBuild: { substitute: { NAME: 'Value', PORT: '80', EMPTY: '' } } },
      files: {
        'a.yaml': configMap('substitute', {
          plain: '"${NAME}"',
          default: '"${UNSET:=fallback}"',
          'default-of-empty': '"${EMPTY:-fallback}"',
          length: '"n${#NAME}"',
          lower: '"${NAME,,}"',
          part: '"${NAME:1:3}"',
          replaced: '"${NAME/al/AL}"',
          dollars: 'a$$b $${NAME} $NAME',
          nested: '"${UNSET:-${NAME}}"',
        }),
        'b.yaml': `apiVersion: v1
kind: Service
metadata: { name: substitute }
spec: { selector: { app: "\${NAME}" }, ports: [{ port: "\${PORT}", protocol: TCP }] }
`,
      },
    },
    {
      title: 'variables from the cluster: the later wins, the object itself over all, line ends stripped',
      name: 'substitute-from',
      spec: { ...spec, postBuild: { substituteFrom, substitute: { OWN: 'own', FROM_MAP: 'own' } } },
      files: {
        'a.yaml': configMap('substitute-from', {
          map: '"${FROM_MAP}"',
          secret: '"${FROM_SECRET}"',
          shared: 'https://${SHARED}.example.com/',
          multi: '"${MULTI}"',
          own: '"${OWN}"',
        }),
      },
    },
    {
      title: 'variables from an object that is not there',
      name: 'substitute-missing',
      spec: { ...spec, postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'bed-nowhere' }] } },
      files: { 'a.yaml': configMap('substitute-missing', { key: '"${ANY:=x}"' }) },
      outcome: { fails: /bed-nowhere/ },
    },
    {
      title: 'a variable that nothing sets',
      name: 'substitute-strict',
      spec: { ...spec, postBuild: { substitute: { OTHER: 'x' } } },
      files: { 'a.yaml': configMap('substitute-strict', { key: '"${NOT_SET}"' }) },
      outcome: { fails: /NOT_SET/ },
    },
    {
      title: 'a name that is none',
      name: 'substitute-name',
      spec: { ...spec, postBuild: { substitute: { 'not-a-name': 'x' } } },
      files: { 'a.yaml': configMap('substitute-name') },
      outcome: { fails: /not-a-name/ },
    },
    {
      title: 'what looks like a variable and is none',
      name: 'substitute-syntax',
      spec: { ...spec, postBuild: { substitute: { OTHER: 'x' } } },
      files: { 'a.yaml': configMap('substitute-syntax', { key: '"${a.b}"' }) },
      outcome: { fails: /closing brace/ },
    },
    {
      title: 'a text that becomes another type',
      name: 'substitute-type',
      spec: { ...spec, postBuild: { substitute: { FLAG: 'true' } } },
      files: {
        'a.yaml': configMap('substitute-type', {}, '  annotations: { flag: "${FLAG}" }\n').replace(/data:\n$/, ''),
      },
      outcome: { refused: /annotations\.flag: expected string/ },
    },
    {
      title: 'no variables at all: the text stays as it is',
      name: 'substitute-none',
      spec: { ...spec, postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'bed-nowhere', optional: true }] } },
      files: { 'a.yaml': configMap('substitute-none', { key: '"${ANY:=x} a$$b"' }) },
    },
    {
      title: 'no variables, substituteStrategy Always',
      name: 'substitute-always',
      spec: { ...spec, postBuild: { substituteStrategy: 'Always' } },
      files: { 'a.yaml': configMap('substitute-always', { key: '"${ANY:=x} a$$b"' }) },
    },
    {
      title: 'an encrypted Secret where nothing is set up to decrypt it',
      name: 'encrypted',
      spec,
      files: {
        'a.yaml': `apiVersion: v1
kind: Secret
metadata: { name: encrypted }
stringData:
  password: ENC[AES256_GCM,data:c2VhbGVk,iv:AAAA,tag:BBBB,type:str]
sops:
  lastmodified: "2026-01-01T00:00:00Z"
  mac: ENC[AES256_GCM,data:bWFj,iv:AAAA,tag:BBBB,type:str]
  version: 3.9.0
`,
      },
      outcome: { encrypted: true },
    },
    {
      title: 'substitute: disabled as label and as annotation, and written otherwise',
      name: 'substitute-disabled',
      spec: { ...spec, postBuild: { substitute: { NAME: 'value' } } },
      files: {
        'all.yaml': [
          configMap(
            'disabled-label',
            { key: '"${NAME}"' },
            '  labels: { kustomize.toolkit.fluxcd.io/substitute: disabled }\n',
          ),
          configMap(
            'disabled-annotation',
            { key: '"${NAME}"' },
            '  annotations: { kustomize.toolkit.fluxcd.io/substitute: disabled }\n',
          ),
          configMap(
            'disabled-not',
            { key: '"${NAME}"' },
            '  labels: { kustomize.toolkit.fluxcd.io/substitute: Disabled }\n',
          ),
        ].join('---\n'),
      },
    },
  ];
}

/** Kustomizations that are not in force as their file has them. */
function nestedCases(namespace: string): KustomizationCase[] {
  return [
    {
      title: 'patched by the kustomization.yaml of its parent',
      name: 'patched-by-parent',
      files: { 'a.yaml': configMap('patched-by-parent') },
    },
    {
      title: 'a parent that substitutes into its children',
      name: 'parent',
      spec: { targetNamespace: namespace, postBuild: { substitute: { STAGE: 'production', SUFFIX: '-live' } } },
      files: { 'child.yaml': childKustomization(namespace) },
    },
    {
      title: 'substituted by its parent, with variables of its own',
      name: 'child',
      below: 'parent',
      files: { 'a.yaml': configMap('child', { stage: '"${CHILD_STAGE}"' }) },
    },
  ];
}

function childKustomization(namespace: string): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: child }
spec:
  interval: 1h
  prune: true
  path: ./cases/child
  sourceRef: { kind: GitRepository, name: bed }
  targetNamespace: ${namespace}
  nameSuffix: "\${SUFFIX}"
  postBuild: { substitute: { CHILD_STAGE: "\${STAGE}" } }
`;
}

/** Folders that several cases refer to. */
export const sharedFiles = {
  'cases/components-of/labels/kustomization.yaml':
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nlabels: [{ pairs: { component: labels } }]\n',
  'cases/components-of/config/kustomization.yaml':
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [config.yaml]\nnamePrefix: with-\n',
  'cases/components-of/config/config.yaml': configMap('config-of-component'),
} as const;

/** All cases, in the order of the tests. */
export function kustomizationCases(namespace: string): readonly KustomizationCase[] {
  return [sourceCases, mergedCases, fileCases, substitutionCases, nestedCases].flatMap((cases) => cases(namespace));
}

/** What the root's own kustomization.yaml does to one of its children. */
export function parentPatch(namespace: string): string {
  return `patches:
  - target: { kind: Kustomization, name: patched-by-parent }
    patch: |-
      - { op: add, path: /spec/targetNamespace, value: ${namespace} }
      - { op: add, path: /spec/commonMetadata, value: { labels: { from: parent } } }
`;
}
