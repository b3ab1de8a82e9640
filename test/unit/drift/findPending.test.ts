/** What is pending, on real repositories: by content at two commits, whatever lies between them. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Disposables } from '../../../src/base/disposables.ts';
import type { Failure } from '../../../src/base/failure.ts';
import type { Clone } from '../../../src/drift/clonedCommits.ts';
import { pendingQuestion, type PendingSubject } from '../../../src/drift/appliedCommit.ts';
import { findPending } from '../../../src/drift/findPending.ts';
import { idOf, objectKey } from '../../../src/flux/objectKey.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { readBuildGraph } from '../../../src/manifests/reachableFiles.ts';
import { gitRepository, helmRelease, kustomization, ociRepository } from '../../support/builders.ts';
import { GitRepository } from '../git/gitRepository.ts';

const url = 'https://github.com/acme/fleet';
const lifetime = new Disposables();
after(() => lifetime.dispose());

function fleet(): GitRepository {
  const repository = lifetime.add(new GitRepository());
  repository.git('remote', 'add', 'origin', 'git@github.com:acme/fleet.git');
  const files = {
    'clusters/home/apps.yaml':
      'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: apps\n',
    'apps/kustomization.yaml': [
      'resources: [web.yaml, releases.yaml, ../base]',
      'secretGenerator:',
      '  - name: s',
      '    envs: [secret.env]',
      '',
    ].join('\n'),
    'apps/web.yaml': 'kind: Deployment\n',
    'apps/releases.yaml': `${release('podinfo')}---\n${release('loki', 'logging')}`,
    'apps/secret.env': 'A=1\n',
    'apps/README.md': 'x\n',
    'base/kustomization.yaml': 'resources: [base.yaml]\n',
    'base/base.yaml': 'kind: Service\n',
    'extra/kustomization.yaml': 'kind: Component\nresources: [extra.yaml]\n',
    'extra/extra.yaml': 'kind: Service\n',
    'infra/dns/dns.yaml': 'kind: Service\n',
  };
  Object.entries(files).forEach(([path, text]) => repository.write(path, text));
  const first = repository.commit('first');
  repository.git('update-ref', 'refs/remotes/origin/main', first);
  return repository;
}

function release(name: string, namespace?: string): string {
  const metadata = `metadata:\n  name: ${name}\n${namespace === undefined ? '' : `  namespace: ${namespace}\n`}`;
  return `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n${metadata}spec:\n  chart: {}\n`;
}

function cloneOf(repository: GitRepository, remotes = ['git@github.com:acme/fleet.git']): Clone {
  return {
    ...{ root: repository.root, head: repository.git('rev-parse', 'HEAD'), remotes },
    readGraph: (files, signal) => readBuildGraph(files, signal),
  };
}

const source = gitRepository('flux-system', { spec: { url } });

function subjectOf(object: FluxObject, owner?: FluxObject, from: FluxObject | undefined = source): PendingSubject {
  return { key: objectKey('homelab', idOf(object)), object, owner, source: from };
}

const at = (commit: string): string => `main@sha1:${commit}`;

function appliedAt(name: string, commit: string, spec: FluxObject['spec'] = {}): FluxObject {
  return kustomization(name, { spec: { path: `./${name}`, ...spec }, status: { lastAppliedRevision: at(commit) } });
}

/** `pending FILES`, `notFetched COMMIT`, `level`. */
async function told(subject: PendingSubject, clones: readonly Clone[]): Promise<string> {
  const failures: Failure[] = [];
  const { signal } = new AbortController();
  const found = await findPending([subject], clones, { signal, onFailure: (failure) => failures.push(failure) });
  assert.deepEqual(failures, []);
  const change = found.get(subject.key);
  switch (change?.state) {
    case undefined:
      return 'level';
    case 'pending':
      return `pending ${change.files.join(' ')}`;
    case 'notFetched':
      return `notFetched ${change.applied}`;
  }
}

