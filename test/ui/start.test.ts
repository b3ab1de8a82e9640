/** `npm start` as a person uses it: from the command to the tree, and to Ctrl-C. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { launchBrowser, windowSize } from '../../scripts/browser.ts';
import { cacheFolder } from '../../scripts/cacheFolder.ts';
import { findChromium } from '../../scripts/chromium.ts';
import { isAlive, processTree, stopGroup } from '../../scripts/processes.ts';
import { projectRoot } from '../../scripts/projectRoot.ts';

/** Names by which a test run itself would count as a remote terminal. */
const remote = { VSCODE_IPC_HOOK_CLI: '', REMOTE_CONTAINERS: '', CODESPACES: '', SSH_CONNECTION: '', SSH_TTY: '' };

class Started {
  readonly process: ChildProcess;
  output = '';

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    const script = join(projectRoot, 'scripts', 'start.ts');
    // A group of its own stands for the terminal's foreground group, which a Ctrl-C reaches as a whole.
    this.process = spawn(process.execPath, [script, ...args], {
      detached: true,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
  }

  /** Resolves when the output has this text; rejects when the program ends before. */
  async says(text: string): Promise<void> {
    const ended = once(this.process, 'exit').then(() => {
      throw new Error(`npm start ended before it said "${text}":\n${this.output}`);
    });
    ended.catch(() => undefined);
    while (!this.output.includes(text)) {
      await Promise.race([once(this.process.stdout!, 'data'), ended]);
    }
  }

  async ctrlC(): Promise<void> {
    const ended = once(this.process, 'exit');
    process.kill(-this.process.pid!, 'SIGINT');
    await ended;
  }
}

function start(t: TestContext, args: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
  const started = new Started(args, env);
  t.after(() => stopGroup(started.process));
  return started;
}

test('npm start: the page opens with its token only, shows the sample, and Ctrl-C leaves nothing', async (t) => {
  const started = start(t, ['--no-open']);
  await started.says('Ctrl-C ends all of it.');
  const url = /http:\/\/127\.0\.0\.1:\d+\/\?tkn=\S+/.exec(started.output)?.[0] ?? assert.fail(started.output);
  assert.match(started.output, /the demo cluster, recorded from Flux/);

  const stranger = await fetch(new URL('/', url));
  assert.equal(stranger.status, 403);
  await stranger.body?.cancel();

  const browser = await launchBrowser(findChromium()!);
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: windowSize });
  page.setDefaultTimeout(90_000); // three seconds on a quiet machine
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('.explorer-folders-view').getByRole('treeitem', { name: 'clusters' }).waitFor();
  await page.locator('.activitybar .action-label[aria-label^="Driftline"]').click();
  await page
    .locator('.sidebar .label-name', { hasText: /^flux-system$/ })
    .first()
    .waitFor();

  const pids = processTree(started.process.pid!).map((entry) => entry.pid);
  assert.ok(pids.length >= 3, 'the program, the server and the extension host run');
  const runFolder = join(cacheFolder(), 'start', String(started.process.pid));
  assert.ok(existsSync(runFolder));
  await started.ctrlC();
  assert.deepEqual(pids.filter(isAlive), []);
  assert.equal(existsSync(runFolder), false);
});

/** A program in the place of the desktop VS Code: starts a child, says its arguments over a socket, and stays. */
function fakeDesktop(t: TestContext): { readonly bin: string; readonly opened: Promise<readonly string[]> } {
  const folder = mkdtempSync(join(tmpdir(), 'driftline-desktop-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const socket = join(folder, 'socket');
  const program = `#!${process.execPath}
const { spawn } = require('node:child_process');
spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
require('node:net').connect(${JSON.stringify(socket)}).end(JSON.stringify(process.argv.slice(2)));
`;
  mkdirSync(join(folder, 'bin'));
  for (const path of [join(folder, 'code'), join(folder, 'bin', 'code')]) {
    writeFileSync(path, program);
    chmodSync(path, 0o755);
  }
  const server = createServer();
  t.after(() => server.close());
  server.listen(socket);
  const opened = once(server, 'connection').then(async ([connection]: Socket[]) => {
    let text = '';
    for await (const chunk of connection!.setEncoding('utf8')) {
      text += String(chunk);
    }
    return JSON.parse(text) as string[];
  });
  return { bin: join(folder, 'bin'), opened };
}

test('npm start: a desktop VS Code opens with the extension under development and ends with Ctrl-C', async (t) => {
  const desktop = fakeDesktop(t);
  const env = { ...remote, DISPLAY: ':0', PATH: `${desktop.bin}:${process.env['PATH'] ?? ''}` };
  const started = start(t, [], env);
  await started.says('Ctrl-C ends all of it.');
  const args = await desktop.opened;
  assert.ok(args.includes(`--extensionDevelopmentPath=${projectRoot}`), args.join(' '));
  const runFolder = join(cacheFolder(), 'start', String(started.process.pid));
  assert.equal(args[args.indexOf('--user-data-dir') + 1], join(runFolder, 'user'));
  assert.equal(args.at(-1), join(runFolder, 'homelab'));
  const settings = JSON.parse(readFileSync(join(runFolder, 'user', 'User', 'settings.json'), 'utf8')) as object;
  assert.partialDeepStrictEqual(settings, {
    'driftline.context': 'homelab',
    'driftline.kubeconfig': [join(runFolder, 'kubeconfig')],
  });
  const pids = processTree(started.process.pid!).map((entry) => entry.pid);
  assert.ok(pids.length >= 3, 'the program, the desktop and its child run');
  await started.ctrlC();
  assert.deepEqual(pids.filter(isAlive), []);
});

test('npm start: a kubeconfig that is not there is said in one line', async (t) => {
  const started = start(t, ['--no-open', '--kubeconfig', '/nowhere/config']);
  const [code] = (await once(started.process, 'close')) as [number];
  assert.equal(code, 1);
  assert.equal(started.output.trim(), '/nowhere/config cannot be read.');
});
