/** Mistyped words and what was meant. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestWord } from '../../../src/cli/nearestWord.ts';

const words = ['build', 'help', 'version', '--namespace', '--kube-version', 'podinfo', 'a'];

const rows: readonly [typed: string, meant: string | undefined][] = [
  ['biuld', 'build'],
  ['buil', 'build'],
  ['builds', 'build'],
  ['BUILD', 'build'],
  ['--namepsace', '--namespace'],
  ['--kubeversion', '--kube-version'],
  ['pod-info', 'podinfo'],
  ['podnifo', 'podinfo'],
  ['frobnicate', undefined],
  ['', 'a'],
  ['xy', undefined],
];
for (const [typed, meant] of rows) {
  test(`${typed} → ${meant ?? 'nothing'}`, () => assert.equal(nearestWord(typed, words), meant));
}

test('of two that are as near the first counts, and nothing is near no words', () => {
  assert.equal(nearestWord('bat', ['cat', 'hat']), 'cat');
  assert.equal(nearestWord('bat', []), undefined);
});
