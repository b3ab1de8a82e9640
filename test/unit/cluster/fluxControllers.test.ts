/** The Flux controllers: which run, in which version, and when nobody can know. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Disposables } from '../../../src/base/disposables.ts';
import type { Controllers } from '../../../src/cluster/clusterState.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { controller, deployment } from '../../support/builders.ts';
import { sessionOn, type SessionOptions, smallCluster } from './sessionSetup.ts';

const lifetime = new Disposables();
after(() => lifetime.dispose());

const withoutControllers = smallCluster.filter(({ kind }) => kind !== 'Deployment');

async function controllersOf(objects: readonly KubernetesObject[], options: SessionOptions = {}) {
  const set = await sessionOn(lifetime, { objects: [...withoutControllers, ...objects], ...options });
  return { ...set, controllers: () => set.session.controllers };
}

const isKnown = (value: Controllers): boolean => value.state === 'known';

/** A Deployment of Flux with this image and this version label. */
function fluxDeployment(name: string, image: string, label?: string, replicas = 1): KubernetesObject {
  return deployment(name, {
    namespace: 'flux-system',
    image,
    replicas,
    labels: {
      'app.kubernetes.io/part-of': 'flux',
      ...(label === undefined ? {} : { 'app.kubernetes.io/version': label }),
    },
  });
}

function checkVersion(
  name: string,
  image: string,
  label: string | undefined,
  expected: [string | undefined, string | undefined],
): void {
  test(`version: ${name}`, async () => {
    const { until, controllers } = await controllersOf([fluxDeployment('kustomize-controller', image, label)]);
    await until(() => isKnown(controllers()));
    const value = controllers();
    assert.ok(value.state === 'known');
    assert.deepEqual([value.items[0]?.version, value.fluxVersion], expected);
  });
}

checkVersion(
  'of the controller by its image, of Flux by the label',
  'ghcr.io/fluxcd/kustomize-controller:v1.9.4',
  'v2.9.5',
  ['1.9.4', '2.9.5'],
);
checkVersion('an image with tag and digest', 'ghcr.io/fluxcd/k:v1.9.4@sha256:abc', 'v2.9.5', ['1.9.4', '2.9.5']);
checkVersion('an image by digest alone', 'ghcr.io/fluxcd/k@sha256:abc', 'v2.9.5', ['2.9.5', '2.9.5']);
checkVersion('a registry with a port and no tag', 'registry:5000/k', 'v2.9.5', ['2.9.5', '2.9.5']);
checkVersion('no label', 'ghcr.io/fluxcd/k:v1.9.4', undefined, ['1.9.4', undefined]);
checkVersion('neither', 'k', undefined, [undefined, undefined]);

test('the label of the CRDs tells the version where the Deployments do not', async () => {
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gitrepositories.source.toolkit.fluxcd.io', labels: { 'app.kubernetes.io/version': 'v2.6.4' } },
  };
  const { until, controllers } = await controllersOf([crd, fluxDeployment('source-controller', 'x:v1.6.2')]);
  await until(() => {
    const value = controllers();
    return value.state === 'known' && value.fluxVersion === '2.6.4';
  });
});

test('only the Flux controllers count, not every Deployment', async () => {
  const { server, until, controllers } = await controllersOf([
    controller('kustomize-controller'),
    deployment('podinfo'),
  ]);
  await until(() => isKnown(controllers()));
  const value = controllers();
  assert.ok(value.state === 'known');
  assert.deepEqual(
    value.items.map(({ name }) => name),
    ['kustomize-controller'],
  );
  assert.ok(
    server.requests.every(
      ({ path }) => !path.includes('deployments') || path.includes('labelSelector=app.kubernetes.io%2Fpart-of%3Dflux'),
    ),
  );
});

test('a controller at 0 replicas does not run, and that is noticed while it happens', async () => {
  const { server, until, controllers } = await controllersOf([controller('kustomize-controller')]);
  const runs = (): boolean | undefined => {
    const value = controllers();
    return value.state === 'known' ? value.items[0]?.running : undefined;
  };
  await until(() => runs() === true);
  server.put(fluxDeployment('kustomize-controller', 'x:v1', 'v2.9.5', 0));
  await until(() => runs() === false);
  server.remove({ group: 'apps', kind: 'Deployment', namespace: 'flux-system', name: 'kustomize-controller' });
  await until(() => runs() === undefined && isKnown(controllers()));
});

test('no Deployment of Flux in a whole cluster is known: there is none', async () => {
  const { until, controllers } = await controllersOf([]);
  await until(() => isKnown(controllers()));
  assert.deepEqual(controllers(), { state: 'known', fluxVersion: undefined, items: [] });
});

const noDeployments = { user: 'admin', verb: 'list', group: 'apps', resource: 'deployments' };

test('not allowed to list Deployments of the cluster: those of flux-system are asked', async () => {
  const bob = { name: 'bob', token: 'bob-token' };
  const { server, until, controllers } = await controllersOf([controller('kustomize-controller')], {
    users: [bob],
    user: 'bob',
    prepare: (prepared) => {
      lifetime.add(
        prepared.faults.add({
          match: { path: /\/apis\/apps\/v1\/deployments/ },
          fault: { status: 403, message: 'bob may not' },
        }),
      );
    },
  });
  await until(() => isKnown(controllers()));
  const asked = server.requests
    .filter(({ path }) => path.includes('/deployments?'))
    .map(({ path }) => path.split('?')[0]);
  assert.deepEqual(asked.slice(0, 2), [
    '/apis/apps/v1/deployments',
    '/apis/apps/v1/namespaces/flux-system/deployments',
  ]);
  assert.ok(server.requests.every(({ path }) => !path.includes('customresourcedefinitions/')));
});

test('not allowed anywhere: unknown, with the reason, and no claim that none runs', async () => {
  const { until, controllers, session } = await controllersOf([controller('kustomize-controller')], {
    denials: [noDeployments],
  });
  await until(() => {
    const value = controllers();
    return value.state === 'unknown' && value.failure?.reason === 'forbidden';
  });
  assert.equal(session.connection.state, 'connected');
});

test('kept to namespaces without Flux: unknown, nothing else is asked', async () => {
  const { server, until, controllers, session } = await controllersOf([controller('kustomize-controller')], {
    namespaces: ['logging'],
  });
  await until(() => session.connection.state === 'connected');
  await server.received(({ path, watch }) => watch && path.includes('/deployments?'));
  assert.equal(controllers().state, 'unknown');
  assert.ok(
    server.requests.every(({ path }) => !path.includes('/deployments') || path.includes('/namespaces/logging/')),
  );
});

test('a look-up that fails is tried again, also when the user asks for it', async () => {
  const { server, session, until, controllers } = await controllersOf([controller('kustomize-controller')], {
    prepare: (prepared) => lifetime.add(prepared.faults.add({ match: { path: /^\/apis\/apps$/ }, fault: 500 })),
  });
  await until(() => {
    const value = controllers();
    return value.state === 'unknown' && value.failure !== undefined;
  });
  server.faults.clear();
  session.retry();
  await until(() => isKnown(controllers()));
});
