/** Values of Secrets that Kustomizations of the cluster substitute stay masked, whatever the render that is compared knows of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Failure } from '../../../src/base/failure.ts';
import { Sealed } from '../../../src/base/sealed.ts';
import { compareKustomization, type KustomizationToCompare } from '../../../src/drift/compareKustomization.ts';
import type { Comparison } from '../../../src/drift/difference.ts';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import { fieldAt } from '../../../src/flux/untyped.ts';
import type { RenderedKustomization } from '../../../src/render/desired.ts';
import { desired, kustomizationName, renderedKustomization } from '../../support/rendered.ts';
import { DriftCluster } from './driftCluster.ts';

type Fields = Readonly<Record<string, unknown>>;

const dots = '•••';
const kustomizations = 'kustomize.toolkit.fluxcd.io/v1 Kustomization kustomizations';
const labelsOf = (name: string): Record<string, string> => ({
  'kustomize.toolkit.fluxcd.io/name': name,
  'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
});

function configMap(name: string, data: Fields): KubernetesObject {
  const metadata = { name, namespace: 'apps', uid: 'u', resourceVersion: '7', labels: labelsOf('apps') };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data } as KubernetesObject;
}

function secret(text: string): KubernetesObject {
  const metadata = { name: 'variables', namespace: 'flux-system' };
  const data = { TEXT: Buffer.from(text).toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', metadata, data } as KubernetesObject;
}

const substituting = { prune: true, postBuild: { substituteFrom: [{ kind: 'Secret', name: 'variables' }] } };

function flux(name: string, spec: Fields, labels: Record<string, string> = {}): FluxObject {
  const entries = [{ id: 'apps_gone__ConfigMap', v: 'v1' }];
  const apiVersion = 'kustomize.toolkit.fluxcd.io/v1';
  const metadata = { name, namespace: kustomizationName.namespace, labels };
  return { apiVersion, kind: 'Kustomization', metadata, spec, status: { inventory: { entries } } };
}

/** What the cluster has: a secret in an object that leaves the build and in one that is built without it. */
function clusterWith(text: string): DriftCluster {
  return new DriftCluster()
    .serve(kustomizations)
    .has(configMap('gone', { host: text, other: 'x' }))
    .has(configMap('stays', { host: text, other: 'x' }))
    .has(secret(text));
}

function compare(
  cluster: DriftCluster,
  task: Partial<Pick<KustomizationToCompare, 'live' | 'applied'>>,
  more: Partial<RenderedKustomization>,
): Promise<Comparison> {
  const inForce = flux('apps', { prune: true });
  const { api } = cluster;
  const signal = new AbortController().signal;
  return compareKustomization({
    rendered: renderedKustomization({ inForce, ...more }),
    live: undefined,
    ...task,
    api,
    from: 'the working tree',
    signal,
  });
}

type Data = readonly [before: unknown, after: unknown];

function dataOf({ objects }: Comparison): Readonly<Record<string, Data>> {
  return Object.fromEntries(
    objects.map(({ id, before, after }): [string, Data] => [
      id.name,
      [fieldAt(before, 'data'), fieldAt(after, 'data')],
    ]),
  );
}

function checkSilent(told: unknown, text: string): void {
  assert.ok(!(JSON.stringify(told) + inspect(told, { depth: 20 })).includes(text));
}

test('a change that drops the Secret of variables does not show what it gave', async () => {
  const text = 'canary-swordfish';
  const objects = [desired('ConfigMap', 'stays', { data: { host: 'plain', other: 'x' } })];
  const there = flux('apps', substituting);
  const comparison = await compare(clusterWith(text), { live: there }, { objects });
  checkSilent(comparison, text);
  assert.deepEqual(dataOf(comparison), {
    gone: [{ host: dots, other: 'x' }, undefined],
    stays: [
      { host: dots, other: 'x' },
      { host: `${dots} (changed)`, other: 'x' },
    ],
  });
  const ofBuilt = await compare(clusterWith(text), { applied: there }, { objects });
  checkSilent(ofBuilt, text);
  assert.deepEqual(Object.keys(dataOf(ofBuilt)), ['stays']);
});

