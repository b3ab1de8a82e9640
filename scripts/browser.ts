/** Starts the Chromium that shows VS Code's page. */
import { type Browser, chromium } from 'playwright-core';

/** Large enough for the side bar, an editor and a panel at once; the same everywhere, so that pictures compare. */
export const windowSize = { width: 1400, height: 900 };

/** `path` as findChromium() gives it. The caller closes the browser. */
export function launchBrowser(path: string): Promise<Browser> {
  // Playwright adds what a container needs (no sandbox, no use of /dev/shm); a GPU is never there.
  return chromium.launch({ executablePath: path, headless: true, args: ['--disable-gpu'] });
}
