/** A recording of today, served as older releases of Flux serve it: the table of versions, and what was not there yet. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plainRequest } from '../../contract/plainRequest.ts';
import { type ApiObject, valueAt } from '../../support/apiServer/apiObject.ts';
import { startApiServer } from '../../support/apiServer/apiServer.ts';
import { Discovery } from '../../support/apiServer/discovery.ts';
import { asOlderFlux, type OlderFlux } from '../../support/apiServer/olderFlux.ts';
import type { Recording } from '../../support/apiServer/recording.ts';
import {
  anyObject,
  condition,
  controller,
  gitRepository,
  helmRelease,
  helmRepository,
  kustomization,
  ociRepository,
  ready,
} from '../../support/builders.ts';

const today = new Discovery();
const paths = [
  '/api',
  '/apis',
  '/api/v1',
  '/apis/apps/v1',
  '/apis/kustomize.toolkit.fluxcd.io/v1',
  '/apis/helm.toolkit.fluxcd.io/v2',
  '/apis/source.toolkit.fluxcd.io/v1',
];

const recording: Recording = {
  about: { flux: '2.9.5', kubernetes: '1.36.3', recordedFrom: 'a test' },
  version: { gitVersion: 'v1.36.3' },
  discovery: Object.fromEntries(paths.map((path) => [path, today.document(path)])),
  objects: [
    kustomization('apps', { status: { history: [{ name: 'x' }] } }),
    helmRelease('grafana', {
      spec: { driftDetection: { mode: 'warn' } },
      conditions: [
        ready(),
        condition('Drifted', 'True', 'DriftDetected', 'Cluster state of release default/grafana.v1 has drifted'),
      ],
      status: { inventory: { entries: [{ id: 'default_grafana_apps_Deployment', v: 'v1' }] } },
    }),
    gitRepository('flux-system'),
    helmRepository('charts'),
    ociRepository('manifests'),
    anyObject('source.toolkit.fluxcd.io/v1', 'ExternalArtifact', 'built', { namespace: 'flux-system' }),
    controller('kustomize-controller'),
    controller('source-watcher'),
    anyObject('v1', 'ConfigMap', 'plain', { fields: { data: { a: 'b' } } }),
  ] as ApiObject[],
  dryRuns: [
    {
      path: '/apis/helm.toolkit.fluxcd.io/v2/namespaces/a/helmreleases/b?dryRun=All',
      body: {},
      status: 200,
      response: {},
    },
    { path: '/api/v1/namespaces/a/configmaps/b?dryRun=All', body: {}, status: 200, response: {} },
  ],
};

/** One row for each kind: what discovery prefers for it in each release; empty where the kind is not served. */
const rows: readonly (readonly [group: string, plural: string, preferred: Readonly<Record<OlderFlux, string>>])[] = [
  ['kustomize.toolkit.fluxcd.io', 'kustomizations', { '2.2': 'v1', '2.6': 'v1' }],
  ['helm.toolkit.fluxcd.io', 'helmreleases', { '2.2': 'v2beta2', '2.6': 'v2' }],
  ['source.toolkit.fluxcd.io', 'gitrepositories', { '2.2': 'v1', '2.6': 'v1' }],
  ['source.toolkit.fluxcd.io', 'helmrepositories', { '2.2': 'v1beta2', '2.6': 'v1' }],
  ['source.toolkit.fluxcd.io', 'helmcharts', { '2.2': 'v1beta2', '2.6': 'v1' }],
  ['source.toolkit.fluxcd.io', 'buckets', { '2.2': 'v1beta2', '2.6': 'v1' }],
  ['source.toolkit.fluxcd.io', 'ocirepositories', { '2.2': 'v1beta2', '2.6': 'v1' }],
  ['source.toolkit.fluxcd.io', 'externalartifacts', { '2.2': '', '2.6': '' }],
];

for (const release of ['2.2', '2.6'] as const) {
  describe(`a recording as Flux ${release} serves it`, () => {
    const older = asOlderFlux(recording, release);
    const find = (kind: string): ApiObject | undefined => older.objects.find((object) => object.kind === kind);
    const discovery = new Discovery(older.discovery);

    for (const [group, plural, preferred] of rows) {
      it(`serves ${plural} as ${preferred[release] === '' ? 'nothing' : preferred[release]}`, () => {
        const groups = valueAt(discovery.document(`/apis/${group}`), 'versions') as { version: string }[];
        const first = groups.find(({ version }) => discovery.find(group, version, plural) !== undefined);
        assert.equal(first?.version ?? '', preferred[release]);
      });
    }

    it('has no inventory of releases, and no Drifted', () => {
      const helm = find('HelmRelease');
      assert.equal(helm?.apiVersion, `helm.toolkit.fluxcd.io/${release === '2.2' ? 'v2beta2' : 'v2'}`);
      assert.equal(valueAt(helm, 'status', 'inventory'), undefined);
      assert.deepEqual(
        (valueAt(helm, 'status', 'conditions') as { type: string }[]).map(({ type }) => type),
        ['Ready'],
      );
      assert.equal(valueAt(helm, 'spec', 'driftDetection', 'mode'), 'warn', 'what was asked for stays');
    });

    it('has the inventory of Kustomizations, but not their history', () => {
      const status = find('Kustomization')?.status;
      assert.deepEqual(Object.keys(status ?? {}).includes('inventory'), true);
      assert.equal(status?.['history'], undefined);
    });

    it('has no kinds and controllers that came later', () => {
      assert.equal(find('ExternalArtifact'), undefined);
      assert.deepEqual(
        older.objects.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata.name),
        ['kustomize-controller'],
      );
    });

    it('says its version on the controllers', () => {
      const deployment = find('Deployment');
      assert.match(deployment?.metadata.labels?.['app.kubernetes.io/version'] ?? '', new RegExp(`^v${release}\\.`));
      assert.ok(
        JSON.stringify(deployment).includes(`/kustomize-controller:${release === '2.2' ? 'v1.2.2' : 'v1.6.1'}"`),
      );
    });

    it('leaves everything else as it was recorded', () => {
      assert.deepEqual(find('ConfigMap'), recording.objects.at(-1));
      assert.deepEqual(
        older.dryRuns.map(({ path }) => path),
        ['/api/v1/namespaces/a/configmaps/b?dryRun=All'],
      );
    });

    it('can be served', async () => {
      const server = await startApiServer({ recording: older });
      try {
        const version = release === '2.2' ? 'v2beta2' : 'v2';
        const list = await plainRequest(server, `/apis/helm.toolkit.fluxcd.io/${version}/helmreleases`, {
          token: server.token(),
        });
        assert.equal((valueAt(list.json(), 'items') as unknown[]).length, 1);
      } finally {
        await server.close();
      }
    });
  });
}
