/** Which desktop VS Code `npm start` opens, if any. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Machine, findDesktopCode, hasNoDesktop } from '../../../scripts/desktopCode.ts';

interface Case {
  readonly what: string;
  readonly platform?: NodeJS.Platform;
  readonly env?: NodeJS.ProcessEnv;
  /** Paths that exist; the value is the text of a file or, with `->`, where a link leads. */
  readonly files: Readonly<Record<string, string>>;
  readonly expected: string | undefined;
}

function machine({
  platform = 'linux',
  env = { DISPLAY: ':0', PATH: '/usr/local/bin:/usr/bin' },
  files,
}: Case): Machine {
  return {
    platform,
    env,
    home: '/home/ada',
    exists: (path) => path in files,
    realPath: (path) => (files[path]?.startsWith('->') === true ? files[path].slice(2) : path),
    read: (path) => files[path],
  };
}

const version = (text: string) => JSON.stringify({ name: 'Code', version: text });
const mac = '/Applications/Visual Studio Code.app/Contents';

const cases: readonly Case[] = [
  { what: 'none installed', files: {}, expected: undefined },
  {
    what: 'the program behind the command, not the command',
    files: { '/usr/bin/code': '->/usr/share/code/bin/code', '/usr/share/code/code': '' },
    expected: '/usr/share/code/code',
  },
  {
    what: 'an archive unpacked at home',
    env: { WAYLAND_DISPLAY: 'wayland-0', PATH: '/home/ada/VSCode/bin' },
    files: { '/home/ada/VSCode/bin/code': '', '/home/ada/VSCode/code': '' },
    expected: '/home/ada/VSCode/code',
  },
  {
    what: 'a snap',
    files: { '/snap/code/current/usr/share/code/code': '' },
    expected: '/snap/code/current/usr/share/code/code',
  },
  {
    what: 'a command of something else',
    files: { '/usr/local/bin/code': '' },
    expected: undefined,
  },
  {
    what: 'too old for the extension',
    files: { '/usr/share/code/code': '', '/usr/share/code/resources/app/package.json': version('1.99.3') },
    expected: undefined,
  },
  {
    what: 'the oldest that the extension supports',
    files: { '/usr/share/code/code': '', '/usr/share/code/resources/app/package.json': version('1.110.0') },
    expected: '/usr/share/code/code',
  },
  {
    what: 'an old one on the PATH, a newer at the usual place',
    files: {
      '/usr/local/bin/code': '->/opt/old/bin/code',
      '/opt/old/code': '',
      '/opt/old/resources/app/package.json': version('1.64.0'),
      '/usr/share/code/code': '',
    },
    expected: '/usr/share/code/code',
  },
  {
    what: 'macOS, by the command',
    platform: 'darwin',
    env: { PATH: '/usr/local/bin' },
    files: { '/usr/local/bin/code': `->${mac}/Resources/app/bin/code`, [`${mac}/MacOS/Electron`]: '' },
    expected: `${mac}/MacOS/Electron`,
  },
  {
    what: 'macOS, in the user’s own Applications',
    platform: 'darwin',
    env: { PATH: '' },
    files: { '/home/ada/Applications/VSCodium.app/Contents/MacOS/VSCodium': '' },
    expected: '/home/ada/Applications/VSCodium.app/Contents/MacOS/VSCodium',
  },
  {
    what: 'in a terminal of a remote window',
    env: { DISPLAY: ':0', PATH: '/usr/bin', VSCODE_IPC_HOOK_CLI: '/run/user/0/vscode-ipc.sock' },
    files: { '/usr/share/code/code': '' },
    expected: undefined,
  },
  { what: 'without a display', env: { PATH: '/usr/bin' }, files: { '/usr/share/code/code': '' }, expected: undefined },
];

for (const each of cases) {
  test(`desktop VS Code: ${each.what}`, () => assert.equal(findDesktopCode(machine(each)), each.expected));
}

for (const name of [
  'VSCODE_IPC_HOOK_CLI',
  'REMOTE_CONTAINERS',
  'CODESPACES',
  'SSH_CONNECTION',
  'SSH_TTY',
  'WSL_DISTRO_NAME',
]) {
  test(`no window is opened where ${name} is set`, () => {
    assert.equal(hasNoDesktop({ platform: 'darwin', env: { [name]: 'x' } }), true);
    assert.equal(hasNoDesktop({ platform: 'darwin', env: { [name]: '' } }), false);
  });
}
