/** Failed builds: the words of the libraries, with file and line of the repository. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { isFailure } from '../../src/base/failure.ts';
import { DiskFiles } from '../../src/manifests/diskFiles.ts';
import type { FluxName, RenderedKustomization, RepositoryState } from '../../src/render/desired.ts';
import { renderFolder } from '../../src/render/renderFolder.ts';
import { configMap, type Files, kustomization, kustomizationBed, secret } from './kustomizationSetup.ts';
import { memoryFiles } from '../support/memoryFiles.ts';

const bed = kustomizationBed();

interface Row {
  readonly title: string;
  readonly files: Files;
  readonly spec?: string;
  /** Where it points to; `undefined`: nowhere. */
  readonly place: string | undefined;
  readonly words: RegExp;
}

const rows: readonly Row[] = [
  {
    title: 'a folder without kustomization.yaml with broken YAML; the line is that of the file, not of the document',
    files: { 'apps/a.yaml': `${configMap('ok', 'a: b')}---\n${configMap('bad', 'a: b: c')}` },
    place: 'apps/a.yaml:15',
    words: /failed to decode Kubernetes YAML from apps\/a\.yaml/,
  },
  {
    title: 'broken YAML in a nested folder',
    files: {
      'apps/kustomization.yaml': 'resources:\n  - sub\n',
      'apps/sub/kustomization.yaml': 'resources:\n  - deep.yaml\n',
      'apps/sub/deep.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: x\n',
    },
    place: 'apps/sub/deep.yaml:4',
    words: /MalformedYAMLError/,
  },
  {
    title: 'a resource that is not there: the line that asks for it',
    files: { 'apps/kustomization.yaml': 'resources:\n  - b.yaml\n  - a.yaml\n', 'apps/b.yaml': configMap('b', 'a: b') },
    place: 'apps/kustomization.yaml:3',
    words: /open apps\/a\.yaml: file does not exist/,
  },
  {
    title: 'the same object twice',
    files: {
      'apps/kustomization.yaml': 'resources:\n  - a.yaml\n  - b.yaml\n',
      'apps/a.yaml': configMap('a', 'a: b'),
      'apps/b.yaml': configMap('a', 'a: b'),
    },
    place: 'apps/kustomization.yaml:3',
    words: /may not add resource with an already registered id/,
  },
  {
    title: 'a broken patch',
    files: {
      'apps/kustomization.yaml': 'resources: [a.yaml]\npatches:\n  - path: p.yaml\n',
      'apps/a.yaml': configMap('a', 'a: b'),
      'apps/p.yaml': 'kind: ConfigMap\nmetadata: [\nname: a\n',
    },
    place: 'apps/p.yaml:3',
    words: /unable to parse SM or JSON patch/,
  },
  {
    title: 'a broken kustomization.yaml',
    files: { 'apps/kustomization.yaml': 'resources:\n  - a.yaml\n foo: [' },
    place: 'apps/kustomization.yaml:3',
    words: /error converting YAML to JSON/,
  },
  {
    title: 'a file that is no manifest',
    files: { 'apps/values.yaml': 'replicas: 1\n' },
    place: 'apps/values.yaml:1',
    words: /missing Resource metadata/,
  },
  {
    title: 'a remote base',
    files: { 'apps/kustomization.yaml': 'resources:\n  - https://example.com/base.yaml\n' },
    place: 'apps/kustomization.yaml:2',
    words: /remote bases are not fetched: https:\/\/example\.com\/base\.yaml/,
  },
  {
    title: 'a key that is given twice, in a folder without kustomization.yaml',
    files: { 'apps/a.yaml': configMap('a', 'k: v'), 'apps/b.yaml': `---\n${configMap('b', 'k: v\nl: w\nk: x')}` },
    place: 'apps/b.yaml:10',
    words: /mapping key "k" already defined/,
  },
  {
    title: 'a folder that is not there',
    files: { 'other/a.yaml': configMap('a', 'a: b') },
    spec: 'path: ./nope\n',
    place: undefined,
    words: /kustomization path not found: apps/,
  },
  {
    title: 'a variable in a component',
    files: {
      'apps/kustomization.yaml': 'resources: [a.yaml]\ncomponents: [../parts]\n',
      'apps/a.yaml': configMap('a', 'a: ${known}'),
      'parts/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [b.yaml]\n',
      'parts/b.yaml': configMap('b', 'x: ${missing_one}\ny: "${missing}"'),
    },
    spec: 'postBuild: { substitute: { known: k, missing_one: m } }\n',
    place: 'parts/b.yaml:8',
    words: /variable not set \(strict mode\): "missing"/,
  },
];

