/**
 * `npm run pictures`: makes the pictures of the README and of `docs/` anew, from the packaged extension in a real VS Code on
 * the demo cluster; `npm run pictures -- diff change` those parts alone. Nothing in them is drawn by hand. Whoever runs it
 * looks at them before they are committed.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { serveArtifact } from '../support/apiServer/servedArtifact.ts';
import { type Area, type Workbench, openWorkbench } from './driver.ts';
import { type Demo, type DemoOptions, closeDemo, openDemo } from './openDemo.ts';
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
  'diffEditor.useInlineViewWhenSpaceIsLimited': false,
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

/** A drift, marked in the tree and open in the editor; and the list of what a change of files would do. */
async function picturesOfDiff({ server, window }: Demo): Promise<void> {
  const artifact = await serveArtifact(server, window.folder);
  try {
    const id = { group: 'apps', kind: 'Deployment', namespace: 'llm', name: 'llm' };
    const live = server.get(id);
    server.put({ ...live!, spec: { ...live?.spec, replicas: 3 } });
    await window.resizeSideBar(420);
    await window.expand('flux-system');
    await window.clickUntil(await window.rowButton('workloads', 'Diff'), window.quickPickRow('Drift'));
    await window.choose('Drift');
    await seen(window.rowText('workloads', 'Cluster'), /1 object differs/);
    await window.expand('workloads');
    await seen(window.rowText('Deployment llm/llm', 'Cluster'), /differs/);
    await window.expand('Deployment llm/llm');
    await seen(window.rowText('spec.replicas', 'Cluster'), /3, would be 1/);
    await seen(window.page.locator('.multiDiffEntry .editor.modified .view-lines').first(), /replicas: 1/);
    await calm(window);
    const width = size.width;
    await picture(window, 'drift', { x: 0, y: (await area(window, '.part.sidebar')).y, width, height: 420 });
  } finally {
    artifact.dispose();
  }
}

/** A chart's name and a volume's owner change, and what that does is said before anything else. */
async function pictureOfChange({ window }: Demo): Promise<void> {
  const claim = 'workloads/llm/volume-claim.yaml';
  const target = 'infrastructure/storage/volume-claim.yaml';
  const edit = (path: string, change: (text: string) => string) => {
    const file = join(window.folder, path);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };
  renameSync(join(window.folder, claim), join(window.folder, target));
  edit(target, (text) => text.replace('name: models\n', 'name: models\n  namespace: llm\n'));
  edit('workloads/llm/kustomization.yaml', (text) => text.replace('  - volume-claim.yaml\n', ''));
  edit('workloads/llm/deployment.yaml', (text) => text.replace("'8192'", "'16384'"));
  edit('infrastructure/storage/kustomization.yaml', (text) => `${text}  - volume-claim.yaml\n`);
  await window.openFile('workloads/llm/deployment.yaml');
  await window.palette('Driftline: What would this change do?');
  await seen(window.quickInputText(), /MAY BE DELETED BEFORE IT MOVES/);
  await window.page.mouse.move(200, 700); // the list is where the pointer rests otherwise
  await window.page.locator('.monaco-hover:visible').waitFor({ state: 'detached' });
  const { x, y, width, height } = await area(window, '.quick-input-widget');
  await picture(window, 'change', { x: x - 20, y, width: width + 40, height: height + 20 });
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

async function onDemo(options: DemoOptions, take: (demo: Demo) => Promise<void>): Promise<void> {
  const demo = await openDemo(options);
  try {
    await take(demo);
  } finally {
    await closeDemo(demo);
  }
}

const parts: Readonly<Record<string, () => Promise<void>>> = {
  demo: () => onDemo({ settings, size }, picturesOfDemo),
  rendering: () => onDemo({ settings: { ...settings, 'editor.fontSize': 12 }, size }, picturesOfRendering),
  diff: () => onDemo({ settings, size }, picturesOfDiff),
  change: () => onDemo({ settings, size }, pictureOfChange),
  welcome: pictureOfWelcome,
};
const named = process.argv.slice(2);
for (const [name, take] of Object.entries(parts)) {
  if (named.length === 0 || named.includes(name)) {
    await take();
  }
}
