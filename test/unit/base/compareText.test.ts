import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareText } from '../../../src/base/compareText.ts';

test('texts are ordered by their code units, capitals first, in every language', () => {
  const texts = ['b', 'a', 'B', 'ä', 'a-1', 'a'];
  assert.deepEqual(texts.sort(compareText), ['B', 'a', 'a', 'a-1', 'b', 'ä']);
});
