/** Live objects beside rendered ones: what may be read of a cluster when a difference is shown. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { Sealed } from '../../../src/base/sealed.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import type { DesiredObject, FieldPath } from '../../../src/render/desired.ts';
import { maskEncrypted } from '../../../src/render/maskEncrypted.ts';
import { maskLive, withoutSecretsOf } from '../../../src/render/maskLive.ts';
import { maskByOrigin } from '../../../src/render/originMask.ts';
import { scramble } from '../../../src/render/scramble.ts';
import { type SeededRandom, seededRandom } from '../../support/seededRandom.ts';

const dots = '•••';
const changed = `${dots} (changed)`;

/** What stands for secrets in these objects begins so. */
const isSecretText = /canary[\w-]*/g;

function object(kind: string, rest: Record<string, unknown>, metadata: Record<string, unknown> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind, metadata: { name: 'c', namespace: 'a', ...metadata }, ...rest };
}

function configMap(data: unknown): KubernetesObject {
  return object('ConfigMap', { data });
}

/** Rendered of secrets: every text that begins with `canary` is one. */
function desired(real: KubernetesObject, more: Partial<DesiredObject> = {}): DesiredObject {
  const text = JSON.stringify(real).replaceAll(isSecretText, (secret) => scramble(secret));
  const [shown] = maskByOrigin([real], [JSON.parse(text) as KubernetesObject]).objects;
  assert.ok(shown);
  return { ...shown, real: new Sealed(real), unstable: [], ...more };
}

interface Row {
  readonly title: string;
  readonly desired: unknown;
  readonly live: unknown;
  /** Absent: as `desired`. */
  readonly next?: unknown;
  readonly before: unknown;
  readonly after: unknown;
  readonly secrets?: readonly string[];
}

function checkSilent(...told: readonly unknown[]): void {
  const text = told.map((one) => JSON.stringify(one) + inspect(one, { depth: 20 })).join('\n');
  assert.doesNotMatch(text, /canary/);
  assert.ok(!text.includes(Buffer.from('canary').toString('base64').slice(0, 7)), text);
}

/** Rows are of the field `data` of a ConfigMap. */
function check({ title, secrets, ...row }: Row): void {
  test(title, () => {
    const sides = maskLive({
      desired: desired(configMap(row.desired)),
      live: configMap(row.live),
      next: configMap(row.next ?? row.desired),
      secrets: secrets && new Sealed(secrets),
    });
    checkSilent(sides);
    assert.deepEqual(sides.before, configMap(row.before));
    assert.deepEqual(sides.after, configMap(row.after));
    assert.equal(sides.differs, JSON.stringify(row.before) !== JSON.stringify(row.after));
  });
}

