/** Two renders compared and shown: which objects differ, and that no secret of either side can be read on the other. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Sealed } from '../../../src/base/sealed.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { compareRenders } from '../../../src/render/compareRenders.ts';
import type { DesiredObject, FieldPath } from '../../../src/render/desired.ts';
import { mask } from '../../../src/render/maskDifferences.ts';

const dots = mask;
const changed = `${mask} (changed)`;

function configMap(name: string, data: unknown, more: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'a' }, data, ...more } as KubernetesObject;
}

/** `masked` by path, with what is shown there; the default is dots. */
function desired(
  real: KubernetesObject,
  masked: readonly (FieldPath | readonly [path: FieldPath, shown: string])[] = [],
  unstable: readonly FieldPath[] = [],
): DesiredObject {
  const object = structuredClone(real) as unknown;
  const paths = masked.map((each): FieldPath => {
    const [path, shown] = Array.isArray(each[0]) ? (each as readonly [FieldPath, string]) : [each as FieldPath, dots];
    const above = path.slice(0, -1).reduce((value, key) => (value as Record<string, unknown>)[key], object);
    (above as Record<string, unknown>)[path.at(-1) ?? ''] = shown;
    return path;
  });
  return { object: object as KubernetesObject, real: new Sealed(real), masked: paths, unstable };
}

/** Of one object that is on both sides; `undefined`: nothing differs. */
function checkPair(
  title: string,
  before: DesiredObject,
  after: DesiredObject,
  expected: readonly [unknown, unknown] | undefined,
): void {
  test(title, () => {
    const { changes, unchanged } = compareRenders([before], [after]);
    if (expected === undefined) {
      assert.deepEqual({ changes, unchanged }, { changes: [], unchanged: 1 });
      return;
    }
    const [change] = changes;
    assert.ok(change?.change === 'change');
    const data = [change.before, change.after].map((object) => (object as unknown as { data: unknown }).data);
    assert.deepEqual(data, expected);
  });
}

test('deleted objects come first, then created and changed ones, each in its own order', () => {
  const { changes, unchanged } = compareRenders(
    ['same', 'old', 'other', 'changed'].map((name) => desired(configMap(name, { key: 'a' }))),
    ['new', 'changed', 'same', 'newer'].map((name) =>
      desired(configMap(name, { key: name === 'changed' ? 'b' : 'a' })),
    ),
  );
  assert.deepEqual(
    changes.map(({ change, id }) => `${change} ${id.kind} ${id.namespace}/${id.name}`),
    [
      'delete ConfigMap a/old',
      'delete ConfigMap a/other',
      'create ConfigMap a/new',
      'create ConfigMap a/newer',
      'change ConfigMap a/changed',
    ],
  );
  assert.equal(unchanged, 1);
});

test('kind, namespace and group tell objects apart; the version does not', () => {
  const policy = (apiVersion: string): DesiredObject =>
    desired({ apiVersion, kind: 'Policy', metadata: { name: 'p', namespace: 'a' } });
  const kinds = (before: DesiredObject, after: DesiredObject): string[] =>
    compareRenders([before], [after]).changes.map(({ change }) => change);
  assert.deepEqual(kinds(policy('one.io/v1beta1'), policy('one.io/v1')), ['change']);
  assert.deepEqual(kinds(policy('one.io/v1'), policy('two.io/v1')), ['delete', 'create']);
});

test('objects with one name are matched by their order', () => {
  const hooks = (values: readonly string[]): DesiredObject[] =>
    values.map((key) => desired(configMap('hook', { key })));
  const { changes, unchanged } = compareRenders(hooks(['a', 'b']), hooks(['a', 'c', 'd']));
  assert.deepEqual(
    changes.map(({ change }) => change),
    ['create', 'change'],
  );
  assert.equal(unchanged, 1);
});

test('objects whose masked names look alike are matched by the real ones, which are not told', () => {
  const named = (name: string, key: string): DesiredObject => desired(configMap(name, { key }), [['metadata', 'name']]);
  const result = compareRenders([named('canary-1', 'x'), named('canary-2', 'y')], [named('canary-2', 'y')]);
  assert.deepEqual(
    result.changes.map(({ change }) => change),
    ['delete'],
  );
  assert.equal(result.unchanged, 1);
  assert.doesNotMatch(JSON.stringify(result), /canary/);
});

