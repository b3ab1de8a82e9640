/** Parts of a Secret that kustomize copies to other objects of the same build are masked there, however short they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { renderFolder } from '../../src/render/renderFolder.ts';
import {
  configMap,
  dataOf,
  type Files,
  kustomization,
  home,
  kustomizationBed,
  messages,
  secret,
  sent,
  shown,
} from './kustomizationSetup.ts';

const bed = kustomizationBed();
const dots = '•••';

function repository(kustomizeFile: string, files: Files, spec = ''): Files {
  return {
    ...home(spec),
    'apps/kustomization.yaml': kustomizeFile,
    ...files,
  };
}

/** A replacement of `data.copy` of the ConfigMap `web` by a field of the Secret `db`. */
function copied(fieldPath: string, options = '', target = ''): string {
  return `replacements:
  - source: { kind: Secret, name: db, fieldPath: ${fieldPath}${options} }
    targets:
      - select: { kind: ConfigMap, name: web }
        fieldPaths: [data.copy]${target}
`;
}

const web = configMap('web', 'copy: a:b:c\nother: plain\nshort: x1');
const part = ', options: { delimiter: ":", index: 1 }';

interface Row {
  readonly name: string;
  readonly kustomizeFile: string;
  readonly files: Files;
  readonly spec?: string;
  /** What the ConfigMap gets. */
  readonly copy: string;
}

const rows: readonly Row[] = [
  {
    name: 'a part of what a file states',
    kustomizeFile: `resources: [db.yaml, web.yaml]\n${copied('stringData.login', part)}`,
    files: { 'apps/db.yaml': secret('db', 'login: u:x1:z', 'apps') },
    copy: 'x1',
  },
  {
    name: 'a part of it in the middle of a text',
    kustomizeFile: `resources: [db.yaml, web.yaml]\n${copied('stringData.login', part, '\n        options: { delimiter: ":", index: 1 }')}`,
    files: { 'apps/db.yaml': secret('db', 'login: u:x1:z', 'apps') },
    copy: 'a:x1:c',
  },
  {
    name: 'base64 of data, in one file with other objects',
    kustomizeFile: `resources: [all.yaml, web.yaml]\n${copied('data.pin')}`,
    files: {
      'apps/all.yaml': `${configMap('first', 'a: b')}---\napiVersion: v1\nkind: Secret\nmetadata: { name: db, namespace: apps }\ndata: { pin: NDI= }\n`,
    },
    copy: 'NDI=',
  },
  {
    name: 'what is no text',
    kustomizeFile: `resources: [all.yaml, web.yaml]\n${copied('data.key')}`,
    files: {
      'apps/all.yaml': `apiVersion: v1\nkind: Secret\nmetadata: { name: db, namespace: apps }\ndata: { key: /wD+ }\n`,
    },
    copy: '/wD+',
  },
  {
    name: 'a switch',
    kustomizeFile: `resources: [db.yaml, web.yaml]\n${copied('stringData.on')}`,
    files: { 'apps/db.yaml': secret('db', 'on: "true"', 'apps') },
    copy: 'true',
  },
  {
    name: 'in a list, through an anchor',
    kustomizeFile: `resources: [db.yaml, web.yaml]\n${copied('stringData.b')}`,
    files: {
      'apps/db.yaml': `apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Secret\n    metadata: { name: db, namespace: apps }\n    stringData: { a: &one x1, b: *one }\n`,
    },
    copy: 'x1',
  },
  {
    name: 'a literal of a generator',
    kustomizeFile: `resources: [web.yaml]\nsecretGenerator: [{ name: db, namespace: apps, literals: ['pin="x1"'] }]\n${copied('data.pin')}`,
    files: {},
    copy: 'eDE=',
  },
  {
    name: 'a file of a generator',
    kustomizeFile: `resources: [web.yaml]\nsecretGenerator: [{ name: db, namespace: apps, files: [pin=keys/pin.txt] }]\n${copied('data.pin')}`,
    files: { 'apps/keys/pin.txt': 'x1' },
    copy: 'eDE=',
  },
  {
    name: 'an environment of a generator',
    kustomizeFile: `resources: [web.yaml]\nsecretGenerator: [{ name: db, namespace: apps, envs: [keys.env] }]\n${copied('data.PIN')}`,
    files: { 'apps/keys.env': '# PIN=no\nUSER=u\nPIN=x1\n' },
    copy: 'eDE=',
  },
  {
    name: 'a patch in the kustomize file',
    kustomizeFile: `resources: [db.yaml, web.yaml]\npatches:\n  - patch: |\n      apiVersion: v1\n      kind: Secret\n      metadata: { name: db, namespace: apps }\n      stringData: { login: x1 }\n${copied('stringData.login')}`,
    files: { 'apps/db.yaml': secret('db', 'login: u', 'apps') },
    copy: 'x1',
  },
  {
    name: 'a JSON patch in a file',
    kustomizeFile: `resources: [db.yaml, web.yaml]\npatches: [{ path: patch.yaml, target: { kind: Sec.* } }]\n${copied('stringData.login')}`,
    files: {
      'apps/db.yaml': secret('db', 'login: u', 'apps'),
      'apps/patch.yaml':
        '- { op: test, path: /stringData/login, value: u }\n- { op: replace, path: /stringData/login, value: x1 }\n',
    },
    copy: 'x1',
  },
  {
    name: 'a patch of the Flux object',
    kustomizeFile: `resources: [db.yaml, web.yaml]\n${copied('data.pin')}`,
    files: { 'apps/db.yaml': secret('db', 'login: u', 'apps') },
    spec: 'patches: [{ target: { kind: Secret }, patch: "- op: add\\n  path: /data\\n  value: {pin: NDI=}" }]',
    copy: 'NDI=',
  },
  {
    name: 'a JSON patch that is JSON, of whatever is named so',
    kustomizeFile: `resources: [db.yaml, web.yaml]\npatches: [{ target: { name: db }, patch: '[{"op": "add", "path": "/data", "value": {"pin": "NDI="}}]' }]\n${copied('data.pin')}`,
    files: { 'apps/db.yaml': secret('db', 'login: u', 'apps') },
    copy: 'NDI=',
  },
  {
    name: 'a base below',
    kustomizeFile: `resources: [base, web.yaml]\n${copied('stringData.login')}`,
    files: {
      'apps/base/kustomization.yaml': 'resources: [db.yaml]\n',
      'apps/base/db.yaml': secret('db', 'login: x1', 'apps'),
    },
    copy: 'x1',
  },
  {
    name: 'a file of replacements, with variables beside it',
    kustomizeFile: 'resources: [db.yaml, web.yaml]\nreplacements: [{ path: copies.yaml }]\n',
    files: {
      'apps/db.yaml': secret('db', 'login: x1', 'apps'),
      'apps/copies.yaml':
        'source: { kind: Secret, name: db, fieldPath: stringData.login }\ntargets: [{ select: { kind: ConfigMap, name: web }, fieldPaths: [data.copy] }]\n',
    },
    spec: 'postBuild: { substitute: { a: b } }',
    copy: 'x1',
  },
  {
    name: 'old variables of kustomize',
    kustomizeFile:
      'resources: [db.yaml, web.yaml]\nvars: [{ name: V, objref: { apiVersion: v1, kind: Secret, name: db }, fieldref: { fieldpath: stringData.login } }]\nconfigurations: [vars.yaml]\n',
    files: {
      'apps/vars.yaml': 'varReference: [{ path: data/copy, kind: ConfigMap }]\n',
      'apps/db.yaml': secret('db', 'login: x1', 'apps'),
      'apps/web.yaml': configMap('web', 'copy: $(V)\nother: plain\nshort: x1'),
    },
    copy: 'x1',
  },
];

