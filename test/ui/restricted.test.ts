/** Restricted Mode: files are read, nothing is connected, no program of a kubeconfig runs until trust is given. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openWorkbench } from './driver.ts';
import { startDemoServer } from './openDemo.ts';

test('nothing connects before trust is given; then it does, without a reload', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'driftline-restricted-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const server = await startDemoServer();
  t.after(() => server.close());
  const started = join(folder, 'started');
  const plugin = join(folder, 'plugin');
  const credential = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token: server.token() },
  };
  writeFileSync(plugin, `#!/bin/sh\ntouch '${started}'\ncat <<'END'\n${JSON.stringify(credential)}\nEND\n`);
  chmodSync(plugin, 0o755);
  const kubeconfig = join(folder, 'config');
  const config = JSON.parse(server.kubeconfig('admin', { context: 'homelab' })) as { users: { user: object }[] };
  config.users[0]!.user = {
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' },
  };
  writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });

  const window = await openWorkbench({ trust: 'restricted', env: { KUBECONFIG: kubeconfig } });
  const outcome = { passed: false };
  t.after(() => window.stop(outcome.passed ? undefined : t.name));
  await window.showContainer('Driftline');
  await window.sideBarText('In Restricted Mode Driftline reads files only').waitFor();
  await window.sideBarButton('Manage trust').waitFor();
  const editor = await window.openFile('workloads/llm/deployment.yaml');
  await editor.locator('.squiggly-warning').first().waitFor();
  assert.deepEqual(server.requests, []);
  assert.equal(existsSync(started), false);

  await window.grantTrust();
  await window.showContainer('Driftline');
  await window.treeRow('flux-system').waitFor();
  assert.equal(existsSync(started), true);
  assert.deepEqual(await window.shownToasts(), []);
  outcome.passed = true;
});
