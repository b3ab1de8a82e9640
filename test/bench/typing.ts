/** From a key to its diagnostics: a person types in a large HelmRelease of a large repository, the server is its own process. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createProtocolConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-languageserver/node';
import { Disposables } from '../../src/base/disposables.ts';
import { type BenchRow, median, quantile } from './benchRow.ts';

const keys = 60;
/** Milliseconds from one key to the next: ten a second. */
const betweenKeys = 100;

/** 500 lines, most of them values, as the charts of whole platforms have them; `tag` is what is typed at. */
function largeRelease(tag: string): string {
  const head = [
    'apiVersion: helm.toolkit.fluxcd.io/v2',
    'kind: HelmRelease',
    'metadata: {name: large, namespace: bench}',
    'spec:',
    '  interval: 1h',
    '  chartRef: {kind: OCIRepository, name: large}',
    '  values:',
    '    image:',
    '      repository: ghcr.io/example/large',
    `      tag: ${tag}`,
  ];
  const lines = Array.from({ length: 490 }, (_, index) =>
    index % 10 === 0 ? `    part${index}:` : `      value${index}: "${'x'.repeat(index % 40)}"`,
  );
  return `${[...head, ...lines].join('\n')}\n`;
}

/**
 * `server` is the built program, `root` a repository that it checks. Every key makes the finding come or go, for the server
 * publishes what has changed and nothing else.
 */
export async function typingRows(server: string, root: string): Promise<BenchRow[]> {
  const path = join(root, 'bench', 'large.yaml');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, largeRelease('latest'));
  const uri = pathToFileURL(path).href;
  const child = fork(server, ['--node-ipc'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  const client = createProtocolConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  const subscriptions = new Disposables();
  let arrived: (() => void) | undefined;
  subscriptions.add(
    client.onNotification('textDocument/publishDiagnostics', (params: { readonly uri: string }) => {
      if (params.uri === uri) {
        arrived?.();
      }
    }),
  );
  client.listen();
  const times: number[] = [];
  try {
    const folder = { uri: pathToFileURL(root).href, name: 'bench' };
    const first = new Promise<void>((resolve) => (arrived = resolve));
    const capabilities = { workspace: { workspaceFolders: true } };
    await client.sendRequest('initialize', {
      processId: process.pid,
      rootUri: folder.uri,
      workspaceFolders: [folder],
      capabilities,
    });
    await client.sendNotification('initialized', {});
    const text = largeRelease('latest');
    await client.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'yaml', version: 1, text },
    });
    await first;
    for (let key = 0; key < keys; key += 1) {
      const began = performance.now();
      const published = new Promise<void>((resolve) => (arrived = resolve));
      await client.sendNotification('textDocument/didChange', {
        textDocument: { uri, version: key + 2 },
        contentChanges: [{ text: largeRelease(key % 2 === 0 ? '1.2.3' : 'latest') }],
      });
      await published;
      const took = performance.now() - began;
      times.push(took);
      await pause(Math.max(0, betweenKeys - took));
    }
    await client.sendRequest('shutdown');
    await client.sendNotification('exit');
    await exited;
  } finally {
    subscriptions.dispose();
    client.dispose();
    child.kill();
  }
  return [
    { name: 'key to diagnostics, HelmRelease of 500 lines, median', value: median(times), unit: 'ms', runs: keys },
    { name: 'key to diagnostics, 95 of 100 (aim 100)', value: quantile(times, 0.95), unit: 'ms', runs: keys },
  ];
}
