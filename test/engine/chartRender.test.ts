/** Releases as helm-controller would apply them: objects, hooks, definitions and notes; what templates see; what fails. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EngineReply } from '../../src/render/engineProtocol.ts';
import { type ReleaseOptions, chartFiles, configMap, dataOf, namesOf, renderChart, renderLoaded } from './chartBed.ts';
import { type Files, engineBed, problemOf } from './engineBed.ts';

const engine = engineBed();
const render = (files: Files, options: ReleaseOptions = {}, metadata = '') =>
  renderChart(engine, chartFiles(files, metadata), options);

/** What a template of one expression gives. */
const shown = (expression: string, options: ReleaseOptions = {}, more: Files = {}) =>
  dataOf(
    render({ 'templates/x.yaml': configMap('x', `  shown: {{ ${expression} | quote }}\n`), ...more }, options)
      .objects[0]?.object,
  ) as { readonly shown: string } | undefined;

const hook = (name: string, events: string, more = '') =>
  configMap(name, '', `  annotations:\n    helm.sh/hook: ${events}\n${more}`);

describe('a release', () => {
  it('has its objects in Helm’s order with their templates, hooks and definitions apart, and notes', () => {
    const reply = render({
      'templates/z-namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: { name: n }\n',
      'templates/a.yaml': `${configMap('b')}---\n${configMap('a')}`,
      'templates/deep/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata: { name: s }\n',
      'templates/hook.yaml': hook(
        'h',
        'pre-install, post-upgrade',
        '    helm.sh/hook-weight: "-5"\n    helm.sh/hook-delete-policy: hook-succeeded,before-hook-creation\n',
      ),
      'templates/tests/t.yaml': hook('t', 'test'),
      'templates/_helpers.tpl': '{{ define "x" }}{{ end }}',
      'templates/NOTES.txt': 'Hello {{ .Release.Name }}',
      'templates/empty.yaml': '{{ if false }}x{{ end }}\n# nothing\n',
      'crds/w.yaml':
        'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: w }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: no-definition }\n',
      'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
      'charts/sub/templates/s.yaml': configMap('sub'),
      'charts/sub/templates/NOTES.txt': 'of the dependency',
      'charts/sub/crds/v.yaml':
        'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: v, labels: { a: b } }\nspec: { group: x }\n',
    });
    assert.deepEqual(namesOf(reply.objects), [
      'templates/z-namespace.yaml Namespace n',
      'charts/sub/templates/s.yaml ConfigMap sub',
      'templates/a.yaml ConfigMap b',
      'templates/a.yaml ConfigMap a',
      'templates/deep/service.yaml Service s',
    ]);
    assert.deepEqual(
      reply.hooks.map(({ template, events, weight, deletePolicies }) => ({ template, events, weight, deletePolicies })),
      [
        {
          template: 'templates/hook.yaml',
          events: ['pre-install', 'post-upgrade'],
          weight: -5,
          deletePolicies: ['hook-succeeded', 'before-hook-creation'],
        },
        { template: 'templates/tests/t.yaml', events: ['test'], weight: 0, deletePolicies: [] },
      ],
    );
    assert.deepEqual(namesOf(reply.crds), [
      'crds/w.yaml CustomResourceDefinition w',
      'charts/sub/crds/v.yaml CustomResourceDefinition v',
    ]);
    assert.deepEqual(reply.crds[1]?.object, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: {
        name: 'v',
        labels: {
          a: 'b',
          'helm.toolkit.fluxcd.io/name': 'web-release',
          'helm.toolkit.fluxcd.io/namespace': 'flux-system',
        },
      },
      spec: { group: 'x' },
    });
    assert.equal(reply.notes, 'Hello web');
    assert.deepEqual(reply.warnings, []);
  });

  it('of a library has nothing', () => {
    const { objects, hooks, crds } = render({ 'templates/x.yaml': configMap('x') }, {}, 'type: library\n');
    assert.deepEqual([objects, hooks, crds], [[], [], []]);
  });

  it('has no namespace but what its templates say', () => {
    const { objects } = render({
      'templates/x.yaml': `${configMap('a')}---\n${configMap('b', '', '  namespace: other\n')}`,
    });
    assert.deepEqual(
      objects.map(({ object }) => object.metadata.namespace),
      [undefined, 'other'],
    );
  });

  it('leaves out the dependencies that values disable', () => {
    const files = {
      'values.yaml': 'sub: { enabled: false }\n',
      'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
      'charts/sub/templates/s.yaml': configMap('sub', '  value: "{{ .Values.value }}"\n'),
    };
    const metadata = 'dependencies:\n  - { name: sub, version: 1.0.0, condition: sub.enabled }\n';
    assert.deepEqual(render(files, {}, metadata).objects, []);
    const enabled = renderLoaded(engine, { values: { sub: { enabled: true, value: 'x' } } });
    assert.deepEqual(dataOf(enabled.objects[0]?.object), { value: 'x' });
    assert.deepEqual(renderLoaded(engine).objects, [], 'one render leaves nothing behind for the next');
  });

  it('nor those of dependencies, for good', () => {
    const files = {
      'charts/sub/Chart.yaml':
        'apiVersion: v2\nname: sub\nversion: 1.0.0\ndependencies:\n  - { name: below, version: 1.0.0, condition: below.enabled }\n',
      'charts/sub/charts/below/Chart.yaml': 'apiVersion: v2\nname: below\nversion: 1.0.0\n',
      'charts/sub/charts/below/templates/x.yaml': configMap('below'),
    };
    const enabled = (value: boolean) => ({ values: { sub: { below: { enabled: value } } } });
    assert.equal(render(files, enabled(false)).objects.length, 0);
    assert.equal(renderLoaded(engine, enabled(true)).objects.length, 1);
  });

  it('with no template of a changing function is the same each time', () => {
    const files = {
      'templates/x.yaml': configMap('x', '  a: {{ .Values | toJson | quote }}\n'),
      'values.yaml': 'b: 1\na: 2\n',
    };
    const first = render(files, { values: { c: [1, 2] } });
    assert.deepEqual(renderLoaded(engine, { values: { c: [1, 2] } }), first);
  });
});

