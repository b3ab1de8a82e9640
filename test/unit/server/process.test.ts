/** The server as a process of its own, as the extension starts it: it answers over Node's IPC and ends when told. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createProtocolConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-languageserver/node';
import { Disposables } from '../../../src/base/disposables.ts';

test('the process starts, checks, and ends', { timeout: 30_000 }, async () => {
  const main = fileURLToPath(new URL('../../../src/server/main.ts', import.meta.url));
  const server = fork(main, ['--node-ipc'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = once(server, 'exit');
  const client = createProtocolConnection(new IPCMessageReader(server), new IPCMessageWriter(server));
  const subscriptions = new Disposables();
  const published = new Promise<{ diagnostics: { code: string }[] }>((resolve) => {
    subscriptions.add(client.onNotification('textDocument/publishDiagnostics', resolve));
  });
  client.listen();
  await client.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
  await client.sendNotification('initialized', {});
  const text = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - image: foo:latest\n';
  await client.sendNotification('textDocument/didOpen', {
    textDocument: { uri: 'untitled:a', languageId: 'yaml', version: 1, text },
  });
  assert.deepEqual(
    (await published).diagnostics.map(({ code }) => code),
    ['image-latest'],
  );
  await client.sendRequest('shutdown');
  await client.sendNotification('exit');
  const [code] = (await exited) as [number | null];
  assert.equal(code, 0);
  subscriptions.dispose();
  client.dispose();
});
