/** "What is missing?": what is asked of the cluster, and what a person is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import type { AccessQuestion, ApiResource, ClusterApi } from '../../../src/cluster/clusterApi.ts';
import type { Controllers } from '../../../src/cluster/clusterState.ts';
import { checkPrerequisites } from '../../../src/cluster/prerequisites.ts';
import { prerequisitesReport } from '../../../src/view/prerequisitesReport.ts';

const running: Controllers = {
  state: 'known',
  fluxVersion: '2.9.5',
  items: [
    {
      namespace: 'flux-system',
      name: 'kustomize-controller',
      version: 'v1.9.5',
      desiredReplicas: 1,
      readyReplicas: 0,
      running: false,
    },
  ],
};

interface Situation {
  readonly server?: string | Failure;
  /** Kinds that are served. */
  readonly served?: readonly string[];
  readonly may?: (question: AccessQuestion) => boolean | Failure;
  readonly namespaces?: readonly string[];
  readonly controllers?: Controllers;
}

function orThrow<T>(answer: T | Failure): T {
  if (answer instanceof Failure) {
    throw answer;
  }
  return answer;
}

function api(situation: Situation, asked: AccessQuestion[]): ClusterApi {
  const resource = (kind: string): ApiResource => ({
    group: 'test',
    version: 'v1',
    kind,
    plural: `${kind.toLowerCase()}s`,
    namespaced: true,
    verbs: [],
  });
  const refuse = (): never => {
    throw new Error('not a question that this check may ask');
  };
  return {
    context: 'homelab',
    serverVersion: () =>
      Promise.resolve().then(() => ({
        gitVersion: orThrow(situation.server ?? 'v1.36.3'),
        major: '1',
        minor: '36',
      })),
    findResource: ({ kind }) =>
      Promise.resolve((situation.served ?? ['Kustomization']).includes(kind) ? resource(kind) : undefined),
    mayI: (question) => {
      asked.push(question);
      return Promise.resolve().then(() => orThrow(situation.may?.(question) ?? true));
    },
    discoverGroup: refuse,
    capabilities: refuse,
    forgetDiscovery: refuse,
    list: refuse,
    watch: refuse,
    get: refuse,
    getWithManagedFields: refuse,
    getMetadata: refuse,
    mergePatch: refuse,
    dryRunApply: refuse,
    connectToPod: refuse,
    getThroughService: refuse,
    dispose: refuse,
  };
}

async function report(situation: Situation): Promise<{ text: string; asked: AccessQuestion[] }> {
  const asked: AccessQuestion[] = [];
  const facts = await checkPrerequisites(
    api(situation, asked),
    { controllers: situation.controllers ?? running, namespaces: situation.namespaces ?? [] },
    new AbortController().signal,
  );
  return { text: prerequisitesReport(facts), asked };
}

const rows: readonly (readonly [name: string, situation: Situation, expected: RegExp])[] = [
  ['everything is there', {}, /\| Kustomization \| v1 \| ✓ \| ✓ \| ✓ \|[^]*Nothing is missing\./],
  ['a kind that is not served', {}, /\| HelmRelease \| not served \|/],
  ['no Flux at all', { served: [] }, /install Flux/],
  [
    'an unreachable server',
    { server: new Failure('unreachable', 'connection refused') },
    /API server does not answer: connection refused/,
  ],
  [
    'no right to list',
    { may: ({ verb }) => verb !== 'list' },
    /\| ✗ \| ✓ \| ✓ \|[^]*`list` and `watch` on `kustomizations\.kustomize\.toolkit\.fluxcd\.io`/,
  ],
  ['no right to patch', { may: ({ verb }) => verb !== 'patch' }, /tree is complete[^]*`patch`/],
  ['a server that will not tell', { may: () => new Failure('forbidden', 'no reviews') }, /\| \? \| \? \| \? \|/],
  ['a controller that is down', {}, /✗ flux-system\/kustomize-controller v1\.9\.5: 0 of 1 ready/],
  ['a Kubernetes too old for this Flux', { server: 'v1.30.1' }, /✗ Flux 2\.9\.5 needs Kubernetes 1\.33/],
  [
    'controllers that may not be read',
    { controllers: { state: 'unknown' } },
    /\? The Flux controllers could not be read/,
  ],
  [
    'no controllers',
    { controllers: { state: 'known', fluxVersion: undefined, items: [] } },
    /No Flux controllers found/,
  ],
];

for (const [name, situation, expected] of rows) {
  test(`prerequisites: ${name}`, async () => {
    assert.match((await report(situation)).text, expected);
  });
}

test('prerequisites: with namespaces set, rights are asked there and nowhere else', async () => {
  const { text, asked } = await report({
    namespaces: ['apps', 'infra'],
    may: ({ verb, namespace }) => !(verb === 'patch' && namespace === 'infra'),
  });
  assert.deepEqual([...new Set(asked.map((question) => question.namespace))], ['apps', 'infra']);
  assert.match(text, /\| Kustomization \| v1 \| ✓ \| ✓ \| ✗ \|/);
});

test('prerequisites: a cancelled check rejects', async () => {
  await assert.rejects(report({ server: new Failure('cancelled', 'stopped') }), /stopped/);
});
