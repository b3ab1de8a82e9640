/** What is asked to know whether actions may be offered, and what the answers mean. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import { noLog } from '../../../src/base/log.ts';
import type { AccessQuestion, ClusterApi } from '../../../src/cluster/clusterApi.ts';
import { PatchRights } from '../../../src/cluster/patchRights.ts';
import type { ObjectId } from '../../../src/flux/objectKey.ts';

const release = (namespace: string): ObjectId => ({
  group: 'helm.toolkit.fluxcd.io',
  kind: 'HelmRelease',
  namespace,
  name: 'web',
});

function rightsOf(
  may: (question: AccessQuestion) => boolean | undefined | Failure,
  namespaces: readonly string[] = [],
): { rights: PatchRights; asked: string[]; next: () => Promise<void> } {
  const asked: string[] = [];
  const api = {
    mayI: (question: AccessQuestion) => {
      asked.push(`${question.verb} ${question.resource} in ${question.namespace ?? 'all'}`);
      const answer = may(question);
      return answer instanceof Failure ? Promise.reject(answer) : Promise.resolve(answer);
    },
  } as Pick<ClusterApi, 'mayI'> as ClusterApi;
  const rights = new PatchRights({ api, namespaces, log: noLog() });
  const next = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      const subscription = rights.onDidChange(() => {
        subscription.dispose();
        resolve();
      });
    });
  };
  return { rights, asked, next };
}

test('a right for the whole cluster is asked once and holds in every namespace', async () => {
  const { rights, asked, next } = rightsOf(() => true);
  assert.equal(rights.mayPatch(release('a')), undefined);
  await next();
  assert.deepEqual([rights.mayPatch(release('a')), rights.mayPatch(release('b'))], [true, true]);
  assert.deepEqual(asked, ['patch helmreleases in all']);
  rights.dispose();
});

test('refused for the cluster, each namespace is asked, once', async () => {
  const { rights, asked, next } = rightsOf(({ namespace }) => namespace === 'mine');
  rights.mayPatch(release('mine'));
  await next();
  assert.equal(rights.mayPatch(release('mine')), undefined);
  await next();
  rights.mayPatch(release('theirs'));
  await next();
  assert.deepEqual([rights.mayPatch(release('mine')), rights.mayPatch(release('theirs'))], [true, false]);
  assert.deepEqual(
    asked,
    ['all', 'mine', 'theirs'].map((place) => `patch helmreleases in ${place}`),
  );
  rights.dispose();
});

test('restricted to namespaces, nothing is asked about the cluster', async () => {
  const { rights, asked, next } = rightsOf(() => true, ['mine']);
  rights.mayPatch(release('mine'));
  await next();
  assert.equal(rights.mayPatch(release('mine')), true);
  assert.deepEqual(asked, ['patch helmreleases in mine']);
  rights.dispose();
});

for (const [name, answer] of [
  ['will not say', undefined],
  ['fails', new Failure('unreachable', 'gone')],
] as const) {
  test(`a server that ${name} leaves the right unknown and is not asked again`, async () => {
    const { rights, asked, next } = rightsOf(() => answer);
    rights.mayPatch(release('a'));
    await next();
    assert.equal(rights.mayPatch(release('a')), undefined);
    assert.equal(asked.length, 1);
    rights.dispose();
  });
}

test('a kind that is none of Flux is not asked for', () => {
  const { rights, asked } = rightsOf(() => true);
  assert.equal(rights.mayPatch({ group: 'apps', kind: 'Deployment', namespace: 'a', name: 'web' }), undefined);
  assert.deepEqual(asked, []);
  rights.dispose();
});

test('after its end an answer changes nothing', async () => {
  const { rights } = rightsOf(() => true);
  let fired = 0;
  const subscription = rights.onDidChange(() => (fired += 1));
  rights.mayPatch(release('a'));
  rights.dispose();
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(rights.mayPatch(release('a')), undefined);
  assert.equal(fired, 0);
  subscription.dispose();
});
