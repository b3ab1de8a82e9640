/** Which tree a Kustomization was applied from, by what its source has now and what a clone on disk knows. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure, isFailure } from '../../../src/base/failure.ts';
import { type AppliedParts, type AppliedState, appliedState, nextState } from '../../../src/drift/appliedState.ts';
import { liveFile } from '../../../src/drift/liveState.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import type { ClusterInputs, FetchedArchive } from '../../../src/render/desired.ts';
import { memoryFiles } from '../../support/memoryFiles.ts';

const commit = '5f2c1a9d0e4b3c2a1f0e9d8c7b6a594837261504';
const other = '0123456789abcdef0123456789abcdef01234567';
const applied = `main@sha1:${commit}`;
const digest = `sha256:${'0c'.repeat(32)}`;

interface Case {
  readonly status?: FluxObject['status'];
  readonly sourceKind?: string;
  /** `undefined`: there is no such source. */
  readonly source?: Partial<FluxObject> | Failure | undefined;
  readonly download?: Error;
  /** Commits that the clone has; absent: there is no clone. */
  readonly commits?: readonly string[];
}

const archive: FetchedArchive = { bytes: new Uint8Array(1), digest, revision: applied };

function sourceOf(kind: string, revision: string, spec: FluxObject['spec'] = {}): FluxObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind,
    metadata: { namespace: 'flux-system', name: 'fleet' },
    spec,
    status: { artifact: { revision, digest } },
  };
}

function partsOf({
  status = { lastAppliedRevision: applied },
  sourceKind = 'GitRepository',
  ...given
}: Case): AppliedParts {
  const live: FluxObject = {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { namespace: 'flux-system', name: 'apps', resourceVersion: '7', uid: 'u' },
    spec: { path: './apps', sourceRef: { kind: sourceKind, name: 'fleet' } },
    status,
  };
  const source = 'source' in given ? given.source : sourceOf(sourceKind, applied);
  const cluster: ClusterInputs = {
    context: 'homelab',
    configMap: () => Promise.resolve({ ZONE: 'north' }),
    secret: () => Promise.resolve(undefined),
    capabilities: () => Promise.resolve({ kubeVersion: 'v1.33.1', apiVersions: [] }),
    fluxObject: (kind) =>
      source instanceof Failure
        ? Promise.reject(source)
        : Promise.resolve(kind === sourceKind ? (source as FluxObject | undefined) : undefined),
    artifact: () => (given.download ? Promise.reject(given.download) : Promise.resolve(archive)),
  };
  const { commits } = given;
  const clone = commits && {
    commit: (revision: string) =>
      commits.includes(revision)
        ? Promise.resolve({
            label: `commit ${revision.slice(0, 7)}`,
            key: revision,
            files: memoryFiles({ 'apps/a.yaml': 'a: 1\n', 'docs/b.yaml': '' }),
            remotes: [],
          })
        : Promise.reject(new Failure('notFound', 'there is no such commit')),
  };
  return { live, cluster, clone, signal: new AbortController().signal };
}

/** The archive that a render of the state would be given. */
async function archiveOf({ cluster }: AppliedState, kind = 'GitRepository'): Promise<FetchedArchive> {
  const source = await cluster.fluxObject(kind, 'flux-system', 'fleet');
  assert.ok(source?.status?.artifact, 'the source has an artifact');
  return cluster.artifact(source, source.status.artifact);
}

const found: readonly [title: string, given: Case, from: string, notes: readonly RegExp[]][] = [
  ['the artifact, when the source has that revision still', {}, 'artifact main@5f2c1a9', []],
  [
    'the artifact of an OCIRepository',
    { sourceKind: 'OCIRepository', source: sourceOf('OCIRepository', applied) },
    'artifact main@5f2c1a9',
    [],
  ],
  [
    'the commit, when the source has gone on',
    { source: sourceOf('GitRepository', `main@sha1:${other}`), commits: [commit] },
    'commit 5f2c1a9',
    [],
  ],
  [
    'the commit, when the artifact cannot be downloaded',
    { download: new Failure('unreachable', 'connection refused'), commits: [commit] },
    'commit 5f2c1a9',
    [],
  ],
  [
    'the commit, when one may not read the source',
    { source: new Failure('forbidden', 'gitrepositories is forbidden'), commits: [commit] },
    'commit 5f2c1a9',
    [/what that leaves out or takes in besides is not known/],
  ],
  ['the commit, when the source is gone', { source: undefined, commits: [commit] }, 'commit 5f2c1a9', []],
  [
    'the commit by a revision as old Flux wrote it',
    { status: { lastAppliedRevision: `main/${commit}` }, source: undefined, commits: [commit] },
    'commit 5f2c1a9',
    [],
  ],
  [
    'the commit that an OCI artifact was built of, which may be another thing',
    {
      sourceKind: 'OCIRepository',
      status: { lastAppliedRevision: `latest@sha256:${'a1'.repeat(32)}`, lastAppliedOriginRevision: applied },
      source: sourceOf('OCIRepository', `latest@sha256:${'b2'.repeat(32)}`),
      commits: [commit],
    },
    'commit 5f2c1a9',
    [/^OCIRepository flux-system\/fleet was built of this commit/],
  ],
  [
    'what a commit lacks of an artifact is said',
    {
      source: sourceOf('GitRepository', `main@sha1:${other}`, {
        include: [{ repository: { name: 'x' } }],
        recurseSubmodules: true,
        sparseCheckout: ['apps'],
      }),
      commits: [commit],
    },
    'commit 5f2c1a9',
    [/includes other repositories/, /Git submodules/, /some folders only/],
  ],
];

