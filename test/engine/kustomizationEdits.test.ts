/** Following an edit: only what changed is read, sent and built again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedState } from '../../src/drift/sharedState.ts';
import type { RenderedKustomization } from '../../src/render/desired.ts';
import { memoryFiles } from '../support/memoryFiles.ts';
import { configMap, dataOf, gotkSync, kustomization, kustomizationBed, shown } from './kustomizationSetup.ts';

const bed = kustomizationBed();
const wanted = { kind: 'Kustomization', namespace: '', name: 'leaf' } as const;

function repository() {
  return memoryFiles({
    'clusters/home/gotk-sync.yaml': gotkSync(),
    'clusters/home/apps.yaml': kustomization('apps', './apps'),
    'apps/leaf/ks.yaml': kustomization('leaf', './apps/leaf/app', 'postBuild: { substitute: { x: one } }\n'),
    'apps/leaf/kustomization.yaml': 'resources: [ks.yaml]\n',
    'apps/leaf/app/kustomization.yaml': `resources: [a.yaml]
configMapGenerator: [{ name: made, files: [ext.txt=../files/ext.txt], options: { disableNameSuffixHash: true } }]
`,
    'apps/leaf/files/ext.txt': 'first',
    'apps/leaf/app/a.yaml': configMap('a', 'k: ${x}'),
    'other/unrelated.yaml': configMap('o', 'k: v'),
    'logo.bin': new Uint8Array([0xff, 0xfe, 0]),
  });
}

interface Seen {
  readonly read: readonly string[];
  /** Paths that were sent, and how many builds were made. */
  readonly sent: readonly string[];
  readonly builds: number;
}

/** What one more render does. */
async function renderAgain(
  files: ReturnType<typeof repository>,
  state: ReturnType<typeof bed.state>,
): Promise<{ readonly rendered: RenderedKustomization; readonly seen: Seen }> {
  const before = bed.operations.length;
  files.reads.length = 0;
  const rendered = await bed.renderer.kustomization(wanted, { state });
  assert.equal(rendered.kind, 'Kustomization');
  const done = bed.operations.slice(before);
  const sent = done.flatMap(({ operation, request }) => {
    const { set = {}, setBytes = {}, remove = [] } = request as { set?: object; setBytes?: object; remove?: string[] };
    return operation === 'files'
      ? [...Object.keys(set), ...Object.keys(setBytes), ...remove.map((path) => `-${path}`)]
      : [];
  });
  const builds = done.filter(({ operation }) => operation === 'kustomization').length;
  return {
    rendered: rendered,
    seen: { read: [...new Set(files.reads)].sort(), sent: sent.sort(), builds },
  };
}

test('an edit of a resource costs one read, one file sent, one build', async () => {
  const files = repository();
  const state = bed.state(files);
  const first = await renderAgain(files, state);
  assert.equal(first.seen.sent.length, files.files.size);
  assert.equal(first.seen.builds, 3);

  files.files.set('apps/leaf/app/a.yaml', configMap('a', 'k: ${x}2'));
  const second = await renderAgain(files, state);
  assert.deepEqual(dataOf(shown(second.rendered), 'a'), { k: 'one2' });
  assert.deepEqual(second.seen, {
    read: ['apps/leaf/app/a.yaml', 'clusters/home/gotk-sync.yaml'],
    sent: ['apps/leaf/app/a.yaml'],
    builds: 1,
  });
});

test('nothing changed: nothing is built', async () => {
  const files = repository();
  const state = bed.state(files);
  await renderAgain(files, state);
  assert.deepEqual((await renderAgain(files, state)).seen, {
    read: ['clusters/home/gotk-sync.yaml'],
    sent: [],
    builds: 0,
  });
});

test('an edit of the Kustomization itself builds its parent and it; one elsewhere builds nothing', async () => {
  const files = repository();
  const state = bed.state(files);
  await renderAgain(files, state);
  files.files.set(
    'apps/leaf/ks.yaml',
    kustomization('leaf', './apps/leaf/app', 'postBuild: { substitute: { x: two } }\n'),
  );
  const edited = await renderAgain(files, state);
  assert.deepEqual(dataOf(shown(edited.rendered), 'a'), { k: 'two' });
  assert.equal(edited.seen.builds, 2);
  files.files.set('other/unrelated.yaml', configMap('o', 'k: w'));
  const elsewhere = await renderAgain(files, state);
  assert.deepEqual([elsewhere.seen.sent, elsewhere.seen.builds], [['other/unrelated.yaml'], 0]);
});

test('a file of a generator outside of the folder counts', async () => {
  const files = repository();
  const state = bed.state(files);
  await renderAgain(files, state);
  files.files.set('apps/leaf/files/ext.txt', 'second');
  assert.deepEqual(dataOf(shown((await renderAgain(files, state)).rendered), 'made'), { 'ext.txt': 'second' });
});

test('files that come and go', async () => {
  const files = repository();
  const state = bed.state(files);
  await renderAgain(files, state);
  files.files.delete('apps/leaf/app/kustomization.yaml');
  files.files.set('apps/leaf/app/b.yaml', configMap('b', 'k: new'));
  const { rendered, seen } = await renderAgain(files, state);
  assert.deepEqual(
    shown(rendered).map(({ metadata }) => metadata.name),
    ['a', 'b'],
  );
  assert.deepEqual(seen.sent, ['-apps/leaf/app/kustomization.yaml', 'apps/leaf/app/b.yaml']);
});

test('two states of one repository do not mix', async () => {
  const old = repository();
  const now = repository();
  now.files.set('apps/leaf/app/a.yaml', configMap('a', 'k: now'));
  const [before, after] = [bed.state(old), bed.state(now)];
  for (let round = 0; round < 2; round += 1) {
    assert.deepEqual(dataOf(shown((await renderAgain(old, before)).rendered), 'a'), { k: 'one' });
    assert.deepEqual(dataOf(shown((await renderAgain(now, after)).rendered), 'a'), { k: 'now' });
  }
});

test('a build that fails is tried again when the file is mended', async () => {
  const files = repository();
  const state = bed.state(files);
  files.files.set('apps/leaf/app/a.yaml', 'kind: [');
  await assert.rejects(renderAgain(files, state), /apps\/leaf\/app\/a\.yaml:1: /);
  files.files.set('apps/leaf/app/a.yaml', configMap('a', 'k: mended'));
  assert.deepEqual(dataOf(shown((await renderAgain(files, state)).rendered), 'a'), { k: 'mended' });
});

test('a commit beside a work tree with one edit: one file is sent and one build made, and each has its own content', async () => {
  const [tree, commit] = [repository(), repository()];
  tree.files.set('apps/leaf/app/a.yaml', configMap('a', 'k: ${x}2'));
  const now = bed.state(tree);
  const committed = {
    list: async () => (await commit.list()).map((file) => ({ ...file, version: `blob ${file.version}` })),
    read: (path: string) => commit.read(path),
  };
  const before = sharedState({ ...now, key: `${now.key}@1`, files: committed }, now, ['apps/leaf/app/a.yaml']);
  await renderAgain(tree, now);
  const old = await renderAgain(tree, before);
  assert.deepEqual(dataOf(shown(old.rendered), 'a'), { k: 'one' });
  assert.deepEqual([old.seen.sent, old.seen.builds], [['apps/leaf/app/a.yaml'], 1]);
  const again = await renderAgain(tree, now);
  assert.deepEqual(dataOf(shown(again.rendered), 'a'), { k: 'one2' });
  assert.equal(again.seen.builds, 0);
});
