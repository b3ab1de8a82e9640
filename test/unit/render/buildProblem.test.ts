/** The place of the repository that the words of a failed build mean. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProblem } from '../../../src/render/buildProblem.ts';

interface Row {
  readonly message: string;
  readonly files: Readonly<Record<string, string>>;
  readonly path?: string;
  /** `undefined`: nothing to point to. */
  readonly place: string | undefined;
}

const rows: readonly Row[] = [
  {
    message: 'failed to decode Kubernetes YAML from apps/a.yaml: bad',
    files: { 'apps/a.yaml': 'a: 1\n---\nb: [\n' },
    place: 'apps/a.yaml:4',
  },
  // No fault that this reader finds: the file at least.
  {
    message: 'failed to decode Kubernetes YAML from apps/a.yaml: missing kind',
    files: { 'apps/a.yaml': 'a: 1\n' },
    place: 'apps/a.yaml:1',
  },
  {
    message: "accumulating resources from 'x.yaml': yaml: line 1: bad in File: x.yaml",
    files: { 'x.yaml': 'fine: 1\n', 'apps/x.yaml': 'a: 1\nb: {\n', 'apps/kustomization.yaml': 'resources: [x.yaml]' },
    place: 'apps/x.yaml:3',
  },
  {
    message: "recursed accumulation of path 'apps/sub': accumulating resources from '../y.yaml': gone",
    files: { 'apps/sub/kustomization.yml': 'resources:\n  - a.yaml\n  - ../y.yaml\n' },
    place: 'apps/sub/kustomization.yml:3',
  },
  {
    message: 'loading KV pairs: file sources: [./f.sh]: open apps/f.sh: file does not exist',
    files: { 'apps/Kustomization': 'configMapGenerator:\n  - name: x\n    files:\n      - ./f.sh\n' },
    place: 'apps/Kustomization:4',
  },
  {
    message: "accumulating resources from 'x.yaml': yaml: line 2: unknown tag in File: x.yaml",
    files: { 'apps/x.yaml': 'a: 1\nb: 2\n', 'apps/kustomization.yaml': 'resources: [x.yaml]' },
    place: 'apps/x.yaml:2',
  },
  // Texts that are no YAML are not judged as YAML.
  {
    message: 'open apps/f.txt: bad',
    files: { 'apps/f.txt': 'a: b: c: [', 'apps/kustomization.yaml': 'a: 1\nfiles: [f.txt]\n' },
    place: 'apps/kustomization.yaml:2',
  },
  {
    message: 'error converting YAML to JSON',
    files: { 'apps/kustomization.yaml': 'a: 1\nb: [\nc' },
    place: 'apps/kustomization.yaml:3',
  },
  { message: 'error of the whole', files: { 'apps/kustomization.yaml': 'a: 1\n' }, place: undefined },
  { message: 'open apps/f.yaml: gone', files: {}, place: undefined },
  {
    message: 'variable not set (strict mode): "A"',
    files: { 'apps/a.yaml': 'A: A\nb: ${AB} ${B}', 'apps/b.yaml': '\n\nx: ${A:0:2}' },
    place: 'apps/b.yaml:3',
  },
  { message: 'variable not set (strict mode): "A"', files: { 'apps/a.yaml': 'none' }, place: undefined },
  { message: "accumulating resources from 'https://example.com/x.yaml': no", files: {}, place: undefined },
];

for (const { message, files, path = './apps', place } of rows) {
  test(`${message} in ${Object.keys(files).join(', ') || 'nothing'}`, async () => {
    const found = await findProblem({
      message,
      path,
      places: Object.keys(files),
      inputs: Object.keys(files),
      read: (one) => Promise.resolve(files[one]),
    });
    assert.equal(found && `${found.place}:${found.line}`, place);
  });
}
