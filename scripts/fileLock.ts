/**
 * Keeps two processes of this machine from doing the same long work at once. It saves work and does not guard data:
 * what is made under it must be put in place by one rename, because a lock of a dead process can be broken twice.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive } from './processes.ts';

/** Takes the lock and says true; false when a living process has it. */
async function take(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw error;
    }
  }
  const owner = await readFile(path, 'utf8').catch(() => '');
  // An empty file is one that is being written this moment; the next look sees its owner, or that there is none.
  if (owner !== '' && !isAlive(Number(owner))) {
    await rm(path, { force: true });
  }
  return false;
}

/**
 * Runs `work` while no other process holds the lock `path`. `onWait` is told the owner's process id once when it has to
 * wait. The lock of a process that has died is taken over.
 */
export async function withFileLock<T>(
  path: string,
  work: () => Promise<T>,
  options: { readonly onWait?: (owner: string) => void; readonly pollMs?: number } = {},
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  for (let told = false; !(await take(path));) {
    if (!told) {
      told = true;
      options.onWait?.(await readFile(path, 'utf8').catch(() => ''));
    }
    // Other processes send no event when they end, so this looks again.
    await pause(options.pollMs ?? 300);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}
