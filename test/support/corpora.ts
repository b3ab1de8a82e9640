/** Real repositories to try the checks on, where somebody has put them: archives that are unpacked for one run. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Beside the checkout, unless `DRIFTLINE_CORPORA` names a folder. */
const folder = process.env['DRIFTLINE_CORPORA'] ?? fileURLToPath(new URL('../../../shared/corpora/', import.meta.url));

/** Why there are none, `undefined` when there are. */
export const corporaMissing = existsSync(folder)
  ? undefined
  : 'no corpora: set DRIFTLINE_CORPORA to a folder of repositories as .tgz';

export interface Corpora {
  /** Holds all of them. */
  readonly root: string;
  /** Folders of the unpacked repositories by name. */
  readonly folders: ReadonlyMap<string, string>;
  remove(): Promise<void>;
}

export async function unpackCorpora(): Promise<Corpora> {
  const root = await mkdtemp(join(tmpdir(), 'driftline-corpora-'));
  const folders = new Map<string, string>();
  for (const archive of (await readdir(folder)).filter((name) => name.endsWith('.tgz')).sort()) {
    const name = archive.replace(/\.tgz$/, '');
    const target = join(root, name);
    await mkdir(target);
    await promisify(execFile)('tar', ['-xzf', join(folder, archive), '-C', target]);
    folders.set(name, target);
  }
  return { root, folders, remove: () => rm(root, { recursive: true, force: true }) };
}
