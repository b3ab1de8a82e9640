/** Builds that are made a second time with other texts in their Secrets keep the names that a hash is a part of. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { scrambledTexts, withHashesOf } from '../../../src/render/copiedSecrets.ts';

function object(kind: string, name: string, namespace = 'a', rest: Record<string, unknown> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind, metadata: { name, namespace }, ...rest };
}

interface Row {
  readonly title: string;
  readonly real: readonly KubernetesObject[];
  readonly scrambled: readonly KubernetesObject[];
  readonly names: readonly string[];
}

const rows: readonly Row[] = [
  {
    title: 'a hash of another content',
    real: [object('Secret', 'db-2bt46h8k9m'), object('ConfigMap', 'web')],
    scrambled: [object('Secret', 'db-9gfh77tk5c'), object('ConfigMap', 'web')],
    names: ['db-2bt46h8k9m', 'web'],
  },
  {
    title: 'several of one name, in two namespaces and kinds',
    real: [
      object('Secret', 'db-2bt46h8k9m'),
      object('Secret', 'db-2bt46h8k9t', 'b'),
      object('ConfigMap', 'db-bbbbbbbbbb'),
    ],
    scrambled: [
      object('ConfigMap', 'db-cccccccccc'),
      object('Secret', 'db-ffffffffff', 'b'),
      object('Secret', 'db-gggggggggg'),
    ],
    names: ['db-bbbbbbbbbb', 'db-2bt46h8k9t', 'db-2bt46h8k9m'],
  },
  {
    title: 'a name that is no hash stays what it is',
    real: [object('Secret', 'db-password')],
    scrambled: [object('Secret', 'db-passwort')],
    names: ['db-passwort'],
  },
  {
    title: 'more of them than there were stay what they are',
    real: [object('Secret', 'db-2bt46h8k9m')],
    scrambled: [object('Secret', 'db-ffffffffff'), object('Secret', 'db-gggggggggg')],
    names: ['db-ffffffffff', 'db-gggggggggg'],
  },
];

for (const { title, real, scrambled, names } of rows) {
  test(title, () => {
    assert.deepEqual(
      withHashesOf(real, scrambled).map(({ metadata }) => metadata.name),
      names,
    );
  });
}

test('a name is changed wherever it stands, and nothing else is', () => {
  const spec = (name: string): Record<string, unknown> => ({
    spec: { from: [{ secret: name }], args: [`--secret=/keys/${name}/pin`], number: 1, none: null, flag: true },
  });
  const real = [object('Secret', 'db-2bt46h8k9m'), object('Pod', 'p', 'a', spec('db-2bt46h8k9m'))];
  const scrambled = [object('Secret', 'db-9gfh77tk5c'), object('Pod', 'p', 'a', spec('db-9gfh77tk5c'))];
  assert.deepEqual(withHashesOf(real, scrambled), real);
});

test('each text has another one, whatever it is called', () => {
  const texts = scrambledTexts(['hunter2', '', '__proto__', 'true']);
  assert.deepEqual(Object.keys(texts), ['hunter2', '', '__proto__', 'true']);
  assert.notEqual(texts['hunter2'], 'hunter2');
  assert.equal(texts['true'], 'false');
});
