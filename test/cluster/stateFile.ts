/**
 * The facts of a running cluster in a file, so that other processes find it: the command line's own cluster, or the one
 * that a test run shares. It holds tokens, so only its owner can read it.
 */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { isClusterAlive, sweepAbandoned } from './cluster.ts';
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

/**
 * `undefined` when there is no cluster: no file, or one that a killed process left, which is removed. Throws for a file of
 * another user: the temporary folder is everybody's, and what stands in here is run and deleted.
 */
export function readState(file: string): ClusterInfo | undefined {
  let text: string;
  try {
    if (statSync(file).uid !== userInfo().uid) {
      throw new Error(`${file} belongs to another user; it is left alone`);
    }
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
  removeState(file);
  sweepAbandoned(); // its processes died with their parent; its folder is what is left
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
