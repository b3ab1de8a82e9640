/**
 * `driftline diff` as its users run it: the built program, a clone of a repository, and a real cluster with the real controllers,
 * which afterwards do what it said.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { buildEngine } from '../../scripts/buildEngine.ts';
import { buildBundles } from '../../scripts/bundles.ts';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { chartFiles, helloTemplate } from '../engine/cliRepository.ts';
import { type Ended, runCli } from '../engine/cliSetup.ts';
import { fluxPath, isReady, requestReconcile } from './fluxObjects.ts';
import { applyManifest, clusterForTests, newNamespace, pushFiles } from './support.ts';

const cluster = await clusterForTests();
const namespace = await newNamespace(cluster, 'drift-cli');
const url = `${cluster.gitUrl}/${namespace}.git`;
const canary = 'canary4c1d';

const sync = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: fleet, namespace: ${namespace} }
spec: { interval: 1h, url: "${url}", ref: { branch: main } }
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: apps, namespace: ${namespace} }
spec:
  interval: 1h
  path: ./apps
  prune: true
  targetNamespace: ${namespace}
  sourceRef: { kind: GitRepository, name: fleet }
  postBuild: { substituteFrom: [{ kind: Secret, name: vars }] }
`;

function deployment(replicas: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "example/web:1.0.0" }] }
`;
}

function settings(zone: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { host: "\${HOST}", zone: ${zone} }\n`;
}

const release = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: hello }
spec:
  interval: 1h
  releaseName: hello
  chart: { spec: { chart: ./charts/hello, sourceRef: { kind: GitRepository, name: fleet } } }
  values: { greeting: hello, host: here }
`;

const files = {
  'cluster/sync.yaml': sync,
  'apps/web.yaml': deployment(0),
  'apps/settings.yaml': settings('north'),
  'apps/hello.yaml': release,
  ...Object.fromEntries(
    Object.entries(chartFiles(helloTemplate)).map(([path, text]) => [`charts/hello/${path}`, text]),
  ),
};

const apps = fluxPath('Kustomization', `${namespace}/apps`);
const source = fluxPath('GitRepository', `${namespace}/fleet`);
const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
const web = `/apis/apps/v1/namespaces/${namespace}/deployments/web`;

const folders = { program: '', clone: '', elsewhere: '' };

before(async () => {
  await mkdir(join(projectRoot, 'out'), { recursive: true });
  folders.program = await mkdtemp(join(projectRoot, 'out', 'drift-cli-'));
  folders.elsewhere = await realpath(await mkdtemp(join(tmpdir(), 'driftline-elsewhere-')));
  folders.clone = join(folders.elsewhere, 'clone');
  await buildBundles({ production: true, folder: folders.program, log: () => undefined, engine: await buildEngine() });
  const secret = `apiVersion: v1\nkind: Secret\nmetadata: { name: vars, namespace: ${namespace} }\nstringData: { HOST: ${canary}.example }\n`;
  await applyManifest(cluster, secret);
  await pushFiles(cluster, namespace, files);
  await applyManifest(cluster, sync);
  await cluster.api.waitFor(apps, isReady, { seconds: 120 });
  await cluster.api.waitFor(fluxPath('HelmRelease', `${namespace}/hello`), isReady, { seconds: 120 });
  await promisify(execFile)('git', ['clone', '-q', url, folders.clone]);
});
after(async () => {
  await rm(folders.program, { recursive: true, force: true });
  await rm(folders.elsewhere, { recursive: true, force: true });
});

async function run(line: string, folder = folders.clone, kubeconfig = cluster.kubeconfig): Promise<Ended> {
  const ended = await runCli(['diff', ...line.split(' '), '--kubeconfig', kubeconfig], {
    folder,
    program: join(folders.program, 'cli.cjs'),
  });
  assert.doesNotMatch(ended.output + ended.messages, new RegExp(canary), 'no secret is told');
  return ended;
}

interface Report {
  readonly target: string;
  readonly from: string;
  readonly against: string;
  readonly missing?: readonly { readonly kind: string; readonly name: string }[];
  readonly objects: readonly { kind: string; name: string; change: string; paths: readonly string[] }[];
}

/** What differs, as `change kind/name paths`. */
async function differences(
  line: string,
  folder?: string,
): Promise<{ ended: Ended; report: Report; lines: readonly string[] }> {
  const ended = await run(`${line} -o json`, folder);
  assert.notEqual(ended.output, '', ended.messages);
  const report = JSON.parse(ended.output) as Report;
  const lines = report.objects
    .filter(({ change }) => change !== 'none')
    .map(({ kind, name, change, paths }) => [change, `${kind}/${name}`, ...paths.toSorted()].join(' '));
  return { ended, report, lines };
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folders.clone, path)), { recursive: true });
  await writeFile(join(folders.clone, path), text);
}

