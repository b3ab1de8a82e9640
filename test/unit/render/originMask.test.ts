/** Secrets by origin: what a render with secrets shows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import type { FieldPath } from '../../../src/render/desired.ts';
import { maskByOrigin, maskEverything, maskSecretKinds } from '../../../src/render/originMask.ts';
import { scramble } from '../../../src/render/scramble.ts';
import { type SeededRandom, seededRandom } from '../../support/seededRandom.ts';

const dots = '•••';

function object(kind: string, name: string, rest: Record<string, unknown> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind, metadata: { name, namespace: 'apps' }, ...rest };
}

interface Row {
  readonly title: string;
  readonly real: readonly KubernetesObject[];
  readonly scrambled: readonly KubernetesObject[];
  readonly shown: readonly unknown[];
  readonly masked: readonly (readonly FieldPath[])[];
  readonly notes?: readonly RegExp[];
}

const rows: readonly Row[] = [
  {
    title: 'a host from a Secret, in another kind',
    real: [object('Ingress', 'web', { spec: { rules: [{ host: 'web.home.example', port: 80 }] } })],
    scrambled: [object('Ingress', 'web', { spec: { rules: [{ host: 'xfc.ipnf.fybnqmf', port: 80 }] } })],
    shown: [object('Ingress', 'web', { spec: { rules: [{ host: dots, port: 80 }] } })],
    masked: [[['spec', 'rules', 0, 'host']]],
  },
  {
    title: 'objects are found by name whatever their order',
    real: [object('ConfigMap', 'a', { data: { k: '1' } }), object('ConfigMap', 'b', { data: { k: '2' } })],
    scrambled: [object('ConfigMap', 'b', { data: { k: '2' } }), object('ConfigMap', 'a', { data: { k: '3' } })],
    shown: [object('ConfigMap', 'a', { data: { k: dots } }), object('ConfigMap', 'b', { data: { k: '2' } })],
    masked: [[['data', 'k']], []],
  },
  {
    title: 'a name from a Secret is masked, and the object found by its place',
    real: [object('ConfigMap', 'hunter2', { data: { k: '1' } }), object('ConfigMap', 'b')],
    scrambled: [object('ConfigMap', 'iboufs3', { data: { k: '1' } }), object('ConfigMap', 'b')],
    shown: [object('ConfigMap', dots, { data: { k: '1' } }), object('ConfigMap', 'b')],
    masked: [[['metadata', 'name']], []],
    notes: [/^1 object has a name that comes from a Secret: masked\.$/],
  },
  {
    title: 'an object that only the real values make shows its kind at most',
    real: [object('ConfigMap', 'a'), object('ConfigMap', 'b', { data: { other: 'x' } })],
    scrambled: [object('ConfigMap', 'a')],
    shown: [
      object('ConfigMap', 'a'),
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: dots, namespace: dots }, [dots]: { [dots]: dots } },
    ],
    masked: [[], [['metadata', 'name'], ['metadata', 'namespace'], [dots]]],
    notes: [/^1 object exists only with the real values of Secrets: masked as a whole\.$/],
  },
  {
    title: 'a kind that nothing else has may come from a Secret',
    real: [{ apiVersion: 'hunter2/v1', kind: 'Hunter2', metadata: { name: 'x' } }],
    scrambled: [{ apiVersion: 'iboufs3/v1', kind: 'Iboufs3', metadata: { name: 'x' } }],
    shown: [{ apiVersion: dots, kind: dots, metadata: { name: dots } }],
    masked: [[['apiVersion'], ['kind'], ['metadata', 'name']]],
    notes: [/^1 object exists only/],
  },
  {
    title: 'values of Secrets are masked whatever their origin, their keys are shown',
    real: [object('Secret', 's', { data: { user: 'YQ==' }, stringData: { pass: 'b' }, type: 'Opaque' })],
    scrambled: [object('Secret', 's', { data: { user: 'YQ==' }, stringData: { pass: 'c' }, type: 'Opaque' })],
    shown: [object('Secret', 's', { data: { user: dots }, stringData: { pass: dots }, type: 'Opaque' })],
    masked: [
      [
        ['stringData', 'pass'],
        ['data', 'user'],
      ],
    ],
  },
];

for (const row of rows) {
  test(row.title, () => {
    const shown = maskByOrigin(row.real, row.scrambled);
    assert.deepEqual(
      shown.objects.map((one) => one.object),
      row.shown,
    );
    assert.deepEqual(
      shown.objects.map((one) => one.masked),
      row.masked,
    );
    assert.equal(shown.notes.length, row.notes?.length ?? 0);
    for (const [index, pattern] of (row.notes ?? []).entries()) {
      assert.match(shown.notes[index]!.message, pattern);
    }
  });
}

test('without secrets only Secrets and copied manifests are masked', () => {
  const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
  const copied = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', annotations: { [lastApplied]: '{"data":{"a":"hunter2"}}', other: 'x' } },
  };
  const custom = { apiVersion: 'example.com/v1', kind: 'Secret', metadata: { name: 'c' }, data: { a: 'plain' } };
  const { objects } = maskSecretKinds([copied, custom, object('Secret', 's', { data: { a: 'YQ==' } })]);
  assert.deepEqual(objects[0], {
    object: { ...copied, metadata: { name: 'c', annotations: { [lastApplied]: dots, other: 'x' } } },
    masked: [['metadata', 'annotations', lastApplied]],
  });
  assert.deepEqual(objects[1], { object: custom, masked: [] });
  assert.deepEqual(objects[2]?.masked, [['data', 'a']]);
});

test('where nothing tells the origin, all values are masked, and names and keys that may be made of one', () => {
  const { objects, notes } = maskEverything(
    [
      object('ConfigMap', 'plain', { data: { a: 'x', HUNTER2: 'y' } }),
      object('ConfigMap', 'app-hunter2', { spec: { replicas: 3, list: [true, null], hunter2: 'x' } }),
      object('ConfigMap', 'x-hunt', { spec: { template: { metadata: { labels: { hunt: 'x' } } } } }),
      object('ConfigMap', 'hunter2', {}),
    ],
    ['hunter2', '', 'metadata'],
    new Set(['plain', 'apps', 'hunter2']),
  );
  assert.deepEqual(
    objects.map((one) => one.object),
    [
      object('ConfigMap', 'plain', { data: { [dots]: dots, [`${dots} (2)`]: dots } }),
      object('ConfigMap', `${dots} 1`, { spec: { replicas: dots, list: [dots, null], [dots]: dots } }),
      object('ConfigMap', `${dots} 2`, { spec: { template: { [dots]: { [dots]: { [dots]: dots } } } } }),
      object('ConfigMap', `${dots} 3`, {}),
    ],
  );
  assert.deepEqual(objects[3]?.masked, [['metadata', 'name']]);
  assert.match(notes[0]!.message, /every value is masked/);
});

test('where nothing tells the origin, keys of labels are masked wherever they stand', () => {
  const spec = { selector: { matchLabels: { hunt: 'x' } }, template: { metadata: { labels: { hunt: 'x' } } } };
  const [shown] = maskEverything([object('Deployment', 'web', { spec })], ['hunter2']).objects;
  assert.deepEqual((shown?.object as { spec?: unknown }).spec, {
    selector: { matchLabels: { [dots]: dots } },
    template: { metadata: { labels: { [dots]: dots } } },
  });
  assert.deepEqual(shown?.object.metadata, { name: `${dots} 1`, namespace: dots });
});

const secretForms: readonly (readonly [string, Record<string, unknown>, Record<string, unknown>])[] = [
  ['data that is a text', { stringData: 'hunter2' }, { stringData: dots }],
  ['data that is a list', { data: ['hunter2'] }, { data: dots }],
  ['data of another case', { stringdata: { a: 'hunter2' }, Data: { hunter2: 'b' } }, { stringdata: dots, Data: dots }],
  ['a tree below a key', { data: { a: { hunter2: ['hunter2'] } } }, { data: { a: dots } }],
  ['what is no data', { type: 'Opaque', immutable: true, data: null }, { type: 'Opaque', immutable: true, data: null }],
];

for (const [title, held, expected] of secretForms) {
  test(`of a Secret nothing is read but keys of its data: ${title}`, () => {
    const given = [object('Secret', 's', held)];
    for (const { objects } of [maskSecretKinds(given), maskByOrigin(given, given)]) {
      assert.deepEqual(objects[0]?.object, object('Secret', 's', expected));
    }
  });
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** A template: takes secrets and gives objects, with secrets in values, keys, names, lists, numbers, encodings and conditions. */
function randomTemplate(random: SeededRandom, depth: number): (secrets: readonly string[]) => unknown {
  const index = random.below(5);
  const plain = random.text(letters, 3);
  const inner = Array.from({ length: 1 + random.below(3) }, () =>
    depth > 0 ? randomTemplate(random, depth - 1) : undefined,
  );
  const below = inner.flatMap((one) => one ?? []);
  const at = (secrets: readonly string[]): string => secrets[index] ?? '';
  return random.pick<(secrets: readonly string[]) => unknown>([
    () => plain,
    at,
    (secrets) => `https://${plain}.${at(secrets)}/${plain}`,
    (secrets) => `a: ${plain}\nb: ${at(secrets)}\nc: ${plain}`,
    (secrets) => Buffer.from(`${plain}:${at(secrets)}`).toString('base64'),
    (secrets) => at(secrets).toUpperCase(),
    (secrets) => Array.from(at(secrets)).toReversed().join('') + at(secrets),
    (secrets) => (at(secrets) < secrets[0]! ? [at(secrets), plain] : { [plain]: at(secrets) }),
    (secrets) => below.map((one) => one(secrets)),
    (secrets) => Object.fromEntries(below.map((one, i) => [`${plain}${i}`, one(secrets)])),
    (secrets) => Object.fromEntries(below.map((one, i) => [i === 0 ? at(secrets) : `${plain}${i}`, one(secrets)])),
    (secrets) =>
      at(secrets)
        .split(/[aeiou]/)
        .map((part) => ({ part, of: at(secrets) })),
  ]);
}