for (const { name, kustomizeFile, files, spec, copy } of rows) {
  test(`what is copied out of a Secret is masked: ${name}`, async () => {
    const all = repository(kustomizeFile, { 'apps/web.yaml': web, ...files }, spec);
    const rendered = await bed.render('apps', all);
    assert.deepEqual(
      dataOf(sent(rendered), 'web'),
      { copy, other: 'plain', short: 'x1' },
      'what would be sent is real',
    );
    assert.deepEqual(dataOf(shown(rendered), 'web'), { copy: dots, other: 'plain', short: 'x1' });
    if (spec === undefined) {
      const { objects } = await renderFolder(bed.engine, { state: bed.state(all), folder: 'apps' });
      const folder = objects.map(({ object }) => object);
      assert.deepEqual(
        dataOf(folder, 'web'),
        { copy: dots, other: 'plain', short: 'x1' },
        'nor is it told of the folder',
      );
    }
  });
}

test('names of what is generated are those of the real build, and so is what refers to them', async () => {
  const pod = `apiVersion: v1
kind: Pod
metadata: { name: pod, namespace: apps }
spec:
  containers: [{ name: c, image: i, env: [{ name: A, value: x }], envFrom: [{ secretRef: { name: db } }, { configMapRef: { name: made } }] }]
`;
  const kustomizeFile = `resources: [pod.yaml]
secretGenerator: [{ name: db, namespace: apps, literals: [pin=canary-1] }, { name: other, namespace: apps, literals: [a=canary-2] }]
configMapGenerator: [{ name: made, namespace: apps, literals: [a=b, c=plain] }]
replacements:
  - source: { kind: Secret, name: db, fieldPath: data.pin }
    targets:
      - { select: { kind: Pod }, fieldPaths: [spec.containers.0.env.0.value] }
      - { select: { kind: ConfigMap, name: made }, fieldPaths: [data.a] }
`;
  const rendered = await bed.render('apps', repository(kustomizeFile, { 'apps/pod.yaml': pod }));
  const told = JSON.stringify(rendered) + inspect(rendered, { depth: 20, showHidden: true });
  assert.ok(!told.includes('canary') && !told.includes(Buffer.from('canary-1').toString('base64')));
  const names = (objects: ReturnType<typeof shown>): unknown[] =>
    objects.flatMap(({ kind, metadata, spec }): unknown[] => {
      const containers = spec?.['containers'] as readonly { readonly envFrom: unknown }[] | undefined;
      return [`${kind} ${metadata.name}`, ...(containers ? [containers[0]?.envFrom] : [])];
    });
  assert.deepEqual(names(shown(rendered)), names(sent(rendered)));
  const made = shown(rendered).find(({ metadata }) => metadata.name.startsWith('made-'));
  assert.deepEqual((made as { data?: unknown } | undefined)?.data, { a: dots, c: 'plain' });
  assert.deepEqual(messages(rendered), []);
});

