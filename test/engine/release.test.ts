/** HelmReleases as helm-controller renders them: objects, hooks, definitions, and what is said about them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../src/base/failure.ts';
import type { FluxObject, FluxSpec } from '../../src/flux/objects.ts';
import type { ClusterInputs, RenderedRelease } from '../../src/render/desired.ts';
import {
  chartFiles,
  chartInRepository,
  configMapOf,
  dataOf,
  type Files,
  messages,
  releaseBed,
  type ReleaseCase,
  releaseObject,
  shown,
} from './releaseSetup.ts';

const bed = releaseBed();

interface Row {
  readonly name: string;
  /** Fields of the spec besides the chart. */
  readonly spec?: FluxSpec;
  readonly given?: Omit<ReleaseCase, 'files' | 'spec'>;
  readonly template: string;
  readonly expected: string;
}

const installed: FluxObject = { ...releaseObject({}), status: { history: [{ name: 'podinfo', version: 3 }] } };
const knowing = (object: FluxObject): Partial<ClusterInputs> => ({
  fluxObject: (kind) => Promise.resolve(kind === object.kind ? object : undefined),
});

const rows: readonly Row[] = [
  { name: 'release name', template: '{{ .Release.Name }}', expected: 'podinfo' },
  {
    name: 'release name with the target namespace',
    spec: { targetNamespace: 'web' },
    template: '{{ .Release.Name }} in {{ .Release.Namespace }}',
    expected: 'web-podinfo in web',
  },
  {
    name: 'a long release name',
    spec: { releaseName: 'a'.repeat(54) },
    template: '{{ .Release.Name }}',
    expected: `${'a'.repeat(40)}-a3f01b693925`,
  },
  {
    name: 'a first install',
    given: { cluster: {} },
    template: '{{ .Release.IsInstall }} {{ .Release.IsUpgrade }} {{ .Release.Revision }}',
    expected: 'true false 1',
  },
  {
    name: 'an upgrade of what has a history',
    given: { cluster: knowing(installed) },
    template: '{{ .Release.IsInstall }} {{ .Release.IsUpgrade }}',
    expected: 'false true',
  },
  {
    name: 'version and APIs of the cluster, and no others',
    given: { cluster: {} },
    template:
      '{{ .Capabilities.KubeVersion }} {{ .Capabilities.APIVersions.Has "batch/v1" }} {{ .Capabilities.APIVersions.Has "apps/v1" }}',
    expected: 'v1.33.1 false true',
  },
  {
    name: 'version and further APIs of the settings',
    given: { kubernetesVersion: '1.31.2', apiVersions: ['monitoring.coreos.com/v1'] },
    template:
      '{{ .Capabilities.KubeVersion }} {{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" }} {{ .Capabilities.APIVersions.Has "apps/v1" }}',
    expected: 'v1.31.2 true true',
  },
  {
    name: 'lookup finds nothing',
    template: '{{ lookup "v1" "Secret" "apps" "s" | len }}',
    expected: '0',
  },
];

