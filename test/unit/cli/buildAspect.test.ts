/** `driftline build … --values` and `--variables`: what is printed, for whom, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { Failure } from '../../../src/base/failure.ts';
import type { EffectiveValue, EffectiveVariable } from '../../../src/render/desired.ts';
import { namedApps, namedPlex, renderedApps, renderedPlex, runBuild, stated, type FakeState } from './fakeBuild.ts';

const values: readonly EffectiveValue[] = [
  { path: ['image', 'tag'], value: '1.2', origin: { from: 'inline' } },
  { path: ['image', 'repository'], value: 'plex', origin: { from: 'chart', file: 'values.yaml' } },
  {
    path: ['a/b'],
    value: ['x', 1],
    origin: { from: 'ConfigMap', name: 'plex', key: 'values.yaml', read: 'repository', path: 'media/map.yaml' },
  },
  { path: ['token'], value: '•••', origin: { from: 'Secret', name: 'plex', key: 'token', read: 'cluster' } },
];

const variables: readonly EffectiveVariable[] = [
  { name: 'DOMAIN', value: 'example.com', origin: { from: 'inline' }, overridden: [], used: true },
  {
    name: 'TOKEN',
    value: '•••',
    origin: { from: 'Secret', name: 'vars', key: 'TOKEN', read: 'repository', path: 'vars.yaml' },
    overridden: [{ from: 'inline' }],
    used: false,
  },
  { name: 'ZONE', value: undefined, origin: undefined, overridden: [], used: true },
];

const notes = [{ severity: 'information', message: 'Something was assumed.' }] as const;
const plexFile = 'media/plex.yaml';
const now: FakeState = {
  stated: [stated(namedPlex, plexFile, {}, 5), stated(namedApps, plexFile, { path: './apps' })],
  files: { 'apps/a.yaml': '', 'plain/a.yaml': '' },
  folders: { plain: [] },
  renderings: {
    'HelmRelease/plex': renderedPlex([], { values, notes }),
    'Kustomization/apps': renderedApps([], { variables }),
  },
};
const plex = { target: { by: 'name', name: namedPlex } } as const;
const apps = { target: { by: 'name', name: namedApps } } as const;
const file = { target: { by: 'file', path: plexFile }, file: plexFile } as const;

test('values of a HelmRelease, as YAML that says where each comes from', async () => {
  const run = await runBuild('hr/plex --values', plex, { now });
  assert.equal(run.code, 0, run.messages);
  assert.deepEqual(parse(run.output), {
    image: { tag: '1.2', repository: 'plex' },
    'a/b': ['x', 1],
    token: '•••',
  });
  assert.match(run.output, /^---\n# HelmRelease media\/plex: effective values\n/);
  assert.match(run.output, /^# Rendered from {2}working tree$/m);
  assert.match(run.output, /^ {2}tag: "?1\.2"? {2}# inline$/m);
  assert.match(run.output, /^ {2}repository: plex {2}# chart values\.yaml$/m);
  assert.match(run.output, /# ConfigMap plex key values\.yaml \(media\/map\.yaml\)/);
  assert.match(run.output, /^token: •{3} {2}# Secret plex key token \(cluster\)$/m);
  // Notes are messages, as with objects.
  assert.ok(!run.output.includes('assumed'));
  assert.equal(run.messages, 'note: HelmRelease media/plex: Something was assumed.\n');
});

test('variables of a Kustomization, as YAML that says where each comes from', async () => {
  const run = await runBuild('ks/apps --variables', apps, { now });
  assert.equal(run.code, 0, run.messages);
  assert.deepEqual(parse(run.output), { DOMAIN: 'example.com', TOKEN: '•••', ZONE: null });
  assert.match(run.output, /^---\n# Kustomization flux-system\/apps: variables\n/);
  assert.match(run.output, /^DOMAIN: example\.com +# inline$/m);
  assert.match(run.output, /^TOKEN: •{3} +# Secret vars key TOKEN \(vars\.yaml\), over inline$/m);
  assert.equal(run.messages, '');
});

test('values as JSON: a list with one entry for each HelmRelease', async () => {
  const run = await runBuild('hr/plex --values -o json', plex, { now });
  assert.deepEqual(JSON.parse(run.output), [
    {
      of: 'hr/media/plex',
      values: ['/image/tag', '/image/repository', '/a~1b', '/token'].map((path, at) => ({
        path,
        value: values[at]?.value,
        origin: values[at]?.origin,
      })),
    },
  ]);
});

test('variables as JSON, with null for what nothing sets', async () => {
  const run = await runBuild('ks/apps --variables -o json', apps, { now });
  assert.deepEqual(JSON.parse(run.output), [
    {
      of: 'ks/flux-system/apps',
      variables: [variables[0], variables[1], { name: 'ZONE', value: null, origin: null, overridden: [], used: true }],
    },
  ]);
});

test('of a file those objects alone that have them: no other is rendered', async () => {
  const ofReleases = await runBuild(`${plexFile} --values -o json`, file, { now });
  assert.deepEqual(
    (JSON.parse(ofReleases.output) as { of: string }[]).map(({ of }) => of),
    ['hr/media/plex'],
  );
  assert.deepEqual(
    ofReleases.asked.map(({ name }) => name.kind),
    ['HelmRelease'],
  );
  const ofKustomizations = await runBuild(`${plexFile} --variables`, file, { now });
  assert.match(ofKustomizations.output, /^DOMAIN: /m);
  assert.deepEqual(
    ofKustomizations.asked.map(({ name }) => name.kind),
    ['Kustomization'],
  );
});

test('of a folder the variables of the Kustomization that builds it', async () => {
  const run = await runBuild('apps --variables', { target: { by: 'folder', path: 'apps' } }, { now });
  assert.equal(run.code, 0, run.messages);
  assert.match(run.output, /^DOMAIN: /m);
});

test('documents of several can be joined and parsed', async () => {
  const other = { ...namedPlex, name: 'sonarr' };
  const two: FakeState = {
    ...now,
    stated: [...(now.stated ?? []), stated(other, plexFile, {}, 9)],
    renderings: { ...now.renderings, 'HelmRelease/sonarr': renderedPlex([], { name: other, values: [] }) },
  };
  const run = await runBuild(`${plexFile} --values`, file, { now: two });
  assert.equal(run.output.match(/^---$/gm)?.length, 2);
  assert.match(run.output, /# HelmRelease media\/sonarr: effective values/);
});

test('what cannot be rendered is an error with its hints, and JSON is not printed in part', async () => {
  const broken: FakeState = {
    ...now,
    renderings: { 'HelmRelease/plex': new Failure('notFound', 'The chart has not been pulled', { remedy: 'pull' }) },
  };
  for (const line of ['hr/plex --values', 'hr/plex --values -o json']) {
    const run = await runBuild(line, plex, { now: broken });
    assert.deepEqual([run.code, run.output], [1, '']);
    assert.match(run.messages, /--pull pulls charts/);
  }
});

const refused: readonly (readonly [line: string, target: Parameters<typeof runBuild>[1], says: RegExp])[] = [
  ['ks/apps --values', apps, /--values are those of a HelmRelease: driftline build hr\/NAME --values/],
  ['hr/plex --variables', plex, /--variables are those of a Kustomization: driftline build ks\/NAME --variables/],
  ['hr/plex --values --variables', plex, /one at a time/],
  ['hr/plex --values --diff main', plex, /--values prints what there is now; --diff compares/],
  ['ks/apps --variables=yes', apps, /--variables takes no value/],
  ['plain --variables', { target: { by: 'folder', path: 'plain' } }, /not that of one Flux Kustomization/],
  ['apps --values', { target: { by: 'folder', path: 'apps' } }, /The folder .* has no values/],
  [
    'maps.yaml --values',
    { target: { by: 'file', path: 'maps.yaml' }, file: 'maps.yaml' },
    /maps\.yaml states no HelmRelease, which --values are those of \(working tree\)/,
  ],
];
for (const [line, target, says] of refused) {
  test(`refused: ${line}`, async () => {
    const run = await runBuild(line, target, { now });
    assert.deepEqual([run.code, run.output], [2, '']);
    assert.match(run.messages, says);
  });
}
