/** Kubeconfig files: several merged as kubectl does, broken ones named, credentials never shown. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { loadKubeconfigs } from '../../../src/cluster/kubernetes.ts';

const folder = mkdtempSync(join(tmpdir(), 'driftline-kubeconfigs-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const home = file(
  'home.yaml',
  `apiVersion: v1
kind: Config
current-context: home
clusters:
- name: home
  cluster: {server: https://home.example:6443, certificate-authority: ca.crt}
users:
- name: ada
  user: {token: from-home}
contexts:
- name: home
  context: {cluster: home, user: ada, namespace: apps}
`,
);

const work = file(
  'sub/work.yaml',
  `current-context: work
clusters:
- name: work
  cluster: {server: https://work.example}
- name: home
  cluster: {server: https://other.example}
users:
- name: ada
  user: {token: from-work}
- name: sso
  user:
    client-certificate: certs/sso.crt
    client-key: /etc/sso.key
    tokenFile: sso.token
    exec: {apiVersion: client.authentication.k8s.io/v1, command: ./bin/login}
contexts:
- name: work
  context: {cluster: work, user: sso}
- name: home
  context: {cluster: work, user: sso}
`,
);

test('files are merged: the first that names an entry wins, the others add theirs', () => {
  const merged = loadKubeconfigs([home, work]);
  assert.deepEqual(merged.errors, []);
  assert.equal(merged.currentContext, 'home');
  assert.deepEqual(
    merged.contexts.map(({ name, server, user, namespace }) => ({ name, server, user, namespace })),
    [
      { name: 'home', server: 'https://home.example:6443', user: 'ada', namespace: 'apps' },
      { name: 'work', server: 'https://work.example', user: 'sso', namespace: undefined },
    ],
  );
  assert.equal(merged.entry('home').user['token'], 'from-home');
});

test('the order of the files decides', () => {
  const merged = loadKubeconfigs([work, home]);
  assert.equal(merged.currentContext, 'work');
  assert.equal(merged.entry('home').cluster['server'], 'https://work.example');
});

test('relative paths are of the folder of the file that has them, the exec command with a separator too', () => {
  const merged = loadKubeconfigs([home, work]);
  assert.equal(merged.entry('home').cluster['certificate-authority'], join(folder, 'ca.crt'));
  const { user } = merged.entry('work');
  assert.equal(user['client-certificate'], join(folder, 'sub/certs/sso.crt'));
  assert.equal(user['client-key'], '/etc/sso.key');
  assert.equal(user['tokenFile'], join(folder, 'sub/sso.token'));
  assert.equal(merged.contexts[1]?.execPlugin, join(folder, 'sub/bin/login'));
});

function checkBroken(name: string, text: string, message: RegExp): void {
  test(`${name} is named with its file, and the other files count`, () => {
    const broken = file(`broken-${name.replaceAll(/\W/g, '-')}.yaml`, text);
    const merged = loadKubeconfigs([broken, home]);
    assert.equal(merged.errors[0]?.file, broken);
    assert.match(merged.errors[0].message, message);
    assert.ok(merged.contexts.some((context) => context.name === 'home'));
  });
}

checkBroken('broken YAML', 'clusters: [\n  - {', /is not valid YAML/);
checkBroken('a text', 'just a text', /a mapping is expected/);
checkBroken('clusters that are no list', 'clusters: {a: b}', /clusters is not a list/);
checkBroken('a user without a name', 'users:\n- user: {token: x}\n', /users\[0\] has no name/);
checkBroken('a context that is a text', 'contexts:\n- {name: a, context: b}\n', /contexts\[0\] has no context/);

test('an error of YAML never quotes the file: a token may stand there', () => {
  const broken = file('secret.yaml', 'users:\n- name: a\n  user:\n    token: s3cr3t-token\n   bad: [indent\n');
  const { errors } = loadKubeconfigs([broken]);
  assert.equal(errors.length, 1);
  assert.doesNotMatch(JSON.stringify(errors), /s3cr3t/);
});

test('a file that does not exist, a folder, an empty file', () => {
  const missing = join(folder, 'none.yaml');
  const empty = file('empty.yaml', '\n');
  const { errors, contexts } = loadKubeconfigs([missing, folder, empty]);
  assert.deepEqual(errors, [
    { file: missing, message: 'does not exist', missing: true },
    { file: folder, message: 'is a folder' },
  ]);
  assert.deepEqual(contexts, []);
});

test('a context whose cluster or user is missing can be listed, and says what is missing when it is used', () => {
  const { contexts, entry } = boundEntry(`contexts:
- {name: no-cluster, context: {cluster: gone, user: ada}}
- {name: no-user, context: {cluster: here, user: gone}}
- {name: anonymous, context: {cluster: here}}
clusters:
- {name: here, cluster: {server: https://here}}
`);
  assert.deepEqual(
    contexts.map(({ name, server }) => [name, server]),
    [
      ['no-cluster', undefined],
      ['no-user', 'https://here'],
      ['anonymous', 'https://here'],
    ],
  );
  assert.throws(() => entry('no-cluster'), /names the cluster "gone"/);
  assert.throws(() => entry('no-user'), /names the user "gone"/);
  assert.throws(() => entry('never'), /has no context "never"/);
  assert.deepEqual(entry('anonymous').user, {});
});

function boundEntry(text: string) {
  const kubeconfig = loadKubeconfigs([file('bound.yaml', text)]);
  return { contexts: kubeconfig.contexts, entry: (name: string) => kubeconfig.entry(name) };
}

test('names that YAML reads as numbers are names', () => {
  const { contexts } = boundEntry(
    'contexts:\n- {name: 42, context: {cluster: 7, user: 8}}\nclusters:\n- {name: 7, cluster: {server: "https://x"}}\nusers:\n- {name: 8, user: {}}\n',
  );
  assert.deepEqual(
    contexts.map(({ name, cluster, server }) => [name, cluster, server]),
    [['42', '7', 'https://x']],
  );
});

test('the fingerprint of a context changes with what connecting needs, and with nothing else', () => {
  const base = (token: string, current: string): string => `current-context: ${current}
clusters: [{name: c, cluster: {server: https://c}}]
users: [{name: u, user: {token: ${token}}}, {name: other, user: {token: ${current}}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
`;
  const print = (text: string): string | undefined => loadKubeconfigs([file('print.yaml', text)]).fingerprint('x');
  assert.equal(print(base('one', 'x')), print(base('one', 'elsewhere')));
  assert.notEqual(print(base('one', 'x')), print(base('two', 'x')));
  assert.equal(loadKubeconfigs([home]).fingerprint('never'), undefined);
});

test('neither JSON nor a log line of a kubeconfig shows a credential', () => {
  const merged = loadKubeconfigs([home, work]);
  assert.doesNotMatch(JSON.stringify(merged) + inspect(merged, { depth: 9, showHidden: true }), /from-home|from-work/);
});
