/** The recording of the sample repository, replayed: what the demo shows, and what older releases would show of it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fluxState } from '../../../src/flux/fluxState.ts';
import { fluxKinds } from '../../../src/flux/kinds.ts';
import { objectKey } from '../../../src/flux/objectKey.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { ownerOf } from '../../../src/flux/references.ts';
import { releaseDrift } from '../../../src/flux/releaseDrift.ts';
import { plainRequest } from '../../contract/plainRequest.ts';
import { sameJson } from '../../support/apiServer/apiObject.ts';
import { type ApiServer, startApiServer } from '../../support/apiServer/apiServer.ts';
import { asOlderFlux } from '../../support/apiServer/olderFlux.ts';
import { asOfNow, readRecording } from '../../support/apiServer/recording.ts';
import { ManualClock } from '../../support/manualClock.ts';

const recording = readRecording('homelab-flux-2.9');

function releases(server: ApiServer): Map<string, FluxObject> {
  const list = server.objects({ group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease' });
  return new Map(list.map((object) => [object.metadata.name, object]));
}

describe('the recorded homelab', () => {
  let server: ApiServer;
  const clock = new ManualClock();
  before(async () => {
    server = await startApiServer({ recording, clock, reconcileMs: 1000 });
  });
  after(() => server.close());

  for (const [name, state] of [
    ['loki', 'failed'],
    ['loki-canary', 'waiting'],
    ['alloy-events', 'waiting'],
    ['grafana', 'ready'],
    ['gateway', 'suspended'],
    ['reloader', 'ready'],
  ] as const) {
    it(`has ${name} ${state}`, () => {
      const release = releases(server).get(name);
      assert.equal(release && fluxState(release).name, state);
    });
  }

  it('has one release that drifted', () => {
    const drifted = [...releases(server).values()].filter(
      (object) => releaseDrift(object, '2.9.5').state === 'drifted',
    );
    assert.deepEqual(
      drifted.map(({ metadata }) => metadata.name),
      ['grafana'],
    );
  });

  it('knows every owner that a label names', () => {
    for (const kind of fluxKinds) {
      for (const object of server.objects(kind)) {
        const owner = ownerOf(object);
        assert.ok(
          !owner || server.get(owner.id),
          `${objectKey('', owner?.id ?? { group: '', kind: '', namespace: '', name: '' })} is there`,
        );
      }
    }
  });

  it('answers every dry run as it was recorded', async () => {
    assert.ok(recording.dryRuns.length > 0);
    for (const { path, body, status, response } of recording.dryRuns) {
      const answer = await plainRequest(server, path, {
        method: 'PATCH',
        token: server.token(),
        body,
        contentType: 'application/apply-patch+yaml',
      });
      assert.equal(answer.status, status, path);
      assert.ok(sameJson(answer.json(), response), path);
    }
  });

  it('stays as it was recorded as long as nobody asks for anything', () => {
    const version = server.resourceVersion;
    clock.advance(3_600_000);
    assert.equal(server.resourceVersion, version);
  });

  it('can be shown as if it had just happened', async () => {
    const now = Date.parse('2027-03-01T09:00:00Z');
    const moved = await startApiServer({ recording: asOfNow(recording, now) });
    const loki = releases(moved).get('loki');
    const since = loki && fluxState(loki).since;
    assert.ok(since !== undefined && since <= now && since > now - 3_600_000, 'it failed within the last hour');
    await moved.close();
  });
});

for (const release of ['2.2', '2.6'] as const) {
  describe(`the recorded homelab under Flux ${release}`, () => {
    let server: ApiServer;
    before(async () => {
      server = await startApiServer({ recording: asOlderFlux(recording, release) });
    });
    after(() => server.close());

    it('never says that there is no drift where nobody would have told', () => {
      const states = [...releases(server)].map(([name, object]) => [name, releaseDrift(object, release).state]);
      assert.ok(states.length > 0);
      assert.deepEqual(
        states.filter(([, state]) => state === 'none' || state === 'drifted'),
        [],
      );
    });

    it('keeps every object of a kind that it had', () => {
      for (const kind of fluxKinds.filter((known) => known.kind !== 'ExternalArtifact')) {
        const before = recording.objects.filter((object) => object.kind === kind.kind).length;
        if (before > 0) {
          assert.equal(server.objects(kind).length, before, kind.kind);
        }
      }
    });

    it('says its version on its controllers', () => {
      const versions = server
        .objects({ group: 'apps', kind: 'Deployment' })
        .filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/part-of'] === 'flux')
        .map(({ metadata }) => metadata.labels?.['app.kubernetes.io/version']);
      assert.ok(versions.length > 0);
      assert.ok(versions.every((version) => version?.startsWith(`v${release}.`)));
    });
  });
}
