/**
 * Flux Kustomizations, a field each: what the real kustomize-controller applied is what is rendered from the same files and
 * the same cluster. All cases are one commit and one wait.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, test } from 'node:test';
import type { RenderedKustomization } from '../../src/render/desired.ts';
import type { ApiObject } from './apiClient.ts';
import { changesByApplying } from './appliedObject.ts';
import { conditionOf, fluxPath, inventoryIds, isReady } from './fluxObjects.ts';
import {
  type KustomizationCase,
  clusterVariables,
  kustomizationCases,
  parentPatch,
  sharedFiles,
  variablesConfigMap,
  variablesSecret,
} from './kustomizationCases.ts';
import { openRenderBed } from './renderBed.ts';
import { applyManifest, clusterForTests, newNamespace, pushFiles } from './support.ts';

const cluster = await clusterForTests();
const namespace = await newNamespace(cluster, 'fields');
const repository = `fields-${randomBytes(4).toString('hex')}`;
const url = `${cluster.gitUrl}/${repository}.git`;
const cases = kustomizationCases(namespace);
const files = repositoryFiles();
const bed = await openRenderBed(cluster, { files, remotes: [url] });

function fluxKustomization(name: string, spec: Readonly<Record<string, unknown>>): string {
  const common = { interval: '1h', prune: true, sourceRef: { kind: 'GitRepository', name: 'bed' } };
  return JSON.stringify({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace },
    spec: { ...common, ...spec },
  });
}

/** As a bootstrap leaves it: the root is among the files that it applies. */
function rootFile(): string {
  const source = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'bed', namespace },
    spec: { interval: '1h', url, ref: { branch: 'main' } },
  };
  return `${JSON.stringify(source)}\n---\n${fluxKustomization('root', { path: './cluster' })}\n`;
}

function repositoryFiles(): Readonly<Record<string, string>> {
  const roots = cases.filter(({ below }) => below === undefined);
  return {
    ...sharedFiles,
    'cluster/root.yaml': rootFile(),
    'cluster/kustomization.yaml': `resources: [root.yaml, ${roots.map(({ name }) => `${name}.yaml`).join(', ')}]\n${parentPatch(namespace)}`,
    ...Object.fromEntries(
      roots.map(({ name, spec }) => [
        `cluster/${name}.yaml`,
        fluxKustomization(name, { path: `./cases/${name}`, ...spec }),
      ]),
    ),
    ...Object.fromEntries(
      cases.flatMap(({ name, files: own }) =>
        Object.entries(own).map(([path, text]) => [`cases/${name}/${path}`, text] as const),
      ),
    ),
  };
}

/** The controller has tried the commit, and has said how it went. */
function isSettled(object: ApiObject | undefined): boolean {
  const ready = conditionOf(object, 'Ready');
  const failed = ['BuildFailed', 'ReconciliationFailed', 'ArtifactFailed'].includes(ready?.reason ?? '');
  return isReady(object) || (ready?.status === 'False' && failed);
}

const pathOf = (name: string) => fluxPath('Kustomization', `${namespace}/${name}`);

before(async () => {
  const encoded = Object.entries(clusterVariables.secret).map(([key, value]) => [key, JSON.stringify(value)]);
  const fields = (entries: readonly (readonly string[])[]) =>
    entries.map(([key, value]) => `${key}: ${value}`).join(', ');
  const plain = Object.entries(clusterVariables.configMap).map(([key, value]) => [key, JSON.stringify(value)]);
  await applyManifest(
    cluster,
    `apiVersion: v1
kind: ConfigMap
metadata: { name: ${variablesConfigMap}, namespace: ${namespace} }
data: { ${fields(plain)} }
---
apiVersion: v1
kind: Secret
metadata: { name: ${variablesSecret}, namespace: ${namespace} }
stringData: { ${fields(encoded)} }
`,
  );
  await pushFiles(cluster, repository, files);
  await applyManifest(cluster, rootFile());
  await cluster.api.waitFor(pathOf('root'), isReady, { seconds: 90, what: 'the root applied' });
  await Promise.all(
    cases.map(({ name }) => cluster.api.waitFor(pathOf(name), isSettled, { seconds: 90, what: `${name} settled` })),
  );
});

