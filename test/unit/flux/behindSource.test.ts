import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { behindSince, behindSource, deployedRevision } from '../../../src/flux/behindSource.ts';
import type { FluxObject, ReleaseSnapshot } from '../../../src/flux/objects.ts';
import { condition, fluxObject, type ObjectParts } from './fluxObject.ts';

const digest = '0cc9a8446c95009ef382f5eade883a67c257f77d50f84e78ecef2aac9428d1e5';
const newDigest = 'aaaaaaaaaaaa009ef382f5eade883a67c257f77d50f84e78ecef2aac9428d1e5';
const old = 'main@sha1:1111111111111111111111111111111111111111';
const fresh = 'main@sha1:2222222222222222222222222222222222222222';

function source(revision: string | undefined, kind = 'GitRepository'): FluxObject {
  return fluxObject(`${kind} flux-system/source`, {
    status: revision === undefined ? {} : { artifact: { revision } },
    conditions: [condition('Ready=True Succeeded')],
  });
}

function kustomization(lastAppliedRevision: string | undefined, parts: ObjectParts = {}): FluxObject {
  return fluxObject('Kustomization flux-system/apps', {
    ...parts,
    status: { ...parts.status, ...(lastAppliedRevision === undefined ? {} : { lastAppliedRevision }) },
    conditions: parts.conditions ?? [condition('Ready=True ReconciliationSucceeded')],
  });
}

function release(history: readonly ReleaseSnapshot[] | undefined, parts: ObjectParts = {}): FluxObject {
  return fluxObject('HelmRelease apps/podinfo', {
    ...parts,
    status: { ...parts.status, ...(history ? { history } : {}) },
    conditions: parts.conditions ?? [condition('Ready=True UpgradeSucceeded')],
  });
}

const deployed = (chartVersion: string, version = 1, more: ReleaseSnapshot = {}): ReleaseSnapshot => ({
  chartVersion,
  version,
  status: 'deployed',
  ...more,
});
const failed = (chartVersion: string, version: number): ReleaseSnapshot => ({
  chartVersion,
  version,
  status: 'failed',
});

interface Row {
  readonly is: string;
  readonly object: FluxObject;
  readonly source: FluxObject | undefined;
  /** `deployed → available` when behind, `level` when not. */
  readonly expect: string;
}

function checkBehind({ object, source, expect }: Row): void {
  const result = behindSource(object, source);
  assert.equal(result.behind ? `${result.deployed} → ${result.available}` : 'level', expect);
}

const progressing = [condition('Reconciling=True Progressing'), condition('Ready=Unknown Progressing')];
const failing = [condition('Reconciling=True ProgressingWithRetry'), condition('Ready=False UpgradeFailed: x')];

