/** What is left of a field when a part of it is taken back, and whether the server takes that. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusedRemains } from '../../../src/drift/refusedRemains.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';

const definition: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.example.com' },
  spec: {
    versions: [
      {
        name: 'v1',
        schema: {
          openAPIV3Schema: {
            properties: {
              spec: {
                required: ['size'],
                properties: {
                  size: {},
                  store: { required: ['url'], properties: { url: {}, region: {} } },
                  items: { items: { required: ['name'] } },
                  named: { additionalProperties: { required: ['value'] } },
                },
              },
            },
          },
        },
      },
    ],
  },
};

interface Row {
  readonly title: string;
  readonly type?: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly expected: string | undefined;
}

const pod = (container: object) => ({
  template: { spec: { containers: [{ image: 'side:1' }, { image: 'main:1', ...container }] } },
});
const inPod = 'spec.template.spec.containers.1';

const builtIn: readonly Row[] = [
  {
    title: 'a probe that probes nothing',
    spec: pod({ livenessProbe: { periodSeconds: 30 } }),
    expected: `${inPod}.livenessProbe`,
  },
  { title: 'a probe', spec: pod({ livenessProbe: { periodSeconds: 30, exec: {} } }), expected: undefined },
  {
    title: 'an empty hook',
    spec: pod({ lifecycle: { preStop: {} } }),
    expected: `${inPod}.lifecycle.preStop`,
  },
  { title: 'a hook that sleeps', spec: pod({ lifecycle: { preStop: { sleep: {} } } }), expected: undefined },
  {
    title: 'a backend without a service',
    type: 'networking.k8s.io/v1 Ingress',
    spec: { defaultBackend: {} },
    expected: 'spec.defaultBackend',
  },
  {
    title: 'a container without an image',
    spec: { template: { spec: { initContainers: [{ name: 'first' }] } } },
    expected: 'spec.template.spec.initContainers.0',
  },
  {
    title: 'one of several ports without a name',
    type: 'v1 Service',
    spec: { ports: [{ name: 'http', port: 80 }, { port: 81 }] },
    expected: 'spec.ports.1',
  },
  { title: 'the only port, without a name', type: 'v1 Service', spec: { ports: [{ port: 80 }] }, expected: undefined },
  { title: 'an object without a spec that matters', spec: {}, expected: undefined },
];

const custom: readonly Row[] = [
  {
    title: 'all that is required',
    spec: { size: 1, store: { url: 'x' }, items: [{ name: 'a' }] },
    expected: undefined,
  },
  { title: 'a field of the object', spec: {}, expected: 'spec' },
  { title: 'a field of a map', spec: { size: 1, store: { region: 'x' } }, expected: 'spec.store' },
  { title: 'the name of an item', spec: { size: 1, items: [{ name: 'a' }, {}] }, expected: 'spec.items.1' },
  { title: 'a field of any value', spec: { size: 1, named: { one: {} } }, expected: 'spec.named.one' },
];

function checkRemains({ type = 'apps/v1 Deployment', spec, expected }: Row, schema?: KubernetesObject): void {
  const [apiVersion = '', kind = ''] = type.split(' ');
  const object = { apiVersion, kind, metadata: { name: 'x', namespace: 'apps' }, spec };
  assert.equal(refusedRemains(object, schema)?.join('.'), expected);
}

for (const row of builtIn) {
  test(`what is left of a built-in kind: ${row.title}`, () => checkRemains(row));
}

for (const row of custom) {
  test(`what is left of a custom kind: ${row.title}`, () => {
    checkRemains({ ...row, type: 'example.com/v1 Gadget' }, definition);
  });
}

test('what is left of a custom kind: nothing is known without its definition, or in another version', () => {
  checkRemains({ title: '', type: 'example.com/v1 Gadget', spec: {}, expected: undefined });
  checkRemains({ title: '', type: 'example.com/v2 Gadget', spec: {}, expected: undefined }, definition);
});
