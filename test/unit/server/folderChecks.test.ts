/** One folder's checks in detail: stale reads, slow disks, errors, the end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noLog } from '../../../src/base/log.ts';
import { readRepositoryConfig } from '../../../src/language/repositoryConfig.ts';
import type { Repository } from '../../../src/manifests/repository.ts';
import { FolderChecks } from '../../../src/server/folderChecks.ts';
import { readServerSettings } from '../../../src/server/serverSettings.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { repository } from '../../support/memoryRepository.ts';

const pod = (image: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n    - name: a\n      image: ${image}\n`;

interface Harness {
  readonly checks: FolderChecks;
  readonly clock: ManualClock;
  /** `path rule rule`, in the order of publication. */
  readonly published: string[];
  readonly errors: string[];
}

function harness(source: Repository): Harness {
  const published: string[] = [];
  const errors: string[] = [];
  const clock = new ManualClock();
  const checks = new FolderChecks({
    repository: source,
    settings: readServerSettings(undefined),
    clock,
    log: { ...noLog(), error: (message) => void errors.push(message) },
    publish: (path, diagnostics) => published.push([path, ...diagnostics.map(({ code }) => String(code))].join(' ')),
  });
  return { checks, clock, published, errors };
}

/** A repository whose reads end when the test says so. */
class SlowRepository implements Repository {
  readonly #paths: readonly string[];
  readonly #reads: ((text: string | undefined) => void)[] = [];
  #asked: (() => void) | undefined;

  constructor(...paths: readonly string[]) {
    this.#paths = paths;
  }

  list(): Promise<readonly string[]> {
    return Promise.resolve(this.#paths);
  }

  read(): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#reads.push(resolve);
      this.#asked?.();
    });
  }

  /** Waits for the next read, and answers it after `before`. */
  async answer(text: string | undefined, before?: () => void): Promise<void> {
    if (this.#reads.length === 0) {
      await new Promise<void>((resolve) => (this.#asked = resolve));
    }
    before?.();
    this.#reads.shift()?.(text);
  }
}

test('a text that was read before the newest change is dropped', async () => {
  const slow = new SlowRepository();
  const { checks, clock, published } = harness(slow);
  checks.start();
  await checks.settled();
  checks.diskChanged('a.yaml');
  clock.advance(0);
  checks.diskChanged('a.yaml');
  clock.advance(100);
  await slow.answer(pod('old:latest'));
  await slow.answer(pod('new:1.2.3'));
  await checks.settled();
  assert.deepEqual(published, []);
});

test('nothing is published before the whole folder is known, not even for new settings', async () => {
  const paths = Array.from({ length: 40 }, (_, index) => `${index}.yaml`);
  const slow = new SlowRepository(...paths);
  const { checks, published } = harness(slow);
  checks.start();
  for (const path of paths) {
    await slow.answer(pod('foo'), () => {
      checks.settings = readServerSettings(undefined);
      assert.deepEqual(published, [], path);
    });
  }
  await checks.settled();
  assert.equal(published.length, paths.length);
});

test('a document that is opened while its file is read wins', async () => {
  const slow = new SlowRepository();
  const { checks, clock, published } = harness(slow);
  checks.start();
  await checks.settled();
  checks.diskChanged('a.yaml');
  clock.advance(0);
  checks.setText('a.yaml', { version: 1, getText: () => pod('open:1.2.3') });
  await slow.answer(pod('disk:latest'));
  await checks.settled();
  assert.deepEqual(published, []);
});

test('keystrokes of a tenth of a second are checked together', async () => {
  const { checks, clock, published } = harness(repository({}));
  checks.start();
  await checks.settled();
  const type = (image: string): void => checks.setText('a.yaml', { version: 1, getText: () => pod(image) });
  type('foo:latest');
  clock.advance(0);
  await checks.settled();
  for (const image of ['foo:l', 'foo:la', 'foo']) {
    type(image);
    clock.advance(10);
  }
  assert.deepEqual(published, ['a.yaml image-latest']);
  clock.advance(100);
  await checks.settled();
  assert.deepEqual(published, ['a.yaml image-latest', 'a.yaml image-untagged']);
});

test('files that cannot be read keep no other from being checked', async () => {
  const source = repository({ 'a.yaml': pod('foo:latest'), 'b.yaml': '', 'c.yaml': pod('foo') });
  const { checks, published, errors } = harness({
    list: () => source.list(),
    read: (path) => (path === 'b.yaml' ? Promise.resolve(undefined) : source.read(path)),
  });
  checks.start();
  assert.deepEqual(await checks.settled(), { files: 2, diagnostics: 2 });
  assert.deepEqual(published, ['a.yaml image-latest', 'c.yaml image-untagged']);
  assert.deepEqual(errors, []);
});

test('a disk that fails is logged, and what comes later is checked', async () => {
  const { checks, clock, published, errors } = harness({
    list: () => Promise.reject(new Error('gone')),
    read: () => Promise.resolve(pod('foo')),
  });
  checks.start();
  await checks.settled();
  assert.deepEqual(errors, ['Reading the workspace failed']);
  checks.diskChanged('a.yaml');
  clock.advance(0);
  await checks.settled();
  assert.deepEqual(published, ['a.yaml image-untagged']);
});

test('nothing is published after the end but what takes findings back', async () => {
  const { checks, clock, published } = harness(repository({ 'a.yaml': pod('foo') }));
  checks.start();
  await checks.settled();
  checks.dispose();
  checks.setText('b.yaml', { version: 1, getText: () => pod('foo') });
  clock.advance(1_000);
  await checks.settled();
  assert.deepEqual(published, ['a.yaml image-untagged', 'a.yaml']);
});

test('events of other files cost nothing', async () => {
  const { checks, clock } = harness(repository({ 'a.yaml': pod('foo') }));
  checks.start();
  await checks.settled();
  checks.diskChanged('node.txt');
  checks.diskChanged('some/folder');
  assert.equal(clock.pending, 0);
});

test('what a repository agreed to leave out is told from its top, also where a folder of it is opened', async () => {
  const published: string[] = [];
  const checks = new FolderChecks({
    repository: repository({ 'old/a.yaml': pod('foo:latest'), 'new/a.yaml': pod('foo:latest') }),
    settings: readServerSettings(undefined),
    surroundings: () =>
      Promise.resolve({
        remotes: [],
        folder: 'apps',
        config: readRepositoryConfig('ignore: [apps/old/**]').config,
        configFile: undefined,
      }),
    clock: new ManualClock(),
    log: noLog(),
    publish: (path) => published.push(path),
  });
  checks.start();
  await checks.settled();
  assert.deepEqual(published, ['new/a.yaml']);
  checks.dispose();
});