describe('what templates see', () => {
  const cases: readonly (readonly [expression: string, options: ReleaseOptions, expected: string])[] = [
    ['printf "%s/%s" .Release.Namespace .Release.Name', {}, 'apps/web'],
    ['printf "%v %v %v" .Release.IsInstall .Release.IsUpgrade .Release.Revision', {}, 'true false 1'],
    ['printf "%v %v" .Release.IsInstall .Release.IsUpgrade', { isUpgrade: true }, 'false true'],
    ['.Release.Service', {}, 'Helm'],
    ['.Chart.Version', { versionSuffix: '1234567890ab' }, '6.5.0+1234567890ab'],
    ['.Capabilities.KubeVersion.Version', { capabilities: { kubeVersion: 'v1.31.4-gke.100' } }, 'v1.31.4-gke.100'],
    ['.Capabilities.KubeVersion.Version', {}, 'v1.36.0'],
    ['.Capabilities.APIVersions.Has "apps/v1"', {}, 'true'],
    ['.Capabilities.APIVersions.Has "monitoring.coreos.com/v1"', {}, 'false'],
    ['.Capabilities.APIVersions.Has "apps/v1"', { capabilities: { apiVersions: ['v1'] } }, 'false'],
    ['.Capabilities.APIVersions.Has "x.io/v1/Thing"', { capabilities: { apiVersions: ['x.io/v1/Thing'] } }, 'true'],
    ['.Capabilities.APIVersions.Has "x.io/v1"', { capabilities: { moreApiVersions: ['x.io/v1'] } }, 'true'],
    ['.Capabilities.HelmVersion.Version', {}, 'v4.2'],
    ['.Template.Name', {}, 'podinfo/templates/x.yaml'],
    ['lookup "v1" "Secret" "a" "b" | len', {}, '0'],
    ['getHostByName "example.com"', {}, ''],
    ['.Files.Get "files/a.txt"', {}, 'of the chart'],
    ['.Files.Get "../../etc/passwd"', {}, ''],
    ['.Values.from', { chartValues: { from: 'elsewhere' } }, 'elsewhere'],
    ['hasKey .Values "gone"', { values: { gone: null } }, 'false'],
    ['tpl "{{ .Release.Name }} {{ include \\"n\\" . }}" .', {}, 'web named'],
  ];
  const more = {
    'files/a.txt': 'of the chart',
    'values.yaml': 'gone: x\nfrom: chart\n',
    'templates/_n.tpl': '{{ define "n" }}named{{ end }}',
  };
  for (const [expression, options, expected] of cases) {
    it(`${expression} ${JSON.stringify(options)}`, () => {
      assert.deepEqual(shown(expression, options, more), { shown: expected });
    });
  }
});

