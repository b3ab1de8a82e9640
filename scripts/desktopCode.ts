/**
 * Finds the desktop VS Code of this machine, as the program itself and not as its `code` command: the command returns at
 * once and leaves behind a window that nobody can end.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';

/** What is asked of the machine, so that a test can stand in for it. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  exists(path: string): boolean;
  /** The file behind links. */
  realPath(path: string): string;
  /** undefined when it cannot be read. */
  read(path: string): string | undefined;
}

export function thisMachine(): Machine {
  return {
    platform: process.platform,
    env: process.env,
    home: homedir(),
    exists: existsSync,
    realPath: (path) => realpathSync(path),
    read(path) {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return undefined;
      }
    },
  };
}

/** The oldest that the extension loads in; `engines.vscode` of package.json. */
const oldest = [1, 110] as const;

/**
 * Whether a window would open somewhere else than before the person who types, or nowhere: a terminal of a remote VS
 * Code, a dev container, WSL, SSH, or a Linux without a display.
 */
export function hasNoDesktop({ env, platform }: Pick<Machine, 'env' | 'platform'>): boolean {
  const remote = [
    'VSCODE_IPC_HOOK_CLI',
    'REMOTE_CONTAINERS',
    'CODESPACES',
    'SSH_CONNECTION',
    'SSH_TTY',
    'WSL_DISTRO_NAME',
  ];
  const set = (name: string) => (env[name] ?? '') !== '';
  return remote.some(set) || (platform === 'linux' && !set('DISPLAY') && !set('WAYLAND_DISPLAY'));
}

const commands = ['code', 'code-insiders', 'codium'];

/** The programs that belong to a `code` command on the PATH. */
function behindCommands(machine: Machine): string[] {
  const folders = (machine.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return commands.flatMap((command) =>
    folders
      .map((folder) => join(folder, command))
      .filter((path) => machine.exists(path))
      .flatMap((path) => {
        // Linux: …/code/bin/code beside …/code/code. macOS: ….app/Contents/Resources/app/bin/code.
        const bin = dirname(machine.realPath(path));
        const contents = dirname(dirname(dirname(bin)));
        return basename(bin) === 'bin'
          ? [join(dirname(bin), command), join(contents, 'MacOS', 'Electron'), join(contents, 'MacOS', 'Code')]
          : [];
      }),
  );
}

function usualPlaces({ platform, env, home }: Machine): string[] {
  if (platform === 'darwin') {
    const apps = ['Visual Studio Code', 'Visual Studio Code - Insiders', 'VSCodium'];
    return ['/Applications', join(home, 'Applications')].flatMap((folder) =>
      apps.flatMap((app) =>
        ['Electron', 'Code', 'VSCodium'].map((program) => join(folder, `${app}.app`, 'Contents', 'MacOS', program)),
      ),
    );
  }
  if (platform === 'win32') {
    const local = env['LOCALAPPDATA'];
    return [
      ...(local === undefined ? [] : [join(local, 'Programs', 'Microsoft VS Code', 'Code.exe')]),
      join(env['ProgramFiles'] ?? 'C:\\Program Files', 'Microsoft VS Code', 'Code.exe'),
    ];
  }
  return [
    '/usr/share/code/code',
    '/usr/lib/code/code',
    '/opt/visual-studio-code/code',
    '/snap/code/current/usr/share/code/code',
    '/usr/share/codium/codium',
  ];
}

/** Whether it is known to be too old. An installation that does not say its version is tried. */
function isTooOld(program: string, machine: Machine): boolean {
  const manifests = [
    join(dirname(program), 'resources', 'app', 'package.json'),
    join(dirname(dirname(program)), 'Resources', 'app', 'package.json'),
  ];
  const text = manifests.map((path) => machine.read(path)).find((each) => each !== undefined);
  const version = /"version":\s*"(\d+)\.(\d+)\./.exec(text ?? '');
  if (version === null) {
    return false;
  }
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}

/** Absolute path of the program; undefined when there is none that can be used here. */
export function findDesktopCode(machine: Machine = thisMachine()): string | undefined {
  if (hasNoDesktop(machine)) {
    return undefined;
  }
  return [...behindCommands(machine), ...usualPlaces(machine)].find(
    (program) => machine.exists(program) && !isTooOld(program, machine),
  );
}
