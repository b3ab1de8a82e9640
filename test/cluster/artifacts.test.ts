/**
 * What rendering asks of a cluster, on a real API server: artifacts by port-forward and through the Service proxy, the words of
 * a refusal, and what templates see of the cluster, compared with what Helm itself sees.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { systemClock } from '../../src/base/clock.ts';
import { type FailureReason, isFailure } from '../../src/base/failure.ts';
import { readCapabilities } from '../../src/cluster/capabilities.ts';
import { LiveClusterInputs } from '../../src/cluster/clusterInputs.ts';
import { HttpClusterApi } from '../../src/cluster/httpClusterApi.ts';
import { Kubeconfig } from '../../src/cluster/kubeconfig.ts';
import { createTransport } from '../../src/cluster/kubernetes.ts';
import type { Artifact, FluxObject } from '../../src/flux/objects.ts';
import { fluxPath, isReady } from './fluxObjects.ts';
import { applyManifest, clusterForTests, newNamespace, pushFiles } from './support.ts';

// Hooks run in the order of their making, and the cluster may end with the one that `clusterForTests` makes.
const endings: (() => Promise<void> | void)[] = [];
after(async () => {
  for (const end of endings) {
    await end();
  }
});
const cluster = await clusterForTests();

interface Reader {
  readonly inputs: LiveClusterInputs;
  /** One line for each request and each way that was tried. */
  readonly logged: readonly string[];
}

/** The inputs as a user has them; `as` is one that the administrator speaks for, with roles of this file alone. */
function readerOf(user: 'admin' | 'viewer', as?: string): Reader {
  const content = JSON.parse(readFileSync(cluster.kubeconfigs[user], 'utf8')) as { users: { user: object }[] };
  const users = content.users.map((entry) => ({
    ...entry,
    user: { ...entry.user, ...(as === undefined ? {} : { as }) },
  }));
  const logged: string[] = [];
  const write = (line: string): void => void logged.push(line);
  const log = { debug: write, info: write, warn: write, error: write };
  const kubeconfig = new Kubeconfig([{ file: 'config', content: { ...content, users } }]);
  const options = { proxy: undefined, strictSSL: true, extraCAs: [], log, env: {} };
  const transport = createTransport(kubeconfig, cluster.context, options);
  const api = new HttpClusterApi({ transport, log, clock: systemClock() });
  endings.push(() => api.dispose());
  // Nothing is kept: each test is about a download of its own.
  return { inputs: new LiveClusterInputs({ api, clock: systemClock(), log, keptBytes: 0 }), logged };
}

const kinds = ['GitRepository', 'HelmChart', 'OCIRepository'] as const;
const largeFile = randomBytes(6_000_000);
const users = { forward: 'artifacts-by-forward', proxy: 'artifacts-by-proxy', old: 'artifacts-by-old-forward' };
let namespace: string;
let work: string;

/** Who may only port-forward, who may only use the proxy, and who has the rights that were enough before Kubernetes 1.35. */
function roles(): string {
  const look = '{ apiGroups: [""], resources: [services, pods], verbs: [get, list] }';
  const rules = {
    [users.forward]: [look, '{ apiGroups: [""], resources: [pods/portforward], verbs: [get, create] }'],
    [users.proxy]: [look, '{ apiGroups: [""], resources: [services/proxy], verbs: [get] }'],
    [users.old]: [look, '{ apiGroups: [""], resources: [pods/portforward], verbs: [get] }'],
  };
  const source = '{ apiGroups: [source.toolkit.fluxcd.io], resources: ["*"], verbs: [get] }';
  const api = 'apiVersion: rbac.authorization.k8s.io/v1';
  const bind = (user: string, role: string, place: string): string => `
${api}
kind: Role
metadata: { name: ${role}, namespace: ${place} }
rules: [${(place === 'flux-system' ? rules[user] : [source])?.join(', ')}]
---
${api}
kind: RoleBinding
metadata: { name: ${role}, namespace: ${place} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${role} }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: ${user} }]
`;
  return Object.values(users)
    .flatMap((user) => [bind(user, user, 'flux-system'), bind(user, user, namespace)])
    .join('---');
}

