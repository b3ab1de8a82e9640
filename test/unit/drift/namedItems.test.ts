/** Which items of a list another item may be, by the fields that name them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NamedItems } from '../../../src/drift/namedItems.ts';

const ports = [
  { port: 80, protocol: 'TCP', name: 'http' },
  { port: 80, protocol: 'UDP' },
  { port: '80', protocol: 'TCP' },
  { port: 443, protocol: 'TCP' },
  { protocol: 'TCP' },
  'no item at all',
];

const rows: readonly (readonly [title: string, item: unknown, positions: readonly number[]])[] = [
  ['all keys stated', { port: 443, protocol: 'TCP' }, [3]],
  ['other fields name nothing', { port: 443, protocol: 'TCP', name: 'https' }, [3]],
  ['a key that is not stated may be any', { port: 80 }, [0, 1]],
  ['a number is no text', { port: '80' }, [2]],
  ['no key stated: all of them', { name: 'http' }, [0, 1, 2, 3, 4, 5]],
  ['none has this name', { port: 8080, protocol: 'TCP' }, []],
  ['null is stated, and is not what is missing', { port: null, protocol: 'TCP' }, []],
];

for (const [title, item, positions] of rows) {
  test(`named items: ${title}`, () => {
    const named = new NamedItems(
      ports.map((port, at) => [port, at]),
      ['port', 'protocol'],
    );
    assert.deepEqual(named.of(item), positions);
    assert.deepEqual(named.of(item), positions, 'the second answer comes of the index of the first');
  });
}

test('named items: however often is asked, each item is read once for each way of asking', () => {
  let reads = 0;
  const items = Array.from({ length: 50 }, (_none, at) => {
    const item = { name: `item-${at}` };
    return new Proxy(item, {
      get: (target, key) => {
        reads += 1;
        return Reflect.get(target, key) as unknown;
      },
    });
  });
  const named = new NamedItems(
    items.map((item, at) => [item, at]),
    ['name'],
  );
  items.forEach((_item, at) => assert.deepEqual(named.of({ name: `item-${at}` }), [at]));
  assert.equal(reads, items.length);
});