for (const { title, files, spec = '', place, words } of rows) {
  test(title, async () => {
    const own = spec.startsWith('path:') ? '' : spec;
    const failure = await bed.fails('apps', {
      // Other folders keep the source in this repository, whatever is missing.
      'clusters/apps.yaml': kustomization('apps', './apps', own),
      'clusters/source.yaml':
        'apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: { name: flux-system, namespace: flux-system }\nspec: { url: "https://github.com/org/fleet" }\n',
      ...files,
    });
    assert.equal(failure.reason, 'invalid');
    assert.match(failure.message, words);
    const lead = `Kustomization flux-system/apps: ${place === undefined ? '' : `${place}: `}`;
    assert.ok(failure.message.startsWith(lead), failure.message);
    assert.equal(
      /^Kustomization flux-system\/apps: \S+:\d+: /.test(failure.message),
      place !== undefined,
      failure.message,
    );
  });
}

for (const { title, files, spec = '', place, words } of rows) {
  if (spec.startsWith('postBuild')) {
    continue; // a folder has no variables
  }
  test(`the folder alone: ${title}`, async () => {
    const failure = await renderFolder(bed.engine, { state: bed.state(files), folder: 'apps' }).catch(
      (error: unknown) => error,
    );
    assert.ok(isFailure(failure, 'invalid'), String(failure));
    assert.match(failure.message, words);
    assert.equal(/^(\S+:\d+): /.exec(failure.message)?.[1], place, failure.message);
  });
}

test('what is to be said of a state is said of its folders too', async () => {
  const note = { severity: 'information', message: 'The files of Git submodules are left out.' } as const;
  const state = { ...bed.state({ 'apps/a.yaml': configMap('a', 'k: v') }), notes: [note] };
  const { notes } = await renderFolder(bed.engine, { state, folder: 'apps' });
  assert.deepEqual(notes, [note]);
});

const canary = 'canary-of-7';
const inSecret = (line: string): Files => ({ 'apps/s.yaml': secret('db', `password: ${canary}\n${line}`) });
const inKustomization = (lines: string): Files => ({
  'apps/kustomization.yaml': `resources: [s.yaml]\n${lines}`,
  'apps/s.yaml': secret('db', 'user: a'),
});

const quoting: readonly (readonly [string, Files, RegExp])[] = [
  ['a Secret with a key twice', inSecret('user: a\nuser: b'), /"user" already defined at line \d+ in Secret db$/],
  ['a Secret with a wrong tag', inSecret(`pin: !!int ${canary}`), /cannot decode !!str ••• as a !!int in Secret db$/],
  ['a Secret with a map for a key', inSecret(`? { ${canary}: 1 }\n: x`), /invalid map key: ••• in Secret db$/],
  ['a password that is an alias', inSecret(`pin: *${canary}`), /unknown anchor ••• referenced/],
  [
    'a broken patch of a Secret',
    inKustomization(
      `patches:\n  - patch: |\n      kind: Secret\n      stringData: { password: ${canary} }\n       bad: [\n`,
    ),
    /unable to parse SM or JSON patch from \[patch: •••\]$/,
  ],
  [
    'a literal without a name',
    inKustomization(`secretGenerator:\n  - name: g\n    literals: [${canary}]\n`),
    /invalid literal source •••, expected key=value$/,
  ],
];

for (const [title, files, words] of quoting) {
  test(`what a library quotes is not told: ${title}`, async () => {
    const failure = await bed.fails('apps', { 'clusters/apps.yaml': kustomization('apps', './apps'), ...files });
    assert.match(failure.message, words);
    const folder = renderFolder(bed.engine, { state: bed.state(files), folder: 'apps' });
    const ofFolder = await folder.catch((error: unknown) => error);
    assert.ok(isFailure(ofFolder, 'invalid'));
    assert.match(ofFolder.message, words);
    assert.ok(!inspect([failure, ofFolder], { depth: null, showHidden: true }).includes(canary));
  });
}

