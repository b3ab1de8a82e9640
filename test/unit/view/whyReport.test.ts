/** Why an object is not ready, from the objects of a cluster to the words on the page. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isFailure } from '../../../src/base/failure.ts';
import type { Controllers } from '../../../src/cluster/clusterState.ts';
import { explainObject } from '../../../src/cluster/explainObject.ts';
import { findFluxKind, groupOf } from '../../../src/flux/kinds.ts';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import { whyReport } from '../../../src/view/whyReport.ts';
import {
  anyObject,
  condition,
  failing,
  gitRepository,
  helmChart,
  helmRelease,
  helmRepository,
  inventoryEntry,
  kustomization,
  secret,
} from '../../support/builders.ts';
import { controllers, fakeClusterState } from '../../support/fakeClusterState.ts';
import { type ReadableCluster, readableCluster } from '../../support/readableCluster.ts';
import {
  crashing,
  event,
  pod,
  pulling,
  replicaSet,
  stuckDeployment,
  stuckRelease,
  timedOut,
  unschedulable,
} from '../cluster/troubledObjects.ts';

/** Two minutes after all builders' times. */
const now = Date.parse('2026-01-01T00:00:00Z');

interface Asked extends Omit<ReadableCluster, 'objects'> {
  readonly objects: readonly KubernetesObject[];
  /** `Kind namespace/name`. */
  readonly of: string;
  readonly controllers?: Controllers;
  readonly namespaces?: readonly string[];
}

const groups: Readonly<Record<string, string>> = {
  Kustomization: 'kustomize.toolkit.fluxcd.io',
  HelmRelease: 'helm.toolkit.fluxcd.io',
  Deployment: 'apps',
  StatefulSet: 'apps',
  Job: 'batch',
  Pod: '',
};

async function why(asked: Asked) {
  const { objects, of, controllers: given = controllers(), namespaces = [] } = asked;
  const [kind = '', path = ''] = of.split(' ');
  const [namespace = '', name = ''] = path.split('/');
  const flux = objects.filter((object): object is FluxObject =>
    Boolean(findFluxKind(groupOf(object.apiVersion), object.kind)),
  );
  const api = readableCluster(asked);
  const id = { group: groups[kind] ?? 'source.toolkit.fluxcd.io', kind, namespace, name };
  const state = fakeClusterState({ objects: flux, controllers: given, namespaces });
  const explanation = await explainObject({ api, state, now, signal: new AbortController().signal }, id);
  const report = whyReport({ explanation, isInTree: (one) => findFluxKind(one.group, one.kind) !== undefined });
  const [answer = ''] = report.text.split('\n');
  return { answer, report, requests: api.requests, explanation };
}

const dependency = (name: string, on: string) =>
  kustomization(name, {
    spec: { dependsOn: [{ name: on }] },
    conditions: failing('DependencyNotReady', `dependency 'flux-system/${on}' is not ready`),
  });
const git = gitRepository('flux-system');
const web = [replicaSet('web'), stuckDeployment('web')];
const chart = [helmChart('apps-web'), helmRepository('charts')];

