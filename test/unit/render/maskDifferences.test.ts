/** What of a value is shown when another render gives another one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldPath } from '../../../src/render/desired.ts';
import { maskDifferences, maskLeaves, maskLines } from '../../../src/render/maskDifferences.ts';

const dots = '•••';

function checkMasked(value: unknown, other: unknown, shown: unknown, masked: readonly FieldPath[]): void {
  assert.deepEqual(maskDifferences(value, other), { value: shown, masked });
}

test('equal values are shown', () => {
  for (const value of ['a', 1, true, null, [], {}, { a: [1, { b: null }] }]) {
    checkMasked(value, structuredClone(value), value, []);
  }
});

test('a leaf that differs is masked, its neighbours are not', () => {
  checkMasked({ a: 'x', b: 'y' }, { a: 'x', b: 'z' }, { a: 'x', b: dots }, [['b']]);
  checkMasked({ a: [1, 2] }, { a: [1, 3] }, { a: [1, dots] }, [['a', 1]]);
  checkMasked({ a: true }, { a: 'true' }, { a: dots }, [['a']]);
  checkMasked({ a: 1 }, { a: '1' }, { a: dots }, [['a']]);
});

test('no value is no secret', () => {
  checkMasked({ a: null }, { a: 'x' }, { a: null }, []);
  checkMasked({ a: [] }, { a: ['x'] }, { a: [] }, []);
});

test('a key that only the real render has is masked with what is below it', () => {
  checkMasked({ hunter2: { a: 1 }, b: 2 }, { iboufs3: { a: 1 }, b: 2 }, { [dots]: { [dots]: dots }, b: 2 }, [[dots]]);
  checkMasked({ one: '', two: 'x' }, {}, { [dots]: dots, [`${dots} (2)`]: dots }, [[dots], [`${dots} (2)`]]);
});

test('items of lists of different length have no counterparts', () => {
  checkMasked(['a', 'b'], ['a'], [dots, dots], [[0], [1]]);
  checkMasked([{ name: 'a' }], [], [{ [dots]: dots }], [[0, dots]]);
});

test('a map in place of a list is masked', () => {
  checkMasked({ a: { b: 'c' } }, { a: ['c'] }, { a: { [dots]: dots } }, [['a', dots]]);
});

test('of a text of several lines only those that differ are masked', () => {
  checkMasked({ a: 'user: x\npassword: y\n' }, { a: 'user: x\npassword: z\n' }, { a: `user: x\n${dots}\n` }, [['a']]);
  assert.equal(maskLines('a\nb\nc', 'a\nc'), dots);
  assert.equal(maskLines('a', 'b'), dots);
  assert.equal(maskLines('a\nb', 'a\nb'), 'a\nb');
});

test('keys that may be shown are, also without a counterpart', () => {
  const keep = { key: (key: string) => key === 'port' };
  assert.deepEqual(maskDifferences({ port: 1, name: 2 }, {}, [], keep), {
    value: { port: dots, [dots]: dots },
    masked: [['port'], [dots]],
  });
});

test('without a counterpart nothing is shown but what is allowed', () => {
  assert.deepEqual(maskLeaves({ a: 'x', b: [false, null] }, ['spec']), {
    value: { [dots]: dots, [`${dots} (2)`]: [dots, null] },
    masked: [
      ['spec', dots],
      ['spec', `${dots} (2)`],
    ],
  });
  const shown = maskLeaves({ kind: 'Service', port: 1 }, [], {
    key: () => true,
    leaf: (path) => path[0] === 'kind',
  });
  assert.deepEqual(shown, { value: { kind: 'Service', port: dots }, masked: [['port']] });
});

test('a key called __proto__ stays a key', () => {
  const value: unknown = JSON.parse('{"__proto__": {"a": "x"}}');
  const { value: shown } = maskDifferences(value, JSON.parse('{"__proto__": {"a": "y"}}'));
  assert.equal(JSON.stringify(shown), `{"__proto__":{"a":"${dots}"}}`);
});