async function removeRoles(): Promise<void> {
  const place = '/apis/rbac.authorization.k8s.io/v1/namespaces/flux-system';
  for (const user of Object.values(users)) {
    await cluster.api.remove(`${place}/roles/${user}`);
    await cluster.api.remove(`${place}/rolebindings/${user}`);
  }
}

before(async () => {
  namespace = await newNamespace(cluster, 'artifacts');
  work = mkdtempSync(join(cluster.folder, 'home', 'artifacts-'));
  endings.push(() => rmSync(work, { recursive: true, force: true }), removeRoles);
  await pushFiles(cluster, namespace, {
    'app/one.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: one }\n`,
    'large.bin': largeFile.toString('latin1'),
  });
  const chart = join(projectRoot, 'test', 'cluster', 'charts', 'loki-canary');
  await cluster.publishChart(chart, cluster.helmUrl, '1.2.3');
  await cluster.publishChart(chart, `oci://${cluster.ociHost}/${namespace}`, '1.2.3');
  const source = (kind: string, name: string, spec: string): string =>
    `apiVersion: source.toolkit.fluxcd.io/v1\nkind: ${kind}\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec: ${spec}\n`;
  const oci = `url: "oci://${cluster.ociHost}/${namespace}/loki-canary", insecure: true, ref: { tag: 1.2.3 }`;
  const layer = 'layerSelector: { mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip, operation: copy }';
  await applyManifest(
    cluster,
    [
      source(
        'GitRepository',
        'source',
        `{ interval: 1h, url: "${cluster.gitUrl}/${namespace}", ref: { branch: main } }`,
      ),
      source('HelmRepository', 'charts', `{ interval: 1h, url: "${cluster.helmUrl}" }`),
      source(
        'HelmChart',
        'source',
        '{ interval: 1h, chart: loki-canary, version: 1.2.3, sourceRef: { kind: HelmRepository, name: charts } }',
      ),
      source('OCIRepository', 'source', `{ interval: 1h, ${oci}, ${layer} }`),
      roles(),
    ].join('---\n'),
  );
  for (const kind of kinds) {
    await cluster.api.waitFor(fluxPath(kind, `${namespace}/source`), isReady);
  }
});
async function sourceOf(reader: Reader, kind: string): Promise<{ source: FluxObject; artifact: Artifact }> {
  const source = await reader.inputs.fluxObject(kind, namespace, 'source');
  const artifact = source?.status?.artifact;
  assert.ok(artifact, `${kind} has an artifact`);
  return { source, artifact };
}

async function checkDownload(reader: Reader, kind: (typeof kinds)[number], way: RegExp): Promise<void> {
  const { source, artifact } = await sourceOf(reader, kind);
  const fetched = await reader.inputs.artifact(source, artifact);
  assert.equal(fetched.digest, artifact.digest);
  assert.equal(fetched.revision, artifact.revision);
  assert.equal(fetched.bytes.length, artifact.size);
  assert.equal(fetched.verified, undefined);
  const unpacked = gunzipSync(fetched.bytes);
  assert.ok(unpacked.includes(kind === 'GitRepository' ? 'app/one.yaml' : 'loki-canary/Chart.yaml'));
  assert.match(reader.logged.at(-1) ?? '', way);
}

function fails(promise: Promise<unknown>, reason: FailureReason, message: RegExp): Promise<void> {
  return assert.rejects(promise, (error) => {
    assert.ok(isFailure(error, reason), `a Failure ${reason}, not ${String(error)}`);
    assert.match(error.message, message);
    return true;
  });
}

for (const kind of kinds) {
  test(`the artifact of a ${kind} by port-forward`, () =>
    checkDownload(readerOf('admin'), kind, /by port-forward: \d+ bytes/));
  test(`the artifact of a ${kind} through the Service proxy, for who may not port-forward`, () =>
    checkDownload(readerOf('admin', users.proxy), kind, /by the Service proxy: \d+ bytes/));
}