describe('values', () => {
  const rows: readonly Row[] = [
    {
      title: 'the same secret is no difference',
      desired: { a: 'canary-1', b: 'x' },
      live: { a: 'canary-1', b: 'x' },
      before: { a: dots, b: 'x' },
      after: { a: dots, b: 'x' },
    },
    {
      title: 'an old secret is masked where the new one is',
      desired: { a: 'canary-2', b: 'x' },
      live: { a: 'old', b: 'y' },
      before: { a: dots, b: 'y' },
      after: { a: changed, b: 'x' },
    },
    {
      title: 'a whole tree in place of a secret',
      desired: { a: 'canary-2' },
      live: { a: { b: 'old' } },
      before: { a: dots },
      after: { a: changed },
    },
    {
      title: 'a text in place of a tree with a secret in it',
      desired: { a: { b: 'canary-2', c: 'x' } },
      live: { a: 'old' },
      before: { a: dots },
      after: { a: changed },
    },
    {
      title: 'what only lives is shown, unless it holds a secret',
      desired: { a: 'canary-one' },
      live: { a: 'canary-one', b: 'plain', c: 'x canary-one y', d: Buffer.from('canary-one').toString('base64') },
      before: { a: dots, b: 'plain', c: dots, d: dots },
      after: { a: dots },
    },
    {
      title: 'secrets that are no longer in the object, but in its render',
      desired: { a: 'x' },
      live: { a: 'x', b: 'canary-one', c: 'uvw', d: 4711, 'canary-one': 'e', f: 'a\ncanary-one\nb', g: 10, h: true },
      secrets: ['canary-one', 'uvw', '4711', '10', 'true'],
      before: { a: 'x', b: dots, c: dots, d: dots, [dots]: dots, f: `a\n${dots}\nb`, g: 10, h: true },
      after: { a: 'x' },
    },
    {
      title: 'a secret that is written in another way',
      desired: { a: 'x' },
      live: {
        a: 'x',
        json: JSON.stringify({ a: 'can"ary/1\nb' }),
        url: 'redis://:can%22ary%2F1%0Ab@db',
        base64: Buffer.from('user:can"ary/1\nb@db').toString('base64'),
      },
      secrets: ['can"ary/1\nb'],
      before: { a: 'x', json: dots, url: dots, base64: dots },
      after: { a: 'x' },
    },
    {
      title: 'a short secret that the object shows anyway masks nothing',
      desired: { a: 'canary-1', b: 'admin' },
      live: { a: 'canary-1', b: 'admin', c: 'admin' },
      secrets: ['admin'],
      before: { a: dots, b: 'admin', c: 'admin' },
      after: { a: dots, b: 'admin' },
    },
    {
      title: 'a secret over several lines',
      desired: { a: 'x' },
      live: { a: 'x', b: 'one\ntwo\nthree\nfour' },
      secrets: ['two\nthree'],
      before: { a: 'x', b: dots },
      after: { a: 'x' },
    },
    {
      title: 'a secret file in place of another one',
      desired: { f: 'log: info\nport: 8080' },
      live: { f: 'log: info\npassword: uvw\nport: 8080', g: 'see password: uvw there' },
      secrets: ['log: info\npassword: uvw\nport: 8080\n---'],
      before: { f: dots, g: 'see password: uvw there' },
      after: { f: changed },
    },
    {
      title: 'a line of a secret file that only lives, but none that the object shows anyway',
      desired: { f: 'log: info\nport: 8080' },
      live: { f: 'log: info\nport: 8080', g: 'password: uvw\nmore: 1', h: 'log: info' },
      secrets: ['log: info\npassword: uvw\nuser: x\n---'],
      before: { f: 'log: info\nport: 8080', g: `${dots}\nmore: 1`, h: 'log: info' },
      after: { f: 'log: info\nport: 8080' },
    },
  ];
  rows.forEach(check);
});

describe('keys', () => {
  const rows: readonly Row[] = [
    {
      title: 'a key that was renamed while its secret was rotated',
      desired: { password: 'canary-2', b: 'x' },
      live: { pass: 'old', b: 'x', more: { deep: ['old'] } },
      before: { pass: dots, b: 'x', more: { deep: [dots] } },
      after: { password: dots, b: 'x' },
    },
    {
      title: 'what stays beside it is nobody’s secret',
      desired: { password: 'canary-2' },
      live: { pass: 'old', kept: 'of another manager' },
      next: { password: 'canary-2', kept: 'of another manager' },
      before: { pass: dots, kept: 'of another manager' },
      after: { password: dots, kept: 'of another manager' },
    },
    {
      title: 'a key that is a secret, and an older one',
      desired: { 'canary-key': 'x', b: 'y' },
      live: { 'canary-key': 'x', oldKey: 'x', b: 'y', kept: 'z' },
      next: { 'canary-key': 'x', b: 'y', kept: 'z' },
      before: { [dots]: dots, [`${dots} (2)`]: dots, b: 'y', kept: 'z' },
      after: { [dots]: changed, b: 'y', kept: 'z' },
    },
  ];
  rows.forEach(check);
});

