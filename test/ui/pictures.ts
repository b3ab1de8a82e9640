/**
 * `npm run pictures`: makes the pictures of the README and of `docs/` anew, from the packaged extension in a real VS Code on
 * the demo cluster. Nothing in them is drawn by hand. Whoever runs it looks at them before they are committed.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { type Area, type Workbench, openWorkbench } from './driver.ts';
import { type Demo, closeDemo, openDemo } from './openDemo.ts';
import { seen } from './seen.ts';

const folder = join(projectRoot, 'docs', 'pictures');
const size = { width: 1280, height: 800 };
/** More would make a clone slow for pictures that nobody sees at that size. */
const maxBytes = 200_000;

/** The workbench without what a picture has no use for. */
const settings = {
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.layoutControl.enabled': false,
  'window.commandCenter': false,
  'editor.minimap.enabled': false,
  'editor.occurrencesHighlight': 'off',
  'editor.renderLineHighlight': 'none',
  'editor.stickyScroll.enabled': false,
  'editor.hover.delay': 100,
  'editor.scrollbar.vertical': 'hidden',
  'problems.decorations.enabled': false,
  // Marked from the start, and so in its place.
  'driftline.tree.behindSourceAfter': 0,
};

async function area(window: Workbench, selector: string): Promise<Area> {
  const box = await window.page.locator(selector).first().boundingBox();
  if (!box) {
    throw new Error(`${selector} is not in the window`);
  }
  return box;
}

/** The pointer away from everything that it would light up, and two frames for what fades. */
async function calm(window: Workbench): Promise<void> {
  await window.page.mouse.move(size.width / 2, 4);
  await window.page
    .locator('.monaco-hover:visible')
    .waitFor({ state: 'detached' })
    .catch(() => undefined);
}

async function picture(window: Workbench, name: string, clip?: Area): Promise<void> {
  const file = join(folder, `${name}.png`);
  await window.screenshot(file, clip);
  const { size: bytes } = await stat(file);
  console.log(`docs/pictures/${name}.png ${Math.round(bytes / 1000)} kB`);
  if (bytes > maxBytes) {
    throw new Error(`${file} has ${bytes} bytes; ${maxBytes} are allowed.`);
  }
}

async function picturesOfDemo({ window }: Demo): Promise<void> {
  await window.resizeSideBar(496);
  await window.expand('infrastructure');
  await window.expand('logging/grafana');
  await window.treeRow('Deployment grafana').waitFor();
  await window.openFile('infrastructure/logging/loki.yaml');
  await (await window.problem('curlimages/curl has no tag')).waitFor();
  // Back to the file: a list without the focus has no bright row.
  await window.openFile('infrastructure/logging/loki.yaml');
  await window.lens('Failed').waitFor();
  await calm(window);
  await picture(window, 'overview');
  await picture(window, 'tree', { ...(await area(window, '.part.sidebar')), height: 480 });
  await picture(window, 'lens', { ...(await area(window, '.part.editor')), height: 260 });

  // Findings are long sentences: without the side bar they have the whole width.
  await window.palette('View: Toggle Primary Side Bar Visibility');
  await window.page.locator('.part.sidebar').waitFor({ state: 'hidden' });
  const deployment = await window.openFile('workloads/llm/deployment.yaml');
  await deployment.locator('.squiggly-warning').first().waitFor();
  await window.hover(deployment, 'curlimages/curl');
  const editor = await area(window, '.part.editor');
  const below = await area(window, '.part.panel');
  const height = below.y + below.height - editor.y;
  await picture(window, 'diagnostics', { ...editor, width: 1130, height: height - 60 });
}

/** A file on the left, what was rendered of it on the right, and nothing else. */
async function picturesOfRendering({ window }: Demo): Promise<void> {
  const release = 'workloads/status-page/release.yaml';
  await window.palette('View: Toggle Primary Side Bar Visibility');
  await window.page.locator('.part.sidebar').waitFor({ state: 'hidden' });
  const left = async (path: string) => {
    await window.page.keyboard.press('Control+1');
    return window.openFile(path);
  };
  const shoot = async (name: string, height: number) => {
    await window.page.keyboard.press('Control+1');
    await calm(window);
    await picture(window, name, { ...(await area(window, '.part.editor')), height });
  };
  const editor = await left(release);
  const applied = window.renderedEditor('HelmRelease status/status-page: what Flux applies');
  await window.act('What Flux applies', applied);
  await seen(applied.locator('.view-lines'), /# Applies 4 objects/);
  await shoot('what-flux-applies', 600);

  await window.typeBehind(editor, 'host: status.', '${TOWN}');
  await seen(applied.locator('.view-lines'), /release\.yaml:19/);
  await shoot('render-error', 420);
  await window.palette('File: Revert File');
  await seen(applied.locator('.view-lines'), /^# HelmRelease/);

  await window.palette('Driftline: Show effective values');
  const values = window.renderedEditor('HelmRelease status/status-page: effective values');
  await seen(values.locator('.view-lines'), /image: # chart/);
  await shoot('effective-values', 560);

  await left('clusters/cabin/status.yaml');
  await window.palette('Driftline: Show variables');
  const variables = window.renderedEditor('Kustomization flux-system/status: variables');
  await seen(variables.locator('.view-lines'), /TIMEZONE/);
  await shoot('variables', 420);
}

async function pictureOfWelcome(): Promise<void> {
  const window = await openWorkbench({ settings, size });
  try {
    await window.showContainer('Driftline');
    await window.resizeSideBar(420);
    await window.sideBarButton('Choose kubeconfig context').waitFor();
    await calm(window);
    await picture(window, 'welcome', { ...(await area(window, '.part.sidebar')), height: 330 });
  } finally {
    await window.stop();
  }
}

const demo = await openDemo({ settings, size });
try {
  await picturesOfDemo(demo);
} finally {
  await closeDemo(demo);
}
const rendering = await openDemo({ settings: { ...settings, 'editor.fontSize': 12 }, size });
try {
  await picturesOfRendering(rendering);
} finally {
  await closeDemo(rendering);
}
await pictureOfWelcome();
