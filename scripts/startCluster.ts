/** The cluster that `npm start` shows: the demo, a real one of its own, or the user's. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from './projectRoot.ts';
import type { StartOptions } from './startOptions.ts';

export interface ShownCluster {
  readonly kubeconfig: string;
  readonly context: string;
  /** One line for a person. */
  readonly about: string;
  stop(): Promise<void>;
}

async function startDemo(runFolder: string): Promise<ShownCluster> {
  const { startApiServer } = await import('../test/support/apiServer/apiServer.ts');
  const { asOfNow, readRecording } = await import('../test/support/apiServer/recording.ts');
  const { serveArtifact } = await import('../test/support/apiServer/servedArtifact.ts');
  const recording = readRecording('homelab-flux-2.9');
  const server = await startApiServer({ recording: asOfNow(recording, Date.now()) });
  // Without it there is no drift and no next to look at; all else of the demo goes on where it cannot be packed.
  const artifact = await serveArtifact(server, join(projectRoot, 'demo', 'homelab')).catch(() => undefined);
  const context = 'homelab';
  const kubeconfig = join(runFolder, 'kubeconfig');
  await writeFile(kubeconfig, server.kubeconfig('admin', { context }), { mode: 0o600 });
  return {
    kubeconfig,
    context,
    about: `the demo cluster, recorded from Flux ${recording.about.flux} on Kubernetes ${recording.about.kubernetes}`,
    stop: () => {
      artifact?.dispose();
      return server.close();
    },
  };
}

async function startReal(log: (line: string) => void, signal: AbortSignal): Promise<ShownCluster> {
  const { clusterObstacle } = await import('../test/cluster/build.ts');
  const obstacle = clusterObstacle();
  if (obstacle !== undefined) {
    throw new Error(`${obstacle} Without --cluster, the demo cluster needs nothing but Node.`);
  }
  const { startCluster } = await import('../test/cluster/cluster.ts');
  const { homelabOptions, installHomelab } = await import('../test/cluster/homelab.ts');
  const cluster = await startCluster({ ...homelabOptions, log, signal });
  try {
    await installHomelab(cluster, { log });
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return {
    kubeconfig: cluster.kubeconfig,
    context: homelabOptions.context,
    about: 'a real Kubernetes API with the real Flux controllers',
    stop: () => cluster.stop(),
  };
}

async function useOwn(kubeconfig: string, context: string | undefined): Promise<ShownCluster> {
  const text = await readFile(kubeconfig, 'utf8').catch((cause: unknown) => {
    throw new Error(`${kubeconfig} cannot be read.`, { cause });
  });
  const config = parse(text) as { 'current-context'?: unknown; contexts?: readonly { name?: unknown }[] } | null;
  const names = (config?.contexts ?? []).map((each) => String(each.name));
  const chosen = context ?? config?.['current-context'];
  if (typeof chosen !== 'string' || !names.includes(chosen)) {
    const wanted = context === undefined ? 'has no current context' : `has no context ${context}`;
    throw new Error(
      `${kubeconfig} ${wanted}; its contexts are: ${names.join(', ') || 'none'}. Name one with --context.`,
    );
  }
  return { kubeconfig, context: chosen, about: `context ${chosen} of ${kubeconfig}`, stop: () => Promise.resolve() };
}

/** Rejects with a sentence for the person who typed the options. The caller stops what it gets. */
export function showCluster(
  wanted: StartOptions['cluster'],
  parts: { readonly runFolder: string; readonly log: (line: string) => void; readonly signal: AbortSignal },
): Promise<ShownCluster> {
  switch (wanted.kind) {
    case 'demo':
      return startDemo(parts.runFolder);
    case 'real':
      return startReal(parts.log, parts.signal);
    case 'own':
      return useOwn(wanted.kubeconfig, wanted.context);
  }
}