const rows: readonly Row[] = [
  { is: 'level with its source', object: kustomization(fresh), source: source(fresh), expect: 'level' },
  { is: 'behind a newer commit', object: kustomization(old), source: source(fresh), expect: `${old} → ${fresh}` },
  {
    is: 'behind when its apply fails',
    object: kustomization(old, { conditions: failing, status: { lastAttemptedRevision: fresh } }),
    source: source(fresh),
    expect: `${old} → ${fresh}`,
  },
  {
    is: 'level when nothing was ever applied: there is nothing to be behind',
    object: kustomization(undefined, { conditions: failing }),
    source: source(fresh),
    expect: 'level',
  },
  {
    is: 'level while it is being reconciled',
    object: kustomization(old, { conditions: progressing }),
    source: source(fresh),
    expect: 'level',
  },
  {
    is: 'behind when suspended',
    object: kustomization(old, { spec: { suspend: true } }),
    source: source(fresh),
    expect: `${old} → ${fresh}`,
  },
  {
    is: 'behind when suspended in the middle of a reconcile: nothing runs any more',
    object: kustomization(old, { spec: { suspend: true }, conditions: progressing }),
    source: source(fresh),
    expect: `${old} → ${fresh}`,
  },
  {
    is: 'level while it is being deleted',
    object: kustomization(old, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    source: source(fresh),
    expect: 'level',
  },
  { is: 'level when the source is unknown', object: kustomization(old), source: undefined, expect: 'level' },
  {
    is: 'level when the source offers nothing',
    object: kustomization(old),
    source: source(undefined),
    expect: 'level',
  },
  {
    is: 'level with the same commit under another name',
    object: kustomization('refs/heads/main@sha1:1111111111111111111111111111111111111111'),
    source: source(old),
    expect: 'level',
  },
  {
    is: 'level for a kind that consumes nothing to deploy',
    object: source(old),
    source: source(fresh),
    expect: 'level',
  },

  {
    is: 'level with its chart',
    object: release([deployed('1.0.0')]),
    source: source('1.0.0', 'HelmChart'),
    expect: 'level',
  },
  {
    is: 'behind a newer chart',
    object: release([deployed('0.9.2')]),
    source: source('0.9.3', 'HelmChart'),
    expect: '0.9.2 → 0.9.3',
  },
  {
    is: 'behind when the upgrade failed: a failed attempt is not deployed',
    object: release([failed('0.9.3', 2), deployed('0.9.2', 1)], { conditions: failing }),
    source: source('0.9.3', 'HelmChart'),
    expect: '0.9.2 → 0.9.3',
  },
  {
    is: 'behind after a rollback',
    object: release([
      deployed('0.9.2', 3),
      failed('0.9.3', 2),
      { chartVersion: '0.9.2', version: 1, status: 'superseded' },
    ]),
    source: source('0.9.3', 'HelmChart'),
    expect: '0.9.2 → 0.9.3',
  },
  {
    is: 'measured by the newest deployed one, in whatever order they stand',
    object: release([deployed('0.9.2', 1), deployed('0.9.3', 2)]),
    source: source('0.9.3', 'HelmChart'),
    expect: 'level',
  },
  {
    is: 'level when it was uninstalled after a failure: nothing runs',
    object: release([{ chartVersion: '0.9.3', version: 1, status: 'uninstalled' }], { conditions: failing }),
    source: source('0.9.3', 'HelmChart'),
    expect: 'level',
  },
  {
    is: 'behind when the values files of its chart changed',
    object: release([deployed('0.9.3+1')]),
    source: source('0.9.3+2', 'HelmChart'),
    expect: '0.9.3+1 → 0.9.3+2',
  },
  {
    is: 'behind another commit of a chart in Git',
    object: release([deployed('0.9.3+0cc9a8446c95')]),
    source: source('0.9.3+aaaaaaaaaaaa', 'HelmChart'),
    expect: '0.9.3+0cc9a8446c95 → 0.9.3+aaaaaaaaaaaa',
  },
  {
    is: 'level with an OCI artifact by the digest behind its version',
    object: release([deployed('6.6.1+0cc9a8446c95')]),
    source: source(`6.6.1@sha256:${digest}`, 'OCIRepository'),
    expect: 'level',
  },
  {
    is: 'behind an OCI artifact that was pushed again under its tag',
    object: release([deployed('6.6.1+0cc9a8446c95', 1, { ociDigest: `sha256:${digest}` })]),
    source: source(`6.6.1@sha256:${newDigest}`, 'OCIRepository'),
    expect: `6.6.1+0cc9a8446c95 → 6.6.1@sha256:${newDigest}`,
  },
  {
    is: 'level by the recorded digest where versions carry none',
    object: release([deployed('6.6.1', 1, { ociDigest: `sha256:${digest}` })]),
    source: source(`latest@sha256:${digest}`, 'OCIRepository'),
    expect: 'level',
  },
  {
    is: 'level by version with digest tracking off and no digest recorded',
    object: release([deployed('6.6.1')]),
    source: source(`6.6.1@sha256:${digest}`, 'OCIRepository'),
    expect: 'level',
  },
  {
    is: 'level with an ExternalArtifact whose revision is a version',
    object: release([deployed('6.6.1', 1, { ociDigest: `sha256:${digest}` })]),
    source: source('6.6.1', 'ExternalArtifact'),
    expect: 'level',
  },
  {
    is: 'measured by lastAppliedRevision before Flux 2.2',
    object: release(undefined, { status: { lastAppliedRevision: '0.9.2' } }),
    source: source('0.9.3', 'HelmChart'),
    expect: '0.9.2 → 0.9.3',
  },
  {
    is: 'level while it is upgraded',
    object: release([deployed('0.9.2')], { conditions: progressing }),
    source: source('0.9.3', 'HelmChart'),
    expect: 'level',
  },
];

describe('an object is', () => {
  for (const row of rows) {
    it(row.is, () => checkBehind(row));
  }
});

describe('the grace period begins', () => {
  it('when the source got its artifact', () => {
    const git = fluxObject('GitRepository a/b', { status: { artifact: { lastUpdateTime: '2026-01-01T00:00:10Z' } } });
    assert.equal(behindSince(git), Date.parse('2026-01-01T00:00:10Z'));
  });
  it('at no known time without an artifact or with a time that is none', () => {
    assert.equal(behindSince(fluxObject('GitRepository a/b')), undefined);
    const odd = fluxObject('GitRepository a/b', { status: { artifact: { lastUpdateTime: 'yesterday' } } });
    assert.equal(behindSince(odd), undefined);
  });
});

describe('what is deployed', () => {
  it('is nothing for a release with a history of failures only', () => {
    assert.equal(deployedRevision(release([failed('1', 1)], { status: { lastAppliedRevision: '0' } })), undefined);
  });
  it('is what a Kustomization applied last', () => {
    assert.equal(deployedRevision(kustomization(old)), old);
  });
});
