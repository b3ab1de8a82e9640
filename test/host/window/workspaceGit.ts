/** Git in the workspace of a suite, which is a clone that nothing was ever pushed from. */
import { execFileSync } from 'node:child_process';
import { workspaceFile } from './hostWindow.ts';

export function workspaceGit(...args: readonly string[]): string {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
  const output = execFileSync('git', ['-C', workspaceFile('').fsPath, ...identity, ...args], { encoding: 'utf8' });
  return output.trim();
}

/** As if the branch had just been pushed. Undone by `unpushWorkspace`, for what else runs in this window. */
export function pushWorkspace(): void {
  workspaceGit('update-ref', 'refs/remotes/origin/main', 'HEAD');
}

export function unpushWorkspace(): void {
  workspaceGit('update-ref', '-d', 'refs/remotes/origin/main');
}
