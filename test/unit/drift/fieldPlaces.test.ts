/** Where in files a field may be stated: manifests, patches, values of a HelmRelease; and what is no place for an edit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sealed } from '../../../src/base/sealed.ts';
import {
  documentPlaces,
  manifestPlaces,
  type Places,
  type TextFile,
  valuePlaces,
} from '../../../src/drift/fieldPlaces.ts';
import type { WantedField } from '../../../src/drift/wantedField.ts';
import { applyEdit } from '../../../src/manifests/editField.ts';

const id = { group: 'apps', kind: 'Deployment', namespace: 'apps', name: 'shop' };

function wanted(more: Partial<WantedField> = {}): WantedField {
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'shop' },
    spec: { replicas: 1, containers: [{ name: 'shop', image: 'shop:1.0' }] },
  };
  return { id, path: ['spec', 'replicas'], rendered: new Sealed(object), now: 1, value: 3, ...more };
}

function manifest(spec: string, name = 'shop'): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n${spec}`;
}

interface Expected {
  /** By file, what it says after the edit. */
  readonly edits?: Readonly<Record<string, string>>;
  readonly obstacles?: readonly RegExp[];
}

function checkPlaces({ places, obstacles }: Places, { edits = {}, obstacles: reasons = [] }: Expected): void {
  const found = places.map(({ file, text, edit }) => [file, applyEdit(text, edit)]);
  assert.deepEqual(found, Object.entries(edits));
  assert.equal(obstacles.length, reasons.length, obstacles.join('\n'));
  reasons.forEach((reason, index) => assert.match(obstacles[index] ?? '', reason));
}

interface Row extends Expected {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly wanted?: Partial<WantedField>;
}

function filesOf(files: Row['files']): TextFile[] {
  return Object.entries(files).map(([path, text]) => ({ path, text }));
}

const inManifests: readonly Row[] = [
  {
    name: 'the manifest of the object, among others of its file',
    files: { 'a.yaml': `${manifest('  replicas: 1\n', 'other')}---\n# mine\n${manifest('  replicas: 1 # few\n')}` },
    edits: { 'a.yaml': `${manifest('  replicas: 1\n', 'other')}---\n# mine\n${manifest('  replicas: 3 # few\n')}` },
  },
  {
    name: 'an item of a list by its name, in a patch that has fewer',
    files: { 'p.yaml': manifest('  containers:\n    - name: shop\n      image: shop:1.0\n') },
    wanted: { path: ['spec', 'containers', 0, 'image'], now: 'shop:1.0', value: 'shop:1.1' },
    edits: { 'p.yaml': manifest('  containers:\n    - name: shop\n      image: shop:1.1\n') },
  },
  {
    name: 'a patch of other fields is no place, and nothing that hinders',
    files: { 'a.yaml': manifest('  replicas: 1\n'), 'p.yaml': manifest('  paused: true\n') },
    edits: { 'a.yaml': manifest('  replicas: 3\n') },
  },
  {
    name: 'a manifest with another value is one that a patch overrides',
    files: { 'a.yaml': manifest('  replicas: 7\n') },
    obstacles: [/^a\.yaml has another value there, which something else replaces\.$/],
  },
  {
    name: 'a variable',
    files: { 'a.yaml': manifest('  replicas: ${n}\n') },
    obstacles: [/^a\.yaml has a variable there\.$/],
  },
  {
    name: 'a file that SOPS has encrypted',
    files: { 'a.yaml': `${manifest('  replicas: 1\n')}sops:\n  mac: ENC[x]\n` },
    obstacles: [/^a\.yaml is encrypted with SOPS: .*MAC\.$/],
  },
  {
    name: 'an object of a List',
    files: {
      'a.yaml': `apiVersion: v1\nkind: List\nitems:\n${manifest('  replicas: 1\n').replaceAll(/^/gm, '  ').replace('  a', '- a').trimEnd()}\n`,
    },
    obstacles: [/^a\.yaml has it in a list of objects\.$/],
  },
  {
    name: 'a value behind an anchor of two fields',
    files: { 'a.yaml': manifest('  replicas: &n 1\n  limit: *n\n') },
    obstacles: [/^a\.yaml has it behind an anchor/],
  },
  {
    name: 'a field that only lives is added where its map is',
    files: { 'a.yaml': manifest('  replicas: 1\n') },
    wanted: { path: ['spec', 'paused'], now: undefined, value: true },
    edits: { 'a.yaml': manifest('  replicas: 1\n  paused: true\n') },
  },
  {
    name: 'a field that does not live is taken out',
    files: { 'a.yaml': manifest('  paused: true\n  replicas: 1\n') },
    wanted: { value: undefined },
    edits: { 'a.yaml': manifest('  paused: true\n') },
  },
  {
    name: 'a prefix of kustomize: part of the name, where nothing has the whole',
    files: { 'a.yaml': manifest('  replicas: 1\n', 'sho') },
    edits: { 'a.yaml': manifest('  replicas: 3\n', 'sho') },
  },
  {
    name: 'an object whose name is part of it, where something has the whole',
    files: { 'a.yaml': manifest('  replicas: 1\n', 'sho'), 'b.yaml': manifest('  replicas: 1\n') },
    edits: { 'b.yaml': manifest('  replicas: 3\n') },
  },
  {
    name: 'other kinds, kustomize files, other files',
    files: {
      'kustomization.yaml': manifest('  replicas: 1\n'),
      'a.json': manifest('  replicas: 1\n'),
      'b.yaml': 'kind: Deployment\napiVersion: v1\nmetadata: {name: shop}\nspec: {replicas: 1}\n',
    },
  },
  { name: 'broken YAML', files: { 'a.yaml': manifest('  replicas: [1\n') } },
];

