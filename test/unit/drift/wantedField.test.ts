/** Which field of a live object may be written to the files, and where it stands in what they render. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sealed } from '../../../src/base/sealed.ts';
import { alignPath, wantedField } from '../../../src/drift/wantedField.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import type { DesiredObject, FieldPath } from '../../../src/render/desired.ts';
import { desired } from '../../support/rendered.ts';

interface Row {
  readonly name: string;
  readonly live: KubernetesObject;
  readonly rendered: DesiredObject;
  readonly secrets?: readonly string[];
  readonly path: FieldPath;
  readonly hidden?: boolean;
  readonly wanted?: { readonly path?: FieldPath; readonly now: unknown; readonly value: unknown };
  readonly refused?: RegExp;
}

function live(kind: string, fields: Readonly<Record<string, unknown>>, apiVersion = 'v1'): KubernetesObject {
  return { apiVersion, kind, metadata: { name: 'shop', namespace: 'apps' }, ...fields };
}

const replicas: FieldPath = ['spec', 'replicas'];
const containers = (...images: readonly (readonly [string, string])[]) => ({
  spec: { containers: images.map(([name, image]) => ({ name, image })) },
});

const rows: readonly Row[] = [
  {
    name: 'a field that differs',
    live: live('Pod', { spec: { replicas: 3 } }),
    rendered: desired('Pod', 'shop', { spec: { replicas: 1 } }),
    path: replicas,
    wanted: { now: 1, value: 3 },
  },
  {
    name: 'a field that only lives',
    live: live('Pod', { spec: { replicas: 3 } }),
    rendered: desired('Pod', 'shop', { spec: {} }),
    path: replicas,
    wanted: { now: undefined, value: 3 },
  },
  {
    name: 'a field that does not live',
    live: live('Pod', { spec: {} }),
    rendered: desired('Pod', 'shop', { spec: { replicas: 1 } }),
    path: replicas,
    wanted: { now: 1, value: undefined },
  },
  {
    name: 'an item of a list is found by its name, wherever it stands',
    live: live('Pod', containers(['proxy', 'proxy:2'], ['shop', 'shop:2'])),
    rendered: desired('Pod', 'shop', containers(['shop', 'shop:1'])),
    path: ['spec', 'containers', 1, 'image'],
    wanted: { path: ['spec', 'containers', 0, 'image'], now: 'shop:1', value: 'shop:2' },
  },
  {
    name: 'an item without a name, of lists of different lengths',
    live: live('Pod', { spec: { args: ['a', 'b'] } }),
    rendered: desired('Pod', 'shop', { spec: { args: ['x'] } }),
    path: ['spec', 'args', 0],
    refused: /^The list that the field is in has other items/,
  },
  {
    name: 'a Secret',
    live: live('Secret', { data: { key: 'eA==' } }),
    rendered: desired('Secret', 'shop', { data: { key: 'eQ==' } }),
    path: ['data', 'key'],
    refused: /^Values of Secrets are not written/,
  },
  {
    name: 'an object that SOPS has encrypted',
    live: live('ConfigMap', { data: { key: 'x' } }),
    rendered: desired('ConfigMap', 'shop', { data: { key: 'y' } }, { encrypted: true }),
    path: ['data', 'key'],
    refused: /SOPS.*MAC/,
  },
  {
    name: 'a field that the render masks',
    live: live('ConfigMap', { data: { key: 'x' } }),
    rendered: desired('ConfigMap', 'shop', { data: { key: 'y' } }, { masked: [['data', 'key']] }),
    path: ['data', 'key'],
    refused: /comes from a Secret/,
  },
  {
    name: 'a field below what the render masks as a whole',
    live: live('ConfigMap', { data: { key: 'x' } }),
    rendered: desired('ConfigMap', 'shop', { data: { key: 'y' } }, { masked: [['data']] }),
    path: ['data', 'key'],
    refused: /comes from a Secret/,
  },
  {
    name: 'a live value that holds what a Secret of the render holds',
    live: live('ConfigMap', { data: { key: 'pass=canary-4711-long' } }),
    rendered: desired('ConfigMap', 'shop', { data: { key: 'none' } }),
    secrets: ['canary-4711-long'],
    path: ['data', 'key'],
    refused: /comes from a Secret/,
  },
  {
    name: 'a live value that the comparison masked, of a Secret that was rotated: nobody knows its text any more',
    live: live('ConfigMap', { data: { key: 'canary-of-before' } }),
    rendered: desired('ConfigMap', 'shop', { data: { key: 'none' } }),
    path: ['data', 'key'],
    hidden: true,
    refused: /comes from a Secret/,
  },
  {
    name: 'what the files have already',
    live: live('Pod', { spec: { replicas: 3 } }),
    rendered: desired('Pod', 'shop', { spec: { replicas: 3 } }),
    path: replicas,
    refused: /^The files have the live value already/,
  },
  {
    name: 'a whole map',
    live: live('Pod', { spec: { selector: { app: 'x' } } }),
    rendered: desired('Pod', 'shop', { spec: {} }),
    path: ['spec', 'selector'],
    refused: /^It is a map or a list/,
  },
  {
    name: 'an object that the files do not render',
    live: live('Pod', { spec: { replicas: 3 } }),
    rendered: desired('Pod', 'other', { spec: { replicas: 3 } }),
    path: replicas,
    refused: /^The files do not render this object/,
  },
];

for (const row of rows) {
  void test(`the live value of a field: ${row.name}`, () => {
    const { secrets, hidden = false } = row;
    const now = { objects: [row.rendered], ...(secrets && { secrets: new Sealed(secrets) }) };
    const result = wantedField({ live: row.live, path: row.path, hidden }, now);
    if ('refused' in result) {
      assert.match(result.refused, row.refused ?? /^never$/);
      for (const secret of secrets ?? []) {
        assert.ok(!result.refused.includes(secret));
      }
      return;
    }
    assert.ok(row.wanted, 'it is refused');
    const { path, now: before, value } = result;
    assert.deepEqual({ path, now: before, value }, { path: row.path, ...row.wanted });
  });
}

void test('the same place in another object: items by what names them, else by their position', () => {
  const ports = { ports: [{ containerPort: 80 }, { containerPort: 443, hostPort: 1 }] };
  const turned = { ports: [{ containerPort: 443 }, { containerPort: 80 }] };
  assert.deepEqual(alignPath(ports, turned, ['ports', 1, 'hostPort']), ['ports', 0, 'hostPort']);
  const twice = { list: [{ name: 'a' }, { name: 'a' }] };
  assert.deepEqual(alignPath(twice, twice, ['list', 1, 'name']), ['list', 1, 'name']);
  assert.equal(alignPath(twice, { list: [{ name: 'a' }] }, ['list', 1, 'name']), undefined);
});