describe('what was applied last is rendered of', () => {
  for (const [title, given, from, notes] of found) {
    test(title, async () => {
      const state = await appliedState(partsOf(given));
      assert.equal(state.from, from);
      assert.equal(state.notes.length, notes.length);
      notes.forEach((pattern, at) => assert.match(state.notes[at]?.message ?? '', pattern));
      const had = await archiveOf(state, given.sourceKind);
      assert.equal(had.digest === digest, from.startsWith('artifact'));
    });
  }
});

const missing: readonly [title: string, given: Case, message: RegExp][] = [
  ['never applied', { status: {} }, /^Kustomization flux-system\/apps has not been applied yet in homelab$/],
  [
    'no clone',
    { source: sourceOf('GitRepository', `main@sha1:${other}`) },
    /^Kustomization flux-system\/apps was applied from main@5f2c1a9, which cannot be had: its source has main@0123456 by now, and there is no clone/,
  ],
  [
    'not fetched',
    { source: sourceOf('GitRepository', `main@sha1:${other}`), commits: [other] },
    /by now, and commit 5f2c1a9 is not in the clone \(git fetch may bring it\)$/,
  ],
  [
    'no download and no clone',
    { download: new Failure('unreachable', 'connection refused') },
    /the artifact cannot be downloaded \(connection refused\), and there is no clone/,
  ],
  [
    'a bucket has no commits',
    {
      sourceKind: 'Bucket',
      status: { lastAppliedRevision: `sha256:${'a1'.repeat(32)}` },
      source: sourceOf('Bucket', `sha256:${'b2'.repeat(32)}`),
      commits: [commit],
    },
    /a Bucket is no commit of a clone$/,
  ],
  [
    'no artifact',
    { source: { ...sourceOf('GitRepository', ''), status: {} } },
    /its source has no artifact, and there is no clone/,
  ],
];

describe('that it cannot be had is said with what was tried', () => {
  for (const [title, given, message] of missing) {
    test(title, async () => {
      await assert.rejects(appliedState(partsOf(given)), (error: unknown) => {
        assert.ok(isFailure(error, 'notFound'), String(error));
        assert.match(error.message, message);
        return true;
      });
    });
  }
});

test('to cancel a download is no reason to look elsewhere', async () => {
  const cancelling = partsOf({ download: new Failure('cancelled', 'cancelled'), commits: [commit] });
  await assert.rejects(appliedState(cancelling), (error: unknown) => isFailure(error, 'cancelled'));
});

test('a source that gets a new artifact in between changes nothing', async () => {
  const state = await appliedState(partsOf({}));
  const first = await archiveOf(state);
  assert.equal(first.digest, digest);
  assert.equal((await archiveOf(state)).bytes, first.bytes);
});

test('other objects, variables and versions are asked of the cluster', async () => {
  const { cluster } = await appliedState(partsOf({}));
  assert.equal(await cluster.fluxObject('HelmRelease', 'a', 'b'), undefined);
  assert.deepEqual(await cluster.configMap('flux-system', 'settings'), { ZONE: 'north' });
  assert.equal((await cluster.capabilities()).kubeVersion, 'v1.33.1');
  assert.equal(cluster.context, 'homelab');
});

test('what is next is what the source has now', async () => {
  const parts = partsOf({ status: {}, source: sourceOf('GitRepository', `main@sha1:${other}`) });
  const next = await nextState(parts);
  assert.equal(next.from, 'artifact main@0123456');
  await assert.rejects(
    nextState(partsOf({ source: undefined })),
    /its source GitRepository flux-system\/fleet does not exist/,
  );
});

test('the state holds the object as it lives, without status, and nothing of a repository', async () => {
  const { state } = await appliedState(partsOf({}));
  const paths = (await state.files.list()).map(({ path }) => path);
  assert.deepEqual(paths, [liveFile, 'live/source.yaml']);
  const stated = JSON.parse(Buffer.from((await state.files.read(liveFile)) ?? []).toString()) as Record<
    string,
    unknown
  >;
  assert.deepEqual(Object.keys(stated), ['apiVersion', 'kind', 'metadata', 'spec']);
  assert.deepEqual(stated['metadata'], { name: 'apps', namespace: 'flux-system' });
  assert.deepEqual(state.remotes, []);
  assert.equal(await state.files.read('apps/a.yaml'), undefined);
});
