/**
 * Drives a real VS Code as a user does: the packaged extension, installed; the workbench in a browser; keys and clicks.
 * Every wait is for something that is seen. What a test asserts belongs to the test.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchBrowser, windowSize } from '../../scripts/browser.ts';
import { findChromium, noChromium } from '../../scripts/chromium.ts';
import { packageExtension } from '../../scripts/packageExtension.ts';
import { type ProcessEntry, processTree } from '../../scripts/processes.ts';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { makeSampleRepository } from '../../scripts/sampleRepository.ts';
import { ensureHost, hostVersions, newestHost } from '../../scripts/vscodeHost.ts';
import { type Trust, type VscodeServer, installVsix, startServer } from '../../scripts/vscodeServer.ts';
import { testSettings } from '../../scripts/vscodeSettings.ts';

export interface WorkbenchOptions {
  /** A sample below the project that is copied and made a git repository. Default: `demo/homelab`. */
  readonly sample?: string;
  /** VS Code's version. Default: what `npm run test:ui -- --version` names, else the newest. */
  readonly version?: (typeof hostVersions)[number];
  /** Default: what `npm run test:ui` has packed, else packed now. */
  readonly vsix?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Default: `granted`. */
  readonly trust?: Trust;
  /** Of the window. Default: what tests use. */
  readonly size?: { readonly width: number; readonly height: number };
  /** For the extension host and what it starts. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A part of the window, in pixels. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The views of Driftline, by what their headers say. */
export type ViewName = 'Cluster' | 'Sources';

/** What runs in the page needs of its elements; these programs know no DOM. */
interface PageElement {
  readonly textContent: string | null;
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
}

/** Resolves when nothing fades in or out any more; what turns for ever, as a spinner does, is not waited for. */
const endOfFades = `Promise.all(document.getAnimations()
  .filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime))
  .map(({ finished }) => finished.catch(() => undefined)))`;

/** Where screenshots of failures are kept. */
const failureFolder = join(projectRoot, 'out', 'ui');

/** Text as a pattern: editors draw spaces as non-breaking ones. */
function textPattern(text: string, exact = false): RegExp {
  const pattern = text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/\s+/g, '\\s+');
  return new RegExp(exact ? `^\\s*${pattern}\\s*$` : pattern);
}

/** A window with a folder in it. Made by `openWorkbench`; whoever opened it must `stop()` it. */
export class Workbench {
  readonly page: Page;
  readonly server: VscodeServer;
  /** The copy of the sample that is open. */
  readonly folder: string;
  readonly #browser: Browser;
  readonly #runFolder: string;
  readonly #pageErrors: string[];

  constructor(parts: {
    page: Page;
    server: VscodeServer;
    folder: string;
    browser: Browser;
    runFolder: string;
    pageErrors: string[];
  }) {
    this.page = parts.page;
    this.server = parts.server;
    this.folder = parts.folder;
    this.#browser = parts.browser;
    this.#runFolder = parts.runFolder;
    this.#pageErrors = parts.pageErrors;
  }

  /** Errors that nobody caught in the page itself. */
  get pageErrors(): readonly string[] {
    return this.#pageErrors;
  }

  /** Opens a container of the activity bar, and waits until it is in the side bar. */
  async showContainer(title: string): Promise<void> {
    const tab = this.page.locator(`.activitybar .action-label[aria-label^="${title}"]`).first();
    const heading = this.page.locator('.sidebar .composite.title', { hasText: new RegExp(title, 'i') });
    await tab.waitFor();
    // A click on the container that is open already would close the side bar.
    if (!(await heading.isVisible())) {
      await tab.click();
    }
    await heading.waitFor();
  }

  /** Runs a command by its full title in the palette, such as `Driftline: Refresh`. */
  async palette(title: string): Promise<void> {
    const row = this.quickPickRow(title);
    // The list does not take up commands that come while it is open, and it closes when something else takes the focus: so
    // it is opened anew until the command is there. Nothing is run before: what stands first meanwhile is a "similar command".
    for (let tries = 0; tries < 20; tries += 1) {
      await this.#openQuickInput('F1');
      const isFilled = await this.#quickInput()
        .fill(`>${title}`, { timeout: 3000 })
        .then(
          () => true,
          () => false,
        );
      if (isFilled && (await appears(row, 3000))) {
        await row.click();
        return;
      }
      await this.page.keyboard.press('Escape');
    }
    throw new Error(`The palette has no "${title}"`);
  }

