/** Variables that nothing known sets: which objects are not compared for them, and that no live value is shown beside them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ObjectDifference } from '../../../src/drift/difference.ts';
import { UnsetVariables } from '../../../src/drift/unsetVariables.ts';
import type { EffectiveVariable } from '../../../src/render/desired.ts';
import { changedObject, comparedObject } from '../../support/comparisons.ts';
import { desired, renderedKustomization } from '../../support/rendered.ts';

function variable(name: string, value: string | undefined, used = true): EffectiveVariable {
  return { name, value, origin: undefined, overridden: [], used };
}

function unset(variables: readonly EffectiveVariable[], source: 'ConfigMap' | 'Secret' = 'Secret'): UnsetVariables {
  const { inForce, ...rest } = renderedKustomization({ variables });
  const spec = { postBuild: { substituteFrom: [{ kind: source, name: 'vars' }] } };
  return new UnsetVariables({ ...rest, inForce: { ...inForce, spec } });
}

const before = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { host: 'canary' } };
const change: ObjectDifference = changedObject('ConfigMap', 'a', [], { before, after: before });

describe('an object in which a variable stands as its name', () => {
  const rows: readonly [
    title: string,
    text: string,
    variables: readonly EffectiveVariable[],
    open: string | undefined,
  ][] = [
    ['is not compared', 'a ${HOST}', [variable('HOST', undefined)], 'what sets HOST is not known here'],
    ['with an operator', '${HOST:-x}', [variable('HOST', undefined)], 'what sets HOST is not known here'],
    ['is compared where the variable is set', '${HOST}', [variable('HOST', 'x')], undefined],
    ['is compared where it stands for itself', '${OTHER}', [variable('HOST', undefined)], undefined],
    ['is compared where nothing is unset', '${HOST}', [], undefined],
  ];
  for (const [title, text, variables, open] of rows) {
    test(title, () => {
      const left = unset(variables).left(desired('ConfigMap', 'a', { data: { host: text } }));
      assert.equal(left?.reason, open);
      assert.equal(left?.change, open === undefined ? undefined : 'unknown');
    });
  }
});

describe('live values', () => {
  test('are not shown where one of them may be that of the Secret, and it is said', () => {
    const found = unset([variable('HOST', undefined)]);
    assert.doesNotMatch(JSON.stringify(found.shown(change)), /canary/);
    assert.equal(found.shown(change).change, 'change');
    assert.match(found.notes[0]?.message ?? '', /^Live values are not shown/);
  });

  test('that would be created are those of the render', () => {
    const created = comparedObject('ConfigMap', 'a', { change: 'create', after: before });
    assert.equal(unset([variable('HOST', undefined)]).shown(created), created);
  });

  const shown: readonly [title: string, variables: UnsetVariables][] = [
    ['all are set', unset([variable('HOST', 'x')])],
    ['what is unset is not used', unset([variable('HOST', undefined, false)])],
    ['no Secret takes part', unset([variable('HOST', undefined)], 'ConfigMap')],
  ];
  for (const [title, variables] of shown) {
    test(`are shown where ${title}`, () => {
      assert.equal(variables.shown(change), change);
      assert.deepEqual(variables.notes, []);
    });
  }
});
