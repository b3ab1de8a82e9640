/** Kubeconfig files in a folder of their own, gone after the test. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface KubeconfigFile {
  readonly path: string;
  /** Of the content as it is now: unchanged means that nobody wrote to it. */
  hash(): string;
  write(text: string): void;
  dispose(): void;
}

/** Writes a kubeconfig that only its owner may read. The caller disposes it. */
export function kubeconfigFile(text: string, name = 'config'): KubeconfigFile {
  const folder = mkdtempSync(join(tmpdir(), 'driftline-kubeconfig-'));
  const path = join(folder, name);
  const write = (content: string): void => writeFileSync(path, content, { mode: 0o600 });
  write(text);
  return {
    path,
    hash: () => createHash('sha256').update(readFileSync(path)).digest('hex'),
    write,
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Several contexts in one file, each with its own server and token; the first is current. */
export function kubeconfigText(
  contexts: readonly { readonly context: string; readonly url: string; readonly token: string }[],
): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': contexts[0]?.context ?? '',
    clusters: contexts.map(({ context, url }) => ({ name: context, cluster: { server: url } })),
    users: contexts.map(({ context, token }) => ({ name: context, user: { token } })),
    contexts: contexts.map(({ context }) => ({ name: context, context: { cluster: context, user: context } })),
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
