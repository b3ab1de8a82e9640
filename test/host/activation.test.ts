/** The extension as VS Code loads it: late, light, with its commands, and with nothing running that nobody asked for. */
import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as vscode from 'vscode';
import { until } from '../cluster/until.ts';
import { activate, childProcesses, driftline, loadedBundles, logText, showUntitled } from './window/hostWindow.ts';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

describe('activation', () => {
  it('waits for a view, a command or a YAML file', () => {
    assert.equal(driftline().isActive, false);
    assert.deepEqual(loadedBundles(), []);
  });

  it('loads one small bundle, starts no process, and opens no session', async () => {
    const { sessions } = await activate();
    assert.equal(driftline().isActive, true);
    assert.deepEqual(loadedBundles(), ['extension.cjs']);
    assert.deepEqual(childProcesses(), []);
    assert.equal(sessions.session, undefined);
    assert.deepEqual(sessions.connection, { state: 'disconnected', reason: 'idle' });
  });

  it('says in the log how long it took', async () => {
    await activate();
    // VS Code opens the file when it comes to it.
    await until('the line is in the file', () => /\[info\] Activated in \d+ ms/.test(logText()));
  });

  it('does no more for YAML that has nothing to do with Kubernetes', async () => {
    const { sessions } = await activate();
    await showUntitled('services:\n  web:\n    image: nginx\n');
    // The extension's own listeners have run when the document is open; what they would start is a turn away.
    await nextTurn();
    assert.deepEqual(loadedBundles(), ['extension.cjs']);
    assert.deepEqual(childProcesses(), []);
    assert.equal(sessions.session, undefined);
  });

  it('registers every command that the manifest names', async () => {
    await activate();
    const registered = new Set(await vscode.commands.getCommands(true));
    const { contributes } = driftline().packageJSON as Manifest;
    const missing = contributes.commands.map(({ command }) => command).filter((id) => !registered.has(id));
    assert.deepEqual(missing, []);
  });

  it('puts the program driftline on the PATH of terminals', async () => {
    await activate();
    const closed = new Promise<vscode.TerminalExitStatus | undefined>((resolve) => {
      const listener = vscode.window.onDidCloseTerminal((terminal) => {
        if (terminal.name === 'driftline version') {
          listener.dispose();
          resolve(terminal.exitStatus);
        }
      });
    });
    const script = 'case "$(driftline --version)" in "driftline "[0-9]*) exit 0;; *) exit 9;; esac';
    const options = { name: 'driftline version', shellPath: '/bin/sh', shellArgs: ['-c', script] };
    const terminal = vscode.window.createTerminal(options);
    assert.equal((await closed)?.code, 0);
    terminal.dispose();
  });
});
