/** Values of HelmReleases: what wins, where it comes from, and the traps of the library that merges them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../src/base/failure.ts';
import { Sealed } from '../../src/base/sealed.ts';
import type { EffectiveValue } from '../../src/render/desired.ts';
import {
  chartFiles,
  chartInRepository,
  configMapOf,
  dataOf,
  type Files,
  messages,
  releaseBed,
  type ReleaseCase,
  shown,
} from './releaseSetup.ts';

const bed = releaseBed();

interface Row {
  readonly name: string;
  /** The chart's values.yaml. */
  readonly chart?: string;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly valuesFrom?: readonly object[];
  readonly data?: ReleaseCase['data'];
  /** Path to what the template `toJson`s. */
  readonly show: string;
  readonly expected: unknown;
  /** Who the shown value comes from: `inline`, `values.yaml`, `ConfigMap a`, `Secret b → path`. */
  readonly origin?: string;
}

const rows: readonly Row[] = [
  { name: "the chart's own value", chart: 'a: 1', show: 'a', expected: 1, origin: 'values.yaml' },
  { name: 'an inline value over it', chart: 'a: 1', values: { a: 2 }, show: 'a', expected: 2, origin: 'inline' },
  {
    name: 'a ConfigMap over the chart',
    chart: 'a: 1',
    valuesFrom: [{ kind: 'ConfigMap', name: 'a' }],
    data: { 'ConfigMap a': { 'values.yaml': 'a: 3' } },
    show: 'a',
    expected: 3,
    origin: 'ConfigMap a',
  },
  {
    name: 'a later source over an earlier one',
    valuesFrom: [
      { kind: 'ConfigMap', name: 'a' },
      { kind: 'ConfigMap', name: 'b', valuesKey: 'more.yaml' },
    ],
    data: { 'ConfigMap a': { 'values.yaml': 'a: {x: 1, z: 1}' }, 'ConfigMap b': { 'more.yaml': 'a: {z: 2}' } },
    show: 'a.z',
    expected: 2,
    origin: 'ConfigMap b',
  },
  {
    name: 'maps are merged',
    valuesFrom: [{ kind: 'ConfigMap', name: 'a' }],
    data: { 'ConfigMap a': { 'values.yaml': 'a: {x: 1}' } },
    values: { a: { y: 2 } },
    show: 'a.x',
    expected: 1,
    origin: 'ConfigMap a',
  },
  { name: 'lists are replaced', chart: 'a: [1, 2]', values: { a: [3] }, show: 'a', expected: [3], origin: 'inline' },
  { name: 'null takes a value away', chart: 'a: 1', values: { a: null }, show: 'a', expected: null, origin: 'inline' },
  {
    name: 'a targetPath gives a number',
    chart: 'a: {port: 1}',
    valuesFrom: [{ kind: 'Secret', name: 's', valuesKey: 'port', targetPath: 'a.port' }],
    data: { 'Secret s': { port: '8080' } },
    show: 'a.port',
    expected: 8080,
    origin: 'Secret s → a.port',
  },
  {
    name: 'a quoted text at a targetPath stays a text',
    valuesFrom: [{ kind: 'ConfigMap', name: 'a', valuesKey: 'port', targetPath: 'port' }],
    data: { 'ConfigMap a': { port: '"8080"' } },
    show: 'port',
    expected: '8080',
    origin: 'ConfigMap a → port',
  },
  {
    name: 'a literal is taken as it is',
    valuesFrom: [{ kind: 'ConfigMap', name: 'a', valuesKey: 'x', targetPath: 'x', literal: true }],
    data: { 'ConfigMap a': { x: 'a,b={c}' } },
    show: 'x',
    expected: 'a,b={c}',
  },
  {
    name: 'a targetPath at the top loses against inline',
    values: { foo: 'x' },
    valuesFrom: [{ kind: 'ConfigMap', name: 'a', valuesKey: 'foo', targetPath: 'foo' }],
    data: { 'ConfigMap a': { foo: 'y' } },
    show: 'foo',
    expected: 'x',
    origin: 'inline',
  },
  {
    name: 'a targetPath into a map that only inline has wins',
    values: { foo: { bar: 'x' } },
    valuesFrom: [{ kind: 'ConfigMap', name: 'a', valuesKey: 'foo', targetPath: 'foo.bar' }],
    data: { 'ConfigMap a': { foo: 'y' } },
    show: 'foo.bar',
    expected: 'y',
    origin: 'ConfigMap a → foo.bar',
  },
  {
    name: 'a targetPath into a map that an earlier source has too loses',
    values: { foo: { bar: 'x' } },
    valuesFrom: [
      { kind: 'ConfigMap', name: 'b' },
      { kind: 'ConfigMap', name: 'a', valuesKey: 'foo', targetPath: 'foo.bar' },
    ],
    data: { 'ConfigMap a': { foo: 'y' }, 'ConfigMap b': { 'values.yaml': 'foo: {other: 1}' } },
    show: 'foo.bar',
    expected: 'x',
    origin: 'inline',
  },
  {
    name: 'an optional key that is missing gives nothing',
    chart: 'a: 1',
    valuesFrom: [{ kind: 'ConfigMap', name: 'a', valuesKey: 'none', optional: true }],
    data: { 'ConfigMap a': { 'values.yaml': 'a: 2' } },
    show: 'a',
    expected: 1,
    origin: 'values.yaml',
  },
  {
    name: 'an optional source that is missing gives nothing',
    chart: 'a: 1',
    valuesFrom: [{ kind: 'ConfigMap', name: 'a', optional: true }],
    show: 'a',
    expected: 1,
    origin: 'values.yaml',
  },
  {
    name: 'equal values are those of the stronger source',
    valuesFrom: [{ kind: 'ConfigMap', name: 'a' }],
    data: { 'ConfigMap a': { 'values.yaml': 'a: 1' } },
    values: { a: 1 },
    show: 'a',
    expected: 1,
    origin: 'inline',
  },
];