  /** The row of an open quick pick or palette: its whole label, or a pattern for part of it. */
  quickPickRow(label: string | RegExp): Locator {
    const hasText = typeof label === 'string' ? textPattern(label, true) : label;
    const name = this.page.locator('.label-name', { hasText });
    return this.page.locator('.quick-input-widget .monaco-list-row').filter({ has: name }).first();
  }

  /** The labels that an open quick pick offers, from top to bottom. */
  async quickPickLabels(): Promise<readonly string[]> {
    return this.page.locator('.quick-input-widget .monaco-list-row').evaluateAll((rows: readonly unknown[]) =>
      // The detail of an entry is a second line that has the same form.
      (rows as readonly PageElement[]).map((row) => row.querySelector('.label-name')?.textContent ?? ''),
    );
  }

  /** Chooses a row of the quick pick that a command has opened. */
  async choose(label: string): Promise<void> {
    const row = this.quickPickRow(label);
    await row.click();
  }

  /** Ticks rows of a quick pick that takes many, and accepts. */
  async pickMany(labels: readonly string[]): Promise<void> {
    for (const label of labels) {
      await this.quickPickRow(label).click();
    }
    await this.page.keyboard.press('Enter');
    await this.quickInputText().waitFor({ state: 'hidden' });
  }

  /** Types into the quick pick or input box that is open, without accepting. */
  async type(text: string): Promise<void> {
    await this.#quickInput().fill(text);
  }

  /** Answers the input box that a command has opened. */
  async answer(text: string): Promise<void> {
    await this.#quickInput().fill(text);
    await this.page.keyboard.press('Enter');
  }

