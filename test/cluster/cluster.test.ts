/** What every other cluster test relies on: the controllers work, sources can be had, each user may what they may. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { fluxKinds } from '../../src/flux/kinds.ts';
import { listProcesses } from '../../scripts/processes.ts';
import { controllerNames } from './build.ts';
import { conditionOf, fluxPath, inventoryIds, isReady } from './fluxObjects.ts';
import { applyManifest, clusterForTests, newNamespace, pushFiles } from './support.ts';
import { type UserName } from './users.ts';

const cluster = await clusterForTests();
const run = promisify(execFile);

test('the controllers are there as in an installation, and say that they are healthy', async () => {
  const selector = encodeURIComponent('app.kubernetes.io/part-of=flux');
  const { items } = await cluster.api.list(
    `/apis/apps/v1/namespaces/flux-system/deployments?labelSelector=${selector}`,
  );
  assert.deepEqual(items.map(({ metadata }) => metadata.name).sort(), [...controllerNames].sort());
  for (const deployment of items) {
    const labels = deployment.metadata.labels ?? {};
    assert.equal(labels['app.kubernetes.io/version'], `v${cluster.versions.flux}`);
    await cluster.api.waitFor(
      `/apis/apps/v1/namespaces/flux-system/deployments/${deployment.metadata.name}`,
      (object) => conditionOf(object, 'Available')?.status === 'True',
    );
  }
  await cluster.exec('flux', 'check');
});

test('the versions are the pinned ones', async () => {
  const version = await cluster.api.get('/version');
  assert.equal(version['gitVersion'], `v${cluster.versions.kubernetes}`);
  assert.match(await cluster.exec('flux', 'version', '--client'), new RegExp(`v${cluster.versions.flux}`));
  assert.match(await cluster.exec('helm', 'version', '--short'), new RegExp(`v${cluster.versions.helm}`));
});

test('a controller can be scaled away, and the cluster says so', async () => {
  // helm-controller's stand-in: nobody else's test looks at it while it is gone, and the process itself works on.
  const path = '/apis/apps/v1/namespaces/flux-system/deployments/helm-controller';
  await cluster.exec('kubectl', 'scale', '-n', 'flux-system', 'deployment/helm-controller', '--replicas=0');
  try {
    await cluster.api.waitFor(path, (object) => object?.status?.replicas === undefined);
  } finally {
    await cluster.exec('kubectl', 'scale', '-n', 'flux-system', 'deployment/helm-controller', '--replicas=1');
  }
  await cluster.api.waitFor(path, (object) => object?.status?.readyReplicas === 1);
});

test('a Kustomization applies a commit, and prunes what the next commit leaves out', async () => {
  const namespace = await newNamespace(cluster, 'prune');
  const config = (name: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\ndata:\n  of: ${name}\n`;
  const first = await pushFiles(cluster, namespace, { 'app/one.yaml': config('one'), 'app/two.yaml': config('two') });
  await applyManifest(cluster, gitAndKustomization(namespace, `${cluster.gitUrl}/${namespace}`));
  const path = fluxPath('Kustomization', `${namespace}/app`);
  await cluster.api.waitFor(path, isReady);
  const applied = await cluster.api.get(path);
  assert.equal(applied.status?.lastAppliedRevision, `main@sha1:${first}`);
  assert.deepEqual(inventoryIds(applied), [`${namespace}_one__ConfigMap`, `${namespace}_two__ConfigMap`]);

  await pushFiles(cluster, namespace, { 'app/one.yaml': config('one') });
  await cluster.exec('flux', 'reconcile', 'kustomization', 'app', '-n', namespace, '--with-source');
  const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
  assert.equal(await cluster.api.find(`${configMaps}/two`), undefined);
  assert.equal((await cluster.api.get(`${configMaps}/one`)).data?.of, 'one');
});

test('the same history has the same hash, wherever it is pushed', async () => {
  const files = { 'a.yaml': 'a: 1\n' };
  assert.equal(await pushFiles(cluster, 'same-one', files), await pushFiles(cluster, 'same-two', files));
});

test('git clones a repository as from any host', async () => {
  const commit = await pushFiles(cluster, 'cloned', { 'deep/file.txt': 'text\n' });
  const folder = await mkdtemp(join(cluster.folder, 'home', 'clone-'));
  try {
    await run('git', ['clone', '--quiet', `${cluster.gitUrl}/cloned.git`, folder]);
    assert.equal(await readFile(join(folder, 'deep', 'file.txt'), 'utf8'), 'text\n');
    assert.equal((await run('git', ['-C', folder, 'rev-parse', 'HEAD'])).stdout.trim(), commit);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('charts come from the Helm repository and from the registry', async () => {
  const namespace = await newNamespace(cluster, 'charts');
  const chart = join(import.meta.dirname, 'charts', 'reloader');
  await cluster.publishChart(chart);
  await cluster.publishChart(chart, `oci://${cluster.ociHost}/charts`, '9.9.9');
  await applyManifest(
    cluster,
    `
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: { name: http, namespace: ${namespace} }
spec: { interval: 1h, url: "${cluster.helmUrl}" }
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: { name: oci, namespace: ${namespace} }
spec: { interval: 1h, url: "oci://${cluster.ociHost}/charts/reloader", insecure: true, ref: { semver: ">=9.0.0" } }
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmChart
metadata: { name: chart, namespace: ${namespace} }
spec: { interval: 1h, chart: reloader, sourceRef: { kind: HelmRepository, name: http } }
`,
  );
  const revision = async (kind: string, name: string) =>
    (await cluster.api.waitFor(fluxPath(kind, `${namespace}/${name}`), isReady))?.status?.artifact?.revision ?? '';
  assert.equal(await revision('HelmChart', 'chart'), '2.2.3');
  assert.match(await revision('OCIRepository', 'oci'), /^9\.9\.9@sha256:/);
});

test('a host that is not mirrored cannot be reached, whatever a repository asks for', async () => {
  const namespace = await newNamespace(cluster, 'outside');
  await applyManifest(cluster, gitAndKustomization(namespace, 'https://gitlab.example.com/team/repository'));
  const path = fluxPath('GitRepository', `${namespace}/source`);
  const failed = await cluster.api.waitFor(path, (object) => conditionOf(object, 'Ready')?.status === 'False');
  assert.match(conditionOf(failed, 'Ready')?.message ?? '', /Bad Gateway/);
});

/** What each user is answered: GET unless another method is named. */
const rights: readonly (readonly [user: UserName, request: string, status: number])[] = [
  ['viewer', '/apis/helm.toolkit.fluxcd.io/v2/helmreleases', 200],
  ['viewer', '/apis/source.toolkit.fluxcd.io/v1/ocirepositories', 200],
  ['viewer', '/apis/apps/v1/deployments', 200],
  ['viewer', '/api/v1/secrets', 403],
  ['viewer', '/api/v1/namespaces/flux-system/secrets/any', 403],
  ['viewer', 'PATCH /apis/apps/v1/namespaces/flux-system/deployments/source-controller', 403],
  ['viewer', 'PATCH /apis/helm.toolkit.fluxcd.io/v2/namespaces/default/helmreleases/any', 403],
  ['partial', '/apis/source.toolkit.fluxcd.io/v1/ocirepositories', 403],
  ['partial', '/apis/source.toolkit.fluxcd.io/v1/gitrepositories', 200],
  ['partial', '/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations', 200],
  ['tenant', '/apis/helm.toolkit.fluxcd.io/v2/helmreleases', 403],
  ['tenant', '/api/v1/namespaces', 403],
  ['tenant', '/apis/helm.toolkit.fluxcd.io/v2/namespaces/default/helmreleases', 403],
  ['tenant', '/apis/helm.toolkit.fluxcd.io/v2/namespaces/tenant-a/helmreleases', 200],
  ['tenant', '/apis/helm.toolkit.fluxcd.io/v2/namespaces/tenant-b/helmreleases', 200],
  ['tenant', '/api/v1/namespaces/tenant-a/secrets', 403],
  ['tenant', 'PATCH /apis/helm.toolkit.fluxcd.io/v2/namespaces/tenant-a/helmreleases/any', 404],
  ['nobody', '/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations', 403],
  ['nobody', '/version', 200],
  ['admin', '/api/v1/secrets', 200],
];