test('where the build works with the real text alone, everything is masked', async () => {
  // A delimiter that is a letter is none in other texts.
  const options = ', options: { delimiter: "x", index: 1 }';
  const files = repository(`resources: [db.yaml, web.yaml]\n${copied('stringData.login', options)}`, {
    'apps/web.yaml': web,
    'apps/db.yaml': secret('db', 'login: axcanary', 'apps'),
  });
  const rendered = await bed.render('apps', files);
  assert.deepEqual(dataOf(sent(rendered), 'web'), { copy: 'canary', other: 'plain', short: 'x1' });
  assert.ok(!JSON.stringify(rendered).includes('canary'));
  assert.deepEqual(dataOf(shown(rendered), 'web'), { [dots]: dots, [`${dots} (2)`]: dots, [`${dots} (3)`]: dots });
  const { objects, notes } = await renderFolder(bed.engine, { state: bed.state(files), folder: 'apps' });
  assert.ok(!JSON.stringify(objects).includes('canary'));
  assert.match(notes[0]?.message ?? '', /where they end up is unknown/);
});

test('a copy that ends up in a HelmRelease or in the variables of a child is masked there, and others are built once', async () => {
  const child = kustomization('child', './child', 'postBuild: { substituteFrom: [{ kind: ConfigMap, name: web }] }\n');
  const files = repository(`resources: [db.yaml, web.yaml, child.yaml, plain.yaml]\n${copied('stringData.login')}`, {
    'apps/db.yaml': secret('db', 'login: x1', 'flux-system'),
    'apps/web.yaml': configMap('web', 'copy: a\nother: plain', 'flux-system'),
    'apps/child.yaml': child,
    'apps/plain.yaml': kustomization('plain', './plain'),
    'child/a.yaml': configMap('a', 'k: ${copy}\nl: ${other}'),
    'plain/a.yaml': configMap('b', 'k: v'),
  });
  const rendered = await bed.render('child', files);
  assert.deepEqual(dataOf(sent(rendered), 'a'), { k: 'x1', l: 'plain' });
  assert.deepEqual(dataOf(shown(rendered), 'a'), { k: dots, l: 'plain' });
  bed.operations.length = 0;
  await bed.render('plain', files);
  const builds = bed.operations.filter(({ operation }) => operation === 'kustomization');
  assert.deepEqual(
    builds.map(
      ({ request }) =>
        (request as { readonly kustomization: { readonly spec: { readonly path: string } } }).kustomization.spec.path,
    ),
    ['./clusters/home', './apps', './apps', './plain'],
  );
});

test('a build that copies nothing, or has no Secret, is made once', async () => {
  const copying = copied('data.other').replace('kind: Secret, name: db', 'kind: ConfigMap, name: web');
  for (const kustomizeFile of ['resources: [db.yaml, web.yaml]\n', `resources: [web.yaml]\n${copying}`]) {
    bed.operations.length = 0;
    await bed.render(
      'apps',
      repository(kustomizeFile, { 'apps/web.yaml': web, 'apps/db.yaml': secret('db', 'a: b', 'apps') }),
    );
    const builds = bed.operations.filter(({ operation }) => operation === 'kustomization');
    assert.equal(builds.length, 2, 'the parent and the Kustomization itself');
  }
});
