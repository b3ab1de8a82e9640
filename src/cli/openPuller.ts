/**
 * Pulls charts for `--pull`, with the network settings and the logins that the environment has, as helm would. What was pulled
 * is kept in the user's cache folder.
 */
import type { Agent } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { Failure } from '../base/failure.ts';
import { chooseProxy } from '../cluster/proxyChoice.ts';
import { tunnelAgent } from '../cluster/proxyTunnel.ts';
import { parseYaml } from '../manifests/parseManifests.ts';
import { plainValue } from '../manifests/plainValue.ts';
import { loginsOfFiles } from '../registry/dockerCredentials.ts';
import { RegistryCharts } from '../registry/registryCharts.ts';
import type { ChartPuller } from '../render/desired.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** For a proxy to open its tunnel, in milliseconds. */
const proxyTimeoutMs = 30_000;

/** Nothing is read, asked or made before the first pull. */
export function openPuller(clock: Clock, env: Environment = process.env): ChartPuller {
  return new RegistryCharts({
    clock,
    folder: join(userCacheFolder(process.platform, env, homedir()), 'driftline', 'charts'),
    parseYaml: (text) => {
      const [node] = parseYaml(text).nodes;
      return node && plainValue(node);
    },
    agentFor: (url) => proxyAgent(url, env),
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

/** Where `helm registry login` and `docker login` write. */
export function loginFiles(env: Environment, home: string): readonly string[] {
  const configHome = given(env['XDG_CONFIG_HOME']) ?? join(home, '.config');
  return [
    given(env['HELM_REGISTRY_CONFIG']) ?? join(configHome, 'helm', 'registry', 'config.json'),
    join(given(env['DOCKER_CONFIG']) ?? join(home, '.docker'), 'config.json'),
  ];
}

function proxyAgent(url: URL, env: Environment): Agent | undefined {
  const proxy = chooseProxy({ server: url, kubeconfig: undefined, setting: undefined, env });
  if (proxy?.protocol.startsWith('socks') === true) {
    throw new Failure(
      'invalid',
      `${url.host} would be asked through a SOCKS proxy, which charts cannot be pulled through`,
    );
  }
  return (
    proxy &&
    tunnelAgent(url.protocol === 'https:', { proxy, strictSSL: true, ca: undefined, timeoutMs: proxyTimeoutMs }, {})
  );
}

/** An empty variable is none, as everywhere. */
function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
