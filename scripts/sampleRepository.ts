/**
 * Copies a sample repository to where it may be changed, and makes a git repository of it whose remote is the one that
 * the recorded cluster's source names: only then do its files and the cluster's objects belong together.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from './projectRoot.ts';

/** URL of the GitRepository in the recording of the demo cluster. Nothing is ever fetched from it. */
export const sampleRemote = 'https://github.com/driftline-demo/homelab';

/**
 * `sample` is relative to the project. Resolves to false when there is no git: the copy is then a plain folder, and the
 * product treats it as a repository that it does not know.
 */
export async function makeSampleRepository(sample: string, target: string): Promise<boolean> {
  await mkdir(dirname(target), { recursive: true });
  await cp(resolve(projectRoot, sample), target, { recursive: true });
  const git = gitIn(target);
  try {
    await git('init', '--quiet', '--initial-branch=main');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return false;
    }
    throw error;
  }
  await git('remote', 'add', 'origin', sampleRemote);
  await git('config', 'user.name', 'Driftline demo');
  await git('config', 'user.email', 'demo@example.com');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'Sample repository');
  return true;
}

/** As if the branch had just been pushed: what is in the files is then what the demo cluster's source can fetch. */
export async function markAsPushed(folder: string): Promise<void> {
  await gitIn(folder)('update-ref', 'refs/remotes/origin/main', 'HEAD');
}

function gitIn(folder: string) {
  return async (...args: string[]): Promise<void> => {
    // The user's own git settings (signing, hooks, templates) have no place in a copy that is thrown away.
    const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
    await promisify(execFile)('git', args, { cwd: folder, env });
  };
}
