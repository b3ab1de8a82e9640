/**
 * Pulls charts for `--pull`, with the network settings and the logins that the environment has, as helm would. What was pulled
 * is kept in the user's cache folder.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { downloadAgent } from '../cluster/downloadAgent.ts';
import { parseYaml } from '../manifests/parseManifests.ts';
import { plainValue } from '../manifests/plainValue.ts';
import { loginsOfFiles } from '../registry/dockerCredentials.ts';
import { loginFiles } from '../registry/loginFiles.ts';
import { RegistryCharts } from '../registry/registryCharts.ts';
import type { ChartPuller } from '../render/desired.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Nothing is read, asked or made before the first pull. */
export function openPuller(clock: Clock, env: Environment = process.env): ChartPuller {
  return new RegistryCharts({
    clock,
    folder: join(userCacheFolder(process.platform, env, homedir()), 'driftline', 'charts'),
    parseYaml: (text) => {
      const [node] = parseYaml(text).nodes;
      return node && plainValue(node);
    },
    agentFor: (url) => downloadAgent(url, { strictSSL: true, extraCAs: [], env }),
    logins: loginsOfFiles(loginFiles(env, homedir())),
  });
}

/** Where programs of a user keep what can be had again. */
export function userCacheFolder(platform: NodeJS.Platform, env: Environment, home: string): string {
  if (platform === 'win32') {
    return given(env['LOCALAPPDATA']) ?? join(home, 'AppData', 'Local');
  }
  return (
    given(env['XDG_CACHE_HOME']) ?? (platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache'))
  );
}

/** An empty variable is none, as everywhere. */
function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
