/** Objects that wait for what another owner of the same files makes: they are created, and nothing is missing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectDifference } from '../../../src/drift/difference.ts';
import { MadeObjects } from '../../../src/drift/madeElsewhere.ts';
import type { DesiredObject, FluxName, RenderedKustomization, RenderedRelease } from '../../../src/render/desired.ts';
import { desired, renderedKustomization, renderedRelease } from '../../support/rendered.ts';

const namespace = desired('Namespace', 'web', { metadata: { name: 'web' } });
const definition = (more: Partial<DesiredObject> = {}): DesiredObject =>
  desired(
    'CustomResourceDefinition',
    'widgets.example.com',
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      metadata: { name: 'widgets.example.com' },
      spec: { group: 'example.com', names: { kind: 'Widget', plural: 'widgets' } },
    },
    more,
  );
const widget = desired('Widget', 'w', { apiVersion: 'example.com/v1', metadata: { name: 'w', namespace: 'web' } });

const waiting: FluxName = { kind: 'Kustomization', namespace: 'flux-system', name: 'root' };
const applied = (kind: string, name: string): DesiredObject =>
  desired(kind, name, { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', metadata: { name, namespace: 'flux-system' } });

function impossible(because: ObjectDifference['because'], id: Partial<ObjectDifference['id']> = {}): ObjectDifference {
  return {
    id: { group: 'example.com', kind: 'Widget', namespace: 'web', name: 'w', ...id },
    apiVersion: 'example.com/v1',
    change: 'unknown',
    paths: [],
    ...(because && { because }),
    reason: 'it cannot be',
  };
}

function release(spec: object, objects: readonly DesiredObject[] = []): RenderedRelease {
  const inForce = {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'shop', namespace: 'apps' },
    spec: { ...spec },
  };
  return renderedRelease({ inForce, objects });
}

const rows: readonly [
  title: string,
  owners: readonly (RenderedKustomization | RenderedRelease)[],
  given: ObjectDifference,
  expected: string,
][] = [
  [
    'a namespace of another Kustomization',
    [renderedKustomization({ objects: [namespace] })],
    impossible('namespaceMissing'),
    'create after its namespace, which Kustomization flux-system/apps makes',
  ],
  [
    'a namespace that a release makes for itself',
    [release({ targetNamespace: 'web', install: { createNamespace: true } })],
    impossible('namespaceMissing'),
    'create after its namespace, which HelmRelease apps/shop makes',
  ],
  [
    'a namespace of what comes from the build that waits, which never gets so far',
    [
      renderedKustomization({ name: waiting, objects: [applied('Kustomization', 'middle')] }),
      renderedKustomization({ name: { ...waiting, name: 'middle' }, objects: [applied('Kustomization', 'apps')] }),
      renderedKustomization({ objects: [namespace] }),
    ],
    impossible('namespaceMissing'),
    'unknown it cannot be',
  ],
  [
    'a release that makes none',
    [release({ targetNamespace: 'web' })],
    impossible('namespaceMissing'),
    'unknown it cannot be',
  ],
  [
    'another namespace',
    [renderedKustomization({ objects: [namespace] })],
    impossible('namespaceMissing', { namespace: 'other' }),
    'unknown it cannot be',
  ],
  [
    'a definition of a chart',
    [release({}, [definition({ role: { crds: 'Create' } })])],
    impossible('notServed'),
    'create after the definition of its kind, which HelmRelease apps/shop brings',
  ],
  [
    'a definition that is skipped',
    [release({}, [definition({ role: { crds: 'Skip' } })])],
    impossible('notServed'),
    'unknown it cannot be',
  ],
  [
    'a kind of the same name in another group',
    [renderedKustomization({ objects: [definition()] })],
    impossible('notServed', { group: 'example.org' }),
    'unknown it cannot be',
  ],
  [
    'what is refused for another reason',
    [renderedKustomization({ objects: [namespace, definition()] })],
    impossible('webhook'),
    'unknown it cannot be',
  ],
];

for (const [title, owners, given, expected] of rows) {
  test(`waits for: ${title}`, () => {
    const { change, reason } = new MadeObjects(owners).after(given, waiting);
    assert.equal(`${change} ${reason ?? ''}`, expected);
  });
}

test('what would be created is shown', () => {
  const made = new MadeObjects([renderedKustomization({ objects: [definition(), widget] })]);
  assert.equal(made.after(impossible('notServed'), waiting).after, widget.object);
});

test('what is known stays as it is', () => {
  const known: ObjectDifference = { ...impossible(undefined), change: 'change' };
  assert.equal(new MadeObjects([renderedKustomization({ objects: [namespace] })]).after(known, waiting), known);
});
