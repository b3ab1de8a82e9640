/** A real repository with one commit and, after that, one value edited in its working tree. Measures nothing. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A HelmRelease of a chart that is served; its Kustomization has variables, dependencies and a parent with patches. */
const edited = 'kubernetes/apps/media/prowlarr/app/helmrelease.yaml';
const value = /^( *PROWLARR__APP__THEME: ).*$/m;

/** The branch of a remote is where the commit is, so that what is edited is all that has not been pushed. */
export async function commitCorpus(folder: string): Promise<void> {
  const author = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com'];
  const git = (...args: readonly string[]) => promisify(execFile)('git', ['-C', folder, ...author, ...args]);
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all', '--force');
  await git('commit', '--quiet', '--no-verify', '-m', 'As it is');
  await git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  await git('config', 'branch.main.remote', 'origin');
  await git('config', 'branch.main.merge', 'refs/heads/main');
}

/** `text`: another one at each call, else nothing changes. */
export async function editValue(folder: string, text: string): Promise<void> {
  const path = join(folder, edited);
  const before = await readFile(path, 'utf8');
  const after = before.replace(value, `$1${text}`);
  if (after === before) {
    throw new Error(`${edited} has no such value, or has it already`);
  }
  await writeFile(path, after);
}
