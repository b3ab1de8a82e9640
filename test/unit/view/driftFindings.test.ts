/** What the Problems view says of a drift, and at whose document. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeptComparison, KeptDifference } from '../../../src/drift/keptComparison.ts';
import type { ObjectId } from '../../../src/flux/objectKey.ts';
import { driftFindings } from '../../../src/view/driftFindings.ts';

const kustomization: ObjectId = {
  group: 'kustomize.toolkit.fluxcd.io',
  kind: 'Kustomization',
  namespace: 'flux-system',
  name: 'apps',
};
const release: ObjectId = { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'apps', name: 'shop' };
const at = new Date(2026, 1, 3, 10, 42).getTime();

function id(name: string): ObjectId {
  return { group: 'apps', kind: 'Deployment', namespace: 'apps', name };
}

function difference(name: string, more: Partial<KeptDifference> = {}): KeptDifference {
  const field = { path: ['spec', 'replicas'], effect: 'replace', live: 'canary-live', desired: 'canary-next' } as const;
  return { id: id(name), change: 'change', fields: [field], ...more };
}

function compared(...differences: readonly KeptDifference[]): KeptComparison {
  return { context: 'home', from: 'artifact main@sha1:5f2c1a9', at, mark: '', total: 9, differences };
}

const said = '(home compared with artifact main@sha1:5f2c1a9 at 10:42)';

void test('of a Kustomization each object has its own, at its manifest, else at the Kustomization', () => {
  const findings = driftFindings(
    {
      id: kustomization,
      compared: compared(
        difference('shop'),
        difference('gone', { change: 'create', fields: [] }),
        difference('extra', { change: 'delete', fields: [] }),
        difference('anew', { change: 'recreate' }),
        difference('left', { change: 'skip' }),
        difference('asked', { change: 'unknown' }),
      ),
    },
    at,
  );
  assert.deepEqual(
    findings.map(({ message }) => message),
    [
      `Deployment apps/shop differs in the cluster: spec.replicas. ${said}`,
      `Deployment apps/gone is missing in the cluster. ${said}`,
      `Deployment apps/extra is in the cluster and no longer in the files. ${said}`,
      `Deployment apps/anew differs in the cluster and would be created anew: spec.replicas. ${said}`,
    ],
  );
  assert.deepEqual(findings[0]?.at, [id('shop'), kustomization]);
  assert.equal(findings[0].owner, kustomization);
  assert.doesNotMatch(JSON.stringify(findings), /canary/);
});

void test('of a HelmRelease all are one, at its document', () => {
  const many = Array.from({ length: 7 }, (_each, index) => difference(`d${index}`));
  const findings = driftFindings({ id: release, compared: compared(...many) }, at);
  assert.equal(findings.length, 1);
  assert.deepEqual(findings[0]?.at, [release]);
  assert.match(findings[0].message, /^Deployment apps\/d0 differs .* 2 more objects differ\. \(home compared/);
  const few = driftFindings({ id: release, compared: compared(...many.slice(0, 6)) }, at);
  assert.match(few[0]?.message ?? '', / 1 more object differs\. /);
});

void test('nothing compared, and nothing that differs, is no finding', () => {
  assert.deepEqual(driftFindings({ id: release, compared: undefined }, at), []);
  assert.deepEqual(driftFindings({ id: kustomization, compared: compared() }, at), []);
});
