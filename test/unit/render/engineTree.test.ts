/** What the engine is sent of a repository. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '../../../src/base/failure.ts';
import { ArtifactView } from '../../../src/render/artifactView.ts';
import type { EngineSession } from '../../../src/render/engine.ts';
import type { EngineOperation, EngineReply, EngineRequest } from '../../../src/render/engineProtocol.ts';
import { EngineTrees, type SyncedTree, unreadFailure } from '../../../src/render/engineTree.ts';
import { RepositoryModel } from '../../../src/render/repositoryModel.ts';
import { type MemoryFiles, memoryFiles } from '../../support/memoryFiles.ts';

/** Keeps trees of files as the engine does, and every request. */
class FakeSession implements EngineSession {
  generation = 1;
  readonly trees = new Map<string, Map<string, string>>();
  readonly asked: { readonly operation: string; readonly request: Record<string, unknown> }[] = [];
  /** Thrown instead of the next reply. */
  failure: Error | undefined;
  /** The request that fails has done its work: only its reply is lost, as when a render is cancelled. */
  failsAfter = false;

  request<O extends EngineOperation>(operation: O, request: EngineRequest<O>): Promise<EngineReply<O>> {
    this.asked.push({ operation, request: { ...request } });
    if (this.failure) {
      const { failure } = this;
      this.failure = undefined;
      if (this.failsAfter && operation === 'files') {
        this.#write(request as EngineRequest<'files'>);
      }
      return Promise.reject(failure);
    }
    if (operation === 'files') {
      this.#write(request as EngineRequest<'files'>);
    } else if (operation === 'unpack') {
      this.trees.set((request as EngineRequest<'unpack'>).tree, new Map());
    } else if (operation === 'forget') {
      for (const tree of (request as EngineRequest<'forget'>).trees ?? []) {
        this.trees.delete(tree);
      }
    }
    return Promise.resolve({ files: 0, bytes: 0 } as unknown as EngineReply<O>);
  }

  #write({ tree, clear, set = {}, setBytes = {}, remove = [] }: EngineRequest<'files'>): void {
    const held = clear === true ? new Map<string, string>() : (this.trees.get(tree) ?? new Map<string, string>());
    remove.forEach((path) => held.delete(path));
    Object.entries(set).forEach(([path, text]) => held.set(path, text));
    Object.entries(setBytes).forEach(([path, text]) => held.set(path, `base64 ${text}`));
    this.trees.set(tree, held);
  }
}

const whole = new ArtifactView({ base: '', ignore: [] });

function bed(initial: Readonly<Record<string, string | Uint8Array>>) {
  const files = memoryFiles(initial);
  const trees = new EngineTrees();
  const model = new RepositoryModel();
  const session = new FakeSession();
  const sync = async (view = whole, key = 'repo', signal?: AbortSignal): Promise<SyncedTree> =>
    trees.sync(session, { key, files, snapshot: await model.snapshot(files) }, view, signal);
  return { files, trees, session, sync };
}

function checkEqual(session: FakeSession, tree: SyncedTree, files: MemoryFiles): void {
  const held = Object.fromEntries([...(session.trees.get(tree.name) ?? [])].sort());
  const wanted = [...files.files].map(([path, content]) => [
    path,
    typeof content === 'string' ? content : `base64 ${Buffer.from(content).toString('base64')}`,
  ]);
  assert.deepEqual(held, Object.fromEntries(wanted.sort()));
}

test('first all files, then what changed; bytes that are no text as bytes', async () => {
  const { files, session, sync } = bed({ 'a.yaml': 'a', 'b.bin': new Uint8Array([255, 1]), 'bom.yaml': '\uFEFFx' });
  checkEqual(session, await sync(), files);
  assert.equal(session.asked.length, 1);
  await sync();
  assert.equal(session.asked.length, 1);

  files.files.set('a.yaml', 'A');
  files.files.delete('b.bin');
  files.files.set('c.yaml', 'c');
  checkEqual(session, await sync(), files);
  assert.deepEqual(session.asked[1]?.request, {
    tree: session.asked[0]?.request['tree'],
    set: { 'a.yaml': 'A', 'c.yaml': 'c' },
    remove: ['b.bin'],
  });
});

test('another instance of the engine is sent everything again', async () => {
  const { files, session, sync } = bed({ 'a.yaml': 'a', 'b.yaml': 'b' });
  await sync();
  session.generation = 2;
  session.trees.clear();
  checkEqual(session, await sync(), files);
  assert.equal(session.asked[1]?.request['clear'], true);
});

test('what did not arrive is sent again', async () => {
  const { files, session, sync } = bed({ 'a.yaml': 'a' });
  session.failure = new Error('lost');
  await assert.rejects(sync(), /lost/);
  checkEqual(session, await sync(), files);
});

