/**
 * A parent has put a text of its Secret into a Kustomization or HelmRelease as it lives: what the child, or a chart, makes of that
 * text is shown nowhere, in whatever form.
 */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { test } from 'node:test';
import { compareKustomization } from '../../src/drift/compareKustomization.ts';
import type { Comparison } from '../../src/drift/difference.ts';
import { inheritedReader } from '../../src/drift/inheritedSecrets.ts';
import { packFiles } from '../../src/drift/packFiles.ts';
import { renderApplied } from '../../src/drift/renderApplied.ts';
import { renderNextRelease } from '../../src/drift/renderLiveRelease.ts';
import type { FluxObject, KubernetesObject } from '../../src/flux/objects.ts';
import { fieldAt } from '../../src/flux/untyped.ts';
import type { ClusterInputs, FetchedArchive } from '../../src/render/desired.ts';
import { memoryFiles } from '../support/memoryFiles.ts';
import { seededRandom } from '../support/seededRandom.ts';
import { tarFiles, tarGz } from '../support/tarArchive.ts';
import { DriftCluster } from '../unit/drift/driftCluster.ts';
import { cluster, configMap, type Files, kustomizationBed } from './kustomizationSetup.ts';

const bed = kustomizationBed();
const canary = 'Swordfish-Canary-77';
const revision = 'main@sha1:5f2c1a9d0e4b3c2a1f0e9d8c7b6a594837261504';
const signal = new AbortController().signal;
const labels = { 'kustomize.toolkit.fluxcd.io/name': 'root', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' };

type Fields = Readonly<Record<string, unknown>>;

/** Applied at noon, and a Secret that is older than that. */
const applied: Fields = {
  lastReconciled: '2026-11-01T12:00:00Z',
  lastReconciledDuration: '1s',
  lastReconciledStatus: 'ReconciliationSucceeded',
};
const history: object = { history: [applied] };

function flux(name: string, spec: Fields): FluxObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { namespace: 'flux-system', name, uid: name, generation: 1, labels: name === 'root' ? {} : labels },
    spec: { path: './apps', interval: '1h', prune: true, sourceRef: { kind: 'GitRepository', name: 'fleet' }, ...spec },
    status: { observedGeneration: 1, lastAppliedRevision: revision, ...history },
  };
}

function world(written = '2026-11-01T11:00:00Z', secret = canary): DriftCluster {
  const managedFields = [{ manager: 'kubectl', operation: 'Update', time: written }];
  return new DriftCluster()
    .serve('kustomize.toolkit.fluxcd.io/v1 Kustomization kustomizations')
    .has(flux('root', { postBuild: { substituteFrom: [{ kind: 'Secret', name: 'variables' }] } }))
    .has({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: 'flux-system', name: 'variables', managedFields },
      data: { TEXT: Buffer.from(secret).toString('base64') },
    } as KubernetesObject);
}

/** The source with these files as its artifact. */
function inputs(kind: string, archive: FetchedArchive): ClusterInputs {
  const source: FluxObject = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind,
    metadata: { namespace: 'flux-system', name: 'fleet' },
    spec: { url: 'oci://registry.example/fleet' },
    status: { artifact: { revision: archive.revision, digest: archive.digest } },
  };
  return cluster({
    fluxObject: (asked) => Promise.resolve(asked === kind ? source : undefined),
    artifact: () => Promise.resolve(archive),
  });
}

const forms = ['${X^^}', '${X,,}', '${X^}', '${X:0:8}', '${X:4}', '${X%77}', '${X#Sword}', 'a ${X} b', '${X/Can/can}'];

/** Everything that is told, without what a seal holds. */
function checkSilent(told: unknown, pieces: readonly string[]): void {
  const text = `${JSON.stringify(told)}${inspect(told, { depth: 30 })}`.toLowerCase();
  pieces.forEach((piece) => assert.ok(!text.includes(piece), `${piece} in ${text.slice(0, 3000)}`));
}

function drift(value: string, objects: Files, lived: Fields, made = world()): Promise<Comparison> {
  return driftOf({ postBuild: { substitute: { X: value, APP: 'podinfo', LEVEL: 'debug' } } }, objects, lived, made);
}