async function git(...args: readonly string[]): Promise<void> {
  await promisify(execFile)('git', ['-C', folders.clone, ...args]);
}

test('nothing has drifted, which needs no repository', async () => {
  const ended = await run(`ks/apps -n ${namespace}`, folders.elsewhere);
  assert.equal(ended.code, 0, ended.messages + ended.output);
  assert.match(ended.messages, /cluster \S+ ↔ artifact main@[0-9a-f]{7}: nothing differs, 3 objects are the same\.$/m);
});

test('what was changed by hand is told with who did it, and the controller takes back just that', async () => {
  await cluster.exec('kubectl', '-n', namespace, 'scale', 'deployment/web', '--replicas=2');
  await cluster.exec('kubectl', '-n', namespace, 'label', 'deployment/web', 'by-hand=yes');
  await cluster.api.remove(`${configMaps}/settings`);
  const { ended, lines, report } = await differences(`ks/${namespace}/apps`);
  assert.equal(ended.code, 1, ended.messages);
  assert.deepEqual(lines, [
    'create ConfigMap/settings',
    'change Deployment/web /metadata/labels/by-hand /spec/replicas',
  ]);
  assert.equal(report.target, `ks/${namespace}/apps`);
  const text = await run(`ks/apps -n ${namespace}`);
  assert.match(text.output, /^ {2}replace spec\.replicas \(written by kubectl/m);
  // Two answers of the server order their keys differently.
  const removed = text.output.split('\n').filter((line) => /^- /.test(line));
  assert.deepEqual(
    removed.map((line) => line.slice(1).trim()),
    ['by-hand: "yes"', 'replicas: 2'],
  );
  assert.match(text.output, /^-\s+by-hand: "?yes"?$/m);

  await requestReconcile(cluster, apps);
  const back = await cluster.api.get(web);
  assert.equal((back as { spec?: { replicas?: number } }).spec?.replicas, 0);
  assert.equal(back.metadata.labels?.['by-hand'], undefined);
  assert.equal((await run(`ks/apps -n ${namespace}`)).code, 0);
});

test('without the right to patch it is told what can be known, as approximate', async () => {
  await cluster.exec('kubectl', '-n', namespace, 'scale', 'deployment/web', '--replicas=2');
  try {
    const ended = await run(`ks/apps -n ${namespace}`, folders.clone, cluster.viewerKubeconfig);
    assert.notEqual(ended.code, 0, 'what is not known is not the same');
    assert.match(ended.output + ended.messages, /approximate/);
  } finally {
    await requestReconcile(cluster, apps);
  }
});

test('a HelmRelease: what has drifted from the release that is installed', async () => {
  const line = `hr/hello -n ${namespace}`;
  const clean = await run(line);
  assert.equal(clean.code, 0, clean.messages + clean.output);
  await cluster.api.patch(`${configMaps}/hello`, { data: { greeting: 'changed by hand' } });
  const { ended, lines, report } = await differences(line);
  assert.deepEqual([ended.code, lines], [1, ['change ConfigMap/hello /data/greeting']]);
  assert.equal(report.from, 'release v1');
  await cluster.api.patch(`${configMaps}/hello`, { data: { greeting: 'hello' } });
});

test('files: what an edit would change of the cluster, of what was applied, and of a commit', async () => {
  await write('apps/web.yaml', deployment(1));
  await write('apps/settings.yaml', settings('south'));
  try {
    const expected = ['change ConfigMap/settings /data/zone', 'change Deployment/web /spec/replicas'];
    for (const against of ['cluster', 'applied', 'HEAD']) {
      const { ended, lines } = await differences(`ks/apps -n ${namespace} --path . --against ${against}`);
      assert.deepEqual([ended.code, lines.toSorted()], [1, expected], `${against}: ${ended.messages}`);
    }
    const changed = await differences('--changed');
    assert.deepEqual([changed.ended.code, changed.lines.toSorted()], [1, expected], changed.ended.messages);
  } finally {
    await git('checkout', '-q', '.');
  }
});

test('a HelmRelease of files: the values that differ, and what they change', async () => {
  await write('apps/hello.yaml', release.replace('greeting: hello', 'greeting: good day'));
  try {
    const { ended, lines } = await differences(`hr/hello -n ${namespace} --path .`);
    assert.deepEqual([ended.code, lines], [1, ['change ConfigMap/hello /data/greeting']], ended.messages);
    // With the cluster's word, only what the change touches.
    const changed = await differences(`--changed --against cluster`);
    assert.deepEqual(changed.lines.toSorted(), [
      'change ConfigMap/hello /data/greeting',
      'change HelmRelease/hello /spec/values/greeting',
    ]);
    const text = await run(`hr/hello -n ${namespace} --path .`);
    assert.match(text.output, /^diff HelmRelease \S+: change values$/m);
  } finally {
    await git('checkout', '-q', '.');
  }
});

test('what a change takes away: what says in the cluster that it stays does, a release goes with its HelmRelease', async () => {
  const stays = { metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } } };
  await cluster.api.patch(`${configMaps}/settings`, stays, 'operator');
  await rm(join(folders.clone, 'apps', 'settings.yaml'));
  await rm(join(folders.clone, 'apps', 'hello.yaml'));
  try {
    const { ended, lines } = await differences('--changed --against cluster');
    assert.equal(ended.code, 1, ended.messages);
    assert.deepEqual(lines.toSorted(), [
      'delete ConfigMap/hello',
      'delete HelmRelease/hello',
      'skip ConfigMap/settings',
    ]);
  } finally {
    await git('checkout', '-q', '.');
    const goes = { metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/prune': null } } };
    await cluster.api.patch(`${configMaps}/settings`, goes, 'operator');
  }
});