const answers: readonly (Asked & { readonly title: string; readonly answer: string })[] = [
  {
    title: 'a source that is not there',
    of: 'Kustomization flux-system/apps',
    objects: [
      kustomization('apps', {
        conditions: failing('ArtifactFailed', 'Source artifact not found, retrying in 30s'),
        spec: { sourceRef: { kind: 'GitRepository', name: 'gone' } },
      }),
    ],
    answer: 'Kustomization flux-system/apps is waiting because GitRepository flux-system/gone does not exist',
  },
  {
    title: 'a source that may not sign in',
    of: 'Kustomization flux-system/apps',
    objects: [
      kustomization('apps', { conditions: failing('ArtifactFailed', 'Source artifact not found, retrying in 30s') }),
      gitRepository('flux-system', {
        conditions: failing(
          'AuthenticationFailed',
          'failed to checkout and determine revision: authentication required',
        ),
        status: { artifact: undefined },
      }),
    ],
    answer:
      'Kustomization flux-system/apps is waiting because GitRepository flux-system/flux-system fails: authentication failed: authentication required',
  },
  {
    title: 'the Secret that a source signs in with is not there',
    of: 'GitRepository flux-system/flux-system',
    objects: [
      gitRepository('flux-system', {
        spec: { secretRef: { name: 'git-auth' } },
        conditions: failing('AuthenticationFailed', 'failed to get secret: secrets "git-auth" not found'),
        status: { artifact: undefined },
      }),
    ],
    answer:
      'GitRepository flux-system/flux-system is not ready because Secret flux-system/git-auth, which it signs in with, does not exist',
  },
  {
    title: 'a dependency three steps down',
    of: 'Kustomization flux-system/a',
    objects: [
      git,
      dependency('a', 'b'),
      dependency('b', 'c'),
      dependency('c', 'd'),
      kustomization('d', { conditions: failing('BuildFailed', 'kustomize build failed: no such file') }),
    ],
    answer:
      'Kustomization flux-system/a is waiting because Kustomization flux-system/d, which Kustomization flux-system/c depends on, fails: build failed: no such file',
  },
  {
    title: 'dependencies in a circle',
    of: 'Kustomization flux-system/a',
    objects: [git, dependency('a', 'b'), dependency('b', 'c'), dependency('c', 'a')],
    answer:
      'Kustomization flux-system/a is waiting because Kustomization flux-system/a, Kustomization flux-system/b and Kustomization flux-system/c wait for each other in a circle',
  },
  {
    title: 'a dependency that nobody applies, for its parent is suspended',
    of: 'Kustomization flux-system/apps',
    objects: [
      git,
      kustomization('apps', {
        appliedBy: { kind: 'Kustomization', name: 'root' },
        spec: { dependsOn: [{ name: 'infra' }] },
        conditions: failing('DependencyNotReady', "dependency 'flux-system/infra' not found: …"),
      }),
      kustomization('root', { spec: { suspend: true } }),
    ],
    answer:
      'Kustomization flux-system/apps is waiting because Kustomization flux-system/root, which applies Kustomization flux-system/infra, is suspended',
  },
  {
    title: 'an object that is not there, for its parent is suspended',
    of: 'HelmRelease apps/web',
    objects: [
      kustomization('apps', {
        spec: { suspend: true },
        status: {
          inventory: {
            entries: [
              inventoryEntry(
                { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'apps', name: 'web' },
                'v2',
              ),
            ],
          },
        },
      }),
    ],
    answer:
      'HelmRelease apps/web does not exist on homelab because Kustomization flux-system/apps, which applies it, is suspended',
  },
  {
    title: 'an object that is gone, and nobody knows of it',
    of: 'HelmRelease apps/web',
    objects: [],
    answer: 'HelmRelease apps/web does not exist on homelab',
  },
  {
    title: 'pods that cannot pull their image',
    of: 'HelmRelease apps/web',
    objects: [stuckRelease('web'), ...chart, ...web, pod('web-1', 'web', pulling), pod('web-2', 'web', pulling)],
    answer: 'HelmRelease apps/web is not ready because its pods cannot pull ghcr.io/example/web:1.2 (ImagePullBackOff)',
  },
  {
    title: 'pods that crash, two owners up',
    of: 'Kustomization flux-system/apps',
    objects: [
      git,
      kustomization('apps', {
        conditions: failing(
          'HealthCheckFailed',
          `health check failed after 30s: ${timedOut({ kind: 'HelmRelease', namespace: 'apps', name: 'web' })}`,
        ),
        status: {
          inventory: {
            entries: [
              inventoryEntry(
                { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'apps', name: 'web' },
                'v2',
              ),
            ],
          },
        },
      }),
      stuckRelease('web'),
      ...chart,
      ...web,
      pod('web-1', 'web', crashing),
    ],
    answer:
      'Kustomization flux-system/apps is not ready because the pod of HelmRelease apps/web crashes: container web exits with code 1 (CrashLoopBackOff, 7 restarts)',
  },
  {
    title: 'a pod that no node takes',
    of: 'HelmRelease apps/web',
    objects: [stuckRelease('web'), ...chart, ...web, pod('web-1', 'web', unschedulable)],
    answer:
      'HelmRelease apps/web is not ready because its pod cannot be scheduled: 0/3 nodes are available: 3 Insufficient memory.',
  },
  {
    title: 'a claim that is not bound',
    of: 'HelmRelease apps/web',
    objects: [
      stuckRelease('web'),
      ...chart,
      ...web,
      pod('web-1', 'web', unschedulable, {
        spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
      }),
      anyObject('v1', 'PersistentVolumeClaim', 'data', { namespace: 'apps', fields: { status: { phase: 'Pending' } } }),
      event(
        { kind: 'PersistentVolumeClaim', namespace: 'apps', name: 'data' },
        { reason: 'ProvisioningFailed', message: 'storageclass.storage.k8s.io "nas" not found' },
      ),
    ],
    answer:
      'HelmRelease apps/web is not ready because PersistentVolumeClaim apps/data, which its pods mount, is not ready (not bound, phase: Pending: storageclass.storage.k8s.io "nas" not found)',
  },
  {
    title: 'a claim that is not bound, of the release that is waited for',
    of: 'HelmRelease apps/agent',
    objects: [
      helmRelease('agent', {
        namespace: 'apps',
        spec: { dependsOn: [{ name: 'web' }] },
        conditions: failing('DependencyNotReady', "dependency 'apps/web' is not ready"),
      }),
      helmChart('apps-agent'),
      stuckRelease('web'),
      ...chart,
      ...web,
      pod('web-1', 'web', unschedulable, {
        spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
      }),
      anyObject('v1', 'PersistentVolumeClaim', 'data', { namespace: 'apps', fields: { status: { phase: 'Pending' } } }),
    ],
    answer:
      'HelmRelease apps/agent is waiting because PersistentVolumeClaim apps/data, which the pods of HelmRelease apps/web mount, is not ready (not bound, phase: Pending)',
  },
  {
    title: 'an install whose retries are exhausted, and what it had applied is uninstalled',
    of: 'HelmRelease apps/web',
    objects: [
      helmRelease('web', {
        namespace: 'apps',
        conditions: [
          condition('Stalled', 'True', 'RetriesExceeded', 'Failed to install after 4 attempt(s)'),
          condition('Ready', 'False', 'UninstallSucceeded', 'Helm uninstall succeeded for release apps/web.v4'),
        ],
      }),
      ...chart,
    ],
    answer: 'HelmRelease apps/web is not ready: gave up after its retries: Failed to install after 4 attempt(s)',
  },
  {
    title: 'values from a ConfigMap that is not there',
    of: 'HelmRelease apps/web',
    objects: [
      helmRelease('web', {
        namespace: 'apps',
        spec: {
          valuesFrom: [
            { kind: 'ConfigMap', name: 'web-values' },
            { kind: 'Secret', name: 'extra', optional: true },
          ],
        },
        conditions: failing('ValuesError', 'could not resolve ConfigMap chart values reference'),
      }),
      ...chart,
    ],
    answer:
      'HelmRelease apps/web is not ready because ConfigMap apps/web-values, which it takes values from, does not exist',
  },
  {
    title: 'a controller that does not run',
    of: 'Kustomization flux-system/apps',
    controllers: controllers('2.9.5', ['kustomize-controller']),
    objects: [git, kustomization('apps', { conditions: [] })],
    answer: 'Kustomization flux-system/apps has not been reconciled because kustomize-controller is not running',
  },
  {
    title: 'a chart whose repository does not answer',
    of: 'HelmRelease apps/web',
    objects: [
      helmRelease('web', {
        namespace: 'apps',
        conditions: failing('SourceNotReady', "HelmChart 'flux-system/apps-web' is not ready"),
      }),
      helmChart('apps-web', {
        conditions: failing('NoSourceArtifact', 'no artifact available for HelmRepository source'),
        status: { artifact: undefined },
      }),
      helmRepository('charts', {
        conditions: failing('IndexationFailed', 'failed to fetch index: 401 Unauthorized'),
        status: { artifact: undefined },
      }),
    ],
    answer:
      'HelmRelease apps/web is waiting because HelmRepository flux-system/charts fails: indexation failed: failed to fetch index: 401 Unauthorized',
  },
  {
    title: 'itself suspended, with the word that was left',
    of: 'Kustomization flux-system/apps',
    objects: [
      git,
      kustomization('apps', { spec: { suspend: true }, conditions: failing('BuildFailed', 'no such file') }),
    ],
    answer: 'Kustomization flux-system/apps is suspended, and before that it was failed',
  },
  {
    title: 'ready',
    of: 'Kustomization flux-system/apps',
    objects: [git, kustomization('apps')],
    answer: 'Kustomization flux-system/apps has been ready for 2m',
  },
  {
    title: 'a Deployment itself',
    of: 'Deployment apps/web',
    objects: [...web, pod('web-1', 'web', pulling)],
    answer: 'Deployment apps/web is not ready because its pod cannot pull ghcr.io/example/web:1.2 (ImagePullBackOff)',
  },
  {
    title: 'a dependency that may not be read',
    of: 'Kustomization flux-system/a',
    objects: [git, dependency('a', 'b')],
    forbidden: /^get Kustomization flux-system\/b/,
    answer:
      'Kustomization flux-system/a is waiting because Kustomization flux-system/b, which it depends on, is not ready or not there, which could not be read',
  },
  {
    title: 'a kind whose definition is gone',
    of: 'Kustomization flux-system/apps',
    objects: [
      kustomization('apps', { conditions: failing('ArtifactFailed', 'Source artifact not found, retrying in 30s') }),
    ],
    notServed: ['GitRepository'],
    answer:
      'Kustomization flux-system/apps is waiting because GitRepository flux-system/flux-system is of a kind that the cluster does not serve',
  },
];

