/** Credential plugins: one run at a time, kept while it counts, and never a loop of log-in windows. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Disposables } from '../../../src/base/disposables.ts';
import { isFailure } from '../../../src/base/failure.ts';
import { ExecCredentials, type ExecCredentialsOptions } from '../../../src/cluster/execCredentials.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { execPlugin, execVersion } from './execPlugin.ts';

const lifetime = new Disposables();
after(() => lifetime.dispose());

function setUp(options: Partial<ExecCredentialsOptions> = {}) {
  const clock = new ManualClock();
  const plugin = lifetime.add(execPlugin());
  const logged: string[] = [];
  const log = (text: string): void => void logged.push(text);
  const credentials = lifetime.add(
    new ExecCredentials({
      exec: plugin.exec,
      cluster: { server: 'https://api', 'certificate-authority-data': 'Q0E=' },
      env: { PATH: process.env['PATH'] },
      clock,
      log: { debug: log, info: log, warn: log, error: log },
      ...options,
    }),
  );
  const get = () => credentials.get(new AbortController().signal);
  return { clock, plugin, credentials, get, logged };
}

test('a token is kept; the plugin runs once, also for several who ask together', async () => {
  const { plugin, get } = setUp();
  plugin.token('first');
  const [a, b, c] = await Promise.all([get(), get(), get()]);
  assert.deepEqual([a.token, b.token, c.token], ['first', 'first', 'first']);
  plugin.token('second');
  assert.equal((await get()).token, 'first');
  assert.equal(plugin.runs, 1);
});

test('an expired token is renewed, half a minute early', async () => {
  const { plugin, get, clock } = setUp();
  plugin.token('first', new Date(clock.now() + 600_000).toISOString());
  await get();
  plugin.token('second');
  clock.advance(569_000);
  assert.equal((await get()).token, 'first');
  clock.advance(2_000);
  assert.equal((await get()).token, 'second');
  assert.equal(plugin.runs, 2);
});

test('arguments, environment and the request for credentials reach the plugin', async () => {
  const { plugin, get } = setUp();
  plugin.token('t');
  await get();
  assert.deepEqual(plugin.lastRun, {
    info: { apiVersion: execVersion, kind: 'ExecCredential', spec: { interactive: false } },
    args: ['--cluster', '7'],
    region: 'eu',
  });
});

test('provideClusterInfo tells the plugin the cluster, with the extension that is meant for it', async () => {
  const plugin = lifetime.add(execPlugin());
  plugin.token('t');
  const { get } = setUp({
    exec: { ...plugin.exec, provideClusterInfo: true },
    cluster: {
      server: 'https://api',
      'certificate-authority-data': 'Q0E=',
      extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'x' } }],
    },
  });
  await get();
  assert.deepEqual(plugin.lastRun.info, {
    apiVersion: execVersion,
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      cluster: { server: 'https://api', 'certificate-authority-data': 'Q0E=', config: { audience: 'x' } },
    },
  });
});

test('a certificate with its key is a credential', async () => {
  const { plugin, get } = setUp();
  const status = { clientCertificateData: 'CERT', clientKeyData: 'KEY' };
  plugin.answer({ stdout: JSON.stringify({ apiVersion: execVersion, kind: 'ExecCredential', status }) });
  const credential = await get();
  assert.deepEqual([credential.token, credential.certificate, credential.key], [undefined, 'CERT', 'KEY']);
});

const credentialWith = (status: unknown, apiVersion = execVersion): string =>
  JSON.stringify({ apiVersion, kind: 'ExecCredential', status });

function checkFailure(
  name: string,
  answer: Parameters<ReturnType<typeof execPlugin>['answer']>[0],
  message: RegExp,
  exec: Readonly<Record<string, unknown>> = {},
): void {
  test(`${name} is unauthorized, in the plugin's own words`, async () => {
    const base = lifetime.add(execPlugin());
    base.answer(answer);
    const { get, logged } = setUp({ exec: { ...base.exec, ...exec } });
    await assert.rejects(get(), (error) => isFailure(error, 'unauthorized') && message.test(error.message));
    assert.doesNotMatch(logged.join('\n'), /s3cr3t/);
  });
}

checkFailure(
  'a plugin that fails',
  { stderr: 'Error: session expired, run aws sso login\n', code: 255 },
  /exit code 255: Error: session expired, run aws sso login$/,
);
checkFailure('a plugin that fails without a word', { code: 3 }, /exit code 3$/);
checkFailure('output that is no JSON', { stdout: 's3cr3t-token' }, /no ExecCredential/);
checkFailure('output of another kind', { stdout: '{"kind":"Token","status":{"token":"s3cr3t"}}' }, /no ExecCredential/);
checkFailure('output without a status', { stdout: credentialWith(undefined) }, /no ExecCredential with a status/);
checkFailure(
  'output in another version',
  { stdout: credentialWith({ token: 's3cr3t' }, 'x/v9') },
  /another version than/,
);
checkFailure(
  'a certificate without its key',
  { stdout: credentialWith({ clientCertificateData: 's3cr3t' }) },
  /neither a token nor/,
);
checkFailure('a command that does not exist', {}, /"no-such-plugin" was not found: brew install it$/, {
  command: 'no-such-plugin',
  installHint: 'brew install it\n',
});
checkFailure('no command', {}, /names no command/, { command: '' });
checkFailure('a plugin that must have a terminal', {}, /needs a terminal/, { interactiveMode: 'Always' });

test('a failure is kept: the plugin does not run again until the user retries', async () => {
  const { plugin, get, credentials } = setUp();
  plugin.answer({ code: 1, stderr: 'log in' });
  for (let at = 0; at < 5; at += 1) {
    await assert.rejects(get(), /log in/);
  }
  assert.equal(plugin.runs, 1);
  plugin.token('now');
  credentials.retry();
  assert.equal((await get()).token, 'now');
  assert.equal(plugin.runs, 2);
});

test('a credential that worked is renewed once when the server refuses it, one that never did is not', async () => {
  const { plugin, get, credentials } = setUp();
  plugin.token('first');
  const first = await get();
  assert.equal(credentials.reject(first), false, 'it never worked: another run brings nothing better');
  credentials.accept(first);
  assert.equal(credentials.reject(first), true);
  plugin.token('second');
  const second = await get();
  assert.equal(second.token, 'second');
  assert.equal(credentials.reject(first), true, 'an older one: the newer one is there already');
  assert.equal(credentials.reject(second), false);
  assert.equal(plugin.runs, 2);
});

test('while it runs it is named, and its beginning and end are told', async () => {
  const { plugin, get, credentials } = setUp();
  plugin.token('t');
  const seen: (string | undefined)[] = [];
  lifetime.add(credentials.onDidChange(() => seen.push(credentials.running)));
  await get();
  assert.deepEqual(seen, [process.execPath.split('/').at(-1), undefined]);
});

test('a plugin that hangs is ended after its time', async () => {
  const { plugin, get, clock } = setUp({ timeoutMs: 60_000 });
  plugin.answer({ hang: true });
  const waiting = assert.rejects(get(), /did not end within 60 s/);
  clock.advance(60_000);
  await waiting;
});

test('who stops waiting is cancelled; the plugin goes on for the others', async () => {
  const { plugin, get, credentials } = setUp();
  plugin.token('t');
  const controller = new AbortController();
  const cancelledOne = credentials.get(controller.signal);
  const other = get();
  controller.abort();
  await assert.rejects(cancelledOne, (error) => isFailure(error, 'cancelled'));
  assert.equal((await other).token, 't');
  assert.equal(plugin.runs, 1);
});

test('disposing ends the plugin, and nothing is told or run any more', async () => {
  const { plugin, get, credentials } = setUp();
  plugin.answer({ hang: true });
  const waiting = get();
  const seen: unknown[] = [];
  lifetime.add(credentials.onDidChange(() => seen.push(1)));
  credentials.dispose();
  await assert.rejects(waiting, (error) => isFailure(error, 'cancelled'));
  await assert.rejects(get(), (error) => isFailure(error, 'cancelled'));
  assert.deepEqual(seen, []);
});
