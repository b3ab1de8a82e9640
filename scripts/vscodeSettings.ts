/** The user settings of a VS Code that this project starts: quiet ones, and what the caller adds. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A workbench that says nothing unasked: no welcome page, no AI, no updates, no telemetry. */
const quietSettings = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  // The workbench in a browser saves by itself otherwise, and rewrites the files under a test.
  'files.autoSave': 'off',
  'git.openRepositoryInParentFolders': 'never',
  // A remote window offers every port that a process of this machine opens, in a notification.
  'remote.autoForwardPorts': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'workbench.editor.languageDetection': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** For tests: VS Code's own git would run programs, and decorate rows of its views, beside what is tested. */
export const testSettings = { 'git.enabled': false };

/** Writes the settings of the user whose data is in `userFolder`. VS Code reads them from there at its start. */
export async function writeUserSettings(
  userFolder: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  const folder = join(userFolder, 'User');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'settings.json'), JSON.stringify({ ...quietSettings, ...settings }, undefined, 2));
}

/** The environment of this process without what a surrounding VS Code or a debugger has put into it. */
export function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$)/.test(name));
  return { ...Object.fromEntries(kept), ...extra };
}