describe('the first line says why', () => {
  for (const row of answers) {
    it(row.title, async () => {
      assert.equal((await why(row)).answer, row.answer);
    });
  }
});

/** What a link covers and where it leads: `reveal HelmRelease apps/web`. */
function linksOf({ report }: Awaited<ReturnType<typeof why>>): string[] {
  const lines = report.text.split('\n');
  return report.links.map(({ line, start, end, target }) => {
    const text = (lines[line] ?? '').slice(start, end);
    return target.to === 'page'
      ? `${text} → ${target.url}`
      : `${text} → ${target.command} ${target.id.kind} ${target.id.name}`;
  });
}

const stuck: Asked = {
  of: 'HelmRelease apps/web',
  objects: [
    stuckRelease('web'),
    ...chart,
    ...web,
    pod('web-1', 'web', pulling),
    event(
      { kind: 'HelmRelease', namespace: 'apps', name: 'web' },
      { reason: 'InstallFailed', message: 'failed\n\nLast Helm logs:\n\nCreated Secret: hunter2' },
    ),
    event(
      { kind: 'HelmRelease', namespace: 'apps', name: 'web' },
      { reason: 'info', message: 'older', type: 'Normal', at: '2025-12-31T23:57:00Z', count: 3 },
    ),
    event({ kind: 'HelmRelease', namespace: 'apps', name: 'other' }, { reason: 'no', message: 'of another object' }),
  ],
};

