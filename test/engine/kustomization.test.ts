/** Folders of a repository built for a Flux Kustomization: each of its fields, the file that is made where there is none, labels. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KubernetesObject } from '../../src/flux/objects.ts';
import type { EngineReply } from '../../src/render/engineProtocol.ts';
import { type Files, engineBed, problemOf } from './engineBed.ts';

const engine = engineBed();

interface Case {
  readonly files: Files;
  readonly spec?: Readonly<Record<string, unknown>>;
}

function build({ files, spec = {} }: Case): EngineReply<'kustomization'> {
  engine.request('files', { tree: 'repository', clear: true, set: files });
  return buildTree(spec);
}

function buildTree(spec: object = {}): EngineReply<'kustomization'> {
  return engine.request('kustomization', {
    tree: 'repository',
    kustomization: {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'apps', namespace: 'flux-system' },
      spec: { path: './apps', ...spec },
    },
    variables: [],
    strict: true,
  });
}

const configMap = (name: string, more = '') => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}`;
const deployment = (image = 'nginx:1.0') => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: web
          image: ${image}
`;
const resources = (...names: readonly string[]) => `resources:\n${names.map((name) => `  - ${name}\n`).join('')}`;

/** Kind, namespace and name of what was built, in its order. */
const namesOf = ({ objects }: EngineReply<'kustomization'>) =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);

const at = (object: KubernetesObject | undefined, ...path: readonly (string | number)[]) =>
  path.reduce<unknown>((value, key) => (value as Record<string | number, unknown> | undefined)?.[key], object);

const imageOf = (object: KubernetesObject | undefined) =>
  at(object, 'spec', 'template', 'spec', 'containers', 0, 'image');

const web: Files = { 'apps/kustomization.yaml': resources('web.yaml'), 'apps/web.yaml': deployment() };