async function rendered(name: string): Promise<RenderedKustomization> {
  const result = await bed.renderer.kustomization(
    { kind: 'Kustomization', namespace, name },
    { state: bed.state, cluster: bed.inputs },
  );
  assert.equal(result.kind, 'Kustomization', `${name} is one object`);
  return result;
}

/** As the inventory names objects (fluxcd/cli-utils, object metadata). */
function inventoryId(object: ApiObject): string {
  const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '';
  const name =
    group === 'rbac.authorization.k8s.io' ? object.metadata.name.replaceAll(':', '__') : object.metadata.name;
  return `${object.metadata.namespace ?? ''}_${name}_${group}_${object.kind}`;
}

async function checkApplied({ name }: KustomizationCase): Promise<void> {
  const live = await cluster.api.get(pathOf(name));
  assert.equal(conditionOf(live, 'Ready')?.status, 'True', conditionOf(live, 'Ready')?.message);
  const { objects, notes } = await rendered(name);
  const real = objects.map((object) => object.real.reveal() as ApiObject);
  assert.deepEqual(real.map(inventoryId).sort(), [...inventoryIds(live)].sort(), 'the same objects');
  const changes = await Promise.all(real.map((object) => changesByApplying(cluster, object, 'kustomize-controller')));
  assert.deepEqual(changes.flat(), [], 'applied again, nothing would change');
  assert.deepEqual(
    notes.filter(({ severity }) => severity === 'approximate'),
    [],
    'nothing was guessed',
  );
}

async function checkFails(name: string, words: RegExp): Promise<void> {
  assert.match(await refusal(name), words);
  await assert.rejects(rendered(name), { message: words });
}

async function checkRefused(name: string, words: RegExp): Promise<void> {
  assert.match(await refusal(name), words);
  const { objects } = await rendered(name);
  const again = objects.map(({ real }) =>
    changesByApplying(cluster, real.reveal() as ApiObject, 'kustomize-controller'),
  );
  await assert.rejects(Promise.all(again), { message: words });
}

async function refusal(name: string): Promise<string> {
  const ready = conditionOf(await cluster.api.get(pathOf(name)), 'Ready');
  assert.equal(ready?.status, 'False');
  return ready.message ?? '';
}

/**
 * kustomize-controller asks for `sops` after it has written the object in full (`apply` in its kustomization_controller.go),
 * which has dropped that field: it puts what is encrypted into the cluster.
 */
async function checkEncrypted(name: string): Promise<void> {
  const { objects } = await rendered(name);
  assert(objects.length > 0 && objects.every(({ encrypted }) => encrypted === true));
  for (const { object } of objects) {
    const { metadata, data, stringData } = object as ApiObject & { readonly stringData?: object };
    const live = await cluster.api.get(`/api/v1/namespaces/${namespace}/secrets/${metadata.name}`);
    assert.deepEqual(Object.keys({ ...data, ...stringData }), Object.keys(live.data ?? {}));
    assert.equal(/ENC\[|sops/.test(JSON.stringify(object)), false, 'nothing of what is encrypted is shown');
  }
}

function check(each: KustomizationCase): Promise<void> {
  const { name, outcome } = each;
  if (outcome === undefined) {
    return checkApplied(each);
  }
  if ('fails' in outcome) {
    return checkFails(name, outcome.fails);
  }
  return 'refused' in outcome ? checkRefused(name, outcome.refused) : checkEncrypted(name);
}

for (const each of cases) {
  test(`what kustomize-controller applies is what is rendered: ${each.title}`, () => check(each));
}

test('what came from a Secret is masked in what is shown, and the rest is not', async () => {
  const { objects, variables } = await rendered('substitute-from');
  const shown = JSON.stringify(objects.map(({ object }) => object));
  for (const secret of Object.values(clusterVariables.secret)) {
    assert.equal(shown.includes(secret), false, 'no value of the Secret');
    assert.equal(JSON.stringify(variables).includes(secret), false, 'nor among the variables');
  }
  assert.match(shown, /"own":"own"/);
});