describe('the document', () => {
  it('says all of it, in the order in which a person asks', async () => {
    const { report } = await why(stuck);
    const expected = `HelmRelease apps/web is not ready because its pod cannot pull ghcr.io/example/web:1.2 (ImagePullBackOff)
On homelab, read at HH:MM. Show in tree · Open file · Open live YAML

What the controller says
  InstallFailed · for 2m · tried again by itself · runs 1.0.0
  Helm install failed for release apps/web with chart web@1.0.0: timeout waiting for: [Deployment/apps/web status: 'InProgress']

From here to the cause
  HelmRelease apps/web: install failed: timed out waiting for 1 object · 2m
    waits for Deployment apps/web: available: 0 of 1

Pods that do not run
  Of Deployment apps/web
    Pod apps/web-1 cannot pull ghcr.io/example/web:1.2 (ImagePullBackOff)
      container web: ImagePullBackOff, image ghcr.io/example/web:1.2
        Back-off pulling image "ghcr.io/example/web:1.2"

Conditions
  Reconciling=True · ProgressingWithRetry · 2m ago
  Ready=False · InstallFailed · 2m ago

Events of HelmRelease apps/web, newest first
  1m ago · Warning · InstallFailed · by controller
    failed
  3m ago · info · 3 times · by controller
    older

Documentation
  Flux: what happens after a failed release
  Kubernetes: images and ImagePullBackOff
  Kubernetes: pull an image from a private registry
  Flux: HelmRelease
  Flux: troubleshooting
`;
    assert.equal(report.text.replace(/read at \d\d:\d\d/, 'read at HH:MM'), expected);
  });

  it('has links that we have made: to the tree, to YAML, to pages', async () => {
    assert.deepEqual(linksOf(await why(stuck)), [
      'Show in tree → revealObject HelmRelease web',
      'Open file → openFile HelmRelease web',
      'Open live YAML → openLiveObject HelmRelease web',
      'HelmRelease apps/web → revealObject HelmRelease web',
      'Deployment apps/web → openLiveObject Deployment web',
      'Pod apps/web-1 → openLiveObject Pod web-1',
      'Flux: what happens after a failed release → https://fluxcd.io/flux/components/helm/helmreleases/#configuring-failure-handling',
      'Kubernetes: images and ImagePullBackOff → https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff',
      'Kubernetes: pull an image from a private registry → https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/',
      'Flux: HelmRelease → https://fluxcd.io/flux/components/helm/helmreleases/',
      'Flux: troubleshooting → https://fluxcd.io/flux/cheatsheets/troubleshooting/',
    ]);
  });

  it('asks for nothing that a Secret holds, nor for what a ConfigMap does', async () => {
    const valuesFrom = ['Secret', 'ConfigMap'].map((kind) => ({ kind, name: 'web-values' }));
    const { requests } = await why({
      of: 'HelmRelease apps/web',
      objects: [
        helmRelease('web', { namespace: 'apps', spec: { valuesFrom }, conditions: failing('ValuesError', 'no') }),
        secret('web-values', 'hunter2', { namespace: 'apps' }),
        ...chart,
      ],
    });
    const about = requests.filter((request) => /Secret|ConfigMap/.test(request));
    assert.deepEqual(about.sort(), ['metadata ConfigMap apps/web-values', 'metadata Secret apps/web-values']);
  });

  it('sends no request for a Secret to a user who may not see it, and says so', async () => {
    const { requests, report } = await why({
      of: 'GitRepository flux-system/flux-system',
      maySeeSecrets: false,
      objects: [
        gitRepository('flux-system', {
          spec: { secretRef: { name: 'git-auth' } },
          conditions: failing('AuthenticationFailed', 'no'),
        }),
      ],
    });
    assert.deepEqual(
      requests.filter((request) => request.includes('Secret')),
      [],
    );
    assert.match(
      report.text,
      /What could not be read\n {2}forbidden: get Secret flux-system\/git-auth \(no permission\)/,
    );
  });

  it('tells what it can where events may not be read', async () => {
    const { answer, report } = await why({ ...stuck, forbidden: /^list Event/ });
    assert.match(answer, /cannot pull ghcr\.io\/example\/web:1\.2/);
    assert.match(report.text, /What could not be read\n {2}forbidden: list events in apps \(no permission\)\n$/);
  });

  it('tells what it can where a request is not answered', async () => {
    const { answer, report } = await why({ ...stuck, broken: /^list Pod/ });
    assert.equal(
      answer,
      'HelmRelease apps/web is not ready because its Deployment apps/web is not ready (available: 0 of 1)',
    );
    assert.match(report.text, / {2}not answered: list pods in apps \(connection refused\)/);
  });

  it('asks for nothing outside of the namespaces that the session is restricted to', async () => {
    const { requests, report } = await why({ ...stuck, namespaces: ['apps'] });
    assert.deepEqual(
      requests.filter((request) => request.includes('flux-system')),
      [],
    );
    assert.match(report.text, /forbidden: get HelmChart flux-system\/apps-web \(outside of driftline\.namespaces\)/);
  });

  it('fails only where the object itself is not answered', async () => {
    await assert.rejects(why({ ...stuck, broken: /^get HelmRelease/ }), (error) => isFailure(error, 'unreachable'));
  });

  it('ends when nobody waits for it any more', async () => {
    const api = readableCluster(stuck);
    const cancelling = new AbortController();
    const report = (message: string): void => {
      if (message.startsWith('Deployment')) {
        cancelling.abort();
      }
    };
    const id = { group: groups['HelmRelease'] ?? '', kind: 'HelmRelease', namespace: 'apps', name: 'web' };
    const parts = { api, state: fakeClusterState(), now, signal: cancelling.signal, report };
    await assert.rejects(explainObject(parts, id), (error) => isFailure(error, 'cancelled'));
    assert.ok(api.requests.every((request) => !request.startsWith('list Event')));
  });

  it('keeps what the container itself has written to the container', async () => {
    const { report } = await why({
      of: 'Deployment apps/web',
      objects: [...web, pod('web-1', 'web', crashing)],
    });
    assert.match(report.text, /container web: CrashLoopBackOff, ended by Error, exit code 1, 7 restarts/);
    assert.doesNotMatch(report.text, /hunter2|DATABASE_URL/);
  });

  it("leaves Helm's log out of events", async () => {
    assert.doesNotMatch((await why(stuck)).report.text, /Last Helm logs|hunter2/);
  });

  it('tells a dependency of two once, and looks it up once', async () => {
    const both = kustomization('top', {
      spec: { dependsOn: [{ name: 'left' }, { name: 'right' }] },
      conditions: failing('DependencyNotReady', "dependency 'flux-system/left' is not ready"),
    });
    const { answer, report, requests } = await why({
      of: 'Kustomization flux-system/top',
      objects: [
        git,
        both,
        dependency('left', 'base'),
        dependency('right', 'base'),
        kustomization('base', { conditions: failing('BuildFailed', 'no such file') }),
      ],
    });
    assert.match(answer, /because Kustomization flux-system\/base, which .* fails: build failed: no such file$/);
    assert.equal(report.text.match(/depends on Kustomization flux-system\/base/g)?.length, 2);
    assert.match(report.text, /depends on Kustomization flux-system\/base: .* · see above/);
    assert.equal(requests.filter((request) => request === 'get Kustomization flux-system/base').length, 1);
  });

  it('tells of who applies it only what stands in the way of the next change', async () => {
    const waiting = failing('HealthCheckFailed', 'health check failed after 30s');
    const chainWith = async (parent: FluxObject): Promise<string | undefined> => {
      const release = stuckRelease('web');
      const labels = kustomization('x', { appliedBy: { kind: 'Kustomization', name: 'apps' } }).metadata.labels ?? {};
      const applied = { ...release, metadata: { ...release.metadata, labels } };
      const { report } = await why({ of: 'HelmRelease apps/web', objects: [git, applied, ...chart, ...web, parent] });
      return /applied by .*/.exec(report.text)?.[0];
    };
    assert.equal(await chainWith(kustomization('apps')), undefined);
    assert.equal(await chainWith(kustomization('apps', { conditions: waiting })), undefined, 'it waits for this one');
    assert.equal(
      await chainWith(kustomization('apps', { conditions: waiting, spec: { suspend: true } })),
      'applied by (beside it) Kustomization flux-system/apps: suspended',
    );
    assert.match(
      (await chainWith(kustomization('apps', { conditions: failing('BuildFailed', 'no such file') }))) ?? '',
      /^applied by \(beside it\) Kustomization flux-system\/apps: build failed: no such file/,
    );
  });

  it('looks at the objects that the controller names, where it names any', async () => {
    const ids = ['web', 'other'].map((name) => ({ group: 'apps', kind: 'Deployment', namespace: 'apps', name }));
    const waitsFor = (message: string) =>
      why({
        of: 'Kustomization flux-system/apps',
        objects: [
          git,
          ...web,
          stuckDeployment('other'),
          kustomization('apps', {
            conditions: failing('HealthCheckFailed', message),
            status: { inventory: { entries: ids.map((id) => inventoryEntry(id)) } },
          }),
        ],
      });
    const [first] = ids;
    assert.ok(first);
    assert.doesNotMatch((await waitsFor(timedOut(first))).report.text, /Deployment apps\/other/);
    assert.match((await waitsFor('health check failed')).report.text, /waits for Deployment apps\/other/);
  });

  it('leaves out pods that the workload does not own, and those of before', async () => {
    const foreign = {
      ...pod('foreign', 'web', pulling),
      metadata: { ...pod('foreign', 'web', pulling).metadata, ownerReferences: [] },
    };
    const leaving = pod('leaving', 'web', pulling);
    const gone = { ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: '2025-12-31T23:59:00Z' } };
    const { report } = await why({
      of: 'Deployment apps/web',
      objects: [...web, pod('web-1', 'web', crashing), foreign, gone],
    });
    assert.deepEqual(report.text.match(/Pod apps\/\S+/g), ['Pod apps/web-1']);
  });

  it('tells twenty pods, and counts the others', async () => {
    const many = Array.from({ length: 23 }, (_, index) => pod(`web-${index}`, 'web', pulling));
    const { report } = await why({ of: 'Deployment apps/web', objects: [...web, ...many] });
    assert.equal(report.text.match(/^ {4}Pod apps/gm)?.length, 20);
    assert.match(report.text, /^ {4}and 3 more$/m);
  });

  it('makes no more than 150 requests, and says that there was more', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `k${index}`);
    const { requests, report } = await why({
      of: 'Kustomization flux-system/top',
      objects: [
        kustomization('top', {
          spec: { dependsOn: names.map((name) => ({ name })) },
          conditions: failing('DependencyNotReady', "dependency 'flux-system/k0' is not ready"),
        }),
      ],
    });
    assert.ok(requests.length <= 150, String(requests.length));
    assert.match(report.text, /Only the first 150 requests were made/);
  });
});

