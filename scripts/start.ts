/**
 * `npm start`: a VS Code with the extension, a cluster to look at and a repository to go with it, until Ctrl-C.
 * Leaves no process and no folder behind.
 */
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { buildBundles, engineIfPossible } from './bundles.ts';
import { findDesktopCode, hasNoDesktop, thisMachine } from './desktopCode.ts';
import { packageExtension } from './packageExtension.ts';
import { stopGroup } from './processes.ts';
import { projectRoot } from './projectRoot.ts';
import { makeRunFolder } from './runFolder.ts';
import { makeSampleRepository, markAsPushed } from './sampleRepository.ts';
import { type ShownCluster, showCluster } from './startCluster.ts';
import { type StartOptions, readStartOptions, startUsage } from './startOptions.ts';
import { ensureHost, newestHost } from './vscodeHost.ts';
import { installVsix, startServer } from './vscodeServer.ts';
import { cleanEnvironment, writeUserSettings } from './vscodeSettings.ts';

const say = (line: string) => console.log(line);

/** A VS Code that is starting or open. */
interface Window {
  /** Of the page; undefined for a window that opens by itself. */
  readonly url?: string;
  /** Resolves when the user has closed it, or it has ended by itself. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

interface WindowParts {
  readonly runFolder: string;
  readonly folder: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

async function openDesktop(program: string, parts: WindowParts): Promise<Window> {
  await buildBundles({ production: false, log: say, ...(await engineIfPossible(say)) });
  const userFolder = join(parts.runFolder, 'user');
  await writeUserSettings(userFolder, parts.settings);
  const child = spawn(
    program,
    [
      ...['--user-data-dir', userFolder, '--extensions-dir', join(parts.runFolder, 'extensions')],
      ...[`--extensionDevelopmentPath=${projectRoot}`, '--disable-workspace-trust', '--new-window', '--skip-welcome'],
      // Chromium refuses to run as root with its sandbox.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      parts.folder,
    ],
    { detached: true, stdio: 'ignore', env: cleanEnvironment() },
  );
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  return {
    ended: new Promise((resolve) => child.once('exit', () => resolve())),
    stop: () => stopGroup(child),
  };
}

async function openPage(port: number, parts: WindowParts): Promise<Window> {
  const [host, vsix] = await Promise.all([ensureHost(newestHost, say), packageExtension(say, 'ifPossible')]);
  await installVsix(host, parts.runFolder, vsix);
  const server = await startServer({
    host,
    runFolder: parts.runFolder,
    trust: 'granted',
    driver: false,
    settings: parts.settings,
    port,
    // Credential plugins of a kubeconfig look for their files at home.
    home: homedir(),
  });
  return { url: server.pageUrl({ folder: parts.folder }), ended: server.ended, stop: () => server.stop() };
}

/** Shows the page in the user's browser, where there is one; the address is printed in any case. */
function openBrowser(url: string): void {
  const machine = thisMachine();
  if (hasNoDesktop(machine)) {
    return;
  }
  const opener = { darwin: ['open', url], win32: ['rundll32', 'url.dll,FileProtocolHandler', url] };
  const [program = '', ...args] =
    machine.platform === 'darwin' || machine.platform === 'win32' ? opener[machine.platform] : ['xdg-open', url];
  spawn(program, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

function nextSteps(window: Window, cluster: ShownCluster, options: StartOptions): string {
  const steps =
    options.folder === undefined
      ? [
          'Press the Driftline icon at the left: what fails comes first, then what drifted.',
          'Open infrastructure/logging/grafana.yaml: the line above the HelmRelease shows its state and acts on it.',
          'Open workloads/llm/deployment.yaml: an image without a version is underlined.',
          'Change a number in it, then press Diff above clusters/homelab/workloads.yaml and choose Working tree.',
        ]
      : ['Press the Driftline icon at the left.', 'Open a HelmRelease: the line above it shows its state.'];
  return [
    '',
    window.url === undefined ? 'VS Code is opening.' : `Open ${window.url}`,
    `It shows ${cluster.about}.`,
    ...steps.map((step) => `  - ${step}`),
    'Ctrl-C ends all of it.',
  ].join('\n');
}

/** Runs until the signal, or until the window is closed. */
async function start(options: StartOptions, signal: AbortSignal): Promise<void> {
  const runFolder = await makeRunFolder('start');
  const ends: (() => Promise<unknown>)[] = [() => rm(runFolder, { recursive: true, force: true, maxRetries: 5 })];
  try {
    const cluster = await showCluster(options.cluster, { runFolder, log: say, signal });
    ends.push(() => cluster.stop());
    const folder = options.folder ?? join(runFolder, 'homelab');
    if (options.folder === undefined) {
      if (await makeSampleRepository('demo/homelab', folder)) {
        await markAsPushed(folder);
      } else {
        say('git was not found: the sample is a plain folder, so its files are not tied to the cluster.');
      }
    }
    signal.throwIfAborted();
    const parts = {
      runFolder,
      folder,
      settings: { 'driftline.kubeconfig': [cluster.kubeconfig], 'driftline.context': cluster.context },
    };
    const desktop = options.open ? findDesktopCode() : undefined;
    const window = await (desktop === undefined ? openPage(options.port, parts) : openDesktop(desktop, parts));
    ends.push(() => window.stop());
    say(nextSteps(window, cluster, options));
    if (options.open && window.url !== undefined) {
      openBrowser(window.url);
    }
    await Promise.race([window.ended, aborted(signal)]);
  } finally {
    // What was started last uses what was started before it.
    for (const end of ends.reverse()) {
      await end().catch((error: unknown) => console.error(error));
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function main(): Promise<void> {
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Stays: a second Ctrl-C must not cut the tidying short and leave a VS Code behind.
    process.on(name, () => interrupted.abort(new Error('Interrupted.')));
  }
  try {
    const options = readStartOptions(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd());
    if (options === 'help') {
      say(startUsage);
    } else {
      await start(options, interrupted.signal);
    }
  } catch (error) {
    if (!interrupted.signal.aborted) {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
  }
}

await main();
