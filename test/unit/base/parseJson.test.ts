import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRecord } from '../../../src/base/isRecord.ts';
import { parseJson } from '../../../src/base/parseJson.ts';

test('JSON is read, and what is none is undefined without an error that quotes it', () => {
  assert.deepEqual(parseJson('{"a": [1, null]}'), { a: [1, null] });
  assert.equal(parseJson('null'), null);
  assert.equal(parseJson('{"password": hunter2'), undefined);
});

test('a record is an object that is neither a list nor null', () => {
  assert.deepEqual([{}, { a: 1 }, [], null, undefined, 'a', 1].map(isRecord), [
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
});