function originText({ origin }: EffectiveValue): string {
  switch (origin.from) {
    case 'chart':
      return origin.file;
    case 'inline':
      return 'inline';
    case 'ConfigMap':
    case 'Secret':
      return `${origin.from} ${origin.name}${origin.targetPath === undefined ? '' : ` → ${origin.targetPath}`}`;
  }
}

for (const { name, chart = '', values, valuesFrom, data, show, expected, origin } of rows) {
  test(`values: ${name}`, async () => {
    const rendered = await bed.render({
      files: chartFiles(
        {
          'shown.yaml': configMapOf(
            `value: {{ dig ${digArguments(show)} nil (.Values | merge (dict)) | toJson | quote }}`,
          ),
        },
        chart,
      ),
      spec: { ...chartInRepository, ...(values ? { values } : {}), ...(valuesFrom ? { valuesFrom } : {}) },
      ...(data ? { data } : {}),
    });
    assert.deepEqual(JSON.parse(dataOf(shown(rendered).real.reveal())['value'] ?? ''), expected);
    const effective = rendered.values.find(({ path }) => path.join('.') === show);
    if (origin !== undefined) {
      assert.equal(effective && originText(effective), origin);
    }
    if (effective && !origin?.startsWith('Secret')) {
      assert.deepEqual(effective.value, expected);
    }
  });
}

/** `a.b` → `"a" "b"` */
function digArguments(path: string): string {
  return path
    .split('.')
    .map((key) => `"${key}"`)
    .join(' ');
}

const plain = chartFiles({ 'shown.yaml': configMapOf('a: {{ .Values.a | quote }}') }, 'a: none');
const fromSecret = { ...chartInRepository, valuesFrom: [{ kind: 'Secret', name: 's' }] };
const encrypted = { data: new Sealed<Files>({}), encrypted: true, path: 'secret.yaml' } as const;

test('values that are encrypted are left out, and it is said', async () => {
  const rendered = await bed.render({ files: plain, spec: fromSecret, data: { 'Secret s': encrypted } });
  assert.equal(dataOf(shown(rendered).object)['a'], 'none');
  assert.deepEqual(messages(rendered.notes, 'approximate'), [
    'Secret apps/s is encrypted with SOPS: its values (values.yaml) are left out.',
  ]);
});

test('the cluster knows what the repository has encrypted', async () => {
  const rendered = await bed.render({
    files: plain,
    spec: fromSecret,
    data: { 'Secret s': encrypted },
    cluster: { secret: () => Promise.resolve(new Sealed({ 'values.yaml': 'a: known' })) },
  });
  assert.equal(dataOf(shown(rendered).real.reveal())['a'], 'known');
  assert.equal(dataOf(shown(rendered).object)['a'], '•••');
  assert.deepEqual(messages(rendered.notes, 'approximate'), []);
});

test('the repository wins over the cluster', async () => {
  const rendered = await bed.render({
    files: plain,
    spec: { ...chartInRepository, valuesFrom: [{ kind: 'ConfigMap', name: 'c' }] },
    data: { 'ConfigMap c': { 'values.yaml': 'a: file' } },
    cluster: { configMap: () => Promise.resolve({ 'values.yaml': 'a: live' }) },
  });
  assert.equal(dataOf(shown(rendered).object)['a'], 'file');
});

const unknown: readonly (readonly [string, ReleaseCase, readonly string[]])[] = [
  [
    'nowhere, without a cluster',
    {},
    ['Secret apps/s is not in the repository: its values (values.yaml) are left out.'],
  ],
  [
    'a cluster that refuses',
    { cluster: { secret: () => Promise.reject(new Failure('forbidden', 'secrets is forbidden')) } },
    [
      'Secret apps/s is not in the repository, and could not be read from homelab: secrets is forbidden: its values (values.yaml) are left out.',
    ],
  ],
];