test('what is only on one side keeps its own masks', () => {
  const { changes } = compareRenders([], [desired(configMap('new', { key: 'canary', open: 'b' }), [['data', 'key']])]);
  assert.deepEqual(changes, [
    {
      change: 'create',
      id: { group: '', kind: 'ConfigMap', namespace: 'a', name: 'new' },
      after: configMap('new', { key: dots, open: 'b' }),
    },
  ]);
});

describe('values', () => {
  const key: FieldPath = ['data', 'key'];
  const map = (data: unknown): KubernetesObject => configMap('map', data);

  checkPair(
    'the same secret is no change',
    desired(map({ key: 'canary' }), [key]),
    desired(map({ key: 'canary' }), [key]),
    undefined,
  );
  checkPair(
    'another secret is said to be another',
    desired(map({ key: 'canary-1' }), [key]),
    desired(map({ key: 'canary-2' }), [key]),
    [{ key: dots }, { key: changed }],
  );
  checkPair(
    'a secret that becomes a literal',
    desired(map({ key: 'canary' }), [key]),
    desired(map({ key: 'canary' })),
    undefined,
  );
  checkPair(
    'a secret that becomes another literal',
    desired(map({ key: 'canary' }), [key]),
    desired(map({ key: 'open' })),
    [{ key: dots }, { key: changed }],
  );
  checkPair('a literal that becomes a secret', desired(map({ key: 'open' })), desired(map({ key: 'canary' }), [key]), [
    { key: dots },
    { key: changed },
  ]);
  checkPair(
    'a secret that is a literal elsewhere on the other side',
    desired(map({ key: 'canary' }), [key]),
    desired(map({ key: 'canary', copy: 'canary', list: ['canary'], other: 'canary-like' }), [key]),
    [{ key: dots }, { key: dots, copy: dots, list: [dots], other: 'canary-like' }],
  );
  checkPair(
    'words that stand everywhere are not searched for',
    desired(map({ key: 'true', a: 'x' }), [key]),
    desired(map({ key: 'true', a: 'true' }), [key]),
    [
      { key: dots, a: 'x' },
      { key: dots, a: 'true' },
    ],
  );
  checkPair('a number', desired(map({ key: 1 }), [key]), desired(map({ key: 2 })), [{ key: dots }, { key: changed }]);
  checkPair(
    'a secret that becomes a whole tree',
    desired(map({ key: 'canary' }), [key]),
    desired(map({ key: { inner: ['open'] } })),
    [{ key: dots }, { key: changed }],
  );
  checkPair(
    'a tree with a secret in it that becomes a text',
    desired(map({ key: { inner: 'canary' } }), [['data', 'key', 'inner']]),
    desired(map({ key: 'open' })),
    [{ key: dots }, { key: changed }],
  );
  checkPair('a secret that goes', desired(map({ key: 'canary', a: 1 }), [key]), desired(map({ a: 1 })), [
    { key: dots, a: 1 },
    { a: 1 },
  ]);
  checkPair(
    'what differs with each render is no change',
    desired(map({ key: 'r4nd0m' }), [], [key]),
    desired(map({ key: 'an0ther' }), [], [key]),
    undefined,
  );
  checkPair(
    'what differs with each render tells nothing beside a change',
    desired(map({ key: 'r4nd0m', a: 1 }), [], [key]),
    desired(map({ key: 'an0ther', a: 2 }), [], [key]),
    [
      { key: '(differs with each render)', a: 1 },
      { key: '(differs with each render)', a: 2 },
    ],
  );
  checkPair(
    'keys that are masked are compared as a whole',
    {
      object: map({ [dots]: dots }),
      real: new Sealed(map({ 'canary-key': 'x' })),
      masked: [['data', dots]],
      unstable: [],
    },
    {
      object: map({ [dots]: dots }),
      real: new Sealed(map({ 'canary-other': 'x' })),
      masked: [['data', dots]],
      unstable: [],
    },
    [{ [dots]: dots }, { [dots]: changed }],
  );
});