for (const { name, spec, given, template, expected } of rows) {
  test(`templates see: ${name}`, async () => {
    const rendered = await bed.render({
      ...given,
      files: chartFiles({ 'shown.yaml': configMapOf(`value: "${template.replaceAll('"', '`')}"`) }),
      spec: { ...chartInRepository, ...spec },
    });
    assert.equal(dataOf(shown(rendered).object)['value'], expected);
  });
}

/** Notes that a render has, of which each row names a part. */
const noted: readonly (readonly [string, ReleaseCase, 'approximate' | 'information', RegExp])[] = [
  ['a question to the cluster', { files: templated('{{ lookup "v1" "Secret" "a" "b" }}') }, 'approximate', /lookup/],
  [
    'a random text',
    { files: templated('{{ randAlphaNum 8 }}') },
    'approximate',
    /^1 object differs at each render \(randAlphaNum\)\.$/,
  ],
  [
    'a random text in the values',
    {
      files: templated('{{ tpl .Values.a . }}'),
      spec: { ...chartInRepository, values: { a: '{{ uuidv4 }}' } },
    },
    'approximate',
    /uuidv4/,
  ],
  [
    'kept values',
    { files: templated('a'), spec: { ...chartInRepository, upgrade: { preserveValues: true } } },
    'approximate',
    /preserveValues/,
  ],
  [
    'another cluster',
    { files: templated('a'), spec: { ...chartInRepository, kubeConfig: { secretRef: { name: 'k' } } }, cluster: {} },
    'information',
    /kubeConfig/,
  ],
  ['no cluster', { files: templated('a') }, 'information', /^Rendered for Kubernetes v1\.\d+\.\d+ .*no cluster/],
  [
    'settings',
    { files: templated('a'), kubernetesVersion: '1.30.0' },
    'information',
    /^Rendered for Kubernetes 1\.30\.0 .*, as asked for\.$/,
  ],
  [
    'a cluster that does not answer',
    {
      files: templated('a'),
      cluster: { capabilities: () => Promise.reject(new Failure('unreachable', 'no route to homelab')) },
    },
    'approximate',
    /homelab could not be asked for the APIs.*no route/,
  ],
  [
    'a question whether it is installed, and nobody to ask',
    { files: templated('{{ .Release.IsInstall }}') },
    'information',
    /^The chart asks \.Release\.IsInstall: rendered as a first install, revision 1, for no cluster tells whether it is installed\.$/,
  ],
  [
    'such questions in the values, and a cluster that does not tell',
    {
      files: templated('{{ .Release.Revision }}{{ tpl .Values.a . }}'),
      spec: { ...chartInRepository, values: { a: '{{ .Release.IsUpgrade }}' } },
      cluster: { fluxObject: () => Promise.reject(new Failure('forbidden', 'no right to read it')) },
    },
    'information',
    /^The chart asks \.Release\.IsUpgrade and \.Release\.Revision: rendered as a first install, revision 1, for no cluster tells/,
  ],
  [
    'the number of an upgrade, which is not counted',
    { files: templated('{{ .Release.Revision }}{{ .Release.IsUpgrade }}'), cluster: knowing(installed) },
    'information',
    /^The chart asks \.Release\.Revision: rendered as an upgrade, revision 1, for its number is not counted\.$/,
  ],
];

function templated(value: string): Files {
  return chartFiles({ 'shown.yaml': configMapOf(`value: ${value}`) });
}

for (const [name, given, severity, expected] of noted) {
  test(`it is said: ${name}`, async () => {
    const rendered = await bed.render(given);
    const said = messages(rendered.notes, severity);
    assert.ok(
      said.some((message) => expected.test(message)),
      said.join('\n'),
    );
  });
}

test('a pure chart has nothing approximate about it', async () => {
  const rendered = await bed.render({ files: templated('{{ .Release.Name }}'), cluster: {} });
  assert.deepEqual(rendered.notes, []);
});

test('a chart that asks about the release has no note where the cluster tells, and nothing of it differs at each render', async () => {
  const asking = templated('{{ .Release.IsInstall }}{{ .Release.Revision }}');
  assert.deepEqual((await bed.render({ files: asking, cluster: {} })).notes, []);
  const upgraded = { files: templated('{{ .Release.IsUpgrade }}'), cluster: knowing(installed) };
  assert.deepEqual((await bed.render(upgraded)).notes, []);
  assert.deepEqual(shown(await bed.render({ files: asking })).unstable, []);
});

test('cancelled is cancelled, not a note', async () => {
  const cancelledCall = () => Promise.reject(new Failure('cancelled', 'asking was cancelled'));
  for (const cluster of [{ capabilities: cancelledCall }, { fluxObject: cancelledCall }]) {
    await assert.rejects(bed.render({ files: templated('a'), cluster }), { reason: 'cancelled' });
  }
});

test('only what differs at each render is unstable', async () => {
  const rendered = await bed.render({
    files: chartFiles({
      'a.yaml': configMapOf('fixed: yes\nrandom: {{ randAlphaNum 8 }}'),
      'b.yaml': configMapOf('fixed: yes', 'steady'),
    }),
  });
  assert.deepEqual(shown(rendered).unstable, [['data', 'random']]);
  assert.deepEqual(shown(rendered, 'steady').unstable, []);
});

test('an object whose name is another each time is compared with its like', async () => {
  const rendered = await bed.render({
    files: chartFiles({ 'a.yaml': configMapOf('fixed: yes', 'test-{{ randNumeric 6 }}') }),
  });
  assert.deepEqual(rendered.objects[0]?.unstable, [['metadata', 'name']]);
});

const hook = `apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
spec: {}
`;

const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.com
spec:
  group: example.com
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions: []
`;

const kinds: Files = {
  ...chartFiles({
    'job.yaml': hook,
    'shown.yaml': configMapOf('a: b'),
    'role.yaml': 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: role}\nrules: []\n',
    'widget.yaml': 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: widget}\n',
    'gadget.yaml': 'apiVersion: example.org/v1\nkind: Gadget\nmetadata: {name: gadget}\n',
    'own.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: service, namespace: other}\n',
    'definitions.yaml': definition
      .replaceAll('widgets.', 'things.')
      .replaceAll('Widget', 'Thing')
      .replace('Namespaced', 'Cluster'),
    'thing.yaml': 'apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: thing}\n',
  }),
  'chart/crds/widgets.yaml': definition,
};

test("namespaces: of known kinds the release's, of unknown kinds as the chart says", async () => {
  const rendered = await bed.render({ files: kinds, spec: { ...chartInRepository, targetNamespace: 'web' } });
  assert.deepEqual(
    Object.fromEntries(rendered.objects.map(({ object }) => [object.metadata.name, object.metadata.namespace ?? '–'])),
    {
      shown: 'web',
      migrate: 'web',
      service: 'other',
      widget: 'web',
      role: '–',
      thing: '–',
      gadget: '–',
      'things.example.com': '–',
      'widgets.example.com': '–',
    },
  );
});

function rolesOf(rendered: RenderedRelease): readonly string[] {
  return rendered.objects.map(({ object, role, template }) => {
    const what =
      role === undefined
        ? 'release'
        : 'hook' in role
          ? role.hook.join('+')
          : 'crds' in role
            ? `crds ${role.crds}`
            : role.skipped;
    return `${object.kind} ${object.metadata.name}: ${what} (${template ?? ''})`;
  });
}

test('hooks and definitions have a role and come after the objects of the release', async () => {
  const rendered = await bed.render({ files: kinds });
  assert.deepEqual(rolesOf(rendered).slice(-2), [
    'Job migrate: pre-install+pre-upgrade (templates/job.yaml)',
    'CustomResourceDefinition widgets.example.com: crds Create (crds/widgets.yaml)',
  ]);
  assert.ok(rolesOf(rendered).includes('ConfigMap shown: release (templates/shown.yaml)'));
});

const policies: readonly (readonly [FluxSpec, boolean, string])[] = [
  [{}, false, 'Create'],
  [{}, true, 'Create'],
  [{ install: { crds: 'Skip' } }, false, 'Skip'],
  [{ install: { crds: 'Skip' } }, true, 'Create'],
  [{ install: { crds: 'Skip' }, upgrade: { crds: 'CreateReplace' } }, true, 'CreateReplace'],
];

for (const [spec, isInstalled, expected] of policies) {
  test(`definitions: ${JSON.stringify(spec)} at an ${isInstalled ? 'upgrade' : 'install'}: ${expected}`, async () => {
    const rendered = await bed.render({
      files: kinds,
      spec: { ...chartInRepository, ...spec },
      ...(isInstalled ? { cluster: knowing(installed) } : {}),
    });
    assert.deepEqual(rendered.objects.at(-1)?.role, { crds: expected });
  });
}

const assumptions: readonly (readonly [string, FluxSpec, boolean, RegExp | undefined])[] = [
  ['nothing depends on it', {}, false, undefined],
  ['both alike, one by default', { install: { crds: 'Create' } }, false, undefined],
  ['crds', { upgrade: { crds: 'CreateReplace' } }, false, /a first install is assumed, .* whose crds is another,/],
  [
    'both settings',
    { install: { disableSchemaValidation: true, crds: 'Skip' } },
    false,
    / whose crds and disableSchemaValidation is another,/,
  ],
  ['the cluster knows', { upgrade: { crds: 'CreateReplace' } }, true, undefined],
];

for (const [title, spec, isInstalled, expected] of assumptions) {
  test(`a first install is assumed, and said where it matters: ${title}`, async () => {
    const { notes } = await bed.render({
      files: kinds,
      spec: { ...chartInRepository, ...spec },
      ...(isInstalled ? { cluster: knowing(installed) } : {}),
    });
    const said = notes.filter(({ message }) => message.includes('first install'));
    assert.equal(said.length, expected === undefined ? 0 : 1);
    if (expected !== undefined) {
      assert.match(said[0]?.message ?? '', expected);
    }
  });
}

test('labels of origin and common metadata are on objects of the release', async () => {
  const rendered = await bed.render({
    files: kinds,
    spec: { ...chartInRepository, commonMetadata: { labels: { team: 'a' }, annotations: { note: 'b' } } },
  });
  const { labels, annotations } = shown(rendered).object.metadata;
  assert.deepEqual(labels, {
    team: 'a',
    'helm.toolkit.fluxcd.io/name': 'podinfo',
    'helm.toolkit.fluxcd.io/namespace': 'apps',
  });
  assert.deepEqual(annotations, { note: 'b' });
});

const patch = (target: string, name: string): FluxSpec => ({
  ...chartInRepository,
  postRenderers: [
    {
      kustomize: {
        patches: [{ target: { kind: target }, patch: `[{"op":"add","path":"/metadata/labels/${name}","value":"x"}]` }],
      },
    },
    { kustomize: { images: [{ name: 'a', newTag: '2' }] } },
  ],
});

test('post-renderers and their strategy are passed on', async () => {
  for (const [strategy, expected] of [
    [undefined, 'x'],
    ['combined', 'x'],
    ['nohooks', undefined],
  ] as const) {
    const files = chartFiles({
      'job.yaml': hook.replace('  annotations', '  labels: {a: b}\n  annotations'),
      'shown.yaml': configMapOf('a: b'),
    });
    const rendered = await bed.render({
      files,
      spec: { ...patch('Job', 'patched'), ...(strategy === undefined ? {} : { postRenderStrategy: strategy }) },
    });
    assert.equal(shown(rendered, 'migrate').object.metadata.labels?.['patched'], expected, String(strategy));
  }
});

const schema = { 'chart/values.schema.json': '{"properties": {"port": {"type": "integer"}}}' };

test('values that the schema refuses, and the switch for it', async () => {
  const files = { ...templated('a'), ...schema };
  const spec = { ...chartInRepository, values: { port: 'eighty' } };
  await assert.rejects(bed.render({ files, spec }), { reason: 'invalid', message: /port/ });
  const open = { ...spec, install: { disableSchemaValidation: true } };
  assert.equal((await bed.render({ files, spec: open })).objects.length, 1);
  await assert.rejects(bed.render({ files, spec: open, cluster: knowing(installed) }), { reason: 'invalid' });
});

test('an error names the template and its line', async () => {
  await assert.rejects(bed.render({ files: templated('\n  {{ required "a host is needed" .Values.host }}') }), {
    reason: 'invalid',
    message: /templates\/shown\.yaml:\d+:\d+.*a host is needed/s,
  });
});

test('chart facts, notes of the chart and the release are told', async () => {
  const rendered = await bed.render({
    files: chartFiles({ 'shown.yaml': configMapOf('a: b'), 'NOTES.txt': 'Visit {{ .Release.Name }}' }),
  });
  assert.deepEqual(rendered.chart, {
    name: 'podinfo',
    version: '6.5.0',
    appVersion: '6.5.1',
    from: 'folder chart (working tree)',
  });
  assert.deepEqual(rendered.release, { name: 'podinfo', namespace: 'apps' });
  assert.equal(rendered.chartNotes, 'Visit podinfo');
});