  #quickInput(): Locator {
    return this.page.locator('.quick-input-widget input[type="text"]').first();
  }

  /** A key that comes while the window is still being drawn goes nowhere, so it is pressed again. */
  async #openQuickInput(key: string): Promise<void> {
    for (let tries = 0; tries < 12; tries += 1) {
      await this.page.keyboard.press(key);
      if (await appears(this.#quickInput(), 5000)) {
        return;
      }
    }
    throw new Error(`${key} opens nothing to type in`);
  }

  /**
   * A row of a tree in the side bar by what stands on it: the whole label, or a pattern for part of it. A screen reader is
   * told something else (kind, name and state), which is no way to find a row. Only rows that are scrolled into view exist.
   */
  treeRow(label: string | RegExp, view?: ViewName): Locator {
    const name = this.page.locator('.label-name', {
      hasText: typeof label === 'string' ? textPattern(label, true) : label,
    });
    return this.#tree(view).locator('[role="treeitem"]').filter({ has: name }).first();
  }

  /** What stands beside the label of a row. */
  rowText(label: string | RegExp, view?: ViewName): Locator {
    return this.treeRow(label, view).locator('.label-description');
  }

  /** The rows of a view from top to bottom, each as its label below as many dots as it is deep. */
  async treeLabels(view: ViewName): Promise<readonly string[]> {
    return this.#tree(view)
      .locator('[role="treeitem"]')
      .evaluateAll((rows: readonly unknown[]) =>
        (rows as readonly PageElement[])
          .map((row) => ({
            index: Number(row.getAttribute('data-index')),
            depth: Number(row.getAttribute('aria-level')) - 1,
            label: row.querySelector('.label-name')?.textContent ?? '',
          }))
          .sort((one, other) => one.index - other.index)
          .map(({ depth, label }) => `${'· '.repeat(depth)}${label}`),
      );
  }

  #tree(view?: ViewName): Locator {
    return this.page.locator(`.sidebar [role="tree"]${view === undefined ? '' : `[aria-label="${view}"]`}`);
  }

  /** Opens a view of the container that is shown; nothing happens when it is open. */
  async showView(view: ViewName): Promise<void> {
    const header = this.page
      .locator('.sidebar .pane-header')
      .filter({ has: this.page.locator('h3.title', { hasText: textPattern(view, true) }) });
    if ((await header.getAttribute('aria-expanded')) === 'false') {
      await header.click();
    }
  }

  /** What a view's header says beside its name. */
  viewDescription(view: ViewName): Locator {
    return this.page
      .locator('.sidebar .pane-header')
      .filter({ has: this.page.locator('h3.title', { hasText: textPattern(view, true) }) })
      .locator('.description');
  }

  /** Opens a row of a tree; nothing happens when it is open. */
  async expand(label: string | RegExp): Promise<void> {
    const row = this.treeRow(label);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'false') {
      await row.locator('.monaco-tl-twistie').click();
    }
    await this.page.locator('.sidebar [role="treeitem"][aria-expanded="true"]').and(row).waitFor();
  }

  /** One of the buttons that a row shows under the pointer. */
  async rowButton(label: string | RegExp, button: string): Promise<Locator> {
    const row = this.treeRow(label);
    await row.hover();
    return row.getByRole('button', { name: button });
  }

  /** Chooses from a row's context menu until the effect is seen: a menu that has only just opened takes no click. */
  async rowMenu(label: string | RegExp, entry: string, effect: Locator): Promise<void> {
    const item = this.page.locator('.monaco-menu').getByRole('menuitem', { name: entry, exact: true });
    for (let tries = 0; tries < 6; tries += 1) {
      await this.treeRow(label).click({ button: 'right' });
      await item.hover();
      await item.click();
      if (await appears(effect, 10_000)) {
        return;
      }
      await this.page.keyboard.press('Escape');
    }
    throw new Error(`"${entry}" in the menu of the row ${String(label)} has no effect`);
  }

  /** Text of the side bar that belongs to no row: what a view says while its tree is empty. */
  sideBarText(text: string): Locator {
    return this.page.locator('.sidebar .welcome-view-content', { hasText: textPattern(text) }).first();
  }

  /** A button in the side bar, those of a view's welcome content included. */
  sideBarButton(name: string): Locator {
    return this.page.locator('.sidebar').getByRole('button', { name }).first();
  }

  /** Opens a file of the folder by its path in it, and waits until its editor is drawn. */
  async openFile(path: string): Promise<Locator> {
    const editor = this.editor(path);
    for (let tries = 0; tries < 6; tries += 1) {
      await this.#openQuickInput('Control+P');
      await this.#quickInput().fill(path);
      // The list is filled again when the search has ended, and a click between two fillings opens nothing.
      await this.quickPickRow(basename(path))
        .click({ timeout: 10_000 })
        .catch(() => undefined);
      if (await appears(editor.locator('.view-line').first(), 10_000)) {
        return editor;
      }
      await this.page.keyboard.press('Escape');
    }
    throw new Error(`${path} does not open`);
  }

  /** The editor of a file of the folder, by the end of its path. */
  editor(path: string): Locator {
    return this.page.locator(`.editor-instance .monaco-editor[data-uri$="/${path}"]`).first();
  }

  /** A CodeLens whose text begins so. */
  lens(text: string): Locator {
    return this.page
      .locator('.codelens-decoration')
      .locator('a, span')
      .filter({ hasText: new RegExp(`^\\s*${textPattern(text).source}`) })
      .first();
  }

  /**
   * Clicks the lens of exactly that text until its effect is seen. VS Code draws a file's lenses from memory before it has
   * asked for them, and a click on such a picture of a lens does nothing.
   */
  async act(text: string, effect: Locator): Promise<void> {
    const link = this.page.locator('.codelens-decoration a', { hasText: textPattern(text, true) }).first();
    await this.clickUntil(link, effect);
  }

  /**
   * Clicks until the effect is there, or gone where that is the effect: a part of the window that has only just been drawn
   * takes no click. Only for what may be clicked twice.
   */
  async clickUntil(target: Locator, effect: Locator, state: 'visible' | 'detached' = 'visible'): Promise<void> {
    for (let tries = 0; tries < 6; tries += 1) {
      // It may go with its effect, a moment after the look.
      await target.click({ timeout: 10_000 }).catch(() => undefined);
      if (await appears(effect, 10_000, state)) {
        return;
      }
    }
    throw new Error(`A click on ${String(target)} has no effect`);
  }

  /** All lenses of the editor that is shown, from left to right, without their icons. */
  async lensTitles(): Promise<readonly string[]> {
    const titles = await this.page.locator('.codelens-decoration a, .codelens-decoration > span').allTextContents();
    return titles.map((title) => title.replaceAll(/\s+/g, ' ').trim()).filter((title) => title !== '' && title !== '|');
  }

  /** The editor of the live manifest that was opened last. */
  liveEditor(): Locator {
    return this.page.locator('.editor-instance .monaco-editor[data-uri^="driftline:"]').first();
  }

  /** The editor of a rendered document, by the beginning of its tab's title. */
  renderedEditor(title: string): Locator {
    return this.#editorOf('driftline-applied', title);
  }

  /** The editor of the answer to *Why?* of an object, named by kind and name. */
  answerEditor(object: string): Locator {
    return this.#editorOf('driftline-why', `Why ${object} (`);
  }

  #editorOf(scheme: string, title: string): Locator {
    return this.page
      .locator('.editor-group-container')
      .filter({ has: this.page.locator('.tab.active', { hasText: textPattern(title.replaceAll('/', '∕')) }) })
      .locator(`.monaco-editor[data-uri^="${scheme}:"]`)
      .first();
  }

  /** Puts the cursor behind a text of an editor and types. */
  async typeBehind(editor: Locator, text: string, keys: string): Promise<void> {
    await editor
      .locator('.view-line', { hasText: textPattern(text) })
      .first()
      .click();
    await this.page.keyboard.press('End');
    await this.page.keyboard.type(keys);
  }

  /** The message of an open input box or quick pick: its title, prompt and complaint. */
  quickInputText(): Locator {
    return this.page.locator('.quick-input-widget');
  }

  /** A notification that is on screen. */
  toast(text: string): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item', { hasText: textPattern(text) }).first();
  }

  /** Texts of all notifications since the window opened, those that have gone included. */
  async shownToasts(): Promise<readonly string[]> {
    return this.page.evaluate<string[]>('shownToasts');
  }

  /** Opens the Problems view and gives the row of a problem with this text. */
  async problem(text: string): Promise<Locator> {
    await this.palette('Problems: Focus on Problems View');
    return this.page.locator('.markers-panel-container .monaco-list-row', { hasText: textPattern(text) }).first();
  }

  /**
   * Puts the pointer on a word of an editor and resolves to the hover that comes. Where the line is drawn anew below the pointer
   * none comes, so the pointer goes away and back.
   */
  async hover(editor: Locator, word: string): Promise<Locator> {
    const target = editor.locator('.view-line span span', { hasText: textPattern(word) }).first();
    const hover = this.page.locator('.monaco-hover:visible').first();
    for (let tries = 0; tries < 6; tries += 1) {
      await target.hover();
      if (await appears(hover, 10_000, 'visible')) {
        return hover;
      }
      await this.page.mouse.move(0, 0);
    }
    throw new Error(`No hover comes over ${word}`);
  }

  /** Puts the pointer on a row and resolves to the tooltip that comes. */
  async hoverRow(label: string | RegExp): Promise<Locator> {
    const hover = this.page.locator('.monaco-hover:visible').last();
    for (let tries = 0; tries < 6; tries += 1) {
      await this.page.mouse.move(0, 0); // a pointer that rests there already enters nothing
      await this.treeRow(label).locator('.label-name').hover();
      if (await appears(hover, 10_000)) {
        return hover;
      }
    }
    throw new Error(`No hover comes for the row ${String(label)}`);
  }

  statusBar(text: string): Locator {
    return this.page.locator('.statusbar-item', { hasText: textPattern(text) }).first();
  }

  /** Answers the question at the start of a window that was opened with `trust: 'ask'`. */
  async answerTrust(trusted: boolean): Promise<void> {
    const dialog = this.page.locator('.monaco-dialog-box');
    await dialog.locator('.monaco-button', { hasText: trusted ? /^(Yes|Trust)/ : /^(No|Restricted|Browse)/ }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  /** Presses a button of the dialog that stands before the window, and waits until it has gone. */
  async answerDialog(button: string): Promise<void> {
    const dialog = this.page.locator('.monaco-dialog-box');
    await dialog.getByRole('button', { name: button, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  /** Leaves Restricted Mode as a user does. */
  async grantTrust(): Promise<void> {
    await this.palette('Workspaces: Manage Workspace Trust');
    await this.page
      .locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ })
      .first()
      .click();
    await this.statusBar('Restricted Mode').waitFor({ state: 'detached' });
    // Newer versions show that page as a dialog over the window, older ones as a tab.
    await this.palette('View: Close All Editors');
    await this.page.locator('.monaco-modal-editor-block').waitFor({ state: 'detached' });
  }

  /** Pulls the border of the side bar until it has this width in pixels. */
  async resizeSideBar(width: number): Promise<void> {
    const box = (await this.page.locator('.part.sidebar').boundingBox())!;
    const border = { x: box.x + box.width + 1, y: box.y + box.height / 2 };
    await this.page.mouse.move(border.x, border.y);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + width + 1, border.y, { steps: 5 });
    await this.page.mouse.up();
  }

  /** Writes a picture of the window, or of a part of it, to a file. */
  async screenshot(file: string, clip?: Area): Promise<void> {
    await mkdir(dirname(file), { recursive: true });
    await this.page.evaluate(endOfFades);
    await this.page.screenshot({ path: file, ...(clip === undefined ? {} : { clip }) });
  }

  /** Keeps a picture of the window as it is now, under the name of the test that failed. */
  async keepPicture(failed: string): Promise<void> {
    const picture = join(failureFolder, `${failed.replaceAll(/[^\w.-]+/g, '-')}.png`);
    await this.screenshot(picture).catch(() => undefined);
    console.error(`Picture: ${picture}\nLogs: ${this.#runFolder}`);
  }

  /** The server, the extension host, and all that they have started. */
  processes(): ProcessEntry[] {
    return processTree(this.server.pid);
  }

  /** Ends browser and server. With the name of a failed test it keeps a picture and the logs and says where. */
  async stop(failed?: string): Promise<void> {
    try {
      if (failed !== undefined) {
        await this.keepPicture(failed);
      }
      await this.#browser.close();
    } finally {
      await this.server.stop();
    }
    if (failed === undefined) {
      await rm(this.#runFolder, { recursive: true, force: true, maxRetries: 3 });
    }
  }
}

/** Whether something is seen, or gone, within a time. */
async function appears(what: Locator, timeout: number, state: 'visible' | 'detached' = 'visible'): Promise<boolean> {
  return what.waitFor({ timeout, state }).then(
    () => true,
    () => false,
  );
}

function chosenVersion(): (typeof hostVersions)[number] {
  const named = process.env['DRIFTLINE_VSCODE'];
  return hostVersions.find((version) => version === named) ?? newestHost;
}

async function openPage(browser: Browser, server: VscodeServer, folder: string, viewport = windowSize) {
  const context = await browser.newContext({ viewport });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
  await context.addInitScript({ path: join(import.meta.dirname, 'recordToasts.js') });
  const page = await context.newPage();
  // Far more than anything takes on a quiet machine: what must be quick is measured, not waited for.
  page.setDefaultTimeout(60_000);
  const pageErrors: string[] = [];
  page.on('pageerror', (error) => pageErrors.push(String(error)));
  // Three seconds on a quiet machine, and the longest of all waits on a busy one.
  await page.goto(server.pageUrl({ folder }), { waitUntil: 'commit', timeout: 90_000 });
  await page.locator('.monaco-workbench').waitFor({ timeout: 90_000 });
  return { page, pageErrors };
}

/**
 * Opens a window on a copy of a sample, with the packaged extension. Nothing of the user's own is read: HOME is a new
 * folder and `KUBECONFIG` names a file that does not exist, unless `env` says otherwise.
 */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const chromium = findChromium();
  if (chromium === undefined) {
    throw new Error(noChromium);
  }
  const vsix = options.vsix ?? process.env['DRIFTLINE_VSIX'] ?? (await packageExtension(() => undefined));
  const host = await ensureHost(options.version ?? chosenVersion());
  const runFolder = await mkdtemp(join(tmpdir(), 'driftline-ui-'));
  const folder = join(runFolder, 'workspace', basename(options.sample ?? 'homelab'));
  await makeSampleRepository(options.sample ?? 'demo/homelab', folder);
  await installVsix(host, runFolder, vsix);
  const server = await startServer({
    host,
    runFolder,
    trust: options.trust ?? 'granted',
    driver: false,
    settings: { ...testSettings, ...options.settings },
    env: { KUBECONFIG: join(runFolder, 'kubeconfig'), ...options.env },
  });
  let browser: Browser | undefined;
  try {
    browser = await launchBrowser(chromium);
    const { page, pageErrors } = await openPage(browser, server, folder, options.size);
    return new Workbench({ page, server, folder, browser, runFolder, pageErrors });
  } catch (error) {
    await browser?.close();
    await server.stop();
    throw error;
  }
}
