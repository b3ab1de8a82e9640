/**
 * Pulling charts with the network settings of the editor and the logins of the user's files. Nothing is read or fetched before
 * the first pull, which is a user's action.
 */
import type { Agent } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { Failure } from '../base/failure.ts';
import { chooseProxy } from '../cluster/proxyChoice.ts';
import { tunnelAgent } from '../cluster/proxyTunnel.ts';
import { anonymous, loginsOfFiles } from '../registry/dockerCredentials.ts';
import { RegistryCharts } from '../registry/registryCharts.ts';
import type { ChartPuller } from '../render/desired.ts';
import { sessionSettings } from './editorSettings.ts';

const proxyTimeoutMs = 30_000;

/** `folder` is made when the first chart is kept. */
export async function openChartPuller(parts: { readonly clock: Clock; readonly folder: string }): Promise<ChartPuller> {
  const { parseYaml, plainValue } = await import('../manifests/yamlBundle.ts');
  const parseIndex = (text: string): unknown => {
    const [node] = parseYaml(text).nodes;
    return node && plainValue(node);
  };
  return new RegistryCharts({
    clock: parts.clock,
    folder: parts.folder,
    parseYaml: parseIndex,
    agentFor,
    // Which hosts are asked is up to the repository, and who does not trust it gives it no password.
    logins: (host) => (vscode.workspace.isTrusted ? loginsOfFiles(loginFiles(process.env)) : anonymous)(host),
  });
}

/** Where `docker login` and `helm registry login` write. */
function loginFiles(env: NodeJS.ProcessEnv): string[] {
  const configHome = env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  return [
    env['HELM_REGISTRY_CONFIG'] ?? join(configHome, 'helm', 'registry', 'config.json'),
    join(env['DOCKER_CONFIG'] ?? join(homedir(), '.docker'), 'config.json'),
  ];
}

/** As for an API server: VS Code's settings, else the environment. */
function agentFor(url: URL): Agent | undefined {
  const { proxy: setting, noProxy, strictSSL, extraCAs } = sessionSettings().network;
  const proxy = chooseProxy({
    server: url,
    kubeconfig: undefined,
    setting,
    ...(noProxy && { noProxy }),
    env: process.env,
  });
  if (proxy?.protocol.startsWith('socks') === true) {
    throw new Failure(
      'invalid',
      `${url.host} would be asked through a SOCKS proxy, which charts cannot be pulled through`,
    );
  }
  const ca = extraCAs.length === 0 ? undefined : extraCAs;
  return proxy && tunnelAgent(url.protocol === 'https:', { proxy, strictSSL, ca, timeoutMs: proxyTimeoutMs }, {});
}
