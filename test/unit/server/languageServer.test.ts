/** The language server over the real protocol: open and closed files, events, settings, and messages that make no sense. */
import assert from 'node:assert/strict';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ServerPair, type ServerPairOptions } from '../../support/serverPair.ts';

const pod = (image: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n    - name: a\n      image: ${image}\n`;

function serverTest(what: string, options: ServerPairOptions, run: (pair: ServerPair) => Promise<void>): void {
  test(what, { timeout: 20_000 }, async () => {
    const pair = await ServerPair.start(options);
    try {
      await run(pair);
    } finally {
      await pair.stop();
    }
  });
}

const latest = { files: { 'apps/a.yaml': pod('foo:latest') } };

serverTest('closed files are checked from the start', latest, async (pair) => {
  assert.deepEqual(await pair.settled(), { files: 1, diagnostics: 1 });
  assert.deepEqual(await pair.rules('apps/a.yaml'), ['image-latest']);
  assert.equal(pair.shown.get(pair.uri('apps/a.yaml'))?.version, undefined);
  assert.equal(pair.diagnostics('apps/a.yaml')[0]?.source, 'Flux');
});

serverTest('an open document counts until it is closed, then the disk again', latest, async (pair) => {
  await pair.open('apps/a.yaml', pod('foo:1.2.3'));
  assert.deepEqual(await pair.rules('apps/a.yaml'), []);
  await pair.change('apps/a.yaml', pod('foo'));
  assert.deepEqual(await pair.rules('apps/a.yaml'), ['image-untagged']);
  assert.equal(pair.shown.get(pair.uri('apps/a.yaml'))?.version, 2);
  await pair.close('apps/a.yaml');
  assert.deepEqual(await pair.rules('apps/a.yaml'), ['image-latest']);
});

const followed = (url: string): string =>
  `apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n  name: a\nspec:\n  url: ${url}\n  ref: {branch: main}\n`;

serverTest(
  'whose a source is, is told by the remotes of the repository',
  {
    files: {
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.git/config': '[remote "origin"]\n\turl = git@github.com:example/fleet.git\n',
      'own.yaml': followed('https://github.com/example/fleet'),
      'other.yaml': followed('https://github.com/other/fleet'),
    },
  },
  async (pair) => {
    await pair.settled();
    assert.deepEqual(await pair.rules('own.yaml'), []);
    assert.deepEqual(await pair.rules('other.yaml'), ['source-branch']);
  },
);

serverTest('changes come in pieces', {}, async (pair) => {
  await pair.open('a.yaml', pod('foo:1.2.3'));
  const change = { range: { start: { line: 7, character: 17 }, end: { line: 7, character: 22 } }, text: 'latest' };
  await pair.client.sendNotification('textDocument/didChange', {
    textDocument: { uri: pair.uri('a.yaml'), version: 2 },
    contentChanges: [change],
  });
  assert.deepEqual(await pair.rules('a.yaml'), ['image-latest']);
});

serverTest('the same findings are not sent again', latest, async (pair) => {
  await pair.settled();
  await pair.open('apps/a.yaml', pod('foo:latest'));
  await pair.settled();
  await pair.change('apps/a.yaml', `${pod('foo:latest')}# typed\n`);
  await pair.settled();
  assert.equal(pair.published.length, 1);
});

serverTest('files that are made, changed, renamed and deleted on disk', latest, async (pair) => {
  await pair.settled();
  await pair.write({ 'apps/b.yaml': pod('bar') });
  await pair.fileEvents('apps/b.yaml');
  assert.deepEqual(await pair.rules('apps/b.yaml'), ['image-untagged']);
  await pair.write({ 'apps/b.yaml': pod('bar:1.2.3') });
  await pair.fileEvents('apps/b.yaml');
  assert.deepEqual(await pair.rules('apps/b.yaml'), []);
  await rename(join(pair.root, 'apps/a.yaml'), join(pair.root, 'apps/c.yaml'));
  await pair.fileEvents('apps/a.yaml', 'apps/c.yaml');
  assert.deepEqual(await pair.rules('apps/c.yaml'), ['image-latest']);
  assert.deepEqual(pair.diagnostics('apps/a.yaml'), []);
  await rm(join(pair.root, 'apps'), { recursive: true });
  await pair.fileEvents('apps'); // one event for the whole folder, as VS Code tells it
  assert.deepEqual(await pair.rules('apps/c.yaml'), []);
  assert.deepEqual(await pair.settled(), { files: 0, diagnostics: 0 });
});

serverTest('a deleted file that is still open is checked as it stands', latest, async (pair) => {
  await pair.open('apps/a.yaml', pod('foo:latest'));
  await rm(join(pair.root, 'apps/a.yaml'));
  await pair.fileEvents('apps/a.yaml');
  assert.deepEqual(await pair.rules('apps/a.yaml'), ['image-latest']);
  await pair.close('apps/a.yaml');
  assert.deepEqual(await pair.rules('apps/a.yaml'), []);
});

const flux = (images: string): string =>
  `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: apps\nspec:\n  path: ./apps\n${images}`;
const overridden = {
  files: {
    'apps/a.yaml': pod('foo:latest'),
    'clusters/apps.yaml': flux('  images:\n    - name: foo\n      newTag: 1.2.3\n'),
  },
};

serverTest('an override that is read last never shows a warning for a while', overridden, async (pair) => {
  await pair.settled();
  assert.deepEqual(pair.published, []);
});

