/**
 * Builds the programs of the test cluster from `programs/` into a cache outside of the checkout, once for each state of
 * their inputs. Knows how to build, not how to run.
 */
import { type ExecFileException, execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { cp, mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../scripts/cacheFolder.ts';
import { withFileLock } from '../../scripts/fileLock.ts';

const run = promisify(execFile);
const sources = join(import.meta.dirname, 'programs');
const neededGo = { major: 1, minor: 26 };
const unusedDays = 21;

/** Versions of what is built, without the leading `v`, from go.mod: the one place that states them. */
export interface ClusterVersions {
  readonly kubernetes: string;
  readonly kwok: string;
  readonly helm: string;
  readonly flux: string;
  readonly controllers: Readonly<Record<ControllerName, string>>;
}

/** The Flux controllers that can be had as Go modules. Notification and image controllers cannot. */
export const controllerNames = ['source-controller', 'kustomize-controller', 'helm-controller'] as const;
export type ControllerName = (typeof controllerNames)[number];

/** Reads the versions; it builds nothing. */
export function clusterVersions(): ClusterVersions {
  const goMod = readFileSync(join(sources, 'go.mod'), 'utf8');
  const versionOf = (module: string): string => {
    const line = goMod.split('\n').find((text) => text.trim().startsWith(`${module} v`));
    if (line === undefined) {
      throw new Error(`programs/go.mod does not name ${module}`);
    }
    return line.trim().slice(module.length + 2);
  };
  return {
    kubernetes: versionOf('k8s.io/kubernetes'),
    kwok: versionOf('sigs.k8s.io/kwok'),
    helm: versionOf('helm.sh/helm/v4'),
    flux: versionOf('github.com/fluxcd/flux2/v2'),
    controllers: {
      'source-controller': versionOf('github.com/fluxcd/source-controller'),
      'kustomize-controller': versionOf('github.com/fluxcd/kustomize-controller'),
      'helm-controller': versionOf('github.com/fluxcd/helm-controller'),
    },
  };
}

/** The folder that the present state of the inputs is built into, whether it has been built or not. */
export function programsFolder(): string {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  const inputs = readdirSync(sources, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /^go\.(mod|sum)$|\.go$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .concat(import.meta.filename) // the flags are inputs, too
    .sort();
  for (const file of inputs) {
    hash.update(`${relative(sources, file)}\0`).update(readFileSync(file));
  }
  return join(cacheFolder(), 'test-cluster', hash.digest('hex').slice(0, 16));
}

function isBuilt(folder: string): boolean {
  return existsSync(join(folder, 'complete'));
}

function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-buildvcs=false' };
}

/**
 * Why no cluster can be started on this machine, as one sentence to print; `undefined` when one can. Once the programs are
 * built Go is no longer needed.
 */
export function clusterObstacle(): string | undefined {
  if (process.platform !== 'linux') {
    return 'The test cluster runs on Linux only.';
  }
  for (const program of ['setpriv', 'git']) {
    if (spawnSync(program, ['--version']).status !== 0) {
      return `The test cluster needs ${program}, which is not installed.`;
    }
  }
  if (isBuilt(programsFolder())) {
    return undefined;
  }
  const needed = `Go ${neededGo.major}.${neededGo.minor} or newer is needed to build the test cluster`;
  const asked = spawnSync('go', ['env', 'GOVERSION'], { cwd: sources, env: goEnvironment(), encoding: 'utf8' });
  if (asked.error !== undefined) {
    return `${needed}; there is no Go on this machine.`;
  }
  const found = /go(\d+)\.(\d+)/.exec(asked.stdout);
  if (asked.status !== 0 || found === null) {
    return `${needed}; \`go env\` says: ${asked.stderr.trim().split('\n').at(-1) ?? 'nothing'}`;
  }
  const [major, minor] = [Number(found[1]), Number(found[2])];
  if (major < neededGo.major || (major === neededGo.major && minor < neededGo.minor)) {
    return `${needed}; this machine has ${asked.stdout.trim()}.`;
  }
  return undefined;
}

/**
 * Builds what is missing and resolves to the folder: one file per program (`controlplane`, `kwok`, the controllers, `flux`,
 * `helm`), `crds/` and `stages/`. About eight minutes on two cores with empty caches, half a minute with Go's caches
 * filled, nothing when it has been built before. `log` is told each step. Two builds at once do the work once.
 */
export async function buildPrograms(log: (line: string) => void = () => undefined): Promise<string> {
  const folder = programsFolder();
  if (!isBuilt(folder)) {
    const obstacle = clusterObstacle();
    if (obstacle !== undefined) {
      throw new Error(obstacle);
    }
    await withFileLock(
      `${folder}.lock`,
      async () => {
        if (!isBuilt(folder)) {
          await buildInto(folder, log);
        }
      },
      { onWait: (owner) => log(`another process (${owner}) is building the test cluster; waiting for it`) },
    );
  }
  const now = new Date();
  await utimes(folder, now, now); // a sign of use, for forgetUnused
  return folder;
}

async function go(...args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run('go', args, { cwd: sources, env: goEnvironment(), maxBuffer: 1 << 26 });
    return stdout.trim();
  } catch (error) {
    const { stderr } = error as ExecFileException;
    throw new Error(`go ${args.slice(0, 2).join(' ')} failed:\n${(stderr ?? String(error)).trim().slice(-4000)}`, {
      cause: error,
    });
  }
}

const folderOfModule = (module: string) => go('list', '-m', '-f', '{{.Dir}}', module);

interface Program {
  readonly name: string;
  readonly package: string;
  /** What the program answers when it is asked for its version. */
  readonly version?: { readonly variable: string; readonly value: string };
  readonly flags?: readonly string[];
}

async function buildInto(folder: string, log: (line: string) => void): Promise<void> {
  const versions = clusterVersions();
  await mkdir(folder, { recursive: true });
  log(`building the test cluster into ${folder} (minutes the first time, then never again)`);
  const begun = Date.now();
  await go('mod', 'download', 'k8s.io/kubernetes', 'sigs.k8s.io/kwok', 'github.com/fluxcd/flux2/v2');
  // In this order each program finds the packages that it shares with the ones before it compiled.
  const programs: readonly Program[] = [
    {
      name: 'controlplane',
      package: './controlplane',
      version: { variable: 'k8s.io/component-base/version.gitVersion', value: `v${versions.kubernetes}` },
    },
    { name: 'kwok', package: 'sigs.k8s.io/kwok/cmd/kwok' },
    ...controllerNames.map((name) => ({ name, package: `github.com/fluxcd/${name}` })),
    {
      name: 'helm',
      package: 'helm.sh/helm/v4/cmd/helm',
      version: { variable: 'helm.sh/helm/v4/internal/version.version', value: `v${versions.helm}` },
    },
    {
      name: 'flux',
      package: 'github.com/fluxcd/flux2/v2/cmd/flux',
      version: { variable: 'main.VERSION', value: versions.flux },
      flags: [`-modfile=${await fluxModFile(folder)}`],
    },
  ];
  for (const program of programs) {
    await buildProgram(folder, program, log);
  }
  await copyDefinitions(folder, versions);
  await rm(join(folder, 'work'), { recursive: true, force: true });
  await writeFile(join(folder, 'complete'), '');
  log(`test cluster built in ${Math.round((Date.now() - begun) / 1000)} s`);
  await forgetUnused(folder, log);
}

async function buildProgram(folder: string, program: Program, log: (line: string) => void): Promise<void> {
  const target = join(folder, program.name);
  if (existsSync(target)) {
    return; // from a build that was interrupted later on
  }
  log(`building ${program.name}`);
  const begun = Date.now();
  const version = program.version ? ` -X ${program.version.variable}=${program.version.value}` : '';
  const flags = ['-trimpath', '-ldflags', `-s -w${version}`, ...(program.flags ?? [])];
  await go('build', ...flags, '-o', `${target}.new`, program.package);
  await rename(`${target}.new`, target);
  log(`built ${program.name} in ${Math.round((Date.now() - begun) / 1000)} s`);
}

/**
 * The flux program embeds install manifests that its module does not contain, and Go refuses to lay files over the module
 * cache. So it is built from a copy of the module with an empty manifest: `flux install` and `flux bootstrap` are what this
 * costs.
 */
async function fluxModFile(folder: string): Promise<string> {
  const work = join(folder, 'work');
  const copy = join(work, 'flux2');
  await rm(work, { recursive: true, force: true });
  await cp(await folderOfModule('github.com/fluxcd/flux2/v2'), copy, { recursive: true });
  await run('chmod', ['-R', 'u+w', work]); // files of the module cache are read-only
  const manifests = join(copy, 'cmd', 'flux', 'manifests');
  await mkdir(manifests, { recursive: true });
  await writeFile(join(manifests, 'empty.yaml'), '');
  const goMod = await readFile(join(sources, 'go.mod'), 'utf8');
  const replaced = goMod.replace('=> ./artifact', `=> ${join(sources, 'artifact')}`);
  await writeFile(join(work, 'flux.mod'), `${replaced}\nreplace github.com/fluxcd/flux2/v2 => ${copy}\n`);
  await cp(join(sources, 'go.sum'), join(work, 'flux.sum'));
  return join(work, 'flux.mod');
}

/** Flux's resource definitions and kwok's stages, which are files of the same modules. */
async function copyDefinitions(folder: string, versions: ClusterVersions): Promise<void> {
  const copy = async (from: string, to: string, edit: (text: string) => string = (text) => text) => {
    await mkdir(join(folder, to), { recursive: true });
    for (const name of await readdir(from)) {
      if (name.endsWith('.yaml') && name !== 'kustomization.yaml') {
        await writeFile(join(folder, to, name), edit(await readFile(join(from, name), 'utf8')));
      }
    }
  };
  // Labelled as an installation labels them: `flux check` and other readers select by these.
  const labels = `metadata:\n  labels:\n    app.kubernetes.io/part-of: flux\n    app.kubernetes.io/version: v${versions.flux}\n`;
  for (const name of controllerNames) {
    const bases = join(await folderOfModule(`github.com/fluxcd/${name}`), 'config', 'crd', 'bases');
    await copy(bases, 'crds', (text) => text.replace(/^metadata:\n/m, labels));
  }
  const kwok = join(await folderOfModule('sigs.k8s.io/kwok'), 'kustomize');
  await cp(join(kwok, 'crd', 'bases', 'kwok.x-k8s.io_logs.yaml'), join(folder, 'crds', 'kwok.x-k8s.io_logs.yaml'));
  await copy(join(kwok, 'stage', 'node', 'fast'), 'stages');
  await copy(join(kwok, 'stage', 'pod', 'fast'), 'stages');
}

/** 600 MB for each state of the inputs add up: what no start has used for weeks goes. */
async function forgetUnused(current: string, log: (line: string) => void): Promise<void> {
  const cache = join(current, '..');
  for (const name of await readdir(cache)) {
    const folder = join(cache, name);
    if (folder === current || !/^[0-9a-f]{16}$/.test(name)) {
      continue;
    }
    const idleDays = (Date.now() - (await stat(folder)).mtimeMs) / 86_400_000;
    if (idleDays > unusedDays) {
      await rm(folder, { recursive: true, force: true });
      log(`removed ${folder}, not used for ${Math.floor(idleDays)} days`);
    }
  }
}
