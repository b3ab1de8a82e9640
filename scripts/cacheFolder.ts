/** Where things live that are made once and used by every checkout. Nothing in it is precious. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `$XDG_CACHE_HOME/driftline` or `~/.cache/driftline`; it may not exist yet. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base = env['XDG_CACHE_HOME'];
  return join(base !== undefined && base !== '' ? base : join(homedir(), '.cache'), 'driftline');
}