for (const [user, request, status] of rights) {
  test(`${user} is answered ${status} for ${request}`, async () => {
    const [path, method = 'GET'] = request.split(' ').reverse();
    const patch = { body: { metadata: { annotations: { a: 'b' } } }, type: 'application/merge-patch+json' };
    const answer = await cluster.as(user).send(method, path ?? '', method === 'PATCH' ? patch : {});
    assert.equal(answer.status, status, answer.text.slice(0, 300));
  });
}

test("every user's kubeconfig works as it is, and a wrong token does not", async () => {
  for (const [user, file] of Object.entries(cluster.kubeconfigs)) {
    const who = await cluster.exec(
      'kubectl',
      '--kubeconfig',
      file,
      'auth',
      'whoami',
      '-o',
      'jsonpath={.status.userInfo.username}',
    );
    assert.equal(who, user);
  }
  await assert.rejects(
    cluster.exec('kubectl', '--token=wrong', '--kubeconfig', cluster.kubeconfigs.nobody, 'get', 'pods'),
  );
});

test('every Flux kind that has a controller here is served', async () => {
  for (const kind of fluxKinds) {
    const path = fluxPath(kind.kind, 'flux-system/any');
    const answer = await cluster.api.send('GET', path);
    assert.equal(answer.status, 404);
    assert.match(answer.text, /"reason":"NotFound"/, `${kind.kind}: the object is missing, not the kind`);
  }
});

