/** A chart that the recorded cluster hands out, as bytes that a test has packed: the recording has none. Compares nothing. */
import assert from 'node:assert/strict';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { packChart } from './chartArchive.ts';
import { type HostCluster, source } from './hostCluster.ts';

/** The chart of Loki as the cluster's artifact; gives what is to be served. */
export function serveLokiChart(cluster: HostCluster): Readonly<Record<string, Buffer>> {
  const id = { group: source, kind: 'HelmChart', namespace: 'flux-system', name: 'logging-loki' };
  const known = cluster.server.get(id) as FluxObject | undefined;
  const artifact = known?.status?.artifact;
  assert.ok(known && artifact?.url !== undefined);
  const { bytes, digest } = packChart('loki');
  cluster.server.put({ ...known, status: { ...known.status, artifact: { ...artifact, digest, size: bytes.length } } });
  return { [new URL(artifact.url).pathname]: bytes };
}
