/** What rendering asks of a cluster, over the embedded API server: objects, Secrets that stay sealed, artifacts that are kept. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { systemClock } from '../../../src/base/clock.ts';
import { Disposables } from '../../../src/base/disposables.ts';
import { type FailureReason, isFailure } from '../../../src/base/failure.ts';
import { LiveClusterInputs, type ClusterInputsParts } from '../../../src/cluster/clusterInputs.ts';
import { HttpClusterApi } from '../../../src/cluster/httpClusterApi.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import type { ClusterInputs } from '../../../src/render/desired.ts';
import { startApiServer } from '../../support/apiServer/apiServer.ts';
import { deployment, gitRepository, kustomization } from '../../support/builders.ts';
import { kubeconfigFile } from '../../support/kubeconfigFile.ts';
import { createTransport, loadKubeconfigs } from '../../../src/cluster/kubernetes.ts';
import { artifactOf, content, digestOf, podObject, serviceObject, source } from './artifactSetup.ts';
import { listen } from './transportSetup.ts';

const lifetime = new Disposables();
after(() => lifetime.dispose());

const canary = 'canary-5c1a9e';
const base64 = (bytes: string | Uint8Array): string => Buffer.from(bytes).toString('base64');

function dataObject(kind: string, name: string, more: object): KubernetesObject {
  return { apiVersion: 'v1', kind, metadata: { name, namespace: 'apps' }, ...more };
}

const objects: readonly KubernetesObject[] = [
  serviceObject(),
  podObject(),
  gitRepository('fleet', { namespace: 'flux-system' }),
  kustomization('apps', { namespace: 'flux-system' }),
  dataObject('ConfigMap', 'vars', {
    data: { cluster: 'home', 'values.yaml': 'a: 1\n', empty: '' },
    binaryData: { b: 'AAEC' },
  }),
  dataObject('ConfigMap', 'bare', {}),
  dataObject('Secret', 'vars', {
    type: 'Opaque',
    data: {
      password: base64(canary),
      umlaut: base64('grün\n'),
      empty: '',
      mark: base64('\uFEFFa'),
      keystore: base64(Uint8Array.of(0xfe, 0xed, 0xfe, 0xed)),
      ['__proto__']: base64('odd'),
    },
  }),
  dataObject('Secret', 'bare', {}),
];

const users = ['flux-system', 'apps'].map((namespace) => ({
  name: `of ${namespace}`,
  token: `token-${namespace}`,
  namespaces: [namespace],
}));

async function setUp(user = 'admin', more: Partial<ClusterInputsParts> = {}) {
  const server = await startApiServer({ objects, users });
  lifetime.add({ dispose: () => void server.close() });
  let asked = 0;
  const backend = await listen(lifetime, (_request, response) => {
    asked += 1;
    response.end(content);
  });
  lifetime.add(server.route('flux-system/pods/sc-0:9090', backend.port));
  const logged: string[] = [];
  const write = (line: string, cause?: unknown): void => void logged.push(line, inspect(cause, { depth: 9 }));
  const log = { debug: write, info: write, warn: write, error: write };
  const file = lifetime.add(kubeconfigFile(server.kubeconfig(user)));
  const options = { proxy: undefined, strictSSL: true, extraCAs: [], log, env: {} };
  const transport = createTransport(loadKubeconfigs([file.path]), 'homelab', options);
  const api = lifetime.add(new HttpClusterApi({ transport, log, clock: systemClock() }));
  // The contract that rendering is written against, which `cluster` may not import.
  const inputs = new LiveClusterInputs({ api, clock: systemClock(), log, ...more }) satisfies ClusterInputs;
  return {
    server,
    inputs,
    logged,
    paths: () => server.requests.map(({ path }) => path),
    asked: () => asked,
  };
}

function fails(promise: Promise<unknown>, reason: FailureReason, message = /./): Promise<void> {
  return assert.rejects(promise, (error) => isFailure(error, reason) && message.test(error.message));
}

test('the context is named', async () => {
  assert.equal((await setUp()).inputs.context, 'homelab');
});

test('a ConfigMap gives its texts, and no binary data: controllers read none', async () => {
  const { inputs } = await setUp();
  assert.deepEqual(await inputs.configMap('apps', 'vars'), { cluster: 'home', 'values.yaml': 'a: 1\n', empty: '' });
  assert.deepEqual(await inputs.configMap('apps', 'bare'), {});
});

test('a Secret gives its texts, decoded and sealed; what is no text is left out', async () => {
  const { inputs } = await setUp();
  const secret = await inputs.secret('apps', 'vars');
  assert.deepEqual(Object.entries(secret?.reveal() ?? {}).sort(), [
    ['__proto__', 'odd'],
    ['empty', ''],
    ['mark', '\uFEFFa'],
    ['password', canary],
    ['umlaut', 'grün\n'],
  ]);
  assert.equal(`${JSON.stringify(secret)} ${inspect(secret, { depth: 9, showHidden: true })}`.includes(canary), false);
  assert.deepEqual((await inputs.secret('apps', 'bare'))?.reveal(), {});
});

test('a Secret is read when it is asked for and by its name alone, and the log has nothing of it', async () => {
  const { inputs, paths, logged } = await setUp();
  await inputs.configMap('apps', 'vars');
  await inputs.fluxObject('GitRepository', 'flux-system', 'fleet');
  assert.equal(
    paths().some((path) => path.includes('/secrets')),
    false,
  );
  await inputs.secret('apps', 'vars');
  assert.deepEqual(
    paths().filter((path) => path.includes('/secrets')),
    ['/api/v1/namespaces/apps/secrets/vars'],
  );
  const text = logged.join('\n');
  assert.match(text, /GET \/api\/v1\/namespaces\/apps\/secrets\/vars 200/);
  assert.equal(text.includes(canary) || text.includes(base64(canary)), false);
});

test('a Flux object is found in the version that is served', async () => {
  const { inputs, server } = await setUp();
  assert.equal((await inputs.fluxObject('Kustomization', 'flux-system', 'apps'))?.metadata.name, 'apps');
  server.unserve({ group: 'source.toolkit.fluxcd.io', kind: 'Bucket' });
  assert.equal(await inputs.fluxObject('Bucket', 'flux-system', 'fleet'), undefined);
  await fails(inputs.fluxObject('Deployment', 'apps', 'x'), 'invalid', /^Deployment is no kind of Flux$/);
});

const absent: readonly (readonly [name: string, namespace: string, object: string, asked: boolean])[] = [
  ['another name', 'apps', 'other', true],
  ['another namespace', 'nowhere', 'vars', true],
  ['an empty name, which would ask for all', 'apps', '', false],
  ['an empty namespace', '', 'vars', false],
  ['dots that lead up', '..', '..', false],
  ['a path', 'apps/secrets', 'vars/status', false],
  ['capitals', 'apps', 'Vars', false],
  ['a variable that was not resolved', 'apps', '${name}', false],
];
for (const [name, namespace, object, asked] of absent) {
  test(`no such object: ${name}`, async () => {
    const { inputs, server } = await setUp();
    assert.equal(await inputs.secret(namespace, object), undefined);
    assert.equal(await inputs.configMap(namespace, object), undefined);
    assert.equal(server.requests.length > 0, asked);
    assert.equal(await inputs.fluxObject('GitRepository', namespace, object), undefined);
  });
}

test('what may not be read is a failure, not an absence', async () => {
  const { inputs } = await setUp('viewer');
  await fails(inputs.secret('apps', 'vars'), 'forbidden', /User "viewer" cannot get resource "secrets"/);
  assert.ok(await inputs.configMap('apps', 'vars'));
});

test('each call can be cancelled', async () => {
  const { inputs } = await setUp();
  const signal = AbortSignal.abort();
  await fails(inputs.configMap('apps', 'vars', signal), 'cancelled');
  await fails(inputs.secret('apps', 'vars', signal), 'cancelled');
  await fails(inputs.fluxObject('GitRepository', 'flux-system', 'fleet', signal), 'cancelled');
  await fails(inputs.capabilities(signal), 'cancelled');
  await fails(inputs.strictSubstitution(signal), 'cancelled');
  await fails(inputs.artifact(source, artifactOf(content), signal), 'cancelled');
});

test('capabilities are those of the server', async () => {
  const { inputs } = await setUp();
  const { kubeVersion, apiVersions } = await inputs.capabilities();
  assert.equal(kubeVersion, 'v1.36.3');
  for (const name of ['v1', 'v1/Secret', 'apps/v1', 'apps/v1/Deployment', 'helm.toolkit.fluxcd.io/v2/HelmRelease']) {
    assert.ok(apiVersions.includes(name), name);
  }
});

// Strictness

function kustomizeController(namespace: string, gates: string): KubernetesObject {
  const labels = { 'app.kubernetes.io/part-of': 'flux' };
  const made = deployment('kustomize-controller', { namespace, labels, image: 'kc:v1.9.4' });
  const manager = { name: 'manager', image: 'kc:v1.9.4', args: [`--feature-gates=${gates}`] };
  return { ...made, spec: { ...made.spec, template: { spec: { containers: [manager] } } } };
}

test('how strict kustomize-controller is, is read of its Deployment, wherever that is', async () => {
  const { inputs, server } = await setUp();
  assert.equal(await inputs.strictSubstitution(), undefined);
  server.put(kustomizeController('gitops', 'StrictPostBuildSubstitutions=false'));
  assert.equal(await inputs.strictSubstitution(), false);
});

test('who may not list Deployments everywhere reads those of flux-system, and is told where that may not be either', async () => {
  for (const namespace of ['flux-system', 'apps']) {
    const { inputs, server } = await setUp(`of ${namespace}`);
    server.put(kustomizeController('flux-system', 'StrictPostBuildSubstitutions=false'));
    const asked = inputs.strictSubstitution();
    if (namespace === 'flux-system') {
      assert.equal(await asked, false);
    } else {
      await fails(asked, 'forbidden', /deployments/);
    }
  }
});

// Artifacts

test('an artifact is downloaded once, and kept for whoever asks for the same content', async () => {
  const { inputs, asked } = await setUp();
  const first = await inputs.artifact(source, artifactOf(content));
  const second = await inputs.artifact(source, artifactOf(content, { revision: 'main@sha1:0000000' }));
  assert.equal(asked(), 1);
  assert.equal(second.bytes, first.bytes);
  assert.deepEqual([first.revision, second.revision], ['main@sha1:5f2c1a9', 'main@sha1:0000000']);
});

test('an artifact that could not be checked is not kept', async () => {
  const { inputs, asked } = await setUp();
  for (const digest of ['', 'blake3:00']) {
    const artifact = artifactOf(content, { digest });
    assert.equal((await inputs.artifact(source, artifact)).verified, false);
    assert.equal((await inputs.artifact(source, artifact)).verified, false);
  }
  assert.equal(asked(), 4);
});

test('more is not kept than may be, and what was used last is', async () => {
  const { inputs, asked } = await setUp('admin', { keptBytes: content.length * 2 });
  const digests = ['sha256', 'sha1', 'sha512'].map((algorithm) =>
    artifactOf(content, { digest: digestOf(content, algorithm) }),
  );
  const [a, b, c] = digests as [(typeof digests)[0], (typeof digests)[0], (typeof digests)[0]];
  for (const [artifact, count] of [
    [a, 1],
    [b, 2],
    [a, 2],
    [c, 3], // b goes
    [a, 3],
    [c, 3],
    [b, 4],
  ] as const) {
    await inputs.artifact(source, artifact);
    assert.equal(asked(), count);
  }
});

test('an artifact larger than all that is kept is given and not kept', async () => {
  const { inputs, asked } = await setUp('admin', { keptBytes: 10 });
  await inputs.artifact(source, artifactOf(content));
  await inputs.artifact(source, artifactOf(content));
  assert.equal(asked(), 2);
});