describe('lists', () => {
  const map = (list: unknown): KubernetesObject => configMap('map', { list });
  const at = (...path: (string | number)[]): FieldPath => ['data', 'list', ...path];

  checkPair(
    'items with names are matched by them',
    desired(map([{ name: 'a', value: 'canary' }]), [at(0, 'value')]),
    desired(
      map([
        { name: 'new', value: 'open' },
        { name: 'a', value: 'canary' },
      ]),
      [at(1, 'value')],
    ),
    [
      { list: [{ name: 'a', value: dots }] },
      {
        list: [
          { name: 'new', value: 'open' },
          { name: 'a', value: dots },
        ],
      },
    ],
  );
  checkPair(
    'an item that was a secret and is a literal now',
    desired(
      map([
        { name: 'b', value: 'x' },
        { name: 'a', value: 'canary' },
      ]),
      [at(1, 'value')],
    ),
    desired(map([{ name: 'a', value: 'open' }])),
    [
      {
        list: [
          { name: 'b', value: 'x' },
          { name: 'a', value: dots },
        ],
      },
      { list: [{ name: 'a', value: changed }] },
    ],
  );
  checkPair(
    'masked texts are matched in turn',
    desired(map(['--a', 'canary']), [at(1)]),
    desired(map(['--new', '--a', 'canary']), [at(2)]),
    [{ list: ['--a', dots] }, { list: ['--new', '--a', dots] }],
  );
  checkPair(
    'of as many items those in the same place',
    desired(map(['canary', 'b']), [at(0)]),
    desired(map(['open', 'b'])),
    [{ list: [dots, 'b'] }, { list: [changed, 'b'] }],
  );
});

describe('texts of several lines', () => {
  const file = (...lines: string[]): KubernetesObject => configMap('map', { file: lines.join('\n') });
  const shown = (...lines: string[]): [FieldPath, string] => [['data', 'file'], lines.join('\n')];

  checkPair(
    'a line is added above a secret',
    desired(file('a: 1', 'password: canary', ''), [shown('a: 1', dots, '')]),
    desired(file('a: 1', 'b: 2', 'password: canary', ''), [shown('a: 1', 'b: 2', dots, '')]),
    [{ file: `a: 1\n${dots}\n` }, { file: `a: 1\nb: 2\n${dots}\n` }],
  );
  checkPair(
    'the secret line alone changes',
    desired(file('a: 1', 'password: canary-1'), [shown('a: 1', dots)]),
    desired(file('a: 1', 'password: canary-2'), [shown('a: 1', dots)]),
    [{ file: `a: 1\n${dots}` }, { file: `a: 1\n${changed}` }],
  );
  checkPair(
    'the secret line becomes a literal',
    desired(file('a: 1', 'password: canary'), [shown('a: 1', dots)]),
    desired(file('a: 1', 'password: open')),
    [{ file: `a: 1\n${dots}` }, { file: `a: 1\n${changed}` }],
  );
  checkPair(
    'the secret line is a literal now, and elsewhere',
    desired(file('a: 1', 'password: canary'), [shown('a: 1', dots)]),
    desired(file('password: canary', 'a: 1', 'b: 2')),
    [{ file: `a: 1\n${dots}` }, { file: `${dots}\na: 1\nb: 2` }],
  );
  checkPair(
    'secret lines that cannot be found again hide the whole',
    desired(file('a: 1', 'password: canary', 'token: canary'), [shown('a: 1', dots, dots)]),
    desired(file('a: 1', 'password: open'), []),
    [{ file: dots }, { file: changed }],
  );
  checkPair(
    'a text that is masked as a whole hides the other',
    desired(file('canary', 'text'), [shown(dots)]),
    desired(file('open', 'text')),
    [{ file: dots }, { file: changed }],
  );
});

test('a value like the name of the object masks neither the name nor the kind', () => {
  const before = desired(configMap('canary', { key: 'canary', a: '1' }), [['data', 'key']]);
  const after = desired(configMap('canary', { key: 'canary', a: '2' }), [['data', 'key']]);
  const [change] = compareRenders([before], [after]).changes;
  assert.ok(change?.change === 'change');
  assert.deepEqual(change.after, configMap('canary', { key: dots, a: '2' }));
});