describe('each field of the Flux object', () => {
  const fields: readonly (Case & {
    readonly field: string;
    readonly seen: (reply: EngineReply<'kustomization'>) => unknown;
    readonly expected: unknown;
  })[] = [
    {
      field: 'path, which cannot leave the repository',
      files: web,
      spec: { path: '../../apps' },
      seen: namesOf,
      expected: ['Deployment /web'],
    },
    {
      field: 'targetNamespace',
      files: web,
      spec: { targetNamespace: 'prod' },
      seen: namesOf,
      expected: ['Deployment prod/web'],
    },
    {
      field: 'namePrefix and nameSuffix',
      files: web,
      spec: { namePrefix: 'a-', nameSuffix: '-z' },
      seen: namesOf,
      expected: ['Deployment /a-web-z'],
    },
    {
      field: 'namePrefix over the one of the file',
      files: { ...web, 'apps/kustomization.yaml': `${resources('web.yaml')}namePrefix: file-\n` },
      spec: { namePrefix: 'flux-' },
      seen: namesOf,
      expected: ['Deployment /flux-web'],
    },
    {
      field: 'patches, after those of the file',
      files: {
        ...web,
        'apps/kustomization.yaml': `${resources('web.yaml')}patches:\n  - patch: |-\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata: { name: web, annotations: { a: file, b: file } }\n`,
      },
      spec: {
        patches: [
          {
            target: { kind: 'Deployment' },
            patch: '- op: replace\n  path: /metadata/annotations/a\n  value: flux\n',
          },
        ],
      },
      seen: ({ objects }) => objects[0]?.metadata.annotations,
      expected: { a: 'flux', b: 'file' },
    },
    {
      field: 'patchesStrategicMerge, an old name',
      files: web,
      spec: {
        patchesStrategicMerge: [
          { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', annotations: { a: 'b' } } },
        ],
      },
      seen: ({ objects }) => objects[0]?.metadata.annotations,
      expected: { a: 'b' },
    },
    {
      field: 'patchesJson6902, an old name',
      files: web,
      spec: {
        patchesJson6902: [
          {
            target: { group: 'apps', version: 'v1', kind: 'Deployment', name: 'web' },
            patch: [{ op: 'add', path: '/spec/replicas', value: 3 }],
          },
        ],
      },
      seen: ({ objects }) => at(objects[0], 'spec', 'replicas'),
      expected: 3,
    },
    {
      field: 'images: a new name keeps the tag that the file sets',
      files: {
        ...web,
        'apps/kustomization.yaml': `${resources('web.yaml')}images:\n  - name: nginx\n    newTag: "1.5"\n`,
      },
      spec: { images: [{ name: 'nginx', newName: 'mirror/nginx' }] },
      seen: ({ objects }) => imageOf(objects[0]),
      expected: 'mirror/nginx:1.5',
    },
    {
      field: 'images: a digest takes the place of the tag that the file sets',
      files: {
        ...web,
        'apps/kustomization.yaml': `${resources('web.yaml')}images:\n  - name: nginx\n    newTag: "1.5"\n`,
      },
      spec: { images: [{ name: 'nginx', digest: `sha256:${'a'.repeat(64)}` }] },
      seen: ({ objects }) => imageOf(objects[0]),
      expected: `nginx@sha256:${'a'.repeat(64)}`,
    },
    {
      field: 'images: another one than in the file',
      files: web,
      spec: { images: [{ name: 'nginx', newTag: '2.0' }] },
      seen: ({ objects }) => imageOf(objects[0]),
      expected: 'nginx:2.0',
    },
    {
      field: 'components',
      files: {
        ...web,
        'components/label/kustomization.yaml':
          'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nlabels:\n  - pairs: { from: component }\n',
      },
      spec: { components: ['../components/label'] },
      seen: ({ objects }) => objects[0]?.metadata.labels?.['from'],
      expected: 'component',
    },
    {
      field: 'ignoreMissingComponents',
      files: web,
      spec: { components: ['../components/gone'], ignoreMissingComponents: true },
      seen: namesOf,
      expected: ['Deployment /web'],
    },
    {
      field: 'buildMetadata',
      files: web,
      spec: { buildMetadata: ['originAnnotations'] },
      seen: ({ objects }) => objects[0]?.metadata.annotations?.['config.kubernetes.io/origin'],
      expected: 'path: web.yaml\n',
    },
    {
      field: 'commonMetadata, over the labels of the owner as well',
      files: {
        ...web,
        'apps/web.yaml': deployment().replace('  name: web\n', '  name: web\n  labels: { team: file, other: file }\n'),
      },
      spec: {
        commonMetadata: {
          labels: { team: 'flux', 'kustomize.toolkit.fluxcd.io/name': 'another' },
          annotations: { a: 'b' },
        },
      },
      seen: ({ objects }) => [objects[0]?.metadata.labels, objects[0]?.metadata.annotations],
      expected: [
        {
          'kustomize.toolkit.fluxcd.io/name': 'another',
          'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
          team: 'flux',
          other: 'file',
        },
        { a: 'b' },
      ],
    },
  ];
  for (const { field, seen, expected, ...given } of fields) {
    it(field, () => assert.deepEqual(seen(build(given)), expected));
  }
});

describe('the kustomization file', () => {
  it('is taken under each of its names', () => {
    for (const name of ['kustomization.yaml', 'kustomization.yml', 'Kustomization']) {
      const reply = build({
        files: { [`apps/${name}`]: resources('web.yaml'), 'apps/web.yaml': deployment(), 'apps/no.yaml': 'x' },
      });
      assert.deepEqual([namesOf(reply), reply.generated], [['Deployment /web'], false], name);
    }
  });

  it('is made where there is none: all YAML below, hidden folders too, a folder with a file of its own as one', () => {
    const reply = build({
      files: {
        'apps/b/c.yml': configMap('c'),
        'apps/a.yaml': configMap('a'),
        'apps/.hidden/h.yaml': configMap('h'),
        'apps/nested/kustomization.yaml': `${resources('n.yaml')}namePrefix: in-\n`,
        'apps/nested/n.yaml': configMap('n'),
        'apps/nested/left-out.yaml': configMap('left-out'),
        'apps/README.md': '# no YAML',
        'apps/values.json': '{}',
        'other/o.yaml': configMap('o'),
      },
    });
    assert.deepEqual(namesOf(reply), ['ConfigMap /h', 'ConfigMap /a', 'ConfigMap /c', 'ConfigMap /in-n']);
    assert.equal(reply.generated, true);
  });

  it('is made for a folder of nothing, which builds nothing', () => {
    const reply = build({ files: { 'apps/README.md': '' } });
    assert.deepEqual([reply.objects, reply.generated], [[], true]);
  });

  it('without resources has its objects say where they are from, which Flux applies', () => {
    const { objects } = build({
      files: {
        'apps/kustomization.yaml': 'components:\n  - ../components/made\n',
        'components/made/kustomization.yaml':
          'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources:\n  - made.yaml\n',
        'components/made/made.yaml': configMap('made'),
      },
    });
    assert.deepEqual(objects[0]?.metadata.annotations, {
      'config.kubernetes.io/origin': 'path: ../components/made/made.yaml\n',
    });
  });

  it('may name what lies outside of its folder', () => {
    const files = { 'apps/kustomization.yaml': resources('../base/b.yaml'), 'base/b.yaml': configMap('b') };
    assert.deepEqual(namesOf(build({ files })), ['ConfigMap /b']);
  });

  it('and files of any name', () => {
    const files = {
      'apps/kustomization.yaml': resources('"with space [1] {2} ü.yaml"', '"a folder/x.yaml"'),
      'apps/with space [1] {2} ü.yaml': configMap('a'),
      'apps/a folder/x.yaml': configMap('b'),
    };
    assert.deepEqual(namesOf(build({ files })), ['ConfigMap /a', 'ConfigMap /b']);
  });

  it('makes ConfigMaps of files, which need be no text', () => {
    engine.request('files', {
      tree: 'bytes',
      clear: true,
      set: {
        'apps/kustomization.yaml':
          'configMapGenerator:\n  - name: made\n    files: [icon.png]\ngeneratorOptions: { disableNameSuffixHash: true }\n',
      },
      setBytes: { 'apps/icon.png': Buffer.from([0xff, 0x00, 0xfe]).toString('base64') },
    });
    const { objects } = engine.request('kustomization', {
      tree: 'bytes',
      kustomization: {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name: 'a', namespace: 'b' },
        spec: { path: 'apps' },
      },
      variables: [],
      strict: true,
    });
    assert.deepEqual(at(objects[0], 'binaryData'), { 'icon.png': '/wD+' });
  });

  it('stays as it is in the tree, so that the next build begins anew', () => {
    build({ files: web, spec: { namePrefix: 'a-' } });
    const { texts } = engine.request('listTree', { tree: 'repository', textsOf: ['kustomization.yaml'] });
    assert.deepEqual(texts, { 'apps/kustomization.yaml': web['apps/kustomization.yaml'] });
    build({ files: { 'apps/a.yaml': configMap('a') } });
    const { files } = engine.request('listTree', { tree: 'repository' });
    assert.deepEqual(
      files.map(({ path }) => path),
      ['apps/a.yaml'],
    );
  });

  it('that brings a schema has it for its own build, and none after it', () => {
    const schema = {
      definitions: {
        'v1.Thing': {
          properties: {
            spec: {
              properties: {
                parts: {
                  type: 'array',
                  items: { properties: { name: { type: 'string' } } },
                  'x-kubernetes-patch-merge-key': 'name',
                  'x-kubernetes-patch-strategy': 'merge',
                },
              },
            },
          },
          'x-kubernetes-group-version-kind': [{ group: 'x.io', kind: 'Thing', version: 'v1' }],
        },
      },
    };
    const thing = (part: string) =>
      `apiVersion: x.io/v1\nkind: Thing\nmetadata: { name: t }\nspec: { parts: [{ ${part} }] }\n`;
    const without: Files = {
      'apps/kustomization.yaml': `${resources('web.yaml', 't.yaml')}patches:\n  - path: p.yaml\n`,
      'apps/web.yaml': deployment(),
      'apps/t.yaml': thing('name: a, x: 1'),
      'apps/p.yaml': `${thing('name: a, y: 2')}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { template: { spec: { containers: [{ name: web, tty: true }] } } }\n`,
    };
    const within: Files = {
      ...without,
      'apps/kustomization.yaml': `${without['apps/kustomization.yaml'] ?? ''}openapi:\n  path: schema.json\n`,
      'apps/schema.json': JSON.stringify(schema),
    };
    const merged = [{ name: 'a', x: 1, y: 2 }];
    const replaced = [{ name: 'a', y: 2 }];
    for (const [files, parts] of [
      [without, replaced],
      [within, merged],
      [without, replaced],
    ] as const) {
      const { objects } = build({ files });
      assert.equal(imageOf(objects[0]), 'nginx:1.0', 'containers are merged by name, as the schema of Kubernetes says');
      assert.deepEqual(at(objects[1], 'spec', 'parts'), parts);
    }
    // The same where the files come and go one by one.
    const update = (set: Files, remove: readonly string[] = []) => {
      engine.request('files', { tree: 'repository', set, remove });
      return at(buildTree().objects[1], 'spec', 'parts');
    };
    assert.deepEqual(update(within), merged);
    assert.deepEqual(update(without), replaced);
    const renamed = { 'apps/kustomization.yml': within['apps/kustomization.yaml'] ?? '' };
    assert.deepEqual(update(renamed, ['apps/kustomization.yaml']), merged);
    assert.deepEqual(update(without, ['apps/kustomization.yml']), replaced);
  });
});