describe('YAML of templates', () => {
  it('is read as kustomize reads it, through which the controller sends all of it', () => {
    const text = configMap(
      'x',
      '  a: yes\n  b: 0644\n  c: 2001-01-01\n  d: 1e3\n  e: 12:30:45\n  f: null\n  g: &x [1]\n  h: *x\n',
    );
    assert.deepEqual(dataOf(render({ 'templates/x.yaml': text }).objects[0]?.object), {
      a: 'yes',
      b: 420,
      c: '2001-01-01T00:00:00Z',
      d: 1000,
      e: '12:30:45',
      f: null,
      g: [1],
      h: [1],
    });
  });

  it('with what stands for something else put in, wherever it is', () => {
    const rows = [
      ['a: &x { k: v }\n  b: [{ c: { d: *x } }]', { a: { k: 'v' }, b: [{ c: { d: { k: 'v' } } }] }],
      ['a: &x { k: v }\n  b: { c: [{ <<: *x, l: own }] }', { a: { k: 'v' }, b: { c: [{ k: 'v', l: 'own' }] } }],
      ['a: { "<<": gone, b: c }', { a: { b: 'c' } }],
      ['a: { b: 1, b: 2 }', 'mapping key "b" already defined'],
      ['a: { ~: 1 }', 'mapping key "~" already defined'],
    ] as const;
    for (const [data, expected] of rows) {
      const built = () => dataOf(render({ 'templates/x.yaml': configMap('x', `  ${data}\n`) }).objects[0]?.object);
      if (typeof expected === 'string') {
        const problem = problemOf(built);
        assert.ok(problem.includes(expected), problem);
      } else {
        assert.deepEqual(built(), expected);
      }
    }
  });

  it('may hold lists, JSON, comments, separators inside of text, line ends of Windows, empty annotations', () => {
    const list =
      '# a list\napiVersion: v1\nkind: List\nitems:\n  - { apiVersion: v1, kind: ConfigMap, metadata: { name: in-list } }\n';
    const reply = render({
      'templates/1.yaml': list,
      'templates/2.json': '{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "json" } }',
      'templates/3.yaml': configMap('text', '  a: |\n    x\n    ---\n    y\n'),
      'templates/4.yaml': configMap('windows', '  a: |\n    x\n    y\n').replaceAll('\n', '\r\n'),
      'templates/5.yaml': configMap('annotated', '', '  annotations: {}\n'),
      'templates/6.yaml':
        'apiVersion: v1\nkind: ConfigMapList\nitems:\n  - { apiVersion: v1, kind: ConfigMap, metadata: { name: of-kind } }\n',
    });
    const byName = new Map(reply.objects.map(({ object }) => [object.metadata.name, object]));
    assert.deepEqual([...byName.keys()].sort(), ['annotated', 'in-list', 'json', 'of-kind', 'text', 'windows']);
    assert.deepEqual(dataOf(byName.get('text')), { a: 'x\n---\ny\n' });
    assert.deepEqual(dataOf(byName.get('windows')), { a: 'x\ny\n' });
    assert.equal(byName.get('annotated')?.metadata.annotations, undefined);
  });
});