test('get and create of pods/portforward are enough', () =>
  checkDownload(readerOf('admin', users.forward), 'GitRepository', /by port-forward: \d+ bytes/));

test('get alone was enough for older servers; this one asks for create', async () => {
  const reader = readerOf('admin', users.old);
  const { source, artifact } = await sourceOf(reader, 'GitRepository');
  await fails(
    reader.inputs.artifact(source, artifact),
    'forbidden',
    /you may neither create pods\/portforward nor get services\/proxy in the namespace flux-system$/,
  );
});

test('a viewer is told which rights are missing', async () => {
  const reader = readerOf('viewer');
  const { source, artifact } = await sourceOf(reader, 'GitRepository');
  await fails(
    reader.inputs.artifact(source, artifact),
    'forbidden',
    /^the artifact of GitRepository artifacts-\w+\/source cannot be downloaded: you may neither get pods\/portforward nor get services\/proxy in the namespace flux-system$/,
  );
});

for (const [way, user] of [
  ['port-forward', users.forward],
  ['the Service proxy', users.proxy],
] as const) {
  test(`an artifact that is gone is told by ${way}`, async () => {
    const reader = readerOf('admin', user);
    const { source, artifact } = await sourceOf(reader, 'GitRepository');
    const url = (artifact.url ?? '').replace(/[^/]+\.tar\.gz$/, `${'0'.repeat(40)}.tar.gz`);
    await fails(
      reader.inputs.artifact(source, { ...artifact, url }),
      way === 'port-forward' ? 'notFound' : 'forbidden',
      /gone|404/,
    );
  });
}

test('many downloads at once, each whole', async () => {
  const reader = readerOf('admin');
  const { source, artifact } = await sourceOf(reader, 'GitRepository');
  const all = await Promise.all(Array.from({ length: 6 }, () => reader.inputs.artifact(source, artifact)));
  assert.deepEqual([...new Set(all.map(({ digest }) => digest))], [artifact.digest]);
});

test('a download can be cancelled on its way', async () => {
  const reader = readerOf('admin');
  const { source, artifact } = await sourceOf(reader, 'GitRepository');
  const cancel = new AbortController();
  const fetching = reader.inputs.artifact(source, artifact, cancel.signal);
  setImmediate(() => cancel.abort());
  await fails(fetching, 'cancelled', /./);
});

test('templates see the same of the cluster as Helm shows them, whichever way the server is asked', async () => {
  const chart = join(work, 'capabilities');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: capabilities\nversion: 1.0.0\n');
  writeFileSync(
    join(chart, 'templates', 'NOTES.txt'),
    '{{ dict "kubeVersion" .Capabilities.KubeVersion.Version "apiVersions" (.Capabilities.APIVersions | sortAlpha) | toJson }}',
  );
  const output = await cluster.exec('helm', 'install', 'x', chart, '--dry-run=server', '-n', namespace, '-o', 'json');
  const { info } = JSON.parse(output) as { info: { notes: string } };
  const expected: unknown = JSON.parse(info.notes);
  const { inputs } = readerOf('admin');
  assert.deepEqual(await inputs.capabilities(), expected);
  // As a server before 1.26 would answer.
  const plain = await readCapabilities((path) => cluster.api.get(path), new AbortController().signal);
  assert.deepEqual(plain, expected);
});

test('a viewer sees the same of the cluster', async () => {
  assert.deepEqual(await readerOf('viewer').inputs.capabilities(), await readerOf('admin').inputs.capabilities());
});

test('a Secret is read sealed, by who may, and is in no line of the log', async () => {
  const canary = 'canary-d41f';
  await applyManifest(
    cluster,
    `apiVersion: v1\nkind: Secret\nmetadata: { name: vars, namespace: ${namespace} }\nstringData: { password: ${canary} }\n`,
  );
  const admin = readerOf('admin');
  assert.deepEqual((await admin.inputs.secret(namespace, 'vars'))?.reveal(), { password: canary });
  assert.equal(admin.logged.join('\n').includes(canary), false);
  await fails(readerOf('viewer').inputs.secret(namespace, 'vars'), 'forbidden', /cannot get resource "secrets"/);
});