test('a folder that nothing applies yet, with a release that is installed: it is upgraded in place', async () => {
  const other = sync
    .replaceAll('name: apps', 'name: taken')
    .replace('./apps', './taken')
    .replace(/^[\s\S]*?---\n/, '');
  await write('clusters/new/taken.yaml', other);
  await write(
    'taken/a.yaml',
    release.replace('name: hello }', 'name: again }').replace('greeting: hello', 'greeting: bye'),
  );
  try {
    const { ended, lines } = await differences('--path clusters/new');
    assert.deepEqual(
      [ended.code, lines],
      [
        1,
        [
          'create Kustomization/taken',
          'create HelmRelease/again',
          'change ConfigMap/hello /data/greeting /metadata/labels/helm.toolkit.fluxcd.io~1name',
        ],
      ],
      ended.messages,
    );
    const text = await run('--path clusters/new');
    assert.match(
      text.messages,
      /is installed already \(v\d+\): Flux upgrades it in place\. Do not `helm uninstall` it/,
    );
    assert.match(text.output, /^diff HelmRelease \S+: change values$/m);
  } finally {
    await rm(join(folders.clone, 'clusters'), { recursive: true, force: true });
    await rm(join(folders.clone, 'taken'), { recursive: true, force: true });
  }
});

test('a folder that nothing applies yet: what is there, what would be made, what is missing', async () => {
  const other = sync
    .replaceAll('name: apps', 'name: later')
    .replace('./apps', './later')
    .replace('name: vars', 'name: absent')
    .replace(/^[\s\S]*?---\n/, '');
  await write('clusters/new/later.yaml', other);
  await write('later/a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: later }\ndata: { a: b }\n');
  await write('later/b.yaml', 'apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: w }\n');
  try {
    const { ended, lines, report } = await differences('--path clusters/new');
    assert.deepEqual(
      [ended.code, lines],
      [3, ['create Kustomization/later', 'create ConfigMap/later', 'unknown Widget/w']],
      ended.messages,
    );
    assert.deepEqual(
      report.missing?.map(({ kind, name }) => `${kind} ${name}`),
      ['Secret absent', 'CustomResourceDefinition Widget (example.com/v1)'],
    );
  } finally {
    await rm(join(folders.clone, 'clusters'), { recursive: true, force: true });
    await rm(join(folders.clone, 'later'), { recursive: true, force: true });
  }
});

test('when the source has gone on, the commit in the clone is what was applied', async () => {
  await cluster.api.patch(apps, { spec: { suspend: true } }, 'flux');
  try {
    const head = await pushFiles(cluster, namespace, { ...files, 'apps/web.yaml': deployment(5) });
    await requestReconcile(cluster, source);
    await cluster.api.waitFor(source, (object) => object?.status?.artifact?.revision === `main@sha1:${head}`);
    const { ended, report } = await differences(`ks/apps -n ${namespace}`);
    assert.equal(ended.code, 0, ended.messages + ended.output);
    assert.match(report.from, /^commit [0-9a-f]{7}$/);
    const without = await run(`ks/apps -n ${namespace}`, folders.elsewhere);
    assert.equal(without.code, 2);
    assert.match(without.messages, /was applied from main@[0-9a-f]{7}, which cannot be had: its source has main@/);
  } finally {
    await cluster.api.patch(apps, { spec: { suspend: null } }, 'flux');
  }
});

test('what cannot be meant is refused, and nothing is asked', async () => {
  const rows: readonly [line: string, words: RegExp][] = [
    [`ks/absent -n ${namespace}`, /There is no Kustomization \S+\/absent in /],
    [`ks/apps -n ${namespace} --context nowhere`, /There is no context "nowhere"/],
    ['--path nowhere', /--path nowhere is no folder/],
  ];
  for (const [line, words] of rows) {
    const ended = await run(line);
    assert.equal(ended.code, 2, line);
    assert.match(ended.messages, words);
  }
});
