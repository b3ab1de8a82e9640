/** Text with variables beside what lives: which fields get the live value, and which are left out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOpen, leaveOutVariables } from '../../../src/drift/leaveOutVariables.ts';

interface Row {
  readonly what: string;
  readonly value: unknown;
  readonly live: unknown;
  readonly gives: unknown;
  readonly filled?: readonly string[];
  readonly dropped?: readonly string[];
}

const rows: readonly Row[] = [
  {
    what: 'text without a variable stays, whatever lives',
    value: { a: 'text', n: 1, list: ['$x', 'a$'], none: null },
    live: { a: 'other' },
    gives: { a: 'text', n: 1, list: ['$x', 'a$'], none: null },
  },
  {
    what: 'a field with a variable gets the live value, of whatever type',
    value: { spec: { replicas: '${N:=2}', paused: false } },
    live: { spec: { replicas: 3 } },
    gives: { spec: { replicas: 3, paused: false } },
    filled: ['spec.replicas'],
  },
  {
    what: 'where nothing lives the field goes',
    value: { spec: { host: 'a.${DOMAIN}', port: 80 } },
    live: undefined,
    gives: { spec: { port: 80 } },
    dropped: ['spec.host'],
  },
  {
    what: 'what lives as null does not live',
    value: { spec: { host: '${HOST}', list: ['${A}'], port: 80 } },
    live: { spec: { host: null, list: null } },
    gives: { spec: { port: 80 } },
    dropped: ['spec.host', 'spec.list'],
  },
  {
    what: 'an escaped dollar is no plain text either',
    value: { run: 'echo $${HOME}' },
    live: { run: 'echo ${HOME}' },
    gives: { run: 'echo ${HOME}' },
    filled: ['run'],
  },
  {
    what: 'items of a list belong together by name, in whatever order',
    value: {
      containers: [
        { name: 'b', image: 'b:${B}' },
        { name: 'a', image: 'a:1' },
      ],
    },
    live: { containers: [{ name: 'a', image: 'a:0' }, { name: 'x' }, { name: 'b', image: 'b:7' }] },
    gives: {
      containers: [
        { name: 'b', image: 'b:7' },
        { name: 'a', image: 'a:1' },
      ],
    },
    filled: ['containers.0.image'],
  },
  {
    what: 'an item that does not live loses its field alone',
    value: { containers: [{ name: 'new', image: '${I}' }] },
    live: { containers: [{ name: 'a', image: 'a:0' }] },
    gives: { containers: [{ name: 'new' }] },
    dropped: ['containers.0.image'],
  },
  {
    what: 'items of one name cannot be told apart',
    value: {
      ports: [
        { name: 'a', port: '${P}' },
        { name: 'a', port: 2 },
      ],
    },
    live: {
      ports: [
        { name: 'a', port: 3 },
        { name: 'a', port: 4 },
      ],
    },
    gives: {
      ports: [
        { name: 'a', port: 3 },
        { name: 'a', port: 4 },
      ],
    },
    filled: ['ports'],
  },
  {
    what: 'items without names belong together by position, if they are as many',
    value: { rules: [{ host: '${H}' }, { host: 'b' }] },
    live: { rules: [{ host: 'a' }, { host: 'c' }] },
    gives: { rules: [{ host: 'a' }, { host: 'b' }] },
    filled: ['rules.0.host'],
  },
  {
    what: 'a list of which nothing can be told is the live one',
    value: { rules: [{ host: '${H}' }] },
    live: { rules: [{ host: 'a' }, { host: 'c' }] },
    gives: { rules: [{ host: 'a' }, { host: 'c' }] },
    filled: ['rules'],
  },
  {
    what: 'a list of texts is written as a whole',
    value: { args: ['--a', '--b=${B}'] },
    live: { args: ['--x'] },
    gives: { args: ['--x'] },
    filled: ['args'],
  },
  {
    what: 'a map with a variable in a key is the live one: which of its keys that became nobody knows',
    value: { labels: { '${K}': 'v', app: 'web' } },
    live: { labels: { color: 'v', app: 'old' } },
    gives: { labels: { color: 'v', app: 'old' } },
    filled: ['labels'],
  },
  {
    what: 'a name in a list with a variable: nothing tells the items apart',
    value: { env: [{ name: '${N}', value: '1' }] },
    live: { env: [{ name: 'A', value: '2' }] },
    gives: { env: [{ name: 'A', value: '2' }] },
    filled: ['env'],
  },
];

for (const { what, value, live, gives, filled = [], dropped = [] } of rows) {
  test(what, () => {
    const found = leaveOutVariables(value, live);
    assert.deepEqual(found.value, gives);
    assert.deepEqual(
      found.filled.map((path) => path.join('.')),
      filled,
    );
    assert.deepEqual(
      found.dropped.map((path) => path.join('.')),
      dropped,
    );
  });
}

test('what is inherited is no field that lives', () => {
  assert.deepEqual(leaveOutVariables({ constructor: '${X}' }, {}), {
    value: {},
    filled: [],
    dropped: [['constructor']],
  });
});

test('only what substitution would change is open', () => {
  assert.deepEqual(['$x', '$', '', 'a$b', '{x}'].filter(isOpen), []);
  assert.deepEqual(['${x}', '$$', 'a${'].filter(isOpen), ['${x}', '$$', 'a${']);
});
