import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextReconcile, parseDuration } from '../../../src/flux/durations.ts';
import type { FluxSpec } from '../../../src/flux/objects.ts';
import { condition, fluxObject } from './fluxObject.ts';

describe('a duration', () => {
  const rows: readonly [text: string, ms: number | undefined][] = [
    ['1h', 3_600_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['10m0s', 600_000],
    ['300ms', 300],
    ['1s500ms', 1_500],
    ['.5s', 500],
    ['1.s', 1_000],
    ['-2m', -120_000],
    ['+2m', 120_000],
    ['2µs', 0.002],
    ['2us', 0.002],
    ['1000000ns', 1],
    ['0', 0],
    ['-0', 0],
    ['', undefined],
    ['-', undefined],
    ['5', undefined],
    ['m', undefined],
    ['.s', undefined],
    ['1d', undefined],
    ['1h 30m', undefined],
    ['1h30', undefined],
    ['one hour', undefined],
    ['${interval}', undefined],
  ];
  it('is none, and quickly, in a text of nothing but digits', () => {
    assert.equal(parseDuration('1'.repeat(200_000)), undefined);
  });
  for (const [text, ms] of rows) {
    it(`of "${text}" is ${ms === undefined ? 'none' : `${ms} ms`}`, () => {
      const parsed = parseDuration(text);
      assert.ok(parsed === ms || (parsed !== undefined && ms !== undefined && Math.abs(parsed - ms) < 1e-9));
    });
  }
});

describe('the next reconcile', () => {
  const failing = ['Ready=False BuildFailed: x', 'Reconciling=True ProgressingWithRetry'];
  const ready = ['Ready=True Succeeded'];
  const waiting = ["Ready=False DependencyNotReady: dependency 'a/b' is not ready"];
  const rows: readonly [is: string, title: string, spec: FluxSpec, conditions: readonly string[], expected: string][] =
    [
      ['an interval away', 'Kustomization a/b', { interval: '10m' }, ready, 'interval 600000'],
      [
        'an interval away whatever the retry interval, when all is well',
        'Kustomization a/b',
        { interval: '10m', retryInterval: '1m' },
        ready,
        'interval 600000',
      ],
      [
        'a retry interval away after a failure',
        'Kustomization a/b',
        { interval: '10m', retryInterval: '1m' },
        failing,
        'retryInterval 60000',
      ],
      [
        'an interval away after a failure without a retry interval',
        'Kustomization a/b',
        { interval: '10m' },
        failing,
        'interval 600000',
      ],
      [
        'an interval away while it waits',
        'Kustomization a/b',
        { interval: '10m', retryInterval: '1m' },
        waiting,
        'interval 600000',
      ],
      ['after growing delays for a failing release', 'HelmRelease a/b', { interval: '10m' }, failing, 'backoff'],
      ['after growing delays for a failing source', 'GitRepository a/b', { interval: '1m' }, failing, 'backoff'],
      ['not coming for a suspended object', 'Kustomization a/b', { interval: '10m', suspend: true }, ready, 'none'],
      [
        'not coming for a stalled object',
        'HelmRelease a/b',
        { interval: '10m' },
        ['Stalled=True RetriesExceeded'],
        'none',
      ],
      ['not coming for a static object', 'HelmRepository a/b', { interval: '10m', type: 'oci' }, [], 'none'],
      ['unknown without an interval', 'Kustomization a/b', {}, ready, 'none'],
      ['unknown with an interval that is none', 'Kustomization a/b', { interval: 'often' }, ready, 'none'],
      ['unknown with an interval of nothing', 'Kustomization a/b', { interval: '0s' }, ready, 'none'],
      ['unknown after a failure without any interval', 'Kustomization a/b', {}, failing, 'none'],
    ];
  for (const [is, title, spec, conditions, expected] of rows) {
    it(`is ${is}`, () => {
      const next = nextReconcile(fluxObject(title, { spec, conditions: conditions.map(condition) }));
      assert.equal(next ? `${next.by}${next.by === 'backoff' ? '' : ` ${next.withinMs}`}` : 'none', expected);
    });
  }

  it('is not coming for an object that is being deleted', () => {
    const object = fluxObject('Kustomization a/b', { deletionTimestamp: 'x', spec: { interval: '1m' } });
    assert.equal(nextReconcile(object), undefined);
  });
});
