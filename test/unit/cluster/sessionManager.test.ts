/** Which context is open: choice, trust, files that change, switching, and who keeps it open. */
import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { after, test } from 'node:test';
import { Disposables, toDisposable } from '../../../src/base/disposables.ts';
import { noLog } from '../../../src/base/log.ts';
import type { KubernetesModule } from '../../../src/cluster/sessionManager.ts';
import { SessionManager, type SessionSettings } from '../../../src/cluster/sessionManager.ts';
import * as kubernetes from '../../../src/cluster/kubernetes.ts';
import { startApiServer } from '../../support/apiServer/apiServer.ts';
import { kustomization } from '../../support/builders.ts';
import { kubeconfigFile, kubeconfigText } from '../../support/kubeconfigFile.ts';
import { EagerClock, turns } from './eagerClock.ts';
import { execPlugin } from './execPlugin.ts';
import { names, smallCluster } from './sessionSetup.ts';

const lifetime = new Disposables();
after(() => lifetime.dispose());

const homelab = await startApiServer({ objects: smallCluster });
const staging = await startApiServer({
  objects: [...smallCluster, kustomization('staging-only')],
  token: 'staging-token',
});
lifetime.add({ dispose: () => void Promise.all([homelab.close(), staging.close()]) });

const both = kubeconfigText([
  { context: 'homelab', url: homelab.url, token: homelab.token() },
  { context: 'staging', url: staging.url, token: staging.token() },
]);
const one = kubeconfigText([{ context: 'homelab', url: homelab.url, token: homelab.token() }]);

interface Options {
  readonly text?: string;
  readonly trusted?: boolean;
  readonly context?: string;
  readonly remembered?: string;
  readonly module?: Partial<KubernetesModule>;
}

function setUp(options: Options = {}) {
  const file = lifetime.add(kubeconfigFile(options.text ?? both));
  const clock = new EagerClock();
  const world = {
    trusted: options.trusted ?? true,
    context: options.context ?? '',
    namespaces: [] as readonly string[],
    memory: new Map<string, string | undefined>(
      options.remembered === undefined ? [] : [['driftline.context', options.remembered]],
    ),
    loads: 0,
    changed: (): void => undefined,
    watched: [] as (readonly string[])[],
    files: [file.path] as readonly string[],
    unresolved: [] as readonly string[],
  };
  const settings = (): SessionSettings => ({
    context: world.context,
    namespaces: world.namespaces,
    files: { files: world.files, from: 'setting', unresolved: world.unresolved },
    network: { proxy: undefined, strictSSL: true, extraCAs: [] },
  });
  const manager = lifetime.add(
    new SessionManager({
      loadKubernetes: () => {
        world.loads += 1;
        return Promise.resolve({ ...kubernetes, ...options.module });
      },
      settings,
      isTrusted: () => world.trusted,
      memory: {
        get: (key) => world.memory.get(key),
        update: (key, value) => {
          world.memory.set(key, value);
          return Promise.resolve();
        },
      },
      watchFiles: (files, changed) => {
        world.watched.push(files);
        world.changed = changed;
        return toDisposable(() => (world.changed = () => undefined));
      },
      clock,
      log: noLog(),
      random: () => 1,
    }),
  );
  const until = (holds: () => boolean): Promise<void> => untilManager(manager, holds);
  const connected = (context: string): Promise<void> =>
    until(() => manager.connection.state === 'connected' && manager.connection.context === context);
  return { manager, world, file, clock, until, connected };
}

/** Resolves when it holds, now or after any change of the manager or of the session it has then. */
function untilManager(manager: SessionManager, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const subscriptions = new Disposables();
    const check = (): void => {
      if (holds() && !subscriptions.disposed) {
        subscriptions.dispose();
        resolve();
      }
    };
    const follow = (): void => {
      if (manager.session) {
        subscriptions.add(manager.session.onDidChangeStatus(check));
        subscriptions.add(manager.session.onDidChangeObjects(check));
      }
      check();
    };
    subscriptions.add(manager.onDidChangeSession(follow));
    follow();
  });
}