for (const failsAfter of [false, true]) {
  const when = failsAfter ? 'has arrived though its reply is lost' : 'has not arrived';
  const edits: readonly (readonly [string, (files: Map<string, string | Uint8Array>) => void])[] = [
    ['a deletion', (files) => files.delete('b.yaml')],
    ['an edit', (files) => files.set('b.yaml', 'B')],
    ['a new file', (files) => files.set('c.yaml', 'c')],
  ];
  for (const [name, edit] of edits) {
    test(`${name} that ${when} is repeated, or undone where it was taken back`, async () => {
      for (const isUndone of [false, true]) {
        const { files, session, sync } = bed({ 'a.yaml': 'a', 'b.yaml': 'b' });
        await sync();
        edit(files.files);
        session.failure = new Error('lost');
        session.failsAfter = failsAfter;
        await assert.rejects(sync(), /lost/);
        if (isUndone) {
          files.files.delete('c.yaml');
          files.files.set('b.yaml', 'b');
        }
        checkEqual(session, await sync(), files);
        const { length } = session.asked;
        await sync();
        assert.equal(session.asked.length, length, 'what is known again is not sent again');
      }
    });
  }
}

test('a tree that the engine may still have from before is begun anew, however often that fails', async () => {
  const { files, session, sync } = bed({ 'a.yaml': 'a' });
  session.failure = new Error('lost');
  await assert.rejects(sync(), /lost/);
  await sync();
  assert.equal(session.asked[1]?.request['clear'], true);
  checkEqual(session, await sync(), files);
});

test('large repositories go in several requests', async () => {
  const { files, session, sync } = bed(
    Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`${i}.yaml`, String(i).repeat(1_500_000)])),
  );
  checkEqual(session, await sync(), files);
  assert.deepEqual(
    session.asked.map(({ request }) => [request['clear'], Object.keys(request['set'] ?? {}).length]),
    [
      [true, 3],
      [undefined, 2],
    ],
  );
});

test('an empty repository makes an empty tree', async () => {
  const { session, sync } = bed({});
  const tree = await sync();
  assert.deepEqual(session.trees.get(tree.name), new Map());
});

test('views of one repository are trees of their own; the oldest are forgotten', async () => {
  const { session, sync } = bed({ 'a/x.yaml': 'x', 'b/y.yaml': 'y' });
  const inFolder = await sync(new ArtifactView({ base: 'a', ignore: [] }));
  assert.deepEqual([...(session.trees.get(inFolder.name) ?? [])], [['x.yaml', 'x']]);
  assert.deepEqual([...inFolder.places], [['x.yaml', 'a/x.yaml']]);
  for (let i = 0; i < 6; i += 1) {
    await sync(whole, `repo ${i}`);
  }
  assert.equal(session.trees.size, 6);
  assert.equal(session.trees.has(inFolder.name), false);
  assert.equal((await sync(new ArtifactView({ base: 'a', ignore: [] }))).places.size, 1);
});

test('an artifact is unpacked once for each digest and instance', async () => {
  const { trees, session } = bed({});
  const archive = { bytes: new Uint8Array(), digest: 'sha256:a', revision: 'r' };
  await trees.unpack(session, archive);
  await trees.unpack(session, archive);
  assert.equal(session.asked.length, 1);
  session.failure = new Error('broken archive');
  await assert.rejects(trees.unpack(session, { ...archive, digest: 'sha256:b' }), /broken archive/);
  await trees.unpack(session, { ...archive, digest: 'sha256:b' });
  session.generation = 2;
  await trees.unpack(session, archive);
  assert.equal(session.asked.length, 4);
});

test('a file that cannot be read is missing, said by its name, and sent when it can be', async () => {
  const { files, trees, session } = bed({ 'apps/a.yaml': 'a' });
  const model = new RepositoryModel();
  const unread = { list: () => files.list(), read: () => Promise.resolve(undefined) };
  const parts = { key: 'repo', files: unread, snapshot: await model.snapshot(files) };
  const tree = await trees.sync(session, parts, whole);
  assert.deepEqual(tree.unread, ['apps/a.yaml']);
  const failure = unreadFailure(new Error('open a.yaml: file does not exist'), tree);
  assert.match(String(failure), /apps\/a\.yaml is too large to be read\. open a\.yaml/);
  const other = new Error('something else');
  assert.equal(unreadFailure(other, tree), other);
  checkEqual(session, await trees.sync(session, { ...parts, files }, whole), files);
});

test('sending can be cancelled between files', async () => {
  const { sync } = bed({ 'a.yaml': 'a' });
  await assert.rejects(sync(whole, 'repo', AbortSignal.abort()), (error) => isFailure(error, 'cancelled'));
});