test('logs and artifacts come through the API server, as from pods', async () => {
  const namespace = await newNamespace(cluster, 'artifact');
  await pushFiles(cluster, namespace, { 'app/kustomization.yaml': 'resources: []\n' });
  await applyManifest(cluster, gitAndKustomization(namespace, `${cluster.gitUrl}/${namespace}`));
  const source = await cluster.api.waitFor(fluxPath('GitRepository', `${namespace}/source`), isReady);
  const { url, path, size } = source?.status?.artifact as { url: string; path: string; size: number };
  assert.match(url, /^http:\/\/source-controller\.flux-system\.svc\.cluster\.local\.\//);

  const logs = await cluster.exec('kubectl', 'logs', '-n', 'flux-system', 'deployment/source-controller', '--tail=500');
  assert.match(
    logs,
    new RegExp(`stored artifact.*"namespace":"${namespace}"|"namespace":"${namespace}".*stored artifact`),
  );

  const proxied = `/api/v1/namespaces/flux-system/services/http:source-controller:80/proxy/${path}`;
  assert.equal((await cluster.api.send('GET', proxied)).status, 200);

  const program = join(cluster.programs, 'controlplane');
  const forward = spawn(program, ['kubectl', 'port-forward', '-n', 'flux-system', 'service/source-controller', ':80'], {
    // kubectl keeps a cache below HOME, and without one in the working directory.
    env: { PATH: process.env['PATH'], KUBECONFIG: cluster.kubeconfig, HOME: join(cluster.folder, 'home') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const port = await portOf(forward);
    const fetched = await fetch(`http://127.0.0.1:${port}/${path}`);
    assert.equal((await fetched.arrayBuffer()).byteLength, size);
  } finally {
    forward.kill();
    await once(forward, 'exit');
  }
});

test('everything listens on loopback only', () => {
  const pids = listProcesses()
    .filter(({ pid, parent }) => pid === cluster.pid || parent === cluster.pid)
    .map(({ pid }) => pid);
  const addresses = pids.flatMap(listeningAddresses);
  assert.ok(addresses.length > 10, 'the listening sockets were found');
  // /proc/net/tcp writes addresses as little-endian hexadecimal.
  assert.deepEqual([...new Set(addresses)], ['0100007F']);
});

function gitAndKustomization(namespace: string, url: string): string {
  return `
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: source, namespace: ${namespace} }
spec: { interval: 1h, timeout: 10s, url: "${url}", ref: { branch: main } }
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: app, namespace: ${namespace} }
spec: { interval: 1h, prune: true, path: ./app, sourceRef: { kind: GitRepository, name: source } }
`;
}

async function portOf(forward: ChildProcess): Promise<string> {
  const [line] = (await once(forward.stdout!, 'data')) as [Buffer];
  const port = /127\.0\.0\.1:(\d+)/.exec(line.toString())?.[1];
  assert(port !== undefined, line.toString());
  return port;
}

/** Local addresses of a process's listening TCP sockets, from /proc. */
function listeningAddresses(pid: number): string[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.slice(1, 2) ?? [];
      } catch {
        return []; // closed between the listing and the look
      }
    }),
  );
  const listening = '0A';
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === listening && inodes.has(fields[9] ?? ''))
      .map((fields) => (fields[1] ?? '').split(':')[0] ?? ''),
  );
}