const reasonOf = (manager: SessionManager): string =>
  manager.connection.state === 'disconnected' ? manager.connection.reason : manager.connection.state;

test('nothing is loaded before something needs the cluster', async () => {
  const { manager, world } = setUp({ context: 'homelab' });
  await turns();
  assert.deepEqual([manager.connection, world.loads], [{ state: 'disconnected', reason: 'idle' }, 0]);
});

function checkChoice(name: string, options: Options, expected: string): void {
  test(`choice: ${name}`, async () => {
    const { manager, until } = setUp(options);
    lifetime.add(manager.acquire());
    await until(() => !['idle', 'connecting'].includes(reasonOf(manager)));
    const { connection } = manager;
    assert.equal(connection.state === 'disconnected' ? connection.reason : connection.context, expected);
  });
}

checkChoice('the setting', { context: 'staging', remembered: 'homelab' }, 'staging');
checkChoice('the remembered one', { remembered: 'staging' }, 'staging');
checkChoice('the only one there is', { text: one }, 'homelab');
checkChoice('several and none chosen: the current context of the kubeconfig is not followed', {}, 'noContext');
checkChoice('one that the kubeconfig does not have', { context: 'gone' }, 'noContext');
checkChoice('no contexts', { text: 'kind: Config\n' }, 'noKubeconfig');
checkChoice('a broken file', { text: '{' }, 'noKubeconfig');

test('why there is no context is told: which one, which file, which error', async () => {
  const missing = setUp({ context: 'gone' });
  lifetime.add(missing.manager.acquire());
  await missing.until(() => reasonOf(missing.manager) === 'noContext');
  assert.ok(missing.manager.connection.state === 'disconnected');
  assert.equal(missing.manager.connection.detail, `the context "gone" is not in ${missing.file.path}`);

  const broken = setUp({ text: '{' });
  broken.world.unresolved = ['${workspaceFolder}/x'];
  lifetime.add(broken.manager.acquire());
  await broken.until(() => reasonOf(broken.manager) === 'noKubeconfig');
  assert.ok(broken.manager.connection.state === 'disconnected');
  assert.match(
    broken.manager.connection.detail ?? '',
    /config is not valid YAML: .*; \$\{workspaceFolder\}\/x needs an open folder$/,
  );
});

test('a context that cannot be used is a failure with its words, and retry tries it again', async () => {
  const text = one.replace(homelab.url, 'ftp://nowhere');
  const { manager, file, until, connected } = setUp({ text });
  lifetime.add(manager.acquire());
  await until(() => manager.connection.state === 'failed');
  assert.ok(
    manager.connection.state === 'failed' && /not an http or https address/.test(manager.connection.failure.message),
  );
  file.write(one);
  await manager.retry();
  await connected('homelab');
});

test('selecting a context opens and remembers it, and writes no kubeconfig', async () => {
  const { manager, world, file, connected } = setUp();
  const before = file.hash();
  lifetime.add(manager.acquire());
  await manager.selectContext('staging');
  await connected('staging');
  assert.equal(world.memory.get('driftline.context'), 'staging');
  assert.equal(file.hash(), before);
});

test('switching in the middle of a list: the old session ends whole, and nothing of it reaches the new one', async () => {
  const { manager, until, connected } = setUp({ remembered: 'homelab' });
  const gate = Promise.withResolvers<undefined>();
  lifetime.add(
    homelab.faults.add({ match: { path: /kustomizations\?limit/ }, times: 1, fault: { until: gate.promise } }),
  );
  lifetime.add(manager.acquire());
  await connected('homelab');
  const old = manager.session!;
  let fired = 0;
  lifetime.add(old.onDidChangeObjects(() => (fired += 1)));
  lifetime.add(old.onDidChangeStatus(() => (fired += 1)));
  await manager.selectContext('staging');
  assert.notEqual(manager.session, old);
  fired = 0;
  gate.resolve(undefined);
  homelab.put(kustomization('late'));
  await connected('staging');
  await until(() => names(manager.session!, 'Kustomization').includes('staging-only'));
  homelab.remove({
    group: 'kustomize.toolkit.fluxcd.io',
    kind: 'Kustomization',
    namespace: 'flux-system',
    name: 'late',
  });
  await turns(20);
  assert.equal(fired, 0);
  assert.deepEqual(names(manager.session!, 'Kustomization'), ['apps', 'flux-system', 'staging-only']);
});

