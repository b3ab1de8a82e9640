/** A release in Helm's storage, as Helm writes it, so that the recorded homelab has one that can be compared. */
import { gzipSync } from 'node:zlib';
import type { Disposable } from '../../../src/base/disposables.ts';
import type { HostCluster } from './hostCluster.ts';

export interface InstalledRelease {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly chartVersion: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly objects: readonly Readonly<Record<string, unknown>>[];
}

/** Revision 1. The caller disposes it. */
export function installRelease(cluster: HostCluster, release: InstalledRelease): Disposable {
  const { name, namespace, chart, chartVersion, values, objects } = release;
  const stored = {
    name,
    namespace,
    version: 1,
    info: { status: 'deployed' },
    chart: { metadata: { name: chart, version: chartVersion }, values: {}, templates: [] },
    config: values,
    manifest: objects.map((object) => `---\n${JSON.stringify(object)}\n`).join(''),
    apply_method: 'ssa',
  };
  const helm = gzipSync(JSON.stringify(stored)).toString('base64');
  const id = { group: '', kind: 'Secret', namespace, name: `sh.helm.release.v1.${name}.v1` };
  cluster.server.put({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: { name: id.name, namespace, labels: { owner: 'helm', name, status: 'deployed', version: '1' } },
    data: { release: Buffer.from(helm).toString('base64') },
  } as never);
  return { dispose: () => void cluster.server.remove(id) };
}