describe('files of a build', () => {
  const rows: readonly (readonly [what: string, edit: Readonly<Record<string, string>>, expected: string])[] = [
    ['one that is named', { 'apps/web.yaml': 'x' }, 'pending apps/web.yaml'],
    [
      'one of a base, and the kustomize file',
      { 'base/base.yaml': 'x', 'apps/kustomization.yaml': 'resources: [../base]' },
      'pending apps/kustomization.yaml base/base.yaml',
    ],
    ['one of a component of the object', { 'extra/extra.yaml': 'x' }, 'pending extra/extra.yaml'],
    ['one that a generator of the kustomize file names', { 'apps/secret.env': 'A=2' }, 'pending apps/secret.env'],
    ['one that nothing names, though it lies beside', { 'apps/README.md': 'y' }, 'level'],
    ['one of another Kustomization', { 'infra/dns/dns.yaml': 'x' }, 'level'],
    ['the same content again', { 'apps/web.yaml': 'kind: Deployment\n' }, 'level'],
  ];
  for (const [what, edit, expected] of rows) {
    test(what, async () => {
      const repository = fleet();
      const applied = repository.git('rev-parse', 'HEAD');
      Object.entries(edit).forEach(([path, text]) => repository.write(path, text));
      repository.commit('second');
      const apps = appliedAt('apps', applied, { components: ['../extra'] });
      assert.equal(await told(subjectOf(apps), [cloneOf(repository)]), expected);
    });
  }

  test('of a folder without a kustomize file, new and deleted ones too', async () => {
    const repository = fleet();
    const applied = repository.git('rev-parse', 'HEAD');
    repository.git('mv', 'infra/dns/dns.yaml', 'infra/dns/other.yaml');
    repository.commit('moved');
    const expected = 'pending infra/dns/dns.yaml infra/dns/other.yaml';
    assert.equal(await told(subjectOf(appliedAt('infra', applied)), [cloneOf(repository)]), expected);
  });

  test('a folder that no commit has tells nothing', async () => {
    const repository = fleet();
    const applied = repository.git('rev-parse', 'HEAD');
    repository.write('apps/web.yaml', 'x');
    repository.commit('second');
    const elsewhere = appliedAt('apps', applied, { path: './deploy/prod' });
    assert.equal(await told(subjectOf(elsewhere), [cloneOf(repository)]), 'level');
  });
});

describe('commits', () => {
  let repository: GitRepository;
  let first: string;
  before(() => {
    repository = fleet();
    first = repository.git('rev-parse', 'HEAD');
  });
  const tellAt = (applied: string): Promise<string> =>
    told(subjectOf(appliedAt('apps', applied)), [cloneOf(repository)]);

  test('the one that is checked out was applied', async () => {
    assert.equal(await tellAt(first), 'level');
  });

  test('a squash of a branch is what the branch was, though its commits are none of it', async () => {
    repository.git('checkout', '--quiet', '-b', 'feature');
    repository.write('apps/web.yaml', 'one');
    repository.commit('one');
    repository.write('apps/web.yaml', 'two');
    repository.commit('two');
    assert.equal(await tellAt(first), 'pending apps/web.yaml');
    repository.git('checkout', '--quiet', 'main');
    repository.git('merge', '--squash', '--quiet', 'feature');
    const squashed = repository.commit('squashed');
    assert.equal(await tellAt(squashed), 'level');
    repository.git('checkout', '--quiet', 'feature');
    assert.equal(await tellAt(squashed), 'level', 'on the branch that was squashed');
    repository.git('checkout', '--quiet', 'main');
  });

  test('a clone that lacks a pull has nothing pending: all that it has was applied', async () => {
    const newest = repository.git('rev-parse', 'HEAD');
    repository.git('checkout', '--quiet', '--detach', first);
    assert.equal(await tellAt(newest), 'level');
    repository.git('checkout', '--quiet', 'main');
  });

  test('a commit that is not here is unknown, and said so of the repository that it is of alone', async () => {
    const unknown = 'e'.repeat(40);
    assert.equal(await tellAt(unknown), `notFetched ${unknown}`);
    const apps = subjectOf(appliedAt('apps', unknown));
    assert.equal(await told(apps, [cloneOf(repository, ['https://gitlab.example.com/x/y'])]), 'level');
    assert.equal(await told(apps, []), 'level');
    const neverFetched = lifetime.add(new GitRepository());
    neverFetched.commit('own');
    assert.equal(await told(apps, [cloneOf(neverFetched)]), 'level', 'a remote that was never asked');
    assert.equal(await told({ ...apps, source: undefined }, [cloneOf(repository)]), 'level');
  });

  test('of several clones the one that has the commit tells', async () => {
    const behind = lifetime.add(new GitRepository());
    behind.commit('other');
    const clones = [cloneOf(behind), cloneOf(repository)];
    assert.equal(await told(subjectOf(appliedAt('apps', first)), clones), 'pending apps/web.yaml');
  });

  test('an OCI artifact that says its commit is looked for by it; one that does not is not', async () => {
    const spec = { sourceRef: { kind: 'OCIRepository', name: 'fleet' } };
    const oci = ociRepository('fleet');
    const status = { lastAppliedRevision: `latest@sha256:${'a'.repeat(64)}`, lastAppliedOriginRevision: at(first) };
    const apps = kustomization('apps', { spec, status });
    assert.equal(await told(subjectOf(apps, undefined, oci), [cloneOf(repository)]), 'pending apps/web.yaml');
    const lost = kustomization('apps', { spec, status: { ...status, lastAppliedOriginRevision: at('e'.repeat(40)) } });
    assert.equal(await told(subjectOf(lost, undefined, oci), [cloneOf(repository)]), 'level');
    const silent = kustomization('apps', { spec, status: { lastAppliedRevision: status.lastAppliedRevision } });
    assert.equal(await told(subjectOf(silent, undefined, oci), [cloneOf(repository)]), 'level');
  });

  test('what was never applied, and revisions that are no commits, tell nothing', async () => {
    for (const lastAppliedRevision of [undefined, '', 'main', '1.2.3', `main@sha1:${'-'.repeat(40)}`]) {
      const apps = kustomization('apps', { status: { lastAppliedRevision } });
      assert.equal(await told(subjectOf(apps), [cloneOf(repository)]), 'level', lastAppliedRevision);
    }
  });
});

