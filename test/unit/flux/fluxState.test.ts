import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fluxState, type FluxState } from '../../../src/flux/fluxState.ts';
import { condition, fluxObject, type ObjectParts } from './fluxObject.ts';

interface Row {
  readonly is: string;
  readonly title?: string;
  readonly parts?: ObjectParts;
  readonly conditions?: readonly string[];
  /** Only the fields that matter. */
  readonly expect: Partial<FluxState>;
}

function checkState({ title = 'Kustomization apps/podinfo', parts = {}, conditions, expect }: Row): void {
  const object = fluxObject(title, {
    generation: 2,
    ...parts,
    ...(conditions ? { conditions: conditions.map(condition) } : {}),
  });
  const state = fluxState(object);
  const seen = Object.fromEntries(Object.keys(expect).map((key) => [key, state[key as keyof FluxState]]));
  assert.deepEqual(seen, expect);
}

const retry = 'Reconciling=True ProgressingWithRetry: Building manifests';
const podinfoChart = { group: 'source.toolkit.fluxcd.io', kind: 'HelmChart', namespace: 'apps', name: 'apps-podinfo' };

const rows: readonly Row[] = [
  {
    is: 'ready when Ready is true for the newest generation',
    parts: { status: { observedGeneration: 2 } },
    conditions: ['Ready=True ReconciliationSucceeded @2: Applied revision: main@sha1:1'],
    expect: {
      name: 'ready',
      underlying: 'ready',
      suspended: false,
      retrying: false,
      reason: 'ReconciliationSucceeded',
      message: 'Applied revision: main@sha1:1',
      since: Date.parse('2026-01-01T00:00:00Z'),
      waitingFor: undefined,
    },
  },
  // 1.4, step 1
  {
    is: 'terminating before anything else',
    parts: { deletionTimestamp: '2026-01-01T00:00:00Z' },
    conditions: ['Stalled=True', 'Ready=True @2'],
    expect: { name: 'terminating', underlying: 'terminating', message: 'being deleted' },
  },
  {
    is: 'terminating with the reason why the deletion hangs',
    parts: { deletionTimestamp: '2026-01-01T00:00:00Z' },
    conditions: ['Ready=False PruneFailed @2: cannot delete x'],
    expect: { name: 'terminating', reason: 'PruneFailed', message: 'cannot delete x' },
  },
  {
    is: 'terminating and says that it is suspended, because then nothing is pruned',
    parts: { deletionTimestamp: '2026-01-01T00:00:00Z', spec: { suspend: true } },
    expect: { name: 'terminating', suspended: true },
  },
  // 1.4, step 2
  {
    is: 'suspended over the last state',
    parts: { spec: { suspend: true }, status: { observedGeneration: 2 } },
    conditions: ['Ready=True ReconciliationSucceeded @2'],
    expect: { name: 'suspended', underlying: 'ready', suspended: true },
  },
  {
    is: 'suspended over a failure',
    parts: { spec: { suspend: true } },
    conditions: [retry, 'Ready=False HealthCheckFailed @2: timed out'],
    expect: { name: 'suspended', underlying: 'failed', message: 'timed out', retrying: true },
  },
  {
    is: 'not suspended by an explicit false',
    parts: { spec: { suspend: false }, status: { observedGeneration: 2 } },
    conditions: ['Ready=True @2'],
    expect: { name: 'ready', suspended: false },
  },
  {
    is: 'suspended by annotation for flux-operator, whatever its case',
    title: 'ResourceSet apps/tenants',
    parts: { annotations: { 'fluxcd.controlplane.io/reconcile': 'Disabled' } },
    conditions: ['Ready=True @2'],
    expect: { name: 'suspended', underlying: 'ready' },
  },
  {
    is: 'not suspended by spec for flux-operator',
    title: 'ResourceSet apps/tenants',
    parts: { spec: { suspend: true } },
    conditions: ['Ready=True @2'],
    expect: { name: 'ready', suspended: false },
  },
  {
    is: 'suspended by annotation for an ArtifactGenerator',
    title: 'ArtifactGenerator apps/split',
    parts: { annotations: { 'source.extensions.fluxcd.io/reconcile': 'disabled' } },
    conditions: ['Ready=True @2'],
    expect: { name: 'suspended', underlying: 'ready' },
  },
  {
    is: 'not suspended by the annotation of other kinds',
    parts: { annotations: { 'fluxcd.controlplane.io/reconcile': 'disabled' } },
    conditions: ['Ready=True @2'],
    expect: { name: 'ready' },
  },
  {
    is: 'never suspended for an ExternalArtifact, which cannot be',
    title: 'ExternalArtifact apps/split',
    parts: { spec: { suspend: true }, status: { artifact: { revision: 'latest@sha256:1' } } },
    expect: { name: 'ready', suspended: false },
  },
  // 1.4, step 3; traps 7 and 9
  {
    is: 'static for an OCI HelmRepository, though its default observedGeneration is -1',
    title: 'HelmRepository apps/charts',
    parts: { spec: { type: 'oci' }, status: { observedGeneration: -1 } },
    expect: { name: 'static', underlying: 'static', message: '' },
  },
  {
    is: 'static for an OCI HelmRepository without any status',
    title: 'HelmRepository apps/charts',
    parts: { spec: { type: 'oci' } },
    expect: { name: 'static' },
  },
  {
    is: 'unknown for a HelmRepository of the default type without status',
    title: 'HelmRepository apps/charts',
    parts: { spec: { type: 'default' }, status: { observedGeneration: -1 } },
    expect: { name: 'unknown', message: 'waiting to be reconciled' },
  },
  { is: 'static for an Alert without conditions', title: 'Alert apps/chat', expect: { name: 'static' } },
  { is: 'static for a Provider without conditions', title: 'Provider apps/chat', expect: { name: 'static' } },
  {
    is: 'suspended over static for a suspended Alert',
    title: 'Alert apps/chat',
    parts: { spec: { suspend: true } },
    expect: { name: 'suspended', underlying: 'static' },
  },
  {
    is: 'what its conditions say for an Alert of an older Flux',
    title: 'Alert apps/chat',
    parts: { status: { observedGeneration: 2 } },
    conditions: ['Ready=True Succeeded'],
    expect: { name: 'ready' },
  },
  {
    is: 'ready for an ExternalArtifact with an artifact, whatever its conditions say',
    title: 'ExternalArtifact apps/split',
    parts: { status: { artifact: { revision: 'latest@sha256:1' } } },
    conditions: ['Ready=False Failed @2'],
    expect: { name: 'ready' },
  },
  {
    is: 'not ready for an ExternalArtifact without an artifact',
    title: 'ExternalArtifact apps/split',
    conditions: ['Ready=True Succeeded @2'],
    expect: { name: 'unknown' },
  },
  {
    is: 'unknown for a Receiver without conditions: that kind is reconciled',
    title: 'Receiver apps/push',
    parts: { apiVersion: 'notification.toolkit.fluxcd.io/v1' },
    expect: { name: 'unknown' },
  },
  {
    is: 'unknown for a Provider of somebody else',
    title: 'Provider apps/cloud',
    parts: { apiVersion: 'pkg.crossplane.io/v1' },
    expect: { name: 'unknown' },
  },
  {
    is: 'suspended by spec for a kind of somebody else that is called like one of Flux',
    title: 'ArtifactGenerator apps/x',
    parts: { apiVersion: 'example.com/v1', spec: { suspend: true } },
    expect: { name: 'suspended' },
  },
  // 1.4, step 4
  {
    is: 'stalled before failed',
    title: 'HelmRelease apps/podinfo',
    conditions: [
      'Ready=False UpgradeFailed @2: x',
      'Stalled=True RetriesExceeded: Failed to upgrade after 1 attempt(s)',
    ],
    expect: {
      name: 'stalled',
      reason: 'RetriesExceeded',
      message: 'Failed to upgrade after 1 attempt(s)',
      retrying: false,
    },
  },
  { is: 'not stalled by Stalled=False', conditions: ['Stalled=False', 'Ready=True'], expect: { name: 'ready' } },
  // 1.4, step 5; trap 8
  {
    is: 'failed and retrying for a Kustomization that kstatus calls in progress',
    parts: { status: { observedGeneration: 1 } },
    conditions: [retry, 'Ready=False HealthCheckFailed @2: timeout waiting for Deployment'],
    expect: {
      name: 'failed',
      underlying: 'failed',
      retrying: true,
      reason: 'HealthCheckFailed',
      message: 'timeout waiting for Deployment',
    },
  },
  {
    is: 'failed from the first attempt on, with observedGeneration still -1',
    parts: { status: { observedGeneration: -1 } },
    conditions: [retry, 'Ready=False BuildFailed @2: no such file'],
    expect: { name: 'failed', retrying: true },
  },
  {
    is: 'failed when the condition has no generation',
    conditions: ['Ready=False BuildFailed: no such file'],
    expect: { name: 'failed', retrying: false },
  },
  {
    is: 'failed when the condition has generation 0',
    conditions: ['Ready=False BuildFailed @0: no such file'],
    expect: { name: 'failed' },
  },
  {
    is: 'progressing when the failure is of an older generation',
    parts: { status: { observedGeneration: 1 } },
    conditions: [retry, 'Ready=False BuildFailed @1: no such file'],
    expect: { name: 'progressing', retrying: false },
  },
  {
    is: 'progressing when the failure is of an older generation and none was ever observed',
    parts: { status: { observedGeneration: -1 } },
    conditions: ['Ready=False BuildFailed @1: no such file'],
    expect: { name: 'progressing' },
  },
  // trap 10
  {
    is: 'failed for a release whose remediation succeeded',
    title: 'HelmRelease apps/podinfo',
    parts: { status: { observedGeneration: 2 } },
    conditions: [
      'Ready=False RollbackSucceeded @2: Helm rollback to previous release succeeded',
      'Released=False UpgradeFailed @2',
      'Remediated=True RollbackSucceeded @2',
    ],
    expect: { name: 'failed', reason: 'RollbackSucceeded' },
  },
  // trap 48
  {
    is: 'waiting on the dependency that the message names',
    title: 'HelmRelease logging/tempo-ui',
    conditions: [
      'Reconciling=True Progressing: Fulfilling prerequisites',
      "Ready=False DependencyNotReady @2: dependency 'logging/tempo' is not ready",
    ],
    expect: {
      name: 'waiting',
      underlying: 'waiting',
      reason: 'DependencyNotReady',
      message: "dependency 'logging/tempo' is not ready",
      waitingFor: { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'logging', name: 'tempo' },
    },
  },
  {
    is: 'waiting on the source that the message names',
    title: 'HelmRelease apps/podinfo',
    conditions: [
      "Ready=False SourceNotReady @2: HelmChart 'apps/apps-podinfo' is not ready: does not have an artifact",
    ],
    expect: { name: 'waiting', waitingFor: podinfoChart },
  },
  {
    is: 'suspended while it waits',
    title: 'HelmRelease apps/podinfo',
    parts: { spec: { suspend: true } },
    conditions: ["Ready=False DependencyNotReady @2: dependency 'apps/a' is not ready"],
    expect: { name: 'suspended', underlying: 'waiting' },
  },
  {
    is: 'waiting for a source that has no artifact yet, which kustomize-controller calls ArtifactFailed',
    parts: { spec: { sourceRef: { kind: 'GitRepository', name: 'apps', namespace: 'flux-system' } } },
    conditions: [retry, 'Ready=False ArtifactFailed @2: Source artifact not found, retrying in 30s'],
    expect: {
      name: 'waiting',
      retrying: true,
      waitingFor: {
        group: 'source.toolkit.fluxcd.io',
        kind: 'GitRepository',
        namespace: 'flux-system',
        name: 'apps',
      },
    },
  },
  {
    is: 'waiting for an artifact that the source has already replaced',
    conditions: ['Ready=False ArtifactFailed @2: Source is not ready, artifact not found, retrying in 30s'],
    expect: { name: 'waiting' },
  },
  {
    is: 'failed for any other ArtifactFailed',
    conditions: ['Ready=False ArtifactFailed @2: kustomization path not found: stat /tmp/x: no such file'],
    expect: { name: 'failed' },
  },
  {
    is: 'progressing when something newer cancelled its health checks',
    conditions: [retry, 'Ready=False HealthCheckCanceled @2: New reconciliation triggered by GitRepository/a/b'],
    expect: { name: 'progressing', retrying: false },
  },
  // 1.4, step 6
  {
    is: 'progressing while reconciling, with what is being done',
    parts: { status: { observedGeneration: 2 } },
    conditions: ['Reconciling=True Progressing: Building manifests', 'Ready=Unknown Progressing @2: In progress'],
    expect: { name: 'progressing', reason: 'Progressing', message: 'Building manifests' },
  },
  {
    is: 'progressing while reconciling though the last Ready was true',
    conditions: ['Ready=True @2', 'Reconciling=True Progressing: Fulfilling prerequisites'],
    expect: { name: 'progressing' },
  },
  {
    is: 'progressing when Ready is unknown',
    conditions: ['Ready=Unknown Progressing: x'],
    expect: { name: 'progressing' },
  },
  {
    is: 'progressing when the newest generation is not observed',
    parts: { status: { observedGeneration: 1 } },
    conditions: ['Ready=True ReconciliationSucceeded @1'],
    expect: { name: 'progressing' },
  },
  {
    is: 'progressing by its condition for kinds without an observed generation of their own',
    title: 'ResourceSet apps/tenants',
    conditions: ['Ready=True ReconciliationSucceeded @1'],
    expect: { name: 'progressing' },
  },
  {
    is: 'ready with Ready of an older generation when the newest was observed',
    parts: { status: { observedGeneration: 2 } },
    conditions: ['Ready=True ReconciliationSucceeded @1'],
    expect: { name: 'ready' },
  },
  // 1.4, step 8
  {
    is: 'unknown without a status',
    expect: { name: 'unknown', message: 'waiting to be reconciled', since: undefined },
  },
  { is: 'unknown with the default status', parts: { status: { observedGeneration: -1 } }, expect: { name: 'unknown' } },
];

