/**
 * What a recording has no bytes of: the artifact of its source, so that what was applied last can be rendered. A folder stands in
 * for the commit that was recorded.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import type { Disposable } from '../../../src/base/disposables.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import type { ApiServer } from './apiServer.ts';

const repository = {
  group: 'source.toolkit.fluxcd.io',
  kind: 'GitRepository',
  namespace: 'flux-system',
  name: 'flux-system',
};

/**
 * The folder as it is now becomes the artifact that the cluster applied last, under the revision that was recorded. The caller
 * disposes it before it closes the server. Rejects where there is no `tar`.
 */
export async function serveArtifact(server: ApiServer, folder: string): Promise<Disposable> {
  const known = server.get(repository) as FluxObject | undefined;
  const { artifact, ...status } = known?.status ?? {};
  if (!known || !artifact) {
    throw new Error('the recording has no GitRepository with an artifact');
  }
  const packing = ['--create', '--gzip', '--exclude=.git', '--directory', folder, '.'];
  const { stdout: bytes } = await promisify(execFile)('tar', packing, { encoding: 'buffer', maxBuffer: 1 << 26 });
  const files = createServer((_request, answer) => answer.end(bytes));
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
  const route = server.route('flux-system/services/source-controller:80', (files.address() as AddressInfo).port);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  server.put({ ...known, status: { ...status, artifact: { ...artifact, digest, size: bytes.length } } });
  return {
    dispose: () => {
      route.dispose();
      files.close();
      files.closeAllConnections();
    },
  };
}
