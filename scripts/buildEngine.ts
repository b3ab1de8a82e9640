/**
 * Builds the render engine from `engine/` into a cache outside of the checkout, once for each state of its sources and each
 * version of Go. The same sources and version give the same bytes. Knows how to build, not how to run.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { cacheFolder } from './cacheFolder.ts';
import { engineLicenses } from './engineLicenses.ts';
import { withFileLock } from './fileLock.ts';
import { engineSources, go, goVersion } from './goCommand.ts';
import { limitMemory } from './limitMemory.ts';

const neededGo = { major: 1, minor: 26 };
const unusedDays = 21;

/** What the module may use at most. The largest charts need 130 MiB; what needs more is not a chart but an attack. */
const memoryMebibytes = 768;

/** A build of the engine. */
export interface BuiltEngine {
  /** Absolute path of the module. */
  readonly wasm: string;
  /** Of the module, in hex. */
  readonly sha256: string;
  /** Absolute path of the notices of the Go modules inside. */
  readonly licenses: string;
}

const cache = () => join(cacheFolder(), 'engine');

/** Identifies the present state of the sources. */
function sourcesHash(): string {
  const hash = createHash('sha256');
  const inputs = readdirSync(engineSources, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && /^go\.(mod|sum)$|\.(go|s)$/.test(entry.name) && !entry.name.endsWith('_test.go'),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .concat(import.meta.filename, join(import.meta.dirname, 'limitMemory.ts')) // flags and limit are inputs, too
    .sort();
  for (const file of inputs) {
    hash.update(`${relative(engineSources, file).replaceAll('\\', '/')}\0`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

/** A complete build of these sources: with this Go, or where there is no Go with any. */
function findBuild(sources: string, version: string | undefined): string | undefined {
  const names = version === undefined ? readdirSync(cache()) : [`${sources}-${version}`];
  return names
    .filter((name) => name.startsWith(`${sources}-`))
    .map((name) => join(cache(), name))
    .find((folder) => existsSync(join(folder, 'complete')));
}

/** Why the engine cannot be built on this machine, as one sentence to print; `undefined` when it can, or has been built before. */
export function engineObstacle(): string | undefined {
  const go = goVersion();
  if (existsSync(cache()) && findBuild(sourcesHash(), go.version) !== undefined) {
    return undefined;
  }
  const needed = `Go ${neededGo.major}.${neededGo.minor} or newer is needed to build the render engine`;
  if (go.version === undefined) {
    return `${needed}; ${go.problem}.`;
  }
  const [, major = 0, minor = 0] = (/^go(\d+)\.(\d+)/.exec(go.version) ?? []).map(Number);
  const tooOld = major < neededGo.major || (major === neededGo.major && minor < neededGo.minor);
  return tooOld ? `${needed}; this machine has ${go.version}.` : undefined;
}

/**
 * Builds the engine where it has not been built before: a minute on two cores with empty caches, seconds after an edit.
 * `log` is told each step. Two builds at once do the work once.
 */
export async function buildEngine(log: (line: string) => void = () => undefined): Promise<BuiltEngine> {
  const { version } = goVersion();
  const sources = sourcesHash();
  await mkdir(cache(), { recursive: true });
  let folder = findBuild(sources, version);
  if (folder === undefined) {
    const obstacle = engineObstacle();
    if (obstacle !== undefined || version === undefined) {
      throw new Error(obstacle);
    }
    const target = join(cache(), `${sources}-${version}`);
    folder = target;
    await withFileLock(
      `${target}.lock`,
      async () => {
        if (findBuild(sources, version) === undefined) {
          await buildInto(target, log);
        }
      },
      { onWait: (owner) => log(`another process (${owner}) is building the render engine; waiting for it`) },
    );
  }
  const now = new Date();
  await utimes(folder, now, now); // a sign of use, for forgetUnused
  return {
    wasm: join(folder, 'engine.wasm'),
    sha256: await readFile(join(folder, 'complete'), 'utf8'),
    licenses: join(folder, 'GO-LICENSES.txt'),
  };
}

async function buildInto(folder: string, log: (line: string) => void): Promise<void> {
  log(`building the render engine into ${folder}`);
  const begun = Date.now();
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const unlimited = join(folder, 'unlimited.wasm');
  await go(
    ...['build', '-buildmode=c-shared', '-trimpath', '-buildvcs=false', '-ldflags=-s -w -buildid='],
    ...['-o', unlimited, '.'],
  );
  const module = limitMemory(await readFile(unlimited), memoryMebibytes);
  await rm(unlimited);
  await writeFile(join(folder, 'engine.wasm'), module);
  await writeFile(join(folder, 'GO-LICENSES.txt'), await engineLicenses());
  // Written aside and put in place at once: what is complete has its hash.
  await writeFile(join(folder, 'complete.new'), createHash('sha256').update(module).digest('hex'));
  await rename(join(folder, 'complete.new'), join(folder, 'complete'));
  log(`render engine built in ${Math.round((Date.now() - begun) / 1000)} s`);
  await forgetUnused(folder, log);
}

/** 40 MB for each state of the sources add up: what nothing has used for weeks goes. */
async function forgetUnused(current: string, log: (line: string) => void): Promise<void> {
  for (const name of await readdir(cache())) {
    const folder = join(cache(), name);
    if (folder === current || !/^[0-9a-f]{16}-go[\w.]+$/.test(name) || name.endsWith('.lock')) {
      continue;
    }
    const idleDays = (Date.now() - (await stat(folder)).mtimeMs) / 86_400_000;
    if (idleDays > unusedDays) {
      await rm(folder, { recursive: true, force: true });
      log(`removed ${folder}, not used for ${Math.floor(idleDays)} days`);
    }
  }
}