describe('the state of a Flux object is', () => {
  for (const row of rows) {
    it(row.is, () => checkState(row));
  }
});

describe('what a waiting object waits for', () => {
  const release = { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease' };
  const kustomization = { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization' };
  const infra = { ...kustomization, namespace: 'flux-system', name: 'infra' };
  const waits: readonly [title: string, reason: string, message: string, expected: FluxState['waitingFor']][] = [
    ['Kustomization a/b', 'DependencyNotReady', "dependency 'flux-system/infra' is not ready", infra],
    ['Kustomization a/b', 'DependencyNotReady', "dependency 'flux-system/infra' revision is not up to date", infra],
    [
      'Kustomization a/b',
      'DependencyNotReady',
      "dependency 'flux-system/infra' is not ready according to readyExpr eval",
      infra,
    ],
    [
      'Kustomization a/b',
      'DependencyNotReady',
      `dependency 'flux-system/infra' not found: kustomizations.kustomize.toolkit.fluxcd.io "infra" not found`,
      infra,
    ],
    [
      'HelmRelease a/b',
      'DependencyNotReady',
      `unable to get 'logging/loki' dependency: helmreleases.helm.toolkit.fluxcd.io "loki" not found`,
      { ...release, namespace: 'logging', name: 'loki' },
    ],
    [
      'HelmRelease a/b',
      'SourceNotReady',
      "OCIRepository 'charts/loki.v7' is not ready: latest generation of object has not been reconciled",
      { group: 'source.toolkit.fluxcd.io', kind: 'OCIRepository', namespace: 'charts', name: 'loki.v7' },
    ],
    [
      'HelmRelease a/b',
      'SourceNotReady',
      "ExternalArtifact 'charts/loki' is not ready: does not have an artifact",
      { group: 'source.toolkit.fluxcd.io', kind: 'ExternalArtifact', namespace: 'charts', name: 'loki' },
    ],
    ['HelmRelease a/b', 'DependencyNotReady', 'something else entirely', 'something else entirely'],
    ['HelmRelease a/b', 'DependencyNotReady', "dependency 'a/b c' is not ready", "dependency 'a/b c' is not ready"],
    ['HelmRelease a/b', 'DependencyNotReady', '', undefined],
  ];
  for (const [title, reason, message, expected] of waits) {
    it(`is read from: ${message || '(nothing)'}`, () => {
      checkState({
        is: '',
        title,
        conditions: [`Ready=False ${reason} @2${message === '' ? '' : `: ${message}`}`],
        expect: { name: 'waiting', waitingFor: expected },
      });
    });
  }

  it('is its only dependency when the message does not name it', () => {
    checkState({
      is: '',
      parts: { spec: { dependsOn: [{ name: 'infra', namespace: 'flux-system' }] } },
      conditions: ['Ready=False DependencyNotReady @2: not yet'],
      expect: { waitingFor: infra },
    });
  });

  it('is its chart when the message does not name the source', () => {
    checkState({
      is: '',
      title: 'HelmRelease apps/podinfo',
      parts: { spec: { chart: { spec: { sourceRef: { kind: 'HelmRepository', name: 'charts' } } } } },
      conditions: ['Ready=False SourceNotReady @2: not yet'],
      expect: { waitingFor: podinfoChart },
    });
  });

  it('stays quick on a hostile message', () => {
    const message = `dependency '${'a'.repeat(50_000)}${'/a'.repeat(50_000)}`;
    const object = fluxObject('HelmRelease a/b', {
      conditions: [condition(`Ready=False DependencyNotReady: ${message}`)],
    });
    assert.equal(fluxState(object).waitingFor, message);
  });
});
