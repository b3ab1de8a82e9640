/** Values that Helm has stored beside those that a release would be given: only what is plainly plain is shown of the old ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Sealed } from '../../../src/base/sealed.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import type { EffectiveValue, ValueOrigin } from '../../../src/render/desired.ts';
import { maskedConfigPair, renderedConfigPair } from '../../../src/render/maskedConfig.ts';

const dots = '•••';
const changed = `${dots} (changed)`;

const origins: Readonly<Record<string, ValueOrigin>> = {
  inline: { from: 'inline' },
  map: { from: 'ConfigMap', name: 'c', key: 'values.yaml', read: 'repository' },
  secret: { from: 'Secret', name: 's', key: 'values.yaml', read: 'cluster' },
  chart: { from: 'chart', file: 'values.yaml' },
};

/** `origin path`, value, and what is shown of it where that is something else. */
type Value = readonly [where: string, value: unknown, shown?: unknown];

interface Row {
  readonly title: string;
  readonly old: Readonly<Record<string, unknown>>;
  readonly next: readonly Value[];
  /** `spec` of the HelmRelease in the cluster; absent: there is none. */
  readonly live?: Readonly<Record<string, unknown>>;
  /** Over a `status` that says that what is stored was made of `live`. */
  readonly status?: Readonly<Record<string, unknown>>;
  readonly secrets?: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

const upToDate = {
  observedGeneration: 2,
  lastAttemptedGeneration: 2,
  lastAttemptedConfigDigest: 'sha256:1',
  history: [{ name: 'r', version: 3, status: 'deployed', configDigest: 'sha256:1' }],
};

/** Where a Secret that was read before may still be in what is stored. */
const older: readonly Pick<Row, 'title' | 'live' | 'status'>[] = [
  { title: 'the object has changed since', status: { observedGeneration: 1 } },
  { title: 'the object was not tried since it changed', status: { lastAttemptedGeneration: 1 } },
  { title: 'values are kept', live: { upgrade: { preserveValues: true } } },
  { title: 'an upgrade to other values was tried', status: { lastAttemptedConfigDigest: 'sha256:2' } },
  { title: 'the last upgrade failed', status: { history: [{ status: 'failed', configDigest: 'sha256:1' }] } },
  {
    title: 'nothing is told of digests',
    status: { lastAttemptedConfigDigest: undefined, history: [{ status: 'deployed' }] },
  },
];

const rows: readonly Row[] = [
  ...older.map((row): Row => ({
    live: {},
    ...row,
    title: `without a Secret now, an old value is masked where ${row.title}`,
    old: { a: 'canary', b: 1 },
    next: [['inline b', 1]],
    before: { [dots]: dots, b: 1 },
    after: { b: 1 },
  })),
  {
    title: 'the same value from plain text is shown, of whatever origin',
    old: { a: 'x', b: { c: 1, d: [true] }, e: {} },
    next: [
      ['inline a', 'x'],
      ['map b.c', 1],
      ['inline b.d', [true]],
      ['map e', {}],
    ],
    before: { a: 'x', b: { c: 1, d: [true] }, e: {} },
    after: { a: 'x', b: { c: 1, d: [true] }, e: {} },
  },
  {
    title: 'another old value is masked where nothing proves that it was plain, and the new one is shown',
    old: { a: 'canary', b: { c: 'canary' } },
    next: [
      ['inline a', 'x'],
      ['map b.c', 1],
    ],
    before: { a: dots, b: { c: dots } },
    after: { a: 'x', b: { c: 1 } },
  },
  {
    title: 'an old value is shown where the HelmRelease in the cluster states it',
    live: { values: { a: 'y', b: { c: 2 }, gone: { d: 'z' }, list: [{ e: 1 }] }, valuesFrom: [{ kind: 'Secret' }] },
    old: { a: 'y', b: { c: 2, pw: 'canary' }, gone: { d: 'z', pw: 'canary' }, list: [{ e: 1 }] },
    next: [
      ['inline a', 'x'],
      ['inline b.c', 1],
      ['secret b.pw', 'new', dots],
      ['inline list', [{ e: 2 }]],
    ],
    before: { a: 'y', b: { c: 2, pw: dots }, gone: { d: 'z', pw: dots }, list: [{ e: 1 }] },
    after: { a: 'x', b: { c: 1, pw: changed }, list: [{ e: 2 }] },
  },
  {
    title: 'what it states at another place proves nothing',
    live: { values: { b: 'canary', list: ['canary'] }, valuesFrom: [{ kind: 'Secret' }] },
    old: { a: 'canary', list: ['canary', 'canary'] },
    next: [
      ['inline a', 'x'],
      ['inline list', []],
    ],
    before: { a: dots, list: dots },
    after: { a: 'x', list: [] },
  },
  {
    title: 'where neither old nor new takes values from a Secret, all is shown',
    live: { valuesFrom: [{ kind: 'ConfigMap' }] },
    old: { a: 'y', more: { b: [1, null] } },
    next: [
      ['map a', 'x'],
      ['chart c', 'z'],
    ],
    before: { a: 'y', more: { b: [1, null] } },
    after: { a: 'x' },
  },
  {
    title: 'and it is not where the new one begins to',
    live: {},
    old: { a: 'canary' },
    next: [['secret a', 'new', dots]],
    before: { a: dots },
    after: { a: changed },
  },
  {
    title: 'the same secret is no difference, and a secret that becomes a literal is masked before',
    live: { valuesFrom: [{ kind: 'Secret' }] },
    old: { a: 'canary', b: 'canary-2' },
    next: [
      ['secret a', 'canary', dots],
      ['inline b', 'plain'],
    ],
    before: { a: dots, b: dots },
    after: { a: dots, b: 'plain' },
  },
  {
    title: 'a value that parents substitute from a Secret is masked although the HelmRelease states it',
    live: { values: { url: 'http://canary', list: [{ name: 'a', value: 'canary' }], gone: 'x canary-known y' } },
    old: { url: 'http://canary', list: [{ name: 'a', value: 'canary' }], gone: 'x canary-known y' },
    next: [
      ['inline url', 'http://new', dots],
      ['inline list', [{ name: 'a', value: 'new' }], [{ name: 'a', value: dots }]],
    ],
    secrets: ['canary-known'],
    before: { url: dots, list: [{ name: 'a', value: dots }], gone: dots },
    after: { url: changed, list: [{ name: 'a', value: changed }] },
  },
  {
    title: 'also where it stands under another name or in another place now',
    live: { values: { auth: { pw: 'canary' }, args: ['--pw=canary', '--log'] } },
    old: { auth: { pw: 'canary' }, args: ['--pw=canary', '--log'] },
    next: [
      ['inline auth.password', 'new', dots],
      ['inline args', ['--log', '--pw=new'], ['--log', dots]],
    ],
    before: { auth: { pw: dots }, args: [dots, dots] },
    after: { auth: { password: dots }, args: ['--log', changed] },
  },
  {
    title: 'a key that nothing plain has is masked with all below it',
    live: { values: { users: { bob: 1 } }, valuesFrom: [{ kind: 'Secret' }] },
    old: { users: { 'canary-user': { pw: 'canary' }, bob: 1 }, 'canary-key': 'x' },
    next: [['inline users.bob', 2]],
    before: { users: { [dots]: dots, bob: 1 }, [dots]: dots },
    after: { users: { bob: 2 } },
  },
  {
    title: 'a tree in place of a text, and the other way round',
    live: { values: { a: 'x' }, valuesFrom: [{ kind: 'Secret' }] },
    old: { a: 'x', b: { c: 'canary' } },
    next: [
      ['inline a.d', 1],
      ['inline b', 'y'],
      ['chart b.c', 'z'],
    ],
    before: { a: 'x', b: dots },
    after: { a: { d: 1 }, b: 'y' },
  },
  {
    title: 'nothing is known of what it would be given',
    old: { a: 'canary', b: { 'canary-b': true }, c: null },
    next: [],
    before: { [dots]: dots, [`${dots} (2)`]: dots, [`${dots} (3)`]: dots },
    after: {},
  },
];

function valuesOf(next: readonly Value[]): { values: readonly EffectiveValue[]; merged: Record<string, unknown> } {
  const merged: Record<string, unknown> = {};
  const values = next.map(([where, value, shown = value]): EffectiveValue => {
    const [from = '', place = ''] = where.split(' ');
    const path = place.split('.');
    const origin = origins[from];
    assert.ok(origin);
    if (from !== 'chart') {
      const above = path.slice(0, -1).reduce<Record<string, unknown>>((here, key) => {
        here[key] ??= {};
        return here[key] as Record<string, unknown>;
      }, merged);
      above[path.at(-1) ?? ''] = value;
    }
    return { path, value: shown, origin };
  });
  return { values, merged };
}

for (const { title, old, next, live, status, secrets, before, after } of rows) {
  test(title, () => {
    const { values, merged } = valuesOf(next);
    const release =
      live &&
      ({
        apiVersion: 'v2',
        kind: 'HelmRelease',
        metadata: { name: 'r', generation: 2 },
        spec: live,
        status: { ...upToDate, ...status },
      } as FluxObject);
    const known = { values, merged: new Sealed(merged), ...(secrets ? { secrets: new Sealed(secrets) } : {}) };
    const pair = maskedConfigPair(new Sealed(old), known, release);
    assert.doesNotMatch(JSON.stringify(pair) + inspect(pair, { depth: 20 }), /canary/);
    assert.deepEqual({ before: pair.before, after: pair.after }, { before, after });
    assert.equal(pair.differs, JSON.stringify(before) !== JSON.stringify(after));
  });
}

test('without what Helm is given, nothing is said of whether a secret has changed', () => {
  const { values } = valuesOf([
    ['secret a', 'new', dots],
    ['inline b', 1],
  ]);
  const pair = maskedConfigPair(new Sealed({ a: 'canary', b: 1 }), { values }, undefined);
  assert.deepEqual(pair, { before: { a: dots, b: 1 }, after: { a: dots, b: 1 }, differs: false });
});

interface RendersRow {
  readonly title: string;
  readonly old: readonly Value[];
  readonly next: readonly Value[];
  readonly before: unknown;
  readonly after: unknown;
}

const ofRenders: readonly RendersRow[] = [
  {
    title: 'plain values are shown on both sides, without those of the chart',
    old: [
      ['inline a', 'x'],
      ['map b.c', 1],
      ['chart d', 1],
    ],
    next: [
      ['inline a', 'y'],
      ['map b.c', 1],
      ['chart d', 2],
    ],
    before: { a: 'x', b: { c: 1 } },
    after: { a: 'y', b: { c: 1 } },
  },
  {
    title: 'that a secret is another one is said',
    old: [
      ['secret a', 'canary-1', dots],
      ['secret b', 'canary', dots],
    ],
    next: [
      ['secret a', 'canary-2', dots],
      ['secret b', 'canary', dots],
    ],
    before: { a: dots, b: dots },
    after: { a: changed, b: dots },
  },
  {
    title: 'a secret that becomes a literal is masked on both sides, wherever it stands',
    old: [
      ['secret a', 'canary', dots],
      ['inline b', 'x'],
    ],
    next: [
      ['inline a', 'other'],
      ['inline b', 'canary'],
    ],
    before: { a: dots, b: dots },
    after: { a: changed, b: changed },
  },
];

for (const { title, old, next, before, after } of ofRenders) {
  test(`values of two renders: ${title}`, () => {
    const [left, right] = [old, next].map((side) => {
      const { values, merged } = valuesOf(side);
      return { values, merged: new Sealed(merged) };
    });
    assert(left && right);
    const pair = renderedConfigPair(left, right);
    assert.doesNotMatch(JSON.stringify(pair) + inspect(pair, { depth: 20 }), /canary/);
    assert.deepEqual(pair, { before, after, differs: true });
    assert.equal(renderedConfigPair(right, right).differs, false);
  });
}

test('values of two renders: without what Helm is given, nothing is said of whether a secret has changed', () => {
  const [old, next] = ['1', '2'].map((text) => valuesOf([['secret a', `canary-${text}`, dots]]));
  assert(old && next);
  const pair = renderedConfigPair({ values: old.values, merged: new Sealed(old.merged) }, { values: next.values });
  assert.deepEqual(pair, { before: { a: dots }, after: { a: dots }, differs: false });
});
