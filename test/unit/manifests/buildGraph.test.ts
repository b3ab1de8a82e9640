/** Which files a kustomize build takes in, told by the names of files and by kustomize files. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuildGraph } from '../../../src/manifests/buildGraph.ts';
import { readKustomizeFile } from '../../../src/manifests/kustomizeFile.ts';

/** Kustomize files have a text; all others are there. */
function graph(files: Readonly<Record<string, string>>): BuildGraph {
  const read = Object.entries(files).flatMap(([path, text]) => {
    const file = text === '' ? undefined : readKustomizeFile(text);
    return file ? [[path, file] as const] : [];
  });
  return new BuildGraph(Object.keys(files), new Map(read));
}

interface Row {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly folders: readonly string[];
  readonly reached: readonly string[];
}

const rows: readonly Row[] = [
  {
    title: 'what a kustomize file names, and the file itself',
    files: { 'a/kustomization.yaml': 'resources: [x.yaml]', 'a/x.yaml': '', 'a/y.yaml': '', 'b/z.yaml': '' },
    folders: ['a'],
    reached: ['a/kustomization.yaml', 'a/x.yaml'],
  },
  {
    title: 'a base, with its kustomize file',
    files: {
      'a/kustomization.yaml': 'resources: [../base]',
      'base/kustomization.yml': 'resources: [x.yaml]',
      'base/x.yaml': '',
      'other/kustomization.yaml': 'resources: [../base]',
    },
    folders: ['a'],
    reached: ['a/kustomization.yaml', 'base/kustomization.yml', 'base/x.yaml'],
  },
  {
    title: 'a kustomize file that cannot be read belongs to its folder all the same',
    files: { 'a/Kustomization': '', 'a/x.yaml': '' },
    folders: ['a'],
    reached: ['a/Kustomization', 'a/x.yaml'],
  },
  {
    title: 'two kustomize files in one folder are both of it',
    files: { 'a/kustomization.yaml': 'resources: []', 'a/kustomization.yml': '' },
    folders: ['a'],
    reached: ['a/kustomization.yaml', 'a/kustomization.yml'],
  },
  {
    title: 'folders that name each other end',
    files: { 'a/kustomization.yaml': 'resources: [../b]', 'b/kustomization.yaml': 'resources: [../a]' },
    folders: ['a'],
    reached: ['a/kustomization.yaml', 'b/kustomization.yaml'],
  },
  {
    title: 'the root of the repository is a folder as well',
    files: { 'kustomization.yaml': 'resources: [a]', 'a/kustomization.yaml': 'resources: [x.yaml]', 'a/x.yaml': '' },
    folders: [''],
    reached: ['a/kustomization.yaml', 'a/x.yaml', 'kustomization.yaml'],
  },
  { title: 'a folder that is not there', files: { 'a/x.yaml': '' }, folders: ['b'], reached: [] },
];

for (const { title, files, folders, reached } of rows) {
  test(`a build takes in ${title}`, () => {
    assert.deepEqual([...graph(files).reach(folders)].sort(), reached);
  });
}

test('a patch is what kustomize files name as one, and none as a resource', () => {
  const built = graph({
    'base/kustomization.yaml': 'resources: [release.yaml, both.yaml]',
    'base/release.yaml': '',
    'base/both.yaml': '',
    'a/kustomization.yaml':
      'resources: [../base]\npatches:\n  - path: release.yaml\n  - path: ../base/both.yaml\n  - patch: "x"',
    'a/release.yaml': '',
    'old/kustomization.yaml': 'patchesStrategicMerge: [patch.yaml]',
    'old/patch.yaml': '',
    'scanned/release.yaml': '',
  });
  const files = [
    'base/release.yaml',
    'base/both.yaml',
    'a/release.yaml',
    'old/patch.yaml',
    'scanned/release.yaml',
    'none',
  ];
  assert.deepEqual(
    files.filter((file) => built.isPatch(file)),
    ['a/release.yaml', 'old/patch.yaml'],
  );
});