test('a broken file elsewhere is no reason for a build to fail', async () => {
  const rendered = await bed.render('apps', {
    'clusters/apps.yaml': kustomization('apps', './apps'),
    'apps/a.yaml': configMap('a', 'k: v'),
    'broken/a.yaml': 'kind: [\napiVersion',
    'broken/kustomization.yaml': ': : :',
  });
  assert.equal(rendered.objects.length, 1);
});

test('a file that cannot be read says so', async () => {
  const held = memoryFiles({
    'clusters/apps.yaml': kustomization('apps', './apps'),
    'apps/kustomization.yaml': 'resources: [a.yaml]\n',
    'apps/a.yaml': configMap('a', 'k: v'),
  });
  const files = {
    list: (signal?: AbortSignal) => held.list(signal),
    read: (path: string) => (path === 'apps/a.yaml' ? Promise.resolve(undefined) : held.read(path)),
  };
  await assert.rejects(
    bed.renderer.kustomization({ kind: 'Kustomization', namespace: '', name: 'apps' }, { state: bed.state(files) }),
    /apps\/a\.yaml is too large to be read/,
  );
});

const tooLarge = 'apps/large.yaml';

/** As a folder on disk gives a file above its limit: listed, and not read. */
function stateWithLarge(files: Files): RepositoryState {
  const held = memoryFiles({
    'clusters/apps.yaml': kustomization('apps', './apps'),
    [tooLarge]: configMap('large', 'k: v'),
    ...files,
  });
  return bed.state({
    list: (signal) => held.list(signal),
    read: (path) => (path === tooLarge ? Promise.resolve(undefined) : held.read(path)),
  });
}

const apps: FluxName = { kind: 'Kustomization', namespace: '', name: 'apps' };

test('a file that a folder takes in and that is too large is named beside what is built without it', async () => {
  const state = stateWithLarge({ 'apps/a.yaml': configMap('a', 'k: v') });
  const rendered = await bed.renderer.kustomization(apps, { state });
  const folder = await renderFolder(bed.engine, { state, folder: 'apps' });
  for (const { objects = [], notes = [] } of [rendered as RenderedKustomization, folder]) {
    assert.equal(objects.length, 1);
    const [note] = notes.filter(({ message }) => message.includes(tooLarge));
    assert.equal(note?.severity, 'approximate');
    assert.match(note.message, /^Too large to be read, so that its objects are missing here: apps\/large\.yaml\.$/);
  }
});

test('a file that is too large is nobody’s concern where it is not built', async () => {
  const state = stateWithLarge({
    'apps/kustomization.yaml': 'resources: [a.yaml]\n',
    'apps/a.yaml': configMap('a', 'k: v'),
  });
  const rendered = await bed.renderer.kustomization(apps, { state });
  assert.ok(!JSON.stringify(rendered).includes(tooLarge));
});

for (const [title, files] of [
  ['alone in its folder', {}],
  ['beside a file that states nothing', { 'apps/a.yaml': '# nothing yet\n' }],
  ['before a build that fails', { 'apps/a.yaml': 'a: b\n' }],
] as const) {
  test(`a file that is too large, ${title}: the build fails and names it`, async () => {
    const state = stateWithLarge(files);
    const words =
      /large\.yaml is too large to be read|too large to be read, and nothing else is built: apps\/large\.yaml/;
    await assert.rejects(bed.renderer.kustomization(apps, { state }), (error) => {
      assert.ok(isFailure(error, 'invalid'));
      assert.match(error.message, words);
      assert.ok(error.message.startsWith('Kustomization flux-system/apps: '), error.message);
      return true;
    });
    await assert.rejects(
      renderFolder(bed.engine, { state, folder: 'apps' }),
      (error) => isFailure(error, 'invalid') && words.test(error.message),
    );
  });
}

test('a folder that is gone states nothing', async () => {
  const failure = await bed.renderer
    .kustomization(
      { kind: 'Kustomization', namespace: 'a', name: 'b' },
      { state: bed.state(new DiskFiles('/nowhere/at/all')) },
    )
    .catch((error: unknown) => error);
  assert.match(String(failure), /No file of the repository states Kustomization a\/b/);
});