describe('what kustomize’s writer does to texts', () => {
  it('a folded one gains line breaks, one for each time that the controller has it written', () => {
    const text = configMap('x', '  a: >-\n    first\n      deeper\n    last\n  b: >-\n    one\n    line\n');
    assert.deepEqual(dataOf(render({ 'templates/x.yaml': text }).objects[0]?.object), {
      a: 'first\n\n\n  deeper\nlast',
      b: 'one line',
    });
  });

  it('one of control characters is refused, whatever it begins with else', () => {
    const data = (text: string) => ({ 'templates/x.yaml': configMap('x', `  a: "${text}"\n`) });
    assert.match(
      problemOf(() => render(data('\\u007f'))),
      /templates\/x\.yaml: ConfigMap x: yaml: control characters are not allowed/,
    );
    assert.deepEqual(dataOf(render(data('\\ufeff\\tä\\u0001')).objects[0]?.object), { a: '\ufeff\tä\u0001' });
  });
});

describe('values', () => {
  const schema = (text: object): Files => ({ 'values.schema.json': JSON.stringify(text) });
  const port = { type: 'object', properties: { port: { type: 'integer', minimum: 1 } } };

  it('that a schema refuses fail with its words, unless that is not asked for', () => {
    const files = { ...schema(port), 'templates/x.yaml': configMap('x') };
    assert.match(
      problemOf(() => render(files, { values: { port: 'x' } })),
      /values don't meet the specifications of the schema\(s\) in the following chart\(s\):\npodinfo:\n- at '\/port': got string, want integer/,
    );
    assert.equal(render(files, { values: { port: 80 } }).objects.length, 1);
    assert.equal(render(files, { values: { port: 'x' }, skipSchemaValidation: true }).objects.length, 1);
  });

  it('are checked by the schemas of dependencies too', () => {
    const files = {
      'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
      'charts/sub/values.schema.json': JSON.stringify(port),
    };
    assert.match(
      problemOf(() => render(files, { values: { sub: { port: 0 } } })),
      /sub:\n- at '\/port': minimum: got 0, want 1/,
    );
    assert.match(
      problemOf(() => render(files, { values: { sub: [] } })),
      /sub/,
    );
  });

  it('are not checked by a schema that lies on the network, which is said, once or ten times', () => {
    const files = { ...schema({ $ref: 'https://example.com/schema.json' }), 'templates/x.yaml': configMap('x') };
    render(files);
    const { objects, warnings } = renderLoaded(engine, { values: { anything: 1 } });
    assert.equal(objects.length, 1);
    assert.deepEqual(warnings, [
      'The values of chart podinfo were not checked: its schema refers to https://example.com/schema.json, which is not fetched.',
    ]);
  });

  it('are refused with a schema that cannot be read', () => {
    const refused: readonly (readonly [files: Files, says: RegExp])[] = [
      [{ 'values.schema.json': '{' }, /unexpected EOF|EOF/],
      [schema({ $ref: 'file:///etc/passwd' }), /there is no file \/etc\/passwd/],
      [schema({ type: 5 }), /type/],
    ];
    for (const [files, says] of refused) {
      assert.match(
        problemOf(() => render(files)),
        says,
      );
    }
  });

  it('that cannot be merged with the chart’s are a warning without the value', () => {
    const files = { 'values.yaml': 'ingress: { hosts: { a: b } }\nlogin: text\n' };
    const { warnings } = render(files, { values: { ingress: { hosts: 'my password' }, login: { my: 'password' } } });
    assert.deepEqual([...warnings].sort(), [
      'Values: cannot overwrite table with non table for podinfo.ingress.hosts.',
      'Values: skipped value for podinfo.login: Not a table.',
    ]);
  });
});