describe('lists', () => {
  const rows: readonly Row[] = [
    {
      title: 'items with names are found by them',
      desired: {
        env: [
          { name: 'A', value: 'canary-2' },
          { name: 'B', value: 'x' },
        ],
      },
      live: {
        env: [
          { name: 'B', value: 'y' },
          { name: 'A', value: 'old' },
          { name: 'C', value: 'z' },
        ],
      },
      before: {
        env: [
          { name: 'B', value: 'y' },
          { name: 'A', value: dots },
          { name: 'C', value: 'z' },
        ],
      },
      after: {
        env: [
          { name: 'A', value: changed },
          { name: 'B', value: 'x' },
        ],
      },
    },
    {
      title: 'an item with another name than the secret has now',
      desired: { env: [{ name: 'NEW', value: 'canary-2' }] },
      live: {
        env: [
          { name: 'OLD', value: 'old' },
          { name: 'KEPT', value: 'k' },
        ],
      },
      next: {
        env: [
          { name: 'NEW', value: 'canary-2' },
          { name: 'KEPT', value: 'k' },
        ],
      },
      before: {
        env: [
          { name: dots, value: dots },
          { name: 'KEPT', value: 'k' },
        ],
      },
      after: {
        env: [
          { name: 'NEW', value: dots },
          { name: 'KEPT', value: 'k' },
        ],
      },
    },
    {
      title: 'arguments: the one that stands where the secret is',
      desired: { args: ['--log', '--password=canary-2', '--port=1'] },
      live: { args: ['--log', '--password=old', '--port=1'] },
      before: { args: ['--log', dots, '--port=1'] },
      after: { args: ['--log', changed, '--port=1'] },
    },
    {
      title: 'arguments: the secret has moved and was rotated',
      desired: { args: ['--log', '--port=1', '--password=canary-2'] },
      live: { args: ['--password=old', '--log', '--port=1'] },
      before: { args: [dots, '--log', dots] },
      after: { args: [changed, '--port=1', changed] },
    },
    {
      title: 'arguments: all have moved, and those that the render shows are shown',
      desired: { args: ['--pw=canary-2', '--port=1', '--log'] },
      live: { args: ['--log', '--port=2', '--pw=old', '--more'] },
      before: { args: [dots, '--port=2', dots, dots] },
      after: { args: [changed, '--port=1', changed] },
    },
    {
      title: 'items without names: masked as any of those in their place',
      desired: {
        rules: [
          { host: 'canary-2', port: 1 },
          { host: 'a', port: 2 },
        ],
      },
      live: {
        rules: [
          { host: 'b', port: 3 },
          { host: 'old', port: 1 },
        ],
      },
      before: {
        rules: [
          { host: dots, port: 3 },
          { host: dots, port: 1 },
        ],
      },
      after: {
        rules: [
          { host: changed, port: 1 },
          { host: changed, port: 2 },
        ],
      },
    },
  ];
  rows.forEach(check);
});

describe('texts of several lines', () => {
  const rows: readonly Row[] = [
    {
      title: 'lines that are the same are shown, and the one in the place of a secret is not',
      desired: { f: 'a: 1\npassword: canary-2\nb: 2\nc: 3' },
      live: { f: 'a: 1\npassword: old\nb: 2\nc: 4' },
      before: { f: `a: 1\n${dots}\nb: 2\nc: 4` },
      after: { f: `a: 1\n${changed}\nb: 2\nc: 3` },
    },
    {
      title: 'a secret that was above other lines',
      desired: { f: 'a: 1\nb: 2\npassword: canary-2' },
      live: { f: 'password: old\na: 1\nb: 2' },
      before: { f: `${dots}\na: 1\nb: 2` },
      after: { f: `${changed}\nb: 2\n${dots}` },
    },
    {
      title: 'a line like one that is shown and one that is not',
      desired: { f: 'value: 1\nvalue: canary-2\nend' },
      live: { f: 'value: old\nend\nvalue: old' },
      before: { f: `${dots}\n${dots}\n${dots}` },
      after: { f: `${changed}\n${dots}\n${dots}` },
    },
    {
      title: 'one line in place of many',
      desired: { f: 'a: 1\npassword: canary-2' },
      live: { f: 'password: old' },
      before: { f: dots },
      after: { f: `a: 1\n${changed}` },
    },
  ];
  for (const row of rows) {
    test(row.title, () => {
      const sides = maskLive({
        desired: desired(configMap(row.desired)),
        live: configMap(row.live),
        next: configMap(row.desired),
      });
      checkSilent(sides);
      assert.doesNotMatch(JSON.stringify(sides), /old/);
      assert.deepEqual(sides.before, configMap(row.before));
    });
  }
});