describe('what is built', () => {
  const build1 = (text: string) =>
    build({ files: { 'apps/kustomization.yaml': resources('x.yaml'), 'apps/x.yaml': text } });

  it('comes in the order of the files, not of kinds', () => {
    const files = {
      'apps/kustomization.yaml': resources('b.yaml', 'a.yaml'),
      'apps/b.yaml': deployment(),
      'apps/a.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: { name: ns }\n',
    };
    assert.deepEqual(namesOf(build({ files })), ['Deployment /web', 'Namespace /ns']);
  });

  it('has the items of lists one by one, and no kustomization that a file holds', () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n  - { apiVersion: v1, kind: ConfigMap, metadata: { name: a } }\n  - { apiVersion: v1, kind: ConfigMap, metadata: { name: b } }\n`;
    assert.deepEqual(namesOf(build1(list)), ['ConfigMap /a', 'ConfigMap /b']);
    const kustomization = `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata: { name: k }\n---\n${configMap('c')}`;
    assert.deepEqual(namesOf(build1(kustomization)), ['ConfigMap /c']);
  });

  it('has values as kustomize reads YAML', () => {
    const { objects } = build1(
      configMap('x', 'data: { a: yes, b: 0644, c: 1e3, d: 2001-01-01, e: 12:30:45, f: null, g: "on" }\n'),
    );
    const expected = { a: 'yes', b: 420, c: 1000, d: '2001-01-01T00:00:00Z', e: '12:30:45', f: null, g: 'on' };
    assert.deepEqual(at(objects[0], 'data'), expected);
  });

  it('has folded texts with the line break that kustomize’s writer adds', () => {
    const { objects } = build1(configMap('x', 'data:\n  a: >-\n    first\n      deeper\n    last\n'));
    assert.deepEqual(at(objects[0], 'data'), { a: 'first\n\n  deeper\nlast' });
  });

  it('keeps what is encrypted as it is', () => {
    const secret =
      'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { a: "ENC[AES256_GCM,data:x]" }\nsops: { mac: "ENC[x]" }\n';
    const { objects } = build1(secret);
    assert.deepEqual(at(objects[0], 'stringData'), { a: 'ENC[AES256_GCM,data:x]' });
    assert.deepEqual(at(objects[0], 'sops'), { mac: 'ENC[x]' });
  });

  it('loses its labels where one of them is no text, as in the controller', () => {
    const { objects } = build1(configMap('x', '  labels: { a: b, c: true }\n'));
    assert.deepEqual(Object.keys(objects[0]?.metadata.labels ?? {}), [
      'kustomize.toolkit.fluxcd.io/name',
      'kustomize.toolkit.fluxcd.io/namespace',
    ]);
  });
});

describe('what fails names what it is about', () => {
  const cases: readonly (Case & { readonly name: string; readonly says: readonly (string | RegExp)[] })[] = [
    {
      name: 'a path that is not there',
      files: web,
      spec: { path: './gone/away' },
      says: ['kustomization path not found: gone/away'],
    },
    {
      name: 'one file that is no manifest, where the kustomization is made',
      files: { 'apps/good.yaml': configMap('a'), 'apps/deep/values.yaml': 'replicas: 2\n' },
      says: ['failed to decode Kubernetes YAML from apps/deep/values.yaml'],
    },
    {
      name: 'bad YAML, with its line',
      files: { 'apps/a.yaml': `${configMap('a')}data:\n  a: [\n` },
      says: ['apps/a.yaml', /line \d/],
    },
    {
      name: 'a resource that is missing',
      files: { 'apps/kustomization.yaml': resources('gone.yaml') },
      says: [/gone\.yaml/, /file does not exist/],
    },
    {
      name: 'a resource outside of the repository, not one that only looks like it',
      files: { 'apps/kustomization.yaml': resources('../../etc/passwd.yaml'), 'etc/passwd.yaml': configMap('a') },
      says: ['outside of the source'],
    },
    {
      name: 'a remote file',
      files: { 'apps/kustomization.yaml': resources('https://example.com/crds.yaml') },
      says: ['remote bases are not fetched: https://example.com/crds.yaml'],
    },
    {
      name: 'a remote folder',
      files: { 'apps/kustomization.yaml': resources('https://github.com/example/repo//deploy?ref=v1') },
      says: ['remote bases are not fetched: https://github.com/example/repo//deploy?ref=v1'],
    },
    {
      name: 'a remote repository by ssh',
      files: { 'apps/kustomization.yaml': resources('git@github.com:example/repo') },
      says: ['remote bases are not fetched: git@github.com:example/repo'],
    },
    {
      name: 'a remote file behind another kustomization',
      files: {
        'apps/kustomization.yaml': resources('../base'),
        'base/kustomization.yaml': resources('https://example.com/x.yaml'),
      },
      says: ['remote bases are not fetched: https://example.com/x.yaml'],
    },
    ...[
      ['a remote component', 'components: ["https://github.com/example/c//x"]\n', 'https://github.com/example/c//x'],
      ['a remote patch', 'patches: [{ path: "https://example.com/p.yaml" }]\n', 'https://example.com/p.yaml'],
      [
        'a remote file of a ConfigMap',
        'configMapGenerator: [{ name: x, files: ["https://example.com/f"] }]\n',
        'https://example.com/f',
      ],
      ['a remote schema', 'openapi: { path: "https://example.com/s.json" }\n', 'https://example.com/s.json'],
    ].map(([name = '', text = '', url = '']) => ({
      name,
      files: { ...web, 'apps/kustomization.yaml': `${resources('web.yaml')}${text}` },
      says: [`remote bases are not fetched: ${url}`],
    })),
    {
      name: 'a component of the Flux object that is remote',
      files: web,
      spec: { components: ['https://example.com/c'] },
      says: ["component path 'https://example.com/c' must be local and relative"],
    },
    { name: 'a component that is missing', files: web, spec: { components: ['../gone'] }, says: ['gone'] },
    {
      name: 'a chart in a kustomization, which Flux does not render',
      files: { 'apps/kustomization.yaml': 'helmCharts:\n  - name: podinfo\n    repo: https://example.com\n' },
      says: [/enable-helm/],
    },
    {
      name: 'two objects of one name',
      files: { 'apps/a.yaml': configMap('a'), 'apps/b.yaml': configMap('a') },
      says: ['already registered id'],
    },
    {
      name: 'an object without a name',
      files: { 'apps/a.yaml': 'apiVersion: v1\nkind: ConfigMap\n' },
      says: ['apps/a.yaml', 'missing metadata.name'],
    },
    {
      name: 'a circle',
      files: { 'apps/kustomization.yaml': resources('../base'), 'base/kustomization.yaml': resources('../apps') },
      says: ['cycle detected'],
    },
  ];
  for (const { name, says, ...given } of cases) {
    it(name, () => {
      const message = problemOf(() => build(given));
      for (const words of says) {
        assert.ok(typeof words === 'string' ? message.includes(words) : words.test(message), message);
      }
      assert.doesNotMatch(message, /⟨/, 'where the engine keeps its files is nobody’s business');
      assert.equal(namesOf(build({ files: web })).length, 1, 'the next build works');
    });
  }
});
