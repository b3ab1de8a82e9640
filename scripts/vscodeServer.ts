/**
 * Starts the server of a real VS Code on loopback, behind a token, with folders of its own; says the address of its page.
 * Knows nothing of browsers and of what is tested.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stopGroup } from './processes.ts';
import type { VscodeHost } from './vscodeHost.ts';
import { cleanEnvironment, writeUserSettings } from './vscodeSettings.ts';

/**
 * What the workspace's trust is: `granted` (the feature is off), `ask` (a dialog at start), `restricted` (Restricted
 * Mode until somebody grants it).
 */
export type Trust = 'granted' | 'ask' | 'restricted';

export interface ServerOptions {
  readonly host: VscodeHost;
  /** Everything the server writes goes below this folder. The caller makes and removes it. */
  readonly runFolder: string;
  readonly trust: Trust;
  /**
   * Turns on VS Code's own test driver. Only then does the page take an extension under development and its tests; but
   * then VS Code hides toasts and refuses dialogs. A user's view needs it off.
   */
  readonly driver: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: any free one. */
  readonly port?: number;
  /** HOME of the server and all it starts. Default: the run folder, so that no file of the user is read. */
  readonly home?: string;
}

/** What the page shows, and for tests: which extension is loaded from its folder, and which file has its tests. */
export interface PageOptions {
  readonly folder: string;
  readonly extension?: string;
  readonly tests?: string;
}

export interface VscodeServer {
  /** Leader of the process group with the extension host, the language server and all they start. */
  readonly pid: number;
  /** `http://127.0.0.1:PORT/` */
  readonly origin: string;
  readonly userFolder: string;
  /** Resolves when the server has ended, by `stop()` or by itself. */
  readonly ended: Promise<void>;
  /** Address of the workbench; it holds the token. */
  pageUrl(options: PageOptions): string;
  /** Ends the whole process group. Resolves when its leader is gone. */
  stop(): Promise<void>;
}

function folders(runFolder: string) {
  return {
    user: join(runFolder, 'user'),
    server: join(runFolder, 'server'),
    extensions: join(runFolder, 'extensions'),
  };
}

function folderArguments(runFolder: string): string[] {
  const at = folders(runFolder);
  return ['--user-data-dir', at.user, '--server-data-dir', at.server, '--extensions-dir', at.extensions];
}

/** What each kind of trust needs to be the same in all versions: the older ask at start, the newer show a banner. */
const startupPrompt: Record<Trust, string> = { granted: 'never', ask: 'always', restricted: 'never' };

/**
 * Puts a packaged extension into the run folder. No network. Call it before the server starts.
 * Rejects with VS Code's words when it refuses the package.
 */
export async function installVsix(host: VscodeHost, runFolder: string, vsix: string): Promise<void> {
  const script = join(host.root, 'out', 'server-main.js');
  const { stdout, stderr } = await promisify(execFile)(
    host.node,
    [script, '--accept-server-license-terms', ...folderArguments(runFolder), '--install-extension', vsix],
    { env: cleanEnvironment({ HOME: runFolder }) },
  );
  if (!stdout.includes('successfully installed')) {
    throw new Error(`VS Code did not install ${vsix}:\n${stdout}${stderr}`);
  }
}

/** Resolves to the port when the server says that it listens. */
function listening(child: ChildProcess, logFile: string): Promise<number> {
  const log = createWriteStream(logFile);
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error(`VS Code did not listen within 30 s:\n${text}`)), 30_000);
    const read = (chunk: string) => {
      log.write(chunk);
      text = (text + chunk).slice(-4000);
      const port = /Extension host agent listening on (\d+)/.exec(text)?.[1];
      if (port !== undefined) {
        clearTimeout(timer);
        resolve(Number(port));
      }
    };
    child.stdout?.setEncoding('utf8').on('data', read);
    child.stderr?.setEncoding('utf8').on('data', read);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`VS Code ended before it listened (${signal ?? code}):\n${text}`));
    });
    child.on('close', () => log.end());
  });
}

/** Where the system offers it, the server gets a signal when this process dies without having stopped it. */
function withParentDeathSignal(program: string, args: string[]): [string, string[]] {
  const setpriv = '/usr/bin/setpriv';
  return process.platform === 'linux' && existsSync(setpriv)
    ? [setpriv, ['--pdeathsig', 'TERM', '--', program, ...args]]
    : [program, args];
}

/** Starts a server; resolves when it listens. The caller must `stop()` it. */
export async function startServer(options: ServerOptions): Promise<VscodeServer> {
  const { host, runFolder } = options;
  const token = randomBytes(24).toString('hex');
  await Promise.all(Object.values(folders(runFolder)).map((folder) => mkdir(folder, { recursive: true })));
  // This build of the server reads the user's settings from disk, where others keep them in the browser.
  await writeUserSettings(folders(runFolder).user, {
    'security.workspace.trust.startupPrompt': startupPrompt[options.trust],
    ...options.settings,
  });
  const [program, args] = withParentDeathSignal(host.node, [
    join(host.root, 'out', 'server-main.js'),
    ...['--host', '127.0.0.1', '--port', String(options.port ?? 0), '--connection-token', token],
    ...['--accept-server-license-terms', '--telemetry-level', 'off', '--disable-telemetry', '--disable-experiments'],
    // Its own socket at a fixed place would be shared by every server of this user.
    ...['--agent-host-bridge-path', join(runFolder, 'no-agent-host.sock')],
    ...(options.driver ? ['--enable-smoke-test-driver'] : []),
    ...(options.trust === 'granted' ? ['--disable-workspace-trust'] : []),
    ...folderArguments(runFolder),
  ]);
  const child = spawn(program, args, {
    cwd: runFolder,
    // A group of its own, so that the extension host and its children end with it.
    detached: true,
    env: cleanEnvironment({ HOME: options.home ?? runFolder, ...options.env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let port: number;
  try {
    port = await listening(child, join(runFolder, 'server.log'));
  } catch (error) {
    await stopGroup(child);
    throw error;
  }
  const authority = `127.0.0.1:${port}`;
  return {
    pid: child.pid!,
    origin: `http://${authority}/`,
    userFolder: folders(runFolder).user,
    ended,
    pageUrl: (page) => pageUrl(authority, token, page),
    stop: () => stopGroup(child),
  };
}

function pageUrl(authority: string, token: string, page: PageOptions): string {
  const remote = (path: string) => `vscode-remote://${authority}${path}`;
  const payload = [
    ...(page.extension === undefined ? [] : [['extensionDevelopmentPath', remote(page.extension)]]),
    ...(page.tests === undefined ? [] : [['extensionTestsPath', remote(page.tests)]]),
  ];
  const query = new URLSearchParams({ tkn: token, folder: page.folder });
  if (payload.length > 0) {
    query.set('payload', JSON.stringify(payload));
  }
  return `http://${authority}/?${query.toString()}`;
}
