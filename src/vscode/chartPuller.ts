/**
 * Pulling charts with the network settings of the editor and the logins of the user's files. Nothing is read or fetched before
 * the first pull, which is a user's action.
 */
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { downloadAgent } from '../cluster/downloadAgent.ts';
import { anonymous, loginsOfFiles } from '../registry/dockerCredentials.ts';
import { loginFiles } from '../registry/loginFiles.ts';
import { RegistryCharts } from '../registry/registryCharts.ts';
import type { ChartPuller } from '../render/desired.ts';
import { sessionSettings } from './editorSettings.ts';

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
    // As for an API server: VS Code's settings, else the environment.
    agentFor: (url) => downloadAgent(url, { ...sessionSettings().network, env: process.env }),
    // Which hosts are asked is up to the repository, and who does not trust it gives it no password.
    logins: (host) =>
      (vscode.workspace.isTrusted ? loginsOfFiles(loginFiles(process.env, homedir())) : anonymous)(host),
  });
}
