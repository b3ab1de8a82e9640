/** The extension's own client on an embedded API server, as a user with a kubeconfig would have it. */
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { noLog } from '../../src/base/log.ts';
import { HttpClusterApi } from '../../src/cluster/httpClusterApi.ts';
import { createTransport, loadKubeconfigs } from '../../src/cluster/kubernetes.ts';
import type { ApiServer } from './apiServer/apiServer.ts';
import { kubeconfigFile } from './kubeconfigFile.ts';

/** The caller disposes it, before it closes the server. */
export function connectTo(
  server: ApiServer,
  user = 'admin',
  options: { clock?: Clock; context?: string } = {},
): HttpClusterApi {
  const { clock = systemClock(), context = 'homelab' } = options;
  const file = kubeconfigFile(server.kubeconfig(user, { context }));
  try {
    const parts = { proxy: undefined, strictSSL: true, extraCAs: [], log: noLog(), env: {} };
    return new HttpClusterApi({
      transport: createTransport(loadKubeconfigs([file.path]), context, parts),
      log: noLog(),
      clock,
    });
  } finally {
    file.dispose(); // read once
  }
}