test('where that Secret cannot be read, nothing that lives is shown, nor a word of the server about it', async () => {
  const text = 'canary-swordfish';
  const cluster = clusterWith(text);
  cluster.refused.add('get secrets flux-system');
  cluster.answersDryRun(
    configMap('bad', {}),
    new Failure('invalid', `ConfigMap "bad" is invalid: data.host: Invalid value: "${text}"`, { status: 422 }),
  );
  cluster.has(configMap('bad', { host: text }));
  const objects = ['stays', 'new', 'bad'].map((name) => desired('ConfigMap', name, { data: { host: 'plain' } }));
  const comparison = await compare(cluster, { live: flux('apps', substituting) }, { objects });
  checkSilent(comparison, text);
  assert.deepEqual(dataOf(comparison), {
    gone: [undefined, undefined],
    stays: [undefined, undefined],
    bad: [undefined, undefined],
    new: [undefined, { host: 'plain' }],
  });
  assert.match(comparison.notes.map(({ message }) => message).join(), /Secret flux-system\/variables cannot be read/);
});

/** An object of the build differs, one has left it, one is new; `text` lives where the Secret once stood. */
for (const optional of [false, true]) {
  test(`a Secret that was deleted is as unknown as one that is refused (${optional ? 'optional' : 'required'})`, async () => {
    const text = 'canary-swordfish';
    const cluster = new DriftCluster()
      .serve(kustomizations)
      .has(configMap('gone', { host: text }))
      .has(configMap('stays', { host: text }))
      .has(configMap('bad', { host: text }));
    const said = `ConfigMap "bad" is invalid: data.host: Invalid value: "${text}"`;
    cluster.answersDryRun(configMap('bad', {}), new Failure('invalid', said, { status: 422 }));
    const objects = ['stays', 'new', 'bad'].map((name) => desired('ConfigMap', name, { data: { host: 'plain' } }));
    const spec = { prune: true, postBuild: { substituteFrom: [{ kind: 'Secret', name: 'variables', optional }] } };
    const comparison = await compare(cluster, { live: flux('apps', spec) }, { objects });
    checkSilent(comparison, text);
    assert.deepEqual(dataOf(comparison), {
      gone: [undefined, undefined],
      stays: [undefined, undefined],
      bad: [undefined, undefined],
      new: [undefined, { host: 'plain' }],
    });
    assert.match(
      comparison.notes.map(({ message }) => message).join(),
      /Secret flux-system\/variables \(which is gone\)/,
    );
  });
}

test('where a parent’s Secret was deleted, what it put into the Kustomization is unknown too', async () => {
  const text = 'canary-swordfish';
  const live = flux('apps', { prune: true, postBuild: { substitute: { HOST: text } } }, labelsOf('root'));
  const objects = [desired('ConfigMap', 'stays', { data: { host: text } })];
  const cluster = new DriftCluster().serve(kustomizations).has(flux('root', substituting));
  cluster.has(configMap('stays', { host: `${text}-old` }));
  const comparison = await compare(cluster, { live }, { objects, inForce: live });
  checkSilent(comparison, text);
  assert.deepEqual(dataOf(comparison), { stays: [undefined, undefined] });
});

/** Of a live Kustomization into which its parent has put a Secret, as variables or as a patch: its render shows it as plain text. */
for (const text of ['canary-swordfish', 'ab1c']) {
  test(`what a parent substituted into the Kustomization itself is masked on both sides (${text.length} characters)`, async () => {
    const live = flux('apps', { prune: true, postBuild: { substitute: { HOST: text } } }, labelsOf('root'));
    const objects = [
      desired('ConfigMap', 'stays', { data: { host: text, other: 'y' } }),
      desired('ConfigMap', 'new', { data: { host: text, [`key-${text}`]: 'y' } }),
    ].map((one) => ({ ...one, real: new Sealed(one.object) }));
    const cluster = clusterWith(text).has(flux('root', substituting));
    const comparison = await compare(cluster, { live }, { objects, inForce: live });
    assert.deepEqual(dataOf(comparison)['stays'], [
      { host: dots, other: 'x' },
      { host: dots, other: 'y' },
    ]);
    assert.equal(fieldAt(dataOf(comparison)['new']?.[1], 'host'), dots);
    if (text.length > 5) {
      checkSilent(comparison, text);
    }
    const [parent] = [{ ...kustomizationName, name: 'root' }];
    const ofRepository = await compare(cluster, { live }, { objects, parents: [parent] });
    assert.equal(fieldAt(dataOf(ofRepository)['new']?.[1], 'host'), text.length > 5 ? dots : text); // the render knows where it went
    cluster.refused.add('get secrets flux-system');
    const unread = await compare(cluster, { live }, { objects, inForce: live });
    assert.deepEqual(
      dataOf(unread),
      Object.fromEntries(['gone', 'stays', 'new'].map((name) => [name, [undefined, undefined]])),
    );
  });
}