/** A map with secrets in it, at places that `seed` decides; another state of the same has other secrets and another order. */
function randomData(random: SeededRandom, depth: number): Record<string, unknown> {
  const one = (at: number): unknown => {
    const secret = `canary-${at}x`;
    const kinds: readonly (() => unknown)[] = [
      () => `plain${at}`,
      () => secret,
      () => `http://${secret}/a`,
      () => ['--log', `--pw=${secret}`, `--port=${at}`, 'last'],
      () => [`a${at}`, secret, `b${at}`].map((name, index) => ({ name: `n${index}`, value: name })),
      () => [{ host: `h${at}` }, { host: secret, port: at }],
      () => `a: ${at}\npassword: ${secret}\n\nb:\n  c: ${at}\n`,
      () => (depth > 0 ? randomData(random, depth - 1) : at),
    ];
    return random.pick(kinds)();
  };
  return Object.fromEntries(Array.from({ length: 4 }, (_, at) => [`key${at}`, one(at)]));
}

function otherState(value: unknown, random: SeededRandom): unknown {
  if (typeof value === 'string') {
    const rotated = value.replaceAll('canary-', 'canary-old-');
    return random.below(3) === 0 ? rotated.split('\n').sort().reverse().join('\n') : rotated;
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => otherState(item, random));
    return random.below(2) === 0 ? items : [...items.slice(1), ...items.slice(0, 1)];
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [
    random.below(3) === 0 && key.startsWith('key') ? `old-${key}` : key,
    otherState(item, random),
  ]);
  return Object.fromEntries(random.below(2) === 0 ? entries : entries.reverse());
}

test('old secrets are shown nowhere, whatever was rotated, renamed or moved', () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    const random = seededRandom(seed);
    const wanted = configMap(randomData(random, 2));
    const live = otherState(wanted, random) as KubernetesObject;
    const sides = maskLive({ desired: desired(wanted), live, next: seed % 2 === 0 ? wanted : undefined });
    assert.ok(!JSON.stringify(sides).includes('canary'), `seed ${seed}: ${JSON.stringify(sides.before)}`);
  }
});

describe('Secrets', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const secret = (rest: Record<string, unknown>): KubernetesObject => object('Secret', { type: 'Opaque', ...rest });

  test('keys are shown and no value, whichever side has it', () => {
    const sides = maskLive({
      desired: desired(secret({ stringData: { a: 'canary-a', n: 'canary-n' } })),
      live: secret({ data: { a: base64('canary-old'), more: base64('canary-more') } }),
      next: secret({ data: { a: base64('canary-a'), n: base64('canary-n'), more: base64('canary-more') } }),
    });
    checkSilent(sides);
    assert.deepEqual(sides.before, secret({ data: { a: dots, more: dots } }));
    assert.deepEqual(sides.after, secret({ data: { a: changed, n: dots, more: dots } }));
    assert.equal(sides.differs, true);
  });

  test('without a dry-run the new side is what the server would keep', () => {
    const sides = maskLive({
      desired: desired(secret({ stringData: { a: 'canary-a' }, data: { b: base64('canary-b') } })),
      live: secret({ data: { a: base64('canary-a'), b: base64('canary-b') } }),
    });
    checkSilent(sides);
    assert.deepEqual(sides.after, secret({ data: { b: dots, a: dots } }));
    assert.equal(sides.differs, false);
  });

  test('one that is only in the cluster, or only rendered', () => {
    const live = secret({ data: { a: base64('canary-a') }, stringData: { b: 'canary-b' } });
    const alone = maskLive({ live });
    checkSilent(alone);
    assert.deepEqual(alone.before, secret({ data: { a: dots }, stringData: { b: dots } }));
    assert.deepEqual([alone.after, alone.differs], [undefined, false]);
    const fresh = maskLive({ desired: desired(live) });
    checkSilent(fresh);
    assert.deepEqual(fresh.after, secret({ data: { a: dots, b: dots } }));
    assert.equal(fresh.before, undefined);
  });

  test('what SOPS has encrypted is compared by its keys', () => {
    const stated = secret({ stringData: { a: 'ENC[x]', b: 'ENC[y]' }, sops: { mac: 'ENC[z]' } });
    const encrypted = maskEncrypted(stated);
    assert.ok(encrypted);
    const wanted: DesiredObject = {
      object: encrypted.object,
      masked: encrypted.masked,
      real: new Sealed(encrypted.sendable),
      unstable: [],
      encrypted: true,
    };
    const mask = base64('**SOPS**');
    const same = maskLive({
      desired: wanted,
      live: secret({ data: { a: base64('canary-a'), b: base64('canary-b') } }),
      next: secret({ data: { a: mask, b: mask } }),
    });
    checkSilent(same);
    assert.equal(same.differs, false);
    const other = maskLive({
      desired: wanted,
      live: secret({ data: { a: base64('canary-a') } }),
      next: secret({ data: { a: mask, b: mask } }),
    });
    assert.deepEqual(
      [other.before, other.after],
      [secret({ data: { a: dots } }), secret({ data: { a: dots, b: dots } })],
    );
  });

  test('a kind of that name of another group is none', () => {
    const custom = { ...secret({ data: { a: 'plain' } }), apiVersion: 'example.com/v1' };
    assert.deepEqual(maskLive({ live: custom }).before, custom);
  });
});

