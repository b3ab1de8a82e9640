/** What is shown and sent of what SOPS has encrypted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { desiredObjects } from '../../../src/render/desiredObjects.ts';
import { maskEncrypted } from '../../../src/render/maskEncrypted.ts';
import { plainTwin } from '../../../src/render/twin.ts';

const sops = { mac: 'ENC[AES256_GCM,data:x]', lastmodified: '2024-01-01T00:00:00Z', age: [{ enc: 'y' }] };

function object(kind: string, rest: Readonly<Record<string, unknown>>, apiVersion = 'v1'): KubernetesObject {
  return { apiVersion, kind, metadata: { name: 'x', namespace: 'apps' }, ...rest };
}

const masked64 = Buffer.from('**SOPS**').toString('base64');

test('values of a Secret, whatever they are, keys kept', () => {
  const secret = object('Secret', { data: { a: 'ENC[x]' }, stringData: { b: 'plain' }, type: 'Opaque', sops });
  const found = maskEncrypted(secret);
  assert.deepEqual(
    found?.object,
    object('Secret', { data: { a: '**SOPS**' }, stringData: { b: '**SOPS**' }, type: 'Opaque' }),
  );
  assert.deepEqual(
    found.sendable,
    object('Secret', { data: { a: masked64 }, stringData: { b: '**SOPS**' }, type: 'Opaque' }),
  );
  assert.deepEqual(found.masked, [
    ['data', 'a'],
    ['stringData', 'b'],
  ]);
  assert.equal(found.encrypted, 'object');
});

test('the API parses a docker configuration, so its mask is one', () => {
  const docker = object('Secret', { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'x' }, sops });
  const sent = maskEncrypted(docker)?.sendable as unknown as { data: Record<string, string> };
  assert.equal(Buffer.from(sent.data['.dockerconfigjson'] ?? '', 'base64').toString(), '{"mask":"**SOPS**"}');
});

test('of other kinds the encrypted leaves', () => {
  const map = object('ConfigMap', { data: { a: 'ENC[x]', b: 'plain' }, list: [{ c: 'ENC[y]' }, 1, null], sops });
  const found = maskEncrypted(map);
  assert.deepEqual(
    found?.object,
    object('ConfigMap', { data: { a: '**SOPS**', b: 'plain' }, list: [{ c: '**SOPS**' }, 1, null] }),
  );
  assert.deepEqual(found.masked, [
    ['data', 'a'],
    ['list', 0, 'c'],
  ]);
});

test('encrypted files in a Secret, in each format', () => {
  for (const file of ['{"mac": "ENC[x"}', 'A=1\nsops_mac=ENC[x]', '[sops]\nmac = x', 'a: b\nsops:\n  mac: ENC[x]']) {
    const secret = object('Secret', { data: { file: Buffer.from(file).toString('base64'), plain: 'cGxhaW4=' } });
    const found = maskEncrypted(secret);
    assert.equal(found?.encrypted, 'file', file);
    assert.deepEqual(found.object, object('Secret', { data: { file: '**SOPS**', plain: '•••' } }), file);
    assert.deepEqual(found.sendable, object('Secret', { data: { file: masked64, plain: 'cGxhaW4=' } }));
    assert.deepEqual(found.masked, [
      ['data', 'file'],
      ['data', 'plain'],
    ]);
  }
});

test('what is not encrypted is not taken for it', () => {
  for (const plain of [
    object('Secret', { data: { a: 'cGxhaW4=', b: 1 } }),
    object('Secret', {}),
    object('ConfigMap', { sops: { note: 'a field of that name' } }),
    object('ConfigMap', { data: { a: 'mac: ENC[' } }),
    object('Secret', { data: { a: Buffer.from('mac: ENC[').toString('base64') } }, 'example.com/v1'),
  ]) {
    assert.equal(maskEncrypted(plain), undefined, JSON.stringify(plain));
  }
});

test('a variable of a Secret beside encrypted values stays masked', () => {
  const rest = { sops, data: { a: 'ENC[x]' } };
  const real = {
    ...object('Secret', rest),
    metadata: { name: 'x', namespace: 'apps', labels: { host: 'canary.example' } },
  };
  const scrambled = {
    ...object('Secret', rest),
    metadata: { name: 'x', namespace: 'apps', labels: { host: 'dbobsz.fybnqmf' } },
  };
  const { objects, notes } = desiredObjects(
    { real: [real], scrambled: [scrambled], secret: true },
    { secrets: ['canary.example'], stated: new Set() },
    true,
  );
  assert.equal(JSON.stringify(objects).includes('canary'), false);
  assert.equal(objects[0]?.encrypted, true);
  assert.deepEqual(notes, []);
});

const file64 = Buffer.from('a: b\nsops:\n  mac: ENC[x]').toString('base64');
const canary64 = Buffer.from('canary').toString('base64');

test('what stands beside an encrypted file in a Secret is masked, whether or not a Secret went into the build', () => {
  const made = object('Secret', { data: { file: file64, plain: canary64 } });
  const other = object('Secret', { data: { file: file64, plain: 'ZGJvYnN6' } });
  for (const twin of [
    plainTwin([made]),
    { real: [made], scrambled: [other], secret: true },
    { real: [made], scrambled: undefined, secret: true },
  ]) {
    const [desired] = desiredObjects(twin, { secrets: ['canary'], stated: new Set() }, true).objects;
    const expected =
      twin.scrambled === undefined ? { '•••': '•••', '••• (2)': '•••' } : { file: '**SOPS**', plain: '•••' };
    assert.deepEqual((desired?.object as unknown as { data: unknown }).data, expected);
    assert.deepEqual(
      desired?.masked
        .filter(([part]) => part === 'data')
        .map(([, key]) => key)
        .sort(),
      Object.keys(expected).sort(),
    );
    assert.ok(!JSON.stringify(desired).includes(canary64));
    const sent = desired.real.reveal() as unknown as { data: unknown };
    assert.deepEqual(sent.data, { file: masked64, plain: canary64 }, 'what would be sent has the plain value');
  }
});

test('a key and a kind that come from a Secret stay masked in what is encrypted', () => {
  const made = (key: string): KubernetesObject => object('Secret', { data: { [key]: 'ENC[x]' }, sops });
  const twin = { real: [made('canary')], scrambled: [made('dbobsz')], secret: true };
  const { objects } = desiredObjects(twin, { secrets: ['canary'], stated: new Set() }, true);
  assert.equal(JSON.stringify(objects).includes('canary'), false);
  assert.deepEqual((objects[0]?.object as unknown as { data: unknown }).data, { '•••': '•••' });
  const plain = { ...object('Secret', { stringData: { a: 'canary' }, sops }) };
  const kindOfSecret = { real: [plain], scrambled: [{ ...plain, kind: 'Tfdsfu' }], secret: true };
  assert.equal(
    JSON.stringify(desiredObjects(kindOfSecret, { secrets: [], stated: new Set() }, true).objects).includes('canary'),
    false,
  );
});

test('what is masked by origin beside what is encrypted is counted as masked', () => {
  const made = (host: string): KubernetesObject => object('ConfigMap', { data: { a: 'ENC[x]', host }, sops });
  const [desired] = desiredObjects(
    { real: [made('canary')], scrambled: [made('dbobsz')], secret: true },
    { secrets: [], stated: new Set() },
    true,
  ).objects;
  assert.deepEqual(desired?.object, object('ConfigMap', { data: { a: '**SOPS**', host: '•••' } }));
  assert.deepEqual(desired.masked, [
    ['data', 'host'],
    ['data', 'a'],
  ]);
});

test('without decryption the controller refuses it, which is said', () => {
  const { notes } = desiredObjects(
    plainTwin([object('Secret', { data: {}, sops })]),
    { secrets: [], stated: new Set() },
    false,
  );
  assert.match(notes[0]?.message ?? '', /Secret apps\/x is encrypted and the Kustomization has no spec\.decryption/);
});

test('a plain Secret is sealed as it is and shown without values', () => {
  const secret = object('Secret', { data: { a: 'Y2FuYXJ5' } });
  const { objects } = desiredObjects(plainTwin([secret]), { secrets: [], stated: new Set() }, false);
  assert.deepEqual(objects[0]?.object, object('Secret', { data: { a: '•••' } }));
  assert.equal(objects[0].real.reveal(), secret);
  assert.equal(JSON.stringify(objects).includes('Y2FuYXJ5'), false);
});
