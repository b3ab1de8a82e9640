/** Which objects are Secrets: all that is masked by its kind hangs on it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSecret } from '../../../src/flux/isSecret.ts';

const rows: readonly (readonly [apiVersion: string, kind: string, expected: boolean])[] = [
  ['v1', 'Secret', true],
  ['v2beta1', 'Secret', true],
  ['v1', 'secret', false],
  ['v1', 'ConfigMap', false],
  ['example.com/v1', 'Secret', false],
  ['', 'Secret', true],
];

for (const [apiVersion, kind, expected] of rows) {
  test(`${kind} of ${apiVersion === '' ? 'no version' : apiVersion} is ${expected ? 'a' : 'no'} Secret`, () => {
    assert.equal(isSecret({ apiVersion, kind }), expected);
  });
}
