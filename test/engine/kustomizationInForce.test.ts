/** Flux Kustomizations as they are in force: patched and substituted by their own parents, up to the root. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  configMap,
  dataOf,
  type Files,
  gotkSync,
  kustomization,
  home,
  kustomizationBed,
  messages,
  shown,
} from './kustomizationSetup.ts';

const bed = kustomizationBed();

const flat: Files = {
  ...home(),
  'apps/a.yaml': configMap('a', 'k: v'),
};

test('a Kustomization with its root: objects, owner labels, parents', async () => {
  const rendered = await bed.render('apps', flat);
  assert.deepEqual(
    rendered.objects.map(({ object }) => object),
    [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: 'a',
          namespace: 'apps',
          labels: {
            'kustomize.toolkit.fluxcd.io/name': 'apps',
            'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
          },
        },
        data: { k: 'v' },
      },
    ],
  );
  assert.deepEqual(rendered.parents, [{ kind: 'Kustomization', namespace: 'flux-system', name: 'flux-system' }]);
  assert.deepEqual(rendered.name, { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' });
  assert.deepEqual(rendered.notes, []);
});

test('an object that says so is not applied, also where the Kustomization says it for all', async () => {
  const marked = (line: string): Files => ({
    ...flat,
    'apps/a.yaml': configMap('a', 'k: v').replace('metadata:', `metadata:\n  annotations: { ${line} }`),
  });
  const rolesOf = async (files: Files): Promise<unknown[]> =>
    (await bed.render('apps', files)).objects.map(({ role }) => role);
  assert.deepEqual(await rolesOf(flat), [undefined]);
  const once = marked('kustomize.toolkit.fluxcd.io/ssa: IfNotPresent');
  assert.deepEqual(await rolesOf(once), [{ skipped: 'ssa IfNotPresent' }]);
  const common = `commonMetadata:\n  labels: { kustomize.toolkit.fluxcd.io/reconcile: Disabled }\n`;
  const all = { ...once, 'clusters/home/apps.yaml': kustomization('apps', './apps', common) };
  assert.deepEqual(await rolesOf(all), [{ skipped: 'reconcile disabled' }]);
});

test('the root builds itself and ends there; its own kustomization.yaml may patch it', async () => {
  const rendered = await bed.render('flux-system', {
    ...flat,
    'clusters/home/flux-system/kustomization.yaml': `resources: [gotk-sync.yaml]
patches:
  - target: { kind: Kustomization, name: flux-system }
    patch: |
      - { op: add, path: /spec/postBuild, value: { substitute: { domain: home.example } } }
`,
    'clusters/home/settings.yaml': configMap('settings', 'domain: ${domain}'),
  });
  assert.deepEqual(rendered.parents, []);
  assert.deepEqual(rendered.inForce.spec?.['postBuild'], { substitute: { domain: 'home.example' } });
  assert.deepEqual(dataOf(shown(rendered), 'settings'), { domain: 'home.example' });
  assert.deepEqual(
    shown(rendered).map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    ['Kustomization apps', 'Kustomization flux-system', 'GitRepository flux-system', 'ConfigMap settings'],
  );
});

test('patches and variables of the parent reach the child, and through it the grandchild', async () => {
  const rendered = await bed.render('leaf', {
    ...home(
      `postBuild: { substitute: { zone: eu } }
patches:
  - target: { kind: Kustomization }
    patch: |
      apiVersion: kustomize.toolkit.fluxcd.io/v1
      kind: Kustomization
      metadata: { name: all }
      spec:
        commonMetadata: { labels: { team: a } }
        postBuild: { substitute: { from: parent } }
`,
    ),
    'apps/leaf/ks.yaml': kustomization('leaf', './apps/leaf/app', 'targetNamespace: ${zone}-leaf\n', { namespace: '' }),
    'apps/leaf/kustomization.yaml': 'namespace: leaf\nresources: [ks.yaml]\n',
    'apps/leaf/app/a.yaml': configMap('a', 'k: ${from}'),
  });
  assert.equal(rendered.inForce.spec?.targetNamespace, 'eu-leaf');
  assert.deepEqual(rendered.name, { kind: 'Kustomization', namespace: 'leaf', name: 'leaf' });
  assert.deepEqual(
    rendered.parents.map(({ name }) => name),
    ['flux-system', 'apps'],
  );
  assert.deepEqual(shown(rendered), [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'eu-leaf', labels: { team: 'a' } },
      data: { k: 'parent' },
    },
  ]);
});

test('the name in the text and the name in the cluster both find it', async () => {
  const files: Files = {
    'clusters/home/flux-system/gotk-sync.yaml': gotkSync(),
    'clusters/home/tenants.yaml': kustomization('tenants', './tenants', 'namePrefix: eu-\ntargetNamespace: tenants\n'),
    'tenants/apps.yaml': kustomization('apps', './apps'),
    'apps/a.yaml': configMap('a', 'k: v'),
  };
  for (const [name, namespace] of [
    ['apps', ''],
    ['apps', 'flux-system'],
    ['eu-apps', 'tenants'],
    ['eu-apps', ''],
  ] as const) {
    const rendered = await bed.render(name, files, { namespace });
    assert.deepEqual(rendered.name, { kind: 'Kustomization', namespace: 'tenants', name: 'eu-apps' }, name);
  }
  assert.match(
    (await bed.fails('eu-apps', files, { namespace: 'other' })).message,
    /No file .* states Kustomization other\/eu-apps/,
  );
});

test('namesakes whose namespace comes from their folders are told apart by their files', async () => {
  const files: Files = {
    ...home(),
    'apps/one/kustomization.yaml': 'namespace: one\nresources: [ks.yaml]\n',
    'apps/one/ks.yaml': kustomization('app', './apps/one/app', '', { namespace: '' }),
    'apps/one/app/a.yaml': configMap('a', 'k: one'),
    'apps/two/kustomization.yaml': 'namespace: two\nresources: [ks.yaml]\n',
    'apps/two/ks.yaml': kustomization('app', './apps/two/app', '', { namespace: '' }),
    'apps/two/app/a.yaml': configMap('a', 'k: two'),
  };
  const byPath = await bed.render('app', files, { path: 'apps/two/ks.yaml' });
  assert.deepEqual(dataOf(shown(byPath), 'a'), { k: 'two' });
  assert.equal(byPath.name.namespace, 'two');
  const byNamespace = await bed.render('app', files, { namespace: 'one' });
  assert.deepEqual(dataOf(shown(byNamespace), 'a'), { k: 'one' });
  const { choices, message } = await bed.ambiguous('app', files);
  assert.deepEqual(
    choices.map(({ name, path }) => `${name.namespace} ${path}`),
    ['one apps/one/ks.yaml', 'two apps/two/ks.yaml'],
  );
  assert.equal(message, 'Kustomization app is stated or built 2 times: apps/one/ks.yaml, apps/two/ks.yaml');
});

const twoClusters: Files = {
  'clusters/staging/flux-system/gotk-sync.yaml': gotkSync('./clusters/staging'),
  'clusters/production/flux-system/gotk-sync.yaml': gotkSync('./clusters/production'),
  'clusters/staging/apps.yaml': kustomization('apps', './apps', 'postBuild: { substitute: { env: staging } }\n'),
  'clusters/production/apps.yaml': kustomization('apps', './apps', 'postBuild: { substitute: { env: production } }\n'),
  'apps/shared.yaml': kustomization('shared', './shared', 'postBuild: { substitute: { at: "${env}" } }\n'),
  'shared/a.yaml': configMap('a', 'k: ${at}'),
};

test('two clusters that build one file with the same names: a file of one of them chooses', async () => {
  const { choices } = await bed.ambiguous('shared', twoClusters);
  const owner = { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' } as const;
  assert.deepEqual(
    choices.map((choice) => [choice.path, choice.owner]),
    [
      ['clusters/production/apps.yaml', owner],
      ['clusters/staging/apps.yaml', owner],
    ],
  );
  for (const { path } of choices) {
    const rendered = await bed.render('shared', twoClusters, { path });
    assert.deepEqual(dataOf(shown(rendered), 'a'), { k: path.split('/')[1] });
  }
  await bed.ambiguous('shared', twoClusters, { path: 'apps/shared.yaml' });
});

test('a patch that says what an object says, too, is no second one', async () => {
  const patch = (env: string): string =>
    `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: { name: leaf, namespace: flux-system }\nspec: { path: ./leaf, sourceRef: { kind: GitRepository, name: flux-system }, postBuild: { substitute: { at: ${env} } } }\n`;
  const clusters = ['production', 'staging'].flatMap((env): [string, string][] => [
    [`clusters/${env}/flux-system/gotk-sync.yaml`, gotkSync(`./clusters/${env}`)],
    [`clusters/${env}/apps.yaml`, kustomization('apps', `./apps/${env}`)],
    [`apps/${env}/kustomization.yaml`, 'resources: [../base]\npatches: [{ path: a-patch.yaml }]\n'],
    [`apps/${env}/a-patch.yaml`, patch(env)],
  ]);
  const files: Files = {
    ...Object.fromEntries(clusters),
    'apps/base/kustomization.yaml': 'resources: [leaf.yaml]\n',
    'apps/base/leaf.yaml': kustomization('leaf', './leaf', 'timeout: 3m\n'),
    'leaf/a.yaml': configMap('a', 'k: ${at}'),
  };
  const { choices } = await bed.ambiguous('leaf', files);
  assert.deepEqual(
    choices.map(({ path }) => path),
    ['clusters/production/apps.yaml', 'clusters/staging/apps.yaml'],
  );
  for (const path of ['clusters/production/apps.yaml', 'apps/production/a-patch.yaml']) {
    const rendered = await bed.render('leaf', files, { path });
    assert.deepEqual(dataOf(shown(rendered), 'a'), { k: 'production' });
    assert.equal(rendered.inForce.spec?.['timeout'], '3m');
  }
});

test('an owner chooses where several build a file', async () => {
  const files: Files = {
    'clusters/home/flux-system/gotk-sync.yaml': gotkSync(),
    'clusters/home/one.yaml': kustomization('one', './apps', 'postBuild: { substitute: { at: "1" } }\n'),
    'clusters/home/two.yaml': kustomization(
      'two',
      './apps',
      'targetNamespace: two\npostBuild: { substitute: { at: "2" } }\n',
    ),
    'apps/leaf.yaml': kustomization('leaf', './leaf', 'postBuild: { substitute: { at: "n${at}" } }\n'),
    'leaf/a.yaml': configMap('a', 'k: ${at}'),
  };
  const owner = { kind: 'Kustomization', namespace: 'flux-system', name: 'two' } as const;
  assert.deepEqual(dataOf(shown(await bed.render('leaf', files, { owner })), 'a'), { k: 'n2' });
  const inNamespace = await bed.render('leaf', files, { namespace: 'two' });
  assert.deepEqual(inNamespace.parents.at(-1), owner);
  assert.equal((await bed.ambiguous('leaf', files)).choices.length, 2);
});

test('what nothing builds is taken as its file states it, and that is said', async () => {
  const rendered = await bed.render('apps', {
    'apps.yaml': kustomization('apps', './apps'),
    'apps/a.yaml': configMap('a', 'k: v'),
  });
  assert.deepEqual(rendered.parents, []);
  assert.deepEqual(messages(rendered), [
    'information: Nothing in the repository builds apps.yaml: Kustomization flux-system/apps is taken as the file states it.',
    'information: No file states GitRepository flux-system/flux-system: it is taken to be this repository.',
  ]);
});

test('a text in the words of YAML 1.1 is read as the controllers read it', async () => {
  const rendered = await bed.render('apps', {
    'apps.yaml': kustomization('apps', './apps', 'force: yes\n'),
    'apps/a.yaml': configMap('a', 'k: v'),
  });
  assert.equal(rendered.inForce.spec?.['force'], true);
});

test('a parent that reads the file and leaves the object out does not build it', async () => {
  const rendered = await bed.render('leaf', {
    'clusters/home/flux-system/gotk-sync.yaml': gotkSync(),
    'clusters/home/leaf.yaml': kustomization('leaf', './leaf'),
    'clusters/home/kustomization.yaml': `resources: [flux-system/gotk-sync.yaml, leaf.yaml]
patches:
  - patch: |
      $patch: delete
      apiVersion: kustomize.toolkit.fluxcd.io/v1
      kind: Kustomization
      metadata: { name: leaf, namespace: flux-system }
`,
    'leaf/a.yaml': configMap('a', 'k: v'),
  });
  assert.match(
    messages(rendered)[0] ?? '',
    /^approximate: Kustomization flux-system\/flux-system reads clusters\/home\/leaf.yaml, but does not build/,
  );
});

test('the root that a FluxInstance makes, with what the instance patches of it', async () => {
  const instance = `apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: { name: flux, namespace: flux-system }
spec:
  sync: { kind: GitRepository, url: https://github.com/org/fleet.git, path: clusters/home, ref: refs/heads/main }
  kustomize:
    patches:
      - target: { kind: Deployment }
        patch: '[{ "op": "add", "path": "/spec/replicas", "value": 2 }]'
      - target: { kind: Kustomization }
        patch: '[{ "op": "add", "path": "/spec/postBuild", "value": { "substitute": { "who": "instance" } } }]'
`;
  const files: Files = {
    'bootstrap/instance.yaml': instance,
    'clusters/home/apps.yaml': kustomization('apps', './apps', 'postBuild: { substitute: { by: "${who}" } }\n'),
    'apps/a.yaml': configMap('a', 'k: ${by}'),
  };
  const rendered = await bed.render('apps', files);
  assert.deepEqual(dataOf(shown(rendered), 'a'), { k: 'instance' });
  assert.deepEqual(
    rendered.parents.map(({ name }) => name),
    ['flux-system'],
  );
  const root = await bed.render('flux-system', files);
  assert.equal(root.inForce.spec?.path, 'clusters/home');
  assert.deepEqual(
    (await bed.renderer.stated(bed.state(files))).map(({ name, path, line }) => `${name.name} ${path}:${line}`),
    ['apps clusters/home/apps.yaml:1', 'flux-system bootstrap/instance.yaml:1'],
  );
});

test('a circle of Kustomizations ends', async () => {
  const files: Files = {
    'a/b.yaml': kustomization('b', './b'),
    'b/a.yaml': kustomization('a', './a'),
    'b/c.yaml': configMap('c', 'k: v'),
  };
  const rendered = await bed.render('b', files);
  assert.deepEqual(
    rendered.parents.map(({ name }) => name),
    ['a'],
  );
  assert.deepEqual(
    shown(rendered).map(({ metadata }) => metadata.name),
    ['a', 'c'],
  );
});

test('a name that no file states is not found', async () => {
  const failure = await bed.fails('nope', flat);
  assert.equal(failure.reason, 'notFound');
  assert.equal(failure.message, 'No file of the repository states Kustomization nope');
});

const named: Files = {
  ...flat,
  'clusters/home/apps.yaml': kustomization('apps', './apps', 'postBuild: { substitute: { ENV: prod, OTHER: blue } }\n'),
  'apps/web.yaml': kustomization('web-${ENV}', './web', 'targetNamespace: "${ENV}"\n'),
  'apps/other.yaml': kustomization('${OTHER:=green}-web', './web', 'targetNamespace: "${OTHER}"\n'),
  'web/a.yaml': configMap('in-web', 'k: v'),
};

for (const [asked, name, namespace] of [
  ['web-prod', 'web-prod', 'prod'],
  ['web-${ENV}', 'web-prod', 'prod'],
  ['blue-web', 'blue-web', 'blue'],
] as const) {
  test(`a Kustomization whose name holds a variable is found as ${asked}`, async () => {
    const rendered = await bed.render(asked, named);
    assert.equal(rendered.name.name, name);
    assert.equal(rendered.objects[0]?.object.metadata.namespace, namespace);
    assert.equal(rendered.parents.at(-1)?.name, 'apps');
  });
}

test('a name that no variable makes is stated by nobody, also where what could be it is not built', async () => {
  assert.equal((await bed.fails('web-test', named)).reason, 'notFound');
  const left = { ...named, 'apps/kustomization.yaml': 'resources: [other.yaml]\n' };
  assert.equal((await bed.fails('web-prod', left)).reason, 'notFound');
});

const head =
  'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: { name: half, namespace: x }\n';

for (const [title, text, message] of [
  [
    'no YAML',
    `${head}spec: {\n`,
    /^apps\/half\.yaml:5: Flow map in block collection must be sufficiently indented and end with a }$/,
  ],
  [
    'a key twice and not all that it needs',
    `${configMap('a', 'k: v')}---\n${head}spec:\n  path: ./a\n  path: ./b\n`,
    /^apps\/half\.yaml:14: the same key is given twice$/,
  ],
  [
    'not all that it needs',
    `${head}spec: { path: ./a }\n`,
    /^apps\/half\.yaml:1: Kustomization x\/half has no spec\.sourceRef: it is a patch of another, or not complete$/,
  ],
] as const) {
  test(`an object whose text is ${title}: file and line, asked for by its name`, async () => {
    const failure = await bed.fails('half', { ...flat, 'apps/half.yaml': text });
    assert.match(failure.message, message);
    assert.equal(failure.reason, 'invalid');
  });
}

test('an aborted render is cancelled', async () => {
  assert.equal((await bed.fails('apps', flat, { signal: AbortSignal.abort() })).reason, 'cancelled');
});
