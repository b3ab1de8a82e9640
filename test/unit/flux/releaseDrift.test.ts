import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { releaseDrift, type ReleaseDrift } from '../../../src/flux/releaseDrift.ts';
import { condition, fluxObject } from './fluxObject.ts';

interface Row {
  readonly is: string;
  readonly title?: string;
  readonly mode?: string;
  readonly conditions?: readonly string[];
  readonly version?: string | undefined;
  readonly expect: ReleaseDrift['state'];
}

function checkDrift({ title = 'HelmRelease logging/grafana', mode, conditions = [], version, expect }: Row): void {
  const release = fluxObject(title, {
    spec: mode === undefined ? {} : { driftDetection: { mode } },
    conditions: conditions.map(condition),
  });
  assert.equal(releaseDrift(release, version).state, expect);
}

const drifted = 'Drifted=True DriftDetected: Cluster state of release x has drifted\nDeployment/a/b removed';
const released = 'Released=True InstallSucceeded';

const rows: readonly Row[] = [
  { is: 'drifted in mode enabled', mode: 'enabled', conditions: [drifted], version: '2.9.5', expect: 'drifted' },
  { is: 'drifted in mode warn', mode: 'warn', conditions: [drifted], version: '2.9.5', expect: 'drifted' },
  {
    is: 'drifted in mode warn while Ready stays true',
    mode: 'warn',
    conditions: ['Ready=True UpgradeSucceeded', drifted],
    version: '2.9.5',
    expect: 'drifted',
  },
  // trap 47
  {
    is: 'not monitored when the condition was left over',
    mode: 'disabled',
    conditions: [drifted],
    expect: 'notMonitored',
  },
  { is: 'not monitored without detection', conditions: [drifted], version: '2.9.5', expect: 'notMonitored' },
  { is: 'not monitored with a mode that no controller knows', mode: 'Enabled', expect: 'notMonitored' },
  {
    is: 'none when the controller says so',
    mode: 'enabled',
    conditions: ['Drifted=False NoDriftDetected'],
    expect: 'none',
  },
  {
    is: 'not reported before Flux 2.9, never none',
    mode: 'enabled',
    conditions: [released],
    version: '2.6.4',
    expect: 'notReported',
  },
  { is: 'not reported before Flux 2.9 for a new release', mode: 'enabled', version: 'v2.8.0', expect: 'notReported' },
  {
    is: 'not reported when Flux is unknown and stays silent',
    mode: 'warn',
    conditions: [released],
    expect: 'notReported',
  },
  {
    is: 'not reported when the version cannot be read',
    mode: 'warn',
    conditions: [released],
    version: 'latest',
    expect: 'notReported',
  },
  { is: 'not yet known from Flux 2.9 on', mode: 'enabled', conditions: [released], version: '2.9.0', expect: 'notYet' },
  { is: 'not yet known from a release candidate of 2.9 on', mode: 'enabled', version: '2.9.0-rc.1', expect: 'notYet' },
  { is: 'not yet known from Flux 3 on', mode: 'enabled', version: '3.0.0', expect: 'notYet' },
  { is: 'not yet known before anything was released', mode: 'enabled', expect: 'notYet' },
  {
    is: 'not yet known when the condition is unknown',
    mode: 'enabled',
    conditions: ['Drifted=Unknown'],
    version: '2.9.0',
    expect: 'notYet',
  },
  {
    is: 'believed when an old Flux of unknown version has the condition',
    mode: 'enabled',
    conditions: [drifted],
    version: '2.8.1',
    expect: 'drifted',
  },
  {
    is: 'not applicable to a Kustomization',
    title: 'Kustomization a/b',
    mode: 'enabled',
    conditions: [drifted],
    expect: 'notApplicable',
  },
  { is: 'not applicable to a source', title: 'HelmChart a/b', expect: 'notApplicable' },
];

describe('drift of a release is', () => {
  for (const row of rows) {
    it(row.is, () => checkDrift(row));
  }
});

describe('drift of a HelmRelease of somebody else', () => {
  it('is not applicable', () => {
    const chart = fluxObject('HelmRelease a/b', {
      apiVersion: 'helm.example.com/v1',
      conditions: [condition(drifted)],
    });
    assert.equal(releaseDrift(chart, '2.9.5').state, 'notApplicable');
  });
});

describe('the drifted objects', () => {
  function objectsOf(message: string) {
    const release = fluxObject('HelmRelease a/b', {
      spec: { driftDetection: { mode: 'warn' } },
      conditions: [condition(`Drifted=True DriftDetected: ${message}`)],
    });
    const drift = releaseDrift(release, '2.9.5');
    assert.equal(drift.state, 'drifted');
    return drift;
  }

  it('are listed with what happened to them, in the order of the controller', () => {
    const message = [
      'Cluster state of release logging/grafana.v3 has drifted from the desired state:',
      'Deployment/logging/grafana changed (1 additions, 2 changes, 0 removals)',
      'ConfigMap/logging/grafana-dashboards removed',
      'ClusterRole/system:grafana changed (0 additions, 0 changes, 4 removals)',
      'Service/logging/grafana excluded',
    ].join('\n');
    const drift = objectsOf(message);
    assert.equal(drift.mode, 'warn');
    assert.equal(drift.message, message);
    assert.deepEqual(drift.objects, [
      {
        kind: 'Deployment',
        namespace: 'logging',
        name: 'grafana',
        change: 'changed',
        fields: { added: 1, changed: 2, removed: 0 },
      },
      { kind: 'ConfigMap', namespace: 'logging', name: 'grafana-dashboards', change: 'removed', fields: undefined },
      {
        kind: 'ClusterRole',
        namespace: '',
        name: 'system:grafana',
        change: 'changed',
        fields: { added: 0, changed: 0, removed: 4 },
      },
      { kind: 'Service', namespace: 'logging', name: 'grafana', change: 'excluded', fields: undefined },
    ]);
  });

  const unread: readonly [what: string, message: string][] = [
    ['nothing at all', ''],
    ['a sentence', 'something has changed'],
    ['a line that was cut off', 'Deployment/logging/grafana changed (1 additions, 2 ch...'],
    ['an unchanged object', 'Deployment/logging/grafana unchanged'],
    ['a name with blanks', 'Deployment/logging/gra fana removed'],
    ['too many slashes', 'Deployment/a/b/c removed'],
    ['a hostile line', `${'A/'.repeat(40_000)} removed`],
  ];
  for (const [what, message] of unread) {
    it(`are none in ${what}, and it still has drifted`, () => {
      assert.deepEqual(objectsOf(message).objects, []);
    });
  }

  it('are found among other lines and with Windows line ends', () => {
    const { objects } = objectsOf('intro:\r\nDeployment/a/b removed\r\n\r\nend');
    assert.deepEqual(
      objects.map(({ name }) => name),
      ['b'],
    );
  });
});
