/** A folder for one run of a program of this project, below the user's cache. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './cacheFolder.ts';
import { isAlive } from './processes.ts';

/** Makes `CACHE/NAME/PID` anew, and removes those of processes that were killed before they could. */
export async function makeRunFolder(name: string, parent: string = join(cacheFolder(), name)): Promise<string> {
  await mkdir(parent, { recursive: true });
  for (const pid of await readdir(parent)) {
    if (!isAlive(Number(pid)) || Number(pid) === process.pid) {
      await rm(join(parent, pid), { recursive: true, force: true });
    }
  }
  const folder = join(parent, String(process.pid));
  await mkdir(folder, { mode: 0o700 });
  return folder;
}