describe('what fails', () => {
  const cases: readonly (readonly [name: string, files: Files, options: ReleaseOptions, says: readonly RegExp[]])[] = [
    [
      'YAML that is none, with template and line',
      { 'templates/deep/x.yaml': configMap('x', '  a: [\n') },
      {},
      [/podinfo\/templates\/deep\/x\.yaml/, /line \d/],
    ],
    ['a template that cannot be parsed', { 'templates/x.yaml': 'a\n{{ if }}' }, {}, [/podinfo\/templates\/x\.yaml:2/]],
    ['a function that is not there', { 'templates/x.yaml': '{{ env "HOME" }}' }, {}, [/function "env" not defined/]],
    [
      'what the chart itself refuses',
      { 'templates/x.yaml': '{{ fail "no host" }}' },
      {},
      [/podinfo\/templates\/x\.yaml:1/, /no host/],
    ],
    [
      'a value that is required',
      { 'templates/x.yaml': '{{ required "a host is needed" .Values.host }}' },
      {},
      [/a host is needed/],
    ],
    [
      'two objects of one name',
      { 'templates/a.yaml': configMap('x'), 'templates/b.yaml': configMap('x') },
      {},
      [/already registered id: ConfigMap.v1.\[noGrp\]\/x/],
    ],
    [
      'an object without a name',
      { 'templates/x.yaml': 'apiVersion: v1\nkind: ConfigMap\n' },
      {},
      [/templates\/x\.yaml/, /missing metadata.name/],
    ],
    ['a document that is no object', { 'templates/x.yaml': 'just text\n' }, {}, [/templates\/x\.yaml/]],
    [
      'a key that is twice there',
      { 'templates/x.yaml': configMap('x', '  a: b\n  a: c\n') },
      {},
      [/templates\/x\.yaml/, /line 7: mapping key "a" already defined at line 6/],
    ],
    [
      'a number that JSON has not',
      { 'templates/x.yaml': configMap('x', '  a: .inf\n') },
      {},
      [/templates\/x\.yaml/, /unsupported value/],
    ],
    ['a release name that is none', {}, { name: 'Not A Name' }, [/release name "Not A Name"/]],
    ['a release name of 54 characters', {}, { name: 'x'.repeat(54) }, [/release name/]],
    [
      'a Kubernetes version that is none',
      {},
      { capabilities: { kubeVersion: 'new' } },
      [/invalid Kubernetes version "new"/],
    ],
    [
      'a template that includes itself',
      { 'templates/x.yaml': '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}' },
      {},
      [/nested reference name: a/],
    ],
  ];
  for (const [name, files, options, says] of cases) {
    it(name, () => {
      const message = problemOf(() => render(files, options));
      for (const words of says) {
        assert.match(message, words);
      }
      assert.equal(render({ 'templates/x.yaml': configMap('x') }).objects.length, 1, 'the next render works');
    });
  }

  it('a cluster that is too old for the chart', () => {
    const metadata = 'kubeVersion: ">=1.30.0-0"\n';
    assert.match(
      problemOf(() => render({}, { capabilities: { kubeVersion: 'v1.29.1' } }, metadata)),
      /chart requires kubeVersion: >=1.30.0-0 which is incompatible with Kubernetes v1.29.1/,
    );
    const reply: EngineReply<'release'> = render({}, { capabilities: { kubeVersion: 'v1.30.1-eks-1' } }, metadata);
    assert.deepEqual(reply.objects, []);
  });

  it('and a render after one that failed inside of includes begins anew', () => {
    const deep =
      '{{ define "a" }}{{ if .n }}{{ include "a" (dict "n" (rest .n) "fail" .fail) }}{{ else if .fail }}{{ fail "deep" }}{{ end }}{{ end }}';
    const files = chartFiles({
      'templates/_a.tpl': deep,
      'templates/x.yaml': `${configMap('x')}{{ include "a" .Values }}\n`,
    });
    const values = (fail: boolean) => ({ values: { n: [...Array(20).keys()], fail } });
    assert.equal(renderChart(engine, files, values(false)).objects.length, 1);
    assert.match(
      problemOf(() => renderLoaded(engine, values(true))),
      /deep/,
    );
    assert.equal(renderLoaded(engine, values(false)).objects.length, 1);
  });
});