async function driftOf(spec: Fields, objects: Files, lived: Fields, made: DriftCluster): Promise<Comparison> {
  const child = flux('apps', spec);
  const live: KubernetesObject & { readonly data: Fields } = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: 'apps' },
    data: lived,
  };
  made.has(live);
  const { api } = made;
  const { rendered, from } = await renderApplied({
    live: child,
    cluster: inputs('GitRepository', await packFiles(memoryFiles(objects), { revision })),
    inherited: inheritedReader(api),
    renderer: bed.renderer,
    signal,
  });
  checkSilent(rendered, ['swordfis', 'canary']);
  const former = () => Promise.resolve(rendered);
  return compareKustomization({ rendered, live: child, former, api, from, signal });
}

const lines = forms.map((form, at) => `f${at}: "${form}"\n`).join('');
const settings = configMap('settings', `${lines}plain: "\${APP} \${LEVEL}"\n`);
const masked = Object.fromEntries(forms.map((_, at) => [`f${at}`, '•••']));

for (const [what, value] of [
  ['as it is', canary],
  ['within a text', `https://${canary}.example.com/`],
  ['in capitals', canary.toUpperCase()],
  ['cut', canary.slice(3)],
] as const) {
  test(`drift of a child whose variable holds a parent’s Secret ${what}: no form of it is shown, what is plain is`, async () => {
    const comparison = await drift(value, { 'apps/a.yaml': settings }, { f0: canary.toUpperCase(), plain: 'other' });
    checkSilent(comparison, ['swordfis', 'canary']);
    const [{ before, after } = {}] = comparison.objects;
    assert.deepEqual(fieldAt(after, 'data'), {
      ...masked,
      f0: value === canary || value === canary.toUpperCase() ? '•••' : '••• (changed)',
      plain: 'podinfo debug',
    });
    assert.deepEqual(fieldAt(before, 'data'), { f0: '•••', plain: 'other' });
  });
}

for (const [secret, value, pieces] of [
  ['Tr0ub4-dor3-x9-Qz', 'Tr0ub4_dor3_x9_Qz', ['tr0u', 'dor3']],
  ['eel.io', 'eel-io-production-tls', ['eel']],
  ['10.20.30.40', 'ip-10-20-30-40', ['20-30', '20.30']],
] as const) {
  test(`drift of a child whose parent made ${value} of a Secret’s ${secret}: no form of it is shown`, async () => {
    const lived = { f0: value, f1: value.toUpperCase(), plain: 'other' };
    const comparison = await drift(value, { 'apps/a.yaml': settings }, lived, world(undefined, secret));
    checkSilent(comparison, pieces);
    assert.equal(fieldAt(comparison.objects[0]?.after, 'data', 'plain'), 'podinfo debug');
  });
}

test('drift of a child whose parent may have put an older Secret into it: no form of what it holds is shown', async () => {
  const old = 'Rotated-Otter-15';
  const made = world('2026-11-01T13:00:00Z');
  const comparison = await drift(old, { 'apps/a.yaml': settings }, { f0: old.toUpperCase() }, made);
  checkSilent(comparison, ['rotated', 'otter', 'canary']);
});