for (const row of inManifests) {
  void test(`a field in manifests: ${row.name}`, () => {
    checkPlaces(manifestPlaces(filesOf(row.files), wanted(row.wanted)), row);
  });
}

const release = { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', name: 'shop' };

function helmRelease(values: string): string {
  const lines = values.replaceAll(/^(?=.)/gm, '    ');
  return `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: shop\nspec:\n  chart: {}\n  values:\n${lines}`;
}

const image = { path: ['spec', 'image'], now: 'registry/shop:1.4', value: 'registry/shop:1.5' } as const;

const inValues: readonly Row[] = [
  {
    name: 'each value that is what is rendered',
    files: { 'r.yaml': helmRelease('replicas: 1\nworker:\n  replicas: 1\n  name: x\n') },
    edits: {
      'r.yaml': helmRelease('replicas: 3\nworker:\n  replicas: 1\n  name: x\n'),
    },
    wanted: {},
  },
  {
    name: 'a value that is part of what is rendered',
    files: { 'r.yaml': helmRelease('image:\n  tag: "1.4"\n') },
    wanted: image,
    edits: { 'r.yaml': helmRelease('image:\n  tag: "1.5"\n') },
  },
  {
    name: 'a part that also stands elsewhere in what is rendered is not guessed',
    files: { 'r.yaml': helmRelease('tag: s\n') },
    wanted: image,
  },
  {
    name: 'a part around which something else changed too',
    files: { 'r.yaml': helmRelease('tag: "1.4"\n') },
    wanted: { ...image, value: 'other/shop:1.5' },
  },
  {
    name: 'a text that gives a number stays a text',
    files: { 'r.yaml': helmRelease('replicas: "1"\n') },
    edits: { 'r.yaml': helmRelease('replicas: "3"\n') },
  },
  {
    name: 'more than anybody could tell apart',
    files: { 'r.yaml': helmRelease(`list: [${'1, '.repeat(20)}1]\n`) },
    obstacles: [/^r\.yaml has 21 values that could give it\.$/],
  },
  {
    name: 'a release of another name',
    files: { 'r.yaml': helmRelease('replicas: 1\n').replace('name: shop', 'name: x') },
  },
];

for (const row of inValues) {
  void test(`a field in values of a HelmRelease: ${row.name}`, () => {
    const found = valuePlaces(filesOf(row.files), release, wanted(row.wanted));
    // Two of one file cannot be told apart by it.
    const places = [...new Map([...found.places].reverse().map((place) => [place.file, place])).values()];
    checkPlaces({ ...found, places }, row);
  });
}

void test('a value that two leaves have is offered twice: which one gives it is for the render to say', () => {
  const files = filesOf({ 'r.yaml': helmRelease('replicas: 1\nworker:\n  replicas: 1\n') });
  const { places } = valuePlaces(files, release, wanted());
  assert.deepEqual(
    places.map(({ path }) => path.join('.')),
    ['spec.values.replicas', 'spec.values.worker.replicas'],
  );
});

void test('the document of a Flux object: not a patch of it, and not one that says it already', () => {
  const path = ['spec', 'driftDetection', 'mode'];
  const whole = helmRelease('a: 1\n');
  const patch = whole.replace('  chart: {}\n', '');
  const files = filesOf({ 'r.yaml': whole, 'patch.yaml': patch });
  checkPlaces(
    documentPlaces(files, release, () => ({ path, value: 'warn' })),
    { edits: { 'r.yaml': `${whole}  driftDetection:\n    mode: warn\n` } },
  );
  checkPlaces(
    documentPlaces(files, release, () => undefined),
    {},
  );
});
