/**
 * The facts of a running cluster in a file, so that other processes find it: the command line's own cluster, or the one
 * that a test run shares. It holds tokens, so only its owner can read it.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { isClusterAlive } from './cluster.ts';
import { type ClusterInfo } from './clusterHandle.ts';

/** Names the state file of the cluster that the tests share. */
export const stateVariable = 'DRIFTLINE_TEST_CLUSTER';

/** `$DRIFTLINE_TEST_CLUSTER`, or a file of this user in the temporary folder. */
export function defaultStateFile(env: NodeJS.ProcessEnv = process.env): string {
  return env[stateVariable] ?? join(tmpdir(), `driftline-cluster-of-${userInfo().uid}.json`);
}

/** Appears whole or not at all: others may be waiting for it. */
export function writeState(file: string, info: ClusterInfo): void {
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify(plainFacts(info), null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(fresh, file);
}

/** `undefined` when there is no cluster: no file, or one that a killed process left, which is removed. */
export function readState(file: string): ClusterInfo | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
  const info = JSON.parse(text) as ClusterInfo;
  if (isClusterAlive(info)) {
    return info;
  }
  // Its processes died with their parent; this is what is left.
  rmSync(info.folder, { recursive: true, force: true });
  removeState(file);
  return undefined;
}

export function removeState(file: string): void {
  rmSync(file, { force: true });
}

/** A handle has functions beside its facts. */
function plainFacts(info: ClusterInfo): Partial<ClusterInfo> {
  return Object.fromEntries(
    Object.entries(info).filter(([name, value]) => typeof value !== 'function' && name !== 'api'),
  );
}
