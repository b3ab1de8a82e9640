import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeInventoryId, findByInventoryId, inventoryOf, parseInventoryId } from '../../../src/flux/inventory.ts';
import type { ObjectId } from '../../../src/flux/objectKey.ts';
import type { FluxSpec, FluxStatus } from '../../../src/flux/objects.ts';
import { fluxObject } from './fluxObject.ts';

const rbac = 'rbac.authorization.k8s.io';

function id(group: string, kind: string, namespace: string, name: string): ObjectId {
  return { group, kind, namespace, name };
}

describe('an inventory id', () => {
  const both: readonly [text: string, id: ObjectId][] = [
    ['default_podinfo__Service', id('', 'Service', 'default', 'podinfo')],
    ['_apps__Namespace', id('', 'Namespace', '', 'apps')],
    ['apps_podinfo_apps_Deployment', id('apps', 'Deployment', 'apps', 'podinfo')],
    // traps 11 and 12
    [`_system__node_${rbac}_ClusterRole`, id(rbac, 'ClusterRole', '', 'system:node')],
    [`_my_role_${rbac}_ClusterRole`, id(rbac, 'ClusterRole', '', 'my_role')],
    [`_My_Role_${rbac}_ClusterRole`, id(rbac, 'ClusterRole', '', 'My_Role')],
    [`apps_a__b__c_${rbac}_RoleBinding`, id(rbac, 'RoleBinding', 'apps', 'a:b:c')],
    // trap 13: a namespace that the cluster will drop
    ['apps_shared_example.com_ClusterThing', id('example.com', 'ClusterThing', 'apps', 'shared')],
    [
      'flux-system_apps_kustomize.toolkit.fluxcd.io_Kustomization',
      id('kustomize.toolkit.fluxcd.io', 'Kustomization', 'flux-system', 'apps'),
    ],
  ];
  for (const [text, parsed] of both) {
    it(`is read and written: ${text}`, () => {
      assert.deepEqual(parseInventoryId(text), parsed);
      assert.equal(encodeInventoryId(parsed), text);
    });
  }

  it('has its double underscores read as colons for every kind, but colons written only for the RBAC kinds', () => {
    assert.deepEqual(parseInventoryId('a_b__c_example.com_Thing'), id('example.com', 'Thing', 'a', 'b:c'));
    assert.equal(encodeInventoryId(id('example.com', 'Thing', 'a', 'b:c')), 'a_b:c_example.com_Thing');
    assert.equal(encodeInventoryId(id('example.com', 'ClusterRole', '', 'b:c')), '_b:c_example.com_ClusterRole');
  });

  for (const text of ['', '_', '__', 'a_b', 'a_b_c', 'abc', '___', '_a__', '____']) {
    it(`is none: ${text || '(nothing)'}`, () => {
      assert.equal(parseInventoryId(text), undefined);
    });
  }
});

describe('what an applier lists', () => {
  const entries = (...ids: string[]): FluxStatus => ({
    inventory: { entries: ids.map((text) => ({ id: text, v: 'v1' })) },
  });

  it('is read with the version of each object', () => {
    const apps = fluxObject('Kustomization flux-system/apps', { status: entries('a_b__ConfigMap') });
    assert.deepEqual(inventoryOf(apps), [
      { id: id('', 'ConfigMap', 'a', 'b'), version: 'v1', encoded: 'a_b__ConfigMap' },
    ]);
  });

  it('leaves out what cannot be read, and doubles', () => {
    const apps = fluxObject('Kustomization flux-system/apps', {
      status: entries('nonsense', 'a_b__ConfigMap', 'a_b__ConfigMap', 'a_c__ConfigMap'),
    });
    const items = inventoryOf(apps);
    assert.deepEqual(typeof items === 'string' ? items : items.map((item) => item.id.name), ['b', 'c']);
  });

  const states: readonly [
    is: string,
    title: string,
    spec: FluxSpec,
    status: FluxStatus,
    version: string | undefined,
    expected: unknown,
  ][] = [
    ['nothing for a Kustomization that has applied nothing', 'Kustomization a/b', {}, {}, '2.9.0', []],
    ['nothing for a source', 'GitRepository a/b', {}, {}, '2.9.0', []],
    [
      'on another cluster with a kubeConfig',
      'Kustomization a/b',
      { kubeConfig: {} },
      entries('a_b__Pod'),
      '2.9.0',
      'remote',
    ],
    ['on another cluster for a release too', 'HelmRelease a/b', { kubeConfig: {} }, {}, '2.6.0', 'remote'],
    [
      'not reported for a release before Flux 2.8',
      'HelmRelease a/b',
      {},
      { history: [{ chartVersion: '1', status: 'deployed' }] },
      '2.7.5',
      'notReported',
    ],
    [
      'not reported for a release of an unknown Flux',
      'HelmRelease a/b',
      {},
      { history: [{ chartVersion: '1', status: 'deployed' }] },
      undefined,
      'notReported',
    ],
    [
      'not reported for a release of v2beta1',
      'HelmRelease a/b',
      {},
      { lastAppliedRevision: '1' },
      '2.1.0',
      'notReported',
    ],
    ['nothing for a release that was never installed', 'HelmRelease a/b', {}, {}, '2.6.0', []],
    [
      'nothing for a release without one of a Flux that reports',
      'HelmRelease a/b',
      {},
      { history: [{ status: 'failed' }] },
      '2.8.0',
      [],
    ],
  ];
  for (const [is, title, spec, status, version, expected] of states) {
    it(`is ${is}`, () => {
      assert.deepEqual(inventoryOf(fluxObject(title, { spec, status }), version), expected);
    });
  }

  it('is listed for a release from Flux 2.8 on', () => {
    const items = inventoryOf(fluxObject('HelmRelease a/b', { status: entries('a_b__ConfigMap') }));
    assert.equal(items.length, 1);
  });
});

describe('an object in a map by ids', () => {
  const settings: ObjectId = { group: '', kind: 'ConfigMap', namespace: 'apps', name: 'a' };
  const own = { place: 'apps' };
  const bare = { place: 'none' };

  it('is found with its namespace, else where it was put without one', () => {
    const both = new Map([
      ['_a__ConfigMap', bare],
      ['apps_a__ConfigMap', own],
    ]);
    assert.equal(findByInventoryId(both, settings), own);
    both.delete('apps_a__ConfigMap');
    assert.equal(findByInventoryId(both, settings), bare);
    assert.equal(findByInventoryId(both, { ...settings, name: 'b' }), undefined);
  });
});
