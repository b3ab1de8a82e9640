/** Errors of libraries without what they quote of objects, patches and generators. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unquotedError } from '../../../src/render/unquotedError.ts';

const dots = '•••';
const object =
  'apiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: default}\nstringData:\n  password: canary\n';

test('an object is named, not quoted', () => {
  const rows: readonly [string, string][] = [
    [object, 'Secret db'],
    [object.replace('{name: db, namespace: default}', '{namespace: default, name: "db"}'), 'Secret db'],
    [object.replace(' {name: db, namespace: default}', '\n  labels:\n    name: canary\n  name: db'), 'Secret db'],
    [object.replace('name: db, ', 'labels: {name: canary}, '), 'Secret'],
    ['metadata:\n  name: "canary with spaces"\nkind: [canary]\n', 'an object'],
    ['stringData:\n  name: canary\nkind: Secret\n', 'Secret'],
    [String.raw`\nkind: Secret\nstringData: {password: canary}`, 'an object'],
  ];
  for (const [quoted, named] of rows) {
    assert.equal(
      unquotedError(`received error yaml: line 7: mapping key "user" for the following resource:\n${quoted}': more`),
      `received error yaml: line 7: mapping key "user" in ${named}`,
    );
  }
});

test('what of an object is quoted before it', () => {
  const rows: readonly [string, string][] = [
    ['cannot decode !!str `canary ` as a` as a !!int', `cannot decode !!str ${dots} as a !!int`],
    ['invalid map key: map[string]interface {}{"canary":1}', `invalid map key: ${dots}`],
  ];
  for (const [said, told] of rows) {
    assert.equal(
      unquotedError(`a.yaml: ${said} for the following resource:\n${object}`),
      `a.yaml: ${told} in Secret db`,
    );
  }
});

test('patches, literals, lines of files, values of the wrong type', () => {
  const rows: readonly [string, string][] = [
    [
      'PatchTransformer with config: `\npatch: |\n  a: `canary`: \n`: unable to parse SM or JSON patch from [patch: "a: `canary`: [x]\\n"]',
      `PatchTransformer with config: ${dots}\`: unable to parse SM or JSON patch from [patch: ${dots}]`,
    ],
    [
      'with config: `\npath: p.yaml\n`: unable to parse SM or JSON patch from [path: "p.yaml"]',
      `with config: ${dots}\`: unable to parse SM or JSON patch from [path: "p.yaml"]`,
    ],
    ['must specify a target for JSON patch [patch: "canary"]', `must specify a target for JSON patch [patch: ${dots}]`],
    ['must specify one of patch and path in\ncanary', `must specify one of patch and path in\n${dots}`],
    [
      'literal sources [a=1 canary]: invalid literal source canary, expected key=value',
      `literal sources ${dots}: invalid literal source ${dots}, expected key=value`,
    ],
    [
      'env source files: [a.env]: line [255 99] has invalid utf8 bytes : canary=2',
      `env source files: [a.env]: line ${dots} has invalid utf8 bytes : ${dots}`,
    ],
    [
      'expected MappingNode but got ScalarNode: node contents:\ncanary',
      `expected MappingNode but got ScalarNode: node contents:${dots}`,
    ],
    ["yaml: unknown anchor 'canary' referenced", `yaml: unknown anchor ${dots} referenced`],
    [
      'yaml: line 2: cannot unmarshal !!str `canary...` into int',
      `yaml: line 2: cannot unmarshal !!str ${dots} into int`,
    ],
    [
      'json: cannot unmarshal number 4711 into Go struct field',
      `json: cannot unmarshal number ${dots} into Go struct field`,
    ],
  ];
  for (const [said, told] of rows) {
    assert.equal(unquotedError(said), told);
  }
});

test('an error that quotes nothing is told as it is', () => {
  for (const said of [
    'failed to decode Kubernetes YAML from apps/a.yaml: missing Resource metadata',
    'execution error at (web/templates/a.yaml:1:36): pin is too small',
    'json: cannot unmarshal string into Go struct field',
  ]) {
    assert.equal(unquotedError(said), said);
  }
});
