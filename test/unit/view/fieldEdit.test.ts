/** What a person is asked before a file is changed, and which fields of a drift there are to choose from. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SideEffect } from '../../../src/drift/provenPlace.ts';
import type { KeptComparison } from '../../../src/drift/keptComparison.ts';
import type { FluxName } from '../../../src/render/desired.ts';
import { driftOffers, editQuestion, fieldChoices, fieldOfObject } from '../../../src/view/fieldEdit.ts';
import { helmRelease, kustomization } from '../../support/builders.ts';

const place = { file: 'base/shop.yaml', path: ['spec', 'replicas'] };
const ks = (name: string): FluxName => ({ kind: 'Kustomization', namespace: 'flux-system', name });
const other = (name: string, ...paths: SideEffect['paths']): SideEffect => ({
  id: { group: '', kind: 'ConfigMap', namespace: 'apps', name },
  paths,
});

void test('a change that concerns nothing else needs no question: it is shown unsaved', () => {
  assert.equal(editQuestion('x', place, { consumers: [ks('a')], others: [] }), undefined);
  assert.equal(editQuestion('x', place, { consumers: [], others: [] }), undefined);
});

void test('everybody who builds a shared file is named', () => {
  const question = editQuestion('spec.replicas', place, { consumers: [ks('a'), ks('b'), ks('c')], others: [] });
  assert.equal(
    question?.message,
    'base/shop.yaml is built by Kustomization flux-system/a, Kustomization flux-system/b and Kustomization flux-system/c. Change spec.replicas in it for all of them?',
  );
  assert.equal(question.detail, 'Place: spec.replicas');
});

void test('what changes beside is named, and counted where it is much', () => {
  const others = [
    other('one', ['data', 'a'], ['data', 'b']),
    other('gone'),
    ...'34567'.split('').map((n) => other(n, ['x'])),
  ];
  const question = editQuestion('x', place, { consumers: [ks('a')], others });
  assert.match(question?.message ?? '', /^Changing x in base\/shop\.yaml changes more than that\./);
  assert.deepEqual(question?.detail.split('\n').slice(2), [
    'It also changes:',
    'ConfigMap apps/one: data.a, data.b',
    'ConfigMap apps/gone (comes or goes)',
    ...'3456'.split('').map((n) => `ConfigMap apps/${n}: x`),
    'and 1 more object',
  ]);
});

void test('fields to choose from are those of objects that live and would be changed', () => {
  const id = (name: string) => ({ group: 'apps', kind: 'Deployment', namespace: 'apps', name });
  const field = { path: ['spec', 'replicas'], effect: 'replace', live: '3', desired: '1' } as const;
  const compared: KeptComparison = {
    context: 'home',
    from: 'artifact',
    at: 0,
    mark: '',
    total: 3,
    differences: [
      { id: id('gone'), change: 'create', fields: [field] },
      { id: id('shop'), change: 'change', fields: [field] },
      { id: id('extra'), change: 'delete', fields: [] },
    ],
  };
  const choices = fieldChoices(compared, 0);
  assert.deepEqual(
    choices.map(({ label, description }) => [label, description]),
    [['spec.replicas', 'Deployment apps/shop · 3, would be 1']],
  );
  assert.equal(fieldOfObject(field, id('shop')), 'spec.replicas of Deployment apps/shop');
});

void test('what is offered in the files is what can be done there', () => {
  const field = { path: ['spec', 'replicas'], effect: 'replace' } as const;
  const id = { group: 'apps', kind: 'Deployment', namespace: 'apps', name: 'shop' };
  const differs = { id, apiVersion: 'apps/v1', change: 'change', paths: [field] } as const;
  const missing = { id, apiVersion: 'apps/v1', change: 'create', paths: [] } as const;
  const detecting = (mode: 'warn' | 'enabled' | 'disabled') =>
    helmRelease('shop', { spec: { driftDetection: { mode } } });
  const rows = [
    [kustomization('apps'), [differs], ['copyLiveValue', 'ignoreField']],
    [kustomization('apps'), [missing], []],
    [helmRelease('shop'), [differs], ['copyLiveValue', 'ignoreField', 'detectDrift']],
    [helmRelease('shop'), [missing], ['detectDrift']],
    [detecting('disabled'), [], ['detectDrift']],
    [detecting('warn'), [differs], ['copyLiveValue', 'ignoreField']],
    [detecting('enabled'), [missing], []],
  ] as const;
  for (const [owner, objects, expected] of rows) {
    assert.deepEqual(
      driftOffers(owner, { objects }).map(({ command }) => command),
      expected,
    );
  }
});