describe('what a cluster says', () => {
  const hostile = [
    'Documentation',
    '[click](command:workbench.action.terminal.new) \u202egnp\u200b',
    'git clone https://admin:hunter2@example.com/x.git?token=hunter2',
    'Authorization: Bearer hunter2hunter2',
    'password=hunter2',
    'Secret "db" is invalid: data[password]: Invalid value: "hunter2"',
  ].join('\r\n');
  const asked = why({
    of: 'Kustomization flux-system/apps',
    objects: [git, kustomization('apps', { conditions: failing('BuildFailed', hostile) })],
  });

  it('is no heading: it stands indented, however it begins', async () => {
    const { report } = await asked;
    assert.equal(report.text.match(/^Documentation$/gm)?.length, 1);
    assert.match(report.text, /^ {2}Documentation$/m);
  });

  it('is no link, and has no signs that nobody sees', async () => {
    const result = await asked;
    assert.ok(linksOf(result).every((link) => !link.includes('terminal')));
    assert.doesNotMatch(result.report.text, /\]\(command:|[\u202e\u200b\r]/);
  });

  it('quotes no credentials', async () => {
    assert.doesNotMatch((await asked).report.text, /hunter2/);
  });

  it('a name that is none is never asked for', async () => {
    const { requests, answer } = await why({
      of: 'Kustomization flux-system/apps',
      objects: [
        git,
        kustomization('apps', {
          spec: { dependsOn: [{ name: '../../../secrets' }] },
          conditions: failing('DependencyNotReady', 'no'),
        }),
      ],
    });
    assert.ok(requests.every((request) => !request.includes('..')));
    assert.match(answer, /does not exist$/);
  });
});