const operation = { op: 'replace', path: '/data/a', value: canary };
const merge = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'apps' },
  data: { a: canary },
};
const inLines = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: apps\ndata:\n  a: ${canary}\n`;
const patches: readonly (readonly [what: string, patch: string])[] = [
  ['operations on one line', JSON.stringify([operation])],
  ['operations on lines', `- op: replace\n  path: /data/a\n  value: ${canary}\n`],
  ['an object on one line', JSON.stringify(merge)],
  ['an object on lines', inLines],
];

for (const [what, patch] of patches) {
  for (const [when, written] of [
    ['holds', undefined],
    ['may hold an older text of', '2026-11-01T13:00:00Z'],
  ] as const) {
    test(`drift of a child whose patch (${what}) ${when} a parent’s Secret: its value is masked, all else is shown`, async () => {
      const spec = { patches: [{ patch, target: { kind: 'ConfigMap' } }] };
      const files = { 'apps/a.yaml': configMap('settings', 'a: old\nb: plain\n') };
      const comparison = await driftOf(spec, files, { a: 'old', b: 'other' }, world(written));
      checkSilent(comparison, ['swordfis', 'canary']);
      assert.deepEqual(fieldAt(comparison.objects[0]?.after, 'data'), { a: '••• (changed)', b: 'plain' });
    });
  }
}

test('drift of a child that cannot be rendered without its parent’s Secret: a note says why every value is masked', async () => {
  const spec = {
    patches: [{ patch: `- {op: replace, path: /data/a, value: ${canary}}\n`, target: { kind: 'ConfigMap' } }],
  };
  const files = { 'apps/a.yaml': configMap('settings', 'a: old\nb: plain\n') };
  const comparison = await driftOf(spec, files, { a: 'old', b: 'other' }, world());
  checkSilent(comparison, ['swordfis', 'canary']);
  assert.match(comparison.notes.map(({ message }) => message).join('\n'), /every value is masked/);
});

/** What a parent may write of its variable into a child, and what a file may hold beside one. */
const given: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
  (text) => text.slice(0, 14),
  (text) => text.slice(4),
  (text) => text.replaceAll('-', '_'),
  (text) => `https://${text}.example.com/`,
  (text) => `x ${text.slice(2, 16).toUpperCase()} y`,
];
const around: readonly ((form: string) => string)[] = [
  (form) => form,
  (form) => `https://u:${form}@db/`,
  (form) => `${form}-${form}`,
  (form) => `{"token":"${form}"}`,
];

test('drift of a child, whatever its parent and it make of a Secret: no piece of it is shown', async () => {
  for (const seed of Array.from({ length: 15 }, (_, at) => at + 1)) {
    const random = seededRandom(seed);
    const value = random.pick(given)(canary);
    const data = Array.from({ length: 6 }, (_, at) => `f${at}: '${random.pick(around)(random.pick(forms))}'\n`);
    const lived = Object.fromEntries(
      data.map((_, at) => [`f${at}`, random.pick([value, value.toUpperCase(), 'other'])]),
    );
    const comparison = await drift(value, { 'apps/a.yaml': configMap('settings', data.join('')) }, lived);
    checkSilent(comparison, ['swordfis', 'rdfish-c', 'canary']);
  }
});

function release(values: Fields): FluxObject {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { namespace: 'flux-system', name: 'web', labels },
    spec: { interval: '1h', chartRef: { kind: 'OCIRepository', name: 'fleet' }, values },
  };
}

test('a release as it lives whose values a parent filled from a Secret: what the chart makes of them is masked', async () => {
  const made = ['upper', 'lower', 'sha256sum', 'b64enc', 'trunc 5', 'substr 3 9', 'quote', 'reverse'].map(
    (form, at) =>
      `f${at}: {{ ${form.startsWith('reverse') ? 'list 1 .Values.x | reverse | first' : `.Values.x | ${form}`} }}\n`,
  );
  const chart = packedChart(configMap('settings', `${made.join('')}plain: "{{ .Values.level }}"\n`));
  const { rendered } = await renderNextRelease({
    live: release({ x: canary, level: 'debug' }),
    cluster: inputs('OCIRepository', chart),
    inherited: inheritedReader(world().api),
    renderer: bed.renderer,
    signal,
  });
  checkSilent(rendered, ['swordfis', 'canary', Buffer.from(canary).toString('base64').toLowerCase().slice(0, 12)]);
  const data = made.map((_, at) => [`f${at}`, '•••']);
  assert.deepEqual(fieldAt(rendered.objects[0]?.object, 'data'), { ...Object.fromEntries(data), plain: 'debug' });
  assert.deepEqual(fieldAt(rendered.inForce, 'spec', 'values'), { x: '•••', level: 'debug' });
});

function packedChart(template: string): FetchedArchive {
  const files = {
    'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.2.3\n',
    'web/templates/all.yaml': template,
  };
  const digest = `sha256:${'0'.repeat(64)}`;
  return { bytes: tarGz(tarFiles(files)), digest, revision: `latest@${digest}` };
}
