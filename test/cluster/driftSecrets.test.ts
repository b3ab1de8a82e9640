/**
 * Nothing that `driftline diff` says of a real cluster holds a Secret: neither of a parent, whatever a child or a chart has made of it,
 * nor one that a suspended Kustomization names no more.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { buildEngine } from '../../scripts/buildEngine.ts';
import { buildBundles } from '../../scripts/bundles.ts';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { chartFiles } from '../engine/cliRepository.ts';
import { runCli } from '../engine/cliSetup.ts';
import { fluxPath, isReady } from './fluxObjects.ts';
import { applyManifest, clusterForTests, newNamespace, pushFiles } from './support.ts';

const cluster = await clusterForTests();
const namespace = await newNamespace(cluster, 'drift-secrets');
const url = `${cluster.gitUrl}/${namespace}.git`;
const canary = 'Canary-4c1d-Swordfish';
/** Pieces of it in small letters, and what a chart makes of it. */
const silent = /canary-4|4c1d|swordfis/i;

function kustomization(name: string, path: string, postBuild: string): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  interval: 1h
  path: ${path}
  prune: true
  targetNamespace: ${namespace}
  sourceRef: { kind: GitRepository, name: fleet }
  postBuild: ${postBuild}
`;
}

const sync = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: fleet, namespace: ${namespace} }
spec: { interval: 1h, url: "${url}", ref: { branch: main } }
---
${kustomization('root', './root', '{ substituteFrom: [{ kind: Secret, name: vars }] }')}`;

const release = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: hello }
spec:
  interval: 1h
  releaseName: hello
  chart: { spec: { chart: ./charts/hello, sourceRef: { kind: GitRepository, name: fleet } } }
  values: { token: "\${TOKEN}", level: info }
`;

function configMap(name: string, data: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: ${data}\n`;
}

const files = {
  'root/child.yaml': kustomization('child', './child', '{ substitute: { X: "${TOKEN}", LEVEL: info } }'),
  'root/lost.yaml': kustomization('lost', './lost', '{ substituteFrom: [{ kind: Secret, name: vars }] }'),
  'root/release.yaml': release,
  'child/settings.yaml': configMap(
    'child',
    '{ a: "${X}", b: "${X^^}", c: "${X,,}", d: "${X:0:11}", e: "${X:7}", plain: "${LEVEL}" }',
  ),
  'lost/settings.yaml': configMap('lost', '{ host: "${TOKEN:=none}", plain: one }'),
  ...Object.fromEntries(
    Object.entries(
      chartFiles(
        `${configMap('hello', '').trim()}\n  a: {{ .Values.token | upper | quote }}\n  b: {{ .Values.token | trunc 11 | quote }}\n  c: {{ .Values.token | sha256sum | quote }}\n  plain: {{ .Values.level }}\n`,
      ),
    ).map(([path, text]) => [`charts/hello/${path}`, text]),
  ),
};

const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
const folders = { program: '', elsewhere: '' };

before(async () => {
  await mkdir(join(projectRoot, 'out'), { recursive: true });
  folders.program = await mkdtemp(join(projectRoot, 'out', 'drift-secrets-'));
  folders.elsewhere = await mkdtemp(join(tmpdir(), 'driftline-elsewhere-'));
  await buildBundles({ production: true, folder: folders.program, log: () => undefined, engine: await buildEngine() });
  await applyManifest(
    cluster,
    `apiVersion: v1\nkind: Secret\nmetadata: { name: vars, namespace: ${namespace} }\nstringData: { TOKEN: ${canary} }\n`,
  );
  await pushFiles(cluster, namespace, files);
  await applyManifest(cluster, sync);
  for (const name of ['root', 'child', 'lost']) {
    await cluster.api.waitFor(fluxPath('Kustomization', `${namespace}/${name}`), isReady, { seconds: 120 });
  }
  await cluster.api.waitFor(fluxPath('HelmRelease', `${namespace}/hello`), isReady, { seconds: 120 });
});
after(async () => {
  await rm(folders.program, { recursive: true, force: true });
  await rm(folders.elsewhere, { recursive: true, force: true });
});

/** In both forms, of which none may hold it; gives the text. */
async function told(target: string): Promise<string> {
  const run = (form: string) =>
    runCli(['diff', target, '-n', namespace, '-o', form, '--kubeconfig', cluster.kubeconfig], {
      folder: folders.elsewhere,
      program: join(folders.program, 'cli.cjs'),
    });
  const [text, json] = [await run('text'), await run('json')];
  for (const { code, output, messages } of [text, json]) {
    assert.equal(code, 1, messages + output);
    assert.doesNotMatch(output + messages, silent);
  }
  return text.output;
}

test('what a child has made of its parent’s Secret', async () => {
  const data = { a: `other ${canary}`, b: canary.toUpperCase().slice(3), plain: 'by-hand' };
  await cluster.api.patch(`${configMaps}/child`, { data });
  // That its value is masked too is right: the Secret is so young that the parent may have applied another before.
  assert.match(await told('ks/child'), /^ {2}replace data\.plain \(written by kubectl/m);
});

test('what a chart has made of a parent’s Secret', async () => {
  const live = await cluster.api.get(`${configMaps}/hello`);
  assert.match(JSON.stringify(live), /CANARY-4C1D-SWORDFISH/, 'the chart has it');
  await cluster.api.patch(`${configMaps}/hello`, { data: { plain: 'by-hand' } });
  assert.match(await told('hr/hello'), /^ {2}replace data\.plain \(written by kubectl/m);
});

test('what a Kustomization substituted from a Secret that it names no more, suspended before it applied that', async () => {
  const path = fluxPath('Kustomization', `${namespace}/lost`);
  await cluster.api.patch(path, { spec: { suspend: true, postBuild: null } });
  await cluster.api.patch(`${configMaps}/lost`, { data: { plain: 'by-hand' } });
  const text = await told('ks/lost');
  assert.match(text, /^-\s+plain: by-hand$/m);
  assert.match(text, /^\+\s+plain: one$/m);
});