test('two quick choices: the last one counts', async () => {
  const { manager, connected } = setUp();
  lifetime.add(manager.acquire());
  const first = manager.selectContext('homelab');
  const second = manager.selectContext('staging');
  await Promise.all([first, second]);
  await connected('staging');
  assert.equal(manager.session?.context, 'staging');
});

test('untrusted: nothing is read, nothing runs, until trust is given', async () => {
  const plugin = lifetime.add(execPlugin());
  plugin.token(homelab.token());
  const text = JSON.stringify({
    ...(JSON.parse(one) as object),
    users: [{ name: 'homelab', user: { exec: plugin.exec } }],
  });
  const { manager, world, connected } = setUp({ text, trusted: false });
  assert.deepEqual(manager.connection, { state: 'disconnected', reason: 'untrusted' });
  lifetime.add(manager.acquire());
  await manager.retry();
  await manager.selectContext('homelab');
  assert.deepEqual((await manager.contexts()).contexts, []);
  assert.deepEqual(
    [manager.connection, world.loads, plugin.runs, world.watched],
    [{ state: 'disconnected', reason: 'untrusted' }, 0, 0, []],
  );
  world.trusted = true;
  await manager.settingsChanged();
  await connected('homelab');
  assert.equal(plugin.runs, 1);
});

test('trust that is given while nothing needs the cluster opens nothing', async () => {
  const { manager, world } = setUp({ trusted: false, text: one });
  world.trusted = true;
  await manager.settingsChanged();
  assert.deepEqual([manager.connection, world.loads], [{ state: 'disconnected', reason: 'idle' }, 0]);
});

test('the contexts to choose from: all, the chosen one, the current one as a hint, errors by file', async () => {
  const { manager, world, file } = setUp({ remembered: 'staging' });
  world.files = [file.path, `${dirname(file.path)}/gone`];
  const choices = await manager.contexts();
  assert.deepEqual(
    choices.contexts.map(({ name, server }) => [name, server]),
    [
      ['homelab', homelab.url],
      ['staging', staging.url],
    ],
  );
  assert.deepEqual([choices.chosen, choices.currentContext], ['staging', 'homelab']);
  assert.deepEqual(choices.errors, [{ file: `${dirname(file.path)}/gone`, message: 'does not exist', missing: true }]);
});

async function opened(options: Options = {}) {
  const set = setUp({ remembered: 'homelab', ...options });
  const use = lifetime.add(set.manager.acquire());
  await set.connected('homelab');
  return { ...set, use, session: set.manager.session! };
}

/** The file is written, its watcher calls, and what follows is done. */
async function write(set: Awaited<ReturnType<typeof opened>>, text: string): Promise<void> {
  set.file.write(text);
  set.world.changed();
  set.clock.advance(200);
  await turns(10);
}

test('a change of the file that does not concern the context leaves the session alone', async () => {
  const set = await opened();
  await write(set, both.replace('"current-context": "homelab"', '"current-context": "staging"'));
  assert.equal(set.manager.session, set.session);
});

test('a new token in the file is a new session', async () => {
  const set = await opened();
  await write(set, both.replace(homelab.token(), 'other'));
  assert.notEqual(set.manager.session, set.session);
  await set.until(() => set.manager.connection.state === 'failed');
});

test('several changes in a row are read once', async () => {
  const set = await opened();
  const { loads } = set.world;
  set.world.changed();
  set.clock.advance(100);
  set.world.changed();
  set.clock.advance(100);
  await turns();
  assert.equal(set.world.loads, loads);
  set.clock.advance(100);
  await turns();
  assert.ok(set.world.loads > loads);
});

