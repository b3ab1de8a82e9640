/** A Secret of a parent was rotated: its old text lives in children that the parent, or they themselves, have not applied since. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Sealed } from '../../../src/base/sealed.ts';
import { compareKustomization, type KustomizationToCompare } from '../../../src/drift/compareKustomization.ts';
import type { Comparison } from '../../../src/drift/difference.ts';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import { fieldAt } from '../../../src/flux/untyped.ts';
import { desired, kustomizationName, renderedKustomization } from '../../support/rendered.ts';
import { DriftCluster } from './driftCluster.ts';
import { owned } from './ownedObject.ts';

type Fields = Readonly<Record<string, unknown>>;

const dots = '•••';
const old = 'canary-of-before';
const fresh = 'rotated-canary';
const byRoot = {
  'kustomize.toolkit.fluxcd.io/name': 'root',
  'kustomize.toolkit.fluxcd.io/namespace': kustomizationName.namespace,
};

interface Applied {
  /** When it was applied last. */
  readonly at?: string;
  readonly status?: string;
}

/** Of a Kustomization, where the type is that of a HelmRelease. */
const history = (entries: readonly Fields[]): object => ({ history: entries });

function flux(name: string, spec: Fields, { at, status = 'ReconciliationSucceeded' }: Applied = {}): FluxObject {
  const newest = { lastReconciled: at, lastReconciledDuration: '2.5s', lastReconciledStatus: status };
  const entries = [{ id: 'apps_stays__ConfigMap', v: 'v1' }];
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: kustomizationName.namespace, generation: 1, labels: name === 'root' ? {} : byRoot },
    spec: { prune: true, ...spec },
    status: { observedGeneration: 1, inventory: { entries }, ...(at !== undefined && history([newest])) },
  };
}

const child = (host: string, applied?: Applied) =>
  flux('apps', { postBuild: { substitute: { HOST: host, LEVEL: 'info', APP: 'stays' } } }, applied);

function configMap(data: Fields): KubernetesObject & { readonly data: Fields } {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'stays', namespace: 'apps' }, data };
}

/** The Secret was rotated at noon. */
function cluster(root: Applied, data: Fields): DriftCluster {
  const fields = Object.fromEntries(Object.keys(data).map((key) => [`f:${key}`, {}]));
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'variables',
      namespace: kustomizationName.namespace,
      managedFields: [{ manager: 'kubectl', operation: 'Update', time: '2026-11-01T12:00:00Z' }],
    },
    data: { HOST: Buffer.from(fresh).toString('base64') },
  };
  return new DriftCluster()
    .serve('kustomize.toolkit.fluxcd.io/v1 Kustomization kustomizations')
    .has(flux('root', { postBuild: { substituteFrom: [{ kind: 'Secret', name: 'variables' }] } }, root))
    .has(secret)
    .has(owned({ ...configMap(data) }, [['kustomize-controller', { 'f:data': fields }, { operation: 'Apply' }]]))
    .answersDryRun(configMap({}), (sent) => ({ ...sent, metadata: { ...sent.metadata, resourceVersion: '7' } }));
}

function compare(made: DriftCluster, task: Partial<KustomizationToCompare>): Promise<Comparison> {
  const signal = new AbortController().signal;
  const rendered = renderedKustomization();
  return compareKustomization({ rendered, live: undefined, api: made.api, from: 'there', signal, ...task });
}

const noon = '2026-11-01T12:00:00Z';
const before = '2026-11-01T11:00:00Z';
const after = '2026-11-01T13:00:00Z';

function sidesOf({ objects }: Comparison): readonly unknown[] {
  return objects.flatMap((one) => [fieldAt(one.before, 'data'), fieldAt(one.after, 'data')]);
}

function checkSilent(told: unknown): void {
  const text = JSON.stringify(told) + inspect(told, { depth: 20 });
  assert.ok(!text.includes(old) && !text.includes(fresh), text);
}

/** Of the Kustomization as it lives: its render has the text of then or now as its author's. */
function drift(host: string, root: Applied, own: Applied): Promise<Comparison> {
  const live = child(host, own);
  const objects = [desired('ConfigMap', 'stays', { data: { host, app: 'stays', level: 'info' } })];
  const rendered = renderedKustomization({ inForce: live, objects });
  const made = cluster(root, { host: old, app: 'stays', level: 'debug' });
  return compare(made, { live, rendered, former: () => Promise.resolve(rendered) });
}

const driftRows: readonly (readonly [what: string, host: string, root: Applied, own: Applied])[] = [
  ['the parent has not applied since', old, { at: before }, { at: after }],
  ['the parent applied at that moment', old, { at: noon }, { at: after }],
  ['the parent failed since', old, { at: after, status: 'ReconciliationFailed' }, { at: after }],
  ['the parent does not say when', old, {}, { at: after }],
  [
    'the parent applied since, and the child could not',
    fresh,
    { at: after },
    { at: after, status: 'HealthCheckFailed' },
  ],
];

for (const [what, host, root, own] of driftRows) {
  test(`drift: neither the old text nor the new one is shown where ${what}`, async () => {
    const comparison = await drift(host, root, own);
    checkSilent(comparison);
    // What stands in a name is no secret, and may be read.
    assert.deepEqual(
      sidesOf(comparison).map((side) => fieldAt(side, 'app')),
      ['stays', 'stays'],
    );
  });
}

test('drift: after both have applied since, only today’s texts are secret, and a plain variable is shown', async () => {
  const live = child(fresh, { at: after });
  const objects = [desired('ConfigMap', 'stays', { data: { host: fresh, level: 'info' } })];
  const rendered = renderedKustomization({ inForce: live, objects });
  const made = cluster({ at: after }, { host: fresh, level: 'debug' });
  const comparison = await compare(made, { live, rendered, former: () => Promise.resolve(rendered) });
  assert.deepEqual(sidesOf(comparison), [
    { host: dots, level: 'debug' },
    { host: dots, level: 'info' },
  ]);
  assert.deepEqual(comparison.notes, []);
});

/** Of files, which know what the parent substitutes now; what was applied is rendered of what lives, which does not know it. */
function ofFiles(built: FluxObject, live: FluxObject): Promise<Comparison> {
  const data = { host: old, dropped: old, level: 'debug' };
  const shown = desired('ConfigMap', 'stays', { data: { host: dots, level: 'info' } }, { masked: [['data', 'host']] });
  const rendered = renderedKustomization({
    inForce: built,
    parents: [{ ...kustomizationName, name: 'root' }],
    objects: [{ ...shown, real: new Sealed(configMap({ host: fresh, level: 'info' })) }],
    secrets: new Sealed([fresh]),
  });
  const former = renderedKustomization({ inForce: live, objects: [desired('ConfigMap', 'stays', { data })] });
  return compare(cluster({ at: before }, data), { live, rendered, former: () => Promise.resolve(former) });
}

test('files: a field that they drop shows no old text of the parent’s Secret', async () => {
  const comparison = await ofFiles(child(dots), child(old));
  checkSilent(comparison);
  assert.deepEqual(sidesOf(comparison), [
    { host: dots, [dots]: dots, level: dots },
    { host: `${dots} (changed)`, level: `${dots} (changed)` },
  ]);
});

test('files: where the parent put only plain texts into the child, a render of it is trusted', async () => {
  const comparison = await ofFiles(flux('apps', {}), flux('apps', {}));
  assert.equal(fieldAt(sidesOf(comparison)[0], 'level'), 'debug');
  assert.deepEqual(comparison.notes, []);
});
