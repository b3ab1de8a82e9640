/**
 * What the recorded cluster has no bytes of: the artifact of its source, so that a drift can be told of what was applied last.
 * For windows on the demo.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Disposables } from '../../src/base/disposables.ts';
import type { FluxObject } from '../../src/flux/objects.ts';
import type { Demo } from './openDemo.ts';

/** The folder as it is now becomes the artifact that the cluster applied last. The caller disposes it before the demo is closed. */
export async function serveArtifact({ server, window }: Demo): Promise<Disposables> {
  const owned = new Disposables();
  const bytes = execFileSync('tar', ['--create', '--gzip', '--exclude=.git', '--directory', window.folder, '.']);
  const files = createServer((_request, answer) => answer.end(bytes));
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
  owned.add({ dispose: () => void files.close() });
  owned.add(server.route('flux-system/services/source-controller:80', (files.address() as AddressInfo).port));
  const group = 'source.toolkit.fluxcd.io';
  const known = server.get({ group, kind: 'GitRepository', namespace: 'flux-system', name: 'flux-system' });
  const { artifact, ...status } = (known as FluxObject | undefined)?.status ?? {};
  assert.ok(known && artifact);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  server.put({ ...known, status: { ...status, artifact: { ...artifact, digest, size: bytes.length } } });
  return owned;
}