test('a file that is half written does not end the session; one without the context does, and one that is gone', async () => {
  const set = await opened();
  await write(set, '{"contexts": [');
  assert.equal(set.manager.session, set.session);
  await write(set, one.replaceAll('homelab', 'other'));
  assert.equal(set.manager.session, undefined);
  assert.equal(reasonOf(set.manager), 'noContext');
  await write(set, both);
  await set.connected('homelab');
  set.file.dispose();
  set.world.changed();
  set.clock.advance(200);
  await turns(10);
  assert.equal(reasonOf(set.manager), 'noKubeconfig');
});

test('a context that opened because it was the only one stays open when others appear', async () => {
  const set = setUp({ text: one });
  const use = lifetime.add(set.manager.acquire());
  await set.connected('homelab');
  const session = set.manager.session!;
  await write({ ...set, use, session }, both);
  assert.equal(set.manager.session, session);
});

test('other files are watched when the setting names others', async () => {
  const set = await opened();
  set.world.files = [`${dirname(set.file.path)}/other`];
  await set.manager.settingsChanged();
  assert.deepEqual(set.world.watched, [[set.file.path], set.world.files]);
  assert.equal(reasonOf(set.manager), 'noKubeconfig');
});

test('settings: other namespaces are a new session, the same ones are not', async () => {
  const set = await opened();
  await set.manager.settingsChanged();
  assert.equal(set.manager.session, set.session);
  set.world.namespaces = ['logging'];
  await set.manager.settingsChanged();
  assert.notEqual(set.manager.session, set.session);
  assert.deepEqual(set.manager.session.namespaces, ['logging']);
});

test('the session stays for some minutes after the last user, and ends then', async () => {
  const { manager, clock, use, session, world } = await opened();
  const second = lifetime.add(manager.acquire());
  use.dispose();
  clock.advance(600_000);
  assert.equal(manager.session, session, 'somebody still needs it');
  second.dispose();
  second.dispose();
  clock.advance(299_000);
  const third = lifetime.add(manager.acquire());
  clock.advance(600_000);
  assert.equal(manager.session, session, 'who comes back in time finds it');
  third.dispose();
  clock.advance(300_000);
  assert.deepEqual([manager.session, manager.connection], [undefined, { state: 'disconnected', reason: 'idle' }]);
  const { loads } = world;
  world.changed();
  clock.advance(200);
  await turns();
  assert.equal(world.loads, loads, 'nobody needs to know');
});

test('who needs it again opens it again', async () => {
  const { manager, clock, use, connected } = await opened();
  use.dispose();
  clock.advance(300_000);
  lifetime.add(manager.acquire());
  await connected('homelab');
});

test('a client that cannot be loaded is a state, not a crash', async () => {
  const broken = () => {
    throw new Error('the bundle is missing');
  };
  const { manager, until } = setUp({ remembered: 'homelab', module: { loadKubeconfigs: broken } });
  lifetime.add(manager.acquire());
  await until(() => manager.connection.state === 'failed');
  assert.ok(manager.connection.state === 'failed' && manager.connection.failure.message === 'the bundle is missing');
  await assert.rejects(manager.retry(), /the bundle is missing/);
});

test('while the kubeconfig is read, the context is named', () => {
  const { manager } = setUp({ remembered: 'homelab' });
  lifetime.add(manager.acquire());
  assert.ok(manager.connection.state === 'connecting');
  assert.deepEqual([manager.connection.context, manager.connection.waitingFor], ['homelab', 'the kubeconfig']);
});

test('disposed, in the middle of opening: nothing opens, nothing fires', async () => {
  const { manager } = setUp({ remembered: 'homelab' });
  const use = manager.acquire();
  let fired = 0;
  lifetime.add(manager.onDidChangeSession(() => (fired += 1)));
  manager.dispose();
  await turns(10);
  await manager.retry();
  use.dispose();
  assert.deepEqual([manager.session, fired], [undefined, 0]);
});
