/** Where nothing tells which switches are a Secret's, none is shown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskSwitches, withoutSwitches } from '../../../src/render/maskSwitches.ts';

const dots = '•••';

test('switches of all forms are masked, with the places of those that were masked before', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'On',
    metadata: { name: 'true', namespace: 'no', labels: { on: 'x', a: 'yes' } },
    spec: { flag: false, list: [true, 1, 'TRUE', 'online'], text: 'a: b\nc: off\n', none: null, was: dots },
  };
  assert.deepEqual(
    maskSwitches({
      object,
      masked: [
        ['spec', 'was'],
        ['spec', 'flag'],
      ],
    }),
    {
      object: {
        apiVersion: 'v1',
        kind: 'On',
        metadata: { name: 'true', namespace: 'no', labels: { on: 'x', a: dots } },
        spec: { flag: dots, list: [dots, 1, dots, 'online'], text: `a: b\n${dots}\n`, none: null, was: dots },
      },
      masked: [
        ['spec', 'was'],
        ['spec', 'flag'],
        ['metadata', 'labels', 'a'],
        ['spec', 'list', 0],
        ['spec', 'list', 2],
        ['spec', 'text'],
      ],
    },
  );
});

test('words that hold one within stay', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['trueish nobody only offline', 'trueish nobody only offline'],
    ['--enabled=True', dots],
    ['{"a":false}', dots],
    ['first\n yes \nlast', `first\n${dots}\nlast`],
    ['', ''],
  ];
  for (const [text, shown] of rows) {
    assert.equal(withoutSwitches(text), shown);
  }
});
