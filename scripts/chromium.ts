/** Finds a browser that playwright-core can drive. Never downloads one. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const programs = [
  'chromium',
  'chromium-browser',
  'chromium-headless-shell',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
];

const places: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['/usr/lib/chromium/chromium', '/opt/google/chrome/chrome', '/opt/microsoft/msedge/msedge'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

/** What to tell a person when there is none. */
export const noChromium =
  'No Chromium, Chrome or Edge found (set CHROMIUM to its path, on Debian: apt-get install chromium).';

/**
 * Absolute path of a Chromium, Chrome or Edge: the one that `CHROMIUM` names, else one on the PATH, else one at a usual
 * place. undefined when there is none; a `CHROMIUM` that does not exist counts as none, so that a typo is seen.
 */
export function findChromium(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  exists: (path: string) => boolean = existsSync,
): string | undefined {
  const named = env['CHROMIUM'];
  if (named !== undefined && named !== '') {
    return exists(named) ? named : undefined;
  }
  const folders = platform === 'win32' ? [] : (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = programs.flatMap((program) => folders.map((folder) => join(folder, program)));
  return [...onPath, ...(places[platform] ?? [])].find(exists);
}
