/** Connects to the cluster of a kubeconfig context that was named, for what rendering asks of it. Reads, never writes. */
import { homedir } from 'node:os';
import { delimiter, resolve } from 'node:path';
import { getCACertificates } from 'node:tls';
import type { Clock } from '../base/clock.ts';
import type { Disposables } from '../base/disposables.ts';
import type { Log } from '../base/log.ts';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import { LiveClusterInputs } from '../cluster/clusterInputs.ts';
import { HttpClusterApi } from '../cluster/httpClusterApi.ts';
import type { Kubeconfig } from '../cluster/kubeconfig.ts';
import { kubeconfigFiles } from '../cluster/kubeconfigFiles.ts';
import type { ClusterInputs } from '../render/desired.ts';
import type { BuildArguments } from './buildOptions.ts';
import { UsageError } from './usageError.ts';

export interface ClusterParts {
  readonly log: Log;
  readonly clock: Clock;
  /** Takes the connection. */
  readonly owned: Disposables;
}

/** Throws as `openApi`. Sends nothing yet. */
export async function openCluster(
  cluster: NonNullable<BuildArguments['cluster']>,
  parts: ClusterParts,
): Promise<ClusterInputs> {
  const { log, clock } = parts;
  return new LiveClusterInputs({ api: await openApi(cluster, parts), clock, log });
}

/**
 * Throws `UsageError` for a context that no file has and where it is not clear which is meant, `Failure('invalid')` for one that
 * cannot be used. Sends nothing yet.
 */
export async function openApi(
  { context: wanted, kubeconfig }: { readonly context: string | undefined; readonly kubeconfig: string | undefined },
  { log, clock, owned }: ClusterParts,
): Promise<ClusterApi> {
  // The client of Kubernetes takes a third of a second to load.
  const { createTransport, loadKubeconfigs } = await import('../cluster/kubernetes.ts');
  const { files } = kubeconfigFiles({
    setting: kubeconfig === undefined ? [] : [resolve(kubeconfig)],
    env: process.env,
    home: homedir(),
    workspaceFolder: process.cwd(),
    delimiter,
  });
  const loaded = loadKubeconfigs(files);
  const context = wanted ?? onlyContext(loaded, files);
  if (!loaded.contexts.some(({ name }) => name === context)) {
    throw noContext(context, loaded, files);
  }
  const transport = createTransport(loaded, context, {
    proxy: undefined,
    strictSSL: true,
    extraCAs: process.env['NODE_EXTRA_CA_CERTS'] === undefined ? [] : getCACertificates('extra'),
    log,
  });
  return owned.add(new HttpClusterApi({ transport, log, clock }));
}

/** Which of several a kubeconfig calls current is decided by whoever used kubectl last. */
function onlyContext({ contexts, errors }: Kubeconfig, files: readonly string[]): string {
  const [only, ...others] = contexts;
  if (only && others.length === 0) {
    return only.name;
  }
  const problems = errors.map(({ file, message }) => `${file} ${message}.`);
  throw only
    ? new UsageError('Which cluster is meant was not said.', [
        'Say it by one of:',
        ...contexts.map(({ name }) => `  --context ${name}`),
      ])
    : new UsageError(`There is no context in ${files.join(', ')}.`, problems);
}

function noContext(context: string, { contexts, errors }: Kubeconfig, files: readonly string[]): UsageError {
  const names = contexts.map(({ name }) => name);
  const known = names.length === 0 ? 'there is none' : `there are: ${names.join(', ')}`;
  const problems = errors.map(({ file, message }) => `${file} ${message}.`);
  return new UsageError(`There is no context "${context}" in ${files.join(', ')}; ${known}.`, problems);
}
