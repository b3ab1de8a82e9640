/** When is looked for what is pending, and who is told: one look at a time, none in vain, and nothing after the end. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Disposables } from '../../../src/base/disposables.ts';
import { Emitter, type Event } from '../../../src/base/emitter.ts';
import { Failure } from '../../../src/base/failure.ts';
import type { Log } from '../../../src/base/log.ts';
import type { Clone } from '../../../src/drift/clonedCommits.ts';
import type { PendingSubject } from '../../../src/drift/appliedCommit.ts';
import { findPending } from '../../../src/drift/findPending.ts';
import { type Clones, PendingChanges } from '../../../src/drift/pendingChanges.ts';
import { idOf, objectKey } from '../../../src/flux/objectKey.ts';
import { readBuildGraph } from '../../../src/manifests/reachableFiles.ts';
import { gitRepository, kustomization } from '../../support/builders.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { GitRepository } from '../git/gitRepository.ts';

const url = 'https://github.com/acme/fleet';
const lifetime = new Disposables();
after(() => lifetime.dispose());

const repository = lifetime.add(new GitRepository());
repository.write('apps/web.yaml', 'one');
const first = repository.commit('first');
repository.write('apps/web.yaml', 'two');
const second = repository.commit('second');
repository.git('update-ref', 'refs/remotes/origin/main', second);

const apps = objectKey('homelab', idOf(kustomization('apps')));
const infra = objectKey('homelab', idOf(kustomization('infra')));

function setUp(applied = first) {
  const clock = new ManualClock();
  const told = lifetime.add(new Emitter<void>());
  const asked = lifetime.add(new Emitter<void>());
  const logged: string[] = [];
  const write = (text: string): void => void logged.push(text);
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const state = { applied, other: second, head: second, looks: 0, fails: false, changes: 0 };
  const source = gitRepository('flux-system', { spec: { url } });
  const subject = (name: string, commit: string): PendingSubject => {
    const object = kustomization(name, { status: { lastAppliedRevision: `main@sha1:${commit}` } });
    return { key: objectKey('homelab', idOf(object)), object, owner: undefined, source };
  };
  const subjects = () => [subject('apps', state.applied), subject('infra', state.other)];
  const clone = (): Clone => ({ root: repository.root, head: state.head, remotes: [url], readGraph: readBuildGraph });
  const find: Clones['find'] = (wanted, options) => {
    state.looks += 1;
    asked.fire();
    const fails = new Failure('notFound', 'the program git was not found');
    return state.fails ? Promise.reject(fails) : findPending(wanted, [clone()], options);
  };
  const pending = lifetime.add(new PendingChanges({ clones: { find, onDidChange: told.event }, subjects, clock, log }));
  lifetime.add(pending.onDidChange(() => (state.changes += 1)));
  return { pending, clock, state, logged, clonesChanged: () => told.fire(), asked: asked.event };
}

function once(event: Event<void>): Promise<void> {
  return new Promise((resolve) => {
    const listener = event(() => {
      listener.dispose();
      resolve();
    });
  });
}

/** The first answer is there. */
async function looked(applied = first) {
  const set = setUp(applied);
  const answered = once(set.pending.onDidChange);
  set.pending.look();
  set.clock.advance(0);
  await answered;
  return set;
}

test('what is pending is told, and the value stays the same while it says the same', async () => {
  const { pending, clock, state, clonesChanged } = await looked();
  const found = pending.of(apps);
  assert.deepEqual(found, { state: 'pending', files: ['apps/web.yaml'], applied: first, head: second });

  state.other = 'e'.repeat(40);
  const answered = once(pending.onDidChange);
  clonesChanged();
  clock.advance(2_000);
  await answered;
  assert.deepEqual(pending.of(infra), { state: 'notFetched', applied: 'e'.repeat(40) });
  assert.equal(pending.of(apps), found);
});

test('many words of changes are one look, and none while the question is the same', async () => {
  const { pending, clock, state } = await looked();
  for (let at = 0; at < 10; at += 1) {
    pending.look();
    clock.advance(2_000);
  }
  assert.equal(state.looks, 1);
});

test('another commit that is applied is looked at, and what is level again is no longer told', async () => {
  const { pending, clock, state } = await looked();
  state.applied = second;
  const answered = once(pending.onDidChange);
  pending.look();
  clock.advance(2_000);
  await answered;
  assert.equal(pending.of(apps), undefined);
});

test('another commit that is checked out is looked at without any word of the cluster', async () => {
  const { pending, clock, state, clonesChanged } = await looked();
  state.head = first;
  const answered = once(pending.onDidChange);
  clonesChanged();
  clock.advance(2_000);
  await answered;
  assert.equal(pending.of(apps), undefined);
});

test('a change during a look is followed by another look', async () => {
  const { pending, clock, state, clonesChanged, asked } = setUp();
  const begun = once(asked);
  pending.look();
  clock.advance(0);
  await begun;
  const answered = once(pending.onDidChange);
  state.head = first;
  clonesChanged();
  clock.advance(2_000); // noticed while the first look still reads
  await answered;
  const next = once(pending.onDidChange);
  clock.advance(2_000);
  await next;
  assert.equal(pending.of(apps), undefined);
  assert.equal(state.looks, 2);
});

test('where Git cannot be asked it is logged, nothing is told, and the next word tries again', async () => {
  const { pending, clock, state, logged, asked } = setUp();
  state.fails = true;
  const begun = once(asked);
  pending.look();
  clock.advance(0);
  await begun;
  await new Promise<void>((resolve) => void setImmediate(resolve));
  assert.deepEqual(logged, ['What is pending cannot be told: the program git was not found']);
  assert.equal(state.changes, 0);
  state.fails = false;
  const answered = once(pending.onDidChange);
  pending.look();
  clock.advance(2_000);
  await answered;
  assert.equal(pending.of(apps)?.state, 'pending');
});

test('nothing is told after the end, and no look begins', async () => {
  const { pending, clock, state, asked } = setUp();
  const begun = once(asked);
  pending.look();
  clock.advance(0);
  await begun;
  pending.dispose();
  pending.look();
  clock.advance(10_000);
  await new Promise<void>((resolve) => void setImmediate(resolve));
  assert.deepEqual([state.looks, state.changes, pending.of(apps)], [1, 0, undefined]);
});
