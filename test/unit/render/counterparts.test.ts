/** Objects of two renders, matched. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { counterparts } from '../../../src/render/counterparts.ts';

/** `apps/v1 Deployment web/api`, or without a namespace `v1 Namespace web`. */
function object(text: string): KubernetesObject {
  const [apiVersion = '', kind = '', place = ''] = text.split(' ');
  const [name = '', namespace] = place.split('/').toReversed();
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
}

/** `expected`: for each of the first the index in the second. */
function checkMatch(
  title: string,
  first: readonly string[],
  second: readonly string[],
  expected: readonly (number | undefined)[],
): void {
  test(title, () => {
    const others = second.map(object);
    const found = counterparts(first.map(object), others).map((one) => one && others.indexOf(one));
    assert.deepEqual(found, expected);
  });
}

checkMatch('by kind and name, whatever the order', ['v1 A n/a', 'v1 A n/b'], ['v1 A n/b', 'v1 A n/a'], [1, 0]);
checkMatch('a namespace is part of the name', ['v1 A m/a', 'v1 A n/a'], ['v1 A n/a', 'v1 A m/a'], [1, 0]);
checkMatch('an open namespace is one of its own', ['v1 A a', 'v1 A n/a'], ['v1 A n/a', 'v1 A a'], [1, 0]);
checkMatch('another version of its API is the same kind', ['apps/v1 A a'], ['apps/v2 A a'], [0]);
checkMatch('another group is another kind', ['apps/v1 A a'], ['v1 A a'], [undefined]);
checkMatch('other names, by their order in the kind', ['v1 A x1', 'v1 A x2'], ['v1 B y', 'v1 A y1', 'v1 A y2'], [1, 2]);
checkMatch('a name goes before the order', ['v1 A x', 'v1 A a'], ['v1 A a', 'v1 A y'], [1, 0]);
checkMatch('what only one has is left over', ['v1 A a', 'v1 A b'], ['v1 A b'], [undefined, 0]);
checkMatch(
  'the same name twice, one for each',
  ['v1 A a', 'v1 A a', 'v1 A a'],
  ['v1 A a', 'v1 A a'],
  [0, 1, undefined],
);
checkMatch('nothing to match with', ['v1 A a'], [], [undefined]);