describe('the file that states an object', () => {
  let repository: GitRepository;
  let owner: FluxObject;
  before(() => {
    repository = fleet();
    owner = appliedAt('apps', repository.git('rev-parse', 'HEAD'));
    repository.write('apps/releases.yaml', `${release('podinfo')}# changed\n---\n${release('loki', 'logging')}`);
    repository.write(
      'clusters/home/apps.yaml',
      'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: apps\nspec: {}\n',
    );
    repository.commit('second');
  });
  const rows: readonly (readonly [what: string, name: string, namespace: string, expected: string])[] = [
    ['a release whose document leaves its namespace open', 'podinfo', 'default', 'pending apps/releases.yaml'],
    ['a release of that namespace', 'loki', 'logging', 'pending apps/releases.yaml'],
    ['a release of that name elsewhere', 'loki', 'default', 'level'],
    ['a release of another file', 'tempo', 'logging', 'level'],
  ];
  for (const [what, name, namespace, expected] of rows) {
    test(what, async () => {
      const subject = subjectOf(helmRelease(name, { namespace }), owner);
      assert.equal(await told(subject, [cloneOf(repository)]), expected);
    });
  }

  test('a Kustomization that its owner states otherwise now', async () => {
    const { status } = owner;
    const root = kustomization('root', { spec: { path: './clusters/home' }, status: status ?? {} });
    const infra = kustomization('apps', { spec: { path: './infra' }, status: status ?? {} });
    assert.equal(await told(subjectOf(infra, root), [cloneOf(repository)]), 'pending clusters/home/apps.yaml');
  });

  test('a release that no Kustomization has applied tells nothing', async () => {
    assert.equal(await told(subjectOf(helmRelease('podinfo')), [cloneOf(repository)]), 'level');
    const parent = helmRelease('parent');
    assert.equal(await told(subjectOf(helmRelease('podinfo'), parent), [cloneOf(repository)]), 'level');
  });
});

test('what Git cannot read of one commit is told, and does not keep the rest from being known', async () => {
  const repository = fleet();
  const applied = repository.git('rev-parse', 'HEAD');
  repository.write('apps/web.yaml', 'x');
  repository.commit('second');
  const broken: Clone = { ...cloneOf(repository), head: '0'.repeat(40) };
  const other = fleet();
  const failures: Failure[] = [];
  const options = { signal: new AbortController().signal, onFailure: (failure: Failure) => failures.push(failure) };
  const infra = subjectOf(
    appliedAt('infra', 'e'.repeat(40)),
    undefined,
    gitRepository('b', { spec: { url: 'https://h/b' } }),
  );
  const clones = [broken, cloneOf(other, ['https://h/b'])];
  const found = await findPending([subjectOf(appliedAt('apps', applied)), infra], clones, options);
  assert.equal(failures.length, 1);
  assert.deepEqual([...found.values()], [{ state: 'notFetched', applied: 'e'.repeat(40) }]);
});

test('ended by its signal it throws', async () => {
  const repository = fleet();
  const applied = repository.git('rev-parse', 'HEAD');
  repository.write('apps/web.yaml', 'x');
  repository.commit('second');
  const signal = AbortSignal.abort();
  const look = findPending([subjectOf(appliedAt('apps', applied))], [cloneOf(repository)], {
    signal,
    onFailure: () => undefined,
  });
  await assert.rejects(look, { reason: 'cancelled' });
});

test('another look is worth it only where commits, addresses or builds are others', () => {
  const apps = appliedAt('apps', 'a'.repeat(40));
  const question = pendingQuestion([subjectOf(apps)]);
  const other = (changed: FluxObject): boolean => pendingQuestion([subjectOf(changed)]) !== question;
  assert.ok(!other({ ...apps, metadata: { ...apps.metadata, resourceVersion: '9' } }));
  assert.ok(other(appliedAt('apps', 'b'.repeat(40))));
  assert.ok(other(appliedAt('apps', 'a'.repeat(40), { path: './other' })));
  assert.ok(other(appliedAt('apps', 'a'.repeat(40), { components: ['../extra'] })));
  assert.notEqual(
    pendingQuestion([subjectOf(apps, undefined, gitRepository('x', { spec: { url: 'https://h/x' } }))]),
    question,
  );
});
