/** A commit followed on the real cluster, from a clone that Git itself has made, through each phase until it has landed. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { type CommitProgress, commitsToAsk, followCommit } from '../../src/flux/followCommit.ts';
import { idOf, type ObjectId, objectKey } from '../../src/flux/objectKey.ts';
import type { FluxObject } from '../../src/flux/objects.ts';
import { CommitReach } from '../../src/git/commitReach.ts';
import { readRemotes } from '../../src/git/readRemotes.ts';
import { recentCommits } from '../../src/git/recentCommits.ts';
import { followedText } from '../../src/view/followedCommit.ts';
import { fluxPath, isReady, requestReconcile } from './fluxObjects.ts';
import { applyManifest, clusterForTests, newNamespace, pushFiles } from './support.ts';
import { until } from './until.ts';

const cluster = await clusterForTests();
const run = promisify(execFile);
const root = mkdtempSync(join(tmpdir(), 'driftline-follow-'));
after(() => rmSync(root, { recursive: true, force: true }));

const env = {
  PATH: process.env['PATH'],
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};
const git = async (...args: readonly string[]): Promise<string> =>
  (await run('git', ['-C', root, ...args], { env })).stdout.trim();

let namespace: string;

function kustomization(name: string, more = ''): string {
  return [
    'apiVersion: kustomize.toolkit.fluxcd.io/v1',
    'kind: Kustomization',
    `metadata: { name: ${name}, namespace: ${namespace} }`,
    // Retried within the test; nothing else happens by itself.
    `spec: { interval: 1h, retryInterval: 2s, prune: true, path: ./${name}, sourceRef: { kind: GitRepository, name: source }${more} }`,
    '',
  ].join('\n');
}

const config = (name: string, value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: ${namespace} }\ndata: { value: "${value}" }\n`;

before(async () => {
  namespace = await newNamespace(cluster, 'follow');
  await pushFiles(cluster, namespace, {
    'infra/one.yaml': config('infra', '1'),
    'apps/two.yaml': config('apps', '1'),
    'paused/three.yaml': config('paused', '1'),
  });
  const source = [
    'apiVersion: source.toolkit.fluxcd.io/v1',
    'kind: GitRepository',
    `metadata: { name: source, namespace: ${namespace} }`,
    `spec: { interval: 1h, url: "${cluster.gitUrl}/${namespace}", ref: { branch: main } }`,
    '---',
  ].join('\n');
  const parts = [
    kustomization('infra'),
    kustomization('apps', ', dependsOn: [{ name: infra }]'),
    kustomization('paused', ', suspend: true'),
  ];
  await applyManifest(cluster, `${source}\n${parts.join('---\n')}`);
  for (const name of ['infra', 'apps']) {
    await cluster.api.waitFor(fluxPath('Kustomization', `${namespace}/${name}`), isReady);
  }
  await run('git', ['clone', '--quiet', `${cluster.gitUrl}/${namespace}`, root], { env });
});

async function commitFile(path: string, text: string): Promise<string> {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  await git('add', '--all');
  await git('commit', '--quiet', '--message', `Change ${path}`);
  return git('rev-parse', 'HEAD');
}

async function objects(): Promise<readonly FluxObject[]> {
  const lists = await Promise.all(
    ['GitRepository', 'Kustomization'].map((kind) => {
      const path = fluxPath(kind, `${namespace}/any`);
      return cluster.api.list(path.slice(0, path.lastIndexOf('/')));
    }),
  );
  return lists.flatMap(({ items }) => items as unknown as readonly FluxObject[]);
}

/** What the product would show now. */
async function look(commit: string): Promise<CommitProgress> {
  const all = await objects();
  const byKey = new Map(all.map((object) => [objectKey('', idOf(object)), object]));
  const known = { objects: all, get: (id: ObjectId) => byKey.get(objectKey('', id)) };
  const remotes = await readRemotes(root);
  const reach = new CommitReach(root);
  const branches = await reach.branches(
    commit,
    remotes.map(({ name }) => name),
  );
  const answers = new Map<string, 'yes' | 'no' | 'unknown'>();
  for (const revision of commitsToAsk(known, remotes)) {
    answers.set(revision, await reach.isIn(commit, revision));
  }
  const isIn = (revision: string) => answers.get(revision) ?? assert.fail(`nobody asked about ${revision}`);
  return followCommit({ commit, remotes, branches, isIn }, known, { sources: true, appliers: true });
}

function textOf(commit: string, progress: CommitProgress): string {
  const followed = { commit, subject: '', context: cluster.context, home: namespace, progress, readOnly: false };
  return followedText(followed).slice(commit.slice(0, 7).length).trim();
}

const says = (commit: string, text: string): Promise<string> =>
  until(
    text,
    async () => {
      const said = textOf(commit, await look(commit));
      if (said !== text) {
        throw new Error(said);
      }
      return said;
    },
    { seconds: 90 },
  );

test('not pushed, pushed, fetched, waiting and failing, mended by another commit, landed', async () => {
  const commit = await commitFile('infra/one.yaml', config('infra', '2').replace('v1', 'v9'));
  assert.equal((await recentCommits(root, 1))[0]?.id, commit);
  assert.equal(textOf(commit, await look(commit)), 'is not pushed');

  await git('push', '--quiet', 'origin', 'main');
  assert.equal(textOf(commit, await look(commit)), 'is pushed, waiting for GitRepository source (fetches every 1h)');

  await requestReconcile(cluster, fluxPath('GitRepository', `${namespace}/source`));
  const stuck = '(1 waiting on infra, 1 failing); 1 suspended will not take it';
  await says(commit, `is fetched by source, applied by 0 of 2 ${stuck}`);

  const mended = await commitFile('infra/one.yaml', config('infra', '2'));
  await git('push', '--quiet', 'origin', 'main');
  await requestReconcile(cluster, fluxPath('GitRepository', `${namespace}/source`));
  for (const one of [commit, mended]) {
    await says(one, 'has landed: applied by all 2; 1 suspended will not take it');
  }
});

test('a branch that nobody follows, and what others have pushed', async () => {
  await git('checkout', '--quiet', '-b', 'feature');
  const commit = await commitFile('apps/two.yaml', config('apps', '2'));
  await git('push', '--quiet', 'origin', 'feature');
  assert.equal(textOf(commit, await look(commit)), 'is not on main, which source follows');

  const theirs = await pushFiles(cluster, namespace, { 'infra/one.yaml': config('infra', '3') });
  await requestReconcile(cluster, fluxPath('GitRepository', `${namespace}/source`));
  await says(commit, `: cannot be told: the clone does not have ${theirs.slice(0, 7)} of source`);
  await git('fetch', '--quiet', 'origin');
  await says(commit, 'is not on main, which source follows');
});
