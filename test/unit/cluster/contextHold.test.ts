/** Who needs one context keeps that one open, and never another that somebody has chosen meanwhile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toDisposable } from '../../../src/base/disposables.ts';
import { Emitter } from '../../../src/base/emitter.ts';
import { noLog } from '../../../src/base/log.ts';
import type { Connection } from '../../../src/cluster/connection.ts';
import { ContextHold } from '../../../src/cluster/contextHold.ts';
import { turns } from './eagerClock.ts';

const idle: Connection = { state: 'disconnected', reason: 'idle' };
const connected = (context: string): Connection => ({ state: 'connected', context, serverVersion: 'v1.35.0' });

/** As the manager does it: the first user opens what is chosen and is told so within the call; nobody's session ends when it is idle. */
function setUp(chosen: string | undefined) {
  const changed = new Emitter<void>();
  const world = { chosen, users: 0, opened: [] as string[], connection: idle, fails: false };
  const open = (context: string): void => {
    world.opened.push(context);
    world.connection = connected(context);
    changed.fire();
  };
  const sessions = {
    get connection() {
      return world.connection;
    },
    onDidChangeSession: changed.event,
    contexts: () => {
      const choices = { contexts: [], chosen: world.chosen, currentContext: undefined, files: [], errors: [] };
      return world.fails ? Promise.reject(new Error('no client')) : Promise.resolve(choices);
    },
    acquire: () => {
      world.users += 1;
      if (world.users === 1 && world.connection === idle && world.chosen !== undefined) {
        open(world.chosen);
      }
      return toDisposable(() => (world.users -= 1));
    },
  };
  const choose = (context: string): void => {
    world.chosen = context;
    open(context);
  };
  const rest = (): void => {
    if (world.users === 0) {
      world.connection = idle;
      changed.fire();
    }
  };
  const hold = new ContextHold({ sessions, context: 'homelab', log: noLog() });
  return { world, sessions, choose, rest, hold };
}

test('the chosen one is opened and kept, by one hold alone', async () => {
  const { world, hold, rest } = setUp('homelab');
  await turns();
  rest();
  await turns();
  assert.deepEqual([world.opened, world.users], [['homelab'], 1]);
  hold.dispose();
  assert.equal(world.users, 0);
});

test('another chosen one is not opened, at no start and after no rest', async () => {
  const { world, rest } = setUp('production');
  for (let times = 0; times < 3; times += 1) {
    await turns();
    rest();
  }
  await turns();
  assert.deepEqual([world.opened, world.users], [[], 0]);
});

test('when another one is chosen it lets go, and that one may end', async () => {
  const { world, choose, rest } = setUp('homelab');
  await turns();
  choose('production');
  await turns();
  assert.equal(world.users, 0);
  rest();
  await turns();
  assert.deepEqual([world.opened, world.connection], [['homelab', 'production'], idle]);
});

test('opened by somebody else it is kept from then on', async () => {
  const { world, choose } = setUp('production');
  await turns();
  choose('homelab');
  await turns();
  assert.equal(world.users, 1);
});

test('nothing is opened where none is chosen, or where that cannot be told', async () => {
  const { world, sessions, rest } = setUp(undefined);
  await turns();
  world.fails = true;
  rest();
  await turns();
  assert.deepEqual([world.users, sessions.connection], [0, idle]);
});

test('an answer that comes after its end holds nothing', async () => {
  const { world, hold } = setUp('homelab');
  await Promise.resolve();
  hold.dispose();
  await turns();
  assert.deepEqual([world.opened, world.users], [[], 0]);
});
