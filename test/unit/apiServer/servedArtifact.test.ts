/** The artifact of the recorded source: what its status says is what its service gives, for as long as it is served. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { startApiServer } from '../../support/apiServer/apiServer.ts';
import { readRecording } from '../../support/apiServer/recording.ts';
import { serveArtifact } from '../../support/apiServer/servedArtifact.ts';

const id = { group: 'source.toolkit.fluxcd.io', kind: 'GitRepository', namespace: 'flux-system', name: 'flux-system' };

test('a folder becomes the artifact of the recorded revision, with its own digest', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'driftline-artifact-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a.yaml'), 'a: 1\n');
  const server = await startApiServer({ recording: readRecording('homelab-flux-2.9') });
  t.after(() => server.close());
  const artifactOf = () => (server.get(id) as FluxObject | undefined)?.status?.artifact;
  const recorded = artifactOf();
  const served = await serveArtifact(server, folder);
  const artifact = artifactOf();
  assert.equal(artifact?.revision, recorded?.revision);
  const { pathname } = new URL(artifact?.url ?? '');
  const proxy = `/api/v1/namespaces/flux-system/services/http:source-controller:80/proxy${pathname}`;
  const ask = () => fetch(server.url + proxy, { headers: { authorization: `Bearer ${server.token('admin')}` } });
  const bytes = Buffer.from(await (await ask()).arrayBuffer());
  assert.equal(artifact?.digest, `sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  assert.equal(artifact['size'], bytes.length);
  served.dispose();
  assert.equal((await ask()).ok, false, 'nothing is left of it');
});

test('a cluster without a source has no artifact to stand in for', async (t) => {
  const server = await startApiServer({ objects: [] });
  t.after(() => server.close());
  await assert.rejects(serveArtifact(server, tmpdir()), /no GitRepository with an artifact/);
});
