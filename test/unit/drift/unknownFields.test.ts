/** Fields that the server says a kind does not have, found in the object and left out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropUnknownFields } from '../../../src/drift/unknownFields.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';

const object = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', labels: { 'a.b/c': 'x' } },
  spec: {
    foo: 1,
    containers: [
      { name: 'app', image: 'a' },
      { name: 'si]de', envs: [] },
    ],
    ports: [{ port: 80, protocol: 'TCP', bar: 1 }],
    set: ['x', { deep: 1 }],
  },
} as unknown as KubernetesObject;

const prefix = 'failed to create typed patch object (apps/web; apps/v1, Kind=Deployment): ';

const rows: readonly (readonly [path: string, dropped: readonly (readonly (string | number)[])[] | undefined])[] = [
  ['.spec.foo', [['spec', 'foo']]],
  ['.spec.containers[name="si]de"].envs', [['spec', 'containers', 1, 'envs']]],
  ['.spec.ports[port=80,protocol="TCP"].bar', [['spec', 'ports', 0, 'bar']]],
  ['.spec.set[1].deep', [['spec', 'set', 1, 'deep']]],
  ['.metadata.labels.a.b/c', [['metadata', 'labels', 'a.b/c']]],
  ['.spec.none', undefined],
  ['.spec.containers[name="none"].x', undefined],
  ['.spec.foo[0]', undefined],
  ['.', undefined],
];

for (const [path, dropped] of rows) {
  test(`${path} is ${dropped ? 'left out' : 'not found'}`, () => {
    const without = dropUnknownFields(object, `${prefix}${path}: field not declared in schema`);
    assert.deepEqual(without?.dropped, dropped);
  });
}

test('several at once, each on its line', () => {
  const message = `${prefix}errors:\n  .spec.foo: field not declared in schema\n  .spec.ports[0].bar: field not declared in schema`;
  const without = dropUnknownFields(object, message);
  assert.equal(without?.dropped.length, 2);
  assert.equal(JSON.stringify(without.object.spec).includes('foo'), false);
  assert.equal(JSON.stringify(without.object.spec).includes('bar'), false);
  assert.match(JSON.stringify(without.object.spec), /"image":"a"/);
});

test('another message names none', () => {
  assert.equal(dropUnknownFields(object, `${prefix}.spec.foo: expected string, got 1`), undefined);
});
