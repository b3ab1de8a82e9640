/** Of a probe or a hook that failed is told what the kubelet knows, and nothing that the container has written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probeWords } from '../../../src/flux/probeWords.ts';

const rows: readonly (readonly [reason: string, message: string, told: string])[] = [
  ['Unhealthy', 'Readiness probe failed: password CANARY', 'Readiness probe failed'],
  ['Unhealthy', 'CANARY: Readiness probe failed', 'probe failed'],
  [
    'Unhealthy',
    'Liveness probe failed: HTTP probe failed with statuscode: 500',
    'Liveness probe failed: statuscode: 500',
  ],
  [
    'Unhealthy',
    'Readiness probe failed: Get "http://10.0.0.7:8080/?key=CANARY": dial tcp 10.0.0.7:8080: connect: connection refused',
    'Readiness probe failed: dial tcp 10.0.0.7:8080, connection refused',
  ],
  [
    'Unhealthy',
    'Startup probe failed: Get "https://[fd00::7]:1/": dial tcp [fd00::7]:1: i/o timeout',
    'Startup probe failed: dial tcp [fd00::7]:1, i/o timeout',
  ],
  [
    'Unhealthy',
    'Readiness probe failed: command timed out: "sh -c CANARY" timed out after 1s',
    'Readiness probe failed: timed out, timed out after 1s',
  ],
  [
    'ProbeWarning',
    'Readiness probe warning: Probe terminated redirects, Response body: CANARY',
    'Readiness probe warning',
  ],
  ['PostStartHookError', "command 'sh -c CANARY' exited with 137: CANARY", 'hook failed: exited with 137'],
  [
    'FailedPostStartHook',
    'Exec lifecycle hook ([sh -c CANARY]) for Container "web" failed - error: command exited with 1: CANARY, message: "CANARY"',
    'hook failed: exited with 1',
  ],
  ['FailedPreStopHook', 'PreStopHook failed', 'hook failed'],
];

for (const [reason, message, told] of rows) {
  test(`${reason}: ${message}`, () => {
    assert.equal(probeWords(reason, message), told);
  });
}

test('what is no probe and no hook keeps its words', () => {
  const message = 'Back-off pulling image "ghcr.io/x:1"';
  assert.equal(probeWords('ImagePullBackOff', message), message);
});