test('whatever a template does with them, no secret is shown', () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    const random = seededRandom(seed);
    const secrets = Array.from({ length: 5 }, () => random.text(`${letters}.-/`, 8 + random.below(20)));
    const templates = Array.from({ length: 1 + random.below(4) }, () => {
      const body = randomTemplate(random, 4);
      const secretName = random.below(3) === 0;
      const kind = random.pick(['ConfigMap', 'Secret', 'Ingress']);
      const name = random.text(letters, 4);
      return (given: readonly string[]): KubernetesObject =>
        object(kind, secretName ? `${name}-${given[1]!}` : name, {
          data: { k: body(given) },
          spec: { v: body(given) },
        });
    });
    const render = (given: readonly string[]): KubernetesObject[] =>
      templates.filter((_, i) => i === 0 || given[i]! > given[i - 1]!).map((template) => template(given));
    const real = render(secrets);
    const results = [
      maskByOrigin(real, render(secrets.map((secret) => scramble(secret)))),
      maskByOrigin(real, []),
      maskEverything(real, secrets),
    ];
    for (const secret of secrets) {
      for (const text of [secret, secret.toUpperCase(), Buffer.from(secret).toString('base64').slice(2, 8)]) {
        assert.ok(!JSON.stringify(results).includes(text), `seed ${seed}: ${text} in ${JSON.stringify(results)}`);
      }
    }
  }
});