serverTest('typing in one file changes what is said of another', overridden, async (pair) => {
  await pair.open('clusters/apps.yaml', flux(''));
  assert.deepEqual(await pair.rules('apps/a.yaml'), ['image-latest']);
  await pair.close('clusters/apps.yaml');
  assert.deepEqual(await pair.rules('apps/a.yaml'), []);
});

serverTest(
  'settings at the start',
  { ...latest, settings: { ruleSeverity: { 'image-latest': 'error' } } },
  async (pair) => {
    await pair.settled();
    assert.equal(pair.diagnostics('apps/a.yaml')[0]?.severity, 1);
  },
);

serverTest('changed settings apply at once, to open and closed files', latest, async (pair) => {
  await pair.open('untitled:Untitled-1', pod('foo'));
  await pair.changeSettings({ diagnosticsEnabled: false });
  assert.deepEqual(await pair.rules('apps/a.yaml'), []);
  assert.deepEqual(pair.diagnostics('untitled:Untitled-1'), []);
  await pair.changeSettings({ ruleSeverity: { 'image-latest': 'hint' } });
  await pair.settled();
  assert.equal(pair.diagnostics('apps/a.yaml')[0]?.severity, 4);
  assert.equal(pair.diagnostics('untitled:Untitled-1').length, 1);
  await pair.changeSettings({ diagnosticsIgnore: ['apps/**'] });
  assert.deepEqual(await pair.rules('apps/a.yaml'), []);
});

serverTest('settings that make no sense are the defaults', { ...latest, settings: ['nonsense'] }, async (pair) => {
  assert.deepEqual(await pair.rules('apps/a.yaml'), ['image-latest']);
  await pair.changeSettings({ diagnosticsEnabled: 'no', ruleSeverity: 7, diagnosticsIgnore: [1] } as never);
  assert.deepEqual(await pair.rules('apps/a.yaml'), ['image-latest']);
});

serverTest('a document without a file, or outside of all folders', {}, async (pair) => {
  for (const uri of ['untitled:Untitled-1', 'file:///elsewhere/pod.yaml']) {
    await pair.open(uri, pod('foo:latest'));
    assert.deepEqual(await pair.rules(uri), ['image-latest']);
    await pair.change(uri, pod('foo:1.2.3'));
    assert.deepEqual(await pair.rules(uri), []);
    await pair.change(uri, pod('foo:latest'));
    await pair.close(uri);
    assert.deepEqual(await pair.rules(uri), []);
  }
});

serverTest('a comment in the text takes a finding back', latest, async (pair) => {
  await pair.open('apps/a.yaml', pod('foo:latest # pin: allow lab'));
  assert.deepEqual(await pair.rules('apps/a.yaml'), []);
});

serverTest(
  'names with blanks and letters of all kinds',
  { files: { 'ä b/#%.yaml': pod('foo:latest') } },
  async (pair) => {
    assert.deepEqual(await pair.rules('ä b/#%.yaml'), ['image-latest']);
    // An editor may spell the address differently; its own spelling is answered.
    const spelled = `${pathToFileURL(pair.root).href}/${encodeURIComponent('ä b')}/%23%25.yaml`;
    await pair.open(spelled, pod('foo'));
    await pair.settled();
    assert.equal(pair.shown.get(spelled)?.diagnostics[0]?.code, 'image-untagged');
  },
);

serverTest('folders that come and go', {}, async (pair) => {
  const other = await ServerPair.start({ files: { 'b.yaml': pod('foo:latest') } });
  const folder = { uri: pathToFileURL(other.root).href, name: 'other' };
  const uri = other.uri('b.yaml');
  await pair.client.sendNotification('workspace/didChangeWorkspaceFolders', {
    event: { added: [folder], removed: [] },
  });
  assert.deepEqual(await pair.rules(uri), ['image-latest']);
  await pair.client.sendNotification('workspace/didChangeWorkspaceFolders', {
    event: { added: [], removed: [folder] },
  });
  assert.deepEqual(await pair.rules(uri), []);
  await other.stop();
});

serverTest('messages that make no sense are answered or ignored, and the server goes on', latest, async (pair) => {
  await assert.rejects(pair.client.sendRequest('driftline/unknown', {}));
  await pair.client.sendNotification('driftline/unknown', {});
  await pair.client.sendNotification('workspace/didChangeWatchedFiles', {
    changes: [{ uri: 7 }, { uri: 'file:///%zz' }, {}],
  });
  await pair.client.sendNotification('workspace/didChangeWatchedFiles', { changes: null });
  await pair.client.sendNotification('workspace/didChangeWorkspaceFolders', { event: {} });
  await pair.client.sendNotification('textDocument/didOpen', {
    textDocument: { uri: 'nonsense', languageId: 'yaml', version: 1, text: pod('foo:latest') },
  });
  await pair.client.sendNotification('textDocument/didClose', { textDocument: { uri: 'file:///never-opened.yaml' } });
  await pair.client.sendNotification('driftline/didChangeSettings', null as never);
  assert.deepEqual(await pair.rules('apps/a.yaml'), ['image-latest']);
});

const canary = 'canary-4f1c';
const secret = {
  files: {
    'secret.yaml': `apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  image: ${canary}:latest\n`,
    'broken.yaml': `apiVersion: v1\nkind: Secret\nstringData: {password: "${canary}\n`,
    'pod.yaml': pod('foo:latest'),
  },
};

serverTest('values of Secrets are in no diagnostic and in no line of the log', secret, async (pair) => {
  await pair.open('broken.yaml', `${secret.files['broken.yaml']}x: [${canary}`);
  await pair.settled();
  assert.equal(pair.published.length, 1);
  assert.ok(!JSON.stringify([pair.published, pair.log]).includes(canary));
});
