/** A Secret was rotated, and what was applied with the old text still lives: it is shown nowhere, though no Secret holds it any more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Failure } from '../../../src/base/failure.ts';
import { Sealed } from '../../../src/base/sealed.ts';
import { compareKustomization, type KustomizationToCompare } from '../../../src/drift/compareKustomization.ts';
import type { Comparison } from '../../../src/drift/difference.ts';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import { fieldAt } from '../../../src/flux/untyped.ts';
import type { DesiredObject, FieldPath } from '../../../src/render/desired.ts';
import { desired, kustomizationName, renderedKustomization } from '../../support/rendered.ts';
import { DriftCluster } from './driftCluster.ts';
import { owned, type Owned } from './ownedObject.ts';

type Fields = Readonly<Record<string, unknown>>;

const dots = '•••';
const changed = `${dots} (changed)`;
const old = 'canary-of-before';
const fresh = 'rotated-canary';

const substituting = { prune: true, postBuild: { substituteFrom: [{ kind: 'Secret', name: 'variables' }] } };

function flux(spec: Fields): FluxObject {
  const entries = [{ id: 'apps_gone__ConfigMap', v: 'v1' }];
  const metadata = { name: 'apps', namespace: kustomizationName.namespace };
  const apiVersion = 'kustomize.toolkit.fluxcd.io/v1';
  return { apiVersion, kind: 'Kustomization', metadata, spec, status: { inventory: { entries } } };
}

function configMap(name: string, data: Fields): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'apps' }, data } as KubernetesObject;
}

/** As kustomize-controller has applied it. */
function applied(object: KubernetesObject): KubernetesObject {
  const data = Object.fromEntries(Object.keys(asData(object)).map((key) => [`f:${key}`, {}]));
  return owned({ ...object }, [['kustomize-controller', { 'f:data': data }, { operation: 'Apply' }]]);
}

function asData(object: KubernetesObject): Fields {
  return (fieldAt(object, 'data') ?? {}) as Fields;
}

/** As it was applied, rendered with the Secret of today. */
function former(name: string, shown: Fields, real: Fields, masked: readonly FieldPath[]): DesiredObject {
  return { ...desired('ConfigMap', name, { data: shown }, { masked }), real: new Sealed(configMap(name, real)) };
}

const before = [
  former('stays', { host: dots, port: '80' }, { host: fresh, port: '80' }, [['data', 'host']]),
  former('text', { file: `log: info\n${dots}\nport: 80` }, { file: `log: info\npassword: ${fresh}\nport: 80` }, [
    ['data', 'file'],
  ]),
  former('gone', { host: dots, other: 'x' }, { host: fresh, other: 'x' }, [['data', 'host']]),
];

/** In files the host is gone, and the password; a level is added to each. */
const after = [
  desired('ConfigMap', 'stays', { data: { port: '81', level: 'info' } }),
  desired('ConfigMap', 'text', { data: { file: 'log: debug\nport: 80' } }),
];

function cluster(): DriftCluster {
  const { apiVersion, kind, metadata } = configMap('variables', {});
  const data = { HOST: Buffer.from(fresh).toString('base64') };
  const secret = { apiVersion, kind, metadata: { ...metadata, namespace: 'flux-system' }, data };
  const made = new DriftCluster()
    .serve('kustomize.toolkit.fluxcd.io/v1 Kustomization kustomizations')
    .has({ ...secret, kind: 'Secret' })
    .has(applied(configMap('stays', { host: old, port: '80' })))
    .has(applied(configMap('text', { file: `log: info\npassword: ${old}\nport: 80` })))
    .has(applied(configMap('gone', { host: old, other: 'x' })));
  // An apply takes away what the files no longer have.
  return made.answersDryRun(configMap('stays', {}), (sent) => ({
    ...sent,
    metadata: { ...sent.metadata, resourceVersion: '7' },
  }));
}

function compare(task: Partial<KustomizationToCompare>, made = cluster()): Promise<Comparison> {
  return compareKustomization({
    rendered: renderedKustomization({ inForce: flux(substituting), objects: after }),
    live: flux(substituting),
    api: made.api,
    from: 'the working tree',
    signal: new AbortController().signal,
    ...task,
  });
}

const ofBefore = renderedKustomization({ objects: before });

