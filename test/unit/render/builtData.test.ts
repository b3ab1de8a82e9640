/** ConfigMaps and Secrets of the repository by name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { type BuildElsewhere, type DataObject, findData } from '../../../src/render/builtData.ts';
import type { Built } from '../../../src/render/kustomizationBuild.ts';
import { plainTwin, type Twin } from '../../../src/render/twin.ts';
import { snapshotOf } from '../../support/snapshot.ts';

function map(name: string, data: Record<string, unknown>, rest: Record<string, unknown> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'a' }, data, ...rest } as KubernetesObject;
}

function built(objects: Twin<readonly KubernetesObject[]>): Built {
  return { objects, used: [], unknown: [], notes: [] };
}

const files = {
  'clusters/one/settings.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings, namespace: a }\ndata: { x: one }\n',
  'clusters/two/settings.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { x: two }\n',
  'keys.yaml':
    'apiVersion: v1\nkind: Secret\nmetadata: { name: keys, namespace: a }\ndata: { x: YQ==, y: Yg== }\nstringData: { y: over }\n',
};

async function find(
  name: string,
  builds: readonly Built[],
  near = 'clusters/one/ks.yaml',
  kind: 'ConfigMap' | 'Secret' = 'ConfigMap',
) {
  const elsewhere = () => Promise.resolve(undefined);
  return findData({ kind, namespace: 'a', name }, { builds, snapshot: await snapshotOf(files), near, elsewhere });
}

function checkReal(found: DataObject | undefined, data: Readonly<Record<string, string>>, path?: string): void {
  assert.deepEqual(found?.data.real, data);
  assert.equal(found.path, path);
}

test('the nearest build wins over those above and over files', async () => {
  const above = built(plainTwin([map('settings', { x: 'above' })]));
  const near = built(plainTwin([map('other', {}), map('settings', { x: 'near', n: 1 })]));
  checkReal(await find('settings', [above, near]), { x: 'near' });
  checkReal(await find('settings', [above]), { x: 'above' });
});

test('else the file that is nearest to who asks', async () => {
  checkReal(await find('settings', []), { x: 'one' }, 'clusters/one/settings.yaml');
  checkReal(await find('settings', [], 'clusters/two/apps/ks.yaml'), { x: 'two' }, 'clusters/two/settings.yaml');
  assert.equal(await find('none', []), undefined);
});

test('a file that another build takes in is read as that build gives it, else with a note', async () => {
  const asked: string[] = [];
  const given = async (object: KubernetesObject | undefined) => {
    const elsewhere: BuildElsewhere = (document, near) => {
      asked.push(`${document.path} for ${near}`);
      return Promise.resolve({ by: 'Kustomization a/config', object: object && plainTwin(object) });
    };
    const around = { builds: [], snapshot: await snapshotOf(files), near: 'clusters/one/ks.yaml', elsewhere };
    return findData({ kind: 'ConfigMap', namespace: 'a', name: 'settings' }, around);
  };
  const built = await given(map('settings', { x: 'built' }));
  checkReal(built, { x: 'built' }, 'clusters/one/settings.yaml');
  assert.equal(built?.note, undefined);
  assert.deepEqual(asked, ['clusters/one/settings.yaml for clusters/one/ks.yaml']);
  for (const other of [undefined, map('settings-renamed', { x: 'built' })]) {
    const stated = await given(other);
    checkReal(stated, { x: 'one' }, 'clusters/one/settings.yaml');
    assert.deepEqual(stated?.note, {
      severity: 'approximate',
      message:
        'ConfigMap a/settings is read as clusters/one/settings.yaml states it, not as Kustomization a/config builds it.',
    });
  }
});

test('Secrets are decoded, and what stands in stringData wins', async () => {
  checkReal(await find('keys', [], '', 'Secret'), { x: 'a', y: 'over' }, 'keys.yaml');
});

test('what Secrets were substituted into has its counterpart', async () => {
  const twin = { real: [map('settings', { x: 'real' })], scrambled: [map('settings', { x: 'other' })], secret: true };
  const found = await find('settings', [built(twin)]);
  assert.deepEqual(found?.data, { real: { x: 'real' }, scrambled: { x: 'other' }, secret: true });
  const lost = await find('settings', [built({ ...twin, scrambled: undefined })]);
  assert.deepEqual(lost?.data, { real: { x: 'real' }, scrambled: undefined, secret: true });
});

test('of what is encrypted only the keys are known', async () => {
  const found = await find('settings', [built(plainTwin([map('settings', { x: 'ENC[y]' }, { sops: { mac: 'x' } })]))]);
  assert.deepEqual([found?.encrypted, found?.data.real], [true, { x: '' }]);
});