for (const [name, given, expected] of unknown) {
  test(`values whose source is unknown are left out: ${name}`, async () => {
    const rendered = await bed.render({ files: plain, spec: fromSecret, ...given });
    assert.equal(dataOf(shown(rendered).object)['a'], 'none');
    assert.deepEqual(messages(rendered.notes, 'approximate'), expected);
  });
}

test('a chart that fails for want of values that nobody could read names who was to give them', async () => {
  const files = chartFiles({ 'shown.yaml': configMapOf('a: {{ required "a is needed" .Values.needed }}') });
  const cluster = { secret: () => Promise.reject(new Failure('forbidden', 'secrets is forbidden')) };
  await assert.rejects(bed.render({ files, spec: fromSecret, cluster }), (error: Failure) => {
    assert.equal(error.reason, 'invalid');
    assert.match(error.message, /a is needed/);
    assert.match(
      error.message,
      /\nThat may be for want of values: Secret apps\/s is not in the repository, and could not be read from homelab: secrets is forbidden/,
    );
    return true;
  });
});

const failing: readonly (readonly [string, ReleaseCase, RegExp])[] = [
  ['a source that the cluster does not have either', { cluster: {} }, /Secret.*apps\/s.*not found/],
  ['a key that is not there', { data: { 'Secret s': { other: '' } } }, /values\.yaml/],
  ['values that are no map', { data: { 'Secret s': { 'values.yaml': '[canary]' } } }, /s/],
  ['values that are no YAML', { data: { 'Secret s': { 'values.yaml': 'a: "canary' } } }, /s/],
];

const escaped = { 'Secret s': { 'values.yaml': `auth: { pw: 'c"canary\\of&x', pin: 42 }` } };
const ofSchema = (type: string): Files => ({
  ...chartFiles({ 'shown.yaml': configMapOf('a: b') }),
  'chart/values.schema.json': `{"properties":{"auth":{"properties":{${type}}}}}`,
});
const rendering = (text: string): Files => chartFiles({ 'shown.yaml': text });

/** Values with characters that libraries write otherwise when they quote them. */
const quoting: typeof failing = [
  [
    'a pattern of the schema',
    { files: ofSchema('"pw":{"pattern":"^[a-z]+$"}'), data: escaped },
    /: ••• does not match pattern '\^\[a-z\]\+\$'/,
  ],
  ['a maximum of the schema', { files: ofSchema('"pin":{"maximum":9}'), data: escaped }, /maximum: got •••, want 9/],
  ['a message in JSON', { files: rendering('{{ fail (toJson .Values.auth) }}'), data: escaped }, /"pw":"•••"/],
  [
    'a message in JSON that is quoted',
    { files: rendering('{{ fail (.Values.auth | toJson | quote) }}'), data: escaped },
    /\\"pw\\":\\"•••\\"/,
  ],
  [
    'a message with base64 of more than the value',
    { files: rendering('{{ fail (printf "bad %s" (printf "u:%s" .Values.auth.pw | b64enc)) }}'), data: escaped },
    /bad \S{0,5}•••/,
  ],
  [
    'a rendered Secret with a key twice',
    {
      files: rendering(
        'apiVersion: v1\nkind: Secret\nmetadata:\n  name: own\nstringData:\n  a: {{ quote .Values.auth.pw }}\n  a: x\n',
      ),
      data: escaped,
    },
    /"a" already defined at line \d+ in Secret own$/,
  ],
];

for (const [name, given, expected] of [...failing, ...quoting]) {
  test(`values that the controller refuses: ${name}`, async () => {
    await assert.rejects(bed.render({ files: plain, spec: fromSecret, ...given }), (error: Failure) => {
      assert.equal(error.reason, 'invalid');
      assert.match(error.message, expected);
      assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /canary/);
      return true;
    });
  });
}

test('an optional source without a cluster is taken to be absent, and it is said', async () => {
  const valuesFrom = [{ kind: 'ConfigMap', name: 'c', optional: true }];
  const rendered = await bed.render({ files: plain, spec: { ...chartInRepository, valuesFrom } });
  assert.ok(
    messages(rendered.notes, 'information').includes(
      'ConfigMap apps/c is not in the repository and is optional: taken to be absent.',
    ),
  );
});

test('a list that a targetPath reaches into is from who reached', async () => {
  const rendered = await bed.render({
    files: plain,
    spec: {
      ...chartInRepository,
      values: {},
      valuesFrom: [
        { kind: 'ConfigMap', name: 'c' },
        { kind: 'ConfigMap', name: 'd', valuesKey: 'x', targetPath: 'list[1]' },
      ],
    },
    data: { 'ConfigMap c': { 'values.yaml': 'list: [a, b]' }, 'ConfigMap d': { x: 'c' } },
  });
  const list = rendered.values.find(({ path }) => path[0] === 'list');
  assert.deepEqual(list?.value, ['a', 'c']);
  assert.equal(originText(list), 'ConfigMap d → list[1]');
});