test('the copy of an object in kubectl’s annotation is never shown, and nothing of managedFields', () => {
  const key = 'kubectl.kubernetes.io/last-applied-configuration';
  for (const kind of ['Secret', 'ConfigMap']) {
    const live = object(
      kind,
      {},
      {
        annotations: { [key]: '{"data":{"a":"canary"}}', other: 'x' },
        managedFields: [{ manager: 'canary' }],
      },
    );
    const { before } = maskLive({ live });
    checkSilent(before);
    assert.deepEqual(before, object(kind, {}, { annotations: { [key]: dots, other: 'x' } }));
  }
});

test('an object that is deleted does not show what Secrets of its render hold', () => {
  const { before } = maskLive({
    live: object('Ingress', { spec: { rules: [{ host: 'web.canary-host' }], class: 'nginx' } }),
    secrets: new Sealed(['canary-host']),
  });
  assert.deepEqual(before?.spec, { rules: [{ host: dots }], class: 'nginx' });
});

test('the name of an object stays although a secret is the same', () => {
  const live = object('ConfigMap', { data: { c: 'a-long-name' } }, { name: 'a-long-name' });
  const { before } = maskLive({ live, secrets: new Sealed(['a-long-name', 'ConfigMap']) });
  assert.deepEqual(before, object('ConfigMap', { data: { c: dots } }, { name: 'a-long-name' }));
});

test('what differs with each render tells nothing of what lives', () => {
  const sides = maskLive({
    desired: desired(configMap({ a: 'r1', b: 'x' }), { unstable: [['data', 'a']] }),
    live: configMap({ a: 'r0', b: 'x' }),
    next: configMap({ a: 'r1', b: 'x' }),
  });
  assert.equal(sides.differs, false);
});

test('a path is told without the keys that are masked', () => {
  const [live, next] = [1, 2].map((deep) => configMap({ 'canary-key': { deep }, plain: { deep: 1 } }));
  const sides = maskLive({ desired: desired(configMap({ 'canary-key': { deep: 2 } })), live, next });
  const rows: readonly (readonly [FieldPath, FieldPath])[] = [
    [
      ['data', 'plain', 'deep'],
      ['data', 'plain', 'deep'],
    ],
    [
      ['data', 'canary-key'],
      ['data', dots],
    ],
    [
      ['data', 'canary-key', 'deep'],
      ['data', dots],
    ],
    [
      ['metadata', 'name'],
      ['metadata', 'name'],
    ],
    [['canary-nowhere'], [dots]],
  ];
  for (const [path, told] of rows) {
    assert.deepEqual(sides.shownPath(path), told);
  }
});

test('what a server refuses is told without secrets of the object and of its render', () => {
  const wanted = desired(configMap({ url: 'http://canary-host', pin: 'x' }));
  const said = 'data.url: Invalid value: "http://canary-host": data.key: Invalid value: "canary-key"';
  assert.equal(
    withoutSecretsOf(said, wanted, new Sealed(['canary-key'])),
    `data.url: Invalid value: "${dots}": data.key: Invalid value: "${dots}"`,
  );
  const secret = desired(object('Secret', { data: { a: Buffer.from('canary-pin').toString('base64') } }));
  checkSilent(withoutSecretsOf(`Invalid value: "canary-pin", ${Buffer.from('canary-pin').toString('base64')}`, secret));
  assert.equal(withoutSecretsOf('namespaces "a" not found', undefined), 'namespaces "a" not found');
});
