/** Upgrades that would fail: what the server refuses of a changed object, what is asked for that, and reads of a busy storage. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import type { ClusterApi } from '../../../src/cluster/clusterApi.ts';
import type { ObjectDifference } from '../../../src/drift/difference.ts';
import { fieldAt } from '../../../src/flux/untyped.ts';
import type { DesiredObject } from '../../../src/render/desired.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { desired, renderedRelease } from '../../support/rendered.ts';
import { helmRelease, installed, manifestObject, ReleaseBed, type ReleaseWorld } from './releaseBed.ts';

const canary = 'canary-5f2c1a9';
const before = manifestObject('ConfigMap', 'settings', { data: { level: 'info' }, immutable: true });
const after = (level: string): DesiredObject => desired('ConfigMap', 'settings', { data: { level }, immutable: true });
const immutable = new Failure(
  'invalid',
  `ConfigMap "settings" is invalid: data: Forbidden: field is immutable when \`immutable\` is set, was ${canary}`,
  { status: 422 },
);

async function upgrade(
  world: Partial<ReleaseWorld>,
  object: DesiredObject = after('debug'),
): Promise<{ readonly bed: ReleaseBed; readonly difference: ObjectDifference }> {
  const bed = new ReleaseBed({ manifest: [before], live: [installed(before)], ...world });
  const rendered = renderedRelease({ objects: [object], inForce: helmRelease() });
  const { objects } = await bed.compare({ rendered });
  const [difference] = objects;
  assert(difference);
  return { bed, difference };
}

const dryRunsOf = ({ asked }: ReleaseBed): readonly string[] => asked.filter((one) => one.startsWith('dry-run'));

test('a field that cannot be changed: the upgrade would fail, with the fields and both sides, and without what the server quotes', async () => {
  const { difference } = await upgrade({ dryRuns: { 'ConfigMap settings': immutable } });
  assert.equal(difference.change, 'unknown');
  assert.equal(difference.because, 'immutable');
  assert.match(difference.reason ?? '', /^The upgrade would fail, for a field cannot be changed: data\b/);
  assert.doesNotMatch(JSON.stringify(difference), new RegExp(canary));
  assert.deepEqual(difference.paths, [{ path: ['data', 'level'], effect: 'replace' }]);
  assert.deepEqual(
    [difference.before, difference.after].map((side) => fieldAt(side, 'data', 'level')),
    ['info', 'debug'],
  );
});

test('one dry-run for an object that changes, with the marks of Helm, and none for one that does not', async () => {
  const { bed, difference } = await upgrade({});
  assert.equal(difference.change, 'change');
  assert.deepEqual(dryRunsOf(bed), ['dry-run ConfigMap settings']);
  assert.equal(bed.sent[0]?.metadata.annotations?.['meta.helm.sh/release-name'], 'shop');
  const same = await upgrade({}, after('info'));
  assert.equal(same.difference.change, 'none');
  assert.deepEqual(dryRunsOf(same.bed), []);
});

const others: readonly (readonly [what: string, failure: Failure])[] = [
  [
    'a webhook that cannot be asked',
    new Failure('invalid', 'admission webhook "a" does not support dry run', { status: 400 }),
  ],
  ['a server that is gone', new Failure('unreachable', 'connection refused')],
  [
    'a definition that comes with the release',
    new Failure('notFound', 'could not find the requested resource', { status: 404 }),
  ],
];

for (const [what, failure] of others) {
  test(`${what} says nothing of the upgrade: the change is told as it is`, async () => {
    const { difference } = await upgrade({ dryRuns: { 'ConfigMap settings': failure } });
    assert.equal(difference.change, 'change');
  });
}

test('without the right to patch nothing is sent, and the change is told as it is', async () => {
  const { bed, difference } = await upgrade({
    refused: ['patch configmaps'],
    dryRuns: { 'ConfigMap settings': immutable },
  });
  assert.equal(difference.change, 'change');
  assert.deepEqual(dryRunsOf(bed), []);
});

test('a server that is too busy to give what Helm has stored is asked again when it said', async () => {
  const clock = new ManualClock();
  const bed = new ReleaseBed({ manifest: [before], live: [installed(before)] });
  const { api } = bed;
  const busy = { left: 1 };
  const get: ClusterApi['get'] = async (resource, id, signal) => {
    if (id.name.startsWith('sh.helm.release') && busy.left > 0) {
      busy.left -= 1;
      setImmediate(() => clock.advance(2_000)); // once the wait has begun
      throw new Failure('busy', 'too many requests', { retryAfterMs: 2_000 });
    }
    return api.get(resource, id, signal);
  };
  const { installed: found } = await bed.compare({ api: { ...api, get }, clock });
  assert.equal(found?.version, 3);
  assert.equal(busy.left, 0);
});
