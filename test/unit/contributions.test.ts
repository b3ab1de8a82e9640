/** package.json against the code: settings, commands, menus, context keys. Neither may say what the other does not know. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultSettings, readSettings, settingKeys } from '../../src/settings.ts';
import { commandIds as idsByName, writingCommands } from '../../src/vscode/commandIds.ts';
import { projectRoot, sourceFiles } from '../support/sourceFiles.ts';

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly enabledApiProposals?: readonly string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category: string;
      readonly enablement?: string;
    }[];
    readonly menus: Readonly<
      Record<string, readonly { readonly command: string; readonly when: string; readonly group?: string }[]>
    >;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string; readonly when: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, { type: string; default: unknown }>> };
    readonly walkthroughs: readonly {
      readonly steps: readonly { readonly description: string; readonly media: { readonly markdown: string } }[];
    }[];
    readonly grammars: readonly { readonly path: string }[];
  };
}

const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as Manifest;
const { contributes } = manifest;
const commandIds = contributes.commands.map((entry) => entry.command);

test('settings: package.json has the keys, types and defaults of the table, and no other', () => {
  const declared = Object.fromEntries(
    Object.entries(contributes.configuration.properties).map(([key, property]) => [
      key,
      { type: property.type, default: property.default },
    ]),
  );
  const names = Object.keys(settingKeys) as (keyof typeof settingKeys)[];
  const expected = Object.fromEntries(
    names.map((name) => {
      const value = defaultSettings[name];
      return [
        `driftline.${settingKeys[name]}`,
        { type: Array.isArray(value) ? 'array' : typeof value, default: value },
      ];
    }),
  );
  assert.deepEqual(declared, expected);
});

test('settings: a value of a wrong type falls back to the default, a good one is taken', () => {
  const raw: Record<string, unknown> = {
    kubeconfig: 'not a list',
    namespaces: ['apps'],
    readOnly: 'yes',
    'tree.behindSourceAfter': -1,
    rules: { 'image-latest': 'error', 'image-untagged': 'loud' },
    context: 7,
    'render.timeLimit': 1e9,
    'render.kubernetesVersion': '1.34.2',
    'render.apiVersions': 'no list',
    'drift.background': 'always',
    confirm: true,
    'drift.requestsPerMinute': 0,
  };
  assert.deepEqual(
    readSettings((key) => raw[key]),
    {
      ...defaultSettings,
      namespaces: ['apps'],
      ruleSeverity: { 'image-latest': 'error' },
      renderKubernetesVersion: '1.34.2',
    },
  );
});

test('what decides about the cluster cannot be set by an untrusted workspace', () => {
  assert.deepEqual(
    manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.filter((key) =>
      Object.hasOwn(contributes.configuration.properties, key),
    ),
    [
      ...['kubeconfig', 'context', 'namespaces', 'readOnly', 'productionContexts', 'confirm'],
      ...['drift.background', 'drift.requestsPerMinute'],
    ].map((key) => `driftline.${key}`),
  );
});

test('activation is never for everything, and no proposed API is used', () => {
  assert.deepEqual(manifest.activationEvents, ['onLanguage:yaml']);
  assert.equal(manifest.enabledApiProposals, undefined);
});

test('commands: ids are driftline.<verb><Object>, with a category and a sentence-case title', () => {
  for (const entry of contributes.commands) {
    assert.match(entry.command, /^driftline\.[a-z]+(?:[A-Z][a-z]+)+$/);
    assert.equal(entry.category, 'Driftline');
    assert.match(entry.title, /^[A-Z][^A-Z]*(?:\b(?:Flux|YAML)\b[^A-Z]*)*$/, entry.title);
  }
  assert.equal(new Set(commandIds).size, commandIds.length);
});

test('commands: package.json and the handlers name the same ones', () => {
  const source = readFileSync(join(projectRoot, 'src/vscode/commandIds.ts'), 'utf8');
  const handled = [...source.matchAll(/'(driftline\.\w+)'/g)].map((match) => match[1]);
  assert.deepEqual([...new Set(handled)].sort(), [...commandIds].sort());
});

test('commands that change a cluster, and no others, are off in a read-only window, wherever they stand', () => {
  const byReadOnly = contributes.commands.filter(({ enablement }) => enablement?.includes('driftline.readOnly'));
  assert.deepEqual(
    byReadOnly.map(({ command, enablement }) => [command, enablement]).sort(),
    writingCommands.map((name) => [idsByName[name], 'driftline.connected && !driftline.readOnly']).sort(),
  );
  const writing: readonly string[] = writingCommands.map((name) => idsByName[name]);
  for (const [menu, entries] of Object.entries(contributes.menus)) {
    for (const { command, when } of entries.filter((entry) => writing.includes(entry.command))) {
      // Rows of a read-only window have no word that begins with "can"; a menu elsewhere must look for itself.
      const hidden = when === 'false' || when.includes('!driftline.readOnly') || /\\bcan[A-Z]\w+\\b/.test(when);
      assert.ok(hidden, `${command} in ${menu}: ${when}`);
    }
  }
});

test('an action of rows is offered for several selected rows where it is for all of them, and hidden where it would take one', () => {
  const writing: readonly string[] = writingCommands.map((name) => idsByName[name]);
  const ofRows = (contributes.menus['view/item/context'] ?? []).filter(({ command }) => writing.includes(command));
  const several = ofRows.filter(({ when }) => / \|\| listMultiSelection && /.test(when));
  assert.deepEqual(
    several.map(({ command }) => command),
    ['reconcileObject', 'reconcileObjectWithSource', 'suspendObject', 'resumeObject'].map(
      (name) => `driftline.${name}`,
    ),
  );
  const ofSeveral = new Set(several.map(({ command }) => command));
  // A button stands in its row, and leaves no doubt of which one it is.
  const single = ofRows.filter(({ command, group }) => !ofSeveral.has(command) && group?.startsWith('inline') !== true);
  assert.ok(single.length > 0);
  for (const { command, when } of single) {
    assert.ok(when.endsWith(' && !listMultiSelection'), `${command}: ${when}`);
  }
});

test('menus, welcome views and walkthrough steps name known commands and views', () => {
  const known = (command: string): boolean =>
    commandIds.includes(command) || command.startsWith('workbench.') || /^driftline\.\w+\.focus$/.test(command);
  const links = [...contributes.viewsWelcome.map((entry) => entry.contents)]
    .concat(contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps.map((step) => step.description)))
    .flatMap((text) => [...text.matchAll(/\(command:([\w.]+)/g)].map((match) => match[1] ?? ''));
  const unknown = [
    ...Object.values(contributes.menus).flatMap((entries) => entries.map((entry) => entry.command)),
    ...links,
  ].filter((command) => !known(command));
  assert.deepEqual(unknown, []);
  const views = Object.values(contributes.views).flatMap((entries) => entries.map((entry) => entry.id));
  assert.deepEqual(views, ['driftline.cluster', 'driftline.sources']);
  assert.deepEqual(
    contributes.viewsWelcome.map((entry) => entry.view).filter((view) => !views.includes(view)),
    [],
  );
});

test('words of when clauses about rows are words that the view gives to rows', () => {
  const words = new Set(
    Object.values(contributes.menus)
      .flat()
      .flatMap((entry) => [...entry.when.matchAll(/\\b(\w+)\\b/g)].map((match) => match[1] ?? '')),
  );
  const view = sourceFiles('src/view')
    .map((file) => file.text)
    .join('\n');
  assert.deepEqual(
    [...words].filter((word) => !new RegExp(`\\b${word}\\b`).test(view)),
    [],
  );
});

test('files that package.json points at exist', () => {
  const paths = [
    ...contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps.map((step) => step.media.markdown)),
    ...contributes.grammars.map((grammar) => grammar.path),
    'media/icon.png',
    'media/driftline.svg',
  ];
  assert.deepEqual(
    paths.filter((path) => !existsSync(join(projectRoot, path))),
    [],
  );
});
