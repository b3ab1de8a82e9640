/** The artifact of the recorded homelab's GitRepository: the workspace as it was when the window opened, served on loopback. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Disposable } from '../../../src/base/disposables.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { type FileServer, serveFiles } from './chartArchive.ts';
import { type HostCluster, kustomizationId, source } from './hostCluster.ts';
import { runFolder, workspaceFile } from './hostWindow.ts';

const repository = { group: source, kind: 'GitRepository', namespace: 'flux-system', name: 'flux-system' };

/**
 * Puts the folder in as what was applied last. `more` is served beside it, by the paths of its artifacts' URLs. The caller disposes
 * it.
 */
export async function serveSourceArtifact(
  cluster: HostCluster,
  more: Readonly<Record<string, Buffer>> = {},
): Promise<Disposable> {
  const file = join(runFolder(), 'source.tar.gz');
  execFileSync('tar', [
    '--create',
    '--gzip',
    '--exclude=.git',
    '--file',
    file,
    '--directory',
    workspaceFile('').fsPath,
    '.',
  ]);
  const bytes = readFileSync(file);
  rmSync(file);
  const known = cluster.server.get(repository) as FluxObject | undefined;
  const applied = (cluster.server.get(kustomizationId('workloads')) as FluxObject | undefined)?.status;
  assert.ok(known?.status?.artifact && applied?.lastAppliedRevision !== undefined);
  const { pathname } = new URL(known.status.artifact.url ?? '');
  const files: FileServer = await serveFiles(() => ({ ...more, [pathname]: bytes }));
  const route = cluster.server.route('flux-system/services/source-controller:80', files.port);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const revision = applied.lastAppliedRevision;
  const artifact = { ...known.status.artifact, digest, size: bytes.length, revision };
  cluster.server.put({ ...known, status: { ...known.status, artifact } });
  return {
    dispose: () => {
      route.dispose();
      void files.close();
    },
  };
}
