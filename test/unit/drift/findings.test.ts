/** What a comparison of many owners has found while it still runs: what is told of one takes the place of what was told of it before. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectDifference } from '../../../src/drift/difference.ts';
import { Findings, type FoundConfig } from '../../../src/drift/findings.ts';
import type { FluxName } from '../../../src/render/desired.ts';
import { changedObject, comparedObject } from '../../support/comparisons.ts';

const apps: FluxName = { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' };
const infra: FluxName = { ...apps, name: 'infra' };

function changed(name: string): ObjectDifference {
  return changedObject('ConfigMap', name, []);
}

/** `apps a`, and with the place where others have the name. */
function told({ objects }: Findings): readonly string[] {
  return objects.map(({ of, place, id }) => {
    const owner = typeof of === 'string' ? of : of.name;
    return [owner, ...(place === undefined ? [] : [place]), id.name].join(' ');
  });
}

test('what is settled takes the place of what was added one by one', () => {
  const findings = new Findings('folder');
  findings.add(apps, changed('a'));
  findings.add(infra, changed('b'));
  findings.add(apps, changed('c'));
  assert.deepEqual(told(findings).toSorted(), ['apps a', 'apps c', 'infra b']);
  findings.settle(apps, [changed('d')]);
  assert.deepEqual(told(findings), ['infra b', 'apps d']);
  findings.settle(infra, []);
  assert.deepEqual(told(findings), ['apps d']);
});

test('owners of one name are told apart by their places, which are said then alone', () => {
  const findings = new Findings('changed');
  findings.settle(apps, [changed('a')], 'staging.yaml');
  assert.deepEqual(told(findings), ['apps a']);
  findings.settle(apps, [changed('b')], 'production.yaml');
  assert.deepEqual(told(findings), ['apps staging.yaml a', 'apps production.yaml b']);
  findings.settle(apps, [changed('c')], 'staging.yaml');
  assert.deepEqual(told(findings), ['apps production.yaml b', 'apps staging.yaml c']);
});

test('values are told once for each owner, and are taken back', () => {
  const findings = new Findings('changed');
  const config = { before: { a: 1 }, after: { a: 2 }, differs: true, paths: [] };
  const release: FluxName = { kind: 'HelmRelease', namespace: 'web', name: 'shop' };
  findings.explain(release, config, { place: 'staging.yaml' });
  findings.explain(release, { ...config, after: { a: 3 } }, { place: 'staging.yaml', against: 'HEAD' });
  const told: readonly unknown[] = findings.configs;
  assert.deepEqual(told, [{ of: release, config: { ...config, after: { a: 3 } }, against: 'HEAD' }]);
  findings.explain(release, config, { place: 'production.yaml' });
  const places = (): readonly unknown[] => findings.configs.map((one: FoundConfig) => one.place);
  assert.deepEqual(places(), ['staging.yaml', 'production.yaml']);
  findings.explain(release, undefined, { place: 'staging.yaml' });
  assert.deepEqual(places(), ['production.yaml']);
});

test('what would be deleted comes first, whoever has it', () => {
  const findings = new Findings('changed');
  findings.settle(apps, [changed('a')]);
  findings.settle(infra, [comparedObject('ConfigMap', 'b', { change: 'delete' })]);
  assert.deepEqual(told(findings), ['infra b', 'apps a']);
});

test('an owner is looked at a few times, however many others there are', () => {
  const looks = (count: number): number => {
    let seen = 0;
    const owners = Array.from({ length: count }, (_, at): FluxName => {
      const name = `apps-${at}`;
      return Object.defineProperty({ ...apps }, 'name', { get: () => ((seen += 1), name), enumerable: true });
    });
    const findings = new Findings('changed');
    [...owners, ...owners].forEach((owner) => findings.settle(owner, [changed('a')], 'apps.yaml'));
    return seen / count;
  };
  assert.equal(looks(100), looks(10));
});