function dataOf({ objects }: Comparison): Readonly<Record<string, readonly [unknown, unknown]>> {
  return Object.fromEntries(
    objects.map((one) => [one.id.name, [fieldAt(one.before, 'data'), fieldAt(one.after, 'data')]]),
  );
}

function checkSilent(told: unknown): void {
  const text = JSON.stringify(told) + inspect(told, { depth: 20 });
  assert.ok(!text.includes(old) && !text.includes(fresh), text);
}

test('by the places of the render of before: the rest is shown', async () => {
  const comparison = await compare({ former: () => Promise.resolve(ofBefore) });
  checkSilent(comparison);
  assert.deepEqual(dataOf(comparison), {
    gone: [{ host: dots, other: 'x' }, undefined],
    stays: [
      { host: dots, port: '80' },
      { port: '81', level: 'info' },
    ],
    // Its counterpart may be any line of the new file.
    text: [{ file: dots }, { file: changed }],
  });
  assert.deepEqual(comparison.notes, []);
});

for (const [title, render] of [
  ['cannot be rendered', () => Promise.reject(new Failure('notFound', 'no artifact'))],
  ['has nothing to be rendered of', () => Promise.resolve(undefined)],
  ['is not rendered by the caller', undefined],
] as const) {
  test(`where what was applied ${title}, what the controller has written and the files have not is masked, its keys too`, async () => {
    const comparison = await compare({ former: render });
    checkSilent(comparison);
    assert.deepEqual(dataOf(comparison), {
      gone: [{ [dots]: dots, [`${dots} (2)`]: dots }, undefined],
      stays: [
        { [dots]: dots, port: dots },
        { port: changed, level: 'info' },
      ],
      text: [{ file: dots }, { file: changed }],
    });
    assert.match(
      comparison.notes.map(({ message }) => message).join(),
      /Values that differ are not shown of 3 objects/,
    );
  });
}

test('what somebody else has written was never substituted: it is shown without any render', async () => {
  const made = cluster();
  const data = { port: '8080', level: 'info', host: old };
  const all = { 'f:data': { 'f:host': {}, 'f:level': {} } };
  const mine = { 'f:data': { 'f:port': {} } };
  const owners: readonly Owned[] = [
    ['kustomize-controller', all, { operation: 'Apply' }],
    ['operator', mine],
  ];
  made.has(owned({ ...configMap('stays', data) }, owners));
  const comparison = await compare({ former: undefined }, made);
  checkSilent(comparison);
  assert.deepEqual(dataOf(comparison)['stays']?.[0], { port: '8080', level: 'info', [dots]: dots });
});

test('a Kustomization that takes no variables from a Secret is rendered once', async () => {
  const plain = flux({ prune: true });
  const comparison = await compare({
    live: plain,
    former: () => Promise.reject(new Error('nobody asks for it')),
  });
  assert.deepEqual(dataOf(comparison)['gone'], [{ host: old, other: 'x' }, undefined]);
  assert.deepEqual(comparison.notes, []);
});

test('what ends the whole comparison ends the render of before too', async () => {
  const cancelled = (): Promise<never> => Promise.reject(new Failure('cancelled', 'ended'));
  await assert.rejects(compare({ former: cancelled }), { reason: 'cancelled' });
});

test('a server that refuses the object quotes none of its old values', async () => {
  const made = cluster();
  const said = `ConfigMap "stays" is invalid: data: Invalid value: "${old}"`;
  made.answersDryRun(configMap('stays', {}), new Failure('invalid', said, { status: 422 }));
  for (const render of [undefined, () => Promise.resolve(ofBefore)]) {
    const comparison = await compare({ former: render }, made);
    checkSilent(comparison);
    assert.match(comparison.objects.find(({ id }) => id.name === 'stays')?.reason ?? '', /refuses it: data\./);
  }
});

test('drift: what was applied is what is compared, so its own masks are enough', async () => {
  const rendered = renderedKustomization({ inForce: flux(substituting), objects: before });
  const made = cluster().answersDryRun(configMap('stays', {}), () =>
    applied(configMap('stays', { host: fresh, port: '80' })),
  );
  const comparison = await compare({ rendered, former: () => Promise.resolve(rendered) }, made);
  checkSilent(comparison);
  assert.deepEqual(dataOf(comparison)['stays'], [
    { host: dots, port: '80' },
    { host: changed, port: '80' },
  ]);
});
